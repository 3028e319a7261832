"""What each loss would cost, in cells and in sentences."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

from supplychain.analyses.exposure import Exposure, Exposures
from supplychain.model import Network, Supply
from supplychain.model.countries import place
from supplychain.model.quarters import Quarter
from supplychain.model.shares import shares_of
from supplychain.report.tables import Cell, Column, Columns, compact, show
from supplychain.risk import Chokepoint, Chokepoints, Loss
from supplychain.risk.structure import EntityId
from supplychain.simulation import RECOVERED

COSTLY = 1.0
"""Score from which a loss is listed though others could stand in."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something that may be lost, with what that costs, in the order in which it is shown.

    Attributes:
        point: What it is the chokepoint of; ``None``: of nothing.
        cost: ``None``: not computed.
        felt: When the loss reaches an accelerator, in words.
        makes: What it makes, or what it stops accelerators through, in names.
        loss: The one of the point's losses that is meant, where each has a row.
    """

    point: Chokepoint | None
    cost: Exposure | None
    felt: str | None = None
    makes: str = "–"
    loss: Loss | None = None

    @property
    def key(self) -> EntityId:
        """What it is, whatever its name."""
        return self.entity.key

    @property
    def name(self) -> str:
        """How it is shown: a country stands for the plants in it."""
        return called(self.key, self.entity.name)

    @property
    def single(self) -> str:
        """Whether it alone loses the product that is meant."""
        if self.loss is None:
            return "no"
        return "exactly" if self.loss.cover is None else "nearly"

    @property
    def entity(self) -> Chokepoint | Exposure:
        """The one or the other."""
        one = self.point or self.cost
        assert one is not None
        return one


def of_point(shown: Callable[[Chokepoint], Cell]) -> Callable[[Row], Cell]:
    """Unknown where it is no chokepoint."""
    return lambda row: None if row.point is None else shown(row.point)


def of_loss(shown: Callable[[Loss], Cell]) -> Callable[[Row], Cell]:
    """Unknown where no loss is meant."""
    return lambda row: None if row.loss is None else shown(row.loss)


def _of_cost(shown: Callable[[Exposure], Cell]) -> Callable[[Row], Cell]:
    """Unknown where no cost was computed."""
    return lambda row: None if row.cost is None else shown(row.cost)


def _felt(row: Row) -> Cell:
    if row.cost is None or row.cost.first_felt is None:
        return None if row.cost is None else "later"
    # A country is lost in many ways at once, whatever the first reason is.
    slowly = (row.felt or "").startswith("slowly") and row.key.kind != "country"
    return f"{row.cost.first_felt}{', slowly' * slowly}"


def _back(cost: Exposure) -> str:
    if cost.first_felt is None or cost.worst is None or cost.worst_loss <= RECOVERED:
        return "–"
    return "later" if cost.recovered_by is None else str(cost.recovered_by)


def _worst(cost: Exposure) -> str:
    if cost.worst is None:
        return "–"
    return f"{show(-cost.worst_loss, 'share')} in {cost.worst}"


def _quarter(quarter: Quarter | None) -> str | None:
    return None if quarter is None else str(quarter)


COST_COLUMNS: Columns[Row] = (
    Column("score", "Score", "number", of=_of_cost(lambda cost: round(cost.score, 1))),
    Column("first_felt", "First felt", priority=2, least=6, of=_felt),
    Column("worst", "Worst quarter", priority=2, least=15, of=_of_cost(_worst)),
    Column("recovered_by", "Back by", priority=5, least=7, of=_of_cost(_back)),
    Column("recovery", "Down for", priority=6, least=9,
           of=_of_cost(lambda cost: f"{cost.weeks:.0f} weeks" + " ⚠" * cost.estimated)),
    Column("survives_weeks", "Stocks last", priority=6, least=9,
           of=_of_cost(lambda c: "–" if c.survives is None else f"{c.survives:.0f} weeks")),
)  # fmt: skip
"""What a loss costs, for people; unknown where nothing was computed."""

H100E_LOST: Column[Row] = Column(
    "h100e_lost", "H100e lost", "units", of=_of_cost(lambda c: c.h100e)
)

FLAT_COSTS: Columns[Row] = (
    Column("score", "Score", "number", of=_of_cost(lambda c: c.score)),
    H100E_LOST,
    Column("revenue_lost_usd", "US$ lost", "units", of=_of_cost(lambda c: c.revenue_usd)),
    Column("first_felt", "First felt", of=_of_cost(lambda c: _quarter(c.first_felt))),
    Column("worst", "Worst quarter", of=_of_cost(lambda c: _quarter(c.worst))),
    Column("worst_loss", "Worst loss", "share", of=_of_cost(lambda c: c.worst_loss)),
    Column("recovered_by", "Back by", of=_of_cost(lambda c: _quarter(c.recovered_by))),
    Column("recovery_weeks", "Down for", "number", of=_of_cost(lambda c: c.weeks)),
    Column("recovery_estimated", "Estimated", of=_of_cost(lambda c: c.estimated)),
    Column("survives_weeks", "Stocks last", "number", of=_of_cost(lambda c: c.survives)),
)
"""The same for machines."""

COSTLY_COLUMNS: Columns[Row] = (
    Column("name", "Name", least=16),
    Column("kind", "Kind", priority=7, of=lambda row: row.key.kind),
    *COST_COLUMNS,
    Column("makes", "Makes", priority=3, least=24),
)


def costly(network: Network, exposed: Exposures, listed: Collection[EntityId]) -> list[Row]:
    """Losses that cost something though no product hangs on them alone, dearest first."""
    return [
        Row(None, cost, makes=makes(network, cost, exposed.first))
        for cost in exposed.rows
        if cost.score >= COSTLY and cost.key not in listed
    ]


def makes(network: Network, row: Exposure, at: Quarter) -> str:
    """The goods of which it makes most in the quarter, with its shares; a dash for a country."""
    if row.kind == "country":
        return "–"
    held: list[tuple[float, str]] = []
    for commodity in network.commodities.values():
        active = [s for s in network.makers(commodity.id) if s.active(at)]
        own = [_belongs(network, row, s) for s in active]
        if commodity.product is None and any(own):
            shares = shares_of(network, active, at).value
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


def called(key: EntityId, name: str) -> str:
    """How a row is named: a country stands for the plants in it."""
    return f"{key.id} (plants)" if key.kind == "country" else name
