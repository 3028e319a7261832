"""Which products a question about a quarter is about, and what each weighs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from supplychain.errors import AskError
from supplychain.model import Network
from supplychain.model.finder import members
from supplychain.model.names import each_name
from supplychain.model.quarters import Quarter, quarter_range
from supplychain.risk.cascade import Falls, unserved
from supplychain.risk.reasons import chain_to, exact_links, without_maker
from supplychain.risk.structure import Structure, standing


@dataclass(frozen=True, slots=True)
class Scope:
    """The products that can be lost, and why others cannot.

    Attributes:
        of: What is up in the quarter with nothing removed.
        weights: Product to its share of what is at stake; adds up to 1.
        makers: Product to the positions of its supplies.
        not_sold: Product to the reason: the quarter is before its launch or after its end.
        not_made: Product to the reason: a need of it has no maker, with nothing removed.
    """

    of: Structure
    weights: Mapping[str, float]
    makers: Mapping[str, tuple[int, ...]]
    not_sold: Mapping[str, str]
    not_made: Mapping[str, str]


def scope(
    network: Network, asked: Sequence[str], weights: Mapping[str, float] | None, whole: Structure
) -> Scope:
    """Sort out the asked products.

    Args:
        network: The data.
        asked: Ids of commodities, accelerators as a rule.
        weights: Output of each product in any common unit, e.g. H100e; equal if not given.
        whole: Everything active in the quarter.

    Raises:
        AskError: A commodity is not in the data, or a product that is up has no weight.
    """
    of, falls = standing(whole)
    not_sold: dict[str, str] = {}
    not_made: dict[str, str] = {}
    for id_ in asked:
        product = network.commodities[id_].product
        if product is not None and not product.sold(whole.at):
            not_sold[id_] = f"{id_} is sold {product.lifetime()}"
        elif not whole.makers(id_):
            not_made[id_] = f"nobody in the data makes {id_} in {whole.at}"
        elif not of.makers(id_):
            not_made[id_] = _why_down(whole, falls, id_)
    up = [id_ for id_ in asked if id_ not in not_sold and id_ not in not_made]
    makers = {id_: of.makers(id_) for id_ in up}
    return Scope(of, _shares(up, weights), makers, not_sold, not_made)


def asked_products(network: Network, products: str | Sequence[str] | None) -> tuple[str, ...]:
    """Ids of the named commodities and groups, sorted and each once; else all accelerators.

    Raises:
        AskError: A name is in none of them.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> asked_products(network, "h100")
        ('h100',)
    """
    if products is None:
        return tuple(network.products)
    return tuple(sorted({id_ for name in each_name(products) for id_ in members(network, name)}))


def default_quarter(network: Network, asked: str | Sequence[str]) -> Quarter:
    """The quarter a question is about that names none.

    It is the data's own present (:attr:`Network.as_of`), if any of the asked accelerators is sold
    in it and the data's capacities reach so far; else the last in which most of them are sold.

    Raises:
        AskError: The data has no accelerator.
    """
    asked = each_name(asked)
    products = [p for id_ in asked if (p := network.commodities[id_].product) is not None]
    if not products:
        products = [p for c in network.commodities.values() if (p := c.product) is not None]
    if not products:
        raise AskError("a quarter is needed: the data has no accelerator to take it from")
    now = network.as_of
    if now is not None and any(p.sold(now) for p in products) and _covered(network, now):
        return now
    first = min(p.launch for p in products)
    last = max(p.end or p.launch for p in products)
    return max(quarter_range(first, last), key=lambda q: (sum(p.sold(q) for p in products), q))


def _covered(network: Network, quarter: Quarter) -> bool:
    lines = (c for o in network.organizations.values() for c in o.capacities)
    return any(quarter <= q for line in lines for q in line.figures)


def _shares(products: Sequence[str], weights: Mapping[str, float] | None) -> dict[str, float]:
    if weights is None:
        return {p: 1 / len(products) for p in products}
    missing = [p for p in products if p not in weights]
    if missing:
        raise AskError(f"no weight is given for {', '.join(missing)}")
    total = sum(weights[p] for p in products)
    return {p: weights[p] / total if total > 0 else 0.0 for p in products}


def _why_down(whole: Structure, falls: Falls, product: str) -> str:
    """Which need nobody serves, and through what the product needs it."""
    numbers = whole.system()
    links = exact_links(numbers, unserved(numbers), falls)
    chain = chain_to(links, whole.makers(product)).supplies
    need = next(r for r in whole.requirements if not r.members and chain[0] in r.users)
    through = [whole.supplies[s].commodity for s in chain[:-1]]
    path = f", which {product} depends on through {', '.join(through)}" if through else ""
    return without_maker(whole, need) + path
