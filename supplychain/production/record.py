"""From walked quarters to a :class:`Production`, with another one before the first of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from supplychain.production.plan import Plan
from supplychain.production.recipes import Floats, Recipes
from supplychain.production.result import Production
from supplychain.production.starting import CAUSES
from supplychain.production.walk import Model, Quarterly, State


def record(
    model: Model,
    walked: Sequence[tuple[State, Quarterly]],
    kept: Floats,
    before: Production | None = None,
) -> Production:
    """Lay walked quarters out as arrays.

    Args:
        model: What was walked.
        walked: The quarters from some period to the end of the grid, one scenario each.
        kept: Share of its own output that each supply keeps, supply x period.
        before: What happened until then, of the same plan or of another over the same quarters.
    """
    of, plan = model.recipes, model.plan
    pairs = tuple((n, s) for n, x in enumerate(plan.links) for s in x.senders)
    first = model.periods - len(walked)
    supplies, lines = len(plan.supplies), len(plan.lines)
    sizes = {
        "planned": len(of.names),
        "start": len(of.names),
        "ship": len(of.names),
        "make": supplies,
        "stock": supplies,
        "use": len(pairs),
        "bank": len(plan.links),
        "filled": len(plan.links),
        "backlog": len(plan.markets),
        "lent": len(of.accounts),
        "capacity": lines,
    }
    arrays = {name: np.zeros((size, model.periods)) for name, size in sizes.items()}
    short = {cause: np.zeros((len(of.names), model.periods)) for cause in CAUSES}
    if before is not None:
        names = _names(plan, pairs, of.accounts)
        others = _names(before.plan, before.pairs, before.accounts)
        for name, array in arrays.items():
            _lay(array, names[name], getattr(before, name), others[name], first)
        for cause, array in short.items():
            _lay(array, names["ship"], before.short[cause], others["ship"], first)
    place = {pair: row for row, pair in enumerate(pairs)}
    for t, (state, now) in enumerate(walked, first):
        _fill(of, model, t, state, now, arrays, short, place)
    for array in (*arrays.values(), *short.values()):
        array.setflags(write=False)
    window = (0, plan.reported - 1) if before is None else before.window
    return Production(plan, window, pairs, of.accounts, short=short, kept=kept, **arrays)


def _fill(
    of: Recipes,
    model: Model,
    t: int,
    state: State,
    now: Quarterly,
    arrays: dict[str, Floats],
    short: dict[str, Floats],
    place: dict[tuple[int, int], int],
) -> None:
    """One quarter; every array of it has one scenario."""
    tables, started = model.tables[t], now.started
    arrays["planned"][:, t] = now.goal[:, 0]
    arrays["start"][:, t] = started.units[:, 0]
    arrays["ship"][:, t] = now.sold[:, 0]
    arrays["backlog"][:, t] = state.backlog[:, 0]
    arrays["capacity"][:, t] = now.capacity[:, 0]
    arrays["make"][of.supplies, t] = now.finished[:, 0]
    arrays["stock"][of.supplies, t] = state.held[:, 0]
    makers = list(of.memory_makers.supplies)
    arrays["make"][makers, t] += now.memory[:, 0]
    arrays["stock"][makers, t] += state.stock[:, 0]
    arrays["make"][list(of.die_makers.supplies), t] += now.dies[:, :, 0].sum(axis=1)
    use = arrays["use"]
    for slot, units in zip(tables.slots, started.on[:, 0].tolist(), strict=True):
        taken = units * of.plan.links[slot.link].per_unit
        use[place[slot.link, slot.supply], t] += taken
        arrays["make"][slot.supply, t] += taken
    for row, pair in np.argwhere(tables.memory.of_need > 0).tolist():
        need = of.memory[tables.memory.needs[row]]
        maker = makers[int(tables.memory.of_maker[:, pair].argmax())]
        use[place[need.link, maker], t] += float(started.memory[pair, 0])
    for k, need in enumerate(of.dies):
        arrays["bank"][need.link, t] = float(state.bank[k, 0])
        for m, supply in enumerate(of.die_makers.supplies):
            if (need.link, supply) in place:
                use[place[need.link, supply], t] += float(now.dies[m, k, 0])
    for link, share in started.filled.items():
        arrays["filled"][link, t] = float(share[0])
    for row, account in enumerate(tables.rows.account.tolist()):
        if account >= 0:
            arrays["lent"][account, t] = float(started.lent[row, 0])
    assert started.short is not None
    for i, cause in enumerate(CAUSES):
        short[cause][:, t] = started.short[i, :, 0]
    short["product"][:, t] = (now.planned - now.goal)[:, 0]


def _lay(
    array: Floats,
    names: Sequence[Hashable],
    old: Floats,
    known: Sequence[Hashable],
    until: int,
) -> None:
    """Copy what was before a period, by name; what this plan does not have is dropped."""
    rows = {name: row for row, name in enumerate(known)}
    for row, name in enumerate(names):
        if name in rows:
            array[row, :until] = old[rows[name], :until]


def _names(
    plan: Plan, pairs: Sequence[tuple[int, int]], accounts: Sequence[tuple[str, int]]
) -> dict[str, list[Hashable]]:
    """What the rows of each array stand for, in any plan."""
    supplies: list[Hashable] = [s.id for s in plan.supplies]
    products: list[Hashable] = list(plan.products)
    links: list[Hashable] = [(plan.supplies[x.consumer].id, x.inputs) for x in plan.links]
    return {
        "planned": products,
        "start": products,
        "ship": products,
        "make": supplies,
        "stock": supplies,
        "use": [(links[n], supplies[s]) for n, s in pairs],
        "bank": links,
        "filled": links,
        "backlog": [m.book.products for m in plan.markets],
        "lent": [(holder, plan.lines[c].key) for holder, c in accounts],
        "capacity": [line.key for line in plan.lines],
    }
