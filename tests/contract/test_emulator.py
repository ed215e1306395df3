"""docs/api.md §3 (/octoprint-emulator): what the emulated OctoPrint answers, for the library and below a printer. How the programs
themselves talk to it is in test_slicers.py."""

import time
from typing import Any

import pytest

from support import faults
from support.api import Api, pointers
from support.fakes import FORBIDDEN, NOT_OPERATIONAL, Answer, ScriptedPrinter, job_body, printer_body
from support.gcodes import every_page, gcode_bytes, uploaded
from support.multipart import CONTENT_TYPE, Part, form
from support.wait import eventually

LIBRARY = "/octoprint-emulator/api"
NOBODY = "127.0.0.2:9"
OFF = "127.0.0.2:21"
PRINTING = {
    "/api/printer": Answer(body=printer_body("Printing", printing=True)),
    "/api/job": Answer(body=job_body("Printing", "karmen/lid.gcode", 10.0)),
}
DONE = Answer(204)


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"printers-status-max-age": "0s", "printers-check-interval": "5m"}


@pytest.fixture(scope="module")
def gcode(user: Api) -> dict:
    return uploaded(user, "lid.gcode", b"G28\n")


@pytest.fixture
def scripted(admin: Api, scripted_printer: ScriptedPrinter) -> ScriptedPrinter:
    admin.post("/printers", json={"host": scripted_printer.host, "name": "Emulated"}, expect=201)
    return scripted_printer


@pytest.fixture(scope="module")
def off(admin: Api) -> str:
    """A printer that is switched off."""
    return admin.post("/printers", json={"host": OFF, "name": "Off"}, expect=201).json()["host"]


def below(host: str) -> str:
    return f"/octoprint-emulator/printers/{host}/api"


def call(api: Api, method: str, path: str, **options: Any):
    """With the key where slicers send it. An access token of the account does as one."""
    headers = {"X-Api-Key": api.access_token} | options.pop("headers", {})
    return api.with_token(None).request(method, path, headers=headers, **options)


def send_file(api: Api, prefix: str, name: str = "lid.gcode", *, expect: int, print: bytes = b"true"):
    body = form(Part("print", print), Part("file", b"G28\n", filename=name))
    return call(api, "POST", f"{prefix}/files/local", data=body, headers={"Content-Type": CONTENT_TYPE}, expect=expect)


def select(api: Api, prefix: str, gcode: dict, *, expect: int, print: bool | None = True):
    body = {"command": "select", "print": print}
    return call(api, "POST", f"{prefix}/files/local/{gcode['id']}", json=body, expect=expect)


def codes(*answers) -> list[str]:
    return [answer.json()["code"] for answer in answers]


WHATEVER_IT_IS_FOR = {
    "version": {"api": "karmen", "text": "OctoPrint emulator by Karmen"},
    "server": {},
    "currentuser": {"name": "ursula"},
    "printerprofiles": {},
    "settings": {},
    "files": {"files": []},
    "files/local": {"files": []},
}


@pytest.mark.parametrize(("path", "told"), WHATEVER_IT_IS_FOR.items(), ids=WHATEVER_IT_IS_FOR.keys())
def test_what_does_not_depend_on_the_printer(user: Api, off: str, path: str, told: dict):
    library, printer = (call(user, "GET", f"{prefix}/{path}", expect=200).json() for prefix in (LIBRARY, below(off)))
    assert library == printer and library.items() >= told.items()


# --- the library --------------------------------------------------------------------------------------------------------


def test_library_is_always_connected(user: Api):
    for command in ("connect", "disconnect"):
        call(user, "POST", f"{LIBRARY}/connection", json={"command": command}, expect=204)
    assert call(user, "GET", f"{LIBRARY}/connection", expect=200).json()["current"]["state"] == "Operational"


@pytest.mark.parametrize("command", ["start", "cancel", "pause"])
def test_library_prints_nothing(user: Api, command: str):
    answer = call(user, "POST", f"{LIBRARY}/job", json={"command": command}, expect=409)
    assert codes(answer) == ["printer_not_operational"]


@pytest.mark.parametrize("print", [True, False, None])
def test_select_in_the_library_does_nothing(user: Api, gcode: dict, print: bool | None):
    before = every_page(user, "/printjobs")
    select(user, LIBRARY, gcode, print=print, expect=204)
    assert every_page(user, "/printjobs") == before


@pytest.mark.parametrize("prefix", [LIBRARY, below(OFF)])
def test_only_gcode_is_taken(user: Api, off: str, prefix: str):
    assert codes(send_file(user, prefix, "lid.stl", expect=415)) == ["unsupported_media_type"]


@pytest.mark.parametrize("prefix", [LIBRARY, below(OFF)])
def test_file_is_where_its_upload_said(user: Api, off: str, prefix: str):
    uploaded = send_file(user, prefix, "shown.gcode", print=b"false", expect=201)
    file = call(user, "GET", uploaded.headers["Location"], expect=200).json()
    told = uploaded.json()["files"]["local"]
    assert file.items() >= told.items()
    assert (file["size"], file["type"]) == (4, "machinecode") and abs(file["date"] - time.time()) < 3600
    assert file["refs"]["resource"] == uploaded.headers["Location"]
    assert user.get(file["refs"]["download"], expect=200).content == b"G28\n"


# --- a printer that is ready --------------------------------------------------------------------------------------------


def test_state_of_the_printer(user: Api, scripted: ScriptedPrinter):
    prefix = below(scripted.host)
    assert call(user, "GET", f"{prefix}/printer", expect=200).json()["state"]["flags"]["ready"] is True
    assert call(user, "GET", f"{prefix}/connection", expect=200).json()["current"]["state"] == "Operational"
    scripted.answers |= PRINTING
    assert call(user, "GET", f"{prefix}/job", expect=200).json()["job"]["file"]["name"] == "karmen/lid.gcode"


def test_upload_that_prints(user: Api, scripted: ScriptedPrinter):
    answer = send_file(user, below(scripted.host), expect=201)
    assert answer.json()["effectivePrint"] is True
    assert len(scripted.asked("/api/files/local", "POST")) == 1


@pytest.mark.parametrize("text", [b"true", b"True", b"TRUE", b"yes", b"Yes", b"1", b"y", b"Y", b"on", b"On"])
def test_spellings_of_true(user: Api, scripted: ScriptedPrinter, text: bytes):
    assert send_file(user, below(scripted.host), print=text, expect=201).json()["effectivePrint"] is True


@pytest.mark.parametrize("text", [b"false", b"False", b"FALSE", b"no", b"No", b"0", b"n", b"off", b""])
def test_spellings_of_false(user: Api, scripted: ScriptedPrinter, text: bytes):
    for prefix in (LIBRARY, below(scripted.host)):
        assert send_file(user, prefix, print=text, expect=201).json()["effectivePrint"] is False
    assert scripted.asked("/api/files/local", "POST") == []


@pytest.mark.parametrize(
    "text",
    [b"ture", b"ye", b"onn", b"2", b" true", b"true\0", b"null", b"\xff", b"x" * 5000],
    ids=lambda text: repr(text)[:12],
)
def test_print_that_is_neither_is_400(user: Api, scripted: ScriptedPrinter, text: bytes):
    """Nobody may find a file lying there that should have been printed."""
    before = every_page(user, "/gcodes")
    for prefix in (LIBRARY, below(scripted.host)):
        assert pointers(send_file(user, prefix, print=text, expect=400)) == {"/print"}
    assert every_page(user, "/gcodes") == before
    assert scripted.asked("/api/files/local", "POST") == []


def test_select_that_prints(user: Api, gcode: dict, scripted: ScriptedPrinter):
    select(user, below(scripted.host), gcode, print=False, expect=204)
    assert scripted.asked("/api/files/local", "POST") == []
    select(user, below(scripted.host), gcode, expect=204)
    assert len(scripted.asked("/api/files/local", "POST")) == 1


def test_commands_reach_the_printer(admin: Api, scripted: ScriptedPrinter):
    prefix = below(scripted.host)
    call(admin, "POST", f"{prefix}/connection", json={"command": "disconnect"}, expect=204)
    assert len(scripted.asked("/api/connection", "POST")) == 1
    scripted.answers |= PRINTING | {"/api/job": DONE}
    call(admin, "POST", f"{prefix}/job", json={"command": "cancel"}, expect=204)
    assert len(scripted.asked("/api/job", "POST")) == 1


PAUSES = [({}, "toggle"), ({"action": None}, "toggle"), *(({"action": action}, action) for action in ("toggle", "pause", "resume"))]


@pytest.mark.parametrize(("more", "passed_on"), PAUSES, ids=repr)
@pytest.mark.parametrize("state", ["printing", "paused"])
def test_pause_is_passed_on_as_it_came(admin: Api, scripted: ScriptedPrinter, state: str, more: dict, passed_on: str):
    """A toggle in place of a pause could resume a print. What a toggle means is decided by what the printer does now."""
    meant = {"printing": "pause", "paused": "resume"}[state] if passed_on == "toggle" else passed_on
    scripted.answers["/api/printer"] = Answer(body=printer_body(state.capitalize(), **{state: True}))
    scripted.answers["/api/job"] = DONE
    call(admin, "POST", f"{below(scripted.host)}/job", json={"command": "pause"} | more, expect=204)
    assert scripted.sent("/api/job") == [{"command": "pause", "action": meant}]


@pytest.mark.parametrize("action", ["", "Pause", "stop", "pause ", 5, True, ["pause"]], ids=repr)
def test_unknown_action_is_400(admin: Api, scripted: ScriptedPrinter, action: object):
    for prefix in (LIBRARY, below(scripted.host)):
        answer = call(admin, "POST", f"{prefix}/job", json={"command": "pause", "action": action}, expect=400)
        assert pointers(answer) == {"/action"}
    assert scripted.asked("/api/job", "POST") == []


@pytest.mark.parametrize("command", ["cancel", "start"])
def test_other_commands_ignore_the_action(admin: Api, scripted: ScriptedPrinter, command: str):
    scripted.answers["/api/job"] = DONE
    for action in ("pause", "explode", 5, ["pause"], None):
        body = {"command": command, "action": action}
        call(admin, "POST", f"{below(scripted.host)}/job", json=body, is_documented=False, expect=204)
    assert scripted.sent("/api/job") == [{"command": command}] * 5


def test_what_is_so_already_stays_so(user: Api, admin: Api, fake_printers):
    """Even if Karmen's data of the printer is old."""
    (printer,) = fake_printers(speed=5)
    admin.post("/printers", json={"host": printer.host, "name": "Paused"}, expect=201)
    large = uploaded(user, "long.gcode", gcode_bytes(2_000_000))
    select(user, below(printer.host), large, expect=204)
    eventually(lambda: printer.job()["state"] == "Printing")
    for action, state in (("resume", "Printing"), ("pause", "Paused"), ("pause", "Paused"), ("resume", "Printing")):
        call(user, "POST", f"{below(printer.host)}/job", json={"command": "pause", "action": action}, expect=204)
        eventually(lambda: printer.job()["state"] == state)
    call(user, "POST", f"{below(printer.host)}/job", json={"command": "cancel"}, expect=204)


@pytest.mark.parametrize("action", ["pause", "resume", "toggle"])
def test_without_a_print_there_is_nothing_to_pause(admin: Api, fake_printers, action: str):
    (printer,) = fake_printers()
    admin.post("/printers", json={"host": printer.host, "name": "Idle"}, expect=201)
    answer = call(admin, "POST", f"{below(printer.host)}/job", json={"command": "pause", "action": action}, expect=409)
    assert codes(answer) == ["printer_refused"]


# --- a printer that is not ----------------------------------------------------------------------------------------------


def test_printer_that_is_off(user: Api, gcode: dict, off: str):
    prefix = below(off)
    seen = call(user, "GET", f"{prefix}/printer", expect=409)
    assert codes(seen, select(user, prefix, gcode, expect=409)) == ["printer_not_operational"] * 2
    assert send_file(user, prefix, expect=201).json()["effectivePrint"] is False


def test_printer_that_does_not_take_the_file(user: Api, gcode: dict, scripted: ScriptedPrinter):
    scripted.answers["/api/files/local"] = FORBIDDEN
    prefix = below(scripted.host)
    assert codes(send_file(user, prefix, expect=500), select(user, prefix, gcode, expect=500)) == ["printer_failed"] * 2


def test_printer_that_refuses_commands(admin: Api, scripted: ScriptedPrinter):
    scripted.answers |= PRINTING | {"/api/connection": FORBIDDEN, "/api/job": NOT_OPERATIONAL}
    prefix = below(scripted.host)
    connection = call(admin, "POST", f"{prefix}/connection", json={"command": "disconnect"}, expect=500)
    job = call(admin, "POST", f"{prefix}/job", json={"command": "cancel"}, expect=409)
    assert codes(connection, job) == ["printer_failed", "printer_refused"]


def test_idle_printer_is_not_operated_by_users(user: Api, scripted: ScriptedPrinter):
    prefix = below(scripted.host)
    connection = call(user, "POST", f"{prefix}/connection", json={"command": "disconnect"}, expect=403)
    job = call(user, "POST", f"{prefix}/job", json={"command": "cancel"}, expect=403)
    assert codes(connection, job) == ["forbidden"] * 2
    assert scripted.asked(method="POST") == []


def test_everybody_may_connect_what_is_connected(user: Api, scripted: ScriptedPrinter):
    prefix = below(scripted.host)
    call(user, "POST", f"{prefix}/connection", json={"command": "connect"}, expect=204)
    scripted.answers["/api/printer"] = NOT_OPERATIONAL
    call(user, "POST", f"{prefix}/connection", json={"command": "disconnect"}, expect=204)
    refused = call(user, "POST", f"{prefix}/connection", json={"command": "connect"}, expect=403)
    assert codes(refused) == ["forbidden"]
    assert scripted.asked(method="POST") == []


@pytest.mark.parametrize("command", ["connect", "disconnect"])
def test_printer_that_is_off_is_in_no_state(user: Api, off: str, command: str):
    call(user, "POST", f"{below(off)}/connection", json={"command": command}, expect=403)


@pytest.mark.parametrize(("state", "action"), [("paused", "pause"), ("printing", "resume")])
def test_strangers_are_refused_also_what_is_so_already(user: Api, scripted: ScriptedPrinter, state: str, action: str):
    scripted.answers |= PRINTING | {"/api/printer": Answer(body=printer_body(state.capitalize(), **{state: True}))}
    answer = call(user, "POST", f"{below(scripted.host)}/job", json={"command": "pause", "action": action}, expect=403)
    assert codes(answer) == ["forbidden"]
    assert scripted.asked(method="POST") == []


def test_unknown_printer(user: Api, gcode: dict):
    prefix = below(NOBODY)
    asked = ("printer", "job", "connection", f"files/local/{gcode['id']}", *WHATEVER_IT_IS_FOR)
    answers = [call(user, "GET", f"{prefix}/{what}", expect=404) for what in asked]
    answers.append(call(user, "POST", f"{prefix}/login", json={"passive": True}, expect=404))
    answers.append(call(user, "POST", f"{prefix}/connection", json={"command": "connect"}, expect=404))
    answers.append(call(user, "POST", f"{prefix}/job", json={"command": "cancel"}, expect=404))
    answers += [send_file(user, prefix, expect=404), select(user, prefix, gcode, expect=404)]
    assert codes(*answers) == ["printer_not_found"] * len(answers)


@pytest.mark.parametrize("prefix", [LIBRARY, below(OFF)])
@pytest.mark.parametrize("id", [987654321, "x"])
def test_unknown_file(user: Api, off: str, prefix: str, id: object):
    shown = call(user, "GET", f"{prefix}/files/local/{id}", expect=404)
    assert codes(select(user, prefix, {"id": id}, expect=404), shown) == ["gcode_not_found"] * 2


def test_file_that_is_deleted_before_it_is_printed(new_server, scripted_printer: ScriptedPrinter):
    server = new_server(options={"printers-status-max-age": "0s"})
    admin = server.first_admin()
    admin.post("/printers", json={"host": scripted_printer.host, "name": "Emulated"}, expect=201)
    faults.delete_gcodes_at_once(server)
    assert codes(send_file(admin, below(scripted_printer.host), expect=404)) == ["gcode_not_found"]
