"""The systemd units, and the file of options that they use."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

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
    """Everything from who it runs as to what it may not do."""
    return re.search(r"^User=.*?(?=^\[Install\])", unit.read_text(), re.MULTILINE | re.DOTALL)[0]


def test_there_is_one_for_every_command():
    found = {unit.name: re.search(r"^ExecStart=/usr/bin/karmen (.*)$", unit.read_text(), re.MULTILINE)[1] for unit in UNITS}
    assert found == COMMANDS


def test_all_are_confined_alike():
    assert {confinement(unit) for unit in UNITS} == {confinement(UNITS[0])}


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
    """Those that are commented out too: whoever removes the sign finds that it works."""
    text = re.sub(r"^# (\[?[a-z_]+(\]$| = ))", r"\1", OPTIONS.read_text(), flags=re.MULTILINE)
    assert tomllib.loads(text).keys() >= {"data_dir", "http", "auth", "storage", "redis", "log"}
    (tmp_path / "karmen.toml").write_text(text)
    done = subprocess.run([karmen_binary(), "config", "--config", str(tmp_path / "karmen.toml")], env=clean_environment(),
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
