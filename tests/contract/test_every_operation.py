"""What can go wrong at every operation, whatever it does: each fault is made once for all operations whose document names it.
What only some operations answer is in the tests of their resource."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from support import arrangement, faults
from support.api import Api, response_of
from support.fakes import Answer, ScriptedPrinter, job_body, printer_body
from support.gcodes import uploaded
from support.multipart import CONTENT_TYPE, Part, form
from support.openapi import Document
from support.raw import RawConnection, request
from support.redis import Redis
from support.seen import Answered
from support.server import ADMIN, ADMIN_PASSWORD, Server
from support.tokens import claims_of

SECRET = "another-Passw0rd"
TIB = 1024**4

# A body that the operation takes, by method and path; those of the emulator without their beginning.
BODIES: dict[str, Any] = {
    "POST /users/me/authenticate": {"username": ADMIN, "password": ADMIN_PASSWORD},
    "POST /users/me/authenticate-fresh": {"username": ADMIN, "password": ADMIN_PASSWORD},
    "PATCH /users/me": {"password": ADMIN_PASSWORD, "new_password": SECRET, "new_password_confirmation": SECRET},
    "POST /users/me/tokens": {"name": "one more"},
    "POST /users": {"username": "new", "role": "user", "password": SECRET, "password_confirmation": SECRET},
    "PATCH /users/{uuid}": {"suspended": True},
    "POST /printers": {"host": "127.0.0.2:9", "name": "New"},
    "PATCH /printers/{host}": {"name": "Renamed"},
    "POST /printers/probe": {"host": "127.0.0.2:9"},
    "POST /printers/appkey": {"host": "127.0.0.2:9"},
    "POST /printers/{host}/connection": {"state": "online"},
    "POST /printers/{host}/current-job": {"action": "cancel"},
    "POST /printjobs": {"gcode": "{id}", "printer": "{host}"},
    "PATCH /printjobs/{id}": {"state": "finished"},
    "POST /settings": [{"key": "network_interface", "val": "eth9"}],
    "POST /tasks": {"task": "scan_network"},
    "POST /api/job": {"command": "cancel"},
    "POST /api/connection": {"command": "connect"},
    "POST /api/files/local/{id}": {"command": "select", "print": True},
}
FORM = "multipart/form-data"
EMULATOR = re.compile(r"/octoprint-emulator(/printers/\{host\})?(?=/api/)")


class Place:
    """A server with one of everything, and requests that it takes for any operation. Without `printer` nobody is at the
    printer's address."""

    def __init__(self, server: Server, document: Document, printer: ScriptedPrinter | None = None):
        self.document = document
        self.server = server
        self.admin = server.first_admin()
        user = server.add_user("ursula")
        host = printer.host if printer else "127.0.0.2:11"
        self.admin.post("/printers", json={"host": host, "name": "There"}, expect=201)
        gcode = uploaded(self.admin, "there.gcode")["id"]
        self.values = {
            "id": str(gcode),
            "host": host,
            "uuid": claims_of(user.access_token)["identity"],
            "jti": self.admin.post("/users/me/tokens", json={"name": "script"}, expect=201).json()["jti"],
            "session": claims_of(server.login(self.admin.username, self.admin.password).access_token)["sid"],
            "file": "start.js",
            "appkey": self.admin.post("/printers/appkey", json={"host": "127.0.0.2:9"}, expect=202).json()["id"],
            "task": server.command("tasks", "add", "clean_store").stdout.strip(),
        }
        self.printjob = "1"
        if printer:
            body = {"gcode": gcode, "printer": host}
            self.printjob = str(self.admin.post("/printjobs", json=body, expect=201).json()["id"])

    def restart_with(self, option: str, limit: str) -> None:
        """What a test prepares must not meet the limit that it is about."""
        self.server.options[option] = limit
        self.server.restart()

    def filled_in(self, text: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda name: self.values[name[1]], text)

    def target(self, path: str) -> str:
        return path.replace("{id}", self.printjob) if path.startswith("/printjobs/") else self.filled_in(path)

    def operation(self, promise: Answered) -> dict[str, Any]:
        return self.document.content["paths"][promise.path][promise.method.lower()]

    def headers(self, promise: Answered) -> dict[str, str]:
        scheme = next((name for need in self.operation(promise)["security"] for name in need), "")
        if scheme == "apiKey":
            return {"X-Api-Key": self.admin.access_token}
        token = {"accessToken": self.admin.access_token, "refreshToken": self.admin.refresh_token}.get(scheme)
        return {"Authorization": f"Bearer {token}"} if token else {}

    def media_type(self, promise: Answered) -> str:
        return next(iter(self.operation(promise).get("requestBody", {}).get("content", {})), "")

    def body(self, promise: Answered) -> dict[str, Any]:
        """What `Api.request` takes for a body."""
        if self.media_type(promise) == FORM:
            parts = Part("print", b"true"), Part("file", b"G28\n", filename="more.gcode")
            return {"data": form(*parts), "headers": {"Content-Type": CONTENT_TYPE}}
        body = BODIES.get(f"{promise.method} {EMULATOR.sub('', promise.path)}")
        if isinstance(body, dict):
            body = {name: self.filled_in(value) if isinstance(value, str) else value for name, value in body.items()}
        return {} if body is None else {"json": body}

    def send(self, promise: Answered, query: str = "", **body: Any) -> Answered:
        """What comes instead of the promise, or that itself."""
        options = body or self.body(promise)
        options["headers"] = self.headers(promise) | options.pop("headers", {})
        target = self.target(promise.path) + query
        answer = Api(self.server).request(promise.method, target, expect=range(600), **options)
        return promise._replace(status=answer.status_code, code=response_of(answer).code)


def expect_everywhere(document: Document, code: str, send: Callable[[Answered], Answered], status: int | None = None) -> None:
    """Checks that each operation whose document names the code answers with it."""
    promises = sorted(one for one in document.promises() if one.code == code and status in (None, one.status))
    assert promises, f"no operation names {code}"
    other = [f"{promise}: came {answer}" for promise in promises if (answer := send(promise)) != promise]
    assert not other, "\n".join(other)


@pytest.fixture(scope="module")
def place(server: Server, document: Document) -> Place:
    return Place(server, document)


# --- bodies and parameters ----------------------------------------------------------------------------------------------


def test_body_that_is_malformed(place: Place):
    def send(promise: Answered) -> Answered:
        kind = CONTENT_TYPE if place.media_type(promise) == FORM else "application/json"
        return place.send(promise, data=b"{", headers={"Content-Type": kind})

    expect_everywhere(place.document, "malformed_body", send)


def test_input_that_is_invalid(place: Place):
    def send(promise: Answered) -> Answered:
        if place.media_type(promise) == FORM:
            return place.send(promise, data=form(Part("path", b"no file")), headers={"Content-Type": CONTENT_TYPE})
        if place.media_type(promise):
            return place.send(promise, data=b"[]", headers={"Content-Type": "application/json"})
        return place.send(promise, query="?order_by=nonsense&width=0&size=0")

    expect_everywhere(place.document, "invalid_input", send)


def begin(place: Place, promise: Answered, length: int, stack: ExitStack) -> RawConnection:
    """Sends the header of a request with a body, and no more."""
    connection = stack.enter_context(RawConnection(place.server.port))
    kind = CONTENT_TYPE if place.media_type(promise) == FORM else "application/json"
    fields = {"Content-Type": kind, "Content-Length": length} | place.headers(promise)
    connection.send(request(promise.method, place.target(promise.path), *(f"{name}: {value}" for name, value in fields.items())))
    return connection


def read(promise: Answered, connection: RawConnection) -> Answered:
    answer = connection.read_response()
    return promise._replace(status=answer.status, code=answer.json().get("code", ""))


def test_body_that_is_too_large(place: Place):
    """Refused before any of it is sent."""

    def send(promise: Answered) -> Answered:
        with ExitStack() as stack:
            return read(promise, begin(place, promise, TIB, stack))

    expect_everywhere(place.document, "body_too_large", send)


def test_body_that_does_not_come(new_server, document: Document):
    place = Place(new_server(), document)
    place.restart_with("http-body-idle-timeout", "500ms")
    with ExitStack() as stack:
        # All at the same time, so that this takes as long as one.
        slow = [one for one in document.promises() if one.code == "request_timeout"]
        begun = {promise: begin(place, promise, 10, stack) for promise in slow}
        expect_everywhere(document, "request_timeout", lambda promise: read(promise, begun[promise]))


# --- the server ---------------------------------------------------------------------------------------------------------


@pytest.mark.one_process
def test_too_many_clients(new_server, document: Document):
    place = Place(new_server(), document)
    place.restart_with("http-connections-max", "1")
    with RawConnection(place.server.port) as held:
        held.send(request("GET", "/"))
        assert held.read_response().status == 200
        expect_everywhere(document, "overloaded", place.send)


# --- the database -------------------------------------------------------------------------------------------------------


def others_are_well(place: Place, code: str) -> None:
    """Operations that do not name the code work as always. But the health routes report the fault."""
    concerned = {(one.method, one.path) for one in place.document.promises() if one.code in (code, "not_ready")}
    for method, path, _ in place.document.operations():
        if (method, path) not in concerned:
            answer = place.send(Answered(method, path, 200))
            assert answer.status == 200, answer


def test_defect(new_server, document: Document):
    place = Place(new_server(), document)
    faults.lose_users(place.server)
    expect_everywhere(document, "internal", place.send)
    others_are_well(place, "internal")


def test_database_that_is_broken(new_server, document: Document):
    place = Place(new_server(), document)
    faults.destroy_database(place.server)
    expect_everywhere(document, "storage_unavailable", place.send)
    expect_everywhere(document, "not_ready", place.send)
    others_are_well(place, "storage_unavailable")


def test_redis_that_is_away(tmp_path, document: Document, scripted_printer: ScriptedPrinter):
    """Only actions that must not happen twice or uncounted wait for it."""
    redis = Redis(tmp_path / "redis")
    server = Server(tmp_path / "karmen", env={"KARMEN_REDIS_URL": redis.url}, arranged=arrangement.DISTRIBUTED).start()
    place = Place(server, document, scripted_printer)
    redis.end()
    expect_everywhere(document, "service_unavailable", place.send)
    server.stop()


def test_full_disk(new_server, document: Document, scripted_printer: ScriptedPrinter):
    place = Place(new_server(options={"printers-status-max-age": "0s"}), document, scripted_printer)
    idle = dict(scripted_printer.answers)
    prints = Answer(body=printer_body("Printing", printing=True))
    elsewhere = {"/api/printer": prints, "/api/job": Answer(body=job_body("Printing", "a.gcode"))}
    scripted_printer.answers |= {"/api/files/local": Answer(500), "/api/job": Answer(500)}
    place.admin.post("/printjobs", json={"gcode": place.values["id"], "printer": scripted_printer.host}, expect=500)
    place.printjob = str(place.admin.get("/printjobs?order_by=-id&limit=1", expect=200).json()["items"][0]["id"])  # unknown
    faults.fill_disk_of_database(place.server)

    def send(promise: Answered) -> Answered:
        scripted_printer.answers = idle | (elsewhere if promise.path.endswith("/adopt") else {})
        return place.send(promise)

    expect_everywhere(document, "disk_full", send)
