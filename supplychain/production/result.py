"""What came out of production, in the units of the data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from supplychain.model.quarters import Quarter
from supplychain.model.values import same_values
from supplychain.production.plan import Link, Plan
from supplychain.production.recipes import Floats

if TYPE_CHECKING:
    import pandas as pd

SHORT = 0.03
"""What keeps less than this share of a product's plan from being started does not bind."""


@dataclass(frozen=True, slots=True, eq=False)
class Production:
    """One walk through the quarters; all arrays are entity x period of the plan's grid.

    Attributes:
        window: First and last period asked about, both included.
        pairs: Link and sender of each flow.
        accounts: Holder and line of each booking that a product can use.
        planned: Starts that shocks leave of the plan, by product in the order of
            ``plan.products``.
        start: What was started.
        ship: Units sold.
        make: Good units finished, by supply.
        stock: Held at the end of the quarter, by supply: memory, and products not sold.
        use: Sent by pair: packaging and memory when a product is started, dies when ordered.
        bank: Dies in hand, by link.
        filled: Share of the plan's need that could be met, by link of memory or dies.
        backlog: Orders not yet shipped, by market of the plan.
        lent: Capacity used beyond the own booking, by account.
        capacity: Of each line, what shocks leave.
        short: Cause to product x period: what of the plan could not be started on the own booking,
            by what was short first, as in :data:`supplychain.production.starting.CAUSES`.
        kept: Share of its own output that each supply keeps, supply x period.
    """

    plan: Plan
    window: tuple[int, int]
    pairs: tuple[tuple[int, int], ...]
    accounts: tuple[tuple[str, int], ...]
    planned: Floats
    start: Floats
    ship: Floats
    make: Floats
    stock: Floats
    use: Floats
    bank: Floats
    filled: Floats
    backlog: Floats
    lent: Floats
    capacity: Floats
    short: Mapping[str, Floats]
    kept: Floats

    __eq__ = same_values

    def __repr__(self) -> str:
        window = self.quarters
        units = float(self.total_by_quarter().sum())
        return f"<Production {window[0]} to {window[-1]}: {units:,.0f} accelerators>"

    @property
    def quarters(self) -> tuple[Quarter, ...]:
        """The quarters of the window."""
        return self.plan.quarters[self.window[0] : self.window[1] + 1]

    def between(self, first: Quarter, last: Quarter) -> Production:
        """The same with another window.

        Raises:
            ValueError: It lies outside the data.
        """
        window = self.plan.window(first, last)
        return self if window == self.window else replace(self, window=window)

    def units(self) -> Mapping[str, Floats]:
        """Units shipped of each product, by quarter of the window."""
        return {p: self._window(self.ship[row]) for row, p in enumerate(self.plan.products)}

    def total_by_quarter(self) -> Floats:
        """Units shipped of all products, by quarter of the window."""
        total: Floats = self._window(self.ship).sum(axis=0)
        return total

    def total(self, quarters: tuple[Quarter, ...] | None = None) -> float:
        """Units shipped of all products in the quarters (the window, if none are given)."""
        wanted = set(quarters or self.quarters)
        columns = [t for t, q in enumerate(self.plan.quarters) if q in wanted]
        return float(self.ship[:, columns].sum())

    def utilization(self) -> Mapping[str, Floats]:
        """Share of each line's capacity in use, by quarter of the window; 0 where it has none.

        What holders without a product in production have booked counts as used. Of a line that is
        split by plan the whole counts: its parts are converted as they are needed.
        """
        out = {}
        wholes = {(x.capacity.organization, x.capacity.id) for x in self.plan.lines if x.whole}
        for line in self.plan.lines:
            if (line.capacity.organization, line.capacity.part_of) in wholes:
                continue
            capacity = self._window(np.array(line.per_quarter))
            used = sum(draw * self._window(self.make[m]) for m, draw in line.members.items())
            share = np.divide(used, capacity, out=np.zeros_like(capacity), where=capacity > 0)
            reserved = self._window(np.array(line.reserved))
            out[line.key] = np.where(capacity > 0, share + reserved, 0.0)
        return out

    def bound(self) -> tuple[Mapping[str, float], ...]:
        """By quarter of the window: limit to the planned starts of the products that it binds.

        A product is bound by what kept most of its plan from being started: a memory, dies, a
        line of packaging, ``orders`` or a cut of the product itself; by the line that its
        designer has booked where nothing was short.
        """
        first, last = self.window
        found: list[Mapping[str, float]] = []
        for t in range(first, last + 1):
            now: dict[str, float] = defaultdict(float)
            for row, name in enumerate(self.plan.products):
                if (planned := float(self.planned[row, t])) > 0:
                    now[self.limit_on(name, t)] += planned
            found.append(dict(sorted(now.items(), key=lambda x: (-x[1], x[0]))))
        return tuple(found)

    def binding(self) -> tuple[tuple[str, ...], ...]:
        """By quarter of the window: what binds, what binds most planned starts first."""
        return tuple(tuple(now) for now in self.bound())

    def cause_of(self, product: str, period: int) -> str:
        """What kept most of the product's plan from being started; empty: its own booking."""
        row = list(self.plan.products).index(product)
        planned = float(self.planned[row, period]) + float(self.short["product"][row, period])
        # What was started beyond the plan a quarter before is missing now: no shortage.
        ahead = max(0.0, float((self.start - self.planned)[row, period - 1])) if period else 0.0
        if float(self.start[row, period]) + ahead >= (1 - SHORT) * planned:
            return ""
        return max(self.short, key=lambda c: float(self.short[c][row, period]))

    def limit_on(self, product: str, period: int) -> str:
        """What binds a product in a period, by name."""
        cause = self.cause_of(product, period)
        if cause in ("orders", "product"):
            return cause
        if cause in ("memory", "dies"):
            return self.scarcest(product, period, cause).commodity
        lines = self.slot_lines(product, period)
        booked = [c for c in lines if self.plan.lines[c].capacity.bookings]
        own = booked or lines
        if cause == "packaging":
            own = [c for c in lines if c not in booked] or own
        return self.limit_of(own[0]) if own else "packaging"

    def scarcest(self, product: str, period: int, kind: str) -> Link:
        """The input of a kind of which the plan's need was filled least; of several the first."""
        consumer = self.plan.products[product]
        links = [
            (n, x)
            for n, x in enumerate(self.plan.links)
            if x.consumer == consumer and x.kind == kind
        ]
        return min(links, key=lambda pair: float(self.filled[pair[0], period]))[1]

    def slot_lines(self, product: str, period: int) -> list[int]:
        """Lines on which the product can be packaged, the one most booked for it first."""
        found: list[int] = []
        for link in self.plan.links:
            if link.consumer == self.plan.products[product] and link.kind == "slot":
                for s, periods in link.senders.items():
                    if period in periods:
                        found += [c for c in self.plan.lines_of(s) if c not in found]
        holder = self.plan.holders[product]

        def booked(line: int) -> float:
            share = self.plan.lines[line].booked[period].get(holder, 0.0)
            return share * float(self.capacity[line, period])

        return sorted(found, key=lambda c: (-booked(c), c))

    def limit_of(self, line: int) -> str:
        """What a line limits: its commodity, or the line's id where it makes several."""
        names = {self.plan.supplies[m].commodity for m in self.plan.lines[line].members}
        return names.pop() if len(names) == 1 else self.plan.lines[line].capacity.id

    def to_frame(self) -> pd.DataFrame:
        """Units shipped: one row per product and quarter."""
        import pandas as pd

        rows = [
            (product, self.plan.supplies[self.plan.products[product]].organization, str(q), u)
            for product, units in self.units().items()
            for q, u in zip(self.quarters, units.tolist(), strict=True)
        ]
        return pd.DataFrame(rows, columns=["product", "designer", "quarter", "units"])

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the answer, by the names that they have in the JSON of the command."""
        import supplychain

        return supplychain.document(self).tables

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the tables say in words."""
        import supplychain

        return supplychain.document(self).sentences

    def _repr_html_(self) -> str:
        return str(self.to_frame()._repr_html_())  # type: ignore[operator]

    def _window(self, array: Floats) -> Floats:
        first, last = self.window
        part: Floats = array[..., first : last + 1]
        return part
