"""Allocation rules against history: who got NVIDIA's accelerators in 2023 and 2024.

The rules are given the published units of every chip and quarter, so that what is tested is the
rule (with the orders, which are estimates) and not production. Compared are owners' shares of the
year's units, in percentage points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from supplychain.allocation import RULES, Allocation, Terms, allocate
from supplychain.allocation.chips import OWNED_BEFORE
from supplychain.allocation.paths import Floats
from supplychain.analyses.backtest import published_chips
from supplychain.errors import AskError
from supplychain.model import Buyer, Network, Series
from supplychain.model.names import each_name
from supplychain.model.quarters import Quarter, quarter_range

SELLER = "nvidia"
YEARS = (2023, 2024)
REST = "others"
ENDS = ("value", "low", "high")


@dataclass(frozen=True, slots=True)
class Count:
    """Who counted, and what.

    Attributes:
        outcome: Id of the published series by owner.
        groups: Of the chips it counts; empty: all of the seller's.
        rest: Whether it knows the total, so that the other buyers can be told.
    """

    name: str
    outcome: str
    groups: frozenset[str]
    rest: bool


COUNTS = (
    Count("Epoch AI, every HBM GPU", "units-by-owner-nvidia", frozenset(), True),
    Count("Omdia, Hopper only", "units-by-owner-omdia", frozenset({"hopper"}), False),
)


@dataclass(frozen=True, slots=True)
class Owner:
    """One owner's share of a year's units.

    Attributes:
        published, low, high: Share of the units; the range is that of the owner's count.
        before: Its published share of the year before; ``None`` where nobody counted.
        by_rule: Share that each rule gives.
    """

    owner: str
    year: int
    published: float
    low: float
    high: float
    before: float | None
    by_rule: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class OwnerTest:
    """Shares by owner and year against one count."""

    count: Count
    rows: tuple[Owner, ...]

    def error(self, rule: str, year: int | None = None) -> float:
        """Mean absolute error of an owner's share under the rule, in one year or all."""
        rows = [r for r in self.rows if year in (None, r.year)]
        return sum(abs(r.by_rule[rule] - r.published) for r in rows) / len(rows)

    def repeated(self, year: int) -> float | None:
        """The same error if the shares of the year before are repeated."""
        pairs = [(r.before, r.published) for r in self.rows if r.year == year]
        known = [abs(before - now) for before, now in pairs if before is not None]
        return sum(known) / len(known) if len(known) == len(pairs) and known else None


def owner_tests(
    network: Network, rules: str | Sequence[str] = tuple(RULES), terms: Terms | None = None
) -> tuple[OwnerTest, ...]:
    """Every rule against every count of units by owner.

    Raises:
        AskError: The data publishes no units by owner.
    """
    quarters = quarter_range(OWNED_BEFORE, Quarter(YEARS[-1], 4))
    supply = published_supply(network, quarters)
    counts = [c for c in COUNTS if c.outcome in network.outcomes]
    if not counts or not supply:
        raise AskError("the data publishes no units by owner, so no rule can be tested")
    results = {
        rule: allocate(network, supply, quarters, rule, terms=terms) for rule in each_name(rules)
    }
    return tuple(OwnerTest(c, _rows(network, c, results, supply, quarters)) for c in counts)


def published_supply(network: Network, quarters: Sequence[Quarter]) -> Mapping[str, Floats]:
    """Units published of each chip of the quarters; a chip counted with another is within it."""
    chips = published_chips(network)
    supply: dict[str, Floats] = {}
    for outcome in network.outcomes.values():
        for series in outcome.series:
            if series.measure == "units" and not series.buyer and series.of in chips:
                known = [series.figures.get(q) for q in quarters]
                supply.setdefault(series.of, np.array([f.value if f else 0.0 for f in known]))
    return supply


def _rows(
    network: Network,
    count: Count,
    results: Mapping[str, Allocation],
    supply: Mapping[str, Floats],
    quarters: Sequence[Quarter],
) -> tuple[Owner, ...]:
    chips = [
        p
        for p in supply
        if (product := network.commodities[p].product) is not None
        and product.designer == SELLER
        and (not count.groups or count.groups & set(network.commodities[p].groups))
    ]
    rows: list[Owner] = []
    for year in YEARS:
        counted = _counted(network.outcomes[count.outcome].series, year, set(chips))
        periods = [t for t, q in enumerate(quarters) if q.year == year]
        made = sum(float(supply[p][periods].sum()) for p in chips)
        total = made if count.rest else sum(u[0] for u in counted.values())
        if count.rest:
            left = total - sum(u[0] for u in counted.values())
            counted[REST] = (left, left, left)
        shares = {
            rule: _shares(result, list(counted), chips, periods, count.rest)
            for rule, result in results.items()
        }
        before = _before(network, count, year, counted)
        rows += [
            Owner(
                owner=owner,
                year=year,
                published=units[0] / total,
                low=units[1] / total,
                high=units[2] / total,
                before=before.get(owner) if before else None,
                by_rule={rule: by_owner[owner] for rule, by_owner in shares.items()},
            )
            for owner, units in counted.items()
        ]
    return tuple(rows)


def _counted(
    series: Sequence[Series], year: int, chips: set[str]
) -> dict[str, tuple[float, float, float]]:
    """Units of the year by owner, with the sums of the ranges' ends."""
    found: dict[str, tuple[float, float, float]] = {}
    for one in series:
        if one.of not in chips | {SELLER}:
            continue
        figures = [f for q, f in one.figures.items() if q.year == year]
        figures += [one.years[year]] if year in one.years else []
        if figures:
            old = found.get(one.buyer, (0.0, 0.0, 0.0))
            value, low, high = (sum(getattr(f, end) for f in figures) for end in ENDS)
            found[one.buyer] = old[0] + value, old[1] + low, old[2] + high
    return found


def _before(
    network: Network, count: Count, year: int, owners: Mapping[str, object]
) -> Mapping[str, float] | None:
    """Published shares of the year before, of the same owners; ``None`` without a total."""
    if not count.rest:
        return None
    quarters = quarter_range(Quarter(year - 1, 1), Quarter(year - 1, 4))
    supply = published_supply(network, quarters)
    chips = published_chips(network)
    total = sum(float(u.sum()) for p, u in supply.items() if chips[p] == SELLER)
    counted = _counted(network.outcomes[count.outcome].series, year - 1, set(supply))
    if total <= 0 or not counted:
        return None
    shares = {o: counted[o][0] / total if o in counted else 0.0 for o in owners if o != REST}
    return {**shares, REST: 1 - sum(shares.values())}


def _shares(
    result: Allocation,
    owners: Sequence[str],
    chips: Sequence[str],
    periods: Sequence[int],
    rest: bool,
) -> dict[str, float]:
    """Share of what is delivered of the chips in the periods, by owner."""
    columns = [j for j, p in enumerate(result.products) if p in chips]
    units = result.delivered[:, columns][:, :, periods].sum(axis=(1, 2))
    found = dict.fromkeys(owners, 0.0)
    for buyer, amount in zip(result.buyers, units.tolist(), strict=True):
        owner = _owner(buyer, owners)
        if owner is not None:
            found[owner] += amount
    total = float(units.sum()) if rest else sum(found.values())
    return {owner: amount / total if total > 0 else 0.0 for owner, amount in found.items()}


def _owner(buyer: Buyer, owners: Sequence[str]) -> str | None:
    """Whom a buyer is counted with: itself, its kind, its export class, or the others."""
    names = (buyer.id, buyer.kind, buyer.export_class, REST)
    return next((name for name in names if name in owners), None)
