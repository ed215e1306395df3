"""A first start makes what it needs, tells the administrator's password once, and keeps secrets to itself."""

import json
import re
import socket
import stat
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from support.api import Api
from support.server import ADMIN, FIRST_ADMIN_PASSWORD, Server
from support.wait import eventually

pytestmark = pytest.mark.alone

CREDENTIALS = re.compile(r"Administrator:\s*(\S+)\s+Password:\s*(\S+)\s+\(")


def printed_credentials(server: Server) -> tuple[str, str] | None:
    found = CREDENTIALS.search("\n".join(server.process.lines("stdout")))
    return (found.group(1), found.group(2)) if found else None


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_printed_password_works_and_must_be_changed(new_server):
    server = new_server(admin_password=None)
    server.process.wait_for_lines(CREDENTIALS.pattern)
    name, password = printed_credentials(server)
    assert name == ADMIN and len(password) >= 12

    admin = server.login(name, password)
    assert admin.get("/users/me/probe", expect=200).json() == {"force_pwd_change": True}
    admin.get("/printers", expect=401)
    changed = admin.change_password("my-own-password")
    changed.get("/printers", expect=200)

    # It is printed once, and the new one counts.
    server.restart()
    assert printed_credentials(server) is None
    assert password not in "\n".join(server.process.lines("stdout") + server.process.lines("stderr"))
    server.anonymous().post("/users/me/authenticate", json={"username": name, "password": password}, expect=401)
    server.login(name, "my-own-password").get("/printers", expect=200)


def test_first_answer_comes_when_the_administrator_can_log_in(new_server):
    """Scripts begin as soon as the port answers, and a first start has a slow hash to make."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    statuses: list[int] = []

    def log_in_at_once() -> None:
        api = Api(SimpleNamespace(url=f"http://127.0.0.1:{port}"))
        eventually(api.reachable)
        body = {"username": ADMIN, "password": FIRST_ADMIN_PASSWORD}
        statuses.append(api.post("/users/me/authenticate", json=body, expect=(200, 401)).status_code)

    impatient = threading.Thread(target=log_in_at_once)
    impatient.start()
    new_server(options={"http-port": str(port), "auth-bcrypt-cost": "12"})
    impatient.join(30)
    assert statuses == [200]


def test_each_first_start_has_its_own_password(new_server):
    passwords = set()
    for _ in range(2):
        server = new_server(admin_password=None)
        server.process.wait_for_lines(CREDENTIALS.pattern)
        passwords.add(printed_credentials(server))
    assert len(passwords) == 2


def test_given_password_is_not_printed(new_server):
    server = new_server(admin_password="given-by-environment")
    admin = server.login(ADMIN, "given-by-environment")
    assert admin.get("/users/me/probe", expect=200).json() == {"force_pwd_change": True}
    server.stop()
    assert "given-by-environment" not in server.log_file.read_text()
    assert printed_credentials(server) is None


def test_given_password_does_not_come_back_at_the_next_start(new_server):
    server = new_server()
    server.first_admin("changed-since")
    server.restart()
    server.anonymous().post("/users/me/authenticate", json={"username": ADMIN, "password": FIRST_ADMIN_PASSWORD}, expect=401)
    server.login(ADMIN, "changed-since")


def test_screen_tells_where_it_listens_and_where_the_data_is(new_server):
    server = new_server()
    screen = "\n".join(server.process.lines("stdout"))
    assert server.url in screen and str(server.data_dir) in screen


def test_data_is_nobody_else_s_business(new_server):
    server = new_server(env={"KARMEN_AUTH_SECRET_KEY": ""})
    admin = server.first_admin()
    databases = [path for path in server.data_dir.iterdir() if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3"]
    assert len(databases) == 1
    assert mode(server.data_dir) == 0o700
    secrets = [path for path in server.data_dir.iterdir() if path.is_file()]
    assert len(secrets) >= 2, "the database and the key"
    for path in secrets:
        assert mode(path) == 0o600, f"{path} can be read by others: {mode(path):o}"

    # The key is made once, so that tokens outlive a restart.
    server.restart()
    admin.again().get("/printers", expect=200)


def test_log_as_json_has_request_ids_and_no_secrets(new_server):
    server = new_server(options={"log-format": "json", "log-level": "debug"})
    admin = server.first_admin("very-secret-indeed")
    admin.post("/printers", json={"host": "127.0.0.2:9", "name": "x", "api_key": "SECRET-API-KEY"}, expect=201)
    refused = admin.get("/gcodes/12345", expect=404).json()
    server.stop()
    lines = [json.loads(line) for line in server.process.lines("stderr") if line.strip()]
    assert any(refused["request_id"] in json.dumps(line) for line in lines)
    everything = server.log_file.read_text()
    for secret in ("very-secret-indeed", "SECRET-API-KEY", admin.access_token, admin.refresh_token, FIRST_ADMIN_PASSWORD):
        assert secret not in everything


def test_broken_database_is_refused_and_left_alone(new_server, tmp_path):
    server = new_server()
    server.stop()
    (database,) = [path for path in server.data_dir.iterdir() if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3"]
    for leftover in server.data_dir.glob(database.name + "-*"):
        leftover.unlink()
    database.write_bytes(b"this is not a database, but somebody may want it back" * 100)
    before = database.read_bytes()
    try:
        server.start()
    except AssertionError as told:
        assert database.name in str(told)
    else:
        raise AssertionError("it started on a broken database")
    assert server.process.exit_code not in (0, None)
    assert database.read_bytes() == before


def test_two_servers_do_not_share_a_data_directory(new_server):
    first = new_server()
    second = Server(first.directory)
    second.log_file = first.directory / "second.log"
    try:
        second.start()
    except AssertionError:
        assert second.process.exit_code not in (0, None)
    else:
        second.stop()
        raise AssertionError("a second server started on the same data directory")
    first.anonymous().get("/", expect=200)
