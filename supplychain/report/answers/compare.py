"""The answer of ``compare``: what two scenarios differ in."""

from __future__ import annotations

from collections.abc import Sequence

from supplychain.report.answers.pairs import Pair, pair_columns
from supplychain.report.answers.simulate import doubts
from supplychain.report.tables import Document, compact, show, table
from supplychain.simulation import FELT, Simulation, change


def comparison_document(names: tuple[str, str], one: Simulation, other: Simulation) -> Document:
    """Units by quarter, by product and by buyer under two scenarios, and a sentence."""
    quarters = _quarters(one, other)
    unknown = doubts(one)
    columns = pair_columns("quarter", "Quarter", ("one", "other"), names)
    flat = table("quarters", columns, quarters, "Units by quarter")
    buyers = sorted(_buyers(one, other), key=lambda pair: -abs(pair.after - pair.before))
    return Document(
        schema="supplychain/compare/1",
        meta={
            "data": one.network.digest,
            "scenarios": list(names),
            "quarters": [str(q) for q in one.quarters],
            "doubts": unknown,
        },
        head=(
            *(
                (name, "; ".join(map(str, result.shocks)) or "nothing is cut")
                for name, result in zip(names, (one, other), strict=True)
            ),
            *(("Not known", doubt) for doubt in unknown),
        ),
        parts=(
            flat,
            table(
                "products",
                pair_columns("product", "Product", ("one", "other"), names),
                _products(one, other),
                "Units by product",
            ),
            table(
                "buyers",
                pair_columns("buyer", "Buyer", ("one", "other"), names),
                buyers[:10],
                "Buyers that differ most",
                "no buyer has orders",
            ),
            sentence(names, quarters, _later(one, other)),
        ),
        flat=flat,
    )


def sentence(names: tuple[str, str], quarters: Sequence[Pair], later: str | None = None) -> str:
    """What the table of quarters says in a line.

    Args:
        names: Of the scenarios.
        quarters: Of the table.
        later: The first quarter after the window in which they differ; ``None``: they do not.
    """
    first, second = sum(q.before for q in quarters), sum(q.after for q in quarters)
    apart = {q.name: by for q in quarters if abs(by := q.change or 0.0) > FELT}
    if not apart and later is not None:
        return (
            f"{names[1]} ships what {names[0]} ships until {quarters[-1].name}, the end of the "
            f"window; they differ from {later} on."
        )
    if not apart:
        return f"{names[1]} ships what {names[0]} ships: no quarter differs by 0.1%."
    worst = max(apart, key=lambda quarter: abs(apart[quarter]))
    total = change(first, second) or 0.0
    return (
        f"{names[1]} ships {compact(second)} accelerators where {names[0]} ships {compact(first)} "
        f"({show(total, 'change')}); they differ in {len(apart)} of {len(quarters)} quarters, "
        f"first in {next(iter(apart))}, most in {worst} ({show(apart[worst], 'change')})."
    )


def _later(one: Simulation, other: Simulation) -> str | None:
    """The first quarter after the window in which the two differ by 0.1%."""
    before, after = (s.scenario.ship.sum(axis=0) for s in (one, other))
    end = one.scenario.window[1] + 1
    for t, quarter in enumerate(one.scenario.plan.quarters[end:], end):
        if abs(change(float(before[t]), float(after[t])) or 0.0) > FELT:
            return str(quarter)
    return None


def _quarters(one: Simulation, other: Simulation) -> list[Pair]:
    before, after = one.scenario.total_by_quarter(), other.scenario.total_by_quarter()
    return [
        Pair(str(q), str(q), a, b)
        for q, a, b in zip(one.quarters, before.tolist(), after.tolist(), strict=True)
    ]


def _products(one: Simulation, other: Simulation) -> list[Pair]:
    first, second = (
        {p: float(units.sum()) for p, units in s.scenario.units().items()} for s in (one, other)
    )
    names = {p: one.network.commodities[p].name for p in sorted({*first, *second})}
    pairs = [Pair(p, name, first.get(p, 0.0), second.get(p, 0.0)) for p, name in names.items()]
    return [pair for pair in pairs if max(pair.before, pair.after) >= 0.5]


def _buyers(one: Simulation, other: Simulation) -> list[Pair]:
    first, second = one.allocation.by_buyer(), other.allocation.by_buyer()
    buyers = one.network.buyers
    pairs = [Pair(b, buyers[b].name, first[b], second.get(b, 0.0)) for b in first]
    return [pair for pair in pairs if max(pair.before, pair.after) >= 0.5]
