"""Time the graph page: writing it, and opening it in Chromium, by number of commodities.

Run: python benchmarks/pages.py [RUNS]

"Open" is from the request for the file until the picture is drawn and answers; an empty page in
the same browser is the yardstick. All pages are opened in turn, again and again; medians.
"""

from __future__ import annotations

import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from types import MappingProxyType

from playwright.sync_api import Page, sync_playwright

from supplychain.loader import load
from supplychain.model import (
    STAGES,
    Commodity,
    Need,
    Network,
    Organization,
    Supply,
    assemble,
)
from supplychain.report.graph.explorer import explorer
from supplychain.simulation import simulate

COUNTRIES = ("TW", "KR", "JP", "US", "NL", "DE", "CN")
EMPTY = "<!doctype html><html data-ready><title>empty</title>"


def made_up(count: int, links: int = 3) -> Network:
    """So many commodities over all stages, each needing some of those before it, of 400 makers."""
    goods = []
    supplies: dict[str, list[Supply]] = {f"o{n:03}": [] for n in range(400)}
    for n in range(count):
        inputs = sorted({max(0, n - 7), max(0, n - 31), max(0, n - 64)} - {n})[:links]
        needs = tuple(Need(MappingProxyType({f"c{i:04}": None}), "component") for i in inputs)
        stage = STAGES[n * len(STAGES) // count]
        goods.append(Commodity(f"c{n:04}", f"Commodity number {n}", stage, "units", needs=needs))
        for maker, country in ((n % 400, COUNTRIES[n % 7]), (7 * n % 400, COUNTRIES[n % 5])):
            id_ = f"o{maker:03}"
            supplies[id_].append(Supply(id_, f"c{n:04}", country))
    makers = [Organization(i, i.upper(), "US", supplies=tuple(s)) for i, s in supplies.items()]
    return assemble(goods, makers)


def opened(page: Page, file: Path) -> float:
    """Seconds until the page is ready."""
    begin = time.perf_counter()
    page.goto(file.as_uri())
    page.wait_for_selector("html[data-ready]", state="attached")
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print a Markdown table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    built_in = load()
    result = simulate(built_in, scenarios=[built_in.scenarios["taiwan-two-quarters"]])
    pages = {"an empty page": lambda: EMPTY}
    pages["the built-in data"] = lambda: explorer(built_in, result)
    pages["the built-in data by organization"] = lambda: explorer(
        built_in, result, by="organization"
    )
    pages["300 commodities"] = lambda: explorer(made_up(300))
    pages["2,000 commodities, drawn together"] = lambda: explorer(made_up(2000))
    written, size = {}, {}
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        for number, (name, make) in enumerate(pages.items()):
            begin = time.perf_counter()
            html = make()
            written[name] = time.perf_counter() - begin
            size[name] = len(html.encode()) / 1000
            (Path(scratch) / f"{number}.html").write_text(html, encoding="utf-8")
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_context(offline=True, viewport={"width": 1440, "height": 900}).new_page()
        times: dict[str, list[float]] = {name: [] for name in pages}
        for _ in range(runs):
            for number, name in enumerate(pages):
                times[name].append(opened(page, Path(scratch) / f"{number}.html"))
        browser.close()
    empty = statistics.median(times["an empty page"])
    print(f"CPython {platform.python_version()}, {os.cpu_count()} CPUs, medians of {runs} runs\n")
    print("| page | kB | write, seconds | open, seconds | x empty page |")
    print("|---|--:|--:|--:|--:|")
    for name in pages:
        median = statistics.median(times[name])
        print(
            f"| {name} | {size[name]:,.0f} | {written[name]:.1f} | {median:.2f} "
            f"| {median / empty:.0f} |"
        )


if __name__ == "__main__":
    main()
