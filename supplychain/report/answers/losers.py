"""Who loses in a scenario: rich and poor under each rule, countries, and fleets that stay small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from supplychain.allocation import RULES, Allocation, rich_fleet
from supplychain.allocation.market import side_by_side
from supplychain.allocation.measures import fairness, grouped
from supplychain.report.answers.pairs import Pair, pair_columns
from supplychain.report.tables import Cell, Column, Columns, Table, show, table
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
    rows: list[dict[str, Cell]] = []
    for rule, (before, after) in pairs.items():
        tiers = grouped(before.buyers, "tier", [before.units(), after.units()])
        row: dict[str, Cell] = {"rule": rule, "poor_share": fairness(after).poor}
        for tier in ("rich", "poor"):
            old, new = tiers.get(tier, (0.0, 0.0))
            row |= {f"{tier}_baseline": old, f"{tier}_scenario": new}
            row[f"{tier}_change"] = change(old, new)
        for run, one in (("baseline", before), ("scenario", after)):
            gini = fairness(one).gini_fill
            row[f"gini_{run}"] = None if gini is None else f"{gini:.2f}"
        rows.append(row)
    columns: list[Column[dict[str, Cell]]] = [Column("rule", "Rule")]
    for tier in ("rich", "poor"):
        name = tier.title()
        columns.append(Column(f"{tier}_baseline", f"{name} before", "units", priority=3))
        columns.append(Column(f"{tier}_scenario", f"{name} after", "units", priority=2))
        columns.append(Column(f"{tier}_change", f"{name} change", "change"))
    columns.append(Column("poor_share", "Poor's share", "share", priority=4))
    columns.append(Column("gini_baseline", "Gini of fill", "number", priority=5))
    columns.append(Column("gini_scenario", "after", "number", priority=5))
    return table("rules", columns, rows, "Rich and poor under each rule", by=lambda r: r["rule"])


def rules_sentence(rules: Table, rule: str) -> str:
    """What the rule does to rich and poor, and where the poor lose most and least.

    Every number is a cell of :func:`rules_table`.
    """
    poor = {str(row["rule"]): row["poor_change"] for row in rules.records()}
    known = {r: x for r, x in poor.items() if isinstance(x, float)}
    rich = rules.cell(rule, "rich_change")
    text = f"Under {rule} the rich {_loss(rich)} and the poor {_loss(poor[rule])}"
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


@dataclass(frozen=True, slots=True)
class _Country(Pair):
    """Deliveries to a country's buyers; ``filled``: of what they ask for."""

    filled: float | None


def countries_table(result: Simulation, shown: int | None) -> Table:
    """Deliveries by the buyers' country, most units lost first."""
    before, after = result.baseline_allocation, result.allocation
    values = [before.units(), after.units(), after.served(), after.asked()]
    rows = [
        _Country(country, country, old, new, served / asked if asked > 0 else None)
        for country, (old, new, served, asked) in grouped(after.buyers, "country", values).items()
        if max(asked, old, new) > 0
    ]
    rows.sort(key=lambda row: (row.after - row.before, row.id))
    columns: Columns[_Country] = (
        *pair_columns("country", "Country"),
        Column("filled", "Filled", "share", priority=1),
    )
    return table(
        "countries", columns, rows, "Who loses, by country", "no buyer has orders",
        most=shown, more="; all with --format json",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Fleet(Pair):
    """H100 equivalents of each buyer at the end, and the quarter from which it is rich."""

    rich_baseline: str
    rich_scenario: str


def fleets_table(result: Simulation) -> Table:
    """Buyers whose fleet becomes rich at another time than in the baseline."""
    fleets = [market.fleets(market.deliveries(result.allocation.rule)) for market in result.markets]
    h100e = [f.total(m.network, "h100e") for f, m in zip(fleets, result.markets, strict=True)]
    rich = [f.rich(m.network) for f, m in zip(fleets, result.markets, strict=True)]
    quarters = [str(q) for q in result.quarters]
    rows = []
    for i, buyer in enumerate(fleets[0].buyers):
        first = [_first(quarters, one[i]) for one in rich]
        if first[0] != first[1]:
            old, new = (float(x[i, -1]) / buyer.count for x in h100e)
            rows.append(_Fleet(buyer.id, buyer.name, old, new, *first))
    columns: Columns[_Fleet] = (
        Column("buyer", "Buyer", of=lambda row: row.name),
        Column("baseline", "Baseline, H100e", "units", priority=3, of=lambda row: row.before),
        Column("scenario", "Scenario", "units", priority=2, of=lambda row: row.after),
        Column("change", "Change", "change", priority=1),
        Column("rich_baseline", "Rich from"),
        Column("rich_scenario", "in scenario"),
    )
    enough = rich_fleet(result.network)
    title = f"Who reaches a fleet of {enough:,.0f} H100e at another time, fleets at the end"
    return table("fleets", columns, rows, title, "nobody")


def _first(quarters: list[str], rich: np.ndarray) -> str:
    hits = np.flatnonzero(rich)
    return quarters[hits[0]] if len(hits) else "not by then"
