"""The programs under test: platforms in the cloud, agents and simulated services at sites."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import sqlite3
import ssl
import subprocess
import time
from pathlib import Path

from harness.api import API
from harness.platform import EMAIL
from harness.processes import HarnessError, Running, free_port, wait_until

from .certificates import Certificate
from .namespaces import Namespace, run
from .site import Site

ROOT = Path(__file__).resolve().parents[3]
EDGEWRIGHT = os.environ.get("EDGEWRIGHT_BIN", str(ROOT / ".build/debug/edgewright"))
AGENT = os.environ.get("EDGEWRIGHT_AGENT_BIN", str(Path(EDGEWRIGHT).with_name("edgewright-agent")))
PASSWORD = "kept-for-network-tests"
SIMULATED_PORT = 7300


def kill(running: Running) -> None:
    """As a power cut does: without a word."""
    running.process.send_signal(signal.SIGKILL)
    running.process.wait()


class Platform:
    """A control plane that may be killed and started again over the same data."""

    def __init__(
        self, folder: Path, *options: str, name: str = "platform", certificate: Certificate | None = None,
        environment: dict[str, str] | None = None, host: str = "0.0.0.0",
    ) -> None:
        """With the host 127.0.0.1 it is reached by what is in front of it alone."""
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.host = host
        self.port = free_port()
        self.certificate = certificate
        self._name = name
        self._options = options
        self._environment = {
            "EDGEWRIGHT_ADMIN_EMAIL": EMAIL, "EDGEWRIGHT_ADMIN_PASSWORD": PASSWORD, **(environment or {})}
        self.start()
        self.api = Client(self.port, certificate)
        self.api.take_token(EMAIL, PASSWORD, name)

    @property
    def scheme(self) -> str:
        return "https" if self.certificate else "http"

    def url(self, site: Site) -> str:
        """As the site reaches it."""
        return f"{self.scheme}://{site.cloud}:{self.port}"

    def start(self) -> None:
        tls = ()
        if self.certificate:
            tls = ("--tls-cert", str(self.certificate.certificate), "--tls-key", str(self.certificate.key))
        self.running = Running(
            "edgewright serve",
            [EDGEWRIGHT, "serve", "--listen", f"{self.host}:{self.port}", "--data-dir", str(self.folder / "data"), *tls,
             *self._options],
            self.folder / f"{self._name}.log", self._environment)
        try:
            wait_until("the platform to answer", 60, self._answers)
        except BaseException:
            self.running.stop()
            raise

    def _answers(self) -> bool:
        if self.running.process.poll() is not None:
            raise HarnessError(f"The platform ended:\n{self.running.tail()}")
        try:
            return Client(self.port, self.certificate).request("GET", "/readyz").status == 200
        except OSError:
            return False

    def kill(self) -> None:
        kill(self.running)

    def stop(self) -> None:
        self.running.stop()

    def metric(self, name: str) -> float:
        """One without labels."""
        text = self.api.request("GET", "/metrics").body.decode()
        return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} "))

    def rows(self, query: str) -> list[tuple]:
        """What its own store says (SQLite)."""
        database = sqlite3.connect(f"file:{self.folder}/data/edgewright.sqlite?mode=ro", uri=True, timeout=10)
        try:
            return database.execute(query).fetchall()
        finally:
            database.close()

    def holders(self, agent: str) -> int:
        """How many control planes the store has as holding a connection of the agent."""
        return self.rows(f"SELECT count(*) FROM agent_connection WHERE agent_id = '{agent}'")[0][0]


class Client(API):
    """The API, which may have been killed since the last request."""

    def __init__(self, port: int, certificate: Certificate | None = None, token: str | None = None) -> None:
        super().__init__(port, token)
        self.certificate = certificate
        self._connection = connect(port, certificate)

    def request(self, method: str, path: str, body: bytes | None = None, fields: dict[str, str] | None = None):
        try:
            return super().request(method, path, body, fields)
        except ConnectionError:
            # Of a process that is no more: once, on a new connection.
            return super().request(method, path, body, fields)

    def again(self) -> Client:
        """Another connection of the same caller."""
        return Client(self.port, self.certificate, self.token)


def connect(port: int, certificate: Certificate | None = None, timeout: float = 120) -> http.client.HTTPConnection:
    """An HTTP connection to a platform, whose certificate nobody looks at: it is the agents that have to."""
    if certificate is None:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=timeout, context=unverified())


def unverified() -> ssl.SSLContext:
    """TLS with whoever answers."""
    context = ssl._create_unverified_context()
    # With 1.3 there is something to read on a connection before there is an answer.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


class Project:
    """A project of a platform, and what is asked of it most."""

    def __init__(self, platform: Platform, name: str = "Plant") -> None:
        self.platform = platform
        self.org, self.id = platform.api.create_project(f"{name} Works", name)
        self.path = f"/api/v1/projects/{self.id}"

    @property
    def api(self) -> Client:
        return self.platform.api

    def make_token(self, name: str = "hall", uses: int = 1, adopts: bool = True, **more: object) -> dict:
        return self.api.expect(201, "POST", f"{self.path}/enrollment-tokens", {
            "name": name, "maximumUses": uses, "adoptsOffers": adopts, **more})

    def agents(self, **query: object) -> list[dict]:
        return self.api.get(f"{self.path}/agents", limit=200, **query)["items"]

    def agent(self, name: str) -> dict | None:
        return next((agent for agent in self.agents(q=name) if agent["name"] == name), None)

    def is_online(self, name: str) -> bool:
        agent = self.agent(name)
        return agent is not None and agent["online"]

    def services(self, **query: object) -> list[dict]:
        return self.api.get(f"{self.path}/services", limit=200, **query)["items"]

    def service(self, agent: str, offer: str) -> dict:
        """The service that an offer of an agent has become."""
        def find() -> dict | None:
            return next((each for each in self.services()
                         if each["agentName"] == agent and each["endpoint"].endswith(f"/{offer}")), None)
        wait_until(f"the service “{offer}” of “{agent}”", 60, lambda: find() is not None)
        return find() or {}

    def is_service_online(self, service: str) -> bool:
        return self.api.get(f"/api/v1/services/{service}")["status"] == "online"


class Agent:
    """An agent's program at a site."""

    def __init__(
        self, site: Site, server: str, folder: Path, name: str, *options: str, token: str | None = None,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.site, self.name, self.folder = site, name, folder
        folder.mkdir(exist_ok=True)
        self.state = folder / "state"
        self.server, self.token, self.options = server, token, options
        self._environment = environment
        self.start()

    def start(self) -> None:
        token = ("--token", self.token) if self.token else ()
        self.running = Running(
            f"the agent {self.name}",
            self.site.site.command(
                AGENT, "run", "--config", "/dev/null", "--server", self.server, "--state", str(self.state),
                "--name", self.name, *token, *self.options),
            self.folder / "agent.log", self._environment)

    def kill(self) -> None:
        kill(self.running)

    def stop(self) -> None:
        self.running.stop()

    def status(self) -> dict | None:
        """As it tells on its own machine; `None` while nobody answers there."""
        done = subprocess.run(
            [AGENT, "status", "--json", "--config", "/dev/null", "--state", str(self.state)],
            capture_output=True, text=True, timeout=30)
        return json.loads(done.stdout) if done.stdout else None

    def rotate_key(self) -> str:
        """The fingerprint of its new key, with which it dials anew."""
        return run(AGENT, "rotate-key", "--config", "/dev/null", "--state", str(self.state)).strip()

    @property
    def is_connected(self) -> bool:
        return (self.status() or {}).get("state") == "connected"

    def wait_for_trouble(self, pattern: str, seconds: float = 30) -> dict:
        """The status once it gives such a reason."""
        def found() -> dict | None:
            status = self.status()
            return status if status and re.search(pattern, status["lastError"] or "") else None
        wait_until(f"{self.name} to tell of “{pattern}”; it says {(self.status() or {}).get('lastError')}", seconds,
                   lambda: found() is not None, every=0.2)
        return found() or {}

    @property
    def log(self) -> str:
        return self.running.log.read_text(errors="replace")


def simulate(site: Site | Namespace, folder: Path, count: int, *options: str) -> Running:
    """Simulated services in a site, at /edge-00001 and so on of one port; they answer by then."""
    place = site.site if isinstance(site, Site) else site
    csv = folder / "fleet.csv"
    csv.unlink(missing_ok=True)
    running = Running(
        "edgewright simulate",
        place.command(
            EDGEWRIGHT, "simulate", "--count", str(count), "--port", str(SIMULATED_PORT), "--csv", str(csv), *options),
        folder / "simulate.log")
    try:
        wait_until("the simulated services", 60, lambda: csv.exists() or running.process.poll() is not None)
    except BaseException:
        running.stop()
        raise
    return running


def simulated(number: int = 1) -> str:
    """Where one of them is, for whoever is at its site."""
    return f"http://127.0.0.1:{SIMULATED_PORT}/edge-{number:05}"


class Stopwatch:
    def __init__(self) -> None:
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun
