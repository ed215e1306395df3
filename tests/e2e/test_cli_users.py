"""`karmen user …` on the server's database: while the server runs, and while it does not."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.api import Api
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
    """Both write to one database: the one waits for the other, nobody fails."""
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
