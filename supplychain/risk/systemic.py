"""The economic systemic risk index (ESRI): the output lost if one firm stops, all effects counted.

With h the share of its output that a firm keeps, L the share of a supplier in a need (of all
purchases, if the need is not essential), s sales and σ how hard the supplier is to replace, losses
run downstream by the generalized Leontief function

    h[i] = min( min over essential needs k of 1 − Σ_j σ[j] L[j,i] (1 − h[j]),
                1 − Σ over all linear needs of Σ_j σ[j] L[j,i] (1 − h[j]) ),  at least 0
    σ[j] = min( 1, s[j] / Σ over sellers l of the same commodity of s[l] h[l] )

and upstream by lost demand, h[i] = 1 − Σ_j W[i,j] / s[i] (1 − h[j]). Both are taken to their fixed
point; ESRI = Σ_i s[i] / Σs · (1 − min(h downstream, h upstream)).

Diem, Borsos, Reisch, Kertész & Thurner (2022), "Quantifying firm-level economic systemic risk from
nation-wide supply networks", Scientific Reports 12, 7719. Of the two codes its authors published,
one replaces suppliers by market share as above and one takes σ = 1: ``replaceable`` chooses. With
one commodity a firm it is their sector; here a firm may sell several, each with its own σ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from supplychain.risk.edges import EdgeError, Edges, edges

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from scipy.sparse import csr_array

    Floats: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]

KINDS = ("essential", "linear", "none")

BLOCK = 64
"""Removals followed at once: as many columns as keep a block of firms in the processor's cache."""


@dataclass(frozen=True)
class SystemicRisk:
    """ESRI of every firm, 0 to 1, along ``firms``, which are sorted."""

    firms: npt.NDArray[np.object_]
    index: Floats

    def to_frame(self) -> pd.DataFrame:
        """One row a firm, the riskiest first."""
        import pandas as pd

        frame = pd.DataFrame({"firm": self.firms, "esri": self.index})
        return frame.sort_values("esri", ascending=False, kind="stable", ignore_index=True)


@dataclass(frozen=True)
class _Flows:
    """The network as matrices. A *seller* is a firm together with one commodity that it sells.

    Attributes:
        firm: Seller to firm.
        sold: Seller to the volume sold.
        market: Commodity × seller, volumes: Σ s h is its product with h.
        commodity: Seller to commodity.
        essential: Essential needs × sellers, shares of the need; needs sorted by customer.
        first: Where a customer's essential needs begin.
        customer: Those customers.
        linear: Firms × sellers, shares of all purchases.
        demand: Firms × firms, shares of a seller's sales that go to the customer.
        sales: Firm to volume sold.
    """

    firm: Integers
    sold: Floats
    market: csr_array
    commodity: Integers
    essential: csr_array
    first: Integers
    customer: Integers
    linear: csr_array
    demand: csr_array
    sales: Floats


def systemic_risk(
    table: pd.DataFrame,
    replaceable: bool = True,
    upstream: bool = True,
    tolerance: float = 1e-10,
) -> SystemicRisk:
    """ESRI of every firm of an edge table.

    Args:
        table: As for :func:`supplychain.risk.edges.edges`, with sales in any common unit as
            ``share``. A column ``kind`` says of each row whether the need is ``essential`` (as
            all are without it), ``linear``, or ``none`` (no output depends on it).
        replaceable: Whether suppliers are replaced by market share; else by nobody (σ = 1).
        upstream: Whether lost demand counts as well.
        tolerance: Iteration ends when no firm's output changes by more.

    Raises:
        EdgeError: The table has problems.
    """
    of = edges(table)
    flows = _flows(of, _kinds(table, of))
    index = np.zeros(len(of.firms))
    total = flows.sales.sum()
    if total > 0:
        for begin in range(0, len(index), BLOCK):
            removed = np.arange(begin, min(begin + BLOCK, len(index)))
            lost = _fixed_point(flows, removed, tolerance, replaceable, downstream=True)
            if upstream:
                up = _fixed_point(flows, removed, tolerance, replaceable, downstream=False)
                np.maximum(lost, up, out=lost)
            index[removed] = flows.sales @ lost / total
    return SystemicRisk(of.firms, index)


def _fixed_point(
    flows: _Flows, removed: Integers, tolerance: float, replaceable: bool, downstream: bool
) -> Floats:
    """Firms × removals: the share of output lost. Removals that have settled are set aside."""
    lost = np.zeros((len(flows.sales), len(removed)))
    lost[removed, np.arange(len(removed))] = 1.0
    moving, current = np.arange(len(removed)), lost
    while len(moving):
        after = _downstream(flows, current, replaceable) if downstream else flows.demand @ current
        after[removed[moving], np.arange(len(moving))] = 1.0
        np.minimum(after, 1.0, out=after)
        still = np.abs(after - current).max(axis=0) > tolerance
        lost[:, moving] = after
        moving, current = moving[still], after if still.all() else after[:, still]
    return lost


def _downstream(flows: _Flows, lost: Floats, replaceable: bool) -> Floats:
    """What is lost for want of inputs when the suppliers have lost this much."""
    weight = lost[flows.firm]
    if replaceable:
        left = flows.market @ (1.0 - weight)
        left[left <= 0] = 1.0
        weight *= np.minimum(1.0, flows.sold[:, None] / left[flows.commodity])
    after: Floats = flows.linear @ weight
    if len(flows.first):
        worst = np.maximum.reduceat(flows.essential @ weight, flows.first, axis=0)
        after[flows.customer] = np.maximum(after[flows.customer], worst)
    return after


def _flows(of: Edges, kind: npt.NDArray[np.str_]) -> _Flows:
    """The matrices, from links and their kinds."""
    from scipy.sparse import csr_array

    firms = len(of.firms)
    customer, goods = of.customer[of.need], of.commodity[of.need]
    seller, link = np.unique(goods * firms + of.supplier, return_inverse=True)
    sold = np.bincount(link, weights=of.volume, minlength=len(seller))
    commodity, firm = np.divmod(seller, firms)
    sales = np.bincount(of.supplier, weights=of.volume, minlength=firms)
    bought = np.bincount(customer, weights=of.volume, minlength=firms)

    hard, soft = kind == "essential", (kind == "linear") & (of.volume > 0)
    needs, row = np.unique(of.need[hard], return_inverse=True)
    customers, first = np.unique(of.customer[needs], return_index=True)
    some = of.volume > 0
    return _Flows(
        firm=firm,
        sold=sold,
        market=csr_array(
            (sold, (commodity, np.arange(len(seller)))), (len(of.commodities), len(seller))
        ),
        commodity=commodity,
        essential=csr_array((of.share[hard], (row, link[hard])), (len(needs), len(seller))),
        first=first,
        customer=customers,
        linear=csr_array(
            (of.volume[soft] / bought[customer[soft]], (customer[soft], link[soft])),
            (firms, len(seller)),
        ),
        demand=csr_array(
            (of.volume[some] / sales[of.supplier[some]], (of.supplier[some], customer[some])),
            (firms, firms),
        ),
        sales=sales,
    )


def _kinds(table: pd.DataFrame, of: Edges) -> npt.NDArray[np.str_]:
    """By link, the kind of its need.

    Raises:
        EdgeError: A kind is unknown, or rows of one need are of different kinds.
    """
    if "kind" not in table.columns:
        return np.full(len(of.supplier), "essential")
    kind = table["kind"]
    for row in np.flatnonzero(~kind.isin(KINDS).to_numpy())[:1]:
        raise EdgeError(f"row {row + 1}: kind '{kind.iloc[row]}' is none of {', '.join(KINDS)}")
    of_need = table.groupby(["customer", "commodity"], sort=False)["kind"].nunique()
    for customer, commodity in of_need.index[of_need > 1][:1]:
        raise EdgeError(f"rows of one need differ in kind: {customer} needs {commodity}")
    return kind.to_numpy(dtype=str)[of.row]
