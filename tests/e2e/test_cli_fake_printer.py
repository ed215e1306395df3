"""`karmen fake-printer`: what its arguments may be."""

import pytest

from support.binary import karmen_binary
from support.fakes import FakePrinter
from support.server import run
from support.wait import eventually

pytestmark = pytest.mark.embedded


@pytest.mark.parametrize("duration", ["20", "20.5s", "1e3", "0s", "-1s", "366d", "soon"])
def test_print_duration_is_refused_with_what_is_allowed(duration: str):
    done = run([karmen_binary(), "fake-printer", f"--print-duration={duration}"], expect=None)
    assert done.returncode != 0
    assert f"--print-duration: {duration} is not allowed; allowed: a duration such as 500ms, 20s or 1h" in done.stderr


@pytest.mark.parametrize("speed", ["0", "-1", "2x", "fast", "nan", "inf", "1000001", "1e999"])
def test_speed_is_refused_with_what_is_allowed(speed: str):
    done = run([karmen_binary(), "fake-printer", f"--speed={speed}"], expect=None)
    assert done.returncode != 0
    assert f"--speed: {speed} is not allowed; allowed: a number above 0, up to 1000000" in done.stderr


def test_print_lasts_as_long_as_is_said(fake_printers):
    """One that would last for seconds by its size ends at once, one of an hour goes on."""
    assert ends(fake_printers(flags=("--print-duration", "1ms"))[0])
    (long,) = fake_printers(flags=("--print-duration", "1h"))
    start(long)
    long.set_state(advance_s=3000)
    assert 80 < long.job()["progress"]["completion"] < 90
    long.set_state(advance_s=700)
    assert long.job()["state"] == "Operational"


def start(printer: FakePrinter) -> None:
    printer.upload("a.gcode", b"G28\n" * 10_000, print="true")
    eventually(lambda: printer.job()["state"] == "Printing")


def ends(printer: FakePrinter) -> bool:
    printer.upload("a.gcode", b"G28\n" * 10_000, print="true")
    eventually(lambda: printer.job()["progress"]["completion"] == 100, what="the print ended")
    return True
