"""deploy/nginx in front of the real program, with a real Redis."""

import itertools
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from support.api import Api
from support.fakes import Answer, FakePrinters, ScriptedPrinter, settings_body
from support.nginx import Nginx, PathProxy, RawServer, shows_a_picture
from support.server import Server
from support.redis import Redis
from support.wait import eventually

MIB = 1 << 20
SOME_PICTURES = (b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=b\r\nSet-Cookie: camera=1\r\n"
                 b"X-Camera: 1\r\n\r\n--b\r\nContent-Type: image/jpeg\r\n\r\n\xff\xd8picture\xff\xd9\r\n--b\r\n")


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"http-trusted-proxies": "127.0.0.1", "log-level": "debug", "webcam-linger": "100ms"}


@pytest.fixture(scope="module")
def redis(module_dir: Path) -> Iterator[Redis]:
    redis = Redis(module_dir / "redis")
    yield redis
    redis.end()


@pytest.fixture(scope="module")
def new_nginx(module_dir: Path) -> Iterator[Callable[..., Nginx]]:
    started: list[Nginx] = []
    numbers = itertools.count()

    def make(upstreams: list[str], **options) -> Nginx:
        started.append(Nginx(module_dir / f"nginx{next(numbers)}", upstreams, **options))
        return started[-1]

    yield make
    for nginx in started:
        nginx.end()


@pytest.fixture(scope="module")
def nginx(new_nginx: Callable[..., Nginx], server: Server) -> Nginx:
    """As the file stands, without part 4."""
    return new_nginx([f"127.0.0.1:{server.port}"])


@pytest.fixture(scope="module")
def direct(new_nginx: Callable[..., Nginx], server: Server, redis: Redis) -> Nginx:
    """With part 4: nginx fetches webcams itself."""
    return new_nginx([f"127.0.0.1:{server.port}"], redis_port=redis.port)


@pytest.fixture(scope="module")
def token(admin: Api) -> str:
    return admin.access_token


@pytest.fixture
def raw_server() -> Iterator[Callable[..., RawServer]]:
    started: list[RawServer] = []

    def make(respond: Callable[[socket.socket, str], None]) -> RawServer:
        started.append(RawServer(respond))
        return started[-1]

    yield make
    for server in started:
        server.end()


def tls_connection(nginx: Nginx) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(nginx.certificate))
    return context.wrap_socket(socket.create_connection(("127.0.0.1", nginx.https_port), timeout=20), server_hostname="127.0.0.1")


# --- the site -----------------------------------------------------------------------------------------------------------


def test_speaks_tls_and_sends_others_there(nginx: Nginx):
    answer = nginx.get("/")
    assert answer.json()["app"] == "karmen_backend"
    assert answer.headers["Strict-Transport-Security"]
    for called in ("127.0.0.1", "evil.example"):
        plain = requests.get(f"http://127.0.0.1:{nginx.http_port}/printers?fields=status", headers={"Host": called},
                             allow_redirects=False, timeout=20)
        assert (plain.status_code, plain.headers["Location"]) == (308, "https://karmen.example/printers?fields=status")


@pytest.mark.parametrize(("suite", "is_taken"), [("ECDHE-RSA-AES128-GCM-SHA256", True), ("ECDHE-RSA-CHACHA20-POLY1305", True),
                                                 ("AES128-GCM-SHA256", False), ("AES256-SHA", False),
                                                 ("ECDHE-RSA-AES128-SHA", False)])
def test_takes_suites_with_forward_secrecy_only(nginx: Nginx, suite: str, is_taken: bool):
    context = ssl.create_default_context(cafile=str(nginx.certificate))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(f"{suite}:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", nginx.https_port), timeout=20) as connection:
        try:
            with context.wrap_socket(connection, server_hostname="127.0.0.1") as encrypted:
                assert is_taken and encrypted.cipher()[0] == suite
        except ssl.SSLError:
            assert not is_taken


def test_says_who_the_client_is_and_lets_nobody_claim_to_be_another(nginx: Nginx, server: Server):
    command = ["curl", "--silent", "--show-error", "--interface", "127.0.0.2", "--cacert", str(nginx.certificate),
               "--header", "X-Forwarded-For: 127.0.0.3", f"{nginx.url}/who-asks"]
    subprocess.run(command, check=True, capture_output=True, timeout=20)
    lines = eventually(lambda: [line for line in server.process.lines("stderr") if "path=/who-asks" in line and "client=" in line])
    assert "client=127.0.0.2 " in lines[0]


def test_compresses_json_and_leaves_gcode_alone(nginx: Nginx, admin: Api, token: str):
    document = nginx.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert document.headers["Content-Encoding"] == "gzip"
    content = b"G1 X1\n" * 1000
    gcode = admin.post("/gcodes", files={"file": ("plain.gcode", content)}, expect=201).json()["id"]
    data = nginx.get(f"/gcodes/{gcode}/data", token, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in data.headers and data.content == content


def test_an_upload_reaches_karmen_while_it_comes(nginx: Nginx, server: Server, token: str):
    known = server.stored_files().keys()
    begin = b'--b\r\nContent-Disposition: form-data; name="file"; filename="slow.gcode"\r\n\r\n' + b"G1 X1\n" * 400_000
    end = b"\r\n--b--\r\n"
    with tls_connection(nginx) as connection:
        connection.sendall(f"POST /gcodes HTTP/1.1\r\nHost: k\r\nAuthorization: Bearer {token}\r\nContent-Type: multipart/form-data; "
                           f"boundary=b\r\nContent-Length: {len(begin) + len(end)}\r\n\r\n".encode() + begin)
        eventually(lambda: any(path.stat().st_size > MIB for name, path in server.stored_files().items() if name not in known),
                   what="the first part of the upload is on Karmen's disk")
        connection.sendall(end)
        assert connection.recv(4096).startswith(b"HTTP/1.1 201 ")


def test_karmen_answers_what_is_too_large_and_what_is_not_allowed(nginx: Nginx, token: str):
    for length, authorization, status in ((1025 * MIB - 1000, token, b"413"), (100 * MIB, "wrong", b"422")):
        with tls_connection(nginx) as connection:
            connection.sendall(f"POST /gcodes HTTP/1.1\r\nHost: k\r\nAuthorization: Bearer {authorization}\r\nContent-Type: multipart/"
                               f"form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n".encode() + b"x" * 10_000)
            answer = connection.recv(65536)
            assert answer.startswith(b"HTTP/1.1 " + status), answer[:200]
            assert b"application/problem+json" in answer


def test_goes_on_when_a_process_is_gone(new_nginx: Callable[..., Nginx], server: Server):
    gone = RawServer(lambda connection, head: None)
    gone.end()
    nginx = new_nginx([gone.host, f"127.0.0.1:{server.port}"])
    assert {nginx.get("/").status_code for _ in range(4)} == {200}


def test_repeats_only_what_may_be_done_twice(new_nginx: Callable[..., Nginx], raw_server: Callable[..., RawServer]):
    """Two processes that die after they read the request: a GET is asked of both, a POST of one."""
    dying = [raw_server(lambda connection, head: None) for _ in range(2)]
    for method, asked in (("GET", 2), ("POST", 1), ("PATCH", 1)):
        nginx = new_nginx([one.host for one in dying])
        before = sum(len(one.heads) for one in dying)
        assert nginx.request(method, "/printjobs", json={"a": 1} if method != "GET" else None).status_code == 502
        assert sum(len(one.heads) for one in dying) - before == asked, method


@pytest.mark.parametrize("path", ["/printjobs", "/octoprint-emulator/api/files/local", "/octoprint-emulator/api/files/local/cube.gcode",
                                  "/octoprint-emulator/printers/10.0.0.1:5000/api/files/local"])
def test_waits_for_a_print_as_long_as_the_printer_takes_the_file(
    new_nginx: Callable[..., Nginx], raw_server: Callable[..., RawServer], path: str
):
    """Longer than for anything else: another request, that came later, is given up first."""
    sent = threading.Event()

    def respond(connection: socket.socket, head: str) -> None:
        sent.wait(60)
        connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    slow = raw_server(respond)
    nginx = new_nginx([slow.host], read_timeout="500ms")
    with tls_connection(nginx) as connection:
        connection.sendall(f"POST {path} HTTP/1.1\r\nHost: k\r\nContent-Length: 2\r\n\r\n{{}}".encode())
        eventually(lambda: len(slow.heads) == 1, what="the print has begun")
        assert nginx.get("/printers").status_code == 504
        sent.set()
        assert connection.recv(4096).startswith(b"HTTP/1.1 201 ")


@pytest.mark.parametrize("path", ["/events", "/proxied-webcam/10.0.0.1", "/gcodes/1/data"])
def test_passes_streams_on_as_they_come(new_nginx: Callable[..., Nginx], raw_server: Callable[..., RawServer], path: str):
    done = threading.Event()

    def respond(connection: socket.socket, head: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nid: 1\r\n\r\n")
        done.wait(60)

    nginx = new_nginx([raw_server(respond).host])
    with nginx.get(path, stream=True) as answer:
        assert next(answer.iter_content(None)) == b"id: 1\r\n"
    done.set()


# --- webcams ------------------------------------------------------------------------------------------------------------


class Camera:
    """A printer that Karmen knows, with a camera on its host whose address is where the worker would have put it."""

    def __init__(self, admin: Api, redis: Redis, camera: RawServer):
        self.printer = ScriptedPrinter()
        stream = f"http://{camera.host}/stream?of=printer"
        self.printer.answers["/api/settings"] = Answer(body=settings_body(streamUrl=stream))
        self.host = self.printer.host
        self.path = f"/proxied-webcam/{self.host}"
        self.camera = camera
        self._redis = redis
        self.id = admin.post("/printers", json={"host": self.host, "name": "Watched"}, expect=201).json()["id"]
        self.stream_is(stream)

    def stream_is(self, url: str) -> None:
        assert self._redis.command("set", f"webcam_{self.id}", url) == "OK"

    def forget_stream(self) -> None:
        self._redis.command("del", f"webcam_{self.id}")

    def asked_by_nginx(self) -> list[str]:
        """Heads that came from nginx itself; Karmen's relay names itself."""
        return [head for head in self.camera.heads if "user-agent: karmen" not in head.lower()]


def stream_pictures(connection: socket.socket, head: str) -> None:
    connection.sendall(SOME_PICTURES)
    while True:
        connection.sendall(b"Content-Type: image/jpeg\r\n\r\n\xff\xd8picture\xff\xd9\r\n--b\r\n")
        threading.Event().wait(0.02)


@pytest.fixture
def watched(admin: Api, redis: Redis, raw_server: Callable[..., RawServer]) -> Iterator[Camera]:
    camera = Camera(admin, redis, raw_server(stream_pictures))
    yield camera
    camera.printer.end()


def is_direct(nginx: Nginx, camera: Camera, token: str | None, query: str = "") -> bool:
    """Whether nginx itself fetched the pictures; else Karmen's relay did."""
    before = len(camera.asked_by_nginx())
    answer = nginx.get(camera.path + query, token, stream=True)
    assert answer.status_code == 200
    assert shows_a_picture(answer)
    return len(camera.asked_by_nginx()) > before


def test_without_part_4_the_relay_shows_webcams(nginx: Nginx, watched: Camera, token: str):
    assert not is_direct(nginx, watched, token)


def test_nginx_fetches_webcams_of_those_who_may_watch(direct: Nginx, watched: Camera, token: str):
    assert is_direct(direct, watched, token)
    assert is_direct(direct, watched, None, f"?token={token}")
    for asked in watched.asked_by_nginx():
        assert asked.startswith("GET /stream?of=printer HTTP/1.1\r\n")
        assert token not in asked and "forwarded" not in asked.lower()


def test_nginx_fetches_webcams_by_the_id_and_by_every_spelling_of_the_host(direct: Nginx, watched: Camera, token: str):
    for name in (watched.id, watched.host, watched.host.replace(":", "%3A"), f"http:%2F%2F{watched.host}"):
        watched.path = f"/proxied-webcam/{name}"
        assert is_direct(direct, watched, token), name


def test_a_printer_below_a_path_is_reached_through_nginx(direct: Nginx, nginx: Nginx, admin: Api, redis: Redis, token: str, tmp_path: Path):
    """Its host is one segment: nginx must pass %2F on as it came."""
    printers = FakePrinters(tmp_path / "printers.log", 2)
    proxy = PathProxy(tmp_path / "farm", {"/octoprint1": printers.printers[0].host, "/octoprint2": printers.printers[1].host})
    host = f"{proxy.host}/octoprint2"
    id = admin.post("/printers", json={"host": host, "name": "Below"}, expect=201).json()["id"]
    redis.command("set", f"webcam_{id}", f"http://{proxy.host}/octoprint2/webcam/?action=stream")
    segment = quote(host, safe="")
    for one in (nginx, direct):
        for name in (id, segment):
            assert one.get(f"/printers/{name}", token).json()["host"] == host
            assert one.get(f"/octoprint-emulator/printers/{name}/api/version", headers={"X-Api-Key": token}).status_code == 200
    for name in (id, segment):
        with direct.get(f"/proxied-webcam/{name}", token, stream=True) as answer:
            assert "sandbox" in answer.headers["Content-Security-Policy"], "nginx itself, not the relay"
            assert shows_a_picture(answer)
    proxy.end()
    printers.end()


def test_nginx_fetches_webcams_at_ipv6_addresses_and_leaves_names_to_the_relay(
    direct: Nginx, admin: Api, redis: Redis, token: str, tmp_path: Path
):
    for number, address in enumerate(("[::1]", "localhost")):
        flags = ("--address", "::1") if address == "[::1]" else ()
        printers = FakePrinters(tmp_path / f"printers{number}.log", 1, 1.0, None, *flags)
        host = f"{address}:{printers.printers[0].host.rsplit(':', 1)[1]}"
        id = admin.post("/printers", json={"host": host, "name": address}, expect=201).json()["id"]
        redis.command("set", f"webcam_{id}", f"http://{host}/webcam/?action=stream")
        with direct.get(f"/proxied-webcam/{id}", token, stream=True) as answer:
            assert ("sandbox" in answer.headers.get("Content-Security-Policy", "")) == (address == "[::1]")
            assert shows_a_picture(answer)
        printers.end()


def test_nginx_fetches_webcams_over_http_2(direct: Nginx, watched: Camera, token: str):
    command = ["curl", "--silent", "--http2", "--max-time", "1", "--cacert", str(direct.certificate), "--include", "--output", "-",
               "--header", f"Authorization: Bearer {token}", direct.url + watched.path]
    shown = subprocess.run(command, capture_output=True, timeout=20).stdout
    assert shown.startswith(b"HTTP/2 200") and b"\xff\xd8picture" in shown
    assert watched.asked_by_nginx()


def test_others_are_refused_by_the_api(direct: Nginx, watched: Camera, token: str):
    unknown = "/proxied-webcam/127.0.0.1:9"
    for path, given, status in ((watched.path, None, 401), (watched.path, "a.b.c", 422), (f"{watched.path}?token=x", None, 422),
                                (unknown, token, 404)):
        answer = direct.get(path, given)
        assert answer.status_code == status, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert direct.request("POST", watched.path, token).status_code == 405
    assert direct.request("HEAD", watched.path, token).status_code == 200
    assert watched.asked_by_nginx() == []


def test_a_token_is_not_logged(new_nginx: Callable[..., Nginx], nginx: Nginx, direct: Nginx, redis: Redis, watched: Camera, token: str):
    """When all is well, when the camera is away, when Karmen is away."""
    gone = RawServer(lambda connection, head: None)
    gone.end()
    assert is_direct(direct, watched, None, f"?token={token}")
    assert not is_direct(nginx, watched, None, f"?token={token}")
    watched.stream_is(f"http://{gone.host}/")
    alone = [new_nginx([gone.host]), new_nginx([gone.host], redis_port=redis.port)]
    for one in (direct, *alone):
        assert one.get(f"{watched.path}?token={token}").status_code == 502
    asked = ["/events?token={}", "/printers/127.0.0.1:9/snapshot?token={}", "/printers?token={}", "/users/me/probe?a=b&TOKEN={}",
             "/printers?%74oken={}", "/octoprint-emulator/api/version?apikey={}", "/gcodes/1/data?x={}", "//events?token={}"]
    for one in alone:
        for path in asked:
            assert one.get(path.format(token)).status_code == 502, path
        assert one.get("/printers?fields=status").status_code == 502
        assert "/printers?fields=status" in one.error_log(), "what holds no token is logged"
    for one in (nginx, direct, *alone):
        logged = eventually(lambda: watched.path in one.access_log() and one.access_log(), what="the request is logged")
        assert token not in logged + one.error_log()


def test_the_relay_shows_webcams_that_redis_does_not_know(direct: Nginx, watched: Camera, token: str):
    watched.forget_stream()
    assert not is_direct(direct, watched, token)


def test_a_printer_without_a_webcam_has_none(direct: Nginx, admin: Api, token: str):
    printer = ScriptedPrinter()
    printer.answers["/api/settings"] = Answer(body=settings_body(webcamEnabled=False))
    admin.post("/printers", json={"host": printer.host, "name": "Unwatched"}, expect=201)
    assert direct.get(f"/proxied-webcam/{printer.host}", token).status_code == 404
    printer.end()


@pytest.mark.parametrize("url", ["http://127.0.0.2:{port}/", "http://user@127.0.0.1:{port}/", "http://127.0.0.1:{port}@127.0.0.2/",
                                 "http://127.0.0.1.example.org:{port}/", "ftp://127.0.0.1:{port}/", "http://localhost:{port}/",
                                 "http://127.0.0.1:{port}/ x", "/stream",
                                 "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://[127.0.0.1]:{port}/",
                                 "http://127.0.0.1:99999/", ""])
def test_nginx_connects_nowhere_but_to_the_printer(direct: Nginx, watched: Camera, token: str, url: str):
    watched.stream_is(url.format(port=watched.camera.port))
    assert not is_direct(direct, watched, token)


@pytest.mark.parametrize(("rest", "asked"), [("", "/"), ("?a=b", "/?a=b"), ("/a%20b?c=d", "/a%20b?c=d")])
def test_nginx_asks_for_what_the_address_says(direct: Nginx, watched: Camera, token: str, rest: str, asked: str):
    watched.stream_is(f"http://{watched.camera.host}{rest}")
    assert is_direct(direct, watched, token, f"?token={token}")
    assert watched.asked_by_nginx()[-1].startswith(f"GET {asked} HTTP/1.1\r\n")


def test_a_camera_cannot_set_cookies_or_headers(direct: Nginx, watched: Camera, token: str):
    with direct.get(watched.path, token, stream=True) as answer:
        headers = answer.headers
    assert headers["Content-Type"] == "multipart/x-mixed-replace;boundary=b"
    assert "Set-Cookie" not in headers and "X-Camera" not in headers
    assert "sandbox" in headers["Content-Security-Policy"] and headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("head", ["HTTP/1.1 200 OK\r\nContent-Type: text/html", "HTTP/1.1 200 OK",
                                  "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2/\r\nContent-Type: image/jpeg"])
def test_a_camera_can_only_show_pictures(direct: Nginx, watched: Camera, token: str, head: str):
    watched.camera.respond = lambda connection, _: connection.sendall(f"{head}\r\nContent-Length: 8\r\n\r\n<script>".encode())
    answer = direct.get(watched.path, token)
    assert (answer.status_code, answer.json()["code"]) == (502, "webcam_failed")
    assert "Location" not in answer.headers and answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("head", ["HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream",
                                  "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=cam\r\nContent-Length: 0"])
def test_the_relay_shows_what_nginx_cannot(direct: Nginx, watched: Camera, token: str, head: str):
    def respond(connection: socket.socket, asked: str) -> None:
        if "user-agent: karmen" not in asked.lower():
            return connection.sendall(f"{head}\r\n\r\n".encode())
        stream_pictures(connection, asked)

    watched.camera.respond = respond
    with direct.get(watched.path, token, stream=True) as answer:
        assert answer.status_code == 200 and shows_a_picture(answer)
    assert len(watched.asked_by_nginx()) == 1


def test_fetches_from_the_simulated_printer(direct: Nginx, admin: Api, redis: Redis, token: str, module_dir: Path):
    printers = FakePrinters(module_dir / "printers.log")
    host = printers.printers[0].host
    id = admin.post("/printers", json={"host": host, "name": "Simulated"}, expect=201).json()["id"]
    redis.command("set", f"webcam_{id}", f"http://{host}/webcam/?action=stream")
    with direct.get(f"/proxied-webcam/{host}", token, stream=True) as answer:
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        eventually(lambda: printers.printers[0].state()["webcamViewers"] == 1, what="one viewer")
    eventually(lambda: printers.printers[0].state()["webcamViewers"] == 0, what="nginx lets go of a camera that nobody watches")
    printers.end()


def test_the_relay_shows_webcams_when_redis_is_away(new_nginx: Callable[..., Nginx], server: Server, watched: Camera, token: str):
    nobody = RawServer(lambda connection, head: None)
    nobody.end()
    nginx = new_nginx([f"127.0.0.1:{server.port}"], redis_port=nobody.port, error_level="error")
    for _ in range(2):
        assert not is_direct(nginx, watched, None, f"?token={token}")
    logged = eventually(lambda: "$karmen_redis_host" in nginx.error_log() and nginx.error_log(), what="nginx says what is wrong")
    assert f"127.0.0.1:{nobody.port}" in logged and logged.count("$karmen_redis_host") == 1
    assert token not in logged


def test_the_relay_shows_webcams_when_redis_is_silent(
    new_nginx: Callable[..., Nginx], server: Server, watched: Camera, token: str, raw_server: Callable[..., RawServer]
):
    silent = raw_server(lambda connection, head: None)
    nginx = new_nginx([f"127.0.0.1:{server.port}"], redis_port=silent.port)
    assert not is_direct(nginx, watched, token)
