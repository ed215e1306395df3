"""Pictures as slicers put them into g-code, made here."""

import base64
import struct
import zlib

Colour = tuple[int, int, int, int]


def colour_of(n: int) -> Colour:
    """A different one for each of the first pixels."""
    return n % 256, n * 7 % 256, 255 - n % 256, 255 - n % 3


def pixels(width: int, height: int) -> list[Colour]:
    return [colour_of(n) for n in range(width * height)]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int) -> bytes:
    rows = [pixels(width, height)[at : at + width] for at in range(0, width * height, width)]
    lines = b"".join(b"\0" + b"".join(map(bytes, row)) for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(lines)) + _chunk(b"IEND", b"")


def qoi(width: int, height: int) -> bytes:
    header = b"qoif" + struct.pack(">IIBB", width, height, 4, 0)
    return header + b"".join(b"\xff" + bytes(colour) for colour in pixels(width, height)) + b"\0" * 7 + b"\1"


def png_pixels(data: bytes) -> tuple[int, int, list[Colour]]:
    """What a PNG of 8 bits, RGBA and without interlacing shows; all five filters are undone (PNG specification §9)."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, packed, width, height = 8, b"", 0, 0
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            width, height, *rest = struct.unpack(">IIBBBBB", body)
            assert rest == [8, 6, 0, 0, 0]
        if kind == b"IDAT":
            packed += body
        at += 12 + length
    lines, step = zlib.decompress(packed), 4 * width + 1
    before, found = bytearray(4 * width), bytearray()
    for row in range(height):
        line = bytearray(lines[row * step + 1 : (row + 1) * step])
        for n in range(len(line)):
            left, up, corner = (line[n - 4], before[n], before[n - 4]) if n >= 4 else (0, before[n], 0)
            nearest = min((left, up, corner), key=lambda value: abs(left + up - corner - value))
            line[n] = (line[n] + (0, left, up, (left + up) // 2, nearest)[lines[row * step]]) % 256
        found += line
        before = line
    return width, height, [(red, green, blue, alpha) for red, green, blue, alpha in struct.iter_unpack("4B", found)]


def in_comments(begin: str, data: bytes, end: str = "thumbnail end") -> bytes:
    """The lines of a slicer: `begin` as in `thumbnail begin 16x16`, without the length, and base64."""
    text = base64.b64encode(data).decode()
    lines = [text[at : at + 78] for at in range(0, len(text), 78)]
    return "".join(f"; {line}\n" for line in (f"{begin} {len(text)}", *lines, end)).encode()


def thumbnail(width: int, height: int) -> bytes:
    return in_comments(f"thumbnail begin {width}x{height}", png(width, height))


def thumbnail_qoi(width: int, height: int) -> bytes:
    return in_comments(f"thumbnail_QOI begin {width}x{height}", qoi(width, height), "thumbnail_QOI end")
