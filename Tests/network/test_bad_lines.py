"""Lines that are long, lossy, slow, or gone without a word.

Every site has a line of its own to the same platform. What takes its time (a connection that vanished is noticed after
three missed pings, 45 to 60 s) begins at once at all of them, and each test waits for what concerns it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from harness.processes import wait_until

from conftest import World
from world.namespaces import established
from world.programs import Agent, Platform, Project, Stopwatch, simulated
from world.site import Site
from world.traffic import Beside, Through
from world.workbench import MEGABYTE, digest

KILOBYTE = 1 << 10
# Three pings at 15 s, the last of which is given as long, and what the store and the test take.
NOTICED = 65
# The agent asks after 20 s of silence.
NOTICED_BY_AGENT = 85


@dataclass
class Place:
    name: str
    site: Site
    agent: Agent
    project: Project
    bench: Through
    neuronex: Through

    @property
    def platform(self) -> Platform:
        return self.project.platform

    @property
    def is_online(self) -> bool:
        return self.project.is_online(self.name)

    def connections_in_cloud(self) -> int:
        """Of this site, as the platform's machine knows them."""
        ends = established(self.platform.port)
        return sum(remote.startswith(f"{self.site.network}.") for _, remote in ends)

    def connections_at_site(self) -> int:
        return len(established(self.platform.port, self.site.site))


class Places:
    """A platform, and sites with lines to it, all in one project."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.platform = world.platform("--monitor-interval", "2")
        self.project = Project(self.platform)

    def make(self, name: str) -> Place:
        site = self.world.site(line=True)
        agent = self.world.equip(site, self.platform, self.project, name)
        return Place(
            name, site, agent, self.project, self.world.through(self.project, name, "bench"),
            self.world.through(self.project, name, "neuronex"))


@pytest.fixture(scope="module")
def places(world: World) -> Places:
    return Places(world)


# MARK: Gone without a word


@dataclass
class Vanished:
    """A place whose connection vanished in the middle of transfers."""

    place: Place
    since: float
    transfers: dict[str, Beside]

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.since


def vanish(place: Place, how: Callable[[], object]) -> Vanished:
    before = place.site.line.passed
    transfers = {
        "download": Beside(lambda: place.bench.download(1 << 40)),
        "upload": Beside(lambda: place.bench.upload(1 << 40)),
        "hang": Beside(lambda: place.bench.ask("GET", "/hang", timeout=100)),
        "socket": Beside(lambda: place.neuronex.socket(timeout=100).receive()),
    }
    wait_until("the transfers to be under way", 20, lambda: place.site.line.passed > before + 3 * MEGABYTE)
    wait_until("all to be under way", 10, lambda: place.bench.get_json("/counts")["underWay"] == 4)
    how()
    return Vanished(place, time.monotonic(), transfers)


@pytest.fixture(scope="module", autouse=True)
def vanished(places: Places) -> dict[str, Vanished]:
    """All at the same time, before anything else: the other tests are what is done while these are waited for."""
    hole, forgetful, moved = (places.make(name) for name in ("hole", "forgetful", "moved"))
    return {
        "hole": vanish(hole, lambda: hole.site.line.set(is_black_hole=True)),
        "forgetful": vanish(forgetful, forgetful.site.forget_connections),
        "moved": vanish(moved, moved.site.change_address),
    }


def ended_badly(transfer: Beside, name: str, seconds: float) -> bool:
    """With an error, or with the platform's 502."""
    outcome = transfer.outcome(seconds, name)
    return outcome.error is not None or outcome.value is None or outcome.value[0] == 502


def test_a_moved_site_is_back_as_soon_as_its_agent_has_said_something(vanished: dict[str, Vanished]) -> None:
    case = vanished["moved"]
    place = case.place

    def has_moved() -> bool:
        agent = place.project.agent("moved") or {}
        return agent["online"] and agent["address"] == place.site.outside

    wait_until("the platform to see the new address", 30, has_moved)
    # None of them is given to the connection that it has lost, and still knows.
    for _ in range(8):
        assert b"version" in place.neuronex.get("/api/version", timeout=8)


# MARK: Bad, but there


@pytest.fixture
def place(places: Places, request: pytest.FixtureRequest) -> Iterator[Place]:
    place = places.make(request.node.name.replace("_", "-")[5:40])
    yield place
    place.agent.kill()


def test_a_long_line_takes_longer_and_no_more(place: Place) -> None:
    place.site.line.set(delay=0.15)
    watch = Stopwatch()
    assert b"version" in place.neuronex.get("/api/version")
    assert 0.3 <= watch.seconds < 2
    # Windows are wide enough for it: many times a window in one round trip each would take a minute.
    watch = Stopwatch()
    assert place.bench.download(10 * MEGABYTE) == digest(10 * MEGABYTE, 1)
    assert place.bench.upload(10 * MEGABYTE) == digest(10 * MEGABYTE, 1)
    assert watch.seconds < 30
    connection = place.neuronex.socket()
    assert connection.echo(b"far away") == b"far away"
    connection.close()
    wait_until("the platform to know how far away it is", 40,
               lambda: (place.project.agent(place.name) or {})["latencyMilliseconds"] > 250)


def test_a_new_agent_gets_in_over_the_worst_of_lines(places: Places, world: World) -> None:
    site = world.site(line=True)
    site.line.set(loss=0.3, rate=1e6, delay=0.02)
    token = places.project.make_token("lossy")
    world.simulate(site)
    bench = world.workbench(site)
    agent = world.agent(
        site, places.platform.url(site), "lossy", "--offer", f"neuronex={simulated()}", "--offer", f"bench={bench}",
        token=token["token"])
    wait_until("the agent to be online", 60, lambda: places.project.is_online("lossy"), every=0.2)
    service = places.project.service("lossy", "neuronex")["id"]
    wait_until("the service to be online", 60, lambda: places.project.is_service_online(service), every=0.2)
    through = Through(places.platform.api.again(), places.project.service("lossy", "bench")["id"])
    assert through.download(20 * KILOBYTE, timeout=60) == digest(20 * KILOBYTE, 1)
    assert through.upload(20 * KILOBYTE, timeout=60) == digest(20 * KILOBYTE, 1)
    agent.kill()


def test_a_slow_line_serves_small_requests_beside_a_large_one(place: Place) -> None:
    place.site.line.set(rate=1e6, delay=0.02)
    large = Beside(lambda: place.bench.download(1 * MEGABYTE, timeout=60))
    for _ in range(3):
        watch = Stopwatch()
        assert b"version" in place.neuronex.get("/api/version")
        assert watch.seconds < 8
    assert not large.is_over
    outcome = large.outcome(60)
    assert outcome.value == digest(1 * MEGABYTE, 1)
    assert outcome.seconds > 5


# MARK: Gone, and noticed


def test_transfers_into_a_black_hole_end_and_the_platform_says_offline(vanished: dict[str, Vanished]) -> None:
    case = vanished["hole"]
    wait_until("the platform to say offline", NOTICED - case.seconds, lambda: not case.place.is_online)
    assert case.seconds > 30
    for name, transfer in case.transfers.items():
        assert ended_badly(transfer, name, 10), name
    status, _ = case.place.neuronex.ask("GET", "/api/version", timeout=5)
    assert status == 502
    wait_until("its service to be unknown", 20, lambda: case.place.project.api.get(
        f"/api/v1/services/{case.place.neuronex.service}")["status"] == "unknown")
    # The one on which the agent had asked for its challenge idles for a minute.
    wait_until("no connection to be left in the cloud", 30, lambda: case.place.connections_in_cloud() == 0)
    assert case.place.platform.holders(case.place.project.agent("hole")["id"]) == 0
    # And comes back, when the network does.
    case.place.site.line.set()
    watch = Stopwatch()
    wait_until("the agent to be back", 45, lambda: case.place.is_online)
    wait_until("its service to be back", 20, lambda: case.place.project.is_service_online(case.place.neuronex.service))
    assert case.place.bench.download(MEGABYTE) == digest(MEGABYTE, 1)
    print(f"back after {watch.seconds:.1f} s")
    wait_until("half-open connections to be closed at the site", 60, lambda: case.place.connections_at_site() <= 2)
    wait_until("the service there to be rid of what nobody wants", 20,
               lambda: case.place.bench.get_json("/counts")["underWay"] == 1)


def test_an_agent_finds_out_by_itself_that_its_router_has_forgotten_it(vanished: dict[str, Vanished]) -> None:
    case = vanished["forgetful"]
    place = case.place
    for name, transfer in case.transfers.items():
        assert ended_badly(transfer, name, max(1, NOTICED - case.seconds)), name
    wait_until("the agent to be back", NOTICED_BY_AGENT - case.seconds, lambda: place.is_online)
    assert b"version" in place.neuronex.get("/api/version")
    assert "the connection was lost" in place.agent.log
    wait_until("one connection to be left at either end", 20, lambda: (
        place.project.agent("forgetful")["connections"] == 1
        and place.connections_in_cloud() <= 2 and place.connections_at_site() <= 2))
