"""What `karmen tasks` says of an installation's tasks."""

import json

from support.server import Server


def counts(karmen: Server) -> dict[str, int]:
    return json.loads(karmen.command("tasks", "status", "--json").stdout)


def nothing_left(karmen: Server) -> bool:
    return counts(karmen) == {"queued": 0, "running": 0, "retry_waiting": 0, "dead": 0}
