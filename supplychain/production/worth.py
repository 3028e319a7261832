"""What a little more of each line would bring, by finite difference, all lines in one batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from supplychain.production.forward import Forward
from supplychain.production.recipes import Floats
from supplychain.production.result import Production

MORE = 0.01
"""By how much a line is enlarged for a year."""


@dataclass(frozen=True, slots=True, eq=False)
class Worth:
    """Accelerators gained over the window if a line had a hundredth more for a calendar year.

    Attributes:
        years: Of the window.
        gained: Line's key to units by year.
        size: Line's key to its capacity in the year, without the hundredth.
    """

    years: tuple[int, ...]
    gained: Mapping[str, Floats]
    size: Mapping[str, Floats]

    def per_unit(self) -> Mapping[str, Floats]:
        """Accelerators that one more unit of each line would bring, by year; 0 without a line."""
        return {
            key: np.divide(
                gained,
                MORE * self.size[key],
                out=np.zeros_like(gained),
                where=self.size[key] > 0,
            )
            for key, gained in self.gained.items()
        }

    def dearest(self) -> tuple[str, int] | None:
        """Line and year of which a hundredth brings most; ``None``: none brings anything."""
        best = max(
            ((float(g[i]), key, year) for key, g in self.gained.items()
             for i, year in enumerate(self.years)),
            default=(0.0, "", 0),
        )  # fmt: skip
        return best[1:] if best[0] > 0.5 else None


def worth_of_lines(program: Forward, result: Production) -> Worth:
    """Each line a hundredth larger for each calendar year of the window, one at a time.

    The shares booked of the line stay as they are, and everybody knows of the larger line as of
    any other figure. Parts of a line that is split by plan count as the whole.

    Args:
        program: Of the result's plan.
        result: Without shocks or with cuts.
    """
    plan = result.plan
    first, last = result.window
    years = tuple(sorted({q.year for q in result.quarters}))
    wholes = {(x.capacity.organization, x.capacity.id) for x in plan.lines if x.whole}
    lines = [
        c
        for c, x in enumerate(plan.lines)
        if (x.capacity.organization, x.capacity.part_of) not in wholes
    ]
    base = program.model.recipes.capacity
    of_year = np.array([[q.year == year for q in plan.quarters] for year in years])
    capacity = np.repeat(base[:, :, None], 1 + len(lines) * len(years), axis=2)
    for column, (c, i) in enumerate(((c, i) for c in lines for i in range(len(years))), 1):
        capacity[c, :, column] *= 1 + MORE * of_year[i]
    kept = np.repeat(result.kept[:, :, None], capacity.shape[2], axis=2)
    sold = program.scenarios(kept, capacity, last + 1)[:, first:].sum(axis=(0, 1))
    gained = (sold[1:] - sold[0]).reshape(len(lines), len(years))
    inside = np.arange(len(plan.quarters))
    seen = of_year & (inside >= first) & (inside <= last)
    return Worth(
        years,
        {plan.lines[c].key: gained[row] for row, c in enumerate(lines)},
        {plan.lines[c].key: (base[c] * seen).sum(axis=1) for c in lines},
    )
