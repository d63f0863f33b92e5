"""Images, registries and the defaults of categories."""

from __future__ import annotations

import re

from conftest import World
from playwright.sync_api import Page, expect


def test_images_have_one_default_a_category(world: World, admin: Page, dialog) -> None:
    admin.goto(world.place("/admin/images"))
    for version in ("2.0.0", "2.1.0"):
        admin.get_by_role("button", name="Add image").first.click()
        dialog.get_by_label("Category", exact=True).select_option("ekuiper")
        dialog.get_by_label("Reference").fill(f"127.0.0.1:9/ekuiper:{version}")
        dialog.get_by_role("button", name="Add image").click()
        expect(dialog).to_have_count(0)
    card = admin.get_by_role("region", name="eKuiper")
    newer = card.get_by_role("row").filter(has_text="ekuiper:2.1.0")
    expect(card.get_by_role("row").filter(has_text="default").get_by_text("2.0.0", exact=True)).to_be_visible()
    newer.get_by_role("button", name="Make default").click()
    expect(newer.locator(".badge")).to_have_text("default")
    newer.get_by_role("button", name=re.compile("^Look for")).click()
    expect(admin.get_by_text("127.0.0.1:9/ekuiper:2.1.0 could not be found")).to_be_visible()
    for version in ("2.0.0", "2.1.0"):
        admin.get_by_role("button", name=f"Delete 127.0.0.1:9/ekuiper:{version}").click()
        dialog.get_by_role("button", name="Delete").click()
        expect(dialog).to_have_count(0)
    expect(card).to_have_count(0)


def test_a_registry_keeps_its_password_to_itself(world: World, admin: Page, dialog) -> None:
    admin.goto(world.place("/admin/images/registries"))
    admin.get_by_role("button", name="Add registry").first.click()
    dialog.get_by_label("Name", exact=True).fill("plant")
    dialog.get_by_label("Address").fill("127.0.0.1:9")
    dialog.get_by_label("User name").fill("puller")
    dialog.get_by_label("Password").fill("not-shown-again")
    dialog.get_by_label("Spoken to without TLS").check()
    dialog.get_by_role("button", name="Test connection").click()
    expect(dialog.get_by_text("can’t be used")).to_be_visible()
    dialog.get_by_role("button", name="Add registry").click()
    row = admin.get_by_role("row").filter(has_text="127.0.0.1:9")
    expect(row).to_contain_text("puller")
    admin.get_by_role("button", name="Edit plant").click()
    expect(dialog.get_by_label("Password")).to_have_value("")
    dialog.get_by_label("Name", exact=True).fill("plant two")
    dialog.get_by_role("button", name="Save").click()
    admin.get_by_role("button", name="Delete plant two").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(admin.get_by_text("No registries")).to_be_visible()


def test_defaults_of_a_category_are_a_form(world: World, admin: Page) -> None:
    before = world.api.get("/api/v1/workload-defaults")["items"]
    ekuiper = next(each["settings"] for each in before if each["category"] == "ekuiper")
    admin.goto(world.place("/admin/images/defaults?category=ekuiper"))
    try:
        ports = admin.get_by_role("group", name="Ports")
        ports.get_by_role("button", name="Add port").click()
        ports.get_by_label("Port inside").last.fill("70000")
        admin.get_by_role("button", name="Save").click()
        expect(admin.get_by_text("must be 1 to 65535").first).to_be_visible()
        ports.get_by_label("Port inside").last.fill("7000")
        admin.get_by_label("Memory (MB)").fill("256")
        admin.get_by_role("button", name="Add variable").click()
        admin.get_by_role("group", name="Environment").get_by_label("Name").last.fill("LEVEL")
        admin.get_by_role("group", name="Environment").get_by_label("Value").last.fill("debug")
        admin.get_by_role("button", name="Save").click()
        expect(admin.get_by_text("Saved.")).to_be_visible()
        saved = next(
            each["settings"] for each in world.api.get("/api/v1/workload-defaults")["items"] if each["category"] == "ekuiper")
        assert saved["memory"] == 256 * 1048576 and saved["environment"]["LEVEL"] == "debug"
        assert 7000 in [port["container"] for port in saved["ports"]]
    finally:
        world.api.expect(200, "PUT", "/api/v1/workload-defaults/ekuiper", ekuiper)
