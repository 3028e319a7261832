"""What is planned for a quarter: capacity left, and starts on the booked packaging."""

from __future__ import annotations

import numpy as np

from supplychain.production.recipes import Floats, Recipes, split_of
from supplychain.production.sharing import TINY
from supplychain.production.tables import Tables


def planned_starts(of: Recipes, tables: Tables, t: int, capacity: Floats) -> Floats:
    """Starts by product if lines have some capacity, product x scenario.

    The largest volume of the designer's mix that fits into every set of the lines it has booked.

    Args:
        of: What no scenario changes.
        tables: Of the period.
        t: The period.
        capacity: Line x scenario.
    """
    starts = np.zeros((len(of.names), capacity.shape[1]))
    if len(tables.products):
        volumes = tables.volumes
        volume = np.minimum.reduceat(volumes.sets @ capacity, volumes.starts, axis=0)
        starts[tables.products] = of.mix[tables.products, t, None] * volume[volumes.designer]
    return starts


def lines_left(
    of: Recipes, tables: Tables, t: int, capacity: Floats, kept: Floats, hoped: Floats
) -> Floats:
    """Capacity that shocks leave, line x scenario.

    A cut common to all supplies of a line lowers the line. A cut of one of them takes away what
    that one would have made of it by plan; no more, since the others may use what it frees.

    Args:
        of: What no scenario changes.
        tables: Of the period.
        t: The period.
        capacity: Undisturbed, line x scenario.
        kept: Share of its own output that each supply keeps, supply x scenario.
        hoped: Starts planned on the undisturbed capacity.
    """
    left = np.array(np.broadcast_to(capacity, (len(capacity), kept.shape[-1])))
    for c, line in enumerate(of.plan.lines):
        members = list(line.members)
        k = kept[members]
        if k.min() >= 1:
            continue
        share = k.max(axis=0)
        if len(members) > 1:
            gone = sum(
                (1 - k[i]) * part_by_plan(of, tables, t, c, m, capacity[c], hoped)
                for i, m in enumerate(members)
            )
            share = np.minimum(share, 1 - gone)
        left[c] = capacity[c] * np.clip(share, 0.0, 1.0)
    return left


def part_by_plan(
    of: Recipes, tables: Tables, t: int, line: int, supply: int, capacity: Floats, hoped: Floats
) -> Floats:
    """Share of a line that a supply would take by plan: its part of a split line, else its starts.

    Args:
        of: What no scenario changes.
        tables: Of the period.
        t: The period.
        line: The line.
        supply: One that runs on it.
        capacity: Of the line, undisturbed, by scenario.
        hoped: Starts planned on the undisturbed capacity.
    """
    shared = of.plan.lines[line]
    part = split_of(of.plan, supply)
    if part is not None:
        whole, own = shared.per_quarter[t], of.plan.lines[part].per_quarter[t]
        share = shared.members[supply] * own / whole if whole > 0 else 0.0
        return np.full(hoped.shape[1], share)
    use = np.zeros(hoped.shape[1])
    for slot, on_it in zip(tables.slots, tables.part, strict=True):
        if slot.supply == supply:
            use += hoped[slot.product] * on_it * slot.draws[line]
    taken: Floats = use / np.maximum(capacity, TINY)
    return taken
