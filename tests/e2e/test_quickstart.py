"""The README's quick start, run as it stands there, against the demonstration that it begins with."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from support.api import Api
from support.binary import REPOSITORY, clean_environment, karmen_binary
from support.process import Process
from support.wait import eventually

pytestmark = pytest.mark.alone

PORT = 8080
MARKED = re.compile(r"<!-- quickstart -->\n(.*?)<!-- /quickstart -->", re.DOTALL)
PROMISED_STATES = {"Anna": "Printing", "Bert": "Operational", "Cleo": "Printer is not connected to Octoprint"}
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks() -> list[str]:
    """The shell blocks of the walk, in their order."""
    readme = (REPOSITORY / "README.md").read_text()
    return [block for part in MARKED.findall(readme) for block in BLOCK.findall(part)]


def somebody_listens() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", PORT)) == 0


def states_of_the_demo() -> dict[str, str]:
    demo = SimpleNamespace(url=f"http://127.0.0.1:{PORT}")
    api = Api(demo).log_in("karmen", "karmen-demo")
    return {item["name"]: item["status"]["state"] for item in api.get("/printers?fields=status", expect=200).json()["items"]}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What a reader sees: the samples, and the program where the build puts it. Files that the walk makes stay here."""
    (tmp_path / "build" / "release").mkdir(parents=True)
    (tmp_path / "build" / "release" / "karmen").symlink_to(karmen_binary())
    (tmp_path / "tests").symlink_to(REPOSITORY / "tests")
    return tmp_path


@pytest.fixture
def demo(tmp_path: Path):
    """What `scripts/run --demo` does after the build, on the ports that the README names."""
    assert not somebody_listens(), f"port {PORT} is taken: the quick start cannot be run as it stands"
    process = Process([str(REPOSITORY / "scripts" / "demo"), karmen_binary()], tmp_path / "demo.log", clean_environment())
    try:
        process.wait_for_lines(rf"http://127\.0\.0\.1:{PORT}", within_s=60)
        eventually(lambda: states_of_the_demo() == PROMISED_STATES, what="one prints, one is free, one is offline")
        yield process
    finally:
        process.end()
    # What it started ends with it.
    eventually(lambda: not somebody_listens())


def run_script(text: str, directory: Path) -> subprocess.CompletedProcess:
    """In a process group of its own, which ends with it: the walk leaves a printer running."""
    with open(directory / "walk.log", "w+") as log:
        walk = subprocess.Popen(
            ["bash", "-c", text], stdout=log, stderr=subprocess.STDOUT, cwd=directory, env=clean_environment(), start_new_session=True
        )
        try:
            code = walk.wait(120)
        finally:
            os.killpg(walk.pid, signal.SIGKILL)
        log.seek(0)
        return subprocess.CompletedProcess([], code, log.read())


def test_every_command_of_the_quick_start_works(demo: Process, checkout: Path):
    assert len(blocks()) >= 5
    done = run_script("set -euo pipefail\n" + "\n".join(blocks()), checkout)
    print(done.stdout)
    assert done.returncode == 0, done.stdout
    # What the reader is promised: three printers in three states, the new one, the analysis, the print.
    for name, state in PROMISED_STATES.items():
        assert re.search(rf"^{name}\t127\.0\.0\.1:\d+\t{state}\t", done.stdout, re.MULTILINE), done.stdout
    for promised in ('"Dora"', '"unlocked"', '"PETG"', '"user_uuid"'):
        assert promised in done.stdout, f"{promised} is nowhere in\n{done.stdout}"
    assert re.search(r'^\{"state":"Printing","tool0":[\d.]+,"completion":[\d.]+\}$', done.stdout, re.MULTILINE), done.stdout
