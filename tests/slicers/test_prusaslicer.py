"""PrusaSlicer itself, on a virtual screen, sends the file that it has sliced."""

import os
import subprocess
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from support.api import Api
from support.fakes import sha1
from support.gcodes import download, every_page
from support.process import Process
from support.server import Server, run
from support.wait import eventually

MAIN_WINDOW = "based on Slic3r"
SEND_DIALOG = "Send G-Code"
# To load, slice and send a cube on a machine that draws everything by itself.
PATIENCE_S = 120

PRESETS = {
    "printer": {"printer_technology": "FFF", "gcode_flavor": "marlin2", "bed_shape": "0x0,200x0,200x200,0x200"},
    "print": {"layer_height": "0.3"},
    "filament": {"temperature": "200"},
}
# No questions at the first start, and no requests to its maker.
APPLICATION = {
    "version": "2.5.0",
    "view_mode": "expert",
    "show_splash_screen": "0",
    "show_hints": "0",
    "version_check": "0",
    "preset_update": "0",
    "notify_release": "none",
    "version_system_info_sent": "2.5.0",
}
CHOSEN = {"printer": "Karmen", "print": "Karmen", "filament": "Karmen", "physical_printer": "Farm * Karmen"}
CUBE_SIDES = ("013", "032", "467", "475", "045", "051", "237", "276", "026", "064", "157", "173")


def ini(values: dict[str, str]) -> str:
    return "".join(f"{name} = {value}\n" for name, value in values.items())


def write_cube(file: Path) -> None:
    """20 mm, as ASCII STL."""
    corners = list(product((0, 20), repeat=3))
    lines = ["solid cube"]
    for side in CUBE_SIDES:
        lines += ["facet normal 0 0 0", "outer loop"]
        lines += ["vertex {} {} {}".format(*corners[int(corner)]) for corner in side]
        lines += ["endloop", "endfacet"]
    file.write_text("\n".join([*lines, "endsolid cube"]))


def write_settings(directory: Path, address: str, key: str) -> None:
    """As if somebody had set up one printer of everything, and Karmen as the place to send to."""
    host = {"host_type": "octoprint", "print_host": address, "printhost_apikey": key, "printhost_authorization_type": "key"}
    files = {f"{kind}/Karmen.ini": ini(values) for kind, values in PRESETS.items()}
    files["physical_printer/Farm.ini"] = ini(host | {"printer_technology": "FFF", "preset_names": '"Karmen"'})
    files["PrusaSlicer.ini"] = ini(APPLICATION) + "\n[presets]\n" + ini(CHOSEN)
    for name, text in files.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)


class Screen:
    """An X server that draws into memory, with a window manager that gives dialogs the keyboard."""

    def __init__(self, directory: Path):
        self.directory = directory
        self._processes: list[Process] = []
        self.display = ""
        server = self.start("Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24", "-nolisten", "tcp")
        self.display = ":" + server.wait_for_lines(r"^\d+$")[0][0]
        # The program wants a locale that it has words for; Debian has none until it is made.
        run(["localedef", "-i", "en_US", "-f", "UTF-8", str(directory / "en_US.UTF-8")])
        self.start("openbox")

    @property
    def env(self) -> dict[str, str]:
        locale = {"LOCPATH": str(self.directory), "LC_ALL": "en_US.UTF-8", "LANG": "en_US.UTF-8"}
        return os.environ | locale | {"DISPLAY": self.display, "LIBGL_ALWAYS_SOFTWARE": "1", "HOME": str(self.directory)}

    def start(self, *command: str) -> Process:
        self._processes.append(Process(list(command), self.directory / f"{command[0]}.log", self.env))
        return self._processes[-1]

    def end(self) -> None:
        for process in reversed(self._processes):
            process.kill()

    def windows(self, title: str) -> list[str]:
        command = ["xdotool", "search", "--onlyvisible", "--name", title]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=30).stdout.split()

    def press(self, *keys: str) -> None:
        subprocess.run(["xdotool", "key", *keys], env=self.env, check=True, timeout=30)

    def type(self, text: str) -> None:
        subprocess.run(["xdotool", "type", text], env=self.env, check=True, timeout=30)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    screen = Screen(tmp_path)
    yield screen
    screen.end()


@pytest.fixture(scope="module")
def key(user: Api) -> str:
    return user.post("/users/me/tokens", json={"name": "PrusaSlicer"}, expect=201).json()["access_token"]


def send_from_prusaslicer(screen: Screen, address: str, key: str, name: str, *keys: str) -> None:
    """Slices the cube and sends it under that name; `keys` choose the button."""
    write_settings(screen.directory / "settings", address, key)
    write_cube(screen.directory / "cube.stl")
    settings, model = str(screen.directory / "settings"), str(screen.directory / "cube.stl")
    program = screen.start("prusa-slicer", "--datadir", settings, model)
    eventually(lambda: screen.windows(MAIN_WINDOW), within_s=PATIENCE_S, what="PrusaSlicer is there")

    def asked_for_a_name() -> bool:
        assert program.exit_code is None, program.output()
        screen.press("ctrl+shift+g")
        return eventually(lambda: bool(screen.windows(SEND_DIALOG)), within_s=2)

    eventually(asked_for_a_name, within_s=PATIENCE_S, what="PrusaSlicer asks for a name")
    screen.press("ctrl+a")
    screen.type(name)
    screen.press(*keys)


def stored(api: Api, name: str) -> list[dict]:
    return [gcode for gcode in every_page(api, "/gcodes") if gcode["display"] == name]


def test_upload(server: Server, user: Api, key: str, screen: Screen):
    send_from_prusaslicer(screen, f"{server.url}/octoprint-emulator", key, "doors/a hinge.gcode", "Return")
    (gcode,) = eventually(lambda: stored(user, "a hinge.gcode"), within_s=PATIENCE_S)
    assert gcode["path"] == "doors" and gcode["username"] == "ursula"
    assert b"generated by PrusaSlicer" in download(user, gcode)
    assert gcode["analysis"]["slicer"].startswith("PrusaSlicer") and gcode["analysis"]["time"]["estimate_s"] > 0


def test_upload_and_print(server: Server, admin: Api, user: Api, key: str, screen: Screen, fake_printers):
    (printer,) = fake_printers(speed=0.01)
    admin.post("/printers", json={"host": printer.host, "name": "In the workshop"}, expect=201)
    address = f"{server.url}/octoprint-emulator/printers/{printer.host}"
    send_from_prusaslicer(screen, address, key, "lid.gcode", "Tab", "Tab", "space")
    (job,) = eventually(lambda: every_page(user, "/printjobs"), within_s=PATIENCE_S)
    assert (job["printer_data"]["host"], job["username"]) == (printer.host, "ursula")
    ((path, file),) = printer.files().items()
    assert path == "karmen/lid.gcode" and file["hash"] == sha1(download(user, stored(user, "lid.gcode")[0]))
