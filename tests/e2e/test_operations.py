"""The commands of docs/operations.md for PostgreSQL do what they say, as they stand there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support import postgres
from support.api import Api
from support.arrangement import DISTRIBUTED, POSTGRES
from support.binary import REPOSITORY, clean_environment, karmen_binary
from support.gcodes import download, every_page, gcode_bytes, uploaded
from support.server import ADMIN, ADMIN_PASSWORD, SECRET_KEY, Server

pytestmark = pytest.mark.embedded

GUIDE = (REPOSITORY / "docs" / "operations.md").read_text()
URL = "postgres://karmen@127.0.0.1:5432/karmen"
DATA = "/var/lib/karmen"


def commands(name: str) -> str:
    """The block that stands between marks of this name."""
    (block,) = re.findall(rf"<!-- {name} -->\n```sh\n(.*?)```\n<!-- /{name} -->", GUIDE, re.DOTALL)
    return block


def follow(name: str, directory: Path, places: dict[str, str]) -> str:
    """Runs the block with other places in it. `karmen` is the program under test."""
    text = commands(name)
    for standing, ours in places.items():
        text = text.replace(standing, ours)
    data_dir, url = places[DATA], places[URL]
    program = f"karmen() {{ '{karmen_binary()}' \"$@\" --data-dir '{data_dir}' --http-port 0; }}"
    env = clean_environment({"KARMEN_STORAGE_POSTGRES_URL": url, "KARMEN_AUTH_SECRET_KEY": SECRET_KEY})
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{program}\n{text}"], cwd=directory, env=env, capture_output=True, text=True, timeout=60
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
