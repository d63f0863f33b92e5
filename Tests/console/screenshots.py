"""Takes the README's pictures: screenshots.py FOLDER."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path

from conftest import launch, session_of, start_world
from harness.platform import EMAIL
from harness.processes import exit_on_signals, wait_until
from playwright.sync_api import expect, sync_playwright

FLEET = 200
SIZE = {"width": 1440, "height": 900}


def main() -> None:
    exit_on_signals()
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ew-pictures-") as name, sync_playwright() as playwright:
        with contextlib.contextmanager(start_world)(Path(name), FLEET, "--imperfect") as world:
            for number in (7, 23):
                world.set_fault(number, offline=True)
            overview = f"/api/v1/projects/{world.project}/overview"
            wait_until("two services offline", 60, lambda: world.api.get(overview)["services"]["offline"] == 2)
            wait_until("reports of all", 120, lambda: world.api.get(overview)["drivers"]["total"] > FLEET * 4)
            service = next(each for each in world.services if each["status"] == "online")
            browser = launch(playwright)
            session = session_of(browser, world, EMAIL)
            for picture, path, scheme in (
                ("overview", "@/overview", "light"),
                ("services", "@/services", "light"),
                ("service-dark", f"@/services/{service['id']}", "dark"),
            ):
                context = browser.new_context(
                    storage_state=session, viewport=SIZE, color_scheme=scheme, locale="en-US", reduced_motion="reduce")
                page = context.new_page()
                page.goto(world.place(path))
                expect(page.get_by_role("heading", level=1)).to_be_visible()
                expect(page.locator("[aria-busy=true], .skeleton, .spinner")).to_have_count(0)
                page.screenshot(path=folder / f"{picture}.png")
                context.close()
            browser.close()


main()
