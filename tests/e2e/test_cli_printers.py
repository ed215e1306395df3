"""`karmen printer …` on the server's database: what is printed, and that a running server notices."""

import time

import pytest

from support.api import Api
from support.fakes import FORBIDDEN, Answer, ScriptedPrinter, job_body, printer_body
from support.server import Server
from support.wait import eventually


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"printers-list-interval": "100ms", "printers-check-interval": "200ms", "printers-status-max-age": "100ms"}


def state_at_server(admin: Api, host: str) -> str | None:
    answer = admin.get(f"/printers/{host}?fields=status", expect=(200, 404))
    return answer.json()["status"]["state"] if answer.status_code == 200 else None


def line_of(server: Server, host: str, *arguments: str) -> str:
    lines = server.command("printer", "list", *arguments).stdout.splitlines()
    return next((line for line in lines if host in line.split()), "")


def test_server_notices_what_is_added_and_removed(server: Server, admin: Api, scripted_printer):
    host = scripted_printer.host
    added = server.command("printer", "add", host, "--name", "Anna", "--api-key-stdin", stdin="a-long-key\n").stdout
    assert "Anna" in added and "Operational" in added
    eventually(lambda: state_at_server(admin, host) == "Operational")
    asked_by_monitor = len(scripted_printer.asked("/api/printer"))
    eventually(lambda: len(scripted_printer.asked("/api/printer")) > asked_by_monitor, what="the server watches it")
    assert {headers.get("x-api-key") for _, _, headers in scripted_printer.asked("/api/printer")} == {"a-long-key"}

    server.command("printer", "remove", host)
    assert state_at_server(admin, host) is None
    eventually(lambda: is_left_alone(server, scripted_printer), what="the server forgot it")


def is_left_alone(server: Server, printer: ScriptedPrinter) -> bool:
    """It is not asked while another one, which is watched, is asked several times."""
    watched = ScriptedPrinter()
    try:
        server.command("printer", "add", watched.host, "--name", "Watched")
        before = len(printer.asked())
        seen = len(watched.asked("/api/printer"))
        eventually(lambda: len(watched.asked("/api/printer")) > seen + 5, what="the server watches the other one")
        return len(printer.asked()) == before
    finally:
        server.command("printer", "remove", watched.host)
        watched.end()


def test_list_shows_what_each_printer_is_doing(server: Server, admin: Api, scripted_printer):
    host, silent = scripted_printer.host, "127.0.0.9:9"
    server.command("printer", "add", host, "--name", "Bert")
    told = server.command("printer", "add", silent, "--name", "Silent").stdout
    assert "does not answer" in told
    scripted_printer.answers["/api/printer"] = Answer(body=printer_body("Printing", operational=True, printing=True))
    scripted_printer.answers["/api/job"] = Answer(body=job_body("Printing", "part.gcode", 41.6))
    assert "Printing (42 %)" in line_of(server, host)
    assert "Printer is not responding" in line_of(server, silent)

    shown = {printer["host"]: printer for printer in server.listed("printer", "list")}
    assert shown[host]["status"]["state"] == "Printing" and shown[host]["job"]["name"] == "part.gcode"
    assert shown[silent]["client"]["connected"] is False
    assert shown[host].keys() - {"status", "job"} == admin.get(f"/printers/{host}").json().keys()


def test_one_hung_printer_does_not_hold_up_the_list(server: Server, fake_printers):
    (hung,) = fake_printers()
    server.command("printer", "add", hung.host, "--name", "Hung")
    hung.set_fault("hang")
    began = time.monotonic()
    assert "not responding" in line_of(server, hung.host)
    assert time.monotonic() - began < 5, "printers.deadline is 2 s"
    server.command("printer", "remove", hung.host)


def test_offline_data_asks_nobody(new_server, scripted_printer):
    server = new_server()
    server.stop()
    server.command("printer", "add", scripted_printer.host, "--name", "Cleo")
    asked = len(scripted_printer.asked())
    line = line_of(server, scripted_printer.host, "--offline-data").split()
    assert line == ["Cleo", scripted_printer.host, "http", "yes", "unlocked"]
    (printer,) = server.listed("printer", "list", "--offline-data")
    assert "status" not in printer and printer["name"] == "Cleo"
    assert len(scripted_printer.asked()) == asked


def test_list_takes_the_arguments_of_lists(new_server):
    server = new_server()
    server.stop()
    for number, name in enumerate(["Cleo", "Anna", "Bert"]):
        server.command("printer", "add", f"127.0.0.{number + 2}:9", "--name", name)

    def names(*arguments: str) -> list[str]:
        return [printer["name"] for printer in server.listed("printer", "list", "--offline-data", *arguments)]

    assert names() == ["Anna", "Bert", "Cleo"]
    assert names("--limit", "2") == ["Anna", "Bert"]
    assert names("--filter", "host:127.0.0.[24]") == ["Bert", "Cleo"]
    assert "COLUMN:PATTERN" in server.command("printer", "list", "--help").stdout


def test_says_that_a_key_is_missing(server: Server, scripted_printer):
    for path in ("/api/version", "/api/settings", "/api/printer", "/api/job"):
        scripted_printer.answers[path] = FORBIDDEN
    told = server.command("printer", "add", scripted_printer.host, "--name", "Locked").stdout
    assert "API key" in told
    assert server.command("printer", "list").stdout.count("protected") == 1


def test_keys_are_never_shown(server: Server, admin: Api, scripted_printer):
    key = "S3cretKeyOfAPrinter"
    told = server.command("printer", "add", scripted_printer.host, "--name", "D", "--api-key-stdin", stdin=key)
    for done in (told, server.command("printer", "list"), server.command("printer", "list", "--json")):
        assert key not in done.stdout + done.stderr


def test_words_of_a_printer_do_not_reach_the_terminal(server: Server, scripted_printer):
    server.command("printer", "add", scripted_printer.host, "--name", "Evil \x1b]0;owned\x07")
    scripted_printer.answers["/api/printer"] = Answer(body=printer_body("Printing \x1b[2J\x9b31m", operational=True, printing=True))
    shown = server.command("printer", "list").stdout
    assert "Evil ?]0;owned?" in shown and "Printing ?[2J" in shown
    assert not {"\x1b", "\x07", "\x9b"} & set(shown)


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "127.0.0.1"),
        ("add", "printer.local.", "--name", "x"),
        ("add", "127.0.0.1:0", "--name", "x"),
        ("add", "127.0.0.1:5", "--name", ""),
        ("add", "127.0.0.1:5", "--name", "x" * 256),
        ("add", "127.0.0.1:5", "--name", "x", "--protocol", "ftp"),
        ("add", "127.0.0.1:5", "--name", "x", "--api-key-stdin"),
        ("remove", "127.0.0.1:7777"),
        ("remove",),
        (),
    ],
)
def test_what_cannot_be_done_is_told(server: Server, admin: Api, arguments: tuple[str, ...]):
    before = server.listed("printer", "list", "--offline-data")
    done = server.command("printer", *arguments, stdin="a key with blanks\n", expect=None)
    assert done.returncode != 0 and done.stderr.strip()
    assert [one["host"] for one in server.listed("printer", "list", "--offline-data")] == [one["host"] for one in before]


def test_a_host_is_added_once(server: Server, admin: Api):
    server.command("printer", "add", "127.0.0.8:8", "--name", "Once")
    done = server.command("printer", "add", "127.0.0.8:8", "--name", "Twice", expect=1)
    assert "already" in done.stderr
