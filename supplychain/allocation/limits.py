"""What is asked for in a quarter, within what buyers can power and pay for."""

from __future__ import annotations

import dataclasses

import numpy as np

from supplychain.allocation.backlog import State
from supplychain.allocation.chips import in_service
from supplychain.allocation.orders import Lines
from supplychain.allocation.paths import Floats, Mask
from supplychain.allocation.rules import Asked, Terms


def request(
    state: State, lines: Lines, offered: Floats, t: int, terms: Terms, listed: bool
) -> Asked:
    """What is asked for and can be powered, paid and delivered in the quarter.

    Args:
        state: What waits, is promised and was delivered.
        lines: The orders.
        offered: Units, scenario x product.
        t: The quarter.
        terms: The seller's.
        listed: Whether list prices are paid; else the rule finds the price within the budgets.
    """
    allowed = lines.allowed[:, :, t]
    cohorts = state.waiting[:, : t + 1] * allowed.any(axis=1)
    cohorts = _oldest(
        cohorts, cohorts.sum(axis=1) * _within_limits(state, lines, offered, t, listed)
    )
    worth = _largest(lines.h100e, offered, allowed)
    wanted = cohorts.sum(axis=1)
    budget = _by_line(lines.budget_usd[:, t], wanted, lines)
    buyers = [lines.buyers[i] for i in lines.owner]
    ranks = [b.priority if b.priority is not None else 1 + (b.tier == "poor") for b in buyers]
    return Asked(
        cohorts=cohorts,
        promised=np.minimum(state.promised, wanted),
        weight=np.where(lines.builder, 1 - terms.aversion, 1.0),
        count=np.array([b.count for b in buyers], dtype=float),
        priority=np.array(ranks, dtype=float),
        price=np.array([b.price_limit_usd.value if b.price_limit_usd else 0.0 for b in buyers]),
        budget=np.divide(budget, worth, out=np.full_like(worth, np.inf), where=worth > 0),
        new_cloud=np.array([b.kind == "neocloud" for b in buyers], dtype=bool),
    )


def _within_limits(state: State, lines: Lines, offered: Floats, t: int, listed: bool) -> Floats:
    """Share of its orders that a buyer can power and pay for, scenario x line.

    Whichever product arrives must fit, so the heaviest and the dearest on offer count.
    """
    allowed = lines.allowed[:, :, t]
    wanted = state.waiting[:, : t + 1].sum(axis=1)
    share = np.ones_like(wanted)
    delivered = np.asarray(np.einsum("sbpq,p->sbq", state.delivered[..., :t], lines.site_mw))
    powered = lines.fleet_mw[:, t] + np.asarray(
        in_service(delivered, lines.life)[..., -1] if t else 0.0
    )
    limits = [(np.maximum(lines.power_mw[:, t] - powered, 0.0), lines.site_mw)]
    if listed:
        budget = np.broadcast_to(lines.budget_usd[:, t], (len(wanted), len(lines.buyers)))
        limits.append((budget, lines.price_usd[:, t]))
    for room, each in limits:
        if not np.isfinite(room).any():
            continue
        need: Floats = lines.by_buyer(wanted * _largest(each, offered, allowed))
        fits = np.divide(room, need, out=np.ones_like(need), where=(need > 0) & np.isfinite(room))
        share = np.minimum(share, np.clip(fits, 0.0, 1.0)[:, lines.owner])
    return np.asarray(share)


def _by_line(limits: Floats, wanted: Floats, lines: Lines) -> Floats:
    """A limit of each buyer shared out over its lines by what they want, scenario x line."""
    total = lines.by_buyer(wanted)[:, lines.owner]
    mine = np.divide(wanted, total, out=np.ones_like(wanted), where=total > 0)
    own = limits[lines.owner]
    shared = np.where(np.isfinite(own), own, 0.0) * mine
    return np.asarray(np.where(np.isfinite(own), shared, np.inf))


def _largest(each: Floats, offered: Floats, allowed: Mask) -> Floats:
    """The largest figure among the products on offer to a line, scenario x line."""
    return np.asarray(
        np.where(allowed & (offered > 0)[:, None, :], each, 0.0).max(axis=2, initial=0.0)
    )


def _oldest(cohorts: Floats, most: Floats) -> Floats:
    """As much of each line's orders as its limit lets through, the oldest first."""
    before = cohorts.cumsum(axis=1) - cohorts
    return np.asarray(np.clip(most[:, None, :] - before, 0.0, cohorts))


def own_first(asked: Asked, lines: Lines, allowed: Mask) -> Floats:
    """What chips of a buyer's own design are for before any rule: its orders, and what it promised.

    Scenario x line.
    """
    customer = ~lines.own & (allowed & lines.own_chip).any(axis=1)
    customer &= ~(allowed & ~lines.own_chip).any(axis=1)
    promised = np.where(customer, asked.promised, 0.0)
    return np.asarray(np.where(lines.own, asked.wanted, promised))


def without(asked: Asked, first: Floats) -> Asked:
    """What is asked for beyond what has been served already."""
    cohorts = asked.cohorts - _oldest(asked.cohorts, first)
    promised = np.maximum(asked.promised - first, 0.0)
    return dataclasses.replace(
        asked, cohorts=cohorts, promised=np.minimum(promised, cohorts.sum(axis=1))
    )
