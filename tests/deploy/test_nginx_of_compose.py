"""deploy/docker/nginx.conf, with names that change as Docker's do."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from support.nginx import ComposeNginx, NameServer, RawServer
from support.redis import Redis
from support.wait import eventually


@pytest.fixture
def names() -> Iterator[NameServer]:
    names = NameServer()
    yield names
    names.end()


@pytest.fixture
def api() -> Iterator[Callable[[str], RawServer]]:
    """Starts what answers with its own address; all on the same port, as containers do."""
    started: dict[str, RawServer] = {}

    def start(address: str) -> RawServer:
        def respond(connection: socket.socket, head: str) -> None:
            connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(address)}\r\n\r\n{address}".encode())

        port = next((one.port for one in started.values()), 0)
        started[address] = RawServer(respond, address, port)
        return started[address]

    yield start
    for one in started.values():
        one.end()


@pytest.fixture
def new_nginx(tmp_path: Path, names: NameServer) -> Iterator[Callable[..., ComposeNginx]]:
    started: list[ComposeNginx] = []

    def make(api_port: int, redis_port: int = 1, redis_password: str = "") -> ComposeNginx:
        started.append(ComposeNginx(tmp_path / "nginx", names, api_port, redis_port, redis_password))
        return started[-1]

    yield make
    for nginx in started:
        nginx.end()


def test_follows_the_api_to_other_addresses(
    new_nginx: Callable[..., ComposeNginx], names: NameServer, api: Callable[[str], RawServer]
):
    """Restarted and additional processes are found without a restart of nginx, which also starts without any."""
    first = api("127.0.0.1")
    nginx = new_nginx(first.port)
    assert nginx.get("/").status_code == 502
    names.addresses["api"] = ["127.0.0.1"]
    eventually(lambda: nginx.get("/").text == "127.0.0.1", what="the first answers")
    api("127.0.0.2")
    names.addresses["api"] = ["127.0.0.2"]
    eventually(lambda: nginx.get("/").text == "127.0.0.2", what="the second answers")
    names.addresses["api"] = ["127.0.0.1", "127.0.0.2"]
    eventually(lambda: {nginx.get("/").text for _ in range(10)} == {"127.0.0.1", "127.0.0.2"}, what="both answer")


def test_asks_for_what_it_was_asked(new_nginx: Callable[..., ComposeNginx], names: NameServer, api: Callable[[str], RawServer]):
    first = api("127.0.0.1")
    names.addresses["api"] = ["127.0.0.1"]
    nginx = new_nginx(first.port)
    for path in ("/gcodes?limit=1&filter=a%20b", "/printjobs?limit=1", "/gcodes/1/data", "/octoprint-emulator/api/files/local/a%2Fb"):
        assert nginx.get(path).status_code == 200
        assert first.heads[-1].startswith(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{nginx.https_port}\r\n"), first.heads[-1]


def test_sends_others_to_the_name_of_the_site(new_nginx: Callable[..., ComposeNginx], names: NameServer, api: Callable[[str], RawServer]):
    nginx = new_nginx(api("127.0.0.1").port)
    plain = requests.get(f"http://127.0.0.1:{nginx.http_port}/a?b=c", headers={"Host": "evil.example"}, allow_redirects=False, timeout=20)
    assert (plain.status_code, plain.headers["Location"]) == (308, "https://karmen.example/a?b=c")


def test_knows_the_password_of_redis(new_nginx: Callable[..., ComposeNginx], names: NameServer, tmp_path: Path):
    """It is in the environment only."""
    def may_watch(connection: socket.socket, head: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Karmen-Printer: an-id\r\nX-Karmen-Printer-Host: 127.0.0.1\r\nContent-Length: 0\r\n\r\n")

    def show(connection: socket.socket, head: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\nContent-Length: 4\r\n\r\n\xff\xd8\xff\xd9")

    api, camera, redis = RawServer(may_watch), RawServer(show), Redis(tmp_path / "redis")
    names.addresses |= {"api": ["127.0.0.1"], "redis": ["127.0.0.1"]}
    redis.command("set", "webcam_an-id", f"http://{camera.host}/")
    redis.command("config", "set", "requirepass", "0123abcd")
    nginx = new_nginx(api.port, redis.port, "0123abcd")
    assert nginx.get(f"/proxied-webcam/{camera.host}").content == b"\xff\xd8\xff\xd9"
    for one in (api, camera, redis):
        one.end()
