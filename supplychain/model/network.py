"""The whole data set, checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

from supplychain.errors import AskError
from supplychain.model.buyers import Buyer
from supplychain.model.commodities import Commodity, Need, Product
from supplychain.model.figures import Figure, Source
from supplychain.model.names import figures, named
from supplychain.model.organizations import Capacity, Organization, Supply
from supplychain.model.quarters import Quarter
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


_Part = TypeVar(
    "_Part",
    AIModel,
    Buyer,
    Commodity,
    Disruption,
    Organization,
    Outcome,
    Parameters,
    Scenario,
    Source,
)

FIGURED = (
    "commodities",
    "organizations",
    "buyers",
    "models",
    "parameters",
    "outcomes",
    "disruptions",
)
"""Fields of a network whose parts hold figures."""


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

    @cached_property
    def as_of(self) -> Quarter | None:
        """The quarter in which the newest source was read: the data's present, never a clock's.

        What the data says of later quarters is a forecast. ``None``: it cites no source.
        """
        read = max((s.accessed for s in self.sources.values() if s.accessed), default="")
        if not read:
            return None
        year, month = read.split("-")[:2]
        return Quarter(int(year), (int(month) + 2) // 3)

    @property
    def products(self) -> Mapping[str, Commodity]:
        """The accelerators."""
        return {id_: c for id_, c in self.commodities.items() if c.product is not None}

    @cached_property
    def accelerators(self) -> Mapping[str, Product]:
        """What is known of each accelerator as a product, by id."""
        return MappingProxyType(
            {id_: c.product for id_, c in self.commodities.items() if c.product is not None}
        )

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
            AskError: The data has none of that name.
        """
        topic, _, key = name.partition(".")
        try:
            return self.parameters[topic].figures[key]
        except KeyError:
            raise AskError(
                f"the data has no parameter '{name}'; add '{key}' to parameters/{topic}.yaml"
            ) from None

    def constant(self, name: str, usual: float) -> float:
        """The value of the parameter ``topic.key``; the usual one if the data has none."""
        topic, _, key = name.partition(".")
        given = self.parameters.get(topic)
        return given.figures[key].value if given and key in given.figures else usual

    @cached_property
    def figures(self) -> Mapping[str, Figure]:
        """Every figure by its name, in order of kind and id."""
        found = (f for kind in FIGURED for f in figures(getattr(self, kind)))
        return MappingProxyType({f.name: f for f in found})

    def with_(self, **parts: Iterable[Any]) -> Network:
        """The network with some of its parts replaced by others of the same ids.

        Args:
            parts: Field of the network (``commodities``, ``organizations``, ``buyers``,
                ``models``, ``outcomes``, ``disruptions``, ``scenarios``, ``parameters``) to the
                changed parts of it; those left out stay as they are.

        Example:
            ``network.with_(organizations=[replace(tsmc, capacities=())])``
        """
        changed: dict[str, Mapping[str, Any]] = {}
        for field_, some in parts.items():
            all_ = {**getattr(self, field_), **{part.id: named(part, part.id) for part in some}}
            changed[field_] = MappingProxyType({id_: all_[id_] for id_ in sorted(all_)})
        made = changed.get("commodities", self.commodities)
        makers = changed.get("organizations", self.organizations)
        fresh: dict[str, Any] = dict(changed)
        if "commodities" in changed:
            fresh["groups"] = _groups(made)
        if fresh.keys() & {"commodities", "organizations"}:
            fresh["supplies"] = _supplies(made, makers)
        return replace(self, **fresh)

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
    """Put checked parts together, sorted by id, and name their figures.

    Each product is supplied by its designer: in the designer's country, from launch to end.
    """
    made, makers = _by_id(commodities), _by_id(organizations)
    return Network(
        commodities=made,
        organizations=makers,
        buyers=_by_id(buyers),
        sources=_by_id(sources),
        groups=_groups(made),
        supplies=_supplies(made, makers),
        digest=digest,
        models=_by_id(models),
        outcomes=_by_id(outcomes),
        disruptions=_by_id(disruptions),
        scenarios=_by_id(scenarios),
        parameters=_by_id(parameters),
    )


def _by_id(parts: Iterable[_Part]) -> Mapping[str, _Part]:
    return MappingProxyType({p.id: named(p, p.id) for p in sorted(parts, key=lambda p: p.id)})


def _groups(commodities: Mapping[str, Commodity]) -> Mapping[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for commodity in commodities.values():
        for group in commodity.groups:
            groups[group].append(commodity.id)
    return MappingProxyType({name: tuple(groups[name]) for name in sorted(groups)})


def _supplies(
    commodities: Mapping[str, Commodity], organizations: Mapping[str, Organization]
) -> tuple[Supply, ...]:
    """What the organizations say they make, and the products of each designer."""
    supplies = [s for o in organizations.values() for s in o.supplies]
    supplies += [
        Supply(
            organization=c.product.designer,
            commodity=c.id,
            country=organizations[c.product.designer].country,
            start=c.product.launch,
            end=c.product.end,
            note="the designer sells its own product",
            place=c.place,
        )
        for c in commodities.values()
        if c.product is not None
    ]
    return tuple(sorted(supplies, key=lambda s: (s.commodity, s.organization, s.country)))
