"""The interactive graph: one HTML file that needs nothing but itself.

pyvis holds the picture's nodes and edges and brings vis-network, which draws them. The page
around them is our own template: pyvis' own loads scripts from the network, is not escaped and
cannot be searched or printed.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from supplychain.report.layout import BOX_WIDTH, Layout, layered
from supplychain.report.panel import Json, Panel
from supplychain.report.svg import ROLE_WIDTHS, STAGE_COLOURS

if TYPE_CHECKING:
    from pyvis.network import Network as Picture

    from supplychain.model import Network
    from supplychain.quarters import Quarter

_LINKS = (
    ("parts and materials", ("component", "material")),
    ("tools", ("tool",)),
    ("design and services", ("design", "software", "service")),
)
"""What the check boxes of the legend show and hide."""

_HTML = Path(__file__).parent / "html"


def graph_page(
    network: Network,
    chokepoints: Mapping[str, str] = MappingProxyType({}),
    at: Quarter | None = None,
    title: str = "AI accelerator supply chain",
) -> str:
    """The page's text; the same network gives the same text.

    Args:
        network: All its commodities are drawn; makers and figures stand in the side panel.
        chokepoints: Ids of commodities to mark (◆ and a red border), with the reason.
        at: Makers and shares of this quarter; without it every maker and the latest shares.
        title: Heading of the page.

    Raises:
        KeyError: ``chokepoints`` names a commodity that the network does not have.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    names = {id_: network.commodities[id_].name for id_ in sorted(chokepoints)}
    marked = {id_: chokepoints[id_] for id_ in names}
    environment = Environment(
        loader=FileSystemLoader(_HTML, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    script = (_HTML / "graph.js").read_text(encoding="utf-8")
    library = _vis_network()
    data = _data(network, marked, at)
    return environment.get_template("graph.html").render(
        title=title,
        scope=_scope(network, data, at),
        stages=[
            {"id": s[0], "title": s[1], "colour": STAGE_COLOURS[s[0]], "count": s[4]}
            for s in data["stages"]
        ],
        roles=[(name, [list(ROLE_WIDTHS).index(role) for role in roles]) for name, roles in _LINKS],
        chokepoints=len(marked),
        style=(_HTML / "graph.css").read_text(encoding="utf-8"),
        library=library,
        script=script,
        hashes=[_sha256(library), _sha256(script)],
        data=data,
    )


def _scope(network: Network, data: Json, at: Quarter | None) -> str:
    links = f"{len(data['nodes'])} commodities, {len(data['edges'])} links"
    when = f"makers of {at}" if at is not None else "makers of all years"
    return ", ".join([links, when, *([f"data {network.digest[:12]}"] if network.digest else [])])


def _vis_network() -> str:
    """The text of the newest vis-network that the installed pyvis brings."""
    import pyvis

    scripts = Path(pyvis.__file__).parent.glob("templates/lib/vis-*/vis-network.min.js")
    newest = max(scripts, key=lambda p: [int(n) for n in p.parent.name[4:].split(".")])
    return newest.read_text(encoding="utf-8")


def _sha256(script: str) -> str:
    """As a content security policy names a script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _data(network: Network, chokepoints: Mapping[str, str], at: Quarter | None) -> Json:
    """Everything the script needs, as tables; nodes and sources are named by their row."""
    commodities = network.commodities
    links = {
        (source.removeprefix("commodity:"), target.removeprefix("commodity:")): attributes["role"]
        for source, target, attributes in network.graph().edges(data=True)
        if attributes["kind"] == "needs"
    }
    layout = layered(
        {id_: c.stage for id_, c in commodities.items()},
        {id_: f"◆ {c.name}" if id_ in chokepoints else c.name for id_, c in commodities.items()},
        links,
    )
    picture = _picture(network, layout, links)
    panel = Panel(network, at)
    stages = [band.stage for band in layout.bands]
    counts = Counter(commodity.stage for commodity in commodities.values())
    return {
        "stages": [
            [b.stage, b.stage.capitalize(), b.left, b.right, counts[b.stage]] for b in layout.bands
        ],
        "roles": [[role, width] for role, width in ROLE_WIDTHS.items()],
        "colours": [STAGE_COLOURS[stage] for stage in stages],
        "size": [layout.width, layout.height, BOX_WIDTH],
        "nodes": _node_rows(picture, layout, chokepoints, panel),
        "edges": _edge_rows(picture, panel),
        "organizations": panel.organizations(),
        "sources": panel.cited(),
    }


def _node_rows(
    picture: Picture, layout: Layout, chokepoints: Mapping[str, str], panel: Panel
) -> list[Json]:
    return [
        [
            node["label"],
            node["title"],
            node["level"],
            node["x"],
            node["y"],
            layout.boxes[node["id"]].column,
            chokepoints.get(node["id"], ""),
            panel.search_words(node["id"]),
            panel.facts(node["id"]),
            panel.makers(node["id"]),
            panel.note(node["id"]),
        ]
        for node in picture.nodes
    ]


def _edge_rows(picture: Picture, panel: Panel) -> list[Json]:
    place = {node["id"]: number for number, node in enumerate(picture.nodes)}
    return [
        [
            place[edge["from"]],
            place[edge["to"]],
            list(ROLE_WIDTHS).index(edge["role"]),
            *panel.need(edge["from"], edge["to"]),
        ]
        for edge in picture.edges
    ]


def _picture(network: Network, layout: Layout, roles: Mapping[tuple[str, str], str]) -> Picture:
    """The pyvis model: nodes with label, position and stage, edges with role and width."""
    from pyvis.network import Network as Picture

    stages = [band.stage for band in layout.bands]
    picture = Picture(directed=True, cdn_resources="in_line")
    for id_, box in layout.boxes.items():
        commodity = network.commodities[id_]
        picture.add_node(
            id_,
            label="\n".join(box.lines),
            title=commodity.name,
            shape="box",
            level=stages.index(commodity.stage),
            x=box.x,
            y=box.y,
        )
    for (source, target), roles_of_link in roles.items():
        role = roles_of_link.split(",")[0]
        picture.add_edge(source, target, role=role, width=ROLE_WIDTHS[role])
    return picture
