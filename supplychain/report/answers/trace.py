"""What held back a product in a quarter, as a sentence, the equation and its numbers."""

from __future__ import annotations

from collections import defaultdict

from supplychain.errors import AskError
from supplychain.model import Figure, Network
from supplychain.model.quarters import Quarter
from supplychain.production.result import Production
from supplychain.production.trace import Limit, Term, trace
from supplychain.report.tables import Cell, Column, Table, compact, show


def trace_parts(
    network: Network, production: Production, product: str, at: Quarter
) -> list[Table | str]:
    """How many were shipped, what limited them, and the equation that did so most.

    A product outside the program, or a quarter outside its window, gives one sentence that says
    so.
    """
    try:
        limits = trace(production, product, at)
    except AskError as error:
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
    rows: list[tuple[Cell, ...]] = [
        (x.line, _limit(x), str(x.quarter), x.commodity, x.per_unit, x.share) for x in limits
    ]
    columns = (
        Column("line", "Line"),
        Column("limit", "Limit"),
        Column("sent", "Sent in"),
        Column("commodity", "For", priority=1),
        Column("per_unit", "Per unit", "number", priority=2),
        Column("share", "Share", "share"),
    )
    return Table("limits", "What held back one more", columns, tuple(rows))


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
    rows: list[tuple[Cell, ...]] = [
        ("taken by" if t.side == "use" else "limited by", t.label, t.value, t.unit)
        for t in limit.terms
    ]
    columns = (
        Column("side", "Side"),
        Column("term", "Term"),
        Column("value", "Value", "number"),
        Column("unit", "Unit", priority=1),
    )
    title = f"The equation that held it back most: {limit.line}, {_limit(limit)}, {limit.quarter}"
    return Table("equation", title, columns, tuple(rows))


def terms_table(limit: Limit) -> Table:
    """The figures in the equation, each with its line in the data and its sources."""
    rows = [row for term in limit.terms for row in _figures(term)]
    columns = (
        Column("figure", "Figure"),
        Column("value", "Value", "number"),
        Column("unit", "Unit", priority=3),
        Column("basis", "Basis", priority=2),
        Column("place", "In"),
        Column("sources", "Sources", priority=1, least=16),
    )
    return Table("inputs", "Numbers in it", columns, tuple(dict.fromkeys(rows)), "no figures")


def _figures(term: Term) -> list[tuple[Cell, ...]]:
    return [
        (name, f.value, f.unit, f.basis, _where(f), ", ".join(f.sources) or f.note)
        for name, f in term.figures
    ]


def _where(figure: Figure) -> str:
    """File and line, short enough to stand beside the sources."""
    return f"{figure.place.file.rpartition('/')[2]}:{figure.place.line}"
