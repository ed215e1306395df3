"""docs/api.md §3 (/gcodes): files in and out. Their lists are in test_gcode_lists.py, tricks with paths in test_gcode_paths.py."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote

import pytest

from support import multipart
from support.api import UUID, Api
from support.gcodes import download, gcode_bytes, sha256, upload, upload_form, uploaded
from support.multipart import BOUNDARY, CONTENT_TYPE, END, Part, part_header
from support.raw import RawConnection, request
from support.tokens import claims_of
from support.wait import eventually

MEMBERS = {"id", "path", "filename", "display", "absolute_path", "uploaded", "size", "data", "sha256", "has_thumbnail", "analysis"}
MEMBERS |= {"user_uuid", "username"}
KIB = 1024


# --- uploading ----------------------------------------------------------------------------------------------------------


def test_upload_answers_with_the_gcode(server, user: Api, other_user: Api):
    content = gcode_bytes(20_000)
    gcode = uploaded(user, "benchy.gcode", content, "boats/small")
    assert gcode.keys() == MEMBERS
    assert gcode["path"] == "boats/small"
    assert gcode["filename"] == gcode["display"] == "benchy.gcode"
    assert gcode["absolute_path"] == "boats/small/benchy.gcode"
    assert gcode["size"] == 20_000
    assert gcode["sha256"] == sha256(content) and gcode["has_thumbnail"] is False
    assert gcode["data"] == f"/gcodes/{gcode['id']}/data"
    assert gcode["username"] == "ursula" and UUID.fullmatch(gcode["user_uuid"])
    assert gcode["user_uuid"] == claims_of(user.access_token)["identity"]
    assert gcode["uploaded"].endswith(("Z", "+00:00")), "a time without offset"

    assert server.stored_files()["boats/small/benchy.gcode"].read_bytes() == content
    assert str(server.data_dir) not in str(gcode), "the server's own paths are nobody's business"
    told = other_user.get(f"/gcodes/{gcode['id']}", expect=200).json()
    assert told | {"analysis": None} == gcode | {"analysis": None}
    assert download(other_user, gcode) == content


@pytest.mark.parametrize("path", [None, "", "plain", "with blank", "a/b/c", "日本/中文", "a.b", "x" * 200])
def test_folders(server, user: Api, path: str | None):
    content = gcode_bytes(100, seed=len(path or ""))
    gcode = uploaded(user, "in-folder.gcode", content, path)
    assert gcode["absolute_path"].count("/") == (path.count("/") + 1 if path else 0)
    assert server.stored_files()[gcode["absolute_path"]].read_bytes() == content
    assert download(user, gcode) == content


@pytest.mark.parametrize(
    "name",
    [
        "plain.gcode",
        "short.gco",
        "with blanks and (brackets).gcode",
        "Größe & Maß.gcode",
        "печать.gcode",
        "日本.gcode",
        "🖨️.gcode",
        "it's; 100% #1.gcode",
        'quote".gcode',
        "a.b.c.gcode",
        "trailing .gcode",
        "--help.gcode",
        "new\nline.gcode",
        "tab\t.gcode",
        "<script>alert(1)<.gcode",
        "x" * 200 + ".gcode",
    ],
    ids=ascii,
)
def test_names_are_shown_as_uploaded_and_stored_safely(server, user: Api, name: str):
    content = gcode_bytes(200, seed=len(name))
    gcode = uploaded(user, name, content)
    if not set(name) & set('"\n'):  # what a form cannot carry unchanged
        assert gcode["display"] == name
    stored = gcode["filename"]
    stem = re.sub(r"\.(gco|gcode)$", "", stored)
    assert stem and stem.strip("._- "), f"nothing readable is left of the name: {stored!r}"
    assert stored.endswith((".gcode", ".gco"))
    assert "/" not in stored and "\\" not in stored and stored.isprintable() and not stored.startswith((".", "-"))
    assert server.stored_files()[gcode["absolute_path"]].read_bytes() == content
    assert download(user, gcode) == content


def test_windows_path_is_cut_to_its_name(user: Api):
    assert uploaded(user, r"C:\Users\me\windows.gcode")["display"] == "windows.gcode"


def test_latin_1_name_is_no_harm(user: Api):
    gcode = upload(user, b"Gr\xf6\xdfe.gcode", expect=(201, 400))
    if gcode.status_code == 201:
        assert gcode.json()["display"].endswith(".gcode")


def test_same_name_again_gets_another_file(server, user: Api):
    contents = [gcode_bytes(500, seed=n) for n in range(5)]
    gcodes = [uploaded(user, "twice.gcode", content, "same") for content in contents]
    assert len({gcode["absolute_path"] for gcode in gcodes}) == 5
    for gcode, content in zip(gcodes, contents, strict=True):
        assert gcode["path"] == "same" and gcode["filename"].endswith(".gcode")
        assert download(user, gcode) == content


def test_same_name_from_many_at_a_time(server, user: Api):
    contents = [gcode_bytes(30_000, seed=n) for n in range(16)]
    with ThreadPoolExecutor(8) as people:
        gcodes = list(people.map(lambda content: uploaded(user.again(), "race.gcode", content, "race"), contents))
    assert len({gcode["absolute_path"] for gcode in gcodes}) == 16
    assert [sha256(download(user, gcode)) for gcode in gcodes] == [sha256(content) for content in contents]


def test_different_names_that_become_the_same_on_disk(user: Api):
    names = ["a b.gcode", "a_b.gcode", "a  b.gcode", "?.gcode", "*.gcode", "|.gcode", "e\u0301.gcode", "é.gcode"]
    gcodes = [uploaded(user, name, name.encode(), "collide") for name in names]
    for name, gcode in zip(names, gcodes, strict=True):
        assert download(user, gcode) == name.encode()


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 1024 * KIB + 1])
def test_sizes(user: Api, size: int):
    content = gcode_bytes(size)
    gcode = uploaded(user, "sized.gcode", content)
    assert gcode["size"] == size
    assert download(user, gcode) == content


def test_content_may_be_any_bytes(user: Api):
    boundary = BOUNDARY.encode()
    almost = b"\r\n--" + boundary[:-1] + b"\r\n--\r\n\0\xff\r\n\r\n--\r" + boundary + b"\n--" + boundary + b"--" + os.urandom(5000)
    assert download(user, uploaded(user, "binary.gcode", almost)) == almost


def test_form_may_come_in_another_order_and_with_more(user: Api):
    body = multipart.form(
        Part("print", b"ture"),
        Part("file", b"G28\n", filename="ordered.gcode", content_type="text/x.gcode"),
        Part("path", b"after"),
        Part("note", b"x" * 2000),
    )
    gcode = upload_form(user, body, expect=201).json()
    assert (gcode["path"], gcode["display"]) == ("after", "ordered.gcode")


def test_first_of_several_files_counts(server, user: Api):
    before = server.finished_files()
    body = multipart.form(Part("file", b"first", filename="one.gcode"), Part("file", b"second", filename="two.gcode"))
    gcode = upload_form(user, body, expect=201).json()
    assert gcode["display"] == "one.gcode"
    assert download(user, gcode) == b"first"
    assert len(server.finished_files() - before) == 1


def test_upload_may_be_chunked(user: Api):
    content = gcode_bytes(300_000)
    body = multipart.form(Part("file", content, filename="chunked.gcode"))
    pieces = (body[at : at + 10_007] for at in range(0, len(body), 10_007))
    assert download(user, upload_form(user, pieces, expect=201).json()) == content


def test_preamble_and_blanks_of_a_form_are_allowed(user: Api):
    """RFC 2046 §5.1.1: text before the first boundary is ignored, and blanks may follow a boundary."""
    body = b"ignored\r\n" + multipart.form(Part("file", b"G28\n", filename="preamble.gcode")).replace(
        BOUNDARY.encode() + b"\r\n", BOUNDARY.encode() + b" \r\n", 1
    )
    upload_form(user, body, expect=201)
    quoted = f'multipart/form-data; charset=utf-8; boundary="{BOUNDARY}"'
    upload_form(user, multipart.form(Part("file", b"G28\n", filename="quoted.gcode")), expect=201, content_type=quoted)


GOOD_PART = Part("file", b"G28\n", filename="x.gcode")
REFUSED = {
    "no parts": (END, CONTENT_TYPE, 400),
    "no body": (b"", CONTENT_TYPE, 400),
    "no file": (multipart.form(Part("path", b"x")), CONTENT_TYPE, 400),
    "another field": (multipart.form(Part("data", b"x", filename="x.gcode")), CONTENT_TYPE, 400),
    "file as text": (multipart.form(Part("file", b"G28")), CONTENT_TYPE, 400),
    "empty name": (multipart.form(Part("file", b"G28", filename="")), CONTENT_TYPE, 400),
    "no boundary": (multipart.form(GOOD_PART), "multipart/form-data", 400),
    "another boundary": (multipart.form(GOOD_PART), "multipart/form-data; boundary=other", 400),
    "empty boundary": (multipart.form(GOOD_PART), 'multipart/form-data; boundary=""', 400),
    "boundary too long": (multipart.form(GOOD_PART), "multipart/form-data; boundary=" + "b" * 71, 400),
    "JSON": (b'{"file": "x.gcode"}', "application/json", 400),
    "urlencoded": (b"file=x.gcode", "application/x-www-form-urlencoded", 400),
    "no closing boundary": (GOOD_PART.encode(), CONTENT_TYPE, 400),
    "cut in the content": (part_header("file", "x.gcode") + b"G28", CONTENT_TYPE, 400),
    "cut in a header": (part_header("file", "x.gcode")[:-10], CONTENT_TYPE, 400),
    "lines without CR": (multipart.form(GOOD_PART).replace(b"\r\n", b"\n"), CONTENT_TYPE, 400),
    "no disposition": (f"--{BOUNDARY}\r\n\r\nG28\r\n".encode() + END, CONTENT_TYPE, 400),
    "header too long": (part_header("file", "x" * 70_000 + ".gcode") + b"G28\r\n" + END, CONTENT_TYPE, 400),
    "many parts": (multipart.form(*[Part(f"field{n}") for n in range(10_000)], GOOD_PART), CONTENT_TYPE, 400),
    "field too long": (multipart.form(Part("path", b"x" * 2_000_000), GOOD_PART), CONTENT_TYPE, 400),
    "text": (multipart.form(Part("file", b"G28", filename="x.txt")), CONTENT_TYPE, 415),
    "double suffix": (multipart.form(Part("file", b"G28", filename="x.gcode.exe")), CONTENT_TYPE, 415),
    "suffix without dot": (multipart.form(Part("file", b"G28", filename="xgcode")), CONTENT_TYPE, 415),
    "project": (multipart.form(Part("file", b"PK", filename="x.3mf")), CONTENT_TYPE, 415),
    "suffix with blank": (multipart.form(Part("file", b"G28", filename="x.gcode ")), CONTENT_TYPE, 415),
}


@pytest.mark.parametrize(("body", "content_type", "status"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_uploads_leave_nothing(server, user: Api, body: bytes, content_type: str, status: int):
    files, listed = server.finished_files(), user.get("/gcodes?limit=1000", expect=200).json()
    upload_form(user, body, expect=status, content_type=content_type)
    server.expect_stored(files)
    assert user.get("/gcodes?limit=1000", expect=200).json() == listed


def test_upload_that_breaks_off_leaves_nothing(server, user: Api):
    files, listed = server.finished_files(), user.get("/gcodes?limit=1000", expect=200).json()
    body = part_header("file", "broken-off.gcode") + gcode_bytes(500_000)
    for length in (len(body) + 1000, 2 * 1024 * KIB):
        with RawConnection(server.port) as connection:
            fields = (f"Content-Type: {CONTENT_TYPE}", f"Content-Length: {length}")
            connection.send(request("POST", "/gcodes", *fields, body=body, token=user.access_token))
    server.expect_stored(files)
    assert user.get("/gcodes?limit=1000", expect=200).json() == listed


def test_upload_limit(new_server):
    server = new_server(options={"http-upload-max-bytes": "100KiB"})
    admin = server.first_admin()
    stored = uploaded(admin, "x.gcode", gcode_bytes(100 * KIB))

    too_large = multipart.form(Part("file", gcode_bytes(100 * KIB + 1), filename="x.gcode"))
    upload_form(admin.again(), too_large, expect=413)
    pieces = (too_large[at : at + 4096] for at in range(0, len(too_large), 4096))
    upload_form(admin.again(), pieces, expect=413)
    # The promise alone is enough: nothing of the body is waited for.
    with RawConnection(server.port) as connection:
        fields = (f"Content-Type: {CONTENT_TYPE}", f"Content-Length: {1 << 40}")
        connection.send(request("POST", "/gcodes", *fields, token=admin.access_token))
        assert connection.read_response().status == 413
    server.expect_stored([stored["absolute_path"]])


def test_disk_without_room_is_507(new_server):
    server = new_server(options={"files-min-free-bytes": "1024GiB"})
    admin = server.first_admin()
    assert upload(admin, expect=507).json()["code"] == "disk_full"
    server.expect_stored([])
    admin.get("/gcodes", expect=200)


# --- detail, download ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ["0", "987654321", "abc"])
def test_unknown_gcode_is_404(user: Api, id: str):
    for method, path in [("GET", f"/gcodes/{id}"), ("GET", f"/gcodes/{id}/data"), ("DELETE", f"/gcodes/{id}")]:
        assert user.request(method, path, expect=404).json()["code"] == "gcode_not_found"


@pytest.fixture(scope="module")
def alphabet(user: Api) -> dict:
    return uploaded(user, "alphabet.gcode", b"abcdefghijklmnopqrstuvwxyz")


def test_download(user: Api, alphabet: dict):
    answer = user.get(alphabet["data"], expect=200)
    assert answer.headers["Content-Length"] == "26"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"].startswith('"') and answer.headers["ETag"].endswith('"')
    assert re.fullmatch(r'attachment; filename="?alphabet\.gcode"?', answer.headers["Content-Disposition"])
    # A browser must not take it for a page.
    assert answer.headers["Content-Type"] in ("application/octet-stream", "text/x.gcode", "text/x-gcode")
    head = user.request("HEAD", alphabet["data"], expect=200)
    for name in ("Content-Length", "ETag", "Content-Disposition", "Content-Type", "Accept-Ranges"):
        assert head.headers[name] == answer.headers[name], name


@pytest.mark.parametrize("name", ["日本 и.gcode", 'quote".gcode', "100%.gcode", "semi;colon.gcode"])
def test_download_carries_the_name(user: Api, name: str):
    """RFC 6266: `filename*` where plain ASCII does not do; nothing in a name may break out of the header."""
    gcode = uploaded(user, name)
    disposition = user.get(gcode["data"], expect=200).headers["Content-Disposition"]
    assert disposition.startswith("attachment; ")
    extended = re.search(r"filename\*=UTF-8''([^;]+)", disposition)
    plain = re.search(r'filename="((?:[^"\\]|\\.)*)"|filename=([^;" ]+)', disposition)
    shown = unquote(extended.group(1)) if extended else (plain.group(1) or plain.group(2)).replace("\\", "")
    assert shown in (gcode["display"], gcode["filename"])


@pytest.mark.parametrize(
    ("range", "content", "content_range"),
    [
        ("bytes=0-0", b"a", "bytes 0-0/26"),
        ("bytes=2-4", b"cde", "bytes 2-4/26"),
        ("bytes=20-", b"uvwxyz", "bytes 20-25/26"),
        ("bytes=-3", b"xyz", "bytes 23-25/26"),
        ("bytes=-100", b"abcdefghijklmnopqrstuvwxyz", "bytes 0-25/26"),
        ("bytes=24-1000", b"yz", "bytes 24-25/26"),
        ("bytes=0-25", b"abcdefghijklmnopqrstuvwxyz", "bytes 0-25/26"),
        ("Bytes=25-25", b"z", "bytes 25-25/26"),
    ],
)
def test_part_of_a_file(user: Api, alphabet: dict, range: str, content: bytes, content_range: str):
    answer = user.get(alphabet["data"], headers={"Range": range}, expect=206)
    assert answer.content == content
    assert answer.headers["Content-Range"] == content_range
    assert answer.headers["Content-Length"] == str(len(content))


@pytest.mark.parametrize("range", ["bytes=26-", "bytes=100-200", "bytes=-0"])
def test_part_that_is_not_there_is_416(user: Api, alphabet: dict, range: str):
    answer = user.get(alphabet["data"], headers={"Range": range}, expect=416)
    assert answer.headers["Content-Range"] == "bytes */26"


@pytest.mark.parametrize("range", ["bytes", "bytes=", "bytes=a-b", "bytes=5-2", "lines=1-2", "bytes=--5", "bytes=1-2-3", "bytes=0x1-2"])
def test_range_that_means_nothing_is_ignored(user: Api, alphabet: dict, range: str):
    """RFC 9110 §14.2: an invalid Range header is ignored."""
    assert len(user.get(alphabet["data"], headers={"Range": range}, expect=200).content) == 26


def test_several_ranges_are_answered_somehow(user: Api, alphabet: dict):
    answer = user.get(alphabet["data"], headers={"Range": "bytes=0-1,4-5"}, expect=(200, 206))
    assert answer.status_code == 206 or len(answer.content) == 26


def test_part_of_an_empty_file(user: Api):
    empty = uploaded(user, "empty.gcode", b"")
    assert user.get(empty["data"], expect=200).content == b""
    user.get(empty["data"], headers={"Range": "bytes=0-"}, expect=416)


def test_known_file_is_not_sent_again(user: Api, alphabet: dict):
    tag = user.get(alphabet["data"], expect=200).headers["ETag"]
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        answer = user.get(alphabet["data"], headers={"If-None-Match": known}, expect=304)
        assert answer.content == b"" and answer.headers["ETag"] == tag
    user.get(alphabet["data"], headers={"If-None-Match": '"other"'}, expect=200)
    assert user.get(alphabet["data"], headers={"If-Range": tag, "Range": "bytes=0-0"}, expect=206).content == b"a"
    other = user.get(alphabet["data"], headers={"If-Range": '"other"', "Range": "bytes=0-0"}, expect=200)
    assert len(other.content) == 26


def test_file_that_is_gone_from_disk_is_404(server, user: Api):
    gcode = uploaded(user, "gone.gcode")
    server.stored_files()[gcode["absolute_path"]].unlink()
    user.get(gcode["data"], expect=404)
    user.get(f"/gcodes/{gcode['id']}", expect=200)
    user.delete(f"/gcodes/{gcode['id']}", expect=204)


# --- deleting -----------------------------------------------------------------------------------------------------------


def test_delete_removes_row_and_file(server, user: Api):
    gcode = uploaded(user, "doomed.gcode")
    assert user.delete(f"/gcodes/{gcode['id']}", expect=204).content == b""
    assert gcode["absolute_path"] not in server.stored_files()
    for path in (f"/gcodes/{gcode['id']}", gcode["data"]):
        user.get(path, expect=404)
    user.delete(f"/gcodes/{gcode['id']}", expect=404)


def test_owner_and_administrator_may_delete_others_not(server, admin: Api, user: Api, other_user: Api):
    gcode = uploaded(user, "mine.gcode")
    assert other_user.delete(f"/gcodes/{gcode['id']}", expect=401).json()["code"] == "not_owner"
    assert gcode["absolute_path"] in server.stored_files()
    # Deleting is not administration, neither of own nor of other users' files: any access token is enough.
    user.not_fresh().delete(f"/gcodes/{gcode['id']}", expect=204)
    admin.not_fresh().delete(f"/gcodes/{uploaded(user, 'theirs.gcode')['id']}", expect=204)


# --- analysis -----------------------------------------------------------------------------------------------------------

PRUSA = b"""; generated by PrusaSlicer 2.9.4+linux-x64 on 2026-11-20 at 10:00:00 UTC
G28
G1 X1 Y2 E0.1
; filament used [mm] = 972.90
; filament used [cm3] = 2.34
; estimated printing time (normal mode) = 1d 2h 3m 4s
; bed_temperature = 60
; filament_type = PETG
; first_layer_bed_temperature = 65
; first_layer_temperature = 240
; temperature = 235
"""


SETTINGS = ("nozzle_diameter_mm", "printer_model", "layer_height_mm", "layer_height_first_mm", "layer_count")


def analysis_of(api: Api, gcode: dict) -> dict:
    return eventually(lambda: api.get(f"/gcodes/{gcode['id']}", expect=200).json()["analysis"])


def test_analysis(user: Api):
    analysis = analysis_of(user, uploaded(user, "analysed.gcode", PRUSA))
    assert analysis["filament"] == {"length_mm": 972.9, "volume_cm3": 2.34, "type": "PETG"}
    assert analysis["temperatures"] == {"bed": 60, "bed_first": 65, "tool0": 235, "tool0_first": 240}
    assert analysis["time"] == {"estimate_s": 93784}
    assert "PrusaSlicer 2.9.4" in analysis["slicer"]
    assert analysis["tools"] == [
        {"index": 0, "length_mm": 972.9, "volume_cm3": 2.34, "type": "PETG", "temperature": 235, "temperature_first": 240}
    ]


SAMPLES = Path(__file__).parents[1] / "data" / "gcode"


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.gcode")), ids=lambda path: path.stem)
def test_files_of_real_slicers_are_understood(user: Api, sample: Path):
    """What each says exactly is tested beside the analyser; here, that it arrives."""
    gcode = uploaded(user, sample.name, sample.read_bytes())
    assert download(user, gcode) == sample.read_bytes()
    analysis = analysis_of(user, gcode)
    assert analysis["slicer"]
    said = [value for part in ("filament", "temperatures", "time") for value in analysis[part].values()]
    assert any(value is not None for value in said)


def test_file_that_says_nothing_has_nulls(user: Api):
    analysis = analysis_of(user, uploaded(user, "silent.gcode", b"G28\nG1 X1\n"))
    assert analysis["filament"] == {"length_mm": None, "volume_cm3": None, "type": None}
    assert analysis["temperatures"] == {"bed": None, "bed_first": None, "tool0": None, "tool0_first": None}
    assert analysis["time"] == {"estimate_s": None}
    assert analysis["slicer"] is None
    assert analysis["tools"] == []
    assert [analysis[name] for name in SETTINGS] == [None] * len(SETTINGS)


NASTY = {
    "binary": os.urandom(100_000),
    "one endless line": b";" + b" filament used [mm] = " * 100_000,
    "quadratic": b"; estimated printing time " + b"normal " * 100_000,
    "numbers that are none": b"; bed_temperature = abc\n; filament used [mm] = 1.2.3\n; temperature = 1e999\n",
    "not UTF-8": PRUSA + b"; note \xff\xfe\n",
    "zeros": b"\0" * 100_000,
    "only CR": b"\r" * 100_000,
}


@pytest.mark.parametrize("content", NASTY.values(), ids=NASTY.keys())
def test_nasty_content_is_stored_and_analysed_as_far_as_it_goes(user: Api, content: bytes):
    gcode = uploaded(user, "nasty.gcode", content)
    assert download(user, gcode) == content
    eventually(lambda: user.get(f"/gcodes/{gcode['id']}", expect=200).json()["analysis"] is not None)
