"""``supplychain explain``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplychain.cli.edges import answer, load_network, output_options, usage_error
from supplychain.quarters import LAST, Quarter

if TYPE_CHECKING:
    from supplychain.report.tables import Format


@click.command()
@click.argument("node", metavar="NODE[@Q]")
@output_options
def explain(
    node: str,
    form: Format | None,
    out: Path | None,
    no_color: bool,
    quiet: bool,
    data: Path | None,
) -> None:
    """Where a node stands, what it needs, who needs it, and the source of each figure.

    NODE is an id, a name or an alias of a commodity, organization or buyer.

    \b
    supplychain explain h100@2024Q3
    supplychain explain "SK hynix"
    """
    from supplychain.report.explain import explain_document, find_nodes

    name, at, when = node.rpartition("@") if "@" in node else (node, "", "")
    try:
        quarter = Quarter.parse(when) if at else LAST
        network = load_network(data)
        nodes = find_nodes(network, name)
    except ValueError as error:
        raise usage_error(str(error)) from error
    answer(explain_document(network, nodes, quarter), form, out, no_color, quiet)
