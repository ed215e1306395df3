"""Fixtures of the tests of whole installations."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

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


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (
        "headless",
        "no-sandbox",  # tests may run as root
        "disable-gpu",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        "no-first-run",
        f"user-data-dir={tmp_path / 'profile'}",
        "window-size=1200,1600",
    ):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    yield driver
    driver.quit()
