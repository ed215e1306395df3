"""POST /printers/probe: what answers at an address, before anything is stored."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.api import Api, pointers
from support.certificates import Certificate
from support.fakes import FORBIDDEN, VERSION, Answer, ScriptedPrinter
from support.gcodes import every_page
from support.wait import eventually

MEMBERS = {"kind", "title", "supported", "version", "name", "code", "reason", "key", "webcam"}
KEY = "0123456789abcdef"
GUEST = {"groups": ["guests"], "name": None, "permissions": []}


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"printers-probe-timeout": "1s", "printers-probes-max": "1"}


@pytest.fixture
def printer() -> Iterator[ScriptedPrinter]:
    """OctoPrint as it is for those without a key."""
    printer = ScriptedPrinter()
    printer.answers["/api/version"] = FORBIDDEN
    printer.answers["/api/currentuser"] = Answer(body=GUEST)
    printer.answers["/plugin/appkeys/probe"] = Answer(204)
    yield printer
    printer.end()


def probe(admin: Api, host: str, **more: object) -> dict:
    answer = admin.post("/printers/probe", json={"host": host} | more, expect=200).json()
    assert answer.keys() == MEMBERS
    return answer


def test_simulated_printer_and_its_keys(admin: Api, fake_printers):
    (fake,) = fake_printers(api_key=KEY)
    before = admin.get("/printers", expect=200).json()
    good = probe(admin, fake.host, api_key=KEY)
    assert (good["kind"], good["title"], good["supported"]) == ("octoprint", "OctoPrint", True)
    assert good["version"]["text"].startswith("OctoPrint 1.")
    assert good["key"] == {"state": "good", "user": good["key"]["user"], "missing_rights": []} and good["key"]["user"]
    assert good["webcam"]["message"] == "OK" and fake.host in good["webcam"]["stream"]
    assert (good["code"], good["reason"]) == (None, None)
    assert probe(admin, fake.host)["key"]["state"] == "missing"
    wrong = probe(admin, fake.host, api_key=KEY[::-1])
    assert wrong["key"] == {"state": "wrong", "user": None, "missing_rights": []}
    assert wrong["webcam"] is None and wrong["supported"] is True
    assert admin.get("/printers", expect=200).json() == before, "nothing is stored"


def test_a_key_that_lacks_rights_says_which(admin: Api, printer: ScriptedPrinter):
    printer.answers["/api/currentuser"] = Answer(body={"groups": [], "name": "look", "permissions": ["STATUS", "FILES_LIST"]})
    found = probe(admin, printer.host, api_key=KEY)["key"]
    assert (found["state"], found["user"]) == ("lacks_right", "look")
    assert found["missing_rights"] == ["CONNECTION", "FILES_UPLOAD", "PRINT", "SETTINGS_READ"]


def test_other_kinds_are_found_and_get_no_key(admin: Api, printer: ScriptedPrinter):
    info = {"default_source": "moonraker", "available_sources": ["moonraker"], "login_required": False, "trusted": False}
    printer.answers["/access/info"] = Answer(body={"result": info})
    printer.answers["/api/version"] = Answer(body=VERSION | {"text": "OctoPrint (Moonraker v0.9)"})
    found = probe(admin, printer.host, api_key=KEY)
    assert (found["kind"], found["supported"], found["key"]["state"]) == ("moonraker", False, "unchecked")
    assert found["reason"] == "Moonraker was found, it is not supported yet"
    del printer.answers["/access/info"]
    printer.answers["/api/version"] = Answer(body={"api": "2.0.0", "text": "PrusaLink 0.8.1", "hostname": "mk4"})
    found = probe(admin, printer.host, api_key=KEY)
    assert (found["kind"], found["supported"], found["name"]) == ("prusalink", False, "mk4")
    digest = {"WWW-Authenticate": 'Digest realm="Printer API", nonce="1", stale="false"'}
    printer.answers["/api/version"] = Answer(401, b"", digest)
    assert probe(admin, printer.host, api_key=KEY)["kind"] == "prusalink"
    assert all("x-api-key" not in headers for _, _, headers in printer.asked())


def test_what_does_not_answer_says_why(admin: Api, printer: ScriptedPrinter, certificate: Certificate, fake_printers):
    def problem(host: str, **more: object) -> tuple[str, str]:
        found = probe(admin, host, **more)
        assert found["kind"] is None and found["supported"] is False
        return found["code"], found["reason"]

    assert problem("127.0.0.2:9")[0] == "unreachable"
    code, reason = problem("no-such-printer.invalid")
    assert code == "dns" and "no-such-printer.invalid" in reason
    printer.answers = {"/": Answer(body=b"<html>")}
    code, reason = problem(printer.host)
    assert code == "other_server" and "OctoPrint, Moonraker and PrusaLink" in reason
    (fake,) = fake_printers()
    fake.set_fault("hang")
    assert problem(fake.host)[0] == "timeout"
    secured = ScriptedPrinter(tls=certificate.context)
    code, reason = problem(secured.host, protocol="https")
    assert code == "tls" and certificate.fingerprint in reason
    pinned = probe(admin, secured.host, protocol="https", tls_fingerprint=certificate.fingerprint)
    assert (pinned["kind"], pinned["key"]["state"]) == ("octoprint", "not_needed")
    assert probe(admin, f"https://{secured.host}")["code"] == "tls"
    secured.end()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("certificate"))


def test_a_redirect_to_another_host_is_not_followed(admin: Api, printer: ScriptedPrinter, fake_printers):
    (fake,) = fake_printers()
    printer.answers = {"/api/version": Answer(302, b"", {"Location": f"http://{fake.host}/api/version"})}
    assert probe(admin, printer.host)["code"] == "other_server"


def test_bad_input_is_told_at_once(admin: Api):
    body = {"host": "no host!", "protocol": "ftp", "api_key": "k" * 300, "tls_fingerprint": "12"}
    found = pointers(admin.post("/printers/probe", json=body, expect=400))
    assert found == {"/host", "/protocol", "/api_key", "/tls_fingerprint"}
    assert pointers(admin.post("/printers/probe", json={"name": "x"}, expect=400)) == {"/host"}


def test_the_audit_log_has_it_without_the_key(admin: Api, printer: ScriptedPrinter):
    probe(admin, printer.host, api_key=KEY)
    rows = every_page(admin, f"/audit?filter=target:{printer.host}")
    assert [row["action"] for row in rows] == ["printer.probe"]
    assert KEY not in admin.get("/audit?limit=1000", expect=200).text


def test_too_many_at_once_are_refused(admin: Api, fake_printers):
    (fake,) = fake_printers()
    fake.set_fault("hang")

    def ask() -> tuple[int, str | None]:
        answer = admin.again().post("/printers/probe", json={"host": fake.host}, expect=(200, 503))
        return answer.status_code, answer.headers.get("Retry-After")

    with ThreadPoolExecutor(8) as people:
        answers = list(people.map(lambda _: ask(), range(8)))
    assert (200, None) in answers
    assert all(retry for status, retry in answers if status == 503)
    assert any(status == 503 for status, _ in answers)
    eventually(lambda: probe(admin, "127.0.0.2:9")["code"] == "unreachable")
