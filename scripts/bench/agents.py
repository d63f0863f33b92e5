"""Agents: traffic through their tunnels beside ssh's and beside the direct proxy, and thousands of them at once.

usage: EDGEWRIGHT_AGENT_BIN=AGENT agents.py BINARY RESULTS
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from bench.crowds import AWAY_SECONDS, IDLE_SECONDS, Crowd, measure_crowd
from bench.results import Results
from bench.tunnels import QUIET, measure_tunnels
from harness.certificate import Certificate
from harness.processes import HarnessError, exit_on_signals

AGENTS = int(os.environ.get("BENCH_AGENTS", "10000"))
TLS_AGENTS = int(os.environ.get("BENCH_TLS_AGENTS", "5000"))


def main() -> int:
    exit_on_signals()
    binary, agent = sys.argv[1], os.environ["EDGEWRIGHT_AGENT_BIN"]
    results = Results("Agents: tunnels beside `ssh -R`, and thousands of them")
    with tempfile.TemporaryDirectory(prefix="ew-bench-") as name:
        folder = Path(name)
        certificate = Certificate.make(folder)
        certificate.trust()
        measure_tunnels(binary, agent, folder, certificate, results)
        measure_crowd(binary, Crowd("plain", AGENTS, None, 50), folder / "crowd", results)
        measure_crowd(binary, Crowd("TLS", TLS_AGENTS, certificate, 80), folder / "crowd-tls", results)
    results.notes.append(
        "Crowds: simulated agents in one process, each with its own key and connection. Memory is the platform’s, "
        f"{QUIET + IDLE_SECONDS} s after the last has come, less what it was before the first; traffic is what the "
        f"kernel counts for their connections over {IDLE_SECONDS} s, TLS included. Then the platform is killed "
        f"(SIGKILL) and started again, at once and a second time after {AWAY_SECONDS} s: seconds from its first answer "
        "until all are online; meanwhile a client asks for `/api/v1/me` and a page of agents every 250 ms."
    )
    results.write(sys.argv[2])
    return 0 if results.passed else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HarnessError as error:
        sys.exit(f"error: {error}")
