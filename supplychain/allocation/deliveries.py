"""Deliveries quarter by quarter: what the rule gives, what waits, what is withdrawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from supplychain.allocation.export import exportable
from supplychain.allocation.rules import RULES, Floats
from supplychain.model import Buyer, Commodity, Network, Orders
from supplychain.quarters import Quarter

if TYPE_CHECKING:
    import altair
    import pandas as pd

CANCEL = 0.15
"""Share of the unfilled orders that is withdrawn each quarter; an assumption, see docs/model.md."""


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """Deliveries under one rule.

    Attributes:
        orders: New orders, buyer x quarter.
        delivered: Units, buyer x product x quarter.
        backlog: Orders still open at the end of the quarter, buyer x quarter.
        unsold: Units nobody asked for, product x quarter.
    """

    rule: str
    buyers: tuple[Buyer, ...]
    products: tuple[str, ...]
    quarters: tuple[Quarter, ...]
    orders: Floats
    delivered: Floats
    backlog: Floats
    unsold: Floats

    def by_buyer(self) -> Mapping[str, float]:
        """Units delivered over the whole window."""
        totals = self.delivered.sum(axis=(1, 2))
        return {b.id: float(u) for b, u in zip(self.buyers, totals, strict=True)}

    def fill_rates(self) -> Mapping[str, float | None]:
        """Delivered / ordered over the window; ``None`` for a buyer without orders."""
        ordered = self.orders.sum(axis=1)
        given = self.delivered.sum(axis=(1, 2))
        return {
            b.id: float(g / o) if o > 0 else None
            for b, g, o in zip(self.buyers, given, ordered, strict=True)
        }

    def to_frame(self) -> pd.DataFrame:
        """One row per buyer, product and quarter with a delivery."""
        import pandas as pd

        rows = [
            (b.id, b.tier, p, str(q), float(self.delivered[i, j, t]))
            for i, b in enumerate(self.buyers)
            for j, p in enumerate(self.products)
            for t, q in enumerate(self.quarters)
            if self.delivered[i, j, t] > 0
        ]
        return pd.DataFrame(rows, columns=["buyer", "tier", "product", "quarter", "units"])

    def chart(self) -> altair.Chart:
        """Share of its orders that each buyer gets."""
        from supplychain.report.notebook import allocation_chart

        return allocation_chart(self)

    def _repr_html_(self) -> str:
        from supplychain.report.notebook import allocation_html

        return allocation_html(self)


def allocate(
    network: Network,
    units: Mapping[str, Floats],
    quarters: Sequence[Quarter],
    rule: str = "contract-first",
    barred: Callable[[Commodity, Buyer, Quarter], bool] = lambda *_: False,
) -> Allocation:
    """Give each quarter's accelerators to buyers; unfilled orders wait, some are withdrawn.

    Args:
        network: For buyers, their orders and the export rules of products.
        units: Shipped units by product, over the quarters.
        quarters: The grid.
        rule: A name of :data:`RULES`.
        barred: Sales that a scenario forbids, beside the export rules.

    Raises:
        KeyError: No such rule.
    """
    ration = RULES[rule]
    products = tuple(sorted(units))
    buyers = tuple(b for b in network.buyers.values() if b.orders)
    lines = [(i, line) for i, buyer in enumerate(buyers) for line in buyer.orders]
    allowed = np.array(
        [
            [_allowed(network, buyers[i], line, p, quarters, barred) for p in products]
            for i, line in lines
        ]
    ).reshape(len(lines), len(products), len(quarters))
    asked = _quantities([line for _, line in lines], quarters)
    committed = np.array([_committed(buyers[i], line, quarters) for i, line in lines]).reshape(
        len(lines), len(quarters)
    )
    owner = np.array([i for i, _ in lines], dtype=int)
    delivered = np.zeros((len(buyers), len(products), len(quarters)))
    backlog = np.zeros((len(buyers), len(quarters)))
    unsold = np.zeros((len(products), len(quarters)))
    waiting = np.zeros(len(lines))
    for t in range(len(quarters)):
        wanted = asked[:, t] + waiting * (1 - CANCEL)
        available = np.array([units[p][t] for p in products])
        given = ration(available, wanted, committed[:, t], allowed[:, :, t])
        waiting = np.maximum(wanted - given.sum(axis=1), 0.0)
        np.add.at(delivered[:, :, t], owner, given)
        np.add.at(backlog[:, t], owner, waiting)
        unsold[:, t] = np.maximum(available - given.sum(axis=0), 0.0)
    orders = np.zeros((len(buyers), len(quarters)))
    np.add.at(orders, owner, asked)
    return Allocation(rule, buyers, products, tuple(quarters), orders, delivered, backlog, unsold)


def _quantities(lines: Sequence[Orders], quarters: Sequence[Quarter]) -> Floats:
    return np.array(
        [[line.figures[q].value if q in line.figures else 0.0 for q in quarters] for line in lines]
    ).reshape(len(lines), len(quarters))


def _committed(buyer: Buyer, line: Orders, quarters: Sequence[Quarter]) -> list[float]:
    """Contracts for the same products as the order."""
    same = [c for c in buyer.contracts if set(c.products) & set(line.products)]
    return [sum(c.figures[q].value for c in same if q in c.figures) for q in quarters]


def _allowed(
    network: Network,
    buyer: Buyer,
    line: Orders,
    product: str,
    quarters: Sequence[Quarter],
    barred: Callable[[Commodity, Buyer, Quarter], bool],
) -> list[bool]:
    commodity = network.commodities[product]
    named = {product, *commodity.groups} & set(line.products)
    return [
        bool(named) and exportable(commodity, buyer, q) and not barred(commodity, buyer, q)
        for q in quarters
    ]
