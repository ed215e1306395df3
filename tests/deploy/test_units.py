"""The systemd units, and the file of options that they use."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from support.binary import REPOSITORY, clean_environment, karmen_binary

UNITS = sorted((REPOSITORY / "deploy/systemd").glob("*.service"))
OPTIONS = REPOSITORY / "deploy/debian/karmen.toml"
# As deploy/README.md says it.
EXPOSURE_MAX = 1.1
COMMANDS = {
    "karmen.service": "serve --config /etc/karmen/karmen.toml",
    "karmen-api@.service": "api --http-port %i --config /etc/karmen/karmen.toml",
    "karmen-worker@.service": "worker --config /etc/karmen/karmen.toml",
    "karmen-scheduler.service": "scheduler --config /etc/karmen/karmen.toml",
}


def confinement(unit: Path) -> str:
    """All settings, from the user that it runs as to its confinement."""
    return re.search(r"^User=.*?(?=^\[Install\])", unit.read_text(), re.MULTILINE | re.DOTALL)[0]


def test_there_is_one_for_every_command():
    found = {unit.name: re.search(r"^ExecStart=/usr/bin/karmen (.*)$", unit.read_text(), re.MULTILINE)[1] for unit in UNITS}
    assert found == COMMANDS


def test_all_are_confined_alike():
    assert {confinement(unit) for unit in UNITS} == {confinement(UNITS[0])}


def longest_end_s() -> int:
    """Of a process with default options: its parts end one after the other, and then what a printer began may still be recorded."""
    options = tomllib.loads(subprocess.run([karmen_binary(), "config"], env=clean_environment(), capture_output=True, text=True,
                                           check=True).stdout)
    limits = [options["http"]["shutdown_grace"], options["tasks"]["shutdown_grace"]]
    limits += [options["storage"][limit] for limit in ("connect_timeout", "busy_timeout", "statement_timeout")]
    return sum(int(limit.removesuffix("s")) for limit in limits)


def test_nothing_is_killed_before_it_can_have_ended():
    needed = longest_end_s()
    for unit in UNITS:
        given = re.search(r"^TimeoutStopSec=(\d+)s$", unit.read_text(), re.MULTILINE)
        assert given and int(given[1]) > needed, unit.name
    services = yaml.safe_load((REPOSITORY / "deploy/docker/compose.yaml").read_text())["services"]
    for name, service in services.items():
        if service["image"] == "karmen":
            assert int(service.get("stop_grace_period", "10s").removesuffix("s")) > needed, name
    (given,) = re.findall(r"--stop-timeout (\d+)", (REPOSITORY / "deploy/README.md").read_text())
    assert int(given) > needed


def test_all_come_after_their_servers_and_are_never_given_up():
    for unit in UNITS:
        head = unit.read_text().split("[Service]")[0].splitlines()
        assert "After=network-online.target postgresql.service redis-server.service" in head, unit.name
        assert "StartLimitIntervalSec=0" in head, unit.name
        assert not any(re.match("(Requires|BindsTo)=", line) for line in head), "one process needs neither"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_exposure_is_what_the_readme_says(unit: Path):
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_MAX * 10:.0f}", str(unit)],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"exposure level of {EXPOSURE_MAX}" in (REPOSITORY / "deploy/README.md").read_text()


def test_systemd_finds_no_fault(tmp_path: Path):
    """Among other things, words that it does not know, which it would ignore."""
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace("/usr/bin/karmen", karmen_binary()))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *map(str, tmp_path.iterdir())], capture_output=True, text=True)
    complaints = [line for line in (done.stdout + done.stderr).splitlines() if "karmen" in line]
    assert complaints == []


def test_every_option_in_the_file_is_one_of_the_program(tmp_path: Path):
    """Lines that are commented out too: they work when somebody removes the sign."""
    text = re.sub(r"^# (\[?[a-z_]+(\]$| = ))", r"\1", OPTIONS.read_text(), flags=re.MULTILINE)
    assert tomllib.loads(text).keys() >= {"data_dir", "http", "auth", "storage", "redis", "log"}
    (tmp_path / "karmen.toml").write_text(text)
    done = subprocess.run([karmen_binary(), "config", "--config", str(tmp_path / "karmen.toml")], env=clean_environment(),
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
