"""How concentrated the supply of each input is, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from supplychain.model import STAGES, Commodity, Network
from supplychain.model.quarters import Quarter
from supplychain.report.tables import Column, Columns, Document, table
from supplychain.risk.concentration import Concentration, Holder, concentration, history


@dataclass(frozen=True, slots=True)
class _Row:
    """An input, its makers, their countries, and the makers when shares are first known."""

    commodity: Commodity
    now: Concentration
    top: str
    places: Concentration
    first: Concentration | None


COLUMNS: Columns[_Row] = (
    Column("commodity", "Commodity", least=18, of=lambda r: r.commodity.name),
    Column("stage", "Stage", priority=4, of=lambda r: r.commodity.stage),
    Column("hhi", "HHI", "number", of=lambda r: round(r.now.hhi)),
    Column("level", "Level", priority=1, least=8,
           of=lambda r: r.now.level + (" ⚠" if r.now.estimated else "")),
    Column("effective", "Equal makers", "number", priority=3, of=lambda r: r.now.effective),
    Column("top", "Largest", least=12),
    Column("top_share", "Share", "share", of=lambda r: r.now.top_share),
    Column("place", "Country", priority=2, least=7, of=lambda r: r.places.top),
    Column("place_share", "its share", "share", priority=2, of=lambda r: r.places.top_share),
    Column("alarm", "Over 65%", priority=5, of=lambda r: r.places.alarm),
    Column("since", "Since", "text", priority=3, least=6,
           of=lambda r: None if r.first is None else str(r.first.at)),
    Column("before", "HHI then", "number", priority=3,
           of=lambda r: None if r.first is None else round(r.first.hhi)),
    Column("estimated", "Estimated", priority=6, of=lambda r: r.now.estimated),
)  # fmt: skip


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
        top_name = now.top if by == "country" else network.organizations[now.top].name
        rows.append(_Row(network.commodities[id_], now, top_name, places, first))
    rows.sort(key=lambda r: (-round(r.now.hhi), STAGES.index(r.commodity.stage), r.commodity.name))
    high = sum(r.now.level == "high" for r in rows)
    alarms = sum(r.places.alarm for r in rows)
    return Document(
        schema="supplychain/concentration/1",
        meta={"data": network.digest, "at": str(at), "by": by, "products": list(products)},
        head=(
            ("Concentration", f"of {len(rows)} inputs as of {at}, shares added up by {by}"),
            ("HHI", "0 to 10,000; above 1,000 moderate, above 1,800 high (US guidelines of 2023)"),
        ),
        parts=(
            table("concentration", COLUMNS, rows, "Concentration of supply", "none", most=top),
            f"{high} of {len(rows)} inputs are highly concentrated; of {alarms} more than 65% "
            "comes from one country.",
            "⚠ some share is an estimate, or the split of what the named shares leave.",
        ),
        flat=table("flat", COLUMNS, rows),
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
