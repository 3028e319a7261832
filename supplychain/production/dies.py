"""Dies: ordered a lead time ahead of the plan, and banked for their product when they arrive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from supplychain.production.recipes import Floats, Ints, Recipes
from supplychain.production.sharing import TINY, met


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """What orders of dies go by, the same for every scenario of a plan.

    Attributes:
        whole, late: The lead in whole quarters, and the part of one beyond.
        use: By period, what undisturbed starts take: need x scenario; some periods beyond the
            grid, as the last one.
        may: Period x maker x need: who may make what.
    """

    whole: Ints
    late: Floats
    use: tuple[Floats, ...]
    may: Floats


def read_book(of: Recipes, hoped: list[Floats]) -> Book:
    """Lay out the orders of a plan; ``hoped``: starts planned undisturbed, by period."""
    lead = np.array([d.lead for d in of.dies], dtype=float)
    whole = np.minimum(lead, of.periods).astype(np.int64)
    product = np.array([d.product for d in of.dies], dtype=np.int64)
    need = np.array([d.per_unit for d in of.dies]).reshape(-1, 1)
    last = of.periods - 1
    depth = int(whole.max(initial=0)) + 3
    makers = of.die_makers.supplies
    may = np.zeros((of.periods, len(makers), len(of.dies)))
    for k, d in enumerate(of.dies):
        for s, periods in d.makers.items():
            may[sorted(periods), makers.index(s), k] = 1.0
    return Book(
        whole,
        (lead - lead.astype(np.int64))[:, None],
        tuple(hoped[min(t, last)][product] * need for t in range(of.periods + depth)),
        may,
    )


def under_way(book: Book) -> Floats:
    """What arrives in the coming quarters when the data begins: orders as planned.

    Quarter x need x scenario; entry k arrives k quarters from the first.
    """
    depth = int(book.whole.max(initial=0)) + 3
    quarters = np.arange(depth)[:, None, None]
    part = np.where(quarters < book.whole[:, None], 1.0, 0.0)
    part = np.where(quarters == book.whole[:, None], book.late, part)
    found: Floats = part * np.stack(book.use[:depth])
    return found


def order(
    of: Recipes,
    book: Book,
    t: int,
    capacity: Floats,
    kept: Floats | None,
    bank: Floats,
    coming: Floats,
    band: float,
) -> tuple[Floats, Floats, Floats]:
    """Order dies up to what the lead time will take, and a little more.

    Args:
        of: What no scenario changes.
        book: Of the plan.
        t: The period.
        capacity: Line x scenario, what shocks leave.
        kept: Share of its own output that each supply keeps; ``None``: everything.
        bank: In hand, need x scenario.
        coming: Under way: entry k arrives k + 1 quarters from now.
        band: How far starts may exceed the plan.

    Returns:
        Bank and arrivals with the new orders in them, and what each maker makes for each need
        (maker x need x scenario).
    """
    makers = of.die_makers
    if not makers.supplies:
        return bank, coming, np.zeros((0, len(of.dies), bank.shape[1]))
    level, usual = _levels(of, book, np.stack(book.use[t : t + len(coming)]), band)
    wanted = np.maximum(0.0, level - bank - coming.sum(axis=0))
    # Needs are spread over their makers by what those can make.
    may = book.may[t]
    rest = capacity[makers.lines] * (1 - of.reserved[makers.lines, t, None])
    offer = makers.can(rest)
    part = 1 / np.maximum(may.T @ offer, TINY)
    asked = offer * (may @ (wanted * part))
    share_kept = 1.0 if kept is None else kept[list(makers.supplies)]
    # A line that nobody has booked is full of others, who lose as much as accelerators do.
    free = np.array([not of.plan.lines[c].capacity.bookings for c in makers.lines])
    open_ = makers.least(free[:, None] * np.ones_like(rest)) > 0
    usually = (1 + band) * share_kept * offer * (may @ (usual * part))
    room = np.where(open_, np.minimum(offer, usually), offer)
    fit = met(room, asked)
    fit = fit * makers.least(met(rest, makers.draws @ (asked * fit)))
    made = (offer * fit)[:, None, :] * may[:, :, None] * (wanted * part)[None, :, :]
    return *_with_orders(book, bank, coming, made.sum(axis=0)), made


def _levels(of: Recipes, book: Book, ahead: Floats, band: float) -> tuple[Floats, Floats]:
    """How many dies to have in hand and under way, and how many a quarter usually adds.

    Both need x scenario; ``ahead`` is what undisturbed starts take from this quarter on.
    """
    rows = np.arange(len(of.dies))
    at, then = ahead[book.whole, rows], ahead[book.whole + 1, rows]
    within = np.arange(len(ahead))[:, None, None] <= book.whole[:, None]
    level = np.where(within, ahead, 0.0).sum(axis=0) + (book.late + band) * then
    return level, (1 - book.late) * at + book.late * then


def _with_orders(book: Book, bank: Floats, coming: Floats, got: Floats) -> tuple[Floats, Floats]:
    """Bank and arrivals with new orders in them, each a lead time from now."""
    bank, coming = bank.copy(), coming.copy()
    rows, now = np.arange(len(bank)), book.whole == 0
    bank[now] += ((1 - book.late) * got)[now]
    later = ~now
    coming[book.whole[later] - 1, rows[later]] += ((1 - book.late) * got)[later]
    coming[book.whole, rows] += book.late * got
    return bank, coming
