"""The report's section on allocation: who gets the accelerators, and how evenly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from supplychain.allocation import Allocation
from supplychain.allocation.measures import fairness, grouped, lorenz
from supplychain.allocation.paths import Floats
from supplychain.report.answers.losers import (
    countries_table,
    fleets_table,
    rules_sentence,
    rules_table,
    under_each_rule,
)
from supplychain.report.charts.charts import lorenz_chart
from supplychain.report.page.parts import Grid, Part, Picture, Section
from supplychain.report.tables import Cell, Column, Columns, Table, table
from supplychain.simulation import Simulation

_BUYERS = 12


_MEASURES = {
    "gini_units": "Gini of units",
    "gini_fill": "Gini of fill rates",
    "all": "Orders filled, all buyers",
    "rich": "Orders filled, compute-rich",
    "poor": "Orders filled, compute-poor",
    "smallest": "Smallest fill rate",
    "five": "Share of the five largest",
    "poor_share": "Share of the compute-poor",
    "waits": "Weeks an order waits, on average",
}


def fairness_table(result: Simulation) -> Table:
    """Measures of how the accelerators are shared out, in the baseline and in the scenario."""
    before, after = _measures(result.baseline_allocation), _measures(result.allocation)
    columns: Columns[str] = (
        Column("measure", "Measure", of=_MEASURES.__getitem__),
        Column("baseline", "Baseline", "number", of=before.__getitem__),
        Column("scenario", "Scenario", "number", of=after.__getitem__),
    )
    rows = [measure for measure in _MEASURES if measure in before and measure in after]
    return table("fairness", columns, rows, empty="No buyer has orders.", by=str)


def _measures(allocation: Allocation) -> dict[str, str]:
    """Each measure as text: coefficients and shares side by side."""
    found = fairness(allocation)
    if found.asked <= 0:
        return {}
    measures = {
        "gini_units": f"{found.gini_units:.2f}",
        "gini_fill": f"{found.gini_fill:.2f}",
        "all": f"{found.served / found.asked:.0%}",
        "smallest": f"{found.smallest_fill:.0%}",
    }
    tiers = grouped(allocation.buyers, "tier", [allocation.served(), allocation.asked()])
    for tier, (given, asked) in tiers.items():
        if asked > 0:
            measures[tier] = f"{given / asked:.0%}"
    if found.delivered > 0:
        measures["five"] = f"{found.five:.0%}"
        measures["poor_share"] = f"{found.poor:.0%}"
    if found.lead_weeks is not None:
        measures["waits"] = f"{found.lead_weeks:.0f}"
    return measures


def allocation_section(result: Simulation, fairness: Table, buyers: Table) -> Section:
    """Lorenz curves, measures of fairness, rich and poor under each rule, and who gets what."""
    title = "Allocation"
    if not buyers.rows:
        return Section("allocation", title, (Grid(buyers, "Who gets the accelerators."),))
    shocked = bool(result.shocks)
    order = "largest relative loss first" if shocked else "largest first"
    below = buyers.cut(_BUYERS, None, f"{buyers.name}-rest")
    parts: list[Part] = [
        *_lorenz_pictures(result),
        Grid(fairness, f"How the accelerators are shared out, rule {result.allocation.rule}."),
        *_rules(result),
        Grid(buyers.cut(0, _BUYERS), f"Accelerators by buyer over the window, {order}."),
    ]
    if below.rows:
        parts.append(Grid(below, "The other buyers", folded=True))
    if shocked:
        later = _headed(fleets_table(result), {"rich_scenario": "Rich from, scenario"})
        countries = countries_table(result, None)
        if later.rows:
            parts.append(Grid(later, f"{later.title}."))
        else:
            parts.append(f"{later.title}: {later.empty}.")
        parts.append(Grid(countries, "Accelerators by the buyers' country", folded=True))
    return Section("allocation", title, tuple(parts))


def _rules(result: Simulation) -> list[Part]:
    """What the rich and the poor would get under each rule."""
    rules = rules_table(under_each_rule(result))
    if result.shocks:
        labels = {
            "poor_share": "Poor's share after",
            "gini_baseline": "Gini of fill before",
            "gini_scenario": "Gini of fill after",
        }
        caption = "Accelerators that rich and poor buyers get under each rule, before and after."
        sentence = rules_sentence(rules, result.allocation.rule)
        return [Grid(_headed(rules, labels), caption), sentence]
    kept = rules.picked(("rule", "rich_baseline", "poor_baseline", "poor_share", "gini_baseline"))
    caption = "Accelerators that rich and poor buyers get under each rule."
    return [Grid(_headed(kept, {"rich_baseline": "Rich", "poor_baseline": "Poor"}), caption)]


def _headed(rules: Table, labels: Mapping[str, str]) -> Table:
    """The table with other headings over some columns, by key."""
    columns = tuple(replace(c, label=labels.get(c.key, c.label)) for c in rules.columns)
    return replace(rules, columns=columns)


def _lorenz_pictures(result: Simulation) -> list[Part]:
    """Curves of units among buyers and of fill rates among orders."""
    runs = [("baseline", result.baseline_allocation)]
    if result.shocks:
        runs.append(("scenario", result.allocation))
    units = [(name, _of_units(run)) for name, run in runs]
    rates = [(name, _of_fill_rates(run)) for name, run in runs]
    pictures: list[Part] = [
        Picture(
            "lorenz-units-figure",
            lorenz_chart(
                _points("lorenz-units", units),
                "Lorenz curve of accelerators",
                "share of buyers",
                "share of accelerators",
            ),
            "How accelerators are shared out among buyers; dotted: all alike. It mostly shows how "
            "big buyers are.",
            half=True,
        ),
        Picture(
            "lorenz-fill-figure",
            lorenz_chart(
                _points("lorenz-fill", rates),
                "Lorenz curve of fill rates",
                "share of orders",
                "share of deliveries",
            ),
            "How fill rates are shared out, weighted by orders; dotted: every order filled alike.",
            half=True,
        ),
    ]
    return pictures if (result.allocation.asked() > 0).any() else pictures[:1]


def _of_units(allocation: Allocation) -> tuple[Floats, Floats]:
    """Units per buyer; a group of buyers counts as many."""
    counts = np.array([float(b.count) for b in allocation.buyers])
    return lorenz(allocation.units() / counts, counts)


def _of_fill_rates(allocation: Allocation) -> tuple[Floats, Floats]:
    """Units delivered against units ordered, weighted by orders."""
    asked = allocation.asked()
    ordering = asked > 0
    return lorenz(allocation.served()[ordering] / asked[ordering], asked[ordering])


def _points(name: str, curves: Sequence[tuple[str, tuple[Floats, Floats]]]) -> Table:
    """The points of some curves."""
    rows = [
        {"series": series, "below": x, "share": y}
        for series, (across, up) in curves
        for x, y in zip(across.tolist(), up.tolist(), strict=True)
    ]
    columns: Columns[dict[str, Cell]] = (
        Column("series", "Series"),
        Column("below", "Cumulative share of those who get", "share"),
        Column("share", "Cumulative share of what they get", "share"),
    )
    return table(name, columns, rows)
