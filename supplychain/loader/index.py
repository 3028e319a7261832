"""What the files together define, so that a reference can be checked while its file is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import yaml

from supplychain.loader.problems import Page, short
from supplychain.loader.shapes import Block, Value
from supplychain.loader.text import place, width
from supplychain.model import Network
from supplychain.model.finder import nearest
from supplychain.model.units import Rate


@dataclass(slots=True)
class Index:
    """Ids by kind, and what references between files need to know of each.

    An id is known by its file's name, even where the file itself has problems, so that one
    mistake is reported once.

    Attributes:
        units: Unit by commodity.
        designers: Designer by product.
        capacities: Nouns of the capacities by organization.
        makers: Organizations by the commodity that they supply, designers included.
        metered: Commodities that some supply makes from a capacity.
        unsure: Organizations whose files have problems, so that their supplies are not all known.
        unread: Folders in which some file hides ids or groups by its problems.
        cited: Sources that some figure cites.
    """

    commodities: set[str] = field(default_factory=set)
    organizations: set[str] = field(default_factory=set)
    buyers: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    groups: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    units: dict[str, str] = field(default_factory=dict)
    designers: dict[str, str] = field(default_factory=dict)
    capacities: dict[str, dict[str, str]] = field(default_factory=dict)
    makers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    metered: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    cited: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, network: Network) -> Index:
        """What a network that was read before defines, for a file that comes later."""
        index = cls(
            commodities=set(network.commodities),
            organizations=set(network.organizations),
            buyers=set(network.buyers),
            sources=set(network.sources),
            units={c.id: c.unit for c in network.commodities.values()},
        )
        for commodity in network.commodities.values():
            for group in commodity.groups:
                index.groups[group].add(commodity.id)
            if commodity.product is not None:
                index.designers[commodity.id] = commodity.product.designer
        for organization in network.organizations.values():
            nouns = {c.id: Rate.parse(c.unit).noun for c in organization.capacities}
            index.capacities[organization.id] = nouns
        for supply in network.supplies:
            index.makers[supply.commodity].add(supply.organization)
            if supply.metered:
                index.metered.add(supply.commodity)
        return index

    def add(self, folder: str, stem: str, block: Block | None, faulty: bool) -> None:
        """Take in one file; the block is ``None`` where it is not even YAML."""
        if block is None or (faulty and folder == "commodities"):
            self.unread.add(folder)
        if folder == "commodities":
            self.commodities.add(stem)
            if block:
                self._commodity(stem, block)
        elif folder == "organizations":
            self.organizations.add(stem)
            if faulty:
                self.unsure.add(stem)
            if block:
                self._organization(stem, block)
        elif folder == "buyers":
            self.buyers.add(stem)
        elif folder == "sources":
            self.sources.update(block.keys if block else ())

    def _commodity(self, id_: str, block: Block) -> None:
        self.units[id_] = block.word("unit")
        for group in block.items("groups"):
            if isinstance(group, yaml.ScalarNode):
                self.groups[group.value].add(id_)
        if product := block.block("product"):
            self.designers[id_] = product.word("designer")
            self.makers[id_].add(product.word("designer"))

    def _organization(self, id_: str, block: Block) -> None:
        nouns = self.capacities.setdefault(id_, {})
        for capacity in block.items("capacities"):
            if isinstance(capacity, Block) and capacity.word("unit"):
                nouns[capacity.word("id")] = Rate.parse(capacity.word("unit")).noun
        for supply in block.items("supplies"):
            if isinstance(supply, Block):
                self.makers[supply.word("commodity")].add(id_)
                if "capacity" in supply.keys:
                    self.metered.add(supply.word("commodity"))


def known(
    node: yaml.Node, id_: str, ids: Iterable[str], what: str, page: Page, *cures: str
) -> bool:
    """Whether the id is one of these; if not, that is noted, with the nearest one."""
    ids = ids if isinstance(ids, set | dict) else set(ids)
    if id_ in ids:
        return True
    close = nearest(id_, sorted(ids))
    helps = ([f"did you mean '{close}'?"] if close else []) + list(cures)
    page.problem_once(
        place(node, page), f"unknown {what} '{short(id_)}'", *helps, width=width(node)
    )
    return False


def words(value: Value | None) -> list[yaml.ScalarNode]:
    """The scalar nodes of a word or a list of words."""
    if value is None or isinstance(value, Block):
        return []
    if isinstance(value, yaml.ScalarNode):
        return [value]
    return [item for item in value.values if isinstance(item, yaml.ScalarNode)]
