"""docs/api.md §3 (/printjobs) and §4: sending a file to a printer and starting it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support.api import UNKNOWN_UUID, UUID, Api, pointers
from support.fakes import FORBIDDEN, NOT_OPERATIONAL, Answer, FakePrinter, ScriptedPrinter, printer_body, sha1
from support.gcodes import every_page, gcode_bytes, uploaded
from support.printjobs import add_printer, job_of, jobs_on, looks, only_job, start
from support.tokens import claims_of
from support.wait import eventually

NOBODY = "127.0.0.2:9"


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {
        "printers-status-max-age": "0s",
        "printers-check-interval": "5m",
        "printers-upload-idle-timeout": "1s",
        "printers-upload-answer-timeout": "4s",
        "printers-print-settle-time": "500ms",
    }


@pytest.fixture
def printer(admin: Api, fake_printers) -> FakePrinter:
    """A simulated printer that needs minutes for anything."""
    (fake,) = fake_printers(speed=0.01)
    add_printer(admin, fake.host, "Slow printer")
    return fake


@pytest.fixture
def fast_printer(admin: Api, fake_printers) -> FakePrinter:
    (fake,) = fake_printers(speed=2000)
    add_printer(admin, fake.host, "Fast printer")
    return fake


@pytest.fixture
def scripted(admin: Api, scripted_printer: ScriptedPrinter) -> ScriptedPrinter:
    add_printer(admin, scripted_printer.host, "Scripted printer")
    return scripted_printer


@pytest.fixture(scope="module")
def gcode(user: Api) -> dict:
    return uploaded(user, "part.gcode", gcode_bytes(50_000))


def expect_failed(api: Api, host: str) -> None:
    """What was sent and did not print is a print job that tells why."""
    job = only_job(api, host, "failed")
    assert job["result"] == "failed" and job["reason"] and job["ended"] >= job["started"]


# --- starting -----------------------------------------------------------------------------------------------------------


def test_print_reaches_the_printer_unchanged(user: Api, printer: FakePrinter):
    content = gcode_bytes(300_000, seed=7)
    gcode = uploaded(user, "calibration cube.gcode", content, "cubes/small")
    answer = start(user, gcode, printer.host)
    assert answer.json().keys() == {"id", "user_uuid"}
    assert answer.json()["user_uuid"] == claims_of(user.access_token)["identity"]

    ((path, file),) = printer.files().items()
    assert path == f"karmen/cubes/small/{gcode['filename']}"
    assert (file["hash"], file["size"]) == (sha1(content), len(content))

    seen = looks(user, printer.host)
    assert seen["status"]["state"] in ("Starting", "Printing")
    assert gcode["filename"] in seen["job"]["name"]


def test_print_goes_on_to_its_end(user: Api, gcode: dict, fast_printer: FakePrinter):
    start(user, gcode, fast_printer.host)
    eventually(lambda: looks(user, fast_printer.host)["status"]["state"] == "Operational", within_s=30)
    assert looks(user, fast_printer.host)["job"] == {}
    # OctoPrint itself remembers that all of it was printed.
    assert fast_printer.job()["progress"]["completion"] == 100
    start(user, gcode, fast_printer.host)


def test_progress_grows(user: Api, gcode: dict, admin: Api, fake_printers):
    (fake,) = fake_printers(speed=30)
    add_printer(admin, fake.host)
    start(user, gcode, fake.host)

    def completion() -> float:
        return looks(user, fake.host)["job"].get("completion") or 0

    first = eventually(completion, within_s=20)
    assert 0 < first <= 100
    eventually(lambda: completion() > first or looks(user, fake.host)["job"] == {}, within_s=20)


def test_gcode_may_be_a_numeric_string(user: Api, gcode: dict, fast_printer: FakePrinter):
    user.post("/printjobs", json={"gcode": str(gcode["id"]), "printer": fast_printer.host}, expect=201)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"printer": NOBODY}, {"/gcode"}),
        ({"gcode": 1}, {"/printer"}),
        ({"other": 1}, {"/gcode", "/printer"}),
        ({"gcode": [1], "printer": NOBODY}, {"/gcode"}),
        ({"gcode": True, "printer": NOBODY}, {"/gcode"}),
        ({"gcode": 1.5, "printer": NOBODY}, {"/gcode"}),
        ({"gcode": 1, "printer": 5}, {"/printer"}),
        ({"gcode": 1, "printer": ""}, {"/printer"}),
    ],
)
def test_start_with_bad_input_is_400(user: Api, body: dict, named: set[str]):
    assert named <= pointers(user.post("/printjobs", json=body, expect=400))


@pytest.mark.parametrize("host", [NOBODY, "no address", "127.0.0.1:80/../x"])
def test_unknown_printer_is_404(user: Api, gcode: dict, host: str):
    assert start(user, gcode, host, expect=404).json()["code"] == "printer_not_found"


@pytest.mark.parametrize("id", [987654321, 2**62])
def test_unknown_gcode_is_404(user: Api, printer: FakePrinter, id: int):
    assert start(user, {"id": id}, printer.host, expect=404).json()["code"] == "gcode_not_found"


# --- printers that cannot, or will not ----------------------------------------------------------------------------------


def test_printer_that_prints_already_is_409(user: Api, gcode: dict, printer: FakePrinter):
    start(user, gcode, printer.host)
    assert start(user, gcode, printer.host, expect=409).json()["code"] == "printer_not_operational"
    assert len(jobs_on(user, printer.host)) == 1


NOT_READY = {
    "not connected": NOT_OPERATIONAL,
    "paused": Answer(body=printer_body("Paused", paused=True)),
    "prints, by its text": Answer(body=printer_body("Printing")),
    "prints, by a number": Answer(body=printer_body("Printing", printing=1, ready=True)),
    "error, by its flags": Answer(body=printer_body("Operational", error=True, ready=True)),
    "no JSON": Answer(body=b"<html>"),
    "server error": Answer(500),
    "forbidden": FORBIDDEN,
}


@pytest.mark.parametrize("answer", NOT_READY.values(), ids=NOT_READY.keys())
def test_printer_that_is_not_operational_is_409(user: Api, gcode: dict, scripted: ScriptedPrinter, answer: Answer):
    scripted.answers["/api/printer"] = answer
    start(user, gcode, scripted.host, expect=409)
    assert scripted.asked("/api/files/local") == [], "nothing is sent to a printer that is not operational"
    assert jobs_on(user, scripted.host) == []


def test_words_of_a_contradiction_agree_with_the_state_shown(user: Api, gcode: dict, scripted: ScriptedPrinter):
    for answer in (NOT_READY["prints, by its text"], NOT_READY["error, by its flags"]):
        scripted.answers["/api/printer"] = answer
        shown = looks(user, scripted.host)["status"]["state"]
        message = start(user, gcode, scripted.host, expect=409).json()["message"]
        assert shown in message and "flags" in message


def test_printer_that_is_gone_is_409(admin: Api, user: Api, gcode: dict):
    add_printer(admin, "127.0.0.2:11")
    start(user, gcode, "127.0.0.2:11", expect=409)


NOT_STARTED = {"done": True, "effectivePrint": False, "effectiveSelect": False, "files": {}}
QUEUED = {"item": {"path": "x.gcode", "root": "gcodes"}, "print_started": False, "print_queued": False, "action": "create_file"}
REFUSALS = {
    "does not start": Answer(201, NOT_STARTED),
    "does not start, in Moonraker's words": Answer(201, QUEUED),
    "does not tell, and does not print": Answer(201, {"done": True}),
    "forbidden": FORBIDDEN,
    "type": Answer(415, {"error": "Could not upload file, invalid type"}),
    "server error": Answer(500, b"<html>"),
    "200 is not 201": Answer(200, {}),
}


@pytest.mark.parametrize("answer", REFUSALS.values(), ids=REFUSALS.keys())
def test_printer_that_does_not_take_the_file_is_500_with_a_reason(user: Api, gcode: dict, scripted: ScriptedPrinter, answer: Answer):
    scripted.answers["/api/files/local"] = answer
    problem = start(user, gcode, scripted.host, expect=500).json()
    assert problem["code"] != "internal" and len(problem["message"]) > 10
    assert "<html>" not in problem["message"], "what a printer says is data of a stranger"
    expect_failed(user, scripted.host)


UNCLEAR = {
    "does not tell": Answer(201, {"done": True}),
    "no JSON": Answer(201, b"<html>"),
    "200 is not 201": Answer(200, {}),
    "server error": Answer(500, b"<html>"),
    "bad gateway": Answer(502, b"<html>"),
    "gateway timeout": Answer(504, b"<html>"),
}


@pytest.mark.parametrize("answer", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_printer_that_prints_whatever_it_answers_is_201(user: Api, gcode: dict, scripted: ScriptedPrinter, answer: Answer):
    scripted.answers |= {"/api/files/local": answer, "/api/job": job_of(gcode, "Printing")}
    start(user, gcode, scripted.host)
    only_job(user, scripted.host, "printing")
    assert len(scripted.asked("/api/files/local", "POST")) == 1, "a file is sent once"


def test_printer_that_tells_nothing_is_not_told_of_as_failed(user: Api, gcode: dict, scripted: ScriptedPrinter):
    scripted.answers |= {"/api/files/local": Answer(500, b""), "/api/job": Answer(500, b"")}
    message = start(user, gcode, scripted.host, expect=500).json()["message"]
    assert "not known whether the printer prints" in message
    job = only_job(user, scripted.host, "unknown")
    assert job["result"] is None and job["ended"] is None and job["reason"]


@pytest.mark.parametrize(
    ("status", "advice"), [(413, "client_max_body_size"), (502, "server runs"), (504, "proxy_read_timeout")]
)
def test_proxy_that_refuses_says_what_to_change(user: Api, gcode: dict, scripted: ScriptedPrinter, status: int, advice: str):
    scripted.answers["/api/files/local"] = Answer(status, b"<html>")
    message = start(user, gcode, scripted.host, expect=500).json()["message"]
    assert advice in message and str(status) in message
    expect_failed(user, scripted.host)


def test_file_that_is_printed_meanwhile_is_409_with_the_printer_s_words(user: Api, gcode: dict, scripted: ScriptedPrinter):
    words = "Trying to overwrite file that is currently being printed"
    scripted.answers["/api/files/local"] = Answer(409, {"error": words})
    problem = start(user, gcode, scripted.host, expect=409).json()
    assert problem["code"] == "printer_not_operational" and words in problem["message"]
    expect_failed(user, scripted.host)


def test_printer_may_take_longer_to_answer_than_to_take_bytes(user: Api, gcode: dict, printer: FakePrinter):
    printer.set_fault("slow", path="/api/files/local", amount=2000)
    start(user, gcode, printer.host)
    assert len(jobs_on(user, printer.host)) == 1


# What each release does with names: 1.11.4 fails at raw ones.
@pytest.mark.parametrize("version", ["1.8.7", "1.9.3", "1.10.3", "1.11.3", "1.11.4", "1.11.8"])
def test_names_of_every_script_reach_every_octoprint(admin: Api, user: Api, fake_printers, version: str):
    (fake,) = fake_printers(speed=0.01, flags=("--octoprint-version", version))
    add_printer(admin, fake.host)
    gcode = uploaded(user, "M\u00fcll \u9e1f \U0001f600.gcode", gcode_bytes(1000), "\u00dcml\u00e4ut/\u9e1f")
    start(user, gcode, fake.host)
    ((path, file),) = fake.files().items()
    assert path == f"karmen/\u00dcml\u00e4ut/\u9e1f/{gcode['filename']}"
    assert file["display"] == gcode["filename"] and "\u9e1f" in gcode["filename"]


@pytest.mark.parametrize("fault", ["hang", "reset", "silent_close", "403", "500"])
def test_printer_that_breaks_while_it_takes_the_file_is_an_error(user: Api, gcode: dict, printer: FakePrinter, fault: str):
    printer.set_fault(fault, path="/api/files/local")
    start(user, gcode, printer.host, expect=500)
    (job,) = jobs_on(user, printer.host)
    assert job["state"] in ("failed", "unknown") and job["reason"]


def test_print_that_the_printer_does_not_begin(user: Api, gcode: dict, printer: FakePrinter):
    printer.set_fault("effective_print_false")
    start(user, gcode, printer.host, expect=500)
    expect_failed(user, printer.host)


def test_two_people_cannot_start_one_printer_at_the_same_time(user: Api, gcode: dict, printer: FakePrinter):
    with ThreadPoolExecutor(4) as people:
        answers = list(people.map(lambda _: start(user.again(), gcode, printer.host, expect=(201, 409, 500)), range(4)))
    assert sorted(answer.status_code for answer in answers)[0] == 201
    assert [answer.status_code for answer in answers].count(201) == 1
    assert len(jobs_on(user, printer.host)) == 1


def test_file_that_is_gone_from_disk(server, user: Api, printer: FakePrinter):
    gcode = uploaded(user, "vanishing.gcode", gcode_bytes(1000))
    server.stored_files()[gcode["absolute_path"].lstrip("/")].unlink()
    problem = start(user, gcode, printer.host, expect=(404, 500)).json()
    assert problem["code"] != "internal", problem
    assert jobs_on(user, printer.host) == []


# --- reading ------------------------------------------------------------------------------------------------------------


def test_print_job_tells_what_was_printed_where_by_whom(admin: Api, user: Api, other_user: Api, fake_printers):
    (fake,) = fake_printers(speed=0.01, api_key="SECRET-OF-THE-PRINTER")
    admin.post("/printers", json={"host": fake.host, "name": "Told", "api_key": "SECRET-OF-THE-PRINTER"}, expect=201)
    gcode = uploaded(user, "told.gcode", b"G28\n" * 100)
    id = start(user, gcode, fake.host).json()["id"]

    job = other_user.get(f"/printjobs/{id}", expect=200).json()
    of_0_0_13 = {"id", "started", "gcode_data", "printer_data", "user_uuid", "username"}
    assert job.keys() == of_0_0_13 | {"printer_id", "state", "progress", "ended", "result", "reason"}
    assert (job["state"], job["ended"], job["result"], job["reason"]) == ("printing", None, None, None)
    assert job["id"] == id
    assert job["gcode_data"] == {"id": gcode["id"], "filename": gcode["filename"], "size": 400, "available": True}
    assert job["printer_data"] == {"host": fake.host, "name": "Told", "client": "octoprint"}
    assert job["username"] == "ursula" and UUID.fullmatch(job["user_uuid"])
    assert job["started"].endswith(("Z", "+00:00")), "a time without offset"
    assert "SECRET" not in str(job), "the printer's key"
    assert job in every_page(user, "/printjobs")


@pytest.mark.parametrize("id", ["0", "987654321", "abc", "-1", UNKNOWN_UUID])
def test_unknown_print_job_is_404(user: Api, id: str):
    user.get(f"/printjobs/{id}", expect=404)


def test_print_job_outlives_its_gcode_and_its_printer(admin: Api, user: Api, printer: FakePrinter):
    gcode = uploaded(user, "short-lived.gcode", gcode_bytes(2000))
    id = start(user, gcode, printer.host).json()["id"]
    user.delete(f"/gcodes/{gcode['id']}", expect=204)
    admin.delete(f"/printers/{printer.host}", expect=204)
    job = user.get(f"/printjobs/{id}", expect=200).json()
    assert job["gcode_data"]["available"] is False
    assert job["gcode_data"]["filename"] == gcode["filename"]
    assert job["printer_data"]["name"] == "Slow printer"


def test_list_is_filtered_and_ordered(admin: Api, user: Api, fake_printers):
    gcodes = [uploaded(user, f"listed{n}.gcode", b"G28\n") for n in range(3)]
    fakes = fake_printers(count=3, speed=0.01)
    started = []
    for n, fake in enumerate(fakes):
        add_printer(admin, fake.host, f"Listed {n}")
        started.append(start(user, gcodes[n], fake.host).json()["id"])

    def ids(query: str) -> list[int]:
        return [job["id"] for job in every_page(user, f"/printjobs?{query}")]

    assert ids(f"filter=printer_host:^{fakes[1].host.replace('.', '%5C.')}$") == [started[1]]
    assert ids(f"filter=gcode_id:^{gcodes[2]['id']}$") == [started[2]]
    everything = ids("")
    assert everything == sorted(everything) and set(started) <= set(everything)
    assert ids("order_by=-id&limit=2") == sorted(everything, reverse=True)
    assert ids("order_by=-started&limit=1") == sorted(everything, reverse=True)
    # JSON columns have no order: ignored, with or without a sign.
    for column in ("gcode_data", "printer_data", "-gcode_data"):
        assert ids(f"order_by={column}&limit=2") == everything
    picked = user.get("/printjobs?fields=id,username&limit=1", expect=200).json()["items"][0]
    assert picked.keys() == {"id", "username"}


# --- deleting -----------------------------------------------------------------------------------------------------------


def test_owner_and_administrator_delete_print_jobs(admin: Api, user: Api, gcode: dict, fake_printers):
    fakes = fake_printers(count=2, speed=0.01)
    for fake, api in zip(fakes, (user, admin)):
        add_printer(admin, fake.host)
        id = start(user, gcode, fake.host).json()["id"]
        assert api.delete(f"/printjobs/{id}", expect=204).content == b""
        user.get(f"/printjobs/{id}", expect=404)
        api.delete(f"/printjobs/{id}", expect=404)
        assert jobs_on(user, fake.host) == []
        # Only the record is gone.
        assert fake.job()["state"] in ("Starting", "Printing")
    user.get(f"/gcodes/{gcode['id']}", expect=200)


def test_somebody_else_s_print_job_is_401(admin: Api, user: Api, other_user: Api, gcode: dict, printer: FakePrinter):
    id = start(user, gcode, printer.host).json()["id"]
    as_user = admin.with_token(admin.post("/users/me/tokens", json={"name": "x"}, expect=201).json()["access_token"])
    for stranger in (other_user, as_user):
        problem = stranger.delete(f"/printjobs/{id}", expect=401).json()
        assert problem["code"] == "not_owner"
        assert problem["message"] == f"Printjob does not belong to {claims_of(stranger.access_token)['identity']}"
    user.get(f"/printjobs/{id}", expect=200)
    user.not_fresh().delete(f"/printjobs/{id}", expect=204)


@pytest.mark.parametrize("id", ["0", "987654321", "abc", "-1", "1.5", "9" * 40, UNKNOWN_UUID], ids=lambda id: id[:12])
def test_deleting_an_unknown_print_job_is_404(admin: Api, user: Api, id: str):
    for api in (admin, user):
        assert api.delete(f"/printjobs/{id}", expect=404).json()["code"] == "print_job_not_found"
