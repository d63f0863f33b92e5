"""Thousands of agents at once: what each costs while all is quiet, and how they come back when the platform was gone."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench.results import Results
from bench.tunnels import QUIET, enrollment_token
from harness.api import API
from harness.certificate import Certificate
from harness.platform import serve, simulate
from harness.processes import HarnessError, Running

IDLE_SECONDS = int(os.environ.get("BENCH_IDLE_SECONDS", "60"))
# Long enough that the agents have come to wait as long as they ever do between two attempts.
AWAY_SECONDS = int(os.environ.get("BENCH_AWAY_SECONDS", "120"))
# How long all may take to be there, before it is given up.
PATIENCE = 300


@dataclass
class Crowd:
    """Agents of one kind: on connections with TLS, or without."""

    name: str
    count: int
    certificate: Certificate | None
    # Of the platform's memory, for each.
    kilobytes: float

    def title(self, what: str) -> str:
        return f"{self.count:,} agents, {self.name}: {what}"


def measure_crowd(binary: str, crowd: Crowd, folder: Path, results: Results) -> None:
    folder.mkdir()
    running, api = serve(binary, folder, "--monitor-interval", "3600", certificate=crowd.certificate)
    with contextlib.ExitStack() as stack:
        stack.enter_context(running)
        _, project = api.create_project("Bench", "Crowd")
        token = enrollment_token(api, project, crowd.count)
        before = running.memory()
        options = ["--agents-of", api.origin, "--token", token]
        options += ["--ca", str(crowd.certificate.file)] if crowd.certificate else []
        started = time.monotonic()
        fleet, _, _ = simulate(binary, folder, crowd.count, *options)
        stack.enter_context(fleet)
        waited = seconds_until_all(api, project, crowd.count, started)
        if waited is None:
            raise HarnessError(f"{online(api, project)} of {crowd.count} agents are there after {PATIENCE} s")
        results.add(crowd.title("enrolled and online"), f"{waited:.1f} s")
        measure_quiet(running, before, crowd, api.port, results)
        for what, away in (("at once", 0), (f"after {AWAY_SECONDS} s", AWAY_SECONDS)):
            running = stack.enter_context(restart(running, api, away))
            measure_return(running, API(api.port, api.token, api.secure), project, crowd, what, results)


# MARK: Quiet


def measure_quiet(running: Running, before: int, crowd: Crowd, port: int, results: Results) -> None:
    time.sleep(QUIET)
    traffic, cpu, started = bytes_of_connections(port), running.cpu_seconds(), time.monotonic()
    time.sleep(IDLE_SECONDS)
    seconds = time.monotonic() - started
    after, cpu = running.memory(), running.cpu_seconds() - cpu
    rest = bytes_of_connections(port)
    kept = traffic.keys() & rest.keys()
    if len(kept) < crowd.count:
        raise HarnessError(f"only {len(kept)} connections of {crowd.count} agents were there all the time")
    results.add(crowd.title("resident memory before"), f"{before / 1e6:.0f} MB")
    results.at_most(crowd.title("resident memory with all"), after / 1e6, 600, " MB", 0)
    results.at_most(crowd.title("memory of each"), (after - before) / crowd.count / 1e3, crowd.kilobytes, " kB", 1)
    idle = sum(rest[key] - traffic[key] for key in kept) / seconds / crowd.count
    results.at_most(crowd.title("idle traffic of each"), idle, 50, " bytes/s", 1)
    results.add(crowd.title("CPU while quiet, share of one core"), f"{cpu / seconds:.1%}")


def bytes_of_connections(port: int) -> dict[str, int]:
    """What each connection to a port has carried so far in both directions, TLS included, by the peer's address."""
    command = ["ss", "-HtinO", "state", "established", f"sport = :{port}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    carried = {}
    for line in said.splitlines():
        peer = line.split()[3]
        carried[peer] = sum(int(count) for count in re.findall(r"\bbytes_(?:sent|received):(\d+)", line))
    return carried


# MARK: Storms


def restart(running: Running, api: API, away: float) -> Running:
    """Ends the platform in the middle of whatever it does, and has it listen again."""
    running.process.kill()
    running.process.wait()
    time.sleep(away)
    again = Running(running.name, running.process.args, running.log)
    try:
        again.wait_for(f"{api.origin}/readyz")
    except BaseException:
        again.stop()
        raise
    return again


def measure_return(
    running: Running, api: API, project: str, crowd: Crowd, what: str, results: Results
) -> None:
    started = time.monotonic()
    with Bystander(API(api.port, api.token, api.secure), project) as bystander:
        waited = seconds_until_all(api, project, crowd.count, started)
    title = crowd.title(f"killed, there again {what}")
    if waited is None:
        results.add(title, f"{online(api, project)} online after {PATIENCE} s", "≤ 60 s", False)
    else:
        results.at_most(title + ", all online after", waited, 60, " s", 1)
    results.add(title + ", CPU of the platform", f"{running.cpu_seconds():.1f} s")
    for name, seconds in bystander.slowest.items():
        results.at_most(f"{title}, {name}, slowest meanwhile", seconds, 1, " s", 3)
    if bystander.failures:
        results.add(title + ", answers that failed", f"{len(bystander.failures)}: {bystander.failures[0]}", "0", False)


@dataclass
class Bystander:
    """Somebody who uses the API meanwhile, every 250 ms, on a kept connection."""

    api: API
    project: str
    slowest: dict[str, float] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def __enter__(self) -> Bystander:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _ask(self) -> None:
        paths = {"`/me`": "/api/v1/me", "agents listed": f"/api/v1/projects/{self.project}/agents?limit=50"}
        while not self._ended.wait(0.25):
            for name, path in paths.items():
                started = time.monotonic()
                try:
                    self.api.get(path)
                except Exception as failure:  # noqa: BLE001
                    self.failures.append(str(failure))
                self.slowest[name] = max(self.slowest.get(name, 0), time.monotonic() - started)


def seconds_until_all(api: API, project: str, count: int, since: float) -> float | None:
    """Nothing when they are not there in time."""
    while online(api, project) < count:
        if time.monotonic() - since > PATIENCE:
            return None
        time.sleep(0.25)
    return time.monotonic() - since


def online(api: API, project: str) -> int:
    return api.get(f"/api/v1/projects/{project}/agents", online="true", total="true", limit=1)["total"]
