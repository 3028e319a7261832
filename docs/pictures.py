"""Take the README's pictures of the example reports: ``make reports pictures``."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent


def main() -> None:
    """Write ``docs/report-*.png``."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto((ROOT / "reports" / "hbm-cut-20.html").as_uri())
        page.screenshot(path=ROOT / "docs" / "report-findings.png")
        page.add_style_tag(content="nav { position: static !important; }")
        _part(page, "#flow", "report-flow.png")
        browser.close()


def _part(page: Page, selector: str, name: str) -> None:
    page.locator(selector).screenshot(path=ROOT / "docs" / name)


if __name__ == "__main__":
    main()
