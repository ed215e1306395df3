"""Following GET /events, as a page does."""

import json
import time
from typing import Any, NamedTuple

from support.api import Api


PATIENCE_S = 30


class Event(NamedTuple):
    id: str
    name: str
    data: Any


class Follower:
    """Somebody who follows the events. Used as a context manager. `last_id`: he was here before."""

    def __init__(self, api: Api, last_id: str | None = None, **options: Any):
        headers = options.pop("headers", {}) | ({} if last_id is None else {"Last-Event-ID": last_id})
        self.response = api.again().get(options.pop("path", "/events"), stream=True, expect=200, headers=headers, **options)
        self._chunks = self.response.iter_content(None)
        self._unread = b""
        self._deadline = 0.0
        self.pulses = 0

    def __enter__(self) -> "Follower":
        return self

    def __exit__(self, *_: object) -> None:
        self.response.close()

    def next(self) -> Event:
        """The next event, which must come in time."""
        self._begin()
        event = self._next()
        assert event is not None, "the stream has ended"
        return event

    def until(self, event_name: str, /, **members: Any) -> Event:
        """The next event of that name whose data has these members, which must come in time."""
        self._begin()
        while True:
            event = self._next()
            assert event is not None, "the stream has ended"
            if event.name == event_name and members.items() <= event.data.items():
                return event

    def rest(self) -> list[Event]:
        """All until the server ends the stream; fails when it is cut off instead."""
        self._begin()
        return list(iter(self._next, None))

    def wait_for_pulse(self) -> None:
        self._begin()
        before = self.pulses
        while self.pulses == before:
            self._take_block()

    def _begin(self) -> None:
        self._deadline = time.monotonic() + PATIENCE_S

    def _next(self) -> Event | None:
        while (block := self._take_block()) is not None:
            if fields := dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":")):
                return Event(fields["id"], fields["event"], json.loads(fields["data"]))
        return None

    def _take_block(self) -> str | None:
        while b"\n\n" not in self._unread:
            # Pulses go on for ever.
            assert time.monotonic() < self._deadline, f"nothing of it came in {PATIENCE_S} s"
            chunk = next(self._chunks, None)
            if chunk is None:
                assert not self._unread, f"the stream ended with {self._unread!r}"
                return None
            self._unread += chunk
        block, _, self._unread = self._unread.partition(b"\n\n")
        self.pulses += block.startswith(b":")
        return block.decode()
