"""Printers behind https whose certificates no authority has signed: the fingerprint that is shown, and pinned."""

from collections.abc import Iterator

import pytest

from support.api import Api, pointers
from support.certificates import Certificate
from support.fakes import Answer, ScriptedPrinter, settings_body
from support.wait import eventually
from support.webcams import small_jpeg

OTHER = "0" * 64


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"printers-status-max-age": "0s", "printers-deadline": "2s", "printers-request-timeout": "1s"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def printer(admin: Api, certificate: Certificate) -> Iterator[ScriptedPrinter]:
    printer = ScriptedPrinter(tls=certificate.context)
    yield printer
    admin.delete(f"/printers/{printer.host}")
    printer.end()


def add(admin: Api, printer: ScriptedPrinter, **more: object) -> dict:
    body = {"host": printer.host, "name": "By https", "protocol": "https", "api_key": "0123456789"} | more
    return admin.post("/printers", json=body, expect=201).json()


def code(api: Api, printer: ScriptedPrinter) -> str:
    return api.get(f"/printers/{printer.host}?fields=status", expect=200).json()["status"]["code"]


def test_a_refused_certificate_is_shown_and_can_be_pinned(admin: Api, printer: ScriptedPrinter, certificate: Certificate):
    refused = add(admin, printer)
    assert refused["tls_fingerprint"] is None
    assert refused["status"]["code"] == "tls"
    for told in ("self-signed certificate", f"SHA-256 {certificate.fingerprint}", "subject CN=octopi.local", "issuer CN=octopi.local"):
        assert told in refused["status"]["reason"]
    assert printer.asked() == [], "no key goes to a stranger"

    answer = admin.patch(f"/printers/{printer.host}", json={"tls_fingerprint": certificate.fingerprint}, expect=200).json()
    assert answer["tls_fingerprint"] == certificate.fingerprint
    assert (answer["client"]["connected"], answer["status"]["code"]) == (True, "operational")
    assert printer.asked("/api/printer")[0][2]["x-api-key"] == "0123456789"


def test_another_certificate_than_the_pinned_one_is_refused(admin: Api, printer: ScriptedPrinter, certificate: Certificate):
    answer = add(admin, printer, tls_fingerprint=OTHER)
    assert answer["status"]["code"] == "tls"
    assert f"not the pinned one: SHA-256 {certificate.fingerprint}" in answer["status"]["reason"]
    assert printer.asked() == []


def test_openssls_spelling_is_taken_too(admin: Api, printer: ScriptedPrinter, certificate: Certificate):
    digits = certificate.fingerprint.upper()
    spelled = ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))
    answer = add(admin, printer, tls_fingerprint=spelled)
    assert answer["tls_fingerprint"] == certificate.fingerprint
    assert answer["status"]["code"] == "operational"


@pytest.mark.parametrize("none", [None, ""])
def test_a_pin_can_be_taken_away(admin: Api, user: Api, printer: ScriptedPrinter, certificate: Certificate, none: str | None):
    add(admin, printer, tls_fingerprint=certificate.fingerprint)
    assert code(user, printer) == "operational"
    answer = admin.patch(f"/printers/{printer.host}", json={"tls_fingerprint": none}, expect=200).json()
    assert (answer["tls_fingerprint"], answer["status"]["code"]) == (None, "tls")
    assert code(user, printer) == "tls"


@pytest.mark.parametrize("wrong", ["00", "g" * 64, OTHER + "0", 7])
def test_what_is_no_fingerprint_is_refused(admin: Api, printer: ScriptedPrinter, wrong: object):
    body = {"host": printer.host, "name": "By https", "protocol": "https", "tls_fingerprint": wrong}
    assert pointers(admin.post("/printers", json=body, expect=400)) == {"/tls_fingerprint"}
    add(admin, printer)
    answer = admin.patch(f"/printers/{printer.host}", json={"tls_fingerprint": wrong}, expect=400)
    assert pointers(answer) == {"/tls_fingerprint"}


def test_the_printers_own_camera_is_trusted_as_the_printer_is(admin: Api, user: Api, printer: ScriptedPrinter, certificate: Certificate):
    picture = small_jpeg(8)
    printer.answers["/api/settings"] = Answer(body=settings_body(streamUrl="/webcam/still.jpg"))
    printer.answers["/webcam/still.jpg"] = Answer(200, picture, {"Content-Type": "image/jpeg"})
    add(admin, printer, tls_fingerprint=certificate.fingerprint)
    assert user.get(f"/printers/{printer.host}/snapshot", expect=200).content == picture
    admin.patch(f"/printers/{printer.host}", json={"tls_fingerprint": OTHER}, expect=200)
    path = f"/printers/{printer.host}/snapshot"
    # One process may show for a moment longer what it has.
    answers = eventually(lambda: [user.get(path, expect=404).json() for _ in range(10)], what="the camera is refused")
    assert answers[0]["code"] == "webcam_not_available" and "not the pinned one" in answers[0]["detail"]
    asked = len(printer.asked("/webcam/still.jpg"))
    user.get(path, expect=404)
    assert len(printer.asked("/webcam/still.jpg")) == asked
