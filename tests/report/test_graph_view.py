"""Parts of the network and coarser boxes, and what a scenario takes of them; ``graph``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from supplychain.cli import _group
from supplychain.loader import load
from supplychain.model import Commodity, Network
from supplychain.model.quarters import Quarter
from supplychain.report.graph.export import to_networkx
from supplychain.report.graph.panel import listed
from supplychain.report.graph.states import Losses, marks, span
from supplychain.report.graph.view import LIMIT, as_graph, drawable, near, part, view_of
from supplychain.simulation import simulate
from tests import DATA
from tests.networks import (
    FIRST,
    LAST,
    capacity,
    commodity,
    figure,
    need,
    network,
    organization,
    product,
    supply,
)

SMALL = DATA / "small"
SVG = "{http://www.w3.org/2000/svg}"


def chain() -> Network:
    """Sand to wafer to chip to rack; a tool for wafers; the tool contains chips."""
    return network(
        commodity("sand", stage="materials"),
        commodity("tool", need("chip"), stage="equipment"),
        commodity("wafer", need("sand"), need("tool", role="tool"), stage="fabrication"),
        commodity("chip", need("wafer"), stage="packaging"),
        commodity("rack", need("chip"), stage="systems"),
        organization("mine", supply("mine", "sand", "US")),
        organization("smith", supply("smith", "tool", "NL")),
        organization(
            "fab",
            supply("fab", "wafer", "TW"),
            supply("fab", "wafer", "US"),
            supply("fab", "chip", "TW", needs=(need("tool", role="service", makers={}),)),
        ),
        organization("odm", supply("odm", "rack", "TW")),
    )


@pytest.mark.parametrize(
    ("start", "depth", "found"),
    [
        ("sand", 1, {"sand", "wafer"}),
        ("sand", 2, {"sand", "wafer", "chip"}),
        ("wafer", 1, {"wafer", "sand", "tool", "chip"}),
        # Upstream and downstream, never up and down again: the rack is not near the tool's sand.
        ("rack", 1, {"rack", "chip"}),
        ("rack", 9, {"rack", "chip", "wafer", "sand", "tool"}),
    ],
)
def test_what_lies_near(start: str, depth: int, found: set[str]) -> None:
    assert near(chain(), [start], depth) == found


def test_links_leave_out_what_is_not_kept() -> None:
    view = view_of(chain(), keep={"wafer", "chip"})

    assert list(view.boxes) == ["chip", "wafer"]
    assert list(view.links) == [("wafer", "chip")]


def test_a_link_has_the_role_that_stops_output_soonest() -> None:
    two = network(
        commodity("a"), commodity("b", need("a", role="service"), need("a", role="material"))
    )

    assert view_of(two).role(("a", "b")) == "material"


def test_an_organization_is_one_box_where_it_makes_most() -> None:
    view = view_of(chain(), "organization")

    assert {id_: box.stage for id_, box in view.boxes.items()} == {
        "fab": "fabrication",  # two plants for wafers, one for chips
        "mine": "materials",
        "odm": "systems",
        "smith": "equipment",
    }
    assert view.boxes["fab"].commodities == ("chip", "wafer")
    # The fab's own need of the tool has no qualified maker, but every maker's need has.
    assert list(view.links) == [("fab", "odm"), ("fab", "smith"), ("mine", "fab"), ("smith", "fab")]


def test_a_country_is_one_box_at_each_stage() -> None:
    view = view_of(chain(), "country")

    assert {id_: box.name for id_, box in view.boxes.items()} == {
        "NL/equipment": "NL: equipment",
        "TW/fabrication": "TW: fabrication",
        "TW/packaging": "TW: packaging",
        "TW/systems": "TW: systems",
        "US/fabrication": "US: fabrication",
        "US/materials": "US: materials",
    }
    assert ("US/fabrication", "TW/packaging") in view.links
    assert ("US/materials", "TW/packaging") not in view.links


def test_only_qualified_makers_are_linked() -> None:
    parts = network(
        commodity("hbm", stage="memory"),
        product("h100", "nvidia", need("hbm", makers={"hynix": FIRST})),
        organization("hynix", supply("hynix", "hbm", "KR")),
        organization("cxmt", supply("cxmt", "hbm", "CN")),
        organization("nvidia"),
    )

    assert list(view_of(parts, "organization").links) == [("hynix", "nvidia")]


def test_what_nobody_makes_keeps_a_box() -> None:
    parts = network(
        commodity("gas", stage="materials"),
        commodity("wafer", need("gas"), stage="fabrication"),
        organization("fab", supply("fab", "wafer", "TW")),
    )
    view = view_of(parts, "organization")

    assert view.boxes["/materials"].name == "maker not known: materials"
    assert list(view.links) == [("/materials", "fab")]


def test_what_is_exported_has_kind_stage_and_inputs() -> None:
    made = as_graph(view_of(chain(), "country"))

    assert made.nodes["country:TW/packaging"] == {
        "kind": "country",
        "name": "TW: packaging",
        "stage": "packaging",
        "commodities": "chip",
    }
    assert made.edges["country:TW/fabrication", "country:TW/packaging"]["inputs"] == "wafer"


def test_a_part_keeps_makers_and_drops_strangers() -> None:
    kept = part(to_networkx(chain()), {"wafer", "sand"})

    assert set(kept) == {"commodity:sand", "commodity:wafer", "org:fab", "org:mine"}
    assert ("org:fab", "commodity:wafer") in kept.edges


def many(count: int, makers: int) -> Network:
    """So many commodities of so many makers in three countries, each needing the one before."""
    goods: list[Commodity] = []
    stages = ("materials", "equipment", "fabrication", "packaging", "systems")
    for n in range(count):
        needs = [need(f"c{n - 1:04}")] if n else []
        goods.append(commodity(f"c{n:04}", *needs, stage=stages[5 * n // count]))
    firms = [
        organization(
            f"o{m:04}",
            *(
                supply(f"o{m:04}", f"c{n:04}", ("TW", "KR", "US")[m % 3])
                for n in range(m, count, makers)
            ),
        )
        for m in range(makers)
    ]
    return network(*goods, *firms)


@pytest.mark.parametrize(
    ("count", "makers", "by"),
    [
        (LIMIT, 5, "commodity"),
        (LIMIT + 1, 5, "organization"),
        (LIMIT + 1, LIMIT, "organization"),
        (2_000, LIMIT + 1, "country"),
    ],
)
def test_too_many_to_draw_are_drawn_together(count: int, makers: int, by: str) -> None:
    large = many(count, makers)

    assert drawable(large, large.commodities) == by
    assert len(view_of(large, drawable(large, large.commodities)).boxes) <= LIMIT


def test_long_lists_say_how_much_is_left_out() -> None:
    assert listed(["a", "b", "a"], 2) == "a, b"
    assert listed(["a", "b", "c", "d"], 2) == "a, b, and 2 more"
    assert listed(["a", "b", "c"], None, "; ") == "a; b; c"


def test_chokepoints_are_marked_where_they_stand() -> None:
    small = load(SMALL)
    at = Quarter(2023, 2)

    assert set(marks(small, "organization", [at])[at]) == {
        "asml", "samsung", "sk-hynix", "tsmc",
    }  # fmt: skip
    assert set(marks(small, "country", [at])[at]) == {
        "KR/memory", "NL/equipment", "TW/packaging",
    }  # fmt: skip


def test_the_span_holds_the_usual_window_and_the_quarter_asked_for() -> None:
    assert (span(Quarter(2024, 1))[0], span(Quarter(2024, 1))[-1]) == (
        Quarter(2023, 1),
        Quarter(2026, 4),
    )
    assert span(Quarter(2022, 3))[0] == Quarter(2022, 3)
    assert span(Quarter(2027, 2))[-1] == Quarter(2027, 2)


def test_losses_by_hand() -> None:
    """The line gives 40 of 100 wafers; 70% of the gas is left, of which nothing needs a unit."""
    line = capacity("tsmc", "n4", {FIRST: 100, LAST: 100}, bookings={"nvidia": 1.0})
    share = MappingProxyType({2022: figure(0.3)})
    rest = MappingProxyType({2022: figure(0.7)})
    parts = network(
        commodity("gas", stage="materials"),
        commodity("wafer", stage="fabrication", unit="wafers"),
        product("h100", "nvidia", need("wafer", per_unit=2)),
        organization("air", supply("air", "gas", "UA", share=share)),
        organization("gas-co", supply("gas-co", "gas", "US", share=rest)),
        organization("tsmc", supply("tsmc", "wafer", "TW", draws="n4"), capacities=[line]),
        organization("nvidia"),
    )
    q = Quarter(2024, 1)
    cuts = ["org:tsmc=60%@2024Q1:2024Q1", "country:UA=100%@2024Q1:2024Q1"]
    result = simulate(parts, cuts, first=q, last=q + 1)
    losses = Losses(result)
    lost = {id_: losses.of(box) for id_, box in view_of(parts).boxes.items()}
    firms = {id_: losses.of(box) for id_, box in view_of(parts, "organization").boxes.items()}

    assert lost["wafer"] == pytest.approx([0.6, 0.0], abs=1e-6)
    assert lost["h100"] == pytest.approx([0.6, 0.0], abs=1e-6)
    assert lost["gas"] == pytest.approx([0.3, 0.0])
    assert firms["air"] == pytest.approx([1.0, 0.0])
    assert firms["gas-co"] == [0.0, 0.0]
    assert firms["tsmc"] == pytest.approx([0.6, 0.0], abs=1e-6)


def test_the_baseline_loses_nothing() -> None:
    result = simulate(load(SMALL))
    losses = Losses(result)

    assert not any(x for box in view_of(result.network).boxes.values() for x in losses.of(box))


def graph(*args: str, out: Path) -> Result:
    asked = ["graph", "--data", str(SMALL), *args, "--out", str(out)]
    return CliRunner().invoke(_group, asked, prog_name="supplychain")


def scope(html: str) -> list[str]:
    [heading] = re.findall(r'<div class="heading">.*?</div>', html, flags=re.DOTALL)
    return re.findall(r"<p[^>]*>([^<]*)</p>", heading)


def test_a_page_of_a_part_says_which(tmp_path: Path) -> None:
    out = tmp_path / "g.html"
    shown = graph("--focus", "EUV lithography scanner", "--depth", "1", out=out)

    assert (shown.exit_code, shown.stdout) == (0, "")
    assert re.fullmatch(r"Wrote .*g\.html \(\d+ kB\)\n", shown.stderr)
    assert scope(out.read_text(encoding="utf-8")) == [
        "3 commodities, 2 links, data " + load(SMALL).digest[:12],
        "Within one step of EUV lithography scanner",
    ]


def test_an_organization_is_focused_on_through_what_it_makes(tmp_path: Path) -> None:
    graph("--focus", "sk-hynix", "--depth", "1", out=tmp_path / "g.json")
    nodes = {n["id"] for n in json.loads((tmp_path / "g.json").read_text("utf-8"))["nodes"]}

    assert {"commodity:hbm3", "commodity:h100", "org:samsung", "buyer:microsoft"} <= nodes
    assert "commodity:neon" not in nodes


def test_a_scenario_opens_where_it_is_first_felt(tmp_path: Path) -> None:
    out = tmp_path / "g.html"
    graph("--scenario", "hbm-half", out=out)
    html = out.read_text(encoding="utf-8")

    assert "Scenario: hbm −50% from 2024Q1 to 2024Q4" in scope(html)
    [shown] = re.findall(r'<output id="shown"[^>]*>(\w+)<', html)
    felt = simulate(load(SMALL), scenarios=[load(SMALL).scenarios["hbm-half"]]).first_felt()
    assert shown == str(felt)


@pytest.mark.parametrize("suffix", ["svg", "graphml", "gexf", "dot", "json"])
def test_every_form_holds_countries_too(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"g.{suffix}"
    shown = graph("--collapse", "country", out=out)
    text = out.read_text(encoding="utf-8")

    assert shown.exit_code == 0
    assert "TW" in text
    if suffix == "svg":
        boxes = ElementTree.fromstring(text).findall(f"{SVG}g")
        assert len(boxes) == len(view_of(load(SMALL), "country").boxes)


def test_a_large_network_says_that_it_is_drawn_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    large = many(2_000, LIMIT + 1)
    monkeypatch.setattr("supplychain.cli.graph.load_network", lambda _: large)
    out = tmp_path / "g.html"
    shown = graph(out=out)
    html = out.read_text(encoding="utf-8")

    said = "2,000 commodities are too many to draw one by one: shown by countries"
    assert shown.exit_code == 0
    assert f"{said}; --focus NODE draws a part\n" in shown.stderr
    assert "The page shows no use of lines: the data holds no capacity" in shown.stderr
    assert said in scope(html)
    assert len(html.encode()) < 700_000


@pytest.mark.parametrize(
    ("args", "out", "said"),
    [
        (["--focus", "nosuch"], "g.html", "--focus: nothing in the data has the name 'nosuch'"),
        (["--focus", "microsoft"], "g.html", "'microsoft' is neither a commodity nor the maker"),
        (["--scenario", "hbm-hlf"], "g.html", "'hbm-hlf'; did you mean 'hbm-half'?"),
        (["--scenario", "hbm-half"], "g.svg", "--scenario colours a page only; name an .html"),
        (["--collapse", "planet"], "g.svg", "'planet' is not one of 'organization', 'country'"),
        (["--focus", "h100", "--depth", "0"], "g.svg", "'0' is not a whole number from 1 to 1000"),
        ([], "no/g.svg", "No such file or directory"),
        ([], "", "is a folder; name a file in it"),
    ],
)
def test_wrong_usage_writes_nothing(tmp_path: Path, args: list[str], out: str, said: str) -> None:
    if not out:
        (tmp_path / "g.html").mkdir()
        out = "g.html"
    shown = graph(*args, out=tmp_path / out)

    assert shown.exit_code == 2
    assert said in shown.stderr
    assert shown.stderr.endswith("  help: supplychain graph --help\n")
    assert not [p for p in tmp_path.iterdir() if p.is_file()]


def test_a_full_disk_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    shown = graph(out=tmp_path / "g.svg")

    assert shown.exit_code == 2
    assert "Error: cannot write" in shown.stderr
    assert "No space left on device" in shown.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_page_is_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    out = tmp_path / "g.html"
    subprocess.run(
        [sys.executable, "-m", "supplychain", "graph", "--data", str(SMALL), "--out", str(out)],
        env={**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        check=True,
        capture_output=True,
    )

    assert "◆" in out.read_text(encoding="utf-8")
