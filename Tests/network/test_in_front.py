"""nginx and HAProxy in front of a platform, with the TLS of both agents and people, set up as docs/operating.md has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from harness.processes import wait_until

from conftest import World
from world.certificates import Authority
from world.fronts import Front, HAProxy, Nginx
from world.hall import Hall, check_echo, check_log
from world.programs import Platform, Project, Stopwatch
from world.traffic import Beside, Page
from world.workbench import MEGABYTE, digest


@dataclass
class FrontedHall(Hall):
    """The agent's name is the front's, and the services are reached from outside of it."""

    front: Front


@pytest.fixture(scope="module")
def platform(world: World) -> Platform:
    """Reached by nobody but what is in front of it."""
    return world.platform(
        "--monitor-interval", "1", "--trusted-proxy", "127.0.0.1", "--edge-domain", "edge.test", host="127.0.0.1")


@pytest.fixture(scope="module", params=[Nginx, HAProxy], ids=lambda kind: kind.name)
def hall(world: World, platform: Platform, request: pytest.FixtureRequest) -> Iterator[FrontedHall]:
    name = request.param.name
    site = world.site()
    folder = world.folder / f"front-{name}"
    folder.mkdir()
    authority = Authority(folder)
    front = request.param(folder, authority.issue("front", f"IP:{site.cloud}"), [platform])
    project = Project(platform, name)
    agent = world.equip(
        site, platform, project, name, "--ca", str(authority.certificate), server=front.url(site))
    yield FrontedHall(
        site, platform, project, agent, world.through(project, name, "neuronex", front),
        world.through(project, name, "bench", front), front)
    # The next one is to have its port.
    front.stop()


def test_an_agent_joins_through_it_and_the_platform_knows_where_it_is(hall: FrontedHall) -> None:
    agent = hall.project.agent(hall.front.name)
    assert agent and agent["online"] and agent["state"] == "managed" and agent["connections"] == 1
    # What is in front says where it comes from.
    assert agent["address"] == hall.site.outside
    status = hall.agent.status()
    assert status and status["state"] == "connected"
    assert all(offer["answers"] for offer in status["offers"]), status["offers"]


def test_a_token_comes_with_the_command_for_the_address_in_front(hall: FrontedHall) -> None:
    made = hall.front.client(hall.project.api).expect(
        201, "POST", f"{hall.project.path}/enrollment-tokens", {"name": "another"}, {"Host": "edge.example.com"})
    assert "--server https://edge.example.com " in str(made)


def test_a_service_is_reached_through_both(hall: FrontedHall) -> None:
    assert "version" in hall.neuronex.get("/api/version").decode()
    assert hall.neuronex.ask("GET", "/api/nowhere")[0] == 404


@pytest.mark.parametrize("chunked", [False, True])
def test_ten_megabytes_go_up_unchanged(hall: FrontedHall, chunked: bool) -> None:
    assert hall.bench.upload(10 * MEGABYTE, seed=3, chunked=chunked) == digest(10 * MEGABYTE, 3)


def test_ten_megabytes_come_down_unchanged(hall: FrontedHall) -> None:
    assert hall.bench.download(10 * MEGABYTE, seed=4) == digest(10 * MEGABYTE, 4)


def test_a_log_arrives_line_by_line(hall: FrontedHall) -> None:
    check_log(hall.neuronex)


def test_a_websocket_through_the_proxy(hall: FrontedHall) -> None:
    check_echo(hall.neuronex)


def test_the_page_of_the_service_has_an_origin_with_tls(hall: FrontedHall) -> None:
    page = Page(hall.neuronex)
    assert page.origin.startswith(f"https://{hall.neuronex.service}.edge.test")
    assert "secure" in page.entered.fields["Set-Cookie"].lower()
    assert page.get("/web/").status == 200
    connection = page.socket()
    assert connection.echo(b"over the page") == b"over the page"
    connection.close()


def test_the_service_is_rid_of_what_a_client_has_broken_off(hall: FrontedHall) -> None:
    connections = [hall.bench.begin("GET", target) for target in ("/hang", "/endless")]
    wait_until("both to be under way", 10, lambda: hall.bench.get_json("/counts")["underWay"] == 3)
    for connection in connections:
        connection.close()
    wait_until("the service to be rid of them", 20, lambda: hall.bench.get_json("/counts")["underWay"] == 1)


def test_a_reload_ends_nothing(hall: FrontedHall) -> None:
    since = (hall.agent.status() or {})["since"]
    connection = hall.neuronex.socket()
    assert connection.echo(b"before") == b"before"
    download = Beside(lambda: hall.bench.download(40 * MEGABYTE))
    wait_until("it to be under way", 10, lambda: hall.bench.get_json("/counts")["underWay"] == 2, every=0.01)
    hall.front.reload()
    assert download.outcome(20).value == digest(40 * MEGABYTE, 1)
    assert connection.echo(b"after") == b"after"
    connection.close()
    # By the new worker, to an agent whose tunnel the old one has.
    assert b"version" in hall.neuronex.get("/api/version")
    assert (hall.agent.status() or {})["since"] == since


def test_a_restart_costs_the_agent_some_seconds(hall: FrontedHall) -> None:
    hall.front.stop()
    wait_until("the platform to say offline", 10, lambda: not hall.project.is_online(hall.front.name))
    hall.agent.wait_for_trouble("refused|lost|closed")
    hall.front.start()
    watch = Stopwatch()
    wait_until("the agent to be back", 40, lambda: hall.project.is_online(hall.front.name))
    print(f"{hall.front.name}: back {watch.seconds:.1f} s after the start")
    assert hall.bench.download(10 * MEGABYTE) == digest(10 * MEGABYTE, 1)
    assert hall.bench.upload(10 * MEGABYTE) == digest(10 * MEGABYTE, 1)
    connection = hall.neuronex.socket()
    assert connection.echo(b"again") == b"again"
    connection.close()
    assert hall.project.agent(hall.front.name)["connections"] == 1
