"""The answer of ``chokepoints`` as tables and sentences."""

from __future__ import annotations

from itertools import pairwise

from supplychain.model import Network
from supplychain.report.tables import Cell, Column, Document, Table
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
NEAR_COLUMNS = (*COLUMNS[:7], Column("cover", "Others cover", "share", priority=1), *COLUMNS[7:])


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
    network: Network, found: Chokepoints, top: int | None, weighted: bool
) -> Document:
    """Exact single points, nearly single points, and what else a reader must know."""
    lost = _soonest_first(network, [row for row in found.rows if not row.trivial])
    own = [row for row in found.rows if row.trivial]
    near = _soonest_first(network, [row for row in found.near if not row.trivial])
    stake = "H100 equivalents of booked packaging" if weighted else "products, all alike"
    count = f"{len(found.products)} product{'' if len(found.products) == 1 else 's'}"
    head = (
        (
            "Chokepoints",
            f"as of {found.at} · {count} · at stake: share of {stake}",
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


def _soonest_first(network: Network, rows: list[Chokepoint]) -> list[Chokepoint]:
    """Most at stake first; of equals what is felt sooner, then what stands nearer."""
    return sorted(
        rows,
        key=lambda row: (
            -round(row.at_stake_beyond_own, 9),
            ORDER.index(felt(network, row.chain)),
            len(row.chain),
            row.id,
        ),
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
        felt(network, row.chain),
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
        Column("felt", "Felt"),
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
            felt(network, loss.chain),
            loss.why,
            " > ".join(loss.chain),
        )
        for single, group in (("exactly", found.rows), ("nearly", found.near))
        for row in group
        for loss in row.losses
    ]
    return Table("flat", "", columns, tuple(rows))
