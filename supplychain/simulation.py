"""Baseline against scenario: production, allocation, and what the difference says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from supplychain.allocation import Allocation, find_rule
from supplychain.market import Market, earlier_units, market, side_by_side, with_units
from supplychain.model import Buyer, Commodity, Network
from supplychain.production.availability import Floats, left_over, slips
from supplychain.production.plan import Calibration, plan
from supplychain.production.result import Production
from supplychain.production.solve import Program
from supplychain.quarters import FIRST, LAST, Quarter, quarter_range
from supplychain.scenario import Cut, parse_cut, shares_kept
from supplychain.shocks import (
    AddLine,
    Ban,
    ChangeOrders,
    Launch,
    Qualify,
    Scenario,
    Shock,
    assumed,
    changed,
    first_quarter,
)

if TYPE_CHECKING:
    import altair
    import pandas as pd

    from supplychain.report.notebook import GraphPage

FELT = 0.001
"""A shock is felt in a quarter whose output differs from the baseline by more than this share."""

RECOVERED = 0.01
"""Output has recovered when it is within this share of the baseline."""


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """A scenario beside its baseline.

    Attributes:
        shocks: What the scenario does; empty: the baseline itself.
        baseline_allocation, allocation: Deliveries in the window, under one rule.
        markets: What there is to share out in the baseline and in the scenario, for other rules
            and for fleets.
        assume: Figures replaced in the baseline and the scenario.
    """

    network: Network
    shocks: tuple[Shock, ...]
    baseline: Production
    scenario: Production
    baseline_allocation: Allocation
    allocation: Allocation
    markets: tuple[Market, Market]
    assume: Mapping[str, float]

    @property
    def cuts(self) -> tuple[Cut, ...]:
        """The cuts among the shocks."""
        return tuple(s for s in self.shocks if isinstance(s, Cut))

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The window."""
        return self.baseline.plan.reported

    def totals(self) -> Mapping[str, tuple[float, float]]:
        """Units over the window by product, baseline and scenario."""
        before, after = self.baseline.units(), self.scenario.units()
        return {p: (float(before[p].sum()), float(after[p].sum())) for p in sorted(before)}

    def h100e(self) -> tuple[float, float]:
        """H100 equivalents shipped over the window, baseline and scenario."""
        worth = {p: self.network.commodities[p].h100e() for p in self.baseline.plan.products}
        totals = self.totals()
        return (
            sum(worth[p] * totals[p][0] for p in worth),
            sum(worth[p] * totals[p][1] for p in worth),
        )

    def first_felt(self) -> Quarter | None:
        """First quarter in which output differs by more than 0.1%; ``None``: never."""
        for quarter, change in zip(self.quarters, self.change_by_quarter(), strict=True):
            if abs(change) > FELT:
                return quarter
        return None

    def deepest(self) -> tuple[Quarter, float]:
        """The quarter with the largest relative loss of units, and that loss (negative)."""
        change = self.change_by_quarter()
        worst = min(range(len(change)), key=change.__getitem__)
        return self.quarters[worst], change[worst]

    def change_by_quarter(self) -> tuple[float, ...]:
        """Relative change of the accelerators shipped, by quarter; 0 where none were."""
        first, last = self.baseline.plan.window
        before = self.baseline.ship[:, first : last + 1].sum(axis=0)
        after = self.scenario.ship[:, first : last + 1].sum(axis=0)
        change = np.divide(after - before, before, out=np.zeros_like(before), where=before > 0)
        return tuple(change.tolist())

    def recovered_by(self) -> Quarter | None:
        """First quarter from which output stays within 1% of the baseline, or above it.

        ``None`` where it never falls below that, and where it is still below at the end of the
        window.
        """
        below = [t for t, x in enumerate(self.change_by_quarter()) if x < -RECOVERED]
        if not below or below[-1] + 1 == len(self.quarters):
            return None
        return self.quarters[below[-1] + 1]

    def shocked_until(self) -> Quarter | None:
        """Last quarter of the window with a shock in it, recovery curves included.

        ``None`` where a shock lasts beyond the window, changes the structure for good, or there
        is none.
        """
        if not self.shocks or any(not isinstance(s, Cut) for s in self.shocks):
            return None
        window = self.quarters[0], self.quarters[-1]
        hit = [q for q in self.quarters if any(c.lost(q, window) > 0 for c in self.cuts)]
        return hit[-1] if hit and hit[-1] < window[1] else None

    def lost(self) -> tuple[float, float]:
        """Accelerators lost while the shocks last and after them (negative: gained)."""
        first, last = self.baseline.plan.window
        lost = (self.baseline.ship - self.scenario.ship)[:, first : last + 1].sum(axis=0)
        until = self.shocked_until()
        split = len(lost) if until is None else self.quarters.index(until) + 1
        return float(lost[:split].sum()), float(lost[split:].sum())

    def to_frame(self) -> pd.DataFrame:
        """One row per product and quarter: units in the baseline and in the scenario."""
        frame = self.baseline.to_frame().rename(columns={"units": "baseline"})
        frame["scenario"] = self.scenario.to_frame()["units"]
        return frame

    def chart(self) -> altair.Chart:
        """Accelerators by quarter, without and with the shocks."""
        from supplychain.report.notebook import simulation_chart

        return simulation_chart(self)

    def graph(self, **choice: Any) -> GraphPage:
        """The interactive graph, coloured by what is lost; ``choice`` as for ``graph_of``."""
        from supplychain.report.notebook import graph_of

        return graph_of(self.network, self, **choice)

    def _repr_html_(self) -> str:
        from supplychain.report.notebook import simulation_html

        return simulation_html(self)


def simulate(
    network: Network,
    cuts: Sequence[str | Cut] = (),
    first: Quarter | str = FIRST,
    last: Quarter | str = LAST,
    policy: str = "",
    calibration: Calibration | None = None,
    scenarios: Sequence[Scenario] = (),
    assume: Mapping[str, float] | None = None,
) -> Simulation:
    """Run the production program and the allocation, without and with the shocks.

    Args:
        network: The data.
        cuts: Such as ``"hbm=20%"`` or ``"org:sk-hynix=50%@2024Q1:2024Q4"``.
        first: First quarter of the window; a cut without quarters lasts for all of it.
        last: Its last quarter.
        policy: The allocation rule; if not given the scenarios', else contract-first.
        calibration: Constants of the program, if not the default ones.
        scenarios: Named lists of further shocks; their order does not matter.
        assume: Figures replaced, in the baseline as in the scenario, by the names that
            ``explain`` shows.

    Raises:
        ValueError: A cut is malformed, a name is not in the data, two scenarios disagree, or the
            window is not in the data.
    """
    first = Quarter.parse(first) if isinstance(first, str) else first
    last = Quarter.parse(last) if isinstance(last, str) else last
    check_window(network, first, last)
    parsed = tuple(parse_cut(c) if isinstance(c, str) else c for c in cuts)
    shocks = (*parsed, *(shock for scenario in scenarios for shock in scenario.shocks))
    values = together(scenarios, assume or {})
    network = assumed(network, values)
    rule = policy or chosen_policy(scenarios)
    find_rule(rule)
    program = Program(plan(network, first, last, calibration))
    scenario = disturbed(network, program, shocks, (first, last))
    earlier = earlier_units(network, program.baseline)
    bans = [s for s in shocks if isinstance(s, Ban)]

    def banned(product: Commodity, buyer: Buyer, quarter: Quarter) -> bool:
        return any(ban.hits(product, buyer, quarter) for ban in bans)

    undisturbed = market(network, program.baseline, earlier)
    other_orders = [s for s in shocks if isinstance(s, ChangeOrders)]
    if other_orders or scenario.plan is not program.plan or bans:
        asked = changed(network, other_orders)
        markets = undisturbed, market(asked, scenario, earlier, banned if bans else None)
    else:
        markets = undisturbed, with_units(undisturbed, scenario)
    before, after = side_by_side(*markets, rule)
    return Simulation(network, shocks, program.baseline, scenario, before, after, markets, values)


def disturbed(
    network: Network, program: Program, shocks: Sequence[Shock], window: tuple[Quarter, Quarter]
) -> Production:
    """Production under the shocks; nothing differs from the baseline before the first of them.

    Raises:
        ValueError: A shock names something that is not in the data.
    """
    cuts = [s for s in shocks if isinstance(s, Cut)]
    structural: list[Shock] = [s for s in shocks if isinstance(s, Qualify | Launch | AddLine)]
    # Only what all buyers order bears on production; who of them gets it is the allocation's.
    structural += [s for s in shocks if isinstance(s, ChangeOrders) and s.buyer == "all"]
    grid = program.plan.quarters
    kept = np.ones((len(program.plan.supplies), len(grid)))
    if cuts:
        own = shares_kept(network, cuts, network.supplies, grid, window)
        left = left_over(network, grid, own)
        rows = {s.id: i for i, s in enumerate(network.supplies)}
        kept = left[[rows[s.id] for s in program.plan.supplies]]
        structural += delayed(network, slips(network, grid, own))
    if not structural:
        return program.scenario(kept)
    return restructured(network, program, kept, structural)


def delayed(network: Network, late: Mapping[str, int]) -> list[Launch]:
    """Launches moved by some quarters, but never beyond a product's last."""
    launches = []
    for id_, quarters in late.items():
        product = network.commodities[id_].product
        assert product is not None
        moved = product.launch + quarters
        launches.append(Launch(id_, moved if product.end is None else min(moved, product.end)))
    return launches


def restructured(
    network: Network, program: Program, kept: Floats, shocks: Sequence[Shock]
) -> Production:
    """Production under shocks that change the data, and a share kept of each supply.

    Args:
        network: The undisturbed data.
        program: The program of it.
        kept: As for :meth:`Program.scenario`.
        shocks: Launches, qualifications and new lines; at least one.
    """
    of = program.plan
    start = first_quarter(shocks, network)
    assert start is not None
    other = Program(plan(changed(network, shocks), of.reported[0], of.reported[-1], of.calibration))
    # A launch moved beyond the grid takes its product out of the plan.
    rows = {s.id: i for i, s in enumerate(of.supplies)}
    aligned = np.ones((len(other.plan.supplies), len(of.quarters)))
    for i, supply in enumerate(other.plan.supplies):
        if supply.id in rows:
            aligned[i] = kept[rows[supply.id]]
    cut_periods = np.flatnonzero((kept < 1).any(axis=0)).tolist()
    first = min([max(0, start - of.quarters[0]), *cut_periods])
    return other.after(program.baseline, first, aligned)


def change(before: float, after: float) -> float | None:
    """Relative change; ``None`` where there was nothing before."""
    return (after - before) / before if before > 0 else None


def together(scenarios: Sequence[Scenario], assume: Mapping[str, float]) -> Mapping[str, float]:
    """All assumptions of the scenarios and the asked ones, which win.

    Raises:
        ValueError: Two scenarios assume different values of one figure.
    """
    values: dict[str, float] = {}
    for scenario in scenarios:
        for name, value in scenario.assume.items():
            if name not in assume and values.get(name, value) != value:
                raise ValueError(f"two scenarios assume different values of {name}")
            values[name] = value
    return {**values, **assume}


def chosen_policy(scenarios: Sequence[Scenario]) -> str:
    """The allocation rule the scenarios ask for; contract-first if none does.

    Raises:
        ValueError: They ask for different ones.
    """
    rules = sorted({s.policy for s in scenarios if s.policy})
    if len(rules) > 1:
        raise ValueError(f"the scenarios ask for different allocation rules: {', '.join(rules)}")
    return rules[0] if rules else "contract-first"


def check_window(network: Network, first: Quarter, last: Quarter) -> None:
    """Refuse a window the data does not cover.

    Raises:
        ValueError: It ends before it begins, or lies outside the quarters with capacity figures;
            or there is nothing to simulate.
    """
    if last < first:
        raise ValueError(f"the window ends in {last}, before it begins in {first}")
    if not network.products:
        raise ValueError("the data holds no accelerator, so nothing can be simulated")
    known = [q for o in network.organizations.values() for c in o.capacities for q in c.figures]
    if not known:
        raise ValueError(
            "the data holds no capacity in absolute units, so nothing can be simulated"
        )
    if first < min(known) or last > max(known):
        asked = quarter_range(first, last)
        outside = next(q for q in asked if not min(known) <= q <= max(known))
        raise ValueError(
            f"the data has capacities from {min(known)} to {max(known)}; {outside} is outside"
        )
