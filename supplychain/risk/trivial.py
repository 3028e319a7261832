"""Losses that say nothing: a designer's products need their designer."""

from __future__ import annotations

from supplychain.model import Network
from supplychain.risk.structure import Entity, Structure

DESIGN_STAGE = "design"


def own_organizations(network: Network, product: str) -> frozenset[str]:
    """Designer and partners of a product, with all that own them; empty for other commodities."""
    facts = network.commodities[product].product
    makers = () if facts is None else (facts.designer, *facts.partners)
    return frozenset(owner for maker in makers for owner in network.owners(maker))


def design_supplies(network: Network, of: Structure) -> frozenset[int]:
    """Positions of accelerators themselves, and of designs made by any designer or partner."""
    designers = frozenset(o for p in network.products for o in own_organizations(network, p))
    return frozenset(
        position
        for position, supply in enumerate(of.supplies)
        if network.commodities[supply.commodity].product is not None
        or (
            network.commodities[supply.commodity].stage == DESIGN_STAGE
            and supply.organization in designers
        )
    )


def trivial_by_role(network: Network, of: Structure, entity: Entity, product: str) -> bool:
    """Whether the entity is the product itself, or designs it.

    An organization is, if it is the designer, a partner, or an owner of one of them; a supply,
    if it is the product's own or a design made by one of these.
    """
    own = own_organizations(network, product)
    if entity.kind == "organization":
        return entity.id in own
    supplies = [of.supplies[s] for s in entity.supplies]
    return all(
        s.commodity == product
        or (network.commodities[s.commodity].stage == DESIGN_STAGE and s.organization in own)
        for s in supplies
    )
