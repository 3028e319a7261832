"""How concentrated the supply of each input is, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from supplychain.model import STAGES, Network
from supplychain.model.quarters import Quarter
from supplychain.report.tables import Column, Document, Table
from supplychain.risk.concentration import Holder, concentration, history

COLUMNS = (
    Column("commodity", "Commodity", least=18),
    Column("stage", "Stage", priority=4),
    Column("hhi", "HHI", "number"),
    Column("level", "Level", priority=1, least=8),
    Column("effective", "Equal makers", "number", priority=3),
    Column("top", "Largest", least=12),
    Column("top_share", "Share", "share"),
    Column("place", "Country", priority=2, least=7),
    Column("place_share", "its share", "share", priority=2),
    Column("alarm", "Over 65%", priority=5),
    Column("since", "Since", "text", priority=3, least=6),
    Column("before", "HHI then", "number", priority=3),
    Column("estimated", "Estimated", priority=6),
)


def concentration_document(
    network: Network, products: Sequence[str], at: Quarter, by: Holder, top: int | None
) -> Document:
    """Every input of the products, the most concentrated first.

    Args:
        network: The data.
        products: Ids; what they need, directly or not, is shown.
        at: The quarter.
        by: Whose shares are added up.
        top: Rows shown; all if ``None``.
    """
    rows = []
    for id_ in _inputs(network, products):
        now = concentration(network, id_, at, by)
        places = concentration(network, id_, at, "country")
        if now is None or places is None:
            continue
        past = [c for c in history(network, id_, at, by) if c.at < now.at]
        first = past[0] if past and round(past[0].hhi) != round(now.hhi) else None
        rows.append(
            (
                network.commodities[id_].name,
                network.commodities[id_].stage,
                round(now.hhi),
                now.level + (" ⚠" if now.estimated else ""),
                now.effective,
                now.top if by == "country" else network.organizations[now.top].name,
                now.top_share,
                places.top,
                places.top_share,
                places.alarm,
                None if first is None else str(first.at),
                None if first is None else round(first.hhi),
                now.estimated,
            )
        )
    rows.sort(key=lambda r: (-r[2], STAGES.index(r[1]), r[0]))
    high = sum(r[3].startswith("high") for r in rows)
    alarms = sum(r[9] for r in rows)
    title = "Concentration of supply"
    if top is not None and len(rows) > top:
        title += f" ({top} of {len(rows)}; --top sets how many)"
    return Document(
        schema="supplychain/concentration/1",
        meta={"data": network.digest, "at": str(at), "by": by, "products": list(products)},
        head=(
            ("Concentration", f"of {len(rows)} inputs as of {at}, shares added up by {by}"),
            ("HHI", "0 to 10,000; above 1,000 moderate, above 1,800 high (US guidelines of 2023)"),
        ),
        parts=(
            Table("concentration", title, COLUMNS, tuple(rows[:top]), "none"),
            f"{high} of {len(rows)} inputs are highly concentrated; of {alarms} more than 65% "
            "comes from one country.",
            "⚠ some share is an estimate, or the split of what the named shares leave.",
        ),
        flat=Table("flat", "", COLUMNS, tuple(rows)),
    )


def _inputs(network: Network, products: Sequence[str]) -> list[str]:
    """What the products need, directly or not, and they themselves if not accelerators; sorted."""
    found = dict.fromkeys(products)
    for id_ in (pending := list(products)):  # grows while it is walked
        needs = list(network.commodities[id_].needs)
        needs += [need for supply in network.makers(id_) for need in supply.needs]
        for input_ in (i for need in needs for i in need.inputs):
            if input_ not in found:
                found[input_] = None
                pending.append(input_)
    return sorted(i for i in found if i not in network.accelerators)
