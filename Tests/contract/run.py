"""Starts a platform with a simulated fleet and holds it against its own OpenAPI document.

usage: run.py BINARY

The whole document goes through schemathesis, in two sets: the platform's own operations, and the tunnel, whose answers
are those of the services behind it. The stream of events never ends, so it has a test of its own here.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import secrets
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from harness.api import API
from harness.platform import EMAIL, serve, simulate
from harness.processes import HarnessError, Running, exit_on_signals

HERE = Path(__file__).resolve().parent
SECONDS_A_SET = 600

OWN_CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "ignored_auth",
]
TUNNEL_CHECKS = ["not_a_server_error", "status_code_conformance", "response_schema_conformance"]
TUNNEL = "^proxyService"
ENDLESS = "streamProjectEvents"


def main() -> int:
    exit_on_signals()
    bring_loopback_up()
    results: dict[str, bool] = {}
    with tempfile.TemporaryDirectory(prefix="ew-contract-") as name:
        folder = Path(name)
        fleet, port, csv = simulate(sys.argv[1], folder, 100, "--imperfect")
        with fleet:
            platform, api = serve(sys.argv[1], folder)
            with platform:
                seeded = seed(api, csv, port)
                results["events"] = test_events(api, seeded)
                # First, while every service still is as it was imported, so that none has a reason for a 502.
                results["tunnel"] = test_operations(
                    api, seeded, TUNNEL_CHECKS,
                    ["--include-operation-id-regex", TUNNEL, "--max-examples", "10", "--phases", "examples,fuzzing"],
                )
                results["own operations"] = test_operations(
                    api, seeded, OWN_CHECKS,
                    ["--exclude-operation-id-regex", TUNNEL, "--exclude-operation-id", ENDLESS],
                )
                results["still there"] = test_still_there(api, platform, seeded)
                seconds = platform.stop()
                results["stopped in 10 s"] = seconds < 10 and platform.process.returncode == 0
        if not all(results.values()):
            print(f"\nThe platform's last words:\n{platform.tail()}")
    for what, passed in results.items():
        print(f"  {'ok    ' if passed else 'FAILED'} {what}")
    failed = [passed for passed in results.values() if not passed]
    print(f"contract: {len(results) - len(failed)} passed, {len(failed)} failed", flush=True)
    return 1 if failed else 0


def bring_loopback_up() -> None:
    """In a network namespace of its own `lo` is down at first. Elsewhere it is up, or not ours to touch."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, 0x8913, request))[1]
        if not flags & 1:
            fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", flags | 1))


def seed(api: API, csv: Path, port: int) -> dict:
    """Makes some of everything, so that the operations find it."""
    org, project = api.create_project("Contract", "Plant")
    api.import_services(project, csv.read_bytes())
    services = api.get(f"/api/v1/projects/{project}/services", limit=100)["items"]
    tags = [
        api.expect(201, "POST", f"/api/v1/projects/{project}/tags", {"name": f"spare-{number}"})["id"]
        for number in range(20)
    ]
    tokens = [
        api.expect(201, "POST", "/api/v1/tokens", {"name": f"spare-{number}"})["id"] for number in range(20)
    ]
    users = [create_user(api, project, number) for number in range(6)]
    own_tokens = [t["id"] for t in api.get("/api/v1/tokens", limit=100)["items"] if t["id"] not in tokens]
    return {
        "known": {
            "org": [org], "project": [project], "service": [service["id"] for service in services], "tag": tags,
            "token": tokens, "user": users, "path": ["api/version", "api/neuron/node/state", "api/ekuiper/rules"],
        },
        "protected": [api.get("/api/v1/me")["user"]["id"], *own_tokens],
        "simulator": f"127.0.0.1:{port}",
    }


def create_user(api: API, project: str, number: int) -> str:
    user = api.expect(
        201, "POST", "/api/v1/users",
        {
            "email": f"user-{number}@example.org", "name": f"User {number}", "password": secrets.token_urlsafe(18),
            "role": "user", "projectId": project,
        },
    )
    return user["id"]


def test_events(api: API, seeded: dict) -> bool:
    """The stream opens as documented, and a change comes through it."""
    project = seeded["known"]["project"][0]
    with socket.create_connection(("127.0.0.1", api.port), timeout=20) as stream:
        stream.sendall(
            f"GET /api/v1/projects/{project}/events HTTP/1.1\r\nHost: 127.0.0.1:{api.port}\r\n"
            f"Authorization: Bearer {api.token}\r\nAccept: text/event-stream\r\n\r\n".encode()
        )
        received = read_until(stream, b"", b"\r\n\r\n").lower()
        if not received.startswith(b"http/1.1 200") or b"text/event-stream" not in received:
            print(f"events: {received[:300]!r}")
            return False
        service = seeded["known"]["service"][0]
        api.expect(200, "PATCH", f"/api/v1/services/{service}", {"description": "seen in the stream"})
        received = read_until(stream, received, b"seen in the stream")
        return b"event:" in received and b"seen in the stream" in received


def read_until(stream: socket.socket, received: bytes, wanted: bytes) -> bytes:
    try:
        while wanted not in received and (part := stream.recv(65536)):
            received += part
    except TimeoutError:
        print(f"events: no {wanted!r} within 20 s")
    return received


def test_operations(api: API, seeded: dict, checks: list[str], which: list[str]) -> bool:
    command = [
        sys.executable, "-m", "schemathesis.cli", "--config-file", str(HERE / "schemathesis.toml"),
        "run", f"http://127.0.0.1:{api.port}/api/v1/openapi.yaml", "--checks", ",".join(checks), *which,
    ]
    environment = {
        **os.environ, "CONTRACT_TOKEN": api.token or "", "CONTRACT_FLEET": json.dumps(seeded),
        "PYTHONPATH": f"{HERE}:{os.environ.get('PYTHONPATH', '')}", "NO_PROXY": "*",
    }
    sys.stdout.flush()
    with tempfile.TemporaryDirectory(prefix="ew-schemathesis-") as folder:
        # Ends with this program, whatever ends it.
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, cwd=folder, preexec_fn=end_with_parent)
        try:
            return process.wait(SECONDS_A_SET) == 0
        except subprocess.TimeoutExpired:
            print(f"schemathesis did not end within {SECONDS_A_SET} s")
            return False
        finally:
            process.kill()
            process.wait()


def end_with_parent() -> None:
    PR_SET_PDEATHSIG, SIGKILL = 1, 9
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)


def test_still_there(api: API, platform: Running, seeded: dict) -> bool:
    """After all that, it still runs, still knows its admin and still has the project."""
    if platform.process.poll() is not None:
        print(f"the platform ended with {platform.process.returncode}")
        return False
    project = seeded["known"]["project"][0]
    return (
        api.get("/api/v1/me")["user"]["email"] == EMAIL
        and api.get(f"/api/v1/projects/{project}/overview")["services"]["total"] > 0
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HarnessError as error:
        print(f"error: {error}\ncontract: 0 passed, 1 failed", file=sys.stderr)
        sys.exit(1)
