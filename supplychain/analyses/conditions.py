"""Conditions on an answer, so that a script can stop where one holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from supplychain.allocation.measures import fairness, grouped
from supplychain.analyses.exposure import Exposures
from supplychain.errors import AskError
from supplychain.firms.singles import SinglePoints
from supplychain.firms.stress import StressTest
from supplychain.firms.systemic import SystemicRisk
from supplychain.model.finder import listed, nearest
from supplychain.model.units import brief
from supplychain.risk import Chokepoints
from supplychain.simulation import Simulation, change

T = TypeVar("T")

Points: TypeAlias = tuple[Chokepoints, Exposures | None]
"""Chokepoints and, unless left out, what they would cost."""


@dataclass(frozen=True, slots=True)
class Measure(Generic[T]):
    """What a condition can be about.

    Attributes:
        value: ``None`` where it is not known.
        count: Whether it is a number of things rather than a share.
    """

    value: Callable[[T], float | None]
    meaning: str
    count: bool = False


def _loss(result: Simulation) -> float:
    return -(change(result.baseline.total(), result.scenario.total()) or 0.0)


def _h100e_loss(result: Simulation) -> float:
    return -(change(*result.h100e()) or 0.0)


def _deepest(result: Simulation) -> float:
    return -result.deepest()[1]


def _unfilled(result: Simulation) -> float | None:
    asked = float(result.allocation.asked().sum())
    return 1 - float(result.allocation.served().sum()) / asked if asked > 0 else None


def _poor_loss(result: Simulation) -> float:
    units = [result.baseline_allocation.units(), result.allocation.units()]
    return -(change(*grouped(result.allocation.buyers, "tier", units).get("poor", (0, 0))) or 0.0)


def _gini(result: Simulation) -> float | None:
    return fairness(result.allocation).gini_fill


def _empty_handed(result: Simulation) -> float | None:
    rates = [rate for rate in result.allocation.fill_rates().values() if rate is not None]
    return float(sum(rate == 0 for rate in rates)) if rates else None


def _single(points: Points) -> float:
    return float(sum(not row.trivial for row in points[0].rows))


def _near(points: Points) -> float:
    return float(sum(not row.trivial for row in points[0].near))


def _costliest(points: Points) -> float | None:
    """Of those that lose more than their own products."""
    found, exposed = points
    if exposed is None:
        return None
    own = {row.key for row in found.rows if row.trivial}
    return max((r.score / 100 for r in exposed.rows if r.key not in own), default=0.0)


MEASURES: Mapping[str, Measure[Simulation]] = {
    "loss": Measure(_loss, "share of the baseline's accelerators lost"),
    "h100e-loss": Measure(_h100e_loss, "share of its H100 equivalents lost"),
    "deepest": Measure(_deepest, "share lost in the worst quarter"),
    "unfilled": Measure(_unfilled, "share of the orders not delivered"),
    "poor-loss": Measure(_poor_loss, "share of the poor buyers' accelerators lost"),
    "gini": Measure(_gini, "Gini coefficient of the fill rates"),
    "buyers-at-zero": Measure(_empty_handed, "buyers with orders that get nothing", count=True),
}
"""Of a simulation."""

CHOKEPOINT_MEASURES: Mapping[str, Measure[Points]] = {
    "chokepoints": Measure(_single, "single points of failure", count=True),
    "near": Measure(_near, "nearly single points", count=True),
    "score": Measure(_costliest, "share of the H100 equivalents that the costliest loses"),
}
"""Of a search for chokepoints."""


REMOVAL_MEASURES: Mapping[str, Measure[SinglePoints]] = {
    "chokepoints": Measure(
        lambda found: float((found.beyond() > 0).sum()),
        "firms that alone lose another product",
        count=True,
    ),
    "lost": Measure(
        lambda found: float(found.beyond().max(initial=0)),
        "products lost with one firm",
        count=True,
    ),
    "falls": Measure(
        lambda found: float(found.exact.falls.max(initial=0)),
        "firms that fall with one",
        count=True,
    ),
}
"""Of the single removals of a supplier table."""

ESRI_MEASURES: Mapping[str, Measure[SystemicRisk]] = {
    "esri": Measure(lambda found: float(found.index.max(initial=0)), "the largest ESRI")
}
"""Of the systemic risk of a supplier table."""

STRESS_MEASURES: Mapping[str, Measure[StressTest]] = {
    "exposed": Measure(
        lambda found: float((found.recovery > found.survival).sum()),
        "sites that take longer to recover than the network survives",
        count=True,
    )
}
"""Of a stress test."""


@dataclass(frozen=True, slots=True)
class Condition:
    """``loss>10%``: a measure, a comparison and a bound."""

    text: str
    measure: str
    sign: str
    bound: float

    def holds(self, value: float) -> bool:
        """Whether the value is on that side of the bound."""
        return {
            ">": value > self.bound,
            ">=": value >= self.bound,
            "<": value < self.bound,
            "<=": value <= self.bound,
        }[self.sign]


def parse_condition(text: str, measures: Mapping[str, Measure[Any]] = MEASURES) -> Condition:
    """Read ``loss>10%`` or ``buyers-at-zero>=5``.

    Raises:
        AskError: It is not of that form, or about something unknown.

    Example:
        >>> parse_condition("loss>10%").bound
        0.1
    """
    match = re.fullmatch(r"\s*([a-z0-9-]+)\s*(>=|<=|>|<)\s*([0-9]+(?:\.[0-9]+)?)\s*(%?)\s*", text)
    if match is None:
        raise AskError(f"'{brief(text)}' is not a condition; write for example loss>10%")
    name, sign, number, percent = match.groups()
    if name not in measures:
        near = nearest(name, measures)
        hint = f"did you mean '{near}'?" if near else listed(measures)
        raise AskError(f"'{text}': nothing is called '{name}'; {hint}")
    bound = float(number) / 100 if percent else float(number)
    if not percent and not measures[name].count and bound > 1:
        raise AskError(f"'{text}' is ambiguous; write {number}% or {float(number) / 100:g}")
    return Condition(text.strip(), name, sign, bound)


def holding(
    conditions: Iterable[Condition], result: T, measures: Mapping[str, Measure[T]]
) -> list[str]:
    """The conditions that hold, each with the value found.

    Raises:
        AskError: What a condition is about is not known, so that nothing can be said of it.
    """
    out = []
    for condition in conditions:
        measure = measures[condition.measure]
        value = measure.value(result)
        if value is None:
            raise AskError(f"--fail-on {condition.text}: {measure.meaning} is not known")
        if condition.holds(value):
            found = f"{value:.0f}" if measure.count else f"{value:.1%}"
            out.append(f"{condition.text}: {measure.meaning} is {found}")
    return out
