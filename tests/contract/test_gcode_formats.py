"""Binary g-code (`.bgcode`) and sliced plates (`.gcode.3mf`): stored, analysed, and printed only by printers that take them."""

from urllib.parse import unquote

import pytest

from support import multipart
from support.api import Api
from support.fakes import ScriptedPrinter
from support.formats import PLATE, PLATE_GCODE, archive, bgcode
from support.gcodes import download, every_page, uploaded
from support.multipart import CONTENT_TYPE, Part

FILES = {"box.bgcode": bgcode(), "BOX.BGCODE": bgcode(), "box.gcode.3mf": archive(), "Box.GCode.3MF": archive()}
UNPACKED_MAX = 1024 * 1024


@pytest.fixture(scope="module")
def server_options() -> dict[str, str]:
    return {"printers-status-max-age": "0s", "printers-check-interval": "5m", "files-unpacked-max-bytes": "1MiB"}


@pytest.fixture
def scripted(admin: Api, scripted_printer: ScriptedPrinter) -> ScriptedPrinter:
    admin.post("/printers", json={"host": scripted_printer.host, "name": "Takes text"}, expect=201)
    return scripted_printer


def sent_to(printer: ScriptedPrinter) -> list:
    return printer.asked(method="POST")


# --- stored -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "content"), FILES.items(), ids=FILES)
def test_file_comes_back_as_it_was(server, user: Api, name: str, content: bytes):
    gcode = uploaded(user, name, content, "formats")
    assert (gcode["display"], gcode["size"]) == (name, len(content))
    assert gcode["filename"].lower().endswith((".bgcode", ".gcode.3mf"))
    assert server.stored_files()[gcode["absolute_path"]].read_bytes() == content
    answer = user.get(gcode["data"], expect=200)
    assert answer.content == content
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert name in unquote(answer.headers["Content-Disposition"])
    assert user.get(gcode["data"], headers={"Range": "bytes=0-3"}, expect=206).content == content[:4]


@pytest.mark.parametrize("name", ["again.bgcode", "again.gcode.3mf"])
def test_same_name_again_keeps_its_ending(user: Api, name: str):
    gcodes = [uploaded(user, name, content, "again") for content in (b"one", b"two")]
    assert len({gcode["filename"] for gcode in gcodes}) == 2
    assert all(gcode["filename"].endswith(name.removeprefix("again")) for gcode in gcodes)
    assert [download(user, gcode) for gcode in gcodes] == [b"one", b"two"]


def test_lists_have_them_with_their_facts(user: Api):
    made = [uploaded(user, f"listed-format{ending}", content) for ending, content in ((".bgcode", bgcode()), (".gcode.3mf", archive()))]
    listed = every_page(user, "/gcodes?filter=display:listed-format&order_by=id")
    assert listed == made


# --- analysed -----------------------------------------------------------------------------------------------------------


def test_facts_of_binary_gcode(user: Api):
    facts = uploaded(user, "facts.bgcode", bgcode())["analysis"]
    assert facts["slicer"] == "PrusaSlicer 2.8.0"
    assert facts["filament"] == {"length_mm": 1234.56, "volume_cm3": 2.97, "type": "PETG"}
    assert facts["temperatures"] == {"bed": 85, "bed_first": 80, "tool0": 240, "tool0_first": 230}
    assert facts["time"] == {"estimate_s": 3723}
    assert (facts["printer_model"], facts["nozzle_diameter_mm"], facts["layer_height_mm"]) == ("MK4", 0.4, 0.2)


def test_facts_of_a_sliced_plate(user: Api):
    content = archive({"Metadata/plate_12.gcode": b"; printer_model = other\n", PLATE: PLATE_GCODE, "Metadata/plate_1.png": b"PNG"})
    facts = uploaded(user, "facts.gcode.3mf", content)["analysis"]
    assert facts["slicer"] == "BambuStudio 01.09.00.70"
    assert facts["time"] == {"estimate_s": 1582}
    assert facts["filament"]["type"] == "PLA"
    assert (facts["printer_model"], facts["nozzle_diameter_mm"], facts["layer_count"]) == ("Bambu Lab X1 Carbon", 0.4, 50)


UNREADABLE = {
    "cut binary g-code": ("cut.bgcode", bgcode()[:-1], "the file ends in the middle of it"),
    "changed binary g-code": ("changed.bgcode", bgcode().replace(b"MK4", b"MK3"), "its checksum is wrong"),
    "text that is called binary": ("text.bgcode", b"G28\n" * 10, "the file does not begin with GCDE"),
    "empty binary g-code": ("empty.bgcode", b"", "the file is too short"),
    "cut archive": ("cut.gcode.3mf", archive()[:-30], "the zip archive cannot be read: its end is missing"),
    "text that is called an archive": ("text.gcode.3mf", b"G28\n" * 10, "the zip archive cannot be read: its end is missing"),
    "project that was not sliced": ("project.gcode.3mf", archive({"3D/3dmodel.model": b"<model/>"}), "a project that was not sliced"),
    "bomb": ("bomb.gcode.3mf", archive({PLATE: b"\n" * (UNPACKED_MAX + 1)}), "files.unpacked_max_bytes allows 1048576"),
}


@pytest.mark.parametrize(("name", "content", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_file_that_cannot_be_read_is_stored_and_says_why(user: Api, name: str, content: bytes, reason: str):
    gcode = uploaded(user, name, content)
    assert gcode["analysis"].keys() == {"error"} and reason in gcode["analysis"]["error"]
    assert user.get(f"/gcodes/{gcode['id']}", expect=200).json() == gcode
    assert download(user, gcode) == content


# --- printed, or not ----------------------------------------------------------------------------------------------------

NOT_FOR_OCTOPRINT = {
    "box.bgcode": (bgcode(), "OctoPrint does not print binary G-code (.bgcode)"),
    "Box.GCODE.3mf": (archive(), "OctoPrint does not print sliced plates in an archive (.gcode.3mf)"),
}


@pytest.mark.parametrize(
    ("name", "content", "reason"), [(name, *file) for name, file in NOT_FOR_OCTOPRINT.items()], ids=NOT_FOR_OCTOPRINT.keys()
)
def test_printer_that_does_not_take_the_format_is_not_asked(user: Api, scripted: ScriptedPrinter, name: str, content: bytes, reason: str):
    gcode = uploaded(user, name, content)
    answer = user.post("/printjobs", json={"gcode": gcode["id"], "printer": scripted.host}, expect=409).json()
    assert answer["code"] == "gcode_not_printable" and reason in answer["message"]
    assert sent_to(scripted) == []
    assert [job for job in every_page(user, "/printjobs") if job["gcode_data"]["id"] == gcode["id"]] == []


@pytest.mark.parametrize("name", NOT_FOR_OCTOPRINT)
def test_slicer_that_wants_it_printed_finds_it_stored(user: Api, scripted: ScriptedPrinter, name: str):
    content = NOT_FOR_OCTOPRINT[name][0]
    slicer, prefix = user.with_token(None), f"/octoprint-emulator/printers/{scripted.host}/api/files/local"
    key = {"X-Api-Key": user.access_token}
    form = multipart.form(Part("print", b"true"), Part("path", b"from-slicer"), Part("file", content, filename=name))
    answer = slicer.post(prefix, data=form, headers=key | {"Content-Type": CONTENT_TYPE}, expect=201)
    assert answer.json()["effectivePrint"] is False
    (gcode,) = [found for found in every_page(user, "/gcodes") if found["path"] == "from-slicer" and found["display"] == name]
    assert download(user, gcode) == content

    select = slicer.post(f"{prefix}/{gcode['id']}", json={"command": "select", "print": True}, headers=key, expect=409)
    assert select.json()["code"] == "gcode_not_printable"
    slicer.post(f"{prefix}/{gcode['id']}", json={"command": "select"}, headers=key, expect=204)
    assert sent_to(scripted) == []
