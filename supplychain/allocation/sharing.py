"""From a path and a supply to units: jointly over products that substitute for one another.

What orders can take together is bounded by every set of products: orders that can have nothing
outside the set cannot get more than the set. A path is followed by all orders at once; where a
set is used up, the orders bound to it stop, and the others go on. So no order could have more
without another of the same or an earlier stage having less: the lexicographically optimal
solution of Megiddo (1974), "Optimal flows in networks with multiple sources and sinks".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from supplychain.allocation.paths import Floats, Indices, Mask, Path, along, furthest, split
from supplychain.errors import AskError

ROUNDING = 1e-11
"""Share of the supply below which a remainder is rounding."""

MOST_SETS = 4_096
_BLOCK = 256


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """Which orders may take which products, in one quarter.

    Orders with the same products are of one *kind*; kinds that share a product, directly or
    through others, stand in one *block*.

    Attributes:
        kind: Of each order; -1 where it may take nothing.
        takes: Kind x product.
        sets: Sets of products that can be a bottleneck: set x product, sorted by block.
        bound: Kinds that can have nothing outside a set: set x kind.
        block: Of each set.
        block_of_kind: Of each kind.
    """

    kind: Indices
    takes: Mask
    sets: Mask
    bound: Mask
    block: Indices
    block_of_kind: Indices


def access(allowed: Mask) -> Access:
    """The structure of who may take what.

    Args:
        allowed: Order x product.

    Raises:
        AskError: Orders overlap in so many ways that the bottlenecks cannot be listed.
    """
    lists = [row.tobytes() for row in allowed]
    first = {row: order for order, row in reversed(list(enumerate(lists))) if any(row)}
    number = {row: k for k, row in enumerate(sorted(first))}
    kind = np.array([number.get(row, -1) for row in lists], dtype=np.intp)
    takes = allowed[[first[row] for row in number]].reshape(len(number), allowed.shape[1])
    blocks = _blocks(takes)
    sets: list[tuple[int, Mask]] = []
    for block in range(max(blocks, default=-1) + 1):
        members = [takes[k] for k in range(len(takes)) if blocks[k] == block]
        sets += [(block, s) for s in _unions(members)]
    table = np.array([s for _, s in sets], dtype=bool).reshape(len(sets), allowed.shape[1])
    outside = takes[None, :, :] & ~table[:, None, :]
    return Access(
        kind,
        takes,
        table,
        ~outside.any(axis=2),
        np.array([b for b, _ in sets], dtype=np.intp),
        np.array(blocks, dtype=np.intp),
    )


def _blocks(takes: Mask) -> list[int]:
    """Number of the block of each kind."""
    links = np.asarray((takes[:, None, :] & takes[None, :, :]).any(axis=2))
    block = [-1] * len(takes)
    count = 0
    for start in range(len(takes)):
        if block[start] >= 0:
            continue
        waiting = [start]
        while waiting:
            k = waiting.pop()
            if block[k] < 0:
                block[k] = count
                waiting += np.flatnonzero(links[k]).tolist()
        count += 1
    return block


def _unions(members: list[Mask]) -> list[Mask]:
    """Every union of some of the sets."""
    found: dict[bytes, Mask] = {}
    for one in members:
        for other in [one, *(one | f for f in found.values())]:
            found.setdefault(other.tobytes(), other)
        if len(found) > MOST_SETS:
            raise AskError(
                f"the orders' lists of products overlap in more than {MOST_SETS:,} ways; "
                "let orders name groups of products rather than single ones"
            )
    return list(found.values())


def positions(path: Path, supply: Floats, who: Access) -> Floats:
    """How far along the path each kind of orders comes.

    Args:
        path: Of the orders.
        supply: Units, scenario x product, not negative.
        who: Which orders may take what.

    Returns:
        Positions, scenario x kind.
    """
    kinds = len(who.takes)
    scenarios = max(len(supply), len(path.amounts))
    room = np.broadcast_to(supply @ who.sets.T.astype(float), (scenarios, len(who.sets)))
    position = np.zeros((scenarios, kinds))
    if kinds == 0:
        return position
    belongs = (who.kind[:, None] == np.arange(kinds)).astype(float)
    totals = np.swapaxes(path.amounts @ belongs, 1, 2)
    curves = who.bound.astype(float) @ totals
    moving = np.ones((scenarios, kinds), dtype=bool)
    _stop(furthest(curves, room), who, position, moving)
    todo = np.flatnonzero(moving.any(axis=1))
    for start in range(0, len(todo), _BLOCK):
        rows = todo[start : start + _BLOCK]
        own = totals if len(totals) == 1 else totals[rows]
        position[rows] = _continued(own, room[rows], who, position[rows], moving[rows])
    return position


def _continued(totals: Floats, room: Floats, who: Access, position: Floats, moving: Mask) -> Floats:
    """Follow the path with those that still move, until nobody does."""
    knots = totals.shape[2]
    while moving.any():
        knot, way = split(position, knots)
        each = np.arange(len(totals))[:, None], np.arange(position.shape[1])[None, :]
        low = totals[(*each, knot)]
        held = np.where(moving, 0.0, low + way * (totals[(*each, knot + 1)] - low))
        left = room - held @ who.bound.T.astype(float)
        bound = who.bound[None, :, :] & moving[:, None, :]
        at = furthest(
            np.matmul(bound.astype(float), np.broadcast_to(totals, (len(room), *totals.shape[1:]))),
            left,
        )
        at = np.where(bound.any(axis=2), at, knots - 1.0)
        _stop(at, who, position, moving)
    return position


def _stop(at: Floats, who: Access, position: Floats, moving: Mask) -> None:
    """In every block, stop the kinds bound to the sets that are used up first."""
    starts = np.flatnonzero(np.diff(who.block, prepend=-1))
    first = np.minimum.reduceat(at, starts, axis=1)
    used_up = at <= first[:, who.block]
    stopped = moving & ((used_up.astype(float) @ who.bound.astype(float)) > 0)
    position[stopped] = first[:, who.block_of_kind][stopped]
    moving &= ~stopped


def amounts(path: Path, position: Floats, who: Access) -> Floats:
    """Units of each order, scenario x order."""
    out = np.zeros((len(position), path.amounts.shape[2]))
    for k in range(len(who.takes)):
        members = np.flatnonzero(who.kind == k)
        if len(members) == out.shape[1]:
            out = np.empty_like(out)
            along(path.amounts, position[:, k], out)
        else:
            part = np.empty((len(position), len(members)))
            along(path.amounts[:, :, members], position[:, k], part)
            out[:, members] = part
    return out


def spread(given: Floats, supply: Floats, who: Access) -> Floats:
    """Which products make up the units of each order.

    Every order draws on its products in proportion to what is left of them, but never on what
    those need who can have nothing else.

    Args:
        given: Units, scenario x order, as :func:`amounts` gives them.
        supply: Units, scenario x product.
        who: Which orders may take what.

    Returns:
        Units, scenario x order x product.
    """
    kinds = len(who.takes)
    need = (
        np.stack([given[:, who.kind == k].sum(axis=1) for k in range(kinds)], axis=1)
        if kinds
        else np.zeros((len(given), 0))
    )
    flow = flows(need, supply, who)
    share = np.divide(flow, need[:, :, None], out=np.zeros_like(flow), where=need[:, :, None] > 0)
    out = (
        given[:, :, None] * share[:, who.kind, :]
        if kinds
        else np.zeros((*given.shape, supply.shape[1]))
    )
    out[:, who.kind < 0] = 0.0
    return np.asarray(out)


def flows(need: Floats, supply: Floats, who: Access) -> Floats:
    """Units from each product to each kind, scenario x kind x product."""
    left = np.broadcast_to(supply, (len(need), supply.shape[1])).copy()
    need = need.copy()
    flow = np.zeros((len(need), *who.takes.shape))
    least = ROUNDING * np.maximum(1.0, supply.sum(axis=1))
    may = np.broadcast_to(who.takes, flow.shape).copy()
    unbound = ~who.bound[:, :, None] & who.sets[:, None, :]
    # Each round uses up a product or a set, or fills every need.
    for _ in range(len(who.sets) + supply.shape[1] + 1):
        if not (need > least[:, None]).any():
            break
        slack = left @ who.sets.T.astype(float) - need @ who.bound.T.astype(float)
        tight = slack <= least[:, None]
        may &= ~(tight[:, :, None, None] & unbound[None]).any(axis=1)
        may &= (left > 0)[:, None, :]
        drawn = _drawn(need, left, may)
        outflow = np.einsum("skp,qkp->sq", drawn, unbound.astype(float))
        taken = drawn.sum(axis=1)
        part = np.minimum(_ratio(slack, outflow).min(axis=1), _ratio(left, taken).min(axis=1))
        drawn *= np.clip(part, 0.0, 1.0)[:, None, None]
        flow += drawn
        need = np.maximum(need - drawn.sum(axis=2), 0.0)
        left = np.maximum(left - drawn.sum(axis=1), 0.0)
        left[left <= least[:, None] * 1e-3] = 0.0
    return flow


def _drawn(need: Floats, left: Floats, may: Mask) -> Floats:
    """Every need met from its products in proportion to what is left of them."""
    within = np.where(may, left[:, None, :], 0.0)
    reach = within.sum(axis=2, keepdims=True)
    return np.asarray(
        need[:, :, None] * np.divide(within, reach, out=np.zeros_like(within), where=reach > 0)
    )


def _ratio(above: Floats, below: Floats) -> Floats:
    """How often the one goes into the other; infinite where nothing is drawn."""
    return np.divide(
        np.maximum(above, 0.0), below, out=np.full_like(below, np.inf), where=below > 0
    )


def clearing_prices(inverse: Floats, position: Floats, who: Access) -> Floats:
    """Price at which the last unit of each product is taken, scenario x product.

    0 where there is enough for everybody; the highest where kinds of orders differ.
    """
    knots = inverse.shape[1]
    knot = np.minimum(position.astype(np.intp), knots - 2)
    rows = (
        np.arange(len(position))[:, None] if len(inverse) > 1 else np.zeros((1, 1), dtype=np.intp)
    )
    low, high = inverse[rows, knot], inverse[rows, knot + 1]
    at = low + (position - knot) * (high - low)
    price = np.divide(1.0, at, out=np.zeros_like(at), where=(at > 0) & (position < knots - 1))
    return np.asarray((price[:, :, None] * who.takes).max(axis=1, initial=0.0))
