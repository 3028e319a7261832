"""What comes after a start: finishing, selling, and what order books leave open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from supplychain.production.recipes import Floats, Recipes
from supplychain.production.sharing import met


@dataclass(frozen=True, slots=True, eq=False)
class Books:
    """Order books in a period.

    Attributes:
        open: Orders of the quarter and what is left of earlier ones; market x scenario.
        room: What can be started for them; infinite where no orders are known.
    """

    open: Floats
    room: Floats


def order_books(
    of: Recipes, t: int, backlog: Floats, held: Floats, finishing: Floats, cancel: float
) -> Books:
    """What is started must be sold in this quarter or the next, or find place on a shelf.

    Args:
        of: What no scenario changes.
        t: The period.
        backlog: Orders left open, market x scenario.
        held: Finished and not sold, product x scenario.
        finishing: Due in the coming quarters, quarter x product x scenario.
        cancel: Share of the backlog that is withdrawn.
    """
    open_, room = np.zeros_like(backlog), np.full_like(backlog, np.inf)
    following = min(t + 1, of.periods - 1)
    for g, market in enumerate(of.plan.markets):
        ordered = market.orders[t]
        if not np.isfinite(ordered):
            continue
        rows = of.markets[g]
        open_[g] = ordered + (1 - cancel) * backlog[g]
        ahead = market.orders[following]
        shelf = sum(market.stock[p][following] for p in market.products)
        waiting = held[rows].sum(axis=0) + finishing[:, rows].sum(axis=(0, 1))
        ahead = ahead if np.isfinite(ahead) else ordered
        room[g] = np.maximum(0.0, open_[g] + ahead + shelf - waiting)
    return Books(open_, room)


def due(of: Recipes, t: int, started: Floats, finishing: Floats) -> Floats:
    """What is due with the new starts: a part after whole quarters, the rest one quarter later."""
    finishing = finishing.copy()
    whole = np.minimum(of.lag, len(finishing) - 2).astype(np.int64)
    rows = np.arange(len(whole))
    soon = of.soon[:, t, None] * started
    finishing[whole, rows] += soon
    finishing[whole + 1, rows] += started - soon
    return finishing


def able_to_finish(t: int, kept: Floats, usual: Floats, band: float) -> Floats:
    """The most of each product that can be finished in a quarter, product x scenario.

    A product that is cut finishes its share of what it finishes undisturbed, and later at most the
    band more than usual. One that was never cut so far knows no such limit, whatever else happens
    in its scenario or in another of the batch.

    Args:
        t: The period.
        kept: Share that each product keeps, product x period x scenario.
        usual: Finished undisturbed, product x period x scenario.
        band: How much more can be finished later.
    """
    later = (1 + band) * usual[:, max(t - 1, 0) : t + 1].max(axis=1)
    was_cut = (kept[:, : t + 1] < 1).any(axis=1)
    now = kept[:, t] * usual[:, t]
    able: Floats = np.where(kept[:, t] < 1, now, np.where(was_cut, later, np.inf))
    return able


def finish(finishing: Floats, able: Floats | None) -> Floats:
    """Let finish what can be; the rest waits.

    Args:
        finishing: Due now and later, quarter x product x scenario.
        able: As :func:`able_to_finish` says; ``None``: everything.
    """
    if able is None:
        return finishing
    waits = np.maximum(finishing[0] - able, 0.0)
    finishing = finishing.copy()
    finishing[0] -= waits
    finishing[1] += waits
    return finishing


def sell(of: Recipes, t: int, have: Floats, books: Books) -> tuple[Floats, Floats]:
    """What is sold, and the orders left open.

    Where no orders are known all that is finished is sold; else products of an order book are
    sold pro rata.
    """
    sold = have * of.launched[:, t, None]
    backlog = np.zeros_like(books.open)
    for g, market in enumerate(of.plan.markets):
        if np.isfinite(market.orders[t]):
            rows = of.markets[g]
            sold[rows] *= met(books.open[g], sold[rows].sum(axis=0))
            backlog[g] = np.maximum(books.open[g] - sold[rows].sum(axis=0), 0.0)
    return sold, backlog
