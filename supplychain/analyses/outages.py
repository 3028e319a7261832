"""How long each supply is down if it is lost, and what that leaves of it by quarter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from supplychain.model import Known, Network, Role, Supply
from supplychain.model.quarters import WEEKS_PER_QUARTER, Quarter
from supplychain.production.availability import Floats
from supplychain.risk.structure import Entity, Kind, Structure, entities

DEFAULT_WEEKS: Mapping[Role, float] = MappingProxyType(
    {"material": 26, "component": 26, "tool": 52, "service": 52, "software": 26, "design": 52}
)
"""Weeks to recover of a supply with no figure, by what its commodity is needed as.

Estimates: the medians of the figures in the built-in data, where it has some of that role. The data
may set them by the role, in the parameters ``recovery``.
"""


def recovery_weeks(network: Network) -> Mapping[str, Known[float]]:
    """Supply to its weeks to recover; a default is an estimate.

    Where a commodity is needed in several roles, the shortest default counts; what nobody needs,
    accelerators above all, recovers like a design.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> recovery_weeks(network)["tsmc/cowos-s-wafer@TW"].value > 0
        True
    """
    roles: dict[str, set[Role]] = defaultdict(set)
    for supply in network.supplies:
        for need in network.needs(supply):
            for input_ in need.inputs:
                roles[input_].add(need.role)

    usual = {r: network.constant(f"recovery.{r}", w) for r, w in DEFAULT_WEEKS.items()}

    def weeks(supply: Supply) -> Known[float]:
        if (own := supply.recovery_weeks) is not None:
            return Known(own.value, own.basis == "estimate")
        default = min(usual[r] for r in roles.get(supply.commodity) or {"design"})
        return Known(default, estimated=True)

    return MappingProxyType({s.id: weeks(s) for s in network.supplies})


def kept_while_down(quarters: tuple[Quarter, ...], at: Quarter, weeks: Floats) -> Floats:
    """Share of each quarter's output left if the supply stops for some weeks.

    Args:
        quarters: The grid.
        at: The quarter with whose beginning the stop begins.
        weeks: How long each supply is down.

    Returns:
        Supply x quarter, 0 to 1.

    Example:
        >>> grid = (Quarter(2024, 1), Quarter(2024, 2), Quarter(2024, 3))
        >>> kept_while_down(grid, grid[1], np.array([0.0, 6.5, 26.0])).tolist()
        [[1.0, 1.0, 1.0], [1.0, 0.5, 1.0], [1.0, 0.0, 0.0]]
    """
    begun = np.array([q - at for q in quarters])
    down = np.clip(weeks[:, None] / WEEKS_PER_QUARTER - begun, 0.0, 1.0)
    kept: Floats = np.where(begun >= 0, 1.0 - down, 1.0)
    return kept


def removable(
    network: Network, first: Quarter, last: Quarter, kinds: Collection[Kind]
) -> tuple[Entity, ...]:
    """Organizations, supplies, countries and commodities that put out something in the quarters.

    Their positions are those of ``network.supplies``, in use or not: what an organization has
    yet to start is lost with it. Accelerators are made where their inputs are: with its country
    a designer loses its designs, not what is made abroad.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> quarter = sc.Quarter(2024, 1)
        >>> "TW" in [e.id for e in removable(network, quarter, quarter, ["country"])]
        True
    """
    everything = Structure(first, network.supplies, ())
    product = [s.commodity in network.accelerators for s in network.supplies]
    found = [
        replace(e, supplies=tuple(s for s in e.supplies if not product[s]))
        if e.kind == "country"
        else e
        for e in entities(network, everything, kinds)
    ]
    if "commodity" in kinds:
        found += [
            Entity("commodity", id_, commodity.name, everything.makers(id_))
            for id_, commodity in network.commodities.items()
        ]

    def in_use(position: int) -> bool:
        supply = network.supplies[position]
        return (supply.start is None or supply.start <= last) and (
            supply.end is None or first <= supply.end
        )

    return tuple(e for e in found if any(map(in_use, e.supplies)))
