"""``supplychain backtest``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplychain.cli.edges import (
    answer,
    assume_option,
    load_network,
    output_options,
    usage_error,
    window_options,
)
from supplychain.cli.progress import working
from supplychain.quarters import Quarter

if TYPE_CHECKING:
    from supplychain.report.tables import Format


@click.command()
@assume_option
@window_options("2023Q2", "2024Q4")
@output_options
def backtest(
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
    from supplychain.history import backtest as run
    from supplychain.report.backtest import backtest_document
    from supplychain.shocks import assumed
    from supplychain.simulation import check_window

    network = load_network(data)
    try:
        network = assumed(network, assume)
        check_window(network, first, last)
        with working("Simulating", quiet):
            result = run(network, first, last)
    except ValueError as error:
        raise usage_error(str(error)) from error
    answer(backtest_document(network, result), form, out, no_color, quiet)
