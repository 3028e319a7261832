"""Baseline against scenario: production, allocation, and what the difference says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from supplychain.allocation import DEFAULT, Allocation, rule_name
from supplychain.allocation.market import Market, market, side_by_side, with_units
from supplychain.errors import AskError
from supplychain.model import (
    Ban,
    Buyer,
    ChangeOrders,
    Commodity,
    Cut,
    Launch,
    Network,
    Scenario,
    Shock,
)
from supplychain.model.quarters import Quarter
from supplychain.model.values import same_values
from supplychain.production.availability import Floats, left_over, slips
from supplychain.production.forward import Forward
from supplychain.production.plan import Rules
from supplychain.production.reading import read_plan
from supplychain.production.result import Production
from supplychain.production.worth import Worth, worth_of_lines
from supplychain.scenarios.assumptions import assumed
from supplychain.scenarios.changes import changed, first_quarter, structural
from supplychain.scenarios.targets import by_id, parse_cut, shares_kept
from supplychain.scenarios.windows import find_window

if TYPE_CHECKING:
    import pandas as pd


FELT = 0.001
"""A shock is felt in a quarter whose output differs from the baseline by more than this share."""

RECOVERED = 0.01
"""Output has recovered when it is within this share of the baseline."""


@dataclass(frozen=True, eq=False)
class Simulation:
    """A scenario beside its baseline.

    Attributes:
        shocks: What the scenario does; empty: the baseline itself.
        baseline_allocation, allocation: Deliveries in the window, under one rule.
        markets: What there is to share out in the baseline and in the scenario, for other rules
            and for fleets.
        assume: Figures replaced in the baseline and the scenario.
        program: Production of the undisturbed data, for further scenarios.
    """

    network: Network
    shocks: tuple[Shock, ...]
    baseline: Production
    scenario: Production
    baseline_allocation: Allocation
    allocation: Allocation
    markets: tuple[Market, Market]
    assume: Mapping[str, float]
    program: Forward

    @cached_property
    def worth(self) -> tuple[Worth, Worth]:
        """What a little more of each line would bring, in the baseline and in the scenario."""
        before = worth_of_lines(self.program, self.baseline)
        if self.scenario is self.baseline:
            return before, before
        other = self.scenario.plan
        program = self.program if other is self.program.plan else Forward(other)
        return before, worth_of_lines(program, self.scenario)

    __eq__ = same_values

    def __repr__(self) -> str:
        named = [str(shock) for shock in self.shocks[:3]]
        more = f" and {len(self.shocks) - 3} more" if len(self.shocks) > 3 else ""
        what = "; ".join(named) + more if named else "the baseline"
        return f"<Simulation {self.quarters[0]} to {self.quarters[-1]}: {what}>"

    @property
    def cuts(self) -> tuple[Cut, ...]:
        """The cuts among the shocks."""
        return tuple(s for s in self.shocks if isinstance(s, Cut))

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The window."""
        return self.baseline.quarters

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

    def felt_later(self) -> Quarter | None:
        """First quarter after the window in which output differs by more than 0.1%.

        Of those that production was worked out for, which go a year beyond the data.
        """
        end = self.baseline.window[1] + 1
        for quarter, change in zip(
            self.baseline.plan.quarters[end:], self._changes()[end:], strict=True
        ):
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
        first, last = self.baseline.window
        return self._changes()[first : last + 1]

    def _changes(self) -> tuple[float, ...]:
        """The same by period of the plan's grid."""
        before, after = self.baseline.ship.sum(axis=0), self.scenario.ship.sum(axis=0)
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
        begin, end = self.quarters[0], self.quarters[-1]
        hit = [q for q in self.quarters if any(c.lost(q, begin) > 0 for c in self.cuts)]
        return hit[-1] if hit and hit[-1] < end else None

    def lost(self) -> tuple[float, float]:
        """Accelerators lost while the shocks last and after them (negative: gained)."""
        first, last = self.baseline.window
        lost = (self.baseline.ship - self.scenario.ship)[:, first : last + 1].sum(axis=0)
        until = self.shocked_until()
        split = len(lost) if until is None else self.quarters.index(until) + 1
        return float(lost[:split].sum()), float(lost[split:].sum())

    def to_frame(self) -> pd.DataFrame:
        """One row per product and quarter: units in the baseline and in the scenario."""
        frame = self.baseline.to_frame().rename(columns={"units": "baseline"})
        frame["scenario"] = self.scenario.to_frame()["units"]
        return frame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the answer, by the names that they have in the JSON of the command."""
        import supplychain

        return supplychain.document(self).tables

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the tables say in words."""
        import supplychain

        return supplychain.document(self).sentences

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(max_rows=20))


def simulate(
    network: Network,
    cuts: str | Cut | Sequence[str | Cut] = (),
    first: Quarter | str | None = None,
    last: Quarter | str | None = None,
    policy: str = "",
    rules: Rules | None = None,
    scenarios: Scenario | Sequence[Scenario] = (),
    assume: Mapping[str, float] | None = None,
) -> Simulation:
    """Run production and the allocation, without and with the shocks.

    Args:
        network: The data.
        cuts: One or several, such as ``"hbm=20%"`` or ``"org:sk-hynix=50%@2024Q1:2024Q4"``.
        first: First quarter of the window, 2023Q1 if not given; a cut without quarters begins
            with it and goes on.
        last: Its last quarter; if not given 2026Q4 or a year after the last shock, as far as the
            data goes.
        policy: The allocation rule; if not given the scenarios', else contract-first.
        rules: Constants of production, if not the data's.
        scenarios: One or several named lists of further shocks; their order does not matter.
        assume: Figures replaced, in the baseline as in the scenario, by the names that
            ``explain`` shows.

    Production is worked out from the beginning to the end of the data; the window only chooses
    what is shown of it, so that a quarter is the same in every window.

    Raises:
        AskError: A cut is malformed, a name is not in the data, two scenarios disagree, or the
            window is not in the data or does not reach a shock.
    """
    first = Quarter.parse(first) if isinstance(first, str) else first
    last = Quarter.parse(last) if isinstance(last, str) else last
    scenarios = (scenarios,) if isinstance(scenarios, Scenario) else scenarios
    shocks = (*_cuts(network, cuts), *(shock for one in scenarios for shock in one.shocks))
    values = together(scenarios, assume or {})
    # An input stays what it is by the data, memory or dies, however long it is assumed to take.
    kinds = read_plan(network).kinds if values else None
    network = assumed(network, values)
    rule = rule_name(policy or chosen_policy(scenarios) or DEFAULT)
    first, last = find_window(network, shocks, first, last)
    program = Forward(read_plan(network, kinds, rules))
    baseline = program.baseline.between(first, last)
    scenario = disturbed(network, program, shocks, first)
    scenario = baseline if scenario is program.baseline else scenario.between(first, last)
    markets = _markets(network, shocks, baseline, scenario)
    before, after = side_by_side(*markets, rule)
    return Simulation(network, shocks, baseline, scenario, before, after, markets, values, program)


def _cuts(network: Network, cuts: str | Cut | Sequence[str | Cut]) -> tuple[Cut, ...]:
    """Cuts with targets by their ids in the data."""
    cuts = (cuts,) if isinstance(cuts, str | Cut) else cuts
    return tuple(by_id(network, parse_cut(c) if isinstance(c, str) else c) for c in cuts)


def _markets(
    network: Network, shocks: Sequence[Shock], baseline: Production, scenario: Production
) -> tuple[Market, Market]:
    """Who may buy what is made, without and with the shocks that change orders and sales."""
    bans = [s for s in shocks if isinstance(s, Ban)]

    def banned(product: Commodity, buyer: Buyer, quarter: Quarter) -> bool:
        return any(ban.hits(product, buyer, quarter) for ban in bans)

    undisturbed = market(network, baseline)
    other_orders = [s for s in shocks if isinstance(s, ChangeOrders)]
    if other_orders or scenario.plan is not baseline.plan or bans:
        asked = changed(network, other_orders)
        return undisturbed, market(asked, scenario, banned if bans else None)
    return undisturbed, with_units(undisturbed, scenario)


def disturbed(
    network: Network, program: Forward, shocks: Sequence[Shock], begin: Quarter
) -> Production:
    """Production under the shocks; nothing differs from the baseline before the first of them.

    Args:
        network: The undisturbed data.
        program: Production of it.
        shocks: In any order.
        begin: When a cut without a first quarter begins.

    Raises:
        AskError: A shock names something that is not in the data.
    """
    cuts = [s for s in shocks if isinstance(s, Cut)]
    changes = structural(shocks)
    grid = program.plan.quarters
    kept = np.ones((len(program.plan.supplies), len(grid)))
    if cuts:
        own = shares_kept(network, cuts, network.supplies, grid, begin)
        left = left_over(network, grid, own)
        rows = {s.id: i for i, s in enumerate(network.supplies)}
        kept = left[[rows[s.id] for s in program.plan.supplies]]
        changes += delayed(network, slips(network, grid, own))
    if not changes:
        return program.scenario(kept)
    return restructured(network, program, kept, changes)


def delayed(network: Network, late: Mapping[str, int]) -> list[Launch]:
    """Launches moved by some quarters, but never beyond a product's last."""
    launches = []
    for id_, quarters in late.items():
        product = network.accelerators[id_]
        moved = product.launch + quarters
        launches.append(Launch(id_, moved if product.end is None else min(moved, product.end)))
    return launches


def restructured(
    network: Network, program: Forward, kept: Floats, shocks: Sequence[Shock]
) -> Production:
    """Production under shocks that change the data, and a share kept of each supply.

    Args:
        network: The undisturbed data.
        program: Production of it.
        kept: As for :meth:`Forward.scenario`.
        shocks: Launches, qualifications and new lines; at least one.
    """
    of = program.plan
    start = first_quarter(shocks, network)
    assert start is not None
    first = max(0, start - of.quarters[0])
    if first >= len(of.quarters):
        return program.scenario(kept)
    other = Forward(read_plan(changed(network, shocks), of.kinds, of.rules, of.quarters))
    # A launch moved beyond the grid takes its product out of the plan.
    rows = {s.id: i for i, s in enumerate(of.supplies)}
    aligned = np.ones((len(other.plan.supplies), len(of.quarters)))
    for i, supply in enumerate(other.plan.supplies):
        if supply.id in rows:
            aligned[i] = kept[rows[supply.id]]
    return other.after(program, first, aligned)


def change(before: float, after: float) -> float | None:
    """Relative change; ``None`` where there was nothing before."""
    return (after - before) / before if before > 0 else None


def together(scenarios: Sequence[Scenario], assume: Mapping[str, float]) -> Mapping[str, float]:
    """All assumptions of the scenarios and the asked ones, which win.

    Raises:
        AskError: Two scenarios assume different values of one figure.
    """
    values: dict[str, float] = {}
    for scenario in scenarios:
        for name, value in scenario.assume.items():
            if name not in assume and values.get(name, value) != value:
                raise AskError(f"two scenarios assume different values of {name}")
            values[name] = value
    return {**values, **assume}


def chosen_policy(scenarios: Sequence[Scenario]) -> str:
    """The allocation rule the scenarios ask for; empty if none does.

    Raises:
        AskError: They ask for different ones.
    """
    rules = sorted({s.policy for s in scenarios if s.policy})
    if len(rules) > 1:
        raise AskError(f"the scenarios ask for different allocation rules: {', '.join(rules)}")
    return rules[0] if rules else ""
