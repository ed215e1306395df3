"""docs/api.md §1: what holds for every request."""

import json
import re

import pytest

from support.api import Api, check_problem, pointers
from support.gcodes import upload
from support.openapi import Document
from support.raw import RawConnection, request

MIB = 1024 * 1024
LOGIN_BYTES = 16 * 1024

# By what a token is called.
MISSING = {"accessToken": 401, "tokenInAddress": 401, "refreshToken": 401, "apiKey": 403, "keyAsBearer": 403, "keyInAddress": 403}
# Routes that read JSON, with a body that has all members.
JSON_ROUTES = [
    ("POST", "/users/me/authenticate", {"username": "nobody", "password": "wrong"}),
    ("POST", "/users/me/authenticate-fresh", {"username": "nobody", "password": "wrong"}),
    ("PATCH", "/users/me", {"password": "a", "new_password": "b", "new_password_confirmation": "b"}),
    ("POST", "/printers", {"host": "127.0.0.1:1", "name": "A printer"}),
    ("PATCH", "/printers/127.0.0.9", {"name": "Another name"}),
    ("POST", "/printjobs", {"gcode": 1, "printer": "127.0.0.1"}),
]


@pytest.fixture(scope="module", autouse=True)
def known_printer(admin: Api) -> str:
    """So that PATCH /printers/127.0.0.9 gets as far as its body. Nothing listens there."""
    admin.post("/printers", json={"host": "127.0.0.9", "name": "Known"}, expect=201)
    return "127.0.0.9"


def allow_of(response) -> set[str]:
    return {method.strip() for method in response.headers["Allow"].split(",")}


# --- the root, unknown paths, methods -----------------------------------------------------------------------------------


def test_root_tells_who_answers(anonymous: Api):
    answer = anonymous.get("/", expect=200)
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert body["app"] == "karmen_backend"
    assert body["docs"] and body["version"]


@pytest.mark.parametrize("path", ["/nothing", "/gcodes/1/data/more", "/users/me/nothing", "/printers%2F127.0.0.1", "/GCODES"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_unknown_path_is_404(anonymous: Api, method: str, path: str):
    assert anonymous.request(method, path, expect=404).json()["code"] == "not_found"


def address_of(path: str) -> str:
    """Of a documented path, with any values of its parameters."""
    return re.sub(r"\{\w+\}", "1", path)


def test_other_methods_are_405_before_authentication(anonymous: Api, document: Document):
    for path, item in document.content["paths"].items():
        known = {method.upper() for method in item}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "BREW"} - known:
            answer = anonymous.request(method, address_of(path), expect=405)
            assert known <= allow_of(answer), f"{method} {path}: {answer.headers['Allow']}"
            assert method not in allow_of(answer)


@pytest.mark.parametrize("path", ["/", "/users/me/probe", "/printers", "/printers/127.0.0.9", "/gcodes", "/printjobs"])
def test_head_is_get_without_body(user: Api, path: str):
    got, head = user.get(path, expect=200), user.request("HEAD", path, expect=200)
    assert head.content == b""
    for name in ("Content-Type", "Content-Length", "Cache-Control", "Access-Control-Allow-Origin"):
        assert head.headers.get(name) == got.headers.get(name), name


def test_head_of_errors_has_no_body_either(anonymous: Api):
    assert anonymous.request("HEAD", "/printers", expect=401).content == b""
    assert anonymous.request("HEAD", "/nothing", expect=404).content == b""
    assert anonymous.request("HEAD", "/users/me/authenticate", expect=405).content == b""


def test_token_is_asked_for_before_anything_else(anonymous: Api, document: Document):
    for method, path, operation in document.operations():
        wanted = {MISSING[name] for need in operation["security"] for name in need}
        if not wanted:
            continue
        headers = {"Content-Type": "application/json"}
        problem = anonymous.request(method, address_of(path), expect=wanted, data=b"{", headers=headers).json()
        assert problem["message"] == "Missing Authorization Header" or problem["code"] == "forbidden", f"{method} {path}"


def test_unknown_printer_is_told_before_a_bad_body(admin: Api):
    admin.patch("/printers/127.0.0.200", data=b"{", headers={"Content-Type": "application/json"}, expect=404)


def test_answers_for_a_token_are_not_stored_by_caches(user: Api):
    for path in ("/users/me/probe", "/printers", "/gcodes", "/printjobs"):
        assert user.get(path, expect=200).headers["Cache-Control"] == "private, no-store"


# --- ids that cannot be -------------------------------------------------------------------------------------------------

NO_NUMBERS = ["abc", "-1", "1.5", "0x1", "%20", "1%20", "%2B1", "99999999999999999999", "%D9%A1", "null"]


@pytest.mark.parametrize("id", NO_NUMBERS)
@pytest.mark.parametrize("path", ["/gcodes/{}", "/gcodes/{}/data", "/printjobs/{}"])
def test_id_that_is_no_number_is_404(user: Api, path: str, id: str):
    user.get(path.format(id), expect=404)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1%2F..", "%25", "300.1.1.1", "%F0%9F%96%A8", "x" * 5000])
def test_host_that_cannot_be_is_404(admin: Api, host: str):
    admin.get(f"/printers/{host}", expect=404)
    admin.delete(f"/printers/{host}", expect=404)


@pytest.mark.parametrize("path", ["/gcodes/%00", "/gcodes/1%00/data", "/printers/127.0.0.1%00", "/printjobs/1%00"])
@pytest.mark.one_process
def test_nul_in_a_path_is_refused(user: Api, path: str):
    user.get(path, expect=(400, 404))


# --- JSON bodies --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path", "body"), JSON_ROUTES)
@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx"])
def test_body_that_is_not_called_json_is_400(admin: Api, method: str, path: str, body: dict, content_type: str | None):
    headers = {"Content-Type": content_type} if content_type else {}
    admin.request(method, path, data=json.dumps(body).encode(), headers=headers, expect=400)


@pytest.mark.parametrize(("method", "path", "body"), JSON_ROUTES)
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"a":}', b'{"a":1} x', b"'{}'", b'{"name":"\xff"}', b"\x00", b"[" * 100_000, b'{"a":' * 50_000],
    ids=["nothing", "cut", "no value", "rest", "quotes", "not UTF-8", "NUL", "deep lists", "deep objects"],
)
def test_malformed_json_is_400(admin: Api, method: str, path: str, body: dict, content: bytes):
    if "authenticate" in path:
        content = content[:LOGIN_BYTES]
    admin.request(method, path, data=content, headers={"Content-Type": "application/json"}, expect=400)


@pytest.mark.parametrize(("method", "path", "body"), JSON_ROUTES)
@pytest.mark.parametrize("content", ["null", "[]", "[1]", '"text"', "5", "0", "true", "false", "{}"])
def test_json_that_is_not_the_expected_object_is_400(admin: Api, method: str, path: str, body: dict, content: str):
    admin.request(method, path, data=content, headers={"Content-Type": "application/json"}, expect=400)


@pytest.mark.parametrize(
    ("method", "path", "body", "member"),
    [(method, path, body, member) for method, path, body in JSON_ROUTES for member in body],
)
@pytest.mark.parametrize("wrong", [None, {}, [], True, ""], ids=["null", "object", "list", "true", "empty"])
def test_member_of_a_wrong_type_is_named(admin: Api, method: str, path: str, body: dict, member: str, wrong: object):
    answer = admin.request(method, path, json=body | {member: wrong}, expect=400)
    assert f"/{member}" in pointers(answer), answer.text


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"])
def test_json_by_content_type(admin: Api, content_type: str):
    headers = {"Content-Type": content_type}
    admin.patch("/printers/127.0.0.9", data=b'{"name": "Known"}', headers=headers, expect=200)


def test_unknown_members_are_ignored(admin: Api):
    admin.patch("/printers/127.0.0.9", json={"name": "Known", "nonsense": [1]}, expect=200)


def test_json_body_may_have_1_mib_and_no_byte_more(admin: Api):
    def body(size: int) -> bytes:
        return b'{"name": "Known"}'.ljust(size)

    headers = {"Content-Type": "application/json"}
    admin.patch("/printers/127.0.0.9", data=body(MIB), headers=headers, expect=200)
    admin.again().patch("/printers/127.0.0.9", data=body(MIB + 1), headers=headers, expect=413)
    # An iterator is sent chunked: the size is not known before.
    chunks = (body(MIB + 1)[at : at + 65536] for at in range(0, MIB + 1, 65536))
    admin.again().patch("/printers/127.0.0.9", data=chunks, headers=headers, expect=413)


def test_body_too_large_is_refused_without_reading_it(server):
    with RawConnection(server.port) as connection:
        header = ("Content-Type: application/json", f"Content-Length: {10 * 1024 * MIB}")
        connection.send(request("POST", "/users/me/authenticate", *header))
        assert connection.read_response().status == 413
        assert connection.at_end()


# --- web pages of other origins -----------------------------------------------------------------------------------------


def test_preflight_needs_no_token(anonymous: Api, document: Document):
    for method, path, _ in document.operations():
        asked = {
            "Origin": "https://page.example",
            "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "authorization, content-type",
        }
        answer = anonymous.request("OPTIONS", address_of(path), headers=asked, expect=204)
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert method in answer.headers["Access-Control-Allow-Methods"]
        allowed = answer.headers["Access-Control-Allow-Headers"].lower()
        assert "authorization" in allowed and "content-type" in allowed
        assert answer.content == b""


def test_options_without_origin_tells_the_methods(anonymous: Api):
    answer = anonymous.request("OPTIONS", "/gcodes", expect=(200, 204))
    assert {"GET", "HEAD", "POST", "OPTIONS"} == allow_of(answer)


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/", 200), ("GET", "/printers", 401), ("GET", "/nothing", 404), ("PUT", "/", 405)]
)
def test_every_answer_may_be_read_by_web_pages(anonymous: Api, method: str, path: str, status: int):
    answer = anonymous.request(method, path, headers={"Origin": "https://page.example"}, expect=status)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_refused_bodies_may_be_read_by_web_pages(server):
    with RawConnection(server.port) as connection:
        header = ("Content-Type: application/json", "Origin: https://page.example", f"Content-Length: {10 * MIB}")
        connection.send(request("POST", "/users/me/authenticate", *header))
        answer = connection.read_response()
    assert answer.status == 413
    assert answer.headers["access-control-allow-origin"] == "*"


def test_origins_can_be_limited(new_server):
    server = new_server(options={"http-cors-origins": "https://karmen.example,http://localhost:8000"})
    api = server.anonymous()
    for origin in ("https://karmen.example", "http://localhost:8000"):
        answer = api.get("/", headers={"Origin": origin}, expect=200)
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "Origin" in answer.headers["Vary"]
    for origin in ("https://karmen.example.evil", "http://karmen.example", "null", "https://KARMEN.example:444"):
        answer = api.get("/", headers={"Origin": origin}, expect=200)
        assert answer.headers.get("Access-Control-Allow-Origin") not in ("*", origin)
        assert "Origin" in answer.headers["Vary"], "a cache must not give this answer to an allowed origin"


# --- the protocol itself ------------------------------------------------------------------------------------------------

# RFC 9112 §6.3 and §11.2: what a proxy in front might read in another way is refused, and the connection closed.
BROKEN_FRAMING = {
    "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "length and chunked": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "negative length": b"Content-Length: -1\r\n\r\n",
    "length with plus": b"Content-Length: +2\r\n\r\n{}",
    "hexadecimal length": b"Content-Length: 0x2\r\n\r\n{}",
    "blank before colon": b"Content-Length : 2\r\n\r\n{}",
    "broken chunk size": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
}


@pytest.mark.parametrize("rest", BROKEN_FRAMING.values(), ids=BROKEN_FRAMING.keys())
def test_doubtful_framing_is_refused(server, rest: bytes):
    with RawConnection(server.port) as connection:
        connection.send(b"POST /users/me/authenticate HTTP/1.1\r\nHost: k\r\nContent-Type: application/json\r\n" + rest)
        assert connection.read_response().status == 400
        assert connection.at_end()


@pytest.mark.parametrize(
    "coding", ["gzip", "identity", "xchunked", "gzip, chunked", "chunked, gzip", "chunked, chunked", "chunked;a=b", ""]
)
def test_transfer_coding_other_than_chunked_is_501(server, coding: str):
    with RawConnection(server.port) as connection:
        connection.send(f"POST /users/me/authenticate HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: {coding}\r\n\r\n{{}}".encode())
        answer = connection.read_response(expect=(501,))
        assert (answer.status, json.loads(answer.body)["code"]) == (501, "not_implemented")
        assert connection.at_end()


@pytest.mark.parametrize("coding", ["chunked", "Chunked", "CHUNKED"])
def test_chunked_in_any_case_is_read(server, coding: str):
    body = b'{"username": "nobody", "password": "wrong"}'
    with RawConnection(server.port) as connection:
        head = f"POST /users/me/authenticate HTTP/1.1\r\nHost: k\r\nContent-Type: application/json\r\nTransfer-Encoding: {coding}\r\n\r\n"
        connection.send(head.encode() + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        assert connection.read_response().status == 401


@pytest.mark.parametrize(
    "first_line", ["GET", "GET /", "GET / HTTP/3.0", "G\x00T / HTTP/1.1", "\x16\x03\x01\x02\x00\x01", "GET / a HTTP/1.1"]
)
def test_what_is_no_http_is_refused(server, first_line: str):
    with RawConnection(server.port) as connection:
        connection.send(first_line.encode() + b"\r\nHost: k\r\n\r\n")
        answer = connection.read_header(expect=(505,))
        assert answer.status in (400, 505)
        connection.read_body(int(answer.headers["content-length"]))
        assert connection.at_end()


@pytest.mark.parametrize("target", ["/" + "x" * 20_000, "/"], ids=["target", "fields"])
def test_header_of_more_than_16_kib_is_refused(server, target: str):
    fields = [f"X-Filler-{n}: {'y' * 500}" for n in range(40)] if target == "/" else []
    with RawConnection(server.port) as connection:
        connection.send(request("GET", target, *fields))
        assert connection.read_header().status in (414, 431)


def test_connection_is_kept_and_requests_may_be_pipelined(server):
    with RawConnection(server.port) as connection:
        connection.send(request("GET", "/") + request("GET", "/nothing") + request("HEAD", "/") + request("GET", "/"))
        assert connection.read_response().status == 200
        assert connection.read_response().status == 404
        assert connection.read_response(head=True).status == 200
        assert json.loads(connection.read_response().body)["app"] == "karmen_backend"


def test_connection_survives_a_refused_request_with_a_body(server):
    """The unread body must not be taken for the next request."""
    body = b"GET /nothing HTTP/1.1\r\nHost: k\r\n\r\n"
    with RawConnection(server.port) as connection:
        header = ("Content-Type: application/json", f"Content-Length: {len(body)}")
        connection.send(request("POST", "/printers", *header, body=body) + request("GET", "/"))
        assert connection.read_response().status == 401
        try:
            status = connection.read_response().status
        except (AssertionError, ConnectionError):
            return  # closing is right as well
        assert status == 200


def test_client_that_waits_for_100_continue_gets_it(server):
    body = b'{"username": "nobody", "password": "wrong"}'
    with RawConnection(server.port) as connection:
        header = ("Content-Type: application/json", f"Content-Length: {len(body)}", "Expect: 100-continue")
        connection.send(request("POST", "/users/me/authenticate", *header))
        assert connection.read_header().status == 100
        connection.send(body)
        assert connection.read_response().status == 401


def test_client_that_waits_for_100_continue_gets_a_refusal_at_once(server):
    with RawConnection(server.port) as connection:
        connection.send(request("POST", "/printers", "Content-Length: 100", "Expect: 100-continue"))
        assert connection.read_response().status == 401


def test_http_1_0_is_answered_and_closed(server):
    with RawConnection(server.port) as connection:
        connection.send(b"GET / HTTP/1.0\r\n\r\n")
        assert connection.read_response().status == 200
        assert connection.at_end()


def test_problems_tell_requests_apart(anonymous: Api):
    ids = {check_problem(anonymous.get("/nothing", expect=404))["request_id"] for _ in range(5)}
    assert len(ids) == 5


def test_uploads_are_not_held_to_the_limit_of_json(user: Api):
    upload(user, "larger-than-json.gcode", b"G1 X1\n" * (3 * MIB // 6))
