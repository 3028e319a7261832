"""Which of its products a designer builds: succession within a line, shares between lines.

A designer left to itself would stay on the product with most units per
wafer. In reality a new product takes over from the one before it along an S-curve
(Fisher and Pry 1971, "A simple substitution model of technological change"):

    taken[p, t] = 1 / (1 + exp(-SLOPE * (quarters since launch - midpoint)))

The midpoint is MIDPOINT, unless what a designer disclosed of a product says otherwise.
The newest product of a line gets what it has taken; each older one what it has taken of
the rest; the oldest all that remains. A successor whose predecessor is sold no more goes on along
its own curve: what it has not taken yet goes to the designer's other products in proportion.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from supplychain.model import Commodity, Network
from supplychain.model.figures import in_year
from supplychain.model.quarters import WEEKS_PER_QUARTER, Quarter

MIDPOINT = 1.6
"""Quarters from launch to half of the line, where nothing is known of the product."""
SLOPE = 1.15
"""Steepness of the succession, per quarter."""


def mix_shares(
    network: Network, products: Sequence[Commodity], quarters: Sequence[Quarter]
) -> Mapping[str, tuple[float, ...]]:
    """Planned share of each product in its designer's units, by quarter.

    Shares of a designer's products sold in a quarter sum to 1; a product not sold has 0.
    """
    by_designer: dict[str, list[Commodity]] = defaultdict(list)
    for commodity in products:
        assert commodity.product is not None
        by_designer[commodity.product.designer].append(commodity)
    shares: dict[str, list[float]] = {c.id: [] for c in products}
    for designer, own in by_designer.items():
        for quarter in quarters:
            now = _designer_shares(network, designer, own, quarter)
            for commodity in own:
                shares[commodity.id].append(now.get(commodity.id, 0.0))
    return MappingProxyType({id_: tuple(values) for id_, values in shares.items()})


def _designer_shares(
    network: Network, designer: str, own: Sequence[Commodity], quarter: Quarter
) -> dict[str, float]:
    lines: dict[str, list[Commodity]] = defaultdict(list)
    for commodity in own:
        assert commodity.product is not None
        if commodity.product.sold(quarter):
            lines[commodity.product.line].append(commodity)
    weights = _line_weights(network, designer, sorted(lines), quarter)
    shares = {
        id_: weights[line] * share
        for line, members in lines.items()
        for id_, share in _succession(members, _follows(own, line, members), quarter).items()
    }
    total = sum(shares.values())
    return {id_: share / total for id_, share in shares.items()}


def _follows(own: Sequence[Commodity], line: str, members: Sequence[Commodity]) -> bool:
    """Whether the oldest product sold of a line took over from one that is sold no more."""
    oldest = min(c.product.launch for c in members)  # type: ignore[union-attr]
    return any(
        c.product is not None and c.product.line == line and c.product.launch < oldest for c in own
    )


def _line_weights(
    network: Network, designer: str, lines: Sequence[str], quarter: Quarter
) -> dict[str, float]:
    """The designer's figures for the year, else equal shares of the lines sold."""
    figures = in_year(network.organizations[designer].lines, quarter.year)
    if figures is None:
        return dict.fromkeys(lines, 1.0)
    weights = {line: figures[line].value if line in figures else 0.0 for line in lines}
    return weights if sum(weights.values()) > 0 else dict.fromkeys(lines, 1.0)


def _succession(members: Sequence[Commodity], follows: bool, quarter: Quarter) -> dict[str, float]:
    """Shares of a line; less than all of it while a successor ramps whose predecessor has ended."""
    shares: dict[str, float] = {}
    rest = 1.0
    newest_first = sorted(members, key=lambda c: (c.product.launch, c.id), reverse=True)  # type: ignore[union-attr]
    for commodity in newest_first if follows else newest_first[:-1]:
        assert commodity.product is not None
        since = quarter - commodity.product.launch
        half = commodity.product.half_weeks
        midpoint = half.value / WEEKS_PER_QUARTER if half else MIDPOINT
        taken = 1 / (1 + math.exp(-SLOPE * (since - midpoint)))
        shares[commodity.id] = rest * taken
        rest *= 1 - taken
    if not follows:
        shares[newest_first[-1].id] = rest
    return shares
