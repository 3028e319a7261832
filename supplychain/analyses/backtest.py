"""The model against published outcomes, beside what a naive forecaster would have said.

Published quarterly units are medians with a 5 to 95% range. The baseline of the production
program is compared with them by designer and quarter; a chip that is published together with
another (H200 with H100) counts with it, and chips of which nothing is published do not count.

Two naive forecasts stand beside it, both told the outcome of the quarters before: "last" repeats
the last published quarter, "trend" goes on by the last published change. The model is told no
published units at all, but many of its inputs were published after the fact: it is a nowcast,
not a forecast.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from supplychain.errors import AskError
from supplychain.model import Figure, Network
from supplychain.model.quarters import Quarter
from supplychain.model.values import same_values
from supplychain.production.forward import Forward
from supplychain.production.plan import Rules
from supplychain.production.quantities import used_of
from supplychain.production.reading import read_plan
from supplychain.production.result import Production
from supplychain.production.systems import racks
from supplychain.scenarios.windows import check_window

if TYPE_CHECKING:
    import pandas as pd

FIRST = Quarter(2023, 2)
LAST = Quarter(2024, 4)
"""The quarters scored unless others are asked for; before them idle lines look busy."""


@dataclass(frozen=True, slots=True)
class Published:
    """Units of a designer in a quarter: median and 5 to 95% range, summed over its chips.

    The ranges of chips are summed, as if their errors went together: the widest reading.
    """

    designer: str
    quarter: Quarter
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """One designer and quarter.

    Attributes:
        model: Units of the baseline.
        last, trend: The naive forecasts; ``None`` where too little is published before.
    """

    published: Published
    model: float
    last: float | None
    trend: float | None

    @property
    def inside(self) -> bool:
        """Whether the model lies in the published range."""
        return self.published.low <= self.model <= self.published.high

    @property
    def error(self) -> float:
        """Relative error of the model."""
        return self.model / self.published.value - 1


@dataclass(frozen=True, slots=True)
class Share:
    """Share of the world's use of some inputs that goes into a designer's products in a year."""

    input: str
    designer: str
    year: int
    model: float


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """The baseline against history.

    Attributes:
        rows: By designer and quarter.
        racks: By quarter: whole racks finished in the model, and published.
        shares: Of CoWoS, HBM and leading-edge wafers, by designer and year of the window.
    """

    rows: tuple[Comparison, ...]
    racks: tuple[tuple[Quarter, float, Figure], ...]
    shares: tuple[Share, ...]
    baseline: Production

    __eq__ = same_values

    def __repr__(self) -> str:
        inside, cells = self.cells_inside()
        return f"<Backtest: {inside} of {cells} cells inside the published range>"

    def cells_inside(self) -> tuple[int, int]:
        """Cells inside the published range, and all cells."""
        return sum(row.inside for row in self.rows), len(self.rows)

    def error(
        self, designer: str | None = None, of: str = "model", common: bool = False
    ) -> float | None:
        """Mean absolute percentage error by quarter, of one designer or of all together.

        Args:
            designer: Id; all designers' units summed by quarter if not given.
            of: ``model``, ``last`` or ``trend``.
            common: Score only cells for which all three exist, so that they can be compared.

        Returns:
            ``None`` where no quarter can be scored.
        """
        forecast: dict[Quarter, float] = defaultdict(float)
        outcome: dict[Quarter, float] = defaultdict(float)
        for row in self.rows:
            value: float | None = getattr(row, of)
            if value is None or (common and row.trend is None):
                continue
            if designer in (None, row.published.designer):
                forecast[row.published.quarter] += value
                outcome[row.published.quarter] += row.published.value
        errors = [abs(forecast[q] / outcome[q] - 1) for q in outcome]
        return sum(errors) / len(errors) if errors else None

    def to_frame(self) -> pd.DataFrame:
        """One row per designer and quarter."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "designer": row.published.designer,
                    "quarter": str(row.published.quarter),
                    "published": row.published.value,
                    "low": row.published.low,
                    "high": row.published.high,
                    "model": row.model,
                    "last": row.last,
                    "trend": row.trend,
                    "inside": row.inside,
                }
                for row in self.rows
            ]
        )


def backtest(
    network: Network,
    first: Quarter = FIRST,
    last: Quarter = LAST,
    rules: Rules | None = None,
) -> Backtest:
    """Run the baseline and hold it against the published units from first to last.

    Raises:
        AskError: The data publishes no units of any accelerator in these quarters.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> found = backtest(network)
        >>> inside, cells = found.cells_inside()
        >>> 0 < inside <= cells
        True
    """
    check_window(network, first, last)
    plan_ = read_plan(network, rules=rules)
    end = min(last + 4, plan_.quarters[plan_.reported - 1])
    baseline = Forward(plan_).baseline.between(first, max(end, last))
    units = baseline.units()
    chips = {c: d for c, d in published_chips(network).items() if c in units}
    outcomes = published_units(network, chips)
    grid = {q: t for t, q in enumerate(baseline.quarters)}
    rows = []
    for (designer, quarter), published in sorted(outcomes.items()):
        if not first <= quarter <= last:
            continue
        model = sum(
            float(units[chip][grid[quarter]]) for chip, owner in chips.items() if owner == designer
        )
        before = outcomes.get((designer, quarter + -1))
        earlier = outcomes.get((designer, quarter + -2))
        trend = None
        if before is not None and earlier is not None:
            trend = max(0.0, 2 * before.value - earlier.value)
        rows.append(Comparison(published, model, before.value if before else None, trend))
    if not rows:
        raise AskError(f"no units of an accelerator are published from {first} to {last}")
    return Backtest(tuple(rows), _racks(network, baseline), _shares(network, baseline), baseline)


def _racks(network: Network, baseline: Production) -> tuple[tuple[Quarter, float, Figure], ...]:
    """Racks of the model beside published ones: a check of what comes after the sale."""
    finished = racks(network, baseline)
    return tuple(
        (quarter, float(finished[baseline.quarters.index(quarter)]), figure)
        for outcome in network.outcomes.values()
        for series in outcome.series
        if series.measure == "racks"
        for quarter, figure in series.figures.items()
        if quarter in baseline.quarters
    )


def published_chips(network: Network) -> Mapping[str, str]:
    """Accelerators of which units are published by chip, alone or with another: id to designer.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> "h100" in published_chips(network)
        True
    """
    chips = {}
    for outcome in network.outcomes.values():
        for series in outcome.series:
            if series.measure == "units" and not series.buyer:
                for id_ in (series.of, *series.also):
                    if id_ in network.accelerators:
                        chips[id_] = network.accelerators[id_].designer
    return chips


def published_units(
    network: Network, chips: Mapping[str, str]
) -> Mapping[tuple[str, Quarter], Published]:
    """Units by designer and quarter: the sum over its chips that were on sale.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> units = published_units(network, published_chips(network))
        >>> len(units) > 0
        True
    """
    sums: dict[tuple[str, Quarter], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    seen: set[tuple[str, Quarter]] = set()
    for outcome in network.outcomes.values():
        for series in outcome.series:
            if series.measure != "units" or series.buyer or series.of not in chips:
                continue
            for quarter, figure in series.figures.items():
                if (series.of, quarter) not in seen:  # a second source of the same cell
                    seen.add((series.of, quarter))
                    total = sums[chips[series.of], quarter]
                    for i, value in enumerate((figure.value, figure.low, figure.high)):
                        total[i] += value
    return {key: Published(*key, *values) for key, values in sums.items() if values[0] > 0}


INPUTS: Mapping[str, tuple[str, ...]] = {
    "CoWoS": ("cowos",),
    "HBM": ("hbm",),
    "3 to 5 nm wafers": ("n5-wafer", "n3-wafer"),
}
"""What published shares are about: groups and commodities of the data."""


def _shares(network: Network, baseline: Production) -> tuple[Share, ...]:
    plan_ = baseline.plan
    shares = []
    for name, parts in INPUTS.items():
        commodities = {id_ for part in parts for id_ in network.groups.get(part, (part,))}
        world = used_of(baseline, commodities)
        used: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(len(plan_.quarters)))
        for row, (link, sender) in enumerate(baseline.pairs):
            if plan_.supplies[sender].commodity in commodities:
                consumer = plan_.supplies[plan_.links[link].consumer]
                used[consumer.organization] += baseline.use[row]
        for designer in sorted(used):
            for year in sorted({q.year for q in baseline.quarters}):
                periods = [t for t, q in enumerate(plan_.quarters) if q.year == year]
                total = world[periods].sum()
                if total > 0:
                    share = float(used[designer][periods].sum() / total)
                    shares.append(Share(name, designer, year, share))
    return tuple(shares)
