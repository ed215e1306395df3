"""Waiting for something to become true, with a deadline instead of a guessed sleep."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

STEP_S = 0.02


def eventually(probe: Callable[[], T], *, within_s: float = 10.0, what: str = "") -> T:
    """Calls `probe` until it gives something true, and returns that. An AssertionError of the probe means "not yet"."""
    deadline = time.monotonic() + within_s
    last: object = None
    while True:
        try:
            last = probe()
            if last:
                return last
        except AssertionError as not_yet:
            last = not_yet
        if time.monotonic() > deadline:
            raise AssertionError(f"{what or probe} did not come true within {within_s} s; last: {last!r}")
        time.sleep(STEP_S)
