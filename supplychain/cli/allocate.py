"""``supplychain allocate``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from supplychain.cli.common import Output, output_options, usage_error
from supplychain.cli.numbers import Number, Share
from supplychain.cli.progress import working
from supplychain.cli.shocks import found_scenarios, simulation_options
from supplychain.errors import AskError
from supplychain.model import ALLOCATION_RULES
from supplychain.model.quarters import Quarter

if TYPE_CHECKING:
    from supplychain.questions.question import Question


@click.command()
@simulation_options(
    "Rules to compare, or all; contract-first,pro-rata,max-min if not given. There are: "
    + ", ".join(ALLOCATION_RULES)
    + ".",
    shortcuts=False,
    many=True,
)
@click.option(
    "--supply",
    type=Number(1e-6, 1e12),
    metavar="N",
    help="Share out N accelerators, in the baseline's mix.",
)
@click.option("--year", type=Number(1900, 2999, whole=True), metavar="Y", help="Of one year only.")
@click.option("--buyer", metavar="ID", help="One buyer, under every rule.")
@click.option(
    "--reserve",
    type=Share(),
    metavar="SHARE",
    help="For new clouds, of what is not committed; 10% if not given.",
)
@click.option(
    "--aversion",
    type=Share(),
    metavar="SHARE",
    help="Less weight for builders of rival chips; 10% if not given.",
)
@click.option("--alpha", type=Number(0, 1000), metavar="A", help="Of alpha-fair; 2 if not given.")
@output_options
def allocate(
    question: Question,
    supply: float | None,
    year: int | None,
    buyer: str | None,
    reserve: float | None,
    aversion: float | None,
    alpha: float | None,
    output: Output,
) -> None:
    """Who gets the accelerators under different rules, side by side.

    \b
    supplychain allocate --policy contract-first,max-min,price
    supplychain allocate --supply 3_000_000 --year 2025 --policy all
    supplychain allocate --cut hbm=20%@2024Q1:2024Q4 --from 2024Q1 --to 2024Q4
    supplychain allocate --buyer coreweave
    """
    from supplychain.questions.answer import ask

    if year is not None:
        if (question.first, question.last) != (None, None):
            raise usage_error("--year names the quarters already; leave out --from and --to")
        question = replace(question, first=Quarter(year, 1), last=Quarter(year, 4))
    given = {"supply": supply, "reserve": reserve, "aversion": aversion, "alpha": alpha}
    try:
        values: dict[str, Any] = {k: value for k, value in given.items() if value is not None}
        question = replace(question, buyer=(buyer or "").strip(), **values)
        network = output.load()
        with working("Simulating", output.quiet):
            answer = ask(network, question, found_scenarios(network, question))
    except AskError as error:
        raise usage_error(str(error)) from error
    output.answer(answer.document)
