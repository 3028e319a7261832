"""What each loss would cost, in cells and in sentences."""

from __future__ import annotations

import re
from collections.abc import Collection

from supplychain.analyses.exposure import Exposure, Exposures
from supplychain.model import Network, Supply
from supplychain.model.countries import place
from supplychain.model.quarters import Quarter
from supplychain.model.shares import shares_of
from supplychain.report.tables import Cell, Column, Table, compact, show
from supplychain.risk import Chokepoint, Chokepoints
from supplychain.simulation import RECOVERED

SCORE = Column("score", "Score", "number")
COST_COLUMNS = (
    SCORE,
    Column("first_felt", "First felt", priority=2, least=6),
    Column("worst", "Worst quarter", priority=2, least=15),
    Column("recovered_by", "Back by", priority=5, least=7),
    Column("recovery", "Down for", priority=6, least=9),
    Column("survives_weeks", "Stocks last", priority=6, least=9),
)
COSTLY = 1.0
"""Score from which a loss is listed though others could stand in."""

FLAT_COSTS = (
    Column("score", "Score", "number"),
    Column("h100e_lost", "H100e lost", "units"),
    Column("revenue_lost_usd", "US$ lost", "units"),
    Column("first_felt", "First felt"),
    Column("worst", "Worst quarter"),
    Column("worst_loss", "Worst loss", "share"),
    Column("recovered_by", "Back by"),
    Column("recovery_weeks", "Down for", "number"),
    Column("recovery_estimated", "Estimated"),
    Column("survives_weeks", "Stocks last", "number"),
)


def cost_cells(cost: Exposure | None, slowly: bool = False) -> tuple[Cell, ...]:
    """Along :data:`COST_COLUMNS`; all unknown where nothing was computed.

    Args:
        cost: What the loss costs.
        slowly: Whether it is said to grow slowly, as tools wear or growth stops.
    """
    if cost is None:
        return (None,) * len(COST_COLUMNS)
    if cost.first_felt is None or cost.worst is None:
        back = "–"
    else:
        back = "later" if cost.recovered_by is None else str(cost.recovered_by)
    return (
        round(cost.score, 1),
        "later" if cost.first_felt is None else f"{cost.first_felt}{', slowly' * slowly}",
        "–" if cost.worst is None else f"{show(-cost.worst_loss, 'share')} in {cost.worst}",
        back if cost.worst_loss > RECOVERED else "–",
        f"{cost.weeks:.0f} weeks" + (" ⚠" if cost.estimated else ""),
        "–" if cost.survives is None else f"{cost.survives:.0f} weeks",
    )


def flat_costs(cost: Exposure | None) -> tuple[Cell, ...]:
    """Along :data:`FLAT_COSTS`."""
    if cost is None:
        return (None,) * len(FLAT_COSTS)
    felt, worst, back = (
        None if q is None else str(q) for q in (cost.first_felt, cost.worst, cost.recovered_by)
    )
    return (
        cost.score,
        cost.h100e,
        cost.revenue_usd,
        felt,
        worst,
        cost.worst_loss,
        back,
        cost.weeks,
        cost.estimated,
        cost.survives,
    )


def costly(exposed: Exposures, listed: Collection[tuple[str, str]]) -> list[Exposure]:
    """Losses that cost something though no product hangs on them alone, dearest first."""
    return [r for r in exposed.rows if r.score >= COSTLY and (r.kind, r.id) not in listed]


def costly_table(network: Network, rows: list[Exposure], top: int | None, at: Quarter) -> Table:
    """Neither single nor nearly so, with what it makes."""
    columns = (
        Column("rank", "#", "number", priority=1),
        Column("name", "Name", least=16),
        Column("kind", "Kind", priority=7),
        *COST_COLUMNS,
        Column("makes", "Makes", priority=3, least=24),
    )
    shown = tuple(
        (
            i,
            called(row.kind, row.id, row.name),
            row.kind,
            *cost_cells(row),
            makes(network, row, at),
        )
        for i, row in enumerate(rows[:top], 1)
    )
    title = "Costly, though others make it too"
    if top is not None and len(rows) > top:
        title += f" ({top} of {len(rows)}; --top sets how many)"
    return Table("costly", title, columns, shown, "none")


def makes(network: Network, row: Exposure, at: Quarter) -> str:
    """The goods of which it makes most in the quarter, with its shares; a dash for a country."""
    if row.kind == "country":
        return "–"
    held: list[tuple[float, str]] = []
    for commodity in network.commodities.values():
        active = [s for s in network.makers(commodity.id) if s.active(at)]
        own = [_belongs(network, row, s) for s in active]
        if commodity.product is None and any(own):
            shares, _ = shares_of(network, active, at)
            total = sum(share for share, is_own in zip(shares, own, strict=True) if is_own)
            held.append((total, commodity.name))
    held.sort(key=lambda pair: (-pair[0], pair[1]))
    return ", ".join(f"{name} {show(share, 'share')}" for share, name in held[:3]) or "–"


def sentence(
    network: Network, found: Chokepoints, point: Chokepoint | None, cost: Exposure, of: Exposures
) -> str:
    """A loss in words that can be quoted: what is missing, when, and why."""
    who = f"all plants in {place(cost.id)}" if cost.kind == "country" else cost.name
    text = f"If {who} stopped at the start of {of.first} for {_span(cost)}, "
    text += _what(cost, of) if cost.first_felt else f"none would be missing by {of.last}."
    if point is not None:
        return f"{text} {in_names(network, point.why, found, cost)}."
    made = makes(network, cost, of.first)
    return text if made == "–" else f"{text} Others could not make up for its shares: {made}."


def _what(cost: Exposure, of: Exposures) -> str:
    """What is missing, and when."""
    text = (
        f"{show(cost.lost, 'share')} of the AI computing power due by the end of {of.last} would "
        f"not have shipped: {compact(cost.h100e)} H100 equivalents"
    )
    if cost.revenue_usd > 0:
        text += f", US${compact(cost.revenue_usd)} of accelerators"
    late = cost.first_felt != of.first
    text += (
        f". Nothing would be missing before {cost.first_felt}"
        if late
        else ". It would be felt at once"
    )
    text += f"; the worst quarter would be {cost.worst}, with {show(cost.worst_loss, 'share')} gone"
    if cost.recovered_by is not None:
        return f"{text}; output would be back to normal in {cost.recovered_by}."
    if cost.worst_loss > RECOVERED:
        return f"{text}; output would not be back to normal by the end of {of.last}."
    return f"{text}."


def in_names(network: Network, why: str, found: Chokepoints, cost: Exposure) -> str:
    """A reason with names instead of ids, and without the quarter it was computed for."""
    names = {id_: _plain(network, c.name) for id_, c in network.commodities.items()}
    names |= {id_: o.name for id_, o in network.organizations.items()}
    text = why.replace(f" in {found.at}", "")
    text = re.sub(r"[a-z0-9]+(?:-[a-z0-9]+)*", lambda m: names.get(m[0], m[0]), text)
    if cost.kind == "country":
        text = re.sub(rf"\b{cost.id}\b", place(cost.id), text)
    return text[0].upper() + text[1:]


def _plain(network: Network, name: str) -> str:
    """A good's name inside a sentence: no brackets, no capital but of a proper name."""
    name = re.sub(r" \([^)]*\)", "", name)
    first = name.split()[0]
    proper = first.lower() in network.organizations or not first[1:].islower()
    return name if proper else name[0].lower() + name[1:]


def _span(cost: Exposure) -> str:
    longest = "up to " if cost.kind in ("country", "organization") else ""
    whose = "their" if cost.kind == "country" else "its"
    guess = "estimated " if cost.estimated else ""
    return f"{longest}{cost.weeks:.0f} weeks ({whose} {guess}time to recover)"


def _belongs(network: Network, row: Exposure, supply: Supply) -> bool:
    if row.kind == "supply":
        return supply.id == row.id
    if row.kind == "commodity":
        return supply.commodity == row.id
    return row.id in network.owners(supply.organization)


def called(kind: str, id_: str, name: str) -> str:
    """How a row is named: a country stands for the plants in it."""
    return f"{id_} (plants)" if kind == "country" else name
