"""Fleets: what each buyer has in service, quarter by quarter, and who is rich.

A fleet is what was owned at the start, plus deliveries, less what has reached the end of its
life. What was owned at the start was bought evenly from the chip's launch on, so it retires
evenly too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from supplychain.allocation.chips import (
    in_service,
    life_of,
    surviving,
)
from supplychain.allocation.deliveries import Allocation
from supplychain.allocation.paths import Floats, Mask
from supplychain.errors import AskError
from supplychain.model import Buyer, Network
from supplychain.model.accelerators import QUANTITIES, per_accelerator
from supplychain.model.quarters import Quarter
from supplychain.model.values import same_values

if TYPE_CHECKING:
    import pandas as pd

RICH_H100E = 20_000.0
"""A fleet of this many H100 equivalents is rich: the line between firms with tens of thousands of
A100 and H100 and everybody else in the GPU-rich list of August 2023 (SemiAnalysis).

The data may set it: ``allocation.rich_h100e`` of its parameters.
"""


def rich_fleet(network: Network) -> float:
    """H100 equivalents from which on a fleet is rich.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> rich_fleet(network)
        20000.0
    """
    return network.constant("allocation.rich_h100e", RICH_H100E)


@dataclass(frozen=True, slots=True, eq=False)
class Fleets:
    """Accelerators in service at the end of each quarter.

    Attributes:
        buyers: Every buyer with a fleet or orders, in the order of their ids.
        products: Ids of accelerators, sorted.
        in_service: Units, buyer x product x quarter; scenarios, if there are several, come first.
    """

    buyers: tuple[Buyer, ...]
    products: tuple[str, ...]
    quarters: tuple[Quarter, ...]
    in_service: Floats

    __eq__ = same_values

    def __repr__(self) -> str:
        who = f"{len(self.products)} products of {len(self.buyers)} buyers"
        return f"<Fleets {self.quarters[0]} to {self.quarters[-1]}: {who}>"

    def total(self, network: Network, quantity: str) -> Floats:
        """A quantity of :data:`QUANTITIES` by buyer and quarter.

        A product without a figure for it counts nothing; :meth:`known` says how much that is.
        Revenue is of no fleet.

        Raises:
            KeyError: No such quantity.
        """
        each = np.array(
            [
                per_accelerator(network, network.commodities[p]).get(quantity, 0.0)
                for p in self.products
            ]
        )
        if quantity not in QUANTITIES or quantity == "revenue_usd":
            raise KeyError(quantity)
        return np.asarray(np.einsum("...bpq,p->...bq", self.in_service, each))

    def known(self, network: Network, quantity: str) -> float:
        """Share of all units in service, over all quarters, whose product has the figure."""
        has = np.array(
            [quantity in per_accelerator(network, network.commodities[p]) for p in self.products]
        )
        units = self.in_service.sum(axis=-1)
        total = float(units.sum())
        return float(units[..., has].sum()) / total if total > 0 else 1.0

    def rich(self, network: Network, threshold: float | None = None, by: str = "h100e") -> Mask:
        """Whether each buyer's fleet reaches the threshold, buyer x quarter.

        A group of buyers alike is judged by the fleet of one of them. The threshold is
        :func:`rich_fleet` if none is given.
        """
        threshold = rich_fleet(network) if threshold is None else threshold
        count = np.array([b.count for b in self.buyers], dtype=float)
        return np.asarray(self.total(network, by) / count[:, None] >= threshold)

    def between(self, first: Quarter, last: Quarter) -> Fleets:
        """The same, of the quarters from first to last only."""
        here = slice(self.quarters.index(first), self.quarters.index(last) + 1)
        return Fleets(self.buyers, self.products, self.quarters[here], self.in_service[..., here])

    def to_frame(self) -> pd.DataFrame:
        """One row per buyer, product and quarter with any in service; of one scenario."""
        import pandas as pd

        rows = [
            (b.id, b.tier, p, str(q), float(self.in_service[i, j, t]))
            for i, b in enumerate(self.buyers)
            for j, p in enumerate(self.products)
            for t, q in enumerate(self.quarters)
            if self.in_service[i, j, t] > 0
        ]
        return pd.DataFrame(rows, columns=["buyer", "tier", "product", "quarter", "units"])


def fleets(network: Network, allocation: Allocation, life: int | None = None) -> Fleets:
    """Fleets at the end of each quarter of the allocation.

    Args:
        network: For what was owned at the start.
        allocation: Deliveries; they should begin with :data:`OWNED_BEFORE`, for what was
            delivered between it and a later first quarter is in no fleet.
        life: Quarters in service, above 0; as the data says if not given.

    Raises:
        AskError: The life is not above 0.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> result = sc.simulate(network, cuts=["hbm=20%"], first="2024Q1", last="2024Q4")
        >>> held = fleets(network, result.allocation)
        >>> held.quarters == result.quarters
        True
    """
    life = life_of(network) if life is None else life
    if life < 1:
        raise AskError(f"a life of {life} quarters; it must be 1 or more")
    receiving = {b.id: i for i, b in enumerate(allocation.buyers)}
    buyers = tuple(b for b in network.buyers.values() if b.fleet or b.id in receiving)
    products = tuple(sorted({*allocation.products, *(p for b in buyers for p in b.fleet)}))
    column = {p: j for j, p in enumerate(products)}
    quarters = allocation.quarters
    leading = allocation.delivered.shape[:-3]
    units = np.zeros((*leading, len(buyers), len(products), len(quarters)))
    taken = [column[p] for p in allocation.products]
    for row, buyer in enumerate(buyers):
        for product, figure in buyer.fleet.items():
            left = surviving(network.commodities[product], quarters, life)
            units[..., row, column[product], :] += figure.value * left
        if buyer.id in receiving:
            delivered = allocation.delivered[..., receiving[buyer.id], :, :]
            units[..., row, taken, :] += in_service(delivered, life)
    return Fleets(buyers, products, quarters, units)
