"""Lists over many rows with the most expensive allowed filters: they are ended in time, and other requests do not wait for them."""

import signal
import statistics
import threading
import time
from urllib.parse import quote

import pytest

from support import faults
from support.api import Api, pointers
from support.server import Server
from support.wait import eventually

pytestmark = pytest.mark.alone

ROWS = 200_000
STATEMENT_S = 5.0  # storage.statement_timeout
SAMPLES = 400
SLOWER_MAX_S = 0.05
TOO_LONG_S = 20.0  # nothing more is to be learnt
BUSY_MACHINE_S = 3.0


def add_print_jobs(server: Server, rows: int = ROWS) -> None:
    """With names as long as names may be, in which the dearest patterns find much to try."""
    data = '{"id": 1, "filename": "%s.gcode", "size": 1000, "available": true}' % ("a" * 200)
    faults.execute(
        server,
        "INSERT INTO printjobs (gcode_id, printer_host, started, gcode_data) "
        f"SELECT n, '10.0.0.1', '2026-01-01T00:00:00.000000+00:00', '{data}' FROM (WITH RECURSIVE numbers (n) AS "
        f"(SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows}) SELECT n FROM numbers) AS numbered",
    )


def heavy(pattern: str, path: str = "/printjobs", column: str = "gcode_data") -> str:
    return f"{path}?limit=5&filter={column}:{quote(pattern, safe='')}"


def dearest_patterns(api: Api) -> list[str]:
    """Of each kind the largest that is not refused: found with a table without rows."""
    kinds = [
        lambda n: f"(a?){{{n}}}a{{{n}}}zzz",
        lambda n: f"(a|b|ab){{{n}}}zzz",
        lambda n: f"(.?){{{n}}}zzz",
        lambda n: f"a.{{{n}}}zzz",
    ]
    patterns = []
    for pattern_of in kinds:
        allowed = [n for n in range(1, 256) if _is_allowed(api, pattern_of(n))]
        assert allowed and allowed[-1] < 255, "there is no bound"
        patterns.append(pattern_of(allowed[-1]))
    return patterns


def _is_allowed(api: Api, pattern: str) -> bool:
    answer = api.get(heavy(pattern, "/gcodes", "display"), expect=(200, 400))
    assert answer.status_code == 200 or pointers(answer) == {"/filter"}
    return answer.status_code == 200


class Crowd:
    """Clients that ask for one list each, again and again, until the block ends."""

    def __init__(self, api: Api, paths: list[str]):
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(api.again(), path)) for path in paths]
        self.took: list[float] = []
        self.statuses: list[int] = []
        self.failures: list[Exception] = []

    def _ask(self, api: Api, path: str) -> None:
        try:
            while not self._is_over.is_set():
                begin = time.monotonic()
                answer = api.get(path, expect=(200, 503))
                assert answer.status_code == 200 or int(answer.headers["Retry-After"]) > 0
                self.took.append(time.monotonic() - begin)
                self.statuses.append(answer.status_code)
        except Exception as failure:
            self.failures.append(failure)

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()


def p99_of(api: Api, path: str) -> float:
    took: list[float] = []
    while len(took) < SAMPLES and sum(took) < TOO_LONG_S:
        begin = time.monotonic()
        api.get(path, expect=200)
        took.append(time.monotonic() - begin)
    return statistics.quantiles(took, n=100)[98]


def test_nobody_waits_for_the_dearest_lists(new_server):
    server = new_server()
    admin = server.first_admin()
    patterns = dearest_patterns(admin)
    add_print_jobs(server)
    admin.post("/printers", json={"host": "127.0.0.1:1", "name": "Off"}, expect=201)
    quiet = p99_of(admin.again(), "/printers")
    with Crowd(admin, [heavy(pattern) for pattern in patterns * 2]) as crowd:
        eventually(lambda: crowd.statuses, what="the first of them is answered")
        busy = p99_of(admin.again(), "/printers")
        admin.again().get("/printjobs?limit=5&order_by=-started", expect=200)
    print(f"GET /printers, p99: quiet {quiet * 1000:.1f} ms, busy {busy * 1000:.1f} ms; lists: {sorted(crowd.took)[-1]:.1f} s")
    assert crowd.failures == []
    assert 503 in crowd.statuses, "none was dear enough to be ended"
    assert busy <= quiet + SLOWER_MAX_S
    # Each has waited for one statement at most, and then taken one.
    assert max(crowd.took) < 2 * STATEMENT_S + BUSY_MACHINE_S


def test_lists_do_not_delay_the_end(new_server):
    grace_s = 0.5
    server = new_server(
        options={
            "http-shutdown-grace": f"{int(grace_s * 1000)}ms",
            "storage-statement-timeout": "10m",
            "pools-list-threads": "2",
            "pools-list-queue-max": "2",
        }
    )
    admin = server.first_admin()
    path = heavy(dearest_patterns(admin)[0])
    add_print_jobs(server)
    places, answered, cut_off = 4, [], []

    def ask(api: Api) -> None:
        try:
            answered.append(api.get(path, expect=503))
        except OSError as failure:  # requests' exceptions are OSErrors: the connection ended
            cut_off.append(failure)

    readers = [threading.Thread(target=ask, args=(admin.again(),)) for _ in range(2 * places)]
    for reader in readers:
        reader.start()
    try:
        eventually(lambda: len(answered) == places, what="two are read, two wait, the others are refused")
        server.process.signal(signal.SIGTERM)
        assert server.process.wait(within_s=grace_s + BUSY_MACHINE_S) == 0
    finally:
        server.kill()
        for reader in readers:
            reader.join()
    assert len(answered) + len(cut_off) == 2 * places
