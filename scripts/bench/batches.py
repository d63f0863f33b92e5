"""The batch engine with targets that answer at once: tags on 10,000 services, on SQLite and on PostgreSQL.

usage: with-postgres.sh batches.py BINARY RESULTS
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from bench.results import Results
from harness.api import API
from harness.platform import serve
from harness.processes import HarnessError, exit_on_signals, wait_until

SERVICES = int(os.environ.get("BENCH_BATCH_SERVICES", "10000"))
LIMIT = 600


def main() -> int:
    exit_on_signals()
    results = Results(f"Batches: a tag for each of {SERVICES} services")
    for engine in ("SQLite", "PostgreSQL"):
        with tempfile.TemporaryDirectory(prefix="ew-bench-") as name:
            measure(engine, Path(name), results)
    results.notes.append(
        "Each target is a change with its own authorization, its own item in the batch and its own entry in the audit "
        "log; `policy` has its defaults. Meanwhile another client asks for the batch, its items and the list of batches "
        "over and over: the slowest of these calls is in the table. PostgreSQL writes its commits to the disk."
    )
    results.write(sys.argv[2])
    return 0 if results.passed else 1


def measure(engine: str, folder: Path, results: Results) -> None:
    options = ["--monitor-interval", "3600"]
    if engine == "PostgreSQL":
        options += ["--database", os.environ["EDGEWRIGHT_TEST_POSTGRES"]]
    running, api = serve(sys.argv[1], folder, *options)
    with running:
        _, project = api.create_project("Bench", "Batches")
        if api.import_services(project, make_csv()) != SERVICES:
            raise HarnessError("not all services were imported")
        batches = f"/api/v1/projects/{project}/batches"
        asked = {"kind": "tag", "targets": {"filter": {}}, "parameters": {"add": ["measured"]}}
        started = time.monotonic()
        batch = api.expect(202, "POST", batches, asked)["id"]
        results.at_most(f"{engine}: created", time.monotonic() - started, 1, " s")
        watcher = Watcher(api, batches, batch)
        done = finished(api, batch)
        seconds = time.monotonic() - started
        watcher.stop()
        if done["state"] != "succeeded" or done["counts"]["succeeded"] != SERVICES:
            raise HarnessError(f"the batch ended as {done}")
        results.at_most(f"{engine}: finished", seconds, 20 if engine == "SQLite" else SERVICES / 1000, " s", 1)
        results.add(f"{engine}: items a second", f"{SERVICES / seconds:,.0f}")
        for call, slowest in sorted(watcher.slowest.items()):
            results.at_most(f"{engine}: {call}, slowest meanwhile", slowest, 1, " s", 3)
        results.at_most(f"{engine}: resident memory, most ever", running.memory("VmHWM") / 1e6, 300, " MB", 0)


def make_csv() -> bytes:
    """Nothing listens at the endpoints: the monitor rests during this measurement."""
    lines = ["category,name,nodeType,endpoint,scheme,tagName"]
    lines += [f"neuronex,edge-{number:05},Direct,127.0.0.1:9/{number},http," for number in range(1, SERVICES + 1)]
    return ("\r\n".join(lines) + "\r\n").encode()


def finished(api: API, batch: str) -> dict[str, Any]:
    """The batch as it is when it has come to its end."""
    place = f"/api/v1/batches/{batch}"
    wait_until("the batch to end", LIMIT, lambda: api.get(place)["state"] not in ("pending", "running"), every=0.1)
    return api.get(place)


class Watcher:
    """A person with the batch's pages open: asks for one after the other until it is stopped."""

    def __init__(self, api: API, batches: str, batch: str) -> None:
        self.slowest: dict[str, float] = {}
        self._calls = {
            "batch shown": f"/api/v1/batches/{batch}",
            "items listed": f"/api/v1/batches/{batch}/items?limit=200",
            "items of a state counted": f"/api/v1/batches/{batch}/items?limit=50&state=succeeded&total=true",
            "batches listed": batches,
        }
        self._api = API(api.port, api.token)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(0.1):
            for call, path in self._calls.items():
                started = time.perf_counter()
                self._api.get(path)
                self.slowest[call] = max(self.slowest.get(call, 0), time.perf_counter() - started)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HarnessError as error:
        sys.exit(f"error: {error}")
