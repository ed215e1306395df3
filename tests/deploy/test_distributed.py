"""What compose.yaml arranges, with its environment and entrypoint, as processes of this machine: PostgreSQL, Redis, two API
processes, worker and scheduler behind nginx."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from support.api import Api
from support.binary import REPOSITORY, clean_environment, karmen_binary
from support.fakes import FakePrinters
from support.nginx import Nginx, shows_a_picture
from support.postgres import new_database
from support.process import Process
from support.server import ADMIN, ADMIN_PASSWORD, FIRST_ADMIN_PASSWORD, SECRET_KEY
from support.redis import Redis
from support.wait import eventually

DOCKER = REPOSITORY / "deploy/docker"


class Arrangement:
    """Started in the order that compose.yaml asks for."""

    def __init__(self, directory: Path):
        self._directory = directory
        self._services = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]
        self._processes: list[Process] = []
        self.database = urlsplit(new_database())
        self.redis = Redis(directory / "redis")
        assert self.start("migrate").wait() == 0
        self.apis = [self.start("api") for _ in range(2)]
        self.api_ports = [int(api.wait_for_lines(r"http://127\.0\.0\.1:(\d+)")[0][1]) for api in self.apis]
        self.worker, self.scheduler = self.start("worker"), self.start("scheduler")
        self.nginx = Nginx(directory / "nginx", [f"127.0.0.1:{port}" for port in self.api_ports], redis_port=self.redis.port)

    def start(self, name: str) -> Process:
        log = self._directory / f"{name}{len(self._processes)}.log"
        process = Process([str(DOCKER / "entrypoint")], log, clean_environment(self.environment(name)))
        self._processes.append(process)
        return process

    def environment(self, name: str) -> dict[str, str]:
        """That of compose.yaml where .env sets nothing, with the addresses of this machine."""
        composed = {key: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) for key, value in self._services[name]["environment"].items()}
        return composed | {
            "PATH": f"{Path(karmen_binary()).parent}:/usr/bin:/bin",
            "POSTGRES_HOST": self.database.hostname, "POSTGRES_PORT": str(self.database.port),
            "POSTGRES_DB": self.database.path.strip("/"), "POSTGRES_USER": self.database.username, "POSTGRES_PASSWORD": "",
            "KARMEN_REDIS_URL": f"redis://127.0.0.1:{self.redis.port}/0",
            "KARMEN_AUTH_SECRET_KEY": SECRET_KEY, "KARMEN_AUTH_ADMIN_PASSWORD": FIRST_ADMIN_PASSWORD, "KARMEN_AUTH_BCRYPT_COST": "4",
            "KARMEN_HTTP_PORT": "0", "KARMEN_HTTP_TRUSTED_PROXIES": "127.0.0.1", "KARMEN_LOG_LEVEL": "debug",
            "KARMEN_DATA_DIR": str(self._directory / "gcodes"), "KARMEN_PRINTERS_CHECK_INTERVAL": "300ms",
        }

    def direct(self, index: int) -> Api:
        """One of the API processes, without nginx."""
        return Api(Address(f"http://127.0.0.1:{self.api_ports[index]}"))

    def end(self) -> None:
        self.nginx.end()
        codes = [process.end() for process in reversed(self._processes)]
        self.redis.end()
        assert set(codes) == {0}


class Address:
    def __init__(self, url: str):
        self.url = url


@pytest.fixture(scope="module")
def arrangement(module_dir: Path) -> Iterator[Arrangement]:
    arrangement = Arrangement(module_dir)
    yield arrangement
    arrangement.end()


@pytest.fixture(scope="module")
def token(arrangement: Arrangement) -> str:
    """Of the administrator, who changed the password at the one process and logs in at the other."""
    arrangement.direct(0).log_in(ADMIN, FIRST_ADMIN_PASSWORD).change_password(ADMIN_PASSWORD)
    return arrangement.direct(1).log_in(ADMIN, ADMIN_PASSWORD).access_token


def test_all_are_ready(arrangement: Arrangement):
    for index in range(2):
        arrangement.direct(index).get("/health/ready", expect=200)
    assert arrangement.nginx.get("/health/ready").json() == {"status": "ready"}
    assert arrangement.worker.exit_code is None and arrangement.scheduler.exit_code is None


def test_it_does_not_matter_which_process_answers(arrangement: Arrangement, token: str):
    gcode = arrangement.nginx.request("POST", "/gcodes", token, files={"file": ("shared.gcode", b"G28\n")}).json()["id"]
    for index in range(2):
        assert arrangement.direct(index).with_token(token).get(f"/gcodes/{gcode}/data", expect=200).content == b"G28\n"


def test_nginx_fetches_webcams_from_where_the_worker_found_them(arrangement: Arrangement, token: str, module_dir: Path):
    printers = FakePrinters(module_dir / "printers.log")
    host = printers.printers[0].host
    added = arrangement.nginx.request("POST", "/printers", token, json={"host": host, "name": "Anna"})
    assert added.status_code == 201, added.text
    id = added.json()["id"]
    stream = eventually(lambda: arrangement.redis.command("get", f"webcam_{id}"), what="the worker has found the webcam")
    assert stream.startswith(f"http://{host}/")
    for name in (id, host):
        with arrangement.nginx.get(f"/proxied-webcam/{name}", token, stream=True) as answer:
            assert answer.status_code == 200 and "sandbox" in answer.headers["Content-Security-Policy"], "nginx itself, not the relay"
            assert shows_a_picture(answer)
    printers.end()


def test_a_process_that_ends_takes_nothing_with_it(arrangement: Arrangement, token: str):
    assert arrangement.apis[0].end() == 0
    assert {arrangement.nginx.get("/users/me/probe", token).status_code for _ in range(6)} == {200}
