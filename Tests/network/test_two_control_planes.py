"""Two control planes on one PostgreSQL, HAProxy before them as docs/operating.md has it, and an agent that knows HAProxy."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from harness.processes import wait_until

from conftest import World
from world.certificates import Authority
from world.fronts import Front, HAProxy
from world.hall import check_all_passes
from world.programs import Agent, Platform, Project, Stopwatch
from world.traffic import Beside, Through
from world.workbench import MEGABYTE, digest


@dataclass
class Plant:
    planes: list[Platform]
    front: Front
    project: Project
    agent: Agent
    # Ids of the services behind it.
    neuronex: str
    bench: str

    def holding(self) -> list[Platform]:
        """Those to which the agent is connected."""
        return [plane for plane in self.planes if plane.metric("edgewright_agents_connected") > 0]

    def ends(self) -> tuple[Platform, Platform]:
        """The one that the agent is connected to, and the other one, which is the one that is asked from now on."""
        wait_until("one of them to have the agent", 40, lambda: len(self.holding()) == 1)
        holder = self.holding()[0]
        other = next(plane for plane in self.planes if plane is not holder)
        self.project.platform = other
        return holder, other

    def is_reached(self, plane: Platform) -> bool:
        return Through(plane.api.again(), self.neuronex).ask("GET", "/api/version", timeout=10)[0] == 200

    def check_all_passes(self, api: Platform | Front) -> None:
        client = api.api.again() if isinstance(api, Platform) else api.client(self.project.api)
        check_all_passes(Through(client, self.neuronex), Through(client, self.bench))

    def check_all_is_well(self) -> None:
        """However one comes, and with each of them."""
        for plane in self.planes:
            wait_until("it to reach the service", 30, lambda plane=plane: self.is_reached(plane))
            self.check_all_passes(plane)
        self.check_all_passes(self.front)


@pytest.fixture(scope="module")
def plant(world: World) -> Plant:
    options = ("--monitor-interval", "1", "--trusted-proxy", "127.0.0.1", "--database", world.postgres())
    shared = {"EDGEWRIGHT_SEALING_KEY_FILE": str(world.folder / "sealing.key")}
    planes = [
        world.platform(*options, name=name, environment=shared, host="127.0.0.1") for name in ("cp-1", "cp-2")]
    site = world.site()
    authority = Authority(world.folder)
    front = HAProxy(world.folder / "front", authority.issue("front", f"IP:{site.cloud}"), planes)
    world.keep(front.running)
    project = Project(planes[0])
    agent = world.equip(
        site, planes[0], project, "hall-3", "--ca", str(authority.certificate), server=front.url(site))
    neuronex, bench = (world.through(project, "hall-3", offer).service for offer in ("neuronex", "bench"))
    return Plant(planes, front, project, agent, neuronex, bench)


def test_an_agent_comes_to_one_of_them_and_is_reached_through_both(plant: Plant) -> None:
    holder, other = plant.ends()
    assert holder.metric("edgewright_agents_connected") == 1
    assert other.metric("edgewright_agents_connected") == 0
    plant.check_all_is_well()


def test_one_that_is_asked_to_stop_lets_what_is_under_way_end(plant: Plant) -> None:
    holder, other = plant.ends()
    asked = {"by its own client": holder, "by way of the other": other}
    transfers = {
        name: Beside(lambda plane=plane: Through(plane.api.again(), plant.bench).download(40 * MEGABYTE))
        for name, plane in asked.items()}
    bench = Through(other.api.again(), plant.bench)
    wait_until("them to be under way", 10, lambda: bench.get_json("/counts")["underWay"] == 3, every=0.01)
    watch = Stopwatch()
    holder.stop()
    for name, transfer in transfers.items():
        assert transfer.outcome(10, name).value == digest(40 * MEGABYTE, 1), f"{name}: {transfer.outcome(0)}"
    wait_until("the other one to have the agent", 20, lambda: other.metric("edgewright_agents_connected") == 1)
    assert plant.is_reached(other)
    print(f"with the other one {watch.seconds:.1f} s after the word to stop")
    holder.start()
    plant.check_all_is_well()


# Each of them once.
@pytest.mark.parametrize("turn", [1, 2])
def test_an_agent_of_one_that_is_killed_is_reached_through_the_other_one(plant: Plant, turn: int) -> None:
    holder, other = plant.ends()
    downloads = [
        Beside(lambda plane=plane: Through(plane.api.again(), plant.bench).download(1 << 40)) for plane in (holder, other)]
    bench = Through(other.api.again(), plant.bench)
    wait_until("both to be under way", 20, lambda: bench.get_json("/counts")["underWay"] == 3)
    holder.kill()
    watch = Stopwatch()
    # Nobody waits for what will not come.
    for download in downloads:
        assert download.outcome(10, "the download").error is not None
    wait_until("the other one to reach the service", 30, lambda: plant.is_reached(other))
    print(f"reached through the remaining one {watch.seconds:.1f} s after the kill")
    assert plant.project.is_online("hall-3")
    plant.check_all_passes(other)
    plant.check_all_passes(plant.front)
    wait_until("the service to be rid of what nobody wants", 20, lambda: bench.get_json("/counts")["underWay"] == 1)
    # The lease of who probes ends after half a minute at the latest.
    wait_until("the service to be online", 45, lambda: plant.project.is_service_online(plant.neuronex))
    holder.start()
    plant.check_all_is_well()
