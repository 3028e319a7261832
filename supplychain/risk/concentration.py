"""Who holds how much of a commodity's supply, and how concentrated that is.

The Herfindahl–Hirschman index is the sum of squared shares in percent: 10,000 for one maker.
Above 1,000 a market is moderately, above 1,800 highly concentrated (US Department of Justice
and Federal Trade Commission, Merger Guidelines, 2023, guideline 1). More than 65% of world
supply in one place is the alarm level of SIA and BCG, "Strengthening the global semiconductor
supply chain in an uncertain era" (2021).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

from supplychain.model import Network, Supply
from supplychain.model.quarters import Quarter
from supplychain.model.shares import shares_of

Holder: TypeAlias = Literal["organization", "owner", "country"]
Level: TypeAlias = Literal["low", "moderate", "high"]

MODERATE_HHI = 1_000.0
HIGH_HHI = 1_800.0
ONE_REGION_ALARM = 0.65


@dataclass(frozen=True, slots=True)
class Concentration:
    """Shares of one commodity's supply in a quarter.

    Attributes:
        by: What a share belongs to: maker, its ultimate owner, or the country of the plants.
        shares: By holder, sorted by id, 0 to 1; they may add up to less than 1, the rest being
            makers that the data does not name.
        estimated: Whether a share is an estimate, or the split of a remainder.
    """

    commodity: str
    at: Quarter
    by: Holder
    shares: Mapping[str, float]
    estimated: bool

    @property
    def hhi(self) -> float:
        """Herfindahl–Hirschman index, 0 to 10,000; makers not named count as many small ones."""
        return 10_000.0 * sum(share**2 for share in self.shares.values())

    @property
    def effective(self) -> float:
        """The number of equal makers with the same index; 0 if no share is above zero."""
        return 10_000.0 / self.hhi if self.hhi else 0.0

    @property
    def top(self) -> str:
        """The largest holder, the first by id among equals."""
        return max(sorted(self.shares), key=lambda holder: self.shares[holder])

    @property
    def top_share(self) -> float:
        """The largest share, 0 to 1."""
        return max(self.shares.values())

    @property
    def level(self) -> Level:
        """``low``, ``moderate`` or ``high``, after the 2023 merger guidelines."""
        if self.hhi > HIGH_HHI:
            return "high"
        return "moderate" if self.hhi > MODERATE_HHI else "low"

    @property
    def alarm(self) -> bool:
        """Whether one country has more than 65% of the supply (only ``by`` country)."""
        return self.by == "country" and self.top_share > ONE_REGION_ALARM


def concentration(
    network: Network, commodity: str, at: Quarter, by: Holder = "organization"
) -> Concentration | None:
    """How concentrated the commodity's supply is; ``None`` if no supply is active then.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> found = concentration(network, "euv-scanner", sc.Quarter(2024, 4))
        >>> found is not None and found.hhi
        10000.0
    """
    supplies = [s for s in network.makers(commodity) if s.active(at)]
    if not supplies:
        return None
    known = shares_of(network, supplies, at)
    held: dict[str, float] = defaultdict(float)
    for supply, share in zip(supplies, known.value, strict=True):
        held[_holder(network, supply, by)] += share
    shares = MappingProxyType({h: held[h] for h in sorted(held)})
    return Concentration(commodity, at, by, shares, known.estimated)


def concentrations(
    network: Network, at: Quarter, by: Holder = "organization"
) -> tuple[Concentration, ...]:
    """All commodities with an active supply, sorted by id.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> len(concentrations(network, sc.Quarter(2024, 4))) > 100
        True
    """
    found = (concentration(network, c, at, by) for c in network.commodities)
    return tuple(c for c in found if c is not None)


def history(
    network: Network, commodity: str, until: Quarter, by: Holder = "organization"
) -> tuple[Concentration, ...]:
    """How concentrated it was at the end of each year for which a share or a capacity is known.

    Years up to the quarter's own; a year is left out where all figures in use are older, since
    nothing is known to have changed.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> len(history(network, "euv-scanner", sc.Quarter(2024, 4))) >= 0
        True
    """
    years: set[int] = set()
    for supply in network.makers(commodity):
        years.update(supply.share)
        for name in supply.draws:
            years.update(q.year for q in network.capacity(supply, name).figures)
    ends = [min(Quarter(year, 4), until) for year in sorted(years) if year <= until.year]
    found = (concentration(network, commodity, end, by) for end in ends)
    return tuple(c for c in found if c is not None)


def _holder(network: Network, supply: Supply, by: Holder) -> str:
    if by == "country":
        return supply.country
    return supply.organization if by == "organization" else network.owners(supply.organization)[-1]
