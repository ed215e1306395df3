"""Fixtures of the deployment tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.chroot import Chroot, roomy_directory
from support.package import build_package, package_field


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
