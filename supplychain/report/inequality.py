"""How unevenly accelerators are shared out: Lorenz curves and Gini coefficients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from supplychain.allocation import Allocation
from supplychain.report.tables import Column, Table
from supplychain.simulation import Simulation

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
    rows = tuple((name, before[name], after[name]) for name in before if name in after)
    columns = (
        Column("measure", "Measure"),
        Column("baseline", "Baseline", "number"),
        Column("scenario", "Scenario", "number"),
    )
    return Table("fairness", "", columns, rows, "No buyer has orders.")


def _measures(allocation: Allocation) -> dict[str, str]:
    """Each measure in words, as text: coefficients and shares side by side."""
    given = allocation.delivered.sum(axis=(1, 2))
    ordered = allocation.orders.sum(axis=1)
    rates = [g / o for g, o in zip(given.tolist(), ordered.tolist(), strict=True) if o > 0]
    if not rates:
        return {}
    measures = {
        "Gini of units": f"{gini(curve_of_units(allocation)):.2f}",
        "Gini of fill rates": f"{gini(curve_of_fill_rates(allocation)):.2f}",
        "Orders filled, all buyers": f"{given.sum() / ordered.sum():.0%}",
    }
    for tier in ("rich", "poor"):
        rows = [i for i, b in enumerate(allocation.buyers) if b.tier == tier]
        if (asked := float(ordered[rows].sum())) > 0:
            measures[f"Orders filled, compute-{tier}"] = f"{float(given[rows].sum()) / asked:.0%}"
    measures["Smallest fill rate"] = f"{min(rates):.0%}"
    if (total := float(given.sum())) > 0:
        measures["Share of the five largest"] = f"{float(np.sort(given)[-5:].sum()) / total:.0%}"
    return measures
