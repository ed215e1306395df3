"""A Debian 12 of its own below a directory: what one installs there changes nothing outside. Needs root."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

MIRROR = "http://deb.debian.org/debian"
ROOM_NEEDED_BYTES = 2 << 30
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
               "DEBIAN_FRONTEND": "noninteractive"}


def roomy_directory() -> Path:
    """In memory where that takes device files and programs: unpacking hundreds of packages syncs all the time."""
    memory = Path("/dev/shm")
    if memory.is_dir():
        facts = os.statvfs(memory)
        allows = not facts.f_flag & (os.ST_NODEV | os.ST_NOEXEC | os.ST_NOSUID)
        if allows and facts.f_bavail * facts.f_frsize > ROOM_NEEDED_BYTES:
            return Path(tempfile.mkdtemp(prefix="karmen-chroot-", dir=memory))
    return Path(tempfile.mkdtemp(prefix="karmen-chroot-"))


class Chroot:
    """`make` or `copy` fills the directory; `remove` takes it away."""

    def __init__(self, root: Path):
        self.root = root

    @classmethod
    def make(cls, root: Path) -> "Chroot":
        """The least Debian."""
        run_outside(["debootstrap", "--variant=minbase", "bookworm", str(root), MIRROR], within_s=400)
        return cls(root)

    def copy(self, root: Path) -> "Chroot":
        run_outside(["cp", "--archive", str(self.root), str(root)])
        return Chroot(root)

    def remove(self) -> None:
        # Never into something that is mounted there.
        run_outside(["rm", "--recursive", "--force", "--one-file-system", str(self.root)])

    def path(self, inside: str) -> Path:
        return self.root / inside.lstrip("/")

    def put(self, source: Path, inside: str) -> None:
        target = self.path(inside)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)

    def command(self, words: list[str], user: str = "root") -> list[str]:
        """The command that runs `words` inside, for callers that keep the process."""
        return ["chroot", f"--userspec={user}:{user}", str(self.root), *words]

    def run(self, *words: str, user: str = "root", env: dict[str, str] | None = None, expect: int = 0,
            with_network: bool = False) -> str:
        """What it printed, both outputs together. Without network, unless asked for."""
        isolated = [] if with_network else ["unshare", "--net"]
        done = subprocess.run([*isolated, *self.command(list(words), user)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=300, env=ENVIRONMENT | (env or {}), cwd="/")
        assert done.returncode == expect, f"{words}: {done.returncode}\n{done.stdout}"
        return done.stdout

    def owner_and_mode(self, inside: str) -> str:
        return self.run("stat", "--format=%U:%G %a", inside).strip()


def run_outside(words: list[str], within_s: float = 120) -> str:
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=within_s, env=os.environ | {"LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}"
    return done.stdout
