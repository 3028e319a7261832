"""``supplychain compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplychain.cli import completion
from supplychain.cli.common import (
    answer,
    assume_option,
    find_scenario,
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
@click.argument("one", metavar="SCENARIO", shell_complete=completion.scenarios)
@click.argument("other", metavar="SCENARIO", shell_complete=completion.scenarios)
@assume_option
@window_options("2023Q1", "2026Q4")
@output_options
def compare(
    one: str,
    other: str,
    assume: dict[str, float],
    first: Quarter,
    last: Quarter,
    form: Format | None,
    out: Path | None,
    no_color: bool,
    quiet: bool,
    data: Path | None,
) -> None:
    """Two scenarios side by side, quarter by quarter; `baseline` is one of them too.

    \b
    supplychain compare hbm-cut-20 cowos-cut-20
    supplychain compare baseline samsung-hbm3e-early
    """
    from supplychain.report.answers.compare import comparison_document
    from supplychain.simulation import simulate

    network = load_network(data)
    try:
        scenarios = [
            [] if name == "baseline" else [find_scenario(network, name)] for name in (one, other)
        ]
        with working("Simulating", quiet):
            results = [
                simulate(network, first=first, last=last, scenarios=named, assume=assume)
                for named in scenarios
            ]
    except AskError as error:
        raise usage_error(str(error)) from error
    answer(comparison_document((one, other), results[0], results[1]), form, out, no_color, quiet)
