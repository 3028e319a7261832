"""Single points of failure: whatever alone, when lost, loses an accelerator.

A supply is down if it is removed, its organization (or an owner of it) or its plant's country
is removed, or an essential need of it has no qualified supply left that is up. A product is
lost if no supply of it is up. Exact for every supply, organization and country;
:mod:`supplychain.risk.structure` says which needs count.

Nearly single points are listed apart: what loses a product once a need counts as failed that
the other qualified makers could cover to less than a quarter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from math import fsum

from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.model.shares import shares_of
from supplychain.risk.concentration import concentration
from supplychain.risk.losses import losses, question
from supplychain.risk.result import Chokepoint, Chokepoints, Loss
from supplychain.risk.scope import Scope, asked_products, default_quarter, scope
from supplychain.risk.structure import KINDS, Entity, Kind, entities, structure


def chokepoints(
    network: Network,
    products: str | Sequence[str] | None = None,
    at: Quarter | str | None = None,
    by: Kind | Collection[Kind] | None = None,
    weights: Mapping[str, float] | None = None,
    weeks: float = 0.0,
) -> Chokepoints:
    """Everything whose loss alone loses one of the products.

    Args:
        network: The data.
        products: Id or ids of accelerators or of any commodities; all accelerators if not given.
        at: The quarter; if not given, as :func:`~supplychain.risk.scope.default_quarter` says.
        by: Kind or kinds of chokepoints; all if not given.
        weights: What each product counts for, e.g. its H100e in the quarter; all alike if not
            given.
        weeks: Time since the loss: substitutes that take longer to switch to do not help.

    Raises:
        AskError: A product is not in the data or has no weight.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> found = chokepoints(network, ["h100"], "2023Q2")
        >>> "tsmc" in [row.id for row in found.rows]
        True
    """
    asked = asked_products(network, products)
    if isinstance(at, str):
        at = Quarter.parse(at)
    at = at or default_quarter(network, asked)
    kinds = KINDS if by is None else (by,) if isinstance(by, str) else tuple(by)
    whole = structure(network, at, weeks)
    wanted = scope(network, asked, weights, whole)
    exact, near = _rows(network, wanted, kinds)
    return Chokepoints(
        at=at,
        products=wanted.weights,
        not_sold=wanted.not_sold,
        not_made=wanted.not_made,
        assumed=whole.assumed,
        rows=tuple(sorted(exact, key=_rank)),
        near=tuple(sorted(near, key=_rank)),
    )


def _rank(row: Chokepoint) -> tuple[bool, float, float, int, str]:
    return (row.trivial, -row.at_stake_beyond_own, -row.at_stake, KINDS.index(row.kind), row.id)


def _rows(
    network: Network, wanted: Scope, kinds: Collection[Kind]
) -> tuple[list[Chokepoint], list[Chokepoint]]:
    """Exact and nearly single points of the kinds."""
    # A commodity is a chokepoint through its supplies.
    removed = entities(network, wanted.of, {*kinds, *(("supply",) if "commodity" in kinds else ())})
    exact: list[Chokepoint] = []
    near: list[Chokepoint] = []
    for entity, lost, nearly in losses(question(network, wanted), removed):
        if lost:
            exact.append(_row(network, wanted, entity, lost.values()))
        if nearly:
            near.append(_row(network, wanted, entity, nearly.values()))
    if "commodity" in kinds:
        exact += _commodities(network, wanted, exact)
        near += _commodities(network, wanted, near)
    return [r for r in exact if r.kind in kinds], [r for r in near if r.kind in kinds]


def _row(network: Network, wanted: Scope, entity: Entity, found: Iterable[Loss]) -> Chokepoint:
    """The row of an entity, its losses ordered, with the figures of what it makes."""
    ordered = tuple(
        sorted(
            found, key=lambda x: (x.trivial, -wanted.weights[x.product], len(x.chain), x.product)
        )
    )
    makes = network.supply(ordered[0].chain[0]).commodity
    makers = [s for s in network.makers(makes) if s.active(wanted.of.at)]
    shares = shares_of(network, makers, wanted.of.at)
    ids = {wanted.of.supplies[s].id for s in entity.supplies}
    spread = concentration(network, makes, wanted.of.at)
    return Chokepoint(
        kind=entity.kind,
        id=entity.id,
        name=entity.name,
        makes=makes,
        stage=network.commodities[makes].stage,
        losses=ordered,
        at_stake=fsum(wanted.weights[x.product] for x in ordered),
        at_stake_beyond_own=fsum(wanted.weights[x.product] for x in ordered if not x.trivial),
        share=fsum(share for s, share in zip(makers, shares.value, strict=True) if s.id in ids),
        share_estimated=shares.estimated,
        hhi=spread.hhi if spread is not None else 0.0,
    )


def _commodities(
    network: Network, wanted: Scope, rows: Sequence[Chokepoint]
) -> Iterator[Chokepoint]:
    """Commodities with a single supply that matters, from the rows of supplies.

    A commodity whose users qualify different makers may have several such supplies; its losses
    are theirs together. A product is no chokepoint of itself.
    """
    of = wanted.of
    found: dict[str, list[tuple[int, Loss]]] = {}
    positions = {s.id: i for i, s in enumerate(of.supplies)}
    for row in rows:
        if row.kind == "supply":
            others = [(positions[row.id], x) for x in row.losses if x.product != row.makes]
            found.setdefault(row.makes, []).extend(others)
    for commodity, lost in sorted(found.items()):
        if lost:
            name = network.commodities[commodity].name
            supplies = tuple(sorted({position for position, _ in lost}))
            by_product = {x.product: x for _, x in reversed(lost)}
            entity = Entity("commodity", commodity, name, supplies)
            yield _row(network, wanted, entity, by_product.values())
