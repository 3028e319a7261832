"""The dependency graph as a section of the report."""

from __future__ import annotations

from collections.abc import Mapping

from supplychain.model import STAGES, Commodity, Network
from supplychain.report.graph.svg import svg
from supplychain.report.page.parts import Grid, Picture, Section
from supplychain.report.tables import Column, Columns, table
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
    made: dict[str, list[Commodity]] = {stage: [] for stage in STAGES}
    for commodity in network.commodities.values():
        made[commodity.stage].append(commodity)
    columns: Columns[str] = (
        Column("stage", "Stage", of=str),
        Column("commodities", "Commodities", "number", of=lambda stage: len(made[stage])),
        Column("needs", "Needs", "number", of=lambda stage: sum(len(c.needs) for c in made[stage])),
        Column("chokepoints", "Chokepoints", "number",
               of=lambda stage: sum(c.id in marks for c in made[stage])),
    )  # fmt: skip
    caption = (
        f"The {len(network.commodities):,} commodities are too many to draw on a page, so they are "
        "counted by stage; supplychain graph shows them."
    )
    return Grid(table("stages", columns, [stage for stage in STAGES if made[stage]]), caption)
