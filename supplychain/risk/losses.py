"""The products that one removal loses, exactly and nearly, each with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from supplychain.model import Network
from supplychain.risk.cascade import Falls, System, cascade, cascades
from supplychain.risk.near import cover_left, near_system
from supplychain.risk.reasons import Links, because, chain_to, exact_links, near_links
from supplychain.risk.result import Loss
from supplychain.risk.scope import Scope
from supplychain.risk.structure import Entity
from supplychain.risk.trivial import design_supplies, trivial_by_role

Losses: TypeAlias = dict[str, Loss]
"""By product."""


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that is the same for all removals.

    Attributes:
        exact: A requirement holds while one member is left.
        near: A requirement holds while its members cover a quarter of it.
        estimates: Requirements whose cover rests on an estimate.
        designs: Positions of accelerators and of their designs.
    """

    network: Network
    scope: Scope
    exact: System
    near: System
    estimates: frozenset[int]
    designs: frozenset[int]


def question(network: Network, scope: Scope) -> Question:
    """Number the structure of the scope, once for all removals."""
    near, estimates = near_system(network, scope.of)
    designs = design_supplies(network, scope.of)
    return Question(network, scope, scope.of.system(), near, estimates, designs)


def losses(asked: Question, removed: Iterable[Entity]) -> Iterator[tuple[Entity, Losses, Losses]]:
    """What each entity loses on its own: exactly, and nearly where not exactly.

    A country's loss is trivial if it comes about only because a designer stands there: the
    reason given is one that remains without its accelerators and designs, where there is one.
    A product that a country loses only trivially may therefore be nearly lost as well.
    """
    removed = tuple(removed)
    for entity, falls, wider in zip(
        removed,
        cascades(asked.exact, (e.supplies for e in removed)),
        cascades(asked.near, (e.supplies for e in removed)),
        strict=True,
    ):
        exact, near = _losses(asked, entity, falls, wider)
        if entity.kind != "country":
            yield entity, _mark_own(asked, entity, exact), _mark_own(asked, entity, near)
        elif exact or near:
            kept = tuple(s for s in entity.supplies if s not in asked.designs)
            falls, wider = cascade(asked.exact, kept), cascade(asked.near, kept)
            beyond = _losses(asked, replace(entity, supplies=kept), falls, wider)
            yield entity, _all_trivial(exact) | beyond[0], _all_trivial(near) | beyond[1]


def _losses(asked: Question, entity: Entity, falls: Falls, wider: Falls) -> tuple[Losses, Losses]:
    lost = _lost(asked.scope, falls)
    nearly = [p for p in _lost(asked.scope, wider) if p not in lost]
    if not lost and not nearly:
        return {}, {}
    links = exact_links(asked.exact, entity.supplies, falls)
    exact = {p: _loss(asked, entity, p, links, {}) for p in lost}
    if not nearly:
        return exact, {}
    cover = cover_left(asked.near, falls, wider)
    links = near_links(asked.near, links, wider, cover)
    return exact, {p: _loss(asked, entity, p, links, cover) for p in nearly}


def _lost(scope: Scope, falls: Falls) -> list[str]:
    """Products no supply of which is left, sorted."""
    fallen: dict[str, int] = {}
    for supply in falls.supplies:
        commodity = scope.of.supplies[supply].commodity
        if commodity in scope.weights:
            fallen[commodity] = fallen.get(commodity, 0) + 1
    return sorted(p for p, count in fallen.items() if count == len(scope.makers[p]))


def _loss(
    asked: Question, entity: Entity, product: str, links: Links, cover: Mapping[int, float]
) -> Loss:
    of = asked.scope.of
    chain = chain_to(links, [s for s in asked.scope.makers[product] if s in links])
    poorly = next((r for r in chain.requirements if r in cover), None)
    return Loss(
        product=product,
        chain=tuple(of.supplies[s].id for s in chain.supplies),
        why=because(of, entity, product, chain, cover),
        trivial=False,
        cover=None if poorly is None else cover[poorly],
        estimated=poorly in asked.estimates,
    )


def _mark_own(asked: Question, entity: Entity, found: Losses) -> Losses:
    return {
        p: replace(loss, trivial=trivial_by_role(asked.network, asked.scope.of, entity, p))
        for p, loss in found.items()
    }


def _all_trivial(found: Losses) -> Losses:
    return {p: replace(loss, trivial=True) for p, loss in found.items()}
