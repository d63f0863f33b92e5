"""What agents offer: made services and nodes of, found, and reached through them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

from conftest import Nodes, World, offer
from playwright.sync_api import Locator, Page, expect


def badge(page: Page) -> Locator:
    return page.locator(".page-head .badge").first


def act(page: Page, item: str) -> None:
    page.get_by_role("button", name="Actions", exact=True).click()
    page.get_by_role("menuitem", name=item).click()


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


def test_what_else_there_is_comes_with_the_line_for_its_settings(
    site: World, admin: Page, join: Callable[..., dict]
) -> None:
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
