"""`files.user_quota_bytes`: what the files of one user may take."""

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.api import Api
from support.fakes import ScriptedPrinter
from support.gcodes import every_page, gcode_bytes, upload, uploaded
from support.multipart import CONTENT_TYPE, Part, form, part_header
from support.raw import RawConnection, request

KIB = 1024
QUOTA = 1024 * KIB


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"files-user-quota-bytes": "1MiB", "printers-status-max-age": "0s"}


numbers = itertools.count()


@pytest.fixture
def person(server) -> Api:
    """Somebody who has uploaded nothing."""
    return server.add_user(f"person {next(numbers)}")


def taken(api: Api) -> int:
    name = api.get("/octoprint-emulator/api/currentuser", headers={"X-Api-Key": api.access_token}, expect=200).json()["name"]
    return sum(gcode["size"] for gcode in every_page(api, "/gcodes") if gcode["username"] == name)


def test_up_to_the_last_byte_and_again_after_deleting(server, person: Api):
    first = uploaded(person, "most.gcode", gcode_bytes(QUOTA - 1000))
    uploaded(person, "rest.gcode", gcode_bytes(1000))
    before = server.stored_files().keys()
    refused = upload(person, "more.gcode", b"G", expect=507)
    assert refused.json()["code"] == "quota_exceeded" and str(QUOTA) in refused.json()["detail"]
    assert server.stored_files().keys() == before and taken(person) == QUOTA
    person.delete(f"/gcodes/{first['id']}", expect=204)
    uploaded(person, "more.gcode", b"G")


def test_each_user_has_his_own(person: Api, other_user: Api):
    uploaded(person, "all.gcode", gcode_bytes(QUOTA))
    uploaded(other_user, "some.gcode", gcode_bytes(1000))


def test_refused_before_it_is_sent(server, person: Api):
    with RawConnection(server.port) as connection:
        fields = (f"Content-Type: {CONTENT_TYPE}", f"Content-Length: {100 * QUOTA}")
        begin = part_header("file", "huge.gcode") + b"G28\n"
        connection.send(request("POST", "/gcodes", *fields, body=begin, token=person.access_token))
        assert connection.read_response(expect=(507,)).json()["code"] == "quota_exceeded"


def test_uploads_at_the_same_time_stay_within_it(server, person: Api):
    """Each alone has room, all together do not."""
    size = 200 * KIB

    def send(number: int):
        return upload(person.again(), f"at-once-{number}.gcode", gcode_bytes(size, seed=number), expect=(201, 507))

    with ThreadPoolExecutor(12) as people:
        answers = list(people.map(send, range(12)))
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [507] * 7
    assert taken(person) == 5 * size
    assert sum("at-once" in path for path in server.stored_files()) == 5


def test_slicers_are_told(admin: Api, person: Api, scripted_printer: ScriptedPrinter):
    admin.post("/printers", json={"host": scripted_printer.host, "name": "Emulated"}, expect=201)
    uploaded(person, "all.gcode", gcode_bytes(QUOTA))
    body = form(Part("file", b"G28\n", filename="more.gcode"))
    headers = {"X-Api-Key": person.access_token, "Content-Type": CONTENT_TYPE}
    for prefix in ("/octoprint-emulator", f"/octoprint-emulator/printers/{scripted_printer.host}"):
        answer = person.with_token(None).post(f"{prefix}/api/files/local", data=body, headers=headers, expect=507)
        assert answer.json()["code"] == "quota_exceeded"
