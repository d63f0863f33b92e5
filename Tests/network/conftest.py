"""Agents with real processes in networks of their own: see scripts/network-test.sh, which must start this.

The programs are the debug build's unless EDGEWRIGHT_BIN and EDGEWRIGHT_AGENT_BIN name others.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from harness.processes import Running, wait_until

from world.fronts import Front
from world.hall import Hall
from world.held import Held
from world.namespaces import Namespace
from world.outlet import Outlet
from world.programs import Agent, Platform, Project, kill, simulate, simulated
from world.site import Site
from world.traffic import Through


def pytest_configure() -> None:
    if os.environ.get("EDGEWRIGHT_NETWORK_TEST") != "yes":
        raise pytest.UsageError("Run scripts/network-test.sh: these tests change the network that they are in.")


class World:
    """What a module's tests share; all of it is gone when they are over."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self.folder = folder
        self._stack = stack

    def site(self, line: bool = False) -> Site:
        site = Site(line)
        self._stack.callback(site.remove)
        return site

    def platform(self, *options: str, **more: object) -> Platform:
        name = str(more.get("name", "platform"))
        platform = Platform(self.folder / name, *options, **more)
        self._stack.callback(platform.kill)
        return platform

    def agent(self, site: Site, server: str, name: str, *options: str, **more: object) -> Agent:
        agent = Agent(site, server, self.folder / name, name, *options, **more)
        self._stack.callback(agent.kill)
        return agent

    def outlet(self, site: Site, port: int, password: str | None = None) -> Outlet:
        outlet = Outlet(site, self.folder / site.site.name, port, password)
        self._stack.callback(outlet.stop)
        return outlet

    def postgres(self) -> str:
        """A PostgreSQL server of one's own; its URL."""
        return self._hold("with-postgres.sh")

    def docker(self, site: Site) -> str:
        """A Docker engine of a site's own, with images of simulated services; its socket."""
        # There is no way to a registry. It is to see that at once, and not when no name server has answered for 20 s.
        return self._hold("with-docker.sh", site.site, {"HTTPS_PROXY": "http://127.0.0.1:9"})

    def _hold(
        self, script: str, place: Namespace | None = None, environment: dict[str, str] | None = None
    ) -> str:
        held = Held(script, self.folder / f"{script}.log", place, environment)
        self._stack.callback(held.let_go)
        return held.address

    def keep(self, running: Running) -> Running:
        """Until the end."""
        self._stack.callback(kill, running)
        return running

    def simulate(self, site: Site, count: int = 1, *options: str) -> Running:
        folder = self.folder / site.site.name
        folder.mkdir(exist_ok=True)
        return self.keep(simulate(site, folder, count, *options))

    def workbench(self, site: Site, port: int = 9000) -> str:
        """Its URL at the site."""
        folder = self.folder / site.site.name
        folder.mkdir(exist_ok=True)
        program = Path(__file__).parent / "world/workbench.py"
        self.keep(Running(
            "workbench", site.site.command(sys.executable, str(program), str(port)), folder / "workbench.log"))
        wait_until("the workbench", 20, lambda: f":{port} " in site.site.run("ss", "-Hltn"))
        return f"http://127.0.0.1:{port}"

    def equip(self, site: Site, platform: Platform, project: Project, name: str, *options: str, **more: object) -> Agent:
        """A site with a simulated service and a workbench, and an agent that has joined with a token."""
        self.simulate(site)
        bench = self.workbench(site)
        token = project.make_token(name)
        agent = self.agent(
            site, str(more.pop("server", platform.url(site))), name, "--offer", f"neuronex={simulated()}",
            "--offer", f"bench={bench}", *options, token=token["token"], **more)
        wait_until(f"the agent {name} to be online", 30, lambda: project.is_online(name))
        return agent

    def hall(self) -> Hall:
        """A platform, a site behind its NAT, and an agent in it, with all that belongs to them."""
        site, platform, name = self.site(), self.platform("--monitor-interval", "1"), "hall-3"
        project = Project(platform)
        agent = self.equip(site, platform, project, name)
        return Hall(
            site, platform, project, agent, self.through(project, name, "neuronex"),
            self.through(project, name, "bench"))

    def through(self, project: Project, agent: str, offer: str, front: Front | None = None) -> Through:
        """The way to an offer that has become a service, once it is online; from outside of what is in front."""
        service = project.service(agent, offer)["id"]
        wait_until(f"“{offer}” of {agent} to be online", 40, lambda: project.is_service_online(service))
        return Through(front.client(project.api) if front else project.api.again(), service)


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with tempfile.TemporaryDirectory(prefix="ew-net-") as name, contextlib.ExitStack() as stack:
        yield World(Path(name), stack)


@pytest.fixture
def cleanup() -> Iterator[Callable[[Callable[[], object]], object]]:
    """For what one test starts."""
    with contextlib.ExitStack() as stack:
        yield stack.callback
