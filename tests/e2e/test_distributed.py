"""Many processes on PostgreSQL and Redis: what happens when a process, PostgreSQL or Redis goes away, and comes back."""

import json
import signal
import time
from collections.abc import Callable

import pytest

from support import arrangement
from support.api import Api
from support.fakes import FakePrinter
from support.gcodes import every_page, uploaded
from support.load import Load, LogIns, Uploads
from support.postgres import PostgresServer
from support.process import Process
from support.redis import Redis
from support.server import Server
from support.tasks import counts, nothing_left
from support.wait import eventually

pytestmark = pytest.mark.alone

OUTAGE_S = 3.0
# Until a server answers that it cannot do its work: the time limits below, on a busy machine.
QUICKLY_S = 6.0
LIMITS = {
    "storage-statement-timeout": "1s",
    "storage-connect-timeout": "2s",
    "redis-connect-timeout": "500ms",
    "redis-command-timeout": "500ms",
    "tasks-visibility-timeout": "2s",
    "tasks-backoff-min": "100ms",
    "printers-check-interval": "500ms",
    "printers-list-interval": "500ms",
}


@pytest.fixture
def karmen(installation: Callable[..., Server], redis: Redis) -> Server:
    """An api, a worker and a scheduler on a Redis of their own."""
    return installation(options=LIMITS, env={"KARMEN_REDIS_URL": redis.url}, arranged=arrangement.DISTRIBUTED)


def process(karmen: Server, role: str, number: int = 0) -> Process:
    return [one for one in karmen.process.all if role in one.command][number]


def add_printers(admin: Api, printers: list[FakePrinter]) -> None:
    for printer in printers:
        admin.post("/printers", json={"host": printer.host, "name": printer.host}, expect=201)


def asked(printer: FakePrinter) -> int:
    """How often the printer was asked for its state."""
    return sum(count for call, count in printer.state()["requests"].items() if "/api/printer" in call)


# --- PostgreSQL ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", ["stop", "freeze"])
def test_postgres_is_away_for_a_while(
    installation: Callable[..., Server], redis: Redis, postgres_server: PostgresServer, stop: str
):
    env = {"KARMEN_REDIS_URL": redis.url, "KARMEN_STORAGE_POSTGRES_URL": postgres_server.new_database()}
    karmen = installation(options=LIMITS, env=env, arranged=arrangement.DISTRIBUTED)
    admin = karmen.first_admin()
    upload = Uploads(admin)

    with Load(upload, {201, 503}, within_s=QUICKLY_S) as load:
        eventually(lambda: len(upload.acknowledged) > 20)
        getattr(postgres_server, stop)()
        not_ready = eventually(lambda: admin.again().get("/health/ready", expect=503).json(), what="it says that it is not ready")
        assert [one["pointer"] for one in not_ready["errors"]] == ["/database"]
        admin.again().get("/health/live", expect=200)
        time.sleep(OUTAGE_S)
        before = len(upload.acknowledged)
        postgres_server.start() if stop == "stop" else postgres_server.thaw()
        eventually(lambda: len(upload.acknowledged) > before + 20, within_s=20, what="uploads work again")
    assert not load.wrong, load.wrong
    eventually(lambda: admin.get("/health/ready", expect=200))
    listed = {item["filename"] for item in every_page(admin, "/gcodes?limit=1000")}
    assert not set(upload.acknowledged) - listed
    print(f"answers: {load.statuses}")
    karmen.stop()


# --- Redis --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", ["kill", "freeze"])
def test_redis_is_away_for_a_while(karmen: Server, redis: Redis, fake_printers, stop: str):
    (printer,) = fake_printers()
    admin = karmen.first_admin()
    add_printers(admin, [printer])
    gcode = uploaded(admin, "cube.gcode")
    tasks = [karmen.command("tasks", "add", "clean_store").stdout.strip() for _ in range(5)]
    assert len(set(tasks)) == 5

    with Load(LogIns(karmen), {200, 503}, within_s=QUICKLY_S, people=2) as load:
        eventually(lambda: load.statuses.get(200, 0) > 5)
        getattr(redis, stop)()
        not_ready = eventually(lambda: admin.again().get("/health/ready", expect=503).json(), what="it says that it is not ready")
        assert [one["pointer"] for one in not_ready["errors"]] == ["/queue"]
        eventually(lambda: load.statuses.get(503, 0) > 5, what="log-ins wait")
        # People see their printers, but no print begins: nobody could say whether another one does at the same time.
        shown = admin.again().get(f"/printers/{printer.host}?fields=status", expect=200).json()
        assert shown["status"]["state"] == "Operational"
        job = {"gcode": gcode["id"], "printer": printer.host}
        assert admin.again().post("/printjobs", json=job, expect=503).json()["code"] == "service_unavailable"
        time.sleep(OUTAGE_S)
        before = load.statuses.get(200, 0)
        redis.start() if stop == "kill" else redis.thaw()
        eventually(lambda: load.statuses[200] > before + 5, what="log-ins work again")
    assert not load.wrong, load.wrong
    eventually(lambda: admin.get("/health/ready", expect=200))
    eventually(lambda: nothing_left(karmen), within_s=20, what="every task is done")
    admin.post("/printjobs", json=job, expect=201)
    print(f"answers: {load.statuses}")
    karmen.stop()


# --- processes that die -------------------------------------------------------------------------------------------------


def test_tasks_of_a_killed_worker_are_done_by_another(karmen: Server):
    """A stopped worker keeps its tasks, like one that died in the middle."""
    worker = process(karmen, "worker")
    worker.signal(signal.SIGSTOP)  # what it has taken by now it keeps, and nothing more is done
    for _ in range(30):
        karmen.command("tasks", "add", "clean_store")
    assert counts(karmen)["queued"] + counts(karmen)["running"] >= 30
    worker.signal(signal.SIGCONT)
    worker.kill()
    karmen.start_process("worker")
    eventually(lambda: nothing_left(karmen), within_s=30, what="every task is done")


def test_a_task_that_nobody_knows_is_dead_until_it_is_replayed_or_discarded(karmen: Server):
    task = karmen.command("tasks", "add", "make_coffee", "--payload", '{"cups": 2}').stdout.strip()
    eventually(lambda: counts(karmen)["dead"] == 1)
    (dead,) = json.loads(karmen.command("tasks", "dead", "--json").stdout)
    assert dead["id"] == task and dead["kind"] == "make_coffee" and dead["payload"] == '{"cups": 2}'
    assert task in karmen.command("tasks", "dead").stdout
    karmen.command("tasks", "replay", task)
    eventually(lambda: counts(karmen)["dead"] == 1, what="it is dead again")
    karmen.command("tasks", "discard", task)
    assert nothing_left(karmen)
    assert "no dead task" in karmen.command("tasks", "discard", task, expect=1).stderr


def test_another_scheduler_leads_when_the_leader_dies(karmen: Server):
    leader = process(karmen, "scheduler")
    eventually(lambda: any("this scheduler leads" in line for line in leader.lines("stderr")))
    other = karmen.start_process("scheduler")
    other.wait_for_lines("started process=scheduler", name="stderr")
    assert not any("this scheduler leads" in line for line in other.lines("stderr"))
    leader.kill()
    other.wait_for_lines("this scheduler leads", within_s=10, name="stderr")


def test_workers_share_out_the_printers_and_take_over_from_one_that_died(karmen: Server, fake_printers):
    printers = fake_printers(count=8)
    add_printers(karmen.first_admin(), printers)
    other = karmen.start_process("worker")
    other.wait_for_lines("workers=2", name="stderr")
    process(karmen, "worker").wait_for_lines("workers=2", name="stderr")

    def all_are_asked() -> None:
        before = [asked(printer) for printer in printers]
        eventually(lambda: all(asked(printer) > count for printer, count in zip(printers, before)), what="all printers are asked")

    all_are_asked()
    other.kill()
    process(karmen, "worker").wait_for_lines(r"workers=1\b.*$", count=2, within_s=15, name="stderr")
    all_are_asked()


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_a_printer_is_asked_again_within_15_s_after_its_worker_went_in_mid_check(karmen: Server, fake_printers, ending: int):
    (printer,) = fake_printers()
    add_printers(karmen.first_admin(), [printer])
    eventually(lambda: asked(printer) > 2, what="the printer is checked")
    printer.set_fault("hang")
    before = asked(printer)
    eventually(lambda: asked(printer) > before, what="a check has begun")
    worker = process(karmen, "worker")
    worker.signal(ending)
    worker.wait()
    gone = time.monotonic()
    printer.clear_fault()
    before = asked(printer)
    karmen.start_process("worker")
    eventually(lambda: asked(printer) > before, within_s=15, what="the printer is asked again")
    print(f"asked again after {time.monotonic() - gone:.1f} s")


# --- it does not matter which process answers ---------------------------------------------------------------------------


def test_failed_log_ins_are_counted_by_all_processes_together(installation: Callable[..., Server]):
    options = {"auth-login-failures-slow": "9", "auth-login-failures-max": "10"}
    karmen = installation(options=options, arranged=arrangement.REPLICATED)
    statuses = []
    for number in range(12):
        karmen.url = karmen.api_urls[number % 2]
        body = {"username": "somebody", "password": "wrong-password"}
        statuses.append(karmen.anonymous().post("/users/me/authenticate", json=body, expect={401, 429}).status_code)
    assert statuses == [401] * 10 + [429] * 2
    karmen.stop()


def test_processes_that_need_the_same_settings_say_so(tmp_path):
    for missing in ("KARMEN_STORAGE_POSTGRES_URL", "KARMEN_REDIS_URL", "KARMEN_AUTH_SECRET_KEY"):
        server = Server(tmp_path / missing, arranged=arrangement.DISTRIBUTED)
        del server.env[missing]
        for role in ("api", "worker", "scheduler"):
            told = server.command(role, expect=1).stderr
            assert missing.removeprefix("KARMEN_").replace("_", ".", 1).lower() in told, told
    alone = Server(tmp_path / "alone", arranged=arrangement.DISTRIBUTED)
    assert "takes no Redis" in alone.command("serve", expect=1).stderr
