"""How memory is shared out: every maker serves pro rata what is asked of it.

Needs are asked of their qualified makers. Those with few makers are thought of first: the weights
by which a need is spread are what its makers have left after a trial in which needs with one
maker ask, then those with two, and so on. Else the largest maker spends its line on generations
that others could make.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from supplychain.production.recipes import Floats, Makers
from supplychain.production.tables import Pairs

TINY = 1e-9
"""Keeps quotients finite; far below one unit of anything."""

REST = 1e-6
"""A rest below this share of what a maker offered counts as exactly this share of it.

What is left of a maker that is used up is rounding, and needs must not be spread in proportion to
rounding.
"""


def met(have: Floats, asked: Floats) -> Floats:
    """Share of what is asked that can be had, 0 to 1.

    Example:
        >>> met(np.array([3.0, 8.0]), np.array([4.0, 4.0])).tolist()
        [0.75, 1.0]
    """
    share: Floats = np.minimum(1.0, np.maximum(have, 0.0) / np.maximum(asked, TINY))
    return share


class Pool:
    """What can be had of each maker: from stock, then made on what is left of its lines.

    Attributes:
        stock: Maker x scenario.
        most: What each can still make, whatever else its lines are used for; ``None``: nothing.
        rest: What is left of each line of ``makers.lines``.
    """

    def __init__(
        self,
        makers: Makers,
        stock: Floats,
        most: Floats | None = None,
        rest: Floats | None = None,
    ) -> None:
        self.makers, self.stock, self.most, self.rest = makers, stock, most, rest

    def copy(self) -> Pool:
        """Another pool with the same content; arrays are never changed in place."""
        return Pool(self.makers, self.stock, self.most, self.rest)

    def offer(self) -> Floats:
        """What each maker can give."""
        if self.most is None or self.rest is None:
            return self.stock
        more: Floats = self.stock + np.minimum(self.most, self.makers.can(self.rest))
        return more

    def take(self, asked: Floats) -> Floats:
        """Take what is asked of each maker as far as it can be had; the share that is given."""
        from_stock = np.minimum(asked, self.stock)
        self.stock = self.stock - from_stock
        if self.most is None or self.rest is None:
            share: Floats = from_stock / np.maximum(asked, TINY)
            return share
        made = np.minimum(asked - from_stock, self.most)
        made = made * self.makers.least(met(self.rest, self.makers.draws @ made))
        self.most = self.most - made
        self.rest = np.maximum(self.rest - self.makers.draws @ made, 0.0)
        given: Floats = (from_stock + made) / np.maximum(asked, TINY)
        return given


def asked_of(pairs: Pairs, need: Floats, weight: Floats) -> Floats:
    """Needs spread over their makers in proportion to a weight: pair x scenario."""
    per_weight = need / np.maximum(pairs.of_need @ weight, TINY * TINY)
    asked: Floats = (pairs.of_need.T @ per_weight) * weight
    return asked


def weights(orders: Sequence[tuple[Pairs, Floats]], pool: Pool) -> list[Floats]:
    """By what needs are spread over makers, for needs served one list after the other."""
    trial = pool.copy()
    least = np.maximum(REST * trial.offer(), TINY * TINY)
    found = [np.zeros((pairs.of_need.shape[1], need.shape[1])) for pairs, need in orders]
    for rank in sorted({r for pairs, _ in orders for r in pairs.ranks}):
        for k, (pairs, need) in enumerate(orders):
            if rank in pairs.ranks:
                left = np.maximum(trial.offer(), least)
                weight = (pairs.of_maker.T @ left) * pairs.ranks[rank]
                found[k] = found[k] + weight
                trial.take(pairs.of_maker @ asked_of(pairs, need, weight))
    return found


def share(pairs: Pairs, need: Floats, pool: Pool, weight: Floats, rounds: int) -> Floats:
    """What each maker gives for each need, pair x scenario; taken out of the pool.

    What one maker cannot give is asked of the others in the next round.
    """
    least = np.maximum(REST * pool.offer(), TINY * TINY)
    flow = np.zeros_like(weight)
    for turn in range(rounds):
        asked = asked_of(pairs, need, weight)
        got = asked * (pairs.of_maker.T @ pool.take(pairs.of_maker @ asked))
        flow = flow + got
        if turn + 1 < rounds:
            need = np.maximum(need - pairs.of_need @ got, 0.0)
            weight = pairs.of_maker.T @ np.maximum(pool.offer(), least)
    return flow
