"""How evenly something is shared out, and how long buyers wait. All pure functions on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from supplychain.allocation.deliveries import Allocation
from supplychain.allocation.paths import Floats, Mask
from supplychain.model import Buyer
from supplychain.model.quarters import WEEKS_PER_QUARTER


def lorenz(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The Lorenz curve: cumulated shares of the weights and of the total, both from 0 to 1.

    Args:
        values: Per unit of weight, 0 or more: units of one buyer, or a fill rate.
        weights: Buyers in the group, or orders.

    Returns:
        Points of the curve, poorest first; the diagonal where there is nothing to share.

    Ref: Lorenz (1905), "Methods of measuring the concentration of wealth".

    Example:
        >>> import numpy as np
        >>> lorenz(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
        (array([0. , 0.5, 1. ]), array([0.  , 0.25, 1.  ]))
    """
    order = np.argsort(values, kind="stable")
    weight, total = weights[order], (values * weights)[order]
    across = np.concatenate([[0.0], weight.cumsum()])
    up = np.concatenate([[0.0], total.cumsum()])
    across = across / across[-1] if across[-1] > 0 else np.linspace(0, 1, len(across))
    return across, up / up[-1] if up[-1] > 0 else across


def gini(values: Floats, weights: Floats) -> float:
    """Gini coefficient, 0 (all alike) to 1; 0 where there is nothing to share.

    Twice the area between the diagonal and the Lorenz curve. Ref: Gini (1912).

    Example:
        >>> round(gini(np.array([1.0, 3.0]), np.array([1.0, 1.0])), 3)
        0.25
    """
    across, up = lorenz(values, weights)
    return max(0.0, float(1 - (np.diff(across) * (up[1:] + up[:-1])).sum()))


def jain(values: Floats, weights: Floats) -> float:
    """Jain's index, 1 (all alike) down to 1/n; 1 where there is nothing to share.

    ``(Σ w x)² / (Σ w · Σ w x²)``. Ref: Jain, Chiu and Hawe (1984), DEC-TR-301.

    Example:
        >>> import numpy as np
        >>> jain(np.array([1.0, 0.0]), np.array([1.0, 1.0]))
        0.5
    """
    square = float((weights * values**2).sum() * weights.sum())
    return float((weights * values).sum()) ** 2 / square if square > 0 else 1.0


def hhi(values: Floats, counts: Floats) -> float:
    """Herfindahl index of the buyers' shares, 0 to 1; 0 where there is nothing to share.

    Args:
        values: Units of a group.
        counts: Buyers in it, who share alike.

    Example:
        >>> import numpy as np
        >>> hhi(np.array([1.0, 1.0]), np.array([1.0, 1.0]))
        0.5
    """
    total = float(values.sum())
    return float(((values / total) ** 2 / counts).sum()) if total > 0 else 0.0


def largest(values: Floats, counts: Floats, most: int = 5) -> float:
    """Share of the largest five buyers, 0 to 1; 0 where there is nothing to share.

    Example:
        >>> import numpy as np
        >>> largest(np.array([3.0, 1.0]), np.array([1.0, 1.0]), 1)
        0.75
    """
    total = float(values.sum())
    if total <= 0:
        return 0.0
    each = values / counts
    order = np.argsort(-each, kind="stable")
    before = np.concatenate([[0.0], counts[order].cumsum()[:-1]])
    taken = np.clip(most - before, 0.0, counts[order])
    return float((taken * each[order]).sum()) / total


@dataclass(frozen=True, slots=True)
class Fairness:
    """One allocation in numbers, over its window.

    Attributes:
        delivered, asked, unmet: Units.
        served: Delivered in quarters whose orders are known, of what is ``asked``.
        unmet: Open at the end; ``None`` where the orders of the last quarter are not known.
        gini_units: Between buyers, those of a group each counted; mostly how big buyers are.
        gini_fill: Of fill rates, weighted by orders; buyers without orders left out. ``None``
            where no orders are known.
        jain_fill, smallest_fill: Of the same fill rates.
        hhi, five: Concentration of deliveries.
        poor: Share of the deliveries that goes to poor buyers.
        backlog_weeks: Open orders at the end in weeks of the last quarter's deliveries;
            ``None`` where nothing is delivered in it, or its orders are not known.
        lead_weeks: What the delivered units had waited, on average; ``None`` without any.
    """

    delivered: float
    asked: float
    served: float
    unmet: float | None
    gini_units: float
    gini_fill: float | None
    jain_fill: float | None
    smallest_fill: float | None
    hhi: float
    five: float
    poor: float
    backlog_weeks: float | None
    lead_weeks: float | None


def fairness(allocation: Allocation, among: Mask | None = None) -> Fairness:
    """Measures of one scenario's allocation, among all buyers or some.

    Args:
        allocation: Without a scenario axis.
        among: Buyers to look at, by row.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> result = sc.simulate(network, cuts=["hbm=20%"], first="2024Q1", last="2024Q4")
        >>> 0 <= fairness(result.allocation).gini_fill <= 1
        True
    """
    rows = np.ones(len(allocation.buyers), dtype=bool) if among is None else among
    units, asked = allocation.units()[rows], allocation.asked()[rows]
    served = allocation.served()[rows]
    buyers = [b for b, here in zip(allocation.buyers, rows, strict=True) if here]
    count = np.array([b.count for b in buyers], dtype=float)
    poor = np.array([b.tier == "poor" for b in buyers], dtype=bool)
    ordering = asked > 0
    fill, orders = served[ordering] / asked[ordering], asked[ordering]
    total, backlog = float(units.sum()), float(allocation.backlog[rows, -1].sum())
    last = float(allocation.delivered[rows, :, -1].sum())
    open_known = bool(allocation.known[rows, -1].all())
    return Fairness(
        delivered=total,
        asked=float(asked.sum()),
        served=float(served.sum()),
        unmet=backlog if open_known else None,
        gini_units=gini(units / count, count),
        gini_fill=gini(fill, orders) if len(fill) else None,
        jain_fill=jain(fill, orders) if len(fill) else None,
        smallest_fill=float(fill.min()) if len(fill) else None,
        hhi=hhi(units, count),
        five=largest(units, count),
        poor=float(units[poor].sum()) / total if total > 0 else 0.0,
        backlog_weeks=backlog / last * WEEKS_PER_QUARTER if last > 0 and open_known else None,
        lead_weeks=float(allocation.waited[rows].sum()) / total * WEEKS_PER_QUARTER
        if total > 0
        else None,
    )


def grouped(
    buyers: Sequence[Buyer], by: str, values: Sequence[Floats]
) -> dict[str, tuple[float, ...]]:
    """Sums by ``tier``, ``country`` or ``kind`` of each list of values, sorted by name.

    Units in the baseline and units in the scenario become a pair for each country.
    """
    names = [str(getattr(buyer, by)) for buyer in buyers]
    rows = {name: [i for i, n in enumerate(names) if n == name] for name in sorted(set(names))}
    return {name: tuple(float(v[at].sum()) for v in values) for name, at in rows.items()}


def unknown_orders(allocation: Allocation) -> str:
    """What is not known of the orders in the window, as a sentence; empty: all are known."""
    if allocation.known.all() or not len(allocation.buyers):
        return ""
    count = allocation.known.sum(axis=0)
    here = [t for t, n in enumerate(count.tolist()) if n < len(allocation.buyers)]
    first, last = allocation.quarters[here[0]], allocation.quarters[here[-1]]
    when = f"{first}" if first == last else f"{first} to {last}"
    least = int(count[here].min())
    text = f"Orders of {when} are known for {least} of {len(allocation.buyers)} buyers"
    if allocation.known.any():
        return f"{text}: fill rates count the quarters in which they are known"
    return f"{text}: fill rates are left out, and what buyers get is of earlier orders only"
