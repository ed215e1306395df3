"""PostgreSQL or Redis is away for half a minute, with all limits as they are by default, while a few dozen people work."""

import time
from collections.abc import Callable

import pytest

from support import arrangement
from support.api import Api
from support.gcodes import every_page
from support.load import Load, LogIns, Uploads
from support.postgres import PostgresServer
from support.redis import Redis
from support.server import Server
from support.tasks import nothing_left
from support.wait import eventually

pytestmark = pytest.mark.long

OUTAGE_S = 30.0
PEOPLE = 24
# Who waits for the end of the outage waits longer. Others may keep the machine busy meanwhile, so this is no measurement.
QUICKLY_S = 15.0
# In which everybody has asked several times.
SOME = 3 * PEOPLE


def says_what_is_away(admin: Api, pointer: str) -> bool:
    """Not ready, and alive all the same."""
    problem = admin.again().get("/health/ready", expect=503).json()
    admin.again().get("/health/live", expect=200)
    return [one["pointer"] for one in problem["errors"]] == [pointer]


def passes_with_503(admin: Api, load: Load, pointer: str, come_back: Callable[[], None], done: int) -> None:
    """From when it went away until answers with the status `done` come again."""
    eventually(lambda: says_what_is_away(admin, pointer), within_s=20, what="it says that it is not ready")
    back = time.monotonic() + OUTAGE_S
    eventually(lambda: load.statuses.get(503, 0) > SOME, within_s=20, what="everybody is told to come again")
    time.sleep(max(0.0, back - time.monotonic()))
    assert says_what_is_away(admin, pointer)
    before = load.statuses.get(done, 0)
    come_back()
    eventually(lambda: load.statuses.get(done, 0) > before + SOME, within_s=30, what="all goes on by itself")


def test_postgres_is_away_for_half_a_minute(installation: Callable[..., Server], redis: Redis, postgres_server: PostgresServer):
    env = {"KARMEN_REDIS_URL": redis.url, "KARMEN_STORAGE_POSTGRES_URL": postgres_server.new_database()}
    karmen = installation(env=env, arranged=arrangement.DISTRIBUTED)
    admin = karmen.first_admin()
    upload = Uploads(admin)

    with Load(upload, {201, 503}, within_s=QUICKLY_S, people=PEOPLE, pause_s=0.5) as load:
        eventually(lambda: len(upload.acknowledged) > SOME, within_s=30, what="everybody works")
        postgres_server.stop()
        # A worker takes it at once, and cannot do it yet.
        karmen.command("tasks", "add", "analyze_missing")
        passes_with_503(admin, load, "/database", postgres_server.start, done=201)
    print(f"answers: {load.statuses}, the slowest after {load.slowest_s:.1f} s")
    assert not load.wrong, load.wrong
    eventually(lambda: admin.get("/health/ready", expect=200))
    listed = {item["filename"] for item in every_page(admin, "/gcodes?limit=1000")}
    assert not set(upload.acknowledged) - listed
    eventually(lambda: nothing_left(karmen), within_s=120, what="every task is done")
    karmen.stop()


def test_redis_is_away_for_half_a_minute(installation: Callable[..., Server], redis: Redis):
    karmen = installation(env={"KARMEN_REDIS_URL": redis.url}, arranged=arrangement.DISTRIBUTED)
    admin = karmen.first_admin()

    with Load(LogIns(karmen), {200, 503}, within_s=QUICKLY_S, people=PEOPLE, pause_s=0.5) as load:
        eventually(lambda: load.statuses.get(200, 0) > SOME, within_s=30, what="everybody works")
        tasks = {karmen.command("tasks", "add", "clean_store").stdout.strip() for _ in range(5)}
        redis.kill()
        passes_with_503(admin, load, "/queue", redis.start, done=200)
    print(f"answers: {load.statuses}, the slowest after {load.slowest_s:.1f} s")
    assert not load.wrong, load.wrong
    eventually(lambda: admin.get("/health/ready", expect=200))
    assert len(tasks) == 5
    # What a worker had begun is its own again only after tasks.visibility_timeout.
    eventually(lambda: nothing_left(karmen), within_s=120, what="every task is done")
    karmen.stop()
