"""The stress test of Simchi-Levi et al.: what a site's outage costs, and how long one survives it.

A site n is out for its time to recover (TTR), T periods. With u what a site makes a period, y what
it sends, v what is made of a product, l what is lost of its demand, and λ = 1 / T the part of a
stock that may be drawn a period:

    lowest T Σ margin·l   Σ sent by i        ≤ λ stock i + u i      u i ≤ capacity i,  u n = 0
                          Σ sent of k to j   ≥ per_unit · made j    for every material k of j
                          λ stock p + v p + l p ≥ demand p          v p ≤ capacity p

Time to survive (TTS) is the largest T with no demand lost: 1 over the lowest λ with l = 0. The
lowest Σl is convex and piecewise linear in λ, so Newton's method from λ = 0 ends at that λ exactly,
each step being the same program again. A site whose TTR is longer than its TTS is exposed. One
aggregate period: nothing is said about when.

Simchi-Levi, Schmidt, Wei, Zhang, Combs, Ge, Gusikhin, Sanders & Zhang (2015), "Identifying risks
and mitigating disruptions in the automotive supply chain", Interfaces 45(5), 375-390.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from supplychain.firms.stress_tables import check_tables, recovery_times
from supplychain.model.values import same_values

if TYPE_CHECKING:
    import highspy
    import numpy.typing as npt
    import pandas as pd

    Floats: TypeAlias = npt.NDArray[np.float64]

TOLERANCE = 1e-9
"""Of demand lost, as a share of all demand."""


@dataclass(frozen=True, eq=False)
class StressTest:
    """What each site's outage does.

    Attributes:
        sites: Ids, in the order of the table.
        recovery: Time to recover, periods.
        lost_margin: Margin lost in that time, in the unit of ``margin``.
        survival: Time to survive, periods; infinite if no demand is ever lost.
    """

    sites: tuple[str, ...]
    recovery: Floats
    lost_margin: Floats
    survival: Floats

    __eq__ = same_values

    def __repr__(self) -> str:
        return f"<StressTest: {len(self.sites)} sites>"

    def to_frame(self) -> pd.DataFrame:
        """One row a site, the most lost first; ``exposure`` is the loss over the largest one."""
        import pandas as pd

        largest = self.lost_margin.max(initial=0.0)
        frame = pd.DataFrame(
            {
                "site": self.sites,
                "recovery": self.recovery,
                "lost_margin": self.lost_margin,
                "exposure": self.lost_margin / largest if largest > 0 else self.lost_margin,
                "survival": self.survival,
                "exposed": self.recovery > self.survival,
            }
        )
        return frame.sort_values(
            ["lost_margin", "survival"], ascending=[False, True], kind="stable", ignore_index=True
        )


def stress_test(
    sites: pd.DataFrame,
    products: pd.DataFrame,
    links: pd.DataFrame,
    recovery: float | Mapping[str, float],
) -> StressTest:
    """Take each site out on its own. One program, built once; a site's outage changes one bound.

    Args:
        sites: Columns ``site``, ``material`` (what it makes), ``stock`` (units) and ``capacity``
            (units a period).
        products: Columns ``product``, ``margin`` (a unit), ``demand`` (units a period), ``stock``
            and ``capacity``.
        links: Columns ``supplier`` (a site), ``customer`` (a site or product) and ``per_unit``,
            units of the supplier's material that go into one unit of the customer's output.
        recovery: Time to recover in periods, of all sites or by site.

    Raises:
        AskError: The tables do not fit together; the message says where.
        RuntimeError: The solver did not reach an optimum.

    Example:
        >>> import pandas as pd
        >>> sites = pd.DataFrame([{"site": "mine", "material": "ore", "stock": 6, "capacity": 2}])
        >>> goods = {"product": "works", "margin": 5, "demand": 2, "stock": 0, "capacity": 9}
        >>> products = pd.DataFrame([goods])
        >>> links = pd.DataFrame([{"supplier": "mine", "customer": "works", "per_unit": 1}])
        >>> found = stress_test(sites, products, links, recovery=4)
        >>> found.survival.tolist(), found.lost_margin.tolist()
        ([3.0], [10.0])
    """
    program = Program(sites, products, links)
    times = recovery_times(recovery, program.sites)
    return StressTest(program.sites, times, program.lost_margins(times), program.survivals())


class Program:
    """The linear program of a network, built once.

    Columns: what each site makes, what each product makes, flow of each link, demand lost of each
    product, and the part of the stocks drawn; all a period.

    Attributes:
        sites: Ids, in the order of the table.
    """

    def __init__(self, sites: pd.DataFrame, products: pd.DataFrame, links: pd.DataFrame) -> None:
        sites, products, links = check_tables(sites, products, links)
        self.sites = tuple(sites["site"].astype(str))
        self._capacity = sites["capacity"].to_numpy(dtype=np.float64)
        self._margin = products["margin"].to_numpy(dtype=np.float64)
        self._demand = float(products["demand"].sum())
        self._lost = len(sites) + len(products) + len(links)
        self._drawn = self._lost + len(products)
        self._highs = self._load(sites, products, links)

    def lost_margins(self, times: Floats) -> Floats:
        """The least margin lost while each site is out for its time, periods, above 0."""
        self._start(self._margin, 1.0 / times[:1])
        lost = []
        for site, time in enumerate(times):
            self._highs.setBasis(self._basis)
            lost.append(self._without(site, 1.0 / time)[0])
        return times * np.array(lost, dtype=np.float64)

    def survivals(self) -> Floats:
        """The longest time with no demand lost while each site is out, periods."""
        self._start(np.ones_like(self._margin), np.zeros(1))
        drawn = np.array([self._least_drawn(site) for site in range(len(self.sites))])
        survived = np.full_like(drawn, math.inf)
        np.divide(1.0, drawn, out=survived, where=drawn > 0)
        return survived

    def _least_drawn(self, site: int) -> float:
        """The least part of the stocks a period that meets the demand without the site."""
        drawn = 0.0
        self._highs.setBasis(self._basis)
        self._perturb(True)
        while True:
            lost, slope = self._without(site, drawn)
            self._perturb(False)
            if lost <= TOLERANCE * self._demand:
                return drawn
            if slope >= -TOLERANCE * self._demand:
                return math.inf  # no stock stands in for it
            drawn -= lost / slope

    def _start(self, cost: Floats, drawn: Floats) -> None:
        """Solve the undisturbed network: each outage starts from there, so no order can matter."""
        self._perturb(True)
        columns = np.arange(self._lost, self._drawn, dtype=np.int32)
        self._highs.changeColsCost(len(columns), columns, cost)
        for first in drawn:
            self._highs.changeColBounds(self._drawn, first, first)
            lost = self._solve()
            solution = self._highs.getSolution()
            self._made = np.array(solution.col_value[: len(self.sites)])
            self._undisturbed = first, lost, solution.col_dual[self._drawn]
        self._basis = self._highs.getBasis()

    def _without(self, site: int, drawn: float) -> tuple[float, float]:
        """The least cost of lost demand, a period, without the site; and its slope in ``drawn``."""
        highs = self._highs
        if drawn == self._undisturbed[0] and self._made[site] == 0:
            return self._undisturbed[1:]  # a site that makes nothing is not missed
        highs.changeColBounds(self._drawn, drawn, drawn)
        highs.changeColBounds(site, 0.0, 0.0)
        lost = self._solve()
        slope = float(highs.getSolution().col_dual[self._drawn])
        highs.changeColBounds(site, 0.0, self._capacity[site])
        return lost, slope

    def _perturb(self, yes: bool) -> None:
        """Whether costs are perturbed: five times faster without a site, ten times slower after."""
        self._highs.setOptionValue("dual_simplex_cost_perturbation_multiplier", float(yes))

    def _solve(self) -> float:
        import highspy

        self._highs.run()
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise RuntimeError(f"the solver stopped: {self._highs.modelStatusToString(status)}")
        return float(self._highs.getInfo().objective_function_value)

    def _load(
        self, sites: pd.DataFrame, products: pd.DataFrame, links: pd.DataFrame
    ) -> highspy.Highs:
        import pandas as pd

        makers, goods = len(sites), len(products)
        made = pd.Index([*sites["site"].astype(str), *products["product"].astype(str)])
        supplier = made.get_indexer(links["supplier"].astype(str))
        customer = made.get_indexer(links["customer"].astype(str))
        material = pd.factorize(sites["material"])[0][supplier]
        uses = pd.DataFrame({"customer": customer, "material": material}).assign(
            per_unit=links["per_unit"].to_numpy(dtype=np.float64)
        )
        use = uses.groupby(["customer", "material"], sort=True).ngroup().to_numpy()
        each = uses.assign(use=use).drop_duplicates("use").sort_values("use")
        flow = makers + goods + np.arange(len(links))
        lost = self._lost + np.arange(goods)
        product = makers + np.arange(goods)

        # Rows: stock of each site; each use; demand of each product.
        demand = makers + len(each) + np.arange(goods)
        stocks = sites["stock"].to_numpy(dtype=np.float64)
        entries = [
            (supplier, flow, -1.0),
            (np.arange(makers), np.arange(makers), 1.0),
            (np.arange(makers), self._drawn, stocks),
            (makers + use, flow, 1.0),
            (makers + each["use"].to_numpy(), each["customer"].to_numpy(), -each["per_unit"]),
            (demand, product, 1.0),
            (demand, lost, 1.0),
            (demand, self._drawn, products["stock"].to_numpy(dtype=np.float64)),
        ]
        low = np.zeros(makers + len(each) + goods)
        low[demand] = products["demand"]
        high = np.full(self._drawn + 1, math.inf)
        high[: makers + goods] = np.concatenate([sites["capacity"], products["capacity"]])
        return _highs(entries, low, high)


def _highs(entries: list[tuple[Any, Any, Any]], low: Floats, high: Floats) -> highspy.Highs:
    """The solver with the program in it; presolve is off, so that a basis carries over.

    Args:
        entries: Rows, columns and coefficients.
        low: By row; no row has an upper bound.
        high: By column; every column is 0 or more.
    """
    import highspy

    row, column, value = (
        np.concatenate(part)
        for part in zip(*(np.broadcast_arrays(*entry) for entry in entries), strict=True)
    )
    order = np.lexsort((column, row))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(high), len(low)
    lp.col_cost_ = lp.col_lower_ = np.zeros(len(high))
    lp.col_upper_ = high
    lp.row_lower_, lp.row_upper_ = low, np.full(len(low), math.inf)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.append(0, np.cumsum(np.bincount(row, minlength=len(low))))
    lp.a_matrix_.index_, lp.a_matrix_.value_ = column[order], value[order].astype(np.float64)
    # The compiled solver, as in production: its Python subclass may print a banner.
    highs = highspy.Highs.__base__()
    for option, setting in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("presolve", "off"),
    ):
        highs.setOptionValue(option, setting)
    if highs.passModel(lp) == highspy.HighsStatus.kError:
        raise RuntimeError("the solver refused the program")
    return highs
