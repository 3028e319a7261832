"""Solve the production program with HiGHS: once for the baseline, then scenario after scenario.

Three objectives in lexicographic order: most value, then (value held) earliest output, then
(both held) closest to the planned mix. Without the second and third the program has many
optima and the timing of output is arbitrary. An objective is held by staying on its optimal
face: what has a reduced cost keeps its bound, what has a dual price stays tight
(complementary slackness; Sherali 1982, "Equivalent weights for lexicographic multi-objective
programs"). That is exact, and presolve then leaves little to solve.

A scenario changes bounds only, and nothing before its first shock can differ from the baseline.
It is solved from scratch, by the interior-point method with crossover: presolve then removes the
fixed past, which was measured to beat the simplex method from the baseline's basis for all but
the smallest shocks. So the order of scenarios cannot matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import highspy
import numpy as np

from supplychain.production.plan import Plan
from supplychain.production.program import INFINITY, Floats, Model, borrow_limits, build
from supplychain.production.result import Production, on_columns

TOLERANCE = 1e-9
"""Of feasibility and of reduced costs, in scaled variables (a full quarter is about 100)."""


class SolverError(RuntimeError):
    """The solver stopped with a status other than optimal: a defect, never a result."""


@dataclass(frozen=True)
class _Bounds:
    column_lower: Floats
    column_upper: Floats
    row_lower: Floats
    row_upper: Floats


class Program:
    """A plan, built once as a linear program and solved for as many scenarios as asked.

    Attributes:
        plan: What is being solved.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._model = build(plan)
        self._highs = _load(self._model)

    @cached_property
    def baseline(self) -> Production:
        """The solution without any shock."""
        model = self._model
        free = _Bounds(np.zeros(model.columns.count), model.ceiling, model.lower, model.upper)
        return self._lexicographic(free)

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
        return self._lexicographic(self._shocked(kept, int(shocked[0]), self.baseline))

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
        return self._lexicographic(self._shocked(kept, first, past))

    def _check(self, kept: Floats) -> None:
        expected = (len(self.plan.supplies), len(self.plan.quarters))
        if kept.shape != expected or not ((kept >= 0) & (kept <= 1)).all():
            raise ValueError(f"shares kept must be {expected[0]} x {expected[1]}, each 0 to 1")

    def _shocked(self, kept: Floats, first: int, past: Production) -> _Bounds:
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
        # Rows wholly in the past hold already, but for the solver's last digit.
        done = model.row_period < first
        return _Bounds(
            column_lower / model.scale,
            column_upper / model.scale,
            np.where(done, -INFINITY, model.lower),
            np.where(done, INFINITY, row_upper),
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

    def _lexicographic(self, bounds: _Bounds) -> Production:
        """Solve for the three objectives in turn."""
        model, highs = self._model, self._highs
        self._set(bounds)
        highs.clearSolver()
        highs.setOptionValue("solver", "ipm")
        goal = self._minimize(model.cost)
        first = highs.getSolution()
        row_dual, col_dual = np.array(first.row_dual), np.array(first.col_dual)
        highs.setOptionValue("solver", "simplex")
        for objective in (model.earliness, model.closeness):
            bounds = self._face(bounds)
            self._set(bounds)
            highs.clearSolver()
            self._minimize(objective)
        variables = np.array(highs.getSolution().col_value)
        return Production.from_solution(self.plan, model, variables, goal, row_dual, col_dual)

    def _face(self, bounds: _Bounds) -> _Bounds:
        """The bounds that keep the next solution as good as the present one."""
        solution = self._highs.getSolution()
        col_dual, row_dual = np.array(solution.col_dual), np.array(solution.row_dual)
        low, high = col_dual > TOLERANCE, col_dual < -TOLERANCE
        tight, tight_below = row_dual < -TOLERANCE, row_dual > TOLERANCE
        return _Bounds(
            np.where(high, bounds.column_upper, bounds.column_lower),
            np.where(low, bounds.column_lower, bounds.column_upper),
            np.where(tight, bounds.row_upper, bounds.row_lower),
            np.where(tight_below, bounds.row_lower, bounds.row_upper),
        )

    def _set(self, bounds: _Bounds) -> None:
        columns, rows = len(bounds.column_lower), len(bounds.row_lower)
        self._highs.changeColsBounds(
            columns, np.arange(columns, dtype=np.int32), bounds.column_lower, bounds.column_upper
        )
        self._highs.changeRowsBounds(
            rows, np.arange(rows, dtype=np.int32), bounds.row_lower, bounds.row_upper
        )

    def _minimize(self, cost: Floats) -> float:
        highs = self._highs
        count = len(cost)
        highs.changeColsCost(count, np.arange(count, dtype=np.int32), cost)
        highs.run()
        status = highs.getModelStatus()
        if status == highspy.HighsModelStatus.kModelEmpty and count == 0:
            return 0.0  # no accelerator has an input with a known capacity
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverError(f"the solver stopped: {highs.modelStatusToString(status)}")
        return float(highs.getInfo().objective_function_value)


def _load(model: Model) -> highspy.Highs:
    # The compiled solver: its Python subclass adds callbacks we do not use, and some versions
    # print a banner to standard output while setting them up, whatever output_flag says.
    highs = highspy.Highs.__base__()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("primal_feasibility_tolerance", TOLERANCE),
        ("dual_feasibility_tolerance", TOLERANCE),
    ):
        highs.setOptionValue(option, value)
    lp = highspy.HighsLp()
    lp.num_col_ = model.columns.count
    lp.num_row_ = len(model.upper)
    lp.col_cost_ = model.cost
    lp.col_lower_ = np.zeros(model.columns.count)
    lp.col_upper_ = model.ceiling
    lp.row_lower_ = model.lower
    lp.row_upper_ = model.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = model.starts
    lp.a_matrix_.index_ = model.indices
    lp.a_matrix_.value_ = model.coefficients
    if highs.passModel(lp) == highspy.HighsStatus.kError:
        raise SolverError("the solver refused the program")
    return highs
