"""The production plan as a linear program: columns, rows, coefficients.

Multi-period production planning with inventories (Pochet and Wolsey 2006, "Production
Planning by Mixed Integer Programming", ch. 2), with the booking, borrowing and mix rules
of this industry; ``docs/model.md`` derives every row. All rows are feasible at zero and
every capacity is finite, so the program is always feasible and bounded.

Variables are scaled so that a full quarter of any commodity is about 100.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from supplychain.model.quarters import WEEKS_PER_QUARTER
from supplychain.production.plan import Plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

INFINITY = float("inf")


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Where each variable stands; every array is entity x period, in plan order.

    Attributes:
        pairs: For each row of ``use``: the link and the sending supply.
        accounts: For each row of ``borrow`` and ``pool``: the holder and the line.
    """

    make: Ints
    ship: Ints
    stock: Ints
    use: Ints
    bank: Ints
    bank_spill: Ints
    borrow: Ints
    pool: Ints
    over: Ints
    under: Ints
    gap: Ints
    backlog: Ints
    pairs: tuple[tuple[int, int], ...]
    accounts: tuple[tuple[str, int], ...]
    count: int
    period: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """The program ``min cost x, lower <= A x <= upper, 0 <= x <= ceiling``, in scaled variables.

    Attributes:
        rows: Row index by kind and entity (``("capacity", line)``), over the periods.
        row_period: The period of each row.
        scale: Unscaled value of one unit of each column.
        row_scale: Unscaled value of one unit of each row.
        objectives: Costs of the columns, the first objective first.
        worth: Unscaled value of one unit of the objectives.
    """

    columns: Columns
    objectives: tuple[Floats, ...]
    ceiling: Floats
    lower: Floats
    upper: Floats
    starts: NDArray[np.int32]
    indices: NDArray[np.int32]
    coefficients: Floats
    rows: Mapping[tuple[str, int], Ints]
    row_period: Ints
    scale: Floats
    row_scale: Floats
    worth: float

    def activity(self, variables: Floats) -> Floats:
        """A x, one number a row."""
        terms = np.append(self.coefficients * variables[self.indices], 0.0)
        sums: Floats = np.add.reduceat(terms, self.starts[:-1])
        return np.where(np.diff(self.starts) > 0, sums, 0.0)


class _Rows:
    """Rows under construction: coefficients in physical units, scaled at the end."""

    def __init__(self) -> None:
        self.starts = [0]
        self.indices: list[int] = []
        self.coefficients: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.scale: list[float] = []
        self.period: list[int] = []
        self.named: dict[tuple[str, int], list[int]] = defaultdict(list)

    def add(
        self,
        kind: tuple[str, int],
        period: int,
        terms: Iterable[tuple[int, float]],
        lower: float,
        upper: float,
        scale: float,
    ) -> int:
        merged: dict[int, float] = defaultdict(float)
        for column, coefficient in terms:
            merged[column] += coefficient
        row = len(self.lower)
        self.indices.extend(merged)
        self.coefficients.extend(merged.values())
        self.starts.append(len(self.indices))
        self.lower.append(lower)
        self.upper.append(upper)
        self.scale.append(scale)
        self.period.append(period)
        self.named[kind].append(row)
        return row


def build(plan: Plan) -> Model:
    """Write the plan down as a linear program."""
    columns = _columns(plan)
    scale = _scales(plan, columns)
    rows = _Rows()
    _capacity_rows(plan, columns, rows)
    _bank_rows(plan, columns, rows, scale)
    _balance_rows(plan, columns, rows, scale)
    _ceiling_rows(plan, columns, rows, scale)
    _booking_rows(plan, columns, rows)
    _mix_rows(plan, columns, rows, scale)
    _order_rows(plan, columns, rows, scale)
    cost, earliness, closeness = _objectives(plan, columns)
    worth = max(float(np.abs(earliness * scale).max(initial=0.0)), 1e-12)
    row_scale = np.array(rows.scale)
    indices = np.array(rows.indices, dtype=np.int32)
    lengths = np.diff(rows.starts)
    coefficients = np.array(rows.coefficients) * scale[indices] / np.repeat(row_scale, lengths)
    return Model(
        columns=columns,
        objectives=(
            *(objective * scale / worth for objective in (cost, earliness, closeness)),
            _irregular(columns.count),
        ),
        ceiling=_ceilings(plan, columns) / scale,
        lower=np.array(rows.lower) / row_scale,
        upper=np.array(rows.upper) / row_scale,
        starts=np.array(rows.starts, dtype=np.int32),
        indices=indices,
        coefficients=coefficients,
        rows={kind: np.array(which) for kind, which in rows.named.items()},
        row_period=np.array(rows.period),
        scale=scale,
        row_scale=row_scale,
        worth=worth,
    )


def _columns(plan: Plan) -> Columns:
    pairs = tuple((i, sender) for i, link in enumerate(plan.links) for sender in link.senders)
    accounts = tuple(
        (holder, i)
        for i, line in enumerate(plan.lines)
        if line.capacity.bookings
        for holder in _users(plan, i)
    )
    sizes = {
        "make": len(plan.supplies),
        "ship": len(plan.products),
        "stock": len(plan.supplies),
        "use": len(pairs),
        "bank": len(plan.links),
        "bank_spill": len(plan.links),
        "borrow": len(accounts),
        "pool": len(accounts),
        "over": len(plan.products),
        "under": len(plan.products),
        "gap": len(plan.products),
        "backlog": len(plan.markets),
    }
    periods = len(plan.quarters)
    ends = list(accumulate(sizes.values()))
    grids = {
        name: np.arange((end - size) * periods, end * periods).reshape(size, periods)
        for (name, size), end in zip(sizes.items(), ends, strict=True)
    }
    return Columns(
        **grids,
        pairs=pairs,
        accounts=accounts,
        count=ends[-1] * periods,
        period=np.tile(np.arange(periods), ends[-1]),
    )


def _users(plan: Plan, line: int) -> list[str]:
    """Holders whose products take goods of the line."""
    consumers = {
        link.consumer
        for link in plan.links
        if plan.lines[line].members.keys() & link.senders.keys()
    }
    return sorted({plan.holders[p] for p, i in plan.products.items() if i in consumers})


def _scales(plan: Plan, columns: Columns) -> Floats:
    of_commodity: dict[str, float] = defaultdict(float)
    for line in plan.lines:
        for commodity in {plan.supplies[i].commodity for i in line.members}:
            of_commodity[commodity] += max(line.per_quarter)
    of_supply = [_hundredth(of_commodity.get(s.commodity, 0.0)) for s in plan.supplies]
    for i in plan.products.values():
        inputs = [
            max(of_commodity[plan.supplies[s].commodity] for s in link.senders) / link.per_unit
            for link in plan.links
            if link.consumer == i and link.senders
        ]
        of_supply[i] = _hundredth(min(inputs, default=0.0))
    scale = np.ones(columns.count)
    for grid in (columns.make, columns.stock):
        scale[grid] = np.array(of_supply)[:, None]
    for grid in (columns.ship, columns.over, columns.under, columns.gap):
        scale[grid] = np.array([of_supply[i] for i in plan.products.values()])[:, None]
    for row, (_, sender) in enumerate(columns.pairs):
        scale[columns.use[row]] = of_supply[sender]
    for row, link in enumerate(plan.links):
        size = max((of_supply[s] for s in link.senders), default=1.0)
        scale[columns.bank[row]] = scale[columns.bank_spill[row]] = size
    for row, market in enumerate(plan.markets):
        known = [x for x in market.orders if x < INFINITY]
        scale[columns.backlog[row]] = _hundredth(max(known))
    for row, (_, number) in enumerate(columns.accounts):
        scale[columns.borrow[row]] = scale[columns.pool[row]] = _line_scale(plan, number)
    return scale


def _ceilings(plan: Plan, columns: Columns) -> Floats:
    """Upper bounds of the columns; zero where a thing does not exist in a period."""
    ceiling = np.full(columns.count, INFINITY)
    finished = {
        plan.products[p]: held for market in plan.markets for p, held in market.stock.items()
    }
    for row, (i, sender) in enumerate(columns.pairs):
        silent = set(range(len(plan.quarters))) - set(plan.links[i].senders[sender])
        ceiling[columns.use[row, sorted(silent)]] = 0.0
        # Before its first output a sender has nothing to send.
        ceiling[columns.use[row, : _first_output(plan, sender)]] = 0.0
    for i, supply in enumerate(plan.supplies):
        ceiling[columns.make[i, : _first_output(plan, i)]] = 0.0
        for t, quarter in enumerate(plan.quarters):
            if not supply.active(quarter):
                ceiling[columns.make[i, t]] = 0.0
        # What holds no stock (a packaging slot) is used in its quarter or lost; a product that
        # sells as fast as it is made needs none.
        if i in finished:
            ceiling[columns.stock[i]] = finished[i]
        elif not supply.metered or plan.stock_weeks[supply.commodity] == 0:
            ceiling[columns.stock[i]] = 0.0
    for row, link in enumerate(plan.links):
        if plan.stock_weeks[link.commodity] == 0:
            ceiling[columns.bank[row]] = 0.0
    ceiling[columns.borrow] = borrow_limits(plan, columns, np.ones((len(plan.lines), 1)))
    for row, i in enumerate(plan.products.values()):
        for t in range(len(plan.quarters)):
            if i not in finished and ceiling[columns.make[i, t]] == 0:
                ceiling[columns.ship[row, t]] = 0.0
            if not _mixed(plan, row, t):
                for slack in (columns.over, columns.under, columns.gap):
                    ceiling[slack[row, t]] = 0.0
    return ceiling


def _mixed(plan: Plan, product: int, period: int) -> bool:
    """Whether the product has a planned share of its designer's units, and is not all of them."""
    name, supply = list(plan.products.items())[product]
    return plan.mix[name][period] < 1 and plan.supplies[supply].active(plan.quarters[period])


def _first_output(plan: Plan, supply: int) -> int:
    """First period in which all lines of the supply have a capacity; 0 for one without lines."""
    rates = [plan.lines[c].per_quarter for c in plan.lines_of(supply)]
    periods = len(plan.quarters)
    return next((t for t in range(periods) if all(rate[t] > 0 for rate in rates)), periods)


def borrow_limits(plan: Plan, columns: Columns, kept: Floats) -> Floats:
    """Most each account can borrow; ``kept``: share of each line's capacity left, line x period."""
    limits = np.zeros(columns.borrow.shape)
    for row, (holder, line) in enumerate(columns.accounts):
        capacity = np.array(plan.lines[line].per_quarter) * kept[line]
        shares = np.array([shares.get(holder, 0.0) for shares in plan.lines[line].booked])
        limits[row] = plan.calibration.borrow_limit * shares * capacity
    return limits


def _capacity_rows(plan: Plan, columns: Columns, rows: _Rows) -> None:
    for i, line in enumerate(plan.lines):
        scale = _line_scale(plan, i)
        for t, amount in enumerate(line.per_quarter):
            terms = [(int(columns.make[m, t]), draw) for m, draw in line.members.items()]
            free = amount * (1 - line.reserved[t])
            rows.add(("capacity", i), t, terms, -INFINITY, free, scale)


def _bank_rows(plan: Plan, columns: Columns, rows: _Rows, scale: Floats) -> None:
    """bank[t] = bank[t-1] + arrived[t] - per_unit * make[t] - bank_spill[t]."""
    pairs_of: dict[int, list[int]] = defaultdict(list)
    for row, (i, _) in enumerate(columns.pairs):
        pairs_of[i].append(row)
    for i, link in enumerate(plan.links):
        whole = int(link.lag)
        late = link.lag - whole
        for t in range(len(plan.quarters)):
            terms = [
                (int(columns.bank[i, t]), 1.0),
                (int(columns.bank_spill[i, t]), 1.0),
                (int(columns.make[link.consumer, t]), link.per_unit),
            ]
            if t > 0:
                terms.append((int(columns.bank[i, t - 1]), -1.0))
            for sent, part in ((t - whole, 1 - late), (t - whole - 1, late)):
                if sent >= 0 and part > 0:
                    terms += [(int(columns.use[row, sent]), -part) for row in pairs_of[i]]
            rows.add(("bank", i), t, terms, 0.0, 0.0, float(scale[columns.bank[i, t]]))


def _balance_rows(plan: Plan, columns: Columns, rows: _Rows, scale: Floats) -> None:
    """stock[t] = stock[t-1] + make[t] - used[t] - ship[t]; what nobody wants is not made."""
    taken: dict[int, list[Ints]] = defaultdict(list)
    for row, (_, sender) in enumerate(columns.pairs):
        taken[sender].append(columns.use[row])
    for row, i in enumerate(plan.products.values()):
        taken[i].append(columns.ship[row])
    for i in range(len(plan.supplies)):
        for t in range(len(plan.quarters)):
            terms = [
                (int(columns.stock[i, t]), 1.0),
                (int(columns.make[i, t]), -1.0),
            ]
            if t > 0:
                terms.append((int(columns.stock[i, t - 1]), -1.0))
            terms += [(int(out[t]), 1.0) for out in taken[i]]
            rows.add(("balance", i), t, terms, 0.0, 0.0, float(scale[columns.make[i, t]]))


def _ceiling_rows(plan: Plan, columns: Columns, rows: _Rows, scale: Floats) -> None:
    """All stock and banks of a commodity: at most some weeks of its highest capacity to date."""
    for number, (commodity, weeks) in enumerate(sorted(plan.stock_weeks.items())):
        if weeks == 0:
            continue
        makers = [i for i, s in enumerate(plan.supplies) if s.commodity == commodity]
        banks = [i for i, link in enumerate(plan.links) if link.commodity == commodity]
        peak = np.zeros(len(plan.quarters))
        for i in makers:
            limits = [
                np.array(plan.lines[c].per_quarter) / plan.lines[c].members[i]
                for c in plan.lines_of(i)
            ]
            peak += np.maximum.accumulate(np.minimum.reduce(limits))
        for t in range(len(plan.quarters)):
            terms = [(int(columns.stock[i, t]), 1.0) for i in makers]
            terms += [(int(columns.bank[i, t]), 1.0) for i in banks]
            most = weeks / WEEKS_PER_QUARTER * float(peak[t])
            rows.add(
                ("ceiling", number),
                t,
                terms,
                -INFINITY,
                most,
                float(scale[columns.make[makers[0], t]]),
            )


def _booking_rows(plan: Plan, columns: Columns, rows: _Rows) -> None:
    """What a holder's products take of a booked line: its booking, some borrowed, some pooled."""
    product_of = {i: p for p, i in plan.products.items()}
    accounts_of: dict[int, list[int]] = defaultdict(list)
    for row, (holder, number) in enumerate(columns.accounts):
        accounts_of[number].append(row)
        line = plan.lines[number]
        flows = [
            (r, line.members[sender])
            for r, (i, sender) in enumerate(columns.pairs)
            if sender in line.members
            and (consumer := product_of.get(plan.links[i].consumer)) is not None
            and plan.holders[consumer] == holder
        ]
        for t, capacity in enumerate(line.per_quarter):
            share = line.booked[t].get(holder, 0.0)
            terms = [(int(columns.use[r, t]), draw) for r, draw in flows]
            terms += [(int(columns.borrow[row, t]), -1.0), (int(columns.pool[row, t]), -1.0)]
            terms += _stock_terms(columns, line.members, t, -share)
            rows.add(
                ("booking", row), t, terms, -INFINITY, share * capacity, _line_scale(plan, number)
            )
    for number, accounts in accounts_of.items():
        line = plan.lines[number]
        for t, capacity in enumerate(line.per_quarter):
            free = max(0.0, 1.0 - sum(line.booked[t].values()))
            terms = [(int(columns.pool[row, t]), 1.0) for row in accounts]
            terms += _stock_terms(columns, line.members, t, -free)
            rows.add(
                ("pool", number), t, terms, -INFINITY, free * capacity, _line_scale(plan, number)
            )


def _line_scale(plan: Plan, line: int) -> float:
    return _hundredth(max(plan.lines[line].per_quarter))


def _hundredth(amount: float) -> float:
    """The scale of something whose full quarter is ``amount``; 1 for what is never there."""
    return amount / 100 if amount > 0 else 1.0


def _stock_terms(
    columns: Columns, members: Mapping[int, float], t: int, share: float
) -> list[tuple[int, float]]:
    if t == 0 or share == 0:
        return []
    return [(int(columns.stock[m, t - 1]), share * draw) for m, draw in members.items()]


def _mix_rows(plan: Plan, columns: Columns, rows: _Rows, scale: Floats) -> None:
    """Each product within a band around its planned share of its designer's units, at a price."""
    width = plan.calibration.mix_width
    products = list(plan.products.items())
    designer = {p: plan.supplies[i].organization for p, i in products}
    for row, (product, i) in enumerate(products):
        siblings = [j for p, j in products if designer[p] == designer[product]]
        for t in range(len(plan.quarters)):
            if not _mixed(plan, row, t):
                continue
            share = plan.mix[product][t]
            size = float(scale[columns.ship[row, t]])
            own = [(int(columns.make[i, t]), 1.0)]
            for slack, sign, part in (
                (columns.over, 1.0, share * (1 + width)),
                (columns.under, -1.0, share * (1 - width)),
                (columns.gap, 1.0, share),
                (columns.gap, -1.0, share),
            ):
                terms = [(c, sign * a) for c, a in own]
                terms += [(int(columns.make[j, t]), -sign * part) for j in siblings]
                terms.append((int(slack[row, t]), -1.0))
                rows.add(("mix", row), t, terms, -INFINITY, 0.0, size)


def _order_rows(plan: Plan, columns: Columns, rows: _Rows, scale: Floats) -> None:
    """Shipped, and ordered for later: at most the orders of the quarter and those still open."""
    place = {p: row for row, p in enumerate(plan.products)}
    for number, market in enumerate(plan.markets):
        for t, ordered in enumerate(market.orders):
            if ordered == INFINITY:
                continue
            terms = [(int(columns.ship[place[p], t]), 1.0) for p in market.products]
            terms.append((int(columns.backlog[number, t]), 1.0))
            if t > 0 and market.orders[t - 1] < INFINITY:
                stays = 1.0 - plan.calibration.cancel
                terms.append((int(columns.backlog[number, t - 1]), -stays))
            size = float(scale[columns.backlog[number, t]])
            rows.add(("orders", number), t, terms, -INFINITY, ordered, size)


def _irregular(count: int) -> Floats:
    """Weights without a pattern, between 0 and 1: the last objective, which leaves one optimum.

    Multiples of the golden ratio by squares, modulo 1 (Weyl 1916): those by whole numbers would
    weigh an exchange between two quarters alike for any two flows.
    """
    squares = np.arange(1.0, count + 1) ** 2
    weights: Floats = np.modf(squares * (np.sqrt(5) - 1) / 2)[0]
    return weights


def _objectives(plan: Plan, columns: Columns) -> tuple[Floats, Floats, Floats]:
    calibration = plan.calibration
    periods = np.arange(len(plan.quarters))
    fade = calibration.discount**periods
    cost = np.zeros(columns.count)
    earliness = np.zeros(columns.count)
    closeness = np.zeros(columns.count)
    by_supply: dict[int, float] = {}
    for row, (product, i) in enumerate(plan.products.items()):
        value = by_supply[i] = plan.values[product]
        # A unit counts when it is shipped; a little of it when it is finished, so that idle lines
        # build stock as far as it can be held.
        cost[columns.ship[row]] = -(1 - calibration.build_ahead) * value * fade
        cost[columns.make[i]] = -calibration.build_ahead * value * fade
        earliness[columns.ship[row]] = -value * (len(periods) - periods)
        cost[columns.over[row]] = cost[columns.under[row]] = calibration.mix_price * value * fade
        closeness[columns.gap[row]] = value
    for row, (_, line) in enumerate(columns.accounts):
        cost[columns.borrow[row]] = calibration.borrow_price * plan.capacity_worth[line] * fade
    worth_of = defaultdict(list)
    for row, link in enumerate(plan.links):
        worth = by_supply.get(link.consumer, 0.0) / link.per_unit
        cost[columns.bank[row]] = calibration.holding * worth * fade
        # What is sent and then thrown away costs as much as holding it, or nothing would be sent
        # just as it is needed.
        cost[columns.bank_spill[row]] = cost[columns.bank[row]]
        for sender in link.senders:
            worth_of[sender].append(worth)
    for i, worths in worth_of.items():
        cost[columns.stock[i]] = calibration.holding * min(worths) * fade
    for i, value in by_supply.items():
        cost[columns.stock[i]] = calibration.holding * value * fade
    return cost, earliness, closeness
