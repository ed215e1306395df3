"""docs/api.md §3 (/settings, /tasks)."""

import json

import pytest

from support.api import Api, pointers

KEY = "network_interface"


def value(api: Api) -> object:
    (row,) = api.get("/settings", expect=200).json()
    assert row.keys() == {"key", "val"} and row["key"] == KEY
    return row["val"]


def set_value(admin: Api, val: object, *, expect: int = 201):
    return admin.post("/settings", json=[{"key": KEY, "val": val}], expect=expect)


# --- settings -----------------------------------------------------------------------------------------------------------


def test_every_setting_is_listed(admin: Api, user: Api):
    assert [row["key"] for row in user.get("/settings", expect=200).json()] == [KEY]
    set_value(admin, "wlp4s0")
    assert value(user) == "wlp4s0"


def test_change_answers_201_without_a_body(admin: Api):
    assert set_value(admin, "eth0").content == b""


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("eth1", "eth1"),
        (7, 7),
        (0, 0),
        ("7", 7),
        ("007", 7),
        (-7, -7),
        ("-7", -7),
        (1.5, 1.5),
        ("1.5", 1.5),
        (0.1, 0.1),
        (-12.75, -12.75),
        (1e300, 1e300),
        (-(2**63), -(2**63)),
        (2**63 - 1, 2**63 - 1),
        ("1e3", "1e3"),
        ("1.50", "1.50"),
        ("-", "-"),
        ("+7", "+7"),
        ("inf", "inf"),
        ("nan", "nan"),
        (True, True),
        (False, False),
        ("yes", True),
        ("ON", True),
        ("no", False),
        ("Off", False),
        ("true ", "true "),
        ("", ""),
        (None, None),
        ("日本", "日本"),
        ("a'b\"c;--", "a'b\"c;--"),
        ("9" * 30, "9" * 30),
        ("x" * 255, "x" * 255),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_numbers_and_booleans_come_back_as_such(admin: Api, user: Api, sent: object, read: object):
    set_value(admin, sent)
    got = value(user)
    assert got == read and type(got) is type(read)


@pytest.mark.parametrize(("raw", "read"), [("-0.0", 0), ("2.0", 2), ("9223372036854775808", 2.0**63), ("0." + "0" * 500 + "1", 0)])
def test_other_ways_to_write_a_number(admin: Api, user: Api, raw: str, read: float):
    body = f'[{{"key": "{KEY}", "val": {raw}}}]'
    admin.post("/settings", data=body, headers={"Content-Type": "application/json"}, expect=201)
    assert value(user) == read


@pytest.mark.parametrize("raw", ["1e999", "-1e999", "9" * 400])
def test_infinite_number_is_400(admin: Api, raw: str):
    set_value(admin, "as-before")
    body = f'[{{"key": "{KEY}", "val": "ok"}}, {{"key": "{KEY}", "val": {raw}}}]'
    answer = admin.post("/settings", data=body, headers={"Content-Type": "application/json"}, expect=400)
    assert pointers(answer) == {"/1/val"}
    assert value(admin) == "as-before"


def test_last_of_several_rows_counts(admin: Api):
    admin.post("/settings", json=[{"key": KEY, "val": "first"}, {"key": KEY, "val": "last"}], expect=201)
    assert value(admin) == "last"


GOOD_ROW = {"key": KEY, "val": "must-not-be-stored"}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ([{"key": KEY}], "/0/val"),
        ([{"val": "x"}], "/0/key"),
        ([{"key": "", "val": "x"}], "/0/key"),
        ([{"key": None, "val": "x"}], "/0/key"),
        ([{"key": 5, "val": "x"}], "/0/key"),
        ([{"key": "unknown", "val": "x"}], "/0/key"),
        ([{"key": KEY.upper(), "val": "x"}], "/0/key"),
        ([{"key": KEY + "\0", "val": "x"}], "/0/key"),
        ([{"key": KEY, "val": {"a": 1}}], "/0/val"),
        ([{"key": KEY, "val": ["a"]}], "/0/val"),
        ([{"key": KEY, "val": "nul\0"}], "/0/val"),
        ([{"key": KEY, "val": "x" * 256}], "/0/val"),
        ([GOOD_ROW, {"key": "unknown", "val": "x"}], "/1/key"),
        ([GOOD_ROW, {"key": KEY}], "/1/val"),
        ([GOOD_ROW, 5], "/1"),
        ([GOOD_ROW, "key val"], "/1"),
        ([[GOOD_ROW]], "/0"),
        ([GOOD_ROW, {}], "/1/key"),
        (GOOD_ROW, ""),
        ([], ""),
        ("key", ""),
        (5, ""),
        (None, ""),
    ],
    ids=lambda value: repr(value)[:50],
)
def test_bad_row_is_400_and_then_nothing_is_changed(admin: Api, body: object, named: str):
    set_value(admin, "as-before")
    answer = admin.post("/settings", data=json.dumps(body), headers={"Content-Type": "application/json"}, expect=400)
    assert named in pointers(answer)
    assert value(admin) == "as-before"


def test_changing_is_for_administrators_with_a_fresh_token(admin: Api, user: Api, anonymous: Api):
    anonymous.get("/settings", expect=401)
    set_value(admin, "protected")
    assert set_value(user, "by-user", expect=401).json()["code"] == "role_required"
    assert set_value(admin.not_fresh(), "not-fresh", expect=401).json()["message"] == "Fresh token required"
    assert value(user) == "protected"


def test_settings_survive_a_restart(new_server):
    server = new_server()
    admin = server.first_admin()
    assert value(admin) is None
    set_value(admin, "lasting0")
    server.restart()
    assert value(admin.again()) == "lasting0"


# --- tasks --------------------------------------------------------------------------------------------------------------


def test_task_is_accepted_or_cannot_be_queued(admin: Api):
    """202, or 500 with the reason as long as discovery is not configured on the server."""
    answer = admin.post("/tasks", json={"task": "scan_network"}, expect=(202, 500))
    if answer.status_code == 500:
        assert answer.json()["code"] == "task_not_started"
        assert "not configured" in answer.json()["message"]


@pytest.mark.parametrize(
    "task", ["", "reboot", "scan_network ", "SCAN_NETWORK", "scan_network\0", None, 5, True, ["scan_network"], {"a": 1}], ids=repr
)
def test_unknown_task_is_400(admin: Api, task: object):
    assert "/task" in pointers(admin.post("/tasks", json={"task": task}, expect=400))


@pytest.mark.parametrize("body", [{}, [], [1], "scan_network", 5, True, {"other": "scan_network"}], ids=repr)
def test_task_without_a_name_is_400(admin: Api, body: object):
    admin.post("/tasks", data=json.dumps(body), headers={"Content-Type": "application/json"}, expect=400)


def test_tasks_are_for_administrators_with_a_fresh_token(admin: Api, user: Api, anonymous: Api):
    body = {"task": "scan_network"}
    anonymous.post("/tasks", json=body, expect=401)
    assert user.post("/tasks", json=body, expect=401).json()["code"] == "role_required"
    assert admin.not_fresh().post("/tasks", json=body, expect=401).json()["message"] == "Fresh token required"
