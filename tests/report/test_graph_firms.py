"""A supplier table as a graph, a picture and a page."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from click.testing import CliRunner

from benchmarks.layered import layered
from supplychain.cli import _group
from supplychain.errors import AskError
from supplychain.report.graph.firms import LIMIT, firms_graph, firms_page, firms_svg
from tests.conftest import Visitor, serious

ROWS = [
    ("mine", "smelter", "ore", 1),
    ("smelter", "works", "metal", 0.7),
    ("scrapyard", "works", "metal", 0.3),
    ("works", "works", "tools", 1),
    ("<b>", "works", "screws", 1),
]
TABLE = pd.DataFrame(ROWS, columns=["supplier", "customer", "commodity", "share"])


def test_the_graph_has_every_link() -> None:
    graph = firms_graph(TABLE)

    assert graph.edges["firm:smelter", "firm:works"]["share"] == 0.7
    assert graph.number_of_edges() == len(ROWS)
    assert graph.nodes["firm:<b>"]["lost"] == 0  # works supplies itself, so nobody is an end


def test_tiers_stand_from_left_to_right() -> None:
    picture = ElementTree.fromstring(firms_svg(TABLE.drop(index=3)))
    name = "{http://www.w3.org/2000/svg}"
    nodes = {node.get("data-id"): node for node in picture.iter(f"{name}g")}
    x = {id_: float(node.find(f"{name}rect").get("x", "")) for id_, node in nodes.items()}  # type: ignore[union-attr]
    bands = [text.text for text in picture.iter(f"{name}text") if text.get("class") == "stage"]

    assert x["mine"] < x["smelter"] < x["works"]
    assert bands == ["Tier 1", "Tier 2", "Tier 3"]
    assert nodes["<b>"].get("class") == "node chokepoint"
    assert nodes["smelter"].get("class") == "node"  # the scrapyard stands in


def test_the_page_shows_the_picture_and_what_is_lost(visit: Visitor, axe: str) -> None:
    opened = visit(firms_page(TABLE.drop(index=3), "links.csv"))

    assert opened.page.locator("tbody tr").all_inner_texts() == ["<b>\tworks"]
    assert opened.page.locator("svg .node").count() == 5
    assert serious(opened, axe) == []
    assert opened.errors == []


def test_a_large_table_is_refused_with_the_number() -> None:
    with pytest.raises(AskError, match=f"^998 firms are too many to draw, {LIMIT} at most; a"):
        firms_svg(layered(1_000))


@pytest.mark.parametrize("ending", [".html", ".svg", ".graphml", ".gexf", ".dot", ".json"])
def test_every_form_is_written(tmp_path: Path, ending: str) -> None:
    TABLE.to_csv(tmp_path / "links.csv", index=False)
    out = tmp_path / f"g{ending}"

    done = CliRunner().invoke(
        _group, ["graph", "--edges", str(tmp_path / "links.csv"), "--out", str(out)]
    )

    assert done.exit_code == 0, done.output
    if ending == ".json":
        assert len(json.loads(out.read_text(encoding="utf-8"))["edges"]) == len(ROWS)


def test_options_of_the_data_are_refused(tmp_path: Path) -> None:
    TABLE.to_csv(tmp_path / "links.csv", index=False)
    args = [
        "--edges",
        str(tmp_path / "links.csv"),
        "--focus",
        "x",
        "--out",
        str(tmp_path / "a.svg"),
    ]

    done = CliRunner().invoke(_group, ["graph", *args])

    assert done.exit_code == 2
    assert "--focus is about the network of the data, not about --edges" in done.stderr
