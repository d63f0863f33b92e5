"""Batches: started from the list of services, followed from every page, and acted on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from conftest import FLEET, World
from harness.processes import wait_until
from playwright.sync_api import Page, expect

CLOSED = {"days": [], "from": "00:00", "to": "00:01", "timeZone": "Etc/GMT+12"}


@pytest.fixture
def start(world: World) -> Iterator[Callable[..., dict]]:
    """Starts a batch by the API; what is still open at the end is cancelled."""
    started: list[str] = []

    def start(targets: dict, policy: dict | None = None, **parameters: object) -> dict:
        body = {"kind": "tag", "targets": targets, "parameters": parameters}
        batch = world.api.expect(
            202, "POST", f"/api/v1/projects/{world.project}/batches", body | ({"policy": policy} if policy else {}))
        started.append(batch["id"])
        return batch

    yield start
    for each in started:
        if world.api.get(f"/api/v1/batches/{each}")["state"] in ("pending", "running", "paused"):
            world.api.expect(200, "POST", f"/api/v1/batches/{each}/cancel", {})


def badge(page: Page):
    return page.locator(".page-head .badge").first


def crowded(world: World, name: str) -> str:
    """A service that can take no further tag."""
    body = {"name": name, "endpoint": f"http://127.0.0.1:9/{name}", "tags": [f"crowd-{number}" for number in range(10)]}
    return world.api.expect(201, "POST", f"/api/v1/projects/{world.project}/services", body)["id"]


def test_all_that_match_are_tagged_by_one_batch_that_is_followed_everywhere(world: World, admin: Page) -> None:
    admin.goto(world.place("@/services"))
    expect(admin.get_by_text(f"1–50 of {FLEET}")).to_be_visible()
    admin.get_by_role("checkbox", name="Select all on this page").check()
    expect(admin.get_by_text("50 selected")).to_be_visible()
    admin.get_by_role("button", name=f"Select all {FLEET} that match").click()
    admin.get_by_role("button", name="Tag", exact=True).click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("Tags to add").fill("reviewed")
    dialog.get_by_label("Tags to add").press("Enter")
    with admin.expect_request(re.compile("/batches$")) as asked:
        dialog.get_by_role("button", name="Change tags").click()
    assert asked.value.post_data_json["targets"] == {"filter": {}}
    tray = admin.get_by_role("region", name="Batch in progress")
    expect(tray).to_contain_text(f"Tag {FLEET} services")
    admin.get_by_role("link", name="Overview").click()
    expect(tray).to_contain_text(f"{FLEET} of {FLEET}")
    tray.get_by_role("link", name=f"Tag {FLEET} services").click()
    expect(badge(admin)).to_have_text("Done")
    expect(tray).to_have_count(0)
    expect(admin.get_by_role("region", name="Services of this batch").get_by_role("row")).to_have_count(51)
    tagged = world.api.get(f"/api/v1/projects/{world.project}/services", tag="reviewed", total="true", limit=1)
    assert tagged["total"] == FLEET


def test_all_that_match_but_a_few_are_named_by_the_filter_and_the_few(world: World, admin: Page) -> None:
    admin.goto(world.place("@/services"))
    admin.get_by_role("checkbox", name="Select all on this page").check()
    admin.get_by_role("button", name=f"Select all {FLEET} that match").click()
    left = world.services[:2]
    for each in left:
        admin.get_by_role("checkbox", name=f"Select {each['name']}").uncheck()
    expect(admin.get_by_text(f"{FLEET - 2} selected")).to_be_visible()
    admin.get_by_role("button", name="Delete", exact=True).click()
    dialog = admin.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{FLEET - 2} are managed: they go on running")
    admin.keyboard.press("Escape")
    admin.get_by_role("button", name="Tag", exact=True).click()
    dialog.get_by_label("Tags to add").fill("most")
    dialog.get_by_label("Tags to add").press("Enter")
    with admin.expect_request(re.compile("/batches$")) as asked:
        dialog.get_by_role("button", name="Change tags").click()
    targets = asked.value.post_data_json["targets"]
    assert targets["filter"] == {} and sorted(targets["except"]) == sorted(each["id"] for each in left)
    path = f"/api/v1/projects/{world.project}/services"
    wait_until("all but two tagged", 30, lambda: world.api.get(path, tag="most", total="true", limit=1)["total"] == FLEET - 2)


def test_a_batch_is_found_again_in_the_list_and_under_long_work(world: World, admin: Page, start) -> None:
    ids = [each["id"] for each in world.services[:3]]
    batch = start({"ids": ids}, {"window": CLOSED}, add=["later"])
    admin.goto(world.place("@/batches?open=true"))
    row = admin.get_by_role("row").filter(has_text="Tag 3 services").first
    expect(row).to_contain_text("0 of 3")
    admin.get_by_role("button", name=re.compile("^Long work")).click()
    expect(admin.get_by_role("dialog", name="Long work")).to_contain_text("Tag 3 services")
    admin.keyboard.press("Escape")
    world.api.expect(200, "POST", f"/api/v1/batches/{batch['id']}/cancel", {})
    expect(row).to_have_count(0)
    admin.get_by_role("button", name="Finished").click()
    expect(row).to_contain_text("Cancelled")


def test_a_batch_page_follows_what_others_do(world: World, admin: Page, start) -> None:
    batch = start({"ids": [each["id"] for each in world.services[:4]]}, {"window": CLOSED, "waves": [1, "50%"]}, add=["x"])
    admin.goto(world.place(f"@/batches/{batch['id']}"))
    waves = admin.get_by_role("list", name="Waves").get_by_role("listitem")
    expect(waves).to_have_count(3)
    expect(waves.nth(1)).to_contain_text("2 edge services")
    expect(admin.get_by_text("The maintenance window is closed.")).to_be_visible()
    expect(admin.get_by_text("In waves: 1, 50%, then the rest.")).to_be_visible()
    admin.evaluate("window.isTheSamePage = true")
    world.api.expect(200, "POST", f"/api/v1/batches/{batch['id']}/pause", {})
    expect(badge(admin)).to_have_text("Paused")
    admin.get_by_role("button", name="Resume").click()
    expect(admin.get_by_role("button", name="Pause")).to_be_visible()
    admin.get_by_role("button", name="Cancel batch").click()
    admin.get_by_role("dialog").get_by_role("button", name="Cancel batch").click()
    expect(badge(admin)).to_have_text("Cancelled")
    expect(admin.get_by_role("button", name="Pause")).to_have_count(0)
    assert admin.evaluate("window.isTheSamePage") is True


def test_without_its_stream_a_batch_page_still_goes_on(world: World, admin: Page, start) -> None:
    admin.route("**/events", lambda route: route.abort())
    batch = start({"ids": [world.services[0]["id"]]}, {"window": CLOSED}, add=["x"])
    admin.goto(world.place(f"@/batches/{batch['id']}"))
    expect(admin.get_by_text("Reconnecting")).to_be_visible()
    world.api.expect(200, "POST", f"/api/v1/batches/{batch['id']}/pause", {})
    expect(badge(admin)).to_have_text("Paused")


def test_failures_are_named_and_tried_again(world: World, admin: Page, start) -> None:
    service = crowded(world, "full-of-tags")
    batch = start({"ids": [service, world.services[0]["id"]]}, {"concurrency": 1}, add=["one-more"])
    wait_until("it failed", 20, lambda: world.api.get(f"/api/v1/batches/{batch['id']}")["counts"]["failed"] == 1)
    try:
        admin.goto(world.place(f"@/batches/{batch['id']}"))
        expect(admin.get_by_text("Look at what failed and mend its cause.")).to_be_visible()
        admin.get_by_role("button", name="Show the one that failed").click()
        rows = admin.get_by_role("region", name="Services of this batch").get_by_role("row")
        expect(rows).to_have_count(2)
        expect(rows.nth(1)).to_contain_text("full-of-tags")
        expect(rows.nth(1)).to_contain_text("tag")
        world.api.expect(200, "POST", f"/api/v1/services/{service}/tags", {"remove": ["crowd-0"]})
        admin.get_by_role("button", name="Try 1 again").click()
        expect(badge(admin)).to_have_text("Done")
    finally:
        world.api.expect(204, "DELETE", f"/api/v1/services/{service}")


def test_who_may_only_look_has_no_controls(world: World, user: Page, start) -> None:
    batch = start({"ids": [world.services[0]["id"]]}, {"window": CLOSED}, add=["x"])
    user.goto(world.place(f"@/batches/{batch['id']}"))
    expect(badge(user)).to_have_text(re.compile("Not begun|Running"))
    expect(user.get_by_role("button", name="Pause")).to_have_count(0)
    expect(user.get_by_role("button", name="Cancel batch")).to_have_count(0)
