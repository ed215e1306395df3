"""Nothing that somebody writes into an upload's folder or name reaches outside the store, and no link planted inside leads out."""

import hashlib
import os
import uuid
from pathlib import Path

import pytest

from support import multipart
from support.api import Api
from support.gcodes import download, upload, upload_form, uploaded
from support.multipart import Part

SECRET = b"nobody may read this\n"


def outside(server) -> dict[str, str]:
    """Every file beside the store, with its hash, and every link's target; what the server writes itself is left out."""
    found = {}
    for path in sorted(server.directory.rglob("*")):
        inside = server.store in path.parents
        own = path == server.log_file or path.name.startswith("karmen.db")
        if inside or path.is_dir() or own:
            continue
        found[str(path)] = os.readlink(path) if path.is_symlink() else hashlib.sha256(path.read_bytes()).hexdigest()
    return found


@pytest.fixture
def unchanged_outside(server):
    """Compares what lies beside the store before and after the test."""
    before = outside(server)
    assert before, "the comparison would see nothing"
    yield
    assert outside(server) == before


@pytest.fixture(scope="module", autouse=True)
def something_to_steal(server, user: Api) -> Path:
    folder = server.directory / "outside"
    folder.mkdir()
    (folder / "secret.gcode").write_bytes(SECRET)
    (server.data_dir / "beside.gcode").write_bytes(SECRET)
    return folder


def is_inside(server, gcode: dict) -> bool:
    path = server.store / gcode["absolute_path"]
    return path.is_file() and path.resolve().is_relative_to(server.store.resolve())


LEAVING_PATHS = [
    "..",
    "/..",
    "//../evil",
    "../",
    "../evil",
    "../../evil",
    "a/../../evil",
    "a/b/../../..",
    "./../evil",
    "..//evil",
    "a/..",
    "../gcodes-evil",
    "evil\0",
    "\0",
    "a\0/../..",
]


@pytest.mark.parametrize("path", LEAVING_PATHS, ids=ascii)
def test_folder_that_leaves_the_store_is_400(server, user: Api, unchanged_outside, path: str):
    files = server.finished_files()
    upload(user, "evil.gcode", b"evil", path, expect=400)
    server.expect_stored(files)


ODD_PATHS = [
    "/",
    "/evil",
    "//evil",
    ".",
    "./a",
    "a/./b",
    "a//b",
    "a/",
    "...",
    ".../a",
    "~",
    "~root",
    "$HOME",
    "`id`",
    "C:\\evil",
    "..\\evil",
    "a\\..\\..\\evil",
    "%2e%2e/evil",
    "..%2fevil",
    "．．/evil",
    "․․/evil",
    ".. /evil",
    " ",
    "a\nb",
    ".hidden",
    "con",
    "x" * 255,
    "x" * 256,
    "x" * 5000,
    "/".join(["deep"] * 500),
    "\udcff\udcfe",
    "-rf",
]


@pytest.mark.parametrize("path", ODD_PATHS, ids=lambda path: ascii(path)[:40])
def test_odd_folder_is_refused_or_stays_inside(server, user: Api, unchanged_outside, path: str):
    files = server.finished_files()
    answer = upload(user, "odd.gcode", b"odd", path, expect=(201, 400))
    if answer.status_code == 400:
        server.expect_stored(files)
    else:
        assert is_inside(server, answer.json())
        assert download(user, answer.json()) == b"odd"


@pytest.mark.parametrize("path", ["doors", "/doors", "///doors", "/doors/", "/./doors"])
def test_slash_in_front_means_the_root_of_the_store(server, user: Api, unchanged_outside, path: str):
    gcode = uploaded(user, "hinge.gcode", b"hinge", path)
    assert gcode["path"] == "doors" and is_inside(server, gcode)
    assert (server.store / gcode["absolute_path"]).parent == server.store / "doors"


def test_absolute_folder_is_not_taken_literally(server, user: Api, unchanged_outside):
    evil = Path("/tmp") / f"karmen-evil-{uuid.uuid4()}"
    answer = upload(user, "evil.gcode", b"evil", str(evil), expect=(201, 400))
    assert not evil.exists()
    if answer.status_code == 201:
        assert is_inside(server, answer.json())


EVIL_NAMES = [
    "../evil.gcode",
    "../../evil.gcode",
    "/evil.gcode",
    "/tmp/karmen-evil.gcode",
    "..\\evil.gcode",
    "C:\\evil.gcode",
    "\\\\host\\share\\evil.gcode",
    "a/b.gcode",
    "..gcode",
    "...gcode",
    ".gcode",
    "....gcode",
    " .gcode",
    ". .gcode",
    "-.gcode",
    "_.gcode",
    "evil\0.gcode",
    "evil.txt\0.gcode",
    "\0.gcode",
    "con.gcode",
    "NUL.gcode",
    "aux.gco",
    "%2e%2e%2fevil.gcode",
    "．．／evil.gcode",
    "x" * 249 + ".gcode",
    "x" * 250 + ".gcode",
    "x" * 255 + ".gcode",
    "x" * 4000 + ".gcode",
    "日" * 85 + ".gcode",
    "日" * 300 + ".gcode",
    "💾" * 100 + ".gcode",
    "\u202egpj.gcode",
    "\u200b.gcode",
    "a\u0000b.gcode",
    "\x01\x02\x7f.gcode",
    "\udcff\udcfe.gcode",
    "~.gcode",
    "*.gcode",
    ".tmp-evil.gcode",
    ".part.gcode",
    "x.tmp.gcode",
]


@pytest.mark.parametrize("name", EVIL_NAMES, ids=lambda name: ascii(name)[:40])
@pytest.mark.parametrize("path", ["", "tricks"])
def test_evil_name_is_refused_or_stays_inside(server, user: Api, unchanged_outside, name: str, path: str):
    files = server.finished_files()
    answer = upload(user, name, b"evil", path, expect=(201, 400, 415))
    if answer.status_code != 201:
        server.expect_stored(files)
        return
    gcode = answer.json()
    assert is_inside(server, gcode)
    expected_folder = server.store / path
    assert (server.store / gcode["absolute_path"]).parent == expected_folder, "the name made folders"
    assert gcode["filename"] and gcode["filename"] not in (".", "..")
    assert len(gcode["filename"].encode()) <= 255
    assert len(server.finished_files() - files) == 1
    assert download(user, gcode) == b"evil"


def test_nul_never_passes(server, user: Api, unchanged_outside):
    """A NUL ends a name for the operating system, and only for it."""
    for name in ("evil.sh\0.gcode", "\0.gcode"):
        upload(user, name, b"evil", expect=400)


def test_second_path_field_does_not_count(server, user: Api, unchanged_outside):
    body = multipart.form(Part("path", b"first"), Part("path", b"../evil"), Part("file", b"x", filename="paths.gcode"))
    assert upload_form(user, body, expect=201).json()["path"] == "first"


def test_path_in_the_query_does_not_count(server, user: Api, unchanged_outside):
    body = multipart.form(Part("file", b"x", filename="query.gcode"))
    headers = {"Content-Type": multipart.CONTENT_TYPE}
    answer = user.post("/gcodes?path=../evil", data=body, headers=headers, is_documented=False, expect=201)
    assert answer.json()["path"] == ""


# --- links planted in the store -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["linked", "linked/deeper", "real/linked"])
def test_upload_does_not_go_through_a_linked_folder(server, user: Api, something_to_steal: Path, path: str):
    link = server.store / ("real/linked" if path.startswith("real") else "linked")
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(something_to_steal, target_is_directory=True)
    before = sorted(something_to_steal.rglob("*"))
    try:
        upload(user, "evil.gcode", b"evil", path, expect=400)
        assert sorted(something_to_steal.rglob("*")) == before
    finally:
        link.unlink()


@pytest.mark.parametrize("target", ["outside/secret.gcode", "outside/made-by-the-link.gcode"])
def test_upload_does_not_go_through_a_linked_file(server, user: Api, something_to_steal: Path, unchanged_outside, target: str):
    """The name is taken by a link: to a file that is there, and to one that is not."""
    link = server.store / "linked-file.gcode"
    link.symlink_to(server.directory / target)
    try:
        gcode = upload(user, "linked-file.gcode", b"evil").json()
        assert gcode["absolute_path"] != "linked-file.gcode"
        assert download(user, gcode) == b"evil"
    finally:
        link.unlink()


def test_upload_onto_a_folder_gets_another_name(server, user: Api):
    (server.store / "folder.gcode").mkdir()
    gcode = uploaded(user, "folder.gcode", b"beside")
    assert download(user, gcode) == b"beside"
    (server.store / "folder.gcode").rmdir()


def test_folder_that_is_a_file(server, user: Api, unchanged_outside):
    uploaded(user, "a-file.gcode", b"x")
    upload(user, "below.gcode", b"y", "a-file.gcode", expect=(400, 409))


def test_download_does_not_follow_a_link_in_place_of_the_file(server, user: Api, something_to_steal: Path):
    gcode = uploaded(user, "replaced.gcode", b"mine")
    file = server.store / gcode["absolute_path"]
    file.unlink()
    file.symlink_to(something_to_steal / "secret.gcode")
    assert SECRET not in user.get(gcode["data"], expect=404).content
    user.get(gcode["data"], headers={"Range": "bytes=0-3"}, expect=404)
    user.delete(f"/gcodes/{gcode['id']}", expect=204)
    assert (something_to_steal / "secret.gcode").read_bytes() == SECRET
    assert not file.is_symlink()


def test_download_and_delete_do_not_follow_a_link_in_place_of_the_folder(server, user: Api, something_to_steal: Path):
    gcode = uploaded(user, "secret.gcode", b"mine", "replaced-folder")
    folder = server.store / "replaced-folder"
    (folder / "secret.gcode").rename(server.directory / "kept.gcode")
    folder.rmdir()
    folder.symlink_to(something_to_steal, target_is_directory=True)
    try:
        assert SECRET not in user.get(gcode["data"], expect=404).content
        user.delete(f"/gcodes/{gcode['id']}", expect=(204, 404, 500))
        assert (something_to_steal / "secret.gcode").read_bytes() == SECRET
    finally:
        folder.unlink()
        (server.directory / "kept.gcode").unlink()


def test_print_does_not_follow_a_link(server, admin: Api, user: Api, something_to_steal: Path, fake_printers):
    (printer,) = fake_printers(speed=1000)
    admin.post("/printers", json={"host": printer.host, "name": "x"}, expect=201)
    gcode = uploaded(user, "printed.gcode", b"G28\n")
    file = server.store / gcode["absolute_path"]
    file.unlink()
    file.symlink_to(something_to_steal / "secret.gcode")
    user.post("/printjobs", json={"gcode": gcode["id"], "printer": printer.host}, expect=(404, 500))
    assert printer.files() == {}


def test_special_file_in_place_of_the_file_does_not_block(server, user: Api):
    """Opening a FIFO waits for a writer: a thread of the server would be lost."""
    gcode = uploaded(user, "fifo.gcode", b"mine")
    file = server.store / gcode["absolute_path"]
    file.unlink()
    os.mkfifo(file)
    user.get(gcode["data"], expect=404)
    user.delete(f"/gcodes/{gcode['id']}", expect=204)
