"""What a client knows of a server that may die at any moment: acknowledged and unfinished requests."""

import threading
from dataclasses import dataclass, field
from typing import Any

from support.gcodes import sha256


@dataclass(frozen=True)
class Content:
    size: int
    sha256: str

    @staticmethod
    def of(data: bytes) -> "Content":
        return Content(len(data), sha256(data))


@dataclass
class Ledger:
    """Filled by several threads while the server lives; settled by one after each restart.

    A thing is first `expected` (the request may or may not have had its effect when the server died), then acknowledged.
    G-codes are known by the name that they were uploaded with, printers by host, print jobs by id.
    """

    contents: dict[str, Content] = field(default_factory=dict)  # every g-code that was ever sent
    gcodes: dict[str, int] = field(default_factory=dict)  # acknowledged, with their ids
    gcodes_coming: set[str] = field(default_factory=set)
    gcodes_going: set[str] = field(default_factory=set)
    printers: dict[str, str] = field(default_factory=dict)  # host → name
    printers_changing: dict[str, set[str | None]] = field(default_factory=dict)  # host → what it may have become
    printjobs: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    # --- g-codes ----------------------------------------------------------------------------------------------------

    def gcode_is_sent(self, name: str, data: bytes) -> None:
        with self.lock:
            self.contents[name] = Content.of(data)
            self.gcodes_coming.add(name)

    def gcode_is_there(self, name: str, id: int) -> None:
        with self.lock:
            self.gcodes[name] = id
            self.gcodes_coming.discard(name)

    def take_gcode_to_delete(self) -> tuple[str, int] | None:
        with self.lock:
            for name, id in self.gcodes.items():
                del self.gcodes[name]
                self.gcodes_going.add(name)
                return name, id
        return None

    def gcode_is_deleted(self, name: str) -> None:
        with self.lock:
            self.gcodes_going.discard(name)

    def settle_gcodes(self, listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Compares the list after a restart with the known state; returns the items whose content is still to be compared."""
        by_name = {item["display"]: item for item in listed}
        assert len(by_name) == len(listed), "a file is listed twice"
        unknown = by_name.keys() - self.gcodes.keys() - self.gcodes_coming - self.gcodes_going
        assert not unknown, f"listed, but deleted or never sent: {unknown}"
        lost = self.gcodes.keys() - by_name.keys()
        assert not lost, f"acknowledged, but lost: {lost}"
        for name, item in by_name.items():
            assert item["size"] == self.contents[name].size, f"{name} is cut: {item}"
        for name, id in self.gcodes.items():
            assert by_name[name]["id"] == id, f"{name} got another id"
        arrived = [by_name[name] for name in (self.gcodes_coming | self.gcodes_going) & by_name.keys()]
        self.gcodes = {name: item["id"] for name, item in by_name.items()}
        self.gcodes_coming.clear()
        self.gcodes_going.clear()
        return arrived

    # --- printers ---------------------------------------------------------------------------------------------------

    def printer_changes(self, host: str, name: str | None) -> None:
        """It will have this name, or be gone, if the request has its effect."""
        with self.lock:
            self.printers_changing[host] = {self.printers.get(host), name}

    def printer_is(self, host: str, name: str | None) -> None:
        with self.lock:
            self.printers_changing.pop(host, None)
            if name is None:
                self.printers.pop(host, None)
            else:
                self.printers[host] = name

    def settle_printers(self, listed: list[dict[str, Any]]) -> None:
        found = {item["host"]: item["name"] for item in listed}
        for host in self.printers.keys() | found.keys():
            possible = self.printers_changing.get(host, {self.printers.get(host)})
            assert found.get(host) in possible, f"{host} is {found.get(host)!r}, not one of {possible}"
        self.printers = found
        self.printers_changing.clear()

    # --- print jobs -------------------------------------------------------------------------------------------------

    def printjob_is_there(self, id: int) -> None:
        with self.lock:
            self.printjobs.add(id)

    def settle_printjobs(self, listed: list[dict[str, Any]]) -> None:
        found = {item["id"] for item in listed}
        lost = self.printjobs - found
        assert not lost, f"acknowledged print jobs that are lost: {lost}"
        self.printjobs = found
