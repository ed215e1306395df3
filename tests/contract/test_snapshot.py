"""GET /printers/<host>/snapshot"""

import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from support.api import Api
from support.fakes import Answer, ScriptedPrinter, settings_body
from support.webcams import CameraServer, Viewer, jpeg_width, small_jpeg

NOBODY = "127.0.0.1:9"
NO_PRINTER = "127.0.0.2:9"
JPEG = small_jpeg(8)


def add(admin: Api, host: str) -> None:
    admin.post("/printers", json={"host": host, "name": "Watched"}, expect=201)


def serve(admin: Api, printer: ScriptedPrinter, picture: bytes) -> str:
    """The path of the snapshot of a printer whose camera always gives this picture."""
    printer.answers["/webcam/"] = Answer(body=picture, headers={"Content-Type": "image/jpeg"})
    add(admin, printer.host)
    return f"/printers/{printer.host}/snapshot"


@pytest.fixture
def large_picture(fake_printers) -> bytes:
    """The simulated camera's own, of some hundred pixels."""
    (printer,) = fake_printers()
    answer = requests.get(f"http://{printer.host}/webcam/?action=snapshot", timeout=20)
    assert jpeg_width(answer.content) > 100
    return answer.content


def test_is_the_cameras_picture_as_it_came(user: Api, admin: Api, scripted_printer: ScriptedPrinter):
    answer = user.get(serve(admin, scripted_printer, JPEG), expect=200)
    assert answer.content == JPEG
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert 0 <= int(answer.headers["Age"]) <= 5
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_same_picture_is_not_sent_twice(user: Api, admin: Api, scripted_printer: ScriptedPrinter):
    path = serve(admin, scripted_printer, JPEG)
    etag = user.get(path, expect=200).headers["ETag"]
    again = user.get(path, headers={"If-None-Match": etag}, expect=304)
    assert again.content == b"" and again.headers["ETag"] == etag and "Age" in again.headers
    user.get(path, headers={"If-None-Match": '"other"'}, expect=200)


def test_width_chooses_among_eight_sizes(user: Api, admin: Api, scripted_printer: ScriptedPrinter, large_picture: bytes):
    path = serve(admin, scripted_printer, large_picture)
    own = jpeg_width(large_picture)
    sizes = [-(-own * eighths // 8) for eighths in range(1, 9)]
    answers = {}
    for width in {1, own - 1, own, own + 1, 100_000, *sizes, *(size + 1 for size in sizes)}:
        answer = user.get(path, params={"width": width}, expect=200)
        assert jpeg_width(answer.content) == next((size for size in sizes if size >= width), own), width
        answers.setdefault(answer.headers["ETag"], answer.content)
        assert answers[answer.headers["ETag"]] == answer.content
    assert len(answers) == 8
    assert large_picture in answers.values()


@pytest.mark.parametrize("width", ["0", "-1", "x", "", "1.5", "100001", "99999999999999999999"])
def test_width_that_is_none(user: Api, width: str):
    answer = user.get(f"/printers/{NOBODY}/snapshot", params={"width": width}, expect=400)
    assert answer.json()["code"] == "invalid_input" and answer.json()["errors"][0]["pointer"] == "/width"


def test_picture_that_cannot_be_scaled(user: Api, admin: Api, scripted_printer: ScriptedPrinter):
    path = serve(admin, scripted_printer, b"\xff\xd8no picture\xff\xd9")
    user.get(path, expect=200)
    assert user.get(path, params={"width": 100}, expect=502).json()["code"] == "webcam_failed"


def test_picture_too_large_to_be_scaled(new_server, scripted_printer: ScriptedPrinter, large_picture: bytes):
    admin = new_server(options={"webcam-snapshot-max-pixels": "100"}).first_admin()
    path = serve(admin, scripted_printer, large_picture)
    assert admin.get(path, expect=200).content == large_picture
    admin.get(path, params={"width": 100}, expect=502)


@pytest.mark.one_process
def test_many_who_ask_at_the_same_time_cause_one_connection(user: Api, admin: Api, scripted_printer: ScriptedPrinter):
    have_asked = threading.Event()
    over = threading.Event()

    def respond(connection: socket.socket) -> None:
        have_asked.wait(60)
        head = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=b\r\n\r\n--b\r\n"
        connection.sendall(head + b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(JPEG), JPEG))
        over.wait(60)

    camera = CameraServer(respond)
    scripted_printer.answers["/api/settings"] = Answer(body=settings_body(streamUrl=camera.url))
    add(admin, scripted_printer.host)
    with ThreadPoolExecutor(10) as askers:
        answers = [askers.submit(user.again().get, f"/printers/{scripted_printer.host}/snapshot") for _ in range(10)]
        have_asked.set()
        assert {answer.result().content for answer in answers} == {JPEG}
    assert camera.connections == 1
    over.set()
    camera.end()


@pytest.mark.one_process
def test_shows_what_viewers_see(user: Api, admin: Api, fake_printers):
    (printer,) = fake_printers()
    add(admin, printer.host)
    with Viewer(user, printer.host) as viewer:
        viewer.picture()
        assert user.get(f"/printers/{printer.host}/snapshot", expect=200).content.startswith(b"\xff\xd8")
        assert printer.state()["webcamViewers"] == 1


def test_camera_with_snapshots_only(user: Api, admin: Api, scripted_printer: ScriptedPrinter):
    scripted_printer.answers["/api/settings"] = Answer(body=settings_body(streamUrl="", snapshotUrl="/snap"))
    scripted_printer.answers["/snap"] = Answer(body=JPEG, headers={"Content-Type": "image/jpeg"})
    add(admin, scripted_printer.host)
    assert user.get(f"/printers/{scripted_printer.host}/snapshot", expect=200).content == JPEG


def test_no_snapshot(user: Api, admin: Api, scripted_printer: ScriptedPrinter):
    def refused(host: str, status: int, code: str) -> None:
        answer = user.get(f"/printers/{host}/snapshot", expect=status)
        assert answer.json()["code"] == code
        assert answer.headers["Cache-Control"] == "private, no-store"

    refused(NO_PRINTER, 404, "printer_not_found")
    add(admin, NOBODY)
    refused(NOBODY, 502, "webcam_failed")
    scripted_printer.answers["/api/settings"] = Answer(body=settings_body(streamUrl=""))
    add(admin, scripted_printer.host)
    refused(scripted_printer.host, 404, "webcam_not_available")


def test_token_may_stand_in_the_address(anonymous: Api, user: Api, admin: Api, scripted_printer: ScriptedPrinter):
    path = serve(admin, scripted_printer, JPEG)
    anonymous.get(path, expect=401)
    assert anonymous.get(path, params={"token": user.access_token}, expect=200).content == JPEG


def test_open_to_all_when_the_operator_says_so(new_server, scripted_printer: ScriptedPrinter):
    server = new_server(options={"webcam-access": "open"})
    path = serve(server.first_admin(), scripted_printer, JPEG)
    server.anonymous().get(path, expect=200)
