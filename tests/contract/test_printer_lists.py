"""docs/api.md §1 and §3: `GET /printers` with the parameters of lists, and without them as before."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from support.api import Api, pointers
from support.fakes import ScriptedPrinter
from support.wait import eventually

# Names repeat, so that pages end inside equal values. Nothing listens there.
HOSTS = ["127.0.0.2:109", "127.0.0.3:109", "127.0.0.4:110", "127.0.0.5:110", "127.0.0.6:111"]
PRINTERS = list(zip(HOSTS, ["Bert", "anna", "Anna", "Bert", "Ömer"], strict=True))
KEY = "S3cretKeyOfAPrinter"


@pytest.fixture(scope="module", autouse=True)
def printers(admin: Api) -> list[dict]:
    bodies = [{"host": host, "name": name, "api_key": KEY} for host, name in PRINTERS]
    return [admin.post("/printers", json=body, expect=201).json() for body in bodies]


def ids(items: list[dict]) -> list[str]:
    return [item["id"] for item in items]


def every_page(user: Api, page: str | None) -> list[dict]:
    items: list[dict] = []
    while page:
        answer = user.get(page, expect=200).json()
        items += answer["items"]
        page = answer.get("next")
    return items


def test_without_parameters_all_come_by_name_and_host(user: Api):
    answer = user.get("/printers", expect=200).json()
    assert answer.keys() == {"items"}
    assert [(item["name"], item["host"]) for item in answer["items"]] == sorted((name, host) for host, name in PRINTERS)


@pytest.mark.parametrize("limit", range(1, 7))
def test_pages_are_by_name_and_have_the_members_of_printers(user: Api, limit: int):
    items = every_page(user, f"/printers?limit={limit}")
    assert [item["name"] for item in items] == sorted(name for _, name in PRINTERS)
    by_id = {item["id"]: item for item in user.get("/printers", expect=200).json()["items"]}
    assert {item["id"]: item for item in items} == by_id


def test_next_names_the_id_and_keeps_the_parameters(user: Api):
    first = user.get("/printers?fields=status&order_by=-host&filter=name:an&limit=1", expect=200).json()
    assert [item["host"] for item in first["items"]] == ["127.0.0.4:110"]
    query = dict(parse_qsl(urlsplit(first["next"]).query))
    assert list(query) == ["limit", "order_by", "fields", "filter", "start_with"]
    second = user.get(first["next"], expect=200).json()
    assert query["start_with"].split("~")[0] == second["items"][0]["id"]
    assert [item["host"] for item in second["items"]] == ["127.0.0.3:109"] and "next" not in second


@pytest.mark.parametrize("order", ["", "&order_by=id", "&order_by=-host"])
def test_a_page_begins_with_a_plain_id(user: Api, order: str):
    whole = ids(user.get(f"/printers?limit=10{order}", expect=200).json()["items"])
    assert ids(user.get(f"/printers?limit=10{order}&start_with={whole[2]}", expect=200).json()["items"]) == whole[2:]


def test_without_limit_all_that_match_come(user: Api):
    answer = user.get("/printers?filter=host:1(09|11)$&order_by=-host", expect=200).json()
    assert answer.keys() == {"items"}
    assert [item["host"] for item in answer["items"]] == ["127.0.0.6:111", "127.0.0.3:109", "127.0.0.2:109"]


def test_a_page_shows_the_state_that_is_known(admin: Api, user: Api, scripted_printer: ScriptedPrinter):
    printer = admin.post("/printers", json={"host": scripted_printer.host, "name": "Live"}, expect=201).json()
    try:

        def shown() -> dict[str, Any] | None:
            """Lists never wait: another process may show it a moment later."""
            (found,) = user.get("/printers?filter=name:^live$&fields=status,job", expect=200).json()["items"]
            return found if found["status"]["state"] == "Operational" else None

        live = eventually(shown)
        assert live["job"] == {} and "webcam" not in live
        (bare,) = user.get("/printers?filter=name:^live$", expect=200).json()["items"]
        assert bare.keys().isdisjoint({"status", "webcam", "job"})
    finally:
        admin.delete(f"/printers/{printer['id']}", expect=204)


@pytest.mark.parametrize("column", ["status", "client_props", "api_key", "name,host"])
def test_what_is_no_column_cannot_order(user: Api, column: str):
    answer = user.get(f"/printers?limit=2&order_by={column}", expect=400)
    assert pointers(answer) == {"/order_by"}


@pytest.mark.parametrize("pattern", ["(", "a" * 201])
def test_a_pattern_that_cannot_be_used_is_named(user: Api, pattern: str):
    assert pointers(user.get("/printers", params={"filter": f"name:{pattern}"}, expect=400)) == {"/filter"}


@pytest.mark.parametrize("column", ["api_key", "client_props", "client"])
def test_a_key_is_not_found_out_by_filters(user: Api, column: str):
    found = [ids(user.get(f"/printers?filter={column}:{pattern}", expect=200).json()["items"]) for pattern in (KEY, "other")]
    assert found[0] == found[1]
