"""docs/api.md §1: in any order and page size, and even if rows come and go between two pages, no row of those that stay is
repeated or lost."""

import os
import random
import time
from abc import ABC, abstractmethod
from urllib.parse import parse_qs, urlsplit

import pytest

from support import faults
from support.api import Api
from support.fakes import ScriptedPrinter
from support.gcodes import uploaded
from support.server import Server
from support.tokens import claims_of

SECONDS_FOR_EACH_LIST = 4.0
CASES_MIN = 4
STABLE_ROWS = 14
PASSING_ROWS = 5  # at the beginning of a walk; they are deleted in the course of it
FILTERS = {"users": "username:row", "gcodes": "display:row", "printjobs": "printer_host:127", "printers": "name:row"}


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"printers-status-max-age": "0s", "printers-check-interval": "5m"}


@pytest.fixture(scope="module")
def rng() -> random.Random:
    seed = int(os.environ.get("KARMEN_TEST_SEED") or random.randrange(2**32))
    print(f"KARMEN_TEST_SEED={seed}")
    return random.Random(seed)


class Rows(ABC):
    """Rows of one list that a test can add and delete. `key` is the primary key in the list's items."""

    key = "id"
    columns: list[str]

    def __init__(self, rng: random.Random, admin: Api, path: str):
        self.rng = rng
        self.admin = admin
        self.path = path
        self.number = 0

    @abstractmethod
    def add(self) -> object: ...

    def delete(self, key: object) -> None:
        self.admin.delete(f"{self.path}/{key}", expect=204)

    def next_number(self) -> int:
        self.number += 1
        return self.number


class Users(Rows):
    key = "uuid"
    columns = ["uuid", "username", "role", "created", "suspended"]

    def add(self) -> str:
        body = {"username": f"{self.rng.choice('aAzé')}row {self.next_number()}", "role": self.rng.choice(["admin", "user"])}
        body |= dict.fromkeys(("password", "password_confirmation"), "x")
        return self.admin.post("/users", json=body, expect=201).json()["uuid"]

    def delete(self, key: object) -> None:
        faults.delete_user(self.admin.server, key)


class Gcodes(Rows):
    columns = ["id", "path", "filename", "display", "size", "uploaded", "user_uuid"]

    def __init__(self, rng: random.Random, admin: Api, owners: list[Api]):
        super().__init__(rng, admin, "/gcodes")
        self.owners = owners

    def add(self) -> int:
        name = f"{self.rng.choice(['row', 'Row', 'a & row', 'é row'])}{self.rng.randrange(5)}.gcode"
        content = b"G28\n" * self.rng.randrange(1, 4)
        return uploaded(self.rng.choice(self.owners), name, content, self.rng.choice(["", "red", "blue"]))["id"]


class PrintJobs(Rows):
    columns = ["id", "gcode_id", "printer_host", "started", "user_uuid", "gcode_data"]

    def __init__(self, rng: random.Random, admin: Api, owners: list[Api], hosts: list[str]):
        super().__init__(rng, admin, "/printjobs")
        self.owners = owners
        self.hosts = hosts
        self.gcodes = [uploaded(admin, f"printed{n}.gcode")["id"] for n in range(3)]

    def add(self) -> int:
        body = {"gcode": self.rng.choice(self.gcodes), "printer": self.rng.choice(self.hosts)}
        return self.rng.choice(self.owners).post("/printjobs", json=body, expect=201).json()["id"]


class Printers(Rows):
    columns = ["id", "name", "host", "hostname", "client", "protocol", "printer_props"]

    def add(self) -> str:
        # Nothing listens on ports below 1024 of these addresses, so that looking there is refused at once.
        body = {"host": f"127.0.0.{self.rng.randint(2, 9)}:{100 + self.next_number()}"}
        body |= {"name": self.rng.choice(["row", "Row b", "é row"]), "protocol": self.rng.choice(["http", "https"])}
        return self.admin.post("/printers", json=body, expect=201).json()["id"]


# --- the property -------------------------------------------------------------------------------------------------------


def keys_of_all(rows: Rows, query: str) -> list[object]:
    items = rows.admin.get(f"{rows.path}?limit=1000&{query}", expect=200).json()["items"]
    return [item[rows.key] for item in items]


def first_key(page: str | None) -> object:
    """The primary key in `start_with`, which is all of it or what stands before a `~`."""
    if page is None:
        return None
    key = parse_qs(urlsplit(page).query)["start_with"][0].split("~")[0]
    return int(key) if key.isdigit() else key


def walk(rows: Rows, query: str, limit: int, passing: list[object]) -> list[object]:
    """The keys on all pages. Between two pages rows come and go, often the very one that the next page begins with."""
    rng, seen, page = rows.rng, [], f"{rows.path}?limit={limit}&{query}"
    while page:
        answer = rows.admin.get(page, expect=200).json()
        keys = [item[rows.key] for item in answer["items"]]
        assert len(keys) <= limit and (len(keys) == limit or "next" not in answer), page
        seen += keys
        page = answer.get("next")
        assert len(seen) < 2000, "the pages never end"
        first_of_next = [key for key in passing if key == first_key(page)]
        if passing and rng.random() < 0.4 + 0.4 * len(first_of_next):
            gone = rng.choice(first_of_next or passing)
            passing.remove(gone)
            rows.delete(gone)
        if rng.random() < 0.25:
            passing.append(rows.add())
    return seen


def check_walk(rows: Rows, order_by: str, query: str, limit: int, stable: set[object]) -> None:
    passing = [rows.add() for _ in range(PASSING_ROWS)]
    told = f"{rows.path} order_by={order_by} limit={limit} {query}"
    query = f"order_by={order_by}&{query}"
    seen = walk(rows, query, limit, passing)
    assert len(seen) == len(set(seen)), f"{told}: a row came twice: {seen}"
    assert stable <= set(seen), f"{told}: lost {stable - set(seen)}"
    in_order = [key for key in keys_of_all(rows, query) if key in stable]
    assert [key for key in seen if key in stable] == in_order, f"{told}: in another order than in one piece"
    for key in passing:
        rows.delete(key)


def check_list(rows: Rows) -> None:
    rng = rows.rng
    stable = {rows.add() for _ in range(STABLE_ROWS)}
    orders = [f"{sign}{column}" for column in rows.columns for sign in ("", "-", "%2B")]
    rng.shuffle(orders)
    deadline, walks = time.monotonic() + SECONDS_FOR_EACH_LIST, 0
    for order_by in orders:
        if walks >= CASES_MIN and time.monotonic() > deadline:
            break
        walks += 1
        query = f"filter={FILTERS[rows.path[1:]]}" if rng.random() < 0.3 else ""
        check_walk(rows, order_by, query, rng.randint(1, STABLE_ROWS + PASSING_ROWS), stable)
    print(f"{rows.path}: {walks} walks")


@pytest.fixture(scope="module")
def owners(server: Server, user: Api, other_user: Api) -> list[Api]:
    return [user, other_user]


def test_users(rng: random.Random, admin: Api):
    check_list(Users(rng, admin, "/users"))


def with_rows_of_nobody(server: Server, rows: Gcodes | PrintJobs) -> None:
    """Rows whose user is gone: their user_uuid is null, and nulls are equal to nothing."""
    name = f"leaving {rows.path[1:]}"
    leaver, owners = server.add_user(name), rows.owners
    rows.owners = [leaver]
    for _ in range(5):
        rows.add()
    rows.owners = owners
    faults.delete_user(server, claims_of(leaver.access_token)["identity"])


def test_gcodes(server: Server, rng: random.Random, admin: Api, owners: list[Api]):
    rows = Gcodes(rng, admin, owners)
    with_rows_of_nobody(server, rows)
    check_list(rows)


def test_printjobs(server: Server, rng: random.Random, admin: Api, owners: list[Api], scripted_printer: ScriptedPrinter):
    second = ScriptedPrinter("127.0.0.3")
    try:
        hosts = [scripted_printer.host, second.host]
        for host in hosts:
            admin.post("/printers", json={"host": host, "name": "Always ready"}, expect=201)
        rows = PrintJobs(rng, admin, owners, hosts)
        with_rows_of_nobody(server, rows)
        check_list(rows)
    finally:
        second.end()


def test_printers(rng: random.Random, admin: Api):
    check_list(Printers(rng, admin, "/printers"))


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("limit", range(1, 9))
def test_rows_of_nobody_are_reached(admin: Api, sign: str, limit: int):
    """The nulls' own pages, of every size."""
    order = f"order_by={sign}user_uuid"
    whole = keys_of_all(Gcodes(random.Random(0), admin, []), order)
    items, page = [], f"/gcodes?limit={limit}&{order}"
    while page:
        answer = admin.get(page, expect=200).json()
        items += answer["items"]
        page = answer.get("next")
    assert [item["id"] for item in items] == whole
    assert sum(item["user_uuid"] is None for item in items) >= 5
