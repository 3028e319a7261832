"""Single points of failure of an edge table: what falls, and what is lost, with each firm alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from supplychain.firms.edges import Edges, edges
from supplychain.firms.sweep import Removals, removals
from supplychain.model.values import same_values
from supplychain.risk.cascade import System, cascade
from supplychain.risk.near import NEAR_COVER

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Integers: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SinglePoints:
    """What each firm of an edge table takes down when it alone is lost.

    Attributes:
        edges: The table in numbers; firms are positions in ``edges.firms``.
        products: Names of the products asked about, or of the firms that supply nobody.
        makers: Along ``products``, the firm that the product is, or -1 if it is a commodity.
        system: The needs, one supplier left being enough; products follow as its last rows.
        exact: Removals where one supplier left is enough.
        near: Removals where a need fails once those left hold less than ``cover`` of it.
        cover: That share, 0 to 1.
    """

    edges: Edges
    products: tuple[str, ...]
    makers: Integers
    system: System
    exact: Removals
    near: Removals
    cover: float

    __eq__ = same_values

    def __repr__(self) -> str:
        return (
            f"<SinglePoints of {len(self.products)} products among {len(self.edges.firms)} firms>"
        )

    @property
    def alone(self) -> Integers:
        """Firm to the number of needs that it alone serves."""
        single = np.diff(self.edges.starts) == 1
        members = self.edges.supplier[self.edges.starts[:-1][single]]
        return np.bincount(members, minlength=len(self.edges.firms))

    @property
    def asked_goods(self) -> tuple[str, ...]:
        """The products that are commodities."""
        return tuple(p for p, m in zip(self.products, self.makers.tolist(), strict=True) if m < 0)

    def beyond(self, nearly: bool = False) -> Integers:
        """Firm to the number of products lost with it, not counting the firm itself."""
        own = np.isin(np.arange(len(self.edges.firms)), self.makers)
        return (self.near if nearly else self.exact).lost - own

    def ranked(self) -> Integers:
        """Firms that take down anything else, exactly or nearly; those that lose most first."""
        exact, near, lost, nearly = self.exact, self.near, self.beyond(), self.beyond(nearly=True)
        order = np.lexsort((-near.falls, -nearly, -exact.falls, -lost))
        return order[(nearly[order] > 0) | (near.falls[order] > 1)]

    def lost(self, firm: int, nearly: bool = False) -> tuple[str, ...]:
        """Names of the products lost with a firm."""
        goals = (self.near if nearly else self.exact).goals(firm)
        return tuple(self.products[g - len(self.edges.customer)] for g in goals)

    def falls(self, firm: int) -> tuple[str, ...]:
        """Names of the firms that fall with a firm, itself first, in the order they fall."""
        return tuple(str(self.edges.firms[i]) for i in cascade(self.system, [firm]).supplies)

    def beside(self, firm: int) -> tuple[str, ...]:
        """Names of the products lost with a firm, without the firm itself."""
        goals = self.exact.goals(firm) - len(self.edges.customer)
        return tuple(self.products[g] for g in goals if self.makers[g] != firm)

    def first_need(self, firm: int) -> tuple[str, str] | None:
        """Customer and commodity of the first need to fail, where a firm takes down others."""
        need = int(self._sole[firm])
        return None if need < 0 else self._names(need)

    def largest_share(self, firm: int) -> tuple[float, str, str]:
        """The largest share, 0 to 1, that a firm holds of a need; its customer and commodity."""
        link = int(self._largest[firm])
        if link < 0:
            return 0.0, "", ""
        return float(self.edges.share[link]), *self._names(int(self.edges.need[link]))

    @cached_property
    def _sole(self) -> Integers:
        """Firm to the first need that it alone serves, which is the first to fail; -1 if none."""
        sole = np.flatnonzero(np.diff(self.edges.starts) == 1)
        first = np.full(len(self.edges.firms), -1)
        first[self.edges.supplier[self.edges.starts[sole[::-1]]]] = sole[::-1]
        return first

    @cached_property
    def _largest(self) -> Integers:
        """Firm to the link by which it holds the largest share, the first of them; -1 if none."""
        order = np.lexsort((-np.arange(len(self.edges.share)), self.edges.share))
        largest = np.full(len(self.edges.firms), -1)
        largest[self.edges.supplier[order]] = order
        return largest

    def _names(self, need: int) -> tuple[str, str]:
        customer, commodity = self.edges.customer[need], self.edges.commodity[need]
        return str(self.edges.firms[customer]), str(self.edges.commodities[commodity])

    def to_frame(self) -> pd.DataFrame:
        """One row for each firm of the table, in the order of their names.

        ``alone`` counts the needs that the firm alone serves, ``falls`` the firms that fall with
        it, itself included, ``lost`` the products other than itself; ``falls_nearly`` and
        ``lost_nearly`` are the same where a need fails once those left hold less than ``cover``
        of it.
        """
        import pandas as pd

        return pd.DataFrame(
            {
                "firm": self.edges.firms,
                "lost": self.beyond(),
                "falls": self.exact.falls,
                "alone": self.alone,
                "lost_nearly": self.beyond(nearly=True),
                "falls_nearly": self.near.falls,
            }
        )


def single_points(
    table: pd.DataFrame, products: str | Sequence[object] | None = None, cover: float = NEAR_COVER
) -> SinglePoints:
    """Every single removal of an edge table, exactly and nearly.

    Args:
        table: See :func:`supplychain.firms.edges.edges`.
        products: Commodities (lost when all who supply them fall) or firms; if not given, every
            firm that supplies nobody.
        cover: For nearly single points: a need fails when those left hold less than this.

    Raises:
        EdgeError: The table has problems; all of them are named.
        AskError: A product is not in the table.

    Example:
        >>> import pandas as pd
        >>> rows = [("mine", "smelter", "ore", 1), ("smelter", "maker", "metal", 0.5)]
        >>> table = pd.DataFrame(rows, columns=["supplier", "customer", "commodity", "share"])
        >>> single_points(table).lost(0)
        ('maker',)
    """
    of = edges(table)
    if isinstance(products, str):
        products = [products]
    if products is None:
        names, goals = list(map(str, of.firms[of.ends])), list(of.ends[:, None])
        own = of.ends
    else:
        names = list(dict.fromkeys(str(p) for p in products))
        found = [of.makers(name) for name in names]
        goals = [makers for makers, _ in found]
        own = np.array([makers[0] if firm else -1 for makers, firm in found], dtype=np.int64)
    system, first_goal = of.system(goals), len(of.customer)
    exact = removals(system, first_goal)
    near = removals(of.system(goals, cover), first_goal)
    return SinglePoints(of, tuple(names), own, system, exact, near, cover)
