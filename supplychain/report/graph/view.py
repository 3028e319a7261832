"""What a picture of the network shows: boxes, and who needs what of whom.

Boxes are commodities, or, where those are too many or too fine, organizations or the plants of a
country at a stage. A part of the network is what lies within some steps of a node, upstream and
downstream.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from supplychain.model import STAGES

if TYPE_CHECKING:
    from supplychain.model import Need, Network, Supply
    from supplychain.report.graph.export import Graph

By: TypeAlias = Literal["commodity", "organization", "country"]

LIMIT = 300
"""Most commodities that are drawn one by one; more would be neither read nor drawn in time."""

_ROLES = ("component", "material", "tool", "design", "software", "service")


@dataclass(frozen=True, slots=True)
class Box:
    """One box.

    Attributes:
        id: Of the commodity or organization; ``TW/packaging`` for a country.
        label: The name as it stands in the picture, where its column says the stage.
        commodities: What it is, or makes, sorted by id.
        supplies: Who makes it, or the makers it stands for.
    """

    id: str
    name: str
    label: str
    stage: str
    commodities: tuple[str, ...]
    supplies: tuple[Supply, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """An input in one need of its consumer.

    Attributes:
        maker: The organization that alone has this need; empty: every maker of the consumer.
    """

    input: str
    consumer: str
    need: Need
    maker: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A picture's content.

    Attributes:
        by: What a box is.
        boxes: By id, sorted.
        links: Input box and consumer box to all uses behind that link, sorted.
    """

    by: By
    boxes: Mapping[str, Box]
    links: Mapping[tuple[str, str], tuple[Use, ...]]

    def role(self, link: tuple[str, str]) -> str:
        """The role that stops output soonest among those of a link."""
        return min((use.need.role for use in self.links[link]), key=_ROLES.index)


def view_of(network: Network, by: By = "commodity", keep: Collection[str] | None = None) -> View:
    """The network, or those of its commodities that are to be kept, in boxes."""
    kept = [c for c in network.commodities if keep is None or c in keep]
    if by == "commodity":
        boxes = {
            id_: Box(id_, c.name, c.name, c.stage, (id_,), network.makers(id_))
            for id_, c in ((id_, network.commodities[id_]) for id_ in kept)
        }
        return View(by, boxes, _sorted(((u.input, u.consumer), u) for u in uses(network, kept)))
    homes, boxes = _collapsed(network, by, kept)
    return View(by, boxes, _sorted(_between(network, kept, homes)))


def near(network: Network, starts: Iterable[str], depth: int) -> frozenset[str]:
    """The commodities within so many steps upstream or downstream of the given ones."""
    inputs: dict[str, set[str]] = {}
    consumers: dict[str, set[str]] = {}
    for use in uses(network, network.commodities):
        inputs.setdefault(use.consumer, set()).add(use.input)
        consumers.setdefault(use.input, set()).add(use.consumer)
    found = set(starts)
    for neighbours in (inputs, consumers):
        front = seen = set(starts)
        for _ in range(depth):
            front = {n for id_ in front for n in neighbours.get(id_, ())} - seen
            seen = seen | front
        found |= seen
    return frozenset(found)


def uses(network: Network, kept: Collection[str]) -> Iterator[Use]:
    """Every input of every need among the kept commodities, their makers' own needs included."""
    inside = set(kept)
    for id_ in kept:
        every = [(need, "") for need in network.commodities[id_].needs]
        own = [(need, s.organization) for s in network.makers(id_) for need in s.needs]
        for need, maker in (*every, *own):
            yield from (Use(input_, id_, need, maker) for input_ in need.inputs if input_ in inside)


def drawable(network: Network, kept: Collection[str]) -> By:
    """The finest boxes of which there are not too many."""
    if len(kept) <= LIMIT:
        return "commodity"
    makers = {s.organization for id_ in kept for s in network.makers(id_)}
    return "organization" if len(makers) <= LIMIT else "country"


def part(graph: Graph, keep: Collection[str]) -> Graph:
    """The subgraph of some commodities, their makers and their buyers."""
    inside = {f"commodity:{id_}" for id_ in keep}
    around = {
        other
        for ends in graph.edges
        for node, other in (ends, ends[::-1])
        if node in inside and not other.startswith("commodity:")
    }
    return graph.subgraph(inside | around).copy()


def as_graph(view: View) -> Graph:
    """The boxes and links as a networkx graph, for export."""
    import networkx

    made: Graph = networkx.DiGraph()
    for box in view.boxes.values():
        made.add_node(
            f"{view.by}:{box.id}",
            kind=view.by,
            name=box.name,
            stage=box.stage,
            commodities=", ".join(box.commodities),
        )
    for (source, target), links in view.links.items():
        made.add_edge(
            f"{view.by}:{source}",
            f"{view.by}:{target}",
            kind="needs",
            role=view.role((source, target)),
            inputs=", ".join(sorted({use.input for use in links})),
        )
    return made


def _collapsed(
    network: Network, by: By, kept: Collection[str]
) -> tuple[dict[str, str], dict[str, Box]]:
    """The box of each supply (and of each commodity that nobody makes), and the boxes."""
    members: dict[str, list[Supply]] = {}
    homes: dict[str, str] = {}
    names: dict[str, str] = {}
    stages: dict[str, str] = {}
    alone: dict[str, list[str]] = {}
    main = _main_stages(network, kept)
    for id_ in kept:
        stage = network.commodities[id_].stage
        for supply in network.makers(id_):
            if by == "organization":
                home, name = supply.organization, network.organizations[supply.organization].name
            else:
                home, name = f"{supply.country}/{stage}", f"{supply.country}: {stage}"
            homes[supply.id], names[home] = home, name
            stages[home] = main[home] if by == "organization" else stage
            members.setdefault(home, []).append(supply)
        if not network.makers(id_):
            homes[id_] = home = f"/{stage}"
            names[home], stages[home] = f"maker not known: {stage}", stage
            alone.setdefault(home, []).append(id_)
    boxes = {}
    for home in sorted(names):
        supplies = tuple(members.get(home, ()))
        made = {s.commodity for s in supplies}.union(alone.get(home, ()))
        label = names[home].partition(":")[0] if by == "country" else names[home]
        boxes[home] = Box(home, names[home], label, stages[home], tuple(sorted(made)), supplies)
    return homes, boxes


def _main_stages(network: Network, kept: Collection[str]) -> dict[str, str]:
    """The stage at which an organization makes most goods; of equals the furthest downstream."""
    counts: dict[str, Counter[str]] = {}
    for id_ in kept:
        for supply in network.makers(id_):
            stage = network.commodities[id_].stage
            counts.setdefault(supply.organization, Counter())[stage] += 1
    return {
        organization: max(stages, key=lambda s: (stages[s], STAGES.index(s)))
        for organization, stages in counts.items()
    }


def _between(
    network: Network, kept: Collection[str], homes: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str], Use]]:
    """From each qualified maker's box to the box of each of its consumers."""
    for use in uses(network, kept):
        qualified = {
            homes[s.id]
            for s in network.makers(use.input)
            if use.need.makers is None or s.organization in use.need.makers
        } or {homes.get(use.input, "")}
        consumers = {
            homes[s.id] for s in network.makers(use.consumer) if use.maker in ("", s.organization)
        } or {homes.get(use.consumer, "")}
        for source in qualified:
            for target in consumers:
                if source and target and source != target:
                    yield (source, target), use


def _sorted(
    pairs: Iterable[tuple[tuple[str, str], Use]],
) -> dict[tuple[str, str], tuple[Use, ...]]:
    found: dict[tuple[str, str], list[Use]] = {}
    for ends, use in pairs:
        found.setdefault(ends, []).append(use)
    return {ends: tuple(found[ends]) for ends in sorted(found)}
