"""``supplychain backtest``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplychain.cli.common import (
    answer,
    assume_option,
    load_network,
    output_options,
    usage_error,
    window_options,
)
from supplychain.cli.progress import working
from supplychain.errors import AskError
from supplychain.model.quarters import Quarter

if TYPE_CHECKING:
    from supplychain.report.tables import Format


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
    first: Quarter,
    last: Quarter,
    form: Format | None,
    out: Path | None,
    no_color: bool,
    quiet: bool,
    data: Path | None,
) -> None:
    """The model against published units, quarter by quarter, beside two naive forecasts."""
    from supplychain.analyses.backtest import backtest as run
    from supplychain.analyses.owners import owner_tests
    from supplychain.report.answers.backtest import backtest_document
    from supplychain.report.answers.owners import owners_document
    from supplychain.scenarios.assumptions import assumed

    network = load_network(data)
    try:
        network = assumed(network, assume)
        if owners:
            document = owners_document(network, owner_tests(network))
            answer(document, form, out, no_color, quiet)
            return
        with working("Simulating", quiet):
            result = run(network, first, last)
    except AskError as error:
        raise usage_error(str(error)) from error
    answer(backtest_document(network, result), form, out, no_color, quiet)
