"""Guessing passwords is slow, and ends; from elsewhere the right password works all the while."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest
import requests
from requests.adapters import HTTPAdapter

from support.server import ADMIN, ADMIN_PASSWORD, FIRST_ADMIN_PASSWORD, USER_PASSWORD, Server
from support.wait import eventually

pytestmark = pytest.mark.alone

ELSEWHERE = "127.0.0.2"
SLOW_AFTER = 5
BLOCKED_AFTER = 20
SAMPLES = 25  # of each kind of attempt


class Attempt(NamedTuple):
    status: int
    seconds: float
    retry_after_s: int | None
    code: str | None


class FromAddress(HTTPAdapter):
    """Connects from an address of our own choice; all of 127/8 is this machine."""

    def __init__(self, address: str):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, **options, source_address=(self.address, 0))


def attempt(server: Server, username: str, password: str, address: str = "127.0.0.1") -> Attempt:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", FromAddress(address))
        begin = time.perf_counter()
        body = {"username": username, "password": password}
        answer = session.post(f"{server.url}/users/me/authenticate", json=body, timeout=60)
        seconds = time.perf_counter() - begin
    retry = answer.headers.get("Retry-After")
    return Attempt(answer.status_code, seconds, int(retry) if retry else None, answer.json().get("code"))


@pytest.fixture(scope="module")
def guarded(new_server) -> Server:
    """With the limits as they are without any configuration."""
    server = new_server(options={"auth-login-failures-slow": str(SLOW_AFTER), "auth-login-failures-max": str(BLOCKED_AFTER)})
    server.first_admin()
    return server


def test_limits_are_the_documented_ones_by_default(new_server):
    """After five failures the sixth attempt waits; the options of the other tests are the defaults."""
    server = new_server()
    del server.options["auth-login-failures-slow"], server.options["auth-login-failures-max"]
    server.restart()
    quick = [attempt(server, ADMIN, "wrong").seconds for _ in range(SLOW_AFTER)]
    slow = [attempt(server, ADMIN, "wrong").seconds for _ in range(3)]
    print(f"quick {quick}, slow {slow}")
    # The first delays are half a second, one second and one and a half: a promise of the product.
    assert slow[0] >= 0.5 and slow[1] >= 1.0 and slow[2] >= 1.5 and min(quick) < 0.5


def test_failures_slow_down_then_stop_while_elsewhere_it_works(guarded: Server):
    quick = [attempt(guarded, ADMIN, f"guess {n}") for n in range(SLOW_AFTER)]
    # Guessing from many connections at a time does not help, neither to be quicker nor to slip through.
    with ThreadPoolExecutor(BLOCKED_AFTER) as guesses:
        slow = list(guesses.map(lambda n: attempt(guarded, ADMIN, f"guess {n}"), range(SLOW_AFTER, BLOCKED_AFTER)))
    for name, attempts in (("quick", quick), ("slow", slow)):
        print(f"{name}: " + " ".join(f"{seconds:.2f}" for seconds in sorted(one.seconds for one in attempts)))
        assert {one.status for one in attempts} == {401}
    # From half a second, in steps of one half, to five seconds.
    assert all(one.seconds >= 0.5 for one in slow)
    assert sum(one.seconds >= 5 for one in slow) >= 5

    blocked = attempt(guarded, ADMIN, "one more guess")
    assert (blocked.status, blocked.code) == (429, "too_many_requests")
    assert 14 * 60 < blocked.retry_after_s <= 15 * 60
    assert blocked.seconds >= 0.5, "who tries again at once must not cost much"
    # The right password does not tell that it is right.
    assert attempt(guarded, ADMIN, ADMIN_PASSWORD).status == 429
    # Somebody else at this address, and the same user at another, are not concerned.
    assert attempt(guarded, "nobody", "guess").status == 401
    assert attempt(guarded, ADMIN, ADMIN_PASSWORD, ELSEWHERE).status == 200


def test_block_ends(new_server):
    options = {"auth-login-failures-slow": "3", "auth-login-failures-max": "3", "auth-login-block": "2s", "auth-login-window": "1h"}
    server = new_server(options=options)
    for _ in range(3):
        assert attempt(server, ADMIN, "wrong").status == 401
    blocked = attempt(server, ADMIN, FIRST_ADMIN_PASSWORD)
    assert blocked.status == 429 and 1 <= blocked.retry_after_s <= 2
    eventually(lambda: attempt(server, ADMIN, FIRST_ADMIN_PASSWORD).status == 200)


def test_success_forgets_the_failures(new_server):
    server = new_server(options={"auth-login-failures-slow": "4", "auth-login-failures-max": "4"})
    for _ in range(3):
        for _ in range(3):
            assert attempt(server, ADMIN, "wrong").status == 401
        assert attempt(server, ADMIN, FIRST_ADMIN_PASSWORD).status == 200


def test_own_password_is_not_guessed_through_its_change(new_server):
    """A stolen token must not give more tries than no token."""
    server = new_server(options={"auth-login-failures-slow": "4", "auth-login-failures-max": "4"})
    admin = server.first_admin()
    body = {"password": "guess", "new_password": "mine-now", "new_password_confirmation": "mine-now"}
    answers = [admin.patch("/users/me", json=body, expect=(401, 429)).status_code for _ in range(6)]
    assert answers[0] == 401 and answers[-1] == 429


@pytest.mark.parametrize(("made_at", "cost"), [(10, 10), (8, 10), (10, 8)])
def test_time_does_not_tell_who_is_there(new_server, made_at: int, cost: int):
    """At costs of bcrypt that outweigh everything else, also when hashes have another one than is configured by now. The
    dearest decides: about 60 ms for each attempt."""
    server = new_server(options={"auth-bcrypt-cost": str(made_at)})
    server.first_admin()
    server.add_user("suspended")
    server.user_command("suspend", "suspended")
    server.options["auth-bcrypt-cost"] = str(cost)
    server.restart()
    kinds = {
        "wrong password": (ADMIN, "wrong"),
        "unknown user": ("nobody", "wrong"),
        "suspended": ("suspended", "wrong"),
        "very long name": ("x" * 128, "wrong"),
    }
    figures: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(SAMPLES):
        # One of each in turn, so that whatever else the machine does slows all of them.
        for kind, (name, password) in kinds.items():
            figures[kind].append(attempt(server, name, password).seconds)
    medians = {kind: statistics.median(seconds) for kind, seconds in figures.items()}
    print(f"hashes of cost {made_at}, configured {cost}")
    for kind, seconds in figures.items():
        print(f"{kind:15} median {medians[kind] * 1000:6.1f} ms, from {min(seconds) * 1000:.1f} to {max(seconds) * 1000:.1f}")
    assert max(medians.values()) < 1.5 * min(medians.values())
    assert attempt(server, "suspended", USER_PASSWORD).code == "user_suspended"
