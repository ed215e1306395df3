"""JSON Web Tokens made by hand (RFC 7515, 7519), so that the server is not tested with its own code."""

import base64
import hashlib
import hmac
import json
from typing import Any

from support.server import SECRET_KEY

HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def encode_segment(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_segment(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def header_of(token: str) -> dict[str, Any]:
    return json.loads(decode_segment(token.split(".")[0]))


def claims_of(token: str) -> dict[str, Any]:
    return json.loads(decode_segment(token.split(".")[1]))


def sign(signed_part: str, *, alg: str = "HS256", key: str = SECRET_KEY) -> str:
    """`signed_part` with its signature; without one for the algorithm `none`."""
    if alg == "none":
        return f"{signed_part}."
    mac = hmac.new(key.encode(), signed_part.encode(), HASHES[alg]).digest()
    return f"{signed_part}.{encode_segment(mac)}"


def make_token(claims: Any, *, alg: str = "HS256", key: str = SECRET_KEY, header: Any = None) -> str:
    header = {"typ": "JWT", "alg": alg} if header is None else header
    parts = [encode_segment(json.dumps(part).encode()) for part in (header, claims)]
    return sign(".".join(parts), alg=alg, key=key)


ABSENT = object()


def forge(token: str, **changes: Any) -> str:
    """A token that differs from a real one in some claims only, signed with the server's own key."""
    claims = claims_of(token) | changes
    return make_token({name: value for name, value in claims.items() if value is not ABSENT})
