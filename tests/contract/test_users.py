"""docs/api.md §3 (/users): the administrator's work on other people's accounts."""

from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from support.api import UNKNOWN_UUID, UUID, Api, pointers
from support.gcodes import every_page
from support.server import ADMIN, ADMIN_PASSWORD, USER_PASSWORD
from support.tokens import claims_of

MEMBERS = {"uuid", "username", "role", "suspended"}
PASSWORD = "initial-Passw0rd"


ABSENT = object()


def new_user(name: str, **changes: object) -> dict:
    body = {"username": name, "role": "user", "password": PASSWORD, "password_confirmation": PASSWORD} | changes
    return {member: value for member, value in body.items() if value is not ABSENT}


def add(admin: Api, name: str, **changes: object) -> dict:
    return admin.post("/users", json=new_user(name, **changes), expect=201).json()


def names(api: Api, query: str = "") -> list[str]:
    return [user["username"] for user in every_page(api, f"/users?{query}")]


def own_uuid(api: Api) -> str:
    return claims_of(api.access_token)["identity"]


# --- adding -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["user", "admin"])
def test_new_account(server, admin: Api, role: str):
    created = add(admin, f"new {role}", role=role)
    assert created.keys() == MEMBERS
    assert UUID.fullmatch(created["uuid"])
    assert (created["username"], created["role"], created["suspended"]) == (f"new {role}", role, False)
    assert created in every_page(admin, "/users")
    assert claims_of(server.login(f"new {role}", PASSWORD).access_token)["identity"] == created["uuid"]


def test_password_must_be_changed_at_the_first_login(server, admin: Api):
    add(admin, "newcomer")
    newcomer = server.login("newcomer", PASSWORD)
    assert claims_of(newcomer.access_token)["user_claims"]["force_pwd_change"] is True
    assert newcomer.get("/users/me/probe", expect=200).json() == {"force_pwd_change": True}
    for path in ("/printers", "/gcodes", "/printjobs", "/settings", "/users/me/tokens"):
        problem = newcomer.get(path, expect=401).json()
        assert problem["message"] == "Password change is enforced on this account!"
    settled = newcomer.change_password("my-own-Passw0rd")
    assert settled.get("/users/me/probe", expect=200).json() == {"force_pwd_change": False}
    settled.get("/printers", expect=200)


def test_new_account_is_not_suspended_whatever_the_body_says(admin: Api):
    assert add(admin, "eager", suspended=True, uuid=UNKNOWN_UUID)["suspended"] is False


@pytest.mark.parametrize(
    "name",
    ["x" * 128, "日本の利用者", "é" * 128, " padded ", "a'b\"c;--", "<b>", "🖨", "../../etc", "KaRo"],
    ids=lambda name: ascii(name)[:20],
)
def test_names_are_kept_as_they_are(server, admin: Api, name: str):
    assert add(admin, name)["username"] == name
    assert name in names(admin)
    server.login(name, PASSWORD)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"username": ABSENT}, "/username"),
        ({"username": ""}, "/username"),
        ({"username": None}, "/username"),
        ({"username": 5}, "/username"),
        ({"username": ["x"]}, "/username"),
        ({"username": "x" * 129}, "/username"),
        ({"username": "é" * 129}, "/username"),
        ({"username": "x" * 100_000}, "/username"),
        ({"username": "nul\0"}, "/username"),
        ({"username": "two\nlines"}, "/username"),
        ({"username": " "}, "/username"),
        ({"username": "\u3000\u00a0"}, "/username"),
        ({"username": "\u200b"}, "/username"),
        ({"username": "karmen\u0085"}, "/username"),
        ({"username": "\u202enemrak"}, "/username"),
        ({"username": "kar\u2066men"}, "/username"),
        ({"password": ABSENT}, "/password"),
        ({"password": "", "password_confirmation": ""}, "/password"),
        ({"password": 5, "password_confirmation": 5}, "/password"),
        ({"password": "x\0", "password_confirmation": "x\0"}, "/password"),
        ({"password": "x" * 5000, "password_confirmation": "x" * 5000}, "/password"),
        ({"password": "x" * 73, "password_confirmation": "x" * 73}, "/password"),
        ({"password": "é" * 37, "password_confirmation": "é" * 37}, "/password"),
        ({"password_confirmation": ABSENT}, "/password_confirmation"),
        ({"password_confirmation": PASSWORD + "x"}, "/password_confirmation"),
        ({"password_confirmation": PASSWORD.upper()}, "/password_confirmation"),
        ({"role": ABSENT}, "/role"),
        ({"role": None}, "/role"),
        ({"role": ""}, "/role"),
        ({"role": "root"}, "/role"),
        ({"role": "Admin"}, "/role"),
        ({"role": "admin "}, "/role"),
        ({"role": ["admin"]}, "/role"),
        ({"role": True}, "/role"),
    ],
    ids=lambda value: "absent" if value is ABSENT else repr(value)[:30],
)
def test_bad_input_is_400_and_adds_nobody(admin: Api, changes: dict, named: str):
    before = names(admin)
    answer = admin.post("/users", json=new_user("never there", **changes), expect=400)
    assert named in pointers(answer)
    assert names(admin) == before


def test_everything_wrong_is_told_at_once(admin: Api):
    answer = admin.post("/users", json={"role": "root"}, expect=400)
    assert {"/username", "/password", "/role"} <= pointers(answer)


def test_longest_password(server, admin: Api):
    """A log-in compares only 72 bytes of the password, as 0.0.13 did, because its passwords may be longer."""
    longest = "é" * 36
    add(admin, "long password", password=longest, password_confirmation=longest)
    server.login("long password", longest)
    server.login("long password", longest + "and more")
    login = {"username": "long password", "password": longest[:-1]}
    server.anonymous().post("/users/me/authenticate", json=login, expect=401)


def test_name_that_is_taken_is_409(admin: Api):
    add(admin, "taken")
    before = names(admin)
    assert admin.post("/users", json=new_user("taken"), expect=409).json()["code"] == "conflict"
    assert names(admin) == before
    # People do not see differences of case, or blanks at the ends of names.
    for same in ("Taken", "taken "):
        admin.post("/users", json=new_user(same), expect=409)
    add(admin, "tak en")


# --- changing -----------------------------------------------------------------------------------------------------------


def test_role_and_suspension(admin: Api):
    account = add(admin, "changing")
    path = f"/users/{account['uuid']}"
    assert admin.patch(path, json={"role": "admin"}, expect=200).json() == account | {"role": "admin"}
    assert admin.patch(path, json={"suspended": True}, expect=200).json() == account | {"role": "admin", "suspended": True}
    assert admin.patch(path, json={"role": "user", "suspended": False}, expect=200).json() == account
    assert admin.patch(path, json={"username": "other", "uuid": "x", "foo": 1}, expect=200).json() == account
    assert account in every_page(admin, "/users")


def test_uuid_is_compared_as_a_uuid(admin: Api):
    account = add(admin, "upper case")
    changed = admin.patch(f"/users/{account['uuid'].upper()}", json={"role": "admin"}, expect=200).json()
    assert changed == account | {"role": "admin"}


def test_nobody_changes_the_own_account(admin: Api):
    own = own_uuid(admin)
    for spelling in (own, own.upper(), own.title()):
        for body in ({"role": "user"}, {"suspended": True}, {"role": "admin"}, {"suspended": False}, {"role": "root"}):
            admin.patch(f"/users/{spelling}", json=body, expect=409)
    (found,) = [user for user in every_page(admin, "/users") if user["uuid"] == own]
    assert (found["role"], found["suspended"]) == ("admin", False)


@pytest.mark.parametrize("id", [UNKNOWN_UUID, "nobody", "1", "me2", "0" * 32, "é", "x" * 500])
def test_unknown_user_is_404(admin: Api, id: str):
    assert admin.patch(f"/users/{id}", json={"role": "user"}, expect=404).json()["code"] == "user_not_found"
    # The user comes before the body.
    admin.patch(f"/users/{id}", expect=404)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, ""),
        ([], ""),
        ({"role": "root"}, "/role"),
        ({"role": None}, "/role"),
        ({"role": ""}, "/role"),
        ({"role": 1}, "/role"),
        ({"role": "ADMIN"}, "/role"),
        ({"suspended": "yes"}, "/suspended"),
        ({"suspended": 1}, "/suspended"),
        ({"suspended": []}, "/suspended"),
        ({"suspended": True, "role": "root"}, "/role"),
    ],
    ids=repr,
)
def test_change_with_bad_input_is_400_and_changes_nothing(admin: Api, user: Api, body: object, named: str):
    before = every_page(admin, "/users")
    assert named in pointers(admin.patch(f"/users/{own_uuid(user)}", json=body, expect=400))
    assert every_page(admin, "/users") == before


def test_suspended_user_is_out_at_once(server, admin: Api):
    person = server.add_user("suspended person")
    path = f"/users/{own_uuid(person)}"
    admin.patch(path, json={"suspended": True}, expect=200)
    assert person.get("/users/me/probe", expect=401).json()["message"] == "This account has been suspended"
    person.with_token(person.refresh_token).post("/users/me/authenticate-refresh", expect=401)
    anonymous = server.anonymous()
    right = anonymous.post("/users/me/authenticate", json={"username": "suspended person", "password": USER_PASSWORD}, expect=401)
    assert right.json()["message"] == "Account suspended"
    wrong = anonymous.post("/users/me/authenticate", json={"username": "suspended person", "password": "guess"}, expect=401)
    assert wrong.json()["message"] != "Account suspended", "only who knows the password may learn it"
    admin.patch(path, json={"suspended": False}, expect=200)
    person.get("/users/me/probe", expect=401)
    server.login("suspended person", USER_PASSWORD).not_fresh().get("/printers", expect=200)


def test_role_is_the_account_s_now(server, admin: Api):
    person = server.add_user("promoted")
    path = f"/users/{own_uuid(person)}"
    assert person.get("/users", expect=401).json()["code"] == "role_required"
    admin.patch(path, json={"role": "admin"}, expect=200)
    person.get("/users", expect=200)
    admin.patch(path, json={"role": "user"}, expect=200)
    assert person.get("/users", expect=401).json()["code"] == "role_required"


def test_administrators_may_change_each_other(server, admin: Api):
    second = server.add_user("second admin", role="admin")
    third = server.add_user("third admin", role="admin")
    second.patch(f"/users/{own_uuid(third)}", json={"suspended": True}, expect=200)
    third.get("/users", expect=401)
    second.patch(f"/users/{own_uuid(third)}", json={"suspended": False}, expect=200)
    server.login("third admin", third.password).get("/users", expect=200)


# --- who may ------------------------------------------------------------------------------------------------------------

ROUTES = [("GET", "/users"), ("POST", "/users"), ("PATCH", f"/users/{UNKNOWN_UUID}")]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_accounts_are_for_administrators_with_a_fresh_token(admin: Api, user: Api, anonymous: Api, method: str, path: str):
    anonymous.request(method, path, expect=401)
    assert user.request(method, path, expect=401).json()["code"] == "role_required"
    assert admin.not_fresh().request(method, path, expect=401).json()["message"] == "Fresh token required"
    answer = admin.request(method, path, expect=(200, 400, 404))
    assert answer.headers["Cache-Control"] == "private, no-store"


# --- the list -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def people(admin: Api) -> list[dict]:
    """Some more accounts, with equal roles among them."""
    return [add(admin, f"listed {n:02}", role="admin" if n % 3 == 0 else "user") for n in range(9)]


def test_list_is_by_uuid_and_tells_nothing_of_passwords(admin: Api, people: list[dict]):
    answer = admin.get("/users", expect=200)
    items = answer.json()["items"]
    assert all(item.keys() == MEMBERS for item in items)
    assert [item["uuid"] for item in items] == sorted(item["uuid"] for item in items)
    assert all(person in items for person in people)
    assert "$2" not in answer.text


@pytest.mark.parametrize("limit", [1, 2, 5])
@pytest.mark.parametrize("order_by", ["", "uuid", "-uuid", "username", "-username", "role", "-role", "created"])
def test_pages_hold_everybody_once(admin: Api, people: list[dict], order_by: str, limit: int):
    whole = names(admin, f"order_by={order_by}")
    assert len(whole) == len(set(whole))
    assert names(admin, f"order_by={order_by}&limit={limit}") == whole
    if order_by.endswith("username"):
        assert whole == sorted(whole, reverse=order_by.startswith("-"))


def test_start_with_is_a_uuid(admin: Api, people: list[dict]):
    everybody = [item["uuid"] for item in every_page(admin, "/users")]
    page = admin.get("/users?limit=2", expect=200).json()
    assert dict(parse_qsl(urlsplit(page["next"]).query)) == {"limit": "2", "start_with": everybody[2]}
    for start in (everybody[3], everybody[3].upper()):
        items = admin.get(f"/users?start_with={start}", expect=200).json()["items"]
        assert [item["uuid"] for item in items] == everybody[3:]
    for nonsense in ("x", "", "5", "-1", "~"):
        items = admin.get(f"/users?start_with={nonsense}", expect=200).json()["items"]
        assert [item["uuid"] for item in items] == everybody


def test_filter(admin: Api, people: list[dict]):
    assert names(admin, "filter=username:" + quote("^LISTED 0[1-3]$")) == names(admin, "filter=username:" + quote("listed 0[1-3]"))
    assert sorted(names(admin, "filter=username:^listed")) == [person["username"] for person in people]
    assert ADMIN in names(admin, "filter=role:^admin$") and "listed 01" not in names(admin, "filter=role:^admin$")
    assert sorted(names(admin, "filter=username:^listed&limit=2&order_by=-role")) == [person["username"] for person in people]
    # Unknown columns and what is no filter are ignored; what a filter must not reach does not tell anything.
    everybody = names(admin)
    for ignored in ("nonsense:x", "x", "pwd_hash:zzz", "local_users.pwd_hash:zzz"):
        assert names(admin, f"filter={ignored}") == everybody
    assert "/filter" in pointers(admin.get("/users?filter=username:(", expect=400))


def test_order(admin: Api, people: list[dict]):
    everybody = names(admin)
    # docs/api.md §3: ordering by `suspended` is ignored.
    assert names(admin, "order_by=suspended") == everybody == names(admin, "order_by=-suspended&limit=3")
    for order_by in ("nonsense", "pwd_hash", "username,role", "USERNAME", "username'--"):
        assert "/order_by" in pointers(admin.get(f"/users?order_by={quote(order_by)}", expect=400))


def test_accounts_survive_a_restart(new_server):
    server = new_server()
    admin = server.first_admin()
    account = add(admin, "lasting")
    admin.patch(f"/users/{account['uuid']}", json={"suspended": True, "role": "admin"}, expect=200)
    before = every_page(admin, "/users")
    server.restart()
    assert every_page(server.login(ADMIN, ADMIN_PASSWORD), "/users") == before
