"""docs/api.md §2 and §3 (/printers/<host>/connection, /current-job): operation: who may do it, and its outcomes."""

import pytest

from support.api import Api, pointers
from support.fakes import FORBIDDEN, NOT_OPERATIONAL, Answer, FakePrinter, ScriptedPrinter, job_body, printer_body
from support.gcodes import gcode_bytes, uploaded
from support.wait import eventually

UNKNOWN = "127.0.0.2:9"
DONE = Answer(204)


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    asked_anew = {"printers-status-max-age": "0s", "printers-check-interval": "5m"}
    return asked_anew | {"printers-deadline": "2s", "printers-request-timeout": "1s"}


def add(admin: Api, host: str, **more: object) -> str:
    admin.post("/printers", json={"host": host, "name": "Operated"} | more, expect=201)
    return host


@pytest.fixture
def printer(admin: Api, fake_printers) -> FakePrinter:
    """A simulated printer that pauses at once and still prints for a minute."""
    (fake,) = fake_printers(speed=5)
    add(admin, fake.host)
    return fake


@pytest.fixture
def scripted(admin: Api, scripted_printer: ScriptedPrinter) -> ScriptedPrinter:
    add(admin, scripted_printer.host)
    return scripted_printer


@pytest.fixture(scope="module")
def gcode(user: Api) -> dict:
    return uploaded(user, "operated.gcode", gcode_bytes(2_000_000))


def start(api: Api, gcode: dict, host: str) -> None:
    api.post("/printjobs", json={"gcode": gcode["id"], "printer": host}, expect=201)


def connect(api: Api, host: str, state: object = "online", *, expect: int = 204):
    return api.post(f"/printers/{host}/connection", json={"state": state}, expect=expect)


def command(api: Api, host: str, action: object, *, expect: int = 204):
    return api.post(f"/printers/{host}/current-job", json={"action": action}, expect=expect)


def state(api: Api, host: str) -> str:
    return api.get(f"/printers/{host}?fields=status", expect=200).json()["status"]["state"]


def wait_until_printing(api: Api, printer: FakePrinter) -> None:
    """An OctoPrint that is still starting takes a pause and forgets it."""
    eventually(lambda: state(api, printer.host) == "Printing")


def api_token(api: Api) -> Api:
    return api.with_token(api.post("/users/me/tokens", json={"name": "operator"}, expect=201).json()["access_token"])


# --- the connection -----------------------------------------------------------------------------------------------------


def test_printer_is_disconnected_and_connected(admin: Api, printer: FakePrinter):
    assert connect(admin, printer.host, "offline").content == b""
    eventually(lambda: state(admin, printer.host) == "Printer is not connected to Octoprint")
    connect(admin, printer.host, "online")
    eventually(lambda: state(admin, printer.host) == "Operational")


def test_already_there_is_204_and_asks_nothing_of_the_printer(admin: Api, scripted: ScriptedPrinter):
    connect(admin, scripted.host, "online")
    assert scripted.asked("/api/connection", "POST") == []
    scripted.answers["/api/printer"] = NOT_OPERATIONAL
    scripted.answers["/api/connection"] = Answer(body={"current": {"state": "Closed"}, "options": {}})
    connect(admin, scripted.host, "offline")
    assert scripted.asked("/api/connection", "POST") == []


REFUSALS = {"forbidden": FORBIDDEN, "bad request": Answer(400, {"error": "no"}), "server error": Answer(500, b"<html>")}


@pytest.mark.parametrize("answer", REFUSALS.values(), ids=REFUSALS.keys())
def test_refusal_to_disconnect_is_500_with_the_reason(admin: Api, scripted: ScriptedPrinter, answer: Answer):
    scripted.answers["/api/connection"] = answer
    problem = connect(admin, scripted.host, "offline", expect=500).json()
    assert problem["code"] == "printer_failed"
    said = "Cannot change printer's connection state to offline"
    assert problem["message"].startswith(said) and len(problem["message"]) > len(said) + 2
    assert "<html>" not in problem["message"]


@pytest.mark.parametrize("answer", REFUSALS.values(), ids=REFUSALS.keys())
def test_refusal_to_connect_is_500_with_the_reason(admin: Api, scripted: ScriptedPrinter, answer: Answer):
    scripted.answers |= {"/api/printer": NOT_OPERATIONAL, "/api/connection": answer}
    problem = connect(admin, scripted.host, "online", expect=500).json()
    assert problem["message"].startswith("Cannot change printer's connection state to online")


@pytest.mark.parametrize("wanted", ["online", "offline"])
def test_printer_that_is_gone_refuses(admin: Api, wanted: str):
    host = "127.0.0.2:17" if wanted == "online" else "127.0.0.2:18"
    add(admin, host)
    assert connect(admin, host, wanted, expect=500).json()["code"] == "printer_failed"


@pytest.mark.parametrize("fault", ["hang", "reset", "silent_close", "garbage_json"])
def test_printer_that_breaks_is_500_in_time(admin: Api, printer: FakePrinter, fault: str):
    printer.set_fault(fault)
    connect(admin, printer.host, "offline", expect=500)


@pytest.mark.parametrize("wanted", ["", "Online", "connect", "off", None, 5, True, ["online"], {"a": 1}, "online\0"], ids=repr)
def test_unknown_state_is_400(admin: Api, scripted: ScriptedPrinter, wanted: object):
    assert pointers(connect(admin, scripted.host, wanted, expect=400)) == {"/state"}
    assert scripted.asked("/api/connection", "POST") == []


# --- the job ------------------------------------------------------------------------------------------------------------


def test_print_is_paused_resumed_and_cancelled(admin: Api, gcode: dict, printer: FakePrinter):
    start(admin, gcode, printer.host)
    wait_until_printing(admin, printer)
    command(admin, printer.host, "toggle")
    eventually(lambda: state(admin, printer.host) == "Paused")
    command(admin, printer.host, "toggle")
    eventually(lambda: state(admin, printer.host) in ("Printing", "Resuming"))
    assert command(admin, printer.host, "cancel").content == b""
    eventually(lambda: state(admin, printer.host) == "Operational", within_s=30)


@pytest.mark.parametrize("action", ["cancel", "start", "toggle"])
def test_command_reaches_the_printer_once(admin: Api, scripted: ScriptedPrinter, action: str):
    scripted.answers["/api/job"] = DONE
    command(admin, scripted.host, action)
    ((_, _, headers),) = scripted.asked("/api/job", "POST")
    assert headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("action", ["cancel", "toggle"])
def test_nothing_printing_is_409(admin: Api, printer: FakePrinter, action: str):
    problem = command(admin, printer.host, action, expect=409).json()
    assert problem["code"] == "printer_refused" and len(problem["message"]) > len("The printer refused: ")


JOB_REFUSALS = REFUSALS | {"conflict": NOT_OPERATIONAL}


@pytest.mark.parametrize("answer", JOB_REFUSALS.values(), ids=JOB_REFUSALS.keys())
def test_refusal_is_409_with_the_reason(admin: Api, scripted: ScriptedPrinter, answer: Answer):
    scripted.answers["/api/job"] = answer
    problem = command(admin, scripted.host, "cancel", expect=409).json()
    assert len(problem["message"]) > len("The printer refused: ") and "<html>" not in problem["message"]


@pytest.mark.parametrize("version", ["1.8.7", "1.9.3", "1.10.3", "1.11.8", "2.0.0rc3"])
def test_toggle_pauses_and_resumes_in_every_version(admin: Api, gcode: dict, fake_printers, version: str):
    """OctoPrint 2.0 takes a toggle of a paused print for another pause."""
    (fake,) = fake_printers(speed=5, flags=("--octoprint-version", version))
    add(admin, fake.host)
    start(admin, gcode, fake.host)
    wait_until_printing(admin, fake)
    for wanted in ("Paused", "Printing", "Paused"):
        command(admin, fake.host, "toggle")
        eventually(lambda: state(admin, fake.host) == wanted)


def test_refused_command_shows_a_key_for_looking_only(admin: Api, scripted: ScriptedPrinter):
    scripted.answers["/api/job"] = FORBIDDEN
    command(admin, scripted.host, "cancel", expect=409)
    path = f"/printers/{scripted.host}?fields=status"
    eventually(lambda: admin.get(path, expect=200).json()["client"]["access_level"] == "read_only")


def test_printer_that_is_gone_is_409(admin: Api):
    command(admin, add(admin, "127.0.0.2:19"), "cancel", expect=409)


@pytest.mark.parametrize("fault", ["hang", "reset", "silent_close"])
def test_printer_that_breaks_is_409_in_time(admin: Api, printer: FakePrinter, fault: str):
    printer.set_fault(fault)
    command(admin, printer.host, "cancel", expect=409)


@pytest.mark.parametrize("action", ["", "pause", "resume", "Cancel", None, 5, True, ["cancel"], {"a": 1}, "cancel\0"], ids=repr)
def test_unknown_action_is_400(admin: Api, scripted: ScriptedPrinter, action: object):
    assert pointers(command(admin, scripted.host, action, expect=400)) == {"/action"}
    assert scripted.asked("/api/job", "POST") == []


# --- both ---------------------------------------------------------------------------------------------------------------

BOTH = [("connection", {"state": "offline"}), ("current-job", {"action": "cancel"})]


@pytest.mark.parametrize(("resource", "body"), BOTH)
@pytest.mark.parametrize("host", [UNKNOWN, "nobody", "127.0.0.1:0", "x" * 300], ids=lambda host: host[:12])
def test_unknown_printer_is_404(admin: Api, user: Api, resource: str, body: dict, host: str):
    for api in (admin, user):
        assert api.post(f"/printers/{host}/{resource}", json=body, expect=404).json()["code"] == "printer_not_found"
        # The printer comes before the body.
        api.post(f"/printers/{host}/{resource}", expect=404)


@pytest.mark.parametrize("resource", ["connection", "current-job"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"null", b'"cancel"', b'{"other":1}'], ids=repr)
def test_bad_body_is_400(admin: Api, printer: FakePrinter, resource: str, body: bytes):
    headers = {"Content-Type": "application/json"}
    admin.post(f"/printers/{printer.host}/{resource}", data=body, headers=headers, expect=400)


@pytest.mark.parametrize("resource", ["connection", "current-job"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"action":"explode","state":"explode"}'], ids=repr)
def test_refusal_comes_before_a_bad_body(user: Api, printer: FakePrinter, resource: str, body: bytes):
    headers = {"Content-Type": "application/json"}
    answer = user.post(f"/printers/{printer.host}/{resource}", data=body, headers=headers, expect=401)
    assert answer.json()["code"] == "role_required"


# --- who ----------------------------------------------------------------------------------------------------------------


def test_administrator_needs_no_fresh_token(admin: Api, user: Api, gcode: dict, printer: FakePrinter):
    """Nobody types a password while a print fails."""
    start(user, gcode, printer.host)
    command(admin.not_fresh(), printer.host, "cancel")
    eventually(lambda: state(admin, printer.host) == "Operational", within_s=30)
    connect(admin.not_fresh(), printer.host, "offline")


def test_user_operates_the_own_print(user: Api, gcode: dict, printer: FakePrinter):
    start(user, gcode, printer.host)
    wait_until_printing(user, printer)
    command(user.not_fresh(), printer.host, "toggle")
    eventually(lambda: state(user, printer.host) == "Paused")
    command(api_token(user), printer.host, "cancel")
    eventually(lambda: state(user, printer.host) == "Operational", within_s=30)
    # It is over: now the printer is nobody's.
    assert command(user, printer.host, "cancel", expect=401).json()["code"] == "role_required"
    connect(user, printer.host, "offline", expect=401)


def test_owner_of_the_print_may_disconnect(user: Api, gcode: dict, printer: FakePrinter):
    start(user, gcode, printer.host)
    connect(user, printer.host, "offline")
    eventually(lambda: state(user, printer.host) == "Printer is not connected to Octoprint")


def test_others_do_not_operate_it(admin: Api, user: Api, other_user: Api, gcode: dict, printer: FakePrinter):
    start(user, gcode, printer.host)
    for stranger in (other_user, api_token(other_user), api_token(admin)):
        for action in ("cancel", "toggle", "start"):
            assert command(stranger, printer.host, action, expect=401).json()["code"] == "role_required"
        connect(stranger, printer.host, "offline", expect=401)
    assert printer.job()["state"] in ("Starting", "Printing")


def test_owner_of_the_file_is_not_the_owner_of_the_print(user: Api, other_user: Api, gcode: dict, printer: FakePrinter):
    start(other_user, gcode, printer.host)
    command(user, printer.host, "cancel", expect=401)
    command(other_user, printer.host, "cancel")


def test_idle_printer_is_operated_by_administrators_only(admin: Api, user: Api, printer: FakePrinter):
    for api in (user, api_token(admin)):
        connect(api, printer.host, "offline", expect=401)
        command(api, printer.host, "start", expect=401)
    connect(admin, printer.host, "offline")


def test_print_that_karmen_did_not_start_is_nobody_s(user: Api, gcode: dict, admin: Api, scripted: ScriptedPrinter):
    """The user's own print was here once; what runs now was started at the printer."""
    start(user, gcode, scripted.host)
    scripted.answers |= {
        "/api/printer": Answer(body=printer_body("Printing", printing=True)),
        "/api/job": Answer(body=job_body("Printing", "from-the-sd-card.gcode", 10.0)),
    }
    assert command(user, scripted.host, "cancel", expect=401).json()["code"] == "role_required"
    assert scripted.asked("/api/job", "POST") == []


def test_suspended_user_operates_nothing(server, admin: Api, gcode: dict, printer: FakePrinter):
    person = server.add_user("leaving")
    start(person, gcode, printer.host)
    (account,) = admin.get("/users?filter=username:^leaving$", expect=200).json()["items"]
    admin.patch(f"/users/{account['uuid']}", json={"suspended": True}, expect=200)
    assert command(person, printer.host, "cancel", expect=401).json()["message"] == "This account has been suspended"
    assert printer.job()["state"] in ("Starting", "Printing")
