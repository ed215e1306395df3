"""GET /audit: who did what, from where, and how it went; without a secret."""

import re

import pytest

from support.api import UNKNOWN_UUID, Api
from support.events import Follower
from support.fakes import Answer, ScriptedPrinter, settings_body
from support.gcodes import every_page
from support.server import ADMIN, USER_PASSWORD, Server
from support.tokens import claims_of
from support.wait import eventually
from support.webcams import Viewer, small_jpeg


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"auth-stream-check-interval": "50ms"}


MEMBERS = {"id", "time", "action", "user_uuid", "username", "address", "target", "result", "times"}


def entries(admin: Api, column: str, pattern: str) -> list[dict]:
    return every_page(admin, f"/audit?filter={column}:{pattern}&limit=1000")


def only(found: list[dict]) -> dict:
    assert len(found) == 1, found
    return found[0]


def test_change_is_there_when_it_was_answered(admin: Api):
    admin.post("/printers", json={"host": "127.0.0.7:5", "name": "p", "api_key": "secret-key"}, expect=201)
    admin.patch("/printers/127.0.0.7:5", json={"api_key": "other-secret-key"}, expect=200)
    admin.delete("/printers/127.0.0.7:5", expect=204)
    found = entries(admin, "target", "127.0.0.7:5")
    assert [entry["action"] for entry in found] == ["printer.add", "printer.key", "printer.remove"]
    for entry in found:
        assert entry.keys() == MEMBERS
        assert (entry["username"], entry["result"], entry["times"]) == (ADMIN, "ok", 1)
        assert entry["user_uuid"] == claims_of(admin.access_token)["identity"]
        assert entry["address"] == "127.0.0.1"


def test_tasks_that_are_started(admin: Api):
    code = admin.post("/tasks", json={"task": "scan_network"}, expect=500).json()["code"]
    entry = only(eventually(lambda: entries(admin, "action", "task.start")))
    assert (entry["username"], entry["result"]) == (ADMIN, code)


def test_login_and_what_follows_from_it(server: Server, admin: Api):
    person = server.add_user("audited")
    token = person.post("/users/me/tokens", json={"name": "my script"}, expect=201).json()
    person.delete(f"/users/me/tokens/{token['jti']}", expect=204)
    person.post("/settings", json=[], expect=401)
    actions = [entry["action"] for entry in entries(admin, "username", "^audited$")]
    for action in ("login", "password.change", "token.add", "token.revoke"):
        assert action in actions
    assert only(entries(admin, "action", "token.add"))["target"] == "my script"
    refused = eventually(lambda: [e for e in entries(admin, "username", "^audited$") if e["result"] == "role_required"])
    assert only(refused)["action"] == "setting.change"
    text = admin.get("/audit?limit=1000", expect=200).text
    for secret in (USER_PASSWORD, token["access_token"], "secret-key"):
        assert secret not in text


def test_refusals_name_who_was_tried_and_never_the_password(server: Server, admin: Api, anonymous: Api):
    body = {"username": "nobody at all", "password": "tried-Passw0rd"}
    for _ in range(3):
        anonymous.post("/users/me/authenticate", json=body, expect=401)
    anonymous.with_token("garbage").get("/printers", expect=422)
    entry = eventually(lambda: entries(admin, "username", "nobody at all"))[0]
    assert (entry["action"], entry["result"], entry["user_uuid"]) == ("login", "wrong_credentials", None)
    access = eventually(lambda: entries(admin, "result", "invalid_token"))[0]
    assert (access["action"], access["target"], access["username"]) == ("access", "GET /printers", None)
    assert "tried-Passw0rd" not in admin.get("/audit?limit=1000", expect=200).text


def test_account_changes(admin: Api, server: Server):
    uuid = claims_of(server.add_user("blocked").access_token)["identity"]
    for change in ({"suspended": True}, {"suspended": False}, {"role": "admin"}):
        admin.patch(f"/users/{uuid}", json=change, expect=200)
    assert [e["action"] for e in entries(admin, "target", uuid)] == ["account.suspend", "account.resume", "account.role"]
    admin.patch(f"/users/{UNKNOWN_UUID}", json={"role": "user"}, expect=404)
    entry = eventually(lambda: entries(admin, "target", UNKNOWN_UUID))[0]
    assert (entry["action"], entry["result"]) == ("account.change", "user_not_found")


def test_command_line_is_recorded(server: Server, admin: Api):
    server.user_command("add", "of the shell", "--password-stdin", stdin="a-good-password\n")
    server.user_command("suspend", "of the shell")
    server.user_command("suspend", "not there", expect=1)
    found = entries(admin, "target", "of the shell")
    assert [(e["action"], e["address"], e["result"]) for e in found] == [
        ("account.add", None, "ok"),
        ("account.suspend", None, "ok"),
    ]
    assert only(entries(admin, "target", "not there"))["result"] == "user_not_found"
    listed = server.listed("audit", "list", "--filter", "target:of the shell")
    assert listed == found[::-1]
    assert "command line" in server.command("audit", "list").stdout


# --- streams --------------------------------------------------------------------------------------------------------------


def ends_of(admin: Api, username: str, action: str) -> list[str]:
    """The targets, which say why."""
    return [entry["target"] for entry in entries(admin, "username", f"^{username}$") if entry["action"] == action]


def test_stream_of_events_begins_and_ends(server: Server, admin: Api):
    person = server.add_user("follower")
    with Follower(person) as follower:
        follower.next()
        eventually(lambda: ends_of(admin, "follower", "events.begin"))
        assert ends_of(admin, "follower", "events.end") == []
    ended = only(eventually(lambda: ends_of(admin, "follower", "events.end")))
    assert re.fullmatch(r"\d+ s, the client left or reads nothing more", ended)


def test_stream_of_somebody_who_may_not_any_more(server: Server, admin: Api):
    with Follower(server.add_user("outcast")) as follower:
        follower.next()
        server.user_command("suspend", "outcast")
        follower.rest()
    ended = only(eventually(lambda: ends_of(admin, "outcast", "events.end")))
    assert re.fullmatch(r"\d+ s, the user may not have it any more", ended)


def test_stream_of_a_webcam_is_there_without_the_password_of_the_camera(
    server: Server, admin: Api, scripted_printer: ScriptedPrinter
):
    camera = f"http://view:s3cr3t@{scripted_printer.host}/webcam/?password=s3cr3t"
    scripted_printer.answers["/api/settings"] = Answer(body=settings_body(streamUrl=camera))
    scripted_printer.answers["/webcam/"] = Answer(body=small_jpeg(8), headers={"Content-Type": "image/jpeg"})
    host = scripted_printer.host
    admin.post("/printers", json={"host": host, "name": "Watched"}, expect=201)
    with Viewer(server.add_user("viewer"), host) as viewer:
        viewer.picture()
    ended = only(eventually(lambda: ends_of(admin, "viewer", "webcam.end")))
    assert re.fullmatch(re.escape(host) + r", \d+ s, the client left or reads nothing more", ended)
    assert ends_of(admin, "viewer", "webcam.begin") == [host]
    assert "s3cr3t" not in admin.get("/audit?limit=1000", expect=200).text


@pytest.mark.embedded
def test_streams_end_with_the_server(new_server, fake_printers):
    server = new_server()
    admin = server.first_admin()
    (printer,) = fake_printers()
    admin.post("/printers", json={"host": printer.host, "name": "Watched"}, expect=201)
    with Follower(admin) as follower, Viewer(admin, printer.host) as viewer:
        follower.next()
        viewer.picture()
        server.stop()
    ended = {e["action"]: e["target"] for e in server.listed("audit", "list") if e["action"].endswith(".end")}
    assert re.fullmatch(r"\d+ s, the server stops", ended["events.end"])
    assert re.fullmatch(re.escape(printer.host) + r", \d+ s, the server stops", ended["webcam.end"])


@pytest.mark.parametrize("column", ["id", "time", "action", "user_uuid", "username", "address", "target", "result", "times"])
def test_list_rules(admin: Api, server: Server, column: str):
    admin.patch(f"/users/{UNKNOWN_UUID}", json={"role": "user"}, expect=404)
    for sign in ("", "-"):
        order = f"/audit?order_by={sign}{column}"
        whole = admin.get(order, expect=200).json()["items"]
        assert len(whole) >= 2 and every_page(admin, order + "&limit=2")[: len(whole)] == whole
    assert all(item.keys() == {column} for item in admin.get(f"/audit?fields={column}", expect=200).json()["items"])
    assert admin.get("/audit?order_by=nonsense", expect=400).json()["errors"][0]["pointer"] == "/order_by"
