"""Agents: joined, claimed, moved and let go by the console, with real ones dialling in."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Nodes, Windows, World, run_agent, session_of
from harness.processes import Running, wait_until
from playwright.sync_api import Browser, Locator, Page, expect

Starter = Callable[..., Running]


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[World]:
    """The same platform with a project of its own, in which there are no agents at first."""
    project = world.api.expect(201, "POST", f"/api/v1/orgs/{world.org}/projects", {"name": "Yard"})["id"]
    yield dataclasses.replace(world, project=project)
    world.api.expect(204, "DELETE", f"/api/v1/projects/{project}")


@pytest.fixture
def start(site: World, tmp_path: Path) -> Iterator[Starter]:
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
def join(site: World, start: Starter) -> Callable[..., dict]:
    """Starts an agent that joins by a token, and waits until it is connected."""

    def join(name: str, *options: str, token: dict | None = None, **more: object) -> dict:
        start(name, *options, token=(token or make_token(site))["token"], **more)
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


def fingerprint(log: Path) -> str:
    pattern = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")
    wait_until("its fingerprint in the log", 20, lambda: bool(pattern.search(log.read_text())))
    return pattern.search(log.read_text())[0]


def badge(page: Page) -> Locator:
    return page.locator(".page-head .badge").first


def act(page: Page, item: str) -> None:
    page.get_by_role("button", name="Actions", exact=True).click()
    page.get_by_role("menuitem", name=item).click()


# MARK: Joining


def test_an_agent_joins_by_the_command_that_is_shown_once(site: World, admin: Page, dialog: Locator, start: Starter) -> None:
    admin.goto(site.place("@/agents"))
    expect(admin.get_by_text("No agents yet")).to_be_visible()
    admin.get_by_role("button", name="Add agent").last.click()
    dialog.get_by_label("What the token is for").fill("press hall")
    dialog.get_by_label("For how many agents").fill("0")
    expect(dialog.get_by_role("button", name="Make the command")).to_be_disabled()
    dialog.get_by_label("For how many agents").fill("2")
    dialog.get_by_role("button", name="Make the command").click()
    expect(dialog.get_by_text("never shown again")).to_be_visible()
    expect(dialog.get_by_text("It lets 2 agents join")).to_be_visible()
    command = dialog.get_by_role("region", name="Command")
    token = re.search(r"ewe_\S+", command.inner_text())[0]
    for way, part in (("As a service", "sudo ./edgewright-agent install"), ("Try it", "edgewright-agent run"), ("In a container", "docker run")):
        dialog.get_by_role("button", name=way).click()
        expect(command).to_contain_text(part)
        expect(command).to_contain_text(token)
    expect(dialog.get_by_text("Waiting for an agent")).to_be_visible()
    start("press-gw", *offer(site, 1), token=token)
    joined = dialog.get_by_role("link", name="press-gw has joined")
    expect(joined).to_be_visible()
    expect(dialog.get_by_text("Waiting for more")).to_be_visible()
    joined.click()
    expect(admin.get_by_role("heading", name="press-gw", level=1)).to_be_visible()
    expect(badge(admin)).to_have_text("Online")
    admin.goto(site.place("@/agents/tokens"))
    expect(admin.get_by_role("row").filter(has_text="press hall")).to_contain_text("1 of 2")
    assert token not in admin.content()


def test_a_token_is_revoked(site: World, admin: Page, dialog: Locator, start: Starter) -> None:
    token = make_token(site, name="lost on the way")
    admin.goto(site.place("@/agents/tokens"))
    row = admin.get_by_role("row").filter(has_text="lost on the way")
    expect(row).to_contain_text("Active")
    row.get_by_role("button", name="Revoke").click()
    dialog.get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("Revoked")
    expect(row.get_by_role("button")).to_have_count(0)
    agent = start("too-late", token=token["token"])
    wait_until("it is refused", 20, lambda: "revoked" in agent.log.read_text())
    assert agents(site) == []


def test_an_agent_without_a_token_is_claimed_by_its_fingerprint(
    site: World, admin: Page, dialog: Locator, start: Starter
) -> None:
    agent = start("roof")
    key = fingerprint(agent.log)
    admin.goto(site.place("@/agents"))
    admin.get_by_role("button", name="Claim by fingerprint").click()
    field, claim = dialog.get_by_label("Fingerprint"), dialog.get_by_role("button", name="Claim", exact=True)
    field.fill(key[:-1])
    field.blur()
    expect(dialog.get_by_text("A fingerprint is SHA256: and 43 characters.")).to_be_visible()
    expect(claim).to_be_disabled()
    field.fill(f"SHA256:{'A' * 43}")
    claim.click()
    expect(dialog.get_by_text("No agent with this key waits to be claimed")).to_be_visible()
    field.fill(f" {key} ")
    dialog.get_by_label("Name").fill("roof-gw")
    claim.click()
    expect(admin.get_by_role("heading", name="roof-gw", level=1)).to_be_visible()
    expect(badge(admin)).to_have_text("Online")
    expect(admin.get_by_text(key)).to_be_visible()


def test_system_admins_see_who_waits_and_claim_into_a_project(
    site: World, admin: Page, dialog: Locator, start: Starter
) -> None:
    agent = start("stray", *offer(site, 2))
    key = fingerprint(agent.log)
    admin.goto(site.place("@/agents/unmanaged"))
    row = admin.get_by_role("row").filter(has_text="stray")
    expect(row).to_contain_text(key)
    expect(row).to_contain_text("Online")
    row.get_by_role("button", name="What stray offers: 1").click()
    expect(admin.get_by_text(f"http://127.0.0.1:{site.fleet_port}/edge-00002")).to_be_visible()
    admin.keyboard.press("Escape")
    row.get_by_role("button", name="Actions for stray").click()
    admin.get_by_role("menuitem", name="Revoke").click()
    dialog.get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("Revoked")
    row.get_by_role("button", name="Actions for stray").click()
    admin.get_by_role("menuitem", name="Restore").click()
    expect(row).not_to_contain_text("Revoked")
    row.get_by_role("button", name="Claim stray").click()
    expect(dialog.get_by_text(key)).to_be_visible()
    expect(dialog.get_by_label("Project")).to_have_value(site.project)
    dialog.get_by_label("Name").fill("found-gw")
    dialog.get_by_role("button", name="Claim", exact=True).click()
    expect(admin.get_by_role("heading", name="found-gw", level=1)).to_be_visible()
    assert [each["name"] for each in agents(site)] == ["found-gw"]


# MARK: What it offers


def test_what_it_offers_is_added_with_one_click_and_reached_through_it(
    site: World, admin: Page, join: Callable[..., dict]
) -> None:
    agent = join("press-gw", *offer(site, 3), *offer(site, 4, "bridge"))
    admin.goto(site.place("@/agents"))
    row = admin.get_by_role("row").filter(has_text="press-gw")
    expect(row).to_contain_text("2 new")
    row.get_by_role("link", name="press-gw").click()
    bridge = admin.get_by_role("row").filter(has_text="bridge")
    # What the agent does not say is asked.
    bridge.get_by_label("Category of bridge").select_option("neuronex")
    bridge.get_by_label("Name for bridge").fill("press-bridge")
    bridge.get_by_role("button", name="Add").click()
    expect(admin.get_by_text("press-bridge was added.")).to_be_visible()
    other = admin.get_by_label("Name for neuronex")
    expect(other).to_have_value("press-gw neuronex")
    other.fill("press-bridge")
    admin.get_by_role("button", name="Add neuronex").click()
    expect(admin.get_by_text("Not everything could be added")).to_be_visible()
    bridge.get_by_role("link", name="press-bridge").click()
    expect(badge(admin)).to_have_text("Online")
    expect(admin.get_by_text("Through press-gw")).to_be_visible()
    admin.get_by_role("link", name="API explorer").click()
    admin.get_by_role("button", name="Send").click()
    expect(admin.get_by_text("200").first).to_be_visible()
    admin.goto(site.place("@/services"))
    admin.get_by_label("Agent", exact=True).select_option(label="press-gw")
    expect(admin).to_have_url(re.compile(f"agent={agent['id']}"))
    expect(admin.get_by_role("row").filter(has_text="press-bridge")).to_contain_text("press-gw / bridge")


def test_all_that_is_new_is_added_at_once_with_tags(
    site: World, admin: Page, dialog: Locator, join: Callable[..., dict]
) -> None:
    agent = join("hall-gw", *offer(site, 5), *offer(site, 6, "neuronex-2"))
    admin.goto(site.place(f"@/agents/{agent['id']}"))
    admin.get_by_role("button", name="Add all new").click()
    dialog.get_by_label("Tags of the services").fill("hall")
    dialog.get_by_label("Tags of the services").press("Enter")
    dialog.get_by_role("button", name="Add 2").click()
    expect(admin.get_by_text("2 were added.")).to_be_visible()
    expect(admin.get_by_role("button", name="Add all new")).to_have_count(0)
    admin.get_by_role("link", name="Services", exact=True).click()
    rows = admin.get_by_role("region", name="Edge services").get_by_role("row")
    expect(rows).to_have_count(3)
    admin.get_by_role("link", name="Show in the list of services").click()
    expect(admin.locator("tbody tr")).to_have_count(2)
    expect(admin.get_by_role("row").filter(has_text="hall-gw neuronex-2")).to_contain_text("hall")


def test_what_else_there_is_comes_with_the_line_for_its_settings(site: World, admin: Page, join: Callable[..., dict]) -> None:
    agent = join("look-gw")
    # What this machine has at the well-known ports is not the test's.
    found = [
        {"name": "neuronex", "kind": "service", "category": "neuronex", "url": "http://127.0.0.1:8085", "offered": True},
        {"name": "ekuiper", "kind": "service", "category": "ekuiper", "url": "http://127.0.0.1:9081", "offered": False},
        {"name": "docker", "kind": "docker", "url": "unix:///var/run/docker.sock", "offered": False},
    ]
    asked = []

    def answer(route) -> None:
        asked.append(route.fetch().status)
        route.fulfill(json={"items": found})

    admin.route("**/discover", answer)
    admin.goto(site.place(f"@/agents/{agent['id']}"))
    expect(admin.get_by_text("It offers nothing yet")).to_be_visible()
    admin.get_by_role("button", name="Look for more").click()
    items = admin.locator(".found").get_by_role("listitem")
    expect(items.nth(0)).to_contain_text("Offered already")
    expect(items.nth(1)).to_contain_text("ekuiper: http://127.0.0.1:9081")
    expect(items.nth(2)).to_contain_text("docker: unix:///var/run/docker.sock")
    expect(admin.get_by_text("/etc/edgewright/agent.yaml")).to_be_visible()
    assert asked == [200]


def test_a_service_is_added_through_an_agent(site: World, admin: Page, join: Callable[..., dict]) -> None:
    join("side-gw", *offer(site, 7), *offer(site, 8, "neuronex-2"))
    admin.goto(site.place("@/services/add"))
    admin.get_by_text("Through an agent", exact=True).click()
    expect(admin.get_by_label("Endpoint")).to_have_count(0)
    admin.get_by_label("Agent", exact=True).select_option(label="side-gw")
    admin.get_by_label("Offer", exact=True).select_option("neuronex-2")
    expect(admin.get_by_label("Name")).to_have_value("side-gw neuronex-2")
    admin.get_by_role("button", name="Test and add").click()
    expect(admin.get_by_role("heading", name="side-gw neuronex-2", level=1)).to_be_visible()
    act(admin, "Edit")
    dialog = admin.get_by_role("dialog")
    expect(dialog.get_by_label("Offer", exact=True)).to_have_value("neuronex-2")
    dialog.get_by_label("Offer", exact=True).select_option("neuronex")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(admin.locator(".page-head")).to_contain_text("side-gw / neuronex")


def test_a_node_is_added_through_an_agent_without_tls(
    site: World, admin: Page, dialog: Locator, join: Callable[..., dict], tmp_path: Path
) -> None:
    join("dock-gw", "--docker", f"unix://{tmp_path}/none.sock")
    admin.goto(site.place("@/hosts"))
    admin.get_by_role("button", name="Add node").last.click()
    dialog.get_by_text("Through an agent", exact=True).click()
    dialog.get_by_label("Agent", exact=True).select_option(label="dock-gw")
    # The only one there is needs no choosing.
    expect(dialog.get_by_label("Offer", exact=True)).to_have_value("docker")
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("dock-gw")
    expect(dialog.get_by_text("Unencrypted")).to_have_count(0)
    expect(dialog.get_by_label("Engine address")).to_have_count(0)
    dialog.get_by_role("button", name="Test connection").click()
    expect(dialog.get_by_text("Not reachable")).to_be_visible()
    dialog.get_by_role("button", name="Add node").click()
    expect(admin.get_by_role("heading", name="dock-gw", level=1)).to_be_visible()
    expect(admin.get_by_text("Through dock-gw")).to_be_visible()
    admin.goto(site.place("@/hosts"))
    expect(admin.get_by_role("row").filter(has_text="dock-gw / docker")).to_be_visible()


def test_services_are_installed_on_an_engine_behind_an_agent(
    site: World, nodes: Nodes, admin: Page, dialog: Locator, join: Callable[..., dict]
) -> None:
    engine = site.api.get(f"/api/v1/hosts/{nodes.host}")["address"]
    agent = join("crane-gw", "--docker", engine)
    admin.goto(site.place(f"@/agents/{agent['id']}"))
    admin.get_by_role("button", name="Add docker").click()
    admin.get_by_role("row").filter(has_text="docker").get_by_role("link", name="crane-gw").click()
    admin.get_by_role("button", name="Test connection").click()
    expect(admin.get_by_text("The engine answers")).to_be_visible()
    host = admin.url.rsplit("/", 1)[1]
    installed = dataclasses.replace(nodes, world=site, host=host).install(1)
    try:
        admin.goto(site.place(f"@/services/{installed[0]['serviceId']}"))
        expect(badge(admin)).to_have_text("Online", timeout=30_000)
        expect(admin.locator(".page-head")).to_contain_text(re.compile(r"crane-gw / docker:\d+"))
        act(admin, "Edit")
        expect(dialog.get_by_text("How Edgewright reaches it")).to_have_count(0)
    finally:
        batch = site.api.expect(202, "POST", f"/api/v1/projects/{site.project}/batches", {
            "kind": "delete", "targets": {"filter": {"host": host}}, "parameters": {"deleteVolumes": True}})
        nodes.finished(batch["id"])


# MARK: Coming and going


def test_an_agent_is_seen_to_come_and_go(site: World, admin: Page, start: Starter, windows: Windows, admin_session: dict) -> None:
    gone = start("gate-gw", token=make_token(site)["token"])
    agent = connected(site, "gate-gw")
    admin.goto(site.place(f"@/agents/{agent['id']}"))
    expect(badge(admin)).to_have_text("Online")
    admin.evaluate("window.isTheSamePage = true")
    listed = windows.open(admin_session)
    listed.goto(site.place("@/agents?online=true"))
    row = listed.get_by_role("row").filter(has_text="gate-gw")
    expect(row).to_contain_text(re.compile(r"\d ms"))
    gone.stop()
    expect(badge(admin)).to_have_text("Offline")
    expect(admin.get_by_text("This agent is offline since")).to_be_visible()
    expect(admin.get_by_role("button", name="Look for more")).to_be_disabled()
    expect(row).to_have_count(0)
    listed.get_by_role("button", name="Offline").click()
    expect(row).to_contain_text("Offline")
    start("gate-gw")
    expect(badge(admin)).to_have_text("Online")
    expect(admin.get_by_text("This agent is offline since")).to_have_count(0)
    assert admin.evaluate("window.isTheSamePage") is True


def test_a_revoked_agent_is_cut_off_and_comes_back_when_it_is_restored(
    site: World, admin: Page, dialog: Locator, join: Callable[..., dict]
) -> None:
    agent = join("shed-gw", *offer(site, 9))
    admin.goto(site.place(f"@/agents/{agent['id']}"))
    act(admin, "Revoke")
    expect(dialog).to_contain_text("cut at once")
    dialog.get_by_role("button", name="Revoke").click()
    expect(badge(admin)).to_have_text("Revoked")
    expect(admin.get_by_text("This agent is revoked")).to_be_visible()
    wait_until("its connection is cut", 20, lambda: not agents(site)[0]["online"])
    admin.get_by_role("button", name="Restore").click()
    expect(admin.get_by_text("This agent is revoked")).to_have_count(0)
    admin.get_by_role("link", name="Activity").click()
    for operation in ("agent.enroll", "agent.revoke", "agent.restore"):
        expect(admin.get_by_role("region", name="Audit log")).to_contain_text(operation)


def test_a_copied_key_is_warned_of_until_somebody_has_looked(
    site: World, admin: Page, start: Starter, join: Callable[..., dict], tmp_path: Path
) -> None:
    agent = join("twin-gw")
    copied = tmp_path / "copied"
    shutil.copytree(tmp_path / "twin-gw", copied, ignore=lambda _, names: [each for each in names if each.endswith((".sock", ".lock"))])
    second = start("twin-copy", state=copied)
    try:
        wait_until("the copy is noticed", 30, lambda: agents(site)[0]["clone"] is not None)
    finally:
        second.stop()
    admin.goto(site.place("@/agents"))
    expect(admin.get_by_text("Used twice")).to_be_visible()
    admin.goto(site.place(f"@/agents/{agent['id']}"))
    expect(admin.get_by_text("The key of this agent is used in two places")).to_be_visible()
    admin.get_by_role("button", name="Dismiss").click()
    expect(admin.get_by_text("The key of this agent is used in two places")).to_have_count(0)
    assert agents(site)[0]["clone"] is None


def test_an_agent_is_edited_and_moves_with_what_is_behind_it(
    world: World, site: World, admin: Page, dialog: Locator, join: Callable[..., dict]
) -> None:
    agent = join("van", *offer(site, 10), token=make_token(site, adoptsOffers=True, tags=["mobile"]))
    wait_until("what it offers is added by itself", 20, lambda: len(site.services) == 1)
    admin.goto(site.place(f"@/agents/{agent['id']}"))
    act(admin, "Edit")
    dialog.get_by_label("Name").fill("van-gw")
    dialog.get_by_label("Description").fill("On wheels")
    dialog.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("heading", name="van-gw", level=1)).to_be_visible()
    expect(admin.get_by_text("On wheels")).to_be_visible()
    act(admin, "Move to another project")
    expect(dialog).to_contain_text("1 edge service: what is behind it moves along.")
    dialog.get_by_label("Project").select_option(world.project)
    dialog.get_by_role("button", name="Move").click()
    expect(admin).to_have_url(re.compile(f"/projects/{world.project}/agents/{agent['id']}"))
    expect(badge(admin)).to_have_text("Online")
    assert site.services == [] and agents(site) == []
    act(admin, "Delete")
    delete = dialog.get_by_role("button", name="Delete agent")
    dialog.get_by_label("Type van-gw to confirm").fill("van-gw")
    expect(delete).to_be_disabled()
    dialog.get_by_label("Also remove the registrations of what is behind it").check()
    delete.click()
    expect(admin.get_by_role("heading", name="Agents", level=1)).to_be_visible()
    expect(admin.get_by_role("link", name="van-gw")).to_have_count(0)
    assert world.api.get(f"/api/v1/projects/{world.project}/services", q="van")["items"] == []


def test_the_overview_counts_agents(site: World, admin: Page, join: Callable[..., dict]) -> None:
    join("count-gw", *offer(site, 11), token=make_token(site, adoptsOffers=True))
    wait_until("what it offers is added by itself", 20, lambda: len(site.services) == 1)
    admin.goto(site.place("@/overview"))
    figure = admin.get_by_role("region", name="Agents", exact=True)
    expect(figure.locator(".figure-value")).to_have_text("1")
    figure.get_by_role("link", name="Online 1").click()
    expect(admin).to_have_url(re.compile("/agents\\?online=true"))
    expect(admin.get_by_role("link", name="count-gw")).to_be_visible()


# MARK: What holds on all of it


def test_who_may_only_look_sees_agents_without_their_buttons(
    site: World, browser: Browser, windows: Windows, join: Callable[..., dict]
) -> None:
    agent = join("seen-gw", *offer(site, 12))
    site.make_user("watcher@example.com", "user")
    page = windows.open(session_of(browser, site, "watcher@example.com"))
    for path in ("@/agents", "@/agents/tokens", "@/agents/unmanaged"):
        page.goto(site.place(path))
        expect(page.get_by_role("link", name="seen-gw")).to_be_visible()
        for name in ("Add agent", "Claim by fingerprint"):
            expect(page.get_by_role("button", name=name)).to_have_count(0)
        for name in ("Enrolment tokens", "Unmanaged"):
            expect(page.get_by_role("link", name=name)).to_have_count(0)
    page.goto(site.place(f"@/agents/{agent['id']}"))
    expect(page.get_by_role("row").filter(has_text="neuronex")).to_contain_text("Not added")
    for name in ("Actions", "Look for more", "Add neuronex"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.get_by_role("link", name="Activity")).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light"), (1920, "dark")])
def test_pages_of_agents_are_accessible_and_fit(
    site: World, windows: Windows, admin_session: dict, join: Callable[..., dict], start: Starter, width: int, scheme: str
) -> None:
    agent = join("quality-gw", *offer(site, 13), *offer(site, 14, "a-rather-long-name-of-something-that-is-offered"))
    stray = start("stray")
    fingerprint(stray.log)
    page = windows.open(
        admin_session, viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
    dialog = page.get_by_role("dialog")
    found: list[tuple] = []

    def look(what: str) -> None:
        expect(page.locator(".skeleton")).to_have_count(0)
        for violation in Axe().run(page).response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                found.append((what, violation["id"], [node["target"] for node in violation["nodes"][:3]]))
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append((what, "is wider than the window"))

    here = f"@/agents/{agent['id']}"
    for path in ("@/agents", "@/agents/tokens", "@/agents/unmanaged", here, f"{here}/services", f"{here}/activity"):
        page.goto(site.place(path))
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        look(path)
    page.goto(site.place(here))
    page.get_by_role("button", name="Look for more").click()
    expect(page.get_by_role("heading", name="Found on its machine")).to_be_visible()
    page.get_by_role("button", name="Add all new").click()
    look("adding all")
    page.keyboard.press("Escape")
    for item in ("Edit", "Move to another project", "Revoke", "Delete"):
        act(page, item)
        look(item)
        page.keyboard.press("Escape")
    page.goto(site.place("@/agents"))
    page.get_by_role("button", name="Claim by fingerprint").click()
    look("claiming")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Add agent").click()
    dialog.get_by_label("What the token is for").fill("quality")
    dialog.get_by_label("Add what it offers by itself").check()
    look("making a token")
    dialog.get_by_role("button", name="Make the command").click()
    expect(dialog.get_by_text("Waiting for an agent")).to_be_visible()
    look("showing the command")
    page.goto(site.place("@/services/add"))
    page.get_by_text("Through an agent", exact=True).click()
    look("adding a service through an agent")
    assert not found, "\n".join(map(str, found))
