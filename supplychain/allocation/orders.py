"""Orders as arrays: who asks for what in each quarter, and what limits it.

One *line* is one order of one buyer; its products substitute for one another.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from supplychain.allocation.chips import life_of, surviving
from supplychain.allocation.export import ExportRules, export_rules, exportable
from supplychain.allocation.paths import Floats, Indices, Mask
from supplychain.model import Buyer, Commodity, Figure, Network, Orders
from supplychain.model.accelerators import per_accelerator
from supplychain.model.quarters import Quarter

Barred: TypeAlias = Callable[[Commodity, Buyer, Quarter], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Every order of every buyer, over the quarters.

    Attributes:
        buyers: Those with orders, by id.
        products: Ids, sorted.
        quarters: The grid.
        owner: Row of the buyer, by line.
        allowed: What a line may take: line x product x quarter.
        new: Units ordered, line x quarter.
        known: Whether a buyer's orders are known, buyer x quarter.
        promised: The part the seller commits to, line x quarter.
        own: Lines for nothing but chips of the buyer's own design.
        own_chip: Products that have such a line.
        builder: Lines, not for own chips, of buyers who design accelerators themselves.
        as_ordered: Products whose makers are limited by orders alone.
        h100e, site_mw: Of one unit, by product; 0 where it is not known.
        price_usd: List price, product x quarter; 0 where it is not known.
        power_mw: Of a buyer's sites, buyer x quarter; infinite where it is not known.
        budget_usd: Buyer x quarter; infinite where it is not known.
        fleet_mw: Power of what a buyer owned at the start, buyer x quarter.
        life: Quarters that an accelerator is in service.
    """

    buyers: tuple[Buyer, ...]
    products: tuple[str, ...]
    quarters: tuple[Quarter, ...]
    owner: Indices
    allowed: Mask
    new: Floats
    known: Mask
    promised: Floats
    own: Mask
    own_chip: Mask
    builder: Mask
    as_ordered: Mask
    h100e: Floats
    site_mw: Floats
    price_usd: Floats
    power_mw: Floats
    budget_usd: Floats
    fleet_mw: Floats
    life: int

    def by_buyer(self, by_line: Floats) -> Floats:
        """Sums over the lines of each buyer; lines on the second axis."""
        belongs = self.owner == np.arange(len(self.buyers))[:, None]
        return np.asarray(np.einsum("bl,sl...->sb...", belongs.astype(float), by_line))


def order_lines(
    network: Network,
    products: Sequence[str],
    quarters: Sequence[Quarter],
    barred: Barred | None = None,
    as_ordered: Collection[str] = (),
) -> Lines:
    """The orders of the network.

    Args:
        network: For buyers, their orders and limits, and the export rules of products.
        products: Ids, sorted.
        quarters: The grid.
        barred: Sales that a scenario forbids, beside the export rules.
        as_ordered: Products that no supply limits, while they are sold.

    Raises:
        ValueError: Buyers have sites of limited power and the data no parameters of power.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> lines = order_lines(network, ["h100"], [sc.Quarter(2024, 1)])
        >>> lines.allowed.shape == (len(lines.owner), 1, 1)
        True
    """
    buyers = tuple(b for b in network.buyers.values() if b.orders)
    lines = [(i, line) for i, buyer in enumerate(buyers) for line in buyer.orders]
    shape = len(lines), len(products), len(quarters)
    flat = len(lines), len(quarters)
    chips = [network.commodities[p] for p in products]
    designers = {c.product.designer for c in network.products.values() if c.product}
    own = np.array([_own(network, buyers[i], line) for i, line in lines], dtype=bool)
    named = _named([line for _, line in lines], chips)
    rules = export_rules(network)
    sellable = _sellable(buyers, chips, quarters, barred, as_ordered, rules)
    if any(buyer.site_power_mw for buyer in buyers):
        _check_power(network)
    counts = [per_accelerator(network, chip) for chip in chips]
    return Lines(
        buyers=buyers,
        products=tuple(products),
        quarters=tuple(quarters),
        owner=np.array([i for i, _ in lines], dtype=np.intp),
        allowed=named[:, :, None] & sellable[[i for i, _ in lines]].reshape(shape),
        new=np.array([_by_quarter(line.figures, quarters) for _, line in lines]).reshape(flat),
        known=_known(buyers, quarters),
        promised=_promised(buyers, quarters).reshape(flat),
        own=own,
        own_chip=named[own].any(axis=0),
        builder=np.array([buyers[i].organization in designers for i, _ in lines], bool) & ~own,
        as_ordered=np.array([p in as_ordered for p in products], dtype=bool),
        h100e=np.array([c["h100e"] for c in counts]),
        site_mw=np.array([c.get("site_mw", 0.0) for c in counts]),
        price_usd=_prices(chips, quarters),
        power_mw=_limits([b.site_power_mw for b in buyers], quarters, interpolated=True),
        budget_usd=_limits([b.budget_usd for b in buyers], quarters, interpolated=False),
        fleet_mw=_fleet_mw(network, buyers, quarters),
        life=life_of(network),
    )


def _known(buyers: Sequence[Buyer], quarters: Sequence[Quarter]) -> Mask:
    """Whether a buyer's orders are known, buyer x quarter.

    It orders nothing before its first figure, nor after its last as long as the figures of half of
    all buyers go on; after that nothing is known of it.
    """
    last = sorted((q for b in buyers if (q := _last(b)) is not None), reverse=True)
    general = last[(len(last) - 1) // 2] if last else None
    ends = [max((q for q in (_last(b), general) if q is not None), default=None) for b in buyers]
    table = [[end is not None and q <= end for q in quarters] for end in ends]
    return np.array(table, dtype=bool).reshape(len(buyers), len(quarters))


def _last(buyer: Buyer) -> Quarter | None:
    """The last quarter with an order of the buyer."""
    return max((q for line in buyer.orders for q in line.figures), default=None)


def _check_power(network: Network) -> None:
    """Without these parameters no chip would take any power, and no site limit a buyer."""
    for key in ("server_ratio", "load", "pue"):
        network.parameter(f"power.{key}")


def _own(network: Network, buyer: Buyer, line: Orders) -> bool:
    """Whether the line is for nothing but chips of the buyer's own design."""
    if not buyer.organization:
        return False
    [named] = _named([line], tuple(network.products.values()))
    chips = [c for c, here in zip(network.products.values(), named, strict=True) if here]
    return {c.product.designer for c in chips if c.product} == {buyer.organization}


def _named(lines: Sequence[Orders], chips: Sequence[Commodity]) -> Mask:
    """Whether an order names a product, itself or a group of it: line x product."""
    names = [frozenset((chip.id, *chip.groups)) for chip in chips]
    table = [[not here.isdisjoint(line.products) for here in names] for line in lines]
    return np.array(table, dtype=bool).reshape(len(lines), len(chips))


def _sellable(
    buyers: Sequence[Buyer],
    chips: Sequence[Commodity],
    quarters: Sequence[Quarter],
    barred: Barred | None,
    as_ordered: Collection[str],
    rules: ExportRules,
) -> Mask:
    """What is launched and may be sold to a buyer: buyer x product x quarter.

    What was made may be sold after its last quarter; what is only ordered may not.
    """
    table = np.ones((len(buyers), len(chips), len(quarters)), dtype=bool)
    offered = [
        [p.sold(q) if chip.id in as_ordered else p.launch <= q for q in quarters]
        for chip in chips
        if (p := chip.product) is not None
    ]
    by_class = {
        b.export_class: [
            [here and exportable(chip, b, q, rules) for here, q in zip(row, quarters, strict=True)]
            for row, chip in zip(offered, chips, strict=True)
        ]
        for b in {b.export_class: b for b in buyers}.values()
    }
    for row, buyer in zip(table, buyers, strict=True):
        row[:] = np.array(by_class[buyer.export_class]).reshape(row.shape)
        if barred is not None:
            row &= ~np.array([[barred(chip, buyer, q) for q in quarters] for chip in chips])
    return table


def _promised(buyers: Sequence[Buyer], quarters: Sequence[Quarter]) -> Floats:
    """Each contract belongs to the buyer's first order that shares a product with it."""
    rows: list[Floats] = []
    for buyer in buyers:
        mine = np.zeros((len(buyer.orders), len(quarters)))
        for contract in buyer.contracts:
            same = [set(line.products) & set(contract.products) for line in buyer.orders]
            if any(same):
                first = next(i for i, shared in enumerate(same) if shared)
                mine[first] += _by_quarter(contract.figures, quarters)
        rows.append(mine)
    return np.concatenate(rows) if rows else np.zeros((0, len(quarters)))


def _by_quarter(figures: Mapping[Quarter, Figure], quarters: Sequence[Quarter]) -> list[float]:
    return [float(figures[q].value) if q in figures else 0.0 for q in quarters]


def _prices(chips: Sequence[Commodity], quarters: Sequence[Quarter]) -> Floats:
    """List prices, product x quarter; 0 where none is known."""
    found = [[c.product.price_in(q) if c.product else None for q in quarters] for c in chips]
    table = [[price.value if price else 0.0 for price in row] for row in found]
    return np.array(table).reshape(len(chips), len(quarters))


def _limits(
    figures: Sequence[Mapping[Quarter, Figure]], quarters: Sequence[Quarter], interpolated: bool
) -> Floats:
    """A limit by buyer and quarter; none where nothing is known.

    Interpolated ones run straight between figures; before the first and after the last nothing is
    known. The others hold in their own quarter only.
    """
    table = np.full((len(figures), len(quarters)), np.inf)
    for row, known in zip(table, figures, strict=True):
        if not known:
            continue
        if not interpolated:
            row[:] = [known[q].value if q in known else np.inf for q in quarters]
            continue
        start = min(known)
        at = [q - start for q in quarters]
        values = [known[q].value for q in sorted(known)]
        row[:] = np.interp(at, [q - start for q in sorted(known)], values)
        row[(np.array(at) < 0) | (np.array(at) > max(known) - start)] = np.inf
    return table


def _fleet_mw(network: Network, buyers: Sequence[Buyer], quarters: Sequence[Quarter]) -> Floats:
    """Site power that what a buyer owned at the start still takes."""
    table = np.zeros((len(buyers), len(quarters)))
    for row, buyer in zip(table, buyers, strict=True):
        for product, figure in buyer.fleet.items():
            chip = network.commodities[product]
            row += (
                figure.value
                * per_accelerator(network, chip).get("site_mw", 0.0)
                * surviving(chip, quarters, life_of(network))
            )
    return table
