"""The answer of ``chokepoints`` as tables and sentences."""

from __future__ import annotations

from supplychain.model import Network
from supplychain.report.tables import Cell, Column, Document, Table
from supplychain.risk import Chokepoint, Chokepoints

COLUMNS = (
    Column("rank", "#", "number"),
    Column("name", "Name"),
    Column("kind", "Kind", priority=5),
    Column("makes", "Through", priority=1),
    Column("stage", "Stage", priority=4),
    Column("at_stake", "At stake", "share"),
    Column("products", "Lost", "number", priority=3),
    Column("share", "Share", "share", priority=2),
    Column("hhi", "HHI", "number", priority=4),
    Column("why", "Why"),
)
NEAR_COLUMNS = (*COLUMNS[:7], Column("cover", "Others cover", "share"), *COLUMNS[7:])


def chokepoints_document(
    network: Network, found: Chokepoints, top: int | None, weighted: bool
) -> Document:
    """Exact single points, nearly single points, and what else a reader must know."""
    lost = [row for row in found.rows if not row.trivial]
    own = [row for row in found.rows if row.trivial]
    near = [row for row in found.near if not row.trivial]
    stake = "H100 equivalents of booked packaging" if weighted else "products, all alike"
    head = (
        (
            "Chokepoints",
            f"as of {found.at} · {len(found.products)} products · at stake: share of {stake}",
        ),
        (
            "Data",
            f"{network.digest[:8]} · {len(network.commodities)} commodities, "
            f"{len(network.organizations)} organizations, {len(network.supplies)} supplies",
        ),
    )
    parts: list[Table | str] = [
        _table("single", "Single points of failure", network, lost, top),
        _near_table(network, near, top),
    ]
    if own:
        names = ", ".join(sorted({row.name for row in own}))
        parts.append(f"Lose nothing but their own products (trivially): {names}.")
    parts += [f"{product}: {reason}." for product, reason in found.not_made.items()]
    if found.not_sold:
        parts.append(f"Not sold in {found.at}: " + ", ".join(found.not_sold) + ".")
    if found.assumed:
        parts.append(
            "Nobody in the data makes, so taken as available: " + ", ".join(found.assumed) + "."
        )
    flat = _flat(network, found)
    return Document(
        schema="supplychain/chokepoints/1",
        meta={
            "data": network.digest,
            "at": str(found.at),
            "products": dict(found.products),
            "not_sold": dict(found.not_sold),
            "not_made": dict(found.not_made),
            "assumed": list(found.assumed),
        },
        head=head,
        parts=tuple(parts),
        flat=flat,
        records={
            "rows": [
                dict(zip((c.key for c in flat.columns), row, strict=True)) for row in flat.rows
            ]
        },
    )


def _cells(network: Network, rank: int, row: Chokepoint) -> tuple[Cell, ...]:
    return (
        rank,
        row.name if row.kind != "country" else f"{row.id} (plants)",
        row.kind,
        network.commodities[row.makes].name,
        row.stage,
        row.at_stake_beyond_own,
        len(row.losses),
        row.share,
        row.hhi,
        row.why,
    )


def _table(
    name: str, title: str, network: Network, rows: list[Chokepoint], top: int | None
) -> Table:
    shown = tuple(_cells(network, i, row) for i, row in enumerate(rows[:top], 1))
    return Table(name, _titled(title, rows, top), COLUMNS, shown, "none")


def _near_table(network: Network, rows: list[Chokepoint], top: int | None) -> Table:
    shown = []
    for i, row in enumerate(rows[:top], 1):
        cells = _cells(network, i, row)
        shown.append((*cells[:7], row.cover, *cells[7:]))
    title = "Nearly single: the others together cover less than a quarter"
    return Table("near", _titled(title, rows, top), NEAR_COLUMNS, tuple(shown), "none")


def _titled(title: str, rows: list[Chokepoint], top: int | None) -> str:
    hidden = len(rows) - (top or len(rows))
    return f"{title} ({top} of {len(rows)}; --top sets how many)" if hidden > 0 else title


def _flat(network: Network, found: Chokepoints) -> Table:
    """Every chokepoint, exact and near, trivial ones too; one row for each product lost."""
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
        Column("why", "Why"),
        Column("chain", "Chain"),
    )
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
            loss.why,
            " > ".join(loss.chain),
        )
        for single, group in (("exactly", found.rows), ("nearly", found.near))
        for row in group
        for loss in row.losses
    ]
    return Table("flat", "", columns, tuple(rows))
