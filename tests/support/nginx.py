"""nginx with the configuration of deploy/nginx, and the servers behind it."""

import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from support import failures
from support.binary import REPOSITORY, clean_environment
from support.process import Process
from support.wait import eventually

NGINX = "/usr/sbin/nginx"
PARTS = REPOSITORY / "deploy/nginx"
SITE = PARTS / "karmen.conf"
COMPOSE_SITE = REPOSITORY / "deploy/docker/nginx.conf"
COMPOSE_ENTRYPOINT = REPOSITORY / "deploy/docker/nginx-entrypoint"
LUA = "".join(f"load_module /usr/lib/nginx/modules/{name}.so;\n" for name in ("ndk_http_module", "ngx_http_lua_module"))


def free_port() -> int:
    """Was free a moment ago: nginx and Redis do not say which port they chose."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def replaced(text: str, old: str, new: str) -> str:
    assert old in text, f"the configuration has no {old!r} any more"
    return text.replace(old, new)


def shows_a_picture(answer: requests.Response) -> bool:
    """Reads a stream up to the first JPEG, and leaves."""
    with answer:
        shown = b""
        for chunk in answer.iter_content(None):
            shown += chunk
            if b"\xff\xd8" in shown:
                return True
    return False


class Nginx:
    """The site of deploy/nginx/karmen.conf on ports of its own. `redis_port` switches its part 4 on; `read_timeout` is for a
    test that waits until nginx gives up."""

    def __init__(self, directory: Path, upstreams: list[str], redis_port: int | None = None, read_timeout: str = "90s",
                 error_level: str = "info"):
        directory.mkdir()
        for part in PARTS.glob("*.conf"):
            shutil.copy(part, directory)
        api = directory / "api.conf"
        api.write_text(replaced(api.read_text(), "\nproxy_read_timeout 90s;", f"\nproxy_read_timeout {read_timeout};"))
        self.directory = directory
        self._error_level = error_level
        self.http_port, self.https_port = free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.https_port}"
        self.certificate = directory / "fullchain.pem"
        run = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
               "/CN=karmen.example", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(directory / "privkey.pem"),
               "-out", str(self.certificate)]
        subprocess.run(run, check=True, capture_output=True)
        (directory / "site.conf").write_text(self._site(upstreams, redis_port))
        (directory / "nginx.conf").write_text(self._main("" if redis_port is None else LUA))
        command = [NGINX, "-p", str(directory), "-c", str(directory / "nginx.conf")]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
        assert tested.returncode == 0, tested.stderr
        assert "warn" not in tested.stderr, tested.stderr
        self.process = Process(command, directory / "nginx.log", clean_environment(self._environment()))
        try:
            eventually(self._listens, what="nginx listens")
        except AssertionError:
            self.process.kill()
            raise

    def end(self) -> None:
        self.process.end()
        shutil.rmtree(self.directory / "temp", ignore_errors=True)

    def request(self, method: str, path: str, token: str | None = None, **options: Any) -> requests.Response:
        headers = ({"Authorization": f"Bearer {token}"} if token else {}) | options.pop("headers", {})
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(method, self.url + path, headers=headers, verify=str(self.certificate), timeout=20,
                                     allow_redirects=False, **options)
        failures.note(answer.status_code, answer.headers.get("X-Request-Id"))
        return answer

    def get(self, path: str, token: str | None = None, **options: Any) -> requests.Response:
        return self.request("GET", path, token, **options)

    def error_log(self) -> str:
        return (self.directory / "error.log").read_text()

    def access_log(self) -> str:
        return (self.directory / "access.log").read_text()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.https_port)) == 0

    def _environment(self) -> dict[str, str]:
        return {}

    def _globals(self) -> str:
        return "daemon off;"

    def _site(self, upstreams: list[str], redis_port: int | None) -> str:
        text = re.sub(r"^ *listen \[::\].*\n", "", SITE.read_text(), flags=re.MULTILINE)
        text = self._moved(text, "/var/log/nginx/karmen.log")
        text = replaced(text, "    server 127.0.0.1:8080;", "".join(f"    server {one};\n" for one in upstreams))
        if redis_port is not None:
            text = replaced(text, "    # set $karmen_redis_host", "    set $karmen_redis_host")
            text = replaced(text, "    # set $karmen_redis_port 6379", f"    set $karmen_redis_port {redis_port}")
            text = replaced(text, "    # include ", "    include ")
        return text

    def _moved(self, text: str, access_log: str) -> str:
        """With the ports and files of this one."""
        text = replaced(text, "listen 80;", f"listen 127.0.0.1:{self.http_port};")
        text = replaced(text, "listen 443 ", f"listen 127.0.0.1:{self.https_port} ")
        text = replaced(text, "/etc/karmen/tls", str(self.directory))
        text = replaced(text, "/usr/share/karmen/nginx", str(self.directory))
        return replaced(text, access_log, str(self.directory / "access.log"))

    def _main(self, modules: str) -> str:
        paths = "".join(f"    {what}_temp_path {self.directory}/temp/{what};\n" for what in
                        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.directory / "temp").mkdir()
        return (f"{modules}{self._globals()}\nmaster_process off;\npid {self.directory}/nginx.pid;\n"
                f"error_log {self.directory}/error.log {self._error_level};\nevents {{}}\nhttp {{\n{paths}    include site.conf;\n}}\n")


class PathProxy:
    """A machine on which several printers' servers answer, each below a path of its own: {"/octoprint1": "127.0.0.1:5001"}.
    As OctoPrint's documentation has it, the server behind it sees its own paths only."""

    def __init__(self, directory: Path, servers: dict[str, str]):
        directory.mkdir()
        (directory / "temp").mkdir()
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        paths = "".join(f"    {what}_temp_path {directory}/temp/{what};\n" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        locations = "".join(f"        location {path}/ {{ proxy_pass http://{host}/; }}\n" for path, host in servers.items())
        (directory / "nginx.conf").write_text(
            f"daemon off;\nmaster_process off;\npid {directory}/nginx.pid;\nerror_log {directory}/error.log;\nevents {{}}\n"
            f"http {{\n{paths}    access_log off;\n    client_max_body_size 0;\n"
            f"    server {{\n        listen {self.host};\n{locations}    }}\n}}\n")
        self.process = Process([NGINX, "-p", str(directory), "-c", str(directory / "nginx.conf")], directory / "nginx.log",
                               clean_environment({}))
        eventually(self._listens, what="nginx listens")

    def end(self) -> None:
        self.process.end()

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class ComposeNginx(Nginx):
    """The site of deploy/docker/nginx.conf. `names` stands in for Docker's: what runs as `api` listens on `api_port`, Redis on
    `redis_port`."""

    def __init__(self, directory: Path, names: "NameServer", api_port: int, redis_port: int, redis_password: str):
        self._names, self._api_port, self._redis_password = names, api_port, redis_password
        super().__init__(directory, [], redis_port)

    def _environment(self) -> dict[str, str]:
        return {"REDIS_PASSWORD": self._redis_password, "SITE": "karmen.example"}

    def _globals(self) -> str:
        started = re.search(r"^exec nginx -g '([^']+)'", COMPOSE_ENTRYPOINT.read_text(), re.MULTILINE)
        assert started, f"{COMPOSE_ENTRYPOINT} starts no nginx"
        return started[1]

    def _site(self, upstreams: list[str], redis_port: int | None) -> str:
        text = self._moved(COMPOSE_SITE.read_text(), "/dev/stdout")
        text = replaced(text, "/dev/stderr warn", f"{self.directory}/error.log info")
        text = re.sub(r"(?m)^resolver 127\.0\.0\.11 valid=\d+s;", f"resolver 127.0.0.1:{self._names.port} valid=1s;", text)
        text = replaced(text, "api:8080", f"api:{self._api_port}")
        return replaced(text, "redis_port 6379", f"redis_port {redis_port}")


class NameServer:
    """Answers with the current IPv4 addresses in `addresses`; if it is empty, the name does not exist."""

    def __init__(self):
        self.addresses: dict[str, list[str]] = {}
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def end(self) -> None:
        # An empty message, because closing wakes nobody who waits.
        with socket.socket(type=socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))

    def _serve(self) -> None:
        with self._socket:
            while True:
                asked, who = self._socket.recvfrom(512)
                if not asked:
                    return
                self._socket.sendto(self._answer(asked), who)

    def _answer(self, asked: bytes) -> bytes:
        """RFC 1035, section 4: a header, the question again, then a record for each address, which points at its name."""
        labels, at = [], 12
        while length := asked[at]:
            labels.append(asked[at + 1:at + 1 + length].decode())
            at += 1 + length
        question = asked[12:at + 5]
        addresses = self.addresses.get(".".join(labels), [])
        found = addresses if question[-4:-2] == b"\0\1" else []
        records = b"".join(b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + socket.inet_aton(one) for one in found)
        flags = b"\x81\x80" if addresses else b"\x81\x83"
        return asked[:2] + flags + b"\0\1" + len(found).to_bytes(2, "big") + b"\0\0\0\0" + question + records


class RawServer:
    """Does with every connection what `respond` says: it is given the connection and the head of the request. `heads` are
    those that came."""

    def __init__(self, respond: Callable[[socket.socket, str], None], address: str = "127.0.0.1", port: int = 0):
        self.respond = respond
        self.heads: list[str] = []
        self._listener = socket.create_server((address, port))
        self.port = self._listener.getsockname()[1]
        self.host = f"{address}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def end(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (more := connection.recv(4096)):
                    return
                head += more
            self.heads.append(head.decode())
            try:
                self.respond(connection, head.decode())
            except OSError:
                """The other side left."""
