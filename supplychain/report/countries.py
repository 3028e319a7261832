"""Which country's plants make how much of what each stage puts out."""

from __future__ import annotations

from collections import defaultdict

from supplychain.model import STAGES, Network
from supplychain.quarters import Quarter
from supplychain.report.tables import Cell, Column, Table
from supplychain.shares import shares_of

ALARM = 0.65
"""More than this in one country is marked; SIA and BCG (2021) count regions above it."""


def country_table(network: Network, at: Quarter, most: int = 10) -> Table:
    """Country x stage: the mean, over the stage's commodities, of the share its plants make.

    Countries with the largest share of any stage first; the rest are left out.
    """
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    counts: dict[str, int] = defaultdict(int)
    for commodity in network.commodities.values():
        supplies = [s for s in network.makers(commodity.id) if s.active(at)]
        if not supplies:
            continue
        counts[commodity.stage] += 1
        for supply, share in zip(supplies, shares_of(network, supplies, at)[0], strict=True):
            sums[supply.country][commodity.stage] += share
    stages = [stage for stage in STAGES if counts[stage]]
    rows: list[tuple[Cell, ...]] = [
        (country, *(by_stage[stage] / counts[stage] for stage in stages))
        for country, by_stage in sums.items()
    ]
    rows.sort(key=lambda row: (-sum(float(share or 0) for share in row[1:]), str(row[0])))
    columns = (
        Column("country", "Country"),
        *(Column(stage, stage.capitalize(), "share") for stage in stages),
    )
    return Table("countries", "", columns, tuple(rows[:most]), "No commodity has a maker.")
