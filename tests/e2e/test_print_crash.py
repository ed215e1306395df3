"""kill -9 at every step of a start: no print is begun twice, none is lost, and each print job ends as its print did.

KARMEN_CRASH_ROUNDS is half of how often the server is killed (100), KARMEN_TEST_SEED repeats a run's choices.
"""

import os
import random
import sqlite3
import threading
import time
from collections import Counter

import pytest

from support.api import Api
from support.fakes import FakePrinter
from support.gcodes import every_page, gcode_bytes, uploaded
from support.server import Server
from support.wait import eventually

pytestmark = [pytest.mark.alone, pytest.mark.embedded]

ROUNDS = 2 * int(os.environ.get("KARMEN_CRASH_ROUNDS", "100"))
SEED = int(os.environ.get("KARMEN_TEST_SEED", random.SystemRandom().randrange(2**32)))
LIFE_MAX_S = 0.5
# As a request ends when the server dies under it; requests' own exceptions are OSErrors.
SERVER_IS_GONE = (OSError,)
GOES_ON = ("queued", "sending", "starting", "printing", "paused")
WAS_BEGUN = ("printing", "paused", "finished", "cancelled")
SETTLE_TIME = "800ms"  # longer than a printer is late
# Each printer stays long in another step: at once, slow to take the file, slow to begin after it has the file.
FAULTS = [None, {"fault": "drip", "amount": 40_000_000}, {"fault": "late", "amount": 400}]
SMALL_BYTES = 20_000
LARGE_BYTES = 16_000_000  # more than the operating system takes at once


class Starters:
    """Somebody at each printer who starts its file again and again, until the server dies."""

    def __init__(self, api: Api, files: list[tuple[FakePrinter, dict]], acknowledged: set[int]):
        self._acknowledged = acknowledged
        self._failures: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._repeat, args=(api.again(), {"gcode": gcode["id"], "printer": fake.host}), daemon=True)
            for fake, gcode in files
        ]
        for thread in self._threads:
            thread.start()

    def _repeat(self, api: Api, body: dict) -> None:
        try:
            while True:
                # 409: it prints; 500: it did not begin.
                answer = api.post("/printjobs", json=body, expect=(201, 409, 500))
                if answer.status_code == 201:
                    self._acknowledged.add(answer.json()["id"])
                else:
                    time.sleep(0.02)  # the printer's own time: it prints
        except SERVER_IS_GONE:
            return
        except BaseException as failure:
            self._failures.append(failure)

    def join(self) -> None:
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a request goes on without a server"
        assert not self._failures, self._failures


def states_on_disk(server: Server) -> set[tuple[int, str]]:
    """(id, state) of the jobs that go on, while no server runs."""
    with sqlite3.connect(server.data_dir / "karmen.db") as database:
        return set(database.execute("SELECT id, state FROM printjobs WHERE ended IS NULL"))


def begun(fake: FakePrinter) -> int:
    return sum(fake.state()["printsBegun"].values())


def jobs_of(jobs: list[dict], fake: FakePrinter) -> Counter:
    return Counter(job["state"] for job in jobs if job["printer_data"]["host"] == fake.host)


def all_ended(api: Api) -> list[dict] | None:
    api.get("/printers?fields=status,job", expect=200)
    jobs = every_page(api, "/printjobs?limit=1000")
    return None if any(job["state"] in GOES_ON for job in jobs) else jobs


def test_kill_9_at_every_step_of_a_start(new_server, fake_printers):
    print(f"KARMEN_TEST_SEED={SEED} rounds={ROUNDS}")
    chance = random.Random(SEED)
    options = {
        "log-level": "warning",
        "auth-access-token-lifetime": "1d",
        "printers-print-settle-time": SETTLE_TIME,
        "printers-status-max-age": "100ms",
        "printers-check-interval-active": "200ms",
        "printers-settle-interval": "50ms",
        "printers-follow-interval": "200ms",
    }
    server = new_server(options=options)
    admin = server.first_admin()
    printers = fake_printers(count=len(FAULTS) * 2, flags=("--print-duration", "300ms"))
    for fake, fault in zip(printers, FAULTS * 2):
        admin.post("/printers", json={"host": fake.host, "name": "Real"}, expect=201)
        if fault:
            fake.set_fault(path="/api/files/local", **fault)
    small = uploaded(admin, "small.gcode", gcode_bytes(SMALL_BYTES))
    large = uploaded(admin, "large.gcode", gcode_bytes(LARGE_BYTES))
    files = [(fake, large if fault and fault["fault"] == "drip" else small) for fake, fault in zip(printers, FAULTS * 2)]

    acknowledged: set[int] = set()
    hit: set[tuple[int, str]] = set()
    for round in range(ROUNDS):
        starters = Starters(admin, files, acknowledged)
        time.sleep(chance.uniform(0.01, LIFE_MAX_S))  # the random moment itself, not a wait for anything
        server.kill()
        starters.join()
        hit |= states_on_disk(server)
        if chance.random() < 0.1:
            time.sleep(0.5)  # prints end while nobody follows
        server.start()

    jobs = eventually(lambda: all_ended(admin), within_s=60, what="all prints ended")
    found = Counter(state for _, state in hit)
    print(f"jobs that a kill found in each state: {dict(found)}")
    print(f"{len(acknowledged)} prints acknowledged, {len(jobs)} jobs: {dict(Counter(job['state'] for job in jobs))}")
    assert acknowledged <= {job["id"] for job in jobs}, "acknowledged, but lost"
    by_id = {job["id"]: job for job in jobs}
    assert all(by_id[id]["state"] == "finished" for id in acknowledged), "acknowledged, and printed to its end"
    for fake in printers:
        states = jobs_of(jobs, fake)
        assert sum(states[state] for state in WAS_BEGUN) == begun(fake), f"{states}, but the printer began {begun(fake)}"
        assert states["unknown"] == 0, "a printer that remembers its prints leaves nothing unknown"
    for state in ("sending", "starting", "printing"):
        assert found[state] >= ROUNDS // 10, f"too few kills hit {state} to mean anything: {found}"


def test_print_that_ends_while_nobody_follows(new_server, fake_printers):
    server = new_server(options={"printers-print-settle-time": "1s"})
    admin = server.first_admin()
    finished, cancelled, failed = fake_printers(count=3)
    gcode = uploaded(admin, "part.gcode", gcode_bytes(100_000))
    for fake in (finished, cancelled, failed):
        admin.post("/printers", json={"host": fake.host, "name": "Real"}, expect=201)
        admin.post("/printjobs", json={"gcode": gcode["id"], "printer": fake.host}, expect=201)
    server.kill()
    finished.set_state(advance_s=60)
    cancelled.set_state(advance_s=5)
    cancelled.command("cancel")
    failed.set_state(state="error", error="Thermal runaway")
    server.start()
    jobs = eventually(lambda: all_ended(admin), within_s=30, what="all prints ended")
    assert [job["state"] for job in jobs] == ["finished", "cancelled", "failed"]
    assert "Thermal runaway" in jobs[2]["reason"]
    assert all(job["ended"] >= job["started"] for job in jobs)
