"""Agents: joined, claimed, moved and let go by the console, with real ones dialling in."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Windows, World, agents, connected, make_token, offer, session_of
from harness.processes import Running, wait_until
from playwright.sync_api import Browser, Locator, Page, expect

Starter = Callable[..., Running]


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


def test_an_agent_joins_by_the_command_that_is_shown_once(
    site: World, admin: Page, dialog: Locator, start_agent: Starter
) -> None:
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
    ways = {"As a service": "sudo ./edgewright-agent install", "Try it": "agent run", "In a container": "docker run"}
    for way, part in ways.items():
        dialog.get_by_role("button", name=way).click()
        expect(command).to_contain_text(part)
        expect(command).to_contain_text(token)
    expect(dialog.get_by_text("Waiting for an agent")).to_be_visible()
    start_agent("press-gw", *offer(site, 1), token=token)
    joined = dialog.get_by_role("link", name="press-gw has joined")
    expect(joined).to_be_visible()
    expect(dialog.get_by_text("Waiting for more")).to_be_visible()
    joined.click()
    expect(admin.get_by_role("heading", name="press-gw", level=1)).to_be_visible()
    expect(badge(admin)).to_have_text("Online")
    admin.goto(site.place("@/agents/tokens"))
    expect(admin.get_by_role("row").filter(has_text="press hall")).to_contain_text("1 of 2")
    assert token not in admin.content()


def test_a_token_is_revoked(site: World, admin: Page, dialog: Locator, start_agent: Starter) -> None:
    token = make_token(site, name="lost on the way")
    admin.goto(site.place("@/agents/tokens"))
    row = admin.get_by_role("row").filter(has_text="lost on the way")
    expect(row).to_contain_text("Active")
    row.get_by_role("button", name="Revoke").click()
    dialog.get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("Revoked")
    expect(row.get_by_role("button")).to_have_count(0)
    agent = start_agent("too-late", token=token["token"])
    wait_until("it is refused", 20, lambda: "revoked" in agent.log.read_text())
    assert agents(site) == []


def test_an_agent_without_a_token_is_claimed_by_its_fingerprint(
    site: World, admin: Page, dialog: Locator, start_agent: Starter
) -> None:
    agent = start_agent("roof")
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
    site: World, admin: Page, dialog: Locator, start_agent: Starter
) -> None:
    agent = start_agent("stray", *offer(site, 2))
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


# MARK: Coming and going


def test_an_agent_is_seen_to_come_and_go(
    site: World, admin: Page, start_agent: Starter, windows: Windows, admin_session: dict
) -> None:
    gone = start_agent("gate-gw", token=make_token(site)["token"])
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
    start_agent("gate-gw")
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
    site: World, admin: Page, start_agent: Starter, join: Callable[..., dict], tmp_path: Path
) -> None:
    agent = join("twin-gw")
    copied = tmp_path / "copied"
    shutil.copytree(tmp_path / "twin-gw", copied, ignore=shutil.ignore_patterns("*.sock", "*.lock"))
    second = start_agent("twin-copy", state=copied)
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
    site: World, windows: Windows, admin_session: dict, join: Callable[..., dict], start_agent: Starter,
    width: int, scheme: str,
) -> None:
    agent = join("quality-gw", *offer(site, 13), *offer(site, 14, "a-rather-long-name-of-something-that-is-offered"))
    stray = start_agent("stray")
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
