"""A stranger who logs in from many connections without pause. A process of its own: threads of the test would slow the log-ins that
it measures."""

import asyncio
import json
import multiprocessing
import secrets
from collections import Counter
from multiprocessing.connection import Connection
from urllib.parse import urlsplit


class Flood:
    """While the context is open, `connections` log in from `address`, each time with a name that nobody has. `statuses`, how often
    each answer came, is there at its end. A connection that breaks off is opened again."""

    def __init__(self, url: str, address: str, connections: int):
        self.statuses: Counter[int] = Counter()
        context = multiprocessing.get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_run, args=(theirs, url, address, connections), daemon=True)

    def __enter__(self) -> "Flood":
        self._process.start()
        assert self._ours.poll(30) and self._ours.recv() == "begun"
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._ours.send("end")
            if self._ours.poll(30):
                self.statuses = self._ours.recv()
        finally:
            self._process.join(10)
            self._process.kill()


def _run(parent: Connection, url: str, address: str, connections: int) -> None:
    asyncio.run(_flood(parent, url, address, connections))


async def _flood(parent: Connection, url: str, address: str, connections: int) -> None:
    statuses: Counter[int] = Counter()
    begun = asyncio.Event()
    people = [asyncio.create_task(_log_in_for_ever(url, address, statuses, begun)) for _ in range(connections)]
    await begun.wait()
    parent.send("begun")
    await asyncio.get_running_loop().run_in_executor(None, parent.recv)
    for person in people:
        person.cancel()
    await asyncio.gather(*people, return_exceptions=True)
    parent.send(statuses)


async def _log_in_for_ever(url: str, address: str, statuses: Counter[int], begun: asyncio.Event) -> None:
    place = urlsplit(url)
    while True:
        try:
            reader, writer = await asyncio.open_connection(place.hostname, place.port, local_addr=(address, 0))
            while True:
                writer.write(_request(place.netloc))
                begun.set()
                statuses[await _answer(reader)] += 1
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.01)


def _request(host: str) -> bytes:
    body = json.dumps({"username": secrets.token_hex(8), "password": "guess"}).encode()
    head = f"POST /users/me/authenticate HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.startswith("content-length:"))
    await reader.readexactly(length)
    return int(head.split(" ", 2)[1])
