"""A supplier table as a picture, a page or a graph: firms in tiers, from raw materials to ends."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from supplychain.errors import AskError
from supplychain.firms.edges import Edges
from supplychain.firms.singles import SinglePoints, single_points
from supplychain.report.colours import STAGE_COLOURS
from supplychain.report.graph.layout import depths_of, layered
from supplychain.report.graph.svg import drawn

if TYPE_CHECKING:
    import pandas as pd

    from supplychain.report.graph.export import Graph

LIMIT = 300
"""Most firms that are drawn; more would be neither read nor drawn in time."""


def firms_graph(table: pd.DataFrame) -> Graph:
    """The firms of an edge table as a directed graph, suppliers to customers.

    Raises:
        EdgeError: The table has problems.

    Example:
        >>> import pandas as pd
        >>> names = ["supplier", "customer", "commodity", "share"]
        >>> graph = firms_graph(pd.DataFrame([("mine", "works", "ore", 1)], columns=names))
        >>> graph.edges["firm:mine", "firm:works"]["commodities"]
        'ore'
    """
    import networkx

    found = single_points(table)
    of, lost = found.edges, found.beyond()
    made: Graph = networkx.DiGraph()
    for firm, name in enumerate(map(str, of.labels)):
        made.add_node(f"firm:{name}", kind="organization", name=name, lost=int(lost[firm]))
    for (supplier, customer), goods in _links(of).items():
        made.add_edge(
            f"firm:{supplier}",
            f"firm:{customer}",
            kind="needs",
            commodities=", ".join(good for good, _ in goods),
            share=max(share for _, share in goods),
        )
    return made


def firms_svg(table: pd.DataFrame) -> str:
    """The firms of a small edge table as an ``<svg>`` element; single points are marked.

    Raises:
        EdgeError: The table has problems.
        AskError: It has too many firms to be drawn.
    """
    return _picture(single_points(table))


def firms_page(table: pd.DataFrame, name: str) -> str:
    """The picture on a page of its own, above the firms that take down a product.

    Raises:
        EdgeError: The table has problems.
        AskError: It has too many firms to be drawn.
    """
    found = single_points(table)
    labels = found.edges.labels
    rows = "\n".join(
        f"<tr><td>{escape(str(labels[firm]))}</td><td>{escape(', '.join(found.beside(firm)))}</td>"
        "</tr>"
        for firm in found.ranked().tolist()
        if found.beyond()[firm] > 0
    )
    title = escape(name)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}</title>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<style>body{font:15px system-ui,sans-serif;margin:1.5rem}svg{max-width:100%;height:auto}"
        "td,th{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}</style></head>\n"
        f"<body><h1>{title}</h1>\n<p>{len(labels):,} firms, suppliers on the left. ◆: its loss "
        "alone loses a firm that supplies nobody.</p>\n"
        f"{_picture(found)}<h2>Single points of failure</h2>\n"
        f"<table><thead><tr><th>Firm</th><th>Lost with it</th></tr></thead>\n<tbody>{rows}</tbody>"
        "</table></body>\n</html>\n"
    )


def _picture(found: SinglePoints) -> str:
    of = found.edges
    if len(of.labels) > LIMIT:
        raise AskError(
            f"{len(of.labels):,} firms are too many to draw, {LIMIT} at most; "
            "a .graphml, .gexf, .dot or .json takes them all"
        )
    labels = [str(label) for label in of.labels]
    links = _links(of)
    inputs: dict[str, list[str]] = {label: [] for label in labels}
    for supplier, customer in links:
        inputs[customer].append(supplier)
    depths = depths_of(inputs)
    tiers = {label: f"Tier {depths[label] + 1}" for label in labels}
    order = [f"Tier {tier + 1}" for tier in range(max(depths.values(), default=0) + 1)]
    palette = list(STAGE_COLOURS.values())
    lost = dict(zip(labels, found.beyond().tolist(), strict=True))
    marked = {label for label in labels if lost[label] > 0}
    layout = layered(
        tiers, {label: f"◆ {label}" if label in marked else label for label in labels},
        [ends for ends in links if ends[0] != ends[1]], 1.1, order=order,
    )  # fmt: skip
    titles = {
        label: f"{label} (buys {', '.join(_bought(links, label)) or 'nothing'})"
        + (f": {lost[label]} lost with it" if label in marked else "")
        for label in labels
    }
    colours = {label: palette[depths[label] % len(palette)] for label in labels}
    ends = [(s, c, "component") for s, c in links if s != c]
    return drawn(layout, titles, colours, ends, "Firms, suppliers on the left", marked)


def _bought(links: dict[tuple[str, str], list[tuple[str, float]]], customer: str) -> list[str]:
    return sorted({good for (_, c), goods in links.items() if c == customer for good, _ in goods})


def _links(of: Edges) -> dict[tuple[str, str], list[tuple[str, float]]]:
    """Supplier and customer to what is bought, with its share of the need."""
    found: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for link in np.arange(len(of.supplier)).tolist():
        need = of.need[link]
        ends = str(of.labels[of.supplier[link]]), str(of.labels[of.customer[need]])
        good = str(of.commodities[of.commodity[need]])
        found[ends].append((good, float(of.share[link])))
    return dict(sorted(found.items()))
