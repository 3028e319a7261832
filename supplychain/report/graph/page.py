"""The interactive graph: one HTML file that needs nothing but itself.

pyvis holds the picture's nodes and edges and brings vis-network, which draws them. The page
around them is our own template: pyvis' own loads scripts from the network, is not escaped and
cannot be searched or printed. Without JavaScript the page is a table of its boxes.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from supplychain.model.quarters import LAST
from supplychain.report.colours import GRAPH, STAGE_COLOURS, filled
from supplychain.report.graph.layout import BOX_WIDTH, Layout, layered
from supplychain.report.graph.panel import Json, Panel, listed
from supplychain.report.graph.states import (
    Losses,
    States,
    Use,
    aligned,
    fullest,
    reasons,
    span,
    use_of_lines,
)
from supplychain.report.graph.svg import ROLE_WIDTHS
from supplychain.report.graph.view import View, view_of

if TYPE_CHECKING:
    from jinja2 import Template
    from pyvis.network import Network as Picture

    from supplychain.model import Network

_LINKS = (
    ("parts and materials", ("component", "material")),
    ("tools", ("tool",)),
    ("design and services", ("design", "software", "service")),
)
"""What the check boxes of the legend show and hide."""

_BOXES = {
    "commodity": "commodities",
    "organization": "organizations",
    "country": "pairs of country and stage",
}

ASPECT = 1.85
"""Width over height of what a browser's window leaves for the picture."""

NAMED = 15
"""Most goods named in a cell of the table, where a box has many."""

_HTML = Path(__file__).parents[1] / "html"


def graph_page(
    network: Network,
    view: View | None = None,
    states: States | None = None,
    title: str = "AI accelerator supply chain",
    remarks: Sequence[str] = (),
) -> str:
    """The page's text; the same arguments give the same text (with the same zlib).

    Args:
        network: Where names, makers and figures come from.
        view: What is drawn; by default every commodity.
        states: What the slider changes: chokepoints (◆ and a red border), use of lines, losses.
        title: Heading of the page.
        remarks: What a reader must know of how the picture was made, such as the scenario.

    Raises:
        KeyError: A chokepoint is not in the view.
    """
    view = view_of(network) if view is None else view
    states = States(span(LAST), LAST) if states is None else states
    data = _data(network, view, states)
    scripts = [_text("first.js"), _vis_network(), _text("graph.js")]
    return _template().render(
        title=title,
        scope=_scope(network, view, data),
        remarks=remarks,
        by=view.by,
        quarters=list(map(str, states.quarters)),
        at=states.quarters.index(states.at),
        loaded=any(row[-2] for row in data["nodes"]),
        lossy=states.simulation is not None and bool(states.simulation.shocks),
        stages=[
            {"id": s[0], "title": s[1], "colour": STAGE_COLOURS[s[0]], "count": s[4]}
            for s in data["stages"]
        ],
        roles=[(name, [list(ROLE_WIDTHS).index(role) for role in roles]) for name, roles in _LINKS],
        chokepoints=len(states.chokepoints.get(states.at, ())),
        style=filled(_text("graph.css"), GRAPH),
        scripts=scripts,
        hashes=[_sha256(script) for script in scripts],
        data=_packed(data),
        table=_table(network, view, states),
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_HTML, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("graph.html")


@cache
def _text(name: str) -> str:
    return (_HTML / name).read_text(encoding="utf-8")


@cache
def _vis_network() -> str:
    """The text of the newest vis-network that the installed pyvis brings."""
    import pyvis

    scripts = Path(pyvis.__file__).parent.glob("templates/lib/vis-*/vis-network.min.js")
    newest = max(scripts, key=lambda p: [int(n) for n in p.parent.name[4:].split(".")])
    return newest.read_text(encoding="utf-8")


def _sha256(script: str) -> str:
    """As a content security policy names a script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _packed(data: Json) -> str:
    """The data deflated, in Base64: a third of its size, and inert inside HTML."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _scope(network: Network, view: View, data: Json) -> str:
    parts = [f"{len(data['nodes'])} {_BOXES[view.by]}", f"{len(data['edges'])} links"]
    if network.digest:
        parts.append(f"data {network.digest[:12]}")
    return ", ".join(parts)


def _data(network: Network, view: View, states: States) -> Json:
    """Everything the script needs, as tables; nodes and sources are named by their row."""
    for id_ in states.marked:
        if id_ not in view.boxes:
            raise KeyError(id_)
    layout = layered(
        {id_: box.stage for id_, box in view.boxes.items()},
        {i: f"◆ {b.label}" if i in states.marked else b.label for i, b in view.boxes.items()},
        view.links,
        ASPECT,
        fill=True,
    )
    picture = _picture(view, layout)
    panel = Panel(network, view, states.quarters)
    stages = [band.stage for band in layout.bands]
    counts = Counter(box.stage for box in view.boxes.values())
    use = use_of_lines(states)
    nodes = _node_rows(picture, layout, view, states, panel, use)
    edges = _edge_rows(picture, panel)
    lines = panel.lines()
    return {
        "by": view.by,
        "quarters": list(map(str, states.quarters)),
        "stages": [
            [b.stage, b.stage.capitalize(), b.left, b.right, counts[b.stage]] for b in layout.bands
        ],
        "roles": [[role, width] for role, width in ROLE_WIDTHS.items()],
        "colours": [STAGE_COLOURS[stage] for stage in stages],
        "size": [layout.width, layout.height, BOX_WIDTH],
        "nodes": nodes,
        "edges": edges,
        "organizations": panel.organizations(),
        "goods": panel.goods(),
        "lines": [[*row, *use.get(key, (0, 0))] for key, row in lines.items()],
        "sources": panel.cited(),
    }


def _node_rows(
    picture: Picture,
    layout: Layout,
    view: View,
    states: States,
    panel: Panel,
    use: Use,
) -> list[Json]:
    lost = Losses(states.simulation) if states.simulation is not None else None
    rows = []
    for node in picture.nodes:
        box = view.boxes[node["id"]]
        rows.append(
            [
                node["label"],
                node["title"],
                node["level"],
                node["x"],
                node["y"],
                layout.boxes[node["id"]].column,
                panel.search_words(box),
                panel.facts(box),
                panel.makers(box),
                panel.note(box),
                reasons(states, box.id),
                fullest(use, {f"{s.organization}.{d}" for s in box.supplies for d in s.draws}),
                aligned(states, lost.of(box), 1000) if lost is not None else 0,
            ]
        )
    return rows


def _edge_rows(picture: Picture, panel: Panel) -> list[Json]:
    place = {node["id"]: number for number, node in enumerate(picture.nodes)}
    return [
        [
            place[edge["from"]],
            place[edge["to"]],
            list(ROLE_WIDTHS).index(edge["role"]),
            panel.uses((edge["from"], edge["to"])),
        ]
        for edge in picture.edges
    ]


def _picture(view: View, layout: Layout) -> Picture:
    """The pyvis model: nodes with label, position and stage, edges with role and width."""
    from pyvis.network import Network as Picture

    stages = [band.stage for band in layout.bands]
    picture = Picture(directed=True, cdn_resources="in_line")
    for id_, place in layout.boxes.items():
        picture.add_node(
            id_,
            label="\n".join(place.lines),
            title=view.boxes[id_].name,
            shape="box",
            level=stages.index(view.boxes[id_].stage),
            x=place.x,
            y=place.y,
        )
    for source, target in view.links:
        role = view.role((source, target))
        picture.add_edge(source, target, role=role, width=ROLE_WIDTHS[role])
    return picture


def _table(network: Network, view: View, states: States) -> list[Json]:
    """By stage: name, reason, makers (or goods) and needs of each box, for the page as text."""
    inputs: dict[str, set[str]] = {}
    for (_, target), uses in view.links.items():
        inputs.setdefault(target, set()).update(network.commodities[u.input].name for u in uses)
    marked = states.chokepoints.get(states.at, {})
    stages: dict[str, list[Json]] = {}
    for id_, box in view.boxes.items():
        names = [
            f"{network.organizations[s.organization].name} ({s.country})"
            if view.by == "commodity"
            else network.commodities[s.commodity].name
            for s in box.supplies
            if s.active(states.at)
        ]
        most = None if view.by == "commodity" else NAMED
        row = [box.name, marked.get(id_, ""), listed(names, most)]
        stages.setdefault(box.stage, []).append([*row, listed(sorted(inputs.get(id_, ())), most)])
    return [[stage, stages[stage]] for stage in STAGE_COLOURS if stage in stages]
