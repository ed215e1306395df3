"""docs/api.md §1 and §2: every route × every kind of token, against the table."""

import time
from typing import NamedTuple

import pytest

from support import faults
from support.api import UNKNOWN_UUID, Api
from support.openapi import Document
from support.tokens import ABSENT, claims_of, forge, make_token

HOST = "127.0.0.2:9"  # no such printer

# The callers: `anyone`, `refresh`, `user` (`address`: with the token in the query), `fresh` (a user with a fresh token),
# `admin` (with a fresh token), `key` (X-Api-Key).
# With a forced password change only what is marked so is open.
OPEN_WHEN_FORCED = {
    ("GET", "/users/me/probe"),
    ("PATCH", "/users/me"),
    ("POST", "/users/me/authenticate-refresh"),
    ("POST", "/users/me/logout"),
}
ROUTES: dict[str, dict[str, str]] = {
    "/": {"GET": "anyone"},
    "/health/live": {"GET": "anyone"},
    "/health/ready": {"GET": "anyone"},
    "/openapi.json": {"GET": "anyone"},
    "/docs": {"GET": "anyone"},
    "/docs/start.js": {"GET": "anyone"},
    "/users/me/authenticate": {"POST": "anyone"},
    "/users/me/authenticate-fresh": {"POST": "anyone"},
    "/users/me/authenticate-refresh": {"POST": "refresh"},
    "/users/me/probe": {"GET": "user"},
    "/users/me": {"PATCH": "fresh"},
    "/users/me/tokens": {"GET": "fresh", "POST": "fresh"},
    f"/users/me/tokens/{UNKNOWN_UUID}": {"DELETE": "fresh"},
    "/users/me/sessions": {"GET": "fresh"},
    f"/users/me/sessions/{UNKNOWN_UUID}": {"DELETE": "fresh"},
    "/users/me/logout": {"POST": "user"},
    "/users": {"GET": "admin", "POST": "admin"},
    f"/users/{UNKNOWN_UUID}": {"PATCH": "admin", "DELETE": "admin"},
    f"/users/{UNKNOWN_UUID}/sessions": {"GET": "admin", "DELETE": "admin"},
    "/printers": {"GET": "user", "POST": "admin"},
    "/printers/probe": {"POST": "admin"},
    "/printers/appkey": {"POST": "admin"},
    f"/printers/appkey/{UNKNOWN_UUID}": {"GET": "admin"},
    f"/printers/{HOST}": {"GET": "user", "PATCH": "admin", "DELETE": "admin"},
    f"/printers/{HOST}/connection": {"POST": "user"},
    f"/printers/{HOST}/current-job": {"POST": "user"},
    f"/printers/{HOST}/current-job/adopt": {"POST": "user"},
    f"/printers/{HOST}/snapshot": {"GET": "user"},
    f"/proxied-webcam/{HOST}": {"GET": "user"},
    "/events": {"GET": "user"},
    "/gcodes": {"GET": "user", "POST": "user"},
    "/gcodes/987654321": {"GET": "user", "DELETE": "user"},
    "/gcodes/987654321/data": {"GET": "user"},
    "/gcodes/987654321/thumbnail": {"GET": "user"},
    "/printjobs": {"GET": "user", "POST": "user"},
    "/printjobs/987654321": {"GET": "user", "PATCH": "user", "DELETE": "user"},
    "/settings": {"GET": "user", "POST": "admin"},
    "/audit": {"GET": "admin"},
    "/tasks": {"GET": "admin", "POST": "admin"},
    f"/tasks/{UNKNOWN_UUID}": {"GET": "admin"},
}
for prefix in ("/octoprint-emulator", f"/octoprint-emulator/printers/{HOST}"):
    ROUTES |= {
        prefix: {"GET": "anyone"},
        f"{prefix}/": {"GET": "anyone"},
        f"{prefix}/api/version": {"GET": "key"},
        f"{prefix}/api/server": {"GET": "key"},
        f"{prefix}/api/currentuser": {"GET": "key"},
        f"{prefix}/api/login": {"POST": "key"},
        f"{prefix}/api/settings": {"GET": "key"},
        f"{prefix}/api/printerprofiles": {"GET": "key"},
        f"{prefix}/api/printer": {"GET": "key"},
        f"{prefix}/api/printer/command": {"POST": "key"},
        f"{prefix}/api/job": {"GET": "key", "POST": "key"},
        f"{prefix}/api/connection": {"GET": "key", "POST": "key"},
        f"{prefix}/api/files": {"GET": "key"},
        f"{prefix}/api/files/local": {"GET": "key", "POST": "key"},
        f"{prefix}/api/files/local/987654321": {"GET": "key", "POST": "key"},
    }
CALLS = [(method, path, who) for path, methods in ROUTES.items() for method, who in methods.items()]
# Where a token may also stand in the address: the same rules hold.
CALLS += [("GET", path, "address") for path in (f"/printers/{HOST}/snapshot", f"/proxied-webcam/{HOST}", "/events")]
STREAMS = {"/events"}  # which do not end
# Would end the session of a token that is let through; test_login_sessions.py does that.
ENDS_SESSION = {"/users/me/logout"}

# --- the table ----------------------------------------------------------------------------------------------------------


class Refusal(NamedTuple):
    status: int
    message: str | None = None


MISSING = Refusal(401, "Missing Authorization Header")
MALFORMED = Refusal(422)
EXPIRED = Refusal(401, "Token has expired")
ONLY_ACCESS = Refusal(422, "Only access tokens are allowed")
ONLY_REFRESH = Refusal(422, "Only refresh tokens are allowed")
NOT_FRESH = Refusal(401, "Fresh token required")
REVOKED = Refusal(401, "Token has been revoked")
SUSPENDED = Refusal(401, "This account has been suspended")
GONE = Refusal(401)
ROLE = Refusal(401, "Token does not match the required role of admin")
FORCED = Refusal(401, "Password change is enforced on this account!")
NO_KEY = Refusal(403)


class Kind(NamedTuple):
    """A kind of token: whether it is a refresh token, what refuses it everywhere, and what it lacks."""

    refused: Refusal | None = None
    is_refresh: bool = False
    is_admin: bool = False
    is_fresh: bool = True
    is_forced: bool = False
    # Some of what is wrong is only looked at once the token is known to be of the right type.
    type_first: bool = False


KINDS = {
    "no token": Kind(MISSING),
    "garbage": Kind(MALFORMED),
    "two segments": Kind(MALFORMED),
    "other algorithm": Kind(MALFORMED),
    "none": Kind(MALFORMED),
    "other secret": Kind(MALFORMED),
    "expired": Kind(EXPIRED, is_admin=True),
    "expired refresh": Kind(EXPIRED),
    "not yet valid": Kind(MALFORMED),
    "unknown type": Kind(MALFORMED),
    "without identity": Kind(GONE),
    "admin": Kind(is_admin=True),
    "admin, not fresh": Kind(is_admin=True, is_fresh=False),
    "admin refresh": Kind(is_refresh=True),
    "API token of an admin": Kind(is_fresh=False),
    "user": Kind(),
    "user, not fresh": Kind(is_fresh=False),
    "user that claims to be admin": Kind(),
    "API token": Kind(is_fresh=False),
    "revoked API token": Kind(REVOKED, type_first=True),
    "suspended": Kind(SUSPENDED, type_first=True),
    "suspended refresh": Kind(SUSPENDED, is_refresh=True, type_first=True),
    "API token of a suspended user": Kind(SUSPENDED, type_first=True),
    "forced": Kind(is_forced=True),
    "forced admin": Kind(is_forced=True, is_admin=True),
    "forced refresh": Kind(is_forced=True, is_refresh=True),
    "API token of a forced user": Kind(is_forced=True, is_fresh=False),
    "before the password change": Kind(Refusal(401), type_first=True),
    "refresh from before the password change": Kind(Refusal(401), is_refresh=True, type_first=True),
    "deleted user": Kind(GONE, type_first=True),
    "deleted user's refresh": Kind(GONE, is_refresh=True, type_first=True),
    "API token of a deleted user": Kind(Refusal(401), type_first=True),
}


def expected(kind: Kind, who: str, method: str, path: str) -> Refusal | None:
    """The table of docs/api.md §1 in its order; None if the token is good for this route."""
    if who == "anyone":
        return None
    if who == "key":
        return NO_KEY if kind.refused or kind.is_refresh or kind.is_forced else None
    wrong_type = ONLY_REFRESH if who == "refresh" else ONLY_ACCESS
    has_wrong_type = kind.is_refresh != (who == "refresh")
    if kind.refused and not kind.type_first:
        return kind.refused
    if has_wrong_type:
        return wrong_type
    if kind.refused:
        return kind.refused
    if who == "admin" and not kind.is_admin:
        return ROLE
    if who in ("admin", "fresh") and not kind.is_fresh:
        return NOT_FRESH
    if kind.is_forced and (method, path) not in OPEN_WHEN_FORCED:
        return FORCED
    return None


# --- the tokens ---------------------------------------------------------------------------------------------------------


def api_token(api: Api) -> str:
    return api.post("/users/me/tokens", json={"name": "matrix"}, expect=201).json()["access_token"]


def identity(token: str) -> str:
    return claims_of(token)["identity"]


@pytest.fixture(scope="module")
def tokens(server, admin: Api, user: Api) -> dict[str, str | None]:
    made = broken_tokens(admin, user) | good_tokens(admin, user)
    made |= suspended_tokens(server, admin) | forced_tokens(server) | old_tokens(server) | deleted_tokens(server)
    assert made.keys() == KINDS.keys()
    return made


def broken_tokens(admin: Api, user: Api) -> dict[str, str | None]:
    claims, now = claims_of(admin.access_token), int(time.time())
    return {
        "no token": None,
        "garbage": "garbage",
        "two segments": admin.access_token.rsplit(".", 1)[0],
        "other algorithm": make_token(claims, alg="HS512"),
        "none": make_token(claims, alg="none"),
        "other secret": make_token(claims, key="k" * 48),
        "expired": forge(admin.access_token, exp=now - 10),
        "expired refresh": forge(user.refresh_token, exp=now - 10),
        "not yet valid": forge(admin.access_token, nbf=now + 3600),
        "unknown type": forge(admin.access_token, type="api"),
        "without identity": forge(admin.access_token, identity=ABSENT),
    }


def good_tokens(admin: Api, user: Api) -> dict[str, str | None]:
    revoked = api_token(user)
    user.delete(f"/users/me/tokens/{claims_of(revoked)['jti']}", expect=204)
    claim = {"role": "admin", "username": "karmen", "force_pwd_change": False}
    return {
        "admin": admin.access_token,
        "admin, not fresh": admin.not_fresh().access_token,
        "admin refresh": admin.refresh_token,
        "API token of an admin": api_token(admin),
        "user": user.access_token,
        "user, not fresh": user.not_fresh().access_token,
        "user that claims to be admin": forge(user.access_token, user_claims=claim),
        "API token": api_token(user),
        "revoked API token": revoked,
    }


def suspended_tokens(server, admin: Api) -> dict[str, str | None]:
    person = server.add_user("suspended")
    script = api_token(person)
    admin.patch(f"/users/{identity(person.access_token)}", json={"suspended": True}, expect=200)
    return {
        "suspended": person.access_token,
        "suspended refresh": person.refresh_token,
        "API token of a suspended user": script,
    }


def forced_tokens(server) -> dict[str, str | None]:
    person, chief = server.add_user("forced"), server.add_user("forced admin", role="admin")
    script = api_token(person)
    for name in ("forced", "forced admin"):
        server.user_command("set-password", name, "--password-stdin", stdin="set-by-operator\n")
    person, chief = server.login("forced", "set-by-operator"), server.login("forced admin", "set-by-operator")
    return {
        "forced": person.access_token,
        "forced admin": chief.access_token,
        "forced refresh": person.refresh_token,
        "API token of a forced user": script,
    }


def old_tokens(server) -> dict[str, str | None]:
    person = server.add_user("changed")
    # Of another session than the one that makes the change.
    server.login("changed", person.password).change_password("newer-Passw0rd")
    return {
        "before the password change": person.access_token,
        "refresh from before the password change": person.refresh_token,
    }


def deleted_tokens(server) -> dict[str, str | None]:
    person = server.add_user("deleted")
    script = api_token(person)
    faults.delete_user(server, identity(person.access_token))
    return {
        "deleted user": person.access_token,
        "deleted user's refresh": person.refresh_token,
        "API token of a deleted user": script,
    }


# --- the walk -----------------------------------------------------------------------------------------------------------


def call(api: Api, method: str, path: str, who: str, token: str | None):
    """Of a stream nothing but status and header."""
    sent = {"address": {"params": {"token": token}}, "key": {"headers": {"X-Api-Key": token}}}.get(who, {})
    in_header = None if sent else token
    answer = api.with_token(in_header).request(method, path, stream=path in STREAMS, **(sent if token else {}))
    if path in STREAMS:
        answer.close()
    return answer


@pytest.mark.parametrize("name", KINDS)
def test_every_route_with(anonymous: Api, tokens: dict[str, str | None], name: str):
    """No body is sent, so a request that the token lets through ends at the route's own checks and changes nothing."""
    kind = KINDS[name]
    wrong = []
    for method, path, who in CALLS:
        wanted = expected(kind, who, method, path)
        if path in ENDS_SESSION and wanted is None:
            continue
        answer = call(anonymous, method, path, who, tokens[name])
        got = Refusal(answer.status_code, answer.json()["message"] if answer.status_code >= 400 else None)
        if wanted is None:
            # The log-in routes say 401 only to a wrong password, the others only to a token: none was sent.
            is_right = got.status not in (401, 403, 422) or (who == "key" and path.endswith("/printer/command"))
        else:
            is_right = got.status == wanted.status and wanted.message in (None, got.message)
        if not is_right:
            wrong.append(f"{method} {path}: {got}, but {wanted or 'it is open'}")
        if answer.status_code >= 400:
            assert answer.headers["Cache-Control"] == "private, no-store"
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", ["no token", "admin"])
def test_head_is_let_through_where_get_is(anonymous: Api, tokens: dict[str, str | None], name: str):
    wrong = []
    for path, who in [(path, who) for method, path, who in CALLS if method == "GET"]:
        refusal = expected(KINDS[name], who, "GET", path)
        head, get = (call(anonymous, method, path, who, tokens[name]) for method in ("HEAD", "GET"))
        assert head.content == b""
        if head.status_code != get.status_code or (refusal and head.status_code != refusal.status):
            wrong.append(f"{path}: {head.status_code}, but GET {get.status_code} and {refusal or 'it is open'}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.refused and name != "no token"])
def test_refusal_tells_only_the_kind_of_fault(anonymous: Api, tokens: dict[str, str | None], name: str):
    """No part of a token comes back in an answer."""
    token = tokens[name]
    answer = anonymous.with_token(token).get("/printers", expect=(401, 422))
    for part in token.split("."):
        assert part not in answer.text or part in ("", "garbage")


# --- is the list whole? -------------------------------------------------------------------------------------------------


def test_list_is_that_of_the_document(document: Document):
    """If a route is not in this list, nobody has decided who may call it."""
    listed = {(method, document.template_of(path)) for method, path, _ in CALLS}
    assert listed == {(method, path) for method, path, _ in document.operations()}


def allowed(header: str) -> set[str]:
    """The methods of a route; HEAD comes with GET, OPTIONS with everything."""
    return {method.strip() for method in header.split(",")} - {"HEAD", "OPTIONS"}


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.one_process
def test_list_names_every_method_of_a_path(anonymous: Api, path: str):
    answer = anonymous.request("OPTIONS", path, expect=(200, 204))
    assert allowed(answer.headers["Allow"]) == ROUTES[path].keys()
    assert allowed(anonymous.request("TRACE", path, expect=405).headers["Allow"]) == ROUTES[path].keys()


def test_method_comes_before_the_token(anonymous: Api):
    for path, methods in ROUTES.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods.keys():
            answer = anonymous.request(method, path, expect=405)
            assert allowed(answer.headers["Allow"]) == methods.keys(), f"{method} {path}"


@pytest.mark.parametrize(
    "path", ["/nowhere", "/users/me/nowhere/at/all", "/octoprint-emulator/printers", "/octoprint-emulator/api", "/gcodes/", "//x"]
)
def test_unknown_path_is_404_whatever_the_token(admin: Api, anonymous: Api, path: str):
    for method in ("GET", "POST", "DELETE", "OPTIONS"):
        admin.request(method, path, expect=404)
        anonymous.request(method, path, expect=404)
