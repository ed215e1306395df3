"""`karmen backup` and `karmen restore`: online, complete or not at all, and nothing is ever overwritten."""

import json
import os
import shutil
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest

from support import faults
from support.api import Api
from support.binary import clean_environment, karmen_binary
from support.gcodes import download, every_page, gcode_bytes, sha256, upload, uploaded
from support.server import ADMIN, ADMIN_PASSWORD, Server, run

pytestmark = pytest.mark.embedded

# The key that signs tokens is drawn, so that it must come along.
OWN_SECRET = {"KARMEN_AUTH_SECRET_KEY": ""}
KILLS = 12


def backup(server: Server, target: Path, *, expect: int = 0) -> subprocess.CompletedProcess:
    return server.command("backup", str(target), expect=expect)


def verify(directory: Path, *, expect: int = 0) -> subprocess.CompletedProcess:
    return run([karmen_binary(), "backup", "--verify", str(directory)], expect=expect)


def restore(directory: Path, data_dir: Path, *, expect: int = 0) -> subprocess.CompletedProcess:
    return run([karmen_binary(), "restore", str(directory), "--data-dir", str(data_dir)], expect=expect)


def restored(directory: Path, where: Path) -> Server:
    """A server, not started, on the content of the backup."""
    server = Server(where, env=OWN_SECRET)
    restore(directory, server.data_dir)
    return server


def files_of(directory: Path) -> dict[str, bytes]:
    return {str(path.relative_to(directory)): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def source(new_server) -> Server:
    """A server with a few files, at rest."""
    server = new_server(env=OWN_SECRET)
    admin = server.first_admin()
    for n in range(3):
        uploaded(admin, f"part{n}.gcode", gcode_bytes(50_000, seed=n), path="a/b" if n else None)
    server.stop()
    return server


@pytest.fixture(scope="module")
def made(source: Server, module_dir: Path) -> Path:
    backup(source, module_dir / "made")
    return module_dir / "made"


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    """A backup to be harmed."""
    return Path(shutil.copytree(made, tmp_path / "copy"))


class Crowd:
    """People who upload and delete until they are told to go home."""

    def __init__(self, api: Api):
        self._api = api
        self._over = threading.Event()
        self._failures: list[BaseException] = []
        self.uploads = self.deletions = 0
        self._threads = [threading.Thread(target=self._guarded, args=(action,)) for action in (self._upload, self._delete)]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)
        assert not self._failures, self._failures

    def _guarded(self, action) -> None:
        try:
            api = self._api.again()
            while not self._over.is_set():
                action(api)
        except BaseException as failure:
            self._failures.append(failure)

    def _upload(self, api: Api) -> None:
        upload(api, f"busy{self.uploads}.gcode", gcode_bytes(20_000, seed=self.uploads), "busy")
        self.uploads += 1

    def _delete(self, api: Api) -> None:
        newest = api.get("/gcodes?limit=1&filter=display:doomed", expect=200).json()["items"]
        if not newest:
            upload(api, "doomed.gcode", gcode_bytes(20_000), "busy")
            return
        api.delete(f"/gcodes/{newest[0]['id']}", expect=204)
        self.deletions += 1


def test_backup_of_a_server_at_work_is_served_elsewhere(new_server, tmp_path: Path):
    server = new_server(env=OWN_SECRET)
    admin = server.first_admin()
    ursula = server.add_user("ursula")
    token = ursula.post("/users/me/tokens", json={"name": "slicer"}, expect=201).json()["access_token"]
    contents = {f"kept{n}.gcode": gcode_bytes(30_000 + n, seed=n) for n in range(30)}
    for name, content in contents.items():
        upload(ursula, name, content, "kept")
    doomed = [uploaded(admin, "doomed.gcode", gcode_bytes(20_000), "busy") for _ in range(40)]
    with Crowd(admin) as crowd:
        for n in range(3):
            backup(server, tmp_path / f"backup{n}")
    assert crowd.uploads > 0 and crowd.deletions > 0 and doomed

    for n in range(3):
        verify(tmp_path / f"backup{n}")
        other = restored(tmp_path / f"backup{n}", tmp_path / f"other{n}").start()
        try:
            listed = every_page(other.login(ADMIN, ADMIN_PASSWORD), "/gcodes?limit=1000")
            by_name = {item["display"]: item for item in listed}
            slicer = other.anonymous().with_token(token)
            assert all(download(slicer, by_name[name]) == content for name, content in contents.items())
            assert all(len(download(slicer, item)) == item["size"] for item in listed)
            other.expect_stored({item["absolute_path"] for item in listed})
            done = other.command("doctor", "--http-port", str(other.port), expect=0)
            assert "none without a row" in done.stdout
            uploaded(other.login("ursula", "user-Passw0rd"), "new.gcode")
        finally:
            other.stop()


def test_it_is_for_its_owner_only(made: Path):
    assert made.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in made.rglob("*") if path.is_file()} == {0o600}


def test_its_files_are_those_of_the_data_directory(source: Server, made: Path, tmp_path: Path):
    wanted = {path: content for path, content in files_of(source.data_dir).items() if path.startswith(("gcodes/", "signing"))}
    assert len(wanted) == 4
    assert wanted.items() <= files_of(made).items()
    server = restored(made, tmp_path)
    assert wanted.items() <= files_of(server.data_dir).items()
    (part,) = server.store.glob("part0.gcode")
    assert int(part.stat().st_mtime) == int((source.store / "part0.gcode").stat().st_mtime)


def test_in_a_directory_it_gets_one_of_its_own(source: Server, tmp_path: Path):
    backup(source, tmp_path)
    (directory,) = tmp_path.iterdir()
    assert directory.name.startswith("karmen-backup-2")
    verify(directory)


@pytest.mark.parametrize("where", ["made", "data", "data/gcodes/x", "missing/x"])
def test_it_is_not_made_where_it_does_not_belong(source: Server, made: Path, where: str):
    places = {"made": made, "data": source.data_dir, "data/gcodes/x": source.store / "x", "missing/x": made.parent / "no" / "x"}
    before = files_of(source.data_dir) | files_of(made)
    assert backup(source, places[where], expect=1).stderr.startswith("karmen: ")
    assert files_of(source.data_dir) | files_of(made) == before


def test_kill_9_leaves_a_whole_backup_or_none(new_server, tmp_path: Path):
    server = new_server(env=OWN_SECRET)
    admin = server.first_admin()
    for n in range(20):
        upload(admin, f"part{n}.gcode", gcode_bytes(1_000_000, seed=n))
    # Each time it is killed when it has written a little more.
    wanted = sum(path.stat().st_size for path in server.data_dir.rglob("*") if path.is_file())
    unfinished = 0
    for n in range(KILLS):
        target = tmp_path / f"backup{n}"
        command = [karmen_binary(), "backup", str(target), "--data-dir", str(server.data_dir)]
        process = subprocess.Popen(command, env=clean_environment(), stdout=subprocess.DEVNULL)
        while process.poll() is None and written(tmp_path, target.name) * KILLS < wanted * n:
            pass
        process.kill()
        process.wait()
        if target.exists():
            verify(target)
        else:
            unfinished += 1
    assert unfinished > KILLS / 2
    backup(server, tmp_path / "after")
    assert len(files_of(tmp_path / "after" / "gcodes")) == 20


def written(directory: Path, name: str) -> int:
    """What a backup has written; -1 before it began."""
    drafts = [entry for entry in os.listdir(directory) if entry.startswith(f"{name}.unfinished")]
    if not drafts:
        return -1
    sizes = []
    for path in (directory / drafts[0]).rglob("*"):
        try:
            sizes.append(path.stat().st_size)
        except FileNotFoundError:  # it has its name now
            pass
    return sum(sizes)


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


HARM = {
    "a changed g-code": ("gcodes/part0.gcode: its content has changed", lambda copy: flip_a_bit(copy / "gcodes/part0.gcode")),
    "a cut g-code": ("instead of 50000", lambda copy: os.truncate(copy / "gcodes/part0.gcode", 5)),
    "no g-code": ("gcodes/a/b/part1.gcode: it is missing", lambda copy: (copy / "gcodes/a/b/part1.gcode").unlink()),
    "no folder": ("gcodes/a/b/part2.gcode: it is missing", lambda copy: shutil.rmtree(copy / "gcodes")),
    "a changed database": ("karmen.db: its content has changed", lambda copy: flip_a_bit(copy / "karmen.db")),
    "no database": ("karmen.db: it is missing", lambda copy: (copy / "karmen.db").unlink()),
    "another secret": ("signing-secret: its content has changed", lambda copy: flip_a_bit(copy / "signing-secret")),
    "a cut manifest": ("manifest.json is damaged", lambda copy: os.truncate(copy / "manifest.json", 200)),
    "no manifest": ("it has no manifest.json", lambda copy: (copy / "manifest.json").unlink()),
}


@pytest.mark.parametrize("harm", HARM)
def test_damage_is_named_and_not_restored(copy: Path, tmp_path: Path, harm: str):
    said, do_harm = HARM[harm]
    do_harm(copy)
    assert said in verify(copy, expect=1).stderr
    assert said in restore(copy, tmp_path / "data", expect=1).stderr
    assert not (tmp_path / "data").exists()


def test_a_link_is_no_file_of_a_backup(copy: Path, tmp_path: Path):
    part = copy / "gcodes/part0.gcode"
    part.rename(tmp_path / "elsewhere.gcode")
    part.symlink_to(tmp_path / "elsewhere.gcode")
    assert "part0.gcode: it is missing" in verify(copy, expect=1).stderr


def change_database(copy: Path, statement: str) -> None:
    """As somebody would who also adapts the manifest."""
    with sqlite3.connect(copy / "karmen.db") as database:
        database.execute(statement)
    database.close()
    manifest = json.loads((copy / "manifest.json").read_text())
    content = (copy / "karmen.db").read_bytes()
    entry = next(file for file in manifest["files"] if file["path"] == "karmen.db")
    entry |= {"size_bytes": len(content), "sha256": sha256(content)}
    (copy / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    "statement, said",
    [
        ("INSERT INTO schema_version VALUES (9999, 'future', 'karmen', '2026-01-01')", "newer than this program"),
        ("INSERT INTO api_tokens VALUES ('x', 'nobody', 'n', '2026-01-01T00:00:00.000000+00:00', 0)", "api_tokens: 1"),
        ("UPDATE gcodes SET absolute_path = 'other.gcode' WHERE filename = 'part0.gcode'", "gcodes/other.gcode"),
    ],
)
def test_a_database_that_does_not_fit_is_refused(copy: Path, tmp_path: Path, statement: str, said: str):
    change_database(copy, statement)
    assert said in verify(copy, expect=1).stderr
    assert said in restore(copy, tmp_path / "data", expect=1).stderr
    assert not (tmp_path / "data").exists()


def test_nothing_is_restored_over_something(made: Path, source: Server, tmp_path: Path):
    data_dir = Path(shutil.copytree(source.data_dir, tmp_path / "data"))
    before = files_of(data_dir)
    assert "is not empty" in restore(made, data_dir, expect=1).stderr
    assert files_of(data_dir) == before


def test_nothing_is_restored_under_a_running_server(made: Path, server: Server):
    assert "another Karmen server works on it" in restore(made, server.data_dir, expect=1).stderr


def test_a_restore_that_was_broken_off_begins_again(made: Path, tmp_path: Path):
    """As kill -9 leaves it: everything but the database has its name."""
    data_dir = tmp_path / "data"
    restore(made, data_dir)
    (data_dir / "karmen.db").rename(data_dir / "karmen.db.restoring")
    os.truncate(data_dir / "gcodes/part0.gcode", 5)
    restore(made, data_dir)
    assert {"karmen.db", "signing-secret", "gcodes", "lock"} == {path.name for path in data_dir.iterdir()}
    assert files_of(made / "gcodes") == files_of(data_dir / "gcodes")


def test_files_that_were_lost_before_are_named(new_server, tmp_path: Path):
    server = new_server(env=OWN_SECRET)
    admin = server.first_admin()
    gone, changed, sound = (uploaded(admin, f"{name}.gcode", gcode_bytes(9000)) for name in ("gone", "changed", "sound"))
    (server.store / gone["absolute_path"]).unlink()
    flip_a_bit(server.store / changed["absolute_path"])
    done = backup(server, tmp_path / "backup", expect=1)
    assert f"g-code {gone['id']} (gone.gcode): gcodes/gone.gcode: there is no file" in done.stderr
    assert f"g-code {changed['id']} (changed.gcode): gcodes/changed.gcode: the file is not what was uploaded" in done.stderr
    assert "sound.gcode" not in done.stderr
    assert "gone.gcode" in verify(tmp_path / "backup").stderr
    other = restored(tmp_path / "backup", tmp_path / "other").start()
    try:
        people = other.login(ADMIN, ADMIN_PASSWORD)
        assert len(every_page(people, "/gcodes")) == 3
        people.get(gone["data"], expect=404)
        assert download(people, sound) == gcode_bytes(9000)
    finally:
        other.stop()


def test_of_a_damaged_database_no_backup_is_made(source: Server, tmp_path: Path):
    server = Server(tmp_path / "server")
    shutil.copytree(source.data_dir, server.data_dir)
    with open(server.data_dir / "karmen.db", "r+b") as file:
        file.seek(4096)
        file.write(bytes(19 * 4096))
    assert backup(server, tmp_path / "backup", expect=1).stderr.startswith("karmen: ")
    assert [path.name for path in tmp_path.iterdir()] == ["server"]


def test_paths_of_karmen_0_0_13_lead_into_the_restored_store(new_server, tmp_path: Path):
    server = new_server(env=OWN_SECRET)
    admin = server.first_admin()
    inside, outside = (uploaded(admin, f"{name}.gcode", gcode_bytes(9000), "a") for name in ("inside", "outside"))
    faults.execute(server, f"UPDATE gcodes SET absolute_path = '{server.store}/a//inside.gcode' WHERE id = {inside['id']}")
    faults.execute(server, f"UPDATE gcodes SET absolute_path = '/etc/passwd' WHERE id = {outside['id']}")
    done = backup(server, tmp_path / "backup", expect=1)
    assert "outside.gcode" in done.stderr and "inside.gcode" not in done.stderr
    assert [path.name for path in (tmp_path / "backup").rglob("*.gcode")] == ["inside.gcode"]
    verify(tmp_path / "backup")
    other = restored(tmp_path / "backup", tmp_path / "other").start()
    try:
        assert download(other.login(ADMIN, ADMIN_PASSWORD), inside) == gcode_bytes(9000)
    finally:
        other.stop()


def test_of_nothing_no_backup_is_made(tmp_path: Path):
    done = run([karmen_binary(), "backup", str(tmp_path / "b"), "--data-dir", str(tmp_path / "data")], expect=1)
    assert "is" in done.stderr and "the right data directory?" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_postgresql_has_tools_of_its_own(made: Path, tmp_path: Path, command: str):
    env = {"KARMEN_STORAGE_POSTGRES_URL": "postgres://karmen:secret@127.0.0.1:1/karmen"}
    target = tmp_path / "b" if command == "backup" else made
    done = run([karmen_binary(), command, str(target), "--data-dir", str(tmp_path / "d")], env=env, expect=1)
    assert "pg_dump" in done.stderr and "operations.md" in done.stderr and "secret" not in done.stderr
    assert list(tmp_path.iterdir()) == []
