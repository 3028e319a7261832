"""Solve the production program: once for the baseline, then scenario after scenario.

Four objectives in lexicographic order: most value, then earliest output, then closest to the
planned mix, and last an arbitrary but fixed order of everything that is still open. Without the
later ones the program has many optima and the timing of output is arbitrary.

A scenario changes bounds only, and nothing before its first shock can differ from the baseline.
It starts from the baseline's basis, never from another scenario's, so their order cannot matter.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from supplychain.production.highs import Bounds, Optimum, Solver
from supplychain.production.plan import Plan
from supplychain.production.program import Floats, borrow_limits, build
from supplychain.production.result import Production, on_columns


class Program:
    """A plan, built once as a linear program and solved for as many scenarios as asked.

    Attributes:
        plan: What is being solved.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._model = build(plan)

    @cached_property
    def baseline(self) -> Production:
        """The solution without any shock."""
        return self._production(self._optimum)

    @cached_property
    def _free(self) -> Bounds:
        model = self._model
        return Bounds(np.zeros(model.columns.count), model.ceiling, model.lower, model.upper)

    @cached_property
    def _solver(self) -> Solver:
        return Solver(self._model, self._free)

    @cached_property
    def _optimum(self) -> Optimum:
        return self._solver.optimum(self._free)

    def _production(self, optimum: Optimum) -> Production:
        return Production.from_optimum(self.plan, self._model, optimum)

    def scenario(self, kept: Floats) -> Production:
        """Solve with part of the supplies' output gone.

        Args:
            kept: Share of its own output each supply keeps, supply x period, 0 to 1.

        Returns:
            The baseline itself where nothing is cut.

        Raises:
            ValueError: ``kept`` has the wrong shape or a share outside 0 to 1.
            SolverError: The solver did not reach an optimum.
        """
        self._check(kept)
        shocked = np.flatnonzero((kept < 1).any(axis=0))
        if shocked.size == 0:
            return self.baseline
        bounds = self._shocked(kept, int(shocked[0]), self.baseline)
        return self._production(self._solver.optimum(bounds, self._optimum))

    def after(self, past: Production, first: int, kept: Floats) -> Production:
        """Solve this plan from a period on, with what another plan did before it.

        For scenarios that change more than capacities (a launch, a qualification, a new line):
        this plan is theirs, ``past`` the undisturbed baseline.

        Args:
            past: A solution on the same quarters.
            first: The first period that may differ from it.
            kept: As for :meth:`scenario`.

        Raises:
            ValueError: The quarters differ, or as for :meth:`scenario`.
            SolverError: The solver did not reach an optimum.
        """
        self._check(kept)
        if past.plan.quarters != self.plan.quarters:
            raise ValueError("the two plans cover different quarters")
        bounds = self._shocked(kept, first, past)
        return self._production(Solver(self._model, bounds).optimum(bounds))

    def _check(self, kept: Floats) -> None:
        expected = (len(self.plan.supplies), len(self.plan.quarters))
        if kept.shape != expected or not ((kept >= 0) & (kept <= 1)).all():
            raise ValueError(f"shares kept must be {expected[0]} x {expected[1]}, each 0 to 1")

    def _shocked(self, kept: Floats, first: int, past: Production) -> Bounds:
        model, columns = self._model, self._model.columns
        before = on_columns(past, self.plan, columns)
        line_kept = self._line_kept(kept, before[columns.make])
        row_upper = model.upper.copy()
        for (kind, entity), rows in model.rows.items():
            line = entity if kind in ("capacity", "pool") else None
            if kind == "booking":
                line = columns.accounts[entity][1]
            if line is not None:
                row_upper[rows] = model.upper[rows] * line_kept[line]
        column_upper = model.ceiling * model.scale
        column_upper[columns.borrow] = borrow_limits(self.plan, columns, line_kept)
        for i in self.plan.products.values():
            # A product has no line of its own: a cut of it is a cut of what it made.
            cut = kept[i] < 1
            column_upper[columns.make[i, cut]] = (kept[i] * before[columns.make[i]])[cut]
        column_lower = np.zeros(columns.count)
        fixed = columns.period < first
        column_lower[fixed] = column_upper[fixed] = before[fixed]
        # Rows wholly in the past are as they were, to the solver's last digit.
        done = model.row_period < first
        was = np.where(done, model.activity(before / model.scale), np.nan)
        return Bounds(
            column_lower / model.scale,
            column_upper / model.scale,
            np.fmin(model.lower, was),
            np.fmax(row_upper, was),
        )

    def _line_kept(self, kept: Floats, made: Floats) -> Floats:
        """Share of each line's capacity left.

        A cut common to all supplies of a line lowers the line; a cut of one of them takes away
        what that one made of it in the baseline.
        """
        left = np.ones((len(self.plan.lines), kept.shape[1]))
        for i, line in enumerate(self.plan.lines):
            members = list(line.members)
            capacity = np.array(line.per_quarter)
            gone = sum((1 - kept[m]) * draw * made[m] for m, draw in line.members.items())
            share_gone = np.divide(gone, capacity, out=np.zeros_like(capacity), where=capacity > 0)
            left[i] = np.clip(np.minimum(kept[members].max(axis=0), 1 - share_gone), 0, 1)
        return left
