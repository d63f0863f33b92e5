"""Lists and imports of 100,000 services, on SQLite and on PostgreSQL.

usage: with-postgres.sh list.py BINARY RESULTS
"""

from __future__ import annotations

import itertools
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from bench.results import Results, percentile
from harness.api import API
from harness.platform import serve
from harness.processes import HarnessError, exit_on_signals

SERVICES = int(os.environ.get("BENCH_LIST_SERVICES", "100000"))
REQUESTS = 1000
WARM_UP = 200
SORTS = ["name", "-name", "status", "-statusSince", "version", "-createdAt", "category"]
SITES = [f"site-{number:02}" for number in range(40)]
KINDS = ["press", "robot", "boiler", "packer", "mixer", "oven", "pump", "kiln"]


def main() -> int:
    exit_on_signals()
    results = Results(f"Lists: {SERVICES} services, pages of 50, one tag and a sort")
    csv = make_csv()
    for engine in ("SQLite", "PostgreSQL"):
        with tempfile.TemporaryDirectory(prefix="ew-bench-") as name:
            measure(engine, Path(name), csv, results)
    results.notes.append(
        f"{REQUESTS} requests after {WARM_UP} for warming up, one client on one kept connection; the sorts "
        f"{', '.join(f'`{sort}`' for sort in SORTS)} in turn, tags that an eighth and a fortieth of the services have, "
        "first and second pages. Import is one CSV with two tags a line. PostgreSQL writes its commits to the disk."
    )
    results.write(sys.argv[2])
    return 0 if results.passed else 1


def make_csv() -> bytes:
    """Nothing listens at the endpoints: the monitor rests during this measurement."""
    chance = random.Random(7)
    lines = ["category,name,nodeType,endpoint,scheme,tagName"]
    for number in range(1, SERVICES + 1):
        site, kind = chance.choice(SITES), chance.choice(KINDS)
        name = f"{site}-{kind}-{chance.randrange(10**6):06}-{number}"
        lines.append(f"neuronex,{name},Direct,127.0.0.1:9/edge-{number:06},http,{site};{kind}")
    return ("\r\n".join(lines) + "\r\n").encode()


def measure(engine: str, folder: Path, csv: bytes, results: Results) -> None:
    options = ["--monitor-interval", "3600"]
    if engine == "PostgreSQL":
        options += ["--database", os.environ["EDGEWRIGHT_TEST_POSTGRES"]]
    running, api = serve(sys.argv[1], folder, *options)
    with running:
        _, project = api.create_project("Bench", "Lists")
        started = time.monotonic()
        imported = api.import_services(project, csv)
        seconds = time.monotonic() - started
        if imported != SERVICES:
            raise HarnessError(f"{imported} of {SERVICES} services were imported")
        results.at_most(f"{engine}: import", seconds, 30, " s", 1)
        durations = time_pages(api, project)
        everything = sorted(itertools.chain.from_iterable(durations.values()))
        results.add(f"{engine}: list, p50", f"{percentile(everything, 0.5) * 1000:.1f} ms")
        results.at_most(f"{engine}: list, p99", percentile(everything, 0.99) * 1000, 25, " ms", 1)
        worst = max(durations, key=lambda sort: percentile(sorted(durations[sort]), 0.99))
        slowest = percentile(sorted(durations[worst]), 0.99) * 1000
        results.add(f"{engine}: list, p99 of the slowest sort", f"{slowest:.1f} ms (`{worst}`)")
        counted = sorted(time_counted_page(api, project) for _ in range(100))
        results.add(f"{engine}: list with `total`, p99", f"{percentile(counted, 0.99) * 1000:.1f} ms")
        results.add(f"{engine}: resident memory, most ever", f"{running.memory('VmHWM') / 1e6:.0f} MB")


def time_pages(api: API, project: str) -> dict[str, list[float]]:
    """Seconds of each request, by sort."""
    durations: dict[str, list[float]] = {sort: [] for sort in SORTS}
    questions = itertools.cycle(itertools.product(KINDS + SITES, SORTS))
    cursor = None
    tag, sort = "", ""
    for number in range(WARM_UP + REQUESTS):
        if cursor is None:
            tag, sort = next(questions)
        seconds, following = time_page(api, project, tag=tag, sort=sort, **({"cursor": cursor} if cursor else {}))
        if number >= WARM_UP:
            durations[sort].append(seconds)
        # The second page follows the first, then comes the next question.
        cursor = following if cursor is None else None
    return durations


def time_page(api: API, project: str, **query: str) -> tuple[float, str | None]:
    path = f"/api/v1/projects/{project}/services?" + urlencode({"limit": 50, **query})
    started = time.perf_counter()
    answer = api.request("GET", path)
    seconds = time.perf_counter() - started
    page = answer.json()
    if answer.status != 200 or len(page["items"]) != 50:
        raise HarnessError(f"GET {path} answered {answer.status} with {answer.body[:300]!r}")
    if any(query["tag"] not in item["tags"] for item in page["items"]):
        raise HarnessError(f"GET {path} has services without the tag")
    return seconds, page.get("next")


def time_counted_page(api: API, project: str) -> float:
    return time_page(api, project, tag="press", sort="name", total="true")[0]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HarnessError as error:
        sys.exit(f"error: {error}")
