"""The image's steps, each a script of deploy/docker, in a Debian of their own: there need not be a Docker engine here."""

import re
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.binary import REPOSITORY, clean_environment
from support.chroot import ENVIRONMENT, Chroot
from support.nginx import RawServer
from support.process import Process
from support.wait import eventually

DOCKERFILE = (REPOSITORY / "deploy/docker/Dockerfile").read_text()
HOME = "/usr/local/lib/karmen"
# Stands in for the program where only what the entrypoint makes of SERVICE is looked at.
STUB = "#!/bin/sh\necho karmen \"$@\"\n"
COMMANDS = {
    "api": "api", "worker": "worker", "scheduler": "scheduler", "serve": "serve", "migrate": "migrate",
    "flask": "api", "celery-worker": "worker", "celery-beat": "scheduler",
    "fake-printer": "fake-printer --address 0.0.0.0 --port 5000",
}


def stage(name: str) -> str:
    """The lines of one stage of the Dockerfile."""
    return re.search(rf"^FROM \S+ AS {name}$(.*?)(?=^FROM|\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL).group(1)


def instructions(name: str, word: str) -> list[str]:
    return re.findall(rf"^{word} (.*)$", stage(name), re.MULTILINE)


def perform(name: str, system: Chroot) -> None:
    """What a stage copies and runs."""
    for copied in instructions(name, "COPY"):
        *sources, target = copied.split()
        for source in sources:
            system.put(REPOSITORY / source, target + (Path(source).name if target.endswith("/") else ""))
    for step in instructions(name, "RUN"):
        system.run(*[word for word in shlex.split(step) if not word.startswith("--mount")], with_network=True)


@pytest.fixture(scope="module")
def image(base_system: Chroot, package: Path) -> Iterator[Chroot]:
    """The last stage of the Dockerfile."""
    system = base_system.copy(base_system.root.parent / "image")
    system.put(package, "/out/karmen.deb")
    perform("karmen", system)
    yield system
    system.remove()


@pytest.fixture(scope="module")
def environment() -> dict[str, str]:
    pairs = [pair.split("=", 1) for line in instructions("karmen", "ENV") for pair in line.split()]
    return ENVIRONMENT | dict(pairs)


@pytest.fixture
def stubbed(image: Chroot) -> Iterator[Chroot]:
    stub = image.path("/usr/local/bin/karmen")
    stub.write_text(STUB)
    stub.chmod(0o755)
    yield image
    stub.unlink()


def test_runs_scripts_that_are_in_the_image_and_nothing_else():
    """So that the tests run the same program as the image."""
    for name, allowed in (("build", r"scripts/setup build|deploy/docker/build /out"), ("nginx", rf"{HOME}/install-nginx"),
                          ("karmen", rf"--mount=\S+ {HOME}/install /out/karmen\.deb")):
        for step in instructions(name, "RUN"):
            assert re.fullmatch(allowed, step), step
    for source in re.findall(r"^COPY (?!\. \.)(.*) \S+$", DOCKERFILE, re.MULTILINE):
        for path in source.split():
            assert (REPOSITORY / path).exists(), path
    assert DOCKERFILE.rstrip().rfind("FROM") == DOCKERFILE.find("FROM debian:12-slim AS karmen"), "the last stage is Karmen"
    assert instructions("karmen", "USER") == ["karmen"]


def test_user_has_the_same_number_in_every_image(image: Chroot):
    assert image.run("id", "karmen").startswith("uid=900(karmen) gid=900(karmen)")
    assert image.owner_and_mode("/var/lib/karmen") == "karmen:karmen 750"


def test_the_readme_makes_the_user_as_the_image_has_it():
    """So that containers and packages can work on the same folder; that the package takes such a user, the image shows."""
    made = re.findall(r"^(?:group|user)add .*$", (REPOSITORY / "deploy/docker/install").read_text(), re.MULTILINE)
    readme = (REPOSITORY / "deploy/README.md").read_text().splitlines()
    assert len(made) == 2 and {f"sudo {line}" for line in made} <= set(readme)


@pytest.mark.parametrize("service", COMMANDS)
def test_service_chooses_the_command(stubbed: Chroot, service: str):
    said = stubbed.run(f"{HOME}/entrypoint", "--log-level", "debug", user="karmen", env={"SERVICE": service})
    assert said == f"karmen {COMMANDS[service]} --log-level debug\n"


def test_without_service_it_serves_or_does_what_is_said(stubbed: Chroot):
    assert stubbed.run(f"{HOME}/entrypoint", user="karmen") == "karmen serve\n"
    assert stubbed.run(f"{HOME}/entrypoint", "--http-port", "1", user="karmen") == "karmen serve --http-port 1\n"
    assert stubbed.run(f"{HOME}/entrypoint", "user", "list", user="karmen") == "karmen user list\n"


def test_unknown_service_is_refused_with_the_choices(stubbed: Chroot):
    said = stubbed.run(f"{HOME}/entrypoint", user="karmen", env={"SERVICE": "flsk"}, expect=2)
    assert "SERVICE=flsk" in said
    assert set(re.findall(r"[a-z-]+", said)) >= COMMANDS.keys()


def test_the_program_knows_every_command(image: Chroot):
    for command in {words.split()[0] for words in COMMANDS.values()}:
        image.run("karmen", command, "--help", user="karmen")


@pytest.mark.parametrize("service", ["serve", "fake-printer"])
def test_is_healthy_while_it_answers(image: Chroot, environment: dict[str, str], service: str, tmp_path: Path):
    # With a network of its own, as a container has: its addresses and ports are those of the image.
    container = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    env = environment | {"SERVICE": service}
    process = Process(container + image.command([f"{HOME}/entrypoint"], "karmen"), tmp_path / "log", env)
    inside = ["nsenter", f"--net=/proc/{process.pid}/ns/net", *image.command([f"{HOME}/healthcheck"], "karmen")]
    try:
        process.wait_for_lines(r"http://0\.0\.0\.0:\d+")
        eventually(lambda: subprocess.run(inside, env=env, cwd="/").returncode == 0, what="healthy")
        process.signal(signal.SIGSTOP)
        assert subprocess.run(inside, env=env, cwd="/").returncode != 0, "a program that hangs is not well"
        process.signal(signal.SIGCONT)
    finally:
        process.end()


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_is_well_while_it_is_only_not_ready(path: str):
    """A supervisor that restarts unhealthy containers does not restart one that waits for its database."""
    def respond(connection: socket.socket, head: str) -> None:
        says = "503 Service Unavailable" if head.startswith(f"GET {path} ") else "200 OK"
        connection.sendall(f"HTTP/1.1 {says}\r\nContent-Length: 0\r\n\r\n".encode())

    server = RawServer(respond)
    env = clean_environment({"SERVICE": "api", "KARMEN_HTTP_PORT": str(server.port)})
    is_well = subprocess.run([REPOSITORY / "deploy/docker/healthcheck"], env=env).returncode == 0
    server.end()
    assert is_well == (path == "/health/ready")


def test_nginx_of_the_compose_file_takes_its_configuration(system: Chroot):
    perform("nginx", system)
    for stream in ("/dev/stdout", "/dev/stderr"):  # links into /proc, which a container has
        system.path(stream).unlink()
        system.path(stream).touch()
    said = system.run("/usr/local/lib/karmen/nginx-entrypoint", "-t", env={"SITE": "karmen.example"})
    assert "test is successful" in said and "[warn]" not in said
    certificate = system.run("openssl", "x509", "-in", "/etc/karmen/tls/fullchain.pem", "-noout", "-ext", "subjectAltName")
    assert "DNS:karmen.example" in certificate
    assert system.path("/etc/karmen/tls/privkey.pem").stat().st_mode & 0o077 == 0
