"""docs/api.md §3 (/printjobs, /printers/<host>/current-job/adopt): what becomes of prints, and whose they are."""

import pytest

from support.api import Api, pointers
from support.events import Follower
from support.fakes import Answer, FakePrinter, ScriptedPrinter, printer_body
from support.gcodes import every_page, gcode_bytes, uploaded
from support.printjobs import add_printer, job_of, jobs_on, looks, only_job, start, state_is
from support.tokens import claims_of
from support.wait import eventually

NOBODY = "127.0.0.2:9"


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {
        "printers-status-max-age": "0s",
        "printers-check-interval": "5m",
        "printers-upload-answer-timeout": "4s",
        "printers-print-settle-time": "500ms",
    }


@pytest.fixture
def printer(admin: Api, fake_printers) -> FakePrinter:
    """A simulated printer that needs minutes for anything."""
    (fake,) = fake_printers(speed=0.01)
    add_printer(admin, fake.host, "Slow printer")
    return fake


@pytest.fixture
def scripted(admin: Api, scripted_printer: ScriptedPrinter) -> ScriptedPrinter:
    add_printer(admin, scripted_printer.host, "Scripted printer")
    return scripted_printer


@pytest.fixture(scope="module")
def gcode(user: Api) -> dict:
    return uploaded(user, "part.gcode", gcode_bytes(50_000))


def test_print_job_is_followed_to_its_end(admin: Api, user: Api, gcode: dict, fake_printers):
    (fake,) = fake_printers(speed=1)
    add_printer(admin, fake.host)
    with Follower(user) as follower:
        start(user, gcode, fake.host)
        eventually(lambda: looks(user, fake.host)["status"]["state"] == "Printing", within_s=20)
        user.post(f"/printers/{fake.host}/current-job", json={"action": "toggle"}, expect=204)
        state_is(user, fake.host, "paused")
        user.post(f"/printers/{fake.host}/current-job", json={"action": "toggle"}, expect=204)
        state_is(user, fake.host, "printing")
        fake.set_state(speed=100)
        job = state_is(user, fake.host, "finished")
        states: list[str] = []
        while "finished" not in states:
            states.append(follower.until("printjob", id=job["id"]).data["state"])
    assert (job["result"], job["progress"], job["reason"]) == ("finished", 100, None)
    assert job["ended"] > job["started"]
    assert states == ["sending", "starting", "printing", "paused", "printing", "finished"], "one event for each step"


def test_cancelled_print_says_by_whom(user: Api, gcode: dict, printer: FakePrinter):
    start(user, gcode, printer.host)
    printer.set_state(speed=1)
    eventually(lambda: looks(user, printer.host)["status"]["state"] == "Printing", within_s=20)
    user.post(f"/printers/{printer.host}/current-job", json={"action": "cancel"}, expect=204)
    job = state_is(user, printer.host, "cancelled")
    assert (job["result"], job["reason"]) == ("cancelled", "Cancelled by ursula")


def test_print_that_the_printer_loses_fails_with_its_words(user: Api, gcode: dict, printer: FakePrinter):
    start(user, gcode, printer.host)
    printer.set_state(speed=1)
    eventually(lambda: looks(user, printer.host)["status"]["state"] == "Printing", within_s=20)
    printer.set_state(state="error", error="Thermal runaway")
    assert "Thermal runaway" in state_is(user, printer.host, "failed")["reason"]


def test_print_that_is_cancelled_at_the_printer(user: Api, gcode: dict, printer: FakePrinter):
    start(user, gcode, printer.host)
    printer.set_state(speed=1)
    eventually(lambda: looks(user, printer.host)["status"]["state"] == "Printing", within_s=20)
    printer.command("cancel")
    assert "at the printer" in state_is(user, printer.host, "cancelled")["reason"]


def test_list_is_filtered_by_what_became_of_prints(user: Api, gcode: dict, scripted: ScriptedPrinter):
    scripted.answers["/api/files/local"] = Answer(415, {"error": "Could not upload file, invalid type"})
    start(user, gcode, scripted.host, expect=500)
    (failed,) = jobs_on(user, scripted.host)
    for query in ("state:^failed$", "result:^failed$", "reason:invalid type", f"ended:{failed['ended'][:10]}"):
        assert failed in every_page(user, f"/printjobs?filter={query}"), query
    assert failed not in every_page(user, "/printjobs?filter=state:^printing$")
    for column in ("state", "progress", "ended", "result", "reason"):
        assert failed in every_page(user, f"/printjobs?order_by=-{column}&limit=3"), column


# --- what was started elsewhere, and what nobody can tell ---------------------------------------------------------------


def foreign_print(printer: FakePrinter, name: str = "elsewhere.gcode") -> None:
    """As somebody does who uploads and prints at the printer itself."""
    printer.upload(name, gcode_bytes(3000), print="true")


def test_foreign_print_is_shown_and_adopted(admin: Api, user: Api, other_user: Api, printer: FakePrinter):
    foreign_print(printer)
    seen = eventually(lambda: looks(user, printer.host)["job"], within_s=20)
    assert (seen["print_job"], seen["foreign"]) == (None, True)
    user.post(f"/printers/{printer.host}/current-job", json={"action": "cancel"}, expect=401)

    answer = user.post(f"/printers/{printer.host}/current-job/adopt", expect=201).json()
    assert answer["user_uuid"] == claims_of(user.access_token)["identity"]
    job = user.get(f"/printjobs/{answer['id']}", expect=200).json()
    assert (job["state"], job["username"], job["printer_data"]["host"]) == ("printing", "ursula", printer.host)
    assert job["gcode_data"] == {"id": 0, "filename": "elsewhere.gcode", "size": 3000, "available": False}
    seen = eventually(lambda: looks(user, printer.host)["job"], within_s=20)
    assert (seen["print_job"], seen["foreign"]) == (answer["id"], False)
    for api in (user, other_user):
        again = api.post(f"/printers/{printer.host}/current-job/adopt", expect=409).json()
        assert again["code"] == "conflict" and "somebody's" in again["message"]
    printer.set_state(speed=1)
    user.post(f"/printers/{printer.host}/current-job", json={"action": "cancel"}, expect=204)
    assert state_is(user, printer.host, "cancelled")["reason"] == "Cancelled by ursula"


def test_own_print_is_not_foreign(user: Api, other_user: Api, gcode: dict, printer: FakePrinter):
    id = start(user, gcode, printer.host).json()["id"]
    seen = eventually(lambda: looks(user, printer.host)["job"], within_s=20)
    assert (seen["print_job"], seen["foreign"]) == (id, False)
    other_user.post(f"/printers/{printer.host}/current-job/adopt", expect=409)


def test_same_name_in_another_place_is_foreign(admin: Api, user: Api, gcode: dict, fake_printers):
    (fake,) = fake_printers(speed=1000)
    add_printer(admin, fake.host)
    start(user, gcode, fake.host)
    state_is(user, fake.host, "finished")
    fake.set_state(speed=0.01)
    foreign_print(fake, gcode["filename"])
    seen = eventually(lambda: looks(user, fake.host)["job"], within_s=20)
    assert seen["name"] == gcode["filename"] and seen["foreign"]
    user.post(f"/printers/{fake.host}/current-job", json={"action": "toggle"}, expect=401)


def test_nothing_to_adopt(user: Api, printer: FakePrinter, admin: Api):
    assert user.post(f"/printers/{printer.host}/current-job/adopt", expect=409).json()["code"] == "conflict"
    assert jobs_on(user, printer.host) == []
    user.post(f"/printers/{NOBODY}/current-job/adopt", expect=404)


def unknown_job(user: Api, gcode: dict, scripted: ScriptedPrinter) -> str:
    scripted.answers |= {"/api/files/local": Answer(500, b""), "/api/job": Answer(500, b"")}
    start(user, gcode, scripted.host, expect=500)
    return f"/printjobs/{only_job(user, scripted.host, 'unknown')['id']}"


@pytest.mark.parametrize("state", ["finished", "failed", "cancelled"])
def test_a_person_says_what_nobody_can_tell(
    admin: Api, user: Api, other_user: Api, gcode: dict, scripted: ScriptedPrinter, state: str
):
    path = unknown_job(user, gcode, scripted)
    assert other_user.patch(path, json={"state": state}, expect=401).json()["code"] == "not_owner"
    for wrong in ("unknown", "printing", "", None, 5, "Finished"):
        assert pointers(user.patch(path, json={"state": wrong}, expect=400)) == {"/state"}
    who = user if state == "finished" else admin
    job = who.patch(path, json={"state": state}, expect=200).json()
    assert (job["state"], job["result"]) == (state, state) and job["ended"]
    assert job == user.get(path, expect=200).json()
    assert user.patch(path, json={"state": "failed"}, expect=409).json()["code"] == "conflict", "it is known now"


def test_what_the_printer_tells_nobody_else_says(user: Api, gcode: dict, printer: FakePrinter):
    id = start(user, gcode, printer.host).json()["id"]
    user.patch(f"/printjobs/{id}", json={"state": "failed"}, expect=409)
    assert only_job(user, printer.host, "printing")
    user.patch("/printjobs/987654321", json={"state": "failed"}, expect=404)


def test_unknown_print_is_resolved_by_what_the_printer_shows(user: Api, gcode: dict, scripted: ScriptedPrinter):
    unknown_job(user, gcode, scripted)
    scripted.answers |= {"/api/job": job_of(gcode, "Printing"), "/api/printer": Answer(body=printer_body("Printing", printing=True))}
    state_is(user, scripted.host, "printing")
