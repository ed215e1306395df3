#!/usr/bin/env bash
# gcode-lib 1.1.13 (PyPI): write_bgcode() writes version 2 in the header of a .bgcode file, and none of the metadata blocks.
#
# Expected: version 1, the specification's current value, and its sequence of blocks: printer, print and slicer metadata before the G-code (only
#   file metadata and thumbnails are optional).
# Seen: the file begins with `GCDE`, then 2 as its version; its first block is of type 1, which is G-code. gcode-lib reads it back. pybgcode
#   0.2.1, which binds the reference library, says Success for it if nobody names a highest version, so a round trip in Python shows nothing.
# Source: https://github.com/prusa3d/libbgcode/blob/main/doc/specifications.md, "File header" and "Block header".
# Why it matters: readers that hold to the specification, printers too, refuse the file, or cannot tell which printer it is for.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet --disable-pip-version-check install gcode-lib==1.1.13
"$work/venv/bin/python" - <<'END'
import struct
import sys

import gcode_lib

data = gcode_lib.write_bgcode("G28\nG1 X10 F3000\n", [])
magic, version, checksum, block_type = struct.unpack_from("<4sIHH", data)
print(f"gcode-lib 1.1.13: magic {magic!r}, version {version}, checksum type {checksum}, first block of type {block_type}")
sys.exit((magic, version, block_type) != (b"GCDE", 2, 1))
END
