"""The Debian package: what is in it, and its life on a machine of its own."""

import json
import platform
import re
import shlex
from pathlib import Path

import pytest

from support.api import Api
from support.binary import REPOSITORY
from support.chroot import ENVIRONMENT, Chroot, run_outside
from support.package import build_package, dependencies, package_field
from support.process import Process
from support.server import ADMIN, ADMIN_PASSWORD

OPTIONS = "/etc/karmen/karmen.toml"
DATA = "/var/lib/karmen"
UNIT = "/lib/systemd/system/karmen.service"
WANTED = "/etc/systemd/system/multi-user.target.wants/karmen.service"
UNITS = {"karmen.service", "karmen-api@.service", "karmen-worker@.service", "karmen-scheduler.service"}

# Stands in for systemd, which cannot run in a chroot: writes down what it is told.
SYSTEMCTL = """#!/bin/sh
echo "$@" >> /systemctl.log
case "$*" in *is-enabled*) echo enabled ;; esac
"""


class InstalledServer:
    """What the unit of an installed package starts, as its user, on any free port."""

    def __init__(self, system: Chroot, log_file: Path):
        unit = system.path(UNIT).read_text()
        command = shlex.split(re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE).group(1))
        user = re.search(r"^User=(.*)$", unit, re.MULTILINE).group(1)
        self.process = Process(system.command([*command, "--http-port", "0"], user), log_file, ENVIRONMENT)
        self.url = self.process.wait_for_lines(r"http://127\.0\.0\.1:\d+")[0].group(0)

    def drawn_password(self) -> str:
        return self.process.wait_for_lines(r"Password: (\S+)")[0].group(1)

    def stop(self) -> None:
        assert self.process.end() == 0, self.process.output()


def systemctl_calls(system: Chroot) -> list[str]:
    """Since the last time that somebody asked."""
    log = system.path("/systemctl.log")
    calls = log.read_text().splitlines() if log.exists() else []
    log.write_text("")
    return calls


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    return tmp_path / "server.log"


def test_depends_on_what_the_program_is_linked_with_and_not_on_servers(package: Path):
    depends = set(dependencies(package))
    assert {"adduser", "libc6", "libssl3", "libsqlite3-0", "libpq5"} <= depends
    servers = {"nginx", "postgresql", "redis-server"}
    assert servers <= set(package_field(package, "Suggests").split(", "))
    assert not servers & depends
    assert int(package_field(package, "Installed-Size")) < 60_000, "the debug symbols are not stripped"


def test_life_from_installing_to_purging(system: Chroot, package: Path, tmp_path: Path, log_file: Path):
    system.put(package, "/karmen.deb")

    # Installing: nothing is fetched, there is no network.
    system.run("dpkg", "--install", "/karmen.deb")
    assert system.owner_and_mode(OPTIONS) == "root:karmen 640"
    assert system.owner_and_mode(DATA) == "karmen:karmen 750"
    assert set(system.run("sh", "-c", "ls /lib/systemd/system | grep karmen").split()) == UNITS
    assert system.run("find", "/etc/systemd/system", "-name", "karmen*").split() == [WANTED]

    # Its service works, out of the box and as the user that it has for itself.
    server = InstalledServer(system, log_file)
    admin = Api(server).log_in(ADMIN, server.drawn_password()).change_password(ADMIN_PASSWORD)
    admin.post("/gcodes", files={"file": ("kept.gcode", b"G28\n")}, expect=201)
    assert admin.get("/gcodes", expect=200).json()["items"][0]["display"] == "kept.gcode"
    server.stop()
    listed = system.run("karmen", "user", "list", "--config", OPTIONS, user="karmen")
    assert ADMIN in listed

    # From here on there seems to be systemd, which is told of everything.
    system.path("/run/systemd/system").mkdir(parents=True)
    system.path("/bin/systemctl").write_text(SYSTEMCTL)
    system.path("/bin/systemctl").chmod(0o755)

    # An upgrade keeps edited options, their mode, and the data, and restarts what runs.
    edited = system.path(OPTIONS).read_text().replace('# level = "info"', 'level = "error"')
    system.path(OPTIONS).write_text(edited)
    version = package_field(package, "Version")
    major, minor, patch = version.split(".")
    newer = build_package(tmp_path, f"{major}.{minor}.{int(patch) + 1}")
    system.put(newer, "/karmen.deb")
    system.run("dpkg", "--install", "/karmen.deb")
    assert system.run("dpkg-query", "--show", "--showformat=${Version}", "karmen") == package_field(newer, "Version") != version
    assert system.path(OPTIONS).read_text() == edited
    assert any(call.startswith("try-restart karmen.service karmen-api@*.service") for call in systemctl_calls(system))
    assert system.owner_and_mode(OPTIONS) == "root:karmen 640"
    server = InstalledServer(system, log_file)
    assert not [line for line in server.process.lines("stderr") if "info" in line], "the edited level is in force"
    items = Api(server).log_in(ADMIN, ADMIN_PASSWORD).get("/gcodes", expect=200).json()["items"]
    assert [item["display"] for item in items] == ["kept.gcode"]
    server.stop()

    # Removing keeps options and data; installing again goes on with them.
    system.run("dpkg", "--remove", "karmen")
    assert not system.path("/usr/bin/karmen").exists()
    assert system.path(OPTIONS).exists() and system.path(f"{DATA}/karmen.db").exists()
    assert any(call.startswith("stop karmen.service") for call in systemctl_calls(system))
    system.run("dpkg", "--install", "/karmen.deb")
    assert system.path(OPTIONS).read_text() == edited
    assert "--quiet --system start karmen.service" in systemctl_calls(system)

    # Purging leaves nothing.
    system.run("dpkg", "--purge", "karmen")
    assert system.run("find", "/", "-xdev", "-name", "*karmen*", "-not", "-path", "/proc/*").split() == ["/karmen.deb"]
    assert "karmen" not in system.path("/etc/passwd").read_text() + system.path("/etc/group").read_text()


def test_a_service_that_was_disabled_stays_so_after_an_upgrade(system: Chroot, package: Path):
    system.put(package, "/karmen.deb")
    system.run("dpkg", "--install", "/karmen.deb")
    system.path(WANTED).unlink()
    system.run("dpkg", "--install", "/karmen.deb")
    assert not system.path(WANTED).is_symlink()


def test_files_with_secrets_are_never_open_in_between(package: Path):
    """Between unpacking and the maintainer's script, too."""
    listing = run_outside(["dpkg-deb", "--contents", str(package)])
    line = next(line for line in listing.splitlines() if line.endswith(OPTIONS))
    assert line.startswith("-rw-r----- root/root"), line


def test_has_no_fault_that_lintian_knows(package: Path):
    run_outside(["lintian", "--allow-root", "--fail-on", "error,warning", str(package)])


# What leaves no mark in the program that could be told from what libraries bring along.
COMPILED_WITH = {"-fstack-protector-strong", "-fstack-clash-protection", "-D_FORTIFY_SOURCE=3", "-fPIE"}
COMPILED_WITH |= {"-fcf-protection=full"} if platform.machine() == "x86_64" else set()


def readelf(program: Path, *what: str) -> str:
    return run_outside(["readelf", "--wide", *what, str(program)])


def test_program_is_hardened(package: Path, tmp_path: Path):
    run_outside(["dpkg-deb", "--extract", str(package), str(tmp_path)])
    program = tmp_path / "usr/bin/karmen"
    segments, dynamic = readelf(program, "--segments"), readelf(program, "--dynamic")
    assert re.search(r"Type:\s+DYN", readelf(program, "--file-header")) and re.search(r"FLAGS_1.*\bPIE\b", dynamic)
    assert "GNU_RELRO" in segments and re.search(r"FLAGS_1.*\bNOW\b", dynamic), "full RELRO"
    assert re.search(r"GNU_STACK\s.*\bRW\s", segments), "nothing on the stack can be run"
    symbols = set(re.findall(r"UND (\w+)", readelf(program, "--dyn-syms")))
    assert "__stack_chk_fail" in symbols
    assert any(re.fullmatch(r"__\w+_chk", symbol) for symbol in symbols), "no call is fortified"


def test_every_source_is_compiled_with_the_hardening_flags(package: Path):
    """The package was made of this build."""
    commands = json.loads((REPOSITORY / "build/release/compile_commands.json").read_text())
    assert len(commands) > 100
    for command in commands:
        missing = COMPILED_WITH - set(shlex.split(command["command"]))
        assert not missing, f"{command['file']} is compiled without {missing}"
