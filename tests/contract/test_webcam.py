"""GET /proxied-webcam/<host>"""

import socket
from collections.abc import Iterator

import pytest

from support.api import Api
from support.fakes import Answer, FakePrinter, ScriptedPrinter, settings_body
from support.raw import RawConnection, request
from support.server import Server
from support.wait import eventually
from support.webcams import CameraServer, Viewer, small_jpeg

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


def test_head_tells_nginx_which_printer_it_is(admin: Api, user: Api, printer: FakePrinter):
    id = admin.get(f"/printers/{printer.host}", expect=200).json()["id"]
    for name in (id, printer.host):
        headers = user.request("HEAD", f"/proxied-webcam/{name}", expect=200).headers
        assert (headers["X-Karmen-Printer"], headers["X-Karmen-Printer-Host"]) == (id, "127.0.0.1")


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


JPEG = small_jpeg(8)
SINGLE = Answer(body=JPEG, headers={"Content-Type": "image/jpeg"})
MJPEG = {"Content-Type": "multipart/x-mixed-replace; boundary=cam"}
NO_PICTURES = {
    "not there": Answer(404, b"no"),
    "behind a front that is up": Answer(503, b"<html>", {"Content-Type": "text/html"}),
    "half a picture": Answer(body=b"\xff\xd8", headers={"Content-Type": "image/jpeg"}),
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


@pytest.fixture
def elsewhere() -> Iterator[ScriptedPrinter]:
    """Something with a camera on another host."""
    other = ScriptedPrinter("127.0.0.2")
    other.answers["/webcam/"] = SINGLE
    yield other
    other.end()


def shown(user: Api, admin: Api, printer: ScriptedPrinter, **settings) -> dict:
    """The printer's webcam with these settings, which may be watched."""
    printer.answers["/api/settings"] = Answer(body=settings_body(**settings))
    webcam = admin.post("/printers", json={"host": printer.host, "name": "Watched"}, expect=201).json()["webcam"]
    assert webcam["message"] == "OK"
    with Viewer(user, printer.host) as viewer:
        assert viewer.picture() == JPEG
    return webcam


@pytest.mark.parametrize("url", ["http://{host}/webcam/", "http://view:secret@{host}/webcam/", "rtsp://127.0.0.1/"])
def test_camera_that_cannot_be_shown_is_not_ok_and_not_asked(
    user: Api, admin: Api, scripted_printer: ScriptedPrinter, elsewhere: ScriptedPrinter, url: str
):
    scripted_printer.answers["/api/settings"] = Answer(body=settings_body(streamUrl=url.format(host=elsewhere.host)))
    webcam = admin.post("/printers", json={"host": scripted_printer.host, "name": "Watched"}, expect=201).json()["webcam"]
    assert webcam.keys() == {"message", "reason"} and webcam["message"] == "Stream not accessible"
    assert "secret" not in webcam["reason"]
    refused(user, scripted_printer.host, 404, "webcam_not_available")
    assert elsewhere.asked() == []


def test_camera_on_another_host_that_is_allowed(new_server, scripted_printer: ScriptedPrinter, elsewhere: ScriptedPrinter):
    admin = new_server(options={"webcam-allowed-hosts": "127.0.0.2"}).first_admin()
    shown(admin, admin, scripted_printer, streamUrl=f"http://{elsewhere.host}/webcam/")
    assert elsewhere.asked("/webcam/")


def test_redirect_leads_nowhere_else_even_if_that_is_allowed(
    new_server, scripted_printer: ScriptedPrinter, elsewhere: ScriptedPrinter
):
    admin = new_server(options={"webcam-allowed-hosts": "127.0.0.0/8"}).first_admin()
    scripted_printer.answers["/webcam/"] = Answer(302, b"", {"Location": f"http://{elsewhere.host}/webcam/"})
    add(admin, scripted_printer.host)
    refused(admin, scripted_printer.host, 502, "webcam_failed")
    assert elsewhere.asked() == []


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "127.0.0.1", socket.gethostname(), f"{socket.gethostname()}.local"])
def test_the_printers_own_names_are_its_host(user: Api, admin: Api, scripted_printer: ScriptedPrinter, name: str):
    scripted_printer.answers["/webcam/"] = SINGLE
    port = scripted_printer.host.partition(":")[2]
    webcam = shown(user, admin, scripted_printer, streamUrl=f"http://{name}:{port}/webcam/?action=stream")
    assert webcam["stream"] == f"http://{scripted_printer.host}/webcam/?action=stream"


def test_localhost_is_the_printer_and_not_karmens_machine(user: Api, admin: Api, scripted_printer: ScriptedPrinter):
    printer = ScriptedPrinter("127.0.0.3")
    printer.answers["/api/settings"] = Answer(body=settings_body(streamUrl=f"http://localhost:{scripted_printer.host[10:]}/webcam/"))
    add(admin, printer.host)
    refused(user, printer.host, 502, "webcam_failed")
    assert scripted_printer.asked() == []
    printer.end()


def test_the_password_of_a_camera_is_told_to_nobody_else(
    server: Server, user: Api, admin: Api, scripted_printer: ScriptedPrinter
):
    scripted_printer.answers["/webcam/"] = SINGLE
    webcam = shown(user, admin, scripted_printer, streamUrl=f"http://view:s3cr3t@{scripted_printer.host}/webcam/")
    assert webcam["stream"] == f"http://{scripted_printer.host}/webcam/"
    told = [
        admin.get("/printers", params={"fields": "status,webcam,job"}, expect=200).text,
        admin.get(f"/printers/{scripted_printer.host}", expect=200).text,
        server.log_file.read_text(),
    ]
    assert not any("s3cr3t" in one or "view:" in one for one in told)


def test_a_camera_with_a_password_gets_it(user: Api, admin: Api, scripted_printer: ScriptedPrinter):
    def respond(connection: socket.socket) -> None:
        if "Authorization: Basic dmlldzpzZWNyZXQ=\r\n" in camera.heads[-1]:
            connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: image/jpeg\r\n\r\n" + JPEG)
        else:
            connection.sendall(b'HTTP/1.0 401 No\r\nWWW-Authenticate: Basic realm="cam"\r\nContent-Length: 0\r\n\r\n')

    camera = CameraServer(respond)
    shown(user, admin, scripted_printer, streamUrl=f"http://view:secret@localhost:{camera.port}/cam.cgi")
    camera.end()


def test_a_camera_with_snapshots_only(user: Api, admin: Api, scripted_printer: ScriptedPrinter):
    scripted_printer.answers["/snap"] = SINGLE
    shown(user, admin, scripted_printer, streamUrl="", snapshotUrl="/snap")


@pytest.mark.parametrize("length", [4, 100_000, None])
@pytest.mark.parametrize("kind", ["application/octet-stream", "multipart/x-mixed-replace", "multipart/x-mixed-replace;boundary=ffmpeg"])
def test_streams_of_other_programs(user: Api, admin: Api, scripted_printer: ScriptedPrinter, kind: str, length: int | None):
    """A boundary that is not declared, and a Content-Length that is wrong or not there."""
    header = b"Content-length: %d\r\n" % length if length else b""
    part = b"--ffmpeg\r\nContent-type: image/jpeg\r\n%s\r\n%s\r\n" % (header, JPEG)
    scripted_printer.answers["/webcam/"] = Answer(body=part * 3, headers={"Content-Type": kind})
    shown(user, admin, scripted_printer)


@pytest.mark.one_process
def test_too_many_viewers(user: Api, printer: FakePrinter):
    viewers = [Viewer(user, printer.host) for _ in range(12)]
    answer = user.get(f"/proxied-webcam/{printer.host}", expect=503)
    assert answer.json()["code"] == "overloaded" and int(answer.headers["Retry-After"]) > 0
    assert user.get(f"/printers/{printer.host}/snapshot", expect=503).json()["code"] == "overloaded"
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
