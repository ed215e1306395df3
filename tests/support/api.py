"""A thin client of the HTTP contract, which checks every answer against the rules for all answers."""

import re
import socket
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import requests

from support import failures, openapi

TIMEOUT_S = 60
UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
UNKNOWN_UUID = "6fdb1f6c-3c1f-4c8c-9f4e-2f1d7c0a5b90"  # of nobody and nothing
CODE_WORD = re.compile(r"[a-z][a-z0-9_]*")


class Api:
    """One person at one server. Not for several threads at once: `again()` makes another for another thread."""

    document: openapi.Document | None = None  # what the program under test promises; set by conftest.py

    def __init__(self, server: Any, access_token: str | None = None, refresh_token: str | None = None):
        self.server = server
        self.access_token = access_token
        self.refresh_token = refresh_token
        self.username = ""  # known after log_in, for change_password
        self.password = ""
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy between the test and the server

    def again(self) -> "Api":
        return Api(self.server, self.access_token, self.refresh_token)

    def with_token(self, token: str | None) -> "Api":
        return Api(self.server, token)

    # --- requests ---------------------------------------------------------------------------------------------------

    def request(self, method: str, path: str, *, expect: int | Iterable[int] | None = None, **options: Any) -> requests.Response:
        """`expect` is the status, or several that are all right. Without it everything but a 5xx is. What is sent besides and
        ignored by the server, `is_documented=False` keeps from the document."""
        headers = {} if self.access_token is None else {"Authorization": f"Bearer {self.access_token}"}
        headers |= options.pop("headers", None) or {}
        is_documented = options.pop("is_documented", True)
        response = self._session.request(
            method, self.server.url + path, headers=headers, timeout=TIMEOUT_S, allow_redirects=False, **options
        )
        wanted = {expect} if isinstance(expect, int) else set(expect or ())
        # The body of a stream is the caller's to read.
        shown = "(a stream)" if options.get("stream") else response.text[:2000]
        told = f"{method} {path} → {response.status_code} {shown}"
        assert (response.status_code in wanted) if wanted else response.status_code < 500, f"{told}\nexpected {expect}"
        failures.note(response.status_code, response.headers.get("X-Request-Id"))
        if response.status_code >= 400 and method != "HEAD":
            check_problem(response)
        if self.document is not None:
            is_stream = options.get("stream") and response.status_code < 400
            is_whole = method != "HEAD" and not is_stream
            self.document.observe(
                request_of(response, is_documented=is_documented), response_of(response, is_whole=is_whole)
            )
        return response

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return self.request("POST", path, **options)

    def patch(self, path: str, **options: Any) -> requests.Response:
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        return self.request("DELETE", path, **options)

    def reachable(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", urlsplit(self.server.url).port), timeout=5).close()
            return True
        except OSError:
            return False

    # --- sessions ---------------------------------------------------------------------------------------------------

    def log_in(self, username: str, password: str) -> "Api":
        answer = self.post("/users/me/authenticate", json={"username": username, "password": password}, expect=200).json()
        api = Api(self.server, answer["access_token"], answer["refresh_token"])
        api.username, api.password = username, password
        return api

    def change_password(self, new: str) -> "Api":
        """A client for the same account, with the tokens of the new password."""
        body = {"password": self.password, "new_password": new, "new_password_confirmation": new}
        self.patch("/users/me", json=body, expect=200)
        return Api(self.server).log_in(self.username, new)

    def not_fresh(self) -> "Api":
        """The same person with a token that was made from the refresh token."""
        answer = self.with_token(self.refresh_token).post("/users/me/authenticate-refresh", expect=200).json()
        return Api(self.server, answer["access_token"], self.refresh_token)


def request_of(response: requests.Response, *, is_documented: bool = True) -> openapi.Request:
    """What was sent."""
    sent = response.request
    assert sent.method
    if not is_documented:
        return openapi.Request(sent.method, sent.path_url.split("?")[0], content=None)
    body: Any = sent.body  # or what gives it piece by piece
    content = body.encode() if isinstance(body, str) else body or b""
    if not isinstance(content, bytes):
        content = None  # what was sent piece by piece is gone
    return openapi.Request(sent.method, sent.path_url, sent.headers.get("Content-Type", ""), content)


def response_of(response: requests.Response, *, is_whole: bool = True) -> openapi.Response:
    kind = response.headers.get("Content-Type", "")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return openapi.Response(response.status_code, kind, response.content if is_whole else None, headers)


def check_problem(response: requests.Response) -> dict[str, Any]:
    """The body that every error must have (RFC 9457 and docs/api.md §1)."""
    kind = response.headers.get("Content-Type", "")
    assert kind.split(";")[0].strip() == "application/problem+json", f"{response.status_code} came as {kind!r}"
    problem = response.json()
    missing = {"type", "title", "status", "detail", "message", "code", "request_id"} - problem.keys()
    assert not missing, f"the problem lacks {missing}: {problem}"
    assert problem["status"] == response.status_code, problem
    assert problem["detail"] == problem["message"], problem
    assert problem["detail"] and problem["title"] and problem["request_id"], problem
    assert CODE_WORD.fullmatch(problem["code"]), problem
    for error in problem.get("errors", []):
        assert error.keys() == {"pointer", "message"} and error["message"], problem
        assert error["pointer"] == "" or error["pointer"].startswith("/"), problem
    if response.status_code == 405:
        assert response.headers.get("Allow"), "405 without Allow"
    return problem


def pointers(response: requests.Response) -> set[str]:
    """Which members of the input the problem is about."""
    return {error["pointer"] for error in response.json().get("errors", [])}
