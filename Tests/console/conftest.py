"""A platform with a simulated fleet and a real browser; each test gets a window of its own.

The binary is in EDGEWRIGHT_BIN, the agent's beside it or in EDGEWRIGHT_AGENT_BIN. What a failing test saw is kept as a picture in console-failures/.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from harness.api import API
from harness.platform import EMAIL, serve, simulate
from harness.processes import Running, wait_until
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
BINARY = os.environ.get("EDGEWRIGHT_BIN", str(ROOT / ".build/debug/edgewright"))
AGENT = os.environ.get("EDGEWRIGHT_AGENT_BIN", str(Path(BINARY).with_name("edgewright-agent")))
FAILURES = ROOT / "console-failures"
PASSWORD = "kept-for-browser-tests"
FLEET = 60

expect.set_options(timeout=15_000)


@dataclass
class World:
    """A running platform, and what is in it."""

    api: API
    fleet_port: int
    org: str
    project: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.api.port}"

    @property
    def services(self) -> list[dict]:
        return self.api.get(f"/api/v1/projects/{self.project}/services", limit=200)["items"]

    def place(self, path: str) -> str:
        """An address of the console; `@` stands for the project."""
        return self.url + path.replace("@", f"/projects/{self.project}")

    def make_user(self, email: str, role: str) -> None:
        self.api.expect(201, "POST", "/api/v1/users", {
            "email": email, "password": PASSWORD, "projectId": self.project, "role": role,
        })

    def set_fault(self, number: int, **faults: bool) -> None:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.fleet_port}/_sim/instances/{number}/faults", json.dumps(faults).encode(), method="PUT")
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5).close()


def start_world(folder: Path, count: int, *options: str) -> Iterator[World]:
    fleet, port, csv = simulate(BINARY, folder, count, *options)
    with fleet:
        platform, api = serve(BINARY, folder, "--monitor-interval", "1", password=PASSWORD)
        with platform:
            org, project = api.create_project("North Works", "Plant")
            api.import_services(project, csv.read_bytes())
            yield World(api, port, org, project)


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with tempfile.TemporaryDirectory(prefix="ew-console-") as name:
        yield from start_world(Path(name), FLEET)


@dataclass
class Nodes:
    """A project's node with a real engine, one that does not answer, and images to install."""

    world: World
    host: str
    away: str
    image: str
    newer: str

    def install(self, count: int, **parameters: object) -> list[dict]:
        """Installs so many services and waits until they are there."""
        batch = self.world.api.expect(202, "POST", f"/api/v1/projects/{self.world.project}/batches", {
            "kind": "install", "targets": {"hosts": [self.host], "count": count},
            "parameters": {"namePrefix": "press-", "image": self.image, **parameters}})
        return self.finished(batch["id"])

    def finished(self, batch: str) -> list[dict]:
        """The items of a batch once it is over, all of them done."""
        place = f"/api/v1/batches/{batch}"
        wait_until("the batch to end", 90, lambda: self.world.api.get(place).get("finishedAt"), every=0.3)
        items = self.world.api.get(f"{place}/items", limit=200)["items"]
        assert {each["state"] for each in items} == {"succeeded"}, items
        return items


@contextlib.contextmanager
def docker_engine() -> Iterator[str]:
    """A Docker engine of its own with images of simulated services; its address."""
    with subprocess.Popen(
        [ROOT / "scripts/with-docker.sh", "hold"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "EDGEWRIGHT_BIN": BINARY},
    ) as process:
        address = process.stdout.readline().strip()
        assert address, "The Docker engine did not start."
        try:
            yield address
        finally:
            process.stdin.close()
            process.wait(60)


def add_nodes(world: World, engine: str) -> Nodes:
    def image(tag: str) -> str:
        return world.api.expect(201, "POST", "/api/v1/images", {
            "category": "neuronex", "reference": f"edgewright-sim:{tag}"})["id"]

    def host(name: str, address: str) -> str:
        return world.api.expect(201, "POST", f"/api/v1/projects/{world.project}/hosts", {
            "name": name, "address": address, "allowUnencrypted": address.startswith("tcp:")})["id"]

    nodes = Nodes(world, host("hall-1", engine), host("hall-2", "tcp://127.0.0.1:9"), image("3.6.0"), image("3.7.0"))
    answer = world.api.expect(200, "POST", f"/api/v1/hosts/{nodes.host}/check", {})
    assert answer["reachable"], answer
    return nodes


@pytest.fixture(scope="session")
def nodes(world: World) -> Iterator[Nodes]:
    with docker_engine() as engine:
        yield add_nodes(world, engine)


def run_agent(world: World, folder: Path, name: str, *options: str, state: Path | None = None) -> Running:
    """An agent with its key in a folder of its own, and nothing that this machine's own settings say."""
    settings = folder / "agent.yaml"
    settings.touch()
    return Running("edgewright-agent", [
        AGENT, "run", "--server", world.url, "--state", str(state or folder / name), "--config", str(settings),
        "--name", name, *options], folder / f"{name}.log")


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[World]:
    """The same platform with a project of its own, in which there are no agents at first."""
    project = world.api.expect(201, "POST", f"/api/v1/orgs/{world.org}/projects", {"name": "Yard"})["id"]
    yield dataclasses.replace(world, project=project)
    world.api.expect(204, "DELETE", f"/api/v1/projects/{project}")


@pytest.fixture
def start_agent(site: World, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Starts an agent; all of them, and what is behind them, are gone at the end."""
    running: list[Running] = []

    def start(name: str, *options: str, token: str | None = None, state: Path | None = None) -> Running:
        known = () if token is None else ("--token", token)
        running.append(run_agent(site, tmp_path, name, *known, *options, state=state))
        return running[-1]

    yield start
    for each in running:
        each.stop()
    for each in agents(site) + site.api.get("/api/v1/agents/unmanaged")["items"]:
        site.api.expect(204, "DELETE", f"/api/v1/agents/{each['id']}?services=true")


@pytest.fixture
def join(site: World, start_agent: Callable[..., Running]) -> Callable[..., dict]:
    """Starts an agent that joins by a token, and waits until it is connected."""

    def join(name: str, *options: str, token: dict | None = None, **more: object) -> dict:
        start_agent(name, *options, token=(token or make_token(site))["token"], **more)
        return connected(site, name)

    return join


def agents(site: World) -> list[dict]:
    return site.api.get(f"/api/v1/projects/{site.project}/agents")["items"]


def connected(site: World, name: str) -> dict:
    def found() -> list[dict]:
        return [each for each in agents(site) if each["name"] == name and each["online"]]

    wait_until(f"{name} to be connected", 30, lambda: len(found()) == 1, every=0.1)
    return found()[0]


def make_token(site: World, **about: object) -> dict:
    return site.api.expect(201, "POST", f"/api/v1/projects/{site.project}/enrollment-tokens", {"name": "of a test", **about})


def offer(site: World, number: int, name: str = "neuronex") -> tuple[str, str]:
    """One of the simulated services, as an agent beside it names it."""
    return "--offer", f"{name}=http://127.0.0.1:{site.fleet_port}/edge-{number:05}"


def launch(playwright: Playwright) -> Browser:
    """Debian's browser, not one of playwright's own."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    # Chromium's sandbox does not work for root.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=executable, args=options)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def session_of(browser: Browser, world: World, email: str) -> dict:
    """What the browser keeps of somebody who signed in."""
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(world.url)
    sign_in(page, email)
    expect(page.get_by_role("navigation", name="Main")).to_be_attached()
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture(scope="session")
def admin_session(browser: Browser, world: World) -> dict:
    return session_of(browser, world, EMAIL)


@pytest.fixture(scope="session")
def user_session(browser: Browser, world: World) -> dict:
    world.make_user("viewer@example.com", "user")
    return session_of(browser, world, "viewer@example.com")


class Windows:
    """Opens windows for one test; what they complain of makes the test fail."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(self, session: dict | None = None, **options: object) -> Page:
        settings: dict = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US", **options}
        context = self.browser.new_context(storage_state=session, **settings)
        self.contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self._note(message.type, message.text))
        return page

    def _note(self, kind: str, text: str) -> None:
        # The browser itself reports answers that the test asked for; everything else is ours.
        if kind == "error" and not re.match(r"Failed to load resource", text):
            self.complaints.append(text)

    def keep_pictures(self, name: str) -> None:
        FAILURES.mkdir(exist_ok=True)
        for number, context in enumerate(self.contexts):
            for page in context.pages:
                page.screenshot(path=FAILURES / f"{name}-{number}.png", full_page=True)

    def close(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[failed] = report.failed
    return report


failed = pytest.StashKey[bool]()


@pytest.fixture
def windows(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Windows]:
    windows = Windows(browser)
    yield windows
    if request.node.stash.get(failed, False):
        windows.keep_pictures(re.sub(r"\W+", "-", request.node.name))
    windows.close()
    assert windows.complaints == []


@pytest.fixture
def admin(windows: Windows, admin_session: dict) -> Page:
    return windows.open(admin_session)


@pytest.fixture
def user(windows: Windows, user_session: dict) -> Page:
    return windows.open(user_session)


@pytest.fixture
def dialog(admin: Page) -> Locator:
    return admin.get_by_role("dialog")
