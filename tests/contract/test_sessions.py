"""docs/api.md §1 (tokens) and §3 (/users/me…): the identity of users, and what happens to it when the account changes."""

import json
import time
from contextlib import ExitStack

import pytest

from support.api import UNKNOWN_UUID, UUID, Api, pointers
from support.raw import RawConnection, request
from support.server import ADMIN, ADMIN_PASSWORD, FIRST_ADMIN_PASSWORD, USER_PASSWORD
from support.tokens import ABSENT, claims_of, encode_segment, forge, header_of, make_token, sign

# One request for each route that needs a token, all of them valid as far as the token goes. A refresh token has its own.
ROUTES_WITH_ACCESS_TOKEN = [
    ("GET", "/users/me/probe"),
    ("PATCH", "/users/me"),
    ("GET", "/printers"),
    ("GET", "/printers/127.0.0.1"),
    ("POST", "/printers"),
    ("PATCH", "/printers/127.0.0.1"),
    ("DELETE", "/printers/127.0.0.1"),
    ("GET", "/gcodes"),
    ("POST", "/gcodes"),
    ("GET", "/gcodes/1"),
    ("GET", "/gcodes/1/data"),
    ("DELETE", "/gcodes/1"),
    ("GET", "/printjobs"),
    ("POST", "/printjobs"),
    ("GET", "/printjobs/1"),
]
LOGINS = ["/users/me/authenticate", "/users/me/authenticate-fresh"]
PROBE = "/users/me/probe"
REFRESH = "/users/me/authenticate-refresh"


def message(response) -> str:
    return response.json()["message"]


def authenticate(api: Api, body: dict, expect: int | tuple[int, ...], path: str = "/users/me/authenticate"):
    return api.post(path, json=body, expect=expect)


# --- logging in ---------------------------------------------------------------------------------------------------------


def test_login_gives_a_fresh_access_token_and_a_refresh_token(user: Api, anonymous: Api):
    answer = authenticate(anonymous, {"username": "ursula", "password": USER_PASSWORD}, 200)
    assert answer.json().keys() == {"access_token", "refresh_token"}
    assert answer.headers["Cache-Control"] in ("no-store", "private, no-store"), "it holds tokens"

    access = claims_of(answer.json()["access_token"])
    assert header_of(answer.json()["access_token"]) == {"typ": "JWT", "alg": "HS256"}
    assert access["type"] == "access" and access["fresh"] is True
    assert access["exp"] - access["iat"] == 15 * 60 and access["nbf"] == access["iat"]
    assert abs(access["iat"] - time.time()) < 60
    assert UUID.fullmatch(access["jti"]) and UUID.fullmatch(access["identity"])
    assert access["user_claims"] == {"role": "user", "username": "ursula", "force_pwd_change": False}

    refresh = claims_of(answer.json()["refresh_token"])
    assert refresh["type"] == "refresh" and refresh["identity"] == access["identity"]
    assert refresh["exp"] - refresh["iat"] == 30 * 24 * 3600
    assert refresh["jti"] != access["jti"]


def test_authenticate_fresh_gives_no_refresh_token(user: Api, anonymous: Api):
    body = {"username": "ursula", "password": USER_PASSWORD}
    answer = authenticate(anonymous, body, 200, "/users/me/authenticate-fresh").json()
    assert answer.keys() == {"access_token"}
    assert claims_of(answer["access_token"])["fresh"] is True


@pytest.mark.parametrize("path", LOGINS)
@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({"password": "x"}, {"/username"}),
        ({"username": "ursula"}, {"/password"}),
        ({"username": "", "password": "x"}, {"/username"}),
        ({"username": "ursula", "password": ""}, {"/password"}),
        ({"username": 5, "password": ["x"]}, {"/username", "/password"}),
        ({"other": 1}, {"/username", "/password"}),
    ],
)
def test_login_without_name_or_password_is_400(anonymous: Api, path: str, body: dict, missing: set[str]):
    assert pointers(authenticate(anonymous, body, 400, path)) == missing


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("nobody", USER_PASSWORD),
        ("ursula", "wrong"),
        ("URSULA", USER_PASSWORD),
        (" ursula", USER_PASSWORD),
        ("ursula", USER_PASSWORD + " "),
        ("ursula' OR '1'='1", USER_PASSWORD),
        ("ursula", "x" * 1000),
        ("u" * 500, "x"),
        ("日本", "🖨"),
    ],
    ids=lambda text: ascii(text)[:30],
)
def test_wrong_name_or_password_is_401_and_tells_nothing(user: Api, anonymous: Api, username: str, password: str):
    unknown = authenticate(anonymous, {"username": "nobody at all", "password": "x"}, 401).json()
    for path in LOGINS:
        problem = authenticate(anonymous, {"username": username, "password": password}, 401, path).json()
        assert (problem["message"], problem["code"]) == (unknown["message"], unknown["code"])


@pytest.mark.parametrize(
    ("username", "password"),
    [("ursula", USER_PASSWORD + "\0"), ("ursula\0", USER_PASSWORD), ("ursula", "x" * 10_000), ("u" * 10_000, "x")],
    ids=["NUL in the password", "NUL in the name", "long password", "long name"],
)
def test_names_and_passwords_that_cannot_be_are_refused(user: Api, anonymous: Api, username: str, password: str):
    authenticate(anonymous, {"username": username, "password": password}, (400, 401))


def test_lone_surrogates_do_no_harm(user: Api, anonymous: Api):
    body = b'{"username": "ursula", "password": "\\ud800"}'
    headers = {"Content-Type": "application/json"}
    anonymous.post("/users/me/authenticate", data=body, headers=headers, expect=(400, 401))


def test_login_ignores_the_authorization_header(user: Api):
    body = {"username": "ursula", "password": USER_PASSWORD}
    authenticate(user.with_token("nonsense"), body, 200)


def test_many_failures_are_throttled(new_server):
    server = new_server(options={"auth-login-failures-slow": "3", "auth-login-failures-max": "3", "auth-login-block": "1h"})
    api, admin = server.anonymous(), server.first_admin()
    answers = [authenticate(api, {"username": ADMIN, "password": f"wrong {n}"}, (401, 429)) for n in range(6)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    # The right password does not tell that it is right, wherever it is tried.
    for path in LOGINS:
        authenticate(api, {"username": ADMIN, "password": ADMIN_PASSWORD}, 429, path)
    change = {"password": ADMIN_PASSWORD, "new_password": "x", "new_password_confirmation": "x"}
    assert admin.patch("/users/me", json=change, expect=429).json()["code"] == "too_many_requests"


def test_many_names_from_one_address_are_throttled(new_server):
    server = new_server(options={"auth-login-names-slow": "3", "auth-login-names-interval": "1m"})
    api, admin = server.anonymous(), server.first_admin()
    for number in range(4):
        authenticate(api, {"username": f"name {number}", "password": "wrong"}, 401)
    # From here on the address has one attempt in a minute, whatever name it tries.
    for path in LOGINS:
        refused = authenticate(api, {"username": ADMIN, "password": ADMIN_PASSWORD}, 429, path)
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
    change = {"password": ADMIN_PASSWORD, "new_password": "x", "new_password_confirmation": "x"}
    assert admin.patch("/users/me", json=change, expect=429).json()["code"] == "too_many_requests"


@pytest.mark.parametrize(
    ("limit", "status", "code"),
    [("auth-logins-waiting-per-address-max", 429, "too_many_requests"), ("auth-logins-waiting-max", 503, "overloaded")],
)
def test_log_ins_that_wait_are_limited(new_server, limit: str, status: int, code: str):
    """One worker compares one password for a second, one log-in waits for it; more are refused at once."""
    server = new_server(options={"pools-cpu-threads": "1", limit: "1"})
    server.first_admin()
    server.options["auth-bcrypt-cost"] = "14"
    server.restart()
    body = json.dumps({"username": "nobody", "password": "wrong"}).encode()
    head = ("Content-Type: application/json", f"Content-Length: {len(body)}")
    with ExitStack() as stack:
        people = [stack.enter_context(RawConnection(server.port)) for _ in range(6)]
        for person in people:
            person.send(request("POST", "/users/me/authenticate", *head, body=body))
        answers = [person.read_response(expect=(status,)) for person in people]
    assert {answer.status for answer in answers} == {401, status}
    for refused in (answer for answer in answers if answer.status == status):
        assert refused.json()["code"] == code and int(refused.headers["retry-after"]) > 0


# --- the header and the token -------------------------------------------------------------------------------------------


def test_no_header_is_401(anonymous: Api):
    assert message(anonymous.get(PROBE, expect=401)) == "Missing Authorization Header"
    assert message(anonymous.post(REFRESH, expect=401)) == "Missing Authorization Header"


def test_scheme_is_known_in_any_case(user: Api, anonymous: Api):
    for scheme in ("Bearer", "bearer", "BEARER"):
        anonymous.get(PROBE, headers={"Authorization": f"{scheme} {user.access_token}"}, expect=200)


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer {t} {t}", "Basic {t}", "JWT {t}", "{t}", "Token {t}", "Bearer:{t}", ","]
)
def test_header_that_is_not_bearer_token_is_422(user: Api, anonymous: Api, header: str):
    anonymous.get(PROBE, headers={"Authorization": header.format(t=user.access_token)}, expect=422)


def test_token_outside_the_header_is_not_seen(user: Api, anonymous: Api):
    anonymous.get(f"{PROBE}?jwt={user.access_token}&access_token={user.access_token}", expect=401)


@pytest.mark.parametrize("token", ["x", "x.y", "x.y.z", "a.b.c.d", "..", "...", "x" * 9000, "e30.e30.e30", "é.é.é"])
def test_malformed_token_is_422(server, token: str):
    with RawConnection(server.port) as connection:
        connection.send(request("GET", PROBE, token=token))
        assert connection.read_response().status == 422


def resigned(token: str, *, alg: str = "HS256", key: str | None = None, header: dict | None = None) -> str:
    options = {} if key is None else {"key": key}
    return make_token(claims_of(token), alg=alg, header=header, **options)


WRONGLY_SIGNED = {
    "another key": lambda token: resigned(token, key="k" * 40),
    "empty key": lambda token: resigned(token, key=""),
    "none": lambda token: resigned(token, alg="none"),
    "None": lambda token: resigned(token, alg="none", header={"typ": "JWT", "alg": "None"}),
    "no algorithm": lambda token: resigned(token, header={"typ": "JWT"}),
    "HS384": lambda token: resigned(token, alg="HS384"),
    "HS512": lambda token: resigned(token, alg="HS512"),
    "HS512 said, HS256 done": lambda token: resigned(token, header={"typ": "JWT", "alg": "HS512"}),
    "header is a list": lambda token: resigned(token, header=["HS256"]),
    "signature cut": lambda token: token[:-4],
    "signature gone": lambda token: token.rsplit(".", 1)[0] + ".",
    "payload is a list": lambda token: make_token(["identity"]),
    "payload is text": lambda token: make_token("identity"),
    "payload is no JSON": lambda token: sign(f"{token.split('.')[0]}.{encode_segment(b'{')}"),
    "payload changed": lambda token: ".".join(
        [token.split(".")[0], encode_segment(json.dumps(claims_of(token) | {"fresh": True}).encode() + b" "), token.split(".")[2]]
    ),
}


@pytest.mark.parametrize("change", WRONGLY_SIGNED.values(), ids=WRONGLY_SIGNED.keys())
def test_wrongly_signed_token_is_422(user: Api, change):
    user.with_token(change(user.access_token)).get(PROBE, expect=422)
    user.with_token(change(user.refresh_token)).post(REFRESH, expect=422)


def test_forged_token_is_what_the_tests_below_stand_on(user: Api):
    """A token made by hand with the server's key and the claims of a real one is accepted."""
    user.with_token(forge(user.access_token)).get(PROBE, expect=200)


def test_expired_token_is_401(user: Api):
    expired = int(time.time()) - 10
    answer = user.with_token(forge(user.access_token, exp=expired)).get(PROBE, expect=401)
    assert message(answer) == "Token has expired"
    answer = user.with_token(forge(user.refresh_token, exp=expired)).post(REFRESH, expect=401)
    assert message(answer) == "Token has expired"


def test_token_of_the_future_is_422(user: Api):
    user.with_token(forge(user.access_token, nbf=int(time.time()) + 3600)).get(PROBE, expect=422)


def test_expired_token_with_a_wrong_signature_is_422(user: Api):
    """Nothing that an unsigned token says is believed, not even that it is old."""
    claims = claims_of(user.access_token) | {"exp": 1}
    user.with_token(make_token(claims, key="k" * 40)).get(PROBE, expect=422)


def test_each_kind_of_token_has_its_place(user: Api):
    for method, path in ROUTES_WITH_ACCESS_TOKEN:
        answer = user.with_token(user.refresh_token).request(method, path, expect=422)
        assert message(answer) == "Only access tokens are allowed"
    assert message(user.post(REFRESH, expect=422)) == "Only refresh tokens are allowed"


@pytest.mark.parametrize("type", ["api", "", "Access"])
def test_unknown_kind_of_token_is_422(user: Api, type: str):
    user.with_token(forge(user.access_token, type=type)).get(PROBE, expect=422)


@pytest.mark.parametrize(
    "identity", [UNKNOWN_UUID, "nobody", "", 5, None, True, ["x"], {"a": 1}, ABSENT], ids=lambda value: repr(value)[:20]
)
def test_token_without_a_usable_identity_is_401(user: Api, identity: object):
    for method, path in ROUTES_WITH_ACCESS_TOKEN:
        user.with_token(forge(user.access_token, identity=identity)).request(method, path, expect=401)
    user.with_token(forge(user.refresh_token, identity=identity)).post(REFRESH, expect=401)


def test_identity_is_compared_as_a_uuid(user: Api):
    identity = claims_of(user.access_token)["identity"].upper()
    user.with_token(forge(user.access_token, identity=identity)).get(PROBE, expect=200)


@pytest.mark.parametrize("claim", ["iat", "nbf", "exp", "jti", "fresh", "type", "user_claims"])
@pytest.mark.parametrize(
    "value", [None, "text", [], {}, -1, 1.5, 10**30, True, ABSENT], ids=lambda value: "absent" if value is ABSENT else repr(value)
)
def test_odd_claims_never_break_the_server(user: Api, claim: str, value: object):
    for token in (user.access_token, user.refresh_token):
        strange = user.with_token(forge(token, **{claim: value}))
        strange.get(PROBE, expect=(200, 401, 422))
        strange.patch("/users/me", expect=(400, 401, 422))


def test_every_claim_of_the_server_is_checked(user: Api):
    """Whatever else the server writes into its tokens (a generation of the password, say): odd values do no harm."""
    for claim in claims_of(user.access_token):
        for value in (None, "text", [], -5):
            user.with_token(forge(user.access_token, **{claim: value})).get(PROBE, expect=(200, 401, 422))


# --- refresh and probe --------------------------------------------------------------------------------------------------


def test_refreshed_token_is_not_fresh(user: Api):
    answer = user.with_token(user.refresh_token).post(REFRESH, expect=200).json()
    assert answer.keys() == {"access_token"}
    claims = claims_of(answer["access_token"])
    assert claims["fresh"] is False and claims["type"] == "access"
    assert claims["user_claims"]["username"] == "ursula"
    user.with_token(answer["access_token"]).get(PROBE, expect=200)


def test_refresh_ignores_its_body(user: Api):
    headers = {"Content-Type": "application/json"}
    user.with_token(user.refresh_token).post(REFRESH, data=b"{", headers=headers, is_documented=False, expect=200)


def test_probe(user: Api):
    assert user.get(PROBE, expect=200).json() == {"force_pwd_change": False}


# --- roles and freshness ------------------------------------------------------------------------------------------------

ADMIN_ROUTES = [("POST", "/printers"), ("PATCH", "/printers/127.0.0.1"), ("DELETE", "/printers/127.0.0.1")]


@pytest.mark.parametrize(("method", "path"), ADMIN_ROUTES)
def test_users_may_not_administrate(user: Api, method: str, path: str):
    assert user.request(method, path, expect=401).json()["code"] == "role_required"


@pytest.mark.parametrize(("method", "path"), ADMIN_ROUTES)
def test_administration_needs_a_fresh_token(admin: Api, method: str, path: str):
    assert message(admin.not_fresh().request(method, path, expect=401)) == "Fresh token required"


def test_password_change_needs_a_fresh_token(user: Api):
    assert message(user.not_fresh().patch("/users/me", expect=401)) == "Fresh token required"


def test_role_is_the_account_s_not_the_token_s(user: Api):
    claims = {"role": "admin", "username": ADMIN, "force_pwd_change": False}
    forged = user.with_token(forge(user.access_token, user_claims=claims))
    assert forged.post("/printers", json={"host": "127.0.0.1:1", "name": "x"}, expect=401).json()["code"] == "role_required"


# --- the password change ------------------------------------------------------------------------------------------------


def change(old: object, new: object, confirmation: object) -> dict:
    return {"password": old, "new_password": new, "new_password_confirmation": confirmation}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"new_password": "newer-pw", "new_password_confirmation": "newer-pw"}, "/password"),
        ({"password": USER_PASSWORD, "new_password_confirmation": "newer-pw"}, "/new_password"),
        ({"password": USER_PASSWORD, "new_password": "newer-pw"}, "/new_password_confirmation"),
        (change(USER_PASSWORD, "newer-pw", "newest-pw"), "/new_password_confirmation"),
        (change("", "newer-pw", "newer-pw"), "/password"),
        (change(USER_PASSWORD, "", ""), "/new_password"),
        (change(USER_PASSWORD, 12345678, 12345678), "/new_password"),
        (change(USER_PASSWORD, "new\0password", "new\0password"), "/new_password"),
        (change(USER_PASSWORD, "x" * 5000, "x" * 5000), "/new_password"),
        (change(USER_PASSWORD, "x" * 73, "x" * 73), "/new_password"),
    ],
    ids=["no old", "no new", "no confirmation", "not equal", "empty old", "empty new", "numbers", "NUL", "too long", "too long for bcrypt"],
)
def test_password_change_that_is_not_accepted(user: Api, body: dict, named: str):
    assert named in pointers(user.patch("/users/me", json=body, expect=400))
    user.get(PROBE, expect=200)


def test_password_change_with_a_wrong_password_is_401(user: Api):
    user.patch("/users/me", json=change("wrong", "newer-password", "newer-password"), expect=401)
    user.get(PROBE, expect=200)


def test_password_change_ends_all_other_sessions(server, admin: Api):
    old = server.add_user("paula")
    elsewhere = server.login("paula", old.password)
    refreshed = old.not_fresh()

    answer = old.patch("/users/me", json=change(old.password, "paula-newer", "paula-newer"), expect=200).json()
    assert answer.keys() == {"access_token"}
    claims = claims_of(answer["access_token"])
    assert claims["fresh"] is True and claims["user_claims"]["force_pwd_change"] is False

    old.with_token(answer["access_token"]).get(PROBE, expect=200)
    # The session that made the change goes on; clients keep their first refresh token.
    for token in (old.access_token, refreshed.access_token):
        old.with_token(token).get("/printers", expect=200)
    old.with_token(old.refresh_token).post(REFRESH, expect=200)
    elsewhere.get(PROBE, expect=401)
    elsewhere.get("/printers", expect=401)
    elsewhere.with_token(elsewhere.refresh_token).post(REFRESH, expect=401)
    authenticate(server.anonymous(), {"username": "paula", "password": old.password}, 401)
    server.login("paula", "paula-newer")


def test_password_change_of_one_is_not_the_change_of_another(server, admin: Api, user: Api):
    server.add_user("petra").change_password("petra-newer")
    user.get(PROBE, expect=200)
    user.with_token(user.refresh_token).post(REFRESH, expect=200)


# --- forced password change ---------------------------------------------------------------------------------------------


def test_forced_password_change_closes_everything_else(new_server):
    server = new_server()
    forced = server.login(ADMIN, FIRST_ADMIN_PASSWORD)
    assert claims_of(forced.access_token)["user_claims"]["force_pwd_change"] is True

    open_to_them = {("GET", PROBE), ("PATCH", "/users/me")}
    not_fresh = forced.not_fresh()
    # What counts is the account, not what the token says of it.
    claims = claims_of(forced.access_token)["user_claims"] | {"force_pwd_change": False}
    lying = forced.with_token(forge(forced.access_token, user_claims=claims))
    for method, path in ROUTES_WITH_ACCESS_TOKEN:
        if (method, path) in open_to_them:
            continue
        for api in (forced, lying):
            assert message(api.request(method, path, expect=401)) == "Password change is enforced on this account!"
        not_fresh.request(method, path, expect=401)

    assert forced.get(PROBE, expect=200).json() == {"force_pwd_change": True}
    changed = forced.change_password(ADMIN_PASSWORD)
    assert changed.get(PROBE, expect=200).json() == {"force_pwd_change": False}
    changed.get("/printers", expect=200)
    forced.get("/printers", expect=200)


# --- suspension and other changes from the command line -----------------------------------------------------------------


def test_suspended_account_is_closed_everywhere(server, admin: Api):
    api = server.add_user("susanne", role="admin")
    server.user_command("suspend", "susanne")

    suspended = "This account has been suspended"
    for method, path in ROUTES_WITH_ACCESS_TOKEN:
        assert message(api.request(method, path, expect=401)) == suspended
    assert message(api.with_token(api.refresh_token).post(REFRESH, expect=401)) == suspended

    login = {"username": "susanne", "password": api.password}
    for path in LOGINS:
        assert message(authenticate(api, login, 401, path)) == "Account suspended"
    # Only who knows the password is told so.
    wrong = authenticate(api, login | {"password": "wrong"}, 401).json()
    unknown = authenticate(api, {"username": "nobody", "password": "wrong"}, 401).json()
    assert wrong["message"] == unknown["message"] != "Account suspended"

    server.user_command("resume", "susanne")
    api.get(PROBE, expect=401)
    authenticate(api, login, 200)


def test_role_changes_count_at_once(server, admin: Api):
    api = server.add_user("rita", role="admin")
    new_printer = {"host": "127.0.0.1:3", "name": "Rita's"}
    api.post("/printers", json=new_printer, expect=201)
    server.user_command("role", "rita", "user")
    api.delete("/printers/127.0.0.1:3", expect=401)
    server.user_command("role", "rita", "admin")
    api.delete("/printers/127.0.0.1:3", expect=204)


def test_password_set_on_the_command_line_ends_older_tokens(server, admin: Api):
    api = server.add_user("paul")
    server.user_command("set-password", "paul", "--password-stdin", stdin="another-password\n")
    api.get(PROBE, expect=401)
    api.with_token(api.refresh_token).post(REFRESH, expect=401)
    server.login("paul", "another-password")
