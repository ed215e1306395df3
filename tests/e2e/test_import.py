"""`karmen import` brings a PostgreSQL database, also one of Karmen 0.0.13, into the embedded one."""

import json
import shutil
from pathlib import Path

import pytest

from support import old_backend
from support.binary import karmen_binary
from support.gcodes import every_page, uploaded
from support.old_backend import PASSWORD, URSULA, Old, api_token
from support.postgres import new_database, sql
from support.server import Server, run
from support.wait import eventually

# What is imported goes into the embedded database: a server on PostgreSQL has none.
pytestmark = pytest.mark.embedded


@pytest.fixture
def old(tmp_path: Path) -> Old:
    return Old.make(tmp_path)


def import_from(url: str, data_dir: Path, *flags: str, expect: int = 0) -> str:
    done = run([karmen_binary(), "import", "--from", url, "--data-dir", str(data_dir), *flags], expect=expect)
    return done.stdout + done.stderr


def answers(server: Server, password: str) -> list:
    """What an administrator reads of everything, once every file has been analysed or missed."""
    admin = server.login("karmen", password)
    eventually(lambda: all(gcode["analysis"] for gcode in every_page(admin, "/gcodes")), what="every g-code is analysed")
    lists = [every_page(admin, path) for path in ("/gcodes?limit=3", "/printjobs", "/users")]
    return [*lists, admin.get("/printers", expect=200).json(), admin.get("/settings", expect=200).json()]


def with_hosts_for_ids(told: list) -> str:
    """Printers of Karmen 0.0.13 get their ids when they are taken over: each time others, for the same printers."""
    text = json.dumps(told)
    for printer in told[3]["items"]:
        text = text.replace(printer["id"], printer["host"])
    return text


@pytest.mark.parametrize("is_taken_over", [False, True], ids=["old schema", "taken over"])
def test_import_brings_the_same_data(old: Old, tmp_path: Path, is_taken_over: bool):
    if is_taken_over:
        old.karmen("migrate")
        sql(old.url, "UPDATE printers SET tls_fingerprint = repeat('a', 64)")
    before = old_backend.dump(old.url)
    said = import_from(old.url, tmp_path / "embedded" / "data")
    assert old_backend.dump(old.url) == before, "the source is only read"
    assert "gcodes              10 rows" in said

    options = {"files-dir": str(old.uploads)}
    embedded = Server(tmp_path / "embedded", options=options).start()
    postgres = Server(tmp_path / "postgres", options=options, env=old.env).start()
    here, there = answers(embedded, PASSWORD), answers(postgres, PASSWORD)
    assert here == there if is_taken_over else with_hosts_for_ids(here) == with_hosts_for_ids(there)
    assert any(job["printer_id"] for job in here[1])
    embedded.anonymous().with_token(api_token(URSULA, old_backend.SLICER)).get("/gcodes", expect=200)
    new = uploaded(embedded.login("ursula", PASSWORD), "new.gcode")
    assert new["id"] > 2147483647
    embedded.stop()
    postgres.stop()


def test_odd_hosts_of_printers_are_kept_and_named(old: Old, tmp_path: Path):
    for host in ("999.1.1.1", "10.0.0.7:80", "10.0.0.7"):
        sql(old.url, f"INSERT INTO printers (host, name) VALUES ('{host}', 'Odd')")
    said = import_from(old.url, tmp_path / "data")
    assert "999.1.1.1 (must " in said and "10.0.0.7 = 10.0.0.7:80" in said
    server = Server(tmp_path).start()
    admin = server.login("karmen", PASSWORD)
    odd = {printer["host"]: printer for printer in admin.get("/printers", expect=200).json()["items"] if printer["name"] == "Odd"}
    assert odd.keys() == {"999.1.1.1", "10.0.0.7:80", "10.0.0.7"}
    whole = admin.get("/printers/999.1.1.1", expect=200).json()
    assert admin.patch("/printers/999.1.1.1", json=whole, expect=200).json()["host"] == "999.1.1.1", "a whole printer is sent back"
    moved = admin.patch(f"/printers/{whole['id']}", json={"host": "127.0.0.12:9"}, expect=200).json()
    assert moved["host"] == "127.0.0.12:9"
    admin.delete("/printers/10.0.0.7:80", expect=204)
    server.stop()


def test_files_that_were_put_where_import_says_are_found(old: Old, tmp_path: Path):
    server = Server(tmp_path / "embedded", env={"KARMEN_AUTH_OLD_SECRET_KEY": old_backend.SHORT_KEY})
    said = import_from(old.url, server.data_dir)
    assert "files.old_dir" in said and str(old.uploads) in said
    inside = Server(tmp_path / "inside")
    sql(old.url, "DELETE FROM gcodes WHERE id IN (5, 6)")
    told = import_from(old.url, inside.data_dir, "--files-old-dir", str(old.uploads))
    assert f"belong into {inside.store}" in told
    shutil.copytree(old.uploads, server.store, symlinks=True)
    server.options |= {"files-old-dir": str(old.uploads)}
    server.start()
    try:
        admin = server.login("karmen", PASSWORD)
        for id in old_backend.INSIDE:
            assert admin.get(f"/gcodes/{id}/data", expect=200).content == b"G28\n"
        backup = tmp_path / "backup"
        run([karmen_binary(), "backup", str(backup), "--data-dir", str(server.data_dir), "--files-old-dir", str(old.uploads)], expect=1)
        assert (backup / "gcodes" / "a" / "b" / "cube.gcode").read_bytes() == b"G28\n"
    finally:
        server.stop()


def test_import_refuses_a_database_with_rows_unless_told(old: Old, tmp_path: Path):
    data = tmp_path / "embedded"
    run([karmen_binary(), "user", "add", "somebody", "--role", "admin", "--random-password", "--data-dir", str(data)])
    assert "not empty" in import_from(old.url, data, expect=1)
    listed = run([karmen_binary(), "user", "list", "--data-dir", str(data)]).stdout
    assert "somebody" in listed and "ursula" not in listed
    import_from(old.url, data, "--replace")
    listed = run([karmen_binary(), "user", "list", "--data-dir", str(data)]).stdout
    assert "somebody" not in listed and "ursula" in listed


def test_import_refuses_what_it_does_not_know(tmp_path: Path):
    assert "empty" in import_from(new_database(), tmp_path / "a", expect=1)
    done = run(
        [karmen_binary(), "import", "--from", new_database(), "--data-dir", str(tmp_path / "b")],
        expect=1,
        env={"KARMEN_STORAGE_POSTGRES_URL": new_database()},
    )
    assert "embedded" in done.stderr


def test_import_leaves_a_running_server_alone(old: Old, new_server):
    server = new_server()
    assert "another Karmen server" in import_from(old.url, server.data_dir, expect=1)
