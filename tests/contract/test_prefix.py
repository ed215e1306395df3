"""Behind a proxy that shows this server below a path, the addresses in answers work."""

import pytest

from support.api import Api
from support.gcodes import uploaded
from support.multipart import CONTENT_TYPE, Part, form


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"http-trusted-proxies": "127.0.0.1"}


def next_page(api: Api, prefix: str | None) -> str:
    headers = {} if prefix is None else {"X-Forwarded-Prefix": prefix}
    return api.get("/gcodes?limit=1", headers=headers, expect=200).json()["next"]


@pytest.fixture(scope="module", autouse=True)
def two_files(user: Api) -> None:
    for name in ("one.gcode", "two.gcode"):
        uploaded(user, name, b"G28\n")


@pytest.mark.parametrize(("sent", "used"), [("/karmen", "/karmen"), ("/a/b-c_d.e~/", "/a/b-c_d.e~")])
def test_next_page(user: Api, sent: str, used: str):
    assert next_page(user, sent).startswith(f"{used}/gcodes?")


@pytest.mark.parametrize(
    "sent",
    [None, "", "/", "karmen", "//other.host", "/a//b", "http://other.host", "/a?b", '/"><script>', "/a b", "/" + "a" * 300],
)
def test_what_is_no_plain_path_is_not_used(user: Api, sent: str | None):
    assert next_page(user, sent).startswith("/gcodes?")


def test_location_of_an_upload(user: Api):
    body = form(Part("file", b"G28\n", filename="part.gcode"))
    headers = {"X-Api-Key": user.access_token, "X-Forwarded-Prefix": "/karmen"}
    slicer = user.with_token(None)
    answer = slicer.post("/octoprint-emulator/api/files/local", data=body, headers=headers | {"Content-Type": CONTENT_TYPE}, expect=201)
    location = answer.headers["Location"]
    assert location.startswith("/karmen/octoprint-emulator/api/files/local/")
    refs = slicer.get(location.removeprefix("/karmen"), headers=headers, expect=200).json()["refs"]
    assert refs["resource"] == location and refs["download"].startswith("/karmen/gcodes/")
    page = slicer.get("/octoprint-emulator/", headers={"X-Forwarded-Prefix": "/karmen"}, expect=200)
    assert 'href="/karmen/docs"' in page.text


def test_others_are_not_believed(new_server):
    server = new_server(options={"http-trusted-proxies": "127.0.0.2"})
    admin = server.first_admin()
    for name in ("one.gcode", "two.gcode"):
        uploaded(admin, name, b"G28\n")
    assert next_page(admin, "/karmen").startswith("/gcodes?")
