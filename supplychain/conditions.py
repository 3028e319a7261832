"""Conditions on the outcome of a simulation, so that a script can stop where one holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from supplychain.allocation.measures import fairness, grouped
from supplychain.simulation import Simulation, change


def _loss(result: Simulation) -> float:
    return -(change(result.baseline.total(), result.scenario.total()) or 0.0)


def _h100e_loss(result: Simulation) -> float:
    return -(change(*result.h100e()) or 0.0)


def _deepest(result: Simulation) -> float:
    return -result.deepest()[1]


def _unfilled(result: Simulation) -> float:
    ordered = float(result.allocation.asked().sum())
    return 1 - float(result.allocation.units().sum()) / ordered if ordered > 0 else 0.0


def _poor_loss(result: Simulation) -> float:
    units = [result.baseline_allocation.units(), result.allocation.units()]
    return -(change(*grouped(result.allocation.buyers, "tier", units).get("poor", (0, 0))) or 0.0)


def _gini(result: Simulation) -> float:
    return fairness(result.allocation).gini_fill


def _empty_handed(result: Simulation) -> float:
    return float(sum(rate == 0 for rate in result.allocation.fill_rates().values()))


MEASURES: Mapping[str, tuple[Callable[[Simulation], float], str]] = {
    "loss": (_loss, "share of the baseline's accelerators lost"),
    "h100e-loss": (_h100e_loss, "share of its H100 equivalents lost"),
    "deepest": (_deepest, "share lost in the worst quarter"),
    "unfilled": (_unfilled, "share of the orders not delivered"),
    "poor-loss": (_poor_loss, "share of the poor buyers' accelerators lost"),
    "gini": (_gini, "Gini coefficient of the fill rates"),
    "buyers-at-zero": (_empty_handed, "buyers with orders that get nothing"),
}
"""What a condition can be about, each with its meaning."""


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


def parse_condition(text: str) -> Condition:
    """Read ``loss>10%`` or ``buyers-at-zero>=5``.

    Raises:
        ValueError: It is not of that form, or about something unknown.
    """
    match = re.fullmatch(r"\s*([a-z0-9-]+)\s*(>=|<=|>|<)\s*([0-9]+(?:\.[0-9]+)?)\s*(%?)\s*", text)
    if match is None:
        raise ValueError(f"'{text}' is not a condition; write for example loss>10%")
    name, sign, number, percent = match.groups()
    if name not in MEASURES:
        near = get_close_matches(name, MEASURES, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(MEASURES)}"
        raise ValueError(f"'{text}': nothing is called '{name}'; {hint}")
    bound = float(number) / 100 if percent else float(number)
    if not percent and name != "buyers-at-zero" and bound > 1:
        raise ValueError(f"'{text}' is ambiguous; write {number}% or {float(number) / 100:g}")
    return Condition(text.strip(), name, sign, bound)


def holding(conditions: Iterable[Condition], result: Simulation) -> list[str]:
    """The conditions that hold, each with the value found."""
    out = []
    for condition in conditions:
        value = MEASURES[condition.measure][0](result)
        if condition.holds(value):
            count = condition.measure == "buyers-at-zero"
            found = f"{value:.0f}" if count else f"{value:.1%}"
            out.append(f"{condition.text}: {MEASURES[condition.measure][1]} is {found}")
    return out
