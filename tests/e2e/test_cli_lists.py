"""`karmen gcode list`, `karmen printjob list`, `karmen user list --json` and `karmen token …`."""

import sqlite3
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.api import Api
from support.gcodes import uploaded
from support.server import ADMIN, Server


def ids(server: Server, *arguments: str) -> list[int]:
    return [row["id"] for row in server.listed(*arguments)]


def test_gcodes_newest_first(server: Server, admin: Api):
    made = [uploaded(admin, f"part{n}.gcode", b"G28\n" * 1000, path="folder")["id"] for n in range(3)]
    assert ids(server, "gcode", "list") == made[::-1]
    assert ids(server, "gcode", "list", "--limit", "2") == made[:0:-1]
    assert server.listed("gcode", "list")[0] == admin.get(f"/gcodes/{made[-1]}").json()
    lines = server.command("gcode", "list").stdout.splitlines()
    assert lines[0].split() == ["ID", "NAME", "FOLDER", "SIZE", "UPLOADED", "USER"]
    assert lines[1].split()[:5] == [str(made[-1]), "part2.gcode", "folder", "3.9", "KiB"] and lines[1].split()[-1] == ADMIN


def test_print_jobs_newest_first(server: Server, admin: Api, fake_printers):
    printers = fake_printers(count=2)
    gcode = uploaded(admin, "job.gcode", b"G28\n")["id"]
    made = []
    for printer in printers:
        admin.post("/printers", json={"host": printer.host, "name": f"At {printer.host}"}, expect=201)
        made.append(admin.post("/printjobs", json={"gcode": gcode, "printer": printer.host}, expect=201).json()["id"])
    assert ids(server, "printjob", "list") == made[::-1]
    assert ids(server, "printjob", "list", "--limit", "1") == made[1:]
    line = server.command("printjob", "list").stdout.splitlines()[1]
    assert "job.gcode" in line and f"At {printers[1].host}" in line and ADMIN in line


def test_lists_longer_than_a_page(new_server):
    server = new_server()
    server.stop()
    with sqlite3.connect(server.data_dir / "karmen.db") as database:
        database.executemany(
            "INSERT INTO printjobs (gcode_id, printer_host, started) VALUES (1, '127.0.0.1', ?)",
            [(f"2026-01-01T00:00:{n % 60:02}.000000+00:00",) for n in range(2500)],
        )
    found = ids(server, "printjob", "list")
    assert len(found) == len(set(found)) == 2500
    assert ids(server, "printjob", "list", "--limit", "1500") == found[:1500]


def test_users_as_json(server: Server, admin: Api, user: Api):
    users = {one["username"]: one for one in server.listed("user", "list")}
    assert users[ADMIN]["role"] == "admin" and users["ursula"]["role"] == "user"
    assert users["ursula"].keys() == {"uuid", "username", "role", "suspended"}


def test_empty_lists(new_server):
    server = new_server()
    server.stop()
    for command in ("printer", "gcode", "printjob", "token"):
        assert server.listed(command, "list") == []
        assert len(server.command(command, "list").stdout.splitlines()) == 1, "the header alone"


def test_several_at_the_same_time(server: Server, admin: Api):
    with ThreadPoolExecutor(4) as many:
        assert all(many.map(lambda _: server.listed("user", "list"), range(8)))


@pytest.mark.parametrize("limit", ["0", "-1", "x", ""])
def test_limits_that_make_no_sense(server: Server, limit: str):
    done = server.command("gcode", "list", "--limit", limit, expect=2)
    assert "limit" in done.stderr


@pytest.fixture(scope="module")
def api_tokens(server: Server, admin: Api, user: Api) -> dict[str, dict[str, str]]:
    """An API token of each of two users, by user name."""
    owners = {ADMIN: admin, "ursula": user}
    return {
        name: owner.post("/users/me/tokens", json={"name": f"slicer of {name}"}, expect=201).json()
        for name, owner in owners.items()
    }


def test_tokens_of_all_and_of_one(server: Server, api_tokens: dict[str, dict[str, str]]):
    made = api_tokens["ursula"]
    by_jti = {token["jti"]: token for token in server.listed("token", "list")}
    assert by_jti.keys() == {token["jti"] for token in api_tokens.values()}
    (token,) = server.listed("token", "list", "--user", "ursula")
    assert token == by_jti[made["jti"]]
    assert (token["username"], token["name"], token["revoked"]) == ("ursula", "slicer of ursula", False)
    assert token["created"] == made["created"]
    done = server.command("token", "list")
    line = next(line for line in done.stdout.splitlines() if made["jti"] in line)
    assert "slicer of ursula" in line and line.split()[-1] == "no"
    assert made["access_token"] not in done.stdout
    assert "nobody" in server.command("token", "list", "--user", "nobody", expect=1).stderr


def test_a_revoked_token_is_worthless(server: Server, api_tokens: dict[str, dict[str, str]]):
    jti = api_tokens["ursula"]["jti"]
    program = server.anonymous().with_token(api_tokens["ursula"]["access_token"])
    program.get("/gcodes", expect=200)
    assert "slicer of ursula" in server.command("token", "revoke", jti).stdout
    program.get("/gcodes", expect=401)
    assert "before" in server.command("token", "revoke", jti).stdout
    revoked = {one["jti"]: one["revoked"] for one in server.listed("token", "list")}
    assert revoked == {api_tokens[ADMIN]["jti"]: False, jti: True}


@pytest.mark.parametrize("jti", ["nonsense", str(uuid.UUID(int=7)), ""])
def test_no_such_token(server: Server, jti: str):
    assert server.command("token", "revoke", jti, expect=1).stderr.strip()
