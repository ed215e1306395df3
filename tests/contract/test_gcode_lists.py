"""docs/api.md §1: lists, tried on /gcodes."""

import json
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from support import faults
from support.api import Api, pointers
from support.gcodes import every_page, gcode_bytes, uploaded
from support.raw import RawConnection, request
from support.server import Server

MEMBERS = {"id", "path", "filename", "display", "absolute_path", "uploaded", "size", "data", "sha256", "has_thumbnail", "analysis"}
MEMBERS |= {"user_uuid", "username"}

# Sizes and folders repeat, so that pages end inside equal values.
FILES = [
    ("alpha.gcode", 30, "red"),
    ("Beta.gcode", 10, "blue"),
    ("gamma.gcode", 20, "red"),
    ("delta & more.gcode", 10, ""),
    ("epsilon [1].gcode", 20, "blue"),
    ("zeta+1.gcode", 10, "red"),
    ("Эта.gcode", 30, ""),
]


@pytest.fixture(scope="module", autouse=True)
def gcodes(user: Api, other_user: Api) -> list[dict]:
    people = [user, other_user]
    return [uploaded(people[n % 2], name, gcode_bytes(size), path) for n, (name, size, path) in enumerate(FILES)]


def ids(items: list[dict]) -> list[int]:
    return [item["id"] for item in items]


def parameters(next: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(next).query, keep_blank_values=True))


def test_list_is_by_id_with_all_members(user: Api, gcodes: list[dict]):
    answer = user.get("/gcodes", expect=200).json()
    assert answer.keys() == {"items"}, "`next` is there only when there is more"
    assert ids(answer["items"]) == ids(gcodes)
    assert all(item.keys() == MEMBERS for item in answer["items"])
    assert [item["username"] for item in answer["items"][:2]] == ["ursula", "otto"]


@pytest.mark.parametrize("limit", ["x", "", "0", "-1", "1.5", "99999999999999999999", "1000", "7"])
def test_limit_that_is_none_is_the_default(user: Api, gcodes: list[dict], limit: str):
    answer = user.get(f"/gcodes?limit={limit}", is_documented=False, expect=200).json()
    assert ids(answer["items"]) == ids(gcodes) and "next" not in answer


@pytest.mark.parametrize("limit", range(1, 7))
def test_pages_follow_each_other(user: Api, gcodes: list[dict], limit: int):
    first = user.get(f"/gcodes?limit={limit}", expect=200).json()
    assert len(first["items"]) == limit
    assert parameters(first["next"]) == {"limit": str(limit), "start_with": str(gcodes[limit]["id"])}
    assert ids(every_page(user, f"/gcodes?limit={limit}")) == ids(gcodes)


COLUMNS = ["id", "path", "filename", "display", "absolute_path", "uploaded", "size", "sha256", "user_uuid"]


@pytest.mark.parametrize("sign", ["", "-", "%2B", "+"])
@pytest.mark.parametrize("column", COLUMNS)
def test_every_order_gives_every_row_once(user: Api, gcodes: list[dict], column: str, sign: str):
    whole = user.get(f"/gcodes?order_by={sign}{column}", expect=200).json()["items"]
    assert sorted(ids(whole)) == ids(gcodes)
    values = [item[column] for item in whole]
    if column in ("id", "size", "uploaded"):
        assert values == sorted(values, reverse=sign == "-")
    # Equal values stand together, whatever the order of letters.
    runs = [value for n, value in enumerate(values) if n == 0 or values[n - 1] != value]
    assert len(runs) == len(set(values))
    for limit in (1, 2, 3):
        assert ids(every_page(user, f"/gcodes?order_by={sign}{column}&limit={limit}")) == ids(whole)


@pytest.mark.parametrize(
    "order_by", ["id,size", "size,", ",", "nonsense", "-", "--id", "ID", "id;drop", "id desc", "gcodes.id", "size'", "1", "username.x"]
)
def test_order_by_what_is_no_column_is_400(user: Api, order_by: str):
    user.get(f"/gcodes?order_by={quote(order_by)}", expect=400)


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ("display:^alpha", {"alpha.gcode"}),
        ("display:BETA", {"Beta.gcode"}),
        ("display:эта", {"Эта.gcode"}),
        ("display:eta", {"Beta.gcode", "zeta+1.gcode"}),
        ("display:(alpha|gamma)", {"alpha.gcode", "gamma.gcode"}),
        ("display:\\[1\\]", {"epsilon [1].gcode"}),
        ("display:zeta\\+1", {"zeta+1.gcode"}),
        ("path:^red$", {"alpha.gcode", "gamma.gcode", "zeta+1.gcode"}),
        ("size:^1", {"Beta.gcode", "delta & more.gcode", "zeta+1.gcode"}),
        ("size:^10$", {"Beta.gcode", "delta & more.gcode", "zeta+1.gcode"}),
        ("sha256:^[0-9a-f]{64}$", {name for name, _, _ in FILES}),
        ("sha256:^x", set()),
        ("has_thumbnail:true", set()),
        ("has_thumbnail:false", {name for name, _, _ in FILES}),
        ("display:nothing like it", set()),
        ("display:a:b", set()),
        ("display:'; DROP TABLE gcodes; --", set()),
    ],
)
def test_filter(user: Api, filter: str, found: set[str]):
    items = user.get(f"/gcodes?filter={quote(filter)}", expect=200).json()["items"]
    assert {item["display"] for item in items} == found


@pytest.mark.parametrize("filter", ["", "display", "nonsense:x", "Display:^alpha", "display:", ":x"])
def test_filter_that_names_no_column_is_ignored(user: Api, gcodes: list[dict], filter: str):
    assert ids(user.get(f"/gcodes?filter={quote(filter)}", expect=200).json()["items"]) == ids(gcodes)


@pytest.mark.parametrize("pattern", ["(", "*", "\\", "[", "a{2", "(?P<x", "x{100000}"])
def test_pattern_that_does_not_compile_is_400(user: Api, pattern: str):
    if pattern == "a{2":  # a brace that opens nothing stands for itself
        user.get(f"/gcodes?filter=display:{quote(pattern)}", expect=200)
    else:
        user.get(f"/gcodes?filter=display:{quote(pattern)}", expect=400)


@pytest.mark.parametrize(
    ("pattern", "is_allowed"),
    [
        ("a" * 200, True),
        ("a" * 201, False),
        ("(a?){50}a{50}zzz", True),
        ("(a?){500}a{500}zzz", False),
        ("(a|b|ab){250}", False),
    ],
)
def test_pattern_that_is_too_dear_is_400(user: Api, pattern: str, is_allowed: bool):
    answer = user.get(f"/gcodes?filter=display:{quote(pattern)}", expect=200 if is_allowed else 400)
    assert is_allowed or pointers(answer) == {"/filter"}


def test_pattern_cannot_take_for_ever(user: Api):
    """Exponential in backtracking engines; the request's own time limit would fail the test."""
    uploaded(user, "a" * 60 + "!.gcode", b"")
    user.get(f"/gcodes?filter=display:{quote('^(a+)+$')}", expect=200)
    everything = user.get("/gcodes", expect=200).json()["items"]
    user.delete(f"/gcodes/{everything[-1]['id']}", expect=204)


@pytest.mark.parametrize(
    ("fields", "members"),
    [
        ("id", {"id"}),
        ("id,display", {"id", "display"}),
        ("display,nonsense", {"display"}),
        ("nonsense", set()),
        ("id,id", {"id"}),
        ("data,analysis,username", {"data", "analysis", "username"}),
    ],
)
def test_fields(user: Api, fields: str, members: set[str]):
    for item in user.get(f"/gcodes?fields={fields}", expect=200).json()["items"]:
        assert item.keys() == members


def test_next_keeps_the_parameters_in_their_order(user: Api):
    query = "start_with=1&filter=display:e&fields=id,display&order_by=display&limit=2"
    next = user.get(f"/gcodes?{query}", expect=200).json()["next"]
    assert next.startswith("/gcodes?")
    assert [name for name, _ in parse_qsl(urlsplit(next).query)] == ["limit", "order_by", "fields", "filter", "start_with"]


@pytest.mark.parametrize("pattern", ["[a-z ]+( & |ta|on)", "a|e", "[^+#]", "100%|a", "эта|e"])
def test_next_is_url_encoded(user: Api, pattern: str):
    query = f"order_by=-size&fields=id,display&filter=display:{quote(pattern)}"
    whole = user.get(f"/gcodes?{query}", expect=200).json()["items"]
    assert len(whole) > 2
    assert every_page(user, f"/gcodes?{query}&limit=1") == whole
    next = user.get(f"/gcodes?{query}&limit=1", expect=200).json()["next"]
    assert next.isascii() and not set(next) & set(' []"<>^|`{}\\')
    assert parameters(next)["filter"] == f"display:{pattern}"


@pytest.mark.parametrize("start_with", ["x", "", "-1", "1.5", "99999999999999999999"])
def test_start_with_what_is_no_key_is_ignored(user: Api, gcodes: list[dict], start_with: str):
    items = user.get(f"/gcodes?start_with={start_with}", expect=200).json()["items"]
    assert ids(items) == ids(gcodes)


@pytest.mark.parametrize(
    "time", ["0000-01-01T00:00:00", "2026-01-01T99:00:00", "2026-01-01T00:00:00+99:00", "2026-02-30T00:00:00", "now", "infinity"]
)
def test_start_with_a_time_that_is_none_counts_as_its_key(user: Api, gcodes: list[dict], time: str):
    query = f"/gcodes?order_by=uploaded&start_with={gcodes[1]['id']}"
    assert user.get(f"{query}~uploaded%3D{quote(time)}", expect=200).json() == user.get(query, expect=200).json()


def test_start_with_a_row_that_is_gone(user: Api, gcodes: list[dict]):
    """It was deleted between two pages: the next row takes its place."""
    doomed = [uploaded(user, f"doomed{n}.gcode", b"x") for n in range(3)]
    first = user.get(f"/gcodes?limit={len(gcodes)}", expect=200).json()
    user.delete(f"/gcodes/{doomed[0]['id']}", expect=204)
    assert ids(every_page(user, first["next"])) == ids(doomed[1:])
    for gcode in doomed[1:]:
        user.delete(f"/gcodes/{gcode['id']}", expect=204)


def test_first_of_two_equal_parameters_counts(user: Api):
    answer = user.get("/gcodes?limit=1&limit=5&nonsense=1", is_documented=False, expect=200).json()
    assert len(answer["items"]) == 1


def test_more_than_1000_rows_are_never_given(user: Api, gcodes: list[dict]):
    """The limit is capped; with fewer rows, only a missing `next` shows it."""
    assert "next" not in user.get("/gcodes?limit=5000", expect=200).json()


# --- forms of Unicode -----------------------------------------------------------------------------------------------------

COMPOSED, DECOMPOSED = "Z\u00fcrich.gcode", "Zu\u0308rich.gcode"


def displays(api: Api, pattern: str) -> list[str]:
    query = f"/gcodes?filter=display:{quote(pattern)}&fields=display"
    return [item["display"] for item in api.get(query, expect=200).json()["items"]]


def test_names_and_filters_have_one_form_of_unicode(user: Api):
    gcode = uploaded(user, DECOMPOSED, path="Ko\u0308ln")
    try:
        assert (gcode["display"], gcode["path"]) == (COMPOSED, "K\u00f6ln")
        for pattern in ("^z\u00fcrich", "^zu\u0308rich"):
            assert displays(user, pattern) == [COMPOSED]
        assert displays(user, "^z.rich") == [COMPOSED], "one character"
    finally:
        user.delete(f"/gcodes/{gcode['id']}", expect=204)


def test_names_of_before_are_found_in_each_form(server: Server, user: Api):
    gcode = uploaded(user, "of-before.gcode")
    try:
        faults.execute(server, "UPDATE gcodes SET display = ? WHERE display = ?", (DECOMPOSED, "of-before.gcode"))
        for pattern in ("^z\u00fcrich", "^zu\u0308rich"):
            assert displays(user, pattern) == [DECOMPOSED]
    finally:
        user.delete(f"/gcodes/{gcode['id']}", expect=204)


# --- what people type -----------------------------------------------------------------------------------------------------


def test_a_lone_per_cent_sign_stands_for_itself(server: Server, user: Api):
    gcodes = [uploaded(user, name)["id"] for name in ("50% infill.gcode", "50%2 infill.gcode", "50% more.gcode")]
    with RawConnection(server.port) as connection:
        connection.send(request("GET", "/gcodes?limit=1&filter=display:50%+&fields=id", token=user.access_token))
        page = json.loads(connection.read_response().body)
    assert page["items"] == [{"id": gcodes[0]}]
    assert parameters(page["next"])["filter"] == "display:50% "
    assert user.get(page["next"], expect=200).json() == {"items": [{"id": gcodes[2]}]}
    for gcode in gcodes:
        user.delete(f"/gcodes/{gcode}", expect=204)


@pytest.mark.parametrize("order", ["", "&order_by=id", "&order_by=-id", "&order_by=size", "&order_by=-uploaded", "&order_by=username"])
def test_start_with_what_never_was_a_row_gives_none(user: Api, order: str):
    assert user.get(f"/gcodes?start_with=987654321{order}", expect=200).json() == {"items": []}


def test_a_walk_goes_on_when_the_row_that_it_stands_at_is_deleted(user: Api):
    rows = [uploaded(user, f"walked{n}.gcode")["id"] for n in range(6)]
    page = user.get("/gcodes?order_by=-id&filter=display:^walked&limit=2&fields=id", expect=200).json()
    assert [item["id"] for item in page["items"]] == [rows[5], rows[4]]
    for gone in rows[3:]:  # all that it has seen, and where it is to go on
        user.delete(f"/gcodes/{gone}", expect=204)
    assert [item["id"] for item in every_page(user, page["next"])] == [rows[2], rows[1], rows[0]]
    for row in rows[:3]:
        user.delete(f"/gcodes/{row}", expect=204)
