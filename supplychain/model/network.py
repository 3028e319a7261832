"""The whole data set, checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from supplychain.model.buyers import Buyer
from supplychain.model.commodities import Commodity, Need
from supplychain.model.figures import Figure, Source
from supplychain.model.organizations import Capacity, Organization, Supply
from supplychain.model.records import AIModel, Disruption, Outcome, Parameters
from supplychain.model.scenarios import Scenario
from supplychain.model.values import freeze

ALLOCATION_RULES = (
    "contract-first",
    "orders-first",
    "pro-rata",
    "max-min",
    "priority",
    "price",
    "alpha-fair",
)
"""Names of the rules of allocation, the default first."""


@dataclass(frozen=True)
class Network:
    """The whole data set, checked; all mappings are sorted by id.

    Attributes:
        groups: Group name to the ids of its commodities.
        digest: SHA-256 of the data's text, so that a result can say what it was made from.
        models: AI models.
        outcomes: What was published of the past, to be compared with.
        disruptions: Past disruptions.
        scenarios: Named scenarios.
        parameters: Figures of no single node, by topic.
    """

    commodities: Mapping[str, Commodity]
    organizations: Mapping[str, Organization]
    buyers: Mapping[str, Buyer]
    sources: Mapping[str, Source]
    groups: Mapping[str, tuple[str, ...]]
    supplies: tuple[Supply, ...]
    digest: str = ""
    models: Mapping[str, AIModel] = field(default_factory=lambda: MappingProxyType({}))
    outcomes: Mapping[str, Outcome] = field(default_factory=lambda: MappingProxyType({}))
    disruptions: Mapping[str, Disruption] = field(default_factory=lambda: MappingProxyType({}))
    scenarios: Mapping[str, Scenario] = field(default_factory=lambda: MappingProxyType({}))
    parameters: Mapping[str, Parameters] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        freeze(
            self,
            "commodities",
            "organizations",
            "buyers",
            "sources",
            "groups",
            "models",
            "outcomes",
            "disruptions",
            "scenarios",
            "parameters",
        )

    def __repr__(self) -> str:
        parts = {
            "commodities": self.commodities,
            "organizations": self.organizations,
            "supplies": self.supplies,
        }
        held = ", ".join(f"{len(part)} {name}" for name, part in parts.items())
        return f"<Network {self.digest[:8]}: {held}>" if self.digest else f"<Network: {held}>"

    @property
    def products(self) -> Mapping[str, Commodity]:
        """The accelerators."""
        return {id_: c for id_, c in self.commodities.items() if c.product is not None}

    def makers(self, commodity: str) -> tuple[Supply, ...]:
        """The supplies of a commodity, in order of organization and country."""
        return self._makers.get(commodity, ())

    @cached_property
    def _makers(self) -> dict[str, tuple[Supply, ...]]:
        made: dict[str, list[Supply]] = defaultdict(list)
        for supply in self.supplies:
            made[supply.commodity].append(supply)
        return {commodity: tuple(supplies) for commodity, supplies in made.items()}

    def supply(self, id_: str) -> Supply:
        """The supply with that id.

        Raises:
            KeyError: There is none.
        """
        commodity = id_.partition("/")[2].rpartition("@")[0]
        for supply in self.makers(commodity):
            if supply.id == id_:
                return supply
        raise KeyError(id_)

    def needs(self, supply: Supply) -> tuple[Need, ...]:
        """What a supply needs: its commodity's needs and its own."""
        return self.commodities[supply.commodity].needs + supply.needs

    def cycle_weeks(self, need: Need) -> Figure | None:
        """Weeks from the input sent to the output finished: the need's figure, else the input's."""
        if need.cycle_weeks is not None:
            return need.cycle_weeks
        return self.commodities[next(iter(need.inputs))].cycle_weeks

    def parameter(self, name: str) -> Figure:
        """The parameter of that name, ``topic.key``, e.g. ``power.pue``.

        Raises:
            ValueError: The data has none of that name.
        """
        topic, _, key = name.partition(".")
        try:
            return self.parameters[topic].figures[key]
        except KeyError:
            raise ValueError(
                f"the data has no parameter '{name}'; add '{key}' to parameters/{topic}.yaml"
            ) from None

    def owners(self, organization: str) -> tuple[str, ...]:
        """The organization and those that own it, nearest first."""
        chain = [organization]
        while owner := self.organizations[chain[-1]].owner:
            chain.append(owner)
        return tuple(chain)

    def capacity(self, supply: Supply, name: str) -> Capacity:
        """The capacity of the supply's organization with that id."""
        return next(c for c in self.organizations[supply.organization].capacities if c.id == name)


def assemble(
    commodities: Iterable[Commodity],
    organizations: Iterable[Organization],
    buyers: Iterable[Buyer] = (),
    sources: Iterable[Source] = (),
    digest: str = "",
    models: Iterable[AIModel] = (),
    outcomes: Iterable[Outcome] = (),
    disruptions: Iterable[Disruption] = (),
    scenarios: Iterable[Scenario] = (),
    parameters: Iterable[Parameters] = (),
) -> Network:
    """Put checked parts together, sorted by id; each product is supplied by its designer.

    An accelerator's supply stands in its designer's country and runs from launch to end.
    """
    organizations = sorted(organizations, key=lambda o: o.id)
    commodities = sorted(commodities, key=lambda c: c.id)
    countries = {o.id: o.country for o in organizations}
    supplies = [s for o in organizations for s in o.supplies]
    groups: dict[str, list[str]] = defaultdict(list)
    for commodity in commodities:
        for group in commodity.groups:
            groups[group].append(commodity.id)
        if (product := commodity.product) is not None:
            supplies.append(
                Supply(
                    organization=product.designer,
                    commodity=commodity.id,
                    country=countries[product.designer],
                    start=product.launch,
                    end=product.end,
                    note="the designer sells its own product",
                    place=commodity.place,
                )
            )
    return Network(
        commodities=MappingProxyType({c.id: c for c in commodities}),
        organizations=MappingProxyType({o.id: o for o in organizations}),
        buyers=MappingProxyType({b.id: b for b in sorted(buyers, key=lambda b: b.id)}),
        sources=MappingProxyType({s.id: s for s in sorted(sources, key=lambda s: s.id)}),
        groups=MappingProxyType({name: tuple(groups[name]) for name in sorted(groups)}),
        supplies=tuple(sorted(supplies, key=lambda s: (s.commodity, s.organization, s.country))),
        digest=digest,
        models=MappingProxyType({m.id: m for m in sorted(models, key=lambda m: m.id)}),
        outcomes=MappingProxyType({o.id: o for o in sorted(outcomes, key=lambda o: o.id)}),
        disruptions=MappingProxyType({d.id: d for d in sorted(disruptions, key=lambda d: d.id)}),
        scenarios=MappingProxyType({s.id: s for s in sorted(scenarios, key=lambda s: s.id)}),
        parameters=MappingProxyType({p.id: p for p in sorted(parameters, key=lambda p: p.id)}),
    )
