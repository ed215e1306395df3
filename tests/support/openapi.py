"""Holds answers to the server's own OpenAPI document: nothing may come that it does not say."""

import copy
import re
import warnings
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

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
}
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
PROBLEM = "application/problem+json"


def fetch(url: str) -> "Document":
    """The document of a server."""
    with requests.Session() as session:
        session.trust_env = False  # no proxy between the test and the server
        answer = session.get(url + "/openapi.json", timeout=60)
    assert answer.status_code == 200, answer.text
    return Document(answer.json())


class Document:
    """An OpenAPI document, and whether an answer is one that it describes."""

    def __init__(self, content: dict[str, Any]):
        self.content = content
        self._closed = close_objects(content)
        self._validators: dict[tuple[str, ...], Draft202012Validator] = {}
        self._templates = sorted(content["paths"], key=lambda path: path.count("{"))

    def operations(self) -> list[tuple[str, str, dict[str, Any]]]:
        """(method, path, operation), methods in upper case."""
        paths = self.content["paths"].items()
        return [(method.upper(), path, item[method]) for path, item in paths for method in item if method in METHODS]

    def answers(self) -> set[Answered]:
        """All that it promises."""
        return {answer for method, path, operation in self.operations() for answer in _answers_of(method, path, operation)}

    def answer_of(self, method: str, target: str, response: requests.Response) -> Answered | None:
        """Which of these an answer is, or would be if it were documented. None when no operation was looked for."""
        template = self.template_of(target)
        if template is None or method.lower() not in self.content["paths"][template] or "\0" in unquote(target):
            return None
        if str(response.status_code) not in self.content["paths"][template][method.lower()]["responses"]:
            if _is_before_any_operation(response):
                return None
        code = response.json().get("code", "") if response.status_code >= 400 else ""
        return Answered(method, template, response.status_code, code)

    def template_of(self, target: str) -> str | None:
        """The documented path that an address belongs to; those without parameters first."""
        path = urlsplit(target).path
        return next((template for template in self._templates if _matches(template, path)), None)

    def check_request(self, method: str, target: str, body: Any) -> None:
        """Fails when the document does not have a JSON body that the server took."""
        operation = self.content["paths"].get(self.template_of(target), {}).get(method.lower(), {})
        schema = operation.get("requestBody", {}).get("content", {}).get("application/json")
        assert schema, f"{method} {target}: the document has no JSON body there"
        place = ("paths", self.template_of(target), method.lower(), "requestBody", "content", "application/json", "schema")
        self._check_body(f"{method} {target}", self.content, place, body)

    def check(self, method: str, target: str, response: requests.Response, *, has_content: bool = True) -> None:
        """Fails with what the document does not say of this answer to this request."""
        template = self.template_of(target)
        told = f"{method} {target} → {response.status_code}"
        documented = {} if template is None else self.content["paths"][template]
        if template is None or "\0" in unquote(target):
            assert response.status_code in (400, 404, 431), f"{told}: the document does not have this path"
        elif method == "OPTIONS":
            assert response.status_code == 204, told
        elif (operation := documented.get(("get" if method == "HEAD" else method).lower())) is None:
            assert response.status_code == 405, f"{told}: the document does not have this method"
        else:
            self._check_operation(told, template, method, operation, response, has_content and method != "HEAD")

    def _check_operation(
        self, told: str, template: str, method: str, operation: dict, response: requests.Response, has_content: bool
    ) -> None:
        documented = operation["responses"].get(str(response.status_code))
        if documented is None and _is_before_any_operation(response):
            return
        assert documented is not None, f"{told}: a status that the document does not have\n{response.text[:500]}"
        if not has_content:
            return
        if "content" not in documented:
            assert response.content == b"", f"{told}: the document has no body there"
            return
        kind = response.headers.get("Content-Type", "").split(";")[0].strip()
        assert kind in documented["content"], f"{told}: came as {kind!r}, not as {list(documented['content'])}"
        if kind.endswith("json"):
            place = ("paths", template, method.lower(), "responses", str(response.status_code), "content", kind, "schema")
            self._check_body(told, self._closed, place, response.json())

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


def _matches(template: str, path: str) -> bool:
    pattern = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]*\})", template))
    return re.fullmatch(pattern, path) is not None


def _is_before_any_operation(response: requests.Response) -> bool:
    if not response.headers.get("Content-Type", "").startswith(PROBLEM) or not response.content:
        return False
    problem = response.json()
    return BEFORE_ANY_OPERATION.get(problem.get("code")) == response.status_code and not problem.get("errors")


def _escaped(part: str) -> str:
    """For a JSON pointer inside a URI fragment."""
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
