"""``supplychain explain``."""

from __future__ import annotations

import click

from supplychain.cli import completion
from supplychain.cli.common import Output, output_options, usage_error
from supplychain.errors import AskError
from supplychain.model.quarters import FIRST, LAST, Quarter


@click.command()
@click.argument("node", metavar="NODE[@Q]", shell_complete=completion.nodes)
@output_options
def explain(
    node: str,
    output: Output,
) -> None:
    """Where a node stands, what it needs, who needs it, and the source of each figure.

    NODE is an id, a name or an alias of a commodity, organization, buyer or AI model, or the name
    of a figure, or where such names begin (tsmc.cowos). For an accelerator in a quarter it also
    says which equation of the production program held it back, with the line of the data and the
    sources of every number in it.

    \b
    supplychain explain h100@2024Q3
    supplychain explain "SK hynix"
    """
    from supplychain.model import Commodity
    from supplychain.production.forward import Forward
    from supplychain.production.reading import read_plan
    from supplychain.report.answers.explain import (
        explain_document,
        figures_document,
        find_figures,
        find_nodes,
    )
    from supplychain.scenarios.windows import check_at, known_quarters

    name, at, when = node.rpartition("@") if "@" in node else (node, "", "")
    network = output.load()
    try:
        if found := find_figures(network, node):
            output.answer(figures_document(network, node, found))
            return
        quarter = Quarter.parse(when) if at else LAST
        nodes = find_nodes(network, name)
        if at:
            check_at(network, quarter)
    except AskError as error:
        raise usage_error(str(error)) from error
    baseline = None
    if at and any(isinstance(node, Commodity) and node.product for node in nodes):
        if quarter < FIRST:
            raise usage_error(f"{quarter} is before {FIRST}, the first quarter it can trace")
        try:
            _, last = known_quarters(network)
            baseline = Forward(read_plan(network)).baseline.between(FIRST, last)
        except ValueError as error:
            raise usage_error(str(error)) from error
    output.answer(explain_document(network, nodes, quarter, baseline))
