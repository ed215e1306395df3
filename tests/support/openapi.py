"""Holds answers to the server's own OpenAPI document: nothing may come that it does not say."""

import copy
import email
import email.policy
import functools
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
from jsonschema import Draft202012Validator, FormatChecker, RefResolver

from support.seen import Answered

# What the server answers before it looks for an operation, as the description of the document has it: an address that is
# no URL, requests that are not valid HTTP, slow ones, other expectations, large headers.
BEFORE_ANY_OPERATION = {
    "invalid_input": 400,
    "malformed_body": 400,
    "request_timeout": 408,
    "expectation_failed": 417,
    "header_too_large": 431,
    "not_implemented": 501,
}
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
PROBLEM = "application/problem+json"
# What the document must name where it is sent. Others follow from HTTP, or are on every answer.
DOCUMENTED_HEADERS = {"retry-after", "location", "etag", "content-disposition", "accept-ranges", "content-range"}


class Request(NamedTuple):
    method: str
    target: str
    content_type: str = ""
    content: bytes | None = b""  # None when it is not known


class Response(NamedTuple):
    status: int
    content_type: str = ""
    content: bytes | None = b""  # None when it is not known
    headers: Mapping[str, str] | None = None  # names in lower case; None when they are not known

    @property
    def media_type(self) -> str:
        return self.content_type.split(";")[0].strip()

    @property
    def code(self) -> str:
        """Of the problem that it is, if it is one."""
        return json.loads(self.content).get("code", "") if self.content and self.media_type == PROBLEM else ""


def fetch(url: str) -> "Document":
    """The document of a server."""
    with requests.Session() as session:
        session.trust_env = False  # no proxy between the test and the server
        answer = session.get(url + "/openapi.json", timeout=60)
    assert answer.status_code == 200, answer.text
    return Document(answer.json())


class Document:
    """An OpenAPI document, and whether requests and answers are as it describes them."""

    def __init__(self, content: dict[str, Any]):
        self.content = content
        self.answered: set[Answered] = set()  # by `observe`
        self._closed = close_objects(content)
        self._validators: dict[tuple[str, ...], Draft202012Validator] = {}
        schemes = content["components"]["securitySchemes"].values()
        self._tokens_in_query = {one["name"]: {"type": "string"} for one in schemes if one.get("in") == "query"}
        self._templates = sorted(content["paths"], key=lambda path: path.count("{"))

    def operations(self) -> list[tuple[str, str, dict[str, Any]]]:
        """(method, path, operation), methods in upper case."""
        paths = self.content["paths"].items()
        return [(method.upper(), path, item[method]) for path, item in paths for method in item if method in METHODS]

    def promises(self) -> set[Answered]:
        """Every way in which an operation answers."""
        return {answer for method, path, operation in self.operations() for answer in _answers_of(method, path, operation)}

    def observe(self, request: Request, response: Response) -> None:
        """Notes which of the promises was kept, or that it was none, and checks what went over the wire."""
        path, operation = self.template_of(request.target), self._operation(request.method, request.target)
        is_known = response.content is not None or response.status < 400
        is_of_operation = operation and (str(response.status) in operation["responses"] or not _is_before_any_operation(response))
        if path and is_of_operation and is_known:
            self.answered.add(Answered(request.method, path, response.status, response.code))
        if operation and response.status < 300:
            self.check_request(request)
        self.check(request.method, request.target, response)

    def template_of(self, target: str) -> str | None:
        """The documented path that an address belongs to; those without parameters first."""
        path = urlsplit(target).path
        return next((template for template in self._templates if _pattern(template).fullmatch(path)), None)

    # --- requests that the server took ------------------------------------------------------------------------------

    def check_request(self, request: Request) -> None:
        """Fails with what the document does not say of this request to one of its operations."""
        template, operation = self.template_of(request.target), self._operation(request.method, request.target)
        told = f"{request.method} {request.target}"
        assert template and operation, f"{told}: the document does not have this operation"
        schemas = {one["name"]: one["schema"] for one in operation.get("parameters", ())} | self._tokens_in_query
        for name, value in _values(template, request.target):
            assert name in schemas, f"{told}: the document has no parameter {name}"
            is_number = schemas[name].get("type") == "integer" and re.fullmatch(r"-?\d+", value)
            is_right = Draft202012Validator(schemas[name]).is_valid(int(value) if is_number else value)
            assert is_right, f"{told}: {name} is not as documented"
        body = operation.get("requestBody", {"required": False})
        if request.content is None or not (request.content or body["required"]):
            return
        documented = body.get("content", {})
        kind = "multipart/form-data" if request.content_type.startswith("multipart/") else "application/json"
        assert kind in documented, f"{told}: the document has no body of {kind} there"
        assert request.content, f"{told}: without the body that the document has"
        is_form = kind == "multipart/form-data"
        sent = form_members(request.content_type, request.content) if is_form else json.loads(request.content)
        place = ("paths", template, request.method.lower(), "requestBody", "content", kind, "schema")
        self._check_body(told, self.content, place, sent)

    # --- answers ----------------------------------------------------------------------------------------------------

    def check(self, method: str, target: str, response: Response) -> None:
        """Fails with what the document does not say of this answer to this request."""
        template = self.template_of(target)
        told = f"{method} {target} → {response.status}"
        if template is None or "\0" in unquote(target):
            assert response.status in (400, 404, 431), f"{told}: the document does not have this path"
        elif method == "OPTIONS":
            assert response.status == 204, told
        elif (operation := self._operation("GET" if method == "HEAD" else method, target)) is None:
            assert response.status == 405, f"{told}: the document does not have this method"
        else:
            self._check_operation(told, (template, method.lower()), operation, response)

    def _check_operation(self, told: str, place: tuple[str, str], operation: dict, response: Response) -> None:
        documented = operation["responses"].get(str(response.status))
        if documented is None and _is_before_any_operation(response):
            return
        assert documented is not None, f"{told}: a status that the document does not have\n{response.content!r}"
        if response.headers is not None:
            self._check_headers(told, documented.get("headers", {}), response.headers)
        if response.content is None:
            return
        if "content" not in documented:
            assert response.content == b"", f"{told}: the document has no body there"
            return
        kind = response.media_type
        assert kind in documented["content"], f"{told}: came as {kind!r}, not as {list(documented['content'])}"
        if kind.endswith("json"):
            schema = ("paths", *place, "responses", str(response.status), "content", kind, "schema")
            self._check_body(told, self._closed, schema, json.loads(response.content))

    def _check_headers(self, told: str, documented: dict[str, Any], sent: Mapping[str, str]) -> None:
        for name, header in documented.items():
            value = sent.get(name.lower())
            assert value is not None or not header["required"], f"{told}: came without {name}"
            is_right = value is None or header["schema"]["type"] != "integer" or value.isdecimal()
            assert is_right, f"{told}: {name} is {value!r}, which is not as documented"
        for name in DOCUMENTED_HEADERS & sent.keys():
            assert name in map(str.lower, documented), f"{told}: the document does not have {name}"

    # --- both -------------------------------------------------------------------------------------------------------

    def _operation(self, method: str, target: str) -> dict[str, Any] | None:
        template = self.template_of(target)
        return self.content["paths"][template].get(method.lower()) if template else None

    def _check_body(self, told: str, content: dict[str, Any], place: tuple[str, ...], body: Any) -> None:
        if place not in self._validators:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                resolver = RefResolver("", content)
            schema = {"$ref": "#/" + "/".join(map(_escaped, place))}
            self._validators[place] = Draft202012Validator(schema, resolver=resolver, format_checker=FormatChecker())
        errors = list(self._validators[place].iter_errors(body))
        shown = "\n".join(f"/{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in errors)
        assert not errors, f"{told}: the body is not as documented\n{shown}"


def _values(template: str, target: str) -> list[tuple[str, str]]:
    """Names and values in the path, which is one of the template's, and in the query."""
    split = urlsplit(target)
    in_path = _pattern(template).fullmatch(split.path)
    assert in_path, f"{split.path} is no {template}"
    named = [(name, unquote(value)) for name, value in in_path.groupdict().items()]
    return named + parse_qsl(split.query, keep_blank_values=True)


def form_members(content_type: str, content: bytes) -> dict[str, str]:
    """The parts of a multipart body by name, of equal names the first."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    parts = email.message_from_bytes(head + content, policy=email.policy.HTTP).get_payload()
    named = [(part.get_param("name", header="Content-Disposition"), part.get_payload()) for part in parts]
    return dict(reversed(named))


def _answers_of(method: str, path: str, operation: dict[str, Any]) -> Iterator[Answered]:
    for status, response in operation["responses"].items():
        if (problem := response.get("content", {}).get(PROBLEM)) is None:
            yield Answered(method, path, int(status))
            continue
        for code in problem["schema"]["allOf"][1]["properties"]["code"]["enum"]:
            yield Answered(method, path, int(status), code)


def close_objects(content: dict[str, Any]) -> dict[str, Any]:
    """The document is open, so that answers may get new members; a test must notice those that it does not have."""
    closed = copy.deepcopy(content)
    for schema in closed["components"]["schemas"].values():
        _close(schema)
    return closed


def _close(schema: Any) -> None:
    if isinstance(schema, list):
        for item in schema:
            _close(item)
    elif isinstance(schema, dict):
        for item in schema.values():
            _close(item)
        if isinstance(schema.get("properties"), dict) and "type" in schema:
            schema.setdefault("additionalProperties", False)


@functools.cache
def _pattern(template: str) -> re.Pattern[str]:
    """Of the paths that a documented one stands for, with a group for each parameter."""
    parts = (f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", template))
    return re.compile("".join(parts))


def _is_before_any_operation(response: Response) -> bool:
    if not response.content or BEFORE_ANY_OPERATION.get(response.code) != response.status:
        return False
    return "errors" not in json.loads(response.content)


def _escaped(part: str) -> str:
    """For a JSON pointer inside a URI fragment."""
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
