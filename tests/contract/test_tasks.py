"""GET /tasks: what is done in the background, and what became of it."""

import json

from support.api import UNKNOWN_UUID, Api, pointers
from support.events import Follower
from support.gcodes import every_page, uploaded
from support.server import Server
from support.wait import eventually

MEMBERS = {
    *("id", "kind", "origin", "user_uuid", "username", "state", "attempt", "queued", "started", "ended"),
    *("progress", "message", "result", "error"),
}


def added(server: Server, kind: str = "clean_store") -> str:
    return server.command("tasks", "add", kind).stdout.strip()


def in_state(admin: Api, task: str, state: str) -> dict:
    def look() -> dict | None:
        found = admin.get(f"/tasks/{task}", expect=200).json()
        return found if found["state"] == state else None

    return eventually(look, what=f"task {task} is {state}")


def test_a_task_is_shown_when_it_is_done(server: Server, admin: Api):
    task = added(server)
    done = in_state(admin, task, "done")
    assert done.keys() == MEMBERS
    assert (done["id"], done["kind"], done["origin"], done["attempt"]) == (task, "clean_store", "command_line", 1)
    assert done["queued"] <= done["started"] <= done["ended"]
    assert done["error"] is None and done["user_uuid"] is None
    assert done in admin.get("/tasks?limit=1000", expect=200).json()["items"]
    assert admin.get(f"/tasks/{task.upper()}", expect=200).json() == done


def test_a_task_that_nobody_can_do_says_why(server: Server, admin: Api):
    task = added(server, "make_coffee")
    waiting = in_state(admin, task, "retry_waiting")
    assert "make_coffee" in waiting["error"]
    assert waiting["ended"] is None and waiting["attempt"] >= 1


def test_unknown_task_is_404(admin: Api):
    for task in (UNKNOWN_UUID, "1", "x"):
        assert admin.get(f"/tasks/{task}", expect=404).json()["code"] == "task_not_found"


def test_list_is_newest_first_and_has_pages(server: Server, admin: Api):
    tasks = [added(server, "clean_audit") for _ in range(3)]
    for task in tasks:
        in_state(admin, task, "done")
    listed = every_page(admin, "/tasks?limit=1&filter=kind:^clean_audit$&fields=id,kind,queued")
    assert [item["id"] for item in listed if item["id"] in tasks] == tasks[::-1]
    assert all(item.keys() == {"id", "kind", "queued"} for item in listed)
    assert [item["queued"] for item in listed] == sorted((item["queued"] for item in listed), reverse=True)
    oldest = admin.get("/tasks?limit=1&order_by=queued&filter=kind:^clean_audit$", expect=200).json()["items"]
    assert oldest == [admin.get(f"/tasks/{listed[-1]['id']}", expect=200).json()]
    assert admin.get("/tasks?filter=state:^dead$", expect=200).json()["items"] == []
    assert pointers(admin.get("/tasks?order_by=progress", expect=400)) == {"/order_by"}
    assert pointers(admin.get("/tasks?filter=kind:(", expect=400)) == {"/filter"}


def test_the_scheduler_asks_without_a_user(admin: Api):
    kinds = {"clean_store", "analyze_missing", "clean_sessions", "clean_audit", "clean_tasks"}

    def done() -> bool:
        listed = every_page(admin, "/tasks?filter=origin:schedule")
        return kinds <= {item["kind"] for item in listed if item["state"] == "done"}

    eventually(done, what="every scheduled task was done and is shown")


def test_administrators_follow_tasks_and_nobody_else(server: Server, admin: Api, user: Api):
    with Follower(admin) as follower, Follower(user) as other:
        assert follower.next().name == other.next().name == "reset"
        task = added(server)
        assert follower.until("task", id=task, state="running").data["attempt"] == 1
        done = follower.until("task", id=task, state="done").data
        # Who asked is written after the task was queued, and the worker may be faster.
        now = admin.get(f"/tasks/{task}", expect=200).json()
        assert done | {"origin": "command_line"} == now | {"origin": "command_line"}
        gcode = uploaded(user, "after.gcode")
        seen = other.next()
        while seen.name != "gcode" or seen.data["id"] != gcode["id"]:
            assert seen.name != "task"
            seen = other.next()


def test_command_line_lists_them(server: Server, admin: Api):
    task = added(server)
    in_state(admin, task, "done")
    rows = json.loads(server.command("tasks", "list", "--json", "--filter", f"id:{task}").stdout)
    assert rows == [admin.get(f"/tasks/{task}", expect=200).json()]
    assert task in server.command("tasks", "list").stdout
