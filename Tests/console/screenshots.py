"""Takes the README's pictures: screenshots.py FOLDER."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path

from conftest import Nodes, add_nodes, docker_engine, launch, session_of, start_world
from harness.platform import EMAIL
from harness.processes import exit_on_signals, wait_until
from playwright.sync_api import expect, sync_playwright

FLEET = 200
SIZE = {"width": 1440, "height": 900}


def main() -> None:
    exit_on_signals()
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="ew-pictures-") as name,
        sync_playwright() as playwright,
        contextlib.contextmanager(start_world)(Path(name), FLEET, "--imperfect") as world,
        docker_engine() as engine,
    ):
        for number in (7, 23):
            world.set_fault(number, offline=True)
        overview = f"/api/v1/projects/{world.project}/overview"
        wait_until("two services offline", 60, lambda: world.api.get(overview)["services"]["offline"] == 2)
        wait_until("reports of all", 120, lambda: world.api.get(overview)["drivers"]["total"] > FLEET * 4)
        service = next(each for each in world.services if each["status"] == "online")
        browser = launch(playwright)
        session = session_of(browser, world, EMAIL)

        def take(picture: str, path: str, scheme: str = "light") -> None:
            context = browser.new_context(
                storage_state=session, viewport=SIZE, color_scheme=scheme, locale="en-US", reduced_motion="reduce")
            page = context.new_page()
            page.goto(world.place(path))
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            expect(page.locator("[aria-busy=true], .skeleton, .spinner:not(.tiny)")).to_have_count(0)
            page.screenshot(path=folder / f"{picture}.png")
            context.close()

        take("overview", "@/overview")
        take("services", "@/services")
        take("service-dark", f"@/services/{service['id']}", "dark")
        take("batch", f"@/batches/{upgrade(add_nodes(world, engine))}")
        browser.close()


def upgrade(nodes: Nodes) -> str:
    """A batch of upgrades in its second wave."""
    nodes.install(12)
    api = nodes.world.api
    batch = api.expect(202, "POST", f"/api/v1/projects/{nodes.world.project}/batches", {
        "kind": "upgrade", "targets": {"filter": {"host": nodes.host}}, "parameters": {"image": nodes.newer},
        "policy": {"waves": [1, "50%"], "concurrency": 2, "healthGate": 1, "onFailure": "rollback"}})["id"]
    place = f"/api/v1/batches/{batch}"
    wait_until("the second wave", 60, lambda: api.get(place)["counts"]["succeeded"] >= 3, every=0.05)
    return batch


main()
