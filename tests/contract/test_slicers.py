"""Slicers upload as to an OctoPrint: the requests that PrusaSlicer, SuperSlicer, OrcaSlicer and Cura send, byte for byte."""

import json
import time
from dataclasses import dataclass, field

import pytest

from support.api import Api
from support.fakes import FakePrinter, sha1
from support.gcodes import download, every_page, gcode_bytes
from support.raw import RawConnection, RawResponse
from support.server import USER_PASSWORD
from support.tokens import claims_of, forge

EMULATOR = "/octoprint-emulator"
CONTENT = gcode_bytes(20_000, seed=3)


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"printers-status-max-age": "0s", "printers-check-interval": "5m"}


@pytest.fixture(scope="module")
def key(user: Api) -> str:
    """What the user pastes into the slicer's field for the API key."""
    return user.post("/users/me/tokens", json={"name": "slicer"}, expect=201).json()["access_token"]


@pytest.fixture
def printer(admin: Api, fake_printers) -> FakePrinter:
    (fake,) = fake_printers(speed=0.01)
    admin.post("/printers", json={"host": fake.host, "name": "In the workshop"}, expect=201)
    return fake


# --- what the programs send ---------------------------------------------------------------------------------------------


@dataclass
class Upload:
    path: str = ""
    filename: str = "benchy.gcode"
    content: bytes = CONTENT
    print: bool = False
    more: dict[str, str] = field(default_factory=dict)


def lines(*texts: str) -> bytes:
    return "".join(f"{text}\r\n" for text in texts).encode()


class LibcurlSlicer:
    """Slic3r::Http of PrusaSlicer and its forks: libcurl with `curl_formadd`. The key's header is sent even when it is empty."""

    def __init__(self, agent: str, boundary: str = "------------------------5f3c1e0b7a9d2c48"):
        self.agent = agent
        self.boundary = boundary

    def _header(self, method: str, target: str, port: int, key: str, *more: str) -> bytes:
        fields = [f"Host: 127.0.0.1:{port}", f"User-Agent: {self.agent}", "Accept: */*", f"X-Api-Key: {key}", *more]
        return lines(f"{method} {target} HTTP/1.1", *fields, "")

    def version(self, prefix: str, port: int, key: str) -> bytes:
        return self._header("GET", f"{prefix}/api/version", port, key)

    def upload_header(self, prefix: str, port: int, key: str, length: int) -> bytes:
        kind = f"Content-Type: multipart/form-data; boundary={self.boundary}"
        more = (f"Content-Length: {length}", kind, "Expect: 100-continue")
        return self._header("POST", f"{prefix}/api/files/local", port, key, *more)

    def form(self, upload: Upload) -> bytes:
        fields = {"print": "true" if upload.print else "false", "path": upload.path} | upload.more
        body = b"".join(
            lines(f"--{self.boundary}", f'Content-Disposition: form-data; name="{name}"', "", value)
            for name, value in fields.items()
        )
        disposition = f'Content-Disposition: form-data; name="file"; filename="{upload.filename}"'
        body += lines(f"--{self.boundary}", disposition, "Content-Type: application/octet-stream", "")
        return body + upload.content + lines("", f"--{self.boundary}--")

    def upload(self, connection: RawConnection, prefix: str, port: int, key: str, upload: Upload) -> RawResponse:
        """libcurl holds the body back until the server says 100, or a second has passed."""
        body = self.form(upload)
        connection.send(self.upload_header(prefix, port, key, len(body)))
        interim = connection.read_header()
        if interim.status != 100:
            interim.body = connection.read_body(int(interim.headers["content-length"]))
            return interim
        connection.send(body)
        return connection.read_response()


PRUSA = LibcurlSlicer("PrusaSlicer/2.9.4")
SLICERS = {
    "PrusaSlicer": PRUSA,
    "SuperSlicer": LibcurlSlicer("SuperSlicer/2.5.60"),
    "OrcaSlicer": LibcurlSlicer("OrcaSlicer/2.3.0", "------------------------d74496d66958873e"),
}


def test_and_upload(server, key: str, upload: Upload, prefix: str = EMULATOR, slicer: LibcurlSlicer = PRUSA) -> RawResponse:
    """The whole conversation of an upload on one connection: the version first, then the file."""
    with RawConnection(server.port) as connection:
        connection.send(slicer.version(prefix, server.port, key))
        version = connection.read_response()
        assert version.status == 200
        answer = json.loads(version.body)
        # OctoPrint::test of PrusaSlicer: `api` must be there, `text` must begin so.
        assert answer["api"] and answer["text"].startswith("OctoPrint")
        return slicer.upload(connection, prefix, server.port, key, upload)


test_and_upload.__test__ = False


def stored(user: Api, filename: str) -> list[dict]:
    return [gcode for gcode in every_page(user, "/gcodes") if gcode["display"] == filename]


# --- PrusaSlicer and its forks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slicer", SLICERS.values(), ids=SLICERS.keys())
def test_upload(server, user: Api, key: str, slicer: LibcurlSlicer):
    name = f"{slicer.agent.split('/')[0]} part.gcode"
    answer = test_and_upload(server, key, Upload("", name), slicer=slicer)
    assert answer.status == 201, answer.body
    assert "api/" in answer.headers["location"]
    (gcode,) = stored(user, name)
    assert download(user, gcode) == CONTENT
    assert gcode["username"] == "ursula"
    local = json.loads(answer.body)["files"]["local"]
    assert local["origin"] == "local" and local["display"] == name
    assert (local["name"], local["path"]) == (gcode["filename"], gcode["absolute_path"])


def test_continue_comes_at_once(server, key: str):
    """libcurl would wait a second for it with each upload."""
    body = PRUSA.form(Upload(filename="at-once.gcode"))
    with RawConnection(server.port) as connection:
        connection.send(PRUSA.upload_header(EMULATOR, server.port, key, len(body)))
        # Nothing of the body was sent: whatever comes does not wait for it.
        assert connection.read_header().status == 100
        connection.send(body)
        assert connection.read_response().status == 201


def test_bad_key_is_told_before_the_file_is_sent(server):
    with RawConnection(server.port) as connection:
        connection.send(PRUSA.upload_header(EMULATOR, server.port, "wrong", 500 * 1024 * 1024))
        assert connection.read_response().status == 403


@pytest.mark.parametrize(("number", "path"), enumerate(["", "parts", "parts/for the/door", "деталь", "/"]))
def test_folder(server, user: Api, key: str, number: int, path: str):
    name = f"in-a-folder{number}.gcode"
    assert test_and_upload(server, key, Upload(path, name)).status == 201
    (gcode,) = stored(user, name)
    assert gcode["path"].strip("/").count("/") == path.strip("/").count("/")


@pytest.mark.parametrize("path", ["../outside", "parts/../../outside", "/../x"])
def test_folder_that_leaves_the_store_is_refused(server, user: Api, key: str, path: str):
    before = server.stored_files().keys()
    assert test_and_upload(server, key, Upload(path, "escape.gcode")).status == 400
    assert server.stored_files().keys() == before


def test_plate_of_orca(server, user: Api, key: str):
    """OrcaSlicer adds a field that only Bambu's printers know."""
    upload = Upload(filename="plate.gcode", more={"plateindex": "1"})
    assert test_and_upload(server, key, upload, slicer=SLICERS["OrcaSlicer"]).status == 201
    assert len(stored(user, "plate.gcode")) == 1


@pytest.mark.parametrize("name", ["model.stl", "noending", "x.3mf", "x.GCODE.txt"])
def test_other_files_are_415(server, key: str, name: str):
    answer = test_and_upload(server, key, Upload(filename=name))
    assert answer.status == 415
    assert json.loads(answer.body)["message"], "the slicer shows the body"


def test_form_without_a_file_is_400(server, key: str):
    body = lines(f"--{PRUSA.boundary}", 'Content-Disposition: form-data; name="print"', "", "true", f"--{PRUSA.boundary}--")
    with RawConnection(server.port) as connection:
        connection.send(PRUSA.upload_header(EMULATOR, server.port, key, len(body)))
        assert connection.read_header().status == 100
        connection.send(body)
        assert connection.read_response().status == 400


def test_same_name_twice_keeps_both(server, user: Api, key: str):
    for content in (CONTENT, CONTENT[::-1]):
        assert test_and_upload(server, key, Upload(filename="again.gcode", content=content)).status == 201
    again = [gcode for gcode in every_page(user, "/gcodes") if gcode["display"].startswith("again")]
    assert len({gcode["absolute_path"] for gcode in again}) == 2
    assert sorted(download(user, gcode) for gcode in again) == sorted([CONTENT, CONTENT[::-1]])


# --- what OctoPrint takes besides ---------------------------------------------------------------------------------------


def send(server, key: str, *parts: bytes, query: str = "") -> RawResponse:
    """A form of these parts, each with its header."""
    body = b"".join(b"--B\r\n" + part + b"\r\n" for part in parts) + b"--B--\r\n"
    head = lines(
        f"POST {EMULATOR}/api/files/local{query} HTTP/1.1",
        "Host: k",
        f"X-Api-Key: {key}",
        "Content-Type: multipart/form-data; boundary=B",
        f"Content-Length: {len(body)}",
        "",
    )
    with RawConnection(server.port) as connection:
        connection.send(head + body)
        return connection.read_response()


def file_part(rest: bytes) -> bytes:
    return b'Content-Disposition: form-data; name="file"; ' + rest + b"\r\n\r\nG28\n"


@pytest.mark.parametrize("name", ["PART.GCODE", "PART.GCO", "Part.Gcode", "part.g", "PART.G", "part.bgcode", "PART.GCODE.3MF"])
def test_names_in_any_letter_case(server, user: Api, key: str, name: str):
    assert test_and_upload(server, key, Upload(filename=name)).status == 201
    (gcode,) = stored(user, name)
    assert gcode["filename"] == name


NAMES = {
    b"filename*=ISO-8859-1''caf%E9.gcode": "café.gcode",
    b"filename*=iso-8859-1'fr'th%e9.gcode": "thé.gcode",
    b"filename=\"plain.gcode\"; filename*=UTF-8''%C5%99.gcode": "ř.gcode",
    b'filename="M\xfcll.gcode"': "Müll.gcode",
    "filename=\"Gerät.gcode\"".encode(): "Gerät.gcode",
}


@pytest.mark.parametrize(("written", "display"), NAMES.items(), ids=NAMES.values())
def test_names_in_latin1_and_utf8(server, user: Api, key: str, written: bytes, display: str):
    answer = send(server, key, file_part(written))
    assert answer.status == 201, answer.body
    assert len(stored(user, display)) == 1


NO_FIELDS = [b"Content-Disposition: form-data", b"Content-Type: text/plain", b"Content-Disposition: attachment; filename=x.gcode"]


@pytest.mark.parametrize(("number", "header"), enumerate(NO_FIELDS), ids=["no name", "no disposition", "no form-data"])
def test_parts_that_are_no_fields_are_passed_over(server, user: Api, key: str, number: int, header: bytes):
    name = f"beside{number}.gcode"
    answer = send(server, key, header + b"\r\n\r\nx", file_part(f'filename="{name}"'.encode()))
    assert answer.status == 201, answer.body
    assert len(stored(user, name)) == 1


@pytest.mark.parametrize(
    ("path", "written", "folder"),
    [("", "box/coin.gcode", "box"), ("coins", "box/of/coin.gcode", "coins/box/of"), ("coins/", "C:/my box/coin.gcode", "coins"),
     ("", "/home/me/coin.gcode", ""), ("", r"D:\\box\\coin.gcode", "")],
)
def test_folder_in_the_name_of_the_file(server, user: Api, path: str, written: str, folder: str):
    own = new_key(user)
    answer = test_and_upload(server, own, Upload(path, written))
    assert answer.status == 201, answer.body
    told = json.loads(answer.body)["files"]["local"]["path"]
    assert told.rpartition("/")[0] == folder and told in server.stored_files()


@pytest.mark.parametrize("name", ["../out.gcode", "a/../../out.gcode", ".hidden/out.gcode"])
def test_folder_in_the_name_that_leaves_the_store_is_400(server, key: str, name: str):
    before = server.stored_files().keys()
    answer = test_and_upload(server, key, Upload(filename=name))
    assert answer.status == 400 and [error["pointer"] for error in answer.json()["errors"]] == ["/file"]
    assert server.stored_files().keys() == before


def test_path_and_print_in_the_address(server, user: Api, key: str, printer: FakePrinter):
    prefix = f"{EMULATOR}/printers/{printer.host}"
    body = {"data": PRUSA.form(Upload(filename="asked.gcode")), "headers": {
        "X-Api-Key": key, "Content-Type": f"multipart/form-data; boundary={PRUSA.boundary}"}}
    nobody = user.with_token(None)
    answer = nobody.post(f"{prefix}/api/files/local?print=on&path=by%20address", expect=201, **body)
    assert answer.json()["effectivePrint"] is True, "the address counts before the form"
    assert answer.json()["files"]["local"]["path"] == "by address/asked.gcode"
    assert printer.job()["state"] in ("Starting", "Printing")
    for query, pointer in (("print=perhaps", "/print"), ("path=../up", "/path")):
        refusal = nobody.post(f"{prefix}/api/files/local?{query}", expect=400, **body).json()
        assert [error["pointer"] for error in refusal["errors"]] == [pointer]


@pytest.mark.parametrize("path", [EMULATOR, f"{EMULATOR}/", f"{EMULATOR}/printers/127.0.0.2:9", f"{EMULATOR}/printers/127.0.0.2:9/"])
def test_address_of_a_slicer_is_a_page(anonymous: Api, path: str):
    page = anonymous.get(path, expect=200)
    assert page.headers["Content-Type"].startswith("text/html") and "API token" in page.text


# --- printing at once ---------------------------------------------------------------------------------------------------


def test_print_with_a_printer_in_the_address_starts_there(server, user: Api, key: str, printer: FakePrinter):
    prefix = f"{EMULATOR}/printers/{printer.host}"
    answer = test_and_upload(server, key, Upload("doors", "hinge.gcode", print=True), prefix)
    assert answer.status == 201, answer.body
    assert json.loads(answer.body)["effectivePrint"] is True
    assert answer.headers["location"].startswith(f"{prefix}/api/files/local/")
    ((path, file),) = printer.files().items()
    assert path == "karmen/doors/hinge.gcode" and file["hash"] == sha1(CONTENT)
    assert printer.job()["state"] in ("Starting", "Printing")
    (job,) = [job for job in every_page(user, "/printjobs") if job["printer_data"]["host"] == printer.host]
    assert job["username"] == "ursula"
    assert job["gcode_data"]["id"] == stored(user, "hinge.gcode")[0]["id"]


@pytest.mark.parametrize(("print", "with_printer"), [(False, True), (True, False), (False, False)])
def test_otherwise_nothing_is_printed(server, user: Api, key: str, printer: FakePrinter, print: bool, with_printer: bool):
    prefix = f"{EMULATOR}/printers/{printer.host}" if with_printer else EMULATOR
    name = f"unprinted-{print}-{with_printer}.gcode"
    answer = test_and_upload(server, key, Upload(filename=name, print=print), prefix)
    assert answer.status == 201 and json.loads(answer.body)["effectivePrint"] is False
    assert len(stored(user, name)) == 1
    assert printer.files() == {}
    assert printer.job()["state"] == "Operational"


def test_unknown_printer_in_the_address_is_404_before_the_file_is_sent(server, key: str):
    prefix = f"{EMULATOR}/printers/127.0.0.2:9"
    with RawConnection(server.port) as connection:
        connection.send(PRUSA.upload_header(prefix, server.port, key, 500 * 1024 * 1024))
        assert connection.read_response().status == 404


def test_printer_that_prints_already_keeps_the_file_once_and_tells(server, user: Api, key: str, printer: FakePrinter):
    prefix = f"{EMULATOR}/printers/{printer.host}"
    assert test_and_upload(server, key, Upload(filename="first.gcode", print=True), prefix).status == 201
    answers = [test_and_upload(server, key, Upload(filename="second.gcode", print=True), prefix) for _ in range(3)]
    assert [answer.status for answer in answers] == [201] * 3
    assert [json.loads(answer.body)["effectivePrint"] for answer in answers] == [False] * 3
    (kept,) = stored(user, "second.gcode")
    assert {answer.headers["location"] for answer in answers} == {f"{prefix}/api/files/local/{kept['id']}"}
    assert download(user, kept) == CONTENT
    assert list(server.stored_files()).count(kept["absolute_path"]) == 1
    assert [path for path in server.stored_files() if "second" in path] == [kept["absolute_path"]]


def test_only_the_same_upload_of_the_same_user_is_kept_once(server, user: Api, other_user: Api, key: str):
    first = Upload("once", "once.gcode")
    assert test_and_upload(server, key, first).status == 201
    others = [
        (key, Upload("once", "once.gcode", content=CONTENT + b"G28\n")),
        (key, Upload("once", "twice.gcode")),
        (key, Upload("elsewhere", "once.gcode")),
        (new_key(other_user), first),
    ]
    for whose, upload in others:
        assert test_and_upload(server, whose, upload).status == 201
    assert len(stored(user, "once.gcode")) == 4 and len(stored(user, "twice.gcode")) == 1
    # One whose file is gone stands for nothing.
    gone = stored(user, "twice.gcode")[0]
    server.stored_files()[gone["absolute_path"]].unlink()
    assert test_and_upload(server, key, Upload("once", "twice.gcode")).status == 201
    assert len(stored(user, "twice.gcode")) == 2


# --- Cura ---------------------------------------------------------------------------------------------------------------

CURA_BOUNDARY = "boundary_.oOo._NTk5MTQ0NTY2MTM4MzE4NTQ5OA=="
# OctoPrintOutputDevice.py reads each of them by name, without a default.
CURA_FLAGS = {"error", "closedOrError", "paused", "pausing", "printing", "cancelling", "ready", "operational"}


class Cura:
    """OctoPrint Connection 3.7.3: QNetworkAccessManager, one connection for everything."""

    def __init__(self, connection: RawConnection, prefix: str, port: int, key: str):
        self.connection = connection
        self.prefix = prefix
        self.port = port
        self.key = key

    def _request(self, method: str, target: str, *fields: str, body: bytes = b"") -> RawResponse:
        own = (f"Host: 127.0.0.1:{self.port}", f"X-Api-Key: {self.key}", "User-Agent: cura/5.9.0 OctoPrintPlugin/3.7.3")
        qt = ("Connection: Keep-Alive", "Accept-Encoding: gzip, deflate", "Accept-Language: en-US,*")
        length = (f"Content-Length: {len(body)}",) if method != "GET" else ()
        self.connection.send(lines(f"{method} {target} HTTP/1.1", *own, *fields, *length, *qt, "") + body)
        return self.connection.read_response()

    def get(self, path: str) -> dict:
        answer = self._request("GET", f"{self.prefix}/api/{path}")
        assert answer.status == 200, (path, answer)
        return json.loads(answer.body)

    def post(self, path: str, body: dict) -> RawResponse:
        fields = ("Content-Type: application/json",)
        return self._request("POST", f"{self.prefix}/api/{path}", *fields, body=json.dumps(body).encode())

    def upload(self, upload: Upload, *, at_once: bool) -> RawResponse:
        def part(name: str, kind: str, content: bytes) -> bytes:
            head = lines(f"--{CURA_BOUNDARY}", f"Content-Disposition: form-data; {name}", f"Content-Type: {kind}", "")
            return head + content + b"\r\n"

        body = part('name="path"', "text/plain", upload.path.encode())
        body += part(f'name="file"; filename="{upload.filename}"', "application/octet-stream", upload.content)
        if at_once:
            body += part('name="select"', "text/plain", b"true") + part('name="print"', "text/plain", b"true")
        kind = f'Content-Type: multipart/form-data; boundary="{CURA_BOUNDARY}"'
        return self._request("POST", f"{self.prefix}/api/files/local", kind, body=body + lines(f"--{CURA_BOUNDARY}--"))

    def look_around(self) -> None:
        """What it asks before it offers to print, and what it reads of the answers."""
        settings = self.get("settings")
        assert isinstance(settings["feature"]["sdSupport"], bool)
        assert {"streamUrl", "flipH", "flipV", "rotate90"} <= settings["webcam"].keys()
        assert isinstance(settings["plugins"], dict) and settings["gcodeAnalysis"]["runAt"]
        assert self.get("version")["api"]
        login = self.post("login", {"passive": True})
        assert login.status == 200 and json.loads(login.body)["name"] == "ursula"
        profile = self.get("printerprofiles")["profiles"]["_default"]
        assert profile["current"] is True and profile["name"] and profile["model"]
        for axis in "xyz":
            assert profile["axes"][axis]["speed"] > 0 and profile["axes"][axis]["inverted"] in (True, False)

    def state(self) -> dict:
        printer, job = self.get("printer"), self.get("job")
        flags = printer["state"]["flags"]
        assert CURA_FLAGS <= flags.keys() and set(map(type, flags.values())) == {bool}
        for heater in ("tool0", "bed"):
            assert {"actual", "target"} <= printer["temperature"][heater].keys()
        assert {"printTime", "completion", "printTimeLeft"} <= job["progress"].keys()
        assert "name" in job["job"]["file"] and job["state"]
        return flags


def location_path(answer: RawResponse) -> str:
    """As the plugin does it: what stands behind `api/`; an exception in Cura when there is none."""
    return answer.headers["location"].split("api/", 1)[1]


def test_cura_into_the_library(server, user: Api, key: str):
    with RawConnection(server.port) as connection:
        cura = Cura(connection, EMULATOR, server.port, key)
        cura.look_around()
        assert cura.state()["operational"] is True and cura.state()["printing"] is False
        answer = cura.upload(Upload("", "CE3_part.gcode"), at_once=False)
        assert answer.status == 201, answer.body
        assert cura.post(location_path(answer), {"command": "select", "print": True}).status == 204
        assert cura.get("files")["files"] == []
    assert download(user, stored(user, "CE3_part.gcode")[0]) == CONTENT


@pytest.mark.parametrize("at_once", [True, False], ids=["print with the upload", "select and print afterwards"])
def test_cura_prints(server, user: Api, key: str, printer: FakePrinter, at_once: bool):
    name = f"CE3_print_{at_once}.gcode"
    with RawConnection(server.port) as connection:
        cura = Cura(connection, f"{EMULATOR}/printers/{printer.host}", server.port, key)
        cura.look_around()
        assert cura.state()["ready"] is True
        answer = cura.upload(Upload("", name), at_once=at_once)
        assert answer.status == 201, answer.body
        if not at_once:
            assert printer.files() == {}
            assert cura.post(location_path(answer), {"command": "select", "print": True}).status == 204
        assert list(printer.files()) == [f"karmen/{name}"]
        assert cura.state()["printing"] is True
        assert name in cura.get("job")["job"]["file"]["name"]
        # Its buttons: pause, resume and abort of the own print.
        assert cura.post("job", {"command": "pause", "action": "pause"}).status == 204
        assert cura.post("job", {"command": "cancel"}).status == 204
    (job,) = [job for job in every_page(user, "/printjobs") if job["printer_data"]["host"] == printer.host]
    assert job["username"] == "ursula"


def test_cura_sees_a_printer_that_is_off_as_409(server, admin: Api, key: str):
    admin.post("/printers", json={"host": "127.0.0.2:13", "name": "Off"}, expect=201)
    with RawConnection(server.port) as connection:
        cura = Cura(connection, f"{EMULATOR}/printers/127.0.0.2:13", server.port, key)
        cura.look_around()
        assert cura._request("GET", f"{cura.prefix}/api/printer").status == 409
        assert cura.get("connection")["current"]["state"] == "Closed"


def test_single_commands_are_not_passed_on(server, key: str, printer: FakePrinter):
    """Anybody with an upload key could move the axes of a printer that prints."""
    with RawConnection(server.port) as connection:
        cura = Cura(connection, f"{EMULATOR}/printers/{printer.host}", server.port, key)
        assert cura.post("printer/command", {"command": "M112"}).status == 403


def test_strangers_print_is_not_cancelled(server, admin: Api, other_user: Api, user: Api, key: str, printer: FakePrinter):
    prefix = f"{EMULATOR}/printers/{printer.host}"
    assert test_and_upload(server, key, Upload(filename="ursulas.gcode", print=True), prefix).status == 201
    others = other_user.post("/users/me/tokens", json={"name": "slicer"}, expect=201).json()["access_token"]
    with RawConnection(server.port) as connection:
        cura = Cura(connection, prefix, server.port, others)
        assert cura.post("job", {"command": "cancel"}).status == 403
    assert printer.job()["state"] in ("Starting", "Printing")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("job", {"command": "explode"}),
        ("job", {"other": 1}),
        ("connection", {"command": 5}),
        ("connection", {"command": "reboot"}),
    ],
)
def test_unknown_commands_are_400(server, key: str, printer: FakePrinter, path: str, body: dict):
    with RawConnection(server.port) as connection:
        assert Cura(connection, f"{EMULATOR}/printers/{printer.host}", server.port, key).post(path, body).status == 400


@pytest.mark.parametrize("id", ["987654321", "x", "-1", "benchy.gcode"])
def test_select_of_an_unknown_file_is_404(server, key: str, id: str):
    with RawConnection(server.port) as connection:
        cura = Cura(connection, EMULATOR, server.port, key)
        assert cura.post(f"files/local/{id}", {"command": "select", "print": True}).status == 404


# --- keys ---------------------------------------------------------------------------------------------------------------

ROUTES = [
    ("GET", f"{EMULATOR}/api/version"),
    ("GET", f"{EMULATOR}/api/settings"),
    ("POST", f"{EMULATOR}/api/login"),
    ("POST", f"{EMULATOR}/api/files/local"),
    ("GET", f"{EMULATOR}/printers/127.0.0.2:9/api/version"),
    ("GET", f"{EMULATOR}/printers/127.0.0.2:9/api/printer"),
    ("POST", f"{EMULATOR}/printers/127.0.0.2:9/api/job"),
    ("POST", f"{EMULATOR}/printers/127.0.0.2:9/api/files/local"),
]


def refused(anonymous: Api, key: str | None, **headers: str) -> None:
    sent = headers if key is None else {"X-Api-Key": key} | headers
    for method, path in ROUTES:
        assert anonymous.request(method, path, headers=sent, expect=403).json()["code"] == "forbidden"


@pytest.mark.parametrize("key", [None, "", "wrong", "x.y.z", "Bearer x", "0" * 32])
def test_no_key_or_a_wrong_one_is_403(anonymous: Api, key: str | None):
    refused(anonymous, key)


def test_key_counts_where_octoprint_takes_it(server, key: str, anonymous: Api):
    version = f"{EMULATOR}/api/version"
    anonymous.get(version, headers={"Authorization": f"Bearer {key}"}, expect=200)
    anonymous.get(f"{version}?apikey={key}", expect=200)
    # With a proxy's password, and by those who send the header also without a key.
    anonymous.get(f"{version}?apikey={key}", headers={"Authorization": "Basic cHJveHk6cHJveHk=", "X-Api-Key": ""}, expect=200)
    # The header counts before all others.
    anonymous.get(f"{version}?apikey={key}", headers={"X-Api-Key": "wrong", "Authorization": f"Bearer {key}"}, expect=403)
    refused(anonymous, f"Bearer {key}")
    anonymous.get(f"{version}?apikey=", expect=403)
    anonymous.get(f"{version}?apikey=wrong", expect=403)
    anonymous.get(f"/gcodes?apikey={key}", expect=401)


def test_key_in_the_address_is_not_logged(new_server):
    server = new_server(options={"log-level": "debug"})
    admin = server.first_admin()
    key = new_key(admin)
    nobody = admin.with_token(None)
    nobody.get(f"{EMULATOR}/api/version?apikey={key}", expect=200)
    nobody.get(f"{EMULATOR}/api/nowhere?apikey={key}", expect=404)
    nobody.get(f"{EMULATOR}/api/version?apikey={key}x", expect=403)
    logged = server.process.output()
    assert "/octoprint-emulator/api/version" in logged
    assert key.rsplit(".", 1)[1] not in logged


def test_other_tokens(user: Api, anonymous: Api):
    """An access token of a log-in does as a key while it lives; a refresh token never."""
    anonymous.get(f"{EMULATOR}/api/version", headers={"X-Api-Key": user.access_token}, expect=200)
    refused(anonymous, user.refresh_token)
    refused(anonymous, forge(user.access_token, exp=int(time.time()) - 10))
    refused(anonymous, forge(user.access_token, nbf=int(time.time()) + 3600))


def new_key(api: Api) -> str:
    return api.post("/users/me/tokens", json={"name": "slicer"}, expect=201).json()["access_token"]


def test_revoked_key(user: Api, anonymous: Api):
    key = new_key(user)
    user.delete(f"/users/me/tokens/{claims_of(key)['jti']}", expect=204)
    refused(anonymous, key)


def test_key_of_a_suspended_user(server, admin: Api, anonymous: Api):
    person = server.add_user("suspended slicer")
    key = new_key(person)
    admin.patch(f"/users/{claims_of(key)['identity']}", json={"suspended": True}, expect=200)
    refused(anonymous, key)


def test_key_of_a_user_who_must_change_the_password(server, admin: Api, anonymous: Api):
    person = server.add_user("forced slicer")
    key = new_key(person)
    server.user_command("set-password", "forced slicer", "--password-stdin", stdin=f"{USER_PASSWORD}-2\n")
    refused(anonymous, key)
    server.login("forced slicer", f"{USER_PASSWORD}-2").change_password("chosen-by-myself")
    anonymous.get(f"{EMULATOR}/api/version", headers={"X-Api-Key": key}, expect=200)
