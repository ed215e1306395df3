"""multipart/form-data by hand (RFC 7578): the libraries clean up what these tests want to send unclean."""

from dataclasses import dataclass

BOUNDARY = "karmen-test-boundary"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"
END = f"--{BOUNDARY}--\r\n".encode()


@dataclass
class Part:
    """A field, or a file when it has a filename. Names are sent as they are, without any escaping but that of `"`."""

    name: str
    content: bytes = b""
    filename: str | bytes | None = None
    content_type: str | None = None

    def encode(self) -> bytes:
        return part_header(self.name, self.filename, self.content_type) + self.content + b"\r\n"


def part_header(name: str, filename: str | bytes | None = None, content_type: str | None = None) -> bytes:
    header = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'.encode()
    if filename is not None:
        raw = filename.encode("utf-8", "surrogateescape") if isinstance(filename, str) else filename
        # What browsers do (WHATWG HTML, multipart/form-data encoding).
        raw = raw.replace(b'"', b"%22").replace(b"\r", b"%0D").replace(b"\n", b"%0A")
        header += b'; filename="' + raw + b'"'
    header += b"\r\n"
    if content_type is not None:
        header += f"Content-Type: {content_type}\r\n".encode()
    return header + b"\r\n"


def form(*parts: Part) -> bytes:
    return b"".join(part.encode() for part in parts) + END
