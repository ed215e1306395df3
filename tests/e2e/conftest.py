"""Fixtures of the tests of whole installations."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.redis import Redis
from support.server import Server


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    """A Redis that the test may stop and freeze."""
    server = Redis(tmp_path / "redis")
    yield server
    server.end()


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts many processes that end with the test, however it ends."""
    started: list[Server] = []

    def start(**arguments) -> Server:
        started.append(Server(tmp_path / f"karmen{len(started)}", **arguments))
        return started[-1].start()

    yield start
    for server in started:
        server.process.kill()
