"""How far a result moves when one thing is assumed otherwise, one thing at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from supplychain.model import Figure, Network
from supplychain.model.names import figures
from supplychain.model.values import same_values
from supplychain.production.forward import Forward
from supplychain.production.plan import Plan, Rules
from supplychain.production.reading import read_plan
from supplychain.production.result import Production
from supplychain.scenarios.assumptions import replaced
from supplychain.simulation import Simulation, disturbed

CALIBRATIONS: tuple[tuple[str, Callable[[Rules], Rules]], ...] = (
    ("no booked packaging is lent", lambda c: replace(c, band=0.0)),
    ("twice as much of it is lent", lambda c: replace(c, band=2 * c.band)),
    ("half as much memory is made ahead", lambda c: replace(c, ahead=c.ahead / 2)),
)
"""The assumptions of production that no source settles; each in words."""


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
        first, last = self.baseline.window
        before = float(self.baseline.ship[rows, first : last + 1].sum())
        after = float(self.scenario.ship[rows, first : last + 1].sum())
        return (after - before) / before if before > 0 else None


def variants(result: Simulation) -> tuple[Variant, ...]:
    """The same shocks under each of :data:`CALIBRATIONS`, the result's own first.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> result = sc.simulate(network, cuts=["hbm=20%"], first="2024Q1", last="2024Q4")
        >>> [variant.assumption for variant in variants(result)][0]
        'as above'
    """
    own = Variant("as above", result.baseline, result.scenario)
    rules = result.program.plan.rules
    return (own, *(walked_again(result, words, change(rules)) for words, change in CALIBRATIONS))


def walked_again(result: Simulation, assumption: str, rules: Rules) -> Variant:
    """The result's shocks on its own data with other constants."""
    begin, end = result.quarters[0], result.quarters[-1]
    program = Forward(replace(result.program.plan, rules=rules))
    scenario = disturbed(result.network, program, result.shocks, begin)
    return Variant(assumption, program.baseline.between(begin, end), scenario.between(begin, end))


def production_figures(network: Network, plan: Plan) -> tuple[Figure, ...]:
    """The figures that production reads: lines, recipes, yields, lags, mix, orders.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> from supplychain.production.reading import read_plan
        >>> len(production_figures(network, read_plan(network))) > 100
        True
    """
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
    """The estimates that enter production, those with the widest relative range first.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> from supplychain.production.reading import read_plan
        >>> len(widest_estimates(network, read_plan(network), 3))
        3
    """
    inputs = production_figures(network, plan_)
    estimates = [f for f in inputs if f.basis == "estimate" and f.value > 0]
    estimates.sort(key=lambda f: (-(f.high - f.low) / f.value, f.name))
    return estimates[:top]


def one_at_a_time(
    network: Network,
    some: Iterable[Figure],
    headline: Callable[[Network], float],
) -> Iterator[tuple[Figure, float, float]]:
    """Each figure with the headline at the lower and at the upper end of its range.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> figure = network.parameter("power.pue")
        >>> headline = lambda data: data.parameter("power.pue").value
        >>> [(_, low, high)] = one_at_a_time(network, [figure], headline)
        >>> low, high
        (1.1, 1.4)
    """
    for figure in some:
        low, high = (
            headline(replaced(network, {figure.name: end}))
            if end != figure.value
            else headline(network)
            for end in (figure.low, figure.high)
        )
        yield figure, low, high


def change_of(result: Simulation) -> Callable[[Network], float]:
    """The headline of a simulation, relative change of accelerators, as a function of the data.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> result = sc.simulate(network, cuts=["hbm=20%"], first="2024Q1", last="2024Q4")
        >>> change_of(result)(network) < 0
        True
    """
    of = result.program.plan

    def headline(network: Network) -> float:
        program = Forward(read_plan(network, of.kinds, of.rules, of.quarters))
        before = program.baseline.total(result.quarters)
        scenario = disturbed(network, program, result.shocks, result.quarters[0])
        after = scenario.total(result.quarters)
        return (after - before) / before if before > 0 else 0.0

    return headline
