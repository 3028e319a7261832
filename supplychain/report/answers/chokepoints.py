"""The answer of ``chokepoints`` as tables and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from supplychain.analyses.exposure import Exposures
from supplychain.model import Network
from supplychain.report.answers.exposed import (
    COST_COLUMNS,
    FLAT_COSTS,
    SCORE,
    called,
    cost_cells,
    costly,
    costly_table,
    flat_costs,
    sentence,
)
from supplychain.report.tables import Cell, Column, Document, Table
from supplychain.risk import Chokepoint, Chokepoints, Kind

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

COLUMNS = (
    Column("rank", "#", "number", priority=1),
    Column("name", "Name", least=16),
    Column("kind", "Kind", priority=7),
    Column("makes", "Through", priority=3, least=22),
    Column("stage", "Stage", priority=6),
    Column("at_stake", "At stake", "share"),
    Column("products", "Lost", "number", priority=5),
    Column("share", "Share", "share", priority=4),
    Column("hhi", "HHI", "number", priority=6),
    Column("felt", "Felt", priority=2, least=16),
    Column("why", "Why", least=28),
)
"""Of both tables; what a loss costs is shown after the kind, and then counts for more."""

AT_STAKE = COLUMNS[5]
COVER = Column("cover", "Others cover", "share", priority=1)
NEARLY = "Nearly single: the others together cover less than a quarter"


def felt(network: Network, chain: tuple[str, ...]) -> str:
    """When the loss at the head of a chain of supplies reaches its end."""
    slowest = 0
    for maker, user in pairwise(chain):
        made = network.supply(maker).commodity
        roles = {n.role for n in network.needs(network.supply(user)) if made in n.inputs}
        # Where a good serves two needs, the faster one is felt first.
        slowest = max(slowest, min(ORDER.index(FELT[role]) for role in roles))
    return ORDER[slowest]


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
    lost = _ordered(network, found.rows, exposed)
    listed = {(row.kind, row.id) for row in lost}
    near = _ordered(network, found.near, exposed)
    also = [row.name for row in near if (row.kind, row.id) in listed]
    near = [row for row in near if (row.kind, row.id) not in listed]
    parts: list[Table | str] = [
        _table("single", "Single points of failure", network, lost, top, exposed),
        _table("near", NEARLY, network, near, top, exposed),
    ]
    if exposed is not None:
        known = {(row.kind, row.id) for row in (*found.rows, *found.near)}
        parts.append(costly_table(network, costly(exposed, known), top, exposed.first))
    if also:
        parts.append(f"Nearly single for further products: {', '.join(sorted(also))}.")
    parts += _notes(found)
    parts += remarks
    flat = _flat(network, found, exposed)
    return Document(
        schema="supplychain/chokepoints/1",
        meta=_meta(network, found, exposed),
        head=_head(network, found, weighted, exposed),
        parts=tuple(parts),
        flat=flat,
        records={
            "rows": [
                dict(zip((c.key for c in flat.columns), row, strict=True)) for row in flat.rows
            ]
        },
    )


def explanations(
    network: Network, found: Chokepoints, top: int | None, weighted: bool, exposed: Exposures
) -> Document:
    """The same as sentences that can be quoted, the costliest first."""
    points = {(row.kind, row.id): row for row in (*found.near, *found.rows) if not row.trivial}
    own = {(row.kind, row.id) for row in found.rows if row.trivial}
    rows = [r for r in exposed.rows if (r.kind, r.id) not in own and r.score > 0][:top]
    said = [sentence(network, found, points.get((r.kind, r.id)), r, exposed) for r in rows]
    flat = Table(
        "sentences",
        "",
        (Column("kind", "Kind"), Column("id", "Id"), SCORE, Column("sentence", "Sentence")),
        tuple((r.kind, r.id, r.score, text) for r, text in zip(rows, said, strict=True)),
    )
    return Document(
        schema="supplychain/chokepoints/1",
        meta=_meta(network, found, exposed),
        head=_head(network, found, weighted, exposed),
        parts=tuple(said) or ("Nothing would be missing.",),
        flat=flat,
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
    network: Network, rows: Sequence[Chokepoint], exposed: Exposures | None
) -> list[Chokepoint]:
    """The costliest first; of equals most at stake, what is felt sooner, what stands nearer."""

    def score(row: Chokepoint) -> float:
        cost = None if exposed is None else exposed.of(row.kind, row.id)
        return 0.0 if cost is None else round(cost.score, 9)

    return sorted(
        (row for row in rows if not row.trivial),
        key=lambda row: (
            -score(row),
            -round(row.at_stake_beyond_own, 9),
            ORDER.index(felt(network, row.chain)),
            len(row.chain),
            row.id,
        ),
    )


def _cells(network: Network, rank: int, row: Chokepoint) -> tuple[Cell, ...]:
    return (
        rank,
        called(row.kind, row.id, row.name),
        row.kind,
        network.commodities[row.makes].name,
        row.stage,
        row.at_stake_beyond_own,
        len(row.losses),
        row.share,
        row.hhi,
        felt(network, row.chain),
        row.why,
    )


def _table(
    name: str,
    title: str,
    network: Network,
    rows: list[Chokepoint],
    top: int | None,
    exposed: Exposures | None,
) -> Table:
    before, after = 3, COLUMNS.index(AT_STAKE) + 1
    columns: tuple[Column, ...] = COLUMNS[before:after]
    if exposed is not None:
        makes, *others = columns[:-1]
        columns = (
            *COST_COLUMNS, replace(makes, priority=4), *others, replace(AT_STAKE, priority=3)
        )  # fmt: skip
    if name == "near":
        columns = (*columns, COVER)
    rest = COLUMNS[after:]
    if exposed is not None:
        rest = tuple(replace(c, priority=5) if c.key == "felt" else c for c in rest)
    shown = []
    for i, row in enumerate(rows[:top], 1):
        cells = _cells(network, i, row)
        # A country is lost in many ways at once, whatever the first reason is.
        slow = felt(network, row.chain).startswith("slowly")
        slowly = slow and row.kind != "country"
        cost = () if exposed is None else cost_cells(exposed.of(row.kind, row.id), slowly)
        cover = (row.cover,) if name == "near" else ()
        shown.append((*cells[:before], *cost, *cells[before:after], *cover, *cells[after:]))
    hidden = len(rows) - (top or len(rows))
    if hidden > 0:
        title = f"{title} ({top} of {len(rows)}; --top sets how many)"
    return Table(name, title, (*COLUMNS[:before], *columns, *rest), tuple(shown), "none")


def _flat(network: Network, found: Chokepoints, exposed: Exposures | None) -> Table:
    """Every chokepoint, exact and near, trivial ones too; one row for each product lost.

    Where costs were computed also all that lose something without being one, without a product.
    """
    columns = (
        Column("single", "Single"),
        Column("kind", "Kind"),
        Column("id", "Id"),
        Column("name", "Name"),
        Column("through", "Through"),
        Column("stage", "Stage"),
        Column("at_stake", "At stake", "share"),
        Column("share", "Share", "share"),
        Column("share_estimated", "Share estimated"),
        Column("hhi", "HHI", "number"),
        Column("product", "Product"),
        Column("trivial", "Trivial"),
        Column("cover", "Others cover", "share"),
        Column("felt", "Felt"),
        Column("why", "Why"),
        Column("chain", "Chain"),
        *(FLAT_COSTS if exposed is not None else ()),
    )

    def costs(kind: Kind, id_: str) -> tuple[Cell, ...]:
        return () if exposed is None else flat_costs(exposed.of(kind, id_))

    rows: list[tuple[Cell, ...]] = [
        (
            single,
            row.kind,
            row.id,
            row.name,
            row.makes,
            row.stage,
            row.at_stake_beyond_own,
            row.share,
            row.share_estimated,
            row.hhi,
            loss.product,
            loss.trivial,
            loss.cover,
            felt(network, loss.chain),
            loss.why,
            " > ".join(loss.chain),
            *costs(row.kind, row.id),
        )
        for single, group in (("exactly", found.rows), ("nearly", found.near))
        for row in group
        for loss in row.losses
    ]
    if exposed is not None:
        listed = {(row.kind, row.id) for row in (*found.rows, *found.near)}
        for cost in exposed.rows:
            if (cost.kind, cost.id) not in listed and cost.first_felt is not None:
                blank = (None,) * (len(columns) - 4 - len(FLAT_COSTS))
                rows.append(("no", cost.kind, cost.id, cost.name, *blank, *flat_costs(cost)))
    return Table("flat", "", columns, tuple(rows))
