"""Who gets the accelerators: orders, contracts, backlog, and the rule that rations them.

Every rule is a pure function on arrays of one quarter; :func:`allocate` carries the unfilled
orders from quarter to quarter. Within an order its products substitute for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from supplychain.model import Buyer, Commodity, Network, Orders
from supplychain.quarters import Quarter

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Rule: TypeAlias = Callable[[Floats, Floats, Floats, Mask], Floats]
"""(available by product, wanted by order, of which committed, allowed order x product) -> given."""

CANCEL = 0.15
"""Share of the unfilled orders that is withdrawn each quarter; an assumption, see docs/model.md."""

H800_BARRED = Quarter(2023, 4)
"""US rules of 17 October 2023 (in force 23 October) end sales of A800 and H800 to China."""


def pro_rata(available: Floats, wanted: Floats, committed: Floats, allowed: Mask) -> Floats:
    """Every order gets the same share of what it asks for, as far as its products go round.

    An order is spread over its products in proportion to what is left of them; what a product
    cannot give is asked of the others. Commitments play no part.

    Returns:
        Units given, order x product; never more than wanted or available.
    """
    left, need = available.astype(float), wanted.astype(float)
    given = np.zeros(allowed.shape)
    # Each round uses up a product or fills every order that still finds one.
    for _ in range(allowed.shape[1] + 1):
        open_to = np.where(allowed, left, 0.0)
        reach = open_to.sum(axis=1)
        asked = np.divide(
            need[:, None] * open_to,
            reach[:, None],
            out=np.zeros_like(given),
            where=reach[:, None] > 0,
        )
        total = asked.sum(axis=0)
        if not (total > 0).any():
            break
        fill = np.divide(np.minimum(left, total), total, out=np.zeros_like(total), where=total > 0)
        now = asked * fill
        given += now
        need = np.maximum(need - now.sum(axis=1), 0.0)
        left = np.where(fill < 1, 0.0, np.maximum(left - total, 0.0))
    return given


def contract_first(available: Floats, wanted: Floats, committed: Floats, allowed: Mask) -> Floats:
    """Commitments pro rata first, then everything else that is wanted pro rata.

    How sellers say they do it: named end customers with commitments come before spot orders.
    """
    promised = np.minimum(committed, wanted)
    first = pro_rata(available, promised, committed, allowed)
    left = np.maximum(available - first.sum(axis=0), 0.0)
    rest = np.maximum(wanted - first.sum(axis=1), 0.0)
    return first + pro_rata(left, rest, committed, allowed)


RULES: Mapping[str, Rule] = MappingProxyType(
    {"contract-first": contract_first, "pro-rata": pro_rata}
)


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


def exportable(commodity: Commodity, buyer: Buyer, quarter: Quarter) -> bool:
    """Whether US export rules and the seller's ranges let the buyer have the product.

    Buyers of class ``china`` get A100/A800 and H100/H800 until the rules of October 2023 and
    the products made for them (group ``china-variant``) at any time; nobody else takes those.
    """
    made_for_china = "china-variant" in commodity.groups
    if buyer.export_class != "china":
        return not made_for_china
    return made_for_china or (
        quarter < H800_BARRED and bool({"ampere", "hopper"} & set(commodity.groups))
    )
