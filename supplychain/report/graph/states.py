"""What the quarter changes in the picture: chokepoints, use of lines, what a scenario takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from supplychain.errors import AskError
from supplychain.model.quarters import FIRST, LAST, Quarter, quarter_range

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from supplychain.model import Network, Supply
    from supplychain.report.graph.view import Box, By
    from supplychain.simulation import Simulation

Use: TypeAlias = Mapping[str, tuple[list[int], list[int]]]
"""Line to its use in percent by quarter of the slider, as shown and in the baseline."""

NONE_LOST = 0.0005
"""A loss below this share of the output is none: it is rounding."""


@dataclass(frozen=True, slots=True)
class States:
    """The quarters a picture can be set to, and what each shows.

    Attributes:
        at: The quarter shown first, one of ``quarters``.
        chokepoints: By quarter: id of the box to the reason.
        simulation: Whose lines, and losses, are shown; ``None``: neither is.
    """

    quarters: tuple[Quarter, ...]
    at: Quarter
    chokepoints: Mapping[Quarter, Mapping[str, str]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    simulation: Simulation | None = None

    def __post_init__(self) -> None:
        if self.at not in self.quarters:
            raise AskError(f"{self.at} is not among the quarters shown")

    @property
    def marked(self) -> frozenset[str]:
        """Boxes that are a chokepoint in at least one of the quarters."""
        return frozenset(id_ for marked in self.chokepoints.values() for id_ in marked)


def span(at: Quarter, window: Sequence[Quarter] = ()) -> tuple[Quarter, ...]:
    """The quarters of a picture: the usual window, with ``at`` and all of another window in it."""
    return quarter_range(min((at, FIRST, *window)), max((at, LAST, *window)))


def marks(
    network: Network, by: By, quarters: Iterable[Quarter]
) -> Mapping[Quarter, Mapping[str, str]]:
    """The single points of failure of all accelerators sold, by quarter, with the reason.

    A country is marked at the stage of the need that fails.
    """
    from supplychain.risk import chokepoints

    return {
        quarter: {
            f"{row.id}/{row.stage}" if by == "country" else row.id: row.why
            for row in chokepoints(network, at=quarter, by=by).rows
            if not row.trivial
        }
        for quarter in quarters
    }


def reasons(states: States, id_: str) -> list[tuple[int, str]]:
    """Number of the quarter and the reason from then on, where it changes; empty: never one."""
    runs: list[tuple[int, str]] = []
    for number, quarter in enumerate(states.quarters):
        reason = states.chokepoints.get(quarter, {}).get(id_, "")
        if reason != (runs[-1][1] if runs else ""):
            runs.append((number, reason))
    return runs


def use_of_lines(states: States) -> Use:
    """Use of each line in percent by quarter of the slider, as shown and in the baseline."""
    if states.simulation is None:
        return {}
    shown = states.simulation.scenario.utilization()
    before = states.simulation.baseline.utilization()
    return {
        line: (
            aligned(states, shown[line].tolist(), 100),
            aligned(states, before[line].tolist(), 100),
        )
        for line in sorted(shown.keys() & before.keys())
    }


def fullest(use: Use, lines: set[str]) -> list[int] | int:
    """Use of the fullest of the lines by quarter; 0 if none has a known capacity."""
    known = [use[line][0] for line in lines & use.keys()]
    return [max(values) for values in zip(*known, strict=True)] if known else 0


def aligned(states: States, values: Sequence[float], scale: int) -> list[int]:
    """Whole numbers by quarter of the slider, -1 outside the simulated window."""
    assert states.simulation is not None
    window = states.simulation.quarters
    numbers = dict(zip(window, (round(v * scale) for v in values), strict=True))
    return [numbers.get(quarter, -1) for quarter in states.quarters]


class Losses:
    """Output lost against the baseline, by box and quarter of the simulated window.

    Accelerators count as shipped, what is made on lines of known capacity as made, everything
    else by what the cascade leaves of each maker's share. Of a box with several goods the
    largest loss counts.
    """

    def __init__(self, simulation: Simulation) -> None:
        self.quarters = simulation.quarters
        self._shown = not _same(simulation)
        self._row = {s.id: i for i, s in enumerate(simulation.network.supplies)}
        self._before, self._after, self._counted = _outputs(simulation)

    def of(self, box: Box) -> list[float]:
        """Share lost, by quarter, 0 to 1."""
        goods: dict[str, list[Supply]] = {}
        for supply in box.supplies:
            goods.setdefault(supply.commodity, []).append(supply)
        lost = [0.0] * len(self.quarters)
        if not self._shown:
            return lost
        for supplies in goods.values():
            rows = [self._row[s.id] for s in supplies]
            rows = [r for r in rows if self._counted[r]] or rows
            before = self._before[rows].sum(axis=0).tolist()
            after = self._after[rows].sum(axis=0).tolist()
            shares = [1 - a / b if b > 0 else 0.0 for b, a in zip(before, after, strict=True)]
            lost = [max(x, y) if y > NONE_LOST else x for x, y in zip(lost, shares, strict=True)]
        return lost


def _same(simulation: Simulation) -> bool:
    return simulation.scenario is simulation.baseline and not simulation.shocks


def _outputs(
    simulation: Simulation,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Supply x quarter of the window without and with the shocks, and what is counted in units."""
    import numpy as np

    network, quarters = simulation.network, simulation.quarters
    before = _weights(network, quarters)
    after = before * _left(simulation)
    counted = np.zeros(len(network.supplies), dtype=bool)
    row = {s.id: i for i, s in enumerate(network.supplies)}
    for production, into in ((simulation.baseline, before), (simulation.scenario, after)):
        first, last = production.window
        shipped = {number: p for p, number in enumerate(production.plan.products.values())}
        for number, supply in enumerate(production.plan.supplies):
            made = production.make[number]
            if number in shipped:
                made = production.ship[shipped[number]]
            if supply.id in row:
                counted[row[supply.id]] = True
                into[row[supply.id]] = np.round(made[first : last + 1], 6)
    return before, after, counted


def _weights(network: Network, quarters: Sequence[Quarter]) -> NDArray[np.float64]:
    """Each supply's share of its commodity, by quarter."""
    import numpy as np

    from supplychain.model.shares import shares_of

    weights = np.zeros((len(network.supplies), len(quarters)))
    row = {s.id: i for i, s in enumerate(network.supplies)}
    for commodity in network.commodities:
        for t, quarter in enumerate(quarters):
            active = [s for s in network.makers(commodity) if s.active(quarter)]
            shares = shares_of(network, active, quarter).value
            for supply, share in zip(active, shares, strict=True):
                weights[row[supply.id], t] = share
    return weights


def _left(simulation: Simulation) -> NDArray[np.float64]:
    """What the cascade leaves of each supply's normal output, through all of its needs."""
    from supplychain.production.availability import availability, web
    from supplychain.scenarios.targets import shares_kept

    network, quarters = simulation.network, simulation.quarters
    own = shares_kept(network, simulation.cuts, network.supplies, quarters, quarters[0])
    left: NDArray[np.float64] = availability(web(network, quarters), own[None]).left[0]
    return left
