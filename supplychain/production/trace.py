"""Which equations of the program held back a product in a quarter, number by number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from supplychain.errors import AskError
from supplychain.model import Capacity, Figure
from supplychain.model.quarters import Quarter
from supplychain.production.plan import Line, Link
from supplychain.production.result import Production

SMALL = 1e-6
"""A limit that accounts for less than this share of a unit's value does not bind."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term of an equation.

    Attributes:
        side: ``use`` left of the sign, ``limit`` right of it.
        figures: The data it was read from, by name.
    """

    label: str
    side: Literal["use", "limit"]
    value: float
    unit: str
    figures: tuple[tuple[str, Figure], ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """A capacity, a booking or an order that one more unit of the product would have needed.

    Attributes:
        kind: ``capacity``: the line is full; ``booking``: the holder's part of it is; ``orders``:
            buyers take no more.
        line: ``organization.capacity``; for orders ``designer.orders``.
        commodity: What is taken from the line.
        holder: Whose booking; empty for a capacity.
        quarter: When the input was sent.
        per_unit: Units of the line in one product.
        share: Part of the product's value that the scarcity of this one accounts for.
        terms: The equation; its two sides are equal where the limit binds.
    """

    kind: Literal["capacity", "booking", "orders"]
    line: str
    commodity: str
    holder: str
    quarter: Quarter
    per_unit: float
    share: float
    terms: tuple[Term, ...]


def trace(production: Production, product: str, quarter: Quarter) -> tuple[Limit, ...]:
    """The limits of one more unit of the product, the most costly first.

    Every input of the product, and of its inputs in turn, is followed to the quarters in which
    it was sent. What it takes of a line, times the line's shadow price then, is what the scarcity
    of the line costs the product; so this is the dual of its column in the program (Bertsimas and
    Tsitsiklis 1997, section 4.3). Empty: nothing held it back, or it was not made.

    Raises:
        AskError: The product is not in the program, or the quarter not in its window.
    """
    plan = production.plan
    if product not in plan.products:
        why = plan.left_out.get(product, "it is no accelerator")
        raise AskError(f"{product} is not in the production program: {why}")
    if quarter not in plan.reported:
        raise AskError(f"{quarter} is outside {plan.reported[0]} to {plan.reported[-1]}")
    end = plan.quarters.index(quarter)
    fade = plan.calibration.discount
    found: dict[tuple[str, int, int], tuple[float, float, int]] = {}
    for sender, account, at, amount in _inputs(production, plan.products[product], end, 1.0, True):
        for i in plan.lines_of(sender):
            taken = amount * plan.lines[i].members[sender]
            worth = taken * fade ** (at - end) / plan.values[product]
            for kind, prices, row in (
                ("capacity", production.price, i),
                ("booking", production.booking_price, _account(production, account, i, product)),
            ):
                if row is not None and (cost := worth * float(prices[row, at])) > SMALL:
                    before = found.get((kind, row, at), (0.0, 0.0, sender))
                    found[kind, row, at] = (before[0] + taken, before[1] + cost, sender)
    limits = [
        _limit(production, kind, row, at, product, taken, cost, sender)
        for (kind, row, at), (taken, cost, sender) in found.items()
    ]
    limits += _orders(production, product, end)
    return tuple(sorted(limits, key=lambda x: (-x.share, x.line, x.quarter)))


def _orders(production: Production, product: str, at: int) -> list[Limit]:
    """The order book of the product, where one more unit would not have been sold."""
    plan = production.plan
    limits = []
    for row, market in enumerate(plan.markets):
        share = float(production.order_price[row, at]) / plan.values[product]
        if product not in market.products or share <= SMALL:
            continue
        quarter = plan.quarters[at]
        names = list(plan.products)
        terms = [
            Term(p, "use", float(production.ship[names.index(p), at]), "units")
            for p in market.products
        ]
        terms.append(Term("left for later", "use", float(production.backlog[row, at]), "units"))
        given = _called(market.book.figures[quarter])
        terms.append(Term("ordered", "limit", market.orders[at], "units", given))
        if at > 0:
            stays = 1.0 - plan.calibration.cancel
            before = stays * float(production.backlog[row, at - 1])
            terms.append(Term("still open from before", "limit", before, "units"))
        used = tuple(term for term in terms if term.value > 0)
        line = f"{market.designer}.orders"
        limits.append(Limit("orders", line, product, "", quarter, 1.0, share, used))
    return limits


def _account(production: Production, direct: bool, line: int, product: str) -> int | None:
    """The row of the holder's account on the line; only a product's own inputs are booked."""
    accounts = production.columns.accounts
    holder = (production.plan.holders[product], line)
    return accounts.index(holder) if direct and holder in accounts else None


def _inputs(
    production: Production, consumer: int, period: int, amount: float, direct: bool
) -> Iterator[tuple[int, bool, int, float]]:
    """Sender, whether it feeds the product itself, period of sending, units of it."""
    plan = production.plan
    for link in (x for x in plan.links if x.consumer == consumer):
        whole = int(link.lag)
        late = link.lag - whole
        for at, part in ((period - whole, 1 - late), (period - whole - 1, late)):
            if at < 0 or part <= 0:
                continue
            for sender, share in _split(production, link, at).items():
                taken = amount * link.per_unit * part * share
                yield sender, direct, at, taken
                yield from _inputs(production, sender, at, taken, False)


def _split(production: Production, link: Link, at: int) -> dict[int, float]:
    """Share of each sender in what was sent to the link in the period."""
    pairs = production.columns.pairs
    sent: dict[int, float] = {}
    for row, (number, sender) in enumerate(pairs):
        if production.plan.links[number] is link:
            sent[sender] = float(production.use[row, at])
    total = sum(sent.values())
    return {s: x / total for s, x in sent.items() if x > 0} if total > 0 else {}


def _limit(
    production: Production,
    kind: str,
    row: int,
    at: int,
    product: str,
    taken: float,
    cost: float,
    sender: int,
) -> Limit:
    plan = production.plan
    quarter = plan.quarters[at]
    if kind == "capacity":
        line = plan.lines[row]
        terms = _capacity_terms(production, row, at)
        holder = ""
    else:
        holder, number = production.columns.accounts[row]
        line = plan.lines[number]
        terms = _booking_terms(production, row, at)
    return Limit(
        kind="capacity" if kind == "capacity" else "booking",
        line=line.key,
        commodity=plan.supplies[sender].commodity,
        holder=holder,
        quarter=quarter,
        per_unit=taken,
        share=cost,
        terms=terms,
    )


def _capacity_terms(production: Production, number: int, at: int) -> tuple[Term, ...]:
    """Σ draw · make = capacity · (1 − reserved)."""
    plan = production.plan
    line = plan.lines[number]
    unit = _unit(line)
    used = [
        Term(plan.supplies[m].commodity, "use", draw * float(production.make[m, at]), unit)
        for m, draw in line.members.items()
        if production.make[m, at] * draw > 0
    ]
    limit = [Term("capacity", "limit", line.per_quarter[at], unit, rates(production, line, at))]
    if line.reserved[at] > 0:
        outside = -line.reserved[at] * line.per_quarter[at]
        limit.append(
            Term("booked by others", "limit", outside, unit, _booked(line, at, production))
        )
    return (*used, *limit)


def _booking_terms(production: Production, row: int, at: int) -> tuple[Term, ...]:
    """Σ draw · use into the holder's products = share · (capacity + stock) + borrowed + pool."""
    plan = production.plan
    holder, number = production.columns.accounts[row]
    line = plan.lines[number]
    unit = _unit(line)
    own = {i: p for p, i in plan.products.items() if plan.holders[p] == holder}
    taken: dict[int, float] = defaultdict(float)
    needed: dict[int, Link] = {}
    for r, (link, sender) in enumerate(production.columns.pairs):
        consumer = plan.links[link].consumer
        if sender in line.members and consumer in own:
            taken[consumer] += line.members[sender] * float(production.use[r, at])
            needed[consumer] = plan.links[link]
    used = [
        Term(own[i], "use", amount, unit, _per_unit(needed[i]))
        for i, amount in sorted(taken.items(), key=lambda pair: -pair[1])
        if amount > 0
    ]
    share = line.booked[at].get(holder, 0.0)
    stock = sum(d * float(production.stock[m, at - 1]) for m, d in line.members.items() if at > 0)
    booked = share * line.per_quarter[at]
    figures = (*_booked(line, at, production, holder), *rates(production, line, at))
    limit = [
        Term(f"booked: {share:.3g} of {line.per_quarter[at]:,.0f}", "limit", booked, unit, figures)
    ]
    limit += [
        Term(label, "limit", amount, unit)
        for label, amount in (
            (f"the same share of what was in stock ({stock:,.0f})", share * stock),
            ("borrowed from others", float(production.borrow[row, at])),
            ("of what nobody booked", float(production.pool[row, at])),
        )
        if amount > 0
    ]
    return (*used, *limit)


def _unit(line: Line) -> str:
    """What the line is counted in, without its multiplier (``wafers`` of ``wafers/month``)."""
    return line.capacity.unit.partition("/")[0].rpartition(" ")[2]


def _per_unit(link: Link) -> tuple[tuple[str, Figure], ...]:
    return () if link.need.per_unit is None else _called(link.need.per_unit)


def _booked(
    line: Line, at: int, production: Production, holder: str = ""
) -> tuple[tuple[str, Figure], ...]:
    """The booking of the holder, or of everybody outside the program."""
    quarter = production.plan.quarters[at]
    inside = {h for h, _ in production.columns.accounts}
    shares = line.capacity.booked(quarter)
    return _called(
        *(f for h, f in shares.items() if h == holder or (not holder and h not in inside))
    )


def _called(*figures: Figure) -> tuple[tuple[str, Figure], ...]:
    return tuple((f.name, f) for f in figures)


def rates(production: Production, line: Line, at: int) -> tuple[tuple[str, Figure], ...]:
    """The figures between which the line's capacity of the period was read off."""
    quarter = production.plan.quarters[at]
    if line.capacity.figures:
        return anchors(line.capacity, quarter)
    parts = (
        x.capacity
        for x in production.plan.lines
        if x.capacity.part_of == line.capacity.id
        and x.capacity.organization == line.capacity.organization
    )
    return tuple(pair for part in parts for pair in anchors(part, quarter))


def anchors(capacity: Capacity, quarter: Quarter) -> tuple[tuple[str, Figure], ...]:
    """The given rates that decide the quarter's: the nearest on either side of its exits."""
    known = sorted(capacity.figures)
    wanted: set[Quarter] = set()
    for exit_ in (quarter + -1, quarter) if capacity.at == "exit" else (quarter,):
        before = [q for q in known if q <= exit_]
        wanted |= set(before[-1:])
        if before and before[-1] != exit_ and capacity.interpolate == "linear":
            wanted |= set([q for q in known if q > exit_][:1])
    return tuple((f"{capacity.key}.{q}", capacity.figures[q]) for q in sorted(wanted))
