"""The monitor beside Prometheus: the same simulated services, the same interval, one after the other.

usage: monitor.py BINARY RESULTS
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

from bench.results import Results
from harness.api import API
from harness.platform import serve, simulate
from harness.processes import HarnessError, Running, exit_on_signals, free_port, wait_until

INTERVAL = 15
SERVICES = int(os.environ.get("BENCH_SERVICES", "10000"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "75"))
PORT_EACH = os.environ.get("BENCH_LAYOUT", "paths") == "ports"
FIRST_PORT = 10_000


def main() -> int:
    exit_on_signals()
    results = Results(f"Monitor: {SERVICES} services, every {INTERVAL} s")
    with tempfile.TemporaryDirectory(prefix="ew-bench-") as name:
        folder = Path(name)
        layout = ["--base-port", str(FIRST_PORT)] if PORT_EACH else []
        fleet, port, csv = simulate(sys.argv[1], folder, SERVICES, *layout)
        with fleet:
            ours = measure_platform(folder, csv, results)
            theirs = measure_prometheus(folder, port, results)
    results.at_most("CPU of a probe ÷ CPU of a scrape", ours / theirs, 1.0)
    results.notes.append(
        f"CPU is user and system time of the process over {SECONDS} s in the steady state; a probe is a whole round of "
        f"one service, a scrape one GET of `/api/neuron/metrics?category=global`. The services listen on "
        + ("a port each." if PORT_EACH else "one port, below a base path each.")
    )
    results.write(sys.argv[2])
    return 0 if results.passed else 1


def measure_platform(folder: Path, csv: Path, results: Results) -> float:
    """CPU seconds for 1,000 probes."""
    running, api = serve(sys.argv[1], folder, "--monitor-interval", str(INTERVAL))
    with running:
        _, project = api.create_project("Bench", "Monitor")
        started = time.monotonic()
        imported = api.import_services(project, csv.read_bytes())
        imported_at = time.monotonic()
        if imported != SERVICES:
            raise HarnessError(f"{imported} of {SERVICES} services were imported")
        results.add("import", f"{imported_at - started:.2f} s")
        online_after = wait_for_all_online(api, project, imported_at)
        results.at_most("all online after import", online_after, INTERVAL, " s", 1)
        # The first round is the import's own; what is measured begins after it.
        time.sleep(INTERVAL)
        probes_before, cpu_before, started = count_probes(api), running.cpu_seconds(), time.monotonic()
        memory = 0
        while time.monotonic() - started < SECONDS:
            time.sleep(1)
            memory = max(memory, running.memory())
        seconds = time.monotonic() - started
        cpu = running.cpu_seconds() - cpu_before
        probes_after = count_probes(api)
        if online(api, project) != SERVICES:
            raise HarnessError("not all services stayed online")
        if probes_before is not None and probes_after is not None:
            probes, source = probes_after - probes_before, "counted"
        else:
            probes, source = SERVICES * seconds / INTERVAL, "as the interval has it"
        results.add("probes a second", f"{probes / seconds:.0f} ({source})")
        results.add("CPU, share of one core", f"{cpu / seconds:.1%}")
        results.add("CPU for 1,000 probes", f"{cpu / probes * 1000:.3f} s")
        results.at_most("resident memory, most in the steady state", memory / 1e6, 400, " MB", 0)
        results.add("resident memory, most ever", f"{running.memory('VmHWM') / 1e6:.0f} MB")
        return cpu / probes * 1000


def online(api: API, project: str) -> int:
    return api.get(f"/api/v1/projects/{project}/overview")["services"]["online"]


def wait_for_all_online(api: API, project: str, since: float) -> float:
    with contextlib.suppress(HarnessError):
        wait_until("all online", 8 * INTERVAL, lambda: online(api, project) == SERVICES, every=0.25)
        return time.monotonic() - since
    raise HarnessError(f"after {8 * INTERVAL} s {online(api, project)} of {SERVICES} services are online")


def count_probes(api: API) -> float | None:
    """By the platform's own counter, when it has one."""
    return metric(api.request("GET", "/metrics").body.decode(), "edgewright_probes_total")


def metric(text: str, name: str, *labels: str) -> float | None:
    """The sum of the series of that name which have these labels; nothing when there are none."""
    values = [
        float(line.rsplit(" ", 1)[1])
        for line in text.splitlines()
        if (line.startswith(name + "{") or line.startswith(name + " ")) and all(label in line for label in labels)
    ]
    return sum(values) if values else None


def measure_prometheus(folder: Path, port: int, results: Results) -> float:
    """CPU seconds for 1,000 scrapes."""
    own_port = free_port()
    (folder / "targets.json").write_text(json.dumps([target(number, port) for number in range(1, SERVICES + 1)]))
    (folder / "prometheus.yml").write_text(
        f"""
global: {{scrape_interval: {INTERVAL}s, scrape_timeout: 10s}}
scrape_configs:
  - job_name: edge
    params: {{category: [global]}}
    file_sd_configs: [{{files: [{folder}/targets.json]}}]
"""
    )
    command = [
        "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
        f"--web.listen-address=127.0.0.1:{own_port}",
    ]
    with Running("prometheus", command, folder / "prometheus.log") as running:
        base = f"http://127.0.0.1:{own_port}"
        running.wait_for(f"{base}/-/ready")
        wait_until("Prometheus sees all services", 8 * INTERVAL, lambda: scraped(base) == SERVICES, every=1)
        time.sleep(INTERVAL)
        scrapes_before, cpu_before, started = count_scrapes(base), running.cpu_seconds(), time.monotonic()
        memory = 0
        while time.monotonic() - started < SECONDS:
            time.sleep(1)
            memory = max(memory, running.memory())
        seconds = time.monotonic() - started
        cpu = running.cpu_seconds() - cpu_before
        scrapes = count_scrapes(base) - scrapes_before
        if scraped(base) != SERVICES:
            raise HarnessError("not all services could be scraped")
        results.add("Prometheus: scrapes a second", f"{scrapes / seconds:.0f}")
        results.add("Prometheus: CPU for 1,000 scrapes", f"{cpu / scrapes * 1000:.3f} s")
        results.add("Prometheus: resident memory", f"{memory / 1e6:.0f} MB")
        return cpu / scrapes * 1000


def target(number: int, port: int) -> dict:
    address = f"127.0.0.1:{FIRST_PORT + number - 1 if PORT_EACH else port}"
    path = ("" if PORT_EACH else f"/edge-{number:05}") + "/api/neuron/metrics"
    return {"targets": [address], "labels": {"__metrics_path__": path, "edge": f"edge-{number:05}"}}


def fetch(url: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=30) as response:
        return response.read().decode()


def scraped(base: str) -> int:
    query = urllib.parse.urlencode({"query": "count(up == 1)"})
    found = json.loads(fetch(f"{base}/api/v1/query?{query}"))["data"]["result"]
    return int(found[0]["value"][1]) if found else 0


def count_scrapes(base: str) -> float:
    name, label = "prometheus_target_interval_length_seconds_count", f'interval="{INTERVAL}s"'
    return metric(fetch(f"{base}/metrics"), name, label) or 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HarnessError as error:
        sys.exit(f"error: {error}")
