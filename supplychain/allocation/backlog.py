"""What changes from quarter to quarter: open orders, commitments, the sellers' stock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from supplychain.allocation.orders import Lines
from supplychain.allocation.paths import Floats

DUST = 1e-12
"""What is left of an order after so small a share of a delivery is rounding, and no order."""


@dataclass(slots=True, eq=False)
class State:
    """What waits and what has been delivered so far; every array with scenarios first.

    Attributes:
        waiting: Open orders by the quarter they were placed in, scenario x quarter x line; those
            of later quarters stand ready.
        promised: Open commitments, scenario x line.
        stock: Units nobody took yet, scenario x product.
        orders, exchanged, wanted, backlog, waited, moved: Buyer x quarter.
        delivered: Buyer x product x quarter.
        unsold, price: Product x quarter.
    """

    waiting: Floats
    promised: Floats
    stock: Floats
    orders: Floats
    exchanged: Floats
    wanted: Floats
    backlog: Floats
    waited: Floats
    moved: Floats
    delivered: Floats
    unsold: Floats
    price: Floats


def nothing_yet(scenarios: int, lines: Lines) -> State:
    """Before the first quarter."""
    quarters = lines.new.shape[1]
    flat = scenarios, len(lines.buyers), quarters
    wide = scenarios, len(lines.products), quarters
    return State(
        waiting=np.repeat(lines.new.T[None], scenarios, axis=0),
        promised=np.zeros((scenarios, len(lines.owner))),
        stock=np.zeros((scenarios, len(lines.products))),
        orders=np.repeat(lines.by_buyer(lines.new[None]), scenarios, axis=0),
        exchanged=np.zeros(flat),
        wanted=np.zeros(flat),
        backlog=np.zeros(flat),
        waited=np.zeros(flat),
        moved=np.zeros(flat),
        delivered=np.zeros((scenarios, len(lines.buyers), len(lines.products), quarters)),
        unsold=np.zeros(wide),
        price=np.zeros(wide),
    )


def book(state: State, lines: Lines, by_product: Floats, t: int) -> None:
    """Take deliveries (scenario x line x product) off the oldest orders first, and note them."""
    given = by_product.sum(axis=2)
    open_ = state.waiting[:, : t + 1]
    before = open_.cumsum(axis=1) - open_
    served = np.clip(given[:, None, :] - before, 0.0, open_)
    state.wanted[..., t] = lines.by_buyer(open_.sum(axis=1))
    open_ -= served
    open_[open_ <= DUST * given[:, None, :]] = 0.0
    left = open_.sum(axis=1)
    state.promised = np.minimum(np.maximum(state.promised - given, 0.0), left)
    ages = np.arange(t, -1, -1.0)
    state.delivered[..., t] = lines.by_buyer(by_product)
    state.waited[..., t] = lines.by_buyer(np.einsum("sal,a->sl", served, ages))
    state.backlog[..., t] = lines.by_buyer(left)
    state.unsold[..., t] = state.stock


def carry_over(state: State, lines: Lines, t: int, cancel: float, move: float) -> None:
    """Some of what waits moves to the buyer's own chips, then some of it is withdrawn."""
    open_ = state.waiting[:, : t + 1]
    if t + 1 < state.waiting.shape[1]:
        for line, own, worth in moves(lines, t + 1):
            moved = move * open_[:, :, line].sum(axis=1)
            open_[:, :, line] *= 1 - move
            state.waiting[:, t + 1, own] += moved * worth
            buyer = lines.owner[line]
            state.exchanged[:, buyer, t + 1] += moved * (worth - 1)
            state.moved[:, buyer, t + 1] += moved
    open_ *= 1 - cancel


def moves(lines: Lines, t: int) -> list[tuple[int, int, float]]:
    """Orders that can move in a quarter: the line, that for own chips, and own chips for one.

    Own chips for one are as many as have its H100 equivalents; both by the mean of what the
    line may take in the quarter.
    """
    found = []
    for line in np.flatnonzero(lines.builder).tolist():
        for own in np.flatnonzero(lines.own & (lines.owner == lines.owner[line])).tolist():
            mine, others = (lines.h100e[lines.allowed[n, :, t]] for n in (own, line))
            if len(mine) and len(others) and not lines.as_ordered[lines.allowed[own, :, t]].all():
                found.append((line, own, float(others.mean() / mine.mean())))
                break
    return found
