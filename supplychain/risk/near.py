"""Nearly single points: needs that hold in the yes-or-no sense while hardly anyone is left.

Each member of a requirement weighs its share among the qualified makers that are up, times
1 + its spare output; a requirement fails when those left weigh less than a quarter of it.
"""

from __future__ import annotations

from collections import defaultdict

from supplychain.model import Network
from supplychain.model.shares import shares_of
from supplychain.risk.cascade import Falls, System, system
from supplychain.risk.structure import Structure

NEAR_COVER = 0.25
"""Below this share of a need, the makers left count as no help."""

_ONE = 1_000_000
"""The weight of a whole need: counting in millionths keeps sums exact."""


def near_system(network: Network, of: Structure) -> tuple[System, frozenset[int]]:
    """The structure with members weighed by what they can cover.

    Shares of alternatives are not comparable (a package and another package), so each
    alternative that has makers counts equally.

    Returns:
        The system, and the requirements whose weights rest on an estimate.
    """
    shares, guessed = makers_shares(network, of)
    weights: list[list[int]] = []
    estimates: set[int] = set()
    for number, requirement in enumerate(of.requirements):
        weights.append([round(_ONE * w) for w in _cover(of, requirement.members, shares)])
        several = len({of.supplies[m].commodity for m in requirement.members}) > 1
        if several or guessed.intersection(requirement.members):
            estimates.add(number)
    return system(
        len(of.supplies),
        [r.members for r in of.requirements],
        [r.users for r in of.requirements],
        weights,
        floor=round(_ONE * NEAR_COVER),
    ), frozenset(estimates)


def cover_left(near: System, exact: Falls, falls: Falls) -> dict[int, float]:
    """The cover left, 0 to 1, of the requirements that fail for lack of cover alone.

    Args:
        near: The weighed system.
        exact: What the removal takes down where one member is enough.
        falls: What it takes down in the weighed system.
    """
    lost: dict[int, int] = defaultdict(int)
    for supply in exact.supplies:
        for k, requirement in enumerate(near.feeds[supply], near.feeds.starts[supply]):
            lost[requirement] += near.weights[k]
    without_any = frozenset(exact.requirements)
    left = {r: near.total[r] - lost[r] for r in falls.requirements if r not in without_any}
    return {r: weight / _ONE for r, weight in sorted(left.items()) if weight < near.floor}


def makers_shares(network: Network, of: Structure) -> tuple[dict[int, float], set[int]]:
    """Supply to its share of its commodity's supply that is up; and those that are estimates.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> from supplychain.risk.structure import structure
        >>> _, estimated = makers_shares(network, structure(network, sc.Quarter(2024, 4)))
        >>> len(estimated) > 0
        True
    """
    shares: dict[int, float] = {}
    guessed: set[int] = set()
    for commodity in sorted({s.commodity for s in of.supplies}):
        positions = of.makers(commodity)
        known = shares_of(network, [of.supplies[p] for p in positions], of.at)
        shares.update(zip(positions, known.value, strict=True))
        if known.estimated:
            guessed.update(positions)
    return shares, guessed


def members_shares(
    of: Structure, members: tuple[int, ...], shares: dict[int, float]
) -> list[float]:
    """Share of each member in the need, those of one alternative renormalized; they add up to 1."""
    held: dict[str, list[int]] = defaultdict(list)
    for member in members:
        held[of.supplies[member].commodity].append(member)
    found = []
    for member in members:
        rivals = held[of.supplies[member].commodity]
        total = sum(shares[r] for r in rivals)
        share = shares[member] / total if total > 0 else 1 / len(rivals)
        found.append(share / len(held))
    return found


def _cover(of: Structure, members: tuple[int, ...], shares: dict[int, float]) -> list[float]:
    """Share × (1 + surge) of each member."""
    parts = zip(members, members_shares(of, members, shares), strict=True)
    surges = ((share, of.supplies[member].surge) for member, share in parts)
    return [share * (1 + (surge.value if surge else 0.0)) for share, surge in surges]
