"""The headline with one input at a time at the ends of its range.

An input is a line (TSMC's CoWoS, SK hynix's HBM) with all its capacity figures together: the
quarters of one line are known equally well, so they are moved together. All of them are walked
in one batch, without and with the shocks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from supplychain.model import Capacity, Figure, Network
from supplychain.production.forward import Forward
from supplychain.production.reading import read_plan
from supplychain.production.recipes import Floats
from supplychain.simulation import Simulation, disturbed


@dataclass(frozen=True, slots=True)
class Input:
    """One line and the figures that say what it can put out.

    Attributes:
        key: ``organization.line``.
        figures: By the name that ``--assume`` takes.
        worth: Accelerators of the baseline between the ends of the range.
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
    """Every line with a range, the one that moves most accelerators of the baseline first.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> result = sc.simulate(network, cuts=["hbm=20%"], first="2024Q1", last="2024Q4")
        >>> len(inputs(result)) > 0
        True
    """
    lines: dict[str, list[Capacity]] = defaultdict(list)
    used = {(x.capacity.organization, x.capacity.id) for x in result.program.plan.lines}
    for organization in result.network.organizations.values():
        for capacity in organization.capacities:
            if (organization.id, capacity.id) in used:
                lines[f"{organization.id}.{capacity.part_of or capacity.id}"].append(capacity)
    ranged = {}
    for key, capacities in sorted(lines.items()):
        figures = {
            f"{c.key}.{quarter}": figure
            for c in capacities
            for quarter, figure in c.figures.items()
        }
        if any(f.low < f.high for f in figures.values()):
            ranged[key] = figures
    totals = _at_ends(result.program, result, list(ranged), np.ones_like(result.baseline.kept))
    found = [
        Input(key, figures, abs(float(high - low)))
        for (key, figures), (low, high) in zip(ranged.items(), totals, strict=True)
        if abs(high - low) > 0.5
    ]
    return tuple(sorted(found, key=lambda i: (-i.worth, i.key)))


def moved(result: Simulation, some: Sequence[Input]) -> tuple[Moved, ...]:
    """The headline at both ends of each input, the widest effect first.

    The headline is the relative change of accelerators by the shocks; without shocks, their
    number relative to the baseline's.
    """
    keys = [one.key for one in some]
    before = _at_ends(result.program, result, keys, np.ones_like(result.baseline.kept))
    total = result.baseline.total()
    if not result.shocks:
        ends = before / total - 1 if total > 0 else np.zeros_like(before)
    else:
        if result.scenario.plan is result.program.plan:
            after = _at_ends(result.program, result, keys, result.scenario.kept)
        else:
            after = np.array([[_disturbed(result, key, end) for end in ENDS] for key in keys])
        after = after.reshape(before.shape)
        ends = np.divide(after, before, out=np.ones_like(before), where=before > 0) - 1
    rows = [
        Moved(one, float(low), float(high)) for one, (low, high) in zip(some, ends, strict=True)
    ]
    return tuple(sorted(rows, key=lambda m: (-abs(m.at_high - m.at_low), m.input.key)))


ENDS = ("low", "high")


def _at_ends(program: Forward, result: Simulation, keys: Sequence[str], kept: Floats) -> Floats:
    """Accelerators of the window with each input at either end: input x end."""
    first, last = result.baseline.window
    base = program.model.recipes.capacity
    columns = [_lines_at(program, result.network, key, end) for key in keys for end in ENDS]
    if not columns:
        return np.zeros((0, len(ENDS)))
    capacity = np.repeat(base[:, :, None], len(columns), axis=2)
    for column, lines in enumerate(columns):
        for c, rates in lines.items():
            capacity[c, :, column] = rates
    many = np.repeat(kept[:, :, None], len(columns), axis=2)
    sold: Floats = program.scenarios(many, capacity, last + 1)[:, first:].sum(axis=(0, 1))
    found: Floats = sold.reshape(len(keys), len(ENDS))
    return found


def _lines_at(program: Forward, network: Network, key: str, end: str) -> Mapping[int, Floats]:
    """Lines of the plan that an input moves, with their capacity by period."""
    id_, _, name = key.partition(".")
    quarters = program.plan.quarters
    moved_: dict[str, Floats] = {}
    for capacity in network.organizations[id_].capacities:
        if name in (capacity.id, capacity.part_of):
            at_end = _capacity_at(capacity, end)
            moved_[capacity.id] = np.array([at_end.per_quarter(q) for q in quarters])
    found = {}
    for c, line in enumerate(program.plan.lines):
        if line.capacity.organization != id_:
            continue
        if line.whole and line.capacity.id == name:
            parts = [x.capacity.id for x in program.plan.lines if x.capacity.part_of == name
                     and x.capacity.organization == id_]  # fmt: skip
            found[c] = sum((moved_[p] for p in parts), np.zeros(len(quarters)))
        elif line.capacity.id in moved_:
            found[c] = moved_[line.capacity.id]
    return found


def _disturbed(result: Simulation, key: str, end: str) -> float:
    """Accelerators under shocks that change more than capacities, with an input at an end."""
    of = result.program.plan
    network = _at_end(result.network, key, end)
    program = Forward(read_plan(network, of.kinds, of.rules, of.quarters))
    scenario = disturbed(network, program, result.shocks, result.quarters[0])
    return scenario.total(result.quarters)


def _at_end(network: Network, key: str, end: str) -> Network:
    """The network with all capacities of an input at an end of their ranges."""
    id_, _, line = key.partition(".")
    organization = network.organizations[id_]
    capacities = tuple(
        _capacity_at(c, end) if line in (c.id, c.part_of) else c for c in organization.capacities
    )
    return network.with_(organizations=[replace(organization, capacities=capacities)])


def _capacity_at(capacity: Capacity, end: str) -> Capacity:
    figures = {q: replace(f, value=getattr(f, end)) for q, f in capacity.figures.items()}
    return replace(capacity, figures=MappingProxyType(figures))
