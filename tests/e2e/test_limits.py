"""Every limit of `[http]` that an operator can set has its effect in the running program."""

import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from support import faults
from support.gcodes import gcode_bytes, upload, uploaded
from support.multipart import CONTENT_TYPE, Part, form
from support.raw import RawConnection, request
from support.server import ADMIN, ADMIN_PASSWORD, Server
from support.wait import eventually

MIB = 1024 * 1024


def test_slow_header_is_given_up(new_server):
    server = new_server(options={"http-header-timeout": "300ms"})
    with RawConnection(server.port) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: k\r\n")
        assert connection.read_response().status == 408
        assert connection.at_end()


def test_header_that_drips_is_given_up_all_the_same(new_server):
    """The time is for the whole header: a byte now and then does not buy more."""
    server = new_server(options={"http-header-timeout": "500ms"})
    with RawConnection(server.port) as connection:
        connection.socket.settimeout(0.05)
        connection.send(b"GET / HTTP/1.1\r\nX-Slow: ")
        answer = b""
        for _ in range(200):
            try:
                connection.send(b"x")
                answer = connection.socket.recv(1000)
                break
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                break
        else:
            pytest.fail("the server waits for ever")
        assert answer == b"" or answer.startswith(b"HTTP/1.1 408")


def test_body_that_stalls_is_given_up(new_server):
    server = new_server()
    admin = server.first_admin_before({"http-body-idle-timeout": "300ms"})
    body = form(Part("file", gcode_bytes(100_000), filename="stalls.gcode"))
    with RawConnection(server.port) as connection:
        fields = (f"Content-Type: {CONTENT_TYPE}", f"Content-Length: {len(body)}")
        connection.send(request("POST", "/gcodes", *fields, body=body[:50_000], token=admin.access_token))
        assert connection.read_response().status == 408
        assert connection.at_end()
    server.expect_stored([])


def test_body_that_drips_is_given_up(new_server):
    server = new_server()
    admin = server.first_admin_before({"http-body-idle-timeout": "300ms", "http-body-rate-min": "1MiB"})
    with RawConnection(server.port) as connection:
        fields = (f"Content-Type: {CONTENT_TYPE}", f"Content-Length: {100 * MIB}")
        connection.send(request("POST", "/gcodes", *fields, token=admin.access_token))
        connection.socket.settimeout(0.05)
        for _ in range(200):
            try:
                connection.send(b"x" * 100)
                answer = connection.socket.recv(1000)
                break
            except TimeoutError:
                continue
            except (BrokenPipeError, ConnectionResetError):
                answer = b""
                break
        else:
            pytest.fail("the server waits for ever")
        assert answer == b"" or answer.startswith((b"HTTP/1.1 408", b"HTTP/1.1 400"))


def test_idle_connection_is_closed(new_server):
    server = new_server(options={"http-keep-alive-timeout": "2s"})
    with RawConnection(server.port) as unused, RawConnection(server.port) as used:
        used.send(request("GET", "/"))
        assert used.read_response().status == 200
        assert used.at_end() and unused.at_end()


def test_client_that_does_not_read_is_given_up(new_server):
    server = new_server(options={"http-write-idle-timeout": "300ms"})
    admin = server.first_admin()
    gcode = uploaded(admin, "unread.gcode", gcode_bytes(16 * MIB))
    with RawConnection(server.port, receive_buffer=4096) as connection:
        connection.send(request("GET", gcode["data"], token=admin.access_token))
        assert connection.read_header().status == 200
        _wait_until_the_server_hangs_up(server, connection)


def _wait_until_the_server_hangs_up(server: Server, connection: RawConnection) -> None:
    """Nothing is read meanwhile: the kernel tells of the end, or of a reset, by itself."""
    def other_side_is_gone() -> bool:
        local = connection.socket.getsockname()[1]
        hexadecimal = f"{local:04X}"
        with open("/proc/net/tcp") as table:
            rows = [line.split() for line in table]
        established = "01"
        return not any(row[2].endswith(":" + hexadecimal) and row[3] == established for row in rows[1:])

    eventually(other_side_is_gone, what="the server gave the connection up")


def test_header_limit(new_server):
    server = new_server(options={"http-header-max-bytes": "1KiB"})
    with RawConnection(server.port) as connection:
        connection.send(request("GET", "/", "X-Filler: " + "x" * 2000))
        assert connection.read_header().status in (414, 431)
    server.anonymous().get("/", expect=200)


def test_json_limit(new_server):
    server = new_server(options={"http-json-max-bytes": "1KiB"})
    body = b'{"username":"nobody","password":"wrong"}'
    headers = {"Content-Type": "application/json"}
    server.anonymous().post("/users/me/authenticate", data=body.ljust(1024), headers=headers, expect=401)
    server.anonymous().post("/users/me/authenticate", data=body.ljust(1025), headers=headers, expect=413)
    upload(server.first_admin(), "larger.gcode", gcode_bytes(50_000))


def test_number_of_connections_is_limited(new_server):
    """One more is refused; when one of them leaves, there is room again."""
    server = new_server(options={"http-connections-max": "3"})
    held = [RawConnection(server.port) for _ in range(3)]
    for connection in held:
        connection.send(request("GET", "/"))
        assert connection.read_response().status == 200
    refused = server.anonymous().get("/", expect=503)
    assert int(refused.headers["Retry-After"]) > 0
    held.pop().__exit__()
    eventually(lambda: server.anonymous().get("/", expect=(200, 503)).status_code == 200)
    for connection in held:
        connection.__exit__()


def test_answer_that_takes_too_long_is_given_up(new_server, fake_printers):
    server = new_server(options={"printers-status-max-age": "0s", "printers-deadline": "1m", "printers-request-timeout": "1m"})
    (printer,) = fake_printers()
    server.first_admin().post("/printers", json={"host": printer.host, "name": "Hangs"}, expect=201)
    admin = server.login(ADMIN, ADMIN_PASSWORD)
    server.options["http-handler-timeout"] = "1s"
    server.restart()
    printer.set_fault("hang")
    assert admin.get(f"/printers/{printer.host}?fields=status", expect=503).json()["code"] == "overloaded"
    admin.again().get(f"/printers/{printer.host}", expect=200)


def test_queue_for_the_database_is_limited(new_server):
    """One thread writes, one request waits for it; more are told at once to come again. The server's own work may have both
    places."""
    server = new_server(options={"storage-busy-timeout": "5m", "storage-statement-timeout": "5m"})
    admin, clients = server.first_admin_before({"pools-blocking-threads": "1", "pools-queue-max": "1"}), 8
    answers: list[requests.Response] = []

    def add_token(number: int) -> None:
        body = {"name": f"script {number}"}
        answers.append(admin.again().post("/users/me/tokens", json=body, expect=(201, 503)))

    with ThreadPoolExecutor(clients) as people:
        with faults.locked(server):
            done = [people.submit(add_token, number) for number in range(clients)]
            eventually(lambda: len(answers) >= clients - 2, what="the others are refused")
            assert {answer.status_code for answer in answers} == {503}
            assert all(answer.json()["code"] == "overloaded" and int(answer.headers["Retry-After"]) > 0 for answer in answers)
        for each in done:
            each.result()
    assert len(answers) == clients

    def there_is_room() -> bool:
        return admin.post("/users/me/tokens", json={"name": "later"}, expect=(201, 503)).status_code == 201

    eventually(there_is_room, what="whoever comes again has a place")


def test_address_to_listen_on(new_server):
    server = new_server(options={"http-address": "127.0.0.1"})
    with socket.socket() as other_address:
        assert other_address.connect_ex(("127.0.0.2", server.port)) != 0


def test_access_token_ends_when_the_operator_says(new_server):
    server = new_server()
    admin = server.first_admin_before({"auth-access-token-lifetime": "1s", "auth-refresh-token-lifetime": "1h"}).not_fresh()
    eventually(lambda: admin.get("/users/me/probe", expect=(200, 401)).status_code == 401)
    assert admin.get("/users/me/probe", expect=401).json()["message"] == "Token has expired"
    # On a busy machine the next one may end on its way, too.
    eventually(lambda: admin.not_fresh().get("/users/me/probe", expect=(200, 401)).status_code == 200)


def test_trusted_proxy_names_the_client(new_server):
    """Log-ins are throttled by address: behind a proxy, by the one that the proxy names; from anybody else it is not believed."""
    throttled = {"auth-login-failures-slow": "3", "auth-login-failures-max": "3"}
    behind_proxy = new_server(options=throttled | {"http-trusted-proxies": "127.0.0.1"})
    open_to_all = new_server(options=throttled)

    def fail_from(server: Server, address: str, times: int) -> int:
        body, headers = {"username": "nobody", "password": "wrong"}, {"X-Forwarded-For": address}
        for _ in range(times):
            answer = server.anonymous().post("/users/me/authenticate", json=body, headers=headers, expect=(401, 429))
        return answer.status_code

    assert fail_from(behind_proxy, "192.0.2.1", 5) == 429
    assert fail_from(behind_proxy, "192.0.2.2", 1) == 401
    assert fail_from(open_to_all, "192.0.2.1", 5) == 429
    assert fail_from(open_to_all, "192.0.2.2", 1) == 429, "an address that anybody can invent"
