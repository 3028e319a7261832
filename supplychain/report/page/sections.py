"""The sections of the report that show results; each takes tables and gives a section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from supplychain.analyses.tornado import Moved
from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.report.charts.charts import lines_chart, stacked_chart, tornado_chart
from supplychain.report.page import bottlenecks
from supplychain.report.page.flow import flow_parts
from supplychain.report.page.parts import Grid, Part, Picture, Section
from supplychain.report.tables import Cell, Column, Table
from supplychain.simulation import Simulation


def picked(table: Table, keys: Sequence[str], name: str = "") -> Table:
    """The table with only these columns, in this order; keys it does not have are left out."""
    known = [c.key for c in table.columns]
    places = [known.index(key) for key in keys if key in known]
    return replace(
        table,
        name=name or table.name,
        columns=tuple(table.columns[i] for i in places),
        rows=tuple(tuple(row[i] for i in places) for row in table.rows),
    )


def one_result(table: Table, shocked: bool) -> Table:
    """Without the columns that compare, where there is nothing to compare with."""
    if shocked:
        return table
    left_out = ("scenario", "change", "binding_scenario", "scenario_most")
    keys = [c.key for c in table.columns if c.key not in left_out]
    return picked(table, keys)


def timeline_section(use: Table, marks: Mapping[tuple[int, str], str], limits: Table) -> Section:
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
        "In how many quarters each input limits output, by its shadow price; of a scenario, from "
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
    if quarters.rows and any(float(row[1] or 0) > 0 for row in quarters.rows):
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


def sensitivity_section(table: Table, base: float, of: int, variants: Table | None) -> Section:
    """How far the headline moves when one input is at an end of its range.

    Args:
        table: Columns ``input``, ``low``, ``high``, ``at_low``, ``at_high``.
        base: The headline.
        of: Inputs that have a range.
        variants: The headline under other assumptions of production, if they were run.
    """
    parts: list[Part] = []
    if table.rows:
        words = "The headline with one input at a time at the ends of its range"
        parts.append(
            Picture(
                "tornado",
                tornado_chart(table, base, words),
                f"{words}; the line in the middle is the result.",
            )
        )
    parts.append(
        Grid(
            table,
            f"Those {len(table.rows)} of {of} lines with a range worth most by shadow price, all"
            " capacity figures of a line moved together, everything solved again.",
        )
    )
    if variants is not None:
        parts.append(Grid(variants, "The same under other assumptions of production."))
    return Section("sensitivity", "Sensitivity", tuple(parts))


def sensitivity_table(network: Network, moved: Sequence[Moved]) -> Table:
    """The rows of the tornado, widest first."""
    rows: list[tuple[Cell, ...]] = []
    for row in moved:
        organization, _, line = row.input.key.partition(".")
        low, high = row.input.width
        name = f"{network.organizations[organization].name} · {line}"
        rows.append((name, low, high, row.at_low, row.at_high))
    columns = (
        Column("input", "Capacity of"),
        Column("low", "Range, low", "change"),
        Column("high", "Range, high", "change"),
        Column("at_low", "Headline at low", "change"),
        Column("at_high", "Headline at high", "change"),
    )
    none = "None was moved; --sensitivity N says how many are."
    return Table("sensitivity-table", "", columns, tuple(rows), none)
