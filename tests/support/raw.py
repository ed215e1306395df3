"""HTTP by hand on a socket, for requests that no client library would send."""

import json
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from support import failures, openapi

TIMEOUT_S = 20
REQUEST = re.compile(r"([A-Z]+) (/\S*) HTTP/1\.1\r\n(.*?)\r\n\r\n", re.DOTALL)


@dataclass
class RawResponse:
    status: int
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""

    def json(self) -> Any:
        return json.loads(self.body)


class RawConnection:
    """One connection. Used as a context manager. What is sent and received is held to the document as long as it is one
    whole request, then its answer, and so on."""

    document: openapi.Document | None = None  # set by conftest.py, as that of Api

    def __init__(self, port: int, receive_buffer: int | None = None):
        self._sent = bytearray()  # of the request that is not answered
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
        self._sent += data
        self.socket.sendall(data)

    def read_header(self, *, expect: Iterable[int] = ()) -> RawResponse:
        """The next response without its body. A status of 500 and above must be among those of `expect`."""
        status_line = self._file.readline()
        assert status_line.startswith(b"HTTP/1."), f"no status line, but {status_line!r}"
        response = RawResponse(int(status_line.split()[1]))
        while (line := self._file.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            response.headers[name.strip().lower()] = value.strip()
        assert response.status < 500 or response.status in expect, f"{self._sent[:200]!r} → {response}"
        failures.note(response.status, response.headers.get("x-request-id"))
        return response

    def read_response(self, *, head: bool = False, expect: Iterable[int] = ()) -> RawResponse:
        response = self.read_header(expect=expect)
        if not head and response.status not in (204, 304) and response.status >= 200:
            response.body = self.read_body(int(response.headers["content-length"]))
        if response.status >= 200:
            self._observe(response, is_whole=not head)
        return response

    def _observe(self, response: RawResponse, *, is_whole: bool) -> None:
        sent, self._sent = self._sent.decode("latin-1"), bytearray()
        if self.document is None or (asked := REQUEST.match(sent)) is None:
            return
        method, target, fields = asked.groups()
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in fields.split("\r\n"))}
        length = headers.get("content-length", "0")
        body = sent[asked.end() :][: int(length)].encode("latin-1") if length.isdecimal() else None
        request = openapi.Request(method, target, headers.get("content-type", ""), body)
        content = response.body if is_whole else None
        kind = response.headers.get("content-type", "")
        self.document.observe(request, openapi.Response(response.status, kind, content, response.headers))

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
