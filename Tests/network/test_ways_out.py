"""A platform with TLS of a private authority; sites whose one way out is a proxy that connects them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from harness.processes import wait_until

from conftest import World
from world.certificates import Authority
from world.hall import check_all_passes
from world.outlet import Outlet
from world.programs import Agent, Platform, Project, Stopwatch
from world.site import Site
from world.workbench import MEGABYTE, digest

PASSWORD = "only-for-the-plant"


@dataclass
class Cloud:
    platform: Platform
    project: Project
    authority: Authority
    # As an agent's options.
    trust: tuple[str, str]
    # With nothing in its way.
    open_site: Site
    # Where nobody gets out but through a proxy on the gateway.
    closed_site: Site
    # One of them takes whoever is at the site, the other whoever knows the password.
    outlet: Outlet
    guarded: Outlet


@pytest.fixture(scope="module")
def cloud(world: World) -> Cloud:
    open_site, closed_site = world.site(), world.site()
    closed_site.close_gateway()
    authority = Authority(world.folder)
    platform = world.platform(
        "--monitor-interval", "1",
        certificate=authority.issue("platform", f"IP:{open_site.cloud}", f"IP:{closed_site.cloud}"))
    return Cloud(
        platform, Project(platform), authority, ("--ca", str(authority.certificate)), open_site, closed_site,
        world.outlet(closed_site, 3128), world.outlet(closed_site, 3129, PASSWORD))


def works(world: World, project: Project, name: str) -> None:
    check_all_passes(world.through(project, name, "neuronex"), world.through(project, name, "bench"))


# MARK: TLS


def test_an_agent_that_knows_the_private_authority_trusts_the_platform(world: World, cloud: Cloud) -> None:
    world.equip(cloud.open_site, cloud.platform, cloud.project, "open", *cloud.trust)
    works(world, cloud.project, "open")


@pytest.mark.parametrize("knows", ["another authority", "the system's authorities"])
def test_an_agent_that_does_not_know_it_stays_away_and_says_why(world: World, cloud: Cloud, knows: str) -> None:
    name = knows.replace("'", "").replace(" ", "-")
    trust: tuple[str, ...] = ()
    if knows == "another authority":
        trust = ("--ca", str(Authority(world.folder, "another").certificate))
    agent = world.agent(
        cloud.open_site, cloud.platform.url(cloud.open_site), name, *trust, token=cloud.project.make_token(name)["token"])
    peer = f"{cloud.open_site.cloud}:{cloud.platform.port}"
    status = agent.wait_for_trouble("is not trusted")
    assert status["state"] != "connected"
    # One line of the log says all of it.
    assert re.search(
        rf"warning.* not connected.*the certificate of {re.escape(peer)} is not trusted.*", agent.log), agent.log
    assert "Name the authority of the platform's certificate: edgewright-agent install --ca FILE, or the setting ca." in agent.log
    assert cloud.project.agent(name) is None
    agent.kill()


def test_an_agent_trusts_no_certificate_for_another_name(world: World, cloud: Cloud) -> None:
    site = world.site()
    agent = world.agent(
        site, cloud.platform.url(site), "misled", *cloud.trust, token=cloud.project.make_token("misled")["token"])
    agent.wait_for_trouble("is for another name")
    assert cloud.project.agent("misled") is None
    agent.kill()


# MARK: Through a proxy


def test_nobody_gets_out_of_the_closed_site_by_himself(cloud: Cloud) -> None:
    place = f"/dev/tcp/{cloud.closed_site.cloud}/{cloud.platform.port}"
    with pytest.raises(RuntimeError):
        cloud.closed_site.site.run("timeout", "1", "bash", "-c", f"exec 3<>{place}")


@pytest.fixture(scope="module")
def closed(world: World, cloud: Cloud) -> Agent:
    return world.equip(
        cloud.closed_site, cloud.platform, cloud.project, "closed", *cloud.trust,
        "--proxy", f"http://{cloud.outlet.address}")


def test_an_agent_gets_out_through_a_proxy(world: World, cloud: Cloud, closed: Agent) -> None:
    assert closed.is_connected
    assert f"CONNECT {cloud.closed_site.cloud}:{cloud.platform.port}" in cloud.outlet.log
    assert cloud.project.agent("closed")["address"] == cloud.closed_site.outside
    works(world, cloud.project, "closed")


# It offers what is at the site already.
@pytest.mark.usefixtures("closed")
def test_an_agent_gets_out_through_a_proxy_with_a_password_that_its_environment_names(world: World, cloud: Cloud) -> None:
    agent = world.agent(
        cloud.closed_site, cloud.platform.url(cloud.closed_site), "guarded", *cloud.trust,
        "--offer", "bench=http://127.0.0.1:9000", token=cloud.project.make_token("guarded")["token"],
        environment={"HTTPS_PROXY": f"http://plant:{PASSWORD}@{cloud.guarded.address}"})
    wait_until("the agent to be online", 30, lambda: cloud.project.is_online("guarded"))
    bench = world.through(cloud.project, "guarded", "bench")
    assert bench.download(MEGABYTE) == digest(MEGABYTE, 1)
    assert PASSWORD not in agent.log
    agent.stop()


@pytest.mark.parametrize(("user", "trouble"), [
    ("", "wants a user name and password"), ("plant:wrong@", "does not take the user name and password")])
def test_an_agent_without_the_password_says_what_the_proxy_wants(
    world: World, cloud: Cloud, user: str, trouble: str
) -> None:
    name = "wrong" if user else "nobody"
    agent = world.agent(
        cloud.closed_site, cloud.platform.url(cloud.closed_site), name, *cloud.trust,
        "--proxy", f"http://{user}{cloud.guarded.address}", token=cloud.project.make_token(name)["token"])
    agent.wait_for_trouble(f"the proxy {re.escape(cloud.guarded.address)} {trouble}")
    assert re.search(f"warning.* not connected.*{trouble}", agent.log)
    assert cloud.project.agent(name) is None
    agent.kill()


def test_an_agent_is_back_when_its_proxy_is(world: World, cloud: Cloud, closed: Agent) -> None:
    cloud.outlet.stop()
    wait_until("the platform to say offline", 10, lambda: not cloud.project.is_online("closed"))
    closed.wait_for_trouble(f"connection refused by the proxy {re.escape(cloud.outlet.address)}")
    cloud.outlet.start()
    watch = Stopwatch()
    # It has tried some times in vain by now, and waits longer each time.
    wait_until("the agent to be back", 60, lambda: cloud.project.is_online("closed"))
    print(f"back {watch.seconds:.1f} s after the proxy")
    works(world, cloud.project, "closed")
