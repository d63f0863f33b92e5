"""A site behind NAT, whose services are used as if they were reached directly."""

from __future__ import annotations

import json
import socket

import pytest
from harness.processes import wait_until

from conftest import World
from world.hall import Hall, check_echo, check_log
from world.traffic import Page
from world.workbench import MEGABYTE, digest


@pytest.fixture(scope="module")
def hall(world: World) -> Hall:
    return world.hall()


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


def test_an_agent_without_a_token_says_what_it_waits_for_until_it_is_claimed(world: World, hall: Hall) -> None:
    agent = world.agent(hall.site, hall.platform.url(hall.site), "stranger")

    def membership() -> str | None:
        return (agent.status() or {}).get("membership")

    wait_until("the agent to say that it waits", 30, lambda: membership() == "unmanaged")
    status = agent.status()
    assert f"agents claim {status['fingerprint']}" in status["advice"]
    hall.project.api.expect(201, "POST", f"{hall.project.path}/agents", {"fingerprint": status["fingerprint"]})
    wait_until("the agent to say that it belongs to a project", 10, lambda: membership() == "managed")
    assert agent.status()["advice"] is None


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
    check_log(hall.neuronex)


def test_a_websocket_through_the_proxy(hall: Hall) -> None:
    check_echo(hall.neuronex)


def test_a_websocket_through_the_page_of_the_service(hall: Hall) -> None:
    page = Page(hall.neuronex)
    assert page.get("/web/").status == 200
    connection = page.socket()
    assert connection.status == 101
    assert connection.echo(b"over the page") == b"over the page"
    connection.close()
