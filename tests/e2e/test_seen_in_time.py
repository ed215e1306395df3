"""How soon Karmen notices changes of a printer."""

import time
from collections.abc import Callable

import pytest

from support.events import Follower
from support.fakes import Answer, ScriptedPrinter, job_body, printer_body
from support.server import Server

pytestmark = pytest.mark.alone

SETTLED_S = 1.0
BACKOFF_MAX_S = 2.0
MARGIN_S = 1.0  # for one question, on a machine that does other things too


def wait_for_code(follower: Follower, code: str) -> float:
    """When the printer was told of in that state."""
    while follower.until("printer").data["status"]["code"] != code:
        continue
    return time.monotonic()


def add(server: Server, printer: ScriptedPrinter):
    admin = server.first_admin()
    admin.post("/printers", json={"host": printer.host, "name": "Watched"}, expect=201)
    return admin


def test_what_a_command_did_is_told_within_a_second(new_server: Callable[..., Server], scripted_printer: ScriptedPrinter):
    """With the intervals that everybody has. The printer takes its time."""
    scripted_printer.answers["/api/printer"] = Answer(body=printer_body("Printing", printing=True))
    scripted_printer.answers["/api/job"] = Answer(body=job_body("Printing", "part.gcode", 50.0))
    admin = add(new_server(), scripted_printer)
    with Follower(admin) as follower:
        admin.post(f"/printers/{scripted_printer.host}/current-job", json={"action": "cancel"}, expect=204)
        scripted_printer.answers["/api/printer"] = Answer(body=printer_body("Cancelling", cancelling=True, printing=True))
        wait_for_code(follower, "cancelling")
        for _ in range(3):
            time.sleep(1.3)  # not in step with the questions
            scripted_printer.answers["/api/printer"] = Answer(body=printer_body())
            settled = time.monotonic()
            assert wait_for_code(follower, "operational") - settled <= SETTLED_S
            admin.post(f"/printers/{scripted_printer.host}/current-job", json={"action": "cancel"}, expect=204)
            scripted_printer.answers["/api/printer"] = Answer(body=printer_body("Cancelling", cancelling=True, printing=True))
            wait_for_code(follower, "cancelling")


def test_a_printer_that_is_back_is_seen_however_often_people_look(new_server: Callable[..., Server]):
    limits = {"printers-check-interval": "200ms", "printers-backoff-max": f"{BACKOFF_MAX_S:.0f}s", "printers-status-max-age": "0s"}
    printer = ScriptedPrinter()
    for path, answer in printer.answers.items():  # no connection of it outlives it
        printer.answers[path] = answer._replace(headers={"Connection": "close"})
    port = int(printer.host.rsplit(":", 1)[1])
    admin = add(new_server(options=limits), printer)
    with Follower(admin) as follower:
        printer.end()
        wait_for_code(follower, "unreachable")
        for _ in range(16):  # by then it is asked as seldom as it ever is
            admin.get(f"/printers/{printer.host}?fields=status", expect=200)
            admin.post(f"/printers/{printer.host}/connection", json={"state": "online"}, expect=500)
            time.sleep(0.5)
        printer = ScriptedPrinter(port=port)
        back = time.monotonic()
        assert wait_for_code(follower, "operational") - back <= BACKOFF_MAX_S + MARGIN_S
    printer.end()
