"""Organizations, their capacities, and what they supply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from supplychain.model.commodities import Need
from supplychain.model.figures import NOWHERE, Basis, Figure, Place, in_year
from supplychain.model.quarters import Quarter
from supplychain.model.values import freeze


@dataclass(frozen=True, slots=True)
class Capacity:
    """What one line of an organization can put out, shared by the supplies that run on it.

    Attributes:
        unit: Always a rate: ``wafers/month``, ``million GB/quarter``.
        at: Whether a figure is the rate at the quarter's end or its average over the quarter.
        interpolate: How quarters between two figures are filled.
        bookings: Year, then designer or partner: share of the capacity, 0 to 1.
        booking_base: What the shares are shares of, in words.
        part_of: A name shared by the capacities that are the planned split of one line, between
            which it can be converted; empty for a line of its own.
        per_base_unit: Output units of the supply's commodity in one unit of the rate's numerator
            (1e6 for ``million GB``), divided by the quarters in the rate's period.
    """

    id: str
    organization: str
    unit: str
    figures: Mapping[Quarter, Figure]
    at: Literal["exit", "average"]
    interpolate: Literal["linear", "step"]
    bookings: Mapping[int, Mapping[str, Figure]]
    booking_base: str = ""
    part_of: str = ""
    per_base_unit: float = 1.0
    note: str = ""
    place: Place = NOWHERE

    def __post_init__(self) -> None:
        freeze(self, "figures", "bookings")

    @property
    def key(self) -> str:
        """``organization.capacity``, as in ``--assume tsmc.cowos.2024Q4=40_000``."""
        return f"{self.organization}.{self.id}"

    def rate(self, quarter: Quarter) -> float:
        """The rate at the end of the quarter (``at: exit``) or over it (``at: average``).

        In the unit of the data. Zero before the first figure (the line does not exist as far
        as is known), the last figure after the last.
        """
        known = sorted(self.figures)
        if quarter < known[0]:
            return 0.0
        before = max(q for q in known if q <= quarter)
        value = self.figures[before].value
        later = [q for q in known if q > quarter]
        if not later or self.interpolate == "step":
            return value
        after = later[0]
        return value + (self.figures[after].value - value) * ((quarter - before) / (after - before))

    def per_quarter(self, quarter: Quarter) -> float:
        """Capacity of the quarter, in commodity units.

        For exit rates the mean of the exits of this quarter and the one before; a line begins
        with nothing.
        """
        rate = self.rate(quarter)
        if self.at == "exit":
            rate = (rate + self.rate(quarter + -1)) / 2
        return rate * self.per_base_unit

    def booked(self, quarter: Quarter) -> Mapping[str, float]:
        """Shares booked in the quarter, 0 to 1 and together at most 1.

        A year's booking is its middle's: straight lines join the middles of the years, the first
        year's holds before, the last's after. A holder without a booking in a year has 0 then.
        """
        years = self.booked_years(quarter)
        shares: dict[str, float] = {}
        for year, part in years.items():
            for holder, figure in self.bookings[year].items():
                shares[holder] = shares.get(holder, 0.0) + part * figure.value
        return MappingProxyType(shares)

    def booked_years(self, quarter: Quarter) -> Mapping[int, float]:
        """The one or two years whose bookings make the quarter's, each with its weight."""
        years = sorted(self.bookings)
        middle = quarter.year + (quarter.number - 2.5) / 4  # in years since the middle of year 0
        before = [y for y in years if y <= middle]
        after = [y for y in years if y > middle]
        if not before or not after:
            return MappingProxyType(dict.fromkeys(before[-1:] or after[:1], 1.0))
        part = (middle - before[-1]) / (after[0] - before[-1])
        return MappingProxyType({before[-1]: 1.0 - part, after[0]: part})


@dataclass(frozen=True, slots=True)
class Supply:
    """One organization making one commodity in one place.

    Attributes:
        country: Where the plant stands, ISO 3166-1 alpha-2.
        draws: Capacities of the organization it runs on, with the units of capacity one unit of
            output takes (``None``: one); empty for an unmetered supply.
        share: Share of the commodity's world output by year, 0 to 1, where that is what is known.
        start: First quarter of output; ``None``: before everything the data covers.
        end: Last quarter of output; ``None``: none is known.
        surge: Spare output as a share of normal output, available ``surge_weeks`` after a call.
        needs: What this maker needs beyond the commodity's own needs.
    """

    organization: str
    commodity: str
    country: str
    draws: Mapping[str, Figure | None] = field(default_factory=lambda: MappingProxyType({}))
    share: Mapping[int, Figure] = field(default_factory=lambda: MappingProxyType({}))
    start: Quarter | None = None
    end: Quarter | None = None
    recovery_weeks: Figure | None = None
    surge: Figure | None = None
    surge_weeks: Figure | None = None
    needs: tuple[Need, ...] = ()
    basis: Basis = "reported"
    sources: tuple[str, ...] = ()
    note: str = ""
    place: Place = NOWHERE

    def __post_init__(self) -> None:
        freeze(self, "draws", "share")

    @property
    def id(self) -> str:
        """``organization/commodity@COUNTRY``."""
        return f"{self.organization}/{self.commodity}@{self.country}"

    @property
    def metered(self) -> bool:
        """Whether the supply draws on a capacity in absolute units."""
        return bool(self.draws)

    def active(self, quarter: Quarter) -> bool:
        """Whether the supply puts out in the quarter."""
        return (self.start is None or self.start <= quarter) and (
            self.end is None or quarter <= self.end
        )

    def share_in(self, quarter: Quarter) -> Figure | None:
        """The share of the latest year up to the quarter's, else of the first year known."""
        return in_year(self.share, quarter.year)


@dataclass(frozen=True, slots=True)
class Orders:
    """What a buyer, or all of a designer's buyers, order or are promised of some products.

    Attributes:
        products: Ids or groups of accelerators; within one order they substitute for each other.
        figures: Units by period; a whole year (``2024``) is spread evenly over its quarters.
    """

    products: tuple[str, ...]
    figures: Mapping[Quarter, Figure]
    place: Place = NOWHERE

    def __post_init__(self) -> None:
        freeze(self, "figures")


@dataclass(frozen=True, slots=True)
class Organization:
    """A firm or institution.

    Attributes:
        country: Of its headquarters, ISO 3166-1 alpha-2.
        owner: Id of the organization that controls it; empty if none in the data does.
        lines: Year, then product line: share of the designer's units (for its product mix).
        orders: Of a designer: what all its buyers together take, where that is known; no more
            is sold.
    """

    id: str
    name: str
    country: str
    aliases: tuple[str, ...] = ()
    owner: str = ""
    capacities: tuple[Capacity, ...] = ()
    supplies: tuple[Supply, ...] = ()
    lines: Mapping[int, Mapping[str, Figure]] = field(default_factory=lambda: MappingProxyType({}))
    orders: tuple[Orders, ...] = ()
    note: str = ""
    sources: tuple[str, ...] = ()
    place: Place = NOWHERE

    def __post_init__(self) -> None:
        freeze(self, "lines")
