"""The server under test, in a directory of its own."""

import json
import re
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from support import arrangement, failures
from support.api import Api
from support.binary import clean_environment, karmen_binary
from support.process import Process
from support.wait import eventually

ADMIN = "karmen"
FIRST_ADMIN_PASSWORD = "first-start-pw"
ADMIN_PASSWORD = "admin-Passw0rd"
USER_PASSWORD = "user-Passw0rd"
SECRET_KEY = "0123456789abcdef0123456789abcdef-for-tests-only"

# bcrypt at its cheapest, and no throttle in the way of tests that log in all the time.
TEST_OPTIONS = {
    "http-port": "0",
    "auth-bcrypt-cost": "4",
    "auth-login-failures-slow": "9999",
    "auth-login-failures-max": "10000",
    "auth-login-names-slow": "10000",
}


class Server:
    """Karmen, as it is arranged, on a data directory that outlives restarts. `options` are flags without their dashes."""

    def __init__(
        self,
        directory: Path,
        options: dict[str, str] | None = None,
        env: dict[str, str] | None = None,
        admin_password: str | None = FIRST_ADMIN_PASSWORD,
        arranged: str = arrangement.CHOSEN,
    ):
        self.directory = directory
        self.data_dir = directory / "data"
        self.log_file = directory / "server.log"
        self.options = TEST_OPTIONS | (options or {})
        self.arrangement = arranged
        self.env = {"KARMEN_AUTH_SECRET_KEY": SECRET_KEY} | arrangement.environment(arranged) | (env or {})
        if admin_password is not None:
            self.env.setdefault("KARMEN_AUTH_ADMIN_PASSWORD", admin_password)
        self.fails_unread: set[str] = set()  # paths of requests whose clients leave before an answer of 500 and above
        self.run_under: list[str] = []  # a program that runs the server, with its arguments
        self._process: arrangement.Processes | None = None  # since the first start
        self.url = ""
        self.api_urls: list[str] = []  # of each process that answers requests
        directory.mkdir(parents=True, exist_ok=True)

    # --- life -------------------------------------------------------------------------------------------------------

    def start(self) -> "Server":
        self._process = arrangement.Processes()
        try:
            self._start_all()
        except AssertionError:
            self.process.kill()
            raise
        return self

    def _start_all(self) -> None:
        self.api_urls = []
        for role in arrangement.commands(self.arrangement):
            self.start_process(role)
        for process in self.process.all:
            if process.command[len(self.run_under) + 1] in ("serve", "api"):
                self.api_urls.append(process.wait_for_lines(arrangement.LISTENS)[0].group(0))
            else:
                process.wait_for_lines("started process=", name="stderr")
        self.url = self.api_urls[0]
        if self.arrangement == arrangement.REPLICATED:
            self.url = f"http://127.0.0.1:{free_port()}"
            port = int(self.url.rsplit(":", 1)[1])
            nginx = arrangement.start_nginx(self.directory / "nginx", self.api_urls, self.directory / "nginx.log", port)
            self.process.all.append(nginx)
            eventually(lambda: Api(self).reachable(), what="nginx answers")

    def start_process(self, role: str) -> Process:
        """One more `karmen serve`, `api`, `worker` or `scheduler` of this installation."""
        flags = [part for name, value in self.options.items() for part in (f"--{name}", value)]
        command = [*self.run_under, karmen_binary(), role, "--data-dir", str(self.data_dir), *flags]
        process = Process(command, self.log_file, clean_environment(self.env), cwd=self.directory)
        self.process.all.append(process)
        return process

    @property
    def process(self) -> arrangement.Processes:
        assert self._process, "the server was never started"
        return self._process

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.exit_code is None

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def port(self) -> int:
        """Of a process that answers requests, without anything in front of it."""
        return int(self.api_urls[0].rsplit(":", 1)[1])

    @property
    def store(self) -> Path:
        return self.data_dir / "gcodes"

    def kill(self) -> None:
        self.process.kill()

    def restart(self) -> "Server":
        self.stop()
        return self.start()

    def stop(self) -> None:
        """Ends the server and insists on a clean end, and that no answer of 500 and above came unasked."""
        code = self.process.end()
        assert not self.process.sanitizer_reports(), self.process.output()
        assert code == 0, f"the server ended with {code}\n{self.process.output()}"
        failed = failures.unasked(self.process.lines("stderr"), self.fails_unread)
        assert not failed, f"no test has asked for these {len(failed)}:\n" + "\n".join(failed[:20])

    # --- people -----------------------------------------------------------------------------------------------------

    def anonymous(self) -> Api:
        return Api(self)

    def login(self, username: str, password: str) -> Api:
        """A client that holds a fresh token, whatever the account may do with it."""
        return Api(self).log_in(username, password)

    def first_admin(self, password: str = ADMIN_PASSWORD) -> Api:
        """The administrator of the first start, after the password change that is forced on him."""
        return self.login(ADMIN, self.env["KARMEN_AUTH_ADMIN_PASSWORD"]).change_password(password)

    def first_admin_before(self, limits: dict[str, str]) -> Api:
        """The same, and then a new start with these options: what prepares a test must not meet the limit that is tested, which
        background work or a busy machine may reach as well."""
        admin = self.first_admin()
        self.options |= limits
        self.restart()
        return admin.again()

    def add_user(self, name: str, role: str = "user", password: str = USER_PASSWORD) -> Api:
        """An account made on the command line, ready for work."""
        self.user_command("add", name, "--role", role, "--password-stdin", stdin=f"{password}-1\n")
        api = self.login(name, f"{password}-1")
        if api.get("/users/me/probe", expect=200).json()["force_pwd_change"]:
            return api.change_password(password)
        self.user_command("set-password", name, "--password-stdin", stdin=f"{password}\n")
        return self.login(name, password)

    def user_command(self, *arguments: str, stdin: str = "", expect: int = 0) -> subprocess.CompletedProcess:
        """`karmen user …` on the server's database."""
        return self.command("user", *arguments, "--auth-bcrypt-cost", "4", stdin=stdin, expect=expect)

    def command(self, *arguments: str, stdin: str = "", expect: int | None = 0) -> subprocess.CompletedProcess:
        """`karmen …` on the server's data directory."""
        command = [karmen_binary(), *arguments, "--data-dir", str(self.data_dir)]
        return run(command, stdin=stdin, expect=expect, env=self.env, cwd=self.directory)

    def listed(self, *arguments: str) -> list[dict[str, Any]]:
        """What `karmen … list --json` prints."""
        return json.loads(self.command(*arguments, "--json").stdout)

    @property
    def postgres_url(self) -> str | None:
        return self.env.get("KARMEN_STORAGE_POSTGRES_URL")

    # --- what the operating system knows ----------------------------------------------------------------------------

    def memory_kib(self, field: str) -> int:
        """A line of /proc/PID/status: `VmRSS`, or its highest value `VmHWM`."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)
        assert found, f"/proc/{self.pid}/status has no {field}"
        return int(found.group(1))

    def stored_files(self) -> dict[str, Path]:
        """Everything in the g-code store except directories, by its path inside the store."""
        return {str(path.relative_to(self.store)): path for path in self.store.rglob("*") if not path.is_dir()}

    def finished_files(self) -> set[str]:
        """The same without remains of an upload that the server is about to remove."""
        return {path for path in self.stored_files() if not path.split("/")[-1].startswith(".")}

    def expect_stored(self, paths: Iterable[str]) -> None:
        """Checks that the store has exactly these files; remains of an unfinished upload are removed after the answer."""
        wanted = set(paths)
        eventually(lambda: self.stored_files().keys() == wanted, what=f"the store holds {sorted(wanted)}")

    def wait_until_refusing(self) -> None:
        """Until the listening socket is closed, which is the first thing that SIGTERM does."""
        eventually(lambda: not Api(self).reachable(), what="the server refuses connections")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def run(
    command: list[str], *, stdin: str = "", expect: int | None = 0, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess:
    """Runs a command to its end. `expect` None takes any exit code."""
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=60, env=clean_environment(env), cwd=cwd
    )
    if expect is not None:
        assert done.returncode == expect, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done
