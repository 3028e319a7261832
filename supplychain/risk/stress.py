"""The stress test of Simchi-Levi et al.: what a site's outage costs, and how long one survives it.

For a site n that is out for its time to recover (TTR) of T periods, with u what a site makes in
that time, y what it sends, v what of a product is made and l what of its demand is lost:

    lowest Σ margin·l    Σ sent by i        ≤ stock i + u i       u i ≤ capacity i · T,  u n = 0
                         Σ sent of k to j   ≥ per_unit · made j   for every material k that j uses
                         stock p + v p + l p ≥ demand p · T       v p ≤ capacity p · T

Time to survive (TTS) is the largest T with no demand lost. A site whose TTR is longer than its
TTS is exposed. One aggregate period: nothing is said about when.

Simchi-Levi, Schmidt, Wei, Zhang, Combs, Ge, Gusikhin, Sanders & Zhang (2015), "Identifying risks
and mitigating disruptions in the automotive supply chain", Interfaces 45(5), 375-390.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import highspy
    import numpy.typing as npt
    import pandas as pd

    Floats: TypeAlias = npt.NDArray[np.float64]

LONGEST = 1e5
"""Periods; who survives that long survives for ever."""


@dataclass(frozen=True)
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
        ValueError: The tables do not fit together; the message says where.
        RuntimeError: The solver did not reach an optimum.
    """
    program = Program(sites, products, links)
    times = [
        float(recovery) if isinstance(recovery, int | float) else _time(recovery, site)
        for site in program.sites
    ]
    lost = program.lost_margins(np.array(times))
    return StressTest(program.sites, np.array(times), lost, program.survivals())


class Program:
    """The linear program of a network, built once.

    Columns: what each site makes, what each product makes, flow of each link, demand lost of each
    product, time.

    Attributes:
        sites: Ids, in the order of the table.
    """

    def __init__(self, sites: pd.DataFrame, products: pd.DataFrame, links: pd.DataFrame) -> None:
        _check(sites, products, links)
        self.sites = tuple(sites["site"].astype(str))
        self._margin = products["margin"].to_numpy(dtype=np.float64)
        self._links = len(links)
        self._highs = self._load(sites, products, links)

    @cached_property
    def _lost(self) -> tuple[int, int]:
        """First and last column of demand lost; time follows."""
        first = len(self.sites) + len(self._margin) + self._links
        return first, first + len(self._margin) - 1

    def lost_margins(self, times: Floats) -> Floats:
        """The least margin lost while each site is out for its time, periods."""
        first, last = self._lost
        unbounded = np.full(len(self._margin), math.inf)
        self._highs.changeColsBounds(
            len(unbounded), _columns(first, last), np.zeros_like(unbounded), unbounded
        )
        self._cost(self._margin, 0.0)
        return self._each_out(times, times)

    def survivals(self) -> Floats:
        """The longest time with no demand lost while each site is out, periods."""
        first, last = self._lost
        none = np.zeros(len(self._margin))
        self._highs.changeColsBounds(len(none), _columns(first, last), none, none)
        self._cost(none, -1.0)
        longest = np.full(len(self.sites), LONGEST)
        survived = -self._each_out(np.zeros_like(longest), longest)
        return np.where(survived >= LONGEST * (1 - 1e-9), math.inf, survived)

    def _each_out(self, shortest: Floats, longest: Floats) -> Floats:
        """The objective with each site out, the time within these bounds.

        Each starts from the basis of the undisturbed network, so that no order can matter.
        """
        highs, time = self._highs, self._lost[1] + 1
        found = np.empty(len(self.sites))
        if not len(found):
            return found
        highs.changeColBounds(time, shortest[0], longest[0])
        self._solve()
        basis = highs.getBasis()
        for site in range(len(found)):
            highs.changeColBounds(time, shortest[site], longest[site])
            highs.changeColBounds(site, 0.0, 0.0)
            highs.setBasis(basis)
            found[site] = self._solve()
            highs.changeColBounds(site, 0.0, math.inf)
        return found

    def _cost(self, margin: Floats, time: float) -> None:
        first, last = self._lost
        cost = np.append(margin, time)
        self._highs.changeColsCost(len(cost), _columns(first, last + 1), cost)

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
        import highspy
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
        lost, time = makers + goods + len(links) + np.arange(goods), self._lost[1] + 1
        every, product = np.arange(makers + goods), makers + np.arange(goods)

        # Rows: stock of each site; capacity of each maker; each use; demand of each product.
        capacity = np.concatenate([sites["capacity"], products["capacity"]]).astype(np.float64)
        rows = makers + every
        first_use = rows[-1] + 1 if len(rows) else 0
        first_demand = first_use + len(each)
        demand = first_demand + np.arange(goods)
        entries = [
            (supplier, flow, 1.0),
            (np.arange(makers), np.arange(makers), -1.0),
            (rows, every, 1.0),
            (rows, time, -capacity),
            (first_use + use, flow, 1.0),
            (first_use + each["use"].to_numpy(), each["customer"].to_numpy(), -each["per_unit"]),
            (demand, product, 1.0),
            (demand, lost, 1.0),
            (demand, time, -products["demand"].to_numpy(dtype=np.float64)),
        ]
        low = np.full(first_demand + goods, -math.inf)
        high = np.full(first_demand + goods, math.inf)
        low[first_use:first_demand] = 0.0
        low[first_demand:] = -products["stock"].to_numpy(dtype=np.float64)
        high[:makers] = sites["stock"].to_numpy(dtype=np.float64)
        high[makers:first_use] = 0.0
        return _highs(entries, low, high, int(time) + 1)


def _columns(first: int, last: int) -> npt.NDArray[np.int32]:
    return np.arange(first, last + 1, dtype=np.int32)


def _highs(
    entries: list[tuple[Any, Any, Any]], low: Floats, high: Floats, columns: int
) -> highspy.Highs:
    """The solver with the program in it; presolve is off, so that a basis carries over.

    Args:
        entries: Rows, columns and coefficients.
        low: By row.
        high: By row.
        columns: How many; all are 0 or more.
    """
    import highspy

    row, column, value = (
        np.concatenate(part)
        for part in zip(*(np.broadcast_arrays(*entry) for entry in entries), strict=True)
    )
    order = np.lexsort((column, row))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, len(low)
    lp.col_cost_ = np.zeros(columns)
    lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.full(columns, math.inf)
    lp.row_lower_, lp.row_upper_ = low, high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.append(0, np.cumsum(np.bincount(row, minlength=len(low))))
    lp.a_matrix_.index_, lp.a_matrix_.value_ = column[order], value[order].astype(np.float64)
    highs = highspy.Highs()
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


def _time(recovery: Mapping[str, float], site: str) -> float:
    if site not in recovery:
        raise ValueError(f"recovery: no time is given for site '{site}'")
    return float(recovery[site])


def _check(sites: pd.DataFrame, products: pd.DataFrame, links: pd.DataFrame) -> None:
    """Check that the tables are whole and fit together.

    Raises:
        ValueError: They do not.
    """
    import pandas as pd

    for name, table, text, numbers in (
        ("sites", sites, ("site", "material"), ("stock", "capacity")),
        ("products", products, ("product",), ("margin", "demand", "stock", "capacity")),
        ("links", links, ("supplier", "customer"), ("per_unit",)),
    ):
        for column in (*text, *numbers):
            if column not in table.columns:
                found = ", ".join(map(str, table.columns))
                raise ValueError(f"{name}: no column '{column}'; it has: {found}")
        for column in numbers:
            values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64)
            bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
            if len(bad):
                given = table[column].iloc[bad[0]]
                raise ValueError(
                    f"{name}, row {bad[0] + 1}: {column} is {given}; a finite number, 0 or more,"
                    " is needed"
                )
    made = pd.Index([*sites["site"].astype(str), *products["product"].astype(str)])
    for twice in made[made.duplicated()][:1]:
        raise ValueError(f"'{twice}' is there twice among sites and products")
    for side, known in (("supplier", made[: len(sites)]), ("customer", made)):
        for row in np.flatnonzero(~links[side].astype(str).isin(known).to_numpy())[:1]:
            kind = "site" if side == "supplier" else "site or product"
            raise ValueError(f"links, row {row + 1}: no {kind} is called '{links[side].iloc[row]}'")
    materials = dict(zip(sites["site"].astype(str), sites["material"], strict=True))
    uses = links.assign(material=links["supplier"].astype(str).map(materials))
    amounts = uses.groupby(["customer", "material"], sort=False)["per_unit"].nunique()
    for customer, material in amounts.index[amounts > 1][:1]:
        raise ValueError(
            f"links: {customer} uses different amounts of {material} by supplier; give one"
        )
