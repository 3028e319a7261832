"""Results in a notebook, and the guide, which is one."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import supplychain as sc
from supplychain.loader import load
from supplychain.notebook import GraphPage, document_html
from supplychain.report.tables import Column, Document, Table
from tests import DATA, ROOT, notebooks
from tests.conftest import Visitor

GUIDE = ROOT / "docs" / "guide.ipynb"
SMALL = load(DATA / "small")
RESULT = sc.simulate(SMALL, cuts=["hbm=50%@2024Q1:2024Q4"], first="2023Q1", last="2024Q4")
FOUND = sc.chokepoints(SMALL, at="2023Q2")


def rows_of(chart: Any) -> list[dict[str, Any]]:
    """The data a chart draws."""
    [rows] = chart.to_dict()["datasets"].values()
    return list(rows)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (RESULT, ["Accelerators shipped", "NVIDIA H100", "Who loses", "First felt in"]),
        (RESULT.baseline, ["Accelerators shipped", "h100", "2024Q4", "all"]),
        (RESULT.allocation, ["Deliveries, contract-first", "Universities", "Filled"]),
        (FOUND, ["as of 2023Q2: h100, mi300x", "TSMC", "only asml makes it in 2023Q2"]),
    ],
    ids=["simulation", "production", "allocation", "chokepoints"],
)
def test_a_result_is_tables_a_frame_and_a_chart(result: Any, said: list[str]) -> None:
    html = sc.summary(result)._repr_html_()

    assert all(text in html for text in said)
    assert "<script" not in html
    assert "<table" in result._repr_html_()  # by itself a result shows its frame
    assert isinstance(result.to_frame(), pd.DataFrame)
    assert rows_of(sc.chart(result))


def test_the_chart_has_the_numbers_of_the_result() -> None:
    rows = rows_of(sc.chart(RESULT))
    shown = {(r["series"], r["quarter"]): r["units"] for r in rows}

    assert sum(v for (series, _), v in shown.items() if series == "scenario") == pytest.approx(
        RESULT.scenario.total()
    )
    assert [q for series, q in shown if series == "baseline"] == [str(q) for q in RESULT.quarters]


def test_the_baseline_alone_is_one_line() -> None:
    rows = rows_of(sc.chart(sc.simulate(SMALL, last="2023Q2")))

    assert {r["series"] for r in rows} == {"baseline"}


def test_every_chart_can_be_drawn() -> None:
    import vl_convert

    for result in (RESULT, RESULT.baseline, RESULT.allocation, FOUND):
        assert "<svg" in vl_convert.vegalite_to_svg(sc.chart(result).to_dict())


def test_the_graph_stands_in_a_frame_and_works(visit: Visitor) -> None:
    page = sc.graph(RESULT, focus=["hbm3"], depth=1)
    opened = visit(f"<!doctype html><title>n</title>{page._repr_html_()}")
    inside = opened.page.frames[1]
    inside.wait_for_selector("html[data-ready]", state="attached")

    assert inside.locator(".remark").all_inner_texts() == [
        "Scenario: hbm −50% from 2024Q1 to 2024Q4",
        "Within 1 step of hbm3",
    ]
    assert inside.inner_text("#shown") == str(RESULT.first_felt())
    inside.fill("#find", "hbm3")
    assert "Output −50% against the baseline" in inside.inner_text("#panel")
    assert opened.errors == []


def test_the_graph_can_be_saved(tmp_path: Path) -> None:
    page = sc.graph(SMALL, at=str(FOUND.at), collapse="country")
    page.save(tmp_path / "g.html")

    assert (tmp_path / "g.html").read_text(encoding="utf-8") == page.html
    assert re.fullmatch(r"<interactive graph, \d+ kB>", repr(page))
    assert isinstance(page, GraphPage)


def test_the_graph_refuses_what_is_not_there() -> None:
    with pytest.raises(sc.AskError, match="no commodity or group is called 'hbm9'"):
        sc.graph(SMALL, focus=["hbm9"])
    with pytest.raises(ValueError, match="'soon' is not a quarter"):
        sc.graph(SMALL, at="soon")


def test_what_has_no_chart_is_refused() -> None:
    with pytest.raises(sc.AskError, match="no chart of a int"):
        sc.chart(3)
    with pytest.raises(sc.AskError, match="no summary of a Network"):
        sc.summary(SMALL)


def test_text_of_the_data_stays_text() -> None:
    evil = "<img src=x onerror=alert(1)>"
    table = Table("t", evil, (Column("a", evil),), ((evil,),))
    empty = Table("e", evil, (Column("a", "A"),), (), evil)
    html = document_html(Document("s/1", {}, ((evil, evil),), (table, empty, evil), table))

    assert "<img" not in html
    assert html.count("&lt;img") == 8


def test_the_guide_runs_and_shows_what_it_gives() -> None:
    """Stored tables and prints are those of today's data; after a change: ``make golden``."""
    stored = notebooks.read(GUIDE)
    fresh = notebooks.run(stored)
    if os.environ.get("GOLDEN") == "write":
        notebooks.write(GUIDE, fresh)
        stored = fresh

    assert texts(stored) == texts(fresh), "if that was intended: make golden"
    questions = [c for c in stored["cells"] if "".join(c["source"]).startswith("## ")]
    assert len(questions) == 5
    assert all(c["outputs"] for c in stored["cells"] if c["cell_type"] == "code")
    assert len(GUIDE.read_bytes()) < 500_000


def texts(notebook: dict[str, Any]) -> list[str]:
    """The words of everything stored but pictures, whose letters depend on who drew them."""
    return [
        " ".join(re.sub(r"<style.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL).split())
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        for html in ["".join(output.get("text", []) or output.get("data", {}).get("text/html", []))]
    ]
