"""Who supplied what for the accelerators of a quarter, and who got them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from supplychain.allocation import Allocation
from supplychain.model import Network
from supplychain.model.quarters import Quarter, lag_parts
from supplychain.production.plan import Link
from supplychain.production.result import Production

Column: TypeAlias = Literal["wafers", "memory", "buyers"]

INPUTS: dict[Column, str] = {"wafers": "logic-wafer", "memory": "hbm"}
"""What is followed into the accelerators: groups of commodities."""

NOBODY = "not sold"
"""In place of a buyer: units that no order asked for."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What goes from one place to the next.

    Attributes:
        column: Where it comes from (``wafers``, ``memory``) or goes to (``buyers``).
        node: Maker and commodity (``tsmc n5-wafer``), or the buyer's id.
        product: The accelerator.
        units: Accelerators it is in, or that are delivered.
        amount: Of the input, in its own unit; the units themselves for buyers.
    """

    column: Column
    node: str
    product: str
    units: float
    amount: float


def flows(
    network: Network, production: Production, allocation: Allocation, quarter: Quarter
) -> tuple[Flow, ...]:
    """The accelerators shipped in a quarter: what is in them, by maker, and who gets them.

    A bank does not remember who sent what: an input's makers share a product's units as they
    share what had arrived for it by that quarter, the latest quarter with an arrival deciding.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> result = sc.simulate(network, cuts=["hbm=20%"], first="2024Q1", last="2024Q4")
        >>> found = flows(network, result.baseline, result.allocation, sc.Quarter(2024, 4))
        >>> bool(found)
        True
    """
    plan = production.plan
    period = plan.quarters.index(quarter)
    t = allocation.quarters.index(quarter)
    shipped = {p: float(production.ship[row, period]) for row, p in enumerate(plan.products)}
    found: list[Flow] = []
    for number, link in enumerate(plan.links):
        product = plan.supplies[link.consumer].commodity
        if shipped.get(product, 0.0) <= 0:
            continue
        for column, group in INPUTS.items():
            if link.commodity in network.groups.get(group, ()):
                for node, share in _makers(production, number, link, period).items():
                    units = shipped[product] * share
                    found.append(Flow(column, node, product, units, units * link.per_unit))
    for j, product in enumerate(allocation.products):
        for i, buyer in enumerate(allocation.buyers):
            units = float(allocation.delivered[i, j, t])
            found.append(Flow("buyers", buyer.id, product, units, units))
        left = float(allocation.unsold[j, t])
        found.append(Flow("buyers", NOBODY, product, left, left))
    return tuple(f for f in found if f.units > 1e-6 * max(1.0, sum(shipped.values())))


def _makers(production: Production, number: int, link: Link, period: int) -> dict[str, float]:
    """Shares of the makers in what last arrived for a need, by ``maker commodity``."""
    plan = production.plan
    arrived: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(len(plan.quarters)))
    for row, (of, sender) in enumerate(production.pairs):
        if of == number:
            supply = plan.supplies[sender]
            sent = production.use[row]
            for lag, share in lag_parts(link.lag):
                late = np.concatenate([np.zeros(lag), sent])[: len(sent)]
                arrived[f"{supply.organization} {supply.commodity}"] += share * late
    total = sum(arrived.values(), np.zeros(len(plan.quarters)))
    periods = np.flatnonzero(total[: period + 1] > 1e-9 * max(1.0, float(total.max(initial=0.0))))
    if not len(periods):
        return {}
    last = periods[-1]
    return {
        node: float(a[last] / total[last]) for node, a in sorted(arrived.items()) if a[last] > 0
    }
