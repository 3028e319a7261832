"""Where in the chain each country is needed: country by stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from supplychain.model import STAGES, Network
from supplychain.model.quarters import Quarter
from supplychain.risk.losses import losses, question
from supplychain.risk.scope import asked_products, scope
from supplychain.risk.structure import Entity, entities, structure


@dataclass(frozen=True, slots=True)
class Need:
    """What the plants of one country in one stage lose if they are lost, beyond their own designs.

    Attributes:
        exact: Share of the weight of all products that is lost, 0 to 1.
        near: Lost or nearly lost: the others could cover less than a quarter of a need.
    """

    exact: float
    near: float


def country_by_stage(
    network: Network,
    products: str | Sequence[str] | None,
    at: Quarter,
    weights: Mapping[str, float] | None = None,
    weeks: float = 0.0,
) -> Mapping[tuple[str, str], Need]:
    """Country and stage to what is lost there; pairs that lose nothing are left out.

    Args:
        network: The data.
        products: Id or ids of accelerators or of any commodities; all accelerators if not given.
        at: The quarter.
        weights: What each product counts for; all alike if not given.
        weeks: Time since the loss: substitutes that take longer to switch to do not help.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> needed = country_by_stage(network, ["h100"], sc.Quarter(2023, 2))
        >>> ("TW", "packaging") in needed
        True
    """
    asked = asked_products(network, products)
    wanted = scope(network, asked, weights, structure(network, at, weeks))
    parts: list[tuple[str, str]] = []
    removed: list[Entity] = []
    for country in entities(network, wanted.of, ["country"]):
        for stage in STAGES:
            own = tuple(
                s
                for s in country.supplies
                if network.commodities[wanted.of.supplies[s].commodity].stage == stage
            )
            if own:
                parts.append((country.id, stage))
                # Each part has an id of its own; the country's is what reasons are about.
                removed.append(Entity("country", f"{country.id}/{stage}", country.name, own))
    place = {e.id: part for e, part in zip(removed, parts, strict=True)}
    found = {}
    for entity, exact, near in losses(question(network, wanted), removed):
        lost = {p for p, loss in exact.items() if not loss.trivial}
        nearly = lost | {p for p, loss in near.items() if not loss.trivial}
        if any(wanted.weights[p] > 0 for p in nearly):
            found[place[entity.id]] = Need(
                fsum(wanted.weights[p] for p in lost), fsum(wanted.weights[p] for p in nearly)
            )
    return found
