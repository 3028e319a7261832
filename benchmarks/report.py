"""Where the time of ``supplychain report --hbm-cut 20%`` goes, as shares of the whole.

Run: python benchmarks/report.py

Processor time of one process, so that other work on the machine bears less on it. Importing a
library counts for the step that first needs it.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

from supplychain import loader, simulation
from supplychain.cli import main as supplychain
from supplychain.report.page.html import contents, points, sections, sharing
from supplychain.report.page.html import html as page

SPENT: dict[str, float] = defaultdict(float)


def timed(step: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, its processor time added to the step."""

    @wraps(function)
    def run(*args: Any, **named: Any) -> Any:
        begin = time.process_time()
        try:
            return function(*args, **named)
        finally:
            SPENT[step] += time.process_time() - begin

    return run


def watch(module: ModuleType, steps: dict[str, str]) -> None:
    """Time these functions of a module."""
    for name, step in steps.items():
        setattr(module, name, timed(step, getattr(module, name)))


def main() -> None:
    """Measure and print a Markdown table."""
    watch(loader, {"load": "reading the data"})
    watch(simulation, {"simulate": "baseline and scenario"})
    watch(contents, {"moved": "sensitivity, solved again"})
    watch(points, {"find_points": "chokepoints"})
    watch(sharing, {"under_each_rule": "rules of allocation"})
    watch(contents, {"graph_section": "dependency graph"})
    charts = ("lines_chart", "stacked_chart", "tornado_chart")
    watch(sections, dict.fromkeys(charts, "charts"))
    watch(sharing, {"lorenz_chart": "charts"})
    watch(page, {"report_page": "page"})

    try:
        supplychain(["report", "--hbm-cut", "20%", "--out", "/dev/shm/report.html", "--quiet"])
    except SystemExit as ended:
        if ended.code:
            raise
    total = time.process_time()
    SPENT["everything else"] = total - sum(SPENT.values())
    print("| step | share |\n|---|--:|")
    for step, seconds in sorted(SPENT.items(), key=lambda pair: -pair[1]):
        print(f"| {step} | {seconds / total:.0%} |")
    print(f"| whole, {total:.1f} s of processor time | 100% |")


if __name__ == "__main__":
    main()
