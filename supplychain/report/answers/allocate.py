"""The answer of ``allocate``: allocation rules side by side on one production result."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from supplychain.allocation import Allocation, rich_fleet
from supplychain.allocation.market import Market
from supplychain.allocation.measures import fairness, unknown_orders
from supplychain.model import Buyer
from supplychain.model.quarters import WEEKS_PER_QUARTER
from supplychain.report.tables import (
    Column,
    Columns,
    Document,
    Kind,
    Table,
    compact,
    show,
    table,
)
from supplychain.report.ties import both, least, most

SHOWN = 15
"""Buyers in the terminal table; all are in JSON and CSV."""

DUST = 1e-6
"""Units below which an amount is the rest of a subtraction."""

ALIKE = 0.005
"""A buyer is best off under a rule that gives it more than this above the least generous one."""

MEASURES: tuple[tuple[str, str, Kind], ...] = (
    ("unmet", "Orders open at the end", "units"),
    ("poor", "Share of the poor", "share"),
    ("five", "Share of the largest five", "share"),
    ("smallest_fill", "Smallest fill rate", "share"),
    ("gini_fill", "Gini of fill rates", "number"),
    ("jain_fill", "Jain index of fill rates", "number"),
    ("gini_units", "Gini of units", "number"),
    ("hhi", "HHI of units", "number"),
    ("backlog_weeks", "Backlog, weeks", "number"),
    ("lead_weeks", "Waited on average, weeks", "number"),
)
"""Rows of the table of measures, by attribute of :class:`Fairness`."""

Results = Mapping[str, Allocation]
"""Allocations in the window, by rule."""


def allocation_document(
    market: Market, results: Results, what: str, buyer: str | None = None
) -> Document:
    """Buyers by rule, measures by rule, and under which rule each is best off.

    Args:
        market: What was shared out.
        results: By rule, in the order asked for; of the window.
        what: The production result in words.
        buyer: Id of a buyer to look at alone.
    """
    first = next(iter(results.values()))
    made = sum(float(u[-len(first.quarters) :].sum()) for u in market.units.values())
    unknown = unknown_orders(first)
    parts: list[Table | str] = []
    if buyer is None:
        parts += [
            buyers_table(results, SHOWN),
            "Filled: of what was ordered in the window or still open before it, which differs a "
            "little from rule to rule.",
            measures_table(market, results),
            *(best_sentences(results) if first.known.any() else ()),
        ]
    else:
        parts += [one_buyer_table(market, results, buyer), *one_buyer_sentences(results, buyer)]
    return Document(
        schema="supplychain/allocate/1",
        meta={
            "data": market.network.digest,
            "quarters": [str(q) for q in first.quarters],
            "policies": list(results),
            "supply": made,
            "doubts": [f"{unknown}."] if unknown else [],
        },
        head=_head(market, first, made, what),
        parts=tuple(parts),
        flat=flat_table(results),
        records={
            "by_tier": measures_by(results, "tier"),
            "by_country": measures_by(results, "country"),
            "all_buyers": buyers_table(results, None).records(),
        },
    )


def _head(market: Market, first: Allocation, made: float, what: str) -> tuple[tuple[str, str], ...]:
    """What is shared out, who asks for how much of it, and what is not known of that."""
    quarters = f"{first.quarters[0]} to {first.quarters[-1]}"
    free = [p in market.as_ordered for p in first.products]
    more = float(first.delivered[:, free].sum())
    beside = f", and {compact(more)} of other kinds as ordered" if more > 0.5 else ""
    unknown, some = unknown_orders(first), bool(first.known.any())
    return (
        ("Allocation", f"{compact(made)} accelerators{beside} · {quarters} · {what}"),
        *((("Not known", f"{unknown}."),) if unknown else ()),
        (
            "Orders",
            f"{compact(float(first.ordered().sum())) if some else 'not known, of'} "
            f"{'placed by ' if some else ''}{len(first.buyers)} buyers",
        ),
        ("Data", market.network.digest[:8]),
    )


def best_rules(results: Results) -> dict[str, str | None]:
    """The rule that gives each buyer most; ``None`` where rules hardly differ for it.

    Rules that give it the same are named together, ``priority, price``.
    """
    best: dict[str, str | None] = {}
    units = {rule: result.by_buyer() for rule, result in results.items()}
    for buyer in next(iter(results.values())).buyers:
        amounts = {rule: by_buyer[buyer.id] for rule, by_buyer in units.items()}
        highest = max(amounts.values())
        alike = highest - min(amounts.values()) <= ALIKE * highest
        best[buyer.id] = None if alike else ", ".join(most(amounts))
    return best


def buyers_table(results: Results, shown: int | None) -> Table:
    """Units and fill rate of every buyer under every rule, the largest orders first."""
    first = next(iter(results.values()))
    ids = [b.id for b in first.buyers]
    asked = dict(zip(ids, first.asked().tolist(), strict=True))
    ordered = dict(zip(ids, first.ordered().tolist(), strict=True))
    known, best = first.orders_known(), best_rules(results)
    units = {rule: result.by_buyer() for rule, result in results.items()}

    def under(rule: str, priority: int) -> tuple[Column[Buyer], Column[Buyer]]:
        given, fills = units[rule], results[rule].fill_rates()
        return (
            Column(f"{rule}_units", rule, "units", priority=priority, of=lambda b: given[b.id]),
            Column(
                f"{rule}_filled", "filled", "share", priority=priority + 1,
                of=lambda b: fills[b.id],
            ),
        )  # fmt: skip

    columns: list[Column[Buyer]] = [
        Column("buyer", "Buyer", of=lambda b: b.name),
        Column("tier", "Tier", priority=1),
        Column("asked", "Orders", "units", of=lambda b: known[b.id]),
        *(c for n, rule in enumerate(results) for c in under(rule, 1 + 2 * (n > 2))),
        Column("best", "Best under", priority=2, of=lambda b: best[b.id] or "alike"),
    ]
    rows = [
        b
        for b in sorted(first.buyers, key=lambda b: (-ordered[b.id], b.id))
        if max(asked[b.id], *(given[b.id] for given in units.values())) > DUST
    ]
    return table(
        "buyers", columns, rows, "Units by rule", "no buyer has orders",
        most=shown, more=" buyers; all with --format json",
    )  # fmt: skip


def measures_table(market: Market, results: Results) -> Table:
    """How even and how late, by rule."""
    found = {rule: fairness(result) for rule, result in results.items()}
    rows: list[dict[str, str]] = [
        {"measure": label} | {r: _cell(getattr(one, name), kind) for r, one in found.items()}
        for name, label, kind in MEASURES
    ]
    rows += [
        {"measure": f"Orders of the {tier} filled"}
        | {rule: _filled(result, tier) for rule, result in results.items()}
        for tier in ("rich", "poor")
    ]
    if any(r.price is not None for r in results.values()):
        prices = {rule: _price(market, result) for rule, result in results.items()}
        cells = {rule: _cell(price, "number") for rule, price in prices.items()}
        rows.append({"measure": "Clearing price, US$ per H100e"} | cells)
    columns: list[Column[dict[str, str]]] = [Column("measure", "")]
    columns += [Column(rule, rule, "number", priority=n > 2) for n, rule in enumerate(results)]
    return table("measures", columns, rows, "How even, and how late")


def _cell(value: float | None, kind: Kind) -> str:
    if value is not None and kind == "number" and value < 1.5:
        return f"{value:.2f}"
    if value is not None and kind == "number" and value < 99.5:
        return f"{value:.1f}"
    return show(value, kind)


def _price(market: Market, result: Allocation) -> float | None:
    """Mean over the quarters of the dearest product's price, those made for China left out."""
    if result.price is None:
        return None
    groups = [market.network.commodities[p].groups for p in result.products]
    open_to_all = [j for j, names in enumerate(groups) if "china-variant" not in names]
    return float(result.price[open_to_all].max(axis=0).mean())


def _filled(result: Allocation, tier: str) -> str:
    found = fairness(result, np.array([b.tier == tier for b in result.buyers], dtype=bool))
    return show(found.served / found.asked if found.asked > 0 else None, "share")


def measures_by(results: Results, by: str) -> dict[str, dict[str, dict[str, float | None]]]:
    """All measures by rule, among the buyers of each ``tier`` or ``country``."""
    buyers = next(iter(results.values())).buyers
    names = [str(getattr(buyer, by)) for buyer in buyers]
    masks = {name: np.array([n == name for n in names]) for name in sorted(set(names))}
    return {
        rule: {name: dataclasses.asdict(fairness(result, mask)) for name, mask in masks.items()}
        for rule, result in results.items()
    }


def best_sentences(results: Results) -> list[str]:
    """How many buyers are best off under which rule, counted from the table of buyers."""
    if len(results) < 2:
        return []
    counts = Counter(str(row["best"]) for row in buyers_table(results, None).records())
    alike = counts.pop("alike", 0)
    said = [
        f"{n} {'buyer' if n == 1 else 'buyers'} under {both(tuple(rules.split(', ')))}"
        for rules, n in counts.most_common()
    ]
    if alike:
        said.append(f"{alike} get the same under all, within {ALIKE:.1%}")
    return [f"Best off: {'; '.join(said)}."]


def one_buyer_table(market: Market, results: Results, buyer: str) -> Table:
    """One buyer under every rule."""
    rows: list[dict[str, Any]] = []
    enough = rich_fleet(market.network)
    for rule, result in results.items():
        i = next(n for n, b in enumerate(result.buyers) if b.id == buyer)
        last = float(result.delivered[i, :, -1].sum())
        open_ = float(result.backlog[i, -1])
        fleet = market.fleets(market.deliveries(rule))
        row = next(n for n, b in enumerate(fleet.buyers) if b.id == buyer)
        h100e = fleet.total(market.network, "h100e")[row]
        rich = (str(q) for q, x in zip(fleet.quarters, h100e, strict=True) if x >= enough)
        rows.append(
            {
                "rule": rule,
                "units": result.by_buyer()[buyer],
                "filled": result.fill_rates()[buyer],
                "backlog": open_,
                "backlog_weeks": open_ / last * WEEKS_PER_QUARTER if last > 0 else None,
                "fleet": float(h100e[-1]),
                "rich_from": next(rich, "not by then"),
            }
        )
    rows.sort(key=lambda row: -float(f"{row['units']:.9g}"))
    columns: Columns[dict[str, Any]] = (
        Column("rule", "Rule"),
        Column("units", "Units", "units"),
        Column("filled", "Filled", "share"),
        Column("backlog", "Open at the end", "units", priority=2),
        Column("backlog_weeks", "Weeks", "number", priority=1),
        Column("fleet", "Fleet, H100e", "units"),
        Column("rich_from", f"{enough:,.0f} H100e from", priority=3),
    )
    name = market.network.buyers[buyer].name
    return table("buyer", columns, rows, f"{name} under each rule, best first")


def one_buyer_sentences(results: Results, buyer: str) -> list[str]:
    """Under which rule the buyer is best and worst off."""
    units = {rule: result.by_buyer()[buyer] for rule, result in results.items()}
    best, worst = most(units), least(units)
    highest, lowest = units[best[0]], units[worst[0]]
    name = next(b.name for b in next(iter(results.values())).buyers if b.id == buyer)
    if highest < 0.5:
        return [f"{name} gets no accelerator under any rule."]
    if highest - lowest <= ALIKE * highest:
        return [f"{name} gets the same under every rule, within {ALIKE:.1%}."]
    return [
        f"{name} is best off under {both(best)} ({compact(highest)}) and worst off under "
        f"{both(worst)} ({compact(lowest)})."
    ]


def flat_table(results: Results) -> Table:
    """One row per rule, buyer and quarter."""
    rows = [
        {
            "rule": rule,
            "buyer": buyer.id,
            "tier": buyer.tier,
            "country": buyer.country,
            "quarter": str(quarter),
            "orders": float(result.orders[i, t]) if result.known[i, t] else None,
            "delivered": float(result.delivered[i, :, t].sum()),
            "backlog": float(result.backlog[i, t]),
        }
        for rule, result in results.items()
        for i, buyer in enumerate(result.buyers)
        for t, quarter in enumerate(result.quarters)
    ]
    columns: Columns[dict[str, Any]] = (
        Column("rule", "Rule"),
        Column("buyer", "Buyer"),
        Column("tier", "Tier"),
        Column("country", "Country"),
        Column("quarter", "Quarter"),
        Column("orders", "Orders", "units"),
        Column("delivered", "Delivered", "units"),
        Column("backlog", "Backlog", "units"),
    )
    return table("flat", columns, rows)
