"""What a report contains: small networks by hand, hostile names, empty results, bad input."""

from __future__ import annotations

import dataclasses
import datetime
import re
import resource
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import click
import pytest
from click.testing import CliRunner, Result

from supplychain.allocation.flows import NOBODY, flows
from supplychain.analyses.chokepoints import KINDS
from supplychain.analyses.removals import exposures
from supplychain.analyses.tornado import inputs, moved
from supplychain.cli import _group
from supplychain.cli.common import write_file
from supplychain.model import Buyer, Commodity, Figure, Network, Orders, Source, assemble
from supplychain.model.quarters import Quarter
from supplychain.report.answers.losers import rules_sentence, rules_table, under_each_rule
from supplychain.report.answers.matrix import exact_table, near_marks
from supplychain.report.charts.sankey import bands, sankey
from supplychain.report.page.bottlenecks import limiting, limits_table, use_marks, use_table
from supplychain.report.page.contents import Asked, day_of, report_of
from supplychain.report.page.html import report_page
from supplychain.report.page.parts import Grid, Quote, Report
from supplychain.report.page.points import find_points, points_tables, quarter_of
from supplychain.report.tables import Column, Table, table
from supplychain.risk.matrix import Need
from supplychain.risk.structure import EntityId
from supplychain.simulation import Simulation, simulate
from tests.conftest import Visit, Visitor
from tests.networks import (
    capacity,
    commodity,
    figure,
    need,
    network,
    organization,
    product,
    supply,
)

EVIL = "evil</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'"
QUARTER, LAST = Quarter(2024, 1), Quarter(2024, 4)
ASKED = Asked("", "supplychain report", datetime.date(2025, 11, 25), 1)


def market(
    name: str = "GPU", rate: float = 100.0, wafers: float | Mapping[Quarter, float] = 90.0
) -> Network:
    """One accelerator of one wafer and two stacks, two makers of stacks, two buyers, one source."""

    def grouped(made: Commodity, group: str) -> Commodity:
        return dataclasses.replace(made, groups=(group,), stock_weeks=figure(0))

    def buyer(id_: str, units: float) -> Buyer:
        every = {
            Quarter(year, q): figure(units) for year in (2023, 2024, 2025) for q in (1, 2, 3, 4)
        }
        orders = (Orders(("gpu",), MappingProxyType(every)),)
        return Buyer(
            id_, f"{id_} {name}", "rich" if units > 50 else "poor", "lab", "US", orders=orders
        )

    known = Figure(rate, 0.8 * rate, 1.1 * rate, "units/quarter", "derived", ("report-2024",))
    line = dataclasses.replace(
        capacity("hynix", "hbm", rate),
        figures=MappingProxyType({Quarter(2022, 1): known, Quarter(2030, 1): known}),
    )
    parts = network(
        grouped(
            dataclasses.replace(commodity("wafer", unit="wafers"), name=f"wafer {name}"),
            "logic-wafer",
        ),
        grouped(commodity("stack", stage="memory", unit="stacks"), "hbm"),
        dataclasses.replace(
            product("gpu", "nvidia", need("wafer", per_unit=1), need("stack", per_unit=2)),
            name=name,
        ),
        dataclasses.replace(organization("nvidia"), name=f"NVIDIA {name}"),
        organization(
            "tsmc",
            supply("tsmc", "wafer", draws="fab", sources=("report-2024",)),
            capacities=[capacity("tsmc", "fab", wafers)],
        ),
        organization("hynix", supply("hynix", "stack", "KR", draws="hbm"), capacities=[line]),
        organization(
            "micron",
            supply("micron", "stack", "US", draws="hbm"),
            capacities=[capacity("micron", "hbm", 20.0)],
        ),
        buyer("big", 70.0),
        buyer("small", 20.0),
    )
    source = Source("report-2024", name, name, "https://example.org/a", "2024-05", "2026-11-22")
    return assemble(
        parts.commodities.values(),
        parts.organizations.values(),
        parts.buyers.values(),
        [source],
        "0123456789abcdef",
    )


def report(net: Network, *cuts: str, last: Quarter = LAST, title: str = "") -> Report:
    result = simulate(net, cuts, QUARTER, last)
    return report_of(result, dataclasses.replace(ASKED, title=title))


def cell(of: Report, name: str, row: str, key: str) -> object:
    [shown] = [
        p.table for s in of.sections for p in s.parts if isinstance(p, Grid) and p.name == name
    ]
    return Quote(shown, row, key).value


def clean(opened: Visit) -> Visit:
    assert opened.requests == [opened.page.url]
    assert (opened.console, opened.errors, opened.dialogs) == ([], [], [])
    return opened


def test_the_tables_say_what_the_simulation_says() -> None:
    # Two stacks each: (100 + 20) / 2 = 60 a quarter; half of the stacks gone: 30.
    found = report(market(), "hbm=50%")

    assert cell(found, "totals", "shipped", "baseline") == pytest.approx(240)
    assert cell(found, "totals", "shipped", "scenario") == pytest.approx(120)
    assert cell(found, "limits", "stack", "scenario_most") == 4
    assert cell(found, "timing", "felt", "value") == "2024Q1"
    assert cell(found, "timing", "fewer", "value") == "120"
    # 360 ordered in the window, and some open before it.
    filled = cell(found, "fairness", "all", "scenario")
    assert filled == cell(found, "totals", "filled", "scenario") == "27%"
    [lead] = [p for p in found.findings[0].lead if not isinstance(p, str)]
    assert lead.text == "−50.0%"


def test_a_baseline_compares_with_nothing() -> None:
    found = report(market())

    assert found.title == "AI accelerators 2024Q1 to 2024Q4: what limits them, and who gets them"
    grids = [p for s in found.sections for p in s.parts if isinstance(p, Grid)]
    for name in ("totals", "limits", "fairness", "buyers"):
        [table] = [g.table for g in grids if g.name == name]
        assert not {"scenario", "change"} & {c.key for c in table.columns}
    assert "timing" not in {g.name for g in grids}


def test_quotes_and_pointers_that_lead_nowhere_are_errors() -> None:
    letters: list[Column[str]] = [Column("a", "A", of=str)]
    quoted = table("t", letters, "xz", by=str)
    assert Quote(quoted, "z", "a").id == "t-1-a"
    with pytest.raises(KeyError, match="t has no row 'y'"):
        Quote(quoted, "y", "a")
    with pytest.raises(KeyError, match="b"):
        Quote(quoted, "z", "b")
    found = report(market(), "hbm=50%")
    astray = dataclasses.replace(found.findings[0], see="nowhere")
    with pytest.raises(KeyError, match="nowhere"):
        report_page(dataclasses.replace(found, findings=(astray,)))
    with pytest.raises(KeyError, match="report-2024"):
        report_page(dataclasses.replace(found, sources={}))


def test_text_from_the_data_stays_text(visit: Visitor) -> None:
    found = report(market(EVIL), "hbm=50%", title=EVIL)
    page = clean(visit(report_page(found))).page

    assert page.inner_text("h1") == f"{EVIL}: what it does to accelerator supply"
    assert page.locator("img").count() == 0
    assert page.locator("#buyers tbody th").first.inner_text() in (f"big {EVIL}", f"small {EVIL}")
    assert page.locator("#sources-table tbody th").first.inner_text() == EVIL
    assert EVIL in (page.locator("svg.sankey").text_content() or "")
    assert EVIL in " ".join(page.locator(".chain title").all_text_contents())


@pytest.mark.parametrize(
    ("before", "kept", "sign"),
    [("", "", "@"), ("\ufeff", "", "＠"), ("\u200b", "\u200b", "@"), ("\x02", r"\x02", "＠")],
)
def test_formulas_are_neutralized_in_downloads(
    visit: Visitor, before: str, kept: str, sign: str
) -> None:
    page = clean(visit(report_page(report(market(f"{before}{sign}SUM(A1)\x1b\u2028x"))))).page
    with page.expect_download() as download:
        page.locator("#sources").get_by_role("button", name="Download CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert f"'{kept}{sign}SUM(A1)\\x1b\\u2028x" in text
    assert not re.search(rf"(^|,)(?!')\W*{sign}", text, re.MULTILINE)


@pytest.mark.parametrize("name", ["極端紫外線露光装置", "جهاز الطباعة الضوئية"])
def test_other_scripts_render(visit: Visitor, name: str) -> None:
    opened = clean(visit(report_page(report(market(name), "hbm=50%"))))

    opened.page.fill("#find", name)
    assert "found" in opened.page.inner_text("#found")
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_two_thousand_commodities_are_counted_not_drawn(visit: Visitor) -> None:
    net = market()
    more = [commodity(f"gas-{n}", stage="materials") for n in range(2_000)]
    wide = assemble(
        [*net.commodities.values(), *more],
        net.organizations.values(),
        net.buyers.values(),
        net.sources.values(),
        net.digest,
    )
    page = clean(visit(report_page(report(wide)))).page

    assert "The 2,003 commodities are too many to draw on a page" in page.inner_text(
        "#stages-caption"
    )
    assert page.inner_text("#stages tbody tr >> nth=0").split() == ["materials", "2,000", "0", "0"]
    assert page.locator("svg.chain, .finder").count() == 0


def test_a_single_quarter_is_drawn(visit: Visitor) -> None:
    found = report(market(), "hbm=50%", last=QUARTER)
    page = clean(visit(report_page(found))).page

    assert cell(found, "limits", "stack", "quarters") == 1
    assert page.locator("#units-by-quarter svg").is_visible()
    assert "in 2024Q1" in page.inner_text(".findings")


def test_nothing_shipped_says_so_and_draws_no_empty_axes(visit: Visitor) -> None:
    found = report(market(wafers={Quarter(2022, 1): 0.0, Quarter(2030, 1): 1.0}))
    page = clean(visit(report_page(found))).page

    assert "No accelerator is shipped" in page.inner_text(".findings")
    assert "nothing to draw" in page.inner_text("#capacity")
    assert page.locator("#units-by-quarter, svg.sankey").count() == 0


def test_a_cut_of_nothing_is_not_felt() -> None:
    found = report(market(), "hbm=0%")

    assert cell(found, "timing", "felt", "value") == "never"
    assert cell(found, "totals", "shipped", "change") == 0.0
    texts = [
        "".join(p if isinstance(p, str) else p.text for p in (*f.lead, *f.rest))
        for f in found.findings
    ]
    assert "First felt: never: no quarter ships 0.1% more or less than the baseline." in texts


def test_no_single_point_is_said() -> None:
    net = market()
    second = organization(
        "samsung",
        supply("samsung", "wafer", "KR", draws="fab"),
        capacities=[capacity("samsung", "fab", 90.0)],
    )
    third = organization(
        "intel",
        supply("intel", "wafer", "US", draws="fab"),
        capacities=[capacity("intel", "fab", 90.0)],
    )
    wider = assemble(
        net.commodities.values(), [*net.organizations.values(), second, third], net.buyers.values(),
        net.sources.values(), net.digest,
    )  # fmt: skip
    found = report(wider)

    assert cell(found, "points", "single", "all") == 0
    texts = [
        "".join(p if isinstance(p, str) else p.text for p in (*f.lead, *f.rest))
        for f in found.findings
    ]
    assert any(t.startswith("0 single points of failure: nothing alone stops") for t in texts)


# Allocation


def test_rich_and_poor_under_each_rule_are_those_of_simulate() -> None:
    scenario = simulate(market(), ("hbm=50%",), QUARTER, LAST)
    rules = rules_table(under_each_rule(scenario))
    section = next(s for s in report_of(scenario, ASKED).sections if s.id == "allocation")

    [grid] = [p for p in section.parts if isinstance(p, Grid) and p.name == "rules"]
    assert grid.table.rows == rules.rows
    assert rules_sentence(rules, scenario.allocation.rule) in section.parts

    [alone] = [
        p.table
        for s in report(market()).sections
        for p in s.parts
        if isinstance(p, Grid) and p.name == "rules"
    ]
    assert [c.label for c in alone.columns[:3]] == ["Rule", "Rich", "Poor"]
    assert [row[0] for row in alone.rows] == [row[0] for row in rules.rows]


# Chokepoints and countries


def test_chokepoints_with_what_their_loss_would_cost() -> None:
    scenario = simulate(market(), (), QUARTER, LAST)
    at = quarter_of(scenario)
    exposed = exposures(scenario.network, at, tuple(scenario.network.products), KINDS, 2)
    without = report_of(scenario, ASKED)
    found = report_of(scenario, ASKED, exposed=exposed)

    def single(of: Report) -> Table:
        [section] = [s for s in of.sections if s.id == "chokepoints"]
        [table] = [p.table for p in section.parts if isinstance(p, Grid) and p.name == "single"]
        return table

    def words(of: Report) -> list[str]:
        [section] = [s for s in of.sections if s.id == "chokepoints"]
        return [p for p in section.parts if isinstance(p, str)]

    assert "score" not in {c.key for c in single(without).columns}
    assert "--scores" in words(without)[0]
    assert words(found)[0].startswith("Score: the share, 0 to 100, of the ")
    assert single(found).rows
    for cost in exposed.rows:
        if cost.key in single(found).ids:
            assert single(found).cell(cost.key, "score") == round(cost.score, 1)
            assert single(found).cell(cost.key, "h100e_lost") == cost.h100e
    [reason] = words(report_of(scenario, ASKED, why_not="No score: nothing is known."))
    assert reason == "No score: nothing is known."


def test_countries_say_what_is_lost_and_after_a_tilde_what_nearly() -> None:
    needed = {
        ("AA", "silicon"): Need(1.0, 1.0),
        ("AA", "memory"): Need(0.25, 0.5),
        ("BB", "memory"): Need(0.0, 0.5),
    }
    exact = exact_table(needed)

    assert [c.key for c in exact.columns] == ["country", "silicon", "memory"]
    assert exact.rows == (("AA", 1.0, 0.25), ("BB", None, 0.0))
    assert near_marks(needed) == {("AA", "memory"): "~50%", ("BB", "memory"): "~50%"}


def twins() -> Network:
    """The market with one name for every organization and every commodity."""
    net = market()
    return assemble(
        [dataclasses.replace(c, name="Twin") for c in net.commodities.values()],
        [dataclasses.replace(o, name="Twin") for o in net.organizations.values()],
        net.buyers.values(),
        net.sources.values(),
    )


def test_what_has_one_name_is_not_mixed_up() -> None:
    scenario = simulate(twins(), ("hbm=50%",), QUARTER, LAST)
    net, at = scenario.network, quarter_of(scenario)
    exposed = exposures(net, at, tuple(net.products), KINDS, 2)
    shown = points_tables(net, find_points(net, at), exposed)

    foundry, memory = (EntityId("organization", id_) for id_ in ("tsmc", "hynix"))
    assert shown.single.cell(foundry, "name") == shown.near.cell(memory, "name") == "Twin"
    for points, key in ((shown.single, foundry), (shown.near, memory)):
        cost = exposed.of(key)
        assert cost is not None
        assert points.cell(key, "h100e_lost") == cost.h100e
    assert shown.single.cell(foundry, "h100e_lost") != shown.near.cell(memory, "h100e_lost")
    assert shown.sources[foundry] == ("report-2024",)
    assert shown.sources[memory] == ()

    use, limits = use_table(scenario), limits_table(scenario)
    assert {limit for now in limiting(scenario) for limit in now} == {"stack"}
    assert {row for row, _ in use_marks(scenario)} == {"stack"}
    assert use.cell("wafer", "input") == use.cell("stack", "input") == "Twin"
    assert use.cell("stack", "2024Q4") == pytest.approx(0.5)
    assert limits.cell("stack", "scenario_most") == 4


# The flow of a quarter


def result(*cuts: str) -> Simulation:
    return simulate(market(), cuts, QUARTER, LAST)


def test_the_flow_table_adds_up() -> None:
    shown = result()
    found = flows(shown.network, shown.scenario, shown.allocation, Quarter(2024, 2))

    def sums(column: str, part: str = "units") -> float:
        return sum(float(getattr(f, part)) for f in found if f.column == column)

    for column in ("wafers", "memory", "buyers"):
        assert sums(column) == pytest.approx(60)
    assert sums("memory", "amount") == pytest.approx(120)  # stacks
    by_maker = {f.node: f.units for f in found if f.column == "memory"}
    assert by_maker == {"hynix stack": pytest.approx(50), "micron stack": pytest.approx(10)}
    assert NOBODY not in {f.node for f in found}  # 90 are ordered


def test_bands_keep_their_order_and_their_sum() -> None:
    shown = result()
    found = flows(shown.network, shown.scenario, shown.allocation, Quarter(2024, 2))
    kept = {
        "wafers": ["tsmc wafer"],
        "memory": ["hynix stack", "micron stack"],
        "accelerators": ["gpu"],
        "buyers": ["big"],
    }
    table = bands(found, {"big": "Big", "gpu": "GPU"}, kept)

    assert [(b.source, b.target) for b in table] == [
        ("tsmc wafer", "GPU"),
        ("hynix stack", "GPU"),
        ("micron stack", "GPU"),
        ("GPU", "Big"),
        ("GPU", "other buyers"),
    ]
    assert sum(b.units for b in table if b.column != "buyers") == pytest.approx(60)
    assert sum(b.units for b in table if b.column == "buyers") == pytest.approx(60)
    picture = sankey(table, {"tsmc wafer": "60 wafers"}, "A <flow>")
    assert picture.count("<path") == 5
    assert 'aria-label="A &lt;flow&gt;"' in picture
    # The bars of a column are as high together as those of the next.
    bars = re.findall(r'<rect x="(\d+)" y="[\d.]+" width="\d+"\s*height="([\d.]+)"', picture)
    heights = {x: sum(float(h) for at, h in bars if at == x) for x, _ in bars}
    assert len(heights) == 3
    assert max(heights.values()) - min(heights.values()) < 0.5
    assert sankey((), {}, "nothing") == ""


# One input at a time


def test_inputs_move_the_headline_as_by_hand() -> None:
    # Hynix makes 80 to 110 stacks: (80 + 20) / 2 = 50 or (110 + 20) / 2 = 65 instead of 60.
    shown = result()
    [line] = inputs(shown)
    [row] = moved(shown, [line])

    assert line.key == "hynix.hbm"
    assert line.worth == pytest.approx(4 * 15)
    assert list(line.width) == pytest.approx([-0.2, 0.1])
    assert [row.at_low, row.at_high] == pytest.approx([-1 / 6, 1 / 12])
    # A cut of all stacks by half is half of everything, whatever hynix makes.
    [row] = moved(result("hbm=50%"), [line])
    assert [row.at_low, row.at_high] == pytest.approx([-0.5, -0.5])


# The command


def run(*args: str, **environment: str) -> Result:
    return CliRunner().invoke(_group, ["report", *args], env={"COLUMNS": "100", **environment})


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--hbm-cut", "20"], "--hbm-cut: '20' is ambiguous; write 20% or 0.2"),
        (["--out", "tests"], "--out tests is a folder; name a file in it"),
        (["--out", "nowhere/x.html"], "cannot write nowhere/x.html: No such file or directory"),
        (["--out", "x.pdf"], "--out x.pdf: the ending must be one of .html, .htm"),
        (["--policy", "fair"], "no allocation rule is called 'fair'; there are: "),
        (
            ["--scenario", "hbm-cut-2"],
            "no scenario is called 'hbm-cut-2'; did you mean 'hbm-cut-20'?",
        ),
        (["--from", "2024Q5"], "2024Q5"),
    ],
)
def test_bad_usage_is_one_message(args: list[str], message: str, tmp_path: Path) -> None:
    shown = run("--out", str(tmp_path / "r.html"), *args)

    assert shown.exit_code == 2
    assert message in " ".join(shown.stderr.split())
    assert "Traceback" not in shown.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_date_that_is_none_is_an_error(tmp_path: Path) -> None:
    shown = run("--out", str(tmp_path / "r.html"), SOURCE_DATE_EPOCH="yesterday")

    assert shown.exit_code == 2
    assert "SOURCE_DATE_EPOCH is 'yesterday', not seconds since 1970" in shown.stderr
    assert day_of("0") == datetime.date(1970, 1, 1)


def test_a_folder_or_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="is a folder; name a file in it"):
        write_file(tmp_path, "text")
    old = tmp_path / "report.html"
    old.write_text("old", encoding="utf-8")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(click.UsageError, match=r"cannot write .*: File too large"):
            write_file(old, "x" * 1_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    assert old.read_text(encoding="utf-8") == "old"
