"""The network as of a quarter, as an AND/OR system of supplies and requirements.

Which needs count, and who serves them:

* A need counts if all of the output depends on it (``essential`` is 100% or not given);
  a partly essential one lowers output but stops nobody.
* It is served by any active supply of any of its alternatives that takes no longer to switch
  to than the weeks given, from a maker qualified by that quarter.
* An alternative that no organization in the data makes at any time is taken as available:
  the data does not know its makers, which is not the same as knowing that there are none.
* An alternative whose makers are known, none of them active and qualified in the quarter,
  serves nobody, so a supply with no other alternative is down from the start.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from supplychain.model import Need, Network, Supply
from supplychain.model.quarters import Quarter
from supplychain.risk.cascade import Falls, System, cascade, system, unserved

Kind: TypeAlias = Literal["supply", "organization", "country", "commodity"]
KINDS: tuple[Kind, ...] = ("organization", "supply", "country", "commodity")


@dataclass(frozen=True, slots=True)
class Requirement:
    """An essential need of some supplies as of a quarter.

    Attributes:
        consumer: Who needs it: a commodity, or one maker of it (``sk-hynix's hbm4``).
        inputs: The alternatives that help in time, sorted.
        named: Whether the need names its qualified makers.
        members: Positions of the qualified supplies.
        users: Positions of the supplies that need it.
    """

    consumer: str
    inputs: tuple[str, ...]
    named: bool
    members: tuple[int, ...]
    users: tuple[int, ...]


@dataclass(frozen=True)
class Structure:
    """Supplies and requirements as of a quarter.

    Attributes:
        supplies: Sorted by id; requirements refer to them by position.
        assumed: Needed commodities that nobody in the data makes, taken as available.
    """

    at: Quarter
    supplies: tuple[Supply, ...]
    requirements: tuple[Requirement, ...]
    assumed: tuple[str, ...] = ()

    def system(self) -> System:
        """The structure in numbers: a requirement holds while one member is left."""
        return system(
            len(self.supplies),
            [r.members for r in self.requirements],
            [r.users for r in self.requirements],
        )

    def makers(self, commodity: str) -> tuple[int, ...]:
        """Positions of the supplies of the commodity."""
        return self._makers.get(commodity, ())

    @cached_property
    def _makers(self) -> dict[str, tuple[int, ...]]:
        positions: dict[str, list[int]] = defaultdict(list)
        for position, supply in enumerate(self.supplies):
            positions[supply.commodity].append(position)
        return {commodity: tuple(found) for commodity, found in positions.items()}


@dataclass(frozen=True, slots=True, order=True)
class EntityId:
    """What tells an entity from every other: a supply and a commodity may share an id."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Entity:
    """Something that may be lost, and the positions of the supplies that go with it."""

    kind: Kind
    id: str
    name: str
    supplies: tuple[int, ...]

    @property
    def key(self) -> EntityId:
        """Its id among all kinds."""
        return EntityId(self.kind, self.id)


def structure(network: Network, at: Quarter, weeks: float = 0.0) -> Structure:
    """Everything active in the quarter, whether its needs are served or not.

    Args:
        network: The data.
        at: The quarter that decides activity and qualification.
        weeks: Time since the loss: substitutes that take longer to switch to do not help.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> up = structure(network, sc.Quarter(2024, 4))
        >>> 0 < len(up.supplies) <= len(network.supplies)
        True
    """
    supplies = tuple(sorted((s for s in network.supplies if s.active(at)), key=lambda s: s.id))
    made_ever = {s.commodity for s in network.supplies}
    makers: dict[str, list[int]] = defaultdict(list)
    for position, supply in enumerate(supplies):
        makers[supply.commodity].append(position)

    requirements: list[Requirement] = []
    assumed: set[str] = set()
    for consumer, need, users in _needs(network, supplies, makers):
        if need.essential is not None and need.essential.value < 1:
            continue
        inputs = _helpful(need, weeks)
        unknown = [i for i in inputs if i not in made_ever]
        if unknown:
            assumed.update(unknown)
            continue
        members = [
            m for i in inputs for m in makers[i] if _qualified(need, supplies[m].organization, at)
        ]
        requirements.append(
            Requirement(
                consumer, inputs, need.makers is not None, tuple(sorted(members)), tuple(users)
            )
        )
    # In this order, not that of the file, so that a result does not depend on how data is laid out.
    requirements.sort(key=lambda r: (r.consumer, r.inputs, r.members, r.users))
    return Structure(at, supplies, tuple(requirements), tuple(sorted(assumed)))


def standing(whole: Structure) -> tuple[Structure, Falls]:
    """The part that is up with nothing removed, and what is down from the start."""
    numbers = whole.system()
    falls = cascade(numbers, unserved(numbers))
    down = frozenset(falls.supplies)
    kept = [i for i in range(len(whole.supplies)) if i not in down]
    new = {old: position for position, old in enumerate(kept)}
    requirements = (
        Requirement(
            r.consumer,
            r.inputs,
            r.named,
            tuple(new[m] for m in r.members if m in new),
            tuple(new[u] for u in r.users if u in new),
        )
        for r in whole.requirements
    )
    return Structure(
        at=whole.at,
        supplies=tuple(whole.supplies[i] for i in kept),
        requirements=tuple(r for r in requirements if r.users),
        assumed=whole.assumed,
    ), falls


def entities(network: Network, of: Structure, kinds: Iterable[Kind]) -> tuple[Entity, ...]:
    """The supplies, organizations (with all they own) and countries of plants, sorted by id."""
    kinds = frozenset(kinds)
    organizations: dict[str, list[int]] = defaultdict(list)
    countries: dict[str, list[int]] = defaultdict(list)
    found: list[Entity] = []
    for position, supply in enumerate(of.supplies):
        countries[supply.country].append(position)
        for owner in network.owners(supply.organization):
            organizations[owner].append(position)
        if "supply" in kinds:
            name = (
                f"{network.organizations[supply.organization].name} "
                f"{network.commodities[supply.commodity].name}"
            )
            found.append(Entity("supply", supply.id, name, (position,)))
    if "organization" in kinds:
        for id_ in sorted(organizations):
            name = network.organizations[id_].name
            found.append(Entity("organization", id_, name, tuple(organizations[id_])))
    if "country" in kinds:
        found.extend(Entity("country", c, c, tuple(countries[c])) for c in sorted(countries))
    return tuple(found)


def _needs(
    network: Network, supplies: tuple[Supply, ...], makers: dict[str, list[int]]
) -> Iterator[tuple[str, Need, list[int]]]:
    """Consumer, need and the supplies that have it: a commodity's once, then each maker's own."""
    for commodity in sorted(makers):
        for need in network.commodities[commodity].needs:
            yield commodity, need, list(makers[commodity])
    for position, supply in enumerate(supplies):
        for need in supply.needs:
            yield f"{supply.organization}'s {supply.commodity}", need, [position]


def _helpful(need: Need, weeks: float) -> tuple[str, ...]:
    """The alternatives in use, or switched to within the weeks."""
    return tuple(
        sorted(i for i, switch in need.inputs.items() if switch is None or switch.value <= weeks)
    )


def _qualified(need: Need, organization: str, at: Quarter) -> bool:
    if need.makers is None:
        return True
    since = need.makers.get(organization)
    return since is not None and since <= at
