"""Signing in, the areas, appearance, language, and what is said when something is wrong."""

from __future__ import annotations

import contextlib
import re
import tempfile
from pathlib import Path

from conftest import BINARY, PASSWORD, Windows, World, sign_in
from harness.platform import EMAIL, serve
from playwright.sync_api import Page, TimeoutError, expect


def test_one_signs_in_with_the_keyboard_and_lands_where_one_wanted(world: World, windows: Windows) -> None:
    page = windows.open()
    page.goto(world.place("@/tags"))
    expect(page.get_by_label("E-mail address")).to_be_focused()
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type("not the password")
    page.keyboard.press("Enter")
    expect(page.get_by_text("is not right")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tags", level=1)).to_be_visible()


def test_a_session_that_ends_asks_to_sign_in_and_goes_on(world: World, windows: Windows) -> None:
    page = windows.open()
    page.goto(world.place("@/services"))
    sign_in(page, EMAIL)
    search = page.get_by_label("Search by name or endpoint")
    search.fill("press")
    expect(page).to_have_url(re.compile(r"/services\?q=press$"))
    page.context.clear_cookies()
    # The page may notice by itself before anybody asks it for more.
    with contextlib.suppress(TimeoutError):
        search.fill("press-", timeout=3000)
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    sign_in(page, EMAIL)
    expect(page).to_have_url(re.compile(r"/services\?q=press-?$"))


def test_signing_out_ends_the_session(world: World, windows: Windows) -> None:
    page = windows.open()
    page.goto(world.url)
    sign_in(page, EMAIL)
    page.get_by_role("button", name="Account and appearance").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_label("E-mail address")).to_be_visible()
    page.goto(world.place("@/services"))
    expect(page.get_by_label("E-mail address")).to_be_visible()


def test_the_guide_leads_from_nothing_to_the_first_service(windows: Windows) -> None:
    with tempfile.TemporaryDirectory(prefix="ew-console-") as name:
        platform, api = serve(BINARY, Path(name), password=PASSWORD)
        with platform:
            page = windows.open()
            page.goto(f"http://127.0.0.1:{api.port}/")
            sign_in(page, EMAIL)
            expect(page.get_by_role("heading", name="Welcome to Edgewright")).to_be_visible()
            page.get_by_label("Name").fill("North Works")
            page.get_by_role("button", name="Create organization").click()
            expect(page.get_by_role("button", name="Create project")).to_be_visible()
            page.get_by_label("Name").fill("Press shop")
            page.get_by_role("button", name="Create project").click()
            page.get_by_role("link", name="Add service").click()
            expect(page.get_by_role("heading", name="Add service", level=1)).to_be_visible()
            page.get_by_role("link", name="Overview").click()
            expect(page.get_by_text("No edge services yet")).to_be_visible()
            page.close()


def test_appearance_and_language_are_kept(world: World, admin: Page) -> None:
    admin.goto(world.place("@/overview"))
    menu = admin.get_by_role("button", name="Account and appearance")
    menu.click()
    admin.get_by_role("menuitemradio", name="Dark").click()
    assert admin.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    admin.get_by_role("menuitemradio", name="简体中文").click()
    expect(admin.get_by_role("link", name="边缘服务")).to_have_count(2)
    admin.reload()
    expect(admin.get_by_role("link", name="概览")).to_be_visible()
    assert admin.evaluate("document.documentElement.lang") == "zh-CN"
    assert admin.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"


def test_a_user_sees_no_administration_and_nothing_to_change(world: World, user: Page) -> None:
    user.goto(world.place("@/services"))
    expect(user.locator("tbody tr")).to_have_count(50)
    expect(user.get_by_text("Administration")).to_have_count(0)
    expect(user.get_by_role("link", name="Add service")).to_have_count(0)
    user.get_by_role("checkbox", name="Select all on this page").check()
    expect(user.get_by_role("button", name="Export", exact=True)).to_be_visible()
    expect(user.get_by_role("button", name="Delete")).to_have_count(0)
    user.goto(world.place("/admin/users"))
    expect(user.get_by_text("There is no such page")).to_be_visible()


def test_a_project_admin_administers_the_project_alone(world: World, windows: Windows) -> None:
    world.make_user("lead@example.com", "projectAdmin")
    page = windows.open()
    page.goto(world.place("@/services"))
    sign_in(page, "lead@example.com")
    expect(page.get_by_role("link", name="Add service")).to_be_visible()
    expect(page.get_by_role("link", name="Audit log")).to_be_visible()
    expect(page.get_by_role("link", name="Settings")).to_have_count(0)
    page.goto(world.place("/admin/organizations"))
    expect(page.get_by_role("heading", name="Organizations")).to_be_visible()
    expect(page.get_by_role("button", name="New organization")).to_have_count(0)
    page.goto(world.place(f"/admin/projects/{world.project}"))
    expect(page.get_by_role("button", name="Add member")).to_be_visible()


def test_many_are_worked_on_with_the_keyboard_alone(world: World, admin: Page) -> None:
    admin.goto(world.place("@/services"))
    expect(admin.locator("tbody tr")).to_have_count(50)
    admin.get_by_role("checkbox", name="Select all on this page").focus()
    admin.keyboard.press("Space")
    tag = admin.get_by_role("button", name="Tag", exact=True)
    tag.focus()
    admin.keyboard.press("Enter")
    dialog = admin.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(12):
        admin.keyboard.press("Tab")
        assert admin.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    admin.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(tag).to_be_focused()


def test_the_switcher_leads_to_the_same_page_of_another_project(world: World, admin: Page) -> None:
    other = world.api.expect(201, "POST", f"/api/v1/orgs/{world.org}/projects", {"name": "Paint shop"})["id"]
    admin.goto(world.place("@/services"))
    admin.get_by_role("button", name="Organization and project").or_(admin.get_by_title("Organization and project")).first.click()
    admin.get_by_role("menuitem", name="Paint shop").click()
    expect(admin).to_have_url(re.compile(f"/projects/{other}/services$"))
    expect(admin.get_by_text("No edge services yet")).to_be_visible()
    world.api.expect(204, "DELETE", f"/api/v1/projects/{other}")


def test_a_menu_is_walked_with_the_keyboard_and_gives_the_focus_back(world: World, admin: Page) -> None:
    admin.goto(world.place("@/overview"))
    button = admin.get_by_role("button", name="Account and appearance")
    button.focus()
    admin.keyboard.press("Enter")
    expect(admin.get_by_role("menuitem", name="Profile")).to_be_focused()
    admin.keyboard.press("ArrowDown")
    expect(admin.get_by_role("menuitem", name="API tokens")).to_be_focused()
    admin.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(admin.get_by_role("menu")).to_have_count(0)


def test_the_first_stop_of_the_tab_key_skips_to_the_content(world: World, admin: Page) -> None:
    admin.goto(world.place("@/tags"))
    expect(admin.get_by_role("heading", name="Tags", level=1)).to_be_visible()
    admin.keyboard.press("Tab")
    skip = admin.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()


def test_what_fails_is_said_and_can_be_tried_again(world: World, admin: Page) -> None:
    admin.route("**/api/v1/projects/*/tags?*", lambda route: route.abort())
    admin.goto(world.place("@/tags"))
    expect(admin.get_by_text("No connection to Edgewright")).to_be_visible()
    admin.unroute("**/api/v1/projects/*/tags?*")
    admin.get_by_role("button", name="Try again").click()
    expect(admin.get_by_role("table")).to_be_visible()


def test_what_was_read_stays_while_the_network_is_away(world: World, admin: Page) -> None:
    admin.goto(world.place("@/overview"))
    expect(admin.get_by_text("Live", exact=True)).to_be_visible()
    admin.context.set_offline(True)
    expect(admin.get_by_text("No network.")).to_be_visible()
    expect(admin.get_by_role("region", name="Counts")).to_be_visible()
    admin.context.set_offline(False)
    expect(admin.get_by_text("No network.")).to_have_count(0)


def test_a_place_that_is_not_there_says_so(world: World, admin: Page) -> None:
    admin.goto(world.place("/no/such/place"))
    expect(admin.get_by_text("There is no such page")).to_be_visible()
    admin.goto(world.place("@/services/01kjpzj2m8q4c9w6t1x5b0g7vn"))
    expect(admin.get_by_text("Not found")).to_be_visible()
