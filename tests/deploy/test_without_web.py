"""A machine without npm builds Karmen too: -DKARMEN_WEB=OFF leaves the viewer of /docs out."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.binary import REPOSITORY

DOCS = "src/CMakeFiles/karmen_web.dir/web/docs.cpp.o"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """As they come from a fresh clone, and an npm that fails."""
    copy = tmp_path / "karmen"
    copy.mkdir()
    for name in ("CMakeLists.txt", "CMakePresets.json"):
        shutil.copy(REPOSITORY / name, copy)
    for name in ("cmake", "deploy", "scripts", "src", "web"):
        shutil.copytree(REPOSITORY / name, copy / name, ignore=shutil.ignore_patterns("viewer"))
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text("#!/bin/sh\necho npm was called >&2\nexit 1\n")
    npm.chmod(0o755)
    return copy


def run(sources: Path, *command: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"PATH": f"{sources.parent / 'bin'}:{os.environ['PATH']}"}
    return subprocess.run(command, cwd=sources, env=environment, capture_output=True, text=True, timeout=300)


def test_builds_without_npm(sources: Path):
    configured = run(sources, "cmake", "--preset", "dev", "-DKARMEN_WEB=OFF")
    assert configured.returncode == 0, configured.stdout + configured.stderr
    built = run(sources, "cmake", "--build", "build/dev", "--target", DOCS)
    assert built.returncode == 0, built.stdout + built.stderr
    assert b"This Karmen was built without the viewer of its API" in (sources / "build/dev" / DOCS).read_bytes()


def test_npm_is_asked_for_the_viewer_otherwise(sources: Path):
    """Which shows that the test above would notice."""
    configured = run(sources, "cmake", "--preset", "dev")
    assert configured.returncode != 0 and "npm was called" in configured.stdout + configured.stderr
