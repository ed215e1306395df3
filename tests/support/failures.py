"""Answers of 500 and above: a test must have asked for each of them, also if another client sent the request."""

import re
from collections.abc import Collection, Iterable

LOGGED = re.compile(r"request failed request=(\S+) method=\S+ path=(\S+).* status=5\d\d\b")

asked_for: set[str] = set()  # ids of requests, which are unique among all servers of a test run


def note(status: int, request_id: str | None) -> None:
    """Marks this answer as expected by a test."""
    if status >= 500 and request_id:
        asked_for.add(request_id)


def unasked(log: Iterable[str], unread: Collection[str]) -> list[str]:
    """The lines of a server's log about other ones, but not about the paths of `unread`."""
    found = [match for line in log if (match := LOGGED.search(line))]
    return [match.string for match in found if match.group(1) not in asked_for and match.group(2) not in unread]
