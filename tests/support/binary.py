"""Where the program under test is."""

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def karmen_binary() -> str:
    """KARMEN_BINARY, else the release build, else the dev build."""
    chosen = os.environ.get("KARMEN_BINARY")
    candidates = [Path(chosen)] if chosen else [REPOSITORY / "build" / preset / "karmen" for preset in ("release", "dev")]
    for candidate in candidates:
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return str(candidate.resolve())
    raise FileNotFoundError(f"no karmen program at {', '.join(map(str, candidates))}: build it, or set KARMEN_BINARY")


def clean_environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """The environment without variables that would configure the server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("KARMEN_", "POSTGRES_"))}
    return kept | (extra or {})
