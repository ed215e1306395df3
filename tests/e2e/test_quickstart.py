"""The README's quick start, run as it stands there."""

import re
import socket
import subprocess

import pytest

from support.binary import REPOSITORY, clean_environment, karmen_binary
from support.process import Process
from support.wait import eventually

PORT = 8080
MARKED = re.compile(r"<!-- quickstart -->\n(.*?)<!-- /quickstart -->", re.DOTALL)
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks() -> list[str]:
    """The shell blocks of the quick start, in their order. The first starts the demonstration."""
    readme = (REPOSITORY / "README.md").read_text()
    return [block for part in MARKED.findall(readme) for block in BLOCK.findall(part)]


def somebody_listens() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", PORT)) == 0


@pytest.fixture
def demo(tmp_path):
    """`./scripts/run --demo` with the program under test, on the port that the README names."""
    first, *_ = blocks()
    assert first.strip().splitlines()[-1] == "./scripts/run --demo"
    assert not somebody_listens(), f"port {PORT} is taken: the quick start cannot be run as it stands"
    environment = clean_environment({"KARMEN_BINARY": karmen_binary(), "KARMEN_DATA_DIR": str(tmp_path / "data")})
    process = Process(["./scripts/run", "--demo"], tmp_path / "demo.log", environment, cwd=REPOSITORY)
    try:
        process.wait_for_lines(rf"http://127\.0\.0\.1:{PORT}", within_s=300)
        eventually(somebody_listens)
        yield process
    finally:
        process.end()
    # What it started ends with it.
    eventually(lambda: not somebody_listens())


def test_every_command_of_the_quick_start_works(demo: Process):
    script = "set -euo pipefail\n" + "\n".join(blocks()[1:])
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=120, cwd=REPOSITORY, env=clean_environment())
    print(done.stdout)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    for expected in ("access_token", "Operational", "Printing", "completion"):
        assert expected in done.stdout, f"the reader is promised {expected}\n{done.stdout}"
