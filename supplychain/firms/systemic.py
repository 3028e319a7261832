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

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from supplychain.firms.edges import EdgeError, Edges, edges
from supplychain.model.values import same_values

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from scipy.sparse import csr_array

    Floats: TypeAlias = npt.NDArray[np.float64]
    Integers: TypeAlias = npt.NDArray[np.int64]

KINDS = ("essential", "linear", "none")

BLOCK = 64
"""Removals followed at once: as many columns as keep a block of firms in the processor's cache."""


@dataclass(frozen=True, eq=False)
class SystemicRisk:
    """ESRI of every firm, 0 to 1, along ``firms``, which are sorted."""

    firms: npt.NDArray[np.object_]
    index: Floats

    __eq__ = same_values

    def __repr__(self) -> str:
        return f"<SystemicRisk: {len(self.firms)} firms>"

    def to_frame(self) -> pd.DataFrame:
        """One row a firm, the riskiest first."""
        import pandas as pd

        frame = pd.DataFrame({"firm": self.firms, "esri": self.index})
        return frame.sort_values("esri", ascending=False, kind="stable", ignore_index=True)


@dataclass(frozen=True, eq=False)
class _Flows:
    """The network as matrices. A *seller* is a firm together with one commodity that it sells.

    Attributes:
        order: The firms, those with most essential needs first: the order of all that follows.
        firm: Seller to firm.
        sold: Seller to the volume sold.
        market: Commodity × seller, volumes: Σ s h is its product with h.
        commodity: Seller to commodity.
        inputs: Sellers' shares of each essential need: the first need of every firm that has one,
            then their second needs, and so on; below it, firm by firm, their shares of all
            purchases, where the need is linear.
        rounds: How many firms have a first, a second … essential need.
        demand: Firms × firms, shares of a seller's sales that go to the customer.
        sales: Firm to volume sold.
    """

    order: Integers
    firm: Integers
    sold: Floats
    market: csr_array
    commodity: Integers
    inputs: csr_array
    rounds: tuple[int, ...]
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
        table: As for :func:`supplychain.firms.edges.edges`, with sales in any common unit as
            ``share``. A column ``kind`` says of each row whether the need is ``essential`` (as
            all are without it), ``linear``, or ``none`` (no output depends on it).
        replaceable: Whether suppliers are replaced by market share; else by nobody (σ = 1).
        upstream: Whether lost demand counts as well.
        tolerance: Iteration ends when no firm's output changes by more.

    Raises:
        EdgeError: The table has problems.

    Example:
        >>> import pandas as pd
        >>> names = ["supplier", "customer", "commodity", "share"]
        >>> table = pd.DataFrame([("mine", "works", "ore", 1)], columns=names)
        >>> systemic_risk(table).index.tolist()
        [1.0, 1.0]
    """
    of = edges(table)
    flows = _flows(of, _kinds(table, of))
    index = np.zeros(len(of.firms))
    total = flows.sales.sum()
    if total > 0:
        room = np.empty((2, len(flows.firm), min(BLOCK, len(index))))
        for removed in np.split(np.arange(len(index)), range(BLOCK, len(index), BLOCK)):
            own = room[:, :, : len(removed)]
            down = partial(_downstream, flows, replaceable, own)
            lost = _fixed_point(down, removed, len(index), tolerance)
            if upstream:
                up = _fixed_point(flows.demand.__matmul__, removed, len(index), tolerance)
                np.maximum(lost, up, out=lost)
            index[flows.order[removed]] = flows.sales @ lost / total
    return SystemicRisk(of.firms, index)


def _fixed_point(
    step: Callable[[Floats], Floats], removed: Integers, firms: int, tolerance: float
) -> Floats:
    """Firms × removals: the share of its output that each firm loses without the removed one.

    Args:
        step: What is lost next when this much is lost.
        removed: Firms, each on its own.
        firms: How many there are.
        tolerance: The largest change of the last round.
    """
    columns, after = np.arange(len(removed)), np.zeros((firms, len(removed)))
    after[removed, columns] = 1.0
    change = 1.0
    while change > tolerance:
        lost, after = after, step(after)
        after[removed, columns] = 1.0
        np.minimum(after, 1.0, out=after)
        np.subtract(after, lost, out=lost)
        change = max(lost.max(), -lost.min())
    return after


def _downstream(flows: _Flows, replaceable: bool, room: Floats, lost: Floats) -> Floats:
    """What is lost for want of inputs when the suppliers have lost this much."""
    weight, harder = room
    np.take(lost, flows.firm, axis=0, out=weight, mode="clip")
    if replaceable:
        left = flows.market @ np.subtract(1.0, weight, out=harder)
        left[left <= 0] = 1.0
        np.take(1.0 / left, flows.commodity, axis=0, out=harder, mode="clip")
        harder *= flows.sold[:, None]
        weight *= np.minimum(harder, 1.0, out=harder)
    short = flows.inputs @ weight
    begin = sum(flows.rounds)
    after: Floats = short[begin:]
    begin = 0
    for firms in flows.rounds:
        np.maximum(after[:firms], short[begin : begin + firms], out=after[:firms])
        begin += firms
    return after


def _flows(of: Edges, kind: npt.NDArray[np.str_]) -> _Flows:
    """The matrices, from links and their kinds."""
    from scipy.sparse import csr_array

    firms, hard, some = len(of.firms), kind == "essential", of.volume > 0
    needs = np.unique(of.need[hard])
    many = np.bincount(of.customer[needs], minlength=firms)
    order = np.argsort(-many, kind="stable")
    rank = np.argsort(order)
    turn = np.arange(len(needs)) - np.repeat(np.cumsum(many) - many, many)
    row_of = np.zeros(len(of.customer), dtype=np.int64)
    row_of[needs[np.lexsort((rank[of.customer[needs]], turn))]] = np.arange(len(needs))

    supplier, customer = rank[of.supplier], rank[of.customer[of.need]]
    seller, link = np.unique(of.commodity[of.need] * firms + supplier, return_inverse=True)
    commodity, firm = np.divmod(seller, firms)
    sold = _sums(link, of.volume, len(seller))
    sales, bought = _sums(supplier, of.volume, firms), _sums(customer, of.volume, firms)
    part = np.where(hard, of.share, of.volume / np.where(some, bought[customer], 1))
    part[kind == "none"] = 0.0
    row = np.where(hard, row_of[of.need], len(needs) + customer)
    market = (commodity, np.arange(len(seller)))
    demand = of.volume[some] / sales[supplier[some]]
    return _Flows(
        order=order,
        firm=firm,
        sold=sold,
        market=csr_array((sold, market), (len(of.commodities), len(seller))),
        commodity=commodity,
        inputs=csr_array((part, (row, link)), (len(needs) + firms, len(seller))),
        rounds=tuple(np.bincount(turn).tolist()),
        demand=csr_array((demand, (supplier[some], customer[some])), (firms, firms)),
        sales=sales,
    )


def _sums(rows: Integers, values: Floats, size: int) -> Floats:
    """The sum of the values of each row."""
    return np.bincount(rows, weights=values, minlength=size).astype(np.float64)


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
    kinds = kind.to_numpy(dtype=str)
    by_link = kinds[of.row]
    by_need = by_link[of.starts[:-1]]
    for row in np.flatnonzero(kinds != by_need[of.need[of.link]])[:1]:
        need = of.need[of.link[row]]
        customer, commodity = of.firms[of.customer[need]], of.commodities[of.commodity[need]]
        raise EdgeError(f"rows of one need differ in kind: {customer} needs {commodity}")
    return by_link
