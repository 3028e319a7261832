"""What is started in a quarter: three passes of rationing, each pro rata.

    own      the plan, on the holder's own booking
    more     up to the band beyond the plan, on what is left of the own booking
    lent     the same, on what others leave unused of the line

In each round what is still wanted is cut down by orders, dies, packaging and memory in turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from supplychain.production.recipes import Floats, Recipes
from supplychain.production.sharing import TINY, Pool, met, share, weights
from supplychain.production.tables import Tables

CAUSES = ("product", "orders", "dies", "packaging", "memory")
"""What can keep a product below its plan, in the order in which they are asked."""

ROUNDS = (3, 2, 2)
"""Of rationing in the three passes; more of them change no result by a percent."""

MEMORY_ROUNDS = 3


@dataclass(slots=True, eq=False)
class Started:
    """What was started, and what it took.

    Attributes:
        units: Product x scenario.
        stock, bank: What is left of memory and dies.
        on: Units by slot of the tables.
        memory: Taken by pair of the tables.
        short: Cause x product x scenario: what of the plan could not be started on the own
            booking, by what was short first; ``None`` unless asked for.
        lent: Capacity used beyond the own booking, by row of the tables.
        filled: Share of the plan's need that could be met, by link, in the first round;
            empty unless asked for.
    """

    units: Floats
    stock: Floats
    bank: Floats
    on: Floats
    memory: Floats
    short: Floats | None
    lent: Floats
    filled: dict[int, Floats]


@dataclass(slots=True, eq=False)
class _Left:
    """What is still there while starts are shared out."""

    rows: Floats
    stock: Floats
    bank: Floats
    room: Floats
    filled: dict[int, Floats]


def start(
    of: Recipes,
    tables: Tables,
    capacity: Floats,
    goal: Floats,
    most: Floats,
    stock: Floats,
    bank: Floats,
    room: Floats,
    detail: bool,
) -> Started:
    """Share out what there is.

    Args:
        of: What no scenario changes.
        tables: Of the period.
        capacity: Line x scenario, what shocks leave.
        goal: Starts by plan, product x scenario.
        most: The same with the band.
        stock: Memory that can be used, maker x scenario.
        bank: Dies in hand, need x scenario.
        room: What order books leave open, market x scenario; infinite where none is known.
        detail: Whether to say what was short.
    """
    n = goal.shape[1]
    short = np.zeros((len(CAUSES), len(of.names), n)) if detail else None
    rows = tables.rows.share * capacity[tables.rows.line]
    left = _Left(rows, stock, bank.copy(), room.copy(), {})
    on = np.zeros((len(tables.slots), n))
    memory = np.zeros((tables.memory.of_need.shape[1], n))
    lent = np.zeros_like(left.rows)
    done = np.zeros((len(tables.products), n))
    wanted = goal[tables.products], most[tables.products], most[tables.products]
    for step in range(3 if len(tables.products) else 0):
        for turn in range(ROUNDS[step]):
            first = step == 0 and turn == 0
            want = np.maximum(wanted[step] - done, 0.0)
            found = short if first else None
            want = _for_orders(tables, want, left, found)
            want = _for_dies(of, tables, want, left, found)
            by_slot = _for_packaging(tables, want, left, step == 2, capacity, first, found)
            by_slot, flow = _for_memory(of, tables, by_slot, left, found)
            units = tables.of_product @ by_slot
            load = tables.rows.takes @ by_slot
            left.rows = np.maximum(left.rows - load, 0.0)
            if step == 2:
                lent += load
            _take_dies(tables, units, left)
            left.room = np.maximum(left.room - _asked_by_market(tables, units), 0.0)
            on += by_slot
            memory += flow
            done += units
    started = np.zeros_like(goal)
    started[tables.products] = done
    return Started(started, left.stock, left.bank, on, memory, short, lent, left.filled)


def _asked_by_market(tables: Tables, units: Floats) -> Floats:
    asked: Floats = tables.markets @ units
    return asked


def _note(found: Floats | None, cause: str, tables: Tables, lost: Floats) -> None:
    if found is not None:
        found[CAUSES.index(cause), tables.products] = lost


def _for_orders(tables: Tables, want: Floats, left: _Left, found: Floats | None) -> Floats:
    """Pro rata into the room of the order book."""
    if not tables.markets.any():
        return want
    kept = 1 - tables.markets.T @ (1 - met(left.room, _asked_by_market(tables, want)))
    _note(found, "orders", tables, want * (1 - kept))
    cut: Floats = want * kept
    return cut


def _for_dies(
    of: Recipes, tables: Tables, want: Floats, left: _Left, found: Floats | None
) -> Floats:
    """As far as the scarcest dies of a product go."""
    if not len(tables.dies):
        return want
    have = met(left.bank[tables.dies], want[tables.die_eater] * tables.die_per_unit)
    kept = np.ones_like(want)
    kept[tables.die_eaters] = np.minimum.reduceat(have, tables.die_first, axis=0)
    _note(found, "dies", tables, want * (1 - kept))
    if found is not None:
        for row, k in enumerate(tables.dies.tolist()):
            left.filled[of.dies[k].link] = have[row]
    cut: Floats = want * kept
    return cut


def _take_dies(tables: Tables, units: Floats, left: _Left) -> None:
    if len(tables.dies):
        used = units[tables.die_eater] * tables.die_per_unit
        left.bank[tables.dies] = np.maximum(left.bank[tables.dies] - used, 0.0)


def _for_packaging(
    tables: Tables,
    want: Floats,
    left: _Left,
    lent: bool,
    capacity: Floats,
    first: bool,
    found: Floats | None,
) -> Floats:
    """Over the lines of a product by what they have left, then as far as the tightest goes."""
    rows = tables.rows.lines if lent else tables.rows.every
    uses = tables.rows.lines_of_slot if lent else tables.rows.of_slot
    takes, room = tables.rows.takes[rows], left.rows[rows]
    if tables.several:
        by_plan = tables.booked * capacity[tables.slot_line]
        weight = (by_plan if first else room[uses].min(axis=1)) + TINY
        asked = want[tables.slot_product] * weight
        by_slot = asked / (tables.of_product @ weight)[tables.slot_product]
    else:
        by_slot = want
    fits: Floats = by_slot * met(room, takes @ by_slot)[uses].min(axis=1)
    _note(found, "packaging", tables, want - tables.of_product @ fits)
    return fits


def _for_memory(
    of: Recipes, tables: Tables, by_slot: Floats, left: _Left, found: Floats | None
) -> tuple[Floats, Floats]:
    """As far as the scarcest memory of a product goes; what it takes, by pair."""
    pairs = tables.memory
    if not len(pairs.needs):
        return by_slot, np.zeros((pairs.of_need.shape[1], by_slot.shape[1]))
    units = tables.of_product @ by_slot
    need = units[pairs.eater] * pairs.per_unit
    pool = Pool(of.memory_makers, left.stock)
    [weight] = weights([(pairs, need)], pool)
    flow = share(pairs, need, pool, weight, MEMORY_ROUNDS)
    filled = met(pairs.of_need @ flow, need)
    kept = np.ones_like(units)
    kept[pairs.eaters] = np.minimum.reduceat(filled, pairs.first, axis=0)
    _note(found, "memory", tables, units * (1 - kept))
    if found is not None:
        for row, k in enumerate(pairs.needs.tolist()):
            left.filled[of.memory[k].link] = filled[row]
    # A product that lacks one memory takes as little of its others.
    flow = flow * (pairs.of_need.T @ (kept[pairs.eater] / np.maximum(filled, 1e-300)))
    left.stock = np.maximum(left.stock - pairs.of_maker @ flow, 0.0)
    return by_slot * kept[tables.slot_product], flow
