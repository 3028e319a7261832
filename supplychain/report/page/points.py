"""The report's sections on chokepoints and on the countries where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from supplychain.analyses.chokepoints import KINDS, ask_points, find_matrix, weights_of
from supplychain.analyses.chokepoints import find_points as points_of
from supplychain.analyses.exposure import Exposures
from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.report.answers.chokepoints import chokepoints_document
from supplychain.report.answers.exposed import called
from supplychain.report.answers.matrix import exact_table, near_marks
from supplychain.report.page.parts import Grid, Part, Section
from supplychain.report.page.sections import picked
from supplychain.report.tables import Cell, Column, Table, compact
from supplychain.risk import Chokepoint, Chokepoints, asked_products, busiest_quarter
from supplychain.simulation import Simulation

_MOST = {"single": 10, "near": 5, "costly": 5}
_COSTS = ("score", "first_felt", "worst", "recovered_by", "h100e_lost")
_KEYS = {
    "single": ("name", "rank", *_COSTS, "makes", "stage", "at_stake", "products", "hhi", "felt",
               "why"),
    "near": ("name", *_COSTS, "makes", "stage", "at_stake", "cover", "felt", "why"),
    "costly": ("name", *_COSTS, "makes"),
}  # fmt: skip
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
        sources: Name of the table to row to the sources it rests on.
    """

    counts: Table
    single: Table
    near: Table
    costly: Table | None
    sources: Mapping[str, Mapping[int, tuple[str, ...]]]


def quarter_of(result: Simulation) -> Quarter:
    """When chokepoints are looked for: the busiest quarter, or the nearest of the window."""
    network = result.network
    asked = asked_products(network, None) if network.products else ()
    at = busiest_quarter(network, asked) if asked else result.quarters[-1]
    return min(max(at, result.quarters[0]), result.quarters[-1])


def find_points(network: Network, at: Quarter) -> Chokepoints:
    """Organizations and countries that alone stop accelerators, as ``chokepoints`` finds them.

    Raises:
        AskError: No accelerator is sold and made in the quarter.
    """
    return points_of(*ask_points(network, at=at))


def points_tables(network: Network, found: Chokepoints, exposed: Exposures | None) -> Points:
    """What ``chokepoints`` answers, cut to what a page shows, with the sources of its rows."""
    document = chokepoints_document(network, found, None, weighted=True, exposed=exposed)
    tables = {part.name: part for part in document.parts if isinstance(part, Table)}
    rows = {"single": found.rows, "near": found.near}
    shown: dict[str, Table] = {}
    sources: dict[str, dict[int, tuple[str, ...]]] = {}
    for name, table in tables.items():
        table = replace(table, title="", rows=table.rows[: _MOST[name]], empty="None.")
        if exposed is not None:
            table = _with_h100e(table, exposed)
        left_out = () if exposed is None else _LEFT_OUT
        shown[name] = picked(table, [key for key in _KEYS[name] if key not in left_out])
        named = {called(row.kind, row.id, row.name): row for row in rows.get(name, ())}
        sources[name] = {
            number: sources_of(network, named[str(row[0])], found.at)
            for number, row in enumerate(shown[name].rows)
            if str(row[0]) in named
        }
    counts = _counts(found)
    return Points(counts, shown["single"], shown["near"], shown.get("costly"), sources)


def _with_h100e(table: Table, exposed: Exposures) -> Table:
    """The table with the H100 equivalents that each loss costs."""
    lost = {called(row.kind, row.id, row.name): row.h100e for row in exposed.rows}
    place = [c.key for c in table.columns].index("name")
    return replace(
        table,
        columns=(*table.columns, Column("h100e_lost", "H100e lost", "units")),
        rows=tuple((*row, lost.get(str(row[place]))) for row in table.rows),
    )


def _counts(found: Chokepoints) -> Table:
    counted: list[tuple[Cell, ...]] = []
    single = {(row.kind, row.id) for row in found.rows if not row.trivial}
    near = [row for row in found.near if (row.kind, row.id) not in single]
    for name, some in (("Single points of failure", found.rows), ("Nearly single", near)):
        beyond = [row for row in some if not row.trivial]
        counted.append((name, len(beyond), *(sum(r.kind == k for r in beyond) for k in KINDS)))
    columns = (
        Column("what", "What"),
        Column("all", "All", "number"),
        Column("organizations", "Organizations", "number"),
        Column("countries", "Countries", "number"),
    )
    return Table("points", "", columns, tuple(counted))


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
            sources=points.sources.get("single", {}),
        ),
        Grid(
            points.near,
            "Nearly single: the other makers together could cover less than a quarter.",
            sources=points.sources.get("near", {}),
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
    shown = {str(row[0]): str(row[1]) for row in single.rows}
    for row in found.rows:
        if not row.trivial:
            marks.setdefault(row.makes, row.why)
            if (label := called(row.kind, row.id, row.name)) in shown:
                ranks.setdefault(row.makes, []).append(shown[label])
    return marks, {id_: ",".join(sorted(some, key=int)) for id_, some in ranks.items()}


def countries_section(network: Network, at: Quarter) -> Section:
    """Country x stage as a heat table; what is only nearly lost stands behind a tilde."""
    network, question = ask_points(network, at=at)
    needed, weights = find_matrix(network, question), weights_of(network, question)
    table = exact_table(needed)
    stake = "H100 equivalents" if weights else "products, all alike,"
    marks = near_marks(needed, table)
    grid = Grid(
        table,
        f"Share of {stake} that is lost with the plants a country has in a stage, {at}, own "
        "designs not counted. After ~ what is lost or nearly lost: the others could cover less "
        "than a quarter. –: nothing is.",
        heat=tuple(c.key for c in table.columns[1:]),
        marks=marks,
        mark_words={mark: f"nearly {mark[1:]}" for mark in marks.values()},
    )
    return Section("country-exposure", "Country exposure", (grid,))
