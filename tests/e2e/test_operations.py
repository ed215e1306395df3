"""The commands of docs/operations.md for PostgreSQL do what they say, as they stand there."""

import secrets
import shutil
from pathlib import Path

import pytest

from support import faults, old_backend, postgres
from support.api import Api
from support.arrangement import DISTRIBUTED, POSTGRES
from support.gcodes import download, every_page, gcode_bytes, uploaded
from support.guide import DATA, URL, follow
from support.old_backend import Old
from support.server import ADMIN, ADMIN_PASSWORD, Server

pytestmark = pytest.mark.embedded

BACKUPS = "/var/backups/karmen"


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
