"""Which commands create a database, which convert one, and what the others answer if it is not ready."""

import sqlite3
import subprocess
from pathlib import Path

import pytest

from support.binary import karmen_binary
from support.postgres import new_database
from support.server import SECRET_KEY, run

LOOKING = [
    "user list",
    "user suspend karmen",
    "user resume karmen",
    "user role karmen user",
    "user set-password karmen --random-password",
    "token list",
    "token revoke 6fdb1f6c-3c1f-4c8c-9f4e-2f1d7c0a5b90",
    "printer list",
    "printer remove 127.0.0.1:1",
    "gcode list",
    "printjob list",
    "tasks status",
    "tasks dead",
    "tasks list",
    "tasks add clean_store",
]
MAKING = ["user add anna --random-password", "printer add 127.0.0.1:1 --name Dora"]


def karmen(data: Path, command: str, *, expect: int = 0, env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
    return run([karmen_binary(), *command.split(), "--data-dir", str(data)], expect=expect, env=env)


def versions(data: Path) -> set[int]:
    with sqlite3.connect(data / "karmen.db") as database:
        return {version for (version,) in database.execute("SELECT version FROM schema_version")}


NEW_COLUMNS = [
    ("users", "name_key"),
    ("gcodes", "deleted_username"),
    ("printjobs", "deleted_username"),
    ("gcodes", "analysis_version"),
    ("gcodes", "thumbnails"),
    ("printers", "tls_fingerprint"),
    ("printers", "id"),
    ("printjobs", "printer_id"),
    *(("printjobs", column) for column in "state progress print_time sending starting ended reason".split()),
    *(("printjobs", f"remote_{column}") for column in "path came_before printed_before".split()),
]


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """A database as a program without the newest migration left it."""
    data = tmp_path / "older"
    karmen(data, "user add anna --random-password")
    with sqlite3.connect(data / "karmen.db") as database:
        for table in ("tasks", "schedules", "sessions", "audit", "task_records", "app_key_requests"):
            database.execute(f"DROP TABLE {table}")
        database.execute("DROP INDEX users_name_key")
        for index in ("printers_id", "printjobs_printer_id", "printjobs_open"):
            database.execute(f"DROP INDEX {index}")
        for table, column in NEW_COLUMNS:
            database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        database.execute("DELETE FROM schema_version WHERE version > 10")
    return data


@pytest.mark.parametrize("command", LOOKING)
def test_a_mistyped_directory_is_not_made(tmp_path: Path, command: str):
    said = karmen(tmp_path / "mistyped", command, expect=1).stderr
    assert "there is no such database" in said and "mistyped" in said and "right directory" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", MAKING)
def test_what_adds_begins_a_new_one(tmp_path: Path, command: str):
    karmen(tmp_path / "data", command)
    assert max(versions(tmp_path / "data")) > 10


@pytest.mark.parametrize("command", LOOKING + MAKING)
def test_an_older_one_is_left_to_its_server(older: Path, command: str):
    said = karmen(older, command, expect=1).stderr
    assert "of an older version" in said and "`karmen migrate`" in said and "start the server" in said
    assert versions(older) == {10}


def test_after_its_conversion_all_is_well(older: Path):
    karmen(older, "migrate")
    assert "anna" in karmen(older, "user list").stdout


def test_an_empty_database_of_postgresql_is_not_filled_by_looking(tmp_path: Path):
    env = {"KARMEN_STORAGE_POSTGRES_URL": new_database(), "KARMEN_AUTH_SECRET_KEY": SECRET_KEY}
    assert "it is empty" in karmen(tmp_path, "user list", expect=1, env=env).stderr
    karmen(tmp_path, "user add anna --random-password", env=env)
    assert "anna" in karmen(tmp_path, "user list", env=env).stdout
