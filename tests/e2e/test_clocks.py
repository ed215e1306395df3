"""Two processes of one installation whose clocks differ."""

from collections.abc import Callable

import pytest

from support import arrangement
from support.api import Api
from support.server import USER_PASSWORD, Server

pytestmark = pytest.mark.alone  # not with sanitizers, which must be loaded before what changes the clock

# $LIB is the dynamic linker's.
LIBFAKETIME = ["LD_PRELOAD=/usr/$LIB/faketime/libfaketimeMT.so.1", "FAKETIME_DONT_FAKE_MONOTONIC=1"]


def start_ahead(karmen: Server, seconds: int) -> Server:
    """One more api process of this installation, whose clock is ahead. As a server of its own, to be asked."""
    karmen.run_under = ["env", *LIBFAKETIME, f"FAKETIME=+{seconds}s"]
    process = karmen.start_process("api")
    karmen.run_under = []
    ahead = Server(karmen.directory / "ahead")
    ahead.url = process.wait_for_lines(arrangement.LISTENS)[0].group(0)
    return ahead


@pytest.fixture
def karmen(installation: Callable[..., Server]) -> Server:
    karmen = installation(arranged=arrangement.DISTRIBUTED)
    karmen.first_admin()
    karmen.add_user("ursula")
    return karmen


def test_a_token_of_a_process_that_is_ahead_is_good_at_once(karmen: Server):
    ahead = start_ahead(karmen, 5).login("ursula", USER_PASSWORD)
    here = Api(karmen, ahead.access_token, ahead.refresh_token)
    here.get("/users/me/probe", expect=200)
    here.not_fresh().get("/users/me/probe", expect=200)


def test_a_token_from_beyond_the_leeway_is_not_yet_valid(karmen: Server):
    ahead = start_ahead(karmen, 60).login("ursula", USER_PASSWORD)
    answer = Api(karmen, ahead.access_token).get("/users/me/probe", expect=422)
    assert "not yet valid" in answer.json()["detail"]
