"""``supplychain compare``."""

from __future__ import annotations

import click

from supplychain.cli import completion
from supplychain.cli.common import (
    Output,
    assume_option,
    output_options,
    usage_error,
    window_options,
)
from supplychain.cli.progress import working
from supplychain.cli.shocks import asked, found_scenarios
from supplychain.errors import AskError
from supplychain.model.quarters import FIRST, LAST, Quarter


@click.command()
@click.argument("one", metavar="SCENARIO", shell_complete=completion.scenarios)
@click.argument("other", metavar="SCENARIO", shell_complete=completion.scenarios)
@assume_option
@window_options(str(FIRST), f"{LAST}, later where a shock needs it")
@output_options
def compare(
    one: str,
    other: str,
    assume: dict[str, float],
    first: Quarter | None,
    last: Quarter | None,
    output: Output,
) -> None:
    """Two scenarios side by side, quarter by quarter; `baseline` is one of them too.

    \b
    supplychain compare hbm-cut-20 cowos-cut-20
    supplychain compare baseline samsung-hbm3e-early
    """
    from supplychain.questions.answer import ask

    pair, values = (one, other), tuple(assume.items())
    question = asked(about="compare", pair=pair, assume=values, first=first, last=last)
    network = output.load()
    try:
        with working("Simulating", output.quiet):
            answer = ask(network, question, found_scenarios(network, question))
    except AskError as error:
        raise usage_error(str(error)) from error
    output.answer(answer.document)
