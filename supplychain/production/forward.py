"""Production quarter by quarter: the baseline once, scenarios from their first shock on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from supplychain.production.plan import Plan
from supplychain.production.recipes import Floats
from supplychain.production.walk import Expected, Model, Quarterly, State, carried

CHUNK = 256
"""Scenarios walked at a time: bounds the memory, and what is small stays in the cache."""


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A walk.

    Attributes:
        start, finished, sold: Product x period x scenario.
        quarters: What happened, by period from ``first`` on; empty unless asked for.
        states: After each quarter; likewise.
    """

    start: Floats
    finished: Floats
    sold: Floats
    quarters: tuple[Quarterly, ...] = ()
    states: tuple[State, ...] = ()


class Forward:
    """A plan, walked once for the baseline and as often as asked for scenarios."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.model = Model(plan)

    @cached_property
    def baseline(self) -> Run:
        """The walk without any shock."""
        expected = self.model.undisturbed
        return self._walk(self.model.begin(expected, 1), 0, expected, None, None, True)

    def scenario(self, kept: Floats) -> Run:
        """With part of the supplies' output gone.

        Args:
            kept: Share of its own output each supply keeps, supply x period, 0 to 1.

        Returns:
            The baseline itself where nothing is cut.

        Raises:
            ValueError: ``kept`` has the wrong shape or a share outside 0 to 1.
        """
        return self.after(self, self.model.periods, kept)

    def after(self, past: Forward, first: int, kept: Floats) -> Run:
        """This plan from a period on, with what another one did before it.

        For shocks that change more than capacities (a launch, a qualification, a new line): this
        plan is theirs, ``past`` the undisturbed one. Nobody knows of the change before.

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
        shocked = np.flatnonzero((kept < 1).any(axis=0))
        begin = min([first, *shocked[:1].tolist()])
        if begin >= self.model.periods:
            return past.baseline
        if past is not self and begin < first:
            raise ValueError("cut before the plan changes: walk the old plan first")
        return self._continued(past, begin, kept)

    def scenarios(self, kept: Floats, capacity: Floats | None = None) -> Floats:
        """Units sold, product x period x scenario, with the baseline's bits before each shock.

        Args:
            kept: Supply x period x scenario.
            capacity: Of each line instead of the data's, line x period x scenario: known to
                everybody, as other data would be.

        Raises:
            ValueError: As for :meth:`scenario`.
        """
        self._check(kept)
        count = kept.shape[2]
        sold = np.empty((len(self.model.recipes.names), self.model.periods, count))
        order = np.argsort(_first_shocks(kept), kind="stable")
        for begin in range(0, count, CHUNK):
            some = order[begin : begin + CHUNK]
            other = None if capacity is None else capacity[:, :, some]
            sold[:, :, some] = self._batch(kept[:, :, some], other)
        return sold

    def _batch(self, kept: Floats, capacity: Floats | None) -> Floats:
        model, count = self.model, kept.shape[2]
        if capacity is not None:
            expected = model.expected(capacity)
            usual = None
            if self._products_cut(kept):
                begin = model.begin(expected, count)
                usual = self._walk(begin, 0, expected, None, None, False).finished
            return self._walk(model.begin(expected, count), 0, expected, kept, usual, False).sold
        firsts = _first_shocks(kept)
        first = int(firsts.min(initial=model.periods))
        sold = np.repeat(self.baseline.sold, count, axis=2)
        if first < model.periods:
            usual = self.baseline.finished if self._products_cut(kept) else None
            state = self._state_before(first).columns([0] * count)
            run = self._walk(state, first, model.undisturbed, kept, usual, False)
            hit = np.arange(model.periods)[:, None] >= firsts  # period x scenario
            sold = np.where(hit, run.sold, sold)
        return sold

    def _continued(self, past: Forward, begin: int, kept: Floats) -> Run:
        """One scenario in all detail, with the baseline's quarters before it."""
        model = self.model
        state = past._state_before(begin)
        usual = None
        if self._products_cut(kept[:, :, None]):
            if past is self:
                usual = self.baseline.finished
            else:
                usual = self.after(past, begin, np.ones_like(kept)).finished
        if past is not self:
            state = carried(state, past.model.recipes, model.recipes)
        run = self._walk(state, begin, model.undisturbed, kept[:, :, None], usual, True)
        if past is self:
            before = past.baseline
            for ours, theirs in (
                (run.start, before.start),
                (run.finished, before.finished),
                (run.sold, before.sold),
            ):
                ours[:, :begin] = theirs[:, :begin]
        else:
            rows = [past.model.recipes.names.index(n) if n in past.model.recipes.names else -1
                    for n in model.recipes.names]  # fmt: skip
            for ours, theirs in (
                (run.start, past.baseline.start),
                (run.finished, past.baseline.finished),
                (run.sold, past.baseline.sold),
            ):
                for p, row in enumerate(rows):
                    ours[p, :begin] = theirs[row, :begin] if row >= 0 else 0.0
        return run

    def _state_before(self, t: int) -> State:
        if t == 0:
            return self.model.begin(self.model.undisturbed, 1)
        return self.baseline.states[t - 1]

    def _products_cut(self, kept: Floats) -> bool:
        return bool((kept[self.model.recipes.supplies] < 1).any())

    def _walk(
        self,
        state: State,
        first: int,
        expected: Expected,
        kept: Floats | None,
        usual: Floats | None,
        detail: bool,
    ) -> Run:
        model = self.model
        shape = len(model.recipes.names), model.periods, state.held.shape[1]
        start, finished, sold = (np.zeros(shape) for _ in range(3))
        quarters, states = [], []
        for t in range(first, model.periods):
            here = None if kept is None or kept[:, t].min() >= 1 else kept[:, t]
            if here is None and usual is not None:
                here = np.ones((kept.shape[0], shape[2])) if kept is not None else None
            state, now = model.step(t, state, expected, here, usual, detail)
            start[:, t], finished[:, t], sold[:, t] = now.started.units, now.finished, now.sold
            if detail:
                quarters.append(now)
                states.append(state)
        return Run(start, finished, sold, tuple(quarters), tuple(states))

    def _check(self, kept: Floats) -> None:
        expected = (len(self.plan.supplies), self.model.periods)
        if kept.shape[:2] != expected or not ((kept >= 0) & (kept <= 1)).all():
            raise ValueError(f"shares kept must be {expected[0]} x {expected[1]}, each 0 to 1")


def _first_shocks(kept: Floats) -> np.ndarray:
    """The first period with a cut, by scenario; the number of periods where there is none."""
    hit = (kept < 1).any(axis=0)
    return np.where(hit.any(axis=0), hit.argmax(axis=0), len(hit))
