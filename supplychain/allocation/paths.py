"""A rule of rationing as a path: how deliveries grow as supply grows.

A path starts where nobody has anything and ends where every order is filled. Between, it is a
polygon: at each knot it holds what every order has, and from knot to knot all amounts grow in
proportion. How far along the path a quarter comes is decided by its supply alone, so a rule is
worked out once for all scenarios that share the orders.

Every knot is the end of a *stage*: orders of one stage are served before those of the next, and
within a stage amounts grow with the weights until an order is full (water-filling).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]
Indices: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """What every order has at each knot.

    Attributes:
        amounts: Units, scenario x knot x order, never falling along the knots; the first axis has
            length 1 where all scenarios share the path.
        inverse_price: For rules with a price, one over the price at each knot, scenario x knot.
    """

    amounts: Floats
    inverse_price: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """Orders served together.

    Attributes:
        size: What each order takes in this stage, scenario x order.
        weight: How fast it fills, scenario x order; 0 only where the size is 0 too.
    """

    size: Floats
    weight: Floats


def staged(stages: Sequence[Stage]) -> Path:
    """The path through stages, one after the other.

    Within a stage order i has ``min(size_i, level * weight_i)`` at a level common to all.
    """
    scenarios, orders = stages[0].size.shape
    done = np.zeros((scenarios, orders))
    rows = [done[:, None, :]]
    for stage in stages:
        taking = (stage.size > 0).any(axis=0)
        if not taking.any():
            continue
        size, weight = stage.size[:, taking], stage.weight[:, taking]
        full_at = np.sort(np.divide(size, weight, out=np.zeros_like(size), where=size > 0))
        block = np.repeat(done[:, None, :], full_at.shape[1], axis=1)
        block[:, :, taking] += np.minimum(
            size[:, None, :], full_at[:, :, None] * weight[:, None, :]
        )
        done = done + stage.size
        block[:, -1] = done
        rows.append(block)
    if len(rows) == 1:
        rows.append(done[:, None, :])
    return Path(np.concatenate(rows, axis=1))


def after(first: Floats, path: Path) -> Path:
    """The path that serves ``first`` (scenario x order) pro rata before it follows another."""
    begin = staged([Stage(first, first)]).amounts
    scenarios = max(len(begin), len(path.amounts))
    rest = path.amounts + first[:, None, :]
    parts = [np.broadcast_to(p, (scenarios, *p.shape[1:])) for p in (begin, rest[:, 1:])]
    price = path.inverse_price
    if price is not None:
        held = np.broadcast_to(price[:, :1], (scenarios, begin.shape[1]))
        price = np.concatenate(
            [held, np.broadcast_to(price, (scenarios, price.shape[1]))[:, 1:]], 1
        )
    return Path(np.concatenate(parts, axis=1), price)


def along(table: Floats, position: Floats, out: Floats) -> None:
    """Write the rows of a table at positions between its knots.

    Args:
        table: 1 or scenarios x knot x column.
        position: Knot, with the way to the next as its fraction; by scenario.
        out: Scenario x column.
    """
    knot, way = split(position, table.shape[1])
    if len(table) > 1 or len(position) < table.shape[1]:
        row = np.arange(len(table))
        low = table[row, knot]
        out[...] = low + way[:, None] * (table[row, knot + 1] - low)
        return
    steps = np.diff(table[0], axis=0)
    # Blocks that stay in the cache: every pass but the last is then free of memory traffic.
    rows = max(1, 65_536 // max(1, table.shape[2]))
    low = np.empty((rows, table.shape[2]))
    for start in range(0, len(position), rows):
        here = slice(start, start + rows)
        block = out[here]
        np.take(steps, knot[here], axis=0, out=block, mode="clip")
        block *= way[here, None]
        part = low[: len(block)]
        np.take(table[0], knot[here], axis=0, out=part, mode="clip")
        block += part


def split(position: Floats, knots: int) -> tuple[Indices, Floats]:
    """Knot and way to the next; the last knot is the end of the last step."""
    knot = np.minimum(position.astype(np.intp), knots - 2)
    return knot, position - knot


def furthest(curves: Floats, room: Floats) -> Floats:
    """How far each curve can be followed before it exceeds its room.

    Args:
        curves: 1 or scenarios x curve x knot, never falling.
        room: Scenario x curve.

    Returns:
        Positions, scenario x curve.
    """
    knots = curves.shape[2]
    if len(curves) == 1:
        passed = np.stack(
            [np.searchsorted(curve, room[:, q], side="right") for q, curve in enumerate(curves[0])],
            axis=1,
        )
    else:
        passed = (curves <= room[:, :, None]).sum(axis=2)
    knot = np.clip(passed - 1, 0, knots - 2)
    if len(curves) == 1:
        each = np.arange(curves.shape[1])
        low, high = curves[0, each, knot], curves[0, each, knot + 1]
    else:
        low = np.take_along_axis(curves, knot[:, :, None], axis=2)[:, :, 0]
        high = np.take_along_axis(curves, knot[:, :, None] + 1, axis=2)[:, :, 0]
    step = high - low
    way = np.divide(room - low, step, out=np.ones_like(step), where=step > 0)
    return np.asarray(knot + np.clip(way, 0.0, 1.0), dtype=float)
