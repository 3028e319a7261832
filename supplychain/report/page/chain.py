"""The dependency graph as a section of the report."""

from __future__ import annotations

from collections.abc import Mapping

from supplychain.model import STAGES, Network
from supplychain.report.graph.svg import svg
from supplychain.report.page.parts import Grid, Picture, Section
from supplychain.report.tables import Cell, Column, Table
from supplychain.risk import Chokepoints

_DRAWN = 600
"""The most commodities that are drawn; more are counted."""


def graph_section(
    network: Network, found: Chokepoints, marks: Mapping[str, str], ranks: Mapping[str, str]
) -> Section:
    """The whole chain, chokepoints marked and numbered as in their table.

    Args:
        network: The data.
        found: For its quarter.
        marks: Commodities that only one can make, with the reason.
        ranks: Commodity to the numbers of the table.
    """
    if len(network.commodities) > _DRAWN:
        return Section("dependency-graph", "Dependency graph", (_stages(network, marks),))
    label = f"Dependency graph of {len(network.commodities)} commodities, chokepoints of {found.at}"
    picture = Picture(
        "graph",
        svg(network, marks, label, badges=ranks),
        "Left to right: what is needed for what; the thickest links stop output at once. "
        "◆ and a red border: only one organization or country can make it; the number is that of "
        "the table. Choose a node (mouse, or Tab and Enter) to trace what it needs and what needs "
        "it; Esc shows all.",
        graph=True,
    )
    return Section("dependency-graph", "Dependency graph", (picture,), wide=True)


def _stages(network: Network, marks: Mapping[str, str]) -> Grid:
    """What each stage has, where all commodities are too many to draw."""
    count = {stage: [0, 0, 0] for stage in STAGES}
    for commodity in network.commodities.values():
        counts = count[commodity.stage]
        counts[0] += 1
        counts[1] += len(commodity.needs)
        counts[2] += commodity.id in marks
    rows: tuple[tuple[Cell, ...], ...] = tuple((stage, *n) for stage, n in count.items() if n[0])
    columns = (
        Column("stage", "Stage"),
        Column("commodities", "Commodities", "number"),
        Column("needs", "Needs", "number"),
        Column("chokepoints", "Chokepoints", "number"),
    )
    caption = (
        f"The {len(network.commodities):,} commodities are too many to draw on a page, so they are "
        "counted by stage; supplychain graph shows them."
    )
    return Grid(Table("stages", "", columns, rows), caption)
