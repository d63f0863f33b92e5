"""A small client of the public API: one connection, kept alive."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from .processes import HarnessError


@dataclass
class Answer:
    status: int
    body: bytes
    fields: http.client.HTTPMessage

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def start(self) -> str:
        """The beginning of the body, for messages."""
        return self.body[:500].decode(errors="replace")


class API:
    """Speaks to one platform with one credential."""

    # The platform closes idle connections after a minute; one that idled longer than this is not used again.
    IDLE_SECONDS = 20

    def __init__(self, port: int, token: str | None = None, secure: bool = False) -> None:
        self.port = port
        self.token = token
        self.secure = secure
        connection = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        self._connection = connection("127.0.0.1", port, timeout=300)
        self._used = time.monotonic()

    @property
    def origin(self) -> str:
        return f"{'https' if self.secure else 'http'}://127.0.0.1:{self.port}"

    def request(
        self, method: str, path: str, body: bytes | None = None, fields: dict[str, str] | None = None
    ) -> Answer:
        sent = dict(fields or {})
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        if time.monotonic() - self._used > self.IDLE_SECONDS:
            self._connection.close()
        try:
            self._connection.request(method, path, body, sent)
            response = self._connection.getresponse()
            return Answer(response.status, response.read(), response.headers)
        except (http.client.HTTPException, OSError):
            self._connection.close()
            raise
        finally:
            self._used = time.monotonic()

    def expect(
        self, status: int, method: str, path: str, value: Any = None, fields: dict[str, str] | None = None
    ) -> Any:
        """The answer's JSON; raises when the status is another."""
        body = None if value is None else json.dumps(value).encode()
        sent = {"Content-Type": "application/json"} if body is not None else {}
        answer = self.request(method, path, body, {**sent, **(fields or {})})
        if answer.status != status:
            raise HarnessError(f"{method} {path} answered {answer.status}: {answer.start}")
        return answer.json() if answer.body else None

    def get(self, path: str, **query: Any) -> Any:
        return self.expect(200, "GET", path + ("?" + urlencode(query, quote_via=quote) if query else ""))

    def sign_in(self, email: str, password: str) -> dict[str, str]:
        """Signs in as a browser does; the fields to send with each request that changes something."""
        answer = self.request(
            "POST",
            "/api/v1/session",
            json.dumps({"email": email, "password": password}).encode(),
            {"Content-Type": "application/json"},
        )
        if answer.status != 200:
            raise HarnessError(f"signing in answered {answer.status}: {answer.start}")
        cookie = answer.fields["Set-Cookie"].split(";", 1)[0]
        return {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrfToken"]}

    def take_token(self, email: str, password: str, name: str) -> str:
        """Signs in and makes an API token, which is used from then on; its id."""
        made = self.expect(201, "POST", "/api/v1/tokens", {"name": name}, self.sign_in(email, password))
        self.token = made["token"]
        return made["id"]

    def create_project(self, organization: str, project: str) -> tuple[str, str]:
        """The ids of a new organization and a new project in it."""
        org = self.expect(201, "POST", "/api/v1/orgs", {"name": organization})["id"]
        return org, self.expect(201, "POST", f"/api/v1/orgs/{org}/projects", {"name": project})["id"]

    def import_services(self, project: str, csv: bytes) -> int:
        """How many were imported; raises when a line was not."""
        answer = self.request(
            "POST", f"/api/v1/projects/{project}/services/import", csv, {"Content-Type": "text/csv"}
        )
        if answer.status != 200:
            raise HarnessError(f"the import answered {answer.status}: {answer.start}")
        result = answer.json()
        if result["failed"]:
            raise HarnessError(f"the import refused {len(result['failed'])} lines, such as {result['failed'][0]}")
        return result["imported"]
