"""Why a loss happens: the chain of falls from what was removed, and the failing need in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from supplychain.risk.cascade import Falls, System
from supplychain.risk.structure import Entity, Requirement, Structure

Links: TypeAlias = dict[int, tuple[int, int] | None]
"""Fallen supply to the one it fell after and the requirement between them; ``None``: removed.

A supply falls with the first of its requirements to fail, a requirement with the last of its
members: so a chain of links has as few falls as there can be, and starts with a requirement
all of whose members were removed.
"""


@dataclass(frozen=True, slots=True)
class Chain:
    """Supplies from the removed one to the lost one, and the requirements between them."""

    supplies: tuple[int, ...]
    requirements: tuple[int, ...]


def exact_links(numbers: System, removed: Iterable[int], falls: Falls) -> Links:
    """Links of everything that fell."""
    links: Links = dict.fromkeys(removed)
    for requirement, member in zip(falls.requirements, falls.last, strict=True):
        for user in numbers.users[requirement]:
            links.setdefault(user, (member, requirement))
    return links


def near_links(numbers: System, exact: Links, falls: Falls, poorly: Collection[int]) -> Links:
    """Exact links, continued through poorly covered requirements.

    Args:
        numbers: The weighed system.
        exact: Links of the same removal where one member is enough.
        falls: What the removal takes down in the weighed system.
        poorly: The requirements that fail for lack of cover alone.

    Returns:
        Links of everything that fell; every chain to what fell only in the weighed system
        passes a poorly covered requirement.
    """
    links = dict(exact)
    order = {supply: i for i, supply in enumerate(falls.supplies)}
    for requirement in sorted(poorly):
        lost = [m for m in numbers.members[requirement] if m in exact]
        for user in numbers.users[requirement]:
            links.setdefault(user, (max(lost, key=order.__getitem__), requirement))
    for requirement in falls.requirements:
        new = [m for m in numbers.members[requirement] if m in links and m not in exact]
        if new and requirement not in poorly:
            for user in numbers.users[requirement]:
                links.setdefault(user, (max(new, key=order.__getitem__), requirement))
    return links


def chain_to(links: Links, targets: Sequence[int]) -> Chain:
    """The chain to the target that falls last; the first target's among equals."""
    return max((_chain(links, target) for target in targets), key=lambda c: len(c.supplies))


def because(
    of: Structure, entity: Entity, product: str, chain: Chain, cover: Mapping[int, float]
) -> str:
    """In words, the first need on the chain that fails, or the first that is poorly covered.

    Args:
        of: The structure that the chain's positions belong to.
        entity: What was removed.
        product: What was lost.
        chain: From the removed supply to the lost one.
        cover: The cover left, 0 to 1, of the poorly covered requirements; empty if exact.
    """
    poorly = next((r for r in chain.requirements if r in cover), None)
    if poorly is not None:
        return _poorly_covered(of, entity, of.requirements[poorly], cover[poorly])
    if chain.requirements:
        return _unserved(of, entity, of.requirements[chain.requirements[0]])
    makers = of.makers(product)
    if len(makers) > 1:
        return f"every maker of {product} in {of.at} falls: {_organizations(of, makers)}"
    place = f", in {entity.id}" if entity.kind == "country" else ""
    return f"{_organizations(of, makers)} itself makes {product}{place}"


def without_maker(of: Structure, requirement: Requirement) -> str:
    """In words, a need that nobody serves even with nothing removed."""
    if not requirement.inputs:
        return f"{requirement.consumer} needs a substitute that takes longer to switch to"
    verb = "is qualified to make" if requirement.named else "makes"
    inputs = " or ".join(requirement.inputs)
    return f"{requirement.consumer} needs {inputs} and nobody in the data {verb} it in {of.at}"


def _unserved(of: Structure, entity: Entity, need: Requirement) -> str:
    """A need all of whose members were removed."""
    inputs = " or ".join(need.inputs)
    makers = _organizations(of, need.members)
    if len({of.supplies[m].organization for m in need.members}) == 1:
        verb = "is qualified to make" if need.named else "makes"
        place = f", in {entity.id}" if entity.kind == "country" else ""
        return f"{need.consumer} needs {inputs} and only {makers} {verb} it in {of.at}{place}"
    who = "qualified to make it" if need.named else "who make it"
    whose = f"in {entity.id}" if entity.kind == "country" else f"{entity.id}'s"
    return f"{need.consumer} needs {inputs} and all {who} in {of.at} are {whose}: {makers}"


def _poorly_covered(of: Structure, entity: Entity, need: Requirement, cover: float) -> str:
    who = "qualified to make it" if need.named else "who make it"
    return (
        f"{need.consumer} needs {' or '.join(need.inputs)} and the others {who} in {of.at} "
        f"cover {cover:.0%} of it without {entity.id}"
    )


def _organizations(of: Structure, supplies: Iterable[int]) -> str:
    return ", ".join(sorted({of.supplies[s].organization for s in supplies}))


def _chain(links: Links, target: int) -> Chain:
    supplies, requirements = [target], []
    while (link := links[supplies[-1]]) is not None:
        supplies.append(link[0])
        requirements.append(link[1])
    return Chain(tuple(reversed(supplies)), tuple(reversed(requirements)))
