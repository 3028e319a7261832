"""What a search for chokepoints gives back: losses, chokepoints, and the table of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from supplychain.model.quarters import Quarter
from supplychain.risk.structure import EntityId, Kind

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Loss:
    """A product that is lost, and why.

    Attributes:
        chain: Ids of supplies, each falling with the one before: from one that was removed to the
            product's, in as few falls as it takes.
        why: The first need on the chain that fails, in words.
        trivial: Lost only because its designer (or its owner or partner) is.
        cover: For nearly single points, the share of that need which others could cover, 0 to 1.
        estimated: Whether the cover rests on an estimate.
    """

    product: str
    chain: tuple[str, ...]
    why: str
    trivial: bool
    cover: float | None = None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Chokepoint:
    """A supply, organization, country or commodity that loses products.

    Attributes:
        makes: The commodity it is needed for, from the weightiest loss.
        stage: Where that commodity stands.
        losses: By product; what matters most first.
        at_stake: Share of the weight of all products up in the quarter, 0 to 1.
        at_stake_beyond_own: The same of the losses that are not trivial.
        share: Its share of the supply of ``makes``, 0 to 1; an estimate if ``share_estimated``.
        hhi: Concentration of the makers of ``makes``, 0 to 10,000.
    """

    kind: Kind
    id: str
    name: str
    makes: str
    stage: str
    losses: tuple[Loss, ...]
    at_stake: float
    at_stake_beyond_own: float
    share: float
    share_estimated: bool
    hhi: float

    @property
    def key(self) -> EntityId:
        """What it is, whatever its name."""
        return EntityId(self.kind, self.id)

    @property
    def products(self) -> tuple[str, ...]:
        """Ids of the products lost, sorted."""
        return tuple(sorted(loss.product for loss in self.losses))

    @property
    def trivial(self) -> bool:
        """Whether it loses nothing but its own products."""
        return all(loss.trivial for loss in self.losses)

    @property
    def why(self) -> str:
        """Why the weightiest product is lost."""
        return self.losses[0].why

    @property
    def chain(self) -> tuple[str, ...]:
        """How the weightiest product is lost, supply by supply."""
        return self.losses[0].chain

    @property
    def cover(self) -> float | None:
        """What others could cover of the need in ``why``; ``None`` for an exact single point."""
        return self.losses[0].cover


@dataclass(frozen=True, slots=True)
class Chokepoints:
    """Single points of failure as of a quarter.

    Attributes:
        products: Product to its share of what is at stake: those up in the quarter.
        not_sold: Asked products outside launch and end, with their lifetime in words.
        not_made: Asked products that are down with nothing removed, with the reason.
        assumed: Needed commodities that nobody in the data makes, taken as available.
        rows: Exact single points, those that lose most beyond their own products first.
        near: Nearly single points, for the products they do not lose exactly (or, countries,
            only trivially).
    """

    at: Quarter
    products: Mapping[str, float]
    not_sold: Mapping[str, str]
    not_made: Mapping[str, str]
    assumed: tuple[str, ...]
    rows: tuple[Chokepoint, ...]
    near: tuple[Chokepoint, ...]

    def __repr__(self) -> str:
        found = f"{len(self.rows)} single points, {len(self.near)} nearly so"
        return f"<Chokepoints in {self.at}: {found}, of {len(self.products)} products>"

    def to_frame(self) -> pd.DataFrame:
        """One row a chokepoint, exact ones first; ``cover`` is missing for them."""
        import pandas as pd

        columns = [
            "kind", "id", "name", "stage", "makes", "products", "at_stake", "at_stake_beyond_own",
            "trivial", "cover", "share", "share_estimated", "hhi", "why", "chain",
        ]  # fmt: skip
        records = [{c: getattr(row, c) for c in columns} for row in (*self.rows, *self.near)]
        frame = pd.DataFrame.from_records(records, columns=columns)
        return frame.assign(
            products=frame["products"].map(", ".join),
            chain=frame["chain"].map(" > ".join),
            cover=frame["cover"].astype(float),
        )

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(max_rows=20))
