"""The answer of ``compare``: what two scenarios differ in."""

from __future__ import annotations

from supplychain.report.answers.simulate import doubts
from supplychain.report.tables import Cell, Column, Document, Table, compact, show
from supplychain.simulation import FELT, Simulation, change


def comparison_document(names: tuple[str, str], one: Simulation, other: Simulation) -> Document:
    """Units by quarter, by product and by buyer under two scenarios, and a sentence."""
    quarters = _quarters(one, other)
    unknown = doubts(one)
    flat = Table("quarters", "Units by quarter", _columns("quarter", "Quarter", names), quarters)
    products = [
        (one.network.commodities[p].name, a, b, change(a, b))
        for p, (a, b) in _products(one, other).items()
        if max(a, b) >= 0.5
    ]
    first, second = one.allocation.by_buyer(), other.allocation.by_buyer()
    buyers = [
        (
            one.network.buyers[b].name,
            first[b],
            second.get(b, 0.0),
            change(first[b], second.get(b, 0.0)),
        )
        for b in first
        if max(first[b], second.get(b, 0.0)) >= 0.5
    ]
    buyers.sort(key=lambda row: -abs(row[2] - row[1]))
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
            Table(
                "products",
                "Units by product",
                _columns("product", "Product", names),
                tuple(products),
            ),
            Table(
                "buyers",
                "Buyers that differ most",
                _columns("buyer", "Buyer", names),
                tuple(buyers[:10]),
                "no buyer has orders",
            ),
            sentence(names, quarters, _later(one, other)),
        ),
        flat=flat,
    )


def sentence(
    names: tuple[str, str], rows: tuple[tuple[Cell, ...], ...], later: str | None = None
) -> str:
    """What the table of quarters says in a line.

    Args:
        names: Of the scenarios.
        rows: Of the table of quarters.
        later: The first quarter after the window in which they differ; ``None``: they do not.
    """
    first = sum(float(row[1] or 0) for row in rows)
    second = sum(float(row[2] or 0) for row in rows)
    apart = [row for row in rows if abs(float(row[3] or 0)) > FELT]
    if not apart and later is not None:
        return (
            f"{names[1]} ships what {names[0]} ships until {rows[-1][0]}, the end of the window; "
            f"they differ from {later} on."
        )
    if not apart:
        return f"{names[1]} ships what {names[0]} ships: no quarter differs by 0.1%."
    worst = max(apart, key=lambda row: abs(float(row[3] or 0)))
    total = change(first, second) or 0.0
    return (
        f"{names[1]} ships {compact(second)} accelerators where {names[0]} ships {compact(first)} "
        f"({show(total, 'change')}); they differ in {len(apart)} of {len(rows)} quarters, first in "
        f"{apart[0][0]}, most in {worst[0]} ({show(worst[3], 'change')})."
    )


def _later(one: Simulation, other: Simulation) -> str | None:
    """The first quarter after the window in which the two differ by 0.1%."""
    before, after = (s.scenario.ship.sum(axis=0) for s in (one, other))
    end = one.scenario.window[1] + 1
    for t, quarter in enumerate(one.scenario.plan.quarters[end:], end):
        if abs(change(float(before[t]), float(after[t])) or 0.0) > FELT:
            return str(quarter)
    return None


def _columns(key: str, label: str, names: tuple[str, str]) -> tuple[Column, ...]:
    return (
        Column(key, label),
        Column("one", names[0], "units"),
        Column("other", names[1], "units"),
        Column("change", "Change", "change"),
    )


def _quarters(one: Simulation, other: Simulation) -> tuple[tuple[Cell, ...], ...]:
    before, after = one.scenario.total_by_quarter(), other.scenario.total_by_quarter()
    return tuple(
        (str(q), a, b, change(a, b))
        for q, a, b in zip(one.quarters, before.tolist(), after.tolist(), strict=True)
    )


def _products(one: Simulation, other: Simulation) -> dict[str, tuple[float, float]]:
    first, second = (
        {p: float(units.sum()) for p, units in s.scenario.units().items()} for s in (one, other)
    )
    return {p: (first.get(p, 0.0), second.get(p, 0.0)) for p in sorted({*first, *second})}
