"""Programs that are killed in the middle of transfers, and come back."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from harness.processes import wait_until

from conftest import World
from world.hall import Hall
from world.namespaces import established
from world.programs import Agent, Stopwatch
from world.traffic import Beside
from world.workbench import MEGABYTE, digest


@dataclass
class BusyHall(Hall):
    # The platform's name for the agent.
    id: str

    def under_way(self) -> int:
        """Requests at the service but for the one that asks."""
        return self.bench.get_json("/counts")["underWay"] - 1

    def begin_transfers(self) -> dict[str, Beside]:
        transfers = {
            "download": Beside(lambda: self.bench.download(1 << 40)),
            "upload": Beside(lambda: self.bench.upload(1 << 40)),
            "hang": Beside(lambda: self.bench.ask("GET", "/hang")),
            "socket": Beside(lambda: self.neuronex.socket().receive()),
            "log": Beside(lambda: self.neuronex.get("/api/stream/log")),
        }
        wait_until("the transfers to be under way", 20, lambda: self.under_way() == 3)
        written = self.bench.get_json("/counts")["written"]
        wait_until("them to move", 20, lambda: self.bench.get_json("/counts")["written"] > written + 8 * MEGABYTE)
        return transfers

    def begin_short_transfers(self) -> dict[str, Beside]:
        """Some that are over well within the three seconds that an agent waits for them, and are under way on return."""
        transfers = {
            **{f"download {number}": Beside(lambda: self.bench.download(24 * MEGABYTE)) for number in range(3)},
            "upload": Beside(lambda: self.bench.upload(24 * MEGABYTE)),
        }
        wait_until("all to be under way", 10, lambda: self.under_way() == 4, every=0.01)
        return transfers

    def check_all_is_well(self) -> None:
        """Reached again, and nothing left over of what there was before."""
        wait_until("the agent to be back", 30, lambda: self.project.is_online("hall-3"))
        assert self.bench.download(20 * MEGABYTE) == digest(20 * MEGABYTE, 1)
        assert self.bench.upload(20 * MEGABYTE) == digest(20 * MEGABYTE, 1)
        wait_until("the service to be rid of what nobody wants", 20, lambda: self.under_way() == 0)
        wait_until("one connection to be left", 10, lambda: self.project.agent("hall-3")["connections"] == 1)
        assert self.platform.holders(self.id) == 1
        for end in (None, self.site.site):
            # The tunnel, and the one on which the agent has asked for its challenge.
            assert len([each for each in established(self.platform.port, end) if self.site.network in each[1] + each[0]]) <= 2
        wait_until("the services to be online", 20, lambda: all(
            self.project.is_service_online(each.service) for each in (self.bench, self.neuronex)))


@pytest.fixture(scope="module")
def hall(world: World) -> BusyHall:
    hall = world.hall()
    return BusyHall(**vars(hall), id=hall.project.agent("hall-3")["id"])


def ended_badly(transfer: Beside, name: str = "download") -> bool:
    outcome = transfer.outcome(10, name)
    return outcome.error is not None or outcome.value is None or outcome.value[0] == 502


def test_the_agent_is_killed_in_the_middle_of_transfers(hall: BusyHall) -> None:
    transfers = hall.begin_transfers()
    hall.agent.kill()
    # The machine is still there, and closes its connections.
    wait_until("the platform to say offline", 10, lambda: not hall.project.is_online("hall-3"))
    assert all(ended_badly(transfer, name) for name, transfer in transfers.items())
    wait_until("the store to have no connection", 10, lambda: hall.platform.holders(hall.id) == 0)
    assert hall.neuronex.ask("GET", "/api/version", timeout=10)[0] == 502
    hall.agent.start()
    hall.check_all_is_well()


def test_the_platform_is_killed_in_the_middle_of_transfers(hall: BusyHall) -> None:
    transfers = hall.begin_transfers()
    hall.platform.kill()
    assert all(ended_badly(transfer, name) for name, transfer in transfers.items())
    # In the store it is as online as it was when nobody could say otherwise any more.
    assert hall.platform.holders(hall.id) == 1
    wait_until("the agent to say so", 10, lambda: not hall.agent.is_connected)
    hall.platform.start()
    watch = Stopwatch()
    hall.check_all_is_well()
    print(f"all is well after {watch.seconds:.1f} s")


def test_a_platform_that_returns_without_its_agent_does_not_take_it_for_online(hall: BusyHall) -> None:
    hall.platform.kill()
    hall.agent.kill()
    hall.platform.start()
    assert not hall.project.is_online("hall-3")
    assert hall.platform.holders(hall.id) == 0
    # What the dead process said of who probes is believed for 20 s: finding N7.
    wait_until("its services not to be online", 30, lambda: not any(
        hall.project.is_service_online(each.service) for each in (hall.bench, hall.neuronex)))
    hall.agent.start()
    hall.check_all_is_well()


def test_both_are_killed_again_and_again(hall: BusyHall) -> None:
    for number in range(4):
        download = Beside(lambda: hall.bench.download(1 << 40))
        wait_until("it to be under way", 20, lambda: hall.under_way() == 1)
        (hall.agent if number % 2 else hall.platform).kill()
        (hall.agent if number % 2 else hall.platform).start()
        assert ended_badly(download)
        wait_until("the agent to be back", 40, lambda: hall.project.is_online("hall-3"))
    hall.check_all_is_well()


def test_a_platform_that_is_asked_to_stop_lets_what_is_under_way_end(hall: BusyHall) -> None:
    transfers = hall.begin_short_transfers()
    hall.platform.stop()
    for name, transfer in transfers.items():
        assert transfer.outcome(10, name).error is None, f"{name}: {transfer.outcome(0)}"
    assert hall.platform.holders(hall.id) == 0
    hall.platform.start()
    hall.check_all_is_well()


def test_an_agent_that_is_asked_to_stop_lets_what_is_under_way_end_and_leaves(hall: BusyHall) -> None:
    transfers = hall.begin_short_transfers()
    watch = Stopwatch()
    hall.agent.stop()
    assert watch.seconds < 5
    for name, transfer in transfers.items():
        assert transfer.outcome(10, name).error is None, f"{name}: {transfer.outcome(0)}"
    wait_until("the platform to say offline", 5, lambda: not hall.project.is_online("hall-3"))
    assert hall.platform.holders(hall.id) == 0
    hall.agent.start()
    hall.check_all_is_well()


def test_a_new_key_ends_what_came_by_the_old_one_and_the_agent_is_back_at_once(hall: BusyHall) -> None:
    before = hall.project.agent("hall-3")["fingerprint"]
    download = Beside(lambda: hall.bench.download(1 << 40))
    wait_until("it to be under way", 20, lambda: hall.under_way() == 1)
    after = hall.agent.rotate_key()
    assert after != before
    # Whoever has copied the old key is out, whatever he was doing.
    assert ended_badly(download)
    hall.check_all_is_well()
    agent = hall.project.agent("hall-3")
    assert agent["fingerprint"] == after and agent["id"] == hall.id


def test_the_same_agent_may_be_started_once(hall: BusyHall) -> None:
    other = Agent(hall.site, hall.agent.server, hall.agent.folder, "hall-3")
    try:
        wait_until("the second one to end", 10, lambda: other.running.process.poll() is not None)
        assert other.running.process.returncode != 0
        assert "Another agent runs with the state folder" in other.log
    finally:
        other.kill()
    assert hall.project.is_online("hall-3")
