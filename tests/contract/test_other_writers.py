"""What another process writes into the database holds in the very next request, whatever the server keeps in memory."""

import pytest

from support.api import Api
from support.faults import execute
from support.server import Server
from support.tokens import claims_of

PROBE = "/users/me/probe"
MEMBERS = (
    "client, client_props, printer_props, protocol, tls_fingerprint, hostname",
    "'octoprint', '{}', '{}', 'http', '', ''",
)


def ask(api: Api, path: str = PROBE) -> None:
    """Several times, so that each process keeps what it can."""
    for _ in range(4):
        api.get(path, expect=200)


def refused(api: Api, code: str, path: str = PROBE) -> None:
    for _ in range(4):
        assert api.get(path, expect=401).json()["code"] == code


def names(admin: Api, path: str) -> list[str]:
    seen = [[printer["name"] for printer in admin.get(path, expect=200).json()["items"]] for _ in range(4)]
    assert all(each == seen[0] for each in seen), "processes differ"
    return seen[0]


def test_a_suspended_user_is_refused_at_once(server: Server):
    api = server.add_user("suspended-meanwhile")
    ask(api)
    execute(server, "UPDATE users SET suspended = TRUE WHERE username = ?", (api.username,))
    refused(api, "user_suspended")
    execute(server, "UPDATE users SET suspended = FALSE WHERE username = ?", (api.username,))
    ask(api)
    server.user_command("suspend", api.username)
    for _ in range(4):
        api.get(PROBE, expect=401)


def test_an_ended_session_is_refused_at_once(server: Server):
    api = server.add_user("signed-out-meanwhile")
    ask(api)
    assert execute(server, "DELETE FROM sessions WHERE id = ?", (claims_of(api.access_token)["sid"],)) == 1
    refused(api, "revoked_token")


def test_a_revoked_api_token_is_refused_at_once(server: Server, user: Api):
    token = user.post("/users/me/tokens", json={"name": "a script"}, expect=201).json()
    script = user.with_token(token["access_token"])
    ask(script, "/printers")
    execute(server, "UPDATE api_tokens SET revoked = TRUE WHERE jti = ?", (token["jti"],))
    refused(script, "revoked_token", "/printers")


def test_another_role_holds_at_once(server: Server):
    api = server.add_user("demoted-meanwhile", role="admin")
    ask(api, "/users")
    execute(server, "UPDATE users SET role = 'user' WHERE username = ?", (api.username,))
    refused(api, "role_required", "/users")
    server.user_command("role", api.username, "admin")
    ask(api, "/users")


@pytest.mark.parametrize("path", ["/printers", "/printers?fields=status,webcam,job"])
def test_the_list_of_printers_shows_other_rows_at_once(server: Server, admin: Api, path: str):
    assert names(admin, path) == []
    columns, values = MEMBERS
    execute(
        server,
        f"INSERT INTO printers (id, host, name, {columns}) VALUES (?, ?, 'first', {values})",
        ("6fdb1f6c-3c1f-4c8c-9f4e-2f1d7c0a5b91", "127.0.0.9:9"),
    )
    assert names(admin, path) == ["first"]
    execute(server, "UPDATE printers SET name = 'second'")
    assert names(admin, path) == ["second"]
    execute(server, "DELETE FROM printers")
    assert names(admin, path) == []
