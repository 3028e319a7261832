"""Who loses in a scenario: rich and poor under each rule, countries, and fleets that stay small."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from supplychain.allocation import RICH_H100E, RULES, Allocation
from supplychain.allocation.market import side_by_side
from supplychain.allocation.measures import fairness, grouped
from supplychain.report.tables import Cell, Column, Table, show
from supplychain.report.ties import both, least, most
from supplychain.simulation import Simulation, change

SHOWN_COUNTRIES = 8
"""Countries in the terminal table; all are in JSON."""

Pairs = Mapping[str, tuple[Allocation, Allocation]]
"""Allocations of the baseline and of the scenario, by rule."""


def under_each_rule(result: Simulation) -> Pairs:
    """The window's deliveries under every rule, without and with the shocks."""
    before, after = result.markets
    return {rule: side_by_side(before, after, rule) for rule in RULES}


def rules_table(pairs: Pairs) -> Table:
    """What rich and poor buyers get under each rule."""
    rows: list[tuple[Cell, ...]] = []
    for rule, (before, after) in pairs.items():
        tiers = grouped(before.buyers, "tier", [before.units(), after.units()])
        cells: list[Cell] = [rule]
        for tier in ("rich", "poor"):
            old, new = tiers.get(tier, (0.0, 0.0))
            cells += [old, new, change(old, new)]
        ginis = [fairness(one).gini_fill for one in (before, after)]
        shown = (None if g is None else f"{g:.2f}" for g in ginis)
        rows.append((*cells, fairness(after).poor, *shown))
    columns = [Column("rule", "Rule")]
    for tier in ("rich", "poor"):
        name = tier.title()
        columns.append(Column(f"{tier}_baseline", f"{name} before", "units", priority=3))
        columns.append(Column(f"{tier}_scenario", f"{name} after", "units", priority=2))
        columns.append(Column(f"{tier}_change", f"{name} change", "change"))
    columns.append(Column("poor_share", "Poor's share", "share", priority=4))
    columns.append(Column("gini_baseline", "Gini of fill", "number", priority=5))
    columns.append(Column("gini_scenario", "after", "number", priority=5))
    title = "Rich and poor under each rule"
    return Table("rules", title, tuple(columns), tuple(rows))


def rules_sentence(table: Table, rule: str) -> str:
    """What the rule does to rich and poor, and where the poor lose most and least.

    Every number is a cell of :func:`rules_table`.
    """
    at = {c.key: i for i, c in enumerate(table.columns)}
    rich = {str(row[0]): row[at["rich_change"]] for row in table.rows}
    poor = {str(row[0]): row[at["poor_change"]] for row in table.rows}
    known = {r: float(x) for r, x in poor.items() if isinstance(x, float)}
    text = f"Under {rule} the rich {_loss(rich[rule])} and the poor {_loss(poor[rule])}"
    if not known or len({show(x, "change") for x in known.values()}) == 1:
        return f"{text}; no other rule changes what the poor get."
    worst, best = least(known), most(known)
    return (
        f"{text}; the poor fare worst under {both(worst)}, where they {_loss(known[worst[0]])}, "
        f"and best under {both(best)}, where they {_loss(known[best[0]])}."
    )


def _loss(share: Cell) -> str:
    """A cell of changes as a verb: ``lose 5.3%``."""
    text = show(share, "change")
    if text in ("0.0%", "–"):
        return "lose nothing"
    return f"{'gain' if text[0] == '+' else 'lose'} {text[1:]}"


def countries_table(result: Simulation, shown: int | None) -> Table:
    """Deliveries by the buyers' country, most units lost first."""
    before, after = result.baseline_allocation, result.allocation
    values = [before.units(), after.units(), after.served(), after.asked()]
    rows: list[tuple[Cell, ...]] = [
        (country, old, new, change(old, new), served / asked if asked > 0 else None)
        for country, (old, new, served, asked) in grouped(after.buyers, "country", values).items()
        if max(asked, old, new) > 0
    ]
    rows.sort(key=lambda row: (float(row[2] or 0) - float(row[1] or 0), str(row[0])))
    columns = (
        Column("country", "Country"),
        Column("baseline", "Baseline", "units"),
        Column("scenario", "Scenario", "units"),
        Column("change", "Change", "change"),
        Column("filled", "Filled", "share", priority=1),
    )
    title = "Who loses, by country"
    if shown is not None and len(rows) > shown:
        title += f" ({shown} of {len(rows)}; all with --format json)"
    return Table("countries", title, columns, tuple(rows[:shown]), "no buyer has orders")


def fleets_table(result: Simulation) -> Table:
    """Buyers whose fleet becomes rich at another time than in the baseline."""
    fleets = [market.fleets(market.deliveries(result.allocation.rule)) for market in result.markets]
    h100e = [f.total(m.network, "h100e") for f, m in zip(fleets, result.markets, strict=True)]
    rich = [f.rich(m.network) for f, m in zip(fleets, result.markets, strict=True)]
    quarters = [str(q) for q in result.quarters]
    rows: list[tuple[Cell, ...]] = []
    for i, buyer in enumerate(fleets[0].buyers):
        first = [_first(quarters, one[i]) for one in rich]
        if first[0] != first[1]:
            old, new = (float(x[i, -1]) / buyer.count for x in h100e)
            rows.append((buyer.name, old, new, change(old, new), *first))
    columns = (
        Column("buyer", "Buyer"),
        Column("baseline", "Baseline, H100e", "units", priority=3),
        Column("scenario", "Scenario", "units", priority=2),
        Column("change", "Change", "change", priority=1),
        Column("rich_baseline", "Rich from"),
        Column("rich_scenario", "in scenario"),
    )
    title = f"Who reaches a fleet of {RICH_H100E:,.0f} H100e at another time, fleets at the end"
    return Table("fleets", title, columns, tuple(rows), "nobody")


def _first(quarters: list[str], rich: np.ndarray) -> str:
    hits = np.flatnonzero(rich)
    return quarters[hits[0]] if len(hits) else "not by then"
