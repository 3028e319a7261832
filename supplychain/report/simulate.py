"""The answer of ``simulate`` as tables and sentences, all computed from the result they show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from supplychain.production.result import Production
from supplychain.report.tables import Cell, Column, Document, Table, compact, show
from supplychain.simulation import Simulation

SHOWN_BUYERS = 10
"""Buyers in the terminal table; all are in JSON and CSV."""


def simulation_document(result: Simulation) -> Document:
    """Totals, products, quarters, buyers, and why the loss is what it is."""
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
    parts: list[Table | str] = [
        totals_table(result),
        products_table(result),
        quarters_table(result),
        buyers_table(result, SHOWN_BUYERS),
    ]
    parts += sentences(result)
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
            "all_buyers": [
                dict(zip((c.key for c in buyers_table(result, None).columns), row, strict=True))
                for row in buyers_table(result, None).rows
            ],
        },
    )


def change(before: float, after: float) -> float | None:
    """Relative change; ``None`` where there was nothing before."""
    return (after - before) / before if before > 0 else None


def _comparison(first: Iterable[Column]) -> tuple[Column, ...]:
    return (
        *first,
        Column("baseline", "Baseline", "units"),
        Column("scenario", "Scenario", "units"),
        Column("change", "Change", "change"),
    )


def totals_table(result: Simulation) -> Table:
    """Accelerators, H100 equivalents, inputs used and orders filled over the window."""
    rows: list[tuple[Cell, ...]] = []
    before, after = result.baseline.total(), result.scenario.total()
    rows.append(("Accelerators shipped", before, after, change(before, after)))
    before, after = result.h100e()
    rows.append(("H100 equivalents", before, after, change(before, after)))
    for group, label in (
        ("hbm", "HBM used, GB"),
        ("cowos", "CoWoS wafers used"),
        ("logic-wafer", "Logic wafers used"),
    ):
        members = set(result.network.groups.get(group, ()))
        before, after = _used(result.baseline, members), _used(result.scenario, members)
        if before > 0:
            rows.append((label, before, after, change(before, after)))
    ordered = float(result.allocation.orders.sum())
    if ordered > 0:
        before, after = (
            float(a.delivered.sum()) / ordered
            for a in (result.baseline_allocation, result.allocation)
        )
        rows.append(("Orders filled", show(before, "share"), show(after, "share"), None))
    return Table("totals", "", _comparison([Column("measure", "")]), tuple(rows))


def _used(production: Production, commodities: set[str]) -> float:
    """Units of the commodities that products took in over the window."""
    first, last = production.plan.window
    makers = {i for i, s in enumerate(production.plan.supplies) if s.commodity in commodities}
    rows = [r for r, (_, sender) in enumerate(production.columns.pairs) if sender in makers]
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
    first = result.baseline.plan.window[0]
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
    ordered = result.allocation.orders.sum(axis=1)
    rows = [
        (
            b.name,
            b.tier,
            float(o),
            before[b.id],
            after[b.id],
            change(before[b.id], after[b.id]),
            filled[b.id],
        )
        for b, o in zip(result.allocation.buyers, ordered.tolist(), strict=True)
        if o > 0
    ]
    if result.shocks:
        rows.sort(key=lambda r: (r[5] if r[5] is not None else 0.0, r[0]))
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


def sentences(result: Simulation) -> list[str]:
    """What limits output, when the cut is felt, and why the loss differs from the cut."""
    out = []
    quarters = len(result.quarters)
    baseline_binds = Counter(now[0] for now in result.baseline.binding() if now)
    if baseline_binds:
        limits = ", ".join(f"{c} in {n}" for c, n in baseline_binds.most_common())
        out.append(f"What limits output most in the baseline: {limits} of {quarters} quarters.")
    if not result.shocks:
        return out
    before, after = result.baseline.total(), result.scenario.total()
    lost = change(before, after)
    felt = result.first_felt()
    if lost is None or felt is None:
        return [*out, "It is not felt: no quarter ships 0.1% more or less than the baseline."]
    worst, depth = result.deepest()
    out.append(
        f"First felt in {felt}; deepest in {worst} ({show(depth, 'change')}); "
        f"{compact(abs(before - after))} accelerators {'fewer' if after < before else 'more'} "
        "over the window."
    )
    if len(result.shocks) == len(result.cuts) == 1:
        out.append(_why(result, lost))
    return out


def _why(result: Simulation, lost: float) -> str:
    """Why the loss of accelerators is not the size of the cut."""
    [cut] = result.cuts
    used, available, idle = _slack(result)
    names = _cut_names(result)
    quarters = len(result.quarters)
    rivals = Counter(now[0] for now in result.baseline.binding() if now and now[0] not in names)
    binds = sum(any(c in names for c in now[:1]) for now in result.scenario.binding())
    text = (
        f"Why {show(lost, 'change')} and not −{cut.share * 100:g}%: the baseline uses "
        f"{show(used / available if available > 0 else 0.0, 'share')} of the capacity that is cut"
        f" and leaves some of it idle in {idle} of {quarters} quarters"
    )
    for rival, count in rivals.most_common(1):
        text += f"; {rival} limits output more in {count}"
    return text + f"; after the cut it limits output most in {binds} of {quarters}."


def _cut_lines(result: Simulation) -> list[int]:
    """Lines some of whose supplies are hit by the cut; of a split line only the whole."""
    from supplychain.scenario import find_supplies

    plan = result.baseline.plan
    hit = {s.id for c in result.cuts for s in find_supplies(result.network, c.target)}
    whole = {(x.capacity.organization, x.capacity.id) for x in plan.lines}
    return [
        i
        for i, line in enumerate(plan.lines)
        if any(plan.supplies[m].id in hit for m in line.members)
        and (line.capacity.organization, line.capacity.part_of) not in whole
    ]


def _cut_names(result: Simulation) -> set[str]:
    plan = result.baseline.plan
    names = set()
    for i in _cut_lines(result):
        line = plan.lines[i]
        names |= {plan.supplies[m].commodity for m in line.members} | {line.capacity.id}
    return names


def _slack(result: Simulation) -> tuple[float, float, int]:
    """Capacity units used and available on the cut lines in the window; quarters with slack.

    A line with nothing to make yet does not count.
    """
    plan = result.baseline.plan
    first, last = plan.window
    used, available = np.zeros(last + 1 - first), np.zeros(last + 1 - first)
    for i in _cut_lines(result):
        line = plan.lines[i]
        available += np.array(line.per_quarter[first : last + 1])
        for member, draw in line.members.items():
            used += draw * result.baseline.make[member, first : last + 1]
    return float(used.sum()), float(available.sum()), int((used < 0.999 * available).sum())


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
