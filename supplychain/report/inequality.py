"""How unevenly accelerators are shared out: Lorenz curves and Gini coefficients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from supplychain.allocation import Allocation
from supplychain.report.tables import Cell, Column, Table
from supplychain.simulation import Simulation, change

Curve = list[tuple[float, float]]
"""Cumulative share of those who get, and of what they get; from (0, 0) to (1, 1)."""


def lorenz(amounts: Sequence[float], sizes: Sequence[float]) -> Curve:
    """The Lorenz curve of amounts held by groups of given sizes, those with least each first.

    Groups of size zero are left out. All zero, or nobody: the line of equality.
    """
    held, size = np.array(amounts, dtype=float), np.array(sizes, dtype=float)
    held, size = held[size > 0], size[size > 0]
    if held.sum() <= 0:
        return [(0.0, 0.0), (1.0, 1.0)]
    order = np.argsort(held / size, kind="stable")
    below = np.cumsum(size[order]) / size.sum()
    share = np.cumsum(held[order]) / held.sum()
    return [(0.0, 0.0), *zip(below.tolist(), share.tolist(), strict=True)]


def gini(curve: Curve) -> float:
    """Twice the area between the curve and the line of equality: 0 equal, towards 1 unequal."""
    points = np.array(curve)
    area = np.sum(np.diff(points[:, 0]) * (points[1:, 1] + points[:-1, 1])) / 2
    return max(0.0, float(1 - 2 * area))


def curve_of_units(allocation: Allocation) -> Curve:
    """Units per buyer; a group of buyers counts as many."""
    given = allocation.delivered.sum(axis=(1, 2))
    ordered = allocation.orders.sum(axis=1)
    counts = [b.count if o > 0 else 0 for b, o in zip(allocation.buyers, ordered, strict=True)]
    return lorenz(given.tolist(), counts)


def curve_of_fill_rates(allocation: Allocation) -> Curve:
    """Units delivered against units ordered: fill rates weighted by orders."""
    given = allocation.delivered.sum(axis=(1, 2))
    return lorenz(given.tolist(), allocation.orders.sum(axis=1).tolist())


def curves_table(name: str, curves: Sequence[tuple[str, Curve]]) -> Table:
    """The points of some curves."""
    rows = tuple((series, x, y) for series, curve in curves for x, y in curve)
    columns = (
        Column("series", "Series"),
        Column("below", "Cumulative share of those who get", "share"),
        Column("share", "Cumulative share of what they get", "share"),
    )
    return Table(name, "", columns, rows)


def fairness_table(result: Simulation) -> Table:
    """Measures of how the accelerators are shared out, in the baseline and in the scenario."""
    before, after = _measures(result.baseline_allocation), _measures(result.allocation)
    rows: list[tuple[Cell, ...]] = [
        (name, before[name], after[name], change(before[name] or 0.0, after[name] or 0.0))
        if name in _PLAIN
        else (name, _share(before[name]), _share(after[name]), None)
        for name in before
        if before[name] is not None and after[name] is not None
    ]
    columns = (
        Column("measure", "Measure"),
        Column("baseline", "Baseline", "number"),
        Column("scenario", "Scenario", "number"),
        Column("change", "Change", "change"),
    )
    return Table("fairness", "", columns, tuple(rows), "No buyer has orders.")


_PLAIN = ("Gini of units", "Gini of fill rates")


def _share(value: float | None) -> str | None:
    return None if value is None else f"{value:.0%}"


def _measures(allocation: Allocation) -> dict[str, float | None]:
    given = allocation.delivered.sum(axis=(1, 2))
    ordered = allocation.orders.sum(axis=1)
    rates = [g / o for g, o in zip(given.tolist(), ordered.tolist(), strict=True) if o > 0]
    if not rates:
        return {}
    measures: dict[str, float | None] = {
        "Gini of units": gini(curve_of_units(allocation)),
        "Gini of fill rates": gini(curve_of_fill_rates(allocation)),
        "Orders filled, all buyers": float(given.sum() / ordered.sum()),
    }
    for tier in ("rich", "poor"):
        rows = [i for i, b in enumerate(allocation.buyers) if b.tier == tier]
        asked = float(ordered[rows].sum())
        measures[f"Orders filled, compute-{tier}"] = (
            float(given[rows].sum()) / asked if asked > 0 else None
        )
    measures["Smallest fill rate"] = min(rates)
    total = float(given.sum())
    largest = float(np.sort(given)[-5:].sum())
    measures["Share of the five largest"] = largest / total if total > 0 else None
    return measures
