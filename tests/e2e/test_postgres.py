"""The server on PostgreSQL: faults of the database, and what the operator is told."""

import subprocess
import threading
import time

import pytest

from support.binary import REPOSITORY, clean_environment, karmen_binary
from support.events import Follower
from support.gcodes import uploaded
from support.postgres import PostgresServer, new_database, sql, with_database
from support.server import Server, run
from support.wait import eventually

# Each test starts one process with a PostgreSQL of its own, and so chooses the arrangement itself.
pytestmark = pytest.mark.embedded

STATEMENT_S = 1.0
CONNECT_S = 2.0  # libpq takes no less
FAST = {"storage-statement-timeout": "1s", "storage-connect-timeout": "2s"}


def environment(url: str) -> dict[str, str]:
    return {"KARMEN_STORAGE_POSTGRES_URL": url}


def on(server: PostgresServer, new_server) -> Server:
    return new_server(env=environment(server.new_database()), options=FAST)


def test_a_restarted_database_costs_no_request(new_server, postgres_server):
    admin = on(postgres_server, new_server).first_admin()
    postgres_server.restart()
    for _ in range(8):
        admin.get("/gcodes", expect=200)


def test_while_the_database_is_stopped_requests_fail_at_once_and_say_when_to_come_back(new_server, postgres_server):
    admin = on(postgres_server, new_server).first_admin()
    postgres_server.stop()
    for _ in range(20):
        down = admin.get("/gcodes", expect=503)
        assert down.json()["code"] == "storage_unavailable"
        assert int(down.headers["Retry-After"]) > 0
    admin.get("/", expect=200)
    postgres_server.start()
    admin.get("/gcodes", expect=200)


@pytest.mark.alone
def test_a_frozen_database_holds_nobody_for_long_and_recovers(new_server, postgres_server):
    """Every request ends within what a statement and a connection may take, however many come."""
    server = on(postgres_server, new_server)
    admin = server.first_admin()
    postgres_server.freeze()
    took: list[float] = []

    def ask() -> None:
        api = admin.again()
        for _ in range(3):
            begin = time.monotonic()
            api.get("/gcodes", expect=503)
            took.append(time.monotonic() - begin)

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(took) == 36
    # A statement, the end of it, a connection; and a machine that is busy.
    assert max(took) < STATEMENT_S + CONNECT_S + 3
    admin.get("/", expect=200)
    postgres_server.thaw()
    eventually(lambda: admin.get("/gcodes", expect={200, 503}).status_code == 200, what="it recovers")


def test_the_server_ends_while_the_database_is_frozen(new_server, postgres_server):
    server = on(postgres_server, new_server)
    server.first_admin()
    postgres_server.freeze()
    server.stop()


# --- the operator ---------------------------------------------------------------------------------------------------


def refused(tmp_path, url: str, *flags: str) -> str:
    """What `karmen serve` says when it does not start."""
    command = [karmen_binary(), "serve", "--data-dir", str(tmp_path / "data"), "--http-port", "0", *flags]
    done = run(command, expect=1, env=environment(url), cwd=tmp_path)
    return done.stderr


def test_says_what_is_wrong_with_the_database(tmp_path):
    url = new_database()
    assert "does not exist" in refused(tmp_path, with_database(url, "nowhere"))
    assert "refused" in refused(tmp_path, "postgres://karmen:s3cret@127.0.0.1:1/karmen")
    wrong = refused(tmp_path, url.replace("karmen@", "nobody:s3cret@"))
    assert "password authentication failed" in wrong and "s3cret" not in wrong


def test_the_password_is_never_shown(tmp_path):
    env = environment("postgres://ann:s3cret@127.0.0.1:1/karmen")
    for command in (["config", "--effective"], ["doctor"], ["migrate"], ["migrate", "--dry-run"]):
        done = run([karmen_binary(), *command, "--data-dir", str(tmp_path), "--http-port", "0"], expect=None, env=env)
        assert "s3cret" not in done.stdout + done.stderr, command


def test_the_old_variables_name_the_database(new_server):
    url = new_database()
    server, name = url.removeprefix("postgres://karmen@").split("/")
    host, port = server.split(":")
    karmen = new_server(env={"POSTGRES_HOST": host, "POSTGRES_PORT": port, "POSTGRES_DB": name})
    karmen.first_admin()
    assert sql(url, "SELECT username FROM users") == [["karmen"]]
    assert not (karmen.data_dir / "karmen.db").exists()


def test_the_doctor_examines_it(new_server):
    server = new_server(env=environment(new_database()))
    uploaded(server.first_admin(), "a.gcode")
    said = server.command("doctor", "--http-port", str(server.port)).stdout
    assert "error" not in said
    assert "PostgreSQL database test_" in said and "1 can log in" in said and "1 listed, each has its file" in said


# --- migrations -----------------------------------------------------------------------------------------------------


def migrate(env: dict[str, str], data_dir, *flags: str, expect: int = 0) -> str:
    done = run([karmen_binary(), "migrate", *flags, "--data-dir", str(data_dir)], expect=expect, env=env)
    return done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_ten_processes_at_once_migrate_once(kind, tmp_path):
    env = environment(new_database()) if kind == "postgres" else {}
    command = [karmen_binary(), "migrate", "--data-dir", str(tmp_path / "data")]
    started = [
        subprocess.Popen(command, env=clean_environment(env), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(10)
    ]
    said = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0] * 10, said
    assert sum(out.count("Converted to version 10") for out, _ in said) == 1, said


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_dry_run_shows_what_would_be_done_and_does_nothing(kind, tmp_path):
    url = new_database()
    env = environment(url) if kind == "postgres" else {}
    data = tmp_path / "data"
    assert "Would convert to version 10" in migrate(env, data, "--dry-run")
    assert not data.exists()
    assert sql(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [["0"]]
    assert "Converted to version 10" in migrate(env, data)
    assert "Nothing is to be done" in migrate(env, data, "--dry-run")
    assert "Converted" not in migrate(env, data)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_start_may_be_told_not_to_migrate(kind, tmp_path):
    env = environment(new_database()) if kind == "postgres" else {}
    server = Server(tmp_path, options={"storage-migrate-at-start": "no"}, env=env)
    command = [karmen_binary(), "serve", "--data-dir", str(server.data_dir), "--http-port", "0", "--storage-migrate-at-start", "no"]
    assert "run `karmen migrate`" in run(command, expect=1, env=env).stderr
    migrate(env, server.data_dir)
    server.start().first_admin()
    server.stop()


def test_the_script_of_old_does_the_same(tmp_path):
    url = new_database()
    server, name = url.removeprefix("postgres://karmen@").split("/")
    host, port = server.split(":")
    script = str(REPOSITORY / "scripts" / "migrate.sh")
    env = clean_environment({"KARMEN_DATA_DIR": str(tmp_path / "data"), "POSTGRES_DB": name, "ENV": "develop"})
    env["KARMEN_BINARY"] = karmen_binary()
    missing = subprocess.run([script], env=env, capture_output=True, text=True, timeout=60)
    assert missing.returncode == 2 and "POSTGRES_HOST" in missing.stderr
    env |= {"POSTGRES_HOST": host, "POSTGRES_PORT": port}
    done = subprocess.run([script], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Converted to version 10" in done.stdout
    assert ["users"] in sql(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")


def test_a_frozen_database_does_not_hold_running_streams(new_server, postgres_server):
    """They go on for as long as the operator allows without a check of their user, and end then."""
    options = {
        "storage-statement-timeout": "10m",
        "auth-stream-check-interval": "50ms",
        "auth-stream-unchecked-max": "3s",
        "events-pulse-interval": "50ms",
    }
    server = new_server(env=environment(postgres_server.new_database()), options=options)
    with Follower(server.first_admin()) as follower:
        assert follower.next().name == "reset"
        postgres_server.freeze()
        for _ in range(10):
            follower.wait_for_pulse()
        follower.rest()
    postgres_server.thaw()
