"""What Karmen 0.0.13 left behind: its database, its upload folder, and tokens that it signed."""

import subprocess
import time
import uuid
from pathlib import Path
from typing import NamedTuple

from support.binary import REPOSITORY, karmen_binary
from support.postgres import new_database, sql
from support.server import SECRET_KEY, run
from support.tokens import make_token

FIXTURE = REPOSITORY / "tests" / "data" / "karmen-0.0.13.sql"
PASSWORD = "old-Passw0rd"
ADMIN, URSULA, FORCED, SUSPENDED, NO_LOCAL, NAMELESS, ACCIDENT = (
    f"00000000-0000-4000-8000-{n:012}" for n in range(1, 8)
)
SLICER, REVOKED, UNNAMED, NOBODYS = (f"10000000-0000-4000-8000-{n:012}" for n in range(1, 5))
GCODE_IDS = {*range(1, 10), 2147483646}
INSIDE = {1: "a/b/cube.gcode", 2: "never analysed.gcode", 3: "twice.gcode", 4: "twice.gcode"}
OUTSIDE = {5, 6, 7, 8}


def fill(url: str, directory: Path) -> Path:
    """The odd database of tests/data at `url`; returns the upload folder that its rows speak of."""
    uploads = directory / "uploads"
    (uploads / "a" / "b").mkdir(parents=True)
    for path in set(INSIDE.values()):
        (uploads / path).write_bytes(b"G28\n")
    outside = directory / "outside.gcode"
    outside.write_bytes(b"SECRET")
    (uploads / "link.gcode").symlink_to(outside)
    (uploads / "folder").symlink_to(directory)
    (uploads / "of nobody.txt").write_bytes(b"not Karmen's")
    sql(url, FIXTURE.read_text().replace("UPLOADS", str(uploads)).replace("OUTSIDE", str(outside)))
    return uploads


SHORT_KEY = "a-short-key"  # such as 0.0.13 let people have


class Old(NamedTuple):
    """An old database of its own, with its upload folder."""

    url: str
    uploads: Path
    directory: Path

    @staticmethod
    def make(directory: Path) -> "Old":
        url = new_database()
        return Old(url, fill(url, directory), directory)

    @property
    def env(self) -> dict[str, str]:
        return {"KARMEN_STORAGE_POSTGRES_URL": self.url, "KARMEN_AUTH_OLD_SECRET_KEY": SHORT_KEY}

    def karmen(self, *arguments: str, expect: int | None = 0) -> subprocess.CompletedProcess:
        return run([karmen_binary(), *arguments, "--data-dir", str(self.directory / "data")], expect=expect, env=self.env)


def dump(url: str) -> dict[str, list]:
    """Every row of every table as text, and every column, to find changes."""
    tables = [row[0] for row in sql(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]
    content = {table: sql(url, f"SELECT t::text FROM {table} AS t ORDER BY 1") for table in tables}
    columns = (
        "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default "
        "FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
    )
    return content | {"": sql(url, columns), "indexes": sql(url, "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1")}


def access_token(user: str, *, role: str = "user", username: str = "", fresh: bool = True, ends_in_s: int = 900) -> str:
    """In the order of claims that 0.0.13 wrote."""
    now = int(time.time())
    return make_token(
        {
            "iat": now,
            "nbf": now,
            "jti": str(uuid.uuid4()),
            "exp": now + ends_in_s,
            "identity": user,
            "fresh": fresh,
            "type": "access",
            "user_claims": {"role": role, "username": username, "force_pwd_change": False},
        }
    )


def refresh_token(user: str) -> str:
    now = int(time.time())
    return make_token(
        {"iat": now, "nbf": now, "jti": str(uuid.uuid4()), "exp": now + 30 * 86400, "identity": user, "type": "refresh"}
    )


def api_token(user: str, jti: str, username: str = "ursula", key: str = SECRET_KEY) -> str:
    made = 1583020800  # years ago
    claims = {"iat": made, "nbf": made, "jti": jti, "identity": user, "fresh": False, "type": "access"}
    return make_token(claims | {"user_claims": {"role": "user", "username": username}}, key=key)
