"""`karmen user …` on the server's database: while the server runs, and while it does not."""

import os
import pty
import select
import signal
import sqlite3
import subprocess
import termios
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from support.api import Api
from support.binary import clean_environment, karmen_binary
from support.server import ADMIN, Server

PASSWORD = "a-good-password"


def listed(server: Server) -> dict[str, str]:
    """The lines of `karmen user list`, by user name."""
    lines = server.user_command("list").stdout.splitlines()
    return {name: line for line in lines for name in line.split()}


def add(server: Server, name: str, role: str = "user") -> None:
    server.user_command("add", name, "--role", role, "--password-stdin", stdin=PASSWORD + "\n")


def test_added_user_can_log_in(server: Server, admin: Api):
    add(server, "anna")
    server.login("anna", PASSWORD).get("/users/me/probe", expect=200)
    assert "user" in listed(server)["anna"] and "admin" in listed(server)[ADMIN]


def test_added_administrator_is_one(server: Server, admin: Api):
    api = server.add_user("arthur", role="admin")
    api.post("/printers", json={"host": "127.0.0.2:5", "name": "Arthur's"}, expect=201)


def test_password_without_a_line_end_is_the_same(server: Server, admin: Api):
    server.user_command("add", "lena", "--role", "user", "--password-stdin", stdin=PASSWORD)
    server.login("lena", PASSWORD)


def test_line_end_of_windows_is_no_part_of_the_password(server: Server, admin: Api):
    server.user_command("add", "wanda", "--password-stdin", stdin=PASSWORD + "\r\n")
    server.login("wanda", PASSWORD)


@pytest.mark.parametrize("arguments", [("add", "two"), ("set-password", ADMIN)])
def test_a_password_has_one_source(server: Server, admin: Api, arguments: tuple[str, ...]):
    done = server.user_command(*arguments, "--password-stdin", "--random-password", stdin=PASSWORD + "\n", expect=2)
    assert "--random-password" in done.stderr
    assert "two" not in listed(server)


def test_the_last_administrator_is_warned_of(new_server):
    server = new_server()
    warning = "no administrator can log in"
    add(server, "ada", role="admin")
    assert warning not in server.user_command("suspend", ADMIN).stderr
    assert warning in server.user_command("role", "ada", "user").stderr
    assert warning not in server.user_command("resume", ADMIN).stderr
    assert warning in server.user_command("suspend", ADMIN).stderr
    server.user_command("resume", ADMIN)


def test_names_are_shown_without_what_a_terminal_obeys(server: Server, admin: Api):
    name = "eve\u202egpj\u009b31m"  # such as are not taken any more, but may be there
    add(server, "eve")
    with closing(sqlite3.connect(server.data_dir / "karmen.db", timeout=20)) as database, database:
        database.execute("UPDATE users SET username = ? WHERE username = 'eve'", (name,))
    said = [
        server.user_command("set-password", name, "--password-stdin", stdin=PASSWORD + "\n").stdout,
        server.user_command("suspend", name).stdout,
        server.user_command("resume", name).stdout,
        server.user_command("role", name, "user").stdout,
        server.user_command("list").stdout,
        server.command("token", "list", "--user", name + "!", expect=1).stderr,
    ]
    for one in said:
        assert "eve?gpj?31m" in one and "\u202e" not in one and "\u009b" not in one, one


class Terminal:
    """A program at a terminal of its own."""

    def __init__(self, server: Server, *arguments: str):
        self._ours, theirs = pty.openpty()
        command = [karmen_binary(), *arguments, "--data-dir", str(server.data_dir), "--auth-bcrypt-cost", "4"]
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=clean_environment(server.env),
            cwd=server.directory,
        )
        self._theirs = theirs
        self.shown = ""

    def wait_for(self, text: str) -> None:
        while text not in self.shown:
            assert select.select([self._ours], [], [], 20)[0], f"no {text!r}, but {self.shown!r}"
            self.shown += os.read(self._ours, 4096).decode()

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    def shows_what_is_typed(self) -> bool:
        return bool(termios.tcgetattr(self._theirs)[3] & termios.ECHO)

    def end(self) -> int:
        code = self.process.wait(timeout=60)
        os.set_blocking(self._ours, False)
        try:
            self.shown += os.read(self._ours, 4096).decode()
        except BlockingIOError:
            pass
        return code

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._ours)
        os.close(self._theirs)


@pytest.fixture
def terminal(server: Server, admin: Api) -> Iterator:
    made: list[Terminal] = []

    def start(*arguments: str) -> Terminal:
        made.append(Terminal(server, *arguments))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.mark.parametrize(("again", "exit_code"), [(PASSWORD, 0), ("a-god-password", 1)])
def test_at_a_terminal_a_new_password_is_asked_for_twice(server: Server, terminal, again: str, exit_code: int):
    name = f"typist{exit_code}"
    at = terminal("user", "add", name)
    at.wait_for("New password: ")
    assert not at.shows_what_is_typed()
    at.type(PASSWORD + "\n")
    at.wait_for("again: ")
    at.type(again + "\n")
    assert at.end() == exit_code
    assert at.shows_what_is_typed() and PASSWORD not in at.shown and again not in at.shown
    assert (name in listed(server)) == (exit_code == 0)
    assert exit_code == 0 or "not the same" in at.shown


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_breaks_off_sees_again_what_is_typed(terminal, ending: signal.Signals):
    at = terminal("user", "set-password", ADMIN)
    at.wait_for("New password: ")
    assert not at.shows_what_is_typed()
    at.process.send_signal(ending)
    assert at.end() == -ending
    assert at.shows_what_is_typed()


def test_set_password_suspend_resume_role(server: Server, admin: Api):
    add(server, "bert")
    server.user_command("set-password", "bert", "--password-stdin", stdin="another-password\n")
    login = {"username": "bert", "password": PASSWORD}
    server.anonymous().post("/users/me/authenticate", json=login, expect=401)
    server.login("bert", "another-password")

    server.user_command("suspend", "bert")
    login["password"] = "another-password"
    server.anonymous().post("/users/me/authenticate", json=login, expect=401)
    assert "yes" in listed(server)["bert"].split()
    server.user_command("resume", "bert")
    server.login("bert", "another-password")

    server.user_command("role", "bert", "admin")
    assert "admin" in listed(server)["bert"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "karmen", "--role", "user", "--password-stdin"),
        ("add", "", "--role", "user", "--password-stdin"),
        ("add", " ", "--role", "user", "--password-stdin"),
        ("add", "new\u202e", "--role", "user", "--password-stdin"),
        ("add", "x" * 129, "--role", "user", "--password-stdin"),
        ("add", "new", "--role", "boss", "--password-stdin"),
        ("set-password", "nobody", "--password-stdin"),
        ("suspend", "nobody"),
        ("resume", "nobody"),
        ("role", "nobody", "admin"),
        ("role", "karmen", "boss"),
        ("suspend",),
        ("nonsense",),
        (),
    ],
)
def test_what_cannot_be_done_is_told(server: Server, admin: Api, arguments: tuple[str, ...]):
    before = server.user_command("list").stdout
    done = server.user_command(*arguments, stdin=PASSWORD + "\n", expect=None)
    assert done.returncode != 0
    assert done.stderr.strip(), "an error without a word"
    assert "terminate" not in done.stderr and "what()" not in done.stderr
    assert server.user_command("list").stdout == before


@pytest.mark.parametrize("password", ["", "\n", "x" * 73, "x" * 5000, "nul\0inside-password"])
def test_password_that_cannot_be_is_refused(server: Server, admin: Api, password: str):
    for arguments in (("add", "new", "--role", "user"), ("set-password", ADMIN)):
        assert server.user_command(*arguments, "--password-stdin", stdin=password, expect=None).returncode != 0
    assert "new" not in listed(server)
    admin.get("/users/me/probe", expect=200)


def test_works_without_a_server(new_server):
    server = new_server()
    server.first_admin()
    server.stop()
    add(server, "carla")
    server.start()
    server.login("carla", PASSWORD)


def test_while_the_server_is_busy(server: Server, admin: Api):
    """Both write to one database: one waits for the other, and neither fails."""
    host = "127.0.0.2:6"
    admin.post("/printers", json={"host": host, "name": "x"}, expect=201)
    is_over = threading.Event()

    def keep_busy() -> int:
        api, n = admin.again(), 0
        while not is_over.is_set():
            api.patch(f"/printers/{host}", json={"name": f"Name {n}"}, expect=200)
            n += 1
        return n

    with ThreadPoolExecutor(2) as people:
        busy = [people.submit(keep_busy) for _ in range(2)]
        try:
            for n in range(10):
                add(server, f"many{n}")
        finally:
            is_over.set()
        assert all(one.result() > 0 for one in busy)
    assert {f"many{n}" for n in range(10)} <= listed(server).keys()
