#!/usr/bin/env bash
# Chromium 156.0.8078.108 (Debian 12), an <img> on a multipart/x-mixed-replace stream: a picture is not shown when it is whole, nor when
# the boundary behind it has come, but when the header of the part behind it has come as well.
#
# Expected: a picture is shown as soon as it is whole: when its Content-Length is reached, or at the latest when the delimiter behind it is
#   there (RFC 2046, 5.1.1: the delimiter ends the part).
# Seen: with one picture (and its Content-Length) sent, nothing is shown; with the delimiter behind it, nothing; with the header and the
#   blank line of the next part, it is shown.
# Source: RFC 2046, section 5.1.1; the stream is what ffmpeg's mpjpeg and many cameras send, a part after the other.
# Why it matters: a camera of one picture per four seconds stays blank for four seconds, is always one picture late, and its last picture
#   is never seen. A server that relays webcams should send the next part's header right behind each picture (and so no Content-Length).
# Needs Debian's packages chromium and chromium-driver.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install selenium==4.27.1 pillow==11.0.0
"$work/venv/bin/python" - "$work" <<'END'
import io
import socket
import sys
import threading
import time

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

picture = io.BytesIO()
Image.new("RGB", (8, 8)).save(picture, "JPEG")
picture = picture.getvalue()
steps = [
    ("a picture and its length", b"--cam\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(picture), picture)),
    ("the delimiter behind it", b"--cam\r\n"),
    ("the header of the next part", b"Content-Type: image/jpeg\r\n\r\n"),
]
listener = socket.create_server(("127.0.0.1", 0))
begun, may_send, sent = threading.Event(), threading.Semaphore(0), threading.Semaphore(0)


def serve() -> None:
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


def answer(connection: socket.socket) -> None:
    target = connection.recv(65536).split()[1]
    if target != b"/cam":
        page = b"<title>page</title>"
        connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page))
        connection.close()
        return
    connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=cam\r\n\r\n")
    begun.set()
    for _, data in steps:
        may_send.acquire()
        connection.sendall(data)
        sent.release()
    time.sleep(60)


threading.Thread(target=serve, daemon=True).start()
options = webdriver.ChromeOptions()
options.binary_location = "/usr/bin/chromium"
for flag in ("headless", "no-sandbox", "disable-gpu", f"user-data-dir={sys.argv[1]}/profile"):
    options.add_argument(f"--{flag}")
browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
try:
    print("Chromium", browser.capabilities["browserVersion"])
    browser.get(f"http://127.0.0.1:{listener.getsockname()[1]}/")
    browser.execute_script("document.body.innerHTML = '<img id=cam src=/cam>'")
    begun.wait()
    shown = []
    for name, _ in steps:
        may_send.release()
        sent.acquire()
        time.sleep(3)
        shown.append(browser.execute_script("return document.getElementById('cam').naturalWidth") == 8)
        print(f"  after {name}: {'shown' if shown[-1] else 'nothing is shown'}")
finally:
    browser.quit()
sys.exit(shown != [False, False, True])
END
