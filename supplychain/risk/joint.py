"""Sets of two or three entities that only together lose a product, of all products at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from supplychain.errors import AskError
from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.risk.cascade import cascades
from supplychain.risk.cutsets import cuts_of_supplies, together
from supplychain.risk.scope import Scope, asked_products, scope
from supplychain.risk.structure import Entity, Kind, entities, structure
from supplychain.risk.trivial import trivial_by_role

MOST = 3
"""The largest order: beyond it sets are many and say little."""


@dataclass(frozen=True, slots=True)
class JointCut:
    """A minimal cut set of two or more.

    Attributes:
        ids, names: Its members, by id.
        products: What it is a minimal cut of: lost with all of it, kept if any member stays.
        at_stake: Share of the weight of all products that falls with it.
        apart: The same summed over its members, each lost on its own.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    products: tuple[str, ...]
    at_stake: float
    apart: float

    @property
    def super_additive(self) -> bool:
        """Whether the loss together is more than the losses apart."""
        return self.at_stake > self.apart + 1e-9


@dataclass(frozen=True, slots=True)
class JointCuts:
    """Cut sets as of a quarter, most at stake first; of equals the smaller set.

    Attributes:
        singles: Product to the sets of one, for exact probabilities.
        products: Product to its share of what is at stake.
    """

    at: Quarter
    kind: Kind
    order: int
    rows: tuple[JointCut, ...]
    singles: Mapping[str, tuple[str, ...]]
    products: Mapping[str, float]

    def __repr__(self) -> str:
        found = f"{len(self.rows)} sets of up to {self.order}"
        return f"<JointCuts in {self.at}, by {self.kind}: {found}>"


def joint_cuts(
    network: Network,
    products: str | Sequence[str] | None,
    at: Quarter,
    kind: Kind = "organization",
    order: int = 2,
    weights: Mapping[str, float] | None = None,
    weeks: float = 0.0,
) -> JointCuts:
    """Every minimal cut set of two up to ``order`` members.

    Args:
        network: The data.
        products: Id or ids of accelerators or of any commodities; all accelerators if not given.
        at: The quarter.
        kind: What a set is made of: organizations, supplies or countries.
        order: 2 or 3.
        weights: What each product counts for; all alike if not given.
        weeks: Time since the loss: substitutes that take longer to switch to do not help.

    Raises:
        AskError: The order is not 1 to 3, or the kind is ``commodity``.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> found = joint_cuts(network, ["h100"], sc.Quarter(2023, 2), order=1)
        >>> all(len(row.ids) == 1 for row in found.rows)
        True
    """
    if not 1 <= order <= MOST:
        raise AskError(f"an order of {order} is not 1 to {MOST}: larger sets are not searched")
    if kind == "commodity":
        raise AskError("cut sets are of organizations, supplies or countries")
    asked = asked_products(network, products)
    wanted = scope(network, asked, weights, structure(network, at, weeks))
    removed = entities(network, wanted.of, [kind])
    numbers = wanted.of.system()
    cuts = cuts_of_supplies(numbers, [e.supplies for e in removed], order)
    singles: dict[str, tuple[str, ...]] = {}
    found: dict[tuple[int, ...], list[str]] = defaultdict(list)
    for product in wanted.weights:
        sets = together(cuts, wanted.makers[product], order)
        singles[product] = tuple(removed[s[0]].id for s in sets if len(s) == 1)
        for cut in sets:
            own = (trivial_by_role(network, wanted.of, removed[g], product) for g in cut)
            if len(cut) > 1 and not any(own):
                found[cut].append(product)
    rows = _rows(wanted, removed, found)
    return JointCuts(at, kind, order, rows, singles, wanted.weights)


def _rows(
    wanted: Scope, removed: Sequence[Entity], found: Mapping[tuple[int, ...], Sequence[str]]
) -> tuple[JointCut, ...]:
    removals = [*found, *((g,) for g in sorted({g for cut in found for g in cut}))]
    falls = cascades(
        wanted.of.system(), ([s for g in cut for s in removed[g].supplies] for cut in removals)
    )
    stake = {}
    for cut, fallen in zip(removals, falls, strict=True):
        down = frozenset(fallen.supplies)
        lost = (w for p, w in wanted.weights.items() if down.issuperset(wanted.makers[p]))
        stake[cut] = fsum(lost)
    rows = [
        JointCut(
            ids=tuple(removed[g].id for g in cut),
            names=tuple(removed[g].name for g in cut),
            products=tuple(sorted(products)),
            at_stake=stake[cut],
            apart=fsum(stake[g,] for g in cut),
        )
        for cut, products in found.items()
    ]
    weight = wanted.weights
    rows.sort(key=lambda r: (-round(fsum(weight[p] for p in r.products), 9), len(r.ids), r.ids))
    return tuple(rows)
