"""Production quarter by quarter: the baseline once, scenarios from their first shock on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from supplychain.production.plan import Plan
from supplychain.production.recipes import Floats
from supplychain.production.record import record
from supplychain.production.result import Production
from supplychain.production.selling import able_to_finish
from supplychain.production.walk import Expected, Model, Quarterly, State, carried

CHUNK = 256
"""Scenarios walked at a time: bounds the memory, and what is small stays in the cache."""


class Forward:
    """A plan, walked once for the baseline and as often as asked for scenarios.

    Attributes:
        plan: What is walked through.
        model: The same in numbers.
    """

    __hash__ = None  # type: ignore[assignment]  # as of every result

    def __eq__(self, other: object) -> bool:
        """Whether the same plan is walked."""
        return self.plan == other.plan if isinstance(other, Forward) else NotImplemented

    def __init__(self, plan: Plan) -> None:
        """Read the plan.

        Raises:
            AskError: It makes nothing.
        """
        plan.check()
        self.plan = plan
        self.model = Model(plan)

    @cached_property
    def _undisturbed(self) -> list[tuple[State, Quarterly]]:
        model = self.model
        begin = model.begin(model.undisturbed, 1)
        return list(walk(model, begin, 0, model.undisturbed, detail=True))

    @cached_property
    def baseline(self) -> Production:
        """Without any shock; its window is all of the data."""
        return record(self.model, self._undisturbed, self._ones)

    @property
    def _ones(self) -> Floats:
        return np.ones((len(self.plan.supplies), self.model.periods))

    @cached_property
    def _finished(self) -> Floats:
        """What is finished undisturbed, product x period x 1."""
        return np.stack([now.finished for _, now in self._undisturbed], axis=1)

    @cached_property
    def sold(self) -> Floats:
        """Units sold undisturbed, product x period."""
        return np.stack([now.sold[:, 0] for _, now in self._undisturbed], axis=1)

    def scenario(self, kept: Floats) -> Production:
        """With part of the supplies' output gone.

        Args:
            kept: Share of its own output each supply keeps, supply x period, 0 to 1.

        Returns:
            The baseline itself where nothing is cut.

        Raises:
            ValueError: ``kept`` has the wrong shape or a share outside 0 to 1.
        """
        self._check(kept[:, :, None])
        first = int(first_shocks(kept[:, :, None])[0])
        if first == self.model.periods:
            return self.baseline
        walked = self._walk_on(first, kept, detail=True)
        return record(self.model, list(walked), kept, self.baseline)

    def after(self, past: Forward, first: int, kept: Floats) -> Production:
        """This plan from a period on, with what another one did before it.

        For shocks that change more than capacities (a launch, a qualification, a new line): this
        plan is theirs, ``past`` the undisturbed one. Nobody knows of the change before; a cut
        before it hits the old plan.

        Args:
            past: Of the same quarters.
            first: The first period of this plan.
            kept: As for :meth:`scenario`, by the supplies of this plan.

        Raises:
            ValueError: The quarters differ, or as for :meth:`scenario`.
        """
        self._check(kept[:, :, None])
        if past.plan.quarters != self.plan.quarters:
            raise ValueError("the two plans cover different quarters")
        known = {s.id: i for i, s in enumerate(self.plan.supplies)}
        old = past._ones
        for i, supply in enumerate(past.plan.supplies):
            if supply.id in known:
                old[i, :first] = kept[known[supply.id], :first]
        before = past.scenario(old)
        state = past._state_after(old, first)
        model = self.model
        state = carried(state, past.model.recipes, model.recipes)
        usual = None
        if self._products_cut(kept):
            undisturbed = carried(past._state_before(first), past.model.recipes, model.recipes)
            walked = walk(model, undisturbed, first, model.undisturbed)
            usual = np.zeros((len(model.recipes.names), model.periods, 1))
            for t, (_, now) in enumerate(walked, first):
                usual[:, t] = now.finished
        walked = walk(model, state, first, model.undisturbed, kept[:, :, None], usual, detail=True)
        return record(model, list(walked), kept, before)

    def scenarios(
        self, kept: Floats, capacity: Floats | None = None, until: int | None = None
    ) -> Floats:
        """Units sold, product x period x scenario; the baseline's bits before each first shock.

        Args:
            kept: Supply x period x scenario.
            capacity: Of each line instead of the data's, line x period x scenario: known to
                everybody, as other data would be.
            until: The first period of no interest; all that follow are left at zero.

        Raises:
            ValueError: As for :meth:`scenario`.
        """
        self._check(kept)
        count = kept.shape[2]
        sold = np.zeros((len(self.model.recipes.names), self.model.periods, count))
        end = self.model.periods if until is None else until
        order = np.argsort(first_shocks(kept), kind="stable")
        for begin in range(0, count, CHUNK):
            some = order[begin : begin + CHUNK]
            if capacity is None:
                sold[:, :end, some] = self._cut(kept[:, :, some], end)
            else:
                sold[:, :end, some] = self._resized(kept[:, :, some], capacity[:, :, some], end)
        return sold

    def _cut(self, kept: Floats, end: int) -> Floats:
        model, count = self.model, kept.shape[2]
        firsts = first_shocks(kept)
        first = int(firsts.min(initial=model.periods))
        sold = np.repeat(self.sold[:, :, None], count, axis=2)
        if first < end:
            usual = self._finished if self._products_cut(kept) else None
            state = self._state_before(first).columns([0] * count)
            walked = walk(model, state, first, model.undisturbed, kept, usual, until=end)
            for t, (_, now) in enumerate(walked, first):
                sold[:, t] = np.where(t >= firsts, now.sold, sold[:, t])
        return sold[:, :end]

    def _resized(self, kept: Floats, capacity: Floats, end: int) -> Floats:
        model, count = self.model, kept.shape[2]
        expected = model.expected(capacity)
        begin = model.begin(expected, count)
        usual = None
        if self._products_cut(kept):
            walked = walk(model, begin, 0, expected, until=end)
            usual = np.stack([now.finished for _, now in walked], axis=1)
        walked = walk(model, begin, 0, expected, kept, usual, until=end)
        return np.stack([now.sold for _, now in walked], axis=1)

    def _state_before(self, t: int) -> State:
        if t == 0:
            return self.model.begin(self.model.undisturbed, 1)
        return self._undisturbed[t - 1][0]

    def _state_after(self, kept: Floats, until: int) -> State:
        """The state before a period under cuts."""
        first = int(first_shocks(kept[:, :, None])[0])
        if first >= until:
            return self._state_before(until)
        return list(self._walk_on(first, kept, until=until))[-1][0]

    def _walk_on(
        self, first: int, kept: Floats, detail: bool = False, until: int | None = None
    ) -> Iterator[tuple[State, Quarterly]]:
        """One scenario from the baseline's state before a period on."""
        model, state = self.model, self._state_before(first)
        usual = self._finished if self._products_cut(kept) else None
        return walk(model, state, first, model.undisturbed, kept[:, :, None], usual, detail, until)

    def _products_cut(self, kept: Floats) -> bool:
        return bool((kept[self.model.recipes.supplies] < 1).any())

    def _check(self, kept: Floats) -> None:
        expected = (len(self.plan.supplies), self.model.periods)
        if kept.shape[:2] != expected or not ((kept >= 0) & (kept <= 1)).all():
            raise ValueError(f"shares kept must be {expected[0]} x {expected[1]}, each 0 to 1")


def walk(
    model: Model,
    state: State,
    first: int,
    expected: Expected,
    kept: Floats | None = None,
    usual: Floats | None = None,
    detail: bool = False,
    until: int | None = None,
) -> Iterator[tuple[State, Quarterly]]:
    """Every quarter from a period on, with the state after it; arguments as for :meth:`Model.step`.

    Of many scenarios nothing is kept but what the caller keeps.

    Args:
        model: What is walked through.
        state: Before the first period.
        first: The first period.
        expected: What is expected without shocks.
        kept: Share of its own output that each supply keeps, supply x period x scenario.
        usual: What is finished undisturbed, product x period x scenario, where a product is cut.
        detail: Whether to say what was short.
        until: The period after the last; ``None``: all of them.
    """
    of_products = None if kept is None else kept[model.recipes.supplies]
    for t in range(first, model.periods if until is None else until):
        here = None if kept is None or kept[:, t].min() >= 1 else kept[:, t]
        able = None
        if usual is not None and of_products is not None:
            able = able_to_finish(t, of_products, usual, model.plan.rules.band)
        state, now = model.step(t, state, expected, here, able, detail)
        yield state, now


def first_shocks(kept: Floats) -> NDArray[np.int64]:
    """The first period with a cut, by scenario; the number of periods where there is none."""
    hit: NDArray[np.bool_] = np.any(kept < 1, axis=0)
    return np.where(hit.any(axis=0), hit.argmax(axis=0), len(hit))
