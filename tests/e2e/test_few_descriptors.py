"""A process that may open only few files answers as many clients as it can, and refuses the others with an answer."""

import contextlib
import subprocess
from collections.abc import Iterator

import pytest

from support import arrangement
from support.binary import clean_environment, karmen_binary
from support.gcodes import download, gcode_bytes, uploaded
from support.raw import RawConnection, request
from support.server import Server
from support.wait import eventually

FEW = 64


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    server = Server(tmp_path / "few", arranged=arrangement.EMBEDDED)
    server.run_under = ["prlimit", f"--nofile={FEW}:{FEW}"]
    server.fails_unread.add('""')  # of clients that are refused before they ask, and do not read it
    server.start()
    yield server
    server.stop()


def answer_of_a_new_client(server: Server) -> int | None:
    """None: closed without an answer, which a client sees at once as well."""
    with contextlib.suppress(OSError, AssertionError), RawConnection(server.port) as connection:
        connection.send(request("GET", "/health/live"))
        return connection.read_response(expect=(503,)).status
    return None


def test_clients_that_stay_leave_room_to_answer(server: Server):
    admin = server.first_admin()
    gcode = uploaded(admin, "kept.gcode", gcode_bytes(100_000))
    with contextlib.ExitStack() as stay:
        first = stay.enter_context(RawConnection(server.port))
        for _ in range(FEW):
            stay.enter_context(RawConnection(server.port))
        # Those beyond the limit get their answer and are closed, which makes room for the next to be told.
        eventually(lambda: answer_of_a_new_client(server) == 503, what="who comes last is told")
        # Clients that are connected are served, with the database and the files.
        first.send(request("GET", f"/gcodes/{gcode['id']}/data", token=admin.access_token))
        assert first.read_response().body == gcode_bytes(100_000)
    eventually(lambda: answer_of_a_new_client(server) == 200, what="there is room again")
    assert download(admin.again(), gcode) == gcode_bytes(100_000)


def test_downloads_by_all_who_are_let_in(server: Server):
    """Each takes a file besides its connection."""
    admin = server.first_admin()
    gcode = uploaded(admin, "large.gcode", gcode_bytes(8_000_000))
    statuses = []
    with contextlib.ExitStack() as stay:
        for _ in range(FEW):
            try:
                connection = stay.enter_context(RawConnection(server.port, receive_buffer=4096))
                connection.send(request("GET", f"/gcodes/{gcode['id']}/data", token=admin.access_token))
                statuses.append(connection.read_header(expect=(503,)).status)
            except OSError:
                statuses.append(None)
            except AssertionError:  # closed without an answer
                statuses.append(None)
    assert set(statuses) <= {200, 503, None} and statuses.count(200) >= 8, statuses
    eventually(lambda: answer_of_a_new_client(server) == 200, what="there is room again")


def test_says_so(server: Server):
    assert "fewer connections than http.connections_max" in server.process.output()
    doctor = [*server.run_under, karmen_binary(), "doctor", "--data-dir", str(server.data_dir)]
    told = subprocess.run(doctor, capture_output=True, text=True, env=clean_environment(server.env), check=False).stdout
    assert f"a process may have {FEW}" in told
