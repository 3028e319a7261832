"""``supplychain chokepoints``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplychain.cli import completion
from supplychain.cli.edges import (
    answer,
    load_network,
    output_options,
    read_quarter,
    usage_error,
)
from supplychain.quarters import LAST, Quarter

if TYPE_CHECKING:
    from supplychain.report.tables import Format
    from supplychain.risk import Kind

WITH_EDGES = ("edges", "products", "top", "form", "out", "no_color", "quiet")
"""Options that go with ``--edges``."""


@click.command()
@click.option(
    "--product",
    "products",
    multiple=True,
    metavar="ID",
    shell_complete=completion.goods,
    help="An accelerator, a group of them, or any commodity; repeatable; else all accelerators.",
)
@click.option(
    "--at",
    callback=read_quarter,
    metavar="Q",
    help="As of this quarter; if absent, the last in which most of the products are sold.",
)
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(["organization", "country", "commodity", "supply"]),
    default=("organization", "country"),
    show_default=True,
    help="What is taken away; repeatable.",
)
@click.option(
    "--top", type=click.IntRange(min=1), default=20, show_default=True, help="Rows shown."
)
@click.option(
    "--edges",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Ask a table of supplier, customer, commodity, share instead: .csv or .parquet.",
)
@output_options
def chokepoints(
    products: tuple[str, ...],
    at: Quarter | None,
    by: tuple[Kind, ...],
    top: int,
    edges: Path | None,
    form: Format | None,
    out: Path | None,
    no_color: bool,
    quiet: bool,
    data: Path | None,
) -> None:
    """Single points of failure, exactly, with the need that fails.

    A need is met by any one of its qualified makers; a product needs all of its needs. What
    alone loses a product is listed, and apart from it what the other makers could hardly cover.

    \b
    supplychain chokepoints --product h100 --at 2023Q2
    supplychain chokepoints --product hbm-chips --by supply --format csv
    supplychain chokepoints --edges links.csv --top 50
    """
    if edges is not None:
        _edges(edges, products, top, form, out, no_color, quiet)
        return
    from supplychain.production.plan import planned_h100e
    from supplychain.report.chokepoints import chokepoints_document
    from supplychain.risk import asked_products, busiest_quarter
    from supplychain.risk import chokepoints as find

    network = load_network(data)
    try:
        named = [id_ for name in products for id_ in network.groups.get(name, (name,))]
        asked = asked_products(network, named or None)
        if at is None:
            at = busiest_quarter(network, asked) if network.products else LAST
        # Only accelerators have a weight; with anything else among them all count alike.
        weighted = all(id_ in network.products for id_ in asked)
        weights = planned_h100e(network, at) if weighted else None
        weighted = weights is not None and any(weights[id_] > 0 for id_ in asked)
        found = find(network, asked, at, by, weights if weighted else None)
    except ValueError as error:
        raise usage_error(str(error)) from error
    answer(chokepoints_document(network, found, top, weighted), form, out, no_color, quiet)


def _edges(
    path: Path,
    products: tuple[str, ...],
    top: int,
    form: Format | None,
    out: Path | None,
    no_color: bool,
    quiet: bool,
) -> None:
    """``--edges``: the firms of a table instead of the built-in data."""
    from click.core import ParameterSource

    from supplychain.report.edges import edges_document
    from supplychain.risk.edges import EdgeError

    context = click.get_current_context()
    for option in context.command.params:
        given = context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE
        if given and option.name not in WITH_EDGES:
            message = f"{option.opts[-1]} is about the network of the data, not about --edges"
            raise usage_error(message)
    try:
        document = edges_document(path, products, top)
    except EdgeError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except ValueError as error:
        raise usage_error(str(error)) from error
    answer(document, form, out, no_color, quiet)
