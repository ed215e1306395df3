"""People who ask all the time."""

import threading
import time
from collections.abc import Callable

from support.api import Api
from support.server import ADMIN, ADMIN_PASSWORD, Server


class Load:
    """Somebody who asks all the time, as several people at once would. Every answer must be one of `allowed`, and come
    within `within_s`; what is wrong is in `wrong`. `pause_s` is what each waits between an answer and the next question."""

    def __init__(self, ask: Callable[[], int], allowed: set[int], *, within_s: float, people: int = 4, pause_s: float = 0):
        self.ask, self.allowed, self.within_s, self.pause_s = ask, allowed, within_s, pause_s
        self.wrong: list[str] = []
        self.statuses: dict[int, int] = {}
        self.slowest_s = 0.0
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._people = [threading.Thread(target=self._run) for _ in range(people)]

    def _run(self) -> None:
        while not self._over.is_set():
            begin = time.monotonic()
            try:
                status = self.ask()
            except Exception as problem:  # a thread would take it with it
                with self._lock:
                    self.wrong.append(f"{problem!r} after {time.monotonic() - begin:.1f} s")
                return
            took = time.monotonic() - begin
            with self._lock:
                self.statuses[status] = self.statuses.get(status, 0) + 1
                self.slowest_s = max(self.slowest_s, took)
                if status not in self.allowed or took > self.within_s:
                    self.wrong.append(f"{status} after {took:.1f} s")
            self._over.wait(self.pause_s)

    def __enter__(self) -> "Load":
        for person in self._people:
            person.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for person in self._people:
            person.join()


class Uploads:
    """One upload at each call, which is taken or, while a server is away, refused with a word when to come again."""

    def __init__(self, api: Api):
        self._api = api
        self.acknowledged: list[str] = []

    def __call__(self) -> int:
        answer = self._api.again().post("/gcodes", files={"file": ("cube.gcode", b"G28\n")}, expect={201, 503})
        if answer.status_code == 201:
            self.acknowledged.append(answer.json()["filename"])
        else:
            assert int(answer.headers["Retry-After"]) > 0
        return answer.status_code


class LogIns:
    """One log-in at each call, taken or refused likewise."""

    def __init__(self, server: Server):
        self._server = server

    def __call__(self) -> int:
        body = {"username": ADMIN, "password": ADMIN_PASSWORD}
        answer = self._server.anonymous().post("/users/me/authenticate", json=body, expect={200, 503})
        if answer.status_code == 503:
            assert answer.json()["code"] == "service_unavailable" and int(answer.headers["Retry-After"]) > 0
        return answer.status_code
