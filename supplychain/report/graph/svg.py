"""The layered dependency figure as SVG: text stays text, links bend round the boxes.

Colours are CSS variables with a light default, so that a page may set its own (``--paper``,
``--ink``, ``--band``, ``--link``) and a dark mode works; alone, the figure is light.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING

from supplychain.escapes import xml_text
from supplychain.report.colours import GRAPH, STAGE_COLOURS, variable
from supplychain.report.graph.layout import (
    BOX_WIDTH,
    FONT,
    HEADER,
    LINE,
    MARGIN,
    Box,
    Layout,
    layered,
)
from supplychain.report.graph.view import View, view_of

if TYPE_CHECKING:
    from supplychain.model import Network

ROLE_WIDTHS: Mapping[str, float] = MappingProxyType(
    {
        "component": 1.8,
        "material": 1.2,
        "tool": 0.7,
        "design": 0.7,
        "software": 0.7,
        "service": 0.7,
    }
)
"""Width of a link by the role of the need: what stops output at once is the thickest."""

_BEND = 26
_STYLE = f"""
.chain {{background:{variable("paper")};font:{FONT}px system-ui,"Segoe UI",Roboto,sans-serif}}
.chain .band {{fill:{variable("band")}}}
.chain .stage {{fill:{variable("ink")};font-weight:600;font-size:16px;text-anchor:middle}}
.chain .link {{fill:none;stroke:{variable("link")};stroke-opacity:.32}}
.chain .component {{stroke-opacity:.5}}
.chain .node text {{fill:{GRAPH.light["letters"]};text-anchor:middle}}
.chain .chokepoint rect:not(.badge) {{stroke:{variable("alarm", GRAPH)};stroke-width:3.5}}
.chain rect.badge {{fill:{GRAPH.light["badge"]};stroke:{GRAPH.light["letters"]};stroke-width:1}}
.chain text.badge {{font-size:11px;font-weight:600}}
"""


def svg(
    network: Network,
    chokepoints: Mapping[str, str] = MappingProxyType({}),
    label: str = "Dependency graph, materials on the left to systems on the right",
    aspect: float = 1.1,
    view: View | None = None,
    badges: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The commodities of the network and what needs what, as an ``<svg>`` element.

    Args:
        network: All its commodities are drawn, unless a view says otherwise.
        chokepoints: Ids of boxes to mark (◆ and a red border), with the reason.
        label: What a screen reader says for the figure.
        aspect: Width over height aimed at; the default keeps the letters large in a page that
            scrolls, 1.6 fills a landscape sheet.
        view: A part of the network, or organizations or countries instead of commodities.
        badges: Ids of commodities to a short text in a circle at the corner of their box.
    """
    view = view_of(network) if view is None else view
    boxes = view.boxes
    layout = layered(
        {id_: box.stage for id_, box in boxes.items()},
        {id_: f"◆ {b.label}" if id_ in chokepoints else b.label for id_, b in boxes.items()},
        view.links,
        aspect,
    )
    titles = {
        id_: f"{box.name} ({box.stage})" + (f": {chokepoints[id_]}" if id_ in chokepoints else "")
        for id_, box in boxes.items()
    }
    colours = {id_: STAGE_COLOURS[box.stage] for id_, box in boxes.items()}
    links = [(*ends, view.role(ends)) for ends in view.links]
    return drawn(layout, titles, colours, links, label, chokepoints, badges)


def drawn(
    layout: Layout,
    titles: Mapping[str, str],
    colours: Mapping[str, str],
    links: Iterable[tuple[str, str, str]],
    label: str,
    marked: Collection[str] = (),
    badges: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Boxes that have their place, as an ``<svg>`` element.

    Args:
        layout: Where they stand.
        titles: Id to what is said when the pointer rests on the box.
        colours: Id to its fill.
        links: Input, consumer and role.
        label: What a screen reader says for the figure.
        marked: Ids of boxes with a red border.
        badges: Ids to a short text in a circle at the corner of their box.
    """
    size = f'viewBox="0 0 {layout.width:g} {layout.height:g}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chain" role="img" {size}'
        f' width="{layout.width:g}" height="{layout.height:g}" aria-label="{escape(label)}">',
        f"<style>{_STYLE}</style>",
        *_bands(layout),
        *(_link(layout, source, target, role) for source, target, role in links),
    ]
    for id_, box in layout.boxes.items():
        parts += _node(box, titles[id_], colours[id_], id_ in marked, badges.get(id_, ""))
    return xml_text("\n".join([*parts, "</svg>"]) + "\n")


def _bands(layout: Layout) -> Iterator[str]:
    for band in layout.bands:
        left, width = band.left - 8, band.right - band.left + 16
        yield (
            f'<rect class="band" x="{left:g}" y="{MARGIN / 2:g}" width="{width:g}"'
            f' height="{layout.height - MARGIN:g}" rx="6"/>'
        )
        middle = (band.left + band.right) / 2
        title = escape(band.stage.capitalize())
        yield f'<text class="stage" x="{middle:g}" y="{MARGIN / 2 + HEADER - 10:g}">{title}</text>'


def _link(layout: Layout, source: str, target: str, role: str) -> str:
    """A curve from the right of the input to the left of what needs it.

    Inside one column it leaves and comes back on the left side.
    """
    start, end = layout.boxes[source], layout.boxes[target]
    half = BOX_WIDTH / 2
    if start.column == end.column:
        x0, x1 = start.x - half, end.x - half
        c0 = c1 = x0 - _BEND
    else:
        side = half if start.column < end.column else -half
        x0, x1 = start.x + side, end.x - side
        reach = (x1 - x0) * 0.45
        c0, c1 = x0 + reach, x1 - reach
    return (
        f'<path class="link {role}" data-from="{escape(source)}" data-to="{escape(target)}"'
        f' stroke-width="{ROLE_WIDTHS[role]:g}"'
        f' d="M{x0:g} {start.y:g}C{c0:g} {start.y:g} {c1:g} {end.y:g} {x1:g} {end.y:g}"/>'
    )


def _node(box: Box, title: str, colour: str, marked: bool, badge: str) -> Iterator[str]:
    """A box with its label; lines that are too long for it are squeezed."""
    left, top = box.x - BOX_WIDTH / 2, box.y - box.height / 2
    yield f'<g class="node{" chokepoint" if marked else ""}" data-id="{escape(box.id)}">'
    yield f"<title>{escape(title)}</title>"
    yield (
        f'<rect x="{left:g}" y="{top:g}" width="{BOX_WIDTH}" height="{box.height}" rx="4"'
        f' fill="{colour}"/>'
    )
    for number, line in enumerate(box.lines):
        y = top + LINE * (number + 1) - 1
        squeeze = f' textLength="{BOX_WIDTH - 10}" lengthAdjust="spacingAndGlyphs"'
        fits = _letters_width(line) <= BOX_WIDTH - 10
        yield f'<text x="{box.x:g}" y="{y:g}"{"" if fits else squeeze}>{escape(line)}</text>'
    if badge:
        width = 11 + 7 * len(badge)
        yield (
            f'<rect class="badge" x="{box.x + BOX_WIDTH / 2 - width + 8:g}" y="{top - 8:g}"'
            f' width="{width}" height="16" rx="8"/>'
        )
        x = box.x + BOX_WIDTH / 2 + 8 - width / 2
        yield f'<text class="badge" x="{x:g}" y="{top + 4:g}">{escape(badge)}</text>'
    yield "</g>"


def _letters_width(line: str) -> float:
    """About how wide the line is in a common sans-serif, which the file cannot measure."""
    widths = (0.34 if c in "fijlrtI.,:;'|-()[] " else 0.9 if c in "mwMW@%" else 0.62 for c in line)
    return FONT * sum(1.0 if c > "\u2e80" else w for c, w in zip(line, widths, strict=True))
