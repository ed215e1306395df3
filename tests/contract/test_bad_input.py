"""docs/api.md §1: bad input of every kind in every member gets 400 with a pointer to it; nothing is stored, nothing hangs."""

import json
from typing import Any, NamedTuple

import pytest

from support.api import Api, pointers
from support.gcodes import every_page, uploaded
from support.openapi import Document
from support.tokens import claims_of

JSON = {"Content-Type": "application/json"}
NOBODY = "127.0.0.2:9"
SECRET = "a-good-Passw0rd"
LOGIN_BYTES = 16 * 1024


class Endpoint(NamedTuple):
    """A good body, and what each member is: `text`, `short` (at most 128 characters), `id`, `bool`, `any` (a setting's value)
    or `object`. `{…}` in the path is filled in by the fixture `place`."""

    method: str
    path: str
    body: Any
    members: dict[str, str]  # by JSON pointer


ENDPOINTS: dict[str, Endpoint] = {
    "log in": Endpoint(
        "POST", "/users/me/authenticate", {"username": "ursula", "password": SECRET}, {"/username": "text", "/password": "text"}
    ),
    "log in again": Endpoint(
        "POST",
        "/users/me/authenticate-fresh",
        {"username": "ursula", "password": SECRET},
        {"/username": "text", "/password": "text"},
    ),
    "own password": Endpoint(
        "PATCH",
        "/users/me",
        {"password": SECRET, "new_password": "newer", "new_password_confirmation": "newer"},
        {"/password": "text", "/new_password": "text", "/new_password_confirmation": "text"},
    ),
    "API token": Endpoint("POST", "/users/me/tokens", {"name": "script"}, {"/name": "short"}),
    "new user": Endpoint(
        "POST",
        "/users",
        {"username": "new", "role": "user", "password": SECRET, "password_confirmation": SECRET},
        {"/username": "short", "/role": "text", "/password": "text", "/password_confirmation": "text"},
    ),
    "user": Endpoint("PATCH", "/users/{user}", {"role": "user", "suspended": False}, {"/role": "text", "/suspended": "bool"}),
    "new printer": Endpoint(
        "POST",
        "/printers",
        {"host": NOBODY, "name": "New", "protocol": "http", "api_key": "KEY-OF-A-PRINTER"},
        {"/host": "text", "/name": "text", "/protocol": "text", "/api_key": "text"},
    ),
    "printer": Endpoint(
        "PATCH",
        "/printers/{host}",
        {"name": "Renamed", "protocol": "http", "api_key": None, "printer_props": {"filament_type": "PLA"}},
        {"/name": "text", "/protocol": "text", "/api_key": "text", "/printer_props": "object"},
    ),
    "connection": Endpoint("POST", "/printers/{host}/connection", {"state": "online"}, {"/state": "text"}),
    "current job": Endpoint("POST", "/printers/{host}/current-job", {"action": "cancel"}, {"/action": "text"}),
    "print": Endpoint("POST", "/printjobs", {"gcode": 1, "printer": NOBODY}, {"/gcode": "id", "/printer": "text"}),
    "settings": Endpoint("POST", "/settings", [{"key": "network_interface", "val": "eth9"}], {"/0/key": "text", "/0/val": "any"}),
    "task": Endpoint("POST", "/tasks", {"task": "scan_network"}, {"/task": "text"}),
}
SLICER_ENDPOINTS = {
    "slicer's connection": Endpoint("POST", "/octoprint-emulator/api/connection", {"command": "connect"}, {"/command": "text"}),
    "slicer's job": Endpoint(
        "POST", "/octoprint-emulator/api/job", {"command": "pause", "action": "toggle"}, {"/command": "text", "/action": "text"}
    ),
    "slicer's job at a printer": Endpoint(
        "POST",
        "/octoprint-emulator/printers/{host}/api/job",
        {"command": "pause", "action": "toggle"},
        {"/command": "text", "/action": "text"},
    ),
    "slicer's selection": Endpoint(
        "POST",
        "/octoprint-emulator/api/files/local/{gcode}",
        {"command": "select", "print": True},
        {"/command": "text", "/print": "bool"},
    ),
}
ALL = ENDPOINTS | SLICER_ENDPOINTS


def members_of(*kinds: str) -> list[tuple[str, str]]:
    return [(name, pointer) for name, one in ALL.items() for pointer, kind in one.members.items() if kind in kinds]


EVERY_MEMBER = members_of("text", "short", "id", "bool", "any", "object")

# What each kind of member does not take.
WRONG = {
    "text": [5, 1.5, -1, True, ["text"], {"text": "text"}, 10**400],
    "id": [True, 1.5, ["1"], {"id": 1}, "x", "", "1.5", 10**30, 2**63, 10**400, "9" * 40],
    "bool": [0, 1, "true", "yes", "", [True], {"a": True}, 10**400],
    "any": [["eth0"], {"a": "eth0"}, [], {}, 10**400],
    "object": [5, "PLA", True, ["filament_type"], 10**400],
}
WRONG["short"] = WRONG["text"]


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"printers-status-max-age": "1h", "printers-check-interval": "5m"}


@pytest.fixture(scope="module")
def place(admin: Api, user: Api) -> dict[str, str]:
    """What the paths name."""
    admin.post("/printers", json={"host": "127.0.0.2:11", "name": "There"}, expect=201)
    gcode = uploaded(user, "there.gcode")
    return {"user": claims_of(user.access_token)["identity"], "host": "127.0.0.2:11", "gcode": str(gcode["id"])}


def send(admin: Api, place: dict[str, str], name: str, data: bytes, *, expect: int | tuple[int, ...] = 400):
    endpoint = ALL[name]
    api, headers = admin, JSON
    if name in SLICER_ENDPOINTS:
        api, headers = admin.with_token(None), JSON | {"X-Api-Key": admin.access_token}
    return api.request(endpoint.method, endpoint.path.format(**place), data=data, headers=headers, expect=expect)


def is_held_back(name: str, data: bytes) -> bool:
    """Too large for where anybody may send it. What is wrong with it is then of no interest."""
    return name.startswith("log in") and len(data) > LOGIN_BYTES


def with_member(body: Any, pointer: str, raw: str) -> bytes:
    """The body's text with `raw` as the member's value, as it is: it need not be JSON that a library would write."""
    mark = "@@member@@"
    changed = json.loads(json.dumps(body))
    holder = changed
    *way, last = pointer.split("/")[1:]
    for step in way:
        holder = holder[int(step)]
    holder[last] = mark
    return json.dumps(changed).replace(f'"{mark}"', raw).encode("utf-8", "surrogateescape")


def everything_stored(admin: Api) -> list[Any]:
    lists = [every_page(admin, path) for path in ("/users", "/printjobs", "/gcodes")]
    return [*lists, *(admin.get(path, expect=200).json() for path in ("/printers", "/settings", "/users/me/tokens"))]


@pytest.fixture(autouse=True)
def nothing_is_stored(admin: Api, place: dict[str, str]):
    before = everything_stored(admin)
    yield
    # The password did not change either: the token is still good.
    assert everything_stored(admin) == before


# --- in every member ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "pointer"), EVERY_MEMBER)
def test_wrong_type(admin: Api, place: dict[str, str], name: str, pointer: str):
    endpoint = ALL[name]
    for value in WRONG[endpoint.members[pointer]]:
        answer = send(admin, place, name, with_member(endpoint.body, pointer, json.dumps(value)))
        assert pointer in pointers(answer), f"{value!r:.40}: {answer.text}"


@pytest.mark.parametrize(("name", "pointer"), members_of("text", "short", "any"))
def test_text_that_is_none(admin: Api, place: dict[str, str], name: str, pointer: str):
    """Too long, or with a NUL."""
    endpoint = ALL[name]
    for text in ("x" * 100_000, "x" * 10_000, "nul\0", "\0", "a\0b"):
        data = with_member(endpoint.body, pointer, json.dumps(text))
        if is_held_back(name, data):
            continue
        answer = send(admin, place, name, data)
        assert pointer in pointers(answer), f"{text!r:.40}: {answer.text}"


@pytest.mark.parametrize(("name", "pointer"), members_of("short"))
def test_name_that_is_too_long(admin: Api, place: dict[str, str], name: str, pointer: str):
    for text in ("x" * 129, "é" * 129, "🖨" * 129):
        assert pointer in pointers(send(admin, place, name, with_member(ALL[name].body, pointer, json.dumps(text))))


def schema_of(document: Document, method: str, path: str, pointer: str) -> dict[str, Any]:
    """Of a member of a body."""
    operation = document.content["paths"][document.template_of(path)][method.lower()]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    for step in ("", *pointer.split("/")[1:]):
        if step:
            schema = schema["items"] if step.isdecimal() else schema["properties"][step]
        if "$ref" in schema:
            schema = document.content["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


@pytest.mark.parametrize(("name", "pointer"), members_of("text", "short", "any"))
def test_documented_length_is_held(admin: Api, document: Document, place: dict[str, str], name: str, pointer: str):
    endpoint = ALL[name]
    longest = schema_of(document, endpoint.method, endpoint.path.format(**place), pointer).get("maxLength")
    assert longest or endpoint.members[pointer] == "text", "a name without a limit"
    if longest:
        data = with_member(endpoint.body, pointer, json.dumps("x" * (longest + 1)))
        assert pointer in pointers(send(admin, place, name, data))


MALFORMED = {
    "lone surrogate": '"\\ud800"',
    "surrogates in the wrong order": '"\\udc00\\ud800"',
    "cut escape": '"\\u12"',
    "unknown escape": '"\\x"',
    "raw control character": '"a\x01b"',
    "raw line end": '"a\nb"',
    "invalid UTF-8": '"\udcff\udcfe"',
    "overlong UTF-8": '"\udcc0\udc80"',
    "surrogate as UTF-8": '"\udced\udca0\udc80"',
    "cut UTF-8": '"\udce2\udc82"',
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "leading zero": "007",
    "hexadecimal": "0x10",
    "half a number": "1.",
    "nothing": "",
    "comment": '/* */ "x"',
    "single quotes": "'x'",
    "open text": '"x',
    "two values": '"x" "y"',
}


@pytest.mark.parametrize(("name", "pointer"), EVERY_MEMBER)
def test_value_that_is_no_json(admin: Api, place: dict[str, str], name: str, pointer: str):
    """The document as a whole is bad: there is no member to point at."""
    for kind, raw in MALFORMED.items():
        answer = send(admin, place, name, with_member(ALL[name].body, pointer, raw))
        assert answer.json()["code"] == "malformed_body", f"{kind}: {answer.text}"


INFINITE = ("1e999", "-1e999", "1" * 5000, "1e" + "9" * 50)
ODD = ("0." + "0" * 5000 + "1", "9223372036854775808", "-0.0")


@pytest.mark.parametrize(("name", "pointer"), EVERY_MEMBER)
def test_huge_numbers(admin: Api, place: dict[str, str], name: str, pointer: str):
    is_any = ALL[name].members[pointer] == "any"  # a number is a setting's value like any other, as long as it is one
    for raw in INFINITE if is_any else INFINITE + ODD:
        answer = send(admin, place, name, with_member(ALL[name].body, pointer, raw))
        assert pointer in pointers(answer) or answer.json()["code"] == "malformed_body", f"{raw:.20}: {answer.text}"


@pytest.mark.parametrize(("name", "pointer"), EVERY_MEMBER)
def test_deep_nesting(admin: Api, place: dict[str, str], name: str, pointer: str):
    for depth in (20, 1000, 100_000):
        for raw in ("[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth):
            if depth == 20 and ALL[name].members[pointer] == "object":
                continue
            data = with_member(ALL[name].body, pointer, raw)
            if is_held_back(name, data):
                continue
            answer = send(admin, place, name, data)
            assert pointer in pointers(answer) or answer.json()["code"] == "malformed_body", answer.text


@pytest.mark.parametrize(("name", "pointer"), EVERY_MEMBER)
def test_member_that_is_there_twice(admin: Api, place: dict[str, str], name: str, pointer: str):
    """Parsers differ in which of the two counts, but Karmen must do what a filter in front has checked."""
    member = pointer.rsplit("/", 1)[1]
    spellings = (member, "".join(f"\\u{ord(letter):04x}" for letter in member))
    for value in ("null", '"x"', "[]"):
        for spelling in spellings:
            raw = f'{value}, "{spelling}": {value}'
            answer = send(admin, place, name, with_member(ALL[name].body, pointer, raw))
            assert pointer in pointers(answer), f"{raw}: {answer.text}"


# --- the body as a whole ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_body_that_is_not_of_the_expected_type(admin: Api, place: dict[str, str], name: str):
    bodies = ["null", "5", "true", '"text"', "[[]]", '["text"]', "[5]", "[null]", "{}", "[]"]
    bodies.append("{}" if isinstance(ALL[name].body, list) else "[{}]")
    for body in bodies:
        answer = send(admin, place, name, body.encode())
        assert pointers(answer), f"{body}: {answer.text}"


BAD_BODIES = [b"", b" ", b"{", b"}", b"[", b"{]", b"nonsense", b"{} {}", b"{},", b"\0", b'{"a":1}\0', b"\xff\xfe", b"\xef\xbb\xbf"]
BAD_BODIES += ['{"a":1}'.encode(encoding) for encoding in ("utf-16", "utf-32")] + [b"[" * 100_000, b'{"":' * 100_000]


@pytest.mark.parametrize("name", ALL)
def test_body_that_is_no_json(admin: Api, place: dict[str, str], name: str):
    for body in BAD_BODIES:
        if is_held_back(name, body):
            continue
        assert send(admin, place, name, body).json()["code"] == "malformed_body", body[:20]


NOT_JSON = ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "json", "multipart/form-data"]


@pytest.mark.parametrize("kind", NOT_JSON)
def test_body_that_does_not_say_that_it_is_json(admin: Api, place: dict[str, str], kind: str):
    for name, endpoint in ENDPOINTS.items():
        path, data = endpoint.path.format(**place), json.dumps(endpoint.body)
        answer = admin.request(endpoint.method, path, data=data, headers={"Content-Type": kind}, expect=400)
        assert answer.json()["code"] == "malformed_body"


def test_body_that_is_too_large(admin: Api, place: dict[str, str]):
    data = json.dumps({"filler": "x" * (1024 * 1024)}).encode()
    for name in ALL:
        send(admin, place, name, data, expect=413)


def test_log_in_that_is_too_large(anonymous: Api):
    """Anybody may send it. To the last byte, whether the size is announced or not."""
    for path in ("/users/me/authenticate", "/users/me/authenticate-fresh"):
        body = b'{"username":"nobody","password":"wrong"}'
        anonymous.post(path, data=body.ljust(LOGIN_BYTES), headers=JSON, expect=401)
        large = body.ljust(LOGIN_BYTES + 1)
        anonymous.again().post(path, data=large, headers=JSON, expect=413)
        anonymous.again().post(path, data=(large[at : at + 4096] for at in range(0, len(large), 4096)), headers=JSON, expect=413)


def test_many_repeated_members_are_not_repeated_back(admin: Api, place: dict[str, str]):
    """An answer of the length of the request, times its number of errors, would be an amplifier."""
    member = "x" * 1000
    data = ("{" + ",".join(f'"{member}":1' for _ in range(900)) + "}").encode()
    for name in ("new printer", "task"):
        assert len(send(admin, place, name, data).content) < 2000
