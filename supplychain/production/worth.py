"""What one more unit of a line would bring, from the shadow prices of the program."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from supplychain.production.program import Floats
from supplychain.production.result import Production


def worth_of_capacity(production: Production) -> Mapping[str, Floats]:
    """Accelerators that one more unit of each line would bring, by quarter of the window.

    One more unit of capacity in the quarter alone, the shares booked of it unchanged: the shadow
    price of the line, of each booking on it times its share, of what is not booked times that
    share, and of what may be borrowed; divided by the mean value of the units shipped in the
    quarter. The ceiling on stock, which also grows with capacity, is left out. By strong duality
    this is the derivative of the plan's value (Bertsimas and Tsitsiklis 1997, section 5.2).
    """
    first, last = production.plan.window
    worth = value_of_capacity(production)
    mean = mean_value(production)
    return {
        line.key: np.divide(
            worth[i, first : last + 1], mean, out=np.zeros_like(mean), where=mean > 0
        )
        for i, line in enumerate(production.plan.lines)
    }


def value_of_capacity(production: Production) -> Floats:
    """The same in units of the objective, undiscounted, line x period of the plan's grid."""
    plan = production.plan
    reserved = np.array([line.reserved for line in plan.lines]).reshape(production.price.shape)
    worth: Floats = production.price * (1 - reserved)
    for row, (holder, i) in enumerate(production.columns.accounts):
        share = np.array([booked.get(holder, 0.0) for booked in plan.lines[i].booked])
        worth[i] += share * production.booking_price[row]
        worth[i] += share * plan.calibration.borrow_limit * production.borrow_price[row]
    for i, line in enumerate(plan.lines):
        free = np.array([max(0.0, 1.0 - sum(booked.values())) for booked in line.booked])
        worth[i] += free * production.pool_price[i]
    return worth


def mean_value(production: Production) -> Floats:
    """Mean value of a unit shipped, by quarter of the window; 0 where nothing is shipped."""
    first, last = production.plan.window
    values = np.array([production.plan.values[p] for p in production.plan.products])
    shipped = production.ship[:, first : last + 1]
    total = shipped.sum(axis=0)
    mean: Floats = np.divide(values @ shipped, total, out=np.zeros_like(total), where=total > 0)
    return mean
