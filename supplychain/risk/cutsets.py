"""Minimal cut sets: the smallest groups of entities whose joint loss loses a product.

Exact and complete up to the order asked. While a product is up, some closed set of supplies
keeps it up (each of them served from within the set), so every cut must take something out of
that set: the search branches over the entities that do, and over no others.

With outage rates, the probability of losing the product is exact for the cut sets given: it
is that of their union, not 1 − Π(1 − P(cut)), which counts shared entities several times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from supplychain.model import Network
from supplychain.quarters import Quarter
from supplychain.risk.cascade import System, cascades
from supplychain.risk.structure import Kind, entities, standing, structure

Cuts: TypeAlias = frozenset[frozenset[str]]


@dataclass(frozen=True, slots=True)
class CutSets:
    """Minimal cut sets of a product as of a quarter.

    Attributes:
        order: The largest number of entities looked for.
        sets: Ids of entities, each set sorted; the smallest sets first.
    """

    product: str
    at: Quarter
    kind: Kind
    order: int
    sets: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Importance:
    """What one entity's outage means for the probability of losing the product.

    Attributes:
        birnbaum: Probability if it is out minus probability if it is not.
        fussell_vesely: Probability that a cut set with it is out, as a share of the whole.
        achievement_worth: Probability if it is out, as a multiple of the whole (RAW).
    """

    id: str
    birnbaum: float
    fussell_vesely: float
    achievement_worth: float


def cut_sets(
    network: Network,
    product: str,
    at: Quarter,
    kind: Kind = "organization",
    order: int = 3,
    weeks: float = 0.0,
) -> CutSets:
    """The minimal cut sets of a product, or of any commodity, up to an order.

    Raises:
        ValueError: No supply of it is up in the quarter, or the kind is ``commodity``.
    """
    if kind == "commodity":
        raise ValueError("cut sets are of organizations, supplies or countries")
    of, _ = standing(structure(network, at, weeks))
    targets = of.makers(product)
    if not targets:
        raise ValueError(f"no supply of {product} is up in {at}")
    removable = entities(network, of, [kind])
    found = minimal_cuts(of.system(), [e.supplies for e in removable], targets, order)
    return CutSets(
        product, at, kind, order, tuple(tuple(removable[g].id for g in cut) for cut in found)
    )


def minimal_cuts(
    numbers: System, groups: Sequence[Collection[int]], targets: Collection[int], order: int
) -> tuple[tuple[int, ...], ...]:
    """The minimal sets of groups whose removal takes down every target.

    Args:
        numbers: A system in which one member is enough and every requirement holds at first.
        groups: Supplies that go down together.
        targets: Supplies, all of which must fall.
        order: The largest number of groups in a set.

    Returns:
        Sorted positions of groups, by number of groups, then in order.
    """
    belongs: list[list[int]] = [[] for _ in range(numbers.size)]
    for group, supplies in enumerate(groups):
        for supply in supplies:
            belongs[supply].append(group)
    needs = _needs(numbers)

    found: list[frozenset[int]] = []
    frontier: list[tuple[int, ...]] = [()]
    for size in range(order + 1):
        wider: set[tuple[int, ...]] = set()
        removals = ((s for g in cut for s in groups[g]) for cut in frontier)
        for cut, falls in zip(frontier, cascades(numbers, removals), strict=True):
            down = frozenset(falls.supplies)
            if down.issuperset(targets):
                found.append(frozenset(cut))
            elif size < order:
                support = _support(numbers, needs, down, targets)
                hits = {g for s in support for g in belongs[s]}
                wider.update(tuple(sorted((*cut, g))) for g in hits)
        frontier = sorted(c for c in wider if not any(f.issubset(c) for f in found))
    return tuple(sorted((tuple(sorted(f)) for f in found), key=lambda f: (len(f), f)))


def probability(cuts: Iterable[Iterable[str]], rates: Mapping[str, float]) -> float:
    """The probability that all entities of at least one cut set are out.

    Exact for independent outages, by conditioning on one entity after the other; if the cut
    sets stop at an order, it is a lower bound of the probability of losing the product.

    Args:
        cuts: Cut sets.
        rates: Entity to the probability that it is out, 0 to 1.

    Raises:
        KeyError: An entity of a cut set has no rate.

    Example:
        >>> probability([["a", "b"], ["a", "c"]], {"a": 0.5, "b": 0.5, "c": 0.5})
        0.375
    """
    return _union(frozenset(frozenset(c) for c in cuts), rates, {})


def importance(cuts: Iterable[Iterable[str]], rates: Mapping[str, float]) -> tuple[Importance, ...]:
    """Importance of every entity in the cut sets, by Birnbaum importance, then by id.

    Raises:
        KeyError: An entity of a cut set has no rate.
        ValueError: The product is never lost, so that no share of it can be taken.
    """
    sets = frozenset(frozenset(c) for c in cuts)
    whole = probability(sets, rates)
    if whole <= 0:
        raise ValueError("no cut set has a probability above zero")
    rows = []
    for id_ in sorted(frozenset().union(*sets)):
        out = probability(sets, {**rates, id_: 1.0})
        kept = probability(sets, {**rates, id_: 0.0})
        with_it = probability((c for c in sets if id_ in c), rates)
        rows.append(Importance(id_, out - kept, with_it / whole, out / whole))
    return tuple(sorted(rows, key=lambda row: (-row.birnbaum, row.id)))


def _needs(numbers: System) -> list[list[int]]:
    """Supply to the requirements it has."""
    needs: list[list[int]] = [[] for _ in range(numbers.size)]
    for requirement in range(len(numbers.users)):
        for user in numbers.users[requirement]:
            needs[user].append(requirement)
    return needs


def _support(
    numbers: System, needs: Sequence[Sequence[int]], down: frozenset[int], targets: Collection[int]
) -> set[int]:
    """Standing supplies that keep one target up among themselves."""
    first = min(t for t in targets if t not in down)
    support, pending = {first}, [first]
    for supply in pending:  # grows while it is walked
        for requirement in needs[supply]:
            members = numbers.members[requirement]
            if support.isdisjoint(members):
                member = next(m for m in members if m not in down)
                support.add(member)
                pending.append(member)
    return support


def _union(cuts: Cuts, rates: Mapping[str, float], known: dict[Cuts, float]) -> float:
    """Probability of the union, conditioned on the entity that most cut sets share."""
    if frozenset() in cuts:
        return 1.0
    if not cuts:
        return 0.0
    if cuts not in known:
        counts = Counter(id_ for cut in cuts for id_ in cut)
        id_ = min(counts, key=lambda i: (-counts[i], i))
        out = frozenset(cut - {id_} for cut in cuts)
        kept = frozenset(cut for cut in cuts if id_ not in cut)
        rate = rates[id_]
        known[cuts] = rate * _union(out, rates, known) + (1 - rate) * _union(kept, rates, known)
    return known[cuts]
