"""Accelerators counted in other units: H100 equivalents, memory, power, revenue."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from supplychain.model import Network
from supplychain.model.accelerators import per_accelerator
from supplychain.production.result import Production
from supplychain.production.systems import installed

UNITS: Mapping[str, str] = MappingProxyType(
    {"units": "", "h100e": "H100e", "memory_gb": "GB", "site_mw": "MW", "revenue_usd": "US$"}
)
"""Each quantity and what it is counted in."""


def totals(network: Network, production: Production) -> Mapping[str, tuple[float, float]]:
    """Each quantity shipped over the window, and the share of the units it is known for.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> production = sc.simulate(network, first="2024Q1", last="2024Q4").baseline
        >>> totals(network, production)["units"][1]
        1.0
    """
    units = production.units()
    found = dict.fromkeys(UNITS, 0.0)
    counted = dict.fromkeys(UNITS, 0.0)
    for product, by_quarter in units.items():
        for quarter, amount in zip(production.quarters, by_quarter.tolist(), strict=True):
            known = per_accelerator(network, network.commodities[product], quarter)
            for quantity in UNITS.keys() & known.keys():
                found[quantity] += known[quantity] * amount
                counted[quantity] += amount
    total = counted["units"]
    return {q: (found[q], counted[q] / total if total > 0 else 0.0) for q in UNITS}


def series(network: Network, production: Production) -> list[dict[str, object]]:
    """One row per product and quarter: made, shipped, in stock, installed; shipped in other units.

    ``None`` where a product has no figure for a quantity.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> production = sc.simulate(network, first="2024Q1", last="2024Q4").baseline
        >>> sorted(series(network, production)[0])[:2]
        ['designer', 'h100e']
    """
    plan = production.plan
    first, last = production.window
    running = installed(network, production)
    rows: list[dict[str, object]] = []
    for row, (product, supply) in enumerate(plan.products.items()):
        for t, quarter in zip(range(first, last + 1), production.quarters, strict=True):
            shipped = float(production.ship[row, t])
            known = per_accelerator(network, network.commodities[product], quarter)
            rows.append(
                {
                    "product": product,
                    "designer": plan.supplies[supply].organization,
                    "quarter": str(quarter),
                    "made": float(production.make[supply, t]),
                    "shipped": shipped,
                    "stock": float(production.stock[supply, t]),
                    "installed": float(running[product][t - first]),
                    **{
                        q: known[q] * shipped if q in known else None for q in UNITS if q != "units"
                    },
                }
            )
    return rows


def shares_of_inputs(production: Production, commodities: set[str]) -> Mapping[str, float]:
    """What share of the capacity for these commodities each designer used over the window."""
    plan = production.plan
    first, last = production.window
    used: dict[str, float] = {}
    for row, (link, sender) in enumerate(production.pairs):
        if plan.supplies[sender].commodity in commodities:
            designer = plan.supplies[plan.links[link].consumer].organization
            amount = float(production.use[row, first : last + 1].sum())
            used[designer] = used.get(designer, 0.0) + amount
    world = float(np.sum(capacity_of(production, commodities)[first : last + 1]))
    return {d: u / world for d, u in sorted(used.items())} if world > 0 else {}


def capacity_of(production: Production, commodities: set[str]) -> np.ndarray:
    """Capacity of all makers by period of the plan's grid, each line once.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> production = sc.simulate(network, first="2024Q1", last="2024Q4").baseline
        >>> len(capacity_of(production, {"hbm3"})) == len(production.plan.quarters)
        True
    """
    total = np.zeros(len(production.plan.quarters))
    counted: set[int] = set()
    lines = sorted(
        production.plan.lines, key=lambda line: (-len(line.members), line.key)
    )  # the widest line first: it holds the limits within it
    for line in lines:
        members = {m for m in line.members if production.plan.supplies[m].commodity in commodities}
        if members and not members <= counted:
            total += np.array(line.per_quarter)
            counted |= members
    return total


def used_of(production: Production, commodities: set[str]) -> np.ndarray:
    """What of the capacity is used by anybody, by period of the plan's grid.

    A line with bookings (packaging) is used as far as production uses it, and by those who booked
    outside of it. Of the other lines (wafers, memory) production knows only some users: all that
    can be made counts as used.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> production = sc.simulate(network, first="2024Q1", last="2024Q4").baseline
        >>> memory = {"hbm3"}
        >>> bool((used_of(production, memory) <= capacity_of(production, memory) * 1.001).all())
        True
    """
    plan = production.plan
    idle = np.zeros(len(plan.quarters))
    for line in plan.lines:
        made = {plan.supplies[m].commodity for m in line.members}
        if line.capacity.bookings and made <= commodities:
            used = sum(draw * production.make[m] for m, draw in line.members.items())
            idle += np.array(line.per_quarter) * (1 - np.array(line.reserved)) - used
    return capacity_of(production, commodities) - idle
