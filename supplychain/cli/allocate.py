"""``supplychain allocate``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplychain.cli.common import (
    answer,
    assume_option,
    find_scenario,
    load_network,
    output_options,
    usage_error,
    window_options,
)
from supplychain.cli.numbers import Number, Share
from supplychain.errors import AskError
from supplychain.model import ALLOCATION_RULES
from supplychain.model.quarters import FIRST, LAST, Quarter

if TYPE_CHECKING:
    from supplychain.report.tables import Format


@click.command()
@click.option(
    "--policy",
    "policies",
    metavar="A,B,C",
    help="Rules to compare, or all; contract-first,pro-rata,max-min if not given. There are: "
    + ", ".join(ALLOCATION_RULES)
    + ".",
)
@click.option(
    "--supply",
    type=Number(1e-6, 1e12),
    metavar="N",
    help="Share out N accelerators, in the baseline's mix.",
)
@click.option("--year", type=click.IntRange(1900, 2999), metavar="Y", help="Of one year only.")
@click.option("--buyer", metavar="ID", help="One buyer, under every rule.")
@click.option(
    "--cut",
    "cuts",
    multiple=True,
    metavar="TARGET=SHARE[@Q[:Q]]",
    help="After a cut of supply, as in simulate; repeatable.",
)
@click.option(
    "--scenario", "names", multiple=True, metavar="ID|FILE", help="In a scenario; repeatable."
)
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
@click.option(
    "--alpha", type=Number(0, 1000), default=2.0, show_default=True, help="Of alpha-fair."
)
@assume_option
@window_options("2023Q1", "2026Q4")
@output_options
def allocate(
    policies: str | None,
    supply: float | None,
    year: int | None,
    buyer: str | None,
    cuts: tuple[str, ...],
    names: tuple[str, ...],
    reserve: float | None,
    aversion: float | None,
    alpha: float,
    assume: dict[str, float],
    first: Quarter,
    last: Quarter,
    form: Format | None,
    out: Path | None,
    no_color: bool,
    quiet: bool,
    data: Path | None,
) -> None:
    """Who gets the accelerators under different rules, side by side.

    \b
    supplychain allocate --policy contract-first,max-min,price
    supplychain allocate --supply 3_000_000 --year 2025 --policy all
    supplychain allocate --cut hbm=20%@2024Q1:2024Q4 --from 2024Q1 --to 2024Q4
    supplychain allocate --buyer coreweave
    """
    from supplychain.allocation import Terms
    from supplychain.allocation.market import find_buyer
    from supplychain.allocation.rules import rule_name
    from supplychain.report.answers.allocate import allocation_document
    from supplychain.simulation import simulate

    if year is not None and (first, last) != (FIRST, LAST):
        raise usage_error("--year names the quarters already; leave out --from and --to")
    if year is not None:
        first, last = Quarter(year, 1), Quarter(year, 4)
    default = "all" if buyer else "contract-first,pro-rata,max-min"
    asked = [name.strip() for name in (policies or default).split(",")]
    rules = list(ALLOCATION_RULES) if asked == ["all"] else asked
    network = load_network(data)
    try:
        given = {"reserve": reserve, "aversion": aversion}
        terms = Terms(alpha=alpha, **{k: v for k, v in given.items() if v is not None})
        chosen = find_buyer(network, buyer) if buyer else None
        result = simulate(
            network,
            cuts,
            first,
            last,
            scenarios=[find_scenario(network, name) for name in names],
            assume=assume,
        )
        market = result.markets[1]
        if supply is not None:
            market = market.scaled(supply)
        rules = [rule_name(rule) for rule in rules]
        results = {rule: market.in_window(market.deliveries(rule, terms)) for rule in rules}
    except AskError as error:
        raise usage_error(str(error)) from error
    what = "; ".join(map(str, result.shocks)) or "baseline"
    answer(allocation_document(market, results, what, chosen), form, out, no_color, quiet)
