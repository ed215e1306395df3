"""Log-ins are sessions: their list, and how they end."""

import itertools
from collections.abc import Callable

import pytest

from support.api import UNKNOWN_UUID, UUID, Api
from support.gcodes import uploaded
from support.server import Server
from support.tokens import claims_of

SESSIONS = "/users/me/sessions"
LOGOUT = "/users/me/logout"
PROBE = "/users/me/probe"
REFRESH = "/users/me/authenticate-refresh"


NAMES = (f"person{number}" for number in itertools.count())


@pytest.fixture
def new_person(server: Server, admin: Api) -> Callable[[], Api]:
    def make() -> Api:
        api = server.add_user(next(NAMES))
        admin.delete(f"/users/{claims_of(api.access_token)['identity']}/sessions", expect=204)
        return log_in_again(api)

    return make


@pytest.fixture
def person(new_person: Callable[[], Api]) -> Api:
    """Somebody with one session, that of this client."""
    return new_person()


def session_of(api: Api) -> str:
    return claims_of(api.access_token)["sid"]


def log_in_again(api: Api) -> Api:
    return Api(api.server).log_in(api.username, api.password)


def listed(api: Api, path: str = SESSIONS) -> list[dict]:
    return api.get(path, expect=200).json()["items"]


def is_in(api: Api) -> bool:
    """Whether both of its tokens still work; or neither does."""
    access = api.get(PROBE, expect=(200, 401)).status_code
    refresh = api.with_token(api.refresh_token).post(REFRESH, expect=(200, 401)).status_code
    assert access == refresh
    return access == 200


def test_a_login_is_a_session(person: Api):
    (session,) = listed(person)
    assert session.keys() == {"id", "created", "last_used", "expires", "address", "agent", "current"}
    assert UUID.fullmatch(session["id"]) and session["id"] == session_of(person)
    assert session["current"] is True
    assert session["address"] in ("127.0.0.1", "::1") and session["agent"].startswith("python-requests")
    assert claims_of(person.refresh_token)["sid"] == session["id"]


def test_all_tokens_of_a_login_name_its_session(person: Api):
    assert session_of(person.not_fresh()) == session_of(person)
    other = log_in_again(person)
    assert session_of(other) != session_of(person)
    assert {each["id"]: each["current"] for each in listed(person)} == {
        session_of(person): True,
        session_of(other): False,
    }


def test_logout_ends_the_own_session_only(person: Api):
    other = log_in_again(person)
    person.not_fresh().post(LOGOUT, expect=204)
    assert not is_in(person) and is_in(other)
    assert person.get(PROBE, expect=401).json()["code"] == "revoked_token"


def test_an_api_token_cannot_log_out(person: Api):
    token = person.post("/users/me/tokens", json={"name": "script"}, expect=201).json()["access_token"]
    assert person.with_token(token).post(LOGOUT, expect=409).json()["code"] == "conflict"
    person.with_token(token).get(PROBE, expect=200)


def test_ending_one_of_the_own_sessions(person: Api):
    other = log_in_again(person)
    person.delete(f"{SESSIONS}/{session_of(other).upper()}", expect=204)
    assert is_in(person) and not is_in(other)
    for gone in (session_of(other), UNKNOWN_UUID, "none"):
        assert person.delete(f"{SESSIONS}/{gone}", expect=404).json()["code"] == "session_not_found"


def test_nobody_ends_somebody_elses_session(person: Api, new_person: Callable[[], Api]):
    other = new_person()
    other.delete(f"{SESSIONS}/{session_of(person)}", expect=404)
    assert is_in(person)


def test_a_password_change_ends_all_other_sessions(person: Api):
    other = log_in_again(person)
    body = {"password": person.password, "new_password": "another one", "new_password_confirmation": "another one"}
    changed = person.with_token(person.patch("/users/me", json=body, expect=200).json()["access_token"])
    changed.get(PROBE, expect=200)
    assert is_in(person), "its first refresh token goes on, as old clients keep it"
    assert not is_in(other)
    assert session_of(changed) == session_of(person)


def test_a_forced_change_keeps_the_first_refresh_token(admin: Api):
    body = {"username": "forced", "role": "user", "password": "first one", "password_confirmation": "first one"}
    uuid = admin.post("/users", json=body, expect=201).json()["uuid"]
    client = Api(admin.server).log_in("forced", "first one")
    client.patch(
        "/users/me",
        json={"password": "first one", "new_password": "second one", "new_password_confirmation": "second one"},
        expect=200,
    )
    refreshed = client.not_fresh()
    refreshed.get("/printers", expect=200)
    admin.delete(f"/users/{uuid}", expect=204)


def test_a_fresh_login_beside_a_token_belongs_to_its_session(person: Api):
    """A client that proves the password again and then changes it keeps its first refresh token."""
    login = {"username": person.username, "password": person.password}
    for token in (person.access_token, person.refresh_token):
        again = person.with_token(token).post("/users/me/authenticate-fresh", json=login, expect=200).json()
        assert claims_of(again["access_token"])["sid"] == session_of(person)
    body = {"password": person.password, "new_password": "another one", "new_password_confirmation": "another one"}
    person.with_token(again["access_token"]).patch("/users/me", json=body, expect=200)
    assert is_in(person)


@pytest.mark.parametrize("token", ["garbage", None])
def test_a_fresh_login_beside_a_bad_token_is_a_session_of_its_own(person: Api, token: str | None):
    login = {"username": person.username, "password": person.password}
    answer = person.with_token(token).post("/users/me/authenticate-fresh", json=login, expect=200).json()
    assert claims_of(answer["access_token"])["sid"] != session_of(person)


def test_a_fresh_login_beside_somebody_elses_token_is_a_session_of_its_own(person: Api, admin: Api):
    login = {"username": person.username, "password": person.password}
    answer = admin.post("/users/me/authenticate-fresh", json=login, expect=200).json()
    assert claims_of(answer["access_token"])["sid"] not in (session_of(admin), session_of(person))


def test_suspension_ends_all_sessions_for_good(person: Api, admin: Api):
    uuid = claims_of(person.access_token)["identity"]
    admin.patch(f"/users/{uuid}", json={"suspended": True}, expect=200)
    admin.patch(f"/users/{uuid}", json={"suspended": False}, expect=200)
    assert not is_in(person)
    assert is_in(log_in_again(person))


def test_admins_see_and_end_the_sessions_of_a_user(person: Api, admin: Api):
    path = f"/users/{claims_of(person.access_token)['identity']}/sessions"
    other = log_in_again(person)
    assert {(each["id"], each["current"]) for each in listed(admin, path)} == {
        (session_of(person), False),
        (session_of(other), False),
    }
    admin.delete(path, expect=204)
    assert not is_in(person) and not is_in(other)
    assert listed(admin, path) == []
    for method in ("GET", "DELETE"):
        problem = admin.request(method, f"/users/{UNKNOWN_UUID}/sessions", expect=404).json()
        assert problem["code"] == "user_not_found"


# --- deleted accounts ---------------------------------------------------------------------------------------------------


def test_a_deleted_account_is_gone_at_once(person: Api, admin: Api):
    token = person.post("/users/me/tokens", json={"name": "script"}, expect=201).json()["access_token"]
    uuid = claims_of(person.access_token)["identity"]
    admin.delete(f"/users/{uuid}", expect=204)
    assert not is_in(person)
    person.with_token(token).get(PROBE, expect=401)
    login = {"username": person.username, "password": person.password}
    person.with_token(None).post("/users/me/authenticate", json=login, expect=401)
    assert admin.delete(f"/users/{uuid}", expect=404).json()["code"] == "user_not_found"
    assert admin.delete("/users/none", expect=404).json()["code"] == "user_not_found"


def test_files_of_a_deleted_account_keep_its_name(person: Api, admin: Api):
    gcode = uploaded(person)
    admin.delete(f"/users/{claims_of(person.access_token)['identity']}", expect=204)
    row = admin.get(f"/gcodes/{gcode['id']}", expect=200).json()
    assert (row["username"], row["user_uuid"]) == (person.username, None)
    found = admin.get("/gcodes", params={"filter": f"username:^{person.username}$"}, expect=200).json()["items"]
    assert [each["id"] for each in found] == [gcode["id"]]
    admin.delete(f"/gcodes/{gcode['id']}", expect=204)


def test_nobody_deletes_the_own_account(admin: Api):
    problem = admin.delete(f"/users/{claims_of(admin.access_token)['identity']}", expect=409).json()
    assert problem["code"] == "conflict"


@pytest.mark.parametrize("same", ["{upper}", " {name} ", "{wide}"])
def test_a_name_that_looks_the_same_is_taken(person: Api, admin: Api, same: str):
    wide = chr(ord(person.username[0]) - ord("a") + ord("\uff41")) + person.username[1:]
    name = same.format(upper=person.username.upper(), name=person.username, wide=wide)
    body = {"username": name, "role": "user", "password": "long enough", "password_confirmation": "long enough"}
    assert admin.post("/users", json=body, expect=409).json()["code"] == "conflict"
