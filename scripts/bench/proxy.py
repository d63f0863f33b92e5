"""The tunnel beside nginx: both pass requests on to the same simulated service, turn by turn.

usage: proxy.py BINARY RESULTS
"""

from __future__ import annotations

import os
import pwd
import re
import statistics
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from bench.results import Results
from harness.platform import serve, simulate
from harness.processes import HarnessError, Running, exit_on_signals, free_port

ROUNDS = 3
SECONDS = 10
CONNECTIONS = 64
GIBIBYTE = 1 << 30
# What buffers of a few hundred connections may take; a body in memory would show as a thousand.
FLAT = 50e6

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass
class Way:
    """One way to the service: its URL and what to send along."""

    name: str
    base: str
    fields: list[str]


@dataclass
class Load:
    requests_a_second: float
    p50: float
    p99: float


def main() -> int:
    exit_on_signals()
    results = Results("Tunnel: one simulated service behind it")
    with tempfile.TemporaryDirectory(prefix="ew-bench-") as name:
        folder = Path(name)
        fleet, port, csv = simulate(sys.argv[1], folder, 1)
        with fleet:
            running, api = serve(sys.argv[1], folder, "--monitor-interval", "3600")
            with running, nginx(folder, port) as proxy_base:
                _, project = api.create_project("Bench", "Tunnel")
                api.import_services(project, csv.read_bytes())
                service = api.get(f"/api/v1/projects/{project}/services")["items"][0]["id"]
                ours = Way(
                    "Edgewright", f"http://127.0.0.1:{api.port}/api/v1/services/{service}/proxy",
                    [f"Authorization: Bearer {api.token}"],
                )
                theirs = Way("nginx", f"{proxy_base}/edge-00001", [])
                direct = Way("no proxy", f"http://127.0.0.1:{port}/edge-00001", [])
                measure_small(ours, theirs, direct, results)
                measure_body(ours, theirs, running, results)
    results.notes.append(
        f"Small: `wrk -t1 -c{CONNECTIONS} -d{SECONDS}s` on `/api/version`, {ROUNDS} rounds in turn, medians. Body: one "
        f"GET of 1 GiB, {ROUNDS} rounds in turn, medians. nginx has 2 workers and keeps its connections to the "
        "service; wrk, both proxies and the service share this machine's cores."
    )
    results.write(sys.argv[2])
    return 0 if results.passed else 1


class nginx:
    """nginx with Debian's defaults but for what it needs to pass requests on well."""

    def __init__(self, folder: Path, upstream: int) -> None:
        self.port = free_port()
        own = folder / "nginx"
        (own / "temp").mkdir(parents=True)
        user = f"user {pwd.getpwuid(os.getuid()).pw_name};" if os.getuid() == 0 else ""
        temporary = "\n".join(
            f"{kind}_temp_path {own}/temp/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (own / "nginx.conf").write_text(
            f"""
{user}
daemon off;
worker_processes 2;
pid {own}/nginx.pid;
error_log {own}/error.log warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    {temporary}
    keepalive_requests 10000000;
    upstream edge {{
        server 127.0.0.1:{upstream};
        keepalive 256;
        keepalive_requests 10000000;
    }}
    server {{
        listen 127.0.0.1:{self.port};
        location / {{
            proxy_pass http://edge;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}
    }}
}}
"""
        )
        command = ["nginx", "-p", str(own), "-c", str(own / "nginx.conf"), "-e", str(own / "error.log")]
        self._command, self._log = command, own / "output.log"

    def __enter__(self) -> str:
        self._running = Running("nginx", self._command, self._log)
        base = f"http://127.0.0.1:{self.port}"
        try:
            self._running.wait_for(f"{base}/edge-00001/api/version")
        except BaseException:
            self._running.stop()
            raise
        return base

    def __exit__(self, *_: object) -> None:
        self._running.stop()


def measure_small(ours: Way, theirs: Way, direct: Way, results: Results) -> None:
    for way in (ours, theirs):
        load(way, 3)
    rounds: dict[str, list[Load]] = {ours.name: [], theirs.name: []}
    for _ in range(ROUNDS):
        for way in (ours, theirs):
            rounds[way.name].append(load(way, SECONDS))
    rounds[direct.name] = [load(direct, SECONDS)]
    middle = {}
    for name, loads in rounds.items():
        middle[name] = Load(*(statistics.median(values) for values in zip(*map(astuple, loads), strict=True)))
        rate, p50, p99 = astuple(middle[name])
        results.add(f"small GET, {name}", f"{rate:,.0f}/s, p50 {p50:.2f} ms, p99 {p99:.2f} ms")
    mine, other = middle[ours.name], middle[theirs.name]
    results.at_least("small GET: rate ÷ nginx’s (aim 0.5)", mine.requests_a_second / other.requests_a_second, 0.3)
    results.at_most("small GET: p99 ÷ nginx’s", mine.p99 / other.p99, 3)


def astuple(load: Load) -> tuple[float, float, float]:
    return (load.requests_a_second, load.p50, load.p99)


def load(way: Way, seconds: int) -> Load:
    fields = [part for value in way.fields for part in ("-H", value)]
    command = [
        "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "--latency", *fields,
        way.base + "/api/version",
    ]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise HarnessError(f"{way.name} answered badly under load:\n{said}")
    return Load(float(found(r"Requests/sec:\s+([\d.]+)", said)[0]), latency("50", said), latency("99", said))


def latency(share: str, said: str) -> float:
    """Milliseconds."""
    number, unit = found(rf"\s{share}%\s+([\d.]+)(us|ms|s|m)\b", said)
    return float(number) * UNITS[unit]


def found(pattern: str, said: str) -> tuple[str, ...]:
    match = re.search(pattern, said)
    if match is None:
        raise HarnessError(f"wrk said nothing of {pattern!r}:\n{said}")
    return match.groups()


def measure_body(ours: Way, theirs: Way, running: Running, results: Results) -> None:
    rates: dict[str, list[float]] = {ours.name: [], theirs.name: []}
    before = running.memory()
    peak = 0
    for _ in range(ROUNDS):
        with MemoryWatch(running) as watch:
            rates[ours.name].append(download(ours))
        peak = max(peak, watch.peak)
        rates[theirs.name].append(download(theirs))
    middle = {name: statistics.median(values) for name, values in rates.items()}
    for name, rate in middle.items():
        results.add(f"1 GiB body, {name}", f"{rate / 1e6:,.0f} MB/s")
    results.at_least("1 GiB body: rate ÷ nginx’s", middle[ours.name] / middle[theirs.name], 0.5)
    after = running.memory()
    results.add(
        "1 GiB body: resident memory before, most, after",
        f"{before / 1e6:.0f}, {peak / 1e6:.0f}, {after / 1e6:.0f} MB", f"growth ≤ {FLAT / 1e6:.0f} MB",
        max(peak, after) - before <= FLAT,
    )


def download(way: Way) -> float:
    """Bytes a second."""
    fields = [part for value in way.fields for part in ("-H", value)]
    command = [
        "curl", "-sS", "--noproxy", "*", "--max-time", "120", "-o", "/dev/null", "-w",
        "%{http_code} %{size_download} %{speed_download}", *fields, f"{way.base}/api/sim/bytes?count={GIBIBYTE}",
    ]
    said = subprocess.run(command, capture_output=True, text=True, timeout=180)
    status, size, speed = (said.stdout.split() + ["", "", ""])[:3]
    if said.returncode != 0 or status != "200" or int(size) != GIBIBYTE:
        raise HarnessError(f"{way.name} answered {status} with {size} bytes; curl: {said.stderr}")
    return float(speed)


class MemoryWatch:
    """The most memory a program has while the `with` block runs, looked at 50 times a second."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> MemoryWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.02):
            self.peak = max(self.peak, self.running.memory())


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HarnessError as error:
        sys.exit(f"error: {error}")
