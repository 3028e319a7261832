"""What a start of each product takes, and of whom: the links of a plan, sorted and in numbers.

Three kinds of input, told apart by the data's own lags and never by assumed ones:

    slot    of the line it is packaged on; cannot be held, and sets when a product comes out
    memory  needed less than a quarter before the start, from a stock that products share
    dies    needed a quarter or more before the start: ordered ahead, for one product
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from supplychain.model.quarters import WEEKS_PER_QUARTER
from supplychain.production.plan import Line, Link, Plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Slot:
    """One way to package a product.

    Attributes:
        product: Its position among the products.
        supply: Whose package it is, a position in ``plan.supplies``.
        link: Position of the need in ``plan.links``.
        line: The booked line that it takes, else the first.
        draws: By line: what one unit takes of it.
        periods: When it can be started there.
    """

    product: int
    supply: int
    link: int
    line: int
    draws: Mapping[int, float]
    periods: frozenset[int]


@dataclass(frozen=True, slots=True)
class Need:
    """An input that is not the slot.

    Attributes:
        product: Position of the product.
        link: Position of the need in ``plan.links``.
        per_unit: Input in one unit of the product.
        lead: Quarters that it is needed before the start.
        makers: Supply to the periods in which it is active and qualified.
    """

    product: int
    link: int
    per_unit: float
    lead: float
    makers: Mapping[int, frozenset[int]]


@dataclass(frozen=True, slots=True, eq=False)
class Makers:
    """Supplies of one kind with the lines that limit them.

    Attributes:
        supplies: Positions in ``plan.supplies``.
        lines: Positions in ``plan.lines`` of the lines that limit any of them.
        draws: Line x maker: what one unit takes of the line.
        of_line: Maker x slot of a list: positions in ``lines``; the last one repeated.
        inverse: The same shape: units per unit of the line; infinite where there is no more line.
        exists: Maker x period: 1 from the first output on, 0 before.
        perishable: By maker: whether what is not used in its quarter is lost.
    """

    supplies: tuple[int, ...]
    lines: Ints
    draws: Floats
    of_line: Ints
    inverse: Floats
    exists: Floats
    perishable: NDArray[np.bool_]

    def can(self, rest: Floats) -> Floats:
        """What each can make of what is left of its lines: maker x scenario."""
        if not self.supplies:
            return np.zeros((0, rest.shape[1]))
        found = rest[self.of_line[:, 0]] * self.inverse[:, 0, None]
        for k in range(1, self.of_line.shape[1]):
            more = np.where(
                np.isinf(self.inverse[:, k, None]),
                np.inf,
                rest[self.of_line[:, k]] * np.minimum(self.inverse[:, k, None], 1e300),
            )
            found = np.minimum(found, more)
        return found

    def least(self, share: Floats) -> Floats:
        """For each maker the least of a share of its lines."""
        found: Floats = share[self.of_line].min(axis=1)
        return found


@dataclass(frozen=True, eq=False)
class Recipes:
    """A plan in numbers; what no scenario changes.

    Attributes:
        names: Products, in the order of ``plan.products``.
        supplies: Position of each product in ``plan.supplies``.
        holders, designers: Of each product.
        lag: From start to finish in quarters, by product.
        mix: Share of each product in its designer's starts, product x period.
        soon: Share of a start that comes out after the whole quarters of the lag, the rest is one
            quarter later; product x period.
        slots, memory, dies: The inputs.
        memory_makers, die_makers: Who makes them.
        accounts: Holder and line of each booking that a product can use.
        booked: Share of the line, account x period.
        reserved: Share of each line booked for others, line x period.
        capacity: Of each line, line x period.
        launched: Whether a product may be sold, product x period.
        markets: By market of the plan, positions of its products.
    """

    plan: Plan
    names: tuple[str, ...]
    supplies: Ints
    holders: tuple[str, ...]
    designers: tuple[str, ...]
    lag: Floats
    mix: Floats
    soon: Floats
    slots: tuple[Slot, ...]
    memory: tuple[Need, ...]
    dies: tuple[Need, ...]
    memory_makers: Makers
    die_makers: Makers
    accounts: tuple[tuple[str, int], ...]
    booked: Floats
    reserved: Floats
    capacity: Floats
    launched: NDArray[np.bool_]
    markets: tuple[Ints, ...]

    @property
    def periods(self) -> int:
        """Quarters of the grid."""
        return len(self.plan.quarters)

    @cached_property
    def ahead(self) -> Floats:
        """Part of the next quarter's need of memory that can be held, by need."""
        weeks = [self.plan.stock_weeks[self.plan.links[m.link].commodity] for m in self.memory]
        most = np.array(weeks, dtype=float) / WEEKS_PER_QUARTER
        return np.minimum(self.plan.rules.ahead, most)

    @cached_property
    def late_memory(self) -> Floats:
        """Part of what a maker makes that comes too late for the starts of its quarter.

        The shortest lead of the needs that it serves: what is needed half a quarter before the
        start cannot be in the starts of the first half.
        """
        leads = [
            min((m.lead for m in self.memory if s in m.makers), default=0.0)
            for s in self.memory_makers.supplies
        ]
        part: Floats = np.minimum(1.0, np.array(leads, dtype=float))
        return part


def read_recipes(plan: Plan) -> Recipes:
    """Sort the links of a plan into kinds and lay everything out as arrays."""
    place = {i: p for p, i in enumerate(plan.products.values())}
    lag = np.zeros(len(place))
    slots: list[Slot] = []
    kinds: dict[str, list[Need]] = {"memory": [], "dies": []}
    for number, link in enumerate(plan.links):
        if link.consumer in place and link.kind == "slot":
            lag[place[link.consumer]] = link.lag
            slots += _slots(plan, place[link.consumer], number, link)
    for number, link in enumerate(plan.links):
        if link.consumer in place and link.kind in kinds:
            p = place[link.consumer]
            makers = {s: frozenset(periods) for s, periods in link.senders.items()}
            lead = max(0.0, link.lag - lag[p])
            kinds[link.kind].append(Need(p, number, link.per_unit, lead, makers))
    slots.sort(key=lambda s: s.product)
    names = tuple(plan.products)
    holders = tuple(plan.holders[n] for n in names)
    accounts, booked = _accounts(plan, slots, holders)
    mix, soon = _started(plan, lag)
    shape = len(plan.lines), len(plan.quarters)
    return Recipes(
        plan=plan,
        names=names,
        supplies=np.array(list(place), dtype=np.int64),
        holders=holders,
        designers=tuple(plan.supplies[i].organization for i in place),
        lag=lag,
        mix=mix,
        soon=soon,
        slots=tuple(slots),
        memory=tuple(sorted(kinds["memory"], key=lambda m: m.product)),
        dies=tuple(sorted(kinds["dies"], key=lambda m: m.product)),
        memory_makers=_makers(plan, kinds["memory"]),
        die_makers=_makers(plan, kinds["dies"]),
        accounts=accounts,
        booked=booked,
        reserved=np.array([x.reserved for x in plan.lines], dtype=float).reshape(shape),
        capacity=np.array([x.per_quarter for x in plan.lines], dtype=float).reshape(shape),
        launched=_launched(plan),
        markets=tuple(
            np.array([names.index(p) for p in m.products], dtype=np.int64) for m in plan.markets
        ),
    )


def _launched(plan: Plan) -> NDArray[np.bool_]:
    """Whether a product may be sold: product x period."""
    starts = [plan.supplies[i].start for i in plan.products.values()]
    made = [[start is None or start <= q for q in plan.quarters] for start in starts]
    return np.array(made).reshape(len(starts), len(plan.quarters))


def _slots(plan: Plan, product: int, number: int, link: Link) -> list[Slot]:
    slots = []
    for s, periods in link.senders.items():
        lines = plan.lines_of(s)
        booked = next((c for c in lines if plan.lines[c].capacity.bookings), lines[0])
        draws = {c: link.per_unit * plan.lines[c].members[s] for c in lines}
        if periods:
            slots.append(Slot(product, s, number, booked, draws, frozenset(periods)))
    return slots


def _started(plan: Plan, lag: Floats) -> tuple[Floats, Floats]:
    """What is started comes out in two quarters, each part in the mix of its own quarter."""
    mix = np.array([plan.mix[n] for n in plan.products], dtype=float)
    mix = mix.reshape(len(plan.products), len(plan.quarters))
    last = len(plan.quarters) - 1
    whole = np.minimum(lag, last + 1).astype(np.int64)
    late = (lag - lag.astype(np.int64))[:, None]
    at = np.minimum(np.arange(last + 1) + whole[:, None], last)
    rows = np.arange(len(mix))[:, None]
    soon = (1 - late) * mix[rows, at]
    both = soon + late * mix[rows, np.minimum(at + 1, last)]
    return both, np.divide(soon, both, out=np.ones_like(soon), where=both > 0)


def _accounts(
    plan: Plan, slots: list[Slot], holders: tuple[str, ...]
) -> tuple[tuple[tuple[str, int], ...], Floats]:
    """A line that nobody has booked is shared equally among its users."""
    accounts = sorted({(holders[s.product], s.line) for s in slots})
    users = {c: sum(c == x for _, x in accounts) for _, c in accounts}

    def share(holder: str, line: Line, c: int, t: int) -> float:
        return line.booked[t].get(holder, 0.0) if line.capacity.bookings else 1 / users[c]

    periods = range(len(plan.quarters))
    booked = [[share(h, plan.lines[c], c, t) for t in periods] for h, c in accounts]
    return tuple(accounts), np.array(booked, dtype=float).reshape(-1, len(periods))


def _makers(plan: Plan, needs: list[Need]) -> Makers:
    """Every maker of the inputs, qualified or not, so that states of two plans match."""
    supplies = sorted({s for need in needs for s in need.makers})
    limits = [_limits(plan, s) for s in supplies]
    lines = sorted({c for some in limits for c in some})
    most = max((len(some) for some in limits), default=1)
    of_line = np.zeros((len(supplies), most), dtype=np.int64)
    inverse = np.full((len(supplies), most), np.inf)
    draws = np.zeros((len(lines), len(supplies)))
    for m, some in enumerate(limits):
        for k, c in enumerate(some):
            draws[lines.index(c), m] = plan.lines[c].members[supplies[m]]
            of_line[m, k:] = lines.index(c)
            inverse[m, k] = 1 / plan.lines[c].members[supplies[m]]
    return Makers(
        supplies=tuple(supplies),
        lines=np.array(lines, dtype=np.int64),
        draws=draws,
        of_line=of_line,
        inverse=inverse,
        exists=_existence(plan, supplies),
        perishable=np.array(
            [plan.stock_weeks[plan.supplies[s].commodity] == 0 for s in supplies], dtype=bool
        ),
    )


def _limits(plan: Plan, supply: int) -> list[int]:
    """The lines that limit a maker: of one split by plan the whole, since it is converted."""
    lines = [plan.lines[c] for c in plan.lines_of(supply)]
    wholes = {(x.capacity.organization, x.capacity.id) for x in lines if x.whole}
    return [
        c
        for c, x in zip(plan.lines_of(supply), lines, strict=True)
        if x.whole or (x.capacity.organization, x.capacity.part_of) not in wholes
    ]


def split_of(plan: Plan, supply: int) -> int | None:
    """The part of a line that the plan gives to a supply, if the line is split by plan."""
    limits = _limits(plan, supply)
    return next((c for c in plan.lines_of(supply) if c not in limits), None)


def _existence(plan: Plan, supplies: list[int]) -> Floats:
    """1 where a maker is active and its generation has had its first output."""
    rows = []
    for s in supplies:
        part = split_of(plan, s)
        begun = [part is None or any(plan.lines[part].per_quarter[: t + 1])
                 for t in range(len(plan.quarters))]  # fmt: skip
        active = [plan.supplies[s].active(q) for q in plan.quarters]
        rows.append([float(a and b) for a, b in zip(active, begun, strict=True)])
    return np.array(rows, dtype=float).reshape(len(supplies), len(plan.quarters))
