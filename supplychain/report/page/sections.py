"""The sections of the report that show results; each takes tables and gives a section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supplychain.analyses.tornado import Moved
from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.report.charts.charts import lines_chart, stacked_chart, tornado_chart
from supplychain.report.page import bottlenecks
from supplychain.report.page.flow import flow_parts
from supplychain.report.page.parts import Grid, Part, Picture, Section
from supplychain.report.tables import Column, Columns, Table, table
from supplychain.simulation import Simulation


def one_result(whole: Table, shocked: bool) -> Table:
    """Without the columns that compare, where there is nothing to compare with."""
    if shocked:
        return whole
    left_out = ("scenario", "change", "binding_scenario", "scenario_most")
    return whole.picked(c.key for c in whole.columns if c.key not in left_out)


def timeline_section(use: Table, marks: Mapping[tuple[str, str], str], limits: Table) -> Section:
    """Inputs by quarter, and how often each limits output."""
    grid = Grid(
        use,
        "Share of each input's capacity in use, by quarter; capacity is that before any cut. "
        f"{bottlenecks.FIRST} and a ring: limits output most in the quarter; "
        f"{bottlenecks.ALSO}: limits it too. Colour is only a second cue.",
        heat=tuple(c.key for c in use.columns[1:]),
        marks=marks,
        mark_words={bottlenecks.FIRST: "limits output most", bottlenecks.ALSO: "limits output too"},
    )
    counted = Grid(
        limits,
        "In how many quarters each input keeps planned starts back; of a scenario, from "
        "the first quarter in which it is felt.",
    )
    return Section("timeline", "Bottleneck timeline", (grid, counted))


def comparison_section(
    totals: Table,
    timing: Table,
    quarters: Table,
    products: Table,
    words: Sequence[str],
    shocked: bool,
) -> Section:
    """Totals, when it is felt, output by quarter and product, and why, in words."""
    parts: list[Part] = [
        Grid(totals, "Totals of the window." if not shocked else "Totals of the window, both runs.")
    ]
    if shocked:
        parts.append(Grid(timing, "When the shock is felt and what it costs."))
    if any(row["baseline"] for row in quarters.records()):
        label = "Accelerators shipped by quarter" + (", baseline and scenario" if shocked else "")
        parts.append(Picture("units-by-quarter", lines_chart(quarters, label), f"{label}."))
    parts += words
    parts.append(
        Grid(quarters, "By quarter, and what limits output, most valuable first.", folded=True)
    )
    parts.append(Grid(products, "Units by product", folded=True))
    title = "Scenario vs baseline" if shocked else "Output"
    return Section("comparison", title, tuple(parts))


def capacity_section(result: Simulation, quarter: Quarter) -> Section:
    """Memory and packaging by maker, and the flow of one quarter."""
    parts: list[Part] = []
    for group, what, unit in (
        ("hbm", "HBM", "GB a quarter"),
        ("cowos", "CoWoS", "wafers a quarter"),
    ):
        made, limit = bottlenecks.output_tables(result, group)
        if not made.rows:
            continue
        words = f"{what} made by maker"
        parts.append(
            Picture(
                f"made-{group}-figure",
                stacked_chart(made, limit, words, unit),
                f"{words}; dashed: the capacity of all makers"
                + (" before the cut." if result.shocks else "."),
                half=True,
            )
        )
        parts.append(Grid(made, f"{words}, {unit}", folded=True))
    parts.sort(key=lambda part: isinstance(part, Grid))
    parts += flow_parts(result, quarter)
    if not parts:
        parts = ["No accelerator is shipped, so there is nothing to draw."]
    return Section("capacity", "Capacity and flow", tuple(parts))


def sensitivity_section(moved: Table, base: float, of: int, variants: Table | None) -> Section:
    """How far the headline moves when one input is at an end of its range.

    Args:
        moved: Columns ``input``, ``low``, ``high``, ``at_low``, ``at_high``.
        base: The headline.
        of: Inputs that have a range.
        variants: The headline under other assumptions of production, if they were run.
    """
    parts: list[Part] = []
    if moved.rows:
        words = "The headline with one input at a time at the ends of its range"
        parts.append(
            Picture(
                "tornado",
                tornado_chart(moved, base, words),
                f"{words}; the line in the middle is the result.",
            )
        )
    parts.append(
        Grid(
            moved,
            f"Those {len(moved.rows)} of {of} lines with a range that move most accelerators, all"
            " capacity figures of a line moved together, everything solved again.",
        )
    )
    if variants is not None:
        parts.append(Grid(variants, "The same under other assumptions of production."))
    return Section("sensitivity", "Sensitivity", tuple(parts))


def sensitivity_table(network: Network, moved: Sequence[Moved]) -> Table:
    """The rows of the tornado, widest first."""

    def name(row: Moved) -> str:
        organization, _, line = row.input.key.partition(".")
        return f"{network.organizations[organization].name} · {line}"

    columns: Columns[Moved] = (
        Column("input", "Capacity of", of=name),
        Column("low", "Range, low", "change", of=lambda row: row.input.width[0]),
        Column("high", "Range, high", "change", of=lambda row: row.input.width[1]),
        Column("at_low", "Headline at low", "change"),
        Column("at_high", "Headline at high", "change"),
    )
    none = "None was moved; --sensitivity N says how many are."
    return table("sensitivity-table", columns, moved, empty=none)
