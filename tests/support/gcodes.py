"""G-code files for tests, and their way in and out of the server."""

import hashlib
from typing import Any

import requests

from support import multipart
from support.api import Api
from support.multipart import Part


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def gcode_bytes(size: int, seed: int = 0) -> bytes:
    """Moves that a printer would take, different for each seed, exactly `size` bytes."""
    line = f"G1 X{seed % 200} Y%d E0.01 ; part {seed}\n"
    length = max(1, size // 16)
    return "".join(line % (n % 200) for n in range(length)).encode()[:size].ljust(size, b"\n")


def upload(
    api: Api,
    name: str | bytes = "part.gcode",
    content: bytes = b"G28\n",
    path: str | None = None,
    *,
    expect: int | tuple[int, ...] = 201,
) -> requests.Response:
    """A browser's upload: the folder first, then the file."""
    parts = [Part("path", path.encode("utf-8", "surrogateescape"))] if path is not None else []
    return upload_form(api, multipart.form(*parts, Part("file", content, filename=name)), expect=expect)


def upload_form(api: Api, body: Any, *, expect: int | tuple[int, ...], content_type: str = multipart.CONTENT_TYPE) -> requests.Response:
    """Any body at all. An iterator of pieces is sent chunked."""
    return api.post("/gcodes", data=body, headers={"Content-Type": content_type}, expect=expect)


def uploaded(api: Api, name: str | bytes = "part.gcode", content: bytes = b"G28\n", path: str | None = None) -> dict[str, Any]:
    return upload(api, name, content, path).json()


def download(api: Api, gcode: dict[str, Any]) -> bytes:
    return api.get(gcode["data"], expect=200).content


def every_page(api: Api, path: str) -> list[dict[str, Any]]:
    """All items of a list, through its `next`."""
    items, page = [], path
    while page:
        answer = api.get(page, expect=200).json()
        assert answer["items"] or page == path, f"an empty page at {page}"
        items += answer["items"]
        page = answer.get("next")
        assert len(items) < 100_000, "the pages never end"
    return items
