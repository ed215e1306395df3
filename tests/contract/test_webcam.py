"""GET /proxied-webcam/<host>"""

import pytest

from support.api import Api
from support.fakes import Answer, FakePrinter, ScriptedPrinter, settings_body
from support.raw import RawConnection, request
from support.server import Server
from support.wait import eventually
from support.webcams import Viewer

NOBODY = "127.0.0.1:9"


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"webcam-linger": "100ms", "webcam-viewers-max": "12", "webcam-connect-timeout": "2s", "log-level": "debug"}


def add(admin: Api, host: str) -> str:
    """The address of its webcam."""
    webcam = admin.post("/printers", json={"host": host, "name": "Watched"}, expect=201).json().get("webcam", {})
    return webcam.get("proxied", f"/proxied-webcam/{host}")


@pytest.fixture
def printer(admin: Api, fake_printers) -> FakePrinter:
    (printer,) = fake_printers()
    add(admin, printer.host)
    return printer


def upstream(printer: FakePrinter) -> int:
    return printer.state()["webcamViewers"]


def refused(api: Api, host: str, status: int, code: str, **options) -> None:
    answer = api.get(f"/proxied-webcam/{host}", expect=status, **options)
    assert answer.json()["code"] == code
    assert answer.headers["Cache-Control"] == "private, no-store"


# --- the stream ---------------------------------------------------------------------------------------------------------


def test_shows_pictures_one_after_another(user: Api, printer: FakePrinter):
    with Viewer(user, printer.host) as viewer:
        pictures = [viewer.picture() for _ in range(3)]
        assert all(picture.endswith(b"\xff\xd9") for picture in pictures)
        assert len(set(pictures)) > 1, "the simulated picture shows the time"


def test_answer_is_for_nobody_else_and_nothing_but_pictures(user: Api, printer: FakePrinter):
    with Viewer(user, printer.host) as viewer:
        headers = viewer.response.headers
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.one_process
def test_one_connection_to_the_camera_for_all_viewers(user: Api, admin: Api, printer: FakePrinter):
    viewers = [Viewer(api, printer.host) for api in (user, admin) for _ in range(5)]
    for viewer in viewers:
        viewer.picture()
        viewer.picture()
    assert upstream(printer) == 1
    for viewer in viewers[1:]:
        viewer.__exit__()
    viewers[0].picture()
    assert upstream(printer) == 1
    viewers[0].__exit__()
    eventually(lambda: upstream(printer) == 0, what="the camera is let go of")


def test_streams_to_http_1_0_too(server: Server, user: Api, printer: FakePrinter):
    with RawConnection(server.port) as connection:
        target = f"GET /proxied-webcam/{printer.host} HTTP/1.0\r\nAuthorization: Bearer {user.access_token}\r\n\r\n"
        connection.send(target.encode())
        head = connection.read_header()
        assert head.status == 200 and "transfer-encoding" not in head.headers
        assert connection.read_body(100).startswith(b"--")


def test_head_does_not_connect_to_the_camera(user: Api, admin: Api, scripted_printer: ScriptedPrinter):
    address = add(admin, scripted_printer.host)
    answer = user.request("HEAD", address, expect=200)
    assert answer.headers["Content-Type"].startswith("multipart/x-mixed-replace;boundary=")
    assert scripted_printer.asked("/webcam/") == []


def test_a_stream_begins_again_after_the_camera_broke_off(user: Api, admin: Api, scripted_printer: ScriptedPrinter):
    picture = b"\xff\xd8picture\xff\xd9"
    body = b"--cam\r\nContent-Length: %d\r\n\r\n%s\r\n--cam--\r\n" % (len(picture), picture)
    scripted_printer.answers["/webcam/"] = Answer(
        body=body, headers={"Content-Type": "multipart/x-mixed-replace; boundary=cam"}
    )
    add(admin, scripted_printer.host)
    with Viewer(user, scripted_printer.host) as viewer:
        assert [viewer.picture(), viewer.picture()] == [picture, picture]
        assert len(scripted_printer.asked("/webcam/")) >= 2


# --- no stream ----------------------------------------------------------------------------------------------------------


def test_unknown_printer(user: Api):
    refused(user, "127.0.0.2:9", 404, "printer_not_found")
    user.request("HEAD", "/proxied-webcam/127.0.0.2:9", expect=404)


@pytest.mark.parametrize(
    "settings",
    [{"webcamEnabled": False}, {"streamUrl": ""}, {"streamUrl": None}],
    ids=["switched off", "no address", "null"],
)
def test_printer_without_a_webcam(user: Api, admin: Api, scripted_printer: ScriptedPrinter, settings: dict):
    scripted_printer.answers["/api/settings"] = Answer(body=settings_body(**settings))
    add(admin, scripted_printer.host)
    refused(user, scripted_printer.host, 404, "webcam_not_available")
    user.request("HEAD", f"/proxied-webcam/{scripted_printer.host}", expect=404)


def test_printer_that_does_not_answer(user: Api, admin: Api):
    add(admin, NOBODY)
    refused(user, NOBODY, 502, "webcam_failed")
    user.request("HEAD", f"/proxied-webcam/{NOBODY}", expect=502)


MJPEG = {"Content-Type": "multipart/x-mixed-replace; boundary=cam"}
NO_PICTURES = {
    "not there": Answer(404, b"no"),
    "behind a front that is up": Answer(503, b"<html>", {"Content-Type": "text/html"}),
    "a single picture": Answer(body=b"\xff\xd8\xff\xd9", headers={"Content-Type": "image/jpeg"}),
    "video": Answer(body=b"x" * 1000, headers={"Content-Type": "video/mp4"}),
    "empty": Answer(body=b"", headers=MJPEG),
    "text in parts": Answer(body=b"--cam\r\nContent-Type: text/html\r\n\r\n<script>\r\n--cam--", headers=MJPEG),
    "redirect to another host": Answer(302, b"", {"Location": "http://127.0.0.2/"}),
}


@pytest.mark.parametrize("answer", NO_PICTURES.values(), ids=NO_PICTURES.keys())
def test_camera_that_sends_no_pictures(user: Api, admin: Api, scripted_printer: ScriptedPrinter, answer: Answer):
    scripted_printer.answers["/webcam/"] = answer
    add(admin, scripted_printer.host)
    refused(user, scripted_printer.host, 502, "webcam_failed")


def test_camera_on_another_host_is_not_asked(user: Api, admin: Api, scripted_printer: ScriptedPrinter):
    elsewhere = ScriptedPrinter("127.0.0.2")
    try:
        scripted_printer.answers["/api/settings"] = Answer(body=settings_body(streamUrl=f"http://{elsewhere.host}/webcam/"))
        add(admin, scripted_printer.host)
        status = user.get(f"/proxied-webcam/{scripted_printer.host}", expect=(404, 502)).status_code
        assert status in (404, 502)
        assert elsewhere.asked() == []
    finally:
        elsewhere.end()


@pytest.mark.one_process
def test_too_many_viewers(user: Api, printer: FakePrinter):
    viewers = [Viewer(user, printer.host) for _ in range(12)]
    answer = user.get(f"/proxied-webcam/{printer.host}", expect=503)
    assert answer.json()["code"] == "overloaded" and int(answer.headers["Retry-After"]) > 0
    viewers.pop().__exit__()
    eventually(lambda: user.get(f"/proxied-webcam/{printer.host}", stream=True, expect=(200, 503)).status_code == 200)
    for viewer in viewers:
        viewer.__exit__()


def test_removed_printer_is_not_shown_any_more(user: Api, admin: Api, printer: FakePrinter):
    with Viewer(user, printer.host) as viewer:
        viewer.picture()
        admin.delete(f"/printers/{printer.host}", expect=204)
        refused(user, printer.host, 404, "printer_not_found")


def test_webcam_that_is_switched_off(user: Api, admin: Api, printer: FakePrinter):
    printer.set_state(webcam="disabled")
    # Settings are remembered for half a minute, unless somebody changes the printer.
    admin.patch(f"/printers/{printer.host}", json={"name": "Off"}, expect=200)
    refused(user, printer.host, 404, "webcam_not_available")


# --- who may watch (docs/adr/0015; every kind of token: test_token_matrix.py) ---------------------------------------------


def test_token_may_stand_in_the_address(anonymous: Api, user: Api, printer: FakePrinter):
    api_token = user.post("/users/me/tokens", json={"name": "page"}, expect=201).json()["access_token"]
    for token in (user.access_token, api_token):
        with Viewer(anonymous, printer.host, params={"token": token}) as viewer:
            viewer.picture()


def test_header_counts_before_the_address(user: Api, printer: FakePrinter):
    refused(user.with_token("garbage"), printer.host, 422, "invalid_token", params={"token": user.access_token})
    with Viewer(user, printer.host, params={"token": "garbage"}):
        pass


def test_token_in_the_address_is_for_webcams_only(anonymous: Api, user: Api):
    anonymous.get("/printers", params={"token": user.access_token}, expect=401)


def test_token_in_the_address_is_not_logged(server: Server, anonymous: Api, user: Api, printer: FakePrinter):
    with Viewer(anonymous, printer.host, params={"token": user.access_token}) as viewer:
        viewer.picture()
    refused(anonymous, printer.host, 422, "invalid_token", params={"token": user.refresh_token})
    eventually(lambda: f"/proxied-webcam/{printer.host}" in server.log_file.read_text(), what="the request is logged")
    signature = user.access_token.rsplit(".", 1)[1]
    assert signature not in server.log_file.read_text() and "token=" not in server.log_file.read_text()


def test_open_to_all_when_the_operator_says_so(new_server, fake_printers):
    server = new_server(options={"webcam-access": "open"})
    (printer,) = fake_printers()
    add(server.first_admin(), printer.host)
    with Viewer(server.anonymous(), printer.host) as viewer:
        viewer.picture()
    with Viewer(server.anonymous().with_token("garbage"), printer.host) as viewer:
        viewer.picture()
    server.anonymous().get("/printers", expect=401)


# --- the end ------------------------------------------------------------------------------------------------------------


@pytest.mark.one_process
def test_viewers_do_not_delay_the_end_of_the_server(new_server, fake_printers):
    server = new_server(options={"http-shutdown-grace": "60s"})
    admin = server.first_admin()
    (printer,) = fake_printers()
    add(admin, printer.host)
    viewers = [Viewer(admin, printer.host) for _ in range(3)]
    stuck = RawConnection(server.port)
    stuck.send(request("GET", f"/proxied-webcam/{printer.host}", token=admin.access_token))
    assert stuck.read_header().status == 200
    server.process.signal(15)
    for viewer in viewers:
        viewer.read_to_the_end()
    assert server.process.wait(within_s=20) == 0
    assert not [line for line in server.process.lines("stderr") if "error" in line]
    stuck.__exit__()
