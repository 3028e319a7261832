"""``supplychain simulate``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from supplychain.cli.common import Output, fail_on, fail_on_option, output_options, usage_error
from supplychain.cli.numbers import count
from supplychain.cli.progress import counted, working
from supplychain.cli.shocks import found_scenarios, simulation_options
from supplychain.errors import AskError
from supplychain.model import ALLOCATION_RULES

if TYPE_CHECKING:
    from supplychain.questions.question import Question


@click.command()
@simulation_options(
    f"Who gets the accelerators first; {ALLOCATION_RULES[0]} unless a scenario says otherwise: "
    + ", ".join(ALLOCATION_RULES)
    + "."
)
@click.option(
    "--sensitivity",
    type=count(10_000),
    metavar="N",
    help="Also move each of the N least certain estimates to the ends of its range; 2 s each.",
)
@click.option(
    "--fast", is_flag=True, help="Leave out the same under other assumptions: half the time."
)
@fail_on_option("loss>10%")
@output_options
def simulate(
    question: Question,
    sensitivity: int | None,
    fast: bool,
    conditions: tuple[str, ...],
    output: Output,
) -> None:
    """Accelerators per quarter with and without a cut, and who loses.

    Without a cut it shows the baseline.

    \b
    supplychain simulate --hbm-cut 20%
    supplychain simulate --cut hbm=20%@2024Q1:2024Q4 --cut org:tsmc=10%
    supplychain simulate --scenario taiwan-two-quarters
    supplychain simulate --scenario my.yaml --fail-on 'loss>10%'
    """
    from supplychain.analyses.conditions import MEASURES, holding, parse_condition
    from supplychain.questions.answer import ask

    question = replace(question, sensitivity=sensitivity, fast=fast)
    network = output.load()
    try:
        with working("Simulating", output.quiet) as bars:
            known = found_scenarios(network, question)
            answer = ask(network, question, known, counted(bars, "Estimates"))
        tests = [parse_condition(text) for text in conditions]
        held = holding(tests, answer.simulations[0], MEASURES)
    except AskError as error:
        raise usage_error(str(error)) from error
    output.answer(answer.document)
    fail_on(held)
