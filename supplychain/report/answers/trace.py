"""What held back a product in a quarter, as a sentence, the equation and its numbers."""

from __future__ import annotations

from collections import defaultdict

from supplychain.model import Figure, Network
from supplychain.model.quarters import Quarter
from supplychain.production.result import Production
from supplychain.production.trace import Limit, Term, trace
from supplychain.report.tables import Column, Columns, Table, compact, show, table


def trace_parts(
    network: Network, production: Production, product: str, at: Quarter
) -> list[Table | str]:
    """How many were shipped, what limited them, and the equation that did so most.

    A product outside the program, or a quarter outside its window, gives one sentence that says
    so.
    """
    try:
        limits = trace(production, product, at)
    except ValueError as error:
        return [f"Not traced: {error}."]
    shipped = float(production.units()[product][production.plan.reported.index(at)])
    name = network.commodities[product].name
    if not limits:
        return [f"{name}: {compact(shipped)} shipped in {at}; no capacity held it back."]
    parts: list[Table | str] = [_sentence(network, name, shipped, at, limits), limits_table(limits)]
    top = limits[0]
    return [*parts, equation_table(top), equation(top), terms_table(top)]


def _sentence(
    network: Network, name: str, shipped: float, at: Quarter, limits: tuple[Limit, ...]
) -> str:
    by_line: dict[str, float] = defaultdict(float)
    for limit in limits:
        by_line[limit.line] += limit.share
    most = sorted(by_line.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
    causes = ", ".join(f"{show(share, 'share')} {line}" for line, share in most)
    commodity = network.commodities[limits[0].commodity].name
    whose = f" of {network.organizations[limits[0].holder].name}" if limits[0].holder else ""
    kind = f"{limits[0].kind}{whose} on {limits[0].line} ({commodity})"
    if limits[0].kind == "orders":
        kind = f"orders of {commodity} and what sells in its place"
    return (
        f"{name}: {compact(shipped)} shipped in {at}. What held back one more: {causes}. "
        f"Most of all the {kind} in {limits[0].quarter}."
    )


def limits_table(limits: tuple[Limit, ...]) -> Table:
    """Every limit with what one unit takes of it and its share in what one more is worth."""
    columns: Columns[Limit] = (
        Column("line", "Line"),
        Column("limit", "Limit", of=_limit),
        Column("sent", "Sent in", of=lambda x: str(x.quarter)),
        Column("commodity", "For", priority=1),
        Column("per_unit", "Per unit", "number", priority=2),
        Column("share", "Share", "share"),
    )
    return table("limits", columns, limits, "What held back one more")


def _limit(limit: Limit) -> str:
    return f"booking of {limit.holder}" if limit.kind == "booking" else limit.kind


def equation(limit: Limit) -> str:
    """The binding equation in one line."""

    def side(which: str) -> str:
        terms = [t for t in limit.terms if t.side == which]
        text = " + ".join(f"{t.value:,.0f} {t.label}" for t in terms)
        return text.replace("+ -", "− ")

    unit = next((t.unit for t in limit.terms), "")
    return f"In {unit}: {side('use')} = {side('limit')}."


def equation_table(limit: Limit) -> Table:
    """The terms of the equation; both sides add up to the same."""
    columns: Columns[Term] = (
        Column("side", "Side", of=lambda t: "taken by" if t.side == "use" else "limited by"),
        Column("term", "Term", of=lambda t: t.label),
        Column("value", "Value", "number"),
        Column("unit", "Unit", priority=1),
    )
    title = f"The equation that held it back most: {limit.line}, {_limit(limit)}, {limit.quarter}"
    return table("equation", columns, limit.terms, title)


def terms_table(limit: Limit) -> Table:
    """The figures in the equation, each with its line in the data and its sources."""
    columns: Columns[tuple[str, Figure]] = (
        Column("figure", "Figure", of=lambda named: named[0]),
        Column("value", "Value", "number", of=lambda named: named[1].value),
        Column("unit", "Unit", priority=3, of=lambda named: named[1].unit),
        Column("basis", "Basis", priority=2, of=lambda named: named[1].basis),
        Column("place", "In", of=lambda named: _where(named[1])),
        Column("sources", "Sources", priority=1, least=16,
               of=lambda named: ", ".join(named[1].sources) or named[1].note),
    )  # fmt: skip
    rows = dict.fromkeys(named for term in limit.terms for named in term.figures)
    return table("inputs", columns, rows, "Numbers in it", "no figures")


def _where(figure: Figure) -> str:
    """File and line, short enough to stand beside the sources."""
    return f"{figure.place.file.rpartition('/')[2]}:{figure.place.line}"
