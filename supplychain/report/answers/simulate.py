"""The answer of ``simulate`` as tables and sentences, all computed from the result they show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from supplychain.allocation.measures import unknown_orders
from supplychain.analyses.sensitivity import Variant, change_of, one_at_a_time, widest_estimates
from supplychain.model import Figure
from supplychain.production.quantities import totals
from supplychain.production.result import Production
from supplychain.production.systems import installed
from supplychain.report.answers.losers import (
    SHOWN_COUNTRIES,
    countries_table,
    fleets_table,
    rules_sentence,
    rules_table,
    under_each_rule,
)
from supplychain.report.answers.pairs import Pair, pair_columns
from supplychain.report.answers.sentences import sentences
from supplychain.report.answers.simulate_records import production_records
from supplychain.report.tables import Cell, Column, Columns, Document, Table, compact, show, table
from supplychain.simulation import Simulation, change

COUNTED = {
    "h100e": "H100 equivalents",
    "site_mw": "Power at their sites, MW",
    "revenue_usd": "Revenue, US$",
}
"""Rows of the table of totals beside units, by quantity."""

USED = {"hbm": "HBM used, GB", "cowos": "CoWoS wafers used", "logic-wafer": "Logic wafers used"}
"""Further rows, by group of inputs."""

SHOWN_BUYERS = 10
"""Buyers in the terminal table; all are in JSON and CSV."""


def simulation_document(
    result: Simulation,
    others: tuple[Variant, ...] = (),
    sensitivity: Table | None = None,
) -> Document:
    """Totals, products, quarters, buyers, and why the loss is what it is.

    Args:
        result: What to show.
        others: The same under other assumptions, the result's own first.
        sensitivity: How the headline moves with single figures, if that was asked for.
    """
    parts: list[Table | str] = [
        totals_table(result),
        products_table(result),
        quarters_table(result),
        buyers_table(result, SHOWN_BUYERS),
    ]
    parts += _beside(result)
    if result.shocks:
        rules = rules_table(under_each_rule(result))
        parts += [
            countries_table(result, SHOWN_COUNTRIES),
            fleets_table(result),
            rules,
            rules_sentence(rules, result.allocation.rule),
        ]
    if sensitivity is not None:
        parts.append(sensitivity)
    if others:
        parts.append(variants_table(result, others))
    parts += sentences(result, others)
    return Document(
        schema="supplychain/simulate/1",
        meta=_meta(result),
        head=_head(result),
        parts=tuple(parts),
        flat=flat_table(result),
        records={
            **production_records(result),
            "all_countries": countries_table(result, None).records(),
            "all_buyers": buyers_table(result, None).records(),
        },
    )


def _head(result: Simulation) -> tuple[tuple[str, str], ...]:
    """What is cut and assumed, on which data, and what is not known."""
    quarters = result.quarters
    scenario = "; ".join(map(str, result.shocks)) or "baseline, nothing is cut"
    network = result.network
    head: tuple[tuple[str, str], ...] = (
        ("Scenario", f"{scenario} · {quarters[0]} to {quarters[-1]}"),
        (
            "Data",
            f"{network.digest[:8]} · {len(network.commodities)} commodities, "
            f"{len(network.organizations)} organizations, {len(network.buyers)} buyers · "
            f"allocation {result.allocation.rule}",
        ),
    )
    if result.assume:
        replaced = ", ".join(f"{name} = {value:,g}" for name, value in result.assume.items())
        head = (*head, ("Assumed", f"{replaced}, in the baseline too"))
    return (*head, *(("Not known", doubt) for doubt in doubts(result)))


def _meta(result: Simulation) -> dict[str, object]:
    """What was asked, for programs."""
    quarters = result.quarters
    return {
        "data": result.network.digest,
        "shocks": list(map(str, result.shocks)),
        "assume": dict(result.assume),
        "cuts": [
            {
                "target": c.target,
                "share": c.share,
                "first": str(c.first or quarters[0]),
                "last": str(c.last or quarters[-1]),
            }
            for c in result.cuts
        ],
        "quarters": [str(q) for q in quarters],
        "policy": result.allocation.rule,
        "left_out": dict(result.baseline.plan.left_out),
        "doubts": doubts(result),
    }


def doubts(result: Simulation) -> list[str]:
    """What is not known and bears on the answer, each as a sentence."""
    unknown = unknown_orders(result.allocation)
    return [f"{unknown}."] if unknown else []


def _beside(result: Simulation) -> list[str]:
    """What buyers get that no booked line limits."""
    allocation = result.baseline_allocation
    free = [p in result.markets[0].as_ordered for p in allocation.products]
    more = float(allocation.delivered[:, free].sum())
    if more < 0.5:
        return []
    return [
        f"Deliveries hold {compact(more)} accelerators more than are shipped above: of kinds that "
        "no booked packaging limits, delivered as ordered."
    ]


def totals_table(result: Simulation) -> Table:
    """Accelerators, H100 equivalents, inputs used and orders filled over the window."""
    rows: list[dict[str, Cell]] = []

    def add(id_: str, label: str, before: float, after: float) -> None:
        by = change(before, after)
        rows.append(
            {"id": id_, "measure": label, "baseline": before, "scenario": after, "change": by}
        )

    add("shipped", "Accelerators shipped", result.baseline.total(), result.scenario.total())
    before, after = (
        sum(float(units.sum()) for units in installed(result.network, p).values())
        for p in (result.baseline, result.scenario)
    )
    add("installed", "Accelerators installed", before, after)
    counted = totals(result.network, result.baseline), totals(result.network, result.scenario)
    for quantity, label in COUNTED.items():
        (before, known), (after, _) = (c[quantity] for c in counted)
        if before > 0:
            part = f" (known for {known:.0%})" if known < 0.995 else ""
            add(quantity, label + part, before, after)
    for group, label in USED.items():
        members = set(result.network.groups.get(group, ()))
        before, after = _used(result.baseline, members), _used(result.scenario, members)
        if before > 0:
            add(group, label, before, after)
    both = result.baseline_allocation, result.allocation
    ordered = [float(a.asked().sum()) for a in both]
    if min(ordered) > 0:
        shares = (float(a.served().sum()) / o for a, o in zip(both, ordered, strict=True))
        old, new = (show(share, "share") for share in shares)
        filled: dict[str, Cell] = {"id": "filled", "measure": "Orders filled", "change": None}
        rows.append({**filled, "baseline": old, "scenario": new})
    columns: Columns[dict[str, Cell]] = (
        Column("measure", ""),
        Column("baseline", "Baseline", "units"),
        Column("scenario", "Scenario", "units"),
        Column("change", "Change", "change"),
    )
    return table("totals", columns, rows, by=lambda row: row["id"])


def _used(production: Production, commodities: set[str]) -> float:
    """Units of the commodities that products took in over the window."""
    first, last = production.window
    makers = {i for i, s in enumerate(production.plan.supplies) if s.commodity in commodities}
    rows = [r for r, (_, sender) in enumerate(production.pairs) if sender in makers]
    return float(production.use[rows, first : last + 1].sum())


@dataclass(frozen=True, slots=True)
class _Product(Pair):
    """Units of a product over the window."""

    designer: str


def products_table(result: Simulation) -> Table:
    """Units over the window by product, those never shipped left out."""
    plan, network = result.baseline.plan, result.network
    rows = []
    for p, (before, after) in result.totals().items():
        if max(before, after) >= 0.5:
            designer = network.organizations[plan.supplies[plan.products[p]].organization].name
            rows.append(_Product(p, network.commodities[p].name, before, after, designer))
    rows.sort(key=lambda r: (r.designer, r.name))
    name, *others = pair_columns("product", "Product")
    columns: Columns[_Product] = (name, Column("designer", "Designer", priority=2), *others)
    return table("products", columns, rows, "Units by product", "no accelerator is shipped")


@dataclass(frozen=True, slots=True)
class _Quarter(Pair):
    """Units in a quarter, and what binds in it, the most valuable first."""

    baseline: tuple[str, ...]
    scenario: tuple[str, ...]


def quarters_table(result: Simulation) -> Table:
    """Units by quarter and what binds, the most valuable first."""
    first = result.baseline.window[0]
    rows = []
    bound = zip(result.baseline.binding(), result.scenario.binding(), strict=True)
    for t, (quarter, (b, s)) in enumerate(zip(result.quarters, bound, strict=True)):
        before = float(result.baseline.ship[:, first + t].sum())
        after = float(result.scenario.ship[:, first + t].sum())
        rows.append(_Quarter(str(quarter), str(quarter), before, after, b, s))
    columns: Columns[_Quarter] = (
        *pair_columns("quarter", "Quarter"),
        Column("binding_baseline", "Binds in baseline", priority=2,
               of=lambda row: ", ".join(row.baseline[:3]) or "nothing"),
        Column("binding_scenario", "Binds in scenario", priority=1,
               of=lambda row: ", ".join(row.scenario[:3]) or "nothing"),
    )  # fmt: skip
    return table("quarters", columns, rows, "By quarter, and what binds")


@dataclass(frozen=True, slots=True)
class _Buyer(Pair):
    """What a buyer gets over the window, and the share of its orders that is."""

    tier: str
    orders: float | None
    filled: float | None


def buyers_table(result: Simulation, most: int | None) -> Table:
    """Who loses: deliveries over the window, largest relative loss first."""
    before, after = result.baseline_allocation.by_buyer(), result.allocation.by_buyer()
    filled = result.allocation.fill_rates()
    ordered = result.allocation.orders_known()
    asked = result.allocation.asked()
    rows = [
        _Buyer(b.id, b.name, before[b.id], after[b.id], b.tier, ordered[b.id], filled[b.id])
        for b, a in zip(result.allocation.buyers, asked.tolist(), strict=True)
        # What is less is the rest of a subtraction.
        if max(a, before[b.id], after[b.id]) > 1e-6
    ]
    if result.shocks:
        # Equal losses, to what matters, stand in the order of names.
        rows.sort(key=lambda row: (round(row.change or 0.0, 6), row.name))
    else:
        rows.sort(key=lambda row: (-row.after, row.name))
    name, *others = pair_columns("buyer", "Buyer")
    columns: Columns[_Buyer] = (
        name,
        Column("tier", "Tier", priority=3),
        Column("orders", "Orders", "units", priority=2),
        *others,
        Column("filled", "Filled", "share", priority=1),
    )
    return table(
        "buyers", columns, rows, "Who loses" if result.shocks else "Who gets them",
        "no buyer has orders", by=lambda row: row.id,
        most=most, more=" buyers; all with --format json",
    )  # fmt: skip


def variants_table(result: Simulation, others: tuple[Variant, ...]) -> Table:
    """Change of the accelerators shipped under each assumption, of all and of the largest."""
    designers = _largest(result)

    def of(designer: str, priority: int) -> Column[Variant]:
        name = result.network.organizations[designer].name
        return Column(designer, name, "change", priority=priority, of=lambda v: v.change(designer))

    columns: Columns[Variant] = (
        Column("assumption", "Assumed"),
        Column("all", "All", "change", of=lambda v: v.change()),
        *(of(d, n) for n, d in enumerate(designers)),
    )
    title = "Accelerators, the same under other assumptions of production"
    return table("assumptions", columns, others, title)


@dataclass(frozen=True, slots=True)
class _Moved:
    """An estimate, the headline with it at either end of its range, and the larger change."""

    figure: Figure
    at_low: float
    at_high: float
    moves: float


def sensitivity_table(
    result: Simulation,
    top: int | None,
    passed: Callable[[Sequence[Figure]], Iterable[Figure]] = iter,
) -> Table:
    """The headline with one estimate at a time at either end of its range, widest effect first.

    ``passed`` is given the estimates and hands them on one by one, to show how far it has come.
    """
    headline = change_of(result)
    estimates = widest_estimates(result.network, result.baseline.plan, top)
    base = change(result.baseline.total(), result.scenario.total()) or 0.0
    rows = [
        _Moved(f, low, high, max(abs(low - base), abs(high - base)))
        for f, low, high in one_at_a_time(result.network, passed(estimates), headline)
    ]
    rows.sort(key=lambda row: (-row.moves, row.figure.name))
    columns: Columns[_Moved] = (
        Column("figure", "Estimate", of=lambda row: row.figure.name),
        Column("value", "Value", "number", priority=3, of=lambda row: row.figure.value),
        Column("low", "Low", "number", priority=2, of=lambda row: row.figure.low),
        Column("high", "High", "number", priority=2, of=lambda row: row.figure.high),
        Column("at_low", "At low", "change"),
        Column("at_high", "At high", "change"),
        Column("moves", "Moves by", "share", priority=1),
    )
    title = (
        f"Change of accelerators ({show(base, 'change')}) with one estimate at an end of its range"
    )
    return table("sensitivity", columns, rows, title, "no estimate enters production")


def _largest(result: Simulation) -> list[str]:
    """The designers with most accelerators in the baseline, up to five."""
    plan = result.baseline.plan
    units: dict[str, float] = {}
    for product, amount in result.baseline.units().items():
        designer = plan.supplies[plan.products[product]].organization
        units[designer] = units.get(designer, 0.0) + float(amount.sum())
    return sorted((d for d in units if units[d] > 0), key=lambda d: (-units[d], d))[:5]


def flat_table(result: Simulation) -> Table:
    """One row per quarter, measure and node."""
    shocks = "; ".join(map(str, result.shocks)) or "baseline"
    columns: Columns[dict[str, Cell]] = (
        Column("scenario", "Scenario", of=lambda _: shocks),
        Column("quarter", "Quarter"),
        Column("measure", "Measure"),
        Column("node", "Node"),
        Column("unit", "Unit"),
        Column("baseline", "Baseline", "number"),
        Column("value", "Value", "number"),
        Column("change", "Change", "change"),
    )
    rows: list[dict[str, Cell]] = []

    def add(measure: str, node: str, unit: str, before: np.ndarray, after: np.ndarray) -> None:
        for q, b, a in zip(result.quarters, before.tolist(), after.tolist(), strict=True):
            row = {"quarter": str(q), "measure": measure, "node": node, "unit": unit}
            rows.append({**row, "baseline": b, "value": a, "change": change(b, a)})

    units = result.scenario.units()
    for node, before in result.baseline.units().items():
        add("shipped", node, "units", before, units[node])
    used = result.scenario.utilization()
    for node, before in result.baseline.utilization().items():
        add("utilization", node, "", before, used[node])
    both = result.baseline_allocation, result.allocation
    for i, buyer in enumerate(result.allocation.buyers):
        add("delivered", buyer.id, "units", *(one.delivered[i].sum(axis=0) for one in both))
    return table("flat", columns, rows)
