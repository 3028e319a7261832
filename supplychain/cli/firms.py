"""``supplychain firms``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from supplychain.cli.common import (
    Output,
    fail_on,
    fail_on_option,
    output_options,
    read_quarter,
    usage_error,
)
from supplychain.cli.errors import Refused
from supplychain.cli.numbers import Number, count
from supplychain.errors import AskError
from supplychain.model.quarters import LAST, Quarter

if TYPE_CHECKING:
    from supplychain.firms.edges import EdgeError
    from supplychain.report.tables import Document

F = TypeVar("F", bound=Callable[..., Any])

EDGE_COLUMNS = ("supplier", "customer", "commodity", "share", "kind")
STRESS_COLUMNS = (
    "site", "material", "stock", "capacity", "recovery", "product", "margin", "demand",
    "supplier", "customer", "per_unit",
)  # fmt: skip


def columns_option(known: tuple[str, ...], example: str) -> Callable[[F], F]:
    """``--columns OURS=YOURS,...``."""

    def read(ctx: click.Context, param: click.Parameter, value: str | None) -> dict[str, str]:
        called: dict[str, str] = {}
        for part in (value or "").split(",") if value else ():
            ours, equals, yours = (text.strip() for text in part.partition("="))
            if not equals or not yours:
                raise click.BadParameter(f"'{part}' is not COLUMN=NAME, like {example}", ctx, param)
            if ours not in known:
                there = ", ".join(known)
                raise click.BadParameter(f"'{ours}' is no column; there are: {there}", ctx, param)
            if ours in called:
                raise click.BadParameter(f"'{ours}' is given twice", ctx, param)
            called[ours] = yours
        return called

    return click.option(
        "--columns",
        "called",
        callback=read,
        metavar="COLUMN=NAME,...",
        help=f"What the columns are called in the table, such as {example}.",
    )


def table_argument(folder: bool = False) -> Callable[[F], F]:
    """``TABLE``."""
    return click.argument(
        "table", type=click.Path(path_type=Path), metavar="DIR" if folder else "TABLE"
    )


top_option = click.option("--top", type=count(), default=12, show_default=True, help="Rows shown.")


@click.group()
def firms() -> None:
    """Anybody's supplier table: single removals, systemic risk, stress tests.

    TABLE is a .csv or .parquet file: one row says that a supplier serves a need of a customer,
    with the columns supplier, customer, commodity and share.
    """


@firms.command()
@table_argument()
@columns_option(EDGE_COLUMNS, "supplier=Lieferant")
@click.option(
    "--product",
    "products",
    multiple=True,
    metavar="NAME",
    help="A commodity or a firm; repeatable; else all firms that supply nobody.",
)
@click.option(
    "--attach",
    is_flag=True,
    help="Join the firms to the built-in graph by name and alias, so that what they need counts.",
)
@click.option(
    "--at", callback=read_quarter, metavar="Q", help=f"Quarter of the graph; {LAST} if absent."
)
@top_option
@fail_on_option("chokepoints>=5")
@output_options
def removals(
    table: Path,
    called: dict[str, str],
    products: tuple[str, ...],
    attach: bool,
    at: Quarter | None,
    top: int,
    conditions: tuple[str, ...],
    output: Output,
) -> None:
    """What is lost with each firm alone, exactly.

    \b
    supplychain firms removals links.csv --columns supplier=Lieferant,customer=Kunde
    supplychain firms removals links.csv --attach --at 2025Q2
    supplychain firms removals links.csv --fail-on "chokepoints>=5"
    """
    from supplychain.analyses.conditions import REMOVAL_MEASURES, holding, parse_condition
    from supplychain.firms import attached as joined
    from supplychain.firms.edge_files import read_edges
    from supplychain.firms.edges import EdgeError
    from supplychain.firms.singles import single_points
    from supplychain.report.answers.firm_risks import removals_document

    if at is not None and not attach:
        raise usage_error("--at is the quarter of the graph; give --attach too")
    try:
        tests = [parse_condition(text, REMOVAL_MEASURES) for text in conditions]
        edges, who = read_edges(table, called), None
        network = output.load() if attach else None
        if network is not None:
            from supplychain.scenarios.windows import check_at

            at = at or LAST
            check_at(network, at)
            who = joined.attach(network, edges, at)
            edges = who.table
        found = single_points(edges, products or (who.ends if who else None))
        held = holding(tests, found, REMOVAL_MEASURES)
        every = output.written == "csv"
        document = removals_document(
            found, table.name, bool(products), top, every, who, network, at
        )
    except EdgeError as error:
        raise refused(table, error) from error
    except AskError as error:
        raise usage_error(str(error)) from error
    _answer(output, document, held)


@firms.command()
@table_argument()
@columns_option(EDGE_COLUMNS, "supplier=Lieferant")
@click.option("--irreplaceable", is_flag=True, help="No supplier is replaced by another.")
@click.option("--downstream", is_flag=True, help="Lost demand does not count.")
@top_option
@fail_on_option("esri>10%")
@output_options
def esri(
    table: Path,
    called: dict[str, str],
    irreplaceable: bool,
    downstream: bool,
    top: int,
    conditions: tuple[str, ...],
    output: Output,
) -> None:
    """The economic systemic risk index of each firm: the share of all sales lost with it.

    Shares are sales in one unit for the whole table. A column kind may say of each row whether
    the need is essential (as all are without it), linear, or none.

    \b
    supplychain firms esri sales.csv --top 20
    supplychain firms esri sales.csv --irreplaceable --fail-on "esri>25%"
    """
    from supplychain.analyses.conditions import ESRI_MEASURES, holding, parse_condition
    from supplychain.firms.edge_files import read_edges
    from supplychain.firms.edges import EdgeError
    from supplychain.firms.systemic import systemic_risk
    from supplychain.report.answers.firm_risks import systemic_document

    try:
        tests = [parse_condition(text, ESRI_MEASURES) for text in conditions]
        found = systemic_risk(
            read_edges(table, called, ("kind",)), not irreplaceable, not downstream
        )
        held = holding(tests, found, ESRI_MEASURES)
    except EdgeError as error:
        raise refused(table, error) from error
    except AskError as error:
        raise usage_error(str(error)) from error
    _answer(
        output, systemic_document(found, table.name, not irreplaceable, not downstream, top), held
    )


@firms.command()
@table_argument(folder=True)
@columns_option(STRESS_COLUMNS, "site=Werk")
@click.option(
    "--recovery",
    type=Number(1e-6, 1e6),
    metavar="T",
    help="Time to recover of all sites, periods; if absent, the column recovery of sites.csv.",
)
@top_option
@fail_on_option("exposed>=1")
@output_options
def stress(
    table: Path,
    called: dict[str, str],
    recovery: float | None,
    top: int,
    conditions: tuple[str, ...],
    output: Output,
) -> None:
    """What each site's outage costs, and how long the network survives it.

    DIR holds sites.csv (site, material, stock, capacity, recovery), products.csv (product, margin,
    demand, stock, capacity) and links.csv (supplier, customer, per_unit), all a period.

    \b
    supplychain firms stress plants/ --recovery 10
    """
    from supplychain.analyses.conditions import STRESS_MEASURES, holding, parse_condition
    from supplychain.firms.edges import EdgeError
    from supplychain.firms.stress import stress_test
    from supplychain.firms.stress_files import read_stress_tables, times_of
    from supplychain.report.answers.firm_risks import stress_document

    try:
        tests = [parse_condition(text, STRESS_MEASURES) for text in conditions]
        sites, products, links = read_stress_tables(table, called)
        found = stress_test(
            sites, products, links, times_of(sites) if recovery is None else recovery
        )
        held = holding(tests, found, STRESS_MEASURES)
    except EdgeError as error:
        raise Refused(error) from error
    except AskError as error:
        raise usage_error(str(error)) from error
    _answer(output, stress_document(found, table.name, top), held)


def refused(path: Path, error: EdgeError) -> Refused:
    """Each problem of a table with its path, exit 1."""
    lines = str(error).splitlines()
    said = [line if line.startswith(str(path)) else f"{path}: {line}" for line in lines]
    return Refused(type(error)("\n".join(said)))


def _answer(output: Output, document: Document, held: list[str]) -> None:
    if output.written == "csv":  # which holds rows only
        for text in document.sentences[1:]:
            output.remark(text)
    output.answer(document)
    fail_on(held)
