"""A Docker engine behind NAT, on which services are installed through its machine's agent."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

import pytest
from harness.processes import wait_until

from conftest import World
from world.programs import Agent, Platform, Project, Stopwatch
from world.traffic import Through


@dataclass
class Hall:
    platform: Platform
    project: Project
    agent: Agent
    # Of the engine, for who is at the site.
    engine: str
    # The platform's names for the engine and the images.
    host: str
    image: str
    newer: str

    def run_batch(self, kind: str, targets: dict, **parameters: object) -> list[dict]:
        """What became of each, once all is done."""
        batch = self.project.api.expect(202, "POST", f"{self.project.path}/batches", {
            "kind": kind, "targets": targets, "parameters": parameters})
        place = f"/api/v1/batches/{batch['id']}"
        wait_until(f"the batch “{kind}” to end", 90, lambda: self.project.api.get(place).get("finishedAt"), every=0.2)
        items = self.project.api.get(f"{place}/items", limit=200)["items"]
        assert {each["state"] for each in items} == {"succeeded"}, items
        return items

    def containers(self) -> list[str]:
        """Those of the platform, as the engine itself knows them."""
        return subprocess.run(
            ["docker", "ps", "--filter", "label=io.edgewright.service", "--format", "{{.Image}} {{.Ports}}"],
            env={**os.environ, "DOCKER_HOST": self.engine}, check=True, capture_output=True, text=True).stdout.splitlines()


@pytest.fixture(scope="module")
def hall(world: World) -> Hall:
    site = world.site()
    engine = world.docker(site)
    platform = world.platform("--monitor-interval", "1")
    project = Project(platform)
    agent = world.agent(
        site, platform.url(site), "hall-3", "--docker", engine, token=project.make_token("hall-3", adopts=False)["token"])
    wait_until("the agent to be online", 30, lambda: project.is_online("hall-3"))
    adopted = project.api.expect(200, "POST", f"/api/v1/agents/{project.agent('hall-3')['id']}/adopt", {})
    assert adopted["failed"] == [] and len(adopted["hosts"]) == 1, adopted

    def image(version: str) -> str:
        return project.api.expect(201, "POST", "/api/v1/images", {
            "category": "neuronex", "reference": f"edgewright-sim:{version}"})["id"]

    return Hall(platform, project, agent, engine, adopted["hosts"][0]["id"], image("3.6.0"), image("3.7.0"))


def test_the_engine_behind_nat_is_a_host_that_answers(hall: Hall) -> None:
    answer = hall.project.api.expect(200, "POST", f"/api/v1/hosts/{hall.host}/check", {})
    assert answer["reachable"], answer


def test_a_service_is_installed_upgraded_and_removed_through_the_tunnel(hall: Hall) -> None:
    watch = Stopwatch()
    items = hall.run_batch("install", {"hosts": [hall.host], "count": 1}, namePrefix="press-", image=hall.image)
    service = items[0]["serviceId"]
    wait_until("the service to be online", 40, lambda: hall.project.is_service_online(service))
    print(f"online {watch.seconds:.1f} s after it was asked for")
    assert [each.split()[0] for each in hall.containers()] == ["edgewright-sim:3.6.0"]

    through = Through(hall.project.api.again(), service)
    assert "3.6.0" in through.get("/api/version").decode()
    connection = through.socket()
    assert connection.echo(b"into the container") == b"into the container"
    connection.close()

    hall.run_batch("upgrade", {"ids": [service]}, image=hall.newer)
    assert "3.7.0" in through.get("/api/version").decode()
    assert [each.split()[0] for each in hall.containers()] == ["edgewright-sim:3.7.0"]

    hall.run_batch("delete", {"ids": [service]}, deleteVolumes=True)
    assert hall.containers() == []


def test_a_service_survives_a_restart_of_its_agent(hall: Hall) -> None:
    items = hall.run_batch("install", {"hosts": [hall.host], "count": 1}, namePrefix="lathe-", image=hall.image)
    service = items[0]["serviceId"]
    wait_until("the service to be online", 40, lambda: hall.project.is_service_online(service))
    hall.agent.kill()
    wait_until("its status to be unknown", 20, lambda: hall.project.api.get(
        f"/api/v1/services/{service}")["status"] == "unknown")
    hall.agent.start()
    wait_until("the service to be online again", 40, lambda: hall.project.is_service_online(service))
    # The agent asks the engine anew which ports are the platform's.
    assert "3.6.0" in Through(hall.project.api.again(), service).get("/api/version").decode()
    hall.run_batch("delete", {"ids": [service]}, deleteVolumes=True)
