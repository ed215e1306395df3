"""A printer's id names it for good, wherever its address does."""

import uuid

import pytest

from support.api import Api
from support.events import Follower
from support.fakes import Answer, FakePrinter, ScriptedPrinter, printer_body
from support.gcodes import uploaded
from support.server import Server


@pytest.fixture
def printer(admin: Api, fake_printers) -> FakePrinter:
    (fake,) = fake_printers(speed=5)
    return fake


def add(admin: Api, host: str) -> str:
    return admin.post("/printers", json={"host": host, "name": "Named"}, expect=201).json()["id"]


def test_every_route_of_a_printer_takes_its_id(admin: Api, user: Api, printer: FakePrinter):
    id = add(admin, printer.host)
    assert str(uuid.UUID(id)) == id
    for spelling in (id, id.upper(), id.replace("-", "")):
        assert user.get(f"/printers/{spelling}", expect=200).json()["host"] == printer.host
    renamed = admin.patch(f"/printers/{id}", json={"name": "Renamed"}, expect=200).json()
    assert (renamed["id"], renamed["name"]) == (id, "Renamed")
    assert id in [row["id"] for row in user.get("/printers", expect=200).json()["items"]]
    assert user.get(f"/printers/{id}/snapshot", expect=200).headers["Content-Type"] == "image/jpeg"
    assert user.request("HEAD", f"/proxied-webcam/{id}", expect=200)
    assert user.get(f"/octoprint-emulator/printers/{id}/api/version", headers={"X-Api-Key": user.access_token}, expect=200)
    gcode = uploaded(user, "by id.gcode")
    started = user.post("/printjobs", json={"gcode": gcode["id"], "printer": id}, expect=201).json()
    job = user.get(f"/printjobs/{started['id']}", expect=200).json()
    assert (job["printer_id"], job["printer_data"]["host"]) == (id, printer.host)
    user.post(f"/printers/{id}/current-job", json={"action": "cancel"}, expect=204)
    admin.post(f"/printers/{id}/connection", json={"state": "offline"}, expect=204)
    admin.delete(f"/printers/{id}", expect=204)
    user.get(f"/printers/{printer.host}", expect=404)
    assert user.get(f"/printjobs/{started['id']}", expect=200).json()["printer_id"] == id
    found = user.get(f"/printjobs?filter=printer_id:{id}", expect=200).json()["items"]
    assert [row["id"] for row in found] == [started["id"]]


def test_an_id_is_never_given_again(admin: Api, user: Api, printer: FakePrinter):
    first = add(admin, printer.host)
    admin.delete(f"/printers/{first}", expect=204)
    second = add(admin, printer.host)
    assert second != first
    user.get(f"/printers/{first}", expect=404)
    admin.delete(f"/printers/{second}", expect=204)
    admin.delete(f"/printers/{second}", expect=404)


def test_events_name_the_printer(admin: Api, user: Api, printer: FakePrinter):
    with Follower(user) as follower:
        id = add(admin, printer.host)
        assert follower.until("printer", host=printer.host).data["id"] == id
        admin.delete(f"/printers/{id}", expect=204)
        assert follower.until("printer-removed", host=printer.host).data == {"id": id, "host": printer.host}


def test_it_outlives_a_restart_and_the_command_line_takes_it(server: Server, admin: Api, printer: FakePrinter):
    id = add(admin, printer.host)
    server.restart()
    assert admin.get(f"/printers/{printer.host}", expect=200).json()["id"] == id
    server.command("printer", "remove", id)
    admin.get(f"/printers/{id}", expect=404)


def test_a_printer_that_moves_keeps_its_history(admin: Api, user: Api, fake_printers):
    old, new = fake_printers(2, speed=5)
    id = add(admin, old.host)
    gcode = uploaded(user, "before.gcode")
    started = user.post("/printjobs", json={"gcode": gcode["id"], "printer": id}, expect=201).json()
    with Follower(user) as follower:
        moved = admin.patch(f"/printers/{id}", json={"host": new.host}, expect=200).json()
        assert (moved["id"], moved["host"], moved["name"]) == (id, new.host, "Named")
        assert moved["status"]["state"] == "Operational" and moved["client"]["connected"]
        assert follower.until("printer", host=new.host).data["id"] == id
        # It is the same printer: nobody is told that it is gone.
        admin.delete(f"/printers/{id}", expect=204)
        assert follower.until("printer-removed").data == {"id": id, "host": new.host}
    user.get(f"/printers/{old.host}", expect=404)
    assert user.get(f"/printjobs/{started['id']}", expect=200).json()["printer_id"] == id


def test_whose_print_it_is_is_known_after_the_move(
    admin: Api, user: Api, other_user: Api, printer: FakePrinter, scripted_printer: ScriptedPrinter
):
    id = add(admin, printer.host)
    gcode = uploaded(user, "going on.gcode")
    user.post("/printjobs", json={"gcode": gcode["id"], "printer": id}, expect=201)
    # The same printer at another address: it still prints that file.
    scripted_printer.answers["/api/printer"] = Answer(body=printer_body("Printing", operational=True, printing=True))
    scripted_printer.answers["/api/job"] = Answer(body=printer.job())
    scripted_printer.answers["POST /api/job"] = Answer(204)
    admin.patch(f"/printers/{id}", json={"host": scripted_printer.host}, expect=200)
    other_user.post(f"/printers/{id}/current-job", json={"action": "cancel"}, expect=401)
    user.post(f"/printers/{id}/current-job", json={"action": "cancel"}, expect=204)
    admin.delete(f"/printers/{id}", expect=204)


def test_the_address_of_another_printer_is_taken(admin: Api, fake_printers):
    one, other = fake_printers(2)
    id, other_id = add(admin, one.host), add(admin, other.host)
    admin.patch(f"/printers/{id}", json={"host": other.host}, expect=409)
    assert admin.patch(f"/printers/{id}", json={"host": one.host}, expect=200).json()["host"] == one.host
    for host in ("", "batch", "127.0.0.1:0", None):
        admin.patch(f"/printers/{id}", json={"host": host}, expect=400)
    for each in (id, other_id):
        admin.delete(f"/printers/{each}", expect=204)
