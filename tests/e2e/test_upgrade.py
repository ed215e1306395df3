"""docs/operations.md, "A running farm": a database of the version before printers had ids becomes ours while processes run.

There is no older program here. Its schema is that of the migrations up to its version, and its statements stand in for it: so this
shows that the rows of both versions live together, not what the older program makes of them."""

import re
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from support import arrangement, old_backend
from support.api import Api
from support.binary import REPOSITORY
from support.fakes import FakePrinters
from support.gcodes import uploaded
from support.guide import DATA, URL, follow
from support.postgres import new_database, sql
from support.server import Server
from support.wait import eventually

pytestmark = pytest.mark.embedded

VERSION = 17
MIGRATIONS = REPOSITORY / "src" / "storage" / "migrations"
# As src/storage/dialect.cpp has them for PostgreSQL.
NAMES = {
    "serial_key": "bigserial PRIMARY KEY",
    "uuid": "uuid",
    "json": "json",
    "jsonb": "jsonb",
    "timestamptz": "timestamptz",
    "text_array": "varchar(128)[]",
    "bytewise": 'COLLATE "C"',
    "for_equality": "USING hash",
}
ADD_PRINTER = (
    "INSERT INTO printers (host, name, hostname, client, client_props, printer_props, protocol, tls_fingerprint) "
    "VALUES ('{}', 'Old', NULL, 'octoprint', NULL, NULL, 'http', '');"
)
ADD_PRINT_JOB = (
    "INSERT INTO printjobs (gcode_id, printer_host, started, gcode_data, printer_data, user_uuid) "
    "VALUES (7, '{0}', now(), '{{\"filename\": \"a.gcode\", \"size\": 5}}', '{{\"host\": \"{0}\", \"name\": \"Old\"}}', NULL);"
)


@pytest.fixture
def old_url() -> str:
    """A database as a program of that version made it."""
    url = new_database()
    sql(url, "CREATE TABLE schema_version (version int PRIMARY KEY, description varchar, installed_by varchar, installed_on timestamptz)")
    for path in sorted(MIGRATIONS.glob("*.sql")):
        version, name = int(path.stem[:4]), path.stem[5:]
        if version > VERSION:
            continue
        sql(url, re.sub(r"{{(\w+)}}", lambda word: NAMES[word[1]], path.read_text()))
        sql(url, f"INSERT INTO schema_version VALUES ({version}, '{name}', 'karmen', now())")
    return url


def hosts_and_ids(admin: Api) -> dict[str, str]:
    return {printer["host"]: printer["id"] for printer in admin.get("/printers", expect=200).json()["items"]}


def test_a_farm_is_upgraded_while_it_runs_and_there_is_a_way_back(
    old_url: str, tmp_path: Path, installation: Callable[..., Server]
):
    printers = FakePrinters(tmp_path / "printers.log", 2, 5.0)
    first, second = (printer.host for printer in printers.printers)
    sql(old_url, ADD_PRINTER.format(first) + ADD_PRINT_JOB.format(first) + ADD_PRINT_JOB.format("10.0.0.1"))
    before = old_backend.dump(old_url)

    places = {URL: old_url, DATA: str(tmp_path / "data")}
    follow("upgrade-farm-save", tmp_path, places)
    said = follow("upgrade-farm-convert", tmp_path, places)
    assert "Would convert to version 18" in said and "Converted to version 18" in said
    karmen = installation(env={"KARMEN_STORAGE_POSTGRES_URL": old_url}, arranged=arrangement.REPLICATED,
                          options={"printers-list-interval": "200ms"})
    admin = karmen.first_admin()
    ids = hosts_and_ids(admin)
    assert ids.keys() == {first} and uuid.UUID(ids[first])
    jobs = {job["printer_data"]["host"]: job["printer_id"] for job in admin.get("/printjobs", expect=200).json()["items"]}
    assert jobs == {first: ids[first], "10.0.0.1": None}

    # An older process beside these adds a printer and starts a print.
    sql(old_url, ADD_PRINTER.format(second) + ADD_PRINT_JOB.format(second))
    found = eventually(lambda: (now := hosts_and_ids(admin)).get(second) and now, what="the new printer is seen")
    assert uuid.UUID(found[second]) != uuid.UUID(found[first]) and found[first] == ids[first]
    assert admin.get(f"/printers/{found[second]}?fields=status", expect=200).json()["status"]["state"] == "Operational"
    assert {job["printer_id"] for job in admin.get("/printjobs", expect=200).json()["items"]} == {ids[first], None}
    gcode = uploaded(admin, "after.gcode")
    started = admin.post("/printjobs", json={"gcode": gcode["id"], "printer": second}, expect=201).json()
    assert admin.get(f"/printjobs/{started['id']}", expect=200).json()["printer_id"] == found[second]
    karmen.stop()
    printers.end()

    follow("downgrade-farm", tmp_path, places)
    assert old_backend.dump(old_url) == before, "the older program finds what it left"
    said = karmen.command("user", "list", expect=1).stderr
    assert "of an older version" in said


def test_processes_that_start_at_once_convert_it_once(old_url: str, installation: Callable[..., Server]):
    sql(old_url, ADD_PRINTER.format("127.0.0.2:9"))
    karmen = installation(env={"KARMEN_STORAGE_POSTGRES_URL": old_url}, arranged=arrangement.REPLICATED)
    (id,) = hosts_and_ids(karmen.first_admin()).values()
    assert [[id]] == sql(old_url, "SELECT id FROM printers")
    assert len(sql(old_url, "SELECT version FROM schema_version WHERE version = 18")) == 1
    karmen.stop()
