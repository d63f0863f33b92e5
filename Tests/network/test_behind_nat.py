"""A site behind NAT, whose services are used as if they were reached directly."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass

import pytest
from conftest import World
from harness.processes import wait_until
from world.programs import Agent, Platform, Project
from world.site import Site
from world.traffic import Page, Through
from world.workbench import digest

MEGABYTE = 1 << 20


@dataclass
class Hall:
    site: Site
    platform: Platform
    project: Project
    agent: Agent
    neuronex: Through
    bench: Through


@pytest.fixture(scope="module")
def hall(world: World) -> Hall:
    site = world.site()
    platform = world.platform("--monitor-interval", "1")
    project = Project(platform)
    agent = world.equip(site, platform, project, "hall-3")
    return Hall(
        site, platform, project, agent, world.through(project, "hall-3", "neuronex"),
        world.through(project, "hall-3", "bench"))


def test_nobody_opens_a_connection_into_the_site(hall: Hall) -> None:
    for address in (hall.site.address, hall.site.outside):
        with pytest.raises(OSError):
            socket.create_connection((address, 9000), 0.5)


def test_an_agent_with_a_token_is_online_and_what_it_offers_is_a_service(hall: Hall) -> None:
    agent = hall.project.agent("hall-3")
    assert agent and agent["online"] and agent["state"] == "managed" and agent["connections"] == 1
    # The platform sees the NAT's address, and nothing of what is behind it.
    assert agent["address"] == hall.site.outside
    assert {service["endpoint"].split("/")[-1] for service in hall.project.services()} == {"neuronex", "bench"}
    status = hall.agent.status()
    assert status and status["state"] == "connected"
    assert all(offer["answers"] for offer in status["offers"]), status["offers"]


def test_the_service_has_a_status_and_statistics(hall: Hall) -> None:
    def report() -> dict:
        return hall.project.api.get(f"/api/v1/services/{hall.neuronex.service}/status")
    wait_until("a report of the service", 20, lambda: report().get("report") is not None)
    assert report()["status"] == "online"
    assert report()["report"]["version"]


def test_requests_and_bodies_pass_both_ways(hall: Hall) -> None:
    assert "version" in hall.neuronex.get("/api/version").decode()
    node = json.dumps({"name": "line-1", "plugin": "Modbus TCP"}).encode()
    status, _ = hall.neuronex.ask("POST", "/api/neuron/node", node)
    assert status == 200
    names = [each["name"] for each in hall.neuronex.get_json("/api/neuron/node?type=1")["nodes"]]
    assert "line-1" in names


@pytest.mark.parametrize("chunked", [False, True])
def test_fifty_megabytes_go_up_unchanged(hall: Hall, chunked: bool) -> None:
    assert hall.bench.upload(50 * MEGABYTE, seed=3, chunked=chunked) == digest(50 * MEGABYTE, 3)


def test_fifty_megabytes_come_down_unchanged(hall: Hall) -> None:
    assert hall.bench.download(50 * MEGABYTE, seed=4) == digest(50 * MEGABYTE, 4)


def test_a_redirect_of_the_service_stays_behind_the_platform(hall: Hall) -> None:
    connection, answer = hall.bench.open("GET", "/moved")
    connection.close()
    assert answer.status == 302
    assert answer.headers["Location"] == f"{hall.bench.path}/bytes?count=9"


def test_a_log_arrives_line_by_line(hall: Hall) -> None:
    connection, answer = hall.neuronex.open("GET", "/api/stream/log", timeout=20)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    lines = [answer.readline() for _ in range(6)]
    connection.close()
    assert [line.startswith(b"data:") for line in lines] == [True, False] * 3


def test_a_websocket_through_the_proxy(hall: Hall) -> None:
    connection = hall.neuronex.socket()
    assert connection.status == 101
    for text in (b"x", b"y" * 300, b"z" * 16_000):
        assert connection.echo(text) == text
    connection.close()


def test_a_websocket_through_the_page_of_the_service(hall: Hall) -> None:
    page = Page(hall.neuronex)
    assert page.get("/web/").status == 200
    connection = page.socket()
    assert connection.status == 101
    assert connection.echo(b"over the page") == b"over the page"
    connection.close()
