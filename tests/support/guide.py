"""The commands of docs/operations.md, run as they stand there."""

import re
import subprocess
from pathlib import Path

from support.binary import REPOSITORY, clean_environment, karmen_binary
from support.server import SECRET_KEY

GUIDE = (REPOSITORY / "docs" / "operations.md").read_text()
URL = "postgres://karmen@127.0.0.1:5432/karmen"
DATA = "/var/lib/karmen"

# For what only root can do on a machine with systemd.
STAND_INS = """
sudo() { if [[ $1 == -u ]]; then shift 2; fi; "$@"; }
systemctl() { echo "systemctl $*"; }
createuser() { echo "createuser $*"; }
install() { mkdir --parents "${!#}"; }
"""


def commands(name: str) -> str:
    """The block that stands between marks of this name."""
    (block,) = re.findall(rf"<!-- {name} -->\n```sh\n(.*?)```\n<!-- /{name} -->", GUIDE, re.DOTALL)
    return block


def follow(name: str, directory: Path, places: dict[str, str]) -> str:
    """Runs the block with other places in it. `karmen` is the program under test, and nobody needs to be root."""
    text = commands(name)
    for standing, ours in places.items():
        assert standing in text or standing in (DATA, URL), f"{standing} is not in the block"
        text = text.replace(standing, ours)
    program = f"karmen() {{ '{karmen_binary()}' \"$@\" --data-dir '{places[DATA]}' --http-port 0; }}\n{STAND_INS}"
    env = {"KARMEN_AUTH_SECRET_KEY": SECRET_KEY}
    if url := places.get(URL):
        host, port = url.removeprefix("postgres://karmen@").split("/")[0].split(":")
        env |= {"KARMEN_STORAGE_POSTGRES_URL": url, "PGHOST": host, "PGPORT": port, "PGUSER": "karmen", "PGDATABASE": "postgres"}
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{program}\n{text}"],
        cwd=directory, env=clean_environment(env), capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    return done.stdout
