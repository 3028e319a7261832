"""The flow of a quarter as SVG: inputs on the left, accelerators, buyers on the right.

Bands are as wide as the accelerators they are in. What an accelerator needs both of, wafers and
memory, counts half each, so that as much comes into an accelerator as goes out of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from supplychain.allocation.flows import Flow
from supplychain.escapes import xml_text
from supplychain.report.colours import variable
from supplychain.report.tables import compact

WIDTH, HEIGHT = 1080, 470
_BAR, _GAP, _TOP = 13, 9, 26
_LEFT, _MIDDLE, _RIGHT = 350, 620, 895
_COLOURS = {"wafers": "c1", "memory": "c4", "accelerators": "c6", "buyers": "c7"}


@dataclass(frozen=True, slots=True)
class Band:
    """One row of the flow table: how many accelerators go from one node to another.

    Attributes:
        column: ``wafers`` or ``memory`` into accelerators, or ``buyers`` out of them.
        source, target: Names as shown.
        units: Width.
    """

    column: str
    source: str
    target: str
    units: float


@dataclass(frozen=True, slots=True)
class _Node:
    column: str
    name: str
    units: float
    top: float
    height: float


def bands(
    found: Sequence[Flow],
    names: Mapping[str, str],
    kept: Mapping[str, Sequence[str]],
) -> tuple[Band, ...]:
    """The flows by shown name, in a fixed order; what is not kept goes together as others.

    Args:
        found: The flows of a quarter.
        names: Node or product to the name shown.
        kept: For ``wafers``, ``memory``, ``accelerators`` and ``buyers`` the ids that have a bar
            of their own, in the order of the bars; the order does not depend on the quarter.
    """
    inputs: dict[str, set[str]] = defaultdict(set)
    for flow in found:
        if flow.column != "buyers":
            inputs[flow.product].add(f"{flow.column}.{flow.node.partition(' ')[2]}")
    sums: dict[tuple[str, str, str], float] = defaultdict(float)

    def shown(column: str, id_: str) -> str:
        return names.get(id_, id_) if id_ in kept[column] else f"other {column}"

    for flow in found:
        product = shown("accelerators", flow.product)
        node = shown(flow.column, flow.node)
        if flow.column == "buyers":
            sums["buyers", product, node] += flow.units
        else:
            sums[flow.column, node, product] += flow.units / len(inputs[flow.product])
    orders = {
        column: {
            name: i for i, name in enumerate([*(names.get(k, k) for k in ids), f"other {column}"])
        }
        for column, ids in kept.items()
    }

    def place(key: tuple[str, str, str]) -> tuple[int, int, int]:
        column, source, target = key
        ends = (column, "accelerators") if column != "buyers" else ("accelerators", "buyers")
        return (
            ("wafers", "memory", "buyers").index(column),
            orders[ends[0]][source],
            orders[ends[1]][target],
        )

    return tuple(Band(*key, units=sums[key]) for key in sorted(sums, key=place))


def sankey(table: Sequence[Band], amounts: Mapping[str, str], label: str) -> str:
    """The bands as an ``<svg>`` element; empty text where nothing flows.

    Args:
        table: In the order in which bars and bands are stacked.
        amounts: Name of a bar on the left to its amount in its own unit.
        label: What a screen reader says for the figure.
    """
    into = [b for b in table if b.column != "buyers"]
    out = [b for b in table if b.column == "buyers"]
    total = max(sum(b.units for b in into), sum(b.units for b in out), 0.0)
    if total <= 0:
        return ""
    left = _sizes((b.column, b.source, b.units) for b in into)
    right = _sizes((b.column, b.target, b.units) for b in out)
    entering = _sizes(("accelerators", b.target, b.units) for b in into)
    leaving = _sizes(("accelerators", b.source, b.units) for b in out)
    order = dict.fromkeys([*(k for k in leaving), *(k for k in entering)])
    middle = {k: max(entering.get(k, 0.0), leaving.get(k, 0.0)) for k in order}
    most = max(len(left), len(middle), len(right))
    scale = (HEIGHT - _TOP - _GAP * most) / total
    columns = [_stack(sizes, scale) for sizes in (left, middle, right)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sankey" role="img"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' aria-label="{escape(label)}" font-size="12" fill="{variable("ink")}">',
        *_headings(),
        *_ribbons(into, columns[0], columns[1], (_LEFT + _BAR, _MIDDLE), scale),
        *_ribbons(out, columns[1], columns[2], (_MIDDLE + _BAR, _RIGHT), scale),
        *_bars(columns[0], _LEFT, amounts),
        *_bars(columns[1], _MIDDLE, {}),
        *_bars(columns[2], _RIGHT, {}),
        "</svg>",
    ]
    return xml_text("\n".join(parts))


def _sizes(rows: Iterable[tuple[str, str, float]]) -> dict[tuple[str, str], float]:
    sizes: dict[tuple[str, str], float] = defaultdict(float)
    for column, name, units in rows:
        sizes[column, name] += units
    return dict(sizes)


def _stack(sizes: Mapping[tuple[str, str], float], scale: float) -> dict[str, _Node]:
    """Bars from the top, centred; one gap between any two."""
    height = sum(sizes.values()) * scale + _GAP * len(sizes)
    top = _TOP + (HEIGHT - _TOP - height) / 2
    nodes = {}
    for (column, name), units in sizes.items():
        nodes[name] = _Node(column, name, units, top, units * scale)
        top += units * scale + _GAP
    return nodes


def _headings() -> list[str]:
    places = (
        (_LEFT + _BAR, "end", "Wafers and memory"),
        (_MIDDLE + _BAR / 2, "middle", "Accelerators"),
        (_RIGHT, "start", "Buyers"),
    )
    return [
        f'<text x="{x:g}" y="14" text-anchor="{anchor}" font-weight="600">{text}</text>'
        for x, anchor, text in places
    ]


def _ribbons(
    table: Sequence[Band],
    left: Mapping[str, _Node],
    right: Mapping[str, _Node],
    x: tuple[float, float],
    scale: float,
) -> list[str]:
    """Each band leaves and enters below the one before it."""
    used: dict[tuple[str, str], float] = defaultdict(float)
    bend = (x[1] - x[0]) * 0.5
    paths = []
    for band in table:
        wide = band.units * scale
        y0 = left[band.source].top + used["from", band.source] + wide / 2
        y1 = right[band.target].top + used["to", band.target] + wide / 2
        used["from", band.source] += wide
        used["to", band.target] += wide
        colour = _COLOURS[band.column if band.column != "buyers" else "accelerators"]
        title = escape(f"{band.source} → {band.target}: {compact(band.units)}")
        paths.append(
            f'<path d="M{x[0]:g} {y0:.1f}C{x[0] + bend:g} {y0:.1f} {x[1] - bend:g} {y1:.1f}'
            f' {x[1]:g} {y1:.1f}" fill="none" stroke="{variable(colour)}"'
            f' stroke-opacity=".28" stroke-width="{max(wide, 0.4):.2f}">'
            f"<title>{title}</title></path>"
        )
    return paths


def _bars(nodes: Mapping[str, _Node], x: float, amounts: Mapping[str, str]) -> list[str]:
    """Bars with their names outside the bands: left of the first column, else right."""
    parts = []
    for node in nodes.values():
        colour = _COLOURS[node.column]
        before = x == _LEFT
        y = node.top + node.height / 2 + 4
        amount = amounts.get(node.name) or compact(node.units)
        parts.append(
            f'<rect x="{x:g}" y="{node.top:.1f}" width="{_BAR}"'
            f' height="{max(node.height, 0.8):.1f}" fill="{variable(colour)}"/>'
        )
        parts.append(
            f'<text x="{x - 6 if before else x + _BAR + 6:g}" y="{y:.1f}"'
            f' text-anchor="{"end" if before else "start"}" class="name">{escape(node.name)}'
            f' <tspan fill="{variable("soft")}">{escape(amount)}</tspan></text>'
        )
    return parts
