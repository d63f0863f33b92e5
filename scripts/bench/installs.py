"""Installing a hundred containers, against the bare calls of the Docker engine's API that make the same ones.

usage: with-docker.sh installs.py BINARY RESULTS
"""

from __future__ import annotations

import http.client
import io
import json
import os
import socket
import statistics
import sys
import tarfile
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.results import Results
from harness.api import API
from harness.platform import serve
from harness.processes import HarnessError, exit_on_signals, wait_until

CONTAINERS = int(os.environ.get("BENCH_CONTAINERS", "100"))
CONCURRENCY = int(os.environ.get("BENCH_CONCURRENCY", "10"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
IMAGE = "edgewright-sim:3.6.0"
FIRST_PORT = 21000
KEY_FOLDER = "/opt/neuronex/etc"
DATA_FOLDER = "/opt/neuronex/data"


def main() -> int:
    exit_on_signals()
    results = Results(f"Install: {CONTAINERS} containers on one Docker engine, {CONCURRENCY} at a time")
    engine = os.environ["DOCKER_HOST"].removeprefix("unix://")
    bare: list[float] = []
    platform: list[float] = []
    with tempfile.TemporaryDirectory(prefix="ew-bench-") as name:
        running, api = serve(sys.argv[1], Path(name))
        with running:
            plant = Plant(api)
            make_bare(engine, CONCURRENCY)  # Warms the engine's caches for both.
            for _ in range(ROUNDS):
                bare.append(make_bare(engine, CONTAINERS))
                platform.append(plant.install())
            memory = running.memory("VmHWM") / 1e6
    results.add("bare calls", f"{statistics.median(bare):.1f} s ({spread(bare)})")
    results.add("Edgewright", f"{statistics.median(platform):.1f} s ({spread(platform)})")
    results.at_most("Edgewright ÷ bare calls", statistics.median(platform) / statistics.median(bare), 1.15)
    results.add("resident memory, most ever", f"{memory:.0f} MB")
    results.notes.append(
        f"Bare: a script with {CONCURRENCY} threads and a kept connection each; for every container the calls that make "
        "its volume, create it, put a key file into it and start it. It does not wait for the service in it; Edgewright "
        "waits for each to answer its API, chooses the ports and writes down what it did. "
        f"{ROUNDS} rounds in turn, medians; the containers of a round are removed before the next."
    )
    results.write(sys.argv[2])
    return 0 if results.passed else 1


def spread(seconds: list[float]) -> str:
    return f"{min(seconds):.1f} to {max(seconds):.1f}"


# MARK: Bare calls


class EngineConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("engine", timeout=120)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)

    def call(self, method: str, target: str, value: Any = None, archive: bytes | None = None) -> Any:
        body = archive if archive is not None else None if value is None else json.dumps(value).encode()
        kind = "application/x-tar" if archive is not None else "application/json"
        self.request(method, target, body, {"Content-Type": kind} if body is not None else {})
        response = self.getresponse()
        answer = response.read()
        if response.status >= 300:
            raise HarnessError(f"{method} {target} answered {response.status}: {answer[:300]!r}")
        return json.loads(answer) if answer and "json" in response.headers.get("Content-Type", "") else None


def make_bare(path: str, count: int) -> float:
    """How long it took; they are removed after that."""
    archive = key_archive()

    def make(numbers: range) -> None:
        engine = EngineConnection(path)
        for number in numbers:
            name = f"bare-{number:03}"
            engine.call("POST", "/volumes/create", {"Name": f"{name}-data"})
            made = engine.call("POST", f"/containers/create?name={name}", {
                "Image": IMAGE,
                "ExposedPorts": {"8085/tcp": {}},
                "HostConfig": {
                    "PortBindings": {"8085/tcp": [{"HostPort": str(FIRST_PORT + number)}]},
                    "Binds": [f"{name}-data:{DATA_FOLDER}"],
                    "RestartPolicy": {"Name": "unless-stopped"},
                    "LogConfig": {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}},
                },
            })
            engine.call("PUT", f"/containers/{made['Id']}/archive?path={KEY_FOLDER}", archive=archive)
            engine.call("POST", f"/containers/{made['Id']}/start")

    parts = [range(start, count, CONCURRENCY) for start in range(CONCURRENCY)]
    started = time.monotonic()
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        list(pool.map(make, parts))
    seconds = time.monotonic() - started
    remove_bare(path, count)
    return seconds


def remove_bare(path: str, count: int) -> None:
    engine = EngineConnection(path)
    for number in range(count):
        engine.call("DELETE", f"/containers/bare-{number:03}?force=true&v=true")
        engine.call("DELETE", f"/volumes/bare-{number:03}-data")


def key_archive() -> bytes:
    contents = b"-----BEGIN PUBLIC KEY-----\n" + b"A" * 400 + b"\n-----END PUBLIC KEY-----\n"
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        entry = tarfile.TarInfo("edgewright.pub")
        entry.size = len(contents)
        archive.addfile(entry, io.BytesIO(contents))
    return stream.getvalue()


# MARK: The platform


class Plant:
    """A project with the engine as its node."""

    def __init__(self, api: API) -> None:
        self.api = api
        _, project = api.create_project("Bench", "Installs")
        self.batches = f"/api/v1/projects/{project}/batches"
        self.host = api.expect(201, "POST", f"/api/v1/projects/{project}/hosts", {
            "name": "bench", "address": os.environ["DOCKER_HOST"]})["id"]
        self.image = api.expect(201, "POST", "/api/v1/images", {"category": "neuronex", "reference": IMAGE})["id"]
        wait_until("the node to be online", 60, self._is_online)

    def _is_online(self) -> bool:
        return self.api.get(f"/api/v1/hosts/{self.host}")["status"] == "online"

    def install(self) -> float:
        """How long it took; they are removed after that."""
        seconds = self._carry_out({
            "kind": "install", "targets": {"hosts": [self.host], "count": CONTAINERS},
            "parameters": {"namePrefix": "press-", "image": self.image, "authentication": True},
            "policy": {"concurrency": CONCURRENCY}})
        self._carry_out({
            "kind": "delete", "targets": {"filter": {}}, "parameters": {"deleteVolumes": True},
            "policy": {"concurrency": CONCURRENCY}})
        return seconds

    def _carry_out(self, request: dict[str, Any]) -> float:
        started = time.monotonic()
        place = f"/api/v1/batches/{self.api.expect(202, 'POST', self.batches, request)['id']}"
        wait_until("the batch to end", 600, lambda: self.api.get(place)["state"] not in ("pending", "running"), every=0.1)
        seconds = time.monotonic() - started
        batch = self.api.get(place)
        if batch["state"] != "succeeded":
            failed = self.api.get(f"{place}/items", state="failed", limit=1)["items"]
            raise HarnessError(f"the batch ended as {batch}, such as {failed}")
        return seconds


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HarnessError as error:
        sys.exit(f"error: {error}")
