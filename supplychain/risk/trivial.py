"""Losses that say nothing: a designer's products need their designer."""

from __future__ import annotations

from supplychain.model import Network
from supplychain.risk.structure import Entity, Structure

DESIGN_STAGE = "design"


def own_organizations(network: Network, product: str) -> frozenset[str]:
    """Designer and partners of a product, with all that own them; empty for other commodities.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> "nvidia" in own_organizations(network, "h100")
        True
    """
    return frozenset(o for maker in _makers(network, product) for o in network.owners(maker))


def _makers(network: Network, product: str) -> frozenset[str]:
    """Designer and partners."""
    facts = network.commodities[product].product
    return frozenset(() if facts is None else (facts.designer, *facts.partners))


def design_supplies(network: Network, of: Structure) -> frozenset[int]:
    """Positions of accelerators themselves, and of designs made by any designer or partner."""
    designers = frozenset(o for p in network.products for o in own_organizations(network, p))
    makers = frozenset(m for p in network.products for m in _makers(network, p))
    return frozenset(
        position
        for position, supply in enumerate(of.supplies)
        if supply.commodity in network.accelerators
        or (
            network.commodities[supply.commodity].stage == DESIGN_STAGE
            and (
                supply.organization in designers
                or not makers.isdisjoint(network.owners(supply.organization))
            )
        )
    )


def trivial_by_role(network: Network, of: Structure, entity: Entity, product: str) -> bool:
    """Whether the entity is the product itself, or designs it.

    An organization is, if it is the designer, a partner, an owner of one of them or owned by
    one; a supply, if it is the product's own or a design made by one of these.
    """
    makers, above = _makers(network, product), own_organizations(network, product)

    def own(organization: str) -> bool:
        return organization in above or not makers.isdisjoint(network.owners(organization))

    if entity.kind == "organization":
        return own(entity.id)
    supplies = [of.supplies[s] for s in entity.supplies]
    return all(
        s.commodity == product
        or (network.commodities[s.commodity].stage == DESIGN_STAGE and own(s.organization))
        for s in supplies
    )
