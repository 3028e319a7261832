"""What memory is made in a quarter: for the starts of the quarter, then ahead for the next."""

from __future__ import annotations

import numpy as np

from supplychain.production.recipes import Floats, Recipes
from supplychain.production.sharing import Pool, share, weights
from supplychain.production.tables import Pairs, Tables

ROUNDS = 4
"""In which makers are asked; three leave a little more of what could be made undone."""


def make_memory(
    of: Recipes,
    t: int,
    now: Tables,
    following: Tables | None,
    capacity: Floats,
    whole: Floats,
    kept: Floats | None,
    planned: Floats,
    hoped: Floats | None,
    stock: Floats,
) -> Floats:
    """Memory made by each maker, maker x scenario.

    Args:
        of: What no scenario changes.
        t: The period.
        now: Tables of the period.
        following: Tables of the next; ``None`` at the end of the grid.
        capacity: Line x scenario, what shocks leave.
        whole: The same without shocks.
        kept: Share of its own output that each supply keeps; ``None``: everything.
        planned: Starts planned now.
        hoped: Starts planned for the next quarter on undisturbed capacity: what is expected.
        stock: In stock before, maker x scenario.
    """
    makers = of.memory_makers
    rest = capacity[makers.lines]
    most = makers.can(rest) * makers.exists[:, t, None]
    if kept is not None:  # a maker makes at most its share of what its lines could make of it
        able = kept[list(makers.supplies)] * makers.can(whole[makers.lines])
        most = np.minimum(most, able * makers.exists[:, t, None])
    orders: list[tuple[Pairs, Floats]] = []
    for tables, starts, ahead in ((now, planned, False), (following, hoped, True)):
        if tables is None or starts is None or not len(tables.memory.needs):
            continue
        pairs = tables.memory
        need = starts[tables.products[pairs.eater]] * pairs.per_unit
        if ahead:
            need = need * of.ahead[pairs.needs, None]
        orders.append((pairs, np.broadcast_to(need, (len(need), stock.shape[1]))))
    pool = Pool(makers, stock, most, rest)
    for (pairs, need), weight in zip(orders, weights(orders, pool), strict=True):
        share(pairs, need, pool, weight, ROUNDS)
    assert pool.most is not None
    made: Floats = most - pool.most
    return made
