"""Scenarios: named lists of shocks, and the shocks themselves.

They are values; :mod:`supplychain.scenarios` says what they do to the chain.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from supplychain.model.buyers import Buyer
from supplychain.model.commodities import Commodity
from supplychain.model.quarters import WEEKS_PER_QUARTER, Quarter
from supplychain.model.values import freeze


@dataclass(frozen=True, slots=True)
class Cut:
    """A reduction of the output of everything the target names.

    Attributes:
        share: Share of the output that is lost, 0 to 1.
        first, last: Quarters, both included; ``None``: from the window's first, and without end.
        recovery: Instead of an end: weeks since ``first`` began and the share of normal output
            reached then, straight lines between; ``share`` of what is missing is lost.
    """

    target: str
    share: float
    first: Quarter | None = None
    last: Quarter | None = None
    recovery: tuple[tuple[float, float], ...] = ()

    def lost(self, quarter: Quarter, begin: Quarter) -> float:
        """Share of the quarter's output that is lost, 0 to 1.

        Args:
            quarter: Any quarter.
            begin: When a cut without a first quarter begins.
        """
        first = self.first or begin
        if quarter < first or (self.last is not None and quarter > self.last):
            return 0.0
        if not self.recovery:
            return self.share
        week = WEEKS_PER_QUARTER * (quarter - first)
        return self.share * (1 - _mean_level(self.recovery, week, week + WEEKS_PER_QUARTER))

    def __str__(self) -> str:
        when = ""
        if self.first is not None:
            when = f" in {self.first}"
            if self.last != self.first:
                when = f" from {self.first}" + (f" to {self.last}" if self.last else "")
        if self.recovery:
            when += f", recovered after {self.recovery[-1][0]:g} weeks"
        return f"{self.target} −{self.share * 100:g}%{when}"


@dataclass(frozen=True, slots=True)
class Qualify:
    """A maker counts for a need from another quarter on; ``start`` None: never.

    Attributes:
        input: Commodity or group the maker makes.
        used_in: Commodity or group that needs it; empty: every need that names its makers.
    """

    maker: str
    input: str
    used_in: str
    start: Quarter | None

    def __str__(self) -> str:
        where = f" in {self.used_in}" if self.used_in else ""
        when = f"qualified from {self.start}" if self.start else "never qualified"
        return f"{self.maker} {when} for {self.input}{where}"


@dataclass(frozen=True, slots=True)
class Launch:
    """A product (or group) ships from another quarter on."""

    product: str
    start: Quarter

    def __str__(self) -> str:
        return f"{self.product} ships from {self.start}"


@dataclass(frozen=True, slots=True)
class AddLine:
    """A capacity (``organization.capacity``) changes by a rate, in its own unit, for good."""

    capacity: str
    rate: float
    start: Quarter

    def __str__(self) -> str:
        sign = "+" if self.rate >= 0 else "−"
        return f"{self.capacity} {sign}{abs(self.rate):g} from {self.start}"


@dataclass(frozen=True, slots=True)
class ChangeOrders:
    """Orders of a buyer (or ``all``) change by a share in some quarters."""

    buyer: str
    products: tuple[str, ...]
    share: float
    first: Quarter
    last: Quarter | None

    def __str__(self) -> str:
        sign = "+" if self.share >= 0 else "−"
        until = f" to {self.last}" if self.last else " on"
        return f"orders of {self.buyer} {sign}{abs(self.share) * 100:g}% from {self.first}{until}"


@dataclass(frozen=True, slots=True)
class Ban:
    """A product or group may not be sold to an export class, country or buyer in some quarters."""

    product: str
    buyers: str
    first: Quarter
    last: Quarter | None

    def __str__(self) -> str:
        until = f" to {self.last}" if self.last else " on"
        return f"{self.product} not sold to {self.buyers} from {self.first}{until}"

    def hits(self, commodity: Commodity, buyer: Buyer, quarter: Quarter) -> bool:
        """Whether the ban keeps the buyer from the product in the quarter."""
        return (
            self.product in (commodity.id, *commodity.groups)
            and self.buyers in (buyer.id, buyer.country, buyer.export_class)
            and self.first <= quarter
            and (self.last is None or quarter <= self.last)
        )


Shock: TypeAlias = Cut | Qualify | Launch | AddLine | ChangeOrders | Ban


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named list of shocks, an allocation rule and assumptions.

    Attributes:
        policy: Allocation rule; empty: as asked elsewhere.
        assume: Figures replaced, by the names that ``explain`` shows.
    """

    id: str
    name: str
    shocks: tuple[Shock, ...] = ()
    policy: str = ""
    assume: Mapping[str, float] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    note: str = ""

    def __post_init__(self) -> None:
        freeze(self, "assume")


def _mean_level(curve: Sequence[tuple[float, float]], begin: float, end: float) -> float:
    """Mean of a curve of straight lines over some weeks; its first and last level hold outside."""
    import numpy as np

    weeks, levels = np.array(curve, dtype=float).T
    inside = [week for week in weeks.tolist() if begin < week < end]
    grid = np.array([begin, *inside, end])
    values = np.interp(grid, weeks, levels)
    area = float(((values[1:] + values[:-1]) / 2 * np.diff(grid)).sum())
    return area / (end - begin)
