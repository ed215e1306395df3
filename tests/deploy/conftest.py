"""Fixtures of the tests of what is deployed."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.binary import REPOSITORY
from support.chroot import Chroot, roomy_directory, run_outside


def build_package(folder: Path, version: str | None = None) -> Path:
    """The Debian package of the release build, by the script that everybody uses."""
    env = os.environ | ({"VERSION": version} if version else {})
    done = subprocess.run([str(REPOSITORY / "scripts/package"), str(folder)], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, env=env)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return Path(done.stdout.split()[-1])


def package_field(package: Path, name: str) -> str:
    return run_outside(["dpkg-deb", "--field", str(package), name]).strip()


def dependencies(package: Path) -> list[str]:
    """Their names."""
    return re.findall(r"(?:^|, )([a-z0-9.+-]+)", package_field(package, "Depends"))


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_package(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="session")
def base_system(package: Path) -> Iterator[Chroot]:
    """A Debian with what the package depends on, so that installing it needs nothing more. To be copied."""
    if os.geteuid() != 0:
        assert not os.environ.get("CI"), "making a Debian to install into needs root"
        pytest.skip("making a Debian to install into needs root")
    directory = roomy_directory()
    try:
        base = Chroot.make(directory / "base")
        # By apt, because debootstrap knows no package that others provide.
        base.run("apt-get", "update", with_network=True)
        base.run("apt-get", "satisfy", "--yes", "--no-install-recommends", package_field(package, "Depends"), with_network=True)
        yield base
    finally:
        Chroot(directory).remove()


@pytest.fixture
def system(base_system: Chroot, request: pytest.FixtureRequest) -> Iterator[Chroot]:
    """A Debian for one test."""
    copy = base_system.copy(base_system.root.parent / request.node.name)
    yield copy
    copy.remove()
