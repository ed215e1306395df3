"""The Debian package of the release build."""

import os
import re
import subprocess
from pathlib import Path

from support.binary import REPOSITORY
from support.chroot import run_outside


def build_package(folder: Path, version: str | None = None) -> Path:
    """By the script that everybody uses."""
    env = os.environ | ({"VERSION": version} if version else {})
    done = subprocess.run([str(REPOSITORY / "scripts/package"), str(folder)], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, env=env)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return Path(done.stdout.split()[-1])


def package_field(package: Path, name: str) -> str:
    return run_outside(["dpkg-deb", "--field", str(package), name]).strip()


def dependencies(package: Path) -> list[str]:
    """Their names."""
    return re.findall(r"(?:^|, )([a-z0-9.+-]+)", package_field(package, "Depends"))
