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
    from supplychain.analyses.backtest import FIRST, LAST
    from supplychain.analyses.backtest import backtest as run
    from supplychain.analyses.owners import owner_tests
    from supplychain.report.answers.backtest import backtest_document
    from supplychain.report.answers.owners import owners_document
    from supplychain.scenarios.assumptions import assumed

    if owners and (first, last) != (None, None):
        raise usage_error("--owners is of 2023 and 2024; leave out --from and --to")
    network = output.load()
    try:
        network = assumed(network, assume)
        if owners:
            document = owners_document(network, owner_tests(network))
            output.answer(document)
            return
        with working("Simulating", output.quiet):
            result = run(network, first or FIRST, last or LAST)
    except AskError as error:
        raise usage_error(str(error)) from error
    output.answer(backtest_document(network, result))
