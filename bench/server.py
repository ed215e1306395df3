#!/usr/bin/env python3
"""Speed and memory of two builds of Karmen, as ratios, measured in turns on the same data. Needs wrk and nginx.

    bench/server.py BEFORE AFTER [PRINTERS]

BEFORE and AFTER are programs `karmen` of the same kind of build. Each serves a new embedded installation. Prints requests per second
of an authenticated question about the own account (probe) and of `GET /printers` with all fields, and the memory of the idle process.
The rates of AFTER are also compared with those of nginx, with one worker, for a file of 1 kB and for a file of the bytes of that list.
"""

import json
import os
import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path

ROUNDS = 5
SECONDS = 3
PASSWORD = "bench-Passw0rd"
FEWEST = {"probe": 1.3, "printers": 3.0}
MOST = {"idle memory": 1.1}


NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr;
events {{ }}
http {{
    access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; types {{ }} default_type application/json;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c; uwsgi_temp_path {folder}/d;
    scgi_temp_path {folder}/e;
    server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""


def rate(url: str, *more: str) -> float:
    """Requests per second."""
    command = ["wrk", "-t1", "-c16", "--timeout", "30s", f"-d{SECONDS}s", *more, url]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in told and "Socket errors" not in told, told
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert found
    return float(found.group(1))


class Nginx:
    """Serves a file of each size, by its name."""

    def __init__(self, folder: Path, sizes: dict[str, int]):
        (folder / "files").mkdir(parents=True)
        for path in (folder.parent, folder, folder / "files"):
            path.chmod(0o755)  # its worker may be another user
        for name, size in sizes.items():
            (folder / "files" / name).write_bytes(b"x" * size)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        (folder / "conf").write_text(NGINX.format(folder=folder, port=port))
        self.process = subprocess.Popen(["nginx", "-e", "stderr", "-p", str(folder), "-c", str(folder / "conf")])
        self.url = f"http://127.0.0.1:{port}"
        for _ in range(100):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("nginx did not start")

    def rate(self, name: str) -> float:
        return rate(f"{self.url}/{name}")

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()


class Server:
    def __init__(self, program: str, directory: Path, printers: int):
        self.program = program
        environment = os.environ | {"KARMEN_AUTH_ADMIN_PASSWORD": PASSWORD}
        command = [program, "serve", "--data-dir", str(directory), "--http-port", "0", "--auth-bcrypt-cost", "4"]
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if address := re.search(r"http://[0-9.:]+", line):
                self.url = address.group(0)
                break
        token = self.ask("POST", "/users/me/authenticate", {"username": "karmen", "password": PASSWORD})["access_token"]
        new = PASSWORD + "!"
        change = {"password": PASSWORD, "new_password": new, "new_password_confirmation": new}
        answer = self.ask("PATCH", "/users/me", change, token)
        self.token = answer["access_token"]
        time.sleep(1)
        self.idle_kib = self.memory_kib()
        self.add_printers(directory, printers)

    def ask(self, method: str, path: str, body: dict | None = None, token: str = "") -> dict:
        request = urllib.request.Request(self.url + path, method=method, data=json.dumps(body).encode() if body else None)
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())

    def add_printers(self, directory: Path, count: int) -> None:
        """Straight into the table: nothing listens at their addresses, and each refuses at once."""
        with sqlite3.connect(directory / "karmen.db", timeout=30) as database:
            columns = {row[1] for row in database.execute("PRAGMA table_info(printers)")}
            for n in range(count):
                row = {
                    "id": str(uuid.uuid4()),
                    "host": f"127.0.{n // 200}.{n % 200 + 1}:9",
                    "name": f"Printer {n}",
                    "hostname": "",
                    "protocol": "http",
                    "client": "octoprint",
                    "client_props": '{"connected": false, "version": {}, "access_level": "unknown", "api_key": null}',
                    "printer_props": '{"filament_type": "PLA", "filament_color": "red", "bed_type": "PEI"}',
                }
                row = {name: value for name, value in row.items() if name in columns}
                marks = ", ".join("?" * len(row))
                database.execute(f"INSERT INTO printers ({', '.join(row)}) VALUES ({marks})", list(row.values()))
        time.sleep(10)  # until the server knows them and has asked each

    def size_of(self, path: str) -> int:
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request) as answer:
            return len(answer.read())

    def memory_kib(self) -> int:
        found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())
        assert found
        return int(found.group(1))

    def rate(self, path: str) -> float:
        return rate(self.url + path, "-H", f"Authorization: Bearer {self.token}")

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()


PATHS = {"probe": "/users/me/probe", "printers": "/printers?fields=status,webcam,job"}


def main() -> int:
    programs = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
    with tempfile.TemporaryDirectory() as folder:
        servers = [Server(program, Path(folder) / str(n), count) for n, program in enumerate(programs)]
        nginx = Nginx(Path(folder) / "nginx", {"probe": 1024, "printers": servers[1].size_of(PATHS["printers"])})
        rates: dict[str, list[list[float]]] = {name: [[], [], []] for name in PATHS}
        try:
            for _ in range(ROUNDS):
                for name, path in PATHS.items():
                    for n, server in enumerate(servers):
                        rates[name][n].append(server.rate(path))
                    rates[name][2].append(nginx.rate(name))
        finally:
            nginx.end()
            for server in servers:
                server.end()
    ok = True
    for name in PATHS:
        before, after, file = (statistics.median(one) for one in rates[name])
        ok &= after / before >= FEWEST[name]
        print(f"{name}: {before:.0f}/s, then {after:.0f}/s: {after / before:.2f} times as many (target: at least {FEWEST[name]})")
        print(f"{name}: nginx {file:.0f}/s with a file: {after / file:.2f} of it")
    before, after = (server.idle_kib for server in servers)
    ok &= after / before <= MOST["idle memory"]
    print(f"idle memory: {before} KiB, then {after} KiB: {after / before:.2f} times as much (target: at most {MOST['idle memory']})")
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
