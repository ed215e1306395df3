"""What purging the package does to the data, in a separate /var/lib that only this test sees."""

import os
import subprocess
from pathlib import Path

import pytest

from support.binary import REPOSITORY

POSTRM = REPOSITORY / "deploy/debian/postrm"
# A /var/lib in memory, where the data is as `mount` has it; afterwards, what is left.
PURGE = """
set -e
mount -t tmpfs none /var/lib
mkdir -p /var/lib/karmen/gcodes /var/lib/shared
echo G28 >/var/lib/karmen/gcodes/one.gcode
echo G28 >/var/lib/shared/two.gcode
{mount}
sh {postrm} purge
{unmount}
cd /var/lib && find karmen shared -type f 2>/dev/null || true
"""
# They would change this machine.
STUBBED = ("deb-systemd-helper", "deluser")


@pytest.fixture(autouse=True)
def needs_root():
    if os.geteuid() != 0:
        assert not os.environ.get("CI"), "mounting needs root"
        pytest.skip("mounting needs root")


def purge(tmp_path: Path, mount: str = "", unmount: str = "") -> tuple[set[str], str]:
    """The files that are left, and what was said."""
    for name in STUBBED:
        (tmp_path / name).write_text(f"#!/bin/sh\necho {name} \"$@\" >&2\n")
        (tmp_path / name).chmod(0o755)
    script = PURGE.format(mount=mount, unmount=unmount, postrm=POSTRM)
    done = subprocess.run(["unshare", "--mount", "sh", "-c", script], env={"PATH": f"{tmp_path}:/usr/sbin:/usr/bin:/sbin:/bin"},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "deluser --quiet --system karmen" in done.stderr, "the rest is done in any case"
    return set(done.stdout.split()), done.stderr


def test_nothing_is_left(tmp_path: Path):
    left, said = purge(tmp_path)
    assert left == {"shared/two.gcode"} and "mounted" not in said


@pytest.mark.parametrize("directory", ["/var/lib/karmen", "/var/lib/karmen/gcodes"])
@pytest.mark.parametrize("how", ["--bind /var/lib/shared", "-t tmpfs none"], ids=["same_file_system", "another_file_system"])
def test_what_is_mounted_stays(tmp_path: Path, directory: str, how: str):
    """Also the files beside it."""
    mount = f"mount {how} {directory}\necho G28 >{directory}/three.gcode"
    left, said = purge(tmp_path, mount, unmount=f"test -e {directory}/three.gcode\numount {directory}")
    assert {"karmen/gcodes/one.gcode", "shared/two.gcode"} <= left
    assert "/var/lib/karmen is left as it is" in said


def test_a_directory_whose_name_only_begins_alike_is_another(tmp_path: Path):
    left, _ = purge(tmp_path, "mkdir /var/lib/karmen-old\nmount -t tmpfs none /var/lib/karmen-old")
    assert left == {"shared/two.gcode"}
