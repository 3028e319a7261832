"""``supplychain simulate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplychain.cli.common import (
    answer,
    assume_option,
    fail_on,
    fail_on_option,
    find_scenario,
    load_network,
    output_options,
    usage_error,
    window_options,
)
from supplychain.cli.numbers import count
from supplychain.cli.progress import counted, working
from supplychain.cli.shocks import cut_options, parse_cuts
from supplychain.errors import AskError
from supplychain.model import ALLOCATION_RULES
from supplychain.model.quarters import Quarter

if TYPE_CHECKING:
    from supplychain.report.tables import Format


@click.command()
@cut_options
@assume_option
@window_options("2023Q1", "2026Q4")
@click.option(
    "--policy",
    metavar="RULE",
    help="Who gets the accelerators first; contract-first unless a scenario says otherwise: "
    + ", ".join(ALLOCATION_RULES)
    + ".",
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
    hbm_cut: str | None,
    cowos_cut: str | None,
    wafer_cut: str | None,
    cuts: tuple[str, ...],
    names: tuple[str, ...],
    assume: dict[str, float],
    first: Quarter,
    last: Quarter,
    policy: str | None,
    sensitivity: int | None,
    fast: bool,
    conditions: tuple[str, ...],
    form: Format | None,
    out: Path | None,
    no_color: bool,
    quiet: bool,
    data: Path | None,
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
    from supplychain.analyses.sensitivity import variants
    from supplychain.report.answers.simulate import sensitivity_table, simulation_document
    from supplychain.simulation import simulate as run

    parsed, problems = parse_cuts(hbm_cut, cowos_cut, wafer_cut, cuts)
    tests = []
    for text in conditions:
        try:
            tests.append(parse_condition(text))
        except AskError as error:
            problems.append(f"--fail-on: {error}")
    if problems:
        raise usage_error("\n".join(problems))
    network = load_network(data)
    try:
        scenarios = [find_scenario(network, name) for name in names]
        with working("Simulating", quiet):
            result = run(
                network, parsed, first, last, policy or "", scenarios=scenarios, assume=assume
            )
    except AskError as error:
        raise usage_error(str(error)) from error
    with working("Other assumptions", quiet) as bars:
        others = variants(result) if result.shocks and not fast else ()
        moved = (
            sensitivity_table(result, sensitivity, counted(bars, "Estimates"))
            if sensitivity
            else None
        )
    answer(simulation_document(result, others, moved), form, out, no_color, quiet)
    fail_on(holding(tests, result, MEASURES))
