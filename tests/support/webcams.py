"""Watching webcams: viewers as a page has them, and a camera that does what a test says."""

import socket
import socketserver
import threading
from collections.abc import Callable
from typing import Any

from support.api import Api

HEADER = b"Content-Type: image/jpeg\r\n\r\n"


def small_jpeg(width: int) -> bytes:
    """A grey picture of at most 8 × 8 pixels, by hand (ITU-T T.81): each of its two Huffman tables has one code, and its data
    says that there is nothing but the mean."""
    assert 1 <= width <= 8

    def segment(marker: int, content: bytes) -> bytes:
        return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content

    one_code = bytes([1]) + bytes(15) + bytes([0])
    return (b"\xff\xd8" + segment(0xDB, bytes([0]) + b"\1" * 64) + segment(0xC0, bytes([8, 0, 8, 0, width, 1, 1, 0x11, 0]))
            + segment(0xC4, b"\x00" + one_code) + segment(0xC4, b"\x10" + one_code)
            + segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + b"\x3f\xff\xd9")


def jpeg_width(picture: bytes) -> int:
    """As its frame header says (ITU-T T.81, B.2.2)."""
    frame = picture.index(b"\xff\xc0")
    return int.from_bytes(picture[frame + 7:frame + 9], "big")


class Viewer:
    """Somebody at `/proxied-webcam/<host>`. Used as a context manager."""

    def __init__(self, api: Api, host: str, **options: Any):
        self.response = api.again().get(f"/proxied-webcam/{host}", stream=True, expect=200, **options)
        kind, _, boundary = self.response.headers["Content-Type"].partition(";boundary=")
        assert kind == "multipart/x-mixed-replace" and boundary
        # The header of the next part comes with the picture: Chromium shows a picture when it has seen that.
        self._next_part = b"--" + boundary.encode() + b"\r\n" + HEADER
        self._chunks = self.response.iter_content(None)
        self._unread = b""
        self._take(len(self._next_part), self._next_part)

    def __enter__(self) -> "Viewer":
        return self

    def __exit__(self, *_: object) -> None:
        self.response.close()

    def picture(self) -> bytes:
        """The next one, as soon as the header of the part after it is there."""
        end = b"\r\n" + self._next_part
        while (length := self._unread.find(end)) < 0:
            self._read()
        picture = self._take(length)
        self._take(len(end), end)
        assert picture.startswith(b"\xff\xd8")
        return picture

    def read_to_the_end(self) -> None:
        """Fails when the stream is cut off instead of ended."""
        for _ in self._chunks:
            pass

    def _read(self) -> None:
        self._unread += next(self._chunks)

    def _take(self, length: int, expected: bytes | None = None) -> bytes:
        while len(self._unread) < length:
            self._read()
        taken, self._unread = self._unread[:length], self._unread[length:]
        assert expected in (None, taken), f"{taken!r} instead of {expected!r}"
        return taken


class CameraServer:
    """A camera on `address` that does with every connection what `respond` says. Counts its connections, and keeps the
    heads of the requests."""

    def __init__(self, respond: Callable[[socket.socket], None], address: str = "127.0.0.1"):
        self.heads: list[str] = []
        camera = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                camera.heads.append(self.request.recv(64 * 1024).decode())
                try:
                    respond(self.request)
                except OSError:
                    pass  # the other side has left

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server((address, 0), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://{address}:{self.port}/?action=stream"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def connections(self) -> int:
        return len(self.heads)

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class Camera(CameraServer):
    """Sends its head, then what `picture` gives, as fast as it is taken, until that gives None."""

    HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=cam\r\n\r\n--cam\r\n"

    def __init__(self, picture: Callable[[], bytes | None]):
        def send_all(connection: socket.socket) -> None:
            connection.sendall(self.HEAD)
            while (shown := picture()) is not None:
                head = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(shown)
                connection.sendall(head + shown + b"\r\n--cam\r\n")

        super().__init__(send_all)
