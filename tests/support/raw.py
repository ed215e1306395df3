"""HTTP by hand on a socket, for what no client library would send."""

import socket
from dataclasses import dataclass, field

TIMEOUT_S = 20


@dataclass
class RawResponse:
    status: int
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""


class RawConnection:
    """One connection. Used as a context manager."""

    def __init__(self, port: int, receive_buffer: int | None = None):
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(TIMEOUT_S)
        self.socket.connect(("127.0.0.1", port))
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> "RawConnection":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read_header(self) -> RawResponse:
        """The next response without its body."""
        status_line = self._file.readline()
        assert status_line.startswith(b"HTTP/1."), f"no status line, but {status_line!r}"
        response = RawResponse(int(status_line.split()[1]))
        while (line := self._file.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            response.headers[name.strip().lower()] = value.strip()
        return response

    def read_response(self, *, head: bool = False) -> RawResponse:
        response = self.read_header()
        if not head and response.status not in (204, 304) and response.status >= 200:
            response.body = self.read_body(int(response.headers["content-length"]))
        return response

    def read_body(self, length: int) -> bytes:
        body = self._file.read(length)
        assert len(body) == length, f"the body ended after {len(body)} of {length} bytes"
        return body

    def at_end(self) -> bool:
        """The server closed the connection and sent nothing more."""
        try:
            return self._file.read(1) == b""
        except ConnectionResetError:
            return True


def request(method: str, target: str, *headers: str, body: bytes = b"", token: str | None = None) -> bytes:
    lines = [f"{method} {target} HTTP/1.1", "Host: karmen.test", *headers]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body
