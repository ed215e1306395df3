"""The commands of docs/operations.md for PostgreSQL do what they say, as they stand there."""

import re
import secrets
import shutil
import subprocess
from pathlib import Path

import pytest

from support import faults, old_backend, postgres
from support.api import Api
from support.arrangement import DISTRIBUTED, POSTGRES
from support.binary import REPOSITORY, clean_environment, karmen_binary
from support.gcodes import download, every_page, gcode_bytes, uploaded
from support.old_backend import Old
from support.server import ADMIN, ADMIN_PASSWORD, SECRET_KEY, Server

pytestmark = pytest.mark.embedded

GUIDE = (REPOSITORY / "docs" / "operations.md").read_text()
URL = "postgres://karmen@127.0.0.1:5432/karmen"
DATA = "/var/lib/karmen"
BACKUPS = "/var/backups/karmen"


# For what only root can do on a machine with systemd.
STAND_INS = """
sudo() { if [[ $1 == -u ]]; then shift 2; fi; "$@"; }
systemctl() { echo "systemctl $*"; }
createuser() { echo "createuser $*"; }
install() { mkdir --parents "${!#}"; }
"""


def commands(name: str) -> str:
    """The block that stands between marks of this name."""
    (block,) = re.findall(rf"<!-- {name} -->\n```sh\n(.*?)```\n<!-- /{name} -->", GUIDE, re.DOTALL)
    return block


def follow(name: str, directory: Path, places: dict[str, str]) -> str:
    """Runs the block with other places in it. `karmen` is the program under test, and nobody needs to be root."""
    text = commands(name)
    for standing, ours in places.items():
        assert standing in text or standing in (DATA, URL), f"{standing} is not in the block"
        text = text.replace(standing, ours)
    program = f"karmen() {{ '{karmen_binary()}' \"$@\" --data-dir '{places[DATA]}' --http-port 0; }}\n{STAND_INS}"
    env = {"KARMEN_AUTH_SECRET_KEY": SECRET_KEY}
    if url := places.get(URL):
        host, port = url.removeprefix("postgres://karmen@").split("/")[0].split(":")
        env |= {"KARMEN_STORAGE_POSTGRES_URL": url, "PGHOST": host, "PGPORT": port, "PGUSER": "karmen", "PGDATABASE": "postgres"}
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{program}\n{text}"],
        cwd=directory, env=clean_environment(env), capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    return done.stdout


class Holdings:
    """What somebody has stored, and must find again."""

    def __init__(self, server: Server):
        admin = server.first_admin()
        self._deleted = uploaded(admin, "old.gcode")["id"]
        body = {"name": 'a "slicer", quoted'}
        self._token = admin.post("/users/me/tokens", json=body, expect=201).json()["access_token"]
        self._contents = {f"Würfel, {n}.gcode": gcode_bytes(5000, seed=n) for n in range(3)}
        for name, content in self._contents.items():
            uploaded(admin, name, content, "a/b")
        last = uploaded(admin, "last.gcode")["id"]
        admin.delete(f"/gcodes/{last}", expect=204)
        self._last_id = last
        self._rows = self._read(admin)

    def expect_in(self, server: Server) -> None:
        admin = server.login(ADMIN, ADMIN_PASSWORD)
        assert self._read(admin) == self._rows
        slicer: Api = server.anonymous().with_token(self._token)
        for gcode in every_page(slicer, "/gcodes"):
            if gcode["display"] in self._contents:
                assert download(slicer, gcode) == self._contents[gcode["display"]]
        assert uploaded(admin, "new.gcode")["id"] > self._last_id, "an id was given twice"

    @staticmethod
    def _read(api: Api) -> list:
        names = ("/gcodes", "/users", "/users/me/tokens", "/printers", "/printjobs", "/settings")
        return [api.get(path, expect=200).json() for path in names]


def test_one_process_backed_up_and_restored(new_server, tmp_path: Path):
    server = new_server()
    holdings = Holdings(server)
    places = {DATA: str(server.data_dir), BACKUPS: str(tmp_path / "backups")}
    follow("backup", tmp_path, places)
    (made,) = (tmp_path / "backups").iterdir()
    uploaded(server.login(ADMIN, ADMIN_PASSWORD), "after the backup.gcode")
    server.stop()
    told = follow("restore", tmp_path, {f"{BACKUPS}/karmen-backup-20261123T031500Z": str(made), DATA: str(server.data_dir)})
    assert told.startswith("systemctl stop karmen\n") and told.endswith("systemctl start karmen\n")
    assert "each has its file" in told and server.data_dir.with_name("data.old").exists()
    server.start()
    holdings.expect_in(server)


def test_an_old_postgresql_is_left_for_a_newer_one(tmp_path: Path):
    old = Old.make(tmp_path / "old")
    name = f"test_{secrets.token_hex(8)}"
    new = postgres.with_database(old.url, name)
    port = new.split(":")[-1].split("/")[0]
    places = {
        URL: old.url,
        "postgres://karmen@127.0.0.1:5433/karmen": new,
        "--port=5433": f"--port={port}",
        "template0 karmen": f"template0 {name}",
        DATA: str(tmp_path / "data"),
    }
    before = old_backend.dump(old.url)
    follow("newer-postgres", tmp_path, places)
    assert "Converted to version 10: karmen_0_0_13" in old._replace(url=new).karmen("migrate").stdout
    assert old_backend.dump(old.url) == before
    gcodes = "SELECT count(*) FROM gcodes"
    assert postgres.sql(new, gcodes) == postgres.sql(old.url, gcodes)


def test_postgresql_backed_up_and_restored(new_server, tmp_path: Path):
    server = new_server(arranged=POSTGRES)
    holdings = Holdings(server)
    follow("postgres-backup", tmp_path, {URL: server.postgres_url, DATA: str(server.data_dir)})
    server.stop()
    other = Server(tmp_path / "other", arranged=POSTGRES)
    other.store.mkdir(parents=True)
    told = follow("postgres-restore", tmp_path, {URL: other.postgres_url, DATA: str(other.data_dir)})
    assert "each has its file" in told
    other.start()
    try:
        holdings.expect_in(other)
    finally:
        other.stop()


def test_from_one_process_to_many(new_server, tmp_path: Path):
    server = new_server()
    holdings = Holdings(server)
    server.stop()
    # The highest id that Karmen 0.0.13 could give.
    faults.execute(server, "UPDATE sqlite_sequence SET seq = 2147483647 WHERE name = 'gcodes'")
    server.command("backup", str(tmp_path / "last"))
    many = Server(tmp_path / "many", arranged=DISTRIBUTED)
    many.command("migrate")
    places = {URL: many.postgres_url, DATA: str(many.data_dir), "/var/backups/karmen/last": str(tmp_path / "last")}
    told = follow("to-postgres", tmp_path, places)
    assert told.count("COPY") == 7
    assert postgres.sql(many.postgres_url, "SELECT providers FROM users LIMIT 1") == [["{local}"]]
    shutil.copytree(tmp_path / "last" / "gcodes", many.store, dirs_exist_ok=True)
    many.start()
    try:
        holdings.expect_in(many)
    finally:
        many.stop()
