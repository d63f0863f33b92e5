"""Tags, tokens, organizations, projects, people, roles and the audit log."""

from __future__ import annotations

import re

from conftest import PASSWORD, Windows, World, sign_in
from playwright.sync_api import Page, expect


def dialog(page: Page):
    return page.get_by_role("dialog").last


def test_tags_are_made_renamed_and_only_deleted_when_unused(world: World, admin: Page) -> None:
    admin.goto(world.place("@/tags"))
    admin.get_by_role("button", name="New tag").click()
    dialog(admin).get_by_label("Name").fill("bad;name")
    dialog(admin).get_by_role("button", name="Create").click()
    expect(dialog(admin).get_by_role("alert")).to_be_visible()
    dialog(admin).get_by_label("Name").fill("zz-hall")
    dialog(admin).get_by_role("button", name="Create").click()
    expect(admin.get_by_role("dialog")).to_have_count(0)
    admin.get_by_label("Find a tag").fill("zz")
    expect(admin.locator("tbody tr")).to_have_count(1)
    admin.get_by_role("button", name="Rename zz-hall").click()
    dialog(admin).get_by_label("Name").fill("zz-yard")
    dialog(admin).get_by_role("button", name="Save").click()
    admin.get_by_role("button", name="Delete zz-yard").click()
    dialog(admin).get_by_role("button", name="Delete").click()
    expect(admin.get_by_text("No tag has this in its name.")).to_be_visible()
    used = world.services[0]["tags"][0]
    admin.get_by_label("Find a tag").fill(used)
    expect(admin.get_by_text("No tag has this in its name.")).to_have_count(0)
    admin.get_by_role("button", name=f"Delete {used}", exact=True).click()
    dialog(admin).get_by_role("button", name="Delete").click()
    expect(dialog(admin).get_by_role("alert")).to_be_visible()


def test_a_token_is_shown_once_works_and_is_revoked(world: World, admin: Page) -> None:
    admin.goto(world.place("/profile/tokens"))
    admin.get_by_role("button", name="New token").click()
    dialog(admin).get_by_label("Name").fill("browser test")
    dialog(admin).get_by_label("Reading only").check()
    dialog(admin).get_by_role("button", name="Create").click()
    expect(admin.get_by_text("It is never shown again")).to_be_visible()
    token = dialog(admin).locator("code").inner_text()
    answer = admin.request.get(world.url + "/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status == 200
    dialog(admin).get_by_role("button", name="Close").last.click()
    row = admin.get_by_role("row").filter(has_text="browser test")
    expect(row).to_contain_text("Reading only")
    row.get_by_role("button", name="Revoke").click()
    dialog(admin).get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)


def test_a_tenant_is_set_up_and_taken_down(world: World, admin: Page) -> None:
    admin.goto(world.place("/admin/organizations"))
    admin.get_by_role("button", name="New organization").click()
    dialog(admin).get_by_label("Name").fill("South Works")
    dialog(admin).get_by_role("button", name="Create").click()
    expect(admin.get_by_role("link", name="South Works")).to_be_visible()
    admin.get_by_role("link", name="Projects", exact=True).click()
    admin.get_by_role("button", name="New project").click()
    dialog(admin).get_by_label("Organization").select_option(label="South Works")
    dialog(admin).get_by_label("Name").fill("Foundry")
    dialog(admin).get_by_role("button", name="Create").click()
    admin.get_by_role("link", name="Foundry").click()

    expect(admin.get_by_text("No member yet")).to_be_visible()
    admin.goto(world.place("/admin/organizations"))
    admin.get_by_role("button", name="Delete South Works").click()
    dialog(admin).get_by_label("Type South Works to confirm").fill("South Works")
    dialog(admin).get_by_role("button", name="Delete").click()
    expect(dialog(admin).get_by_role("alert")).to_be_visible()
    dialog(admin).get_by_role("button", name="Cancel").click()
    admin.goto(world.place("/admin/projects"))
    admin.get_by_role("button", name="Delete Foundry").click()
    dialog(admin).get_by_label("Type Foundry to confirm").fill("Foundry")
    dialog(admin).get_by_role("button", name="Delete").click()
    expect(admin.get_by_role("link", name="Foundry")).to_have_count(0)


def test_somebody_gets_an_account_a_role_and_loses_both(world: World, admin: Page, windows: Windows) -> None:
    admin.goto(world.place("/admin/users"))
    admin.get_by_role("button", name="New user").click()
    dialog(admin).get_by_label("E-mail address").fill("grace@example.com")
    dialog(admin).get_by_label("Name").fill("Grace")
    dialog(admin).get_by_label("First password").fill("short")
    dialog(admin).get_by_role("button", name="Create").click()
    expect(dialog(admin).get_by_role("alert")).to_be_visible()
    dialog(admin).get_by_label("First password").fill(PASSWORD)
    dialog(admin).get_by_role("button", name="Create").click()
    expect(admin.get_by_role("row").filter(has_text="grace@example.com")).to_be_visible()

    admin.goto(world.place(f"/admin/projects/{world.project}"))
    admin.get_by_role("button", name="Add member").click()
    dialog(admin).get_by_label("E-mail address").fill("grace@example.com")
    dialog(admin).get_by_role("button", name="Add", exact=True).click()
    role = admin.get_by_label("Role of Grace")
    expect(role).to_have_value("user")

    hers = windows.open()
    hers.goto(world.url)
    sign_in(hers, "grace@example.com")
    expect(hers.get_by_role("link", name="Overview")).to_be_visible()
    expect(hers.get_by_text("Administration")).to_have_count(0)
    role.select_option("projectAdmin")
    expect(admin.get_by_text("Saved.")).to_be_visible()
    hers.reload()
    expect(hers.get_by_text("Administration")).to_be_visible()

    admin.goto(world.place("/admin/users"))
    admin.get_by_role("button", name="Actions for Grace").click()
    admin.get_by_role("menuitem", name="Disable").click()
    dialog(admin).get_by_role("button", name="Disable").click()
    expect(admin.get_by_role("row").filter(has_text="grace@example.com")).to_contain_text("Disabled")
    hers.reload()
    expect(hers.get_by_label("E-mail address")).to_be_visible()
    admin.get_by_role("button", name="Actions for Grace").click()
    admin.get_by_role("menuitem", name="Delete").click()
    dialog(admin).get_by_label("Type grace@example.com to confirm").fill("grace@example.com")
    dialog(admin).get_by_role("button", name="Delete").click()
    expect(admin.get_by_role("row").filter(has_text="grace@example.com")).to_have_count(0)


def test_the_audit_log_is_filtered_by_the_address(world: World, admin: Page) -> None:
    admin.goto(world.place("/admin/audit"))
    admin.get_by_label("Type").select_option("project")
    expect(admin).to_have_url(re.compile("type=project"))
    expect(admin.get_by_text("project.create").first).to_be_visible()
    expect(admin.get_by_text("session.create")).to_have_count(0)
    admin.get_by_label("Who").fill("nobody-of-this-name")
    admin.keyboard.press("Enter")
    expect(admin.get_by_text("No entry matches")).to_be_visible()
    admin.get_by_role("button", name="Clear filters").first.click()
    expect(admin.get_by_role("table")).to_be_visible()


def test_settings_show_the_public_key(world: World, admin: Page) -> None:
    admin.goto(world.place("/admin/settings"))
    expect(admin.get_by_text("BEGIN PUBLIC KEY")).to_be_visible()
    expect(admin.get_by_text("Ready", exact=True)).to_be_visible()
