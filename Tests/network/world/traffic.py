"""Requests through the platform to services at sites, as people's programs make them."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import os
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from harness.api import Answer

from .programs import Client, connect, unverified
from .workbench import pieces


class Through:
    """One service, through one platform."""

    def __init__(self, api: Client, service: str) -> None:
        self.api = api
        self.service = service
        self.path = f"/api/v1/services/{service}/proxy"

    def begin(
        self, method: str, target: str, body: bytes | Iterable[bytes] | None = None,
        fields: dict[str, str] | None = None, timeout: float = 120,
    ) -> http.client.HTTPConnection:
        """A request on a connection of its own, whose answer is not waited for."""
        connection = connect(self.api.port, self.api.certificate, timeout)
        sent = {"Authorization": f"Bearer {self.api.token}", **(fields or {})}
        connection.request(method, self.path + target, body, sent)
        return connection

    def open(
        self, method: str, target: str, body: bytes | Iterable[bytes] | None = None,
        fields: dict[str, str] | None = None, timeout: float = 120,
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        """A request on a connection of its own, up to the head of the answer."""
        connection = self.begin(method, target, body, fields, timeout)
        return connection, connection.getresponse()

    def ask(self, method: str, target: str, body: Any = None, timeout: float = 60) -> tuple[int, bytes]:
        connection, answer = self.open(method, target, body, timeout=timeout)
        try:
            return answer.status, answer.read()
        finally:
            connection.close()

    def get(self, target: str, timeout: float = 60) -> bytes:
        status, body = self.ask("GET", target, timeout=timeout)
        assert status == 200, f"{target} answered {status}: {body[:300]!r}"
        return body

    def get_json(self, target: str, timeout: float = 60) -> Any:
        return json.loads(self.get(target, timeout))

    def download(self, count: int, seed: int = 1, timeout: float = 120) -> str:
        """The SHA-256 of what came of the workbench's bytes."""
        connection, answer = self.open("GET", f"/bytes?count={count}&seed={seed}", timeout=timeout)
        try:
            assert answer.status == 200, answer.read(500)
            code, length = hashlib.sha256(), 0
            while piece := answer.read1(1 << 20):
                code.update(piece)
                length += len(piece)
            assert length == count
            return code.hexdigest()
        finally:
            connection.close()

    def upload(self, count: int, seed: int = 1, chunked: bool = False, timeout: float = 120) -> str:
        """The SHA-256 that the workbench has made of what arrived there. Ends as soon as there is an answer."""
        connection = connect(self.api.port, self.api.certificate, timeout)
        try:
            connection.putrequest("PUT", f"{self.path}/digest")
            connection.putheader("Authorization", f"Bearer {self.api.token}")
            connection.putheader(*("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(count)))
            connection.endheaders()
            for piece in pieces(count, seed):
                if select.select([connection.sock], [], [], 0)[0]:
                    break
                connection.send(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            else:
                connection.send(b"0\r\n\r\n" if chunked else b"")
            answer = connection.getresponse()
            text = answer.read()
            assert answer.status == 200, text
            told = json.loads(text)
            assert told["length"] == count
            return told["sha256"]
        finally:
            connection.close()

    def socket(self, target: str = "/api/ws/echo", timeout: float = 60) -> WebSocket:
        return WebSocket(
            self.api, self.path + target, {"Authorization": f"Bearer {self.api.token}"},
            f"127.0.0.1:{self.api.port}", timeout)


class WebSocket:
    """The little of RFC 6455 that an echo takes, where a client has its platform."""

    def __init__(self, api: Client, target: str, fields: dict[str, str], host: str, timeout: float = 60) -> None:
        self._socket = socket.create_connection(("127.0.0.1", api.port), timeout)
        if api.certificate:
            self._socket = unverified().wrap_socket(self._socket)
        lines = [f"GET {target} HTTP/1.1", f"Host: {host}", "Connection: Upgrade", "Upgrade: websocket",
                 "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
                 *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        self._socket.sendall("\r\n".join(lines).encode())
        self._file = self._socket.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        while self._file.readline() not in (b"\r\n", b""):
            pass

    def send(self, text: bytes) -> None:
        mask = os.urandom(4)
        length = len(text)
        size = bytes([0x80 | length]) if length < 126 else (
            bytes([0x80 | 126]) + struct.pack(">H", length) if length < 65536
            else bytes([0x80 | 127]) + struct.pack(">Q", length))
        repeated = (mask * (length // 4 + 1))[:length]
        masked = (int.from_bytes(text, "big") ^ int.from_bytes(repeated, "big")).to_bytes(length, "big")
        self._socket.sendall(bytes([0x82]) + size + mask + masked)

    def receive(self) -> bytes | None:
        """The next message; `None` at the end of the connection."""
        head = self._file.read(2)
        if len(head) < 2 or head[0] & 0x0F == 8:
            return None
        length = head[1] & 0x7F
        if length >= 126:
            size = 2 if length == 126 else 8
            length = int.from_bytes(self._file.read(size), "big")
        text = self._file.read(length)
        return text if len(text) == length else None

    def echo(self, text: bytes) -> bytes | None:
        self.send(text)
        return self.receive()

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class Page:
    """A service's own page, entered as a browser does that follows what the platform says."""

    def __init__(self, through: Through) -> None:
        opened = through.api.request("GET", f"/api/v1/services/{through.service}/open")
        assert opened.status == 302, opened.start
        place = urlsplit(opened.fields["Location"])
        self.host, self.origin = place.netloc, f"{place.scheme}://{place.netloc}"
        self._api = through.api.again()
        self._api.token = None
        self.entered = self._api.request("GET", f"{place.path}?{place.query}", fields={"Host": self.host})
        self._cookie = self.entered.fields["Set-Cookie"].split(";")[0]

    def get(self, path: str) -> Answer:
        return self._api.request("GET", path, fields={"Host": self.host, "Cookie": self._cookie})

    def socket(self, target: str = "/api/ws/echo") -> WebSocket:
        return WebSocket(self._api, target, {"Cookie": self._cookie, "Origin": self.origin}, self.host)


@dataclass
class Outcome:
    """How something ended that ran beside the test."""

    value: Any = None
    error: BaseException | None = None
    seconds: float = 0


class Beside:
    """Runs something in a thread of its own, to see when and how it ends."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self._outcome = Outcome()
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[], Any]) -> None:
        begun = time.monotonic()
        try:
            self._outcome.value = work()
        except BaseException as error:  # noqa: BLE001  # it is the test that judges it
            self._outcome.error = error
        self._outcome.seconds = time.monotonic() - begun

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def outcome(self, seconds: float, name: str = "it") -> Outcome:
        """Once it has ended; fails when it does not in time."""
        self._thread.join(seconds)
        assert self.is_over, f"{name} is still under way after {seconds:g} s"
        return self._outcome
