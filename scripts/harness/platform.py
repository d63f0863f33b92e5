"""A platform with its simulated fleet, as tests and measurements use it."""

from __future__ import annotations

import secrets
from pathlib import Path

from .api import API
from .certificate import Certificate
from .processes import Running, free_port, wait_until

EMAIL = "admin@edgewright.local"


def simulate(binary: str, folder: Path, count: int, *options: str) -> tuple[Running, int, Path]:
    """A fleet, the one port it is on unless it has `--base-port`, and the CSV to import it by; it answers by then."""
    port = free_port()
    csv = folder / "fleet.csv"
    csv.unlink(missing_ok=True)
    layout = () if "--base-port" in options else ("--port", str(port))
    running = Running(
        "edgewright simulate",
        [binary, "simulate", "--count", str(count), *layout, "--csv", str(csv), *options],
        folder / "simulate.log",
    )
    try:
        wait_until("the fleet's CSV", 120, lambda: csv.exists() or running.process.poll() is not None)
        if layout:
            running.wait_for(f"http://127.0.0.1:{port}/edge-00001/api/version")
    except BaseException:
        running.stop()
        raise
    return running, port, csv


def serve(
    binary: str,
    folder: Path,
    *options: str,
    environment: dict[str, str] | None = None,
    password: str | None = None,
    certificate: Certificate | None = None,
) -> tuple[Running, API]:
    """A new platform and a client that is its system admin, whose password is made up unless it is given. It speaks TLS
    with a certificate, which has to be trusted here already."""
    port, password = free_port(), password or secrets.token_urlsafe(18)
    api = API(port, secure=certificate is not None)
    tls = ("--tls-cert", str(certificate.file), "--tls-key", str(certificate.key)) if certificate else ()
    running = Running(
        "edgewright serve",
        [binary, "serve", "--listen", f"127.0.0.1:{port}", "--data-dir", str(folder / "data"), *tls, *options],
        folder / "serve.log",
        {"EDGEWRIGHT_ADMIN_EMAIL": EMAIL, "EDGEWRIGHT_ADMIN_PASSWORD": password, **(environment or {})},
    )
    try:
        running.wait_for(f"{api.origin}/readyz")
        api.take_token(EMAIL, password, "harness")
    except BaseException:
        running.stop()
        raise
    return running, api
