"""``supplychain chokepoints``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplychain.cli import completion
from supplychain.cli.common import (
    Output,
    assume_option,
    fail_on,
    fail_on_option,
    output_options,
    read_quarter,
    usage_error,
)
from supplychain.cli.errors import Refused
from supplychain.cli.numbers import Number, count
from supplychain.errors import AskError
from supplychain.model.quarters import Quarter

if TYPE_CHECKING:
    from supplychain.risk import Kind
    from supplychain.risk.concentration import Holder


def read_pair(
    ctx: click.Context, param: click.Parameter, value: tuple[str, str] | None
) -> tuple[Quarter, Quarter] | None:
    """Callback of ``--compare``."""
    if value is None:
        return None
    try:
        first, last = (Quarter.parse(text) for text in value)
    except AskError as error:
        raise click.BadParameter(str(error), ctx, param) from error
    return first, last


def read_rates(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> dict[str, float]:
    """Callback of ``--rate ID=SHARE``."""
    from supplychain.model.units import share as read_share

    rates = {}
    for text in values:
        name, equals, share = text.rpartition("=")
        try:
            if not equals or not name.strip():
                raise AskError(f"'{text}' is not ID=SHARE, like tsmc=1%")
            rates[name.strip()] = read_share(share)
        except AskError as error:
            raise click.BadParameter(str(error), ctx, param) from error
    return rates


WITH_EDGES = ("edges", "products", "top", "form", "out", "no_color", "quiet", "no_cache")
"""Options that go with ``--edges``."""


@click.command()
@click.option(
    "--product",
    "products",
    multiple=True,
    metavar="ID",
    shell_complete=completion.goods,
    help="An accelerator, a group of them, or any commodity; repeatable; else all accelerators.",
)
@click.option(
    "--at",
    callback=read_quarter,
    metavar="Q",
    help="As of this quarter; if absent, the present of the data, or the last they are sold in.",
)
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(["organization", "country", "commodity", "supply"]),
    default=("organization", "country"),
    show_default=True,
    help="What is taken away; repeatable.",
)
@click.option(
    "--order",
    type=Number(1, 3, whole=True),
    default=1,
    show_default=True,
    help="2 or 3: sets of so many that lose a product only together.",
)
@click.option(
    "--edges",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Ask a table of supplier, customer, commodity, share instead: .csv or .parquet. Share 0 "
    "is a qualified supplier, who counts as a source; leave the row out if it is none.",
)
@click.option(
    "--weeks",
    type=Number(0, 10_000),
    default=0.0,
    metavar="W",
    help="Count substitutes that take up to W weeks to switch to; without it none does.",
)
@click.option(
    "--recovery",
    type=Number(0, 10_000),
    metavar="W",
    help="Weeks everything is down, for the score; if absent, each its own time to recover.",
)
@click.option(
    "--horizon",
    type=Number(1, 16, whole=True),
    metavar="N",
    help="Quarters over which the score counts losses; if absent 8, as far as the data goes.",
)
@click.option(
    "--no-score",
    is_flag=True,
    help="Structure only, at once. Scores take some seconds, the first time for a question.",
)
@click.option("--explain", is_flag=True, help="As sentences that can be quoted.")
@click.option("--matrix", is_flag=True, help="Country by stage instead of a list.")
@click.option(
    "--concentration",
    type=click.Choice(["organization", "owner", "country"]),
    help="Shares, HHI and change over the years of every input instead.",
)
@click.option(
    "--compare",
    nargs=2,
    callback=read_pair,
    metavar="Q Q",
    help="What became worse and what safer between two quarters instead.",
)
@click.option(
    "--rate",
    "rates",
    multiple=True,
    callback=read_rates,
    metavar="ID=SHARE",
    help="How probably it is out; gives the probability of losing one --product; repeatable.",
)
@assume_option
@click.option("--top", type=count(), default=12, show_default=True, help="Rows shown.")
@fail_on_option("chokepoints>=5")
@output_options
def chokepoints(
    products: tuple[str, ...],
    at: Quarter | None,
    by: tuple[Kind, ...],
    order: int,
    weeks: float,
    recovery: float | None,
    horizon: int | None,
    no_score: bool,
    explain: bool,
    matrix: bool,
    concentration: Holder | None,
    compare: tuple[Quarter, Quarter] | None,
    rates: dict[str, float],
    assume: dict[str, float],
    top: int,
    edges: Path | None,
    conditions: tuple[str, ...],
    output: Output,
) -> None:
    """Single points of failure, exactly, and what each would cost.

    A need is met by any one of its qualified makers; a product needs all of its needs. What
    alone loses a product is listed, and apart from it what the other makers could hardly cover.
    The score is the share of the baseline's H100 equivalents lost if it is down for its time to
    recover. It is computed by the whole pipeline, which takes some seconds, and then kept;
    --no-score leaves it out.

    \b
    supplychain chokepoints --product h100 --at 2023Q2
    supplychain chokepoints --edges links.csv --top 50
    supplychain chokepoints --top 3 --explain
    supplychain chokepoints --order 2
    supplychain chokepoints --compare 2023Q2 2026Q1
    supplychain chokepoints --product h100 --rate tsmc=1% --rate sk-hynix=2%
    """
    if edges is not None:
        _edges(edges, products, top, output)
        return
    asked = {
        "--order": order > 1 and not rates,
        "--rate": bool(rates),
        "--matrix": matrix,
        "--concentration": concentration is not None,
        "--compare": compare is not None,
    }
    _check_one_answer([o for o, given in asked.items() if given], explain, conditions, no_score)
    from supplychain.analyses.chokepoints import ask_points
    from supplychain.report.answers import points

    network = output.load()
    held: list[str] = []
    scores, say = not no_score, output.remark
    try:
        network, question = ask_points(network, products, at, by, weeks, recovery, horizon, assume)
        if compare is not None:
            document = points.changes_answer(network, question, compare, top, scores, say)
        elif matrix:
            document = points.matrix_answer(network, question)
        elif concentration is not None:
            document = points.concentration_answer(network, question, concentration, top)
        elif rates:
            document = points.rates_answer(network, question, max(order, 3), rates)
        elif order > 1:
            document = points.joint_answer(network, question, order, top, scores, say)
        else:
            document, held = points.points_answer(
                network, question, top, scores, explain, conditions, say
            )
    except AskError as error:
        raise usage_error(str(error)) from error
    output.answer(document)
    fail_on(held)


def _check_one_answer(
    others: list[str], explain: bool, conditions: tuple[str, ...], no_score: bool
) -> None:
    """Refuse options of several answers; ``others``: those of answers beside single points."""
    if len(others) > 1:
        raise usage_error(f"{' and '.join(others)} are different answers: ask for one of them")
    if others and (explain or conditions):
        wrong = "--explain" if explain else "--fail-on"
        raise usage_error(f"{wrong} is about single points; leave out {others[0]}")
    if explain and no_score:
        raise usage_error("--explain tells what losses cost; leave out --no-score")


def _edges(
    path: Path,
    products: tuple[str, ...],
    top: int,
    output: Output,
) -> None:
    """``--edges``: the firms of a table instead of the built-in data."""
    from click.core import ParameterSource

    from supplychain.firms.edges import EdgeError
    from supplychain.report.answers.firms import edges_document

    context = click.get_current_context()
    for option in context.command.params:
        given = context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE
        if given and option.name not in WITH_EDGES:
            message = f"{option.opts[-1]} is about the network of the data, not about --edges"
            raise usage_error(message)
    try:
        document = edges_document(path, products, top, every=output.written == "csv")
    except EdgeError as error:
        raise Refused(error) from error
    except AskError as error:
        raise usage_error(str(error)) from error
    if output.written == "csv":  # which holds rows only
        for text in document.parts[2:]:
            output.remark(str(text))
    output.answer(document)
