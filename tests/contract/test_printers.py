"""docs/api.md §3 (/printers) and §4: the list of printers, and what their servers' answers mean."""

import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from support.api import Api, pointers
from support.fakes import FORBIDDEN, NOT_OPERATIONAL, Answer, ScriptedPrinter, job_body, printer_body, settings_body
from support.wait import eventually

NOT_RESPONDING = "Printer is not responding"
NOT_CONNECTED = "Printer is not connected to Octoprint"
INVALID_DATA = "Printer is responding with invalid data"
EVERYTHING = "status,webcam,job"
MEMBERS = {"id", "client", "printer_props", "name", "hostname", "host", "protocol", "tls_fingerprint"}
# Nothing listens on ports below 1024 of these addresses, so that looking there is refused at once.
NOBODY = "127.0.0.2:9"


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    """A printer is asked anew by each request, and the monitor stays out of the counting of requests."""
    asked_anew = {"printers-status-max-age": "0s", "printers-check-interval": "5m"}
    return asked_anew | {"printers-deadline": "2s", "printers-request-timeout": "1s"}


@pytest.fixture(autouse=True)
def no_printers(request: pytest.FixtureRequest):
    """Each test begins without printers."""
    yield
    if "admin" in request.fixturenames:
        admin = request.getfixturevalue("admin")
        for printer in admin.get("/printers", expect=200).json()["items"]:
            admin.delete(f"/printers/{printer['id']}", expect=204)


def add(admin: Api, host: str, name: str = "A printer", **more: object) -> dict:
    return admin.post("/printers", json={"host": host, "name": name} | more, expect=201).json()


def look(api: Api, host: str, fields: str = EVERYTHING) -> dict:
    return api.get(f"/printers/{host}?fields={fields}", expect=200).json()


def lasting(printer: dict) -> dict:
    """Without members that change with the time or the process that answers."""
    status = {name: value for name, value in printer["status"].items() if name not in ("age_s", "since")}
    return printer | {"status": status}


# --- adding -------------------------------------------------------------------------------------------------------------


def test_add_answers_with_the_whole_printer(admin: Api, user: Api, scripted_printer: ScriptedPrinter):
    printer = add(admin, scripted_printer.host, "Prusa in the corner")
    assert printer.keys() == MEMBERS | {"status", "webcam", "job"}
    assert printer["client"] == {
        "name": "octoprint",
        "version": {"api": "0.1", "server": "1.11.8", "text": "OctoPrint 1.11.8"},
        "connected": True,
        "access_level": "unlocked",
        "api_key": None,
    }
    assert (printer["host"], printer["name"], printer["protocol"]) == (scripted_printer.host, "Prusa in the corner", "http")
    assert printer["status"]["state"] == "Operational"
    assert printer["job"] == {}
    plain = user.get(f"/printers/{scripted_printer.host}", expect=200).json()
    assert plain == {name: value for name, value in printer.items() if name in MEMBERS}


def test_printer_that_does_not_answer_is_stored_as_not_connected(admin: Api):
    printer = add(admin, NOBODY)
    assert printer["client"]["connected"] is False
    assert printer["client"]["access_level"] == "unknown"
    status = printer["status"]
    assert (status["state"], status["code"], status["temperature"]) == (NOT_RESPONDING, "unreachable", {})
    assert status["reason"] and status["since"]
    assert printer["webcam"] == {"message": "Stream not accessible"}
    assert printer["job"] == {}


GOOD_HOSTS = [
    "127.0.0.3",
    "127.0.0.3:1",
    "127.0.0.3:65535",
    "127.255.255.254:7",
    "[::1]:9",
    "[::1]",
    "localhost:9",
    "printer-1.invalid",
    "farm_2.invalid:5000",
    "127.0.0.3/octoprint1",
    "[::1]:9/a/b",
    "127.0.0.3/Prusa%20MK3",
    "h.invalid/" + 245 * "x",
]
BAD_HOSTS = [
    "",
    "127.0.0.1:",
    "127.0.0.1:0",
    "127.0.0.1:65536",
    "127.0.0.1:99999",
    "127.0.0.1:-1",
    "127.0.0.1:+80",
    "127.0.0.1:8o",
    "127.0.0.1\n",
    "127.0.0.1:80\n",
    " 127.0.0.1",
    "127.0.0.1 ",
    "127.0.0.1\0",
    "127.0.0.1/api//version",
    "127.0.0.1/../api",
    "127.0.0.1/%2e%2e/api",
    "127.0.0.1/a b",
    "127.0.0.1/%00",
    "127.0.0.1?x",
    "127.0.0.1#x",
    "127.0.0.1/#temp",
    "user@127.0.0.1",
    "user:pw@127.0.0.1:80",
    "ftp://127.0.0.1",
    "http://",
    "127.0.0",
    "127.0.0.1.1",
    "256.0.0.1",
    "999.1.1.1",
    "127.0.0.01",
    "0x7f.0.0.1",
    "2130706433",
    "127.1",
    "::1",
    "[::1",
    "[fe80::1%eth0]",
    "１２７.0.0.1",
    "drücker.local",
    "printer.local.",
    "127.0.0.1:80:80",
    "127.0.0.1," + NOBODY,
    "candidates",
    "probe",
    "appkey:5000",
    "550e8400-e29b-41d4-a716-446655440000",
    "h.invalid/" + 246 * "x",
]


@pytest.mark.parametrize("host", GOOD_HOSTS)
def test_host_may_be_an_address_or_a_name_with_a_port_and_a_path(admin: Api, host: str):
    added = add(admin, host)
    assert added["host"] == host
    assert added["status"]["code"] in ("unreachable", "dns", "timeout")
    assert look(admin, quote(host, safe=""), "")["id"] == added["id"], "one segment of a path"


@pytest.mark.parametrize("host", BAD_HOSTS, ids=ascii)
def test_host_must_have_one_meaning(admin: Api, host: str):
    answer = admin.post("/printers", json={"host": host, "name": "x"}, expect=400)
    assert pointers(answer) == {"/host"}
    assert admin.get("/printers", expect=200).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"name": "x"}, {"/host"}),
        ({"host": NOBODY}, {"/name"}),
        ({}, set()),
        ({"host": NOBODY, "name": ""}, {"/name"}),
        ({"host": NOBODY, "name": "n" * 256}, {"/name"}),
        ({"host": NOBODY, "name": {"a": 1}}, {"/name"}),
        ({"host": 127, "name": "x"}, {"/host"}),
        ({"host": NOBODY, "name": "x", "protocol": "ftp"}, {"/protocol"}),
        ({"host": NOBODY, "name": "x", "protocol": "HTTP"}, {"/protocol"}),
        ({"host": NOBODY, "name": "x", "protocol": 5}, {"/protocol"}),
        ({"host": NOBODY, "name": "x", "api_key": 5}, {"/api_key"}),
        ({"host": NOBODY, "name": "x", "api_key": "a\r\nX-Evil: 1"}, {"/api_key"}),
    ],
)
def test_add_with_bad_input_is_400(admin: Api, body: dict, named: set[str]):
    assert named <= pointers(admin.post("/printers", json=body, expect=400))
    assert admin.get("/printers", expect=200).json()["items"] == []


def test_name_may_have_255_characters(admin: Api):
    assert add(admin, NOBODY, "ж" * 255)["name"] == "ж" * 255


def test_known_host_is_409(admin: Api):
    add(admin, NOBODY, "First")
    admin.post("/printers", json={"host": NOBODY, "name": "Second"}, expect=409)
    assert look(admin, NOBODY)["name"] == "First"


def test_one_host_is_added_once_by_many_at_a_time(admin: Api, scripted_printer: ScriptedPrinter):
    def add_it(number: int) -> int:
        body = {"host": scripted_printer.host, "name": f"Number {number}"}
        return admin.again().post("/printers", json=body, expect=(201, 409)).status_code

    with ThreadPoolExecutor(8) as people:
        statuses = list(people.map(add_it, range(8)))
    assert sorted(statuses) == [201] + [409] * 7


@pytest.mark.parametrize(
    ("key", "shown"),
    [("0123456789ABCDEF", "01**************"), ("12345678", "12******"), ("1234567", "*******"), ("1", "*"), ("", None), (None, None)],
)
def test_api_key_is_never_shown(admin: Api, user: Api, key: str | None, shown: str | None):
    added = admin.post("/printers", json={"host": NOBODY, "name": "x", "api_key": key}, expect=201)
    assert added.json()["client"]["api_key"] == shown
    assert look(user, NOBODY)["client"]["api_key"] == shown
    patched = admin.patch(f"/printers/{NOBODY}", json={"name": "y"}, expect=200)
    assert patched.json()["client"]["api_key"] == shown


# --- reading ------------------------------------------------------------------------------------------------------------


def test_unknown_printer_is_404(admin: Api):
    assert admin.get(f"/printers/{NOBODY}", expect=404).json()["code"] == "printer_not_found"
    admin.patch(f"/printers/{NOBODY}", json={"name": "x"}, expect=404)
    admin.delete(f"/printers/{NOBODY}", expect=404)


def test_list_is_by_name_then_host(admin: Api, user: Api):
    for host, name in [("127.0.0.2:4", "b"), ("127.0.0.2:3", "a"), ("127.0.0.2:2", "b"), ("127.0.0.2:1", "c")]:
        add(admin, host, name)
    listed = user.get("/printers", expect=200).json()
    assert [(item["name"], item["host"]) for item in listed["items"]] == [
        ("a", "127.0.0.2:3"),
        ("b", "127.0.0.2:2"),
        ("b", "127.0.0.2:4"),
        ("c", "127.0.0.2:1"),
    ]
    assert all(item.keys() == MEMBERS for item in listed["items"])


@pytest.mark.parametrize(
    ("fields", "extra"),
    [
        ("status", {"status"}),
        ("webcam", {"webcam"}),
        ("job", {"job"}),
        ("job,status", {"job", "status"}),
        ("status,webcam,job", {"status", "webcam", "job"}),
        ("status,status", {"status"}),
        ("", set()),
        ("nonsense", set()),
        ("nonsense,job,,", {"job"}),
    ],
)
def test_fields_pick_what_is_asked_of_the_printer(admin: Api, scripted_printer: ScriptedPrinter, fields: str, extra: set[str]):
    add(admin, scripted_printer.host)
    assert look(admin, scripted_printer.host, fields).keys() == MEMBERS | extra
    (item,) = admin.get(f"/printers?fields={fields}", expect=200).json()["items"]
    assert item.keys() == MEMBERS | extra


def test_host_may_be_percent_encoded(admin: Api):
    add(admin, NOBODY)
    admin.get(f"/printers/{NOBODY.replace(':', '%3A')}", expect=200)


# --- changing and removing ----------------------------------------------------------------------------------------------


def test_patch_answers_with_the_new_values(admin: Api, scripted_printer: ScriptedPrinter):
    add(admin, scripted_printer.host, "Old name")
    patched = admin.patch(f"/printers/{scripted_printer.host}", json={"name": "New name"}, expect=200).json()
    assert patched.keys() == MEMBERS | {"status", "webcam", "job"}
    assert patched["name"] == "New name"
    assert look(admin, scripted_printer.host)["name"] == "New name"
    patched = admin.patch(f"/printers/{scripted_printer.host}", json={"protocol": "https"}, expect=200).json()
    assert patched["protocol"] == "https"
    # The port speaks no TLS.
    assert patched["status"]["state"] == NOT_RESPONDING


def test_props_are_merged_and_unknown_ones_dropped(admin: Api):
    add(admin, NOBODY)
    path = f"/printers/{NOBODY}"
    first = {"printer_props": {"filament_type": "PETG", "tool0_diameter": 0.4, "colour": "red"}}
    assert admin.patch(path, json=first, expect=200).json()["printer_props"] == {"filament_type": "PETG", "tool0_diameter": 0.4}
    second = {"printer_props": {"filament_type": "PLA", "bed_type": "PEI", "filament_color": "жёлтый"}}
    merged = {"filament_type": "PLA", "tool0_diameter": 0.4, "bed_type": "PEI", "filament_color": "жёлтый"}
    assert admin.patch(path, json=second, expect=200).json()["printer_props"] == merged
    assert admin.patch(path, json={"name": "x"}, expect=200).json()["printer_props"] == merged
    assert admin.get(path, expect=200).json()["printer_props"] == merged


def test_changes_at_the_same_time_are_all_kept(admin: Api, scripted_printer: ScriptedPrinter):
    add(admin, scripted_printer.host, "Old name")
    changes = [
        {"printer_props": {"filament_type": "PLA"}},
        {"printer_props": {"filament_color": "red"}},
        {"printer_props": {"bed_type": "PEI"}},
        {"printer_props": {"tool0_diameter": 0.6}},
        {"name": "New name"},
        {"api_key": "A-NEW-KEY"},
    ]
    with ThreadPoolExecutor(len(changes)) as people:
        list(people.map(lambda change: admin.again().patch(f"/printers/{scripted_printer.host}", json=change, expect=200), changes))
    printer = look(admin, scripted_printer.host)
    expected = {"filament_type": "PLA", "filament_color": "red", "bed_type": "PEI", "tool0_diameter": 0.6}
    assert printer["printer_props"] == expected
    assert (printer["name"], printer["client"]["api_key"]) == ("New name", "A-*******")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"name": ""}, {"/name"}),
        ({"name": None}, {"/name"}),
        ({"name": "n" * 256}, {"/name"}),
        ({"name": ["x"]}, {"/name"}),
        ({"protocol": "gopher"}, {"/protocol"}),
        ({"protocol": None}, {"/protocol"}),
        ({"api_key": 5}, {"/api_key"}),
        ({"api_key": "line\nbreak"}, {"/api_key"}),
        ({"printer_props": [1]}, {"/printer_props"}),
        ({"printer_props": "PLA"}, {"/printer_props"}),
        ({"printer_props": {"bed_type": {"a": 1}}}, {"/printer_props/bed_type"}),
        ({"name": "good", "protocol": "bad"}, {"/protocol"}),
        ({}, {""}),
    ],
)
def test_patch_with_bad_input_changes_nothing(admin: Api, body: dict, named: set[str]):
    add(admin, NOBODY, "Old name")
    before = lasting(look(admin, NOBODY))
    assert named <= pointers(admin.patch(f"/printers/{NOBODY}", json=body, expect=400))
    assert lasting(look(admin, NOBODY)) == before


@pytest.mark.parametrize(
    "body",
    [{"nonsense": [1]}, {"printer_props": {}}, {"printer_props": None}, {"printer_props": {"x": 1}}],
    ids=repr,
)
def test_patch_of_nothing_is_the_printer_as_it_is(admin: Api, body: dict):
    add(admin, NOBODY, "Old name")
    patched = admin.patch(f"/printers/{NOBODY}", json=body, expect=200).json()
    assert lasting(patched) == lasting(look(admin, NOBODY)) and patched["name"] == "Old name"
    admin.patch("/printers/127.0.0.2:12", json=body, expect=404)


def test_delete(admin: Api):
    add(admin, NOBODY)
    assert admin.delete(f"/printers/{NOBODY}", expect=204).content == b""
    admin.get(f"/printers/{NOBODY}", expect=404)
    admin.delete(f"/printers/{NOBODY}", expect=404)
    add(admin, NOBODY)


def test_only_administrators_change_printers(admin: Api, user: Api):
    add(admin, NOBODY, "Old name")
    for api in (user, admin.not_fresh()):
        api.post("/printers", json={"host": "127.0.0.2:1", "name": "x"}, expect=401)
        api.patch(f"/printers/{NOBODY}", json={"name": "x"}, expect=401)
        api.delete(f"/printers/{NOBODY}", expect=401)
        api.get("/printers", expect=200)
    (printer,) = admin.get("/printers", expect=200).json()["items"]
    assert printer["name"] == "Old name"


# --- looking at a new printer -------------------------------------------------------------------------------------------

TEXT_OF_ANOTHER = {"api": "1", "server": "0.8", "text": "PrusaLink"}
SNIFFS = {
    # what /api/version and /api/settings answer: connected, access level
    "octoprint": (Answer(body={"api": "0.1", "server": "1.8.7", "text": "OctoPrint 1.8.7"}), None, True, "unlocked"),
    "octoprint in another case": (Answer(body={"text": "octoprint 2"}), None, True, "unlocked"),
    "reading only": (FORBIDDEN, Answer(body=settings_body()), True, "read_only"),
    "locked": (FORBIDDEN, FORBIDDEN, True, "protected"),
    "forbidden, then broken": (FORBIDDEN, Answer(500), False, "unknown"),
    "something else": (Answer(body=TEXT_OF_ANOTHER), None, False, "unknown"),
    "no text": (Answer(body={"api": "0.1"}), None, False, "unknown"),
    "text is a number": (Answer(body={"text": 5}), None, False, "unknown"),
    "a list": (Answer(body=["OctoPrint"]), None, False, "unknown"),
    "no JSON": (Answer(body=b"<html>OctoPrint</html>", headers={"Content-Type": "text/html"}), None, False, "unknown"),
    "not found": (Answer(404), None, False, "unknown"),
    "server error": (Answer(500), None, False, "unknown"),
    "nothing at all": (Answer(204), None, False, "unknown"),
}


@pytest.mark.parametrize(("version", "settings", "connected", "level"), SNIFFS.values(), ids=SNIFFS.keys())
def test_what_a_new_printer_is_taken_for(
    admin: Api, scripted_printer: ScriptedPrinter, version: Answer, settings: Answer | None, connected: bool, level: str
):
    scripted_printer.answers["/api/version"] = version
    if settings is not None:
        scripted_printer.answers["/api/settings"] = settings
    client = add(admin, scripted_printer.host)["client"]
    assert (client["connected"], client["access_level"]) == (connected, level)


def test_api_key_is_sent_and_decides_about_access(admin: Api, fake_printers):
    (printer,) = fake_printers(api_key="THE-RIGHT-KEY")
    assert add(admin, printer.host)["client"]["access_level"] == "protected"
    path = f"/printers/{printer.host}"

    patched = admin.patch(path, json={"api_key": "A-WRONG-KEY"}, expect=200).json()
    assert patched["client"]["access_level"] == "protected"
    patched = admin.patch(path, json={"api_key": "THE-RIGHT-KEY"}, expect=200).json()
    assert (patched["client"]["access_level"], patched["client"]["connected"]) == ("unlocked", True)
    assert patched["status"]["state"] == "Operational"


def test_no_key_means_no_header(admin: Api, scripted_printer: ScriptedPrinter):
    add(admin, scripted_printer.host)
    add_key = admin.patch(f"/printers/{scripted_printer.host}", json={"api_key": "SECRET-KEY"}, expect=200)
    assert add_key.json()["client"]["api_key"] == "SE********"
    keys = [headers.get("x-api-key") for _, _, headers in scripted_printer.asked()]
    assert keys[0] is None and keys[-1] == "SECRET-KEY"


# --- status, webcam, job ------------------------------------------------------------------------------------------------

STATUSES = {
    "idle": (Answer(body=printer_body()), "Operational", "operational"),
    "printing": (Answer(body=printer_body("Printing", printing=True)), "Printing", "printing"),
    "paused": (Answer(body=printer_body("Paused", paused=True)), "Paused", "paused"),
    "paused in 2.0": (Answer(body=printer_body("Paused", paused=True, printing=True)), "Paused", "paused"),
    "flags as numbers": (Answer(body=printer_body("Operational", operational=1, ready=1, printing=0)), "Operational", "operational"),
    "printing as a number": (Answer(body=printer_body("Printing", printing=1, ready=True)), "Printing", "printing"),
    "error and ready": (Answer(body=printer_body("Operational", error=True, ready=True)), "Operational", "error"),
    "not connected": (NOT_OPERATIONAL, NOT_CONNECTED, "not_connected"),
    "no JSON": (Answer(body=b"<html>"), INVALID_DATA, "invalid_data"),
    "JSON that is cut": (Answer(body=b'{"state": {"text": "Opera'), INVALID_DATA, "invalid_data"),
    "a list": (Answer(body=[1, 2]), INVALID_DATA, "invalid_data"),
    "no state": (Answer(body={"temperature": {}}), INVALID_DATA, "invalid_data"),
    "forbidden": (FORBIDDEN, NOT_RESPONDING, "key_missing"),
    "not found": (Answer(404), NOT_RESPONDING, "other_server"),
    "server error": (Answer(500, b"boom"), NOT_RESPONDING, "other_server"),
    "proxy": (Answer(503, b"<html>"), NOT_RESPONDING, "unreachable"),
}


@pytest.mark.parametrize(("answer", "state", "code"), STATUSES.values(), ids=STATUSES.keys())
def test_status(admin: Api, scripted_printer: ScriptedPrinter, answer: Answer, state: str, code: str):
    add(admin, scripted_printer.host)
    scripted_printer.answers["/api/printer"] = answer
    status = look(admin, scripted_printer.host, "status")["status"]
    assert status.keys() == {"state", "code", "reason", "since", "age_s", "temperature"}
    assert (status["state"], status["code"]) == (state, code)
    assert (status["reason"] is None) == (code in ("operational", "printing", "paused"))
    assert status["since"] and 0 <= status["age_s"] < 60


def test_an_error_is_not_a_planned_disconnect(admin: Api, scripted_printer: ScriptedPrinter):
    add(admin, scripted_printer.host)
    failed = job_body("Offline after error") | {"error": "Thermal Runaway, system stopped!"}
    scripted_printer.answers |= {"/api/printer": NOT_OPERATIONAL, "/api/job": Answer(body=failed)}
    status = look(admin, scripted_printer.host, "status")["status"]
    assert (status["state"], status["code"]) == (NOT_CONNECTED, "error")
    assert status["reason"] == "Thermal Runaway, system stopped!"


KEYS = {
    "wrong": (Answer(body={"name": None, "permissions": [], "groups": ["guests"]}), "key_wrong"),
    "without the right": (Answer(body={"name": "ann", "permissions": [], "groups": []}), "key_lacks_right"),
}


@pytest.mark.parametrize(("current_user", "code"), KEYS.values(), ids=KEYS.keys())
def test_what_is_the_matter_with_the_key(admin: Api, scripted_printer: ScriptedPrinter, current_user: Answer, code: str):
    scripted_printer.answers |= {"/api/printer": FORBIDDEN, "/api/currentuser": current_user}
    add(admin, scripted_printer.host, api_key="SECRET-KEY")
    assert look(admin, scripted_printer.host, "status")["status"]["code"] == code


def test_key_for_looking_only_is_read_only(admin: Api, scripted_printer: ScriptedPrinter):
    reader = {"name": "look", "permissions": ["STATUS", "SETTINGS_READ"], "groups": ["readonly"]}
    scripted_printer.answers["/api/currentuser"] = Answer(body=reader)
    assert add(admin, scripted_printer.host, api_key="SECRET-KEY")["client"]["access_level"] == "read_only"
    assert look(admin, scripted_printer.host)["client"]["access_level"] == "read_only"


def test_nan_costs_one_value(admin: Api, scripted_printer: ScriptedPrinter):
    add(admin, scripted_printer.host)
    odd = {"tool0": {"actual": float("nan"), "target": 1e29}, "bed": {"actual": 21.0, "target": float("-inf")}}
    scripted_printer.answers["/api/printer"] = Answer(body=printer_body() | {"temperature": odd})
    status = look(admin, scripted_printer.host, "status")["status"]
    assert status["code"] == "operational"
    assert status["temperature"] == {
        "tool0": {"actual": None, "target": None},
        "bed": {"actual": 21.0, "target": None},
    }


def test_moonraker_that_imitates_octoprint_is_refused_with_a_hint(admin: Api, scripted_printer: ScriptedPrinter):
    add(admin, scripted_printer.host)
    moonraker = Answer(body={"api": "0.1", "server": "1.5.0", "text": "OctoPrint (Moonraker v0.3.1-12)"})
    scripted_printer.answers |= {"/api/version": moonraker, "/api/printer": Answer(404)}
    status = look(admin, scripted_printer.host)["status"]
    assert status["code"] == "other_server" and "Moonraker" in status["reason"]
    eventually(lambda: not look(admin, scripted_printer.host)["client"]["connected"])
    eventually(lambda: "Moonraker" in look(admin, scripted_printer.host)["client"]["version"]["text"])
    problem = admin.post(f"/printers/{scripted_printer.host}/current-job", json={"action": "cancel"}, expect=409).json()
    assert "Moonraker" in problem["message"]
    admin.delete(f"/printers/{scripted_printer.host}", expect=204)
    refusal = admin.post("/printers", json={"host": scripted_printer.host, "name": "M"}, expect=400)
    assert pointers(refusal) == {"/host"} and "Moonraker" in refusal.json()["errors"][0]["message"]


def test_a_default_port_makes_no_second_printer(admin: Api):
    assert add(admin, "127.0.0.4:80")["host"] == "127.0.0.4"
    for spelling in ("127.0.0.4", "127.0.0.4:80"):
        admin.post("/printers", json={"host": spelling, "name": "again"}, expect=409)
        assert look(admin, spelling)["host"] == "127.0.0.4"
    admin.get("/printers/127.0.0.4:443", expect=404)
    assert admin.patch("/printers/127.0.0.4:80", json={"name": "other"}, expect=200).json()["name"] == "other"
    admin.delete("/printers/127.0.0.4:80", expect=204)
    admin.get("/printers/127.0.0.4", expect=404)


def test_temperature_is_as_the_printer_says(admin: Api, scripted_printer: ScriptedPrinter):
    add(admin, scripted_printer.host)
    temperature = look(admin, scripted_printer.host, "status")["status"]["temperature"]
    assert temperature.keys() == {"tool0", "bed"}
    assert (temperature["tool0"]["actual"], temperature["tool0"]["target"]) == (21.5, 200.0)
    assert (temperature["bed"]["actual"], temperature["bed"]["target"]) == (60.0, 60.0)


@pytest.mark.parametrize(
    "temperature", [{}, {"bed": {"actual": None, "offset": 0, "target": 0.0}}, {"tool0": {}}, {"chamber": {"actual": 3, "target": None}}]
)
def test_temperature_of_a_printer_that_does_not_know_it_yet(admin: Api, scripted_printer: ScriptedPrinter, temperature: dict):
    add(admin, scripted_printer.host)
    scripted_printer.answers["/api/printer"] = Answer(body=printer_body() | {"temperature": temperature})
    status = look(admin, scripted_printer.host, "status")["status"]
    assert status["state"] == "Operational"
    assert status["temperature"].keys() == temperature.keys()
    for heater, values in temperature.items():
        assert status["temperature"][heater]["actual"] == values.get("actual")


# The settings are set before the printer is added: they change seldom, and the server need not ask for them each time.
def test_stream_address_is_completed(admin: Api, scripted_printer: ScriptedPrinter):
    host = scripted_printer.host
    scripted_printer.answers["/api/settings"] = Answer(body=settings_body(flipH=True, rotate90=True))
    printer = add(admin, host)
    assert printer["webcam"] == {
        "message": "OK",
        "stream": f"http://{host}/webcam/?action=stream",
        "flipHorizontal": True,
        "flipVertical": False,
        "rotate90": True,
        "proxied": f"/proxied-webcam/{printer['id']}",
    }


def test_complete_stream_address_is_kept(admin: Api, scripted_printer: ScriptedPrinter):
    absolute = f"http://{scripted_printer.host.split(':')[0]}:8081/?action=stream"
    scripted_printer.answers["/api/settings"] = Answer(body=settings_body(streamUrl=absolute))
    assert add(admin, scripted_printer.host)["webcam"]["stream"] == absolute


NO_WEBCAM = {
    "disabled": (Answer(body=settings_body(webcamEnabled=False)), "Stream disabled in octoprint"),
    "null": (Answer(body=settings_body(streamUrl=None)), "Stream disabled in octoprint"),
    "empty": (Answer(body=settings_body(streamUrl="")), "Stream disabled in octoprint"),
    "no webcam": (Answer(body={"webcam": {}}), "Stream disabled in octoprint"),
    "forbidden": (FORBIDDEN, "Stream not accessible"),
    "server error": (Answer(500), "Stream not accessible"),
    "no JSON": (Answer(body=b"{{"), "Cannot decode JSON"),
}


@pytest.mark.parametrize(("answer", "message"), NO_WEBCAM.values(), ids=NO_WEBCAM.keys())
def test_no_webcam(admin: Api, scripted_printer: ScriptedPrinter, answer: Answer, message: str):
    scripted_printer.answers["/api/settings"] = answer
    add(admin, scripted_printer.host)
    assert look(admin, scripted_printer.host, "webcam")["webcam"] == {"message": message}


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "ftp://127.0.0.1/x"])
def test_stream_of_another_scheme_is_not_handed_on(admin: Api, scripted_printer: ScriptedPrinter, url: str):
    scripted_printer.answers["/api/settings"] = Answer(body=settings_body(streamUrl=url))
    add(admin, scripted_printer.host)
    webcam = look(admin, scripted_printer.host, "webcam")["webcam"]
    assert "stream" not in webcam and webcam["message"] != "OK"


def test_job(admin: Api, scripted_printer: ScriptedPrinter):
    host = scripted_printer.host
    add(admin, host)
    scripted_printer.answers["/api/job"] = Answer(body=job_body("Printing", "benchy.gcode", 12.56837891927952))
    job = look(admin, host, "job")["job"]
    assert job == {"name": "benchy.gcode", "completion": 12.56837891927952, "printTimeLeft": 98, "printTime": 2}
    # OctoPrint remembers the last job; nothing is printing all the same.
    for state in ("Operational", "Offline", "Offline after error"):
        scripted_printer.answers["/api/job"] = Answer(body=job_body(state, "benchy.gcode", 100.0))
        assert look(admin, host, "job")["job"] == {}


@pytest.mark.parametrize("answer", [FORBIDDEN, Answer(500), Answer(body=b"}"), Answer(body=[]), Answer(body={"state": "Printing"})])
def test_job_of_a_printer_that_talks_nonsense(admin: Api, scripted_printer: ScriptedPrinter, answer: Answer):
    add(admin, scripted_printer.host)
    scripted_printer.answers["/api/job"] = answer
    job = look(admin, scripted_printer.host, "job")["job"]
    assert job == {} or set(job.values()) == {None}


def test_job_that_does_not_know_its_numbers_yet(admin: Api, scripted_printer: ScriptedPrinter):
    add(admin, scripted_printer.host)
    body = job_body("Printing", None, None)
    body["progress"] = dict.fromkeys(body["progress"])
    scripted_printer.answers["/api/job"] = Answer(body=body)
    nothing_known = {"name": None, "completion": None, "printTimeLeft": None, "printTime": None}
    assert look(admin, scripted_printer.host, "job")["job"] == nothing_known


# --- printers as they are -----------------------------------------------------------------------------------------------


FAULTS = {
    "hang": {NOT_RESPONDING},
    "drip": {NOT_RESPONDING},
    "reset": {NOT_RESPONDING},
    "silent_close": {NOT_RESPONDING},
    "starting": {NOT_RESPONDING, INVALID_DATA},
    "500": {NOT_RESPONDING},
    "503": {NOT_RESPONDING},
    "403": {NOT_RESPONDING},
    "409": {NOT_CONNECTED},
    "redirect": {NOT_RESPONDING},
    "huge": {NOT_RESPONDING, INVALID_DATA},
    "garbage_json": {INVALID_DATA},
    "truncated_json": {INVALID_DATA},
    "invalid_utf8": {"Operational", INVALID_DATA},
    "wrong_content_type": {"Operational", INVALID_DATA},
}


@pytest.mark.parametrize(("fault", "states"), FAULTS.items(), ids=FAULTS.keys())
def test_faulty_printer_is_a_state_not_an_error(admin: Api, fake_printers, fault: str, states: set[str]):
    (printer,) = fake_printers()
    add(admin, printer.host)
    assert look(admin, printer.host)["status"]["state"] == "Operational"
    printer.set_fault(fault)
    seen = look(admin, printer.host)
    assert seen["status"]["state"] in states
    assert seen["job"] == {}
    printer.clear_fault()
    eventually(lambda: look(admin, printer.host)["status"]["state"] == "Operational")


def test_huge_answer_is_not_swallowed(server, admin: Api, scripted_printer: ScriptedPrinter):
    add(admin, scripted_printer.host)
    before = server.memory_kib("VmRSS")
    huge = b'{"state": "' + b"x" * (64 * 1024 * 1024) + b'"}'
    for path in ("/api/printer", "/api/job", "/api/settings"):
        scripted_printer.answers[path] = Answer(body=huge)
    # A look may share a question that was asked before.
    eventually(lambda: look(admin, scripted_printer.host)["status"]["state"] in (NOT_RESPONDING, INVALID_DATA))
    assert server.memory_kib("VmHWM") - before < 16 * 1024


def test_redirects_lead_nowhere_else(admin: Api, scripted_printer: ScriptedPrinter):
    """What a printer says must not make the server call another address (server-side request forgery)."""
    elsewhere = ScriptedPrinter("127.0.0.3")
    try:
        add(admin, scripted_printer.host)
        for path in list(scripted_printer.answers):
            target = f"http://{elsewhere.host}{path}"
            scripted_printer.answers[path] = Answer(302, headers={"Location": target})
        assert look(admin, scripted_printer.host)["status"]["state"] == NOT_RESPONDING
        for path in ("/api/printer", "/api/job", "/api/settings"):
            scripted_printer.answers[path] = Answer(302, headers={"Location": "file:///etc/passwd"})
        assert look(admin, scripted_printer.host)["status"]["state"] in (NOT_RESPONDING, INVALID_DATA)
        assert elsewhere.asked() == []
    finally:
        elsewhere.end()


def test_state_is_remembered_for_a_while(new_server):
    """Within status_max_age everybody is answered from memory; many at a time cause one request."""
    server = new_server(options={"printers-status-max-age": "1h", "printers-check-interval": "5m"})
    admin = server.first_admin()
    printer = ScriptedPrinter()
    try:
        add(admin, printer.host)
        ready = threading.Barrier(10)

        def everybody_looks(_: int) -> str:
            api = admin.again()
            ready.wait(10)
            return [look(api, printer.host)["status"]["state"] for _ in range(5)][-1]

        with ThreadPoolExecutor(10) as people:
            assert set(people.map(everybody_looks, range(10))) == {"Operational"}
        for path in ("/api/printer", "/api/job", "/api/settings"):
            # One by the look at the new printer, at most one by the monitor's first pass.
            assert 1 <= len(printer.asked(path, "GET")) <= 2, path
    finally:
        printer.end()


def test_printers_survive_a_restart(new_server, fake_printers):
    server = new_server(options={"printers-status-max-age": "0s"})
    admin = server.first_admin()
    (printer,) = fake_printers(api_key="THE-RIGHT-KEY")
    add(admin, printer.host, "Persistent", api_key="THE-RIGHT-KEY")
    admin.patch(f"/printers/{printer.host}", json={"printer_props": {"filament_type": "ASA"}}, expect=200)
    before = admin.get(f"/printers/{printer.host}", expect=200).json()
    server.restart()
    # The token goes on: the signing key is the same.
    assert admin.again().get(f"/printers/{printer.host}", expect=200).json() == before
    assert look(admin.again(), printer.host)["status"]["state"] == "Operational"


def test_monitor_notices_what_changes(new_server, fake_printers):
    """Nobody asks for the status, and still the connection flag follows the printer."""
    options = {"printers-check-interval": "200ms", "printers-backoff-max": "400ms", "printers-deadline": "300ms"}
    server = new_server(options=options | {"printers-request-timeout": "300ms"})
    admin = server.first_admin()
    (printer,) = fake_printers()
    add(admin, printer.host)

    def connected() -> bool:
        return admin.get(f"/printers/{printer.host}", expect=200).json()["client"]["connected"]

    assert connected()
    printer.set_fault("hang")
    eventually(lambda: not connected(), within_s=15)
    printer.clear_fault()
    eventually(connected, within_s=15)
