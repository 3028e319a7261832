"""How results look in a notebook: the whole answer, charts by Altair, the graph in a frame.

It stands above everything and is known to nothing: a result by itself shows its table only.

>>> import supplychain as sc
>>> result = sc.simulate(sc.load(), cuts=["hbm=20%"])  # doctest: +SKIP
>>> sc.summary(result), sc.chart(result), sc.graph(result)  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import singledispatch
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supplychain.allocation import Allocation
from supplychain.analyses.chokepoints import Points
from supplychain.analyses.exposure import Exposures
from supplychain.errors import AskError
from supplychain.model import Buyer, Network
from supplychain.model.finder import members
from supplychain.model.names import each_name
from supplychain.production.result import Production
from supplychain.report.colours import PAGE
from supplychain.report.tables import Column, Columns, Document, Table, show, table
from supplychain.risk import Chokepoint, Chokepoints
from supplychain.simulation import Simulation

if TYPE_CHECKING:
    import altair

    from supplychain.report.graph.view import By

BASELINE, SCENARIO = PAGE.light["base"], PAGE.light["now"]
"""Colours of the two series: both stand out on white and on a dark page."""

SHOWN = 20
"""Rows shown of a long table; ``to_frame()`` has all."""

MORE = "; all in to_frame()"


@dataclass(frozen=True, slots=True)
class GraphPage:
    """The interactive graph; a notebook shows it in a frame."""

    html: str

    def save(self, path: Path | str) -> None:
        """Write the page to a file."""
        Path(path).write_text(self.html, encoding="utf-8", newline="\n")

    def __repr__(self) -> str:
        return f"<interactive graph, {len(self.html.encode()) / 1000:.0f} kB>"

    def _repr_html_(self) -> str:
        # The page runs in a sandbox: it can neither read nor change the notebook.
        return (
            f'<iframe srcdoc="{escape(self.html)}" sandbox="allow-scripts allow-popups" '
            'title="Interactive graph" width="100%" height="720" style="border:0"></iframe>'
        )


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole answer, as the command prints it; a notebook shows it as tables and sentences."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


@singledispatch
def document(result: object) -> Document:
    """A whole answer as a value: head, tables and sentences, as the command prints them.

    Args:
        result: Of ``simulate``, ``chokepoints``, ``exposures``, ``allocate`` ...; a production or
            an allocation of a simulation.

    Raises:
        AskError: There is no answer in such a value.
    """
    if isinstance(found := getattr(result, "document", None), Document):
        return found
    raise AskError(f"no tables of a {type(result).__name__}")


@document.register(Simulation)
def _simulation_document(result: Simulation) -> Document:
    """What the command prints, then how far lines are used and what holds production back."""
    from supplychain.report.answers.simulate import simulation_document
    from supplychain.report.page.bottlenecks import limits_table, use_table

    printed = simulation_document(result)
    return replace(printed, parts=(*printed.parts, use_table(result), limits_table(result)))


@document.register(Points)
def _points_document(points: Points) -> Document:
    from supplychain.report.answers.chokepoints import chokepoints_document

    remarks = [points.why_not] if points.why_not else []
    return chokepoints_document(
        points.network, points.found, None, points.weighted, points.exposed, remarks
    )


@document.register(Production)
def _production_document(result: Production) -> Document:
    """Units by product and in all, by quarter."""
    quarters = [str(q) for q in result.quarters]
    units = {p: u for p, u in sorted(result.units().items()) if u.sum() >= 0.5}
    units["all"] = result.total_by_quarter()
    rows = [
        {"product": p, **dict(zip(quarters, u.tolist(), strict=True))} for p, u in units.items()
    ]
    columns: list[Column[dict[str, Any]]] = [Column("product", "Product")]
    columns += [Column(q, q, "units") for q in quarters]
    return _one_table(table("products", columns, rows, "Accelerators shipped"))


@document.register(Allocation)
def _allocation_document(given: Allocation) -> Document:
    """Orders, deliveries and fill rate of each buyer, the largest first."""
    ordered = given.orders_known()
    delivered, filled = given.by_buyer(), given.fill_rates()
    buyers = sorted(given.buyers, key=lambda b: (-delivered[b.id], b.id))
    columns: Columns[Buyer] = (
        Column("buyer", "Buyer", of=lambda b: b.name),
        Column("tier", "Tier"),
        Column("orders", "Orders", "units", of=lambda b: ordered[b.id]),
        Column("delivered", "Delivered", "units", of=lambda b: delivered[b.id]),
        Column("filled", "Filled", "share", of=lambda b: filled[b.id]),
    )
    title, none = f"Deliveries, {given.rule}", "no buyer has orders"
    return _one_table(table("buyers", columns, buyers, title, none))


@document.register(Exposures)
def _exposures_document(exposures: Exposures) -> Document:
    """What each loss would cost."""
    frame = exposures.to_frame()
    columns: list[Column[Any]] = [Column(str(name), str(name)) for name in frame]
    rows = frame.astype(object).to_dict("records")
    said = f"Losses begin with {exposures.first} and are counted to {exposures.last}."
    return _one_table(table("exposures", columns, rows, "What each loss would cost"), said)


def _one_table(shown: Table, *said: str) -> Document:
    return Document("supplychain/table/1", {}, (), (shown, *said), shown)


@singledispatch
def summary(result: object) -> Summary:
    """What the command prints of a result, as tables and sentences.

    Args:
        result: Of ``simulate``, ``chokepoints``; a production or an allocation of a simulation.

    Raises:
        AskError: There is no summary of such a value.
    """
    try:
        whole = document(result)
    except AskError as error:
        raise AskError(f"no summary of a {type(result).__name__}") from error
    parts = tuple(_short(part) if isinstance(part, Table) else part for part in whole.parts)
    return Summary(document_html(replace(whole, parts=parts)))


def _short(shown: Table) -> Table:
    """The first rows of a long table, which says how many there are."""
    if len(shown.rows) <= SHOWN:
        return shown
    title = f"{shown.title} ({SHOWN} of {len(shown.rows):,}{MORE})"
    return replace(shown.cut(0, SHOWN), title=title)


@singledispatch
def chart(result: object) -> altair.Chart:
    """A result as an Altair chart.

    Args:
        result: As for :func:`summary`.

    Raises:
        AskError: There is no chart of such a value.
    """
    raise AskError(f"no chart of a {type(result).__name__}")


def document_html(document: Document) -> str:
    """Head, tables and sentences as HTML without scripts or styles of its own."""
    parts = [f"<p><b>{escape(label)}</b> {escape(text)}</p>" for label, text in document.head]
    parts += [
        f"<p>{escape(part)}</p>" if isinstance(part, str) else table_html(part)
        for part in document.parts
    ]
    return "\n".join(parts)


def table_html(shown: Table) -> str:
    """A table as HTML, numbers to the right."""
    caption = f"<caption>{escape(shown.title)}</caption>" if shown.title else ""
    if not shown.rows:
        return f"<p>{escape(shown.title)}{': ' if shown.title else ''}{escape(shown.empty)}</p>"
    sides = ["left" if c.kind == "text" else "right" for c in shown.columns]
    head = "".join(
        f'<th scope="col" style="text-align:{side}">{escape(c.label)}</th>'
        for c, side in zip(shown.columns, sides, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td style="text-align:{side}">{escape(show(value, c.kind))}</td>'
            for value, c, side in zip(row, shown.columns, sides, strict=True)
        )
        + "</tr>\n"
        for row in shown.rows
    )
    return f"<table>{caption}<thead><tr>{head}</tr></thead>\n<tbody>{rows}</tbody></table>"


@summary.register(Simulation)
def _simulation_summary(result: Simulation) -> Summary:
    """What ``supplychain simulate`` shows."""
    from supplychain.report.answers.simulate import simulation_document

    return Summary(document_html(simulation_document(result)))


@summary.register(Points)
def _points_summary(points: Points) -> Summary:
    """What ``supplychain chokepoints`` found, without the order that costs give it."""
    return _chokepoints_summary(points.found)


@summary.register(Chokepoints)
def _chokepoints_summary(found: Chokepoints) -> Summary:
    """Exact and nearly single points, those that lose most first."""
    columns: Columns[Chokepoint] = (
        Column("name", "Name"),
        Column("kind", "Kind"),
        Column("stage", "Stage"),
        Column("at_stake", "At stake", "share", of=lambda row: row.at_stake_beyond_own),
        Column("cover", "Others cover", "share"),
        Column("why", "Why"),
    )
    parts = [f"<p><b>Chokepoints</b> as of {found.at}: {escape(', '.join(found.products))}</p>"]
    for title, rows in (("Single points of failure", found.rows), ("Nearly single", found.near)):
        own = [row for row in rows if not row.trivial]
        shown = table("", columns, own, title, "none", most=SHOWN, more=MORE)
        parts.append(table_html(shown))
    return Summary("\n".join(parts))


@chart.register(Simulation)
def _simulation_chart(result: Simulation) -> altair.Chart:
    """Accelerators by quarter: the baseline, and the scenario dashed."""
    before = result.baseline.total_by_quarter().tolist()
    after = result.scenario.total_by_quarter().tolist()
    names = ("baseline", "scenario") if result.shocks else ("baseline",)
    values = dict(zip(names, (before, after), strict=False))
    return _lines(
        [
            {"quarter": str(q), "series": name, "units": unit}
            for name in names
            for q, unit in zip(result.quarters, values[name], strict=True)
        ],
        dict(zip(names, (BASELINE, SCENARIO), strict=False)),
    )


@chart.register(Production)
def _production_chart(result: Production) -> altair.Chart:
    """Accelerators by quarter, stacked by product."""
    import altair as alt

    rows = [
        {"product": p, "quarter": str(q), "units": unit}
        for p, units in sorted(result.units().items())
        for q, unit in zip(result.quarters, units.tolist(), strict=True)
        if unit >= 0.5
    ]
    drawn: altair.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar()
        .encode(
            x=alt.X("quarter:O", title=None),
            y=alt.Y("units:Q", title="accelerators a quarter"),
            color=alt.Color("product:N", title=None),
            tooltip=["product:N", "quarter:O", "units:Q"],
        )
        .properties(width=640, height=300)
    )
    return drawn


@chart.register(Points)
def _points_chart(points: Points) -> altair.Chart:
    """As of the points that were found."""
    return _chokepoints_chart(points.found)


@chart.register(Chokepoints)
def _chokepoints_chart(found: Chokepoints) -> altair.Chart:
    """What is at stake with each single point, and each nearly single one."""
    rows = [
        {"name": row.name, "at stake": row.at_stake_beyond_own, "single": single, "why": row.why}
        for single, group in (("exactly", found.rows), ("nearly", found.near))
        for row in group
        if not row.trivial
    ]
    return _bars(rows, "name", "at stake", "single", {"exactly": SCENARIO, "nearly": BASELINE})


@chart.register(Allocation)
def _allocation_chart(given: Allocation) -> altair.Chart:
    """Share of its orders that each buyer gets."""
    rows = [
        {"buyer": b.name, "filled": rate, "tier": b.tier}
        for b in given.buyers
        if (rate := given.fill_rates()[b.id]) is not None
    ]
    return _bars(rows, "buyer", "filled", "tier", {"rich": BASELINE, "poor": SCENARIO})


def graph(
    of: Network | Simulation,
    at: str = "",
    focus: str | Iterable[str] = (),
    depth: int = 2,
    collapse: By | None = None,
) -> GraphPage:
    """The interactive graph of a network, or of a simulation, coloured by what it loses.

    Args:
        of: What is drawn.
        at: The quarter shown first; see :func:`supplychain.report.graph.explorer.explorer`.
        focus: Only what lies near these commodities, by id; all if there are none.
        depth: How many steps from them, upstream and downstream.
        collapse: ``organization`` or ``country`` for coarser boxes.

    Raises:
        AskError: A commodity is not in the data, or the quarter is none.
    """
    from supplychain.model.quarters import Quarter
    from supplychain.report.graph.explorer import explorer
    from supplychain.report.graph.view import near

    network, simulation = (of.network, of) if isinstance(of, Simulation) else (of, None)
    starts = [id_ for name in each_name(focus) for id_ in members(network, name)]
    keep = near(network, starts, depth) if starts else None
    steps = f"{depth} step{'' if depth == 1 else 's'}"
    remarks = [f"Within {steps} of {', '.join(starts)}"] if starts else []
    now = Quarter.parse(at) if at else None
    return GraphPage(explorer(network, simulation, now, keep, collapse, remarks))


def _lines(rows: list[dict[str, Any]], colours: Mapping[str, str]) -> altair.Chart:
    import altair as alt

    names = list(colours)
    drawn: altair.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_line(point=True)
        .encode(
            x=alt.X("quarter:O", title=None),
            y=alt.Y("units:Q", title="accelerators a quarter"),
            color=alt.Color(
                "series:N", title=None, scale=alt.Scale(domain=names, range=[*colours.values()])
            ),
            strokeDash=alt.StrokeDash(
                "series:N", scale=alt.Scale(domain=names, range=[[1, 0], [6, 3]][: len(names)])
            ),
            tooltip=["series:N", "quarter:O", "units:Q"],
        )
        .properties(width=640, height=300)
    )
    return drawn


def _bars(
    rows: list[dict[str, Any]], name: str, share: str, kind: str, colours: Mapping[str, str]
) -> altair.Chart:
    import altair as alt

    drawn: altair.Chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar()
        .encode(
            x=alt.X(f"{share}:Q", axis=alt.Axis(format="%")),
            y=alt.Y(f"{name}:N", sort="-x", title=None),
            color=alt.Color(
                f"{kind}:N", scale=alt.Scale(domain=[*colours], range=[*colours.values()])
            ),
            tooltip=[f"{column}:N" for column in (rows[0] if rows else {})],
        )
        .properties(width=520)
    )
    return drawn
