"""The linear program in the hands of HiGHS: lexicographic optima, cold or from a known basis.

Several objectives in lexicographic order: the first is minimized, then the second without giving
up any of the first, and so on. An objective is held by staying on its optimal face: what has a
reduced cost keeps its bound, what has a dual price stays tight (complementary slackness; Sherali
1982, "Equivalent weights for lexicographic multi-objective programs"). That is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np

from supplychain.production.program import Floats, Ints, Model

TOLERANCE = 1e-9
"""Of feasibility and of reduced costs, in scaled variables (a full quarter is about 100)."""


class SolverError(RuntimeError):
    """The solver stopped with a status other than optimal: a defect, never a result."""


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """What the variables and rows of a model may be, in its scaled units."""

    column_lower: Floats
    column_upper: Floats
    row_lower: Floats
    row_upper: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """A lexicographic optimum.

    Attributes:
        variables: Of the model, scaled.
        goal: The first objective.
        dual_goal: The same from the dual side; equal to it by strong duality.
        row_dual, column_dual: Of the first objective.
        basis: Optimal for the first objective; a later solve with other bounds can start from it.
    """

    variables: Floats
    goal: float
    dual_goal: float
    row_dual: Floats
    column_dual: Floats
    basis: highspy.HighsBasis


class Solver:
    """A model, loaded once: only the columns that can differ from zero within the given bounds."""

    def __init__(self, model: Model, bounds: Bounds) -> None:
        self._size = model.columns.count
        self._columns = np.flatnonzero(bounds.column_upper > 0)
        self._rows = np.flatnonzero(_counts(model, self._columns) > 0)
        self._objectives = tuple(cost[self._columns] for cost in model.objectives)
        self._row_count = len(model.upper)
        self._highs = _load(model, self._columns, self._rows, bounds)

    def optimum(self, bounds: Bounds, start: Optimum | None = None) -> Optimum:
        """Minimize the objectives in turn.

        Args:
            bounds: Columns that were zero in the bounds given at the start stay zero.
            start: Where to start from: an optimum of this solver within other bounds. It changes
                the time, not the optimum.

        Raises:
            SolverError: The solver did not reach an optimum.
        """
        highs = self._highs
        bounds = Bounds(
            bounds.column_lower[self._columns],
            bounds.column_upper[self._columns],
            bounds.row_lower[self._rows],
            bounds.row_upper[self._rows],
        )
        self._set(bounds)
        highs.clearSolver()  # nothing of an earlier solve may show, to the last digit
        if start is not None:
            highs.setBasis(start.basis)
        # From nothing, presolve pays; from a basis the dual simplex method goes on where it was,
        # since other bounds leave the reduced costs as they are.
        highs.setOptionValue("presolve", "on" if start is None else "off")
        goal = self._minimize(self._objectives[0])
        solution, basis = highs.getSolution(), highs.getBasis()
        row_dual, column_dual = np.array(solution.row_dual), np.array(solution.col_dual)
        dual_goal = _dual_goal(row_dual, column_dual, bounds)
        highs.setOptionValue("presolve", "off")
        for objective in self._objectives[1:]:
            bounds = self._face(bounds)
            self._set(bounds)
            self._minimize(objective)
        return Optimum(
            variables=_spread(np.array(highs.getSolution().col_value), self._columns, self._size),
            goal=goal,
            dual_goal=dual_goal,
            row_dual=_spread(row_dual, self._rows, self._row_count),
            column_dual=_spread(column_dual, self._columns, self._size),
            basis=basis,
        )

    def _face(self, bounds: Bounds) -> Bounds:
        """The bounds that keep the next solution as good as the present one."""
        solution = self._highs.getSolution()
        column, row = np.array(solution.col_dual), np.array(solution.row_dual)
        return Bounds(
            np.where(column < -TOLERANCE, bounds.column_upper, bounds.column_lower),
            np.where(column > TOLERANCE, bounds.column_lower, bounds.column_upper),
            np.where(row < -TOLERANCE, bounds.row_upper, bounds.row_lower),
            np.where(row > TOLERANCE, bounds.row_lower, bounds.row_upper),
        )

    def _set(self, bounds: Bounds) -> None:
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
        if status == highspy.HighsModelStatus.kSolveError:
            # The basis it started from was numerically unusable: once more, from nothing.
            highs.clearSolver()
            highs.setOptionValue("presolve", "on")
            highs.run()
            status = highs.getModelStatus()
        if status == highspy.HighsModelStatus.kModelEmpty and count == 0:
            return 0.0  # no accelerator has an input with a known capacity
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverError(f"the solver stopped: {highs.modelStatusToString(status)}")
        return float(highs.getInfo().objective_function_value)


def _dual_goal(row_dual: Floats, column_dual: Floats, bounds: Bounds) -> float:
    """Prices times the bounds they belong to: a positive price pushes against a lower bound."""

    def side(dual: Floats, lower: Floats, upper: Floats) -> float:
        bound = np.where(dual > 0, lower, upper)
        return float(dual @ np.where(np.isfinite(bound), bound, 0.0))

    rows = side(row_dual, bounds.row_lower, bounds.row_upper)
    return rows + side(column_dual, bounds.column_lower, bounds.column_upper)


def _spread(values: Floats, places: Ints, count: int) -> Floats:
    out = np.zeros(count)
    out[places] = values
    return out


def _counts(model: Model, columns: Ints) -> Ints:
    """How many of the columns each row holds."""
    loaded = np.zeros(model.columns.count, dtype=np.int64)
    loaded[columns] = 1
    running = np.concatenate([[0], np.cumsum(loaded[model.indices])])
    counts: Ints = np.diff(running[model.starts])
    return counts


_OPTIONS: Sequence[tuple[str, object]] = (
    ("output_flag", False),
    ("threads", 1),
    ("random_seed", 0),
    ("solver", "simplex"),
    ("primal_feasibility_tolerance", TOLERANCE),
    ("dual_feasibility_tolerance", TOLERANCE),
    # The model is scaled already. Perturbing its costs helps a cold start and costs a warm one
    # twice its pivots; measured in benchmarks/README.md.
    ("simplex_scale_strategy", 0),
    ("dual_simplex_cost_perturbation_multiplier", 0.0),
)


def _load(model: Model, columns: Ints, rows: Ints, bounds: Bounds) -> highspy.Highs:
    # The compiled solver: its Python subclass adds callbacks we do not use, and some versions
    # print a banner to standard output while setting them up, whatever output_flag says.
    highs = highspy.Highs.__base__()
    for option, value in _OPTIONS:
        highs.setOptionValue(option, value)
    place = np.full(model.columns.count, -1, dtype=np.int32)
    place[columns] = np.arange(len(columns), dtype=np.int32)
    kept = place[model.indices] >= 0
    lp = highspy.HighsLp()
    lp.num_col_ = len(columns)
    lp.num_row_ = len(rows)
    lp.col_cost_ = model.objectives[0][columns]
    lp.col_lower_ = bounds.column_lower[columns]
    lp.col_upper_ = bounds.column_upper[columns]
    lp.row_lower_ = bounds.row_lower[rows]
    lp.row_upper_ = bounds.row_upper[rows]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    # Rows without any of the columns hold nothing between the starts of the others.
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(_counts(model, columns)[rows])])
    lp.a_matrix_.index_ = place[model.indices[kept]]
    lp.a_matrix_.value_ = model.coefficients[kept]
    if highs.passModel(lp) == highspy.HighsStatus.kError:
        raise SolverError("the solver refused the program")
    return highs
