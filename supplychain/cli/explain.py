"""``supplychain explain``."""

from __future__ import annotations

import click

from supplychain.cli import completion
from supplychain.cli.common import Output, output_options, usage_error
from supplychain.errors import AskError


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
    says what of its plan was short of what, with the line of the data and the
    sources of every number in it.

    \b
    supplychain explain h100@2024Q3
    supplychain explain "SK hynix"
    """
    from supplychain.questions.public import explain as ask

    network = output.load()
    try:
        output.answer(ask(network, node).document)
    except AskError as error:
        raise usage_error(str(error)) from error
