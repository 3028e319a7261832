"""What production knows: supplies, lines, links and orders on a quarterly grid.

A :class:`Plan` is the network seen from production: only what is counted in absolute units
(metered supplies and the accelerators they end in), with figures already read off for every
quarter of the data. It is read by :mod:`supplychain.production.reading`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from supplychain.errors import AskError
from supplychain.model import Capacity, Need, Orders, Supply
from supplychain.model.quarters import Quarter

Kind: TypeAlias = Literal["slot", "memory", "dies", "upstream"]
"""What an input is to a start."""


CANCEL = 0.15
"""Share of the unfilled orders that is withdrawn each quarter, where the data says nothing."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The constants of the forward model; ``docs/model.md`` gives range and effect of each.

    The data may set each of them by the name of the attribute, in the parameters ``production``.

    Attributes:
        band: Most a product is started beyond its plan, on capacity left over or lent.
        cancel: Share of the unfilled orders that is withdrawn each quarter.
        ahead: Share of the next quarter's need of memory that is made a quarter early.
        stock_weeks: What the chain can hold of a commodity that says nothing else.
    """

    band: float = 0.15
    cancel: float = CANCEL
    ahead: float = 1.0
    stock_weeks: float = 13.0


@dataclass(frozen=True, slots=True)
class Link:
    """One need of one supply, as a flow.

    Attributes:
        consumer: Index of the consuming supply in the plan.
        need: The need, for its place and sources.
        per_unit: Good input per good unit of output (the consumer's yield is inside).
        lag: From the input sent to the output finished, in quarters.
        senders: Index of each qualified supply, with the periods in which it
            is active and qualified.
        kind: ``slot``: taken of the line it is packaged on; ``memory``: needed less than a quarter
            before the start; ``dies``: ordered ahead; ``upstream``: an input of an input.
    """

    consumer: int
    need: Need
    per_unit: float
    lag: float
    senders: Mapping[int, tuple[int, ...]]
    kind: Kind = "upstream"

    @property
    def commodity(self) -> str:
        """The input, or the first of the alternatives."""
        return next(iter(self.need.inputs))

    @property
    def inputs(self) -> str:
        """All alternatives, as in the names of figures: ``hbm3`` or ``hbm3|hbm3e-8hi``."""
        return "|".join(self.need.inputs)


@dataclass(frozen=True, slots=True)
class Line:
    """One capacity on the grid.

    Attributes:
        per_quarter: Units by period.
        members: Index of each supply that runs on it, with its draw per unit.
        booked: Holder to share, by period.
        reserved: Share booked by holders that have no accelerator of theirs made there in
            the calendar year, by period: they are taken to use it for others, and nobody can
            borrow it.
        whole: Whether this is a line that is split by plan, its parts being lines of their own.
    """

    capacity: Capacity
    per_quarter: tuple[float, ...]
    members: Mapping[int, float]
    booked: tuple[Mapping[str, float], ...]
    reserved: tuple[float, ...]
    whole: bool = False

    @property
    def key(self) -> str:
        """``organization.capacity``."""
        return self.capacity.key


@dataclass(frozen=True, slots=True)
class Market:
    """Accelerators of a designer, and what all buyers together take of them.

    Attributes:
        products: Those that are made; they substitute for each other.
        orders: Units by period; infinite where nothing is known.
        stock: Most that can be held of each finished product, by period: some weeks of the most
            that was ordered of it so far, by the planned mix.
    """

    designer: str
    book: Orders
    products: tuple[str, ...]
    orders: tuple[float, ...]
    stock: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """The network on a quarterly grid.

    Attributes:
        quarters: All of the data, from the first in which anything can be made, and a few beyond,
            so that its last ones look as far ahead as others.
        reported: How many of them are the data's.
        supplies: Sorted by commodity, organization, country.
        products: Index of the supply of each accelerator that production makes.
        holders: Who books capacity for the product: its designer, else the partner who does.
        mix: Product to planned share of its designer's units, by period.
        stock_weeks: What can be held of each metered commodity.
        markets: Sales that orders limit; a product in none of them sells as fast as it is made.
        left_out: Accelerators that production does not make, each with the reason.
        idle: Bookings that no product of the holder can use, each with the reason.
    """

    quarters: tuple[Quarter, ...]
    reported: int
    supplies: tuple[Supply, ...]
    links: tuple[Link, ...]
    lines: tuple[Line, ...]
    products: Mapping[str, int]
    holders: Mapping[str, str]
    mix: Mapping[str, tuple[float, ...]]
    stock_weeks: Mapping[str, float]
    markets: tuple[Market, ...]
    left_out: Mapping[str, str]
    idle: Mapping[str, str]
    rules: Rules = Rules()

    def __repr__(self) -> str:
        held = f"{len(self.products)} products, {len(self.supplies)} supplies, "
        return f"<Plan {self.quarters[0]} to {self.quarters[-1]}: {held}{len(self.lines)} lines>"

    def lines_of(self, supply: int) -> tuple[int, ...]:
        """Indices of the lines a supply runs on."""
        return tuple(i for i, line in enumerate(self.lines) if supply in line.members)

    @property
    def kinds(self) -> Mapping[tuple[str, str], Kind]:
        """The kind of each link by the consumer's supply and the inputs.

        A link keeps it whatever its lag is assumed to be: a memory that takes a week longer does
        not become a die.
        """
        named = {(self.supplies[x.consumer].id, x.inputs): x.kind for x in self.links}
        return MappingProxyType(named)

    def check(self) -> None:
        """Refuse a plan in which nothing is made.

        Raises:
            AskError: The data holds no accelerators, or no capacity that limits one.
        """
        if self.products:
            return
        if not self.left_out:
            raise AskError("the data holds no accelerator, so nothing can be simulated")
        raise AskError("the data holds no capacity in absolute units, so nothing can be simulated")

    def window(self, first: Quarter, last: Quarter) -> tuple[int, int]:
        """First and last period of some quarters, both included.

        Raises:
            AskError: They end before they begin, or lie outside the data.
        """
        if last < first:
            raise AskError(f"the window ends in {last}, before it begins in {first}")
        known = self.quarters[: self.reported]
        for quarter in (first, last):
            if quarter not in known:
                raise AskError(
                    f"the data says what can be made from {known[0]} to {known[-1]}; "
                    f"{quarter} is outside"
                )
        return known.index(first), known.index(last)
