"""Deliveries quarter by quarter: what the rule gives, what waits, what is withdrawn or moves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from supplychain.allocation.backlog import State, book, carry_over, nothing_yet
from supplychain.allocation.limits import own_first, request, without
from supplychain.allocation.orders import Barred, Lines, order_lines
from supplychain.allocation.paths import Floats, Mask, Path, after
from supplychain.allocation.rules import DEFAULT, Asked, Rule, Terms, find_rule, price
from supplychain.allocation.sharing import access, amounts, clearing_prices, positions, spread
from supplychain.errors import AskError
from supplychain.model import Buyer, Network
from supplychain.model.quarters import Quarter
from supplychain.model.values import same_values
from supplychain.production.plan import CANCEL

if TYPE_CHECKING:
    import pandas as pd

MOVE = 0.10
"""Share of a designer's unfilled orders for others' chips that it moves to its own each quarter."""


@dataclass(frozen=True, slots=True, eq=False)
class Allocation:
    """Deliveries under one rule. With several scenarios, arrays have them on the first axis.

    Attributes:
        orders: New orders, buyer x quarter: what was ordered, whatever is delivered.
        exchanged: Units by which open orders grew (or shrank) where they moved to the buyer's own
            chips, buyer x quarter: of others' chips another number has the H100 equivalents.
        wanted: Open orders in the quarter, new ones and those that waited, buyer x quarter.
        delivered: Units, buyer x product x quarter.
        backlog: Orders still open at the end of the quarter, buyer x quarter.
        waited: Quarters that the delivered units had waited, summed, buyer x quarter.
        moved: H100 equivalents of orders for others' chips that became orders for own chips,
            buyer x quarter.
        unsold: Units in the sellers' stock at the end of the quarter, product x quarter.
        price: US$ per H100 equivalent at which the last unit of a product is taken, product x
            quarter, under the rule ``price``; ``None`` under the others.
        known: Whether the buyer's orders are known, buyer x quarter; what is delivered in other
            quarters is of orders still open.
    """

    rule: str
    buyers: tuple[Buyer, ...]
    products: tuple[str, ...]
    quarters: tuple[Quarter, ...]
    orders: Floats
    exchanged: Floats
    wanted: Floats
    delivered: Floats
    backlog: Floats
    waited: Floats
    moved: Floats
    unsold: Floats
    known: Mask
    price: Floats | None = None

    __eq__ = same_values

    def __repr__(self) -> str:
        who = f"{len(self.products)} products to {len(self.buyers)} buyers"
        return f"<Allocation {self.quarters[0]} to {self.quarters[-1]}, {self.rule}: {who}>"

    def units(self) -> Floats:
        """Units delivered over the window, by buyer."""
        return np.asarray(self.delivered.sum(axis=(-2, -1)))

    def ordered(self) -> Floats:
        """Units ordered in the window, by buyer.

        The same under every rule, and in every scenario that does not change orders.
        """
        return np.asarray(self.orders.sum(axis=-1))

    def orders_known(self) -> Mapping[str, float | None]:
        """Units ordered in the window, by buyer; ``None`` where no order of it is known."""
        known = np.asarray(self.known.any(axis=-1)).tolist()
        rows = zip(self.buyers, self.ordered().tolist(), known, strict=True)
        return {b.id: units if here else None for b, units, here in rows}

    def asked(self) -> Floats:
        """Units that could have been delivered, by buyer.

        What was ordered in the window as far as that is known, what was open before it, and what
        moves of orders made of them.
        """
        new = self.orders + self.exchanged
        opening = np.where(self.known[..., 0], np.maximum(self.wanted[..., 0] - new[..., 0], 0), 0)
        return np.asarray((new * self.known).sum(axis=-1) + opening)

    def served(self) -> Floats:
        """Units delivered over the window in quarters whose orders are known, by buyer."""
        return np.asarray((self.delivered.sum(axis=-2) * self.known).sum(axis=-1))

    def by_buyer(self) -> Mapping[str, float]:
        """Units delivered over the window, of one scenario."""
        return {b.id: float(u) for b, u in zip(self.buyers, self.units(), strict=True)}

    def fill_rates(self) -> Mapping[str, float | None]:
        """Delivered / asked for over the quarters of the window whose orders are known, 0 to 1.

        ``None`` for a buyer without orders, or whose orders are not known.
        """
        pairs = zip(self.buyers, self.served().tolist(), self.asked().tolist(), strict=True)
        return {b.id: given / asked if asked > 0 else None for b, given, asked in pairs}

    def unknown(self) -> tuple[Quarter, ...]:
        """Quarters of the window in which the orders of nobody are known."""
        known = np.asarray(self.known.any(axis=0)).tolist()
        return tuple(q for q, here in zip(self.quarters, known, strict=True) if not here)

    def between(self, first: Quarter, last: Quarter) -> Allocation:
        """The same, of the quarters from first to last only."""
        here = slice(self.quarters.index(first), self.quarters.index(last) + 1)
        cut = self._cut(lambda array: array[..., here], self.quarters[here])
        return dataclasses.replace(cut, known=self.known[:, here])

    def scenario(self, number: int) -> Allocation:
        """One of several scenarios."""
        return self._cut(lambda array: array[number], self.quarters)

    def _cut(self, part: Callable[[Floats], Floats], quarters: tuple[Quarter, ...]) -> Allocation:
        arrays = {name: getattr(self, name) for name in ARRAYS}
        kept: dict[str, Any] = {n: part(a) for n, a in arrays.items() if a is not None}
        return dataclasses.replace(self, quarters=quarters, **kept)

    def to_frame(self) -> pd.DataFrame:
        """One row per buyer, product and quarter with a delivery, of one scenario."""
        import pandas as pd

        rows = [
            (b.id, b.tier, p, str(q), float(self.delivered[i, j, t]))
            for i, b in enumerate(self.buyers)
            for j, p in enumerate(self.products)
            for t, q in enumerate(self.quarters)
            if self.delivered[i, j, t] > 0
        ]
        return pd.DataFrame(rows, columns=["buyer", "tier", "product", "quarter", "units"])

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the answer, by the names that they have in the JSON of the command."""
        import supplychain

        return supplychain.document(self).tables

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the tables say in words."""
        import supplychain

        return supplychain.document(self).sentences

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(max_rows=20))


ARRAYS = (
    "orders",
    "exchanged",
    "wanted",
    "delivered",
    "backlog",
    "waited",
    "moved",
    "unsold",
    "price",
)
"""The attributes of an allocation that have scenarios first and quarters last."""


def move_of(network: Network) -> float:
    """Share of the unfilled orders that designers of accelerators move to their own.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> move_of(network)
        0.1
    """
    return network.constant("allocation.move", MOVE)


def allocate(
    network: Network,
    units: Mapping[str, Floats],
    quarters: Sequence[Quarter],
    rule: str = DEFAULT,
    barred: Barred | None = None,
    as_ordered: Collection[str] = (),
    terms: Terms | None = None,
    cancel: float = CANCEL,
    move: float | None = None,
) -> Allocation:
    """Give each quarter's accelerators to buyers; unfilled orders wait, some are withdrawn.

    Args:
        network: For buyers, their orders and limits, and the export rules of products.
        units: Shipped units by product, over the quarters; or scenario x quarter.
        quarters: The grid.
        rule: A name of :data:`~supplychain.allocation.rules.RULES`.
        barred: Sales that a scenario forbids, beside the export rules.
        as_ordered: Products that are delivered as ordered, because their makers' inputs do not
            limit them; orders for nothing else are filled.
        terms: What the seller sets; the defaults if not given.
        cancel: Share of the unfilled orders withdrawn each quarter.
        move: Share of them that designers of accelerators move to their own; as the data says if
            not given.

    Returns:
        An allocation with a scenario axis only if the units have one.

    Raises:
        AskError: No such rule, or units that are negative or not a number.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> import numpy as np
        >>> quarters = [sc.Quarter(2024, 1)]
        >>> given = allocate(network, {"h100": np.array([1_000.0])}, quarters, "pro-rata")
        >>> float(given.delivered.sum().round())
        1000.0
    """
    products = tuple(sorted({*units, *as_ordered}))
    lines = order_lines(network, products, quarters, barred, as_ordered)
    moved = move_of(network) if move is None else move
    return share_out(lines, units, rule, terms, cancel, moved)


def share_out(
    lines: Lines,
    units: Mapping[str, Floats],
    rule: str = DEFAULT,
    terms: Terms | None = None,
    cancel: float = CANCEL,
    move: float = MOVE,
) -> Allocation:
    """:func:`allocate`, once the orders have been read."""
    ration = find_rule(rule)
    supply = _supply(units, lines.products, len(lines.quarters))
    state = nothing_yet(len(supply), lines)
    for t in range(len(lines.quarters)):
        _quarter(state, lines, supply[:, :, t], t, ration, terms or Terms())
        carry_over(state, lines, t, cancel, move)
    arrays = {name: getattr(state, name) for name in ARRAYS}
    if ration is not price:
        arrays["price"] = None
    who = rule, lines.buyers, lines.products, lines.quarters
    many = Allocation(*who, known=lines.known, **arrays)
    single = all(np.ndim(u) == 1 for u in units.values())
    return many.scenario(0) if single else many


def _supply(units: Mapping[str, Floats], products: Sequence[str], quarters: int) -> Floats:
    """Scenario x product x quarter."""
    for product, amount in units.items():
        if not (np.isfinite(amount).all() and (np.asarray(amount) >= 0).all()):
            raise AskError(f"{product}: units shipped must be numbers of 0 or more")
    rows = [np.atleast_2d(np.asarray(units.get(p, np.zeros(quarters)), float)) for p in products]
    scenarios = max((len(r) for r in rows), default=1)
    table = [np.broadcast_to(r, (scenarios, quarters)) for r in rows]
    return np.stack(table, axis=1) if table else np.zeros((scenarios, 0, quarters))


def _quarter(
    state: State, lines: Lines, supply: Floats, t: int, ration: Rule, terms: Terms
) -> None:
    """Serve the orders of one quarter; what they do not get stays waiting."""
    allowed = lines.allowed[:, :, t]
    if not allowed.size:  # nobody orders, or there is nothing to order
        state.stock = supply + state.stock
        book(state, lines, np.zeros((len(supply), *allowed.shape)), t)
        return
    state.promised += lines.promised[:, t]
    offered = supply + state.stock
    wanted = request(state, lines, offered, t, terms, listed=ration is not price)
    limited = ~lines.as_ordered
    who = access(allowed & limited)
    within = without(wanted, np.where(who.kind < 0, wanted.wanted, 0.0))
    path = _path(within, lines, allowed, ration, terms)
    position = positions(path, offered, who)
    by_product = spread(amounts(path, position, who), offered, who)
    state.stock = np.maximum(offered - by_product.sum(axis=1), 0.0)
    if path.inverse_price is not None:
        state.price[:, :, t] = clearing_prices(path.inverse_price, position, who)
    by_product += _as_ordered(wanted.wanted - by_product.sum(axis=2), lines, allowed)
    book(state, lines, by_product, t)


def _path(wanted: Asked, lines: Lines, allowed: Mask, ration: Rule, terms: Terms) -> Path:
    """The rule's path, after what a buyer's own chips are for before any rule."""
    first = own_first(wanted, lines, allowed)
    if not (first > 0).any():
        return ration(wanted, terms)
    return after(first, ration(without(wanted, first), terms))


def _as_ordered(open_: Floats, lines: Lines, allowed: Mask) -> Floats:
    """What no supply limits: orders for nothing else, and those for the buyer's own chips."""
    free = allowed & lines.as_ordered
    filled = free.any(axis=1) & (lines.own | ~(allowed & ~lines.as_ordered).any(axis=1))
    evenly = np.where(filled[:, None], free / np.maximum(1, free.sum(axis=1, keepdims=True)), 0.0)
    return np.maximum(open_, 0.0)[:, :, None] * evenly
