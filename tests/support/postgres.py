"""PostgreSQL: databases on the server of scripts/with-postgres, and servers of a test's own that it may stop and freeze."""

import os
import secrets
import signal
import subprocess
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from support.binary import REPOSITORY
from support.process import Process
from support.wait import eventually

URL = "KARMEN_TEST_POSTGRES"
DATA = "KARMEN_TEST_POSTGRES_DATA"
WITH_POSTGRES = str(REPOSITORY / "scripts" / "with-postgres")


def server_url() -> str:
    """The server that all tests share; its user may do everything."""
    url = os.environ.get(URL)
    if not url:
        raise AssertionError("there is no PostgreSQL server; run this as: scripts/with-postgres pytest …")
    return url


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def new_database(url: str | None = None) -> str:
    """The URL of a new and empty database. It ends with the server."""
    server = url or server_url()
    name = f"test_{secrets.token_hex(8)}"
    sql(server, f"CREATE DATABASE {name}")
    return with_database(server, name)


PSQL = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=\t", "--set=ON_ERROR_STOP=1"]


def sql(url: str, statements: str, *flags: str) -> list[list[str]]:
    """Runs SQL; the rows as texts, a null is empty."""
    done = subprocess.run([*PSQL, *flags, url], input=statements, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{statements[:500]}\n{done.stderr}"
    return [line.split("\t") for line in done.stdout.splitlines()]


def changed_rows(url: str, statement: str) -> int:
    """How many rows the statement changed: the last word of `DELETE 1`; none where it is about no rows."""
    said = sql(url, statement, "--variable=QUIET=off")
    word = said[-1][0].rsplit(" ", 1)[-1]
    return int(word) if word.isdigit() else 0


def literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


class PostgresServer:
    """A server of one test's own, which ends with `end`."""

    def __init__(self, directory: Path):
        directory.mkdir(parents=True, exist_ok=True)
        environment = {name: value for name, value in os.environ.items() if name not in (URL, DATA)}
        told = f"echo url=${URL} data=${DATA}; exec sleep infinity"
        self._process = Process([WITH_POSTGRES, "bash", "-c", told], directory / "postgres.log", environment)
        match = self._process.wait_for_lines(r"url=(\S+) data=(\S+)")[0]
        self.url, self._data = match.group(1), Path(match.group(2))
        self._bin = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))[-1].parent

    def new_database(self) -> str:
        return new_database(self.url)

    def stop(self) -> None:
        """As a restart for maintenance does it: every connection is told and cut."""
        self._control("stop", "--mode", "fast")

    def start(self) -> None:
        self._control("start", "--log", str(self._data / "again.log"))

    def restart(self) -> None:
        self.stop()
        self.start()

    def freeze(self) -> None:
        """The server takes connections, and never answers."""
        for pid in self._processes():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in self._processes():
            os.kill(pid, signal.SIGCONT)

    def end(self) -> None:
        self.thaw()
        children = subprocess.run(["pgrep", "-P", str(self._process.pid)], capture_output=True, text=True).stdout.split()
        # The script cleans up when its command ends.
        for child in children:
            if "sleep" in Path(f"/proc/{child}/cmdline").read_text():
                os.kill(int(child), signal.SIGTERM)
        eventually(lambda: self._process.exit_code is not None, what="the server has ended")
        self._process.kill()

    def _processes(self) -> list[int]:
        try:
            postmaster = (self._data / "postmaster.pid").read_text().split()[0]
        except FileNotFoundError:
            return []
        children = subprocess.run(["pgrep", "-P", postmaster], capture_output=True, text=True).stdout.split()
        return [int(pid) for pid in [postmaster, *children]]

    def _control(self, *arguments: str) -> None:
        command = [str(self._bin / "pg_ctl"), *arguments, "--pgdata", str(self._data), "--wait", "--silent"]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        nothing = subprocess.DEVNULL
        done = subprocess.run(command, stdin=nothing, stdout=nothing, stderr=subprocess.PIPE, text=True, timeout=60, cwd="/")
        assert done.returncode == 0, f"{command}: {done.stderr}"
