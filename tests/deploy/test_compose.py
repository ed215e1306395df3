"""deploy/docker/compose.yaml, as far as it can be read without an engine."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.binary import REPOSITORY, clean_environment, karmen_binary
from support.process import Process
from support.server import free_port
from support.wait import eventually

FOLDER = REPOSITORY / "deploy/docker"
TEXT = (FOLDER / "compose.yaml").read_text()
# ${NAME}, ${NAME:-default}, ${NAME:?what is missing}
VARIABLE = re.compile(r"\$\{([A-Z_]+)(?::([-?])([^}]*))?\}")
OWN_SERVICES = {"migrate", "api", "worker", "scheduler", "fake-printer-1", "fake-printer-2"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(TEXT)


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return compose["services"]


def example_variables() -> dict[str, str]:
    """The variables of .env.example; each has its meaning above it."""
    lines = (FOLDER / ".env.example").read_text().splitlines()
    found = {}
    for above, line in zip(["", *lines], lines):
        if match := re.fullmatch(r"([A-Z_]+)=(.*)", line):
            assert above.startswith("#") or "=" in above, f"nothing says what {match[1]} is"
            found[match[1]] = match[2]
    return found


def test_has_every_part_of_the_distributed_arrangement(services: dict[str, Any]):
    assert services.keys() == {"nginx", "postgres", "redis"} | OWN_SERVICES


def test_every_variable_is_explained_and_used():
    example = example_variables()
    used = {name: (kind, text) for name, kind, text in VARIABLE.findall(TEXT)}
    assert used.keys() == example.keys()
    for name, (kind, default) in used.items():
        if kind == "-":
            assert example[name] == default, f"{name}: .env.example shows another value than the one without it"
        else:
            assert kind == "?" and example[name] == "", f"{name} is to be set by whoever starts it"


def test_services_of_the_image_choose_what_the_entrypoint_knows(services: dict[str, Any]):
    choices = set(re.findall(r"[a-z-]+", re.search(r'^choices="([^;]+)', (FOLDER / "entrypoint").read_text(), re.MULTILINE)[1]))
    for name in OWN_SERVICES:
        service = services[name]
        assert service["image"] == "karmen" and (FOLDER / service["build"]["context"] / service["build"]["dockerfile"]).exists()
        assert service["environment"]["SERVICE"] in choices
        assert name.startswith(service["environment"]["SERVICE"])
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
    assert services["nginx"]["build"]["target"] == "nginx"


def test_options_are_those_of_the_program(services: dict[str, Any]):
    """`karmen config` refuses every variable that it does not know, and every value that is not allowed."""
    for name in OWN_SERVICES:
        given = {key: VARIABLE.sub(lambda match: match[3] if match[2] == "-" else "0123456789abcdef" * 2, value)
                 for key, value in services[name]["environment"].items()}
        done = subprocess.run([karmen_binary(), "config"], env=clean_environment(given), capture_output=True, text=True)
        assert done.returncode == 0, f"{name}: {done.stderr}"


def test_nobody_starts_before_what_it_needs_is_well(services: dict[str, Any]):
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                of_the_image = services[needed]["image"] == "karmen"
                assert of_the_image or services[needed]["healthcheck"]["test"], f"{name} waits for {needed}"
            else:
                assert how["condition"] == "service_completed_successfully" and services[needed]["restart"] == "no"
    for name in ("api", "worker", "scheduler"):
        assert services[name]["depends_on"].keys() == {"migrate", "redis"}


def test_what_must_last_is_in_volumes(compose: dict[str, Any], services: dict[str, Any]):
    used = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert used == compose["volumes"].keys()
    for name in ("api", "worker", "scheduler"):
        assert services[name]["volumes"] == ["gcodes:/var/lib/karmen"]
    redis = services["redis"]["command"]
    assert redis[redis.index("--appendonly") + 1] == "yes" and redis[redis.index("--maxmemory-policy") + 1] == "noeviction"


def test_redis_wants_its_password(services: dict[str, Any], tmp_path: Path):
    """The command of the service, with what it finds in Redis' own image."""
    (tmp_path / "docker-entrypoint.sh").write_text('#!/bin/sh\nexec "$@"\n')
    (tmp_path / "docker-entrypoint.sh").chmod(0o755)
    port = str(free_port())
    password = "0123456789abcdef"
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"} | dict.fromkeys(services["redis"]["environment"], password)
    command = [word.replace("$$", "$") for word in services["redis"]["command"]]
    redis = Process([*command, "--bind", "127.0.0.1", "--port", port, "--dir", str(tmp_path)], tmp_path / "redis.log", env)
    kind, check = services["redis"]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"

    def is_healthy(**changed: str) -> bool:
        return subprocess.run(check.replace("redis-cli", f"redis-cli -p {port}"), shell=True, env=env | changed).returncode == 0

    try:
        eventually(is_healthy, what="Redis is healthy")
        assert not is_healthy(REDISCLI_AUTH="wrong")
        asked = subprocess.run(["redis-cli", "-p", port, "get", "a"], env=env | {"REDISCLI_AUTH": ""}, capture_output=True, text=True)
        assert "NOAUTH" in asked.stdout
        assert password not in Path(f"/proc/{redis.pid}/cmdline").read_text()
    finally:
        redis.end()
    for name in ("api", "worker", "scheduler"):
        assert ":${REDIS_PASSWORD:" in services[name]["environment"]["KARMEN_REDIS_URL"]
    assert services["redis"]["environment"]["REDISCLI_AUTH"] == services["nginx"]["environment"]["REDIS_PASSWORD"]


def test_what_holds_data_is_in_networks_of_its_own(compose: dict[str, Any], services: dict[str, Any]):
    reached_by = {network: {name for name, service in services.items() if network in service.get("networks", ["default"])}
                  for network in compose["networks"]}
    own = {"migrate", "api", "worker", "scheduler"}
    assert reached_by["data"] == {"postgres", "redis"} | own and reached_by["webcams"] == {"redis", "nginx"}
    assert reached_by["default"] == services.keys() - {"postgres", "redis", "migrate"}
    assert compose["networks"]["data"]["internal"] and compose["networks"]["webcams"]["internal"]


def test_only_nginx_is_reached_from_outside_and_only_it_is_trusted(services: dict[str, Any]):
    assert [name for name, service in services.items() if service.get("ports")] == ["nginx"]
    address = services["nginx"]["networks"]["default"]["ipv4_address"]
    for name in ("api", "worker", "scheduler"):
        assert services[name]["environment"]["KARMEN_HTTP_TRUSTED_PROXIES"] == address
