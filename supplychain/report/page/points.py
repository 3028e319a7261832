"""The report's sections on chokepoints and on the countries where they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from supplychain.analyses.chokepoints import ask_points, find_matrix, weights_of
from supplychain.analyses.chokepoints import find_points as points_of
from supplychain.analyses.exposure import Exposures
from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.report.answers.chokepoints import Listed, listed, point_columns
from supplychain.report.answers.exposed import COSTLY_COLUMNS, H100E_LOST, Row
from supplychain.report.answers.matrix import exact_table, near_marks
from supplychain.report.page.parts import Grid, Part, Section
from supplychain.report.tables import Column, Columns, Table, compact, table
from supplychain.risk import Chokepoint, Chokepoints, asked_products, default_quarter
from supplychain.simulation import Simulation

_MOST, _FEW = 10, 5
"""Rows shown of single points, and of the others."""

_COSTS = ("score", "first_felt", "worst", "recovered_by", "h100e_lost")
_SINGLE = ("name", "rank", *_COSTS, "makes", "stage", "at_stake", "products", "hhi", "felt", "why")
_NEAR = ("name", *_COSTS, "makes", "stage", "at_stake", "cover", "felt", "why")
_COSTLY = ("name", *_COSTS, "makes")
_LEFT_OUT = ("stage", "products", "hhi", "felt")
"""Columns that give way to what a loss costs."""

_UNSCORED = (
    "How many accelerators each loss would cost, and when, is computed with --scores; it takes "
    "some seconds more."
)


@dataclass(frozen=True, slots=True)
class Points:
    """Chokepoints as the page shows them.

    Attributes:
        counts: How many there are of each kind.
        single, near: The first of them.
        costly: Neither, but dear to lose; ``None``: costs are not known.
        sources: What may be lost to the sources that say so.
    """

    counts: Table
    single: Table
    near: Table
    costly: Table | None
    sources: Mapping[Hashable, tuple[str, ...]]


def quarter_of(result: Simulation) -> Quarter:
    """When chokepoints are looked for: the present of the data, or the nearest of the window."""
    network = result.network
    asked = asked_products(network, None) if network.products else ()
    at = default_quarter(network, asked) if asked else result.quarters[-1]
    return min(max(at, result.quarters[0]), result.quarters[-1])


def find_points(network: Network, at: Quarter) -> Chokepoints:
    """Organizations and countries that alone stop accelerators, as ``chokepoints`` finds them.

    Raises:
        AskError: No accelerator is sold and made in the quarter.
    """
    return points_of(*ask_points(network, at=at))


def points_tables(network: Network, found: Chokepoints, exposed: Exposures | None) -> Points:
    """What ``chokepoints`` answers, cut to what a page shows, with the sources of its rows."""
    rows, scored = listed(network, found, exposed), exposed is not None

    def shown(name: str, columns: Columns[Row], rows: Sequence[Row], keys: Sequence[str]) -> Table:
        if scored:
            columns = (*columns, H100E_LOST)
        every = table(name, columns, rows, empty="None.", by=lambda row: row.key, numbered=True)
        return every.picked(k for k in keys if not scored or k not in _LEFT_OUT)

    single, near = rows.single[:_MOST], rows.near[:_FEW]
    return Points(
        _counts(rows),
        shown("single", point_columns(False, scored), single, _SINGLE),
        shown("near", point_columns(True, scored), near, _NEAR),
        shown("costly", COSTLY_COLUMNS, rows.costly[:_FEW], _COSTLY) if scored else None,
        {
            row.key: sources_of(network, row.point, found.at)
            for row in (*single, *near)
            if row.point is not None
        },
    )


def _counts(rows: Listed) -> Table:
    names = {"single": "Single points of failure", "near": "Nearly single"}
    kinds = {
        "single": Counter(row.key.kind for row in rows.single),
        "near": Counter(row.key.kind for row in rows.near),
    }
    columns: Columns[str] = (
        Column("what", "What", of=names.__getitem__),
        Column("all", "All", "number", of=lambda which: kinds[which].total()),
        Column("organizations", "Organizations", "number", of=lambda w: kinds[w]["organization"]),
        Column("countries", "Countries", "number", of=lambda which: kinds[which]["country"]),
    )
    return table("points", columns, names, by=str)


def chokepoints_section(
    points: Points, at: Quarter, exposed: Exposures | None, why_not: str = ""
) -> Section:
    """Single points of failure and what comes close, with the sources of each row.

    Args:
        points: The tables.
        at: When they are lost.
        exposed: What each loss would cost; ``None``: not computed.
        why_not: Why it could not be computed; empty: nobody asked.
    """
    parts: list[Part] = [
        Grid(points.counts, f"Organizations and countries that alone stop accelerators, {at}.")
    ]
    if exposed is None:
        parts.append(why_not or _UNSCORED)
    else:
        parts.append(
            f"Score: the share, 0 to 100, of the {compact(exposed.h100e)} H100 equivalents of "
            f"{exposed.first} to {exposed.last} that would be lost if it were down from "
            f"{exposed.first} for its own time to recover, in the baseline; other makers step in "
            "where they can. The costliest come first."
        )
    parts += [
        Grid(
            points.single,
            f"Single points of failure in {at}; at stake is the share of H100 equivalents that "
            "cannot be made without it. The number is that on the graph.",
            sources={row: points.sources[row] for row in points.single.ids},
        ),
        Grid(
            points.near,
            "Nearly single: the other makers together could cover less than a quarter.",
            sources={row: points.sources[row] for row in points.near.ids},
        ),
    ]
    if points.costly is not None:
        caption = "Costly though others make it too; with its shares of what it makes most."
        parts.append(Grid(points.costly, caption))
    return Section("chokepoints", "Chokepoints", tuple(parts))


def sources_of(network: Network, row: Chokepoint, at: Quarter, most: int = 3) -> tuple[str, ...]:
    """The sources that say who makes what fails first, and that it is needed."""
    first = network.supply(row.chain[0])
    share = first.share_in(at)
    ids = [*first.sources, *(share.sources if share else ())]
    for user in row.chain[1:2]:
        needs = network.needs(network.supply(user))
        ids += [s for n in needs if first.commodity in n.inputs for s in n.sources]
    return tuple(dict.fromkeys(i for i in ids if i in network.sources))[:most]


def on_graph(found: Chokepoints, single: Table) -> tuple[dict[str, str], dict[str, str]]:
    """Commodities through which a single point stops accelerators: the reason, and its rank."""
    marks: dict[str, str] = {}
    ranks: dict[str, list[str]] = {}
    shown = {key: str(rank) for rank, key in enumerate(single.ids, 1)}
    for row in found.rows:
        if not row.trivial:
            marks.setdefault(row.makes, row.why)
            if row.key in shown:
                ranks.setdefault(row.makes, []).append(shown[row.key])
    return marks, {id_: ",".join(sorted(some, key=int)) for id_, some in ranks.items()}


def countries_section(network: Network, at: Quarter) -> Section:
    """Country x stage as a heat table; what is only nearly lost stands behind a tilde."""
    network, question = ask_points(network, at=at)
    needed, weights = find_matrix(network, question), weights_of(network, question)
    lost = exact_table(needed)
    stake = "H100 equivalents" if weights else "products, all alike,"
    marks = near_marks(needed)
    grid = Grid(
        lost,
        f"Share of {stake} that is lost with the plants a country has in a stage, {at}, own "
        "designs not counted. After ~ what is lost or nearly lost: the others could cover less "
        "than a quarter. –: nothing is.",
        heat=tuple(c.key for c in lost.columns[1:]),
        marks=marks,
        mark_words={mark: f"nearly {mark[1:]}" for mark in marks.values()},
    )
    return Section("country-exposure", "Country exposure", (grid,))
