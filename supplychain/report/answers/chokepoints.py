"""The answer of ``chokepoints`` as tables and sentences."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from supplychain.analyses.exposure import Exposure, Exposures
from supplychain.model import Network
from supplychain.report.answers.exposed import (
    COST_COLUMNS,
    COSTLY_COLUMNS,
    FLAT_COSTS,
    Row,
    costly,
    of_loss,
    of_point,
    sentence,
)
from supplychain.report.tables import Column, Columns, Document, Table, table
from supplychain.risk import Chokepoint, Chokepoints

FELT = {
    "component": "when the stock is used up",
    "material": "when the stock is used up",
    "tool": "slowly, as growth stops",
    "service": "slowly, as tools wear",
    "software": "at the next product",
    "design": "at the next product",
}
"""When the loss of a need is felt, by its role; the slowest of a chain counts."""

ORDER = ("at once", *dict.fromkeys(FELT.values()))

NEARLY = "Nearly single: the others together cover less than a quarter"
COSTLY_TITLE = "Costly, though others make it too"


def felt(network: Network, chain: tuple[str, ...]) -> str:
    """When the loss at the head of a chain of supplies reaches its end."""
    slowest = 0
    for maker, user in pairwise(chain):
        made = network.supply(maker).commodity
        roles = {n.role for n in network.needs(network.supply(user)) if made in n.inputs}
        # Where a good serves two needs, the faster one is felt first.
        slowest = max(slowest, min(ORDER.index(FELT[role]) for role in roles))
    return ORDER[slowest]


@dataclass(frozen=True, slots=True)
class Listed:
    """What is shown of the points found, and of what else would be dear to lose.

    Attributes:
        single, near: Exact single points, and what is nothing but nearly one.
        costly: Neither, but dear to lose.
        also: Names of single points that are nearly single for further products.
    """

    single: list[Row]
    near: list[Row]
    costly: list[Row]
    also: list[str]


def listed(network: Network, found: Chokepoints, exposed: Exposures | None) -> Listed:
    """The rows of the three tables, none of them twice."""
    single, near = (_ordered(network, rows, exposed) for rows in (found.rows, found.near))
    keys = {row.key for row in single}
    known = {row.key for row in (*found.rows, *found.near)}
    return Listed(
        single,
        [row for row in near if row.key not in keys],
        [] if exposed is None else costly(network, exposed, known),
        sorted(row.entity.name for row in near if row.key in keys),
    )


def point_columns(near: bool, scored: bool) -> list[Column[Row]]:
    """What is shown of points; where what a loss costs is known, that counts for more."""
    cover: Column[Row] = Column(
        "cover", "Others cover", "share", priority=1, of=of_point(lambda p: p.cover)
    )
    return [
        Column("name", "Name", least=16),
        Column("kind", "Kind", priority=7, of=lambda row: row.key.kind),
        *(COST_COLUMNS if scored else ()),
        Column("makes", "Through", priority=4 if scored else 3, least=22),
        Column("stage", "Stage", priority=6, of=of_point(lambda p: p.stage)),
        Column("at_stake", "At stake", "share", priority=3 if scored else 0,
               of=of_point(lambda p: p.at_stake_beyond_own)),
        *((cover,) if near else ()),
        Column("products", "Lost", "number", priority=5, of=of_point(lambda p: len(p.losses))),
        Column("share", "Share", "share", priority=4, of=of_point(lambda p: p.share)),
        Column("hhi", "HHI", "number", priority=6, of=of_point(lambda p: p.hhi)),
        Column("felt", "Felt", priority=5 if scored else 2, least=16),
        Column("why", "Why", least=28, of=of_point(lambda p: p.why)),
    ]  # fmt: skip


def chokepoints_document(
    network: Network,
    found: Chokepoints,
    top: int | None,
    weighted: bool,
    exposed: Exposures | None = None,
    remarks: Sequence[str] = (),
) -> Document:
    """Exact single points, nearly single points, costly ones, and what else a reader must know.

    Args:
        network: The data.
        found: Single and nearly single points.
        top: Rows shown of each table; all if ``None``.
        weighted: Whether what is at stake is counted in H100 equivalents.
        exposed: What each loss would cost; rows are then in that order.
        remarks: Further sentences.
    """
    rows, scored = listed(network, found, exposed), exposed is not None

    def shown(name: str, columns: Columns[Row], rows: list[Row], title: str) -> Table:
        by = operator.attrgetter("key")
        return table(name, columns, rows, title, "none", by=by, most=top, numbered=True)

    parts: list[Table | str] = [
        shown("single", point_columns(False, scored), rows.single, "Single points of failure"),
        shown("near", point_columns(True, scored), rows.near, NEARLY),
    ]
    if scored:
        parts.append(shown("costly", COSTLY_COLUMNS, rows.costly, COSTLY_TITLE))
    if rows.also:
        parts.append(f"Nearly single for further products: {', '.join(rows.also)}.")
    parts += _notes(found)
    parts += remarks
    flat = _flat(network, found, exposed)
    return Document(
        schema="supplychain/chokepoints/1",
        meta=_meta(network, found, exposed),
        head=_head(network, found, weighted, exposed),
        parts=tuple(parts),
        flat=flat,
        records={"rows": flat.records()},
    )


def explanations(
    network: Network, found: Chokepoints, top: int | None, weighted: bool, exposed: Exposures
) -> Document:
    """The same as sentences that can be quoted, the costliest first."""
    points = {row.key: row for row in (*found.near, *found.rows) if not row.trivial}
    own = {row.key for row in found.rows if row.trivial}
    rows = [r for r in exposed.rows if r.key not in own and r.score > 0][:top]
    said = {r.key: sentence(network, found, points.get(r.key), r, exposed) for r in rows}
    columns: Columns[Exposure] = (
        Column("kind", "Kind"),
        Column("id", "Id"),
        Column("score", "Score", "number"),
        Column("sentence", "Sentence", of=lambda row: said[row.key]),
    )
    return Document(
        schema="supplychain/chokepoints/1",
        meta=_meta(network, found, exposed),
        head=_head(network, found, weighted, exposed),
        parts=tuple(said.values()) or ("Nothing would be missing.",),
        flat=table("sentences", columns, rows),
    )


def _head(
    network: Network, found: Chokepoints, weighted: bool, exposed: Exposures | None
) -> tuple[tuple[str, str], ...]:
    stake = "H100 equivalents of booked packaging" if weighted else "products, all alike"
    count = f"{len(found.products)} product{'' if len(found.products) == 1 else 's'}"
    head = [("Chokepoints", f"as of {found.at} · {count} · at stake: share of {stake}")]
    if exposed is not None:
        head.append(
            (
                "Score",
                f"share of the H100 equivalents of {exposed.first} to {exposed.last} lost if it "
                "is down for its time to recover, 0 to 100",
            )
        )
    size = (
        f"{len(network.commodities)} commodities, {len(network.organizations)} organizations, "
        f"{len(network.supplies)} supplies"
    )
    return (*head, ("Data", f"{network.digest[:8]} · {size}"))


def _meta(network: Network, found: Chokepoints, exposed: Exposures | None) -> dict[str, object]:
    return {
        "data": network.digest,
        "at": str(found.at),
        "products": dict(found.products),
        "not_sold": dict(found.not_sold),
        "not_made": dict(found.not_made),
        "assumed": list(found.assumed),
        "horizon": None if exposed is None else [str(exposed.first), str(exposed.last)],
        "baseline_h100e": None if exposed is None else exposed.h100e,
    }


def _notes(found: Chokepoints) -> list[str]:
    """What is trivial, what cannot be lost, and what was taken for granted."""
    notes = []
    if own := sorted({row.name for row in found.rows if row.trivial}):
        notes.append(f"Lose nothing but their own products (trivially): {', '.join(own)}.")
    notes += [f"{product}: {reason}." for product, reason in found.not_made.items()]
    if found.not_sold:
        notes.append(f"Not sold in {found.at}: " + ", ".join(found.not_sold) + ".")
    if found.assumed:
        notes.append(
            "Nobody in the data makes, so taken as available: " + ", ".join(found.assumed) + "."
        )
    return notes


def _ordered(
    network: Network, points: Sequence[Chokepoint], exposed: Exposures | None
) -> list[Row]:
    """The costliest first; of equals most at stake, what is felt sooner, what stands nearer."""
    costs = {} if exposed is None else {cost.key: cost for cost in exposed.rows}
    found = []
    for point in points:
        if not point.trivial:
            cost, when = costs.get(point.key), felt(network, point.chain)
            row = Row(point, cost, when, network.commodities[point.makes].name)
            order = (
                -round(cost.score, 9) if cost else 0.0,
                -round(point.at_stake_beyond_own, 9),
                ORDER.index(when),
                len(point.chain),
                point.id,
            )
            found.append((order, row))
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


FLAT_COLUMNS: Columns[Row] = (
    Column("single", "Single", of=lambda row: row.single),
    Column("kind", "Kind", of=lambda row: row.key.kind),
    Column("id", "Id", of=lambda row: row.key.id),
    Column("name", "Name", of=lambda row: row.entity.name),
    Column("through", "Through", of=of_point(lambda p: p.makes)),
    Column("stage", "Stage", of=of_point(lambda p: p.stage)),
    Column("at_stake", "At stake", "share", of=of_point(lambda p: p.at_stake_beyond_own)),
    Column("share", "Share", "share", of=of_point(lambda p: p.share)),
    Column("share_estimated", "Share estimated", of=of_point(lambda p: p.share_estimated)),
    Column("hhi", "HHI", "number", of=of_point(lambda p: p.hhi)),
    Column("product", "Product", of=of_loss(lambda x: x.product)),
    Column("trivial", "Trivial", of=of_loss(lambda x: x.trivial)),
    Column("cover", "Others cover", "share", of=of_loss(lambda x: x.cover)),
    Column("felt", "Felt"),
    Column("why", "Why", of=of_loss(lambda x: x.why)),
    Column("chain", "Chain", of=of_loss(lambda x: " > ".join(x.chain))),
)


def _flat(network: Network, found: Chokepoints, exposed: Exposures | None) -> Table:
    """Every chokepoint, exact and near, trivial ones too; one row for each product lost.

    Where costs were computed also all that lose something without being one, without a product.
    """
    points = (*found.rows, *found.near)
    costs = {} if exposed is None else {cost.key: cost for cost in exposed.rows}
    rows = [
        Row(point, costs.get(point.key), felt(network, loss.chain), loss=loss)
        for point in points
        for loss in point.losses
    ]
    known = {point.key for point in points}
    rows += [
        Row(None, cost) for cost in costs.values() if cost.first_felt and cost.key not in known
    ]
    columns = FLAT_COLUMNS if exposed is None else (*FLAT_COLUMNS, *FLAT_COSTS)
    return table("flat", columns, rows)
