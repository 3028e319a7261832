"""``supplychain data``."""

from __future__ import annotations

import datetime

import click

from supplychain.cli.common import Output, output_options, usage_error
from supplychain.cli.numbers import Number, count
from supplychain.cli.progress import counted, working
from supplychain.errors import AskError


@click.group()
def data() -> None:
    """What the data holds, what it rests on, how old that is."""


@data.command()
@output_options
def coverage(
    output: Output,
) -> None:
    """Counts, figures by basis, and the estimates that enter production."""
    from supplychain.production.reading import read_plan
    from supplychain.report.answers.data import coverage_document

    network = output.load()
    document = coverage_document(network, read_plan(network))
    output.answer(document)


@data.command()
@click.option(
    "--top",
    type=count(),
    default=20,
    show_default=True,
    help="How many estimates, widest range first; about a second each.",
)
@output_options
def influence(
    top: int,
    output: Output,
) -> None:
    """Which estimates move the number of accelerators most, one at a time."""
    from supplychain.report.answers.data import influence_document

    network = output.load()
    try:
        with working("Estimates", output.quiet) as bars:
            document = influence_document(network, top, counted(bars, "Estimates"))
    except AskError as error:
        raise usage_error(str(error)) from error
    output.answer(document)


@data.command()
@output_options
def sources(
    output: Output,
) -> None:
    """Every source, how many figures rest on it, and where."""
    from supplychain.report.answers.data import sources_document

    output.answer(sources_document(output.load()))


@data.command()
@click.option("--days", type=Number(0, 1_000_000, whole=True), default=730, show_default=True)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Count from this day; by default from today, so that the answer changes with time.",
)
@output_options
def stale(
    days: int,
    today: datetime.datetime | None,
    output: Output,
) -> None:
    """Figures whose newest dated source is older than some days."""
    from supplychain.report.answers.data import stale_document

    day = today.date() if today else datetime.date.today()
    output.answer(stale_document(output.load(), day, days))
