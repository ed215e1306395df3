"""Printers at addresses of every kind: names, IPv6, and below a path of a machine that has several."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from support.api import Api, pointers
from support.events import Follower
from support.fakes import Answer, FakePrinter, ScriptedPrinter, settings_body
from support.gcodes import uploaded
from support.nginx import PathProxy
from support.server import Server
from support.wait import eventually
from support.webcams import Viewer


@pytest.fixture(autouse=True)
def no_printers(admin: Api):
    """Each test begins without printers."""
    yield
    for printer in admin.get("/printers", expect=200).json()["items"]:
        admin.delete(f"/printers/{printer['id']}", expect=204)


@pytest.fixture
def farm(tmp_path: Path, fake_printers) -> Iterator[tuple[PathProxy, list[FakePrinter]]]:
    """Two printers at one address, behind a real nginx."""
    printers = fake_printers(2, speed=5)
    servers = {f"/octoprint{i + 1}": printer.host for i, printer in enumerate(printers)}
    # Their cameras' addresses begin with a slash, so they count from the root of the machine.
    proxy = PathProxy(tmp_path / "farm", servers | {"/webcam": f"{printers[0].host}/webcam"})
    yield proxy, printers
    proxy.end()


def add(admin: Api, host: str, **more: object) -> dict:
    return admin.post("/printers", json={"host": host, "name": "Somewhere"} | more, expect=201).json()


def works(admin: Api, user: Api, host: str, simulator: FakePrinter) -> None:
    """A printer at that host can be seen, commanded, watched and printed on, by its host and by its id."""
    with Follower(user) as follower:
        printer = add(admin, host)
        assert follower.until("printer", host=printer["host"]).data["id"] == printer["id"]
    assert printer["status"]["state"] == "Operational" and printer["client"]["connected"]
    assert printer["webcam"]["proxied"] == f"/proxied-webcam/{printer['id']}"
    gcode = uploaded(user, "anywhere.gcode")
    for name in (printer["id"], quote(printer["host"], safe="")):
        assert user.get(f"/printers/{name}?fields=status", expect=200).json()["id"] == printer["id"]
        with Viewer(user, name) as viewer:
            assert viewer.picture()
        assert user.get(f"/printers/{name}/snapshot", expect=200).headers["Content-Type"] == "image/jpeg"
        key = {"X-Api-Key": user.access_token}
        assert user.get(f"/octoprint-emulator/printers/{name}/api/version", headers=key, expect=200)
    for named in (printer["id"], printer["host"]):
        started = user.post("/printjobs", json={"gcode": gcode["id"], "printer": named}, expect=201).json()
        job = user.get(f"/printjobs/{started['id']}", expect=200).json()
        assert (job["printer_id"], job["printer_data"]["host"]) == (printer["id"], printer["host"])
        user.post(f"/printers/{quote(named, safe='')}/current-job", json={"action": "cancel"}, expect=204)
        eventually(lambda: simulator.job()["state"] == "Operational", what="the print is cancelled")
    assert any(path.endswith(gcode["filename"]) for path in simulator.files())


def test_an_ipv6_address(admin: Api, user: Api, fake_printers):
    (printer,) = fake_printers(flags=("--address", "::1"), speed=5)
    assert printer.host.startswith("[::1]:")
    works(admin, user, printer.host, printer)


def test_a_host_name(admin: Api, user: Api, fake_printers):
    (printer,) = fake_printers(speed=5)
    works(admin, user, printer.host.replace("127.0.0.1", "localhost"), printer)


def test_a_name_in_the_command_line(server: Server, admin: Api, fake_printers):
    (printer,) = fake_printers()
    name = printer.host.replace("127.0.0.1", "localhost")
    server.command("printer", "add", f"http://{name.upper()}/", "--name", "Named")
    assert admin.get(f"/printers/{name}", expect=200).json()["client"]["connected"]
    server.command("printer", "remove", name)
    admin.get(f"/printers/{name}", expect=404)
    refused = server.command("printer", "add", f"http://{name}", "--name", "Named", "--protocol", "https", expect=None)
    assert refused.returncode != 0 and "another protocol" in refused.stderr


def test_two_printers_at_one_address(admin: Api, user: Api, farm):
    proxy, printers = farm
    for path, printer in zip(("/octoprint1", "/octoprint2"), printers):
        works(admin, user, f"http://{proxy.host}{path}/", printer)
    listed = user.get("/printers", expect=200).json()["items"]
    assert {printer["host"] for printer in listed} == {f"{proxy.host}/octoprint1", f"{proxy.host}/octoprint2"}
    # Each is asked for itself.
    admin.post(f"/printers/{quote(listed[0]['host'], safe='')}/connection", json={"state": "offline"}, expect=204)
    for printer, code in zip(listed, ("not_connected", "operational")):
        path = f"/printers/{printer['id']}?fields=status"
        eventually(lambda: user.get(path, expect=200).json()["status"]["code"] == code, what=f"it is {code}")
    assert printers[int(listed[0]["host"][-1]) - 1].job()["state"] == "Offline"


def test_unique_when_normalised(admin: Api, farm):
    proxy, _ = farm
    first = add(admin, f"{proxy.host}/octoprint1")
    for spelling in (f"http://{proxy.host}/octoprint1/", f"{proxy.host}/%6Fctoprint1", f"{proxy.host}/octoprint%31"):
        admin.post("/printers", json={"host": spelling, "name": "Again"}, expect=409)
        assert admin.get(f"/printers/{quote(spelling, safe='')}", expect=200).json()["id"] == first["id"]
    second = add(admin, f"{proxy.host}/octoprint2")
    admin.patch(f"/printers/{second['id']}", json={"host": f"{proxy.host}/octoprint1/"}, expect=409)


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ("LOCALHOST:9", "localhost:9"),
        ("http://127.0.0.2:9/", "127.0.0.2:9"),
        ("[0:0:0:0:0:0:0:1]:9", "[::1]:9"),
        ("[::ffff:127.0.0.2]:9", "127.0.0.2:9"),
        ("127.0.0.2:80/a/", "127.0.0.2/a"),
        ("127.0.0.2:9/%7ea/%c3%bc", "127.0.0.2:9/~a/%C3%BC"),
    ],
)
def test_is_shown_in_one_spelling(admin: Api, given: str, host: str):
    printer = add(admin, given)
    assert (printer["host"], printer["protocol"]) == (host, "http")
    assert admin.get("/printers", expect=200).json()["items"][0]["host"] == host


def test_an_address_may_name_its_protocol(admin: Api):
    printer = add(admin, "https://127.0.0.2:443/a")
    assert (printer["host"], printer["protocol"]) == ("127.0.0.2/a", "https")
    assert add(admin, "https://127.0.0.2:9", protocol="https")["protocol"] == "https"
    for body in ({"host": "http://127.0.0.3:9", "protocol": "https"}, {"host": "https://127.0.0.3:9", "protocol": "http"}):
        assert pointers(admin.post("/printers", json=body | {"name": "x"}, expect=400)) == {"/host"}
        assert pointers(admin.patch(f"/printers/{printer['id']}", json=body, expect=400)) == {"/host"}
    moved = admin.patch(f"/printers/{printer['id']}", json={"host": "http://127.0.0.2:80/b"}, expect=200).json()
    assert (moved["host"], moved["protocol"]) == ("127.0.0.2/b", "http")


def test_words_of_routes_are_no_hosts(admin: Api):
    beside = [path.split("/")[2] for path in admin.get("/openapi.json", expect=200).json()["paths"] if path.startswith("/printers/")]
    for word in {word for word in beside if not word.startswith("{")} | {"actions", "appkey", "batch", "candidates", "probe"}:
        for host in (word, word.upper(), f"http://{word}:5000/"):
            answer = admin.post("/printers", json={"host": host, "name": "x"}, expect=400)
            assert pointers(answer) == {"/host"}


def test_a_camera_at_the_printers_host_is_shown_and_no_other(admin: Api, user: Api, scripted_printer: ScriptedPrinter):
    name = scripted_printer.host.replace("127.0.0.1", "localhost")
    for url, shown in (
        ("/webcam/?action=stream", f"http://{name}/webcam/?action=stream"),
        ("webcam/?action=stream", f"http://{name}/webcam/?action=stream"),
        ("http://127.0.0.1:8080/s", "http://localhost:8080/s"),
        ("http://localhost.example.org/s", None),
        ("http://127.0.0.2/s", None),
    ):
        scripted_printer.answers["/api/settings"] = Answer(body=settings_body(streamUrl=url))
        printer = add(admin, name)
        assert printer["webcam"].get("stream") == shown, url
        admin.delete(f"/printers/{printer['id']}", expect=204)
