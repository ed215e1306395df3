"""Watching webcams: viewers as a page has them, and a camera that does what a test says."""

import re
import socketserver
import threading
from collections.abc import Callable

from support.api import Api

PART = re.compile(rb"Content-Type: image/jpeg\r\nContent-Length: (\d+)\r\n\r\n")


class Viewer:
    """Somebody at `/proxied-webcam/<host>`. Used as a context manager."""

    def __init__(self, api: Api, host: str, **options):
        self.response = api.again().get(f"/proxied-webcam/{host}", stream=True, expect=200, **options)
        kind, _, boundary = self.response.headers["Content-Type"].partition(";boundary=")
        assert kind == "multipart/x-mixed-replace" and boundary
        self._delimiter = b"--" + boundary.encode() + b"\r\n"
        self._chunks = self.response.iter_content(None)
        self._unread = b""
        self._take(len(self._delimiter), self._delimiter)

    def __enter__(self) -> "Viewer":
        return self

    def __exit__(self, *_: object) -> None:
        self.response.close()

    def picture(self) -> bytes:
        """The next one, as soon as the boundary after it is there."""
        while not (head := PART.match(self._unread)):
            assert len(self._unread) < 1000, self._unread[:1000]
            self._read()
        self._take(head.end(), head.group(0))
        picture = self._take(int(head.group(1)))
        self._take(len(b"\r\n" + self._delimiter), b"\r\n" + self._delimiter)
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


class Camera:
    """A camera on 127.0.0.1: sends its head, then what `parts` gives for each part, as fast as it is taken, until that
    gives None. Counts its connections."""

    HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=cam\r\n\r\n--cam\r\n"

    def __init__(self, picture: Callable[[], bytes | None]):
        self.connections = 0
        camera = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                camera.connections += 1
                self.request.recv(64 * 1024)
                try:
                    self.request.sendall(camera.HEAD)
                    while (shown := picture()) is not None:
                        head = b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(shown)
                        self.request.sendall(head + shown + b"\r\n--cam\r\n")
                except OSError:
                    pass  # the other side has left

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/?action=stream"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
