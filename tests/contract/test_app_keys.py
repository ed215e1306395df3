"""POST /printers/appkey: a key that a person allows at the printer, and that nobody has to copy."""

from collections.abc import Iterator

import pytest

from support.api import UNKNOWN_UUID, Api, pointers
from support.fakes import Answer, FakePrinter, ScriptedPrinter
from support.server import Server
from support.wait import eventually

MEMBERS = {"id", "host", "protocol", "printer_id", "state", "reason", "stored", "created", "ended"}
KEY = "0123456789abcdef"


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"printers-app-keys-max": "2", "printers-app-key-patience": "20s"}


@pytest.fixture
def fake(fake_printers) -> FakePrinter:
    return fake_printers(api_key=KEY)[0]


@pytest.fixture
def scripted() -> Iterator[ScriptedPrinter]:
    printer = ScriptedPrinter()
    printer.answers["/plugin/appkeys/probe"] = Answer(204)
    printer.answers["/plugin/appkeys/request"] = Answer(201, {"app_token": "abc123", "auth_dialog": "http://elsewhere/"})
    printer.answers["/plugin/appkeys/request/abc123"] = Answer(202, {"message": "Awaiting decision"})
    yield printer
    printer.end()


def begin(admin: Api, host: str, **more: object) -> str:
    answer = admin.post("/printers/appkey", json={"host": host} | more, expect=202)
    task = answer.json()["id"]
    assert answer.headers["Location"] == f"/printers/appkey/{task}"
    return task


def look(admin: Api, request: str) -> dict:
    found = admin.get(f"/printers/appkey/{request}", expect=200).json()
    assert found.keys() == MEMBERS
    return found


def ended(admin: Api, request: str) -> dict:
    def is_over() -> dict | None:
        found = look(admin, request)
        return found if found["state"] != "pending" else None

    return eventually(is_over, what="the request has ended")


def waits(fake: FakePrinter) -> None:
    eventually(lambda: fake.state()["appKeysWaiting"] == ["Karmen"], what="the printer shows the request")


def test_a_stored_printer_gets_its_key(admin: Api, fake: FakePrinter):
    printer = admin.post("/printers", json={"host": fake.host, "name": "Stored"}, expect=201).json()
    assert printer["client"]["access_level"] == "protected"
    request = begin(admin, printer["id"])
    waits(fake)
    pending = look(admin, request)
    assert (pending["state"], pending["printer_id"], pending["host"]) == ("pending", printer["id"], fake.host)
    fake.set_state(app_keys="allow")
    granted = eventually(lambda: (found := look(admin, request))["stored"] and found)
    assert (granted["state"], granted["reason"]) == ("granted", None) and granted["ended"]
    now = admin.get(f"/printers/{printer['id']}?fields=status", expect=200).json()
    assert now["client"]["access_level"] == "unlocked" and now["client"]["api_key"].endswith("*")
    again = begin(admin, fake.host)
    waits(fake)
    assert look(admin, again)["printer_id"] == printer["id"], "by its address, too"
    fake.set_state(app_keys="deny")
    assert ended(admin, again)["state"] == "denied"
    admin.delete(f"/printers/{printer['id']}", expect=204)


def test_a_new_printer_is_added_with_its_key(admin: Api, fake: FakePrinter, scripted: ScriptedPrinter):
    request = begin(admin, fake.host)
    waits(fake)
    assert pointers(admin.post("/printers", json={"appkey": request, "name": "Early"}, expect=400)) == {"/appkey"}
    fake.set_state(app_keys="allow")
    granted = ended(admin, request)
    assert (granted["state"], granted["printer_id"], granted["stored"]) == ("granted", None, False)
    elsewhere = {"appkey": request, "name": "Thief", "host": scripted.host}
    assert pointers(admin.post("/printers", json=elsewhere, expect=400)) == {"/host"}
    assert scripted.asked() == [], "the key goes nowhere else"
    both = {"appkey": request, "name": "Both", "api_key": "x"}
    assert pointers(admin.post("/printers", json=both, expect=400)) == {"/appkey"}
    printer = admin.post("/printers", json={"appkey": request, "name": "New"}, expect=201).json()
    assert (printer["host"], printer["client"]["access_level"]) == (fake.host, "unlocked")
    used = look(admin, request)
    assert (used["printer_id"], used["stored"]) == (printer["id"], True)
    assert pointers(admin.post("/printers", json={"appkey": request, "name": "Twice"}, expect=400)) == {"/appkey"}
    admin.delete(f"/printers/{printer['id']}", expect=204)


def test_what_the_printer_says_no_to(admin: Api, scripted: ScriptedPrinter):
    nobody = ended(admin, begin(admin, "127.0.0.2:9"))
    assert nobody["state"] == "failed" and "127.0.0.2" in nobody["reason"]
    scripted.answers["/plugin/appkeys/request"] = Answer(201, {"app_token": "../../api/settings"})
    assert ended(admin, begin(admin, scripted.host))["reason"] == "Its answer names no request"
    scripted.answers["/plugin/appkeys/probe"] = Answer(404)
    assert "does not give keys" in ended(admin, begin(admin, scripted.host))["reason"]


def test_the_key_is_nowhere_to_be_seen(server: Server, admin: Api, scripted: ScriptedPrinter):
    secret = "5ecret5ecret5ecret5ecret5ecret"
    request = begin(admin, scripted.host)
    eventually(lambda: scripted.asked("/plugin/appkeys/request/abc123"))
    assert scripted.sent("/plugin/appkeys/request") == [{"app": "Karmen"}]
    scripted.answers["/plugin/appkeys/request/abc123"] = Answer(200, {"api_key": secret})
    assert ended(admin, request)["state"] == "granted"
    for path in (f"/printers/appkey/{request}", "/audit?limit=1000", "/tasks?limit=1000", "/printers"):
        assert secret not in admin.get(path, expect=200).text
    assert admin.get("/audit?filter=action:printer.appkey", expect=200).json()["items"]


def test_nobody_waits_after_a_restart(server: Server, admin: Api, scripted: ScriptedPrinter):
    request = begin(admin, scripted.host)
    eventually(lambda: scripted.asked("/plugin/appkeys/request/abc123"))
    server.restart()
    found = look(admin, request)
    assert found["state"] == "expired" and "Karmen was stopped" in found["reason"]


@pytest.mark.one_process
def test_only_so_many_at_once(admin: Api, scripted: ScriptedPrinter):
    requests = [begin(admin, scripted.host) for _ in range(2)]
    refused = admin.post("/printers/appkey", json={"host": scripted.host}, expect=503)
    assert refused.json()["code"] == "overloaded" and refused.headers["Retry-After"]
    scripted.answers["/plugin/appkeys/request/abc123"] = Answer(404)
    assert {ended(admin, request)["state"] for request in requests} == {"denied"}


def test_bad_input(admin: Api):
    body = {"host": "no host!", "protocol": "ftp", "tls_fingerprint": "12"}
    assert pointers(admin.post("/printers/appkey", json=body, expect=400)) == {"/host", "/protocol", "/tls_fingerprint"}
    assert admin.post("/printers/appkey", json={"host": UNKNOWN_UUID}, expect=404).json()["code"] == "printer_not_found"
    for unknown in (UNKNOWN_UUID, "x"):
        assert admin.get(f"/printers/appkey/{unknown}", expect=404).json()["code"] == "app_key_not_found"
    unknown = {"appkey": UNKNOWN_UUID, "name": "Nobody's"}
    assert pointers(admin.post("/printers", json=unknown, expect=400)) == {"/appkey"}
