"""Many downloads whose clients do not read cost almost no memory and do not delay other clients."""

import contextlib
import time

import pytest
import requests

from support.api import Api
from support.gcodes import gcode_bytes, uploaded
from support.raw import RawConnection, request
from support.server import Server

pytestmark = pytest.mark.alone

DOWNLOADS = 600
SIZE = 4 * 1024 * 1024
SAMPLES = 400
P99_MAX_S = 0.05
GROWTH_MAX_KIB = 64 * 1024


def health_times(server: Server) -> list[float]:
    """In seconds, from the fastest."""
    times = []
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(SAMPLES):
            begin = time.monotonic()
            assert session.get(f"{server.url}/health/live", timeout=20).status_code == 200
            times.append(time.monotonic() - begin)
    return sorted(times)


def test_downloads_that_nobody_reads(server: Server, admin: Api):
    gcode = uploaded(admin, "large.gcode", gcode_bytes(SIZE))
    health_times(server)
    before_kib = server.memory_kib("VmRSS")
    with contextlib.ExitStack() as stay:
        connections = [stay.enter_context(RawConnection(server.port, receive_buffer=4096)) for _ in range(DOWNLOADS)]
        for connection in connections:
            connection.send(request("GET", f"/gcodes/{gcode['id']}/data", token=admin.access_token))
        begin = health_times(server)
        for connection in connections:
            assert connection.read_header().status == 200
        rest = health_times(server)
        growth_kib = server.memory_kib("VmHWM") - before_kib
    p99 = [times[SAMPLES * 99 // 100] for times in (begin, rest)]
    told = f"p99 {p99[0] * 1000:.1f} ms while they begin, {p99[1] * 1000:.1f} ms then; +{growth_kib / 1024:.1f} MiB"
    print(told)
    assert max(p99) <= P99_MAX_S and growth_kib <= GROWTH_MAX_KIB, told
