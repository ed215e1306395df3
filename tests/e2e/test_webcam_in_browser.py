"""A webcam in a browser: what a viewer sees, and when."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from selenium import webdriver

from support.fakes import Answer, ScriptedPrinter, settings_body
from support.server import Server
from support.wait import eventually
from support.webcams import CameraServer, small_jpeg

HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=cam\r\n\r\n"
# The width names the picture: a page can read it without reading pixels.
FIRST, SECOND, LAST = 2, 4, 6


def part(width: int) -> bytes:
    """As ffmpeg sends it: nothing stands behind a picture before the next one comes."""
    content = small_jpeg(width)
    return b"--cam\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(content), content)


@pytest.fixture
def slow_camera() -> Iterator[tuple[CameraServer, Callable[[], None]]]:
    """Sends one picture, and each of the two others when the test lets it."""
    may_send = threading.Semaphore(1)
    over = threading.Event()

    def respond(connection: socket.socket) -> None:
        connection.sendall(HEAD)
        for width in (FIRST, SECOND, LAST):
            may_send.acquire()
            connection.sendall(part(width))
        over.wait(60)

    camera = CameraServer(respond)
    yield camera, may_send.release
    over.set()
    may_send.release(3)
    camera.end()


def test_chromium_shows_each_picture_when_it_comes(
    installation: Callable[..., Server], browser: webdriver.Chrome, scripted_printer: ScriptedPrinter, slow_camera
):
    """Not when the one after it comes: of a camera with a picture every four seconds one would see nothing at first, then
    always the one before, and never the last."""
    camera, send_next = slow_camera
    server = installation(options={"webcam-idle-timeout": "2m"})
    admin = server.first_admin()
    scripted_printer.answers["/api/settings"] = Answer(body=settings_body(streamUrl=camera.url))
    webcam = admin.post("/printers", json={"host": scripted_printer.host, "name": "Slow"}, expect=201).json()["webcam"]
    browser.get(server.url + "/health/live")
    source = f"{webcam['proxied']}?token={admin.access_token}"
    browser.execute_script("document.body.innerHTML = '<img id=webcam>'; document.getElementById('webcam').src = arguments[0]", source)

    def shown_width() -> int:
        return browser.execute_script("return document.getElementById('webcam').naturalWidth")

    for width in (FIRST, SECOND, LAST):
        eventually(lambda: shown_width() == width, what=f"the picture of width {width} is shown", within_s=60)
        send_next()
