"""The walk through the quarters: state in, state out, any number of scenarios at a time.

Every quarter is decided with what is known in it. What is expected of later quarters is the
undisturbed plan, never a later quarter of the scenario; so nothing changes before a shock, and
nothing depends on where a window ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from supplychain.production.dies import Book, order, read_book, under_way
from supplychain.production.memory import make_memory
from supplychain.production.plan import Plan
from supplychain.production.planning import lines_left, planned_starts
from supplychain.production.recipes import Floats, Makers, Recipes, read_recipes
from supplychain.production.selling import due, finish, order_books, sell
from supplychain.production.starting import Started, start
from supplychain.production.tables import read_tables


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What goes from one quarter to the next; the last axis of every array is the scenario.

    Attributes:
        stock: Memory, by maker.
        bank: Dies in hand, by need.
        coming: Dies under way, quarter x need: entry k arrives k quarters from the next one.
        finishing: Started and not finished, quarter x product, likewise.
        held: Finished and not sold, by product.
        backlog: Ordered and not sold, by market.
    """

    stock: Floats
    bank: Floats
    coming: Floats
    finishing: Floats
    held: Floats
    backlog: Floats

    def columns(self, chosen: Sequence[int]) -> State:
        """Some scenarios of it; one can be taken several times."""
        return State(**{f.name: getattr(self, f.name)[..., list(chosen)] for f in fields(self)})


@dataclass(frozen=True, slots=True, eq=False)
class Quarterly:
    """What happened in one quarter.

    Attributes:
        planned: Starts by plan, on what shocks leave of the capacity.
        started: See there.
        finished, sold: By product.
        memory: Made by maker.
        dies: Made, maker x need.
        capacity: Of each line, what shocks leave.
    """

    planned: Floats
    goal: Floats
    started: Started
    finished: Floats
    sold: Floats
    memory: Floats
    dies: Floats
    capacity: Floats


class Model:
    """A plan, read once for all quarters and scenarios."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.recipes = read_recipes(plan)
        self.tables = [read_tables(self.recipes, t) for t in range(len(plan.quarters))]

    @property
    def periods(self) -> int:
        """Quarters of the grid."""
        return len(self.tables)

    @cached_property
    def undisturbed(self) -> Expected:
        """What is expected on the data's own capacities."""
        return self.expected(self.recipes.capacity[:, :, None])

    def expected(self, capacity: Floats) -> Expected:
        """What is expected on some capacities, line x period x scenario."""
        hoped = [
            planned_starts(self.recipes, self.tables[t], t, capacity[:, t])
            for t in range(self.periods)
        ]
        return Expected(capacity, hoped, read_book(self.recipes, hoped))

    def begin(self, expected: Expected, scenarios: int) -> State:
        """The state before the data begins: dies under way as planned, everything else empty."""
        of = self.recipes
        products = len(of.names)
        depth = int(np.minimum(of.lag, of.periods).max(initial=0.0)) + 2

        def nothing(*shape: int) -> Floats:
            return np.zeros((*shape, scenarios))

        coming = under_way(expected.book)
        return State(
            stock=nothing(len(of.memory_makers.supplies)),
            bank=nothing(len(of.dies)),
            coming=np.array(np.broadcast_to(coming, (*coming.shape[:2], scenarios))),
            finishing=nothing(depth, products),
            held=nothing(products),
            backlog=nothing(len(self.plan.markets)),
        )

    def step(
        self,
        t: int,
        state: State,
        expected: Expected,
        kept: Floats | None = None,
        able: Floats | None = None,
        detail: bool = False,
    ) -> tuple[State, Quarterly]:
        """One quarter.

        Args:
            t: The period.
            state: After the quarter before.
            expected: What is expected without shocks.
            kept: Share of its own output that each supply keeps in the quarter, supply x
                scenario; ``None``: all keep everything.
            able: The most of each product that can be finished, product x scenario; ``None``:
                everything.
            detail: Whether to say what was short.
        """
        of, rules = self.recipes, self.plan.rules
        whole = np.broadcast_to(expected.capacity[:, t], (len(of.capacity), state.held.shape[1]))
        capacity, planned, goal = self._aims(t, expected.hoped[t], whole, kept)
        made = self._memory(t, state, expected, kept, whole, capacity, planned)
        # A line that makes memory has that much less for dies, and both less for packaging.
        left = _less(of.memory_makers, capacity, made)
        usable = state.stock + (1 - of.late_memory[:, None]) * made
        bank, coming = state.bank + state.coming[0], shifted(state.coming)
        bank, coming, dies = order(of, expected.book, t, left, kept, bank, coming, rules.band)
        books = order_books(of, t, state.backlog, state.held, state.finishing, rules.cancel)
        most = (1 + rules.band) * goal
        left = _less(of.die_makers, left, dies.sum(axis=1))
        started = start(of, self.tables[t], left, goal, most, usable, bank, books.room, detail)
        finishing = due(of, t, started.units, state.finishing)
        finishing = finish(finishing, able)
        have = state.held + finishing[0]
        sold, backlog = sell(of, t, have, books)
        stock = started.stock + of.late_memory[:, None] * made
        after = State(
            stock=np.where(of.memory_makers.perishable[:, None], 0.0, stock),
            bank=started.bank,
            coming=coming,
            finishing=shifted(finishing),
            held=have - sold,
            backlog=backlog,
        )
        now = Quarterly(planned, goal, started, finishing[0], sold, made, dies, capacity)
        return after, now

    def _aims(
        self, t: int, hoped: Floats, whole: Floats, kept: Floats | None
    ) -> tuple[Floats, Floats, Floats]:
        """What shocks leave of the lines, starts by plan on that, and the goal of the quarter.

        Line x scenario; product x scenario, twice.
        """
        of, tables = self.recipes, self.tables[t]
        capacity = whole if kept is None else lines_left(of, tables, t, whole, kept, hoped)
        planned: Floats = np.broadcast_to(
            planned_starts(of, tables, t, capacity), (len(of.names), whole.shape[1])
        )
        if kept is None:
            return capacity, planned, planned
        # A common shock counts once.
        return capacity, planned, np.minimum(planned, kept[of.supplies] * hoped)

    def _memory(
        self,
        t: int,
        state: State,
        expected: Expected,
        kept: Floats | None,
        whole: Floats,
        capacity: Floats,
        planned: Floats,
    ) -> Floats:
        """Memory made, maker x scenario, for these starts and with a view to the next quarter's."""
        following = t + 1 < self.periods
        return make_memory(
            self.recipes,
            t,
            self.tables[t],
            self.tables[t + 1] if following else None,
            capacity,
            whole,
            kept,
            planned,
            expected.hoped[t + 1] if following else None,
            state.stock,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """What everybody expects of all quarters: no shock is known before it comes.

    Attributes:
        capacity: Line x period x scenario (or x 1).
        hoped: Starts planned, by period: product x scenario.
        book: What orders of dies go by.
    """

    capacity: Floats
    hoped: list[Floats]
    book: Book


def _less(makers: Makers, capacity: Floats, made: Floats) -> Floats:
    """Capacity without what makers have used of it; untouched where nothing was made."""
    if not len(made):
        return capacity
    left = capacity.copy()
    left[makers.lines] = np.maximum(left[makers.lines] - makers.draws @ made, 0.0)
    return left


def shifted(queue: Floats) -> Floats:
    """A queue one quarter later: the first entry is gone, the last one empty."""
    return np.concatenate([queue[1:], np.zeros((1, *queue.shape[1:]))])


def carried(state: State, of: Recipes, to: Recipes) -> State:
    """A state laid onto another plan over the same quarters, by name.

    What the other plan does not have is dropped, what this one does not have is empty.
    """

    def laid(array: Floats, axis: int, names: Sequence[object], wanted: Sequence[object]) -> Floats:
        shape = list(array.shape)
        shape[axis] = len(wanted)
        out = np.zeros(shape)
        place = {name: i for i, name in enumerate(names)}
        pairs = [(place[name], i) for i, name in enumerate(wanted) if name in place]
        if pairs:
            source, target = map(list, zip(*pairs, strict=True))
            np.moveaxis(out, axis, 0)[target] = np.moveaxis(array, axis, 0)[source]
        return out

    def deep(array: Floats, depth: int) -> Floats:
        more = max(0, depth - len(array))
        return np.concatenate([array, np.zeros((more, *array.shape[1:]))])

    memory = [r.plan.supplies[s].id for r in (of,) for s in r.memory_makers.supplies]
    other_memory = [to.plan.supplies[s].id for s in to.memory_makers.supplies]
    dies, other_dies = _die_names(of), _die_names(to)
    books = [m.book.products for m in of.plan.markets], [m.book.products for m in to.plan.markets]
    depth = int(np.minimum(to.lag, to.periods).max(initial=0.0)) + 2
    ahead = max((int(min(d.lead, to.periods)) for d in to.dies), default=0) + 3
    return replace(
        state,
        stock=laid(state.stock, 0, memory, other_memory),
        bank=laid(state.bank, 0, dies, other_dies),
        coming=deep(laid(state.coming, 1, dies, other_dies), ahead),
        finishing=deep(laid(state.finishing, 1, of.names, to.names), depth),
        held=laid(state.held, 0, of.names, to.names),
        backlog=laid(state.backlog, 0, *books),
    )


def _die_names(of: Recipes) -> list[tuple[str, str]]:
    return [(of.names[d.product], of.plan.links[d.link].inputs) for d in of.dies]
