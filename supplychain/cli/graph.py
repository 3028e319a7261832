"""``supplychain graph``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplychain.cli import completion
from supplychain.cli.common import (
    data_option,
    find_scenario,
    load_network,
    read_quarter,
    read_target,
    remark,
    usage_error,
    write_file,
)
from supplychain.cli.firms import refused
from supplychain.cli.numbers import count
from supplychain.cli.progress import working
from supplychain.errors import AskError
from supplychain.model.quarters import Quarter

if TYPE_CHECKING:
    from supplychain.model import Network
    from supplychain.report.graph.view import By

PAGE, PICTURE = ".html", ".svg"
EXPORTS = (".graphml", ".gexf", ".dot", ".json")


@click.command()
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    callback=read_target(PAGE, PICTURE, *EXPORTS, always=True),
    metavar="FILE",
    required=True,
    help="The ending decides: .html, .svg, .graphml, .gexf, .dot or .json.",
)
@click.option(
    "--edges",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw a table of supplier, customer, commodity, share instead: .csv or .parquet.",
)
@click.option("--at", callback=read_quarter, metavar="Q", help="As of this quarter.")
@click.option(
    "--scenario",
    "names",
    multiple=True,
    metavar="ID|FILE",
    shell_complete=completion.scenarios,
    help="Colour what it takes, quarter by quarter; repeatable, they add up. Only for .html.",
)
@click.option(
    "--focus",
    metavar="NODE",
    shell_complete=completion.nodes,
    help="Only what lies near this node.",
)
@click.option(
    "--depth",
    type=count(1000),
    default=2,
    show_default=True,
    help="How many steps from --focus, upstream and downstream.",
)
@click.option(
    "--collapse",
    type=click.Choice(["organization", "country"]),
    help="One box for each organization, or for the plants of a country at a stage.",
)
@click.option("-q", "--quiet", is_flag=True, help="No remarks on standard error.")
@data_option
def graph(
    out: Path,
    edges: Path | None,
    at: Quarter | None,
    names: tuple[str, ...],
    focus: str | None,
    depth: int,
    collapse: By | None,
    quiet: bool,
    data: Path | None,
) -> None:
    """The dependency graph as a page, a picture or a graph file.

    The page works offline: search (/), click a node for its makers, needs and sources, trace it
    up and down, move through the quarters. Chokepoints of the accelerators sold are marked.

    \b
    supplychain graph --out graph.html
    supplychain graph --scenario taiwan-two-quarters --out taiwan.html
    supplychain graph --focus euv-scanner --depth 1 --out euv.svg
    supplychain graph --collapse country --out countries.graphml
    supplychain graph --edges links.csv --out links.svg
    """
    suffix = out.suffix.lower()
    if edges is not None:
        _edges(edges, out, quiet)
        return
    if names and suffix != PAGE:
        raise usage_error(f"--scenario colours a page only; name an .html file, not {out}")
    network = load_network(data)
    if at is not None:
        _check_at(network, at, quiet)
    keep = _near(network, focus, depth)
    if suffix not in EXPORTS and collapse is None:
        from supplychain.report.graph.explorer import drawn_together

        for said in drawn_together(network, keep):
            remark(f"{said}; --focus NODE draws a part", quiet)
    with working("Drawing", quiet):
        if suffix == PAGE:
            text = _page(network, keep, collapse, at, names, _where(focus, depth), quiet)
        elif suffix == PICTURE:
            text = _picture(network, keep, collapse, at)
        else:
            text = _export(network, keep, collapse, suffix)
    size = write_file(out, text)
    remark(f"Wrote {out} ({size / 1000:.0f} kB)", quiet)


def _edges(table: Path, out: Path, quiet: bool) -> None:
    """``--edges``: the firms of a table instead of the built-in data."""
    from click.core import ParameterSource

    from supplychain.firms.edge_files import read_edges
    from supplychain.firms.edges import EdgeError
    from supplychain.report.graph.firms import firms_graph, firms_page, firms_svg

    context = click.get_current_context()
    for option in context.command.params:
        given = context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE
        if given and option.name not in ("out", "edges", "quiet", "no_cache"):
            message = f"{option.opts[-1]} is about the network of the data, not about --edges"
            raise usage_error(message)
    suffix = out.suffix.lower()
    try:
        frame = read_edges(table)
        if suffix == PAGE:
            text = firms_page(frame, table.name)
        elif suffix == PICTURE:
            text = firms_svg(frame)
        else:
            from supplychain.report.graph.export import export

            text = export(firms_graph(frame), suffix)
    except EdgeError as error:
        raise refused(table, error) from error
    except AskError as error:
        raise usage_error(str(error)) from error
    size = write_file(out, text)
    remark(f"Wrote {out} ({size / 1000:.0f} kB)", quiet)


def _check_at(network: Network, at: Quarter, quiet: bool) -> None:
    """Refuse a quarter outside the data; say it where no accelerator can be lost in it."""
    from supplychain.scenarios.windows import check_at

    try:
        check_at(network, at)
    except AskError as error:
        raise usage_error(f"--at: {error}") from error
    sold = [c.product.sold(at) for c in network.products.values() if c.product]
    if not any(sold):
        remark(f"No accelerator of the data is sold in {at}: no chokepoint is marked", quiet)


def _near(network: Network, focus: str | None, depth: int) -> frozenset[str]:
    """The commodities near the node; an organization stands for what it makes."""
    if focus is None:
        return frozenset(network.commodities)
    from supplychain.model import Commodity, Organization
    from supplychain.report.answers.explain import find_nodes
    from supplychain.report.graph.view import near

    try:
        nodes = find_nodes(network, focus)
    except AskError as error:
        raise usage_error(f"--focus: {error}") from error
    firms = {node.id for node in nodes if isinstance(node, Organization)}
    starts = {node.id for node in nodes if isinstance(node, Commodity)}
    starts |= {s.commodity for s in network.supplies if s.organization in firms}
    if not starts:
        raise usage_error(f"--focus: '{focus}' is neither a commodity nor the maker of one")
    return near(network, starts, depth)


def _where(focus: str | None, depth: int) -> list[str]:
    steps = "one step" if depth == 1 else f"{depth} steps"
    return [] if focus is None else [f"Within {steps} of {focus}"]


def _page(
    network: Network,
    keep: frozenset[str],
    collapse: By | None,
    at: Quarter | None,
    names: tuple[str, ...],
    remarks: list[str],
    quiet: bool,
) -> str:
    """The interactive graph; without use of lines where the data cannot be simulated."""
    from supplychain.report.graph.explorer import explorer
    from supplychain.simulation import simulate

    simulation = None
    try:
        scenarios = [find_scenario(network, name) for name in names]
        simulation = simulate(network, scenarios=scenarios)
    except AskError as error:
        if names:
            raise usage_error(str(error)) from error
        remark(f"The page shows no use of lines: {error}", quiet)
    return explorer(network, simulation, at, keep, collapse, remarks)


def _picture(
    network: Network, keep: frozenset[str], collapse: By | None, at: Quarter | None
) -> str:
    from supplychain.report.graph.explorer import usual_quarter
    from supplychain.report.graph.states import marks
    from supplychain.report.graph.svg import svg
    from supplychain.report.graph.view import drawable, view_of

    by = collapse or drawable(network, keep)
    now = at or usual_quarter(network)
    found = marks(network, by, [now])[now] if network.products else {}
    return svg(network, found, view=view_of(network, by, keep))


def _export(network: Network, keep: frozenset[str], collapse: By | None, suffix: str) -> str:
    from supplychain.report.graph.export import export, to_networkx
    from supplychain.report.graph.view import as_graph, part, view_of

    if collapse is not None:
        return export(as_graph(view_of(network, collapse, keep)), suffix)
    whole = to_networkx(network)
    return export(whole if len(keep) == len(network.commodities) else part(whole, keep), suffix)
