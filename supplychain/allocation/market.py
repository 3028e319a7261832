"""From production to deliveries and fleets, under any rule, without and with the shocks.

Fleets and open orders do not begin with the window that is asked about: the quarters since the
data's first fleet are delivered before it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from supplychain.allocation import Allocation, Fleets, Terms, fleets, share_out
from supplychain.allocation.chips import OWNED_BEFORE
from supplychain.allocation.deliveries import move_of
from supplychain.allocation.orders import Barred, Lines, order_lines
from supplychain.allocation.paths import Floats
from supplychain.errors import AskError
from supplychain.model import Network
from supplychain.model.finder import find_id
from supplychain.model.quarters import Quarter, quarter_range
from supplychain.model.values import same_values
from supplychain.production.reading import rules_of
from supplychain.production.result import Production


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """What is there to be shared out, and among whom.

    Attributes:
        network: The buyers.
        lines: Their orders and limits, from the data's first fleet or the window's first quarter
            on, what is earlier.
        units: Units by product, over the same quarters.
        window: First and last quarter asked about.
    """

    network: Network
    lines: Lines
    units: Mapping[str, Floats]
    window: tuple[Quarter, Quarter]

    __eq__ = same_values

    def __repr__(self) -> str:
        who = f"{len(self.units)} products for {len(self.network.buyers)} buyers"
        return f"<Market {self.window[0]} to {self.window[1]}: {who}>"

    @property
    def as_ordered(self) -> tuple[str, ...]:
        """Products outside the production program, which orders alone limit."""
        return tuple(
            p for p, free in zip(self.lines.products, self.lines.as_ordered, strict=True) if free
        )

    def deliveries(self, rule: str, terms: Terms | None = None) -> Allocation:
        """Deliveries over all quarters, those before the window too.

        Raises:
            AskError: No such rule.
        """
        cancel, move = rules_of(self.network).cancel, move_of(self.network)
        return share_out(self.lines, self.units, rule, terms, cancel, move)

    def scaled(self, total: float) -> Market:
        """The same with that many accelerators in the window, in the mix of each quarter.

        Raises:
            AskError: The number is not above 0, or nothing is made in the window.
        """
        quarters = self.lines.quarters
        start = quarters.index(self.window[0])
        made = sum(float(u[start:].sum()) for u in self.units.values())
        if not total > 0:
            raise AskError(f"a supply of {total:g}; it must be above 0")
        if made <= 0:
            raise AskError(
                f"nothing is made from {self.window[0]} to {self.window[1]}, so no mix is known"
            )
        factor = np.where(np.arange(len(quarters)) < start, 1.0, total / made)
        return dataclasses.replace(self, units={p: u * factor for p, u in self.units.items()})

    def in_window(self, allocation: Allocation) -> Allocation:
        """What of it lies in the window."""
        return allocation.between(*self.window)

    def fleets(self, allocation: Allocation) -> Fleets:
        """Fleets in the window, after deliveries over all quarters."""
        return fleets(self.network, allocation).between(*self.window)


def side_by_side(before: Market, after: Market, rule: str) -> tuple[Allocation, Allocation]:
    """The window's deliveries in two markets; in one pass where the orders are the same.

    Raises:
        AskError: No such rule.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> result = sc.simulate(network, cuts=["hbm=20%"], first="2024Q1", last="2024Q4")
        >>> one, other = side_by_side(*result.markets, "max-min")
        >>> one.rule, other.quarters == result.quarters
        ('max-min', True)
    """
    if before.lines is not after.lines:
        one, other = before.deliveries(rule), after.deliveries(rule)
    else:
        units = {p: np.stack([before.units[p], after.units[p]]) for p in before.units}
        cancel, move = rules_of(before.network).cancel, move_of(before.network)
        many = share_out(before.lines, units, rule, cancel=cancel, move=move)
        one, other = many.scenario(0), many.scenario(1)
    return before.in_window(one), after.in_window(other)


def market(network: Network, production: Production, barred: Barred | None = None) -> Market:
    """The market of a production result.

    Args:
        network: With the scenario's orders.
        production: Of the window; what it made since the data's first fleet is delivered too.
        barred: Sales that the scenario forbids.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> production = sc.simulate(network, first="2024Q1", last="2024Q4").baseline
        >>> market(network, production).window
        (Quarter(year=2024, number=1), Quarter(year=2024, number=4))
    """
    window = production.quarters
    quarters = quarter_range(min(OWNED_BEFORE, window[0]), window[-1])
    units = _units(production, quarters)
    left_out = tuple(p for p in sorted(production.plan.left_out) if p not in units)
    products = sorted({*units, *left_out})
    lines = order_lines(network, products, quarters, barred, left_out)
    return Market(network, lines, units, (window[0], window[-1]))


def with_units(of: Market, production: Production) -> Market:
    """The same orders with another production.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> result = sc.simulate(network, cuts=["hbm=20%"], first="2024Q1", last="2024Q4")
        >>> with_units(result.markets[0], result.scenario).window == result.markets[0].window
        True
    """
    made = _units(production, of.lines.quarters)
    return dataclasses.replace(of, units={p: made.get(p, u) for p, u in of.units.items()})


def _units(production: Production, quarters: Sequence[Quarter]) -> Mapping[str, Floats]:
    """Units by product in some quarters; none before the data."""
    grid = {q: t for t, q in enumerate(production.plan.quarters)}
    known = [(i, grid[q]) for i, q in enumerate(quarters) if q in grid]
    units = {}
    for row, product in sorted(enumerate(production.plan.products), key=lambda x: x[1]):
        units[product] = np.zeros(len(quarters))
        for i, t in known:
            units[product][i] = production.ship[row, t]
    return units


def find_buyer(network: Network, name: str) -> str:
    """Id of the buyer with orders that has that id, name or alias.

    Raises:
        AskError: There is none, or it has no orders.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> find_buyer(network, "Meta")
        'meta'
    """
    buyer = network.buyers[find_id(network, name, "buyer")]
    if not any(f.value > 0 for line in buyer.orders for f in line.figures.values()):
        raise AskError(f"{buyer.name} has no orders, so no rule gives it anything")
    return buyer.id
