"""Take the picture of the README anew: `.venv/bin/python -m browser.screenshot` in tests/."""

import os
import tempfile
from pathlib import Path

from conftest import ARGS, chromium_path
from playwright.sync_api import sync_playwright

from browser.server import ROOT, free_port, ingest, start, stop

ASKED = "?q=schuldnerberatung+einwilligung"


def main() -> None:
    """Search the project's own guides and photograph the first results."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        index, port = str(Path(folder, "index")), str(free_port())
        environment = os.environ | {"KB_SOURCE": str(ROOT / "docs_source"), "KB_INDEX": index, "PORT": port}
        ingest(environment, Path(folder))
        server = start(environment, Path(folder))
        page = playwright.chromium.launch(executable_path=chromium_path(), args=ARGS).new_page(
            locale="de-DE", viewport={"width": 1200, "height": 860}
        )
        page.goto(f"http://127.0.0.1:{port}/{ASKED}")
        page.locator("mark").first.wait_for()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=ROOT / "tests" / "browser" / "suche.png")
        stop(server)


if __name__ == "__main__":
    main()
