"""GET /events"""

import pytest

from support.api import Api
from support.events import Follower
from support.fakes import FakePrinter
from support.gcodes import uploaded
from support.server import Server
from support.wait import eventually


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {
        "events-pulse-interval": "100ms",
        "events-history-max": "50",
        "auth-stream-check-interval": "50ms",
        "printers-check-interval-active": "200ms",
        "printers-check-interval": "500ms",
        "printers-status-max-age": "0s",
        "printers-list-interval": "200ms",
    }


@pytest.fixture
def printer(admin: Api, fake_printers) -> FakePrinter:
    (printer,) = fake_printers()
    admin.post("/printers", json={"host": printer.host, "name": "Followed"}, expect=201)
    yield printer
    admin.delete(f"/printers/{printer.host}")


def test_begins_with_reset_and_is_for_nobody_else(user: Api):
    with Follower(user) as follower:
        headers = follower.response.headers
        assert headers["Content-Type"] == "text/event-stream"
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        first = follower.next()
        assert (first.name, first.data) == ("reset", {})


def test_head_asks_and_follows_nothing(user: Api):
    answer = user.request("HEAD", "/events", expect=200)
    assert answer.headers["Content-Type"] == "text/event-stream"


def test_gcodes_come_and_go(user: Api):
    with Follower(user) as follower:
        assert follower.next().name == "reset"
        gcode = uploaded(user, "followed.gcode")
        assert follower.until("gcode", id=gcode["id"]).data == user.get(f"/gcodes/{gcode['id']}", expect=200).json()
        user.delete(f"/gcodes/{gcode['id']}", expect=204)
        assert follower.until("gcode-removed").data == {"id": gcode["id"]}


def test_prints_come_and_go_and_the_printer_is_seen_printing(user: Api, printer: FakePrinter):
    gcode = uploaded(user, "printed.gcode")
    with Follower(user) as follower:
        assert follower.next().name == "reset"
        started = user.post("/printjobs", json={"gcode": gcode["id"], "printer": printer.host}, expect=201).json()
        job = follower.until("printjob", id=started["id"], state="printing").data
        assert job == user.get(f"/printjobs/{started['id']}", expect=200).json()
        while (seen := follower.until("printer", host=printer.host).data)["status"]["state"] != "Printing":
            pass
        assert seen["name"] == "Followed" and seen["job"]["name"] and seen["webcam"]["message"] == "OK"
        assert "*" not in (seen["client"]["api_key"] or "")
        user.delete(f"/printjobs/{started['id']}", expect=204)
        assert follower.until("printjob-removed").data == {"id": started["id"]}


def test_printers_come_change_and_go(user: Api, admin: Api, fake_printers):
    (printer,) = fake_printers()
    with Follower(user) as follower:
        assert follower.next().name == "reset"
        admin.post("/printers", json={"host": printer.host, "name": "New"}, expect=201)
        added = follower.until("printer", host=printer.host).data
        assert added["status"]["state"] == "Operational"
        admin.patch(f"/printers/{printer.host}", json={"name": "Renamed"}, expect=200)
        follower.until("printer", host=printer.host, name="Renamed")
        admin.delete(f"/printers/{printer.host}", expect=204)
        follower.until("printer-removed", host=printer.host)


def test_a_printer_that_the_command_line_removes_is_gone(server: Server, user: Api, admin: Api, fake_printers):
    (printer,) = fake_printers()
    with Follower(user) as follower:
        admin.post("/printers", json={"host": printer.host, "name": "Short"}, expect=201)
        follower.until("printer", host=printer.host)
        server.command("printer", "remove", printer.host)
        follower.until("printer-removed", host=printer.host)


def test_who_comes_back_gets_what_was_missed(user: Api):
    with Follower(user) as follower:
        last = follower.next()
    missed = [uploaded(user, f"missed {n}.gcode")["id"] for n in range(3)]
    for way in ({"last_id": last.id}, {"path": f"/events?last_event_id={last.id}"}):
        with Follower(user, **way) as follower:
            # A printer of the test before may still be on its way out.
            events = [follower.until("gcode") for _ in missed]
        assert [event.data["id"] for event in events] == missed
    # From the middle, too: each is given once.
    with Follower(user, last_id=events[1].id) as follower:
        assert follower.until("gcode") == events[2]


def test_who_missed_too_much_is_told(user: Api):
    with Follower(user) as follower:
        last = follower.next()
    for n in range(60):
        uploaded(user, f"many {n}.gcode")

    def resumed() -> str:
        with Follower(user, last_id=last.id) as follower:
            return follower.next().name

    if user.server.arrangement in ("embedded", "postgres"):
        assert resumed() == "reset"
    for unknown in ("", "yesterday", "1-1", "99999999999999-0", "1-1-1", "-1"):
        with Follower(user, last_id=unknown) as follower:
            assert follower.next().name == "reset", unknown


def test_a_quiet_stream_has_a_pulse(user: Api):
    with Follower(user) as follower:
        follower.next()
        follower.wait_for_pulse()


def test_the_token_may_stand_in_the_address(user: Api, anonymous: Api):
    with Follower(anonymous, path=f"/events?token={user.access_token}") as follower:
        assert follower.next().name == "reset"
    anonymous.get("/events?token=garbage", expect=422)
    anonymous.get("/events", expect=401)


def test_who_may_not_any_more_is_cut_off(server: Server, admin: Api):
    """Suspended, or with a token that was revoked or a password that was changed elsewhere meanwhile."""
    suspended, changed, revoked = (server.add_user(name) for name in ("sue", "charles", "rea"))
    token = revoked.post("/users/me/tokens", json={"name": "script"}, expect=201).json()
    followers = [Follower(api) for api in (suspended, changed, revoked.with_token(token["access_token"]))]
    for follower in followers:
        assert follower.next().name == "reset"
    server.user_command("suspend", "sue")
    server.login("charles", changed.password).change_password("another-Passw0rd")
    revoked.delete(f"/users/me/tokens/{token['jti']}", expect=204)
    for follower in followers:
        follower.rest()


@pytest.mark.one_process
def test_proxies_are_told_not_to_collect_it(user: Api):
    with Follower(user) as follower:
        assert follower.response.headers["X-Accel-Buffering"] == "no"


@pytest.mark.one_process
def test_too_many_followers_are_refused(new_server):
    options = {"events-followers-max": "2", "events-pulse-interval": "50ms"}
    user = new_server(options=options).first_admin()
    followers = [Follower(user) for _ in range(2)]
    answer = user.get("/events", expect=503)
    assert answer.json()["code"] == "overloaded" and answer.headers["Retry-After"]
    for follower in followers:
        follower.__exit__()

    def has_room() -> bool:
        with user.again().get("/events", stream=True, expect=(200, 503)) as response:
            return response.status_code == 200

    eventually(has_room, what="followers who left make room")
