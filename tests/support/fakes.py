"""Printers: the project's own simulator, and a scripted one that answers exactly what a test says."""

import hashlib
import json
import re
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import requests

from support.binary import clean_environment, karmen_binary
from support.process import Process

ADDRESS = re.compile(r"http://((?:127\.0\.0\.1|\[::1\]):\d+)")


class FakePrinter:
    """One printer of `karmen fake-printer`, seen from outside."""

    def __init__(self, host: str, api_key: str | None = None):
        self.host = host
        self.api_key = api_key
        self._session = requests.Session()
        self._session.trust_env = False

    def set_fault(self, fault: str, **details: Any) -> None:
        self._call("POST", "/fake/fault", json={"fault": fault} | details)

    def clear_fault(self) -> None:
        self._call("DELETE", "/fake/fault")

    def state(self) -> dict[str, Any]:
        return self._call("GET", "/fake/state").json()

    def set_state(self, **details: Any) -> None:
        self._call("POST", "/fake/state", json=details)

    def files(self) -> dict[str, dict[str, Any]]:
        """What was uploaded to the printer, by path, from all folders."""
        found: dict[str, dict[str, Any]] = {}

        def walk(entries: list[dict[str, Any]]) -> None:
            for entry in entries:
                if entry["type"] == "folder":
                    walk(entry.get("children", []))
                else:
                    found[entry["path"]] = entry

        walk(self._call("GET", "/api/files?recursive=true").json()["files"])
        return found

    def job(self) -> dict[str, Any]:
        return self._call("GET", "/api/job").json()

    def upload(self, name: str, content: bytes, **fields: str) -> None:
        """As a slicer does that knows this printer."""
        self._call("POST", "/api/files/local", files={"file": (name, content)}, data=fields)

    def command(self, command: str) -> None:
        """As somebody does at the printer."""
        self._call("POST", "/api/job", json={"command": command})

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Connection": "close"} | ({"X-Api-Key": self.api_key} if self.api_key else {})
        response = self._session.request(method, f"http://{self.host}{path}", headers=headers, timeout=20, **options)
        assert response.status_code < 300, f"{method} {path} → {response.status_code} {response.text}"
        return response


class FakePrinters:
    """A process with `count` simulated printers."""

    def __init__(self, log_file: Path, count: int = 1, speed: float = 1.0, api_key: str | None = None, *flags: str):
        command = [karmen_binary(), "fake-printer", "--port", "0", "--count", str(count), "--speed", str(speed), *flags]
        if api_key:
            command += ["--api-key", api_key]
        self.process = Process(command, log_file, clean_environment())
        try:
            found = self.process.wait_for_lines(ADDRESS.pattern, count)
        except AssertionError:
            self.process.kill()
            raise
        self.printers = [FakePrinter(match.group(1), api_key) for match in found]

    def end(self) -> None:
        # A hung printer may hang at its end too; nothing is asserted of it.
        self.process.kill()


def sha1(data: bytes) -> str:
    return hashlib.sha1(data).hexdigest()


class Answer(NamedTuple):
    status: int = 200
    body: Any = b""  # bytes as they are, anything else as JSON
    headers: dict[str, str] = {}


VERSION = {"api": "0.1", "server": "1.11.8", "text": "OctoPrint 1.11.8"}
FORBIDDEN = Answer(403, {"error": "You don't have the permission to access the requested resource."})
NOT_OPERATIONAL = Answer(409, {"error": "Printer is not operational"})


def printer_body(text: str = "Operational", **flags: bool) -> dict[str, Any]:
    """`/api/printer` as OctoPrint 1.11 has it."""
    every_flag = (
        "cancelling closedOrError error finishing operational paused pausing printing ready resuming sdReady".split()
    )
    is_idle = not flags
    known = dict.fromkeys(every_flag, False) | {"operational": True, "sdReady": True, "ready": is_idle} | flags
    temperature = {"tool0": {"actual": 21.5, "offset": 0, "target": 200.0}, "bed": {"actual": 60.0, "offset": 0, "target": 60.0}}
    return {"state": {"error": "", "flags": known, "text": text}, "temperature": temperature, "sd": {"ready": True}}


def job_body(state: str = "Operational", name: str | None = None, completion: float | None = None) -> dict[str, Any]:
    file = {"date": None, "name": name, "display": name, "origin": "local", "path": name, "size": 1000}
    progress = {"completion": completion, "filepos": 10, "printTime": 2, "printTimeLeft": 98, "printTimeLeftOrigin": "linear"}
    return {"job": {"file": file}, "progress": progress, "state": state}


def settings_body(**webcam: Any) -> dict[str, Any]:
    shown = {"webcamEnabled": True, "streamUrl": "/webcam/?action=stream", "flipH": False, "flipV": False, "rotate90": False}
    return {"webcam": shown | webcam, "appearance": {"name": ""}}


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Some tests want a client that hangs up in the middle of an answer."""


class ScriptedPrinter:
    """An OctoPrint that gives the answers in `answers`, and records the requests. Healthy and idle to begin with."""

    def __init__(self, address: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.answers: dict[str, Answer] = {
            "/api/version": Answer(body=VERSION),
            "/api/settings": Answer(body=settings_body()),
            "/api/printer": Answer(body=printer_body()),
            "/api/job": Answer(body=job_body()),
            "/api/connection": Answer(body={"current": {"state": "Operational"}, "options": {}}),
            "/api/files/local": Answer(201, {"done": True, "effectivePrint": True, "effectiveSelect": False, "files": {}}),
        }
        self._asked: list[tuple[str, str, dict[str, str]]] = []
        self._sent: list[tuple[str, bytes]] = []
        self._lock = threading.Lock()
        printer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                printer._answer(self)

            do_GET = do_POST = do_HEAD = do_DELETE = answer

            def log_message(self, *_: object) -> None:
                pass

        self._http = _QuietServer((address, port), Handler)
        if tls:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
        self.host = f"{address}:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def asked(self, path: str | None = None, method: str | None = None) -> list[tuple[str, str, dict[str, str]]]:
        """(method, path, headers) of the requests that came, those of one path and method only if asked so."""
        with self._lock:
            return [one for one in self._asked if path in (None, one[1]) and method in (None, one[0])]

    def sent(self, path: str) -> list[Any]:
        """The JSON bodies that were posted there."""
        with self._lock:
            return [json.loads(body) for to, body in self._sent if to == path and body]

    def end(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(5)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path.split("?")[0]
        with self._lock:
            self._asked.append((handler.command, path, {k.lower(): v for k, v in handler.headers.items()}))
        if handler.headers.get("Expect", "").lower() == "100-continue":
            handler.send_response_only(100)
            handler.end_headers()
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        with self._lock:
            self._sent.append((path, body))
        answer = self.answers.get(path, Answer(404, {"error": "The requested URL was not found on the server."}))
        answered = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        handler.send_response_only(answer.status)
        for name, value in ({"Content-Type": "application/json"} | answer.headers).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(answered)))
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(answered)
