"""What held back a product in a quarter, as a sentence, the equation and its numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from supplychain.errors import AskError
from supplychain.model import Figure, Network
from supplychain.model.quarters import Quarter
from supplychain.production.result import Production
from supplychain.production.trace import Limit, Starts, Term, starts, trace
from supplychain.report.tables import Column, Columns, Table, compact, table


def trace_parts(
    network: Network, production: Production, product: str, at: Quarter
) -> list[Table | str]:
    """What was planned, what was short, at whom, and the equation that set most of it.

    A product that production does not make, or a quarter outside the window, gives one sentence
    that says so.
    """
    try:
        limits = trace(production, product, at)
        made = starts(production, product, at)
    except AskError as error:
        return [f"Not traced: {error}."]
    shipped = float(production.units()[product][production.quarters.index(at)])
    name = network.commodities[product].name
    if not limits:
        return [f"{name}: {compact(shipped)} shipped in {at}; no start was planned for it."]
    parts: list[Table | str] = [
        _sentence(network, name, shipped, at, limits, made),
        limits_table(limits),
    ]
    top = limits[0]
    if not top.terms:
        return parts
    return [*parts, equation_table(top), equation(top), terms_table(top)]


SHORT_OF: Mapping[str, str] = {
    "packaging": "found {line} full",
    "memory": "lacked {commodity}",
    "dies": "lacked dies ({commodity})",
    "orders": "had no orders",
    "product": "were cut by the shock itself",
}


def _sentence(
    network: Network,
    name: str,
    shipped: float,
    at: Quarter,
    limits: tuple[Limit, ...],
    made: tuple[Starts, ...],
) -> str:
    """What was planned and started, and what the rest was short of."""
    short: dict[str, float] = defaultdict(float)
    for limit in limits:
        if limit.kind != "booking":
            commodity = network.commodities[limit.commodity].name
            words = SHORT_OF[limit.kind].format(line=limit.line, commodity=commodity)
            short[words] += limit.units
    when = " and ".join(str(s.quarter) for s in made)
    planned, started = sum(s.planned for s in made), sum(s.started for s in made)
    own = next((x for x in limits if x.kind == "booking"), None)
    plan = f"{compact(planned)} planned"
    if own is not None:
        plan += f" on the booking of {network.organizations[own.holder].name} on {own.line}"
    text = f"{name}: {compact(shipped)} shipped in {at}. "
    text += f"In {when} {plan}, {compact(started)} started"
    causes = [
        f"{compact(units)} {words}"
        for words, units in sorted(short.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return f"{text}; at first {'; '.join(causes)}." if causes else f"{text}; nothing was short."


def limits_table(limits: tuple[Limit, ...]) -> Table:
    """Every limit with the starts that it set or kept from happening."""
    columns: Columns[Limit] = (
        Column("line", "Line"),
        Column("limit", "Limit", of=_limit),
        Column("started", "Started in", of=lambda x: str(x.quarter)),
        Column("commodity", "For", priority=1),
        Column("per_unit", "Per unit", "number", priority=2),
        Column("units", "Units", "units"),
        Column("share", "Of the plan", "share"),
    )
    return table("limits", columns, limits, "What set the plan, and what was short of it")


def _limit(limit: Limit) -> str:
    if limit.kind == "booking":
        return f"booking of {limit.holder}"
    return limit.kind if limit.kind in ("orders", "product") else f"short of {limit.kind}"


def equation(limit: Limit) -> str:
    """The equation in one line."""

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
    title = f"The equation that set most of it: {limit.line}, {_limit(limit)}, {limit.quarter}"
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
