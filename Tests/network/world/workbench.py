"""A service at a site that says exactly which bytes went through: run as a program.

GET /                     200, so that the monitor is content
GET /bytes?count=&seed=   so many bytes, the same for the same seed
GET /endless              bytes for as long as somebody reads
PUT, POST /digest         the SHA-256 and the length of what was sent
PUT /crawl                takes a body at 64 kB a second
GET /hang                 an answer that never comes
GET /moved                a redirect to its own /bytes
GET /counts               what became of all these: bytes written, bodies broken off, requests under way
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

MEGABYTE = 1 << 20
PIECE = 256 << 10


def pieces(count: int, seed: int) -> Iterator[bytes]:
    """Not compressible, and no two alike, at the price of one piece of them."""
    block = random.Random(seed).randbytes(PIECE)
    for number in itertools.count():
        if count <= 0:
            return
        piece = number.to_bytes(8, "big") + block[8:]
        yield piece[:count]
        count -= len(piece)


def digest(count: int, seed: int) -> str:
    code = hashlib.sha256()
    for piece in pieces(count, seed):
        code.update(piece)
    return code.hexdigest()


class Counts:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.values = {"written": 0, "broken": 0, "underWay": 0}

    def add(self, name: str, number: int) -> None:
        with self._lock:
            self.values[name] += number


counts = Counts()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self) -> None:
        place = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(place.query).items()}
        counts.add("underWay", 1)
        try:
            self._route(place.path, query)
        except OSError:
            counts.add("broken", 1)
            self.close_connection = True
        finally:
            counts.add("underWay", -1)

    do_GET = do_PUT = do_POST = _answer

    def _route(self, path: str, query: dict[str, str]) -> None:
        match path:
            case "/bytes": self._bytes(int(query["count"]), int(query.get("seed", "1")))
            case "/endless": self._endless()
            case "/digest": self._digest(0)
            case "/crawl": self._digest(1)
            case "/hang": self.rfile.read(1)
            case "/moved": self._send(302, b"", Location=f"http://{self.headers['Host']}/bytes?count=9")
            case "/counts": self._json(counts.values)
            case _: self._json({"service": "workbench"})

    def _bytes(self, count: int, seed: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(count))
        self.end_headers()
        for piece in pieces(count, seed):
            self._write(piece)

    def _endless(self) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        for piece in pieces(1 << 50, 1):
            self._write(piece)

    def _write(self, piece: bytes) -> None:
        self.wfile.write(piece)
        counts.add("written", len(piece))

    def _digest(self, pause: int) -> None:
        code, length = hashlib.sha256(), 0
        for piece in self._body():
            code.update(piece)
            length += len(piece)
            # Being slow is what it is for.
            if pause:
                time.sleep(pause)
        self._json({"sha256": code.hexdigest(), "length": length})

    def _body(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
                yield self._read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers.get("Content-Length", "0"))
        while left:
            piece = self._read(min(left, 64 << 10))
            left -= len(piece)
            yield piece

    def _read(self, size: int) -> bytes:
        piece = self.rfile.read(size)
        if len(piece) < size:
            raise ConnectionError("the body was broken off")
        return piece

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), **{"Content-Type": "application/json"})

    def _send(self, status: int, body: bytes, **fields: str) -> None:
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
