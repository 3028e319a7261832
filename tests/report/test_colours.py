"""Colours have one home, and every name that a page uses is one of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from supplychain import notebook
from supplychain.report.charts.charts import lines_chart
from supplychain.report.colours import GRAPH, PAGE, Palette, filled
from supplychain.report.tables import Column, table
from tests import ROOT

HTML = ROOT / "supplychain" / "report" / "html"
COLOUR = re.compile(
    r"(?<![&\w])#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b|\b(?:rgb|hsl)a?\("
)


@pytest.mark.parametrize(
    "path",
    sorted(
        path
        for path in (ROOT / "supplychain").rglob("*")
        if path.suffix in (".py", ".css", ".js", ".html") and path.name != "colours.py"
    ),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_colour_stands_outside_its_home(path: Path) -> None:
    assert COLOUR.findall(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(("name", "palette"), [("report", PAGE), ("graph", GRAPH)])
def test_every_variable_of_a_style_sheet_has_a_colour(name: str, palette: Palette) -> None:
    style = filled((HTML / f"{name}.css").read_text(encoding="utf-8"), palette)
    used = set(re.findall(r"var\(--([\w-]+)\)", style))

    assert "/*" not in style.partition("* {")[0]
    assert used - {"v", "stage"} <= palette.light.keys()  # these two are set box by box
    assert palette.light.keys() == palette.dark.keys() == palette.print.keys()


def test_the_scenario_has_one_colour() -> None:
    now = PAGE.light["now"]
    columns: list[Column[dict[str, Any]]] = [
        Column(key, key) for key in ("quarter", "baseline", "scenario")
    ]
    drawn = lines_chart(
        table("t", columns, [{"quarter": "2024Q1", "baseline": 2.0, "scenario": 1.0}]), "label"
    )

    assert f"var(--now,{now})" in drawn
    assert f"var(--base,{PAGE.light['base']})" in drawn
    assert now == notebook.SCENARIO
    style = filled((HTML / "report.css").read_text(encoding="utf-8"), PAGE)
    assert style.count(f"--now: {now};") == 2  # on the screen and on paper
