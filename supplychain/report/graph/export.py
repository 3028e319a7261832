"""The network as a networkx graph, and its text in formats other tools read.

Nodes are commodities, organizations and buyers. Their ids carry the kind
(``commodity:h100``, ``org:tsmc``, ``buyer:microsoft``), for a buyer may also be an
organization. Edges point downstream:

    needs   input commodity -> commodity that consumes it
    makes   organization    -> commodity
    takes   accelerator     -> buyer that orders it

Attributes are plain text, numbers and flags, so that every format holds them. An unknown
figure is an absent attribute, never a zero.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, TypeAlias

from supplychain.errors import AskError
from supplychain.escapes import json_text, xml_text

if TYPE_CHECKING:
    import networkx

    from supplychain.model import Buyer, Commodity, Need, Network, Orders, Organization, Supply

Attribute: TypeAlias = str | int | float
Attributes: TypeAlias = dict[str, Attribute]
Graph: TypeAlias = "networkx.DiGraph[str]"

_MODIFIED = re.compile(r' lastmodifieddate="[^"]*"')


def to_networkx(network: Network) -> Graph:
    """The network as a directed graph with typed nodes and edges, in order of id.

    Each call makes a new graph, which is the caller's to change.
    """
    import networkx

    made: Graph = networkx.DiGraph()
    for commodity in network.commodities.values():
        made.add_node(f"commodity:{commodity.id}", **_commodity(commodity))
    for organization in network.organizations.values():
        made.add_node(f"org:{organization.id}", **_organization(organization))
    for buyer in network.buyers.values():
        made.add_node(f"buyer:{buyer.id}", **_buyer(buyer))
    for edges in (_needs(network), _makes(network), _takes(network)):
        for (source, target), attributes in sorted(edges.items()):
            made.add_edge(source, target, **attributes)
    return made


def _commodity(commodity: Commodity) -> Attributes:
    attributes: Attributes = {
        "kind": "commodity",
        "name": commodity.name,
        "stage": commodity.stage,
        "unit": commodity.unit,
    }
    if commodity.groups:
        attributes["groups"] = ", ".join(commodity.groups)
    if (product := commodity.product) is not None:
        attributes["designer"] = product.designer
        attributes["launch"] = str(product.launch)
        if product.end is not None:
            attributes["last_quarter"] = str(product.end)
    return attributes


def _organization(organization: Organization) -> Attributes:
    attributes: Attributes = {
        "kind": "organization",
        "name": organization.name,
        "country": organization.country,
    }
    if organization.owner:
        attributes["owner"] = organization.owner
    return attributes


def _buyer(buyer: Buyer) -> Attributes:
    return {
        "kind": "buyer",
        "name": buyer.name,
        "country": buyer.country,
        "buyer_kind": buyer.kind,
        "tier": buyer.tier,
        "count": buyer.count,
    }


def _needs(network: Network) -> dict[tuple[str, str], Attributes]:
    """One edge per input and consumer; needs that only some makers have name those makers."""
    found: dict[tuple[str, str], list[tuple[Need, str]]] = {}
    for commodity in network.commodities.values():
        for need in commodity.needs:
            for input_ in need.inputs:
                found.setdefault((input_, commodity.id), []).append((need, ""))
    for supply in network.supplies:
        for need in supply.needs:
            for input_ in need.inputs:
                found.setdefault((input_, supply.commodity), []).append((need, supply.organization))
    return {
        (f"commodity:{input_}", f"commodity:{consumer}"): _need(uses)
        for (input_, consumer), uses in found.items()
    }


def _need(uses: list[tuple[Need, str]]) -> Attributes:
    needs = [need for need, _ in uses]
    attributes: Attributes = {
        "kind": "needs",
        "role": _joined(need.role for need in needs),
        "alternatives": all(len(need.inputs) > 1 for need in needs),
    }
    amounts = {need.per_unit.value for need in needs if need.per_unit is not None}
    if len(amounts) == 1:
        attributes["per_unit"] = float(amounts.pop())
    if all(need.makers is not None for need in needs):
        attributes["makers"] = _joined(m for need in needs for m in need.makers or ())
    if all(organization for _, organization in uses):
        attributes["only_for"] = _joined(organization for _, organization in uses)
    return attributes


def _makes(network: Network) -> dict[tuple[str, str], Attributes]:
    """One edge per maker and commodity; plants in several countries are one edge."""
    plants: dict[tuple[str, str], list[Supply]] = {}
    for supply in network.supplies:
        ends = (f"org:{supply.organization}", f"commodity:{supply.commodity}")
        plants.setdefault(ends, []).append(supply)
    return {ends: _supplies(supplies) for ends, supplies in plants.items()}


def _supplies(supplies: list[Supply]) -> Attributes:
    attributes: Attributes = {
        "kind": "makes",
        "country": _joined(supply.country for supply in supplies),
        "metered": any(supply.metered for supply in supplies),
    }
    years = [max(supply.share) for supply in supplies if supply.share]
    if years:
        latest = max(years)
        shares = [s.share[latest].value for s in supplies if latest in s.share]
        attributes["share"] = float(sum(shares))
        attributes["share_year"] = latest
    return attributes


def _takes(network: Network) -> dict[tuple[str, str], Attributes]:
    """One edge per accelerator and buyer that orders it or holds a contract for it."""
    found: dict[tuple[str, str], list[tuple[Orders, bool]]] = {}
    for buyer in network.buyers.values():
        asked = [(o, False) for o in buyer.orders] + [(o, True) for o in buyer.contracts]
        for orders, committed in asked:
            for product in _sold(network, orders):
                ends = (f"commodity:{product}", f"buyer:{buyer.id}")
                found.setdefault(ends, []).append((orders, committed))
    return {
        ends: {
            "kind": "takes",
            "first_order": str(min(quarter for orders, _ in asked for quarter in orders.figures)),
            "committed": any(committed for _, committed in asked),
        }
        for ends, asked in found.items()
    }


def _sold(network: Network, orders: Orders) -> list[str]:
    """The accelerators, groups spelled out, on sale in at least one quarter of the orders."""
    ids = {id_ for name in orders.products for id_ in network.groups.get(name, (name,))}
    return [
        id_
        for id_, commodity in network.products.items()
        if id_ in ids
        and commodity.product is not None
        and any(commodity.product.sold(quarter) for quarter in orders.figures)
    ]


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(sorted(set(texts)))


def export(graph: Graph, suffix: str) -> str:
    """The graph as text; the same graph gives the same text.

    Args:
        graph: As :func:`graph` makes it; left unchanged.
        suffix: Ending of the file: ``.graphml``, ``.gexf``, ``.json`` (node-link) or ``.dot``.

    Raises:
        AskError: No writer for that ending.
    """
    if suffix not in _WRITERS:
        raise AskError(f"no graph format ends in '{suffix}'; there are {', '.join(_WRITERS)}")
    return _WRITERS[suffix](graph)


def _graphml(graph: Graph) -> str:
    import networkx

    out = io.BytesIO()
    networkx.write_graphml_xml(_for_xml(graph), out)
    return _xml(out)


def _gexf(graph: Graph) -> str:
    import networkx

    labelled = _for_xml(graph)
    for _, attributes in labelled.nodes(data=True):
        attributes["label"] = attributes["name"]
    out = io.BytesIO()
    networkx.write_gexf(labelled, out)
    # networkx writes today's date into the head of the file.
    return _MODIFIED.sub("", _xml(out), count=1)


def _xml(out: io.BytesIO) -> str:
    """The text; a reader takes a bare carriage return for a line break, but not its number."""
    return out.getvalue().decode().replace("\r", "&#13;").rstrip("\n") + "\n"


def _for_xml(graph: Graph) -> Graph:
    """A copy whose text holds only characters that XML 1.0 allows."""
    import networkx

    copy: Graph = networkx.DiGraph()
    copy.add_nodes_from((xml_text(node), _xml_safe(a)) for node, a in graph.nodes(data=True))
    copy.add_edges_from(
        (xml_text(source), xml_text(target), _xml_safe(a))
        for source, target, a in graph.edges(data=True)
    )
    return copy


def _xml_safe(attributes: Mapping[str, Attribute]) -> Attributes:
    return {k: xml_text(v) if isinstance(v, str) else v for k, v in attributes.items()}


def _node_link(graph: Graph) -> str:
    """The form that ``networkx.node_link_graph(data, edges="edges")`` reads."""
    data = {
        "directed": True,
        "multigraph": False,
        "graph": {},
        "nodes": [{"id": node, **attributes} for node, attributes in graph.nodes(data=True)],
        "edges": [
            {"source": source, "target": target, **attributes}
            for source, target, attributes in graph.edges(data=True)
        ],
    }
    return json_text(json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False)) + "\n"


_DOT_SHAPES = {"commodity": "box", "organization": "ellipse", "country": "folder", "buyer": "house"}


def _dot(graph: Graph) -> str:
    return "\n".join(_dot_lines(graph)) + "\n"


def _dot_lines(graph: Graph) -> Iterator[str]:
    yield 'digraph "supply chain" {'
    yield "  rankdir=LR;"
    for node, attributes in graph.nodes(data=True):
        drawn = {"label": attributes["name"], "shape": _DOT_SHAPES[attributes["kind"]]}
        yield f"  {_quoted(node)} [{_dot_list(drawn | attributes)}];"
    for source, target, attributes in graph.edges(data=True):
        yield f"  {_quoted(source)} -> {_quoted(target)} [{_dot_list(attributes)}];"
    yield "}"


def _dot_list(attributes: Mapping[str, Attribute]) -> str:
    return ", ".join(f"{key}={_quoted(_dot_value(value))}" for key, value in attributes.items())


def _dot_value(value: Attribute) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(text: str) -> str:
    r"""A DOT string: backslashes doubled (or Graphviz reads ``\N`` as the node's name).

    Graphviz ends a file at NUL and knows no other control character: each is replaced as in XML.
    """
    escaped = xml_text(text).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n") + '"'


_WRITERS: Mapping[str, Callable[[Graph], str]] = {
    ".graphml": _graphml,
    ".gexf": _gexf,
    ".json": _node_link,
    ".dot": _dot,
}
