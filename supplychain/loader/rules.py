"""Rules that no file can break alone: sums over makers, cycles, names, things never used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from supplychain.loader.index import Index
from supplychain.loader.problems import Page, count, short
from supplychain.model import FLOW_ROLES, Buyer, Commodity, Need, Organization, Place, Source
from supplychain.model.quarters import Quarter

MOST_SHARED = 1.02
"""What shares of one commodity and year may add up to; rounding explains the 2%."""

Pages = Mapping[str, Page]


def follow(starts: Iterable[str], step: Mapping[str, str]) -> list[tuple[str, ...]]:
    """The cycles of a mapping that leads from one id to the next, each once, smallest id first.

    Example:
        >>> follow("abcd", {"a": "b", "b": "c", "c": "b"})
        [('b', 'c')]
    """
    cycles = set()
    for start in starts:
        path: list[str] = []
        while start in step and start not in path:
            path.append(start)
            start = step[start]
        if start in path:
            cycle = path[path.index(start) :]
            first = cycle.index(min(cycle))
            cycles.add(tuple(cycle[first:] + cycle[:first]))
    return sorted(cycles)


def check_owners(organizations: Mapping[str, Organization], pages: Pages) -> None:
    """Note organizations that own themselves through others."""
    owners = {o.id: o.owner for o in organizations.values() if o.owner}
    for cycle in follow(owners, owners):
        at = organizations[cycle[0]].place
        ring = " -> ".join([*cycle, cycle[0]])
        pages[at.file].problem(
            at, f"a circle of owners: {ring}", "an organization is not owned by what it owns"
        )


def take_over_needs(
    commodities: Mapping[str, Commodity], needs_as: Mapping[str, str], pages: Pages, index: Index
) -> dict[str, Commodity]:
    """The commodities with the needs that they take over, before their own.

    An own need of the same input and role replaces the one taken over.
    """
    cycles = follow(sorted(needs_as), needs_as)
    for cycle in cycles:
        at = commodities[cycle[0]].place
        ring = " -> ".join([*cycle, cycle[0]])
        pages[at.file].problem(
            at, f"a circle of 'needs_as': {ring}", "one of them lists its needs itself"
        )
    caught = {id_ for cycle in cycles for id_ in cycle}
    done: dict[str, Commodity] = {}

    def resolve(id_: str) -> Commodity:
        if id_ not in done:
            commodity, base = commodities[id_], needs_as.get(id_, "")
            if base in commodities and id_ not in caught:
                taken = _merge(resolve(base).needs, commodity.needs)
                commodity = replace(commodity, needs=taken)
            done[id_] = commodity
        return done[id_]

    for id_ in commodities:
        resolve(id_)
    for id_ in needs_as:
        if id_ in commodities:
            _check_quantities(commodities[id_], done[id_], pages, index)
    return done


def _key(need: Need) -> tuple[frozenset[str], str]:
    return frozenset(need.inputs), need.role


def _merge(base: Sequence[Need], own: Sequence[Need]) -> tuple[Need, ...]:
    replaced = {_key(need) for need in own}
    return (*(need for need in base if _key(need) not in replaced), *own)


def _check_quantities(own: Commodity, full: Commodity, pages: Pages, index: Index) -> None:
    """Note needs taken over without a quantity by something that owes one."""
    if own.id not in index.metered and own.product is None:
        return
    for need in full.needs:
        inputs = [id_ for id_ in need.inputs if id_ in index.metered]
        if need not in own.needs and need.role in FLOW_ROLES and not need.per_unit and inputs:
            pages[own.place.file].problem(
                own.place,
                f"the need of '{inputs[0]}' taken over by 'needs_as' has no 'per_unit'",
                f"list the need here with its quantity, or add it in {need.place}",
            )


def check_own_needs(
    commodities: Mapping[str, Commodity], organizations: Iterable[Organization], pages: Pages
) -> None:
    """Note needs of a maker that its commodity has already: they would count twice."""
    for organization in organizations:
        for supply in organization.supplies:
            commodity = commodities.get(supply.commodity)
            common = {_key(n): n for n in commodity.needs} if commodity else {}
            for need in supply.needs:
                if _key(need) in common:
                    names = " or ".join(f"'{id_}'" for id_ in need.inputs)
                    pages[need.place.file].problem(
                        need.place,
                        f"every '{supply.commodity}' needs {names} already",
                        f"leave it out here, or take it out of {common[_key(need)].place}",
                    )


def check_launches(
    commodities: Mapping[str, Commodity], organizations: Iterable[Organization], pages: Pages
) -> None:
    """Note products that are sold before anything they are made of can be had."""
    starts: dict[tuple[str, str], Quarter | None] = {}
    for organization in organizations:
        for supply in organization.supplies:
            key = supply.commodity, organization.id
            before = starts.get(key, supply.start)
            both = before is not None and supply.start is not None
            starts[key] = min(before, supply.start) if both else None  # type: ignore[type-var]
    for commodity in commodities.values():
        if commodity.product is None:
            continue
        for need in (n for n in commodity.needs if n.role in FLOW_ROLES):
            first = _first_made(need, starts)
            if first is not None and first > commodity.product.launch:
                inputs = " or ".join(f"'{id_}'" for id_ in need.inputs)
                pages[need.place.file].problem(
                    need.place,
                    f"'{commodity.id}' is sold from {commodity.product.launch}, but no qualified "
                    f"maker has {inputs} before {first}",
                    "date the maker earlier, add one, or launch the product later",
                )


def _first_made(need: Need, starts: Mapping[tuple[str, str], Quarter | None]) -> Quarter | None:
    """First quarter in which a qualified maker has one of the inputs; ``None``: always, or never.

    A need that nobody makes is the business of another rule.
    """
    dates = []
    for (commodity, maker), start in starts.items():
        if commodity in need.inputs and (need.makers is None or maker in need.makers):
            known = [q for q in (start, need.makers[maker] if need.makers else None) if q]
            dates.append(max(known) if known else None)
    return min(dates) if dates and None not in dates else None  # type: ignore[type-var]


def check_shares(organizations: Iterable[Organization], pages: Pages) -> None:
    """Note commodities of which the makers hold more than all in a year."""
    shares: dict[tuple[str, int], list[tuple[float, str, Place]]] = defaultdict(list)
    for organization in organizations:
        for supply in organization.supplies:
            for year, figure in supply.share.items():
                entry = (figure.value, f"{organization.id} {supply.country}", figure.place)
                shares[supply.commodity, year].append(entry)
    for (commodity, year), entries in sorted(shares.items()):
        total = sum(value for value, _, _ in entries)
        if total > MOST_SHARED + 1e-9:
            at = max(entries, key=lambda e: (e[0], e[1]))[2]
            listed = ", ".join(f"{who} {100 * v:.4g}%" for v, who, _ in sorted(entries)[::-1])
            pages[at.file].problem(
                at,
                f"the shares of '{commodity}' in {year} add up to {100 * total:.4g}%",
                f"they are: {listed}",
                "lower the ones that count something else; 102% is allowed for rounding",
            )


def check_names(
    parts: Mapping[str, Commodity] | Mapping[str, Organization] | Mapping[str, Buyer], pages: Pages
) -> None:
    """Note names and aliases that two things of a kind share."""
    owners: dict[str, str] = {id_: id_ for id_ in parts}
    for id_ in sorted(parts):
        part = parts[id_]
        for name in (part.name, *part.aliases):
            owner = owners.setdefault(name.casefold(), id_)
            if owner != id_:
                pages[part.place.file].problem(
                    part.place,
                    f"'{short(name)}' is a name of both '{owner}' and '{id_}'",
                    "a name or alias stands for one thing; several share a name by a group",
                )


def check_ids(
    commodities: Mapping[str, Commodity], organizations: Iterable[Organization], pages: Pages
) -> None:
    """Note ids that mean a commodity and also a group or an organization."""
    groups = {group for c in commodities.values() for group in c.groups}
    for organization in organizations:
        if organization.id in commodities or organization.id in groups:
            pages[organization.place.file].problem(
                organization.place,
                f"'{organization.id}' is also the id of a commodity or a group",
                "an id stands for one thing; rename one of the two",
            )
    for commodity in commodities.values():
        if commodity.id in groups:
            pages[commodity.place.file].problem(
                commodity.place,
                f"'{commodity.id}' is also the name of a group",
                "rename one of the two",
            )


def warn_unused(
    commodities: Iterable[Commodity],
    organizations: Iterable[Organization],
    sources: Iterable[Source],
    index: Index,
    pages: Pages,
) -> None:
    """Note commodities nobody makes, capacities nothing draws on and sources nobody cites."""
    for organization in organizations:
        drawn = {id_ for supply in organization.supplies for id_ in supply.draws}
        for capacity in organization.capacities:
            if capacity.id not in drawn:
                pages[capacity.place.file].warning(
                    capacity.place,
                    f"no supply draws on the capacity '{capacity.id}'",
                    f"add 'capacity: {capacity.id}' to a supply",
                )
    for commodity in commodities:
        if not index.makers.get(commodity.id):
            pages[commodity.place.file].warning(
                commodity.place,
                f"nobody makes '{commodity.id}'",
                "add a supply of it to an organization",
            )
    idle: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        if source.id not in index.cited:
            idle[source.place.file].append(source)
    for file, some in idle.items():
        ids = ", ".join(source.id for source in some)
        pages[file].warning(
            some[0].place,
            f"nothing cites {count(len(some), 'source')} of this file",
            f"cite or take out: {ids}",
        )


def warn_bookings(
    commodities: Iterable[Commodity], organizations: Iterable[Organization], pages: Pages
) -> None:
    """Note bookings of designers on lines where nothing of theirs can be made."""
    own: dict[str, list[Need]] = defaultdict(list)
    for commodity in commodities:
        if commodity.product is not None:
            for holder in (commodity.product.designer, *commodity.product.partners):
                own[holder] += commodity.needs
    for organization in organizations:
        for capacity in organization.capacities:
            made = {s.commodity for s in organization.supplies if capacity.id in s.draws}
            holders = {h for shares in capacity.bookings.values() for h in shares}
            for holder in sorted(holders & own.keys()):
                if not any(
                    made & need.inputs.keys()
                    and (need.makers is None or organization.id in need.makers)
                    for need in own[holder]
                ):
                    pages[capacity.place.file].warning(
                        capacity.place,
                        f"'{holder}' books '{capacity.id}', where none of its accelerators is made",
                        f"name '{organization.id}' among the makers of what one of them needs",
                        "or take the booking out; until then it is taken to be used for others",
                    )
