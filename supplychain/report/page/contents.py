"""What the report of a simulation contains, from its title to its last section."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from supplychain.analyses.exposure import Exposures
from supplychain.analyses.sensitivity import Variant
from supplychain.analyses.tornado import inputs, moved
from supplychain.errors import AskError
from supplychain.model import Cut, Network
from supplychain.model.quarters import Quarter
from supplychain.report.answers.sentences import sentences
from supplychain.report.answers.simulate import (
    buyers_table,
    doubts,
    products_table,
    quarters_table,
    totals_table,
    variants_table,
)
from supplychain.report.page import bottlenecks, findings, grounds, points, sections, sharing
from supplychain.report.page.chain import graph_section
from supplychain.report.page.parts import Report, Section
from supplychain.simulation import Simulation

_ESTIMATED = 0.25
"""From this share of estimates among the figures on, the page begins with a warning."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader of a report has to know to get it again.

    Attributes:
        title: Of the scenario, in words; empty: taken from the shocks.
        command: The command line.
        day: When it was made.
        sensitivity: How many lines to move to the ends of their range.
    """

    title: str
    command: str
    day: datetime.date
    sensitivity: int


def report_of(
    result: Simulation,
    asked: Asked,
    others: tuple[Variant, ...] = (),
    exposed: Exposures | None = None,
    why_not: str = "",
) -> Report:
    """The whole report.

    Args:
        result: Baseline and scenario; the baseline alone where there are no shocks.
        asked: Title, command, day, and how many inputs to move.
        others: The same under other assumptions, the result's own first; empty: not run.
        exposed: What each loss in :func:`supplychain.report.page.points.quarter_of` would cost;
            ``None``: not computed.
        why_not: Why not, if it was asked for.
    """
    pool = ThreadPoolExecutor(max_workers=1)
    candidates = inputs(result)
    moving = pool.submit(moved, result, candidates[: asked.sensitivity])
    pool.shutdown(wait=False)
    network, shocked = result.network, bool(result.shocks)
    at = points.quarter_of(result)
    found = points.find_points(network, at)
    shown = points.points_tables(network, found, exposed)
    totals = sections.one_result(totals_table(result), shocked)
    limits = sections.one_result(bottlenecks.limits_table(result), shocked)
    fairness = sections.one_result(sharing.fairness_table(result), shocked)
    buyers = sections.one_result(buyers_table(result, None), shocked)
    timing = findings.timing_table(result)
    parts: tuple[Section, ...] = (
        sections.timeline_section(
            bottlenecks.use_table(result), bottlenecks.use_marks(result), limits
        ),
        sections.comparison_section(
            totals,
            timing,
            sections.one_result(quarters_table(result), shocked),
            sections.one_result(products_table(result), shocked),
            sentences(result, others),
            shocked,
        ),
        points.chokepoints_section(shown, at, exposed, why_not),
        graph_section(network, found, *points.on_graph(found, shown.single)),
        sections.capacity_section(result, _drawn_quarter(result)),
        sharing.allocation_section(result, fairness, buyers),
        sections.sensitivity_section(
            sections.sensitivity_table(network, moving.result()),
            findings.headline(result),
            len(candidates),
            variants_table(result, others) if others else None,
        ),
        points.countries_section(network, at),
        grounds.assumptions_section(result),
        grounds.contradictions_section(result),
    )
    return Report(
        title=_title(result, asked.title),
        subtitle=_subtitle(result, asked.day),
        warning=_warning(result),
        findings=findings.findings(
            result, totals, limits, timing, fairness, buyers, shown.counts, shown.single
        ),
        cards=findings.cards(result, totals, limits, timing, fairness, shown.counts),
        sections=parts,
        sources=network.sources,
        command=asked.command,
        facts=grounds.facts(network, result, str(asked.day)),
        search=_search(network),
    )


def _title(result: Simulation, title: str) -> str:
    if not result.shocks:
        window = " to ".join(dict.fromkeys((str(result.quarters[0]), str(result.quarters[-1]))))
        return f"AI accelerators {window}: what limits them, and who gets them"
    shocks = "; ".join(_in_words(result.network, shock) for shock in result.shocks)
    return f"{title or shocks}: what it does to accelerator supply"


def _subtitle(result: Simulation, day: datetime.date) -> str:
    run = "Scenario against baseline" if result.shocks else "Baseline"
    window = f"{result.quarters[0]} to {result.quarters[-1]}"
    return " · ".join((run, window, f"data {result.network.digest[:8] or 'unnamed'}", str(day)))


def _in_words(network: Network, shock: object) -> str:
    """A cut of a group or commodity by its name, anything else as it describes itself."""
    text = str(shock)
    if isinstance(shock, Cut):
        names = {"hbm": "HBM output", "cowos": "CoWoS output", "logic-wafer": "Logic wafer output"}
        known = network.commodities.get(shock.target)
        name = names.get(shock.target) or (known.name if known else shock.target)
        return name + text.removeprefix(shock.target)
    return text


def _warning(result: Simulation) -> str:
    """What is not known and bears on the answer, then how much rests on estimates."""
    return " ".join(filter(None, (*doubts(result), _estimates(result))))


def _estimates(result: Simulation) -> str:
    share = grounds.basis_table(result).cell("estimate", "share")
    if not isinstance(share, float) or share < _ESTIMATED:
        return ""
    return (
        f"{share:.0%} of the figures that enter production are estimates, each with its range; "
        "see Assumptions."
    )


def _drawn_quarter(result: Simulation) -> Quarter:
    """The quarter whose flow is drawn: the deepest of a scenario in which anything is shipped."""
    shipped = result.scenario.total_by_quarter().tolist()
    deepest = result.deepest()[0] if result.shocks else result.quarters[-1]
    if shipped[result.quarters.index(deepest)] > 0:
        return deepest
    some = [q for q, units in zip(result.quarters, shipped, strict=True) if units > 0]
    return some[-1] if some else deepest


def _search(network: Network) -> dict[str, str]:
    """Names of makers and other words by which each commodity is found on the graph."""
    return {
        id_: " ".join(
            [
                id_,
                *commodity.aliases,
                *commodity.groups,
                *(network.organizations[s.organization].name for s in network.makers(id_)),
            ]
        ).lower()
        for id_, commodity in network.commodities.items()
    }


def day_of(epoch: str | None) -> datetime.date:
    """The day that ``SOURCE_DATE_EPOCH`` names, or today in UTC.

    Raises:
        AskError: It is not a number of seconds.
    """
    if epoch is None:
        return datetime.datetime.now(datetime.UTC).date()
    try:
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise AskError(f"SOURCE_DATE_EPOCH is '{epoch}', not seconds since 1970") from error


def names_of(scenarios: Sequence[object]) -> str:
    """The scenarios' names, as a title."""
    return "; ".join(str(getattr(s, "name", s)) for s in scenarios)
