"""The overview and the list of services: live, filtered, sorted, paged, and many at once."""

from __future__ import annotations

import re

from conftest import FLEET, World
from playwright.sync_api import Page, expect


def count_of(page: Page, label: str):
    return page.get_by_role("region", name=label, exact=True).locator(".figure-value")


def test_the_overview_follows_changes_without_a_reload(world: World, admin: Page) -> None:
    admin.goto(world.place("@/overview"))
    expect(count_of(admin, "Edge services")).to_have_text(str(FLEET))
    expect(admin.get_by_text("Live", exact=True)).to_be_visible()
    admin.evaluate("window.isTheSamePage = true")
    made = world.api.expect(
        201, "POST", f"/api/v1/projects/{world.project}/services", {"name": "far away", "endpoint": "http://127.0.0.1:9"})
    try:
        expect(count_of(admin, "Edge services")).to_have_text(str(FLEET + 1))
        line = admin.get_by_role("listitem").filter(has_text="far away")
        expect(line).to_contain_text("Offline")
        line.get_by_role("link").click()
        expect(admin.get_by_role("heading", name="far away", level=1)).to_be_visible()
    finally:
        world.api.expect(204, "DELETE", f"/api/v1/services/{made['id']}")
    assert admin.evaluate("window.isTheSamePage") is True


def test_the_overview_names_the_drivers_and_rules_in_trouble(world: World, admin: Page) -> None:
    name = next(each["name"] for each in world.services if each["endpoint"].endswith("/edge-00012"))
    world.set_fault(12, driverFailure=True, ruleFailure=True)
    admin.goto(world.place("@/overview"))
    try:
        for title in ("Drivers abnormal", "Rules not running"):
            card = admin.locator(".card").filter(has=admin.get_by_role("heading", name=title))
            expect(card.get_by_text(f"of {name}").first).to_be_visible(timeout=40_000)
        card.get_by_role("link").first.click()
        expect(admin.get_by_role("heading", name=name, level=1)).to_be_visible()
        expect(admin.get_by_role("region", name="Rules").get_by_text("Stopped").first).to_be_visible()
    finally:
        world.set_fault(12, driverFailure=False, ruleFailure=False)


def test_a_status_changes_in_the_list_as_it_happens(world: World, admin: Page) -> None:
    name = next(each["name"] for each in world.services if each["endpoint"].endswith("/edge-00007"))
    admin.goto(world.place(f"@/services?q={name}"))
    row = admin.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("Online")
    world.set_fault(7, offline=True)
    expect(row).to_contain_text("Offline")
    world.set_fault(7, offline=False)
    expect(row).to_contain_text("Online")


def test_filters_combine_and_live_in_the_address(world: World, admin: Page) -> None:
    tag = next(each for each in world.services if "line" in each["name"])["tags"][0]
    admin.goto(world.place("@/services"))
    admin.get_by_label("Status").select_option("online")
    admin.get_by_role("button", name="Tags", exact=True).click()
    admin.get_by_role("dialog", name="Tags").get_by_label("Find a tag").fill(tag)
    admin.get_by_role("checkbox", name=tag, exact=True).check()
    admin.keyboard.press("Escape")
    admin.get_by_label("Search by name or endpoint").fill("line")
    expect(admin).to_have_url(re.compile(rf"status=online.*tag={tag}.*q=line"))
    matching = world.api.get(
        f"/api/v1/projects/{world.project}/services", limit=1, status="online", tag=tag, q="line", total="true")["total"]
    expect(admin.get_by_text(f"of {matching}").or_(admin.get_by_text(f"{matching} edge services")).first).to_be_visible()
    admin.reload()
    expect(admin.get_by_label("Search by name or endpoint")).to_have_value("line")
    expect(admin.get_by_label("Status")).to_have_value("online")
    admin.get_by_role("button", name="Clear filters").click()
    expect(admin.get_by_text(f"{FLEET} edge services")).to_be_visible()
    admin.get_by_label("Search by name or endpoint").fill("nothing like it")
    expect(admin.get_by_text("No service matches")).to_be_visible()


def test_the_list_is_sorted_and_paged(world: World, admin: Page) -> None:
    names = sorted(each["name"] for each in world.services)
    admin.goto(world.place("@/services"))
    first = admin.locator("tbody tr").first
    expect(first).to_contain_text(names[0])
    expect(admin.get_by_text(f"1–50 of {FLEET}")).to_be_visible()
    admin.get_by_role("button", name="Next page").click()
    expect(first).to_contain_text(names[50])
    expect(admin.get_by_text(f"51–{FLEET} of {FLEET}")).to_be_visible()
    admin.get_by_role("button", name="Previous page").click()
    expect(first).to_contain_text(names[0])
    admin.get_by_role("button", name="Name").click()
    expect(first).to_contain_text(names[-1])
    expect(admin.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")
    admin.get_by_label("Per page").select_option("100")
    expect(admin.locator("tbody tr")).to_have_count(FLEET)


def test_columns_are_chosen_and_kept(world: World, admin: Page) -> None:
    admin.goto(world.place("@/services"))
    expect(admin.get_by_role("columnheader", name="ID")).to_have_count(0)
    admin.get_by_role("button", name="Columns").click()
    admin.get_by_role("checkbox", name="ID").check()
    admin.get_by_role("checkbox", name="Category").uncheck()
    admin.keyboard.press("Escape")
    admin.reload()
    expect(admin.get_by_role("columnheader", name="ID")).to_be_visible()
    expect(admin.get_by_role("columnheader", name="Category")).to_have_count(0)


def test_a_tag_is_added_where_it_stands(world: World, admin: Page) -> None:
    service = world.services[3]
    admin.goto(world.place(f"@/services?q={service['name']}"))
    row = admin.get_by_role("row").filter(has_text=service["name"])
    row.hover()
    row.get_by_role("button", name=f"Tags of {service['name']}").click()
    admin.get_by_placeholder("Tag", exact=True).fill("added-inline")
    admin.get_by_role("button", name="Add", exact=True).click()
    expect(admin.get_by_role("button", name="Remove added-inline")).to_be_visible()
    assert "added-inline" in world.api.get(f"/api/v1/services/{service['id']}")["tags"]
    admin.get_by_role("button", name="Remove added-inline").click()
    expect(admin.get_by_role("button", name="Remove added-inline")).to_have_count(0)


def test_selected_services_are_exported_across_pages(world: World, admin: Page) -> None:
    admin.goto(world.place("@/services"))
    names = sorted(each["name"] for each in world.services)
    admin.get_by_role("checkbox", name=f"Select {names[0]}", exact=True).check()
    admin.get_by_role("button", name="Next page").click()
    admin.get_by_role("checkbox", name=f"Select {names[-1]}", exact=True).check()
    expect(admin.get_by_text("2 selected")).to_be_visible()
    with admin.expect_download() as download:
        admin.get_by_role("button", name="Export", exact=True).click()
    text = download.value.path().read_text()
    assert text.startswith("category,name,nodeType,endpoint,scheme,tagName")
    assert names[0] in text and names[-1] in text and len(text.strip().splitlines()) == 3


def test_many_are_deleted_after_typing_their_number(world: World, admin: Page) -> None:
    for number in range(3):
        world.api.expect(201, "POST", f"/api/v1/projects/{world.project}/services", {
            "name": f"to-be-deleted-{number}", "endpoint": f"http://127.0.0.1:9/{number}"})
    admin.goto(world.place("@/services?q=to-be-deleted"))
    expect(admin.locator("tbody tr")).to_have_count(3)
    admin.get_by_role("checkbox", name="Select all on this page").check()
    admin.get_by_role("button", name="Delete", exact=True).click()
    dialog = admin.get_by_role("dialog")
    submit = dialog.get_by_role("button", name="Delete")
    expect(submit).to_be_disabled()
    dialog.get_by_label("Type 3 to confirm").fill("3")
    submit.click()
    expect(admin.get_by_text("No service matches")).to_be_visible()
    assert world.api.get(f"/api/v1/projects/{world.project}/services", q="to-be-deleted")["items"] == []
