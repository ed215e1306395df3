"""SIGTERM: what runs may finish within the grace, nothing new begins, and the end is a clean one."""

import signal
import socket
import threading

import pytest

from support.gcodes import download, gcode_bytes, uploaded
from support.multipart import CONTENT_TYPE, Part, form
from support.raw import RawConnection, request
from support.server import Server

MIB = 1024 * 1024


def begin_upload(server: Server, token: str, connection: RawConnection, body: bytes) -> int:
    """Sends the header and half of the form; returns how much that was."""
    fields = (f"Content-Type: {CONTENT_TYPE}", f"Content-Length: {len(body)}", "Expect: 100-continue")
    connection.send(request("POST", "/gcodes", *fields, token=token))
    # The handler runs: it has asked for the body.
    assert connection.read_header().status == 100
    connection.send(body[: len(body) // 2])
    return len(body) // 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_running_upload_is_finished(new_server, number: int):
    server = new_server()
    admin = server.first_admin()
    content = gcode_bytes(200_000)
    body = form(Part("file", content, filename="finished.gcode"))
    with RawConnection(server.port) as connection:
        sent = begin_upload(server, admin.access_token, connection, body)
        server.process.signal(number)
        server.wait_until_refusing()
        connection.send(body[sent:])
        answer = connection.read_response()
        assert answer.status == 201
        assert connection.at_end(), "no further request on this connection"
    assert server.process.wait() == 0

    server.start()
    (gcode,) = admin.again().get("/gcodes", expect=200).json()["items"]
    assert download(admin.again(), gcode) == content


def test_running_download_is_finished(new_server):
    server = new_server()
    admin = server.first_admin()
    content = gcode_bytes(16 * MIB)
    gcode = uploaded(admin, "slow.gcode", content)
    with RawConnection(server.port, receive_buffer=64 * 1024) as connection:
        connection.send(request("GET", gcode["data"], token=admin.access_token))
        length = int(connection.read_header().headers["content-length"])
        begun = connection.read_body(MIB)
        server.process.signal(signal.SIGTERM)
        server.wait_until_refusing()
        assert server.process.exit_code is None
        assert begun + connection.read_body(length - MIB) == content
    assert server.process.wait() == 0


def test_idle_connections_do_not_delay_the_end(new_server):
    server = new_server()
    connections = [RawConnection(server.port) for _ in range(20)]
    try:
        for connection in connections[:10]:
            connection.send(request("GET", "/"))
            assert connection.read_response().status == 200
        server.process.signal(signal.SIGTERM)
        # Half of the grace of 10 s: nobody is working, so nobody is waited for.
        assert server.process.wait(within_s=5) == 0
        assert all(connection.at_end() for connection in connections)
    finally:
        for connection in connections:
            connection.__exit__()


def test_what_takes_longer_than_the_grace_is_cut_off(new_server):
    server = new_server(options={"http-shutdown-grace": "500ms"})
    admin = server.first_admin()
    with RawConnection(server.port) as connection:
        begin_upload(server, admin.access_token, connection, form(Part("file", gcode_bytes(200_000), filename="x.gcode")))
        server.process.signal(signal.SIGTERM)
        assert server.process.wait(within_s=10) == 0
    server.start()
    server.expect_stored([])
    assert admin.again().get("/gcodes", expect=200).json()["items"] == []


def test_second_signal_does_no_harm(new_server):
    server = new_server()
    server.process.signal(signal.SIGTERM)
    server.process.signal(signal.SIGTERM)
    assert server.process.wait() in (0, -signal.SIGTERM)


def test_busy_server_ends_cleanly(new_server):
    """Requests of all kinds run while it ends; each is answered whole or not at all."""
    server = new_server()
    admin = server.first_admin()
    gcode = uploaded(admin, "busy.gcode", gcode_bytes(MIB))
    failures: list[Exception] = []

    def work() -> None:
        api = admin.again()
        try:
            while True:
                assert len(download(api, gcode)) == MIB
                uploaded(api, "more.gcode", gcode_bytes(50_000))
                api.get("/gcodes", expect=200)
        except OSError:  # requests' exceptions are OSErrors: the connection ended
            return
        except Exception as failure:
            failures.append(failure)

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    server.process.signal(signal.SIGTERM)
    assert server.process.wait() == 0
    for worker in workers:
        worker.join(30)
    assert failures == []


def test_port_in_use_is_told(new_server, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        server = Server(tmp_path, options={"http-port": str(port)})
        with pytest.raises(AssertionError, match=str(port)):
            server.start()
        assert server.process.exit_code not in (0, None)
