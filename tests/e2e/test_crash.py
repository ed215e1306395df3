"""kill -9 at random moments while people upload, delete, print and change printers: nothing acknowledged is lost, nothing
half is ever seen.

KARMEN_CRASH_ROUNDS sets how often (100), KARMEN_TEST_SEED repeats a run's choices (the threads' timing is the machine's).
"""

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable

import pytest

from support.api import Api
from support.fakes import FakePrinter
from support.gcodes import every_page, gcode_bytes, sha256, upload
from support.ledger import Ledger
from support.server import Server

pytestmark = pytest.mark.long

ROUNDS = int(os.environ.get("KARMEN_CRASH_ROUNDS", "100"))
SEED = int(os.environ.get("KARMEN_TEST_SEED", random.SystemRandom().randrange(2**32)))
LIFE_MAX_S = 0.7
UPLOADERS = 3
# Beyond this the deleters take away what came first, so that the checks do not grow with the rounds.
FILES_KEPT = 150
# As a request ends when the server dies under it; requests' own exceptions are OSErrors.
SERVER_IS_GONE = (OSError,)


class Crowd:
    """The clients of one life of the server. Each action is one request that is noted in the ledger before and after."""

    def __init__(self, api: Api, ledger: Ledger, printers: list[FakePrinter], seed: int):
        self._api = api
        self._ledger = ledger
        self._printers = printers
        self._seed = seed
        self._failures: list[BaseException] = []
        actions = [self._upload] * UPLOADERS + [self._delete, self._delete, self._print, self._change_printers]
        self._threads = [
            threading.Thread(target=self._repeat, args=(action, random.Random(f"{seed}-{n}"), api.again()), daemon=True)
            for n, action in enumerate(actions)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a request goes on without a server"
        if self._failures:
            raise self._failures[0]

    def _repeat(self, action: Callable[[Api, random.Random], None], chance: random.Random, api: Api) -> None:
        try:
            while True:
                action(api, chance)
        except SERVER_IS_GONE:
            return
        except BaseException as failure:
            self._failures.append(failure)

    def _upload(self, api: Api, chance: random.Random) -> None:
        size = chance.choice([0, 100, 4_000, 70_000, 70_000, 300_000, 3_000_000])
        name = f"{self._seed}-{chance.randrange(2**48)}.gcode"
        data = gcode_bytes(size, seed=chance.randrange(1000))
        self._ledger.gcode_is_sent(name, data)
        self._ledger.gcode_is_there(name, upload(api, name, data, chance.choice(["", "a", "a/b"])).json()["id"])

    def _delete(self, api: Api, chance: random.Random) -> None:
        if len(self._ledger.gcodes) < FILES_KEPT and chance.random() < 0.95:
            api.get("/", expect=200)
            return
        taken = self._ledger.take_gcode_to_delete()
        if taken is not None:
            name, id = taken
            api.delete(f"/gcodes/{id}", expect=204)
            self._ledger.gcode_is_deleted(name)

    def _print(self, api: Api, chance: random.Random) -> None:
        with self._ledger.lock:
            known = list(self._ledger.gcodes.values())
        if not known:
            api.get("/", expect=200)
            return
        body = {"gcode": chance.choice(known), "printer": chance.choice(self._printers).host}
        # 404: deleted meanwhile; 409: it prints; 500: the printer was asked twice at the same moment.
        answer = api.post("/printjobs", json=body, expect=(201, 404, 409, 500))
        if answer.status_code == 201:
            self._ledger.printjob_is_there(answer.json()["id"])

    def _change_printers(self, api: Api, chance: random.Random) -> None:
        # Nobody listens on these: looking at them is refused at once.
        host = f"127.0.0.2:{chance.randrange(1, 30)}"
        name = f"Printer {chance.randrange(10**6)}"
        if host not in self._ledger.printers:
            self._ledger.printer_changes(host, name)
            api.post("/printers", json={"host": host, "name": name}, expect=201)
        elif chance.random() < 0.6:
            self._ledger.printer_changes(host, name)
            api.patch(f"/printers/{host}", json={"name": name}, expect=200)
        else:
            name = None
            self._ledger.printer_changes(host, name)
            api.delete(f"/printers/{host}", expect=204)
        self._ledger.printer_is(host, name)


def check_store(server: Server, listed: list[dict]) -> None:
    """The disk has exactly the listed files, complete."""
    files = server.stored_files()
    assert files.keys() == {item["absolute_path"] for item in listed}
    for item in listed:
        assert files[item["absolute_path"]].stat().st_size == item["size"]


def check_after_restart(server: Server, api: Api, ledger: Ledger) -> None:
    listed = every_page(api, "/gcodes?limit=1000")
    for item in ledger.settle_gcodes(listed):
        content = api.get(item["data"], expect=200).content
        assert sha256(content) == ledger.contents[item["display"]].sha256, f"{item['display']} differs from what was sent"
    check_store(server, listed)
    ledger.settle_printers(api.get("/printers", expect=200).json()["items"])
    ledger.settle_printjobs(every_page(api, "/printjobs?limit=1000"))


def check_everything(server: Server, api: Api, ledger: Ledger) -> None:
    check_after_restart(server, api, ledger)
    for item in every_page(api, "/gcodes"):
        content = api.get(item["data"], expect=200).content
        assert sha256(content) == ledger.contents[item["display"]].sha256, item
    for job in every_page(api, "/printjobs?limit=1000"):
        assert job["gcode_data"]["available"] == (job["gcode_data"]["id"] in ledger.gcodes.values()), job


def database_of(server: Server) -> str:
    (database,) = [path for path in server.data_dir.iterdir() if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3"]
    return str(database)


def test_kill_9_loses_nothing_that_was_acknowledged(new_server, fake_printers):
    print(f"KARMEN_TEST_SEED={SEED} KARMEN_CRASH_ROUNDS={ROUNDS}")
    chance = random.Random(SEED)
    server = new_server(options={"log-level": "warning", "auth-access-token-lifetime": "1d"})
    admin = server.first_admin()
    printers = fake_printers(count=3, speed=100_000)
    ledger = Ledger()
    for fake in printers:
        admin.post("/printers", json={"host": fake.host, "name": "Real"}, expect=201)
        ledger.printer_is(fake.host, "Real")

    for round in range(ROUNDS):
        crowd = Crowd(admin, ledger, printers, seed=chance.randrange(2**32))
        crowd.start()
        time.sleep(chance.uniform(0.01, LIFE_MAX_S))  # the random moment itself, not a wait for anything
        server.kill()
        crowd.join()
        server.start()
        try:
            check_after_restart(server, admin, ledger)
        except AssertionError as wrong:
            raise AssertionError(f"round {round}, seed {SEED}: {wrong}") from wrong

    check_everything(server, admin, ledger)
    print(f"{len(ledger.contents)} uploads, {len(ledger.gcodes)} files kept, {len(ledger.printjobs)} print jobs")
    assert len(ledger.contents) >= ROUNDS and len(ledger.printjobs) > 0, "too little happened to mean anything"
    server.stop()
    with sqlite3.connect(database_of(server)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_file_without_a_row_is_moved_out_of_the_store(new_server):
    """A file that was renamed to its name, but whose row was not written before the power went."""
    server = new_server()
    admin = server.first_admin()
    upload(admin, "kept.gcode", b"kept")
    server.kill()
    folder = server.store / "half"
    folder.mkdir()
    (folder / "unlisted.gcode").write_bytes(b"renamed, but no row")
    server.start()
    server.expect_stored({"kept.gcode"})
    (gcode,) = admin.get("/gcodes", expect=200).json()["items"]
    assert admin.get(gcode["data"], expect=200).content == b"kept"
    # Nobody was told that it is stored, but it may be of value to somebody.
    (moved,) = [path for path in server.data_dir.rglob("*unlisted.gcode*") if path.is_file()]
    assert moved.read_bytes() == b"renamed, but no row"
