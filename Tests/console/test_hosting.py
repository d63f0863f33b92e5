"""Nodes and hosted services: with a real Docker engine wherever something is installed."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Nodes, Windows, World
from harness.processes import wait_until
from playwright.sync_api import Page, expect

PEM = "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n"


def node(world: World, name: str, **about: object) -> str:
    return world.api.expect(201, "POST", f"/api/v1/projects/{world.project}/hosts", {
        "name": name, "address": "tcp://127.0.0.1:9", "allowUnencrypted": True, **about})["id"]


def badge(page: Page):
    return page.locator(".page-head .badge").first


# MARK: Nodes


def test_a_node_is_tested_before_it_is_added(world: World, admin: Page, dialog) -> None:
    admin.goto(world.place("@/hosts"))
    admin.get_by_role("button", name="Add node").first.click()
    dialog.get_by_label("Name", exact=True).fill("hall-far")
    dialog.get_by_label("Engine address").fill("tcp://127.0.0.1:9")
    submit = dialog.get_by_role("button", name="Add node")
    dialog.get_by_text("Unencrypted", exact=True).click()
    expect(dialog.get_by_text("is root on its machine")).to_be_visible()
    expect(submit).to_be_disabled()
    dialog.get_by_label("I know, and allow it for this node").check()
    dialog.get_by_role("button", name="Test connection").click()
    expect(dialog.get_by_text("Not reachable")).to_be_visible()
    submit.click()
    expect(admin.get_by_role("heading", name="hall-far", level=1)).to_be_visible()
    # Who may not use it any more has it taken away again.
    admin.get_by_role("button", name="Actions").click()
    admin.get_by_role("menuitem", name="Delete").click()
    dialog.get_by_role("button", name="Delete node").click()
    expect(admin.get_by_role("heading", name="Nodes", level=1)).to_be_visible()
    expect(admin.get_by_role("link", name="hall-far")).to_have_count(0)


def test_certificates_come_from_files_or_are_pasted_and_are_refused_beside_their_field(
    world: World, admin: Page, dialog, tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    file.write_text(PEM)
    admin.goto(world.place("@/hosts"))
    admin.get_by_role("button", name="Add node").first.click()
    dialog.get_by_label("Name", exact=True).fill("hall-tls")
    dialog.get_by_label("Engine address").fill("tcp://10.0.0.1:2376")
    dialog.locator("input[type=file]").first.set_input_files(file)
    expect(dialog.get_by_role("textbox", name="Authority (CA)")).to_have_value(PEM)
    dialog.get_by_role("textbox", name="Client certificate").fill(PEM)
    dialog.get_by_role("button", name="Add node").click()
    expect(dialog.get_by_text("is needed with the other")).to_be_visible()
    expect(dialog.get_by_role("textbox", name="Client key")).to_have_attribute("aria-invalid", "true")


def test_a_node_is_edited_and_its_name_is_unique(world: World, admin: Page, dialog) -> None:
    first, second = node(world, "hall-a"), node(world, "hall-b")
    try:
        admin.goto(world.place("@/hosts"))
        admin.get_by_role("button", name="Edit hall-b").click()
        dialog.get_by_label("Name", exact=True).fill("hall-a")
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_role("alert")).to_be_visible()
        dialog.get_by_label("Name", exact=True).fill("hall-c")
        dialog.get_by_role("button", name="Save").click()
        expect(admin.get_by_role("link", name="hall-c")).to_be_visible()
    finally:
        for each in (first, second):
            world.api.expect(204, "DELETE", f"/api/v1/hosts/{each}")


def test_who_may_only_look_sees_nodes_without_their_buttons(world: World, user: Page) -> None:
    made = node(world, "hall-seen")
    try:
        user.goto(world.place("@/hosts"))
        expect(user.get_by_role("link", name="hall-seen")).to_be_visible()
        expect(user.get_by_role("button", name="Add node")).to_have_count(0)
        expect(user.get_by_role("button", name="Edit hall-seen")).to_have_count(0)
        expect(user.get_by_role("link", name="Images")).to_have_count(0)
    finally:
        world.api.expect(204, "DELETE", f"/api/v1/hosts/{made}")


# MARK: Hosted services


@pytest.fixture
def hosted(nodes: Nodes) -> Iterator[list[dict]]:
    """Two hosted services on the node that answers; gone at the end."""
    items = nodes.install(2, tags=["pressing"])
    yield items
    remove(nodes, [each["serviceId"] for each in items])


def remove(nodes: Nodes, ids: list[str]) -> None:
    there = [each["id"] for each in nodes.world.services if each["id"] in ids]
    if not there:
        return
    batch = nodes.world.api.expect(202, "POST", f"/api/v1/projects/{nodes.world.project}/batches", {
        "kind": "delete", "targets": {"ids": there}, "parameters": {"deleteVolumes": True}})
    nodes.finished(batch["id"])


def docker(nodes: Nodes, *command: str) -> str:
    engine = nodes.world.api.get(f"/api/v1/hosts/{nodes.host}")["address"]
    return subprocess.run(
        ["docker", *command], env={**os.environ, "DOCKER_HOST": engine}, check=True, capture_output=True, text=True).stdout


def test_services_are_installed_by_the_wizard(nodes: Nodes, admin: Page) -> None:
    world = nodes.world
    admin.goto(world.place(f"@/services/install?host={nodes.host}"))
    expect(admin.get_by_role("checkbox", name=re.compile("^hall-1"))).to_be_checked()
    admin.get_by_text("A number, spread").click()
    admin.get_by_label("Services in all").fill("2")
    prefix = admin.get_by_label("Name prefix")
    prefix.fill("wizard-")
    admin.get_by_label("Tags").fill("by-wizard")
    admin.get_by_label("Tags").press("Enter")
    settings = admin.locator("summary").filter(has_text="Settings")
    settings.click()
    admin.get_by_label("Memory (MB)").fill("1")
    settings.click()
    admin.get_by_role("button", name="Preview").click()
    # What was refused is not left folded away.
    expect(admin.get_by_text("must be at least")).to_be_visible()
    expect(admin.get_by_label("Memory (MB)")).to_be_focused()
    admin.get_by_label("Memory (MB)").fill("256")
    with admin.expect_request(re.compile("dryRun=true")) as asked:
        admin.get_by_role("button", name="Preview").click()
    assert asked.value.post_data_json["parameters"]["settings"] == {"memory": 256 * 1048576}
    rows = admin.get_by_role("region", name="What becomes of each").get_by_role("row")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("8085/tcp")
    admin.get_by_role("button", name="Change something").click()
    expect(prefix).to_have_value("wizard-")
    admin.get_by_role("button", name="Preview").click()
    admin.get_by_role("button", name="Install 2 services").click()
    expect(admin.get_by_role("heading", name="Install 2 services", level=1)).to_be_visible()
    expect(badge(admin)).to_have_text("Done", timeout=60_000)
    made = world.api.get(f"/api/v1/projects/{world.project}/services", tag="by-wizard")["items"]
    try:
        assert len(made) == 2 and all(each["name"].startswith("wizard-") for each in made)
        admin.get_by_role("link", name=made[0]["name"]).click()
        expect(admin.get_by_role("heading", name=made[0]["name"], level=1)).to_be_visible()
    finally:
        remove(nodes, [each["id"] for each in made])


def test_a_selection_is_upgraded_and_goes_back_with_a_warning(
    nodes: Nodes, hosted: list[dict], admin: Page, dialog
) -> None:
    admin.goto(nodes.world.place("@/services?tag=pressing"))
    expect(admin.locator("tbody tr")).to_have_count(2)
    admin.get_by_role("checkbox", name="Select all on this page").check()
    admin.get_by_role("button", name="Actions", exact=True).click()
    admin.get_by_role("menuitem", name="Upgrade").click()
    submit = dialog.get_by_role("button", name="Upgrade 2 services")
    expect(submit).to_be_disabled()
    dialog.get_by_label("Image").select_option(nodes.newer)
    expect(dialog.get_by_text("edgewright-sim:3.6.0 → edgewright-sim:3.7.0").first).to_be_visible()
    dialog.locator("summary").click()
    dialog.get_by_label("Stay healthy (s)").fill("0")
    submit.click()
    tray = admin.get_by_role("region", name="Batch in progress")
    expect(tray).to_contain_text("Done", timeout=60_000)
    expect(admin.get_by_role("row").filter(has_text=hosted[0]["name"])).to_contain_text("edgewright-sim:3.7.0")
    admin.get_by_role("checkbox", name="Select all on this page").check()
    admin.get_by_role("button", name="Actions", exact=True).click()
    admin.get_by_role("menuitem", name="Upgrade").click()
    dialog.get_by_label("Image").select_option(nodes.image)
    expect(dialog.get_by_text("2 go back to an older version")).to_be_visible()


def test_what_was_upgraded_is_rolled_back(nodes: Nodes, hosted: list[dict], admin: Page, dialog) -> None:
    world = nodes.world
    ids = [each["serviceId"] for each in hosted]
    batch = world.api.expect(202, "POST", f"/api/v1/projects/{world.project}/batches", {
        "kind": "upgrade", "targets": {"ids": ids}, "parameters": {"image": nodes.newer}})
    admin.goto(world.place(f"@/batches/{batch['id']}"))
    expect(badge(admin)).to_have_text("Done", timeout=60_000)
    admin.get_by_role("button", name="Roll back").click()
    expect(dialog).to_contain_text("The 2 services that were upgraded go back")
    dialog.get_by_role("button", name="Roll back").click()
    expect(badge(admin)).to_have_text("Rolled back", timeout=60_000)
    expect(admin.get_by_text("of 2 undone")).to_be_visible()
    expect(admin.get_by_role("button", name="Roll back")).to_have_count(0)
    for each in ids:
        assert world.api.get(f"/api/v1/services/{each}")["image"] == "edgewright-sim:3.6.0"


def test_a_container_is_looked_at_and_brought_back(nodes: Nodes, hosted: list[dict], admin: Page) -> None:
    world, service = nodes.world, hosted[0]
    admin.goto(world.place(f"@/services/{service['serviceId']}/container"))
    asked = admin.locator(".card").filter(has=admin.get_by_role("heading", name="Asked for"))
    expect(asked).to_contain_text("edgewright-sim:3.6.0")
    admin.get_by_role("button", name="Inspect now").click()
    expect(admin.get_by_text(f"edgewright-{service['serviceId']}", exact=True)).to_be_visible()
    docker(nodes, "kill", f"edgewright-{service['serviceId']}")
    expect(admin.get_by_text("The container is not as it was asked for")).to_be_visible(timeout=40_000)
    admin.goto(world.place("@/services?drifted=true"))
    expect(admin.get_by_role("row").filter(has_text=service["name"])).to_contain_text("Drifted")
    admin.goto(world.place(f"@/services/{service['serviceId']}"))
    admin.get_by_role("link", name="Drifted").click()
    admin.get_by_role("button", name="Bring back").click()
    expect(admin.get_by_role("region", name="Batch in progress")).to_contain_text("Done", timeout=40_000)
    expect(admin.get_by_text("The container is not as it was asked for")).to_have_count(0, timeout=40_000)


def test_a_log_is_followed_searched_paused_and_saved(nodes: Nodes, hosted: list[dict], admin: Page) -> None:
    service = hosted[0]["serviceId"]
    admin.goto(nodes.world.place(f"@/services/{service}/container"))
    log = admin.get_by_role("log")
    expect(log.get_by_text("simulated services are listening")).to_be_visible()
    expect(admin.get_by_text("Following")).to_be_visible()
    admin.get_by_role("button", name="Pause", exact=True).click()
    expect(admin.get_by_text("Paused", exact=True)).to_be_visible()
    admin.get_by_role("button", name="Continue").click()
    admin.get_by_label("Find in the log").fill("nothing like it")
    expect(admin.get_by_text(re.compile(r"^0 of \d+ lines"))).to_be_visible()
    admin.get_by_label("Find in the log").fill("LISTENING")
    expect(log.locator(".log-line")).to_have_count(1)
    with admin.expect_download() as download:
        admin.get_by_role("link", name="Download").click()
    assert "simulated services are listening" in download.value.path().read_text()


def test_one_service_is_stopped_started_and_deleted(nodes: Nodes, hosted: list[dict], admin: Page, dialog) -> None:
    world, service = nodes.world, hosted[0]
    place = f"/api/v1/services/{service['serviceId']}"
    admin.goto(world.place(f"@/services/{service['serviceId']}"))
    tray = admin.get_by_role("region", name="Batch in progress")
    for action, desired in (("Stop", "stopped"), ("Start", "running")):
        admin.get_by_role("button", name="Actions").click()
        admin.get_by_role("menuitem", name=action, exact=True).click()
        dialog.get_by_role("button", name=f"{action} 1 service").click()
        expect(tray).to_contain_text("Done", timeout=60_000)
        assert world.api.get(f"{place}/workload")["desired"] == desired
        tray.get_by_role("button", name="Close").click()
    admin.get_by_role("button", name="Actions").click()
    admin.get_by_role("menuitem", name="Delete").click()
    dialog.get_by_label("Also delete their volumes").check()
    expect(dialog.get_by_text("All data in volumes is deleted too.")).to_be_visible()
    dialog.get_by_role("textbox").fill(service["name"])
    dialog.get_by_role("button", name="Delete", exact=True).click()
    expect(admin.get_by_role("heading", name="Delete 1 service", level=1)).to_be_visible()
    expect(badge(admin)).to_have_text("Done", timeout=60_000)
    names = docker(nodes, "ps", "--all", "--format", "{{.Names}}")
    assert service["serviceId"] not in names


def test_a_node_says_what_is_on_it_and_stays_while_something_is(
    nodes: Nodes, hosted: list[dict], admin: Page, dialog
) -> None:
    admin.goto(nodes.world.place(f"@/hosts/{nodes.host}"))
    services = admin.get_by_role("region", name="Edge services")
    expect(services).to_contain_text(hosted[0]["name"])
    admin.get_by_role("button", name="Test connection").click()
    expect(admin.get_by_text("The engine answers")).to_be_visible()
    admin.get_by_role("button", name="Actions").click()
    admin.get_by_role("menuitem", name="Delete").click()
    expect(dialog.get_by_text(re.compile(r"\d+ services? (is|are) on it"))).to_be_visible()
    expect(dialog.get_by_role("button", name="Delete node")).to_have_count(0)
    dialog.get_by_role("link", name="Show in the list of services").click()
    expect(admin).to_have_url(re.compile(f"services\\?host={nodes.host}"))
    expect(admin.get_by_role("row").filter(has_text=hosted[1]["name"])).to_be_visible()


def test_what_fails_to_install_says_why_and_leaves_nothing(nodes: Nodes, admin: Page) -> None:
    world = nodes.world
    broken = world.api.expect(201, "POST", "/api/v1/images", {
        "category": "neuronex", "reference": "edgewright-sim:crashing"})["id"]
    batch = world.api.expect(202, "POST", f"/api/v1/projects/{world.project}/batches", {
        "kind": "install", "targets": {"hosts": [nodes.host]}, "parameters": {"namePrefix": "broken-", "image": broken}})
    admin.goto(world.place(f"@/batches/{batch['id']}"))
    expect(badge(admin)).to_have_text("Paused", timeout=60_000)
    row = admin.get_by_role("region", name="Services of this batch").get_by_role("row").nth(1)
    expect(row).to_contain_text("Failed")
    expect(row.get_by_role("link", name=re.compile("^broken-"))).to_have_count(0)
    wait_until("nothing is left", 20, lambda: "broken-" not in str(world.services))
    world.api.expect(200, "POST", f"/api/v1/batches/{batch['id']}/cancel", {})


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light"), (1920, "dark")])
def test_pages_of_hosted_services_are_accessible_and_fit(
    nodes: Nodes, hosted: list[dict], windows: Windows, admin_session: dict, width: int, scheme: str
) -> None:
    page = windows.open(
        admin_session, viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
    found: list[tuple] = []

    def look(what: str) -> None:
        expect(page.locator(".skeleton")).to_have_count(0)
        for violation in Axe().run(page).response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                found.append((what, violation["id"], [node["target"] for node in violation["nodes"][:3]]))
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append((what, "is wider than the window"))

    for path in (f"@/services/{hosted[0]['serviceId']}/container", f"@/hosts/{nodes.host}", "@/services?mode=hosted", "@/hosts"):
        page.goto(nodes.world.place(path))
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        look(path)
    page.get_by_role("button", name="Add node").first.click()
    look("adding a node")
    page.goto(nodes.world.place(f"@/services/install?host={nodes.host}"))
    expect(page.get_by_label("Name prefix")).to_be_visible()
    for fold in page.locator("summary").all():
        fold.click()
    page.get_by_label("Only in a maintenance window").check()
    look("installing, with all that is folded")
    page.goto(nodes.world.place("@/services?mode=hosted"))
    page.get_by_role("checkbox", name="Select all on this page").check()
    page.get_by_role("button", name="Actions", exact=True).click()
    page.get_by_role("menuitem", name="Upgrade").click()
    page.get_by_role("dialog").get_by_label("Image").select_option(nodes.newer)
    expect(page.get_by_role("dialog").get_by_role("table")).to_be_visible()
    look("upgrading")
    assert not found, "\n".join(map(str, found))
