"""How far a result moves when one thing is assumed otherwise, one thing at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from supplychain.model import Figure, Network
from supplychain.model.names import figures
from supplychain.model.values import same_values
from supplychain.production.plan import Calibration, Plan
from supplychain.production.result import Production
from supplychain.production.solve import Program
from supplychain.scenarios.assumptions import replaced
from supplychain.simulation import Simulation, disturbed, planned, since_of

CALIBRATIONS: tuple[tuple[str, Callable[[Calibration], Calibration]], ...] = (
    ("HBM generations exactly as planned", lambda c: replace(c, conversion=0)),
    ("HBM lines converted at will", lambda c: replace(c, conversion=99)),
    ("no booked packaging is lent", lambda c: replace(c, borrow_limit=0.0)),
)
"""The assumptions of the program that no source settles and that decide signs; each in words."""


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """Baseline and scenario under one assumption.

    Attributes:
        assumption: In words.
    """

    assumption: str
    baseline: Production
    scenario: Production

    __eq__ = same_values

    def change(self, designer: str = "") -> float | None:
        """Relative change of the accelerators shipped, of one designer or of all."""
        plan_ = self.baseline.plan
        rows = [
            row
            for row, i in enumerate(plan_.products.values())
            if not designer or plan_.supplies[i].organization == designer
        ]
        first, last = plan_.window
        before = float(self.baseline.ship[rows, first : last + 1].sum())
        after = float(self.scenario.ship[rows, first : last + 1].sum())
        return (after - before) / before if before > 0 else None


def variants(result: Simulation) -> tuple[Variant, ...]:
    """The same shocks under each of :data:`CALIBRATIONS`, the result's own first."""
    from concurrent.futures import ThreadPoolExecutor

    own = Variant("as above", result.baseline, result.scenario)

    def run(choice: tuple[str, Callable[[Calibration], Calibration]]) -> Variant:
        words, changed = choice
        return solved_again(result, words, changed(result.baseline.plan.calibration))

    # The solver works outside the interpreter's lock, so two run at a time.
    with ThreadPoolExecutor(max_workers=2) as pool:
        return (own, *pool.map(run, CALIBRATIONS))


def solved_again(result: Simulation, assumption: str, calibration: Calibration) -> Variant:
    """The result's shocks on its own data with other constants."""
    window = result.quarters[0], result.quarters[-1]
    program = Program(planned(result.network, *window, calibration, since_of(result)))
    scenario = disturbed(result.network, program, result.shocks, window)
    return Variant(assumption, program.baseline, scenario)


def production_figures(network: Network, plan: Plan) -> tuple[Figure, ...]:
    """The figures that the production program reads: lines, recipes, yields, lags, mix, orders."""
    keys = {line.key for line in plan.lines}
    keys |= {
        c.key
        for line in plan.lines
        for c in network.organizations[line.capacity.organization].capacities
        if c.part_of == line.capacity.id
    }
    organizations = network.organizations.values()
    found = [*figures(tuple(c for o in organizations for c in o.capacities if c.key in keys))]
    for link in plan.links:
        found += [f for f in (link.need.per_unit, link.need.cycle_weeks) if f is not None]
    for id_ in sorted({s.commodity for s in plan.supplies}):
        made = network.commodities[id_]
        of_product = made.product.half_weeks if made.product and id_ in plan.products else None
        own = (made.output_yield, made.stock_weeks, made.cycle_weeks, of_product)
        found += [f for f in own if f is not None]
    for market in plan.markets:
        found += [f for q, f in market.book.figures.items() if q in plan.quarters]
    for designer in sorted({plan.supplies[i].organization for i in plan.products.values()}):
        found += figures(network.organizations[designer].lines)
    return tuple({f.name: f for f in found}.values())


def widest_estimates(network: Network, plan_: Plan, top: int | None) -> list[Figure]:
    """The estimates that enter production, those with the widest relative range first."""
    inputs = production_figures(network, plan_)
    estimates = [f for f in inputs if f.basis == "estimate" and f.value > 0]
    estimates.sort(key=lambda f: (-(f.high - f.low) / f.value, f.name))
    return estimates[:top]


def one_at_a_time(
    network: Network,
    some: Iterable[Figure],
    headline: Callable[[Network], float],
) -> Iterator[tuple[Figure, float, float]]:
    """Each figure with the headline at the lower and at the upper end of its range."""
    for figure in some:
        low, high = (
            headline(replaced(network, {figure.name: end}))
            if end != figure.value
            else headline(network)
            for end in (figure.low, figure.high)
        )
        yield figure, low, high


def change_of(result: Simulation) -> Callable[[Network], float]:
    """The headline of a simulation, relative change of accelerators, as a function of the data."""
    window = result.quarters[0], result.quarters[-1]

    def headline(network: Network) -> float:
        program = Program(
            planned(network, *window, result.baseline.plan.calibration, since_of(result))
        )
        before = program.baseline.total()
        after = disturbed(network, program, result.shocks, window).total()
        return (after - before) / before if before > 0 else 0.0

    return headline
