"""Clients that leave, and printers that never answer, cost nothing lasting: no descriptor, no thread, no memory."""

import os
import threading
from collections.abc import Callable

import pytest

from support.api import Api
from support.gcodes import gcode_bytes, uploaded
from support.multipart import CONTENT_TYPE, part_header
from support.raw import RawConnection, request
from support.server import Server
from support.wait import eventually

pytestmark = pytest.mark.alone

MIB = 1024 * 1024
TIMES = 100
ROUNDS = 3
# Connections to the database are opened when they are first needed; a leak would be one for each of 300 clients.
DESCRIPTORS_MAX = 20
# In the best of the rounds; a leak of 30 KiB for each of 100 clients is more.
GROWTH_MAX_KIB = 3 * 1024


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"printers-status-max-age": "0s", "printers-request-timeout": "1s", "printers-deadline": "1s"}


def descriptors(server: Server) -> int:
    return len(os.listdir(f"/proc/{server.pid}/fd"))


def threads(server: Server) -> int:
    return len(os.listdir(f"/proc/{server.pid}/task"))


def leave_in_an_upload(server: Server, admin: Api, connection: RawConnection) -> None:
    fields = (f"Content-Type: {CONTENT_TYPE}", f"Content-Length: {4 * MIB}")
    body = part_header("file", "left.gcode") + gcode_bytes(100_000)
    connection.send(request("POST", "/gcodes", *fields, body=body, token=admin.access_token))


def leave_in_a_download(server: Server, admin: Api, connection: RawConnection) -> None:
    connection.send(request("GET", "/gcodes/1/data", token=admin.access_token))
    assert connection.read_header().status == 200
    connection.read_body(1000)


def leave_while_a_printer_hangs(server: Server, admin: Api, connection: RawConnection) -> None:
    (printer,) = admin.get("/printers", expect=200).json()["items"]
    connection.send(request("GET", f"/printers/{printer['host']}?fields=status,webcam,job", token=admin.access_token))


def leave_after_the_header(server: Server, admin: Api, connection: RawConnection) -> None:
    header = ("Content-Type: application/json", "Content-Length: 1000")
    connection.send(request("POST", "/users/me/authenticate", *header))


def leave_in_the_header(server: Server, admin: Api, connection: RawConnection) -> None:
    connection.send(b"GET /printers HTTP/1.1\r\nAuthoriz")


def leave_in_a_log_in(server: Server, admin: Api, connection: RawConnection) -> None:
    body = b'{"username": "karmen", "password": "wrong"}'
    header = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    connection.send(request("POST", "/users/me/authenticate", *header, body=body))


WAYS = [
    leave_in_an_upload,
    leave_in_a_download,
    leave_while_a_printer_hangs,
    leave_after_the_header,
    leave_in_the_header,
    leave_in_a_log_in,
]


@pytest.fixture(scope="module", autouse=True)
def a_large_file(admin: Api) -> dict:
    gcode = uploaded(admin, "large.gcode", gcode_bytes(4 * MIB))
    assert gcode["id"] == 1
    return gcode


@pytest.mark.parametrize("leave", WAYS, ids=lambda leave: leave.__name__)
def test_client_that_leaves_leaves_nothing(server: Server, admin: Api, fake_printers, leave: Callable):
    (printer,) = fake_printers()
    admin.post("/printers", json={"host": printer.host, "name": "Hangs"}, expect=201)
    printer.set_fault("hang")
    if leave is leave_in_a_log_in:
        # Passwords wait for a core, and of a hundred at a time some find no place to wait.
        server.fails_unread.add("/users/me/authenticate")

    def leave_many_times() -> None:
        for _ in range(TIMES):
            with RawConnection(server.port) as connection:
                leave(server, admin, connection)

    leave_many_times()
    files = server.finished_files()
    before = (descriptors_at_rest(server, admin), threads(server))
    growth_kib = []
    for _ in range(ROUNDS):
        begin_kib = server.memory_kib("VmRSS")
        leave_many_times()
        growth_kib.append(server.memory_kib("VmRSS") - begin_kib)
    eventually(lambda: descriptors(server) <= before[0] + DESCRIPTORS_MAX, what="the descriptors are given back")
    assert threads(server) <= before[1]
    if os.environ.get("KARMEN_SANITIZED") != "1":  # a sanitizer keeps freed memory for a while, to find its late use
        # What is lost is lost in every round; what the allocator keeps for more clients at a time than before is not.
        assert min(growth_kib) <= GROWTH_MAX_KIB, growth_kib
    server.expect_stored(files)
    admin.delete(f"/printers/{printer.host}", expect=204)


def descriptors_at_rest(server: Server, admin: Api) -> int:
    """Once the burst is over: the number stands still."""
    seen: list[int] = []

    def stands_still() -> bool:
        seen.append(descriptors(server))
        return len(seen) > 25 and len(set(seen[-25:])) == 1

    eventually(stands_still, what="the number of descriptors stands still")
    return seen[-1]


def test_print_goes_on_without_the_client_that_asked_for_it(server: Server, admin: Api, fake_printers):
    """The printer has the file and prints: that must be recorded, even if no client waits for the answer."""
    (printer,) = fake_printers(speed=0.01)
    admin.post("/printers", json={"host": printer.host, "name": "Slow to answer"}, expect=201)
    printer.set_fault("slow", path="/api/files/local", amount=700)
    body = f'{{"gcode": 1, "printer": "{printer.host}"}}'.encode()
    with RawConnection(server.port) as connection:
        header = ("Content-Type: application/json", f"Content-Length: {len(body)}")
        connection.send(request("POST", "/printjobs", *header, body=body, token=admin.access_token))
        eventually(lambda: printer.state()["requests"].get("POST /api/files/local"), what="the file is on its way")

    def prints() -> bool:
        jobs = admin.get("/printjobs", expect=200).json()["items"]
        return [(job["printer_data"]["host"], job["state"]) for job in jobs] == [(printer.host, "printing")]

    eventually(prints, what="the print job is recorded as printing")
    admin.delete(f"/printers/{printer.host}", expect=204)


def test_print_that_is_being_started_is_finished_at_the_end(new_server, fake_printers):
    server = new_server()
    admin = server.first_admin()
    (printer,) = fake_printers(speed=0.01)
    admin.post("/printers", json={"host": printer.host, "name": "Slow to answer"}, expect=201)
    gcode = uploaded(admin, "last.gcode", gcode_bytes(100_000))
    printer.set_fault("slow", path="/api/files/local", amount=700)
    answers: list[int] = []

    def start() -> None:
        body = {"gcode": gcode["id"], "printer": printer.host}
        answers.append(admin.again().post("/printjobs", json=body, expect=(201, 500, 503)).status_code)

    starter = threading.Thread(target=start)
    starter.start()
    eventually(lambda: printer.state()["requests"].get("POST /api/files/local"), what="the file is on its way")
    server.stop()
    starter.join(20)
    assert answers == [201]
    server.start()
    (job,) = admin.again().get("/printjobs", expect=200).json()["items"]
    assert (job["gcode_data"]["id"], job["state"]) == (gcode["id"], "printing")


def test_many_at_the_same_time_are_all_served(server: Server, admin: Api):
    """200 people, each with an own connection, use the server as usual."""
    failures: list[BaseException] = []
    ready = threading.Barrier(200)

    def person(number: int) -> None:
        try:
            api = admin.again()
            ready.wait(60)
            for _ in range(3):
                api.get("/gcodes?limit=5", expect=200)
                api.get("/printers", expect=200)
                api.get("/gcodes/1/data", headers={"Range": f"bytes={number}-{number + 99}"}, expect=206)
                if number % 10 == 0:
                    uploaded(api, f"person{number}.gcode", gcode_bytes(20_000, seed=number))
        except BaseException as failure:
            failures.append(failure)

    people = [threading.Thread(target=person, args=(number,)) for number in range(200)]
    for one in people:
        one.start()
    for one in people:
        one.join(120)
    assert not failures, failures[0]
