"""Binary g-code and archives with sliced plates, made byte by byte."""

import io
import zipfile
import zlib
from struct import pack

PLATE = "Metadata/plate_1.gcode"

FILE, GCODE, SLICER, PRINTER, PRINT, THUMBNAIL = range(6)

PRINTER_METADATA = """printer_model=MK4
filament_type=PETG
nozzle_diameter=0.4
bed_temperature=85
temperature=240
layer_height=0.2
filament used [mm]=1234.56
filament used [cm3]=2.97
estimated printing time (normal mode)=1h 2m 3s
"""


def block(kind: int, data: bytes, parameters: bytes = b"\0\0", *, deflate: bool = False) -> bytes:
    packed = zlib.compress(data) if deflate else data
    sizes = pack("<II", len(data), len(packed)) if deflate else pack("<I", len(data))
    text = pack("<HH", kind, deflate) + sizes + parameters + packed
    return text + pack("<I", zlib.crc32(text))


def bgcode(metadata: str = PRINTER_METADATA, gcode: bytes = b"G28\n") -> bytes:
    """As PrusaSlicer orders its blocks."""
    return (
        b"GCDE"
        + pack("<IH", 1, 1)
        + block(FILE, b"Producer=PrusaSlicer 2.8.0\n")
        + block(PRINTER, metadata.encode())
        + block(PRINT, metadata.encode())
        + block(SLICER, b"first_layer_temperature=230\nfirst_layer_bed_temperature=80\n", deflate=True)
        + block(GCODE, gcode)
    )


PLATE_GCODE = b"""; HEADER_BLOCK_START
; BambuStudio 01.09.00.70
; model printing time: 19m 46s; total estimated time: 26m 22s
; total layer number: 50
; HEADER_BLOCK_END
; printer_model = Bambu Lab X1 Carbon
; nozzle_diameter = 0.4
; layer_height = 0.2
; filament_type = PLA
G28
"""


def archive(contents: dict[str, bytes] | None = None) -> bytes:
    """A `.gcode.3mf` with these files; one sliced plate unless told otherwise."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        for name, content in (contents if contents is not None else {PLATE: PLATE_GCODE}).items():
            made.writestr(name, content)
    return memory.getvalue()
