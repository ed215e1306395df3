"""A database of Karmen 0.0.13 is taken over in place: nothing is lost, and what it issued goes on working."""

import hashlib
import shutil
import subprocess
import time
import uuid
from pathlib import Path

import pytest

from support import faults, old_backend
from support.api import Api
from support.binary import clean_environment, karmen_binary
from support.gcodes import every_page, uploaded
from support.old_backend import ADMIN, GCODE_IDS, INSIDE, OUTSIDE, PASSWORD, URSULA, Old, api_token
from support.postgres import new_database, sql
from support.server import Server, run
from support.tokens import make_token
from support.wait import eventually


@pytest.fixture
def old(tmp_path: Path) -> Old:
    return Old.make(tmp_path)


@pytest.fixture(scope="module")
def taken_over(module_dir: Path, new_server) -> tuple[Server, Old]:
    """A server on the old database and the old upload folder, with the old secret key."""
    old = Old.make(module_dir / "old")
    return new_server(env=old.env, options={"files-dir": str(old.uploads)}), old


@pytest.fixture(scope="module")
def server(taken_over) -> Server:
    return taken_over[0]


@pytest.fixture(scope="module")
def admin(server: Server) -> Api:
    return server.login("karmen", PASSWORD)


@pytest.fixture(scope="module")
def ursula(server: Server) -> Api:
    return server.login("ursula", PASSWORD)


# --- converting -----------------------------------------------------------------------------------------------------


def test_a_dry_run_tells_every_step_and_changes_nothing(old: Old):
    before = old_backend.dump(old.url)
    said = old.karmen("migrate", "--dry-run").stdout
    assert "Would convert to version 10: karmen_0_0_13" in said
    for table in ("users", "local_users", "api_tokens", "gcodes", "printjobs", "printers", "settings"):
        assert f"- {table}: " in said
    assert old_backend.dump(old.url) == before


def test_converting_twice_changes_nothing_more(old: Old):
    assert "Converted to version 10" in old.karmen("migrate").stdout
    once = old_backend.dump(old.url)
    assert "Converted" not in old.karmen("migrate").stdout
    assert old_backend.dump(old.url) == once
    assert sql(old.url, "SELECT version FROM schema_version ORDER BY 1")[:10] == [[str(n)] for n in range(1, 11)]


def test_a_short_old_key_vouches_for_api_tokens_only(server: Server):
    key = old_backend.SHORT_KEY
    server.anonymous().with_token(api_token(URSULA, old_backend.SLICER, key=key)).get("/gcodes", expect=200)
    for token in (
        api_token(URSULA, old_backend.REVOKED, key=key),
        api_token(URSULA, str(uuid.uuid4()), key=key),
        api_token(ADMIN, old_backend.SLICER, key=key),
    ):
        server.anonymous().with_token(token).get("/gcodes", expect=401)
    now = int(time.time())
    log_in = {"iat": now, "nbf": now, "exp": now + 900, "jti": str(uuid.uuid4()), "identity": URSULA, "fresh": True, "type": "access"}
    server.anonymous().with_token(make_token(log_in, key=key)).get("/gcodes", expect=422)


def test_the_tables_are_those_of_a_new_database(old: Old, tmp_path: Path):
    old.karmen("migrate")
    new = old._replace(url=new_database())
    new.karmen("migrate")
    columns = (
        "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default "
        "FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'schema_version' ORDER BY 1, 2"
    )
    ours = {tuple(row) for row in sql(new.url, columns)}
    theirs = {tuple(row) for row in sql(old.url, columns)}
    # Defaults that harm nobody stay.
    differing = {row[:2] for row in ours ^ theirs}
    assert {row for row in differing if row[1] not in ("created", "uploaded", "started")} <= {("settings", "key")}
    indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE 'CREATE INDEX%'"
    assert {row[0] for row in sql(new.url, indexes)} <= {row[0] for row in sql(old.url, indexes)}
    references = (
        "SELECT conrelid::regclass, confrelid::regclass, confdeltype FROM pg_constraint WHERE contype = 'f' ORDER BY 1"
    )
    assert sql(new.url, references) == sql(old.url, references)


def long_text(letter: str) -> str:
    """4000 characters that cannot be compressed into an index."""
    return f"(SELECT string_agg(chr(ascii('{letter}') + (random() * 4000)::int), '') FROM generate_series(1, 4000))"


def test_texts_of_any_length_are_taken_over(old: Old, tmp_path: Path):
    long = long_text("一")
    sql(old.url, f"UPDATE gcodes SET display = {long}, filename = {long}, path = {long} WHERE id = 1")
    sql(old.url, f"UPDATE gcodes SET absolute_path = '{old.uploads}/' || {long} WHERE id = 2")
    sql(old.url, f"UPDATE users SET username = left({long}, 128) WHERE username = 'ursula'; UPDATE settings SET val = {long}")
    columns = "max(CASE WHEN id = 2 THEN absolute_path END), max(CASE WHEN id = 1 THEN display END)"
    path, display = sql(old.url, f"SELECT {columns} FROM gcodes")[0]
    assert "more than 600 characters" in old.karmen("migrate", "--dry-run").stdout
    server = Server(tmp_path / "server", options={"files-dir": str(old.uploads)}, env=old.env).start()
    try:
        admin = server.login("karmen", PASSWORD)
        assert admin.get("/gcodes/1", expect=200).json()["display"] == display[:600]
        assert admin.get("/gcodes/2", expect=200).json()["absolute_path"] == path.removeprefix(f"{old.uploads}/")
        for order in ("display", "-filename", "absolute_path", "path"):
            assert GCODE_IDS <= {gcode["id"] for gcode in every_page(admin, f"/gcodes?limit=100&order_by={order}")}
    finally:
        server.stop()


def test_ten_processes_at_once_take_over_once(old: Old):
    command = [karmen_binary(), "migrate", "--data-dir", str(old.directory / "data")]
    started = [
        subprocess.Popen(command, env=clean_environment(old.env), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(10)
    ]
    said = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0] * 10, said
    assert sum(out.count("Converted to version 10") for out, _ in said) == 1, said
    assert sql(old.url, "SELECT description FROM schema_version WHERE version = 10") == [["karmen_0_0_13"]]


def test_a_takeover_that_is_killed_changes_nothing_and_can_be_repeated(old: Old):
    before = old_backend.dump(old.url)
    # One of the last tables is held, so that most is done when the process dies.
    with faults.locked_tables(old.url, "settings"):
        command = [karmen_binary(), "migrate", "--data-dir", str(old.directory / "data")]
        process = subprocess.Popen(command, env=clean_environment(old.env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'settings'::regclass"
            eventually(lambda: sql(old.url, waits) == [["1"]], what="the takeover waits for settings")
        finally:
            process.kill()
            process.wait()
    left = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'karmen'"
    eventually(lambda: sql(old.url, left) == [["0"]], what="the server has noticed")
    assert old_backend.dump(old.url) == before
    assert "Converted to version 10" in old.karmen("migrate").stdout


def test_a_command_that_only_looks_does_not_convert(old: Old):
    before = old_backend.dump(old.url)
    assert "one of Karmen 0.0.13" in old.karmen("user", "list", expect=1).stderr
    assert old_backend.dump(old.url) == before


@pytest.mark.parametrize("versions", ["version > 8", "version > 1", "true"])
def test_an_older_version_is_refused(old: Old, versions: str):
    sql(old.url, f"DELETE FROM schema_version WHERE {versions}; INSERT INTO schema_version VALUES (0, '', true) ON CONFLICT DO NOTHING")
    before = old_backend.dump(old.url)
    for command in (["migrate"], ["migrate", "--dry-run"], ["user", "list"]):
        said = old.karmen(*command, expect=1).stderr
        assert "older than Karmen 0.0.13" in said and "Nothing was changed" in said
    assert old_backend.dump(old.url) == before


def test_an_unknown_version_is_refused(old: Old):
    sql(old.url, "INSERT INTO schema_version VALUES (1000, '', true)")
    assert "newer than this program" in old.karmen("migrate", expect=1).stderr


@pytest.mark.parametrize("versions", ["(10)", "(10), (11)"])
def test_a_version_that_another_karmen_made_is_refused(old: Old, tmp_path: Path, versions: str):
    """Its numbers go on where those of 0.0.13 end, as ours do."""
    sql(old.url, "ALTER TABLE schema_version ADD COLUMN description varchar")
    sql(old.url, f"INSERT INTO schema_version SELECT n, '', true, 0, 'json to jsonb' FROM (VALUES {versions}) AS v (n)")
    before = old_backend.dump(old.url)
    for command in (["migrate"], ["migrate", "--dry-run"], ["user", "list"], ["serve", "--http-port", "0"]):
        said = old.karmen(*command, expect=1).stderr
        assert "json to jsonb" in said and "does not know" in said and "Nothing was changed" in said
    sources = ["import", "--from", old.url, "--data-dir", str(tmp_path / "embedded")]
    assert "does not know" in run([karmen_binary(), *sources], expect=1).stderr
    assert old_backend.dump(old.url) == before


def test_tables_beside_no_versions_are_refused(old: Old):
    sql(old.url, "DELETE FROM schema_version")
    before = old_backend.dump(old.url)
    assert "nothing in table schema_version" in old.karmen("migrate", expect=1).stderr
    assert old_backend.dump(old.url) == before


def test_tables_without_a_version_are_refused(old: Old):
    sql(old.url, "DROP TABLE schema_version")
    before = old_backend.dump(old.url)
    assert "no table schema_version" in old.karmen("migrate", expect=1).stderr
    assert old_backend.dump(old.url) == before


def test_odd_hosts_of_printers_are_kept_and_named(old: Old):
    odd = ("999.1.1.1", "10.0.0.8:", "10.0.0.7:80", "10.0.0.7")
    for host in odd:
        sql(old.url, f"INSERT INTO printers (host, name) VALUES ('{host}', 'Odd')")
    said = old.karmen("migrate").stdout
    for shown in ("999.1.1.1 (must ", "10.0.0.8: (must ", "10.0.0.7 = 10.0.0.7:80"):
        assert shown in said
    assert {row[0] for row in sql(old.url, "SELECT host FROM printers WHERE name = 'Odd'")} == set(odd)
    doctor = old.karmen("doctor", expect=1).stdout
    assert "printer hosts" in doctor and "999.1.1.1" in doctor
    assert "999.1.1.1" not in old.karmen("migrate").stdout, "only a conversion tells"


def test_what_cannot_be_converted_stays_as_it_is(old: Old):
    """Somebody has made a view, which forbids to change the type of what it shows."""
    sql(old.url, "CREATE VIEW sizes AS SELECT id, size FROM gcodes")
    before = old_backend.dump(old.url)
    assert "nothing of it was kept" in old.karmen("migrate", expect=1).stderr
    assert old_backend.dump(old.url) == before


# --- people ---------------------------------------------------------------------------------------------------------


def test_people_log_in_with_their_old_passwords(server: Server, admin: Api, ursula: Api):
    assert admin.get("/users", expect=200)
    assert ursula.get("/users/me/probe", expect=200).json() == {"force_pwd_change": False}
    server.anonymous().post("/users/me/authenticate", json={"username": "suspended", "password": PASSWORD}, expect=401)
    forced = server.login("forced", PASSWORD)
    assert forced.get("/users/me/probe", expect=200).json() == {"force_pwd_change": True}
    forced.change_password("new-Passw0rd").get("/gcodes", expect=200)


def test_everybody_is_there(admin: Api):
    users = {user["uuid"]: user for user in every_page(admin, "/users?limit=2")}
    assert len(users) == 7
    assert users[ADMIN]["role"] == "admin"
    assert {user["role"] for uuid, user in users.items() if uuid != ADMIN} == {"user"}
    assert users[old_backend.SUSPENDED]["suspended"] is True
    assert users[old_backend.NAMELESS]["username"].startswith("nameless")


def test_times_that_no_calendar_knows(admin: Api):
    epoch = "1970-01-01T00:00:00.000000+00:00"
    assert {admin.get(f"/gcodes/{id}", expect=200).json()["uploaded"] for id in (8, 9)} == {epoch}
    assert admin.get("/printjobs/2", expect=200).json()["started"] == epoch
    assert admin.get("/gcodes/7", expect=200).json()["uploaded"].startswith("2020-04-06T10:00:00")


def test_old_tokens_go_on_working(server: Server, ursula: Api):
    for token in (old_backend.SLICER, old_backend.UNNAMED):
        server.anonymous().with_token(api_token(URSULA, token)).get("/gcodes", expect=200)
    revoked = server.anonymous().with_token(api_token(URSULA, old_backend.REVOKED)).get("/gcodes", expect=401)
    assert revoked.json()["code"] == "revoked_token"
    names = {token["jti"]: token["name"] for token in ursula.get("/users/me/tokens", expect=200).json()["items"]}
    assert names == {old_backend.SLICER: "slicer", old_backend.UNNAMED: ""}

    api = server.anonymous().with_token(old_backend.access_token(URSULA))
    api.get("/gcodes", expect=200)
    api.get("/users/me/tokens", expect=200)  # it is fresh
    admin = server.anonymous().with_token(old_backend.access_token(ADMIN, role="admin"))
    admin.get("/users", expect=200)
    refreshed = server.anonymous().with_token(old_backend.refresh_token(URSULA)).post("/users/me/authenticate-refresh", expect=200)
    server.anonymous().with_token(refreshed.json()["access_token"]).get("/gcodes", expect=200)
    ended = server.anonymous().with_token(old_backend.access_token(URSULA, ends_in_s=-10)).get("/gcodes", expect=401)
    assert ended.json()["code"] == "expired_token"


# --- g-codes --------------------------------------------------------------------------------------------------------


def test_old_files_are_served_and_none_outside_the_folder(taken_over, admin: Api):
    server, old = taken_over
    gcodes = {gcode["id"]: gcode for gcode in every_page(admin, "/gcodes?limit=3")}
    assert GCODE_IDS <= gcodes.keys()
    assert str(old.directory) not in str(gcodes)
    for id, path in INSIDE.items():
        assert gcodes[id]["absolute_path"] == path
        assert admin.get(f"/gcodes/{id}", expect=200).json()["absolute_path"] == path
        assert admin.get(f"/gcodes/{id}/data", expect=200).content == b"G28\n"
    for id in OUTSIDE | {9, 2147483646}:
        gone = admin.get(f"/gcodes/{id}/data", expect=404)
        assert gone.json()["code"] == "gcode_not_found" and b"SECRET" not in gone.content
    assert (old.uploads / "of nobody.txt").exists() and not (server.data_dir / "unlisted-gcodes").exists()


def test_lists_do_not_tell_where_the_server_keeps_its_files(taken_over, admin: Api):
    _, old = taken_over
    page = "/gcodes?limit=1&order_by=absolute_path"
    while page:
        answer = admin.get(page, expect=200).json()
        assert "uploads" not in str(answer.get("next")) and "outside" not in str(answer.get("next"))
        page = answer.get("next")
    assert admin.get("/gcodes?filter=absolute_path:/", expect=200).json()["items"][0]["id"] == 1
    assert admin.get("/gcodes?filter=absolute_path:^/", expect=200).json()["items"] == []
    stored = dict(sql(old.url, "SELECT id, absolute_path FROM gcodes"))
    assert {id: stored[str(id)] for id in INSIDE} == INSIDE


def test_files_that_have_moved_are_found_by_what_their_folder_was_called(module_dir: Path, new_server):
    old = Old.make(module_dir / "moved")
    options = {"files-old-dir": str(old.uploads)}
    unknowing = new_server(env=old.env)
    shutil.rmtree(unknowing.store)
    shutil.copytree(old.uploads, unknowing.store, symlinks=True)
    unknowing.restart()
    admin = unknowing.login("karmen", PASSWORD)
    admin.get("/gcodes/1/data", expect=404)
    assert not (unknowing.data_dir / "unlisted-gcodes").exists(), "they may be those of the rows"
    unknowing.options |= options
    server = unknowing.restart()
    admin = server.login("karmen", PASSWORD)
    for id, path in INSIDE.items():
        assert admin.get(f"/gcodes/{id}", expect=200).json()["absolute_path"] == path
        assert admin.get(f"/gcodes/{id}/data", expect=200).content == b"G28\n"
    for id in OUTSIDE:
        admin.get(f"/gcodes/{id}/data", expect=404)
    said = server.command("doctor", "--files-old-dir", str(old.uploads), "--http-port", str(server.port), expect=1).stdout
    assert "5 of 10 have no file" in said
    for id in (3, 4):
        admin.delete(f"/gcodes/{id}", expect=204)
    assert not (server.store / "twice.gcode").exists()


def test_old_analyses_are_made_anew_and_missing_ones_made(admin: Api):
    def analysis(id: int) -> dict | None:
        return admin.get(f"/gcodes/{id}", expect=200).json()["analysis"]

    analysed = analysis(1)
    assert analysed["slicer"] in ("Cura", None), "it is there from the beginning"
    eventually(lambda: analysis(1)["slicer"] is None, what="it is made anew, from a file that names no slicer")
    for id in (2, 3):
        assert eventually(lambda: analysis(id), what=f"{id} is analysed").keys() == analysed.keys()
    for id in (9, 2147483646):
        assert eventually(lambda: analysis(id), what=f"{id} is looked for") == {"error": "the file is gone"}


def test_old_files_get_an_entity_tag(server: Server, admin: Api):
    def tag() -> str:
        return admin.get("/gcodes/1/data", expect=200).headers["ETag"].strip('"')

    admin.get("/gcodes/1/data", headers={"If-None-Match": f'"{tag()}"'}, expect={200, 304})
    eventually(lambda: tag() == hashlib.sha256(b"G28\n").hexdigest(), what="the file is hashed")
    admin.get("/gcodes/1/data", headers={"If-None-Match": f'"{tag()}"'}, expect=304)


def test_lists_page_over_odd_rows(admin: Api):
    for order in ("id", "-id", "display", "-uploaded", "size", "user_uuid", "-username"):
        ids = [gcode["id"] for gcode in every_page(admin, f"/gcodes?limit=2&order_by={order}")]
        assert len(ids) == len(set(ids)) and GCODE_IDS <= set(ids), order
    jobs = [job["id"] for job in every_page(admin, "/printjobs?limit=1&order_by=-started")]
    assert sorted(jobs)[:3] == [1, 2, 3]


def test_two_rows_may_share_a_file_and_the_last_takes_it_along(module_dir: Path, new_server):
    old = Old.make(module_dir / "shared")
    server = new_server(env=old.env, options={"files-dir": str(old.uploads)})
    ursula = server.login("ursula", PASSWORD)
    ursula.delete("/gcodes/3", expect=204)
    assert ursula.get("/gcodes/4/data", expect=200).content == b"G28\n"
    ursula.delete("/gcodes/4", expect=204)
    assert not (old.uploads / "twice.gcode").exists()
    # A row whose file is gone keeps its name, and what lies outside stays there.
    assert uploaded(ursula, "gone.gcode")["absolute_path"] != "gone.gcode"
    ursula.get("/gcodes/9/data", expect=404)
    admin = server.login("karmen", PASSWORD)
    for id in (5, 6, 7, 8):
        admin.delete(f"/gcodes/{id}", expect=204)
    assert (old.directory / "outside.gcode").read_bytes() == b"SECRET"


def test_new_uploads_get_new_ids_and_names(server: Server, ursula: Api):
    new = uploaded(ursula, "cube.gcode", b"G1 X1\n", "a/b")
    assert new["id"] > 2147483647, "a print job names a file with that id"
    assert ursula.get(f"/gcodes/{new['id']}/data", expect=200).content == b"G1 X1\n"
    assert ursula.get("/gcodes/1/data", expect=200).content == b"G28\n"


# --- print jobs, printers, settings -----------------------------------------------------------------------------------


def test_print_jobs(admin: Api):
    job = admin.get("/printjobs/1", expect=200)
    assert "s3cret" not in job.text
    assert job.json()["gcode_data"] == {"id": 1, "filename": "cube.gcode", "size": 4, "available": True}
    assert job.json()["printer_data"]["client"] == "octoprint"
    gone = admin.get("/printjobs/2", expect=200).json()
    assert gone["printer_data"]["host"] == "gone:80" and gone["gcode_data"]["available"] is False
    admin.get("/printjobs/3", expect=200)


def test_printers(admin: Api, server: Server):
    printers = {printer["host"]: printer for printer in admin.get("/printers", expect=200).json()["items"]}
    assert printers.keys() == {"127.0.0.2:9", "127.0.0.3:9", "127.0.0.4:9"}
    assert printers["127.0.0.2:9"]["printer_props"]["filament_type"] == "PLA"
    assert printers["127.0.0.3:9"]["client"]["access_level"] == "unknown"
    assert printers["127.0.0.3:9"]["protocol"] == "https"
    assert printers["127.0.0.4:9"]["name"] == "127.0.0.4:9"
    stored = sql(server.env["KARMEN_STORAGE_POSTGRES_URL"], "SELECT client_props FROM printers")
    assert "uknown" not in str(stored) and "0123456789abcdef" in str(stored)


def test_settings(admin: Api):
    assert {"key": "network_interface", "val": "wlp4s0"} in admin.get("/settings", expect=200).json()


def test_the_doctor_says_what_is_missing(taken_over):
    server, old = taken_over
    said = server.command("doctor", "--files-dir", str(old.uploads), "--http-port", str(server.port), expect=1).stdout
    assert "have no file" in said
