"""A real browser for the tests of pages: Chromium without a window and without a network."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
)


@dataclass
class Visit:
    """A page and what went on while it was open."""

    page: Page
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda m: self.console.append(f"{m.type}: {m.text}"))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


Visitor: TypeAlias = Callable[..., Visit]


@pytest.fixture(scope="session")
def axe() -> str:
    """The script that looks for violations of accessibility rules (Deque's axe-core)."""
    found = importlib.util.find_spec("axe_playwright_python")
    assert found is not None
    assert found.origin is not None
    return (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def serious(opened: Visit, axe: str) -> list[str]:
    """Serious and critical violations on the page, each with the elements that have it."""
    opened.page.evaluate(axe)
    found = opened.page.evaluate("axe.run()")["violations"]
    return [
        f"{v['id']}: {[node['html'] for node in v['nodes']]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.fail(
            "the tests of pages need a browser: apt-get install chromium, "
            "or set CHROMIUM to the program of an installed one"
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found, headless=True, args=list(ARGUMENTS)
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, tmp_path: Path) -> Iterator[Visitor]:
    """Writes a page to a file and opens it offline; options are those of a browser context."""
    contexts: list[BrowserContext] = []

    def open_page(html: str, width: int = 1440, height: int = 900, **options: Any) -> Visit:
        file = tmp_path / "page.html"
        file.write_text(html, encoding="utf-8", newline="\n")
        context = browser.new_context(
            offline=True, viewport={"width": width, "height": height}, **options
        )
        contexts.append(context)
        opened = Visit(context.new_page())
        opened.page.goto(file.as_uri())
        return opened

    yield open_page
    for context in contexts:
        context.close()
