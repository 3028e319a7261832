"""Minimal cut sets: the smallest groups of entities whose joint loss loses a product.

Exact and complete up to the order asked: cuts are carried from each supply to those that need
it, all products at once, as in top-down analysis of failure trees (MOCUS; Fussell and Vesely
1972, "A new methodology for obtaining cut sets for fault trees"), with larger sets dropped on
the way and cycles taken to their fixed point.

With outage rates, the probability of losing the product is exact for the cut sets given: it
is that of their union, not 1 − Π(1 − P(cut)), which counts shared entities several times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TypeAlias

from supplychain.errors import AskError
from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.risk.cascade import System
from supplychain.risk.structure import Kind, entities, standing, structure

Cuts: TypeAlias = frozenset[frozenset[str]]

Family: TypeAlias = tuple[int, ...]
"""Minimal cuts, each a set of groups: bit g stands for group g."""


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
        reduction_worth: The whole as a multiple of the probability if it is never out (RRW);
            infinite where nothing else loses the product.
    """

    id: str
    birnbaum: float
    fussell_vesely: float
    achievement_worth: float
    reduction_worth: float


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
        AskError: No supply of it is up in the quarter, or the kind is ``commodity``.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> found = cut_sets(network, "h100", sc.Quarter(2023, 2), "organization", 1)
        >>> ("tsmc",) in found.sets
        True
    """
    if kind == "commodity":
        raise AskError("cut sets are of organizations, supplies or countries")
    of, _ = standing(structure(network, at, weeks))
    targets = of.makers(product)
    if not targets:
        raise AskError(f"no supply of {product} is up in {at}")
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
    return together(cuts_of_supplies(numbers, groups, order), targets, order)


def together(
    cuts: Sequence[Family], targets: Collection[int], order: int
) -> tuple[tuple[int, ...], ...]:
    """As :func:`minimal_cuts`, from the cuts of every supply."""
    family = _all_of([cuts[t] for t in sorted(targets)], order)
    found = (tuple(g for g in range(cut.bit_length()) if cut >> g & 1) for cut in family)
    return tuple(sorted(found, key=lambda cut: (len(cut), cut)))


def cuts_of_supplies(
    numbers: System, groups: Sequence[Collection[int]], order: int
) -> tuple[Family, ...]:
    """The minimal cuts of every supply up to an order.

    A supply falls with a group it belongs to or with one of its requirements, a requirement with
    all its members: from no cuts at all, these two rules are applied until nothing is added,
    which is the least fixed point of falling. Larger sets can be dropped on the way, since
    joining sets never makes them smaller.
    """
    own: list[set[int]] = [set() for _ in range(numbers.size)]
    for group, supplies in enumerate(groups):
        for supply in supplies:
            own[supply].add(1 << group)
    cuts = [_minimal(family if order > 0 else ()) for family in own]
    failing: list[Family] = [()] * len(numbers.members)
    pending = dict.fromkeys(range(len(numbers.members)))
    while pending:
        requirement = next(iter(pending))
        del pending[requirement]
        family = _all_of([cuts[m] for m in numbers.members[requirement]], order)
        if family == failing[requirement]:
            continue
        failing[requirement] = family
        for user in numbers.users[requirement]:
            wider = _minimal({*cuts[user], *family})
            if wider != cuts[user]:
                cuts[user] = wider
                pending.update(dict.fromkeys(numbers.feeds[user]))
    return tuple(cuts)


def _all_of(families: Sequence[Family], order: int) -> Family:
    """The minimal unions of one cut out of each family, no larger than the order."""
    if not families:
        return (0,)
    joined = families[0]
    for family in families[1:]:
        if joined == family:
            continue
        both = set(joined) & set(family)
        rest = [cut for cut in family if cut not in both]
        unions = {a | b for a in joined if a not in both for b in rest}
        joined = _minimal(both | {cut for cut in unions if cut.bit_count() <= order})
    return joined


def _minimal(cuts: Collection[int]) -> Family:
    """Those that contain no other, sorted by size, then by number."""
    kept: list[int] = []
    for cut in sorted(cuts, key=lambda c: (c.bit_count(), c)):
        if not any(smaller & cut == smaller for smaller in kept):
            kept.append(cut)
    return tuple(kept)


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
        AskError: The product is never lost, so that no share of it can be taken.
    """
    sets = frozenset(frozenset(c) for c in cuts)
    whole = probability(sets, rates)
    if whole <= 0:
        raise AskError("no cut set has a probability above zero")
    rows = []
    for id_ in sorted(frozenset().union(*sets)):
        out = probability(sets, {**rates, id_: 1.0})
        kept = probability(sets, {**rates, id_: 0.0})
        with_it = probability((c for c in sets if id_ in c), rates)
        rows.append(
            Importance(
                id_, out - kept, with_it / whole, out / whole, whole / kept if kept > 0 else inf
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.birnbaum, row.id)))


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
