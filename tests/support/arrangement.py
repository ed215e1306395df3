"""How the server under test is arranged: KARMEN_ARRANGEMENT, by default `embedded`. Tests do not need to know."""

import os
import re
import secrets
import signal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from support import postgres
from support.process import Process

EMBEDDED = "embedded"  # one process, SQLite
POSTGRES = "postgres"  # one process, PostgreSQL
DISTRIBUTED = "distributed"  # api, worker and scheduler on PostgreSQL and Redis
REPLICATED = "replicated"  # two of each, behind an nginx that spreads requests at random
ALL = (EMBEDDED, POSTGRES, DISTRIBUTED, REPLICATED)

CHOSEN = os.environ.get("KARMEN_ARRANGEMENT", EMBEDDED)
assert CHOSEN in ALL, f"KARMEN_ARRANGEMENT={CHOSEN} is none of {ALL}"

LISTENS = r"http://127\.0\.0\.1:\d+"
NGINX = """
daemon off;
worker_processes 1;
pid nginx.pid;
error_log stderr error;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    upstream api {{
        random;
        {servers}
    }}
    server {{
        listen 127.0.0.1:{port};
        # It closes connections on which it has not read a refused body, while the client sends its next request.
        keepalive_timeout 0;
        client_max_body_size 0;
        location / {{
            proxy_pass http://api;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_request_buffering off;
            proxy_buffering off;
            proxy_next_upstream off;
        }}
    }}
}}
"""


def environment(arrangement: str = CHOSEN) -> dict[str, str]:
    """What a new installation finds its servers by; empty for the embedded one."""
    if arrangement == EMBEDDED:
        return {}
    found = {"KARMEN_STORAGE_POSTGRES_URL": postgres.new_database()}
    if arrangement != POSTGRES:
        found["KARMEN_REDIS_URL"] = redis_url()
        found["KARMEN_REDIS_KEY_PREFIX"] = f"test:{secrets.token_hex(8)}:"
    return found


def redis_url() -> str:
    """The Redis that all tests share."""
    url = os.environ.get("KARMEN_TEST_REDIS")
    if not url:
        raise AssertionError("there is no Redis; run this as: scripts/with-redis pytest …")
    return url


def commands(arrangement: str = CHOSEN) -> list[str]:
    """The subcommands that make up an installation, those that answer requests first."""
    if arrangement in (EMBEDDED, POSTGRES):
        return ["serve"]
    copies = 2 if arrangement == REPLICATED else 1
    return ["api"] * copies + ["worker"] * copies + ["scheduler"] * copies


class Processes:
    """Several programs that begin and end together, to be used as one `Process`."""

    def __init__(self):
        self.all: list[Process] = []

    @property
    def pid(self) -> int:
        return self.all[0].pid

    @property
    def exit_code(self) -> int | None:
        codes = [code for process in self.all if (code := process.exit_code) is not None]
        return max(codes, key=abs) if len(codes) == len(self.all) else None

    def wait_for_lines(self, *arguments: Any, **options: Any) -> list[re.Match[str]]:
        """On an output of the first of them."""
        return self.all[0].wait_for_lines(*arguments, **options)

    def lines(self, name: str = "stdout") -> list[str]:
        return [line for process in self.all for line in process.lines(name)]

    def output(self) -> str:
        return "\n".join(process.output() for process in self.all)

    def signal(self, number: int) -> None:
        for process in self.all:
            process.signal(number)

    def wait(self, within_s: float = 20.0) -> int:
        return max((process.wait(within_s) for process in self.all), key=abs)

    def kill(self) -> None:
        for process in self.all:
            process.kill()

    def end(self) -> int:
        for process in self.all:
            if process.exit_code is None:
                process.signal(signal.SIGTERM)
        try:
            return max([process.wait() for process in self.all], key=abs)
        finally:
            self.kill()

    def sanitizer_reports(self) -> list[str]:
        return [line for process in self.all for line in process.sanitizer_reports()]


def start_nginx(directory: Path, urls: list[str], log_file: Path, port: int) -> Process:
    """An nginx in front of these servers."""
    directory.mkdir(parents=True, exist_ok=True)
    servers = "\n        ".join(f"server {urlsplit(url).netloc};" for url in urls)
    (directory / "nginx.conf").write_text(NGINX.format(servers=servers, port=port))
    return Process(["nginx", "-p", str(directory), "-c", "nginx.conf"], log_file, dict(os.environ))
