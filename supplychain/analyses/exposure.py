"""What the loss of an organization, country or supply would cost: the values.

:mod:`supplychain.analyses.removals` computes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from supplychain.model import Network
from supplychain.model.quarters import LAST, Quarter
from supplychain.risk.structure import EntityId, Kind

if TYPE_CHECKING:
    import pandas as pd


HORIZON = 8
"""Quarters over which losses are counted, if nothing else is asked."""


def counted_until(network: Network) -> Quarter:
    """The last quarter whose losses are counted if nothing else is asked.

    That is the last with a capacity figure, after which nothing grows.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> counted_until(network) >= sc.Quarter(2024, 4)
        True
    """
    lines = (c for o in network.organizations.values() for c in o.capacities)
    return max((q for line in lines for q in line.figures), default=LAST)


def quarters_counted(network: Network, at: Quarter, horizon: int | None = None) -> int:
    """Over how many quarters losses that begin in this one are counted; 0: none is known.

    Args:
        network: The data.
        at: The quarter with which losses begin.
        horizon: What was asked; ``None``: :data:`HORIZON`, but not beyond
            :func:`counted_until`.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> at = sc.Quarter(2024, 1)
        >>> quarters_counted(network, at), quarters_counted(network, at, horizon=2)
        (8, 2)
    """
    if horizon is not None:
        return horizon
    return max(0, min(HORIZON, counted_until(network) - at + 1))


@dataclass(frozen=True, slots=True)
class Exposure:
    """The cost of one loss.

    Attributes:
        weeks: The longest time to recover among its supplies that accelerators depend on.
        estimated: Whether one of these times is an estimate or a default.
        lost: Share of the baseline's H100 equivalents lost over the horizon; below 0 where what
            it frees serves others better.
        h100e, revenue_usd: The same in H100 equivalents and in US$ (of products with a price).
        first_felt: First quarter that loses more than 0.1%; ``None``: never.
        worst: The quarter that loses most; ``worst_loss`` is its loss, 0 to 1.
        recovered_by: First quarter from which output stays within 1% of the baseline; ``None``
            where it never falls below, or not before the horizon ends.
        survives: Weeks a lasting loss leaves every metered line and accelerator whole, from the
            stocks held against it; ``None``: longer than the horizon.
    """

    kind: Kind
    id: str
    name: str
    weeks: float
    estimated: bool
    lost: float
    h100e: float
    revenue_usd: float
    first_felt: Quarter | None
    worst: Quarter | None
    worst_loss: float
    recovered_by: Quarter | None
    survives: float | None

    @property
    def key(self) -> EntityId:
        """What is lost, whatever its name."""
        return EntityId(self.kind, self.id)

    @property
    def score(self) -> float:
        """Share of the baseline's H100 equivalents lost, 0 to 100."""
        return 100 * min(max(self.lost, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Exposures:
    """All losses asked for, the costliest first.

    Attributes:
        first, last: The horizon; losses begin with its beginning.
        h100e: The baseline's over the horizon.
        rows: One a removal.
        solved: How many different programs had to be solved for them.
    """

    first: Quarter
    last: Quarter
    h100e: float
    rows: tuple[Exposure, ...]
    solved: int

    def __repr__(self) -> str:
        worst = f", the costliest {self.rows[0].id}" if self.rows else ""
        return f"<Exposures {self.first} to {self.last}: {len(self.rows)} losses{worst}>"

    def of(self, key: EntityId) -> Exposure | None:
        """The row of one entity."""
        return next((r for r in self.rows if r.key == key), None)

    def to_frame(self) -> pd.DataFrame:
        """One row a removal."""
        import pandas as pd

        fields = [f for f in Exposure.__slots__ if f not in ("first_felt", "worst", "recovered_by")]
        frame = pd.DataFrame(
            [{f: getattr(r, f) for f in fields} for r in self.rows], columns=fields
        )
        frame.insert(0, "score", [r.score for r in self.rows])
        for name in ("first_felt", "worst", "recovered_by"):
            quarters = [getattr(r, name) for r in self.rows]
            frame[name] = [None if q is None else str(q) for q in quarters]
        return frame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the answer, by the names that they have in the JSON of the command."""
        import supplychain

        return supplychain.document(self).tables

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the tables say in words."""
        import supplychain

        return supplychain.document(self).sentences

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(max_rows=20))
