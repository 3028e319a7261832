"""What held back a product in a quarter: planned, short of what, and at whom, number by number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from supplychain.errors import AskError
from supplychain.model import Capacity, Figure
from supplychain.model.quarters import Quarter
from supplychain.production.plan import Line, Link
from supplychain.production.result import Production

Cause: TypeAlias = Literal["booking", "packaging", "memory", "dies", "orders", "product"]

SMALL = 1e-3
"""What keeps less than this share of a plan from being started is not shown."""


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
    """What set the starts of a product in a quarter, or kept some of the plan from being started.

    Attributes:
        kind: ``booking``: the plan itself is what fits on the booked line; all others are what was
            short: packaging (the line, however it is booked), memory, dies, room in the order
            book, or the product itself, cut by a shock.
        line: ``organization.capacity`` for packaging; else the commodity, ``designer.orders`` or
            the product.
        commodity: What is taken.
        holder: Whose booking; empty for all else.
        quarter: When the product was started.
        per_unit: What one product takes of it.
        units: Accelerators that it set or kept from being started.
        share: Of all that was planned to be started for the quarter asked about.
        terms: The equation; its two sides add up to the same.
    """

    kind: Cause
    line: str
    commodity: str
    holder: str
    quarter: Quarter
    per_unit: float
    units: float
    share: float
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Starts:
    """What was started of a product for the quarter asked about.

    Attributes:
        quarter: Of the start.
        planned: Units that fit on the booked packaging in the designer's mix.
        started: Units started, all of them; ``part`` of them come out in the quarter.
    """

    quarter: Quarter
    planned: float
    started: float
    part: float


def starts(production: Production, product: str, quarter: Quarter) -> tuple[Starts, ...]:
    """The starts that come out in a quarter, the earlier first.

    Raises:
        AskError: The product is not made, or the quarter not in the window.
    """
    plan = production.plan
    if product not in plan.products:
        why = plan.left_out.get(product, "it is no accelerator")
        raise AskError(f"{product} is not in production: {why}")
    if quarter not in production.quarters:
        first, last = production.quarters[0], production.quarters[-1]
        raise AskError(f"{quarter} is outside {first} to {last}")
    row = list(plan.products).index(product)
    slot = _slot(production, product)
    whole = int(slot.lag)
    late = slot.lag - whole
    end = plan.quarters.index(quarter)
    found = []
    for at, part in ((end - whole - 1, late), (end - whole, 1 - late)):
        if at >= 0 and part > 0:
            planned = float(production.planned[row, at] + production.short["product"][row, at])
            started = float(production.start[row, at])
            if planned > 0 or started > 0:
                found.append(Starts(plan.quarters[at], planned, started, part))
    return tuple(found)


def trace(production: Production, product: str, quarter: Quarter) -> tuple[Limit, ...]:
    """What set the starts that come out in a quarter, the largest part of the plan first.

    Of what was planned, every unit was either started on the own booking, so that the booking set
    it, or was short of something; what was short first is named.

    Raises:
        AskError: As for :func:`starts`.
    """
    plan = production.plan
    made = starts(production, product, quarter)
    total = sum(s.planned for s in made)
    row = list(plan.products).index(product)
    limits = []
    for one in made:
        at = plan.quarters.index(one.quarter)
        lost = {cause: float(amount[row, at]) for cause, amount in production.short.items()}
        found = {"booking": max(0.0, one.planned - sum(lost.values())), **lost}
        for cause, units in found.items():
            if units > SMALL * total:
                limits.append(_limit(production, product, cause, at, units, units / total))
    return tuple(sorted(limits, key=lambda x: (-x.share, x.line, x.quarter)))


def _slot(production: Production, product: str) -> Link:
    consumer = production.plan.products[product]
    links = [x for x in production.plan.links if x.consumer == consumer]
    return next(x for x in links if x.kind == "slot")


def _limit(
    production: Production, product: str, cause: str, at: int, units: float, share: float
) -> Limit:
    plan = production.plan
    quarter = plan.quarters[at]
    holder = ""
    slot = _slot(production, product)
    if cause in ("booking", "packaging"):
        lines = production.slot_lines(product, at)
        booked = [c for c in lines if plan.lines[c].capacity.bookings] or lines
        number = booked[0]
        if cause == "packaging":
            number = next((c for c in lines if c not in booked), number)
            terms = _line_terms(production, number, at)
        else:
            holder = plan.holders[product]
            terms = _booking_terms(production, holder, number, at)
        line = plan.lines[number]
        draw = max(line.members.get(s, 0.0) for s in slot.senders)
        name, commodity, taken = line.key, slot.commodity, slot.per_unit * draw
    elif cause in ("memory", "dies"):
        link = production.scarcest(product, at, cause)
        stock = _memory_terms if cause == "memory" else _die_terms
        name, commodity, taken = link.inputs, link.commodity, link.per_unit
        terms = stock(production, link, at)
    elif cause == "orders":
        designer = plan.supplies[plan.products[product]].organization
        name, commodity, taken = f"{designer}.orders", product, 1.0
        terms = _order_terms(production, product, at)
    else:
        name, commodity, taken, terms = product, product, 1.0, ()
    return Limit(
        kind=cause,  # type: ignore[arg-type]
        line=name,
        commodity=commodity,
        holder=holder,
        quarter=quarter,
        per_unit=taken,
        units=units,
        share=share,
        terms=terms,
    )


def _booking_terms(production: Production, holder: str, number: int, at: int) -> tuple[Term, ...]:
    """Σ draw · start of the holder's products + unused = share · capacity + lent."""
    line, unit = production.plan.lines[number], _unit(production.plan.lines[number])
    used = [
        term
        for term in _taken(production, number, at)
        if production.plan.holders[term.label] == holder
    ]
    capacity = float(production.capacity[number, at])
    share = line.booked[at].get(holder, 0.0)
    if not line.capacity.bookings:
        accounts = [h for h, c in production.accounts if c == number]
        share = 1 / len(accounts)
    booked = share * capacity
    figures = (*_booked(line, at, production, holder), *rates(production, line, at))
    limit = [Term(f"booked: {share:.3g} of {capacity:,.0f}", "limit", booked, unit, figures)]
    row = production.accounts.index((holder, number))
    lent = float(production.lent[row, at])
    if lent > 0:
        limit.append(Term("lent by others", "limit", lent, unit))
    return _closed(used, limit, unit, "left for others")


def _line_terms(production: Production, number: int, at: int) -> tuple[Term, ...]:
    """Σ draw · start + unused = capacity · (1 − reserved)."""
    line, unit = production.plan.lines[number], _unit(production.plan.lines[number])
    capacity = float(production.capacity[number, at])
    limit = [Term("capacity", "limit", capacity, unit, rates(production, line, at))]
    if line.reserved[at] > 0:
        outside = -line.reserved[at] * capacity
        limit.append(
            Term("booked by others", "limit", outside, unit, _booked(line, at, production))
        )
    return _closed(list(_taken(production, number, at)), limit, unit, "not used")


def _closed(used: list[Term], limit: list[Term], unit: str, rest: str) -> tuple[Term, ...]:
    """Both sides, with what is left over so that they add up to the same."""
    left = sum(t.value for t in limit) - sum(t.value for t in used)
    if abs(left) > 1e-6 * max(1.0, sum(t.value for t in limit)):
        used.append(Term(rest, "use", left, unit))
    return (*used, *limit)


def _taken(production: Production, number: int, at: int) -> Iterator[Term]:
    """What products take of a line, the most first."""
    plan = production.plan
    line, unit = plan.lines[number], _unit(plan.lines[number])
    names = {i: p for p, i in plan.products.items()}
    taken: dict[str, float] = {}
    figures: dict[str, tuple[tuple[str, Figure], ...]] = {}
    for row, (n, sender) in enumerate(production.pairs):
        link = plan.links[n]
        if sender in line.members and link.consumer in names:
            name = names[link.consumer]
            amount = line.members[sender] * float(production.use[row, at])
            taken[name] = taken.get(name, 0.0) + amount
            figures[name] = _per_unit(link)
    for name, amount in sorted(taken.items(), key=lambda pair: (-pair[1], pair[0])):
        if amount > 0:
            yield Term(name, "use", amount, unit, figures[name])


def _memory_terms(production: Production, link: Link, at: int) -> tuple[Term, ...]:
    """Taken by products + left in stock = in stock before + made, maker by maker."""
    plan = production.plan
    unit = "GB"
    names = {i: p for p, i in plan.products.items()}
    used: dict[str, float] = {}
    figures: dict[str, tuple[tuple[str, Figure], ...]] = {}
    for row, (n, sender) in enumerate(production.pairs):
        other = plan.links[n]
        if sender in link.senders and other.consumer in names and other.kind == "memory":
            name = names[other.consumer]
            used[name] = used.get(name, 0.0) + float(production.use[row, at])
            figures[name] = _per_unit(other)
    terms = [
        Term(name, "use", amount, unit, figures[name])
        for name, amount in sorted(used.items(), key=lambda pair: (-pair[1], pair[0]))
        if amount > 0
    ]
    limit = []
    for s in link.senders:
        maker = plan.supplies[s].organization
        before = float(production.stock[s, at - 1]) if at > 0 else 0.0
        if before > 0:
            limit.append(Term(f"in stock at {maker}", "limit", before, unit))
        if (made := float(production.make[s, at])) > 0:
            lines = [plan.lines[c] for c in plan.lines_of(s)]
            known = tuple(p for x in lines if not x.whole for p in rates(production, x, at))
            limit.append(Term(f"made by {maker}", "limit", made, unit, known))
    return _closed(terms, limit, unit, "left in stock")


def _die_terms(production: Production, link: Link, at: int) -> tuple[Term, ...]:
    """Taken + left = in the bank before + arrived."""
    plan = production.plan
    n = plan.links.index(link)
    names = {i: p for p, i in plan.products.items()}
    product = names[link.consumer]
    row = list(plan.products).index(product)
    taken = link.per_unit * float(production.start[row, at])
    bank = float(production.bank[n, at])
    before = float(production.bank[n, at - 1]) if at > 0 else 0.0
    arrived = taken + bank - before
    sent = max(0, at - int(link.lag))
    known = tuple(
        pair
        for s, periods in link.senders.items()
        if sent in periods
        for c in plan.lines_of(s)
        for pair in rates(production, plan.lines[c], sent)
    )
    unit = _unit(plan.lines[plan.lines_of(next(iter(link.senders)))[0]])
    limit = [Term("in hand before", "limit", before, unit)] if before > 0 else []
    limit.append(Term("arrived, ordered a lead time ago", "limit", arrived, unit, known))
    used = [Term(product, "use", taken, unit, _per_unit(link))]
    return _closed(used, limit, unit, "left")


def _order_terms(production: Production, product: str, at: int) -> tuple[Term, ...]:
    """Sold + left for later = ordered + still open from before."""
    plan = production.plan
    row, market = next((r, m) for r, m in enumerate(plan.markets) if product in m.products)
    quarter = plan.quarters[at]
    names = list(plan.products)
    terms = [
        Term(p, "use", float(production.ship[names.index(p), at]), "units") for p in market.products
    ]
    terms.append(Term("left for later", "use", float(production.backlog[row, at]), "units"))
    given = _called(market.book.figures[quarter])
    terms.append(Term("ordered", "limit", market.orders[at], "units", given))
    if at > 0:
        before = (1.0 - plan.rules.cancel) * float(production.backlog[row, at - 1])
        terms.append(Term("still open from before", "limit", before, "units"))
    return tuple(term for term in terms if term.value > 0)


def _unit(line: Line) -> str:
    """What the line is counted in, without its multiplier (``wafers`` of ``wafers/month``)."""
    return line.capacity.unit.partition("/")[0].rpartition(" ")[2]


def _per_unit(link: Link) -> tuple[tuple[str, Figure], ...]:
    return () if link.need.per_unit is None else _called(link.need.per_unit)


def _booked(
    line: Line, at: int, production: Production, holder: str = ""
) -> tuple[tuple[str, Figure], ...]:
    """The booking of the holder, or of everybody else."""
    quarter = production.plan.quarters[at]
    inside = {h for h, _ in production.accounts}
    return _called(
        *(
            figure
            for year in line.capacity.booked_years(quarter)
            for h, figure in line.capacity.bookings[year].items()
            if h == holder or (not holder and h not in inside)
        )
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
    return _called(*(capacity.figures[q] for q in sorted(wanted)))
