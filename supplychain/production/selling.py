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


def finish(
    t: int, finishing: Floats, kept: Floats | None, usual: Floats | None, band: float
) -> Floats:
    """Let a cut product finish at most its share of what it finishes undisturbed; the rest waits.

    Later at most the band more than usual is made up.

    Args:
        t: The period.
        finishing: Due now and later, quarter x product x scenario.
        kept: Share that each product keeps, product x scenario; ``None``: all of it.
        usual: Finished undisturbed, product x period x scenario; ``None``: no product is ever cut.
        band: How much more can be finished later.
    """
    if usual is None or kept is None:
        return finishing
    later = (1 + band) * usual[:, max(t - 1, 0) : t + 1].max(axis=1)
    able = np.where(kept < 1, kept * usual[:, t], later)
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
