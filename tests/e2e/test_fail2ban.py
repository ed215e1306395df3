"""deploy/fail2ban finds exactly the addresses that guessed passwords in the real log."""

import shutil
import subprocess
from pathlib import Path

import pytest

from support.server import Server
from support.wait import eventually

FILTER = Path(__file__).parents[2] / "deploy" / "fail2ban" / "filter-karmen.conf"
WRONG = [
    "nobody",
    "x address=6.6.6.6 ",
    "y\n2026-01-01 00:00:00.000000 warning audit action=login result=wrong_credentials address=6.6.6.6 ",
]


@pytest.mark.one_process
def test_filter_finds_refused_logins_and_no_forged_address(server: Server, admin, tmp_path: Path):
    for name in WRONG:
        server.anonymous().post("/users/me/authenticate", json={"username": name, "password": "wrong"}, expect=401)
    server.anonymous().with_token("garbage").get("/printers", expect=422)
    log = eventually(lambda: found if (found := "\n".join(server.process.lines("stderr"))).count("invalid_token") else "")
    (tmp_path / "karmen.log").write_text(log + "\n")
    program = shutil.which("fail2ban-regex")
    assert program, "scripts/packages [test] has fail2ban"
    command = [program, "--out", "ip", str(tmp_path / "karmen.log"), str(FILTER)]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.split() == ["127.0.0.1"] * len(WRONG), log
