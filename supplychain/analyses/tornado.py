"""The headline with one input at a time at the ends of its range.

An input is a line (TSMC's CoWoS, SK hynix's HBM) with all its capacity figures together: the
quarters of one line are known equally well, so they are moved together. Which inputs are worth
moving is read off the shadow prices, so that the few that are solved again are those that count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from types import MappingProxyType

from supplychain.model import Capacity, Figure, Network
from supplychain.production.solve import Program
from supplychain.production.worth import worth_of_capacity
from supplychain.simulation import Simulation, disturbed, planned, since_of


@dataclass(frozen=True, slots=True)
class Input:
    """One line and the figures that say what it can put out.

    Attributes:
        key: ``organization.line``.
        figures: By the name that ``--assume`` takes.
        worth: Accelerators of the baseline between the ends of the range, to first order.
    """

    key: str
    figures: Mapping[str, Figure]
    worth: float

    @property
    def width(self) -> tuple[float, float]:
        """Lowest and highest figure as shares of the figures' sum, less one."""
        value = sum(f.value for f in self.figures.values())
        low, high = (sum(getattr(f, end) for f in self.figures.values()) for end in ("low", "high"))
        return (low / value - 1, high / value - 1) if value > 0 else (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Moved:
    """An input with the headline at either end of its range."""

    input: Input
    at_low: float
    at_high: float


def inputs(result: Simulation) -> tuple[Input, ...]:
    """Every line with a range, the one worth most accelerators first.

    The worth is the sum over the quarters of the line's shadow price, in accelerators, times the
    distance between the ends of its range in that quarter: what linear programming says of a
    small change (Bertsimas and Tsitsiklis 1997, section 5.2), used for the order only.
    """
    worth = worth_of_capacity(result.baseline)
    lines: dict[str, list[Capacity]] = defaultdict(list)
    for organization in result.network.organizations.values():
        for capacity in organization.capacities:
            lines[f"{organization.id}.{capacity.part_of or capacity.id}"].append(capacity)
    found = []
    for key, capacities in lines.items():
        figures = {f.name: f for c in capacities for f in c.figures.values()}
        if not any(f.low < f.high for f in figures.values()):
            continue
        prices = [worth[k] for k in {key, *(c.key for c in capacities)} if k in worth]
        total = 0.0
        for t, quarter in enumerate(result.quarters):
            spread = sum(
                _capacity_at(c, "high").per_quarter(quarter)
                - _capacity_at(c, "low").per_quarter(quarter)
                for c in capacities
            )
            total += spread * sum(float(price[t]) for price in prices)
        if total > 0:
            found.append(Input(key, figures, total))
    return tuple(sorted(found, key=lambda i: (-i.worth, i.key)))


def moved(result: Simulation, some: Sequence[Input]) -> tuple[Moved, ...]:
    """The headline at both ends of each input, the widest effect first.

    The headline is the relative change of accelerators by the shocks; without shocks, their
    number relative to the baseline's.
    """

    def headline(network: Network) -> float:
        window = result.quarters[0], result.quarters[-1]
        program = Program(
            planned(network, *window, result.baseline.plan.calibration, since_of(result))
        )
        before = result.baseline.total()
        if not result.shocks:
            return program.baseline.total() / before - 1 if before > 0 else 0.0
        before = program.baseline.total()
        after = disturbed(network, program, result.shocks, window).total()
        return after / before - 1 if before > 0 else 0.0

    def at(case: tuple[Input, str]) -> float:
        return headline(_at_end(result.network, *case))

    # The solver works outside the interpreter's lock, so two run at a time.
    with ThreadPoolExecutor(max_workers=2) as pool:
        found = list(pool.map(at, [(one, end) for one in some for end in ("low", "high")]))
    pairs = zip(found[::2], found[1::2], strict=True)
    rows = [Moved(one, low, high) for one, (low, high) in zip(some, pairs, strict=True)]
    return tuple(sorted(rows, key=lambda m: (-abs(m.at_high - m.at_low), m.input.key)))


def _at_end(network: Network, one: Input, end: str) -> Network:
    """The network with all capacities of an input at an end of their ranges."""
    id_, _, line = one.key.partition(".")
    organization = network.organizations[id_]
    capacities = tuple(
        _capacity_at(c, end) if line in (c.id, c.part_of) else c for c in organization.capacities
    )
    return network.with_(organizations=[replace(organization, capacities=capacities)])


def _capacity_at(capacity: Capacity, end: str) -> Capacity:
    figures = {q: replace(f, value=getattr(f, end)) for q, f in capacity.figures.items()}
    return replace(capacity, figures=MappingProxyType(figures))
