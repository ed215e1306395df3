"""`karmen doctor`: finds what is wrong with a data directory, says what to do, and changes nothing."""

import os
import re
import shutil
import socket
import sqlite3
import tempfile
from pathlib import Path

import pytest

from support.binary import karmen_binary
from support.gcodes import uploaded
from support.redis import Redis
from support.server import ADMIN, Server, run

NOBODY = 65534


def examine(server: Server, *flags: str, port: int = 0, exit_code: int = 0) -> dict[str, tuple[str, str]]:
    """(level, text) by check."""
    lines = server.command("doctor", "--http-port", str(port), *flags, expect=exit_code).stdout.splitlines()
    found = {line[9:24].strip(): (line[:8].strip(), line[25:]) for line in lines}
    assert len(found) == len(lines), lines
    assert {level for level, _ in found.values()} <= {"ok", "warning", "error"}
    return found


def tree(directory: Path) -> dict[str, tuple]:
    """Everything about the files of a directory that a check could change."""
    paths = [directory, *sorted(directory.rglob("*"))]
    return {str(path): (path.stat().st_mode, path.stat().st_mtime_ns, path.stat().st_size) for path in paths}


@pytest.fixture(scope="module")
def healthy(new_server) -> Server:
    """A server with a file, at rest."""
    server = new_server(env={"KARMEN_AUTH_SECRET_KEY": ""})
    uploaded(server.first_admin(), "a.gcode")
    server.stop()
    return server


@pytest.fixture
def patient(healthy: Server, tmp_path: Path) -> Server:
    """A copy to be harmed."""
    server = Server(tmp_path, env={"KARMEN_AUTH_SECRET_KEY": ""})
    shutil.copytree(healthy.data_dir, server.data_dir)
    return server


def test_nothing_is_wrong_and_nothing_is_changed(patient: Server):
    before = tree(patient.data_dir)
    found = examine(patient)
    assert {check for check, (level, _) in found.items() if level != "ok"} <= {"clock"}, found
    assert len(found) == 15
    after = tree(patient.data_dir)
    assert after.pop(str(patient.data_dir))[0] == before.pop(str(patient.data_dir))[0]
    assert after == before


def test_beside_a_server_that_works(server: Server, admin):
    uploaded(admin, "busy.gcode")
    done = server.command("doctor", "--http-port", str(server.port))
    assert f"answers at http://127.0.0.1:{server.port}/" in done.stdout
    admin.get("/gcodes", expect=200)


def test_makes_no_data_directory(tmp_path: Path):
    where = tmp_path / "not" / "there"
    done = run([karmen_binary(), "doctor", "--data-dir", str(where), "--http-port", "0"], expect=1)
    assert "error    data directory" in done.stdout and "does not exist" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_makes_no_database(tmp_path: Path):
    tmp_path.chmod(0o700)
    done = run([karmen_binary(), "doctor", "--data-dir", str(tmp_path), "--http-port", "0"], expect=1)
    assert "error    database" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_open_doors(patient: Server):
    patient.data_dir.chmod(0o755)
    level, text = examine(patient)["data directory"]
    assert level == "warning" and "chmod 700" in text
    (patient.data_dir / "karmen.db").chmod(0o644)
    (patient.data_dir / "signing-secret").chmod(0o640)
    found = examine(patient, exit_code=1)
    assert found["database files"][0] == "error" and "chmod 600" in found["database files"][1]
    assert found["signing secret"][0] == "error" and "chmod 600" in found["signing secret"][1]


def test_weak_and_missing_secret(patient: Server):
    secret = patient.data_dir / "signing-secret"
    secret.write_text("1234" * 8)
    assert examine(patient)["signing secret"][0] == "warning"
    secret.write_text("short")
    assert examine(patient, exit_code=1)["signing secret"][0] == "error"
    secret.unlink()
    assert examine(patient)["signing secret"][0] == "warning"
    assert not secret.exists()
    patient.env["KARMEN_AUTH_SECRET_KEY"] = "a" * 32
    level, text = examine(patient)["signing secret"]
    assert level == "warning" and "a" * 32 not in text


def test_damaged_database(patient: Server):
    file = patient.data_dir / "karmen.db"
    content = bytearray(file.read_bytes())
    content[4096 : 20 * 4096] = bytes(19 * 4096)
    file.write_bytes(content)
    level, text = examine(patient, exit_code=1)["database"]
    assert level == "error" and "backup" in text
    file.write_bytes(b"this is no database at all" * 1000)
    assert examine(patient, exit_code=1)["database"][0] == "error"


def change(server: Server, statement: str) -> None:
    with sqlite3.connect(server.data_dir / "karmen.db") as database:
        database.execute(statement)


def test_schema_of_another_program(patient: Server):
    change(patient, "INSERT INTO schema_version VALUES (9999, 'future', 'karmen', '2026-01-01')")
    level, text = examine(patient, exit_code=1)["schema"]
    assert level == "error" and "9999" in text


def test_dangling_rows(patient: Server):
    change(patient, "INSERT INTO api_tokens VALUES ('x', 'nobody', 'n', '2026-01-01T00:00:00.000000+00:00', 0)")
    level, text = examine(patient, exit_code=1)["database"]
    assert level == "error" and "api_tokens: 1" in text


def test_nobody_can_administrate(patient: Server):
    patient.user_command("suspend", ADMIN)
    level, text = examine(patient, exit_code=1)["administrator"]
    assert level == "error" and "karmen user resume" in text
    patient.user_command("resume", ADMIN)
    assert examine(patient)["administrator"][0] == "ok"


def test_rows_without_files_and_files_without_rows(patient: Server):
    (patient.store / "a.gcode").unlink()
    for n in range(5):
        (patient.store / f"stray{n}.gcode").write_text("G28\n")
    found = examine(patient, exit_code=1)
    assert found["g-code rows"][0] == "error" and "1 of 1" in found["g-code rows"][1]
    level, text = found["g-code files"]
    assert level == "warning" and text.startswith("5 in ") and "stray0.gcode" in text and "stray4" not in text


def test_clock_behind_the_data(patient: Server):
    change(patient, "UPDATE gcodes SET uploaded = '2199-01-01T00:00:00.000000+00:00'")
    level, text = examine(patient, exit_code=1)["clock"]
    assert level == "error" and "2199" in text and "set-ntp" in text


def test_disk_too_full_for_uploads(patient: Server):
    found = examine(patient, "--files-min-free-bytes", "1024GiB", exit_code=1)
    level, text = found["g-code store"]
    assert level == "error" and "uploads are refused" in text
    level, text = found["free space"]
    assert level == "warning" and "make room" in text


def test_store_elsewhere_is_the_one_that_is_examined(patient: Server, tmp_path: Path):
    elsewhere = tmp_path / "elsewhere"
    flags = ("--files-dir", str(elsewhere))
    level, text = examine(patient, *flags, exit_code=1)["g-code store"]
    assert level == "error" and str(elsewhere) in text and "mounted" in text
    assert not elsewhere.exists()
    patient.store.rename(elsewhere)
    level, text = examine(patient, *flags)["g-code store"]
    assert level == "ok" and str(elsewhere) in text
    assert examine(patient, exit_code=1)["g-code store"][0] == "warning"


def test_store_that_cannot_be_used_is_not_the_fault_of_the_database(patient: Server):
    shutil.rmtree(patient.store)
    patient.store.write_text("a file in its place")
    level, text = examine(patient, exit_code=1)["g-code store"]
    assert level == "error" and "is not a directory" in text
    patient.store.unlink()
    patient.store.symlink_to(patient.store)
    found = examine(patient, exit_code=1)
    assert found["g-code store"][0] == "error"
    assert found["database"][0] == "ok" and found["g-code files"][0] == "error"


def test_store_of_somebody_else(patient: Server):
    """As another user than the owner, without a superuser's rights."""
    with tempfile.TemporaryDirectory() as name:
        where = Path(name)
        where.chmod(0o755)
        shutil.copytree(patient.data_dir, where / "data")
        patient.data_dir, patient.directory = where / "data", where
        if os.geteuid() == 0:
            for path in (where / "data").rglob("*"):
                os.chown(path, NOBODY, NOBODY)
            os.chown(where / "data", NOBODY, NOBODY)
            os.chown(patient.store, 0, 0)
            as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        else:
            as_nobody = []
        patient.store.chmod(0o000)
        command = [*as_nobody, karmen_binary(), "doctor", "--data-dir", str(patient.data_dir), "--http-port", "0"]
        said = run(command, expect=1, cwd=where).stdout
        patient.store.chmod(0o700)
    assert re.search(r"^error    g-code store .* is closed to ", said, re.MULTILINE), said
    assert re.search(r"^ok       database ", said, re.MULTILINE), said


def test_port_of_somebody_else(patient: Server):
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(10)
        level, text = examine(patient, port=other.getsockname()[1], exit_code=1)["port"]
        assert level == "error" and "another program" in text
    assert examine(patient, "--http-address", "192.0.2.1", port=9, exit_code=1)["port"][0] == "error"


def test_too_few_descriptors(patient: Server):
    level, text = examine(patient, "--http-connections-max", "1000000")["descriptors"]
    assert level == "warning" and "LimitNOFILE" in text


# --- Redis --------------------------------------------------------------------------------------------------------------


def site_of_nginx(directory: Path, redis_port: int) -> str:
    """The file, which leads nginx to that port."""
    site = directory / "site.conf"
    site.write_text(f"server {{\n    set $karmen_redis_host 127.0.0.1;\n    set $karmen_redis_port {redis_port};\n}}\n")
    return str(site)


def test_redis_of_karmen_and_of_nginx(patient: Server, tmp_path: Path):
    ours, other = Redis(tmp_path / "ours"), Redis(tmp_path / "other")
    patient.env["KARMEN_REDIS_URL"] = ours.url
    found = examine(patient, "--nginx", site_of_nginx(tmp_path, ours.port))
    assert found["redis"] == ("ok", f"{ours.url} answers")
    assert found["nginx"] == ("ok", f"it finds Karmen's Redis at 127.0.0.1:{ours.port}")

    level, text = examine(patient, "--nginx", site_of_nginx(tmp_path, other.port), exit_code=1)["nginx"]
    assert level == "error" and "another Redis" in text and f"127.0.0.1:{other.port}" in text
    other.end()
    level, text = examine(patient, "--nginx", site_of_nginx(tmp_path, other.port), exit_code=1)["nginx"]
    assert level == "error" and "no Redis answers" in text and "$karmen_redis_host" in text
    ours.end()
    level, text = examine(patient, exit_code=1)["redis"]
    assert level == "error" and "redis.url" in text


def test_nginx_that_is_not_told_of_redis(patient: Server, tmp_path: Path, redis: Redis):
    patient.env["KARMEN_REDIS_URL"] = redis.url
    site = tmp_path / "site.conf"
    site.write_text("server {\n    # set $karmen_redis_host 127.0.0.1;\n}\n")
    assert examine(patient, "--nginx", str(site))["nginx"][0] == "warning"
    assert examine(patient, "--nginx", str(tmp_path / "none"), exit_code=1)["nginx"][0] == "error"


def test_nginx_cannot_be_compared_without_redis(patient: Server, tmp_path: Path):
    level, text = examine(patient, "--nginx", site_of_nginx(tmp_path, 6379), exit_code=1)["nginx"]
    assert level == "error" and "redis.url is not set" in text and "KARMEN_REDIS_URL" in text
