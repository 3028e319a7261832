"""Buyers of accelerators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

from supplychain.model.figures import NOWHERE, Figure, Place
from supplychain.model.organizations import Orders
from supplychain.model.quarters import Quarter
from supplychain.model.values import freeze

Tier: TypeAlias = Literal["rich", "poor"]


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who takes accelerators; one buyer, or a group of ``count`` alike.

    Attributes:
        kind: hyperscaler, china, neocloud, lab, enterprise, sovereign, university, startup, ...
        orders: What it asks for, per quarter.
        contracts: The part of that which is committed by the seller, per quarter.
        fleet: Accelerators owned at the start of the data, by product.
        export_class: Which export rule applies: ``open``, ``tier-2``, ``china``.
        site_power_mw: Power of its sites by quarter.
        price_limit_usd: The most it pays for one H100 equivalent.
        budget_usd: What it can spend on accelerators, per quarter.
        priority: Its class where an allocation rule serves by priority, 1 first; ``None``: by
            tier, the rich first.
    """

    id: str
    name: str
    tier: Tier
    kind: str
    country: str
    count: int = 1
    aliases: tuple[str, ...] = ()
    export_class: str = "open"
    organization: str = ""
    orders: tuple[Orders, ...] = ()
    contracts: tuple[Orders, ...] = ()
    fleet: Mapping[str, Figure] = field(default_factory=lambda: MappingProxyType({}))
    site_power_mw: Mapping[Quarter, Figure] = field(default_factory=lambda: MappingProxyType({}))
    price_limit_usd: Figure | None = None
    budget_usd: Mapping[Quarter, Figure] = field(default_factory=lambda: MappingProxyType({}))
    priority: int | None = None
    note: str = ""
    sources: tuple[str, ...] = ()
    place: Place = NOWHERE

    def __post_init__(self) -> None:
        freeze(self, "fleet", "site_power_mw", "budget_usd")
