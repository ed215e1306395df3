"""1 GiB goes in, out, and to a printer, and viewers of a webcam do not read: the server's memory stays where it was.

The file is a little smaller, so that with the form around it it fits the limits of 1 GiB that Karmen and OctoPrint have.
"""

import hashlib
import http.client
import json
import selectors
from collections.abc import Iterator

import pytest

from support.api import Api
from support.fakes import Answer, ScriptedPrinter, settings_body
from support.gcodes import gcode_bytes
from support.multipart import CONTENT_TYPE, END, part_header
from support.raw import RawConnection, request
from support.server import Server
from support.webcams import Camera

pytestmark = pytest.mark.alone

MIB = 1024 * 1024
SIZE = 1024 * MIB - 4096
GROWTH_MAX_KIB = 16 * 1024


class PeakMemory:
    """Highest resident set of the server within a `with` block, as the kernel counted it."""

    def __init__(self, server: Server, what: str, growth_max_kib: int = GROWTH_MAX_KIB):
        self._server = server
        self._what = what
        self._growth_max_kib = growth_max_kib

    def __enter__(self) -> "PeakMemory":
        # Resets VmHWM to what is resident now (proc(5)).
        with open(f"/proc/{self._server.pid}/clear_refs", "w") as control:
            control.write("5")
        self.before_kib = self._server.memory_kib("VmRSS")
        return self

    def __exit__(self, kind: type | None, *_: object) -> None:
        peak, after = self._server.memory_kib("VmHWM"), self._server.memory_kib("VmRSS")
        told = f"{self._what}: {self.before_kib} KiB before, {peak} KiB at most, {after} KiB after"
        print(f"{told} (+{(peak - self.before_kib) / 1024:.1f} MiB)")
        if kind is None:
            assert peak - self.before_kib <= self._growth_max_kib, told


def pieces() -> Iterator[bytes]:
    """The file, a MiB at a time, no two alike."""
    base = gcode_bytes(MIB - 16)
    for at in range(0, SIZE, MIB):
        yield (b"; block %07d\n" % (at // MIB) + base)[: SIZE - at]


def form() -> Iterator[bytes]:
    yield part_header("file", "large.gcode")
    yield from pieces()
    yield b"\r\n" + END


def digests() -> tuple[str, str]:
    sha1, sha256 = hashlib.sha1(), hashlib.sha256()
    for piece in pieces():
        sha1.update(piece)
        sha256.update(piece)
    return sha1.hexdigest(), sha256.hexdigest()


def test_one_gib_in_and_out_and_to_a_printer(server: Server, admin: Api, fake_printers):
    (printer,) = fake_printers()
    admin.post("/printers", json={"host": printer.host, "name": "x"}, expect=201)
    sha1, sha256 = digests()

    with PeakMemory(server, "upload"):
        length = len(part_header("file", "large.gcode")) + SIZE + len(b"\r\n" + END)
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
        headers = {"Authorization": f"Bearer {admin.access_token}", "Content-Type": CONTENT_TYPE, "Content-Length": str(length)}
        connection.request("POST", "/gcodes", body=form(), headers=headers)
        answer = connection.getresponse()
        assert answer.status == 201, answer.read()
    gcode = json.loads(answer.read())
    assert gcode["size"] == SIZE

    with PeakMemory(server, "download"):
        received = hashlib.sha256()
        with admin.get(gcode["data"], stream=True, expect=200) as download:
            for piece in download.iter_content(MIB):
                received.update(piece)
        assert received.hexdigest() == sha256

    with PeakMemory(server, "slow download, left in the middle"):
        with admin.again().get(gcode["data"], stream=True, expect=200) as download:
            assert len(next(download.iter_content(MIB))) == MIB

    with PeakMemory(server, "print"):
        admin.post("/printjobs", json={"gcode": gcode["id"], "printer": printer.host}, expect=201)
    ((_, file),) = printer.files().items()
    assert (file["size"], file["hash"]) == (SIZE, sha1)

    admin.delete(f"/gcodes/{gcode['id']}", expect=204)


PICTURE = b"\xff\xd8" + b"x" * 300_000
PICTURES = 150
VIEWERS = 50
# Each viewer may be at another picture, and holds that one; beside them the relay's and the connections' own memory.
WEBCAM_GROWTH_MAX_KIB = VIEWERS * len(PICTURE) // 1024 + 8 * 1024


def read_pictures(connections: list[RawConnection], bytes_wanted: int) -> None:
    """All of them at the same time, until each has got so much."""
    with selectors.DefaultSelector() as selector:
        left = dict.fromkeys(connections, bytes_wanted)
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        while left:
            for key, _ in selector.select():
                left[key.data] -= len(key.data.socket.recv(256 * 1024))
                if left[key.data] <= 0:
                    selector.unregister(key.data.socket)
                    del left[key.data]


def test_viewers_of_a_webcam_who_do_not_read(server: Server, admin: Api, scripted_printer: ScriptedPrinter):
    """50 viewers, 10 of whom take nothing: while 40 see 150 pictures, each holds one at most, the 10 too."""
    camera = Camera(lambda: PICTURE)
    scripted_printer.answers["/api/settings"] = Answer(body=settings_body(streamUrl=camera.url))
    admin.post("/printers", json={"host": scripted_printer.host, "name": "Watched"}, expect=201)
    asked = request("GET", f"/proxied-webcam/{scripted_printer.host}", token=admin.access_token)
    slow = [RawConnection(server.port, receive_buffer=64 * 1024) for _ in range(10)]
    connections = slow + [RawConnection(server.port) for _ in range(VIEWERS - len(slow))]
    with PeakMemory(server, "webcam", WEBCAM_GROWTH_MAX_KIB):
        for connection in connections:
            connection.send(asked)
            assert connection.read_header().status == 200
        read_pictures(connections[len(slow) :], PICTURES * len(PICTURE))
    assert camera.connections == 1
    for connection in connections:
        connection.__exit__()
    camera.end()
