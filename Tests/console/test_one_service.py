"""Adding services, importing them, and everything about one of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import World
from playwright.sync_api import Page, expect


def find(world: World, name: str) -> list[dict]:
    return world.api.get(f"/api/v1/projects/{world.project}/services", q=name)["items"]


def test_a_service_is_tested_before_it_is_added(world: World, admin: Page) -> None:
    admin.goto(world.place("@/services/add"))
    admin.get_by_label("Name").fill("from the wizard")
    endpoint = admin.get_by_label("Endpoint")
    endpoint.fill("http://127.0.0.1:9")
    admin.get_by_role("button", name="Test and add").click()
    expect(admin.get_by_text("Not reachable")).to_be_visible()
    expect(admin.get_by_role("button", name="Add all the same")).to_be_visible()
    taken = world.services[0]
    endpoint.fill(taken["endpoint"])
    admin.get_by_role("button", name="Test connection").click()
    expect(admin.get_by_text("the credential is accepted")).to_be_visible()
    admin.get_by_role("button", name="Add service").click()
    expect(admin.get_by_text(taken["name"])).to_be_visible()
    endpoint.fill(f"http://127.0.0.1:{world.fleet_port}/edge-00001/")
    world.api.expect(204, "DELETE", f"/api/v1/services/{service_at(world, 'edge-00001')['id']}")
    admin.get_by_label("Tags").fill("new-one")
    admin.get_by_role("button", name="Test and add").click()
    expect(admin.get_by_role("heading", name="from the wizard", level=1)).to_be_visible()
    assert find(world, "from the wizard")[0]["tags"] == ["new-one"]


def service_at(world: World, place: str) -> dict:
    return next(each for each in world.services if each["endpoint"].endswith(place))


def test_a_csv_file_is_previewed_imported_and_its_bad_lines_reported(world: World, admin: Page, tmp_path: Path) -> None:
    file = tmp_path / "fleet.csv"
    file.write_text(
        "category,name,nodeType,endpoint,scheme,tagName\n"
        "neuronex,imported-1,Direct,127.0.0.1:9/i1,http,csv\n"
        "nothing-known,imported-2,Direct,127.0.0.1:9/i2,http,csv\n"
        "neuronex,,Direct,127.0.0.1:9/i3,http,csv\n")
    admin.goto(world.place("@/services/import"))
    admin.get_by_label("Choose a file").last.set_input_files(file)
    expect(admin.get_by_role("cell", name="imported-1")).to_be_visible()
    admin.get_by_role("button", name="Import", exact=True).click()
    expect(admin.get_by_text("1 service was imported.")).to_be_visible()
    # The result is still there when one comes back.
    admin.get_by_role("link", name="Tags", exact=True).click()
    expect(admin.get_by_role("heading", name="Tags", level=1)).to_be_visible()
    admin.go_back()
    expect(admin.get_by_role("heading", name="2 lines were refused")).to_be_visible()
    with admin.expect_download() as download:
        admin.get_by_role("button", name="Save report").click()
    lines = download.value.path().read_text().splitlines()
    assert lines[0] == "line,column,reason" and [line.split(",")[0] for line in lines[1:]] == ["3", "4"]
    world.api.expect(204, "DELETE", f"/api/v1/services/{find(world, 'imported-1')[0]['id']}")


def test_a_file_without_needed_columns_is_not_sent(world: World, admin: Page, tmp_path: Path) -> None:
    file = tmp_path / "other.csv"
    file.write_text("name,colour\nx,red\n")
    admin.goto(world.place("@/services/import"))
    admin.get_by_label("Choose a file").last.set_input_files(file)
    expect(admin.get_by_text("The file has no column category, endpoint.")).to_be_visible()
    expect(admin.get_by_role("button", name="Import", exact=True)).to_be_disabled()


@pytest.fixture
def service(world: World) -> dict:
    return service_at(world, "/edge-00010")


def test_drivers_and_rules_are_shown_with_their_state(world: World, service: dict, admin: Page) -> None:
    admin.goto(world.place(f"@/services/{service['id']}"))
    admin.get_by_role("link", name="Drivers and rules").click()
    expect(admin).to_have_url(re.compile("/drivers$"))
    expect(admin.get_by_role("region", name="Drivers").get_by_text("Connected").first).to_be_visible()
    expect(admin.get_by_role("region", name="Rules").get_by_role("row")).not_to_have_count(1)
    admin.get_by_role("button", name="Stopped").click()
    expect(admin.get_by_text("No driver of this kind")).to_be_visible()


def test_the_explorer_sends_requests_through_the_tunnel(world: World, service: dict, admin: Page) -> None:
    admin.goto(world.place(f"@/services/{service['id']}/api"))
    admin.get_by_role("button", name="Send").click()
    expect(admin.get_by_role("region", name="Body")).to_contain_text("version")
    admin.get_by_label("Method").select_option("POST")
    admin.get_by_label("Path on the service").fill("/api/neuron/node")
    admin.get_by_label("Body (JSON)").fill('{"name": ')
    expect(admin.get_by_text("Not valid JSON")).to_be_visible()
    admin.get_by_label("Body (JSON)").fill('{"name": "from-the-console", "plugin": "Modbus TCP"}')
    admin.get_by_role("button", name="Send").click()
    admin.get_by_role("button", name="POST /api/neuron/node 200").wait_for()
    world.set_fault(10, offline=True)
    admin.get_by_role("button", name="GET /api/version", exact=True).first.click()
    admin.get_by_role("button", name="Send").click()
    expect(admin.get_by_text("Edgewright answered this")).to_be_visible()
    world.set_fault(10, offline=False)


def test_a_user_may_only_read_through_the_tunnel(world: World, service: dict, user: Page) -> None:
    user.goto(world.place(f"@/services/{service['id']}/api"))
    expect(user.get_by_label("Method")).to_be_visible()
    assert user.get_by_label("Method").locator("option").all_text_contents() == ["GET", "HEAD"]
    expect(user.get_by_role("link", name="Authentication")).to_have_count(0)
    user.get_by_role("button", name="Send").click()
    expect(user.get_by_role("region", name="Body")).to_contain_text("version")


def test_the_service_page_opens_on_an_origin_of_its_own(world: World, service: dict, admin: Page) -> None:
    admin.goto(world.place(f"@/services/{service['id']}"))
    with admin.expect_popup() as opened:
        admin.get_by_role("link", name="Open service").click()
    opened.value.wait_for_url(re.compile(rf"^http://{service['id']}\.localhost:\d+/"))


def test_authentication_is_tested_and_saved(world: World, service: dict, admin: Page) -> None:
    admin.goto(world.place(f"@/services/{service['id']}/authentication"))
    admin.get_by_role("radio", name="User and password").check()
    expect(admin.get_by_role("button", name="Save")).to_be_disabled()
    admin.get_by_label("User name").fill("admin")
    admin.get_by_label("Password", exact=True).fill("0000")
    admin.get_by_role("button", name="Test connection").click()
    expect(admin.get_by_text(re.compile("^Reachable"))).to_be_visible()
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("Saved.")).to_be_visible()
    assert world.api.get(f"/api/v1/services/{service['id']}")["auth"] == {"kind": "password", "username": "admin"}
    admin.get_by_role("radio", name="None").check()
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("Saved.").nth(1)).to_be_visible()
    with admin.expect_download() as download:
        admin.get_by_role("link", name="Download the public key").click()
    assert download.value.suggested_filename.endswith(".pub")


def test_a_service_is_edited_its_activity_shown_and_deleted_by_its_name(world: World, admin: Page) -> None:
    made = world.api.expect(201, "POST", f"/api/v1/projects/{world.project}/services", {
        "name": "short lived", "endpoint": "http://127.0.0.1:9/short"})
    admin.goto(world.place(f"@/services/{made['id']}"))
    admin.get_by_role("button", name="Actions").click()
    admin.get_by_role("menuitem", name="Edit").click()
    dialog = admin.get_by_role("dialog")
    dialog.get_by_label("Name").fill(world.services[0]["name"])
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Name").fill("short lived, renamed")
    dialog.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("heading", name="short lived, renamed", level=1)).to_be_visible()
    admin.get_by_role("link", name="Activity").click()
    expect(admin.get_by_text("service.update").first).to_be_visible()
    admin.get_by_role("button", name="Actions").click()
    admin.get_by_role("menuitem", name="Delete").click()
    submit = admin.get_by_role("dialog").get_by_role("button", name="Delete service")
    expect(submit).to_be_disabled()
    admin.get_by_label("Type short lived, renamed to confirm").fill("short lived, renamed")
    submit.click()
    expect(admin.get_by_text("short lived, renamed was deleted.")).to_be_visible()
    expect(admin).to_have_url(re.compile("/services$"))
