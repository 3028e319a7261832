"""The answer of ``simulate`` as tables and sentences, all computed from the result they show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from supplychain.allocation.measures import unknown_orders
from supplychain.analyses.sensitivity import Variant, change_of, one_at_a_time, widest_estimates
from supplychain.model import Figure
from supplychain.production.quantities import series, shares_of_inputs, totals
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
from supplychain.report.answers.sentences import sentences
from supplychain.report.tables import Cell, Column, Document, Table, compact, show
from supplychain.simulation import Simulation, change

COUNTED = {
    "h100e": "H100 equivalents",
    "site_mw": "Power at their sites, MW",
    "revenue_usd": "Revenue, US$",
}
"""Rows of the table of totals beside units, by quantity."""

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
    head = (*head, *(("Not known", doubt) for doubt in doubts(result)))
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
        meta={
            "data": network.digest,
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
        },
        head=head,
        parts=tuple(parts),
        flat=flat_table(result),
        records={
            "units": _by_quarter(result, result.baseline.units(), result.scenario.units()),
            "utilization": _by_quarter(
                result, result.baseline.utilization(), result.scenario.utilization()
            ),
            "binding": {
                str(q): {"baseline": list(b), "scenario": list(s)}
                for q, b, s in zip(
                    quarters, result.baseline.binding(), result.scenario.binding(), strict=True
                )
            },
            "series": {
                "baseline": series(network, result.baseline),
                "scenario": series(network, result.scenario),
            },
            "worth_of_one_more": _worth(result),
            "shares_of_inputs": {
                group: shares_of_inputs(result.scenario, set(network.groups.get(group, ())))
                for group in ("cowos", "hbm", "logic-wafer")
            },
            "time": _time(result),
            "as_ordered": _as_ordered(result),
            "all_countries": _records(countries_table(result, None)),
            "all_buyers": _records(buyers_table(result, None)),
        },
    )


def doubts(result: Simulation) -> list[str]:
    """What is not known and bears on the answer, each as a sentence."""
    unknown = unknown_orders(result.allocation)
    return [f"{unknown}."] if unknown else []


def _worth(result: Simulation) -> dict[str, object]:
    """Accelerators that one more unit of each line would bring, by calendar year."""
    before, after = (w.per_unit() for w in result.worth)
    return {
        key: {
            "years": list(result.worth[0].years),
            "baseline": before[key].tolist(),
            "scenario": after[key].tolist() if key in after else None,
        }
        for key in sorted(before)
    }


def _records(table: Table) -> list[dict[str, object]]:
    return [dict(zip((c.key for c in table.columns), row, strict=True)) for row in table.rows]


def _as_ordered(result: Simulation) -> dict[str, object]:
    """Units of the products outside the program, which are delivered as ordered."""
    both = result.baseline_allocation, result.allocation
    return {
        product: {
            name: float(one.delivered[:, one.products.index(product)].sum())
            for name, one in zip(("baseline", "scenario"), both, strict=True)
        }
        for product in result.markets[0].as_ordered
    }


def _time(result: Simulation) -> dict[str, object]:
    """When the shocks are felt and what they cost while they last and after."""
    during, after = result.lost()
    return {
        "first_felt": str(q) if (q := result.first_felt()) else None,
        "deepest": str(result.deepest()[0]),
        "deepest_change": result.deepest()[1],
        "recovered_by": str(q) if (q := result.recovered_by()) else None,
        "shocks_end": str(q) if (q := result.shocked_until()) else None,
        "lost_while_shocked": during,
        "lost_after": after,
    }


def _comparison(first: Iterable[Column]) -> tuple[Column, ...]:
    return (
        *first,
        Column("baseline", "Baseline", "units"),
        Column("scenario", "Scenario", "units"),
        Column("change", "Change", "change"),
    )


def _beside(result: Simulation) -> list[str]:
    """What buyers get that the program does not make."""
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
    rows: list[tuple[Cell, ...]] = []
    before, after = result.baseline.total(), result.scenario.total()
    rows.append(("Accelerators shipped", before, after, change(before, after)))
    before, after = (
        sum(float(units.sum()) for units in installed(result.network, p).values())
        for p in (result.baseline, result.scenario)
    )
    rows.append(("Accelerators installed", before, after, change(before, after)))
    counted = totals(result.network, result.baseline), totals(result.network, result.scenario)
    for quantity, label in COUNTED.items():
        (before, known), (after, _) = (c[quantity] for c in counted)
        if before > 0:
            part = f" (known for {known:.0%})" if known < 0.995 else ""
            rows.append((label + part, before, after, change(before, after)))
    for group, label in (
        ("hbm", "HBM used, GB"),
        ("cowos", "CoWoS wafers used"),
        ("logic-wafer", "Logic wafers used"),
    ):
        members = set(result.network.groups.get(group, ()))
        before, after = _used(result.baseline, members), _used(result.scenario, members)
        if before > 0:
            rows.append((label, before, after, change(before, after)))
    both = result.baseline_allocation, result.allocation
    ordered = [float(a.asked().sum()) for a in both]
    if min(ordered) > 0:
        before, after = (float(a.served().sum()) / o for a, o in zip(both, ordered, strict=True))
        rows.append(("Orders filled", show(before, "share"), show(after, "share"), None))
    return Table("totals", "", _comparison([Column("measure", "")]), tuple(rows))


def _used(production: Production, commodities: set[str]) -> float:
    """Units of the commodities that products took in over the window."""
    first, last = production.window
    makers = {i for i, s in enumerate(production.plan.supplies) if s.commodity in commodities}
    rows = [r for r, (_, sender) in enumerate(production.pairs) if sender in makers]
    return float(production.use[rows, first : last + 1].sum())


def products_table(result: Simulation) -> Table:
    """Units over the window by product, those never shipped left out."""
    plan = result.baseline.plan
    rows = [
        (
            result.network.commodities[p].name,
            result.network.organizations[plan.supplies[plan.products[p]].organization].name,
            before,
            after,
            change(before, after),
        )
        for p, (before, after) in result.totals().items()
        if max(before, after) >= 0.5
    ]
    rows.sort(key=lambda r: (r[1], r[0]))
    columns = _comparison(
        [Column("product", "Product"), Column("designer", "Designer", priority=2)]
    )
    return Table("products", "Units by product", columns, tuple(rows), "no accelerator is shipped")


def quarters_table(result: Simulation) -> Table:
    """Units by quarter and what binds, the most valuable first."""
    first = result.baseline.window[0]
    rows: list[tuple[Cell, ...]] = []
    bound = zip(result.baseline.binding(), result.scenario.binding(), strict=True)
    for t, (quarter, (b, s)) in enumerate(zip(result.quarters, bound, strict=True)):
        before = float(result.baseline.ship[:, first + t].sum())
        after = float(result.scenario.ship[:, first + t].sum())
        rows.append(
            (
                str(quarter),
                before,
                after,
                change(before, after),
                ", ".join(b[:3]) or "nothing",
                ", ".join(s[:3]) or "nothing",
            )
        )
    columns = (
        *_comparison([Column("quarter", "Quarter")]),
        Column("binding_baseline", "Binds in baseline", priority=2),
        Column("binding_scenario", "Binds in scenario", priority=1),
    )
    return Table("quarters", "By quarter, and what binds", columns, tuple(rows))


def buyers_table(result: Simulation, most: int | None) -> Table:
    """Who loses: deliveries over the window, largest relative loss first."""
    before, after = result.baseline_allocation.by_buyer(), result.allocation.by_buyer()
    filled = result.allocation.fill_rates()
    ordered = result.allocation.orders_known()
    asked = result.allocation.asked()
    rows = [
        (
            b.name,
            b.tier,
            ordered[b.id],
            before[b.id],
            after[b.id],
            change(before[b.id], after[b.id]),
            filled[b.id],
        )
        for b, a in zip(result.allocation.buyers, asked.tolist(), strict=True)
        # What is less is the rest of a subtraction.
        if max(a, before[b.id], after[b.id]) > 1e-6
    ]
    if result.shocks:
        # Equal losses, to what matters, stand in the order of names.
        rows.sort(key=lambda r: (round(r[5], 6) if r[5] is not None else 0.0, r[0]))
    else:
        rows.sort(key=lambda r: (-r[4], r[0]))
    columns = (
        Column("buyer", "Buyer"),
        Column("tier", "Tier", priority=3),
        Column("orders", "Orders", "units", priority=2),
        Column("baseline", "Baseline", "units"),
        Column("scenario", "Scenario", "units"),
        Column("change", "Change", "change"),
        Column("filled", "Filled", "share", priority=1),
    )
    title = "Who loses" if result.shocks else "Who gets them"
    if most is not None and len(rows) > most:
        title += f" ({most} of {len(rows)} buyers; all with --format json)"
    return Table("buyers", title, columns, tuple(rows[:most]), "no buyer has orders")


def variants_table(result: Simulation, others: tuple[Variant, ...]) -> Table:
    """Change of the accelerators shipped under each assumption, of all and of the largest."""
    designers = _largest(result)
    rows: list[tuple[Cell, ...]] = [
        (v.assumption, v.change(), *(v.change(d) for d in designers)) for v in others
    ]
    columns = (
        Column("assumption", "Assumed"),
        Column("all", "All", "change"),
        *(
            Column(d, result.network.organizations[d].name, "change", priority=n)
            for n, d in enumerate(designers)
        ),
    )
    title = "Accelerators, the same under other assumptions of production"
    return Table("assumptions", title, columns, tuple(rows))


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
    rows: list[tuple[Cell, ...]] = [
        (f.name, f.value, f.low, f.high, low, high, max(abs(low - base), abs(high - base)))
        for f, low, high in one_at_a_time(result.network, passed(estimates), headline)
    ]
    rows.sort(key=lambda row: (-float(row[6] or 0), str(row[0])))
    columns = (
        Column("figure", "Estimate"),
        Column("value", "Value", "number", priority=3),
        Column("low", "Low", "number", priority=2),
        Column("high", "High", "number", priority=2),
        Column("at_low", "At low", "change"),
        Column("at_high", "At high", "change"),
        Column("moves", "Moves by", "share", priority=1),
    )
    title = (
        f"Change of accelerators ({show(base, 'change')}) with one estimate at an end of its range"
    )
    return Table("sensitivity", title, columns, tuple(rows), "no estimate enters production")


def _largest(result: Simulation) -> list[str]:
    """The designers with most accelerators in the baseline, up to five."""
    plan = result.baseline.plan
    units: dict[str, float] = {}
    for product, amount in result.baseline.units().items():
        designer = plan.supplies[plan.products[product]].organization
        units[designer] = units.get(designer, 0.0) + float(amount.sum())
    return sorted((d for d in units if units[d] > 0), key=lambda d: (-units[d], d))[:5]


def _by_quarter(result: Simulation, before: object, after: object) -> dict[str, object]:
    """Name to its baseline and scenario values by quarter."""
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    return {
        name: {
            "quarters": [str(q) for q in result.quarters],
            "baseline": before[name].tolist(),
            "scenario": after[name].tolist(),
        }
        for name in sorted(before)
    }


def flat_table(result: Simulation) -> Table:
    """One row per quarter, measure and node."""
    columns = (
        Column("scenario", "Scenario"),
        Column("quarter", "Quarter"),
        Column("measure", "Measure"),
        Column("node", "Node"),
        Column("unit", "Unit"),
        Column("baseline", "Baseline", "number"),
        Column("value", "Value", "number"),
        Column("change", "Change", "change"),
    )
    name = "; ".join(map(str, result.shocks)) or "baseline"
    rows: list[tuple[Cell, ...]] = []

    def add(measure: str, node: str, unit: str, before: object, after: object) -> None:
        assert isinstance(before, np.ndarray)
        assert isinstance(after, np.ndarray)
        for q, b, a in zip(result.quarters, before.tolist(), after.tolist(), strict=True):
            rows.append((name, str(q), measure, node, unit, b, a, change(b, a)))

    units = result.scenario.units()
    for node, before in result.baseline.units().items():
        add("shipped", node, "units", before, units[node])
    used = result.scenario.utilization()
    for node, before in result.baseline.utilization().items():
        add("utilization", node, "", before, used[node])
    for i, buyer in enumerate(result.allocation.buyers):
        add(
            "delivered",
            buyer.id,
            "units",
            result.baseline_allocation.delivered[i].sum(axis=0),
            result.allocation.delivered[i].sum(axis=0),
        )
    return Table("flat", "", columns, tuple(rows))
