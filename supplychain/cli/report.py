"""``supplychain report``."""

from __future__ import annotations

import os
import shlex
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplychain.cli.common import (
    data_option,
    load_network,
    read_target,
    remark,
    usage_error,
    write_file,
)
from supplychain.cli.numbers import Number
from supplychain.cli.shocks import found_scenarios, simulation_options
from supplychain.errors import AskError
from supplychain.model import ALLOCATION_RULES

if TYPE_CHECKING:
    from supplychain.analyses.exposure import Exposures
    from supplychain.questions.question import Question
    from supplychain.simulation import Simulation

SENSITIVITY = 2
"""Lines moved to the ends of their range unless asked otherwise; what fits the time."""


@click.command()
@simulation_options(f"Allocation rule; {ALLOCATION_RULES[0]} unless a scenario says otherwise.")
@click.option(
    "--sensitivity",
    type=Number(0, 1000, whole=True),
    metavar="N",
    default=SENSITIVITY,
    show_default=True,
    help="Move N lines to the ends of their range, those worth most first.",
)
@click.option(
    "--variants",
    is_flag=True,
    help="Also under other assumptions of production; some seconds more.",
)
@click.option(
    "--scores",
    is_flag=True,
    help="What each chokepoint's loss would cost; some seconds more, the first time.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    callback=read_target(".html", ".htm"),
    metavar="FILE.html",
    default=Path("report.html"),
    show_default=True,
    help="The page to write.",
)
@click.option("-q", "--quiet", is_flag=True, help="No remarks on standard error.")
@data_option
def report(
    question: Question,
    sensitivity: int,
    variants: bool,
    scores: bool,
    out: Path,
    quiet: bool,
    data: Path | None,
) -> None:
    """One page that answers: what is lost, when, why, who goes without, and on what it rests.

    It needs nothing but itself: forward it, print it, open it offline. Without a scenario or a
    cut it shows the baseline.

    \b
    supplychain report --hbm-cut 20% --out hbm.html
    supplychain report --scenario taiwan-two-quarters --out taiwan.html
    """
    from supplychain.analyses.sensitivity import variants as under_others
    from supplychain.questions.answer import run
    from supplychain.report.page.contents import Asked, day_of, names_of, report_of
    from supplychain.report.page.html import report_page

    if sys.flags.optimize > 1:
        raise usage_error(
            "python -OO takes away texts that the library of the charts needs; use -O"
        )
    try:
        day = day_of(os.environ.get("SOURCE_DATE_EPOCH"))
    except AskError as error:
        raise usage_error(str(error)) from error
    network = load_network(data)
    try:
        known = found_scenarios(network, question)
        result = run(network, question, known)
    except AskError as error:
        raise usage_error(str(error)) from error
    title = names_of(list(known.values())) if known and not question.cuts else ""
    others = under_others(result) if variants and result.shocks else ()
    asked = Asked(title, _command(click.get_current_context(), out), day, sensitivity)
    exposed, why_not = _costs(result, quiet) if scores else (None, "")
    try:
        page = report_page(report_of(result, asked, others, exposed, why_not))
    except AskError as error:
        raise usage_error(str(error)) from error
    size = write_file(out, page)
    remark(f"Wrote {out} ({size / 1000:.0f} kB, self-contained)", quiet)


def _costs(result: Simulation, quiet: bool) -> tuple[Exposures | None, str]:
    """What each loss would cost: the answer of ``chokepoints``, kept for both; or why nothing."""
    from supplychain.analyses.chokepoints import ask_points, find_costs
    from supplychain.report.page.points import quarter_of

    # What is assumed is in the network already; here it names the question.
    network, question = ask_points(result.network, at=quarter_of(result))
    question = replace(question, assume=result.assume)
    return find_costs(network, question, say=partial(remark, quiet=quiet))


def _command(context: click.Context, out: Path) -> str:
    """The command line with what was asked for; files by their name, not by where they were."""
    words = ["supplychain", "report"]
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "")
        source = context.get_parameter_source(parameter.name or "")
        if source is not click.core.ParameterSource.COMMANDLINE or parameter.name in (
            "out",
            "quiet",
        ):
            continue
        option = parameter.opts[-1]
        if isinstance(value, bool):
            words.append(option)
        elif isinstance(value, dict):
            words += [
                w for name, number in value.items() for w in (option, f"{name}={number:.10g}")
            ]
        else:
            for one in value if isinstance(value, tuple) else (value,):
                text = (
                    Path(one).name
                    if isinstance(one, Path) or ("/" in str(one) and option == "--scenario")
                    else str(one)
                )
                words += [option, text]
    return shlex.join([*words, "--out", out.name])
