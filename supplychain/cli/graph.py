"""``supplychain graph``."""

from __future__ import annotations

from pathlib import Path

import click

from supplychain.cli.edges import (
    data_option,
    load_network,
    read_quarter,
    remark,
    usage_error,
    write_file,
)
from supplychain.quarters import Quarter

PAGE, PICTURE = ".html", ".svg"
EXPORTS = (".graphml", ".gexf", ".dot", ".json")


@click.command()
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    required=True,
    help="The ending decides: .html, .svg, .graphml, .gexf, .dot or .json.",
)
@click.option("--at", callback=read_quarter, metavar="Q", help="As of this quarter.")
@click.option("-q", "--quiet", is_flag=True, help="No remarks on standard error.")
@data_option
def graph(out: Path, at: Quarter | None, quiet: bool, data: Path | None) -> None:
    """The dependency graph as a page, a picture or a graph file.

    The page works offline: search (/), click a node for its makers, needs and sources.
    Chokepoints of the accelerators sold in the quarter are marked.

    \b
    supplychain graph --out graph.html
    supplychain graph --out graph.graphml
    """
    suffix = out.suffix.lower()
    if suffix not in (PAGE, PICTURE, *EXPORTS):
        raise usage_error(
            f"--out {out}: the ending must be one of {', '.join((PAGE, PICTURE, *EXPORTS))}"
        )
    network = load_network(data)
    if suffix in EXPORTS:
        from supplychain.graph import export

        text = export(network.graph(), suffix)
    else:
        from supplychain.risk import busiest_quarter, chokepoints

        at = at or busiest_quarter(network, tuple(network.products))
        found = chokepoints(network, at=at, by="commodity")
        marked = {row.id: row.why for row in found.rows if not row.trivial}
        if suffix == PAGE:
            from supplychain.report.graph import graph_page

            text = graph_page(network, marked, at)
        else:
            from supplychain.report.svg import svg

            text = svg(network, marked)
    write_file(out, text)
    remark(f"Wrote {out} ({len(text.encode()) / 1000:.0f} kB)", quiet)
