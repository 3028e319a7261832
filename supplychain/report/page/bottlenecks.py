"""What limits output in which quarter, as tables."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

import numpy as np

from supplychain.model import STAGES, Network
from supplychain.production.result import Production
from supplychain.report.page.parts import RING
from supplychain.report.tables import Column, Columns, Table, table
from supplychain.simulation import Simulation

FIRST, ALSO = RING, "○"
"""Signs of what limits most, and of what limits too."""

NO_INPUT, NO_OTHER = "No input", "The shock itself"
"""In the place of an input in a quarter in which none limits output, and in a shocked one."""

_LIMITS = 7
"""Rows shown, unless more than these limit most in some quarter."""

_SPELLED = {"hbm": "HBM", "cowos": "CoWoS", "orders": "Orders of buyers"}
"""Lines that several commodities share, by the line's id, and what limits sales."""


def input_name(network: Network, limit: str) -> str:
    """The name of a commodity without what stands in brackets, or of a shared line."""
    if limit in network.commodities:
        return network.commodities[limit].name.partition(" (")[0]
    return _SPELLED.get(limit, limit)


def limiting(result: Simulation) -> tuple[tuple[str, ...], ...]:
    """By quarter, what limits output in the scenario, the most valuable first.

    As in the baseline before the scenario is felt: what is already past has no price in it.
    """
    felt = result.first_felt()
    before = len(result.quarters) if felt is None else result.quarters.index(felt)
    return (*result.baseline.binding()[:before], *result.scenario.binding()[before:])


def use_table(result: Simulation) -> Table:
    """Share of each input's capacity in use, by quarter of the scenario; upstream first.

    Capacity is that before the shocks. Inputs that nobody uses are left out.
    """
    production = result.scenario
    used = _use(production)
    order = sorted(used, key=lambda limit: (_stage(result.network, production, limit), limit))

    def in_quarter(t: int) -> Column[str]:
        quarter = str(result.quarters[t])
        return Column(quarter, quarter[2:], "share", of=lambda limit: float(used[limit][t]))

    columns: Columns[str] = (
        Column("input", "Input", of=lambda limit: input_name(result.network, limit)),
        *map(in_quarter, range(len(result.quarters))),
    )
    rows = [limit for limit in order if used[limit].max() >= 0.005]
    return table("use", columns, rows, empty="No capacity is in use.", by=str)


def use_marks(result: Simulation) -> Mapping[tuple[str, str], str]:
    """The cells of :func:`use_table` that limit output in the scenario, by limit and quarter."""
    return {
        (limit, str(quarter)): ALSO if place else FIRST
        for quarter, binding in zip(result.quarters, limiting(result), strict=True)
        for place, limit in enumerate(binding)
    }


def limits_table(result: Simulation) -> Table:
    """In how many quarters each input limits output, most of all and at all; the first few.

    Of a scenario only the quarters from the first in which it is felt count.
    """
    felt = result.first_felt() or result.quarters[0]
    start = result.quarters.index(felt)
    counts = [Counter[str]() for _ in range(4)]
    for first, by_quarter in ((0, result.baseline.binding()), (2, limiting(result))):
        for binding in by_quarter[start:]:
            none = NO_OTHER if first and result.first_felt() else NO_INPUT
            counts[first].update(binding[:1] or [none])
            counts[first + 1].update(binding or [none])
    limits = sorted(
        {limit for count in counts for limit in count},
        key=lambda limit: ([-counts[i][limit] for i in (2, 0, 3, 1)], limit),
    )
    columns: Columns[str] = (
        Column("input", "Input", of=lambda limit: input_name(result.network, limit)),
        Column("baseline_most", "Limits most, baseline", "number", of=counts[0].__getitem__),
        Column("baseline", "Limits, baseline", "number", of=counts[1].__getitem__),
        Column("scenario_most", "Limits most, scenario", "number", of=counts[2].__getitem__),
        Column("scenario", "Limits, scenario", "number", of=counts[3].__getitem__),
        Column("quarters", "Of quarters", "number", of=lambda _: len(result.quarters) - start),
    )
    shown = limits[: max(_LIMITS, len(counts[0] | counts[2]))]
    return table("limits", columns, shown, empty="No quarter has output.", by=str)


def output_tables(result: Simulation, group: str) -> tuple[Table, Table]:
    """What each maker of a group puts out by quarter, and the capacity of all before shocks."""
    plan = result.scenario.plan
    first, last = result.scenario.window
    members = set(result.network.groups.get(group, ()))
    made: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(last + 1 - first))
    for i, supply in enumerate(plan.supplies):
        if supply.commodity in members:
            made[supply.organization] += result.scenario.make[i, first : last + 1]
    makers = sorted((m for m in made if made[m].sum() > 0), key=lambda m: (-made[m].sum(), m))
    names = result.network.organizations
    from supplychain.production.quantities import capacity_of

    capacity = capacity_of(result.baseline, members)[first : last + 1]
    places = range(len(result.quarters))
    outputs: Columns[tuple[str, int]] = (
        Column("quarter", "Quarter", of=lambda row: str(result.quarters[row[1]])),
        Column("maker", "Maker", of=lambda row: names[row[0]].name),
        Column("made", "Made", "units", of=lambda row: float(made[row[0]][row[1]])),
    )
    limits: Columns[int] = (
        Column("quarter", "Quarter", of=lambda t: str(result.quarters[t])),
        Column("capacity", "Capacity", "units", of=lambda t: float(capacity[t])),
    )
    return (
        table(f"made-{group}", outputs, [(maker, t) for maker in makers for t in places]),
        table(f"capacity-{group}", limits, places),
    )


def _use(production: Production) -> dict[str, np.ndarray]:
    """Capacity in use over capacity, of all lines that limit the same thing."""
    plan = production.plan
    first, last = production.window
    used: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(last + 1 - first))
    capacity: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(last + 1 - first))
    shares = production.utilization()
    for i, line in enumerate(plan.lines):
        if line.key not in shares:  # a part of a split line
            continue
        own = np.array(line.per_quarter[first : last + 1])
        capacity[production.limit_of(i)] += own
        used[production.limit_of(i)] += shares[line.key] * own
    return {
        limit: np.divide(u, capacity[limit], out=np.zeros_like(u), where=capacity[limit] > 0)
        for limit, u in used.items()
    }


def _stage(network: Network, production: Production, limit: str) -> int:
    plan = production.plan
    return min(
        STAGES.index(network.commodities[plan.supplies[m].commodity].stage)
        for i, line in enumerate(plan.lines)
        if production.limit_of(i) == limit
        for m in line.members
    )
