"""``supplychain backtest``."""

from __future__ import annotations

import click

from supplychain.cli.common import (
    Output,
    assume_option,
    output_options,
    usage_error,
    window_options,
)
from supplychain.cli.progress import working
from supplychain.errors import AskError
from supplychain.model.quarters import Quarter


@click.command()
@click.option(
    "--owners",
    is_flag=True,
    help="Allocation rules against published units by owner, 2023 and 2024, instead.",
)
@assume_option
@window_options("2023Q2", "2024Q4")
@output_options
def backtest(
    owners: bool,
    assume: dict[str, float],
    first: Quarter | None,
    last: Quarter | None,
    output: Output,
) -> None:
    """The model against published units, quarter by quarter, beside two naive forecasts."""
    from supplychain.questions.public import backtest as ask

    if owners and (first, last) != (None, None):
        raise usage_error("--owners is of 2023 and 2024; leave out --from and --to")
    network = output.load()
    try:
        with working("Simulating", output.quiet):
            answer = ask(network, first, last, assume, owners)
    except AskError as error:
        raise usage_error(str(error)) from error
    output.answer(answer.document)
