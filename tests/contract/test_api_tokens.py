"""docs/api.md §3 (/users/me/tokens): tokens for scripts and slicers, which never expire and can be revoked."""

from datetime import datetime, timedelta, timezone

import pytest

from support.api import UNKNOWN_UUID, UUID, Api, pointers
from support.gcodes import upload, uploaded
from support.multipart import CONTENT_TYPE, Part, form
from support.server import ADMIN, ADMIN_PASSWORD
from support.tokens import claims_of, forge, header_of

TOKENS = "/users/me/tokens"
EMULATOR = "/octoprint-emulator/api"


def make(api: Api, name: str = "a script") -> dict:
    return api.post(TOKENS, json={"name": name}, expect=201).json()


def listed(api: Api) -> dict[str, str]:
    return {token["jti"]: token["name"] for token in api.get(TOKENS, expect=200).json()["items"]}


def revoke(api: Api, jti: str, *, expect: int = 204) -> None:
    api.delete(f"{TOKENS}/{jti}", expect=expect)


def is_now(time: str) -> bool:
    when = datetime.fromisoformat(time.replace("Z", "+00:00"))
    assert when.tzinfo is not None, "a time without offset"
    return abs(datetime.now(timezone.utc) - when) < timedelta(minutes=1)


# --- making -------------------------------------------------------------------------------------------------------------


def test_new_token(user: Api):
    token = make(user, "slicer in the workshop")
    assert token.keys() == {"access_token", "name", "jti", "created"}
    assert token["name"] == "slicer in the workshop"
    assert UUID.fullmatch(token["jti"]) and is_now(token["created"])


def test_token_never_expires_and_is_a_user_s(user: Api):
    token = make(user)
    claims = claims_of(token["access_token"])
    assert header_of(token["access_token"]) == {"typ": "JWT", "alg": "HS256"}
    assert "exp" not in claims
    assert claims["jti"] == token["jti"] and claims["type"] == "access" and claims["fresh"] is False
    assert claims["identity"] == claims_of(user.access_token)["identity"]
    assert claims["user_claims"]["role"] == "user" and claims["user_claims"]["username"] == "ursula"


def test_token_is_shown_only_once(user: Api):
    token = make(user, "shown once")
    answer = user.get(TOKENS, expect=200)
    assert answer.json().keys() == {"items"}
    (item,) = [item for item in answer.json()["items"] if item["jti"] == token["jti"]]
    assert item == {"jti": token["jti"], "name": "shown once", "created": token["created"]}
    assert token["access_token"] not in answer.text and token["access_token"].split(".")[2] not in answer.text


def test_names_need_not_differ(user: Api):
    first, second = make(user, "twin"), make(user, "twin")
    assert first["jti"] != second["jti"]
    assert {first["jti"], second["jti"]} <= listed(user).keys()


@pytest.mark.parametrize("name", ["x" * 128, "é" * 128, "日本", "a\"b'c", " ", "<script>"], ids=lambda name: ascii(name)[:20])
def test_names_are_kept_as_they_are(user: Api, name: str):
    jti = make(user, name)["jti"]
    assert listed(user)[jti] == name


@pytest.mark.parametrize(
    "body",
    [{"other": 1}, {"name": ""}, {"name": None}, {"name": 5}, {"name": True}, {"name": ["x"]}, {"name": {"a": 1}}]
    + [{"name": "x" * 129}, {"name": "é" * 129}, {"name": "nul\0"}, {"name": "x" * 100_000}],
    ids=lambda body: repr(body)[:30],
)
def test_bad_name_is_400_and_makes_nothing(user: Api, body: dict):
    before = listed(user)
    assert pointers(user.post(TOKENS, json=body, expect=400)) == {"/name"}
    assert listed(user) == before


# --- whose --------------------------------------------------------------------------------------------------------------


def test_everybody_sees_the_own_tokens_only(admin: Api, user: Api, other_user: Api):
    token = make(user, "mine")
    assert token["jti"] in listed(user)
    assert token["jti"] not in listed(other_user)
    assert token["jti"] not in listed(admin)


def test_somebody_else_s_token_is_401(admin: Api, user: Api, other_user: Api):
    token = make(user)
    for stranger in (other_user, admin):
        assert stranger.delete(f"{TOKENS}/{token['jti']}", expect=401).json()["code"] == "not_owner"
    user.with_token(token["access_token"]).get("/printers", expect=200)


# --- what it may do -----------------------------------------------------------------------------------------------------


def test_token_does_a_user_s_work(user: Api):
    script = user.with_token(make(user)["access_token"])
    for path in ("/users/me/probe", "/printers", "/gcodes", "/printjobs", "/settings"):
        script.get(path, expect=200)
    gcode = uploaded(script, "by-script.gcode")
    assert gcode["username"] == "ursula"
    script.delete(f"/gcodes/{gcode['id']}", expect=204)


ADMINISTRATION = [
    ("GET", "/users"),
    ("POST", "/users"),
    ("PATCH", f"/users/{UNKNOWN_UUID}"),
    ("POST", "/printers"),
    ("PATCH", "/printers/127.0.0.1"),
    ("DELETE", "/printers/127.0.0.1"),
    ("POST", "/settings"),
    ("POST", "/tasks"),
]


@pytest.mark.parametrize(("method", "path"), ADMINISTRATION)
def test_token_of_an_administrator_acts_as_a_user(admin: Api, method: str, path: str):
    script = admin.with_token(make(admin)["access_token"])
    assert script.request(method, path, expect=401).json()["code"] == "role_required"


def test_token_of_an_administrator_deletes_only_what_is_its_owner_s(admin: Api, user: Api):
    script = admin.with_token(make(admin)["access_token"])
    gcode = uploaded(user, "ursulas.gcode")
    assert script.delete(f"/gcodes/{gcode['id']}", expect=401).json()["code"] == "not_owner"
    admin.delete(f"/gcodes/{gcode['id']}", expect=204)


FRESH = [("PATCH", "/users/me"), ("GET", TOKENS), ("POST", TOKENS), ("DELETE", f"{TOKENS}/{UNKNOWN_UUID}")]


@pytest.mark.parametrize(("method", "path"), FRESH)
def test_token_is_not_fresh(user: Api, method: str, path: str):
    """A token that leaked cannot make others, nor throw its owner out."""
    script = user.with_token(make(user)["access_token"])
    assert script.request(method, path, expect=401).json()["message"] == "Fresh token required"
    assert user.not_fresh().request(method, path, expect=401).json()["message"] == "Fresh token required"


def test_token_is_no_refresh_token(user: Api):
    user.with_token(make(user)["access_token"]).post("/users/me/authenticate-refresh", expect=422)


@pytest.mark.parametrize("claims", [{"fresh": True}, {"user_claims": {"role": "admin", "username": ADMIN}}], ids=repr)
def test_token_cannot_claim_more(admin: Api, claims: dict):
    """Even if it is signed with the server's key, a token without expiry has role user and is not fresh."""
    script = admin.with_token(forge(make(admin)["access_token"], **claims))
    script.get("/users", expect=401)
    script.get(TOKENS, expect=401)


# --- its end ------------------------------------------------------------------------------------------------------------


def test_revoked_token_is_refused_everywhere(user: Api):
    token = make(user, "leaked")
    script = user.with_token(token["access_token"])
    script.get("/printers", expect=200)
    revoke(user, token["jti"])
    assert token["jti"] not in listed(user)
    for path in ("/users/me/probe", "/printers", "/gcodes", "/printjobs", "/settings"):
        assert script.get(path, expect=401).json()["message"] == "Token has been revoked"
    upload(script, "never.gcode", expect=401)


def test_revoked_token_is_403_for_slicers(server, user: Api, anonymous: Api):
    token = make(user)
    key = {"X-Api-Key": token["access_token"]}
    body, headers = form(Part("file", b"G28\n", filename="key.gcode")), key | {"Content-Type": CONTENT_TYPE}
    anonymous.get(f"{EMULATOR}/version", headers=key, expect=200)
    anonymous.post(f"{EMULATOR}/files/local", data=body, headers=headers, expect=201)
    before = server.stored_files().keys()
    revoke(user, token["jti"])
    anonymous.get(f"{EMULATOR}/version", headers=key, expect=403)
    anonymous.post(f"{EMULATOR}/files/local", data=body, headers=headers, expect=403)
    assert server.stored_files().keys() == before


def test_revoking_one_leaves_the_others(user: Api):
    kept, revoked = make(user, "kept"), make(user, "revoked")
    revoke(user, revoked["jti"])
    user.with_token(kept["access_token"]).get("/printers", expect=200)


@pytest.mark.parametrize("jti", [UNKNOWN_UUID, "x", "1", "0" * 500], ids=lambda jti: jti[:12])
def test_unknown_token_is_404(user: Api, jti: str):
    assert user.delete(f"{TOKENS}/{jti}", expect=404).json()["code"] == "token_not_found"


def test_revoked_token_cannot_be_revoked_again(user: Api):
    token = make(user)
    revoke(user, token["jti"].upper())
    revoke(user, token["jti"], expect=404)


def test_token_of_a_login_is_not_in_the_list(user: Api):
    revoke(user, claims_of(user.access_token)["jti"], expect=404)
    user.get("/users/me/probe", expect=200)


def test_token_that_the_server_does_not_know_is_refused(user: Api):
    """Signed with the right key, but never given out: the old backend took it."""
    token = make(user)
    user.with_token(forge(token["access_token"], jti=UNKNOWN_UUID)).get("/printers", expect=401)


def test_token_outlives_a_password_change(server, admin: Api):
    person = server.add_user("changing")
    token = make(person, "survivor")
    changed = server.login("changing", person.password).change_password("another-Passw0rd")
    person.get("/printers", expect=401)
    changed.with_token(token["access_token"]).get("/printers", expect=200)
    assert listed(changed) == {token["jti"]: "survivor"}
    revoke(changed, token["jti"])
    changed.with_token(token["access_token"]).get("/printers", expect=401)


def test_token_does_not_get_around_a_forced_password_change(server, admin: Api, anonymous: Api):
    person = server.add_user("forced")
    script = person.with_token(make(person)["access_token"])
    server.user_command("set-password", "forced", "--password-stdin", stdin="chosen-by-admin-1\n")
    assert script.get("/printers", expect=401).json()["message"] == "Password change is enforced on this account!"
    anonymous.get(f"{EMULATOR}/version", headers={"X-Api-Key": script.access_token}, expect=403)
    assert script.get("/users/me/probe", expect=200).json() == {"force_pwd_change": True}


def test_token_rests_while_its_owner_is_suspended(server, admin: Api):
    person = server.add_user("resting")
    script = person.with_token(make(person)["access_token"])
    path = f"/users/{claims_of(person.access_token)['identity']}"
    admin.patch(path, json={"suspended": True}, expect=200)
    assert script.get("/printers", expect=401).json()["message"] == "This account has been suspended"
    admin.patch(path, json={"suspended": False}, expect=200)
    script.get("/printers", expect=200)


def test_tokens_survive_a_restart(new_server):
    server = new_server()
    admin = server.first_admin()
    kept, revoked = make(admin, "kept"), make(admin, "revoked")
    revoke(admin, revoked["jti"])
    server.restart()
    Api(server, kept["access_token"]).get("/printers", expect=200)
    Api(server, revoked["access_token"]).get("/printers", expect=401)
    assert listed(server.login(ADMIN, ADMIN_PASSWORD)) == {kept["jti"]: "kept"}
