"""Starting prints through Karmen, and what became of them."""

import requests

from support.api import Api
from support.fakes import Answer
from support.gcodes import every_page
from support.wait import eventually


def add_printer(admin: Api, host: str, name: str = "A printer") -> str:
    admin.post("/printers", json={"host": host, "name": name}, expect=201)
    return host


def start(api: Api, gcode: dict, host: str, *, expect: int | tuple[int, ...] = 201) -> requests.Response:
    return api.post("/printjobs", json={"gcode": gcode["id"], "printer": host}, expect=expect)


def looks(api: Api, host: str) -> dict:
    return api.get(f"/printers/{host}?fields=status,job", expect=200).json()


def jobs_on(api: Api, host: str) -> list[dict]:
    return [job for job in every_page(api, "/printjobs") if job["printer_data"]["host"] == host]


def only_job(api: Api, host: str, state: str) -> dict:
    (job,) = jobs_on(api, host)
    assert job["state"] == state, job
    return job


def state_is(api: Api, host: str, state: str) -> dict:
    """Waits for it, looking at the printer as a page does."""

    def reached() -> dict:
        looks(api, host)
        (job,) = jobs_on(api, host)
        return job if job["state"] == state else {}

    return eventually(reached, within_s=30)


def job_of(gcode: dict, state: str) -> Answer:
    name = gcode["filename"]
    file = {"date": 1, "name": name, "display": name, "origin": "local", "path": f"karmen/{name}", "size": gcode["size"]}
    return Answer(body={"job": {"file": file}, "progress": {"completion": 0.5}, "state": state})
