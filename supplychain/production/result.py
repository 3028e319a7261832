"""What came out of the production program, in the units of the data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from supplychain.model.quarters import Quarter
from supplychain.model.values import same_values
from supplychain.production.highs import Optimum
from supplychain.production.plan import Plan
from supplychain.production.program import Columns, Floats, Ints, Model

if TYPE_CHECKING:
    import pandas as pd

RENT = 1e-6
"""A line whose scarcity is worth less than this share of the quarter's output does not bind."""


@dataclass(frozen=True, slots=True, eq=False)
class Production:
    """One solution of the program; all arrays are entity x period of the plan's grid.

    Attributes:
        make: Good units finished, by supply.
        ship: Units shipped, by product in the order of ``plan.products``.
        stock: By supply, at the end of the quarter.
        use: By (link, sender) pair of ``columns.pairs``.
        bank, bank_spill: Arrived inputs not yet built in, by link.
        borrow, pool: By (holder, line) account of ``columns.accounts``.
        over, under, gap: Deviations from the planned mix, by product.
        backlog: Orders not yet shipped, by market of the plan.
        price: Worth of one more unit of each line, undiscounted, in value of the objective.
        booking_price: Worth of one more unit of each account's booking.
        borrow_price: Worth of being allowed to borrow one more unit, by account.
        pool_price: Worth of one more unit of each line that nobody has booked.
        order_price: Worth of one more unit ordered, by market of the plan.
        objective: Value of the plan.
        variables: The solver's own (scaled) variables.
    """

    plan: Plan
    columns: Columns
    make: Floats
    ship: Floats
    stock: Floats
    use: Floats
    bank: Floats
    bank_spill: Floats
    borrow: Floats
    pool: Floats
    over: Floats
    under: Floats
    gap: Floats
    backlog: Floats
    price: Floats
    booking_price: Floats
    borrow_price: Floats
    pool_price: Floats
    order_price: Floats
    dual_objective: float
    objective: float
    variables: Floats

    __eq__ = same_values

    def __repr__(self) -> str:
        window = self.plan.reported
        units = float(self.total_by_quarter().sum())
        return f"<Production {window[0]} to {window[-1]}: {units:,.0f} accelerators>"

    @classmethod
    def from_optimum(cls, plan: Plan, model: Model, optimum: Optimum) -> Production:
        """Undo the scaling and name the parts; arrays are made read-only."""
        columns = model.columns
        physical = np.maximum(optimum.variables, 0.0) * model.scale
        duals, reduced = optimum.row_dual, optimum.column_dual
        worth = model.worth
        periods = np.arange(len(plan.quarters))
        fade = plan.calibration.discount**periods

        def priced(kind: str, count: int) -> Floats:
            out = np.zeros((count, len(periods)))
            for i in range(count):
                # A line nobody books has no pool; orders are not known in every period.
                rows = model.rows.get((kind, i), np.empty(0, dtype=int))
                at = model.row_period[rows]
                prices = np.maximum(-duals[rows], 0.0) * worth / model.row_scale[rows]
                out[i, at] = prices / fade[at]
            return out

        parts = {
            name: physical[getattr(columns, name)]
            for name in (
                "make ship stock use bank bank_spill borrow pool over under gap backlog".split()  # noqa: SIM905
            )
        }
        result = cls(
            plan=plan,
            columns=columns,
            price=priced("capacity", len(plan.lines)),
            booking_price=priced("booking", len(columns.accounts)),
            borrow_price=np.maximum(-reduced[columns.borrow], 0.0)
            * worth
            / model.scale[columns.borrow]
            / fade,
            pool_price=priced("pool", len(plan.lines)),
            order_price=priced("orders", len(plan.markets)),
            dual_objective=-optimum.dual_goal * worth,
            objective=-optimum.goal * worth,
            variables=optimum.variables,
            **parts,
        )
        prices = (
            result.price,
            result.booking_price,
            result.borrow_price,
            result.pool_price,
            result.order_price,
        )
        for array in (*parts.values(), *prices, result.variables):
            array.setflags(write=False)
        return result

    def units(self) -> Mapping[str, Floats]:
        """Units shipped of each product, by quarter of the window."""
        return {p: self._window(self.ship[row]) for row, p in enumerate(self.plan.products)}

    def total_by_quarter(self) -> Floats:
        """Units shipped of all products, by quarter of the window."""
        total: Floats = self._window(self.ship).sum(axis=0)
        return total

    def utilization(self) -> Mapping[str, Floats]:
        """Share of each line's capacity in use, by quarter of the window; 0 where it has none.

        What holders outside the program have booked counts as used.
        """
        out = {}
        for line in self.plan.lines:
            capacity = self._window(np.array(line.per_quarter))
            used = sum(draw * self._window(self.make[m]) for m, draw in line.members.items())
            share = np.divide(used, capacity, out=np.zeros_like(capacity), where=capacity > 0)
            reserved = self._window(np.array(line.reserved))
            out[line.key] = np.where(capacity > 0, share + reserved, 0.0)
        return out

    def rents(self) -> tuple[Mapping[str, float], ...]:
        """By quarter of the window: what the scarcity of each commodity is worth, in value.

        The shadow price of a line (and of the bookings on it) times its size: the share of the
        objective that is owed to this commodity being scarce. Zero for what does not bind.
        ``orders``: what a designer's buyers take, where that is known.
        """
        first, last = self.plan.window
        rents: list[Mapping[str, float]] = []
        for t in range(first, last + 1):
            now: dict[str, float] = defaultdict(float)
            for i, line in enumerate(self.plan.lines):
                now[self.limit_of(i)] += float(self.price[i, t]) * line.per_quarter[t]
            for row, (holder, i) in enumerate(self.columns.accounts):
                booked = self.plan.lines[i].booked[t].get(holder, 0.0)
                now[self.limit_of(i)] += (
                    float(self.booking_price[row, t]) * booked * self.plan.lines[i].per_quarter[t]
                )
            for row, market in enumerate(self.plan.markets):
                if np.isfinite(market.orders[t]):
                    now["orders"] += float(self.order_price[row, t]) * market.orders[t]
            output = sum(
                self.plan.values[p] * float(self.ship[row, t])
                for row, p in enumerate(self.plan.products)
            )
            rents.append({c: r for c, r in sorted(now.items()) if r > RENT * max(output, 1e-9)})
        return tuple(rents)

    def binding(self) -> tuple[tuple[str, ...], ...]:
        """By quarter of the window: the commodities that bind, the most valuable first."""
        return tuple(tuple(sorted(now, key=lambda c: (-now[c], c))) for now in self.rents())

    def to_frame(self) -> pd.DataFrame:
        """Units shipped: one row per product and quarter."""
        import pandas as pd

        rows = [
            (product, self.plan.supplies[self.plan.products[product]].organization, str(q), u)
            for product, units in self.units().items()
            for q, u in zip(self.plan.reported, units.tolist(), strict=True)
        ]
        return pd.DataFrame(rows, columns=["product", "designer", "quarter", "units"])

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(max_rows=20))

    def total(self, quarters: tuple[Quarter, ...] | None = None) -> float:
        """Units shipped of all products in the quarters (the window, if none are given)."""
        wanted = set(quarters or self.plan.reported)
        columns = [t for t, q in enumerate(self.plan.quarters) if q in wanted]
        return float(self.ship[:, columns].sum())

    def _window(self, array: Floats) -> Floats:
        first, last = self.plan.window
        part: Floats = array[..., first : last + 1]
        return part

    def limit_of(self, line: int) -> str:
        """What a line limits: its commodity, or the line's id where it makes several."""
        names = {self.plan.supplies[m].commodity for m in self.plan.lines[line].members}
        return names.pop() if len(names) == 1 else self.plan.lines[line].capacity.id


def on_columns(result: Production, plan: Plan, columns: Columns) -> Floats:
    """A solution laid onto the columns of another plan over the same quarters, unscaled.

    Supplies, links, accounts and products are matched by name; what the other plan does not
    have is dropped, what this solution does not have is zero.
    """
    values = np.zeros(columns.count)
    for names in ("make", "stock"):
        _lay(
            values, getattr(columns, names), _supplies(plan), result, names, _supplies(result.plan)
        )
    for names in ("ship", "over", "under", "gap"):
        products = list(plan.products), list(result.plan.products)
        _lay(values, getattr(columns, names), products[0], result, names, products[1])
    for names in ("bank", "bank_spill"):
        _lay(values, getattr(columns, names), _links(plan), result, names, _links(result.plan))
    books = [m.book.products for m in plan.markets], [m.book.products for m in result.plan.markets]
    _lay(values, columns.backlog, books[0], result, "backlog", books[1])
    for names in ("borrow", "pool"):
        accounts = _accounts(plan, columns), _accounts(result.plan, result.columns)
        _lay(values, getattr(columns, names), accounts[0], result, names, accounts[1])
    pairs = _pairs(plan, columns), _pairs(result.plan, result.columns)
    _lay(values, columns.use, pairs[0], result, "use", pairs[1])
    return values


def _lay(
    values: Floats,
    grid: Ints,
    names: Sequence[Hashable],
    result: Production,
    part: str,
    known: Sequence[Hashable],
) -> None:
    rows = {name: row for row, name in enumerate(known)}
    array: Floats = getattr(result, part)
    for row, name in enumerate(names):
        if name in rows:
            values[grid[row]] = array[rows[name]]


def _supplies(plan: Plan) -> list[str]:
    return [s.id for s in plan.supplies]


def _links(plan: Plan) -> list[tuple[str, str]]:
    return [(plan.supplies[x.consumer].id, "|".join(x.need.inputs)) for x in plan.links]


def _pairs(plan: Plan, columns: Columns) -> list[tuple[tuple[str, str], str]]:
    links = _links(plan)
    return [(links[link], plan.supplies[sender].id) for link, sender in columns.pairs]


def _accounts(plan: Plan, columns: Columns) -> list[tuple[str, str]]:
    return [(holder, plan.lines[line].key) for holder, line in columns.accounts]
