"""Writes what was measured into a document, each measurement between markers of its own.

usage: report.py DOCUMENT RESULTS-FOLDER NAME...
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

MARKS = {True: "reached", False: "**missed**", None: ""}


def main() -> int:
    document, folder, names = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    text = document.read_text()
    measured = 0
    for name in names:
        source = folder / f"{name}.json"
        if not source.exists():
            print(f"  {name} was not measured")
            continue
        section = table(json.loads(source.read_text()))
        print("\n" + section)
        text = replace(text, name, section)
        measured += 1
    document.write_text(text)
    return 0 if measured == len(names) else 1


def replace(text: str, name: str, section: str) -> str:
    begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    if begin not in text or end not in text:
        raise SystemExit(f"error: the document has no place for {name}: {begin} and {end} are missing")
    before, rest = text.split(begin, 1)
    return before + begin + "\n" + section + "\n" + end + rest.split(end, 1)[1]


def table(results: dict) -> str:
    lines = [f"## {results['title']}", "", "| what | measured | target | |", "| --- | --- | --- | --- |"]
    for row in results["rows"]:
        lines.append(f"| {row['what']} | {row['value']} | {row['target']} | {MARKS[row['passed']]} |")
    lines += ["", *results["notes"], "", machine()]
    return "\n".join(lines)


def machine() -> str:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    model = first(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text()) or platform.machine()
    memory = int(first(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text()) or 0) / 1024**2
    system = first(r'PRETTY_NAME="(.+)"', Path("/etc/os-release").read_text()) or platform.system()
    versions = [
        "Swift " + said("swift", "--version", pattern=r"Swift version ([\d.]+)"),
        "nginx " + said("nginx", "-v", pattern=r"nginx/([\d.]+)"),
        "Prometheus " + said("prometheus", "--version", pattern=r"version ([\d.]+)"),
        "PostgreSQL " + said("postgres", "--version", pattern=r"([\d.]+)"),
        "Docker " + said("dockerd", "--version", pattern=r"([\d.]+)"),
        "OpenSSH " + said("ssh", "-V", pattern=r"OpenSSH_([\w.]+)"),
    ]
    commit = said("git", "rev-parse", "--short", "HEAD", pattern=r"(\w+)")
    return (
        f"Measured on {today} at {commit}: {os.cpu_count()} cores ({model}), {memory:.0f} GiB, {system}, "
        f"kernel {platform.release()}; {', '.join(versions)}."
    )


def said(*command: str, pattern: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    except OSError:
        return "-"
    return first(pattern, done.stdout + done.stderr) or "-"


def first(pattern: str, text: str) -> str | None:
    match = re.search(pattern, text)
    return match.group(1) if match else None


if __name__ == "__main__":
    sys.exit(main())
