"""GET /openapi.json and GET /docs. Every other test holds its answers to the document too (support/openapi.py)."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from support.api import Api
from support.binary import REPOSITORY
from support.multipart import CONTENT_TYPE, Part, form
from support.openapi import Document, Request, Response
from support.seen import Answered, Seen


def members(value: Any, name: str) -> list[Any]:
    """The values of every member of that name, however deep."""
    if isinstance(value, list):
        return [found for item in value for found in members(item, name)]
    if not isinstance(value, dict):
        return []
    here = [value[name]] if name in value else []
    return here + [found for item in value.values() for found in members(item, name)]


# --- the document -------------------------------------------------------------------------------------------------------


def test_document_is_openapi_3_1(anonymous: Api):
    answer = anonymous.get("/openapi.json", expect=200)
    assert answer.headers["Content-Type"] == "application/json"
    document = answer.json()
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert document["info"]["title"] and document["info"]["version"]
    assert document["paths"]


def test_document_is_sent_again_only_when_it_changed(anonymous: Api):
    etag = anonymous.get("/openapi.json", expect=200).headers["ETag"]
    again = anonymous.get("/openapi.json", headers={"If-None-Match": etag}, expect=304)
    assert again.content == b"" and again.headers["ETag"] == etag
    anonymous.get("/openapi.json", headers={"If-None-Match": '"another"'}, expect=200)


def test_every_reference_leads_somewhere(document: Document):
    references = members(document.content, "$ref")
    assert references
    for reference in references:
        place = document.content
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def test_every_schema_is_a_json_schema(document: Document):
    for schema in document.content["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for schema in members(document.content["paths"], "schema"):
        Draft202012Validator.check_schema(schema)


def test_every_operation_is_told_completely(document: Document):
    ids = [operation["operationId"] for _, _, operation in document.operations()]
    assert len(ids) == len(set(ids))
    tags = {tag["name"] for tag in document.content["tags"]}
    schemes = document.content["components"]["securitySchemes"].keys()
    for method, path, operation in document.operations():
        assert operation["summary"] and operation["responses"], f"{method} {path}"
        assert set(operation["tags"]) <= tags
        assert all(response["description"] for response in operation["responses"].values())
        assert all(name in schemes for need in operation["security"] for name in need)
        wanted = re.findall(r"\{(\w+)\}", path)
        named = [one["name"] for one in operation.get("parameters", []) if one["in"] == "path" and one["required"]]
        assert named == wanted, f"{method} {path}"


# --- the document and the server ----------------------------------------------------------------------------------------


def test_every_documented_operation_is_there_and_no_other_method(document: Document, anonymous: Api):
    """405 tells the methods of a path: they must be those of the document. An operation that is not there is 405 or 404."""
    for path, item in document.content["paths"].items():
        address = re.sub(r"\{\w+\}", "1", path)
        allowed = {method.strip() for method in anonymous.request("BREW", address, expect=405).headers["Allow"].split(",")}
        assert allowed - {"HEAD", "OPTIONS"} == {method.upper() for method in item}, path


@pytest.mark.one_process
def test_token_is_asked_for_where_the_document_says_so(document: Document, anonymous: Api):
    for method, path, operation in document.operations():
        address = re.sub(r"\{\w+\}", "1", path)
        refused = {"accessToken": 401, "tokenInAddress": 401, "refreshToken": 401, "apiKey": 403, "keyAsBearer": 403, "keyInAddress": 403}
        wanted = {refused[name] for need in operation["security"] for name in need}
        status = anonymous.request(method, address, data=b"{", is_documented=False).status_code
        assert {status} == wanted if wanted else status not in (401, 403), f"{method} {path}: {status}"


def an_answer(status: int, body: Any, kind: str = "application/json", headers: dict[str, str] | None = None) -> Response:
    return Response(status, kind, json.dumps(body).encode(), headers)


BUSY = {"type": "about:blank", "title": "x", "status": 503, "detail": "x", "message": "x", "code": "overloaded", "request_id": "1"}


INFO = {"app": "karmen_backend", "docs": "https://example.org", "version": "1"}


@pytest.mark.parametrize(
    ("target", "method", "answer"),
    [
        ("/", "GET", an_answer(418, INFO)),
        ("/", "GET", an_answer(200, INFO | {"more": 1})),
        ("/", "GET", an_answer(200, {"app": "karmen_backend"})),
        ("/", "GET", an_answer(200, INFO, "text/plain")),
        ("/", "PUT", an_answer(200, INFO)),
        ("/planted", "GET", an_answer(200, INFO)),
        ("/gcodes/1", "DELETE", an_answer(204, INFO)),
        ("/", "GET", an_answer(200, INFO, headers={"location": "/elsewhere"})),
        ("/", "GET", an_answer(503, BUSY, "application/problem+json", {})),
        ("/", "GET", an_answer(503, BUSY, "application/problem+json", {"retry-after": "soon"})),
        ("/gcodes/1", "GET", an_answer(404, {"code": "printer_not_found"}, "application/problem+json")),
    ],
    ids=[
        *("status", "new member", "missing member", "media type", "method", "path", "body of 204"),
        *("new header", "missing header", "header", "code"),
    ],
)
def test_answers_that_are_not_documented_are_noticed(document: Document, target: str, method: str, answer: Response):
    document.check("GET", "/", an_answer(200, INFO))
    document.check("GET", "/", an_answer(503, BUSY, "application/problem+json", {"retry-after": "1"}))
    with pytest.raises(AssertionError):
        document.check(method, target, answer)


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "/gcodes?limit=x"),
        Request("GET", "/gcodes?nonsense=1"),
        Request("GET", "/gcodes/x"),
        Request("GET", "/settings", "application/json", b"{}"),
        Request("POST", "/tasks", "application/json", b'{"task": "nonsense"}'),
        Request("POST", "/tasks", "application/json", b"{}"),
        Request("POST", "/tasks"),
        Request("POST", "/gcodes", "application/json", b"{}"),
        Request("POST", "/gcodes", CONTENT_TYPE, form(Part("path", b"x"))),
    ],
    ids=["parameter", "new parameter", "path", "new body", "value", "missing member", "missing body", "media type", "form"],
)
def test_requests_that_are_not_documented_are_noticed(document: Document, request_: Request):
    for good in (
        Request("GET", "/gcodes?limit=5"),
        Request("POST", "/tasks", "application/json", b'{"task": "scan_network"}'),
        Request("POST", "/gcodes", CONTENT_TYPE, form(Part("path", b"x"), Part("file", b"G28", filename="a.gcode"))),
    ):
        document.check_request(good)
    with pytest.raises(AssertionError):
        document.check_request(request_)


# --- are all promises tested? -------------------------------------------------------------------------------------------

KEPT, BROKEN = Answered("GET", "/", 200), Answered("GET", "/", 503, "overloaded")


def test_promises_that_no_test_provoked_are_told():
    assert Seen({KEPT}, {KEPT}).problems() == []
    assert Seen({KEPT, BROKEN}, {KEPT}).problems() == ["documented, but no test provoked it: GET / → 503 overloaded"]
    assert Seen({KEPT}, {KEPT, BROKEN}).problems() == ["answered, but not documented: GET / → 503 overloaded"]


def test_workers_add_up_what_they_saw():
    whole = Seen()
    for part in (Seen({KEPT, BROKEN}, {KEPT}), Seen({KEPT, BROKEN}, {BROKEN}, {"tests were deselected"})):
        whole.add(Seen.from_plain(json.loads(json.dumps(part.as_plain()))))
    assert whole == Seen({KEPT, BROKEN}, {KEPT, BROKEN}, {"tests were deselected"})


THIS = "contract/test_openapi.py"
ALONE = f"{THIS}::test_promises_that_no_test_provoked_are_told"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([ALONE], "single tests were named"),
        ([THIS, "-k", "told"], "tests were deselected"),
        ([THIS, "--collect-only"], "files of contract/ did not run"),
        (["contract", "--collect-only"], "no server was asked"),
    ],
    ids=["one test", "-k", "one file", "none"],
)
def test_run_of_some_tests_does_not_pass_for_a_whole_one(arguments: list[str], told: str):
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--whole-contract", *arguments]
    done = subprocess.run(command, cwd=REPOSITORY / "tests", capture_output=True, text=True, timeout=60)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout
    assert "not judged" in done.stdout and told in done.stdout


# --- the page -----------------------------------------------------------------------------------------------------------


def test_docs_needs_this_server_only(anonymous: Api):
    page = anonymous.get("/docs", expect=200)
    assert page.headers["Content-Type"].startswith("text/html")
    anonymous.get("/docs", headers={"If-None-Match": page.headers["ETag"]}, expect=304)
    assert "http:" not in page.text and "https:" not in page.text and "//" not in page.text
    policy = dict(part.strip().split(" ", 1) for part in page.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'" and policy["connect-src"] == "'self'"
    needed = re.findall(r'(?:src|href)="(docs/[^"]+)"', page.text)
    assert needed
    for address in needed:
        part = anonymous.get("/" + address, expect=200)
        assert part.content and part.headers["X-Content-Type-Options"] == "nosniff"
        anonymous.get("/" + address, headers={"If-None-Match": part.headers["ETag"]}, expect=304)


@pytest.mark.parametrize(("coding", "unpack"), [("gzip", ["gzip", "-dc"]), ("br", ["brotli", "-dc"])])
def test_docs_comes_compressed_to_clients_that_can_read_it(anonymous: Api, coding: str, unpack: list[str]):
    for name in ["swagger-ui-bundle.js", "swagger-ui.css"]:
        plain = anonymous.get(f"/docs/{name}", headers={"Accept-Encoding": "identity"}, expect=200)
        small = anonymous.get(f"/docs/{name}", headers={"Accept-Encoding": coding}, stream=True, expect=200)
        sent = small.raw.read(decode_content=False)
        assert "Content-Encoding" not in plain.headers and small.headers["Content-Encoding"] == coding
        assert subprocess.run(unpack, input=sent, capture_output=True, check=True).stdout == plain.content
        assert len(sent) < len(plain.content) / 3
        assert small.headers["ETag"] != plain.headers["ETag"] and small.headers["Vary"] == "Accept-Encoding"
        known = {"Accept-Encoding": coding, "If-None-Match": small.headers["ETag"]}
        assert anonymous.get(f"/docs/{name}", headers=known, expect=304).headers["ETag"] == small.headers["ETag"]


@pytest.mark.parametrize("name", ["index.html", "nothing", "..%2Fpackage.json", "%2e%2e", "LICENSE"])
def test_docs_has_no_other_files(anonymous: Api, name: str):
    anonymous.get(f"/docs/{name}", expect=404)
