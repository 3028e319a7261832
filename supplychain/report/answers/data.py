"""The answers of ``data``: what the data holds, what it rests on, how old that is."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from supplychain.analyses.sensitivity import one_at_a_time, production_figures, widest_estimates
from supplychain.errors import AskError
from supplychain.model import STAGES, Basis, Figure, Network, Source
from supplychain.model.names import figures
from supplychain.model.quarters import FIRST, LAST, quarter_range
from supplychain.production.plan import Plan
from supplychain.report.tables import Column, Columns, Document, Table, table

ETO = "cset-eto"
"""Sources of the CSET/ETO data set begin with this."""


_FIGURE: Columns[Figure] = (
    Column("figure", "Figure", of=lambda f: f.name),
    Column("value", "Value", "number"),
    Column("low", "Low", "number", priority=1),
    Column("high", "High", "number", priority=1),
)


def coverage_document(network: Network, plan: Plan) -> Document:
    """Counts, figures by basis, and the estimates among the inputs of production."""
    inputs = production_figures(network, plan)
    estimates = [f for f in inputs if f.basis == "estimate"]
    eto = sum(any(s.startswith(ETO) for s in f.sources) for f in network.figures.values())
    flat = basis_table(network, inputs)
    return Document(
        schema="supplychain/data-coverage/1",
        meta={"data": network.digest},
        head=(),
        parts=(
            counts_table(network),
            flat,
            estimates_table(estimates),
            f"{len(estimates)} of {len(inputs)} figures that enter production are estimates "
            f"({len(estimates) / max(len(inputs), 1):.0%}). "
            f"{eto} figures cite the CSET/ETO data set.",
        ),
        flat=flat,
    )


def counts_table(network: Network) -> Table:
    """How many of each kind of thing."""
    stages = Counter(c.stage for c in network.commodities.values())
    counts = {
        "commodities": len(network.commodities),
        **{f"of them {stage}": stages[stage] for stage in STAGES},
        "organizations": len(network.organizations),
        "supplies": len(network.supplies),
        "buyers": len(network.buyers),
        "AI models": len(network.models),
        "parameters": sum(len(p.figures) for p in network.parameters.values()),
        "published series": sum(len(o.series) for o in network.outcomes.values()),
        "past disruptions": len(network.disruptions),
        "scenarios": len(network.scenarios),
        "sources": len(network.sources),
    }
    columns: Columns[str] = (
        Column("kind", "What", of=str),
        Column("count", "How many", "number", of=counts.__getitem__),
    )
    return table("counts", columns, counts, "What the data holds")


def basis_table(network: Network, inputs: Sequence[Figure]) -> Table:
    """Figures by what they rest on."""
    kinds: dict[str, list[Figure]] = {
        "commodities": [*figures(network.commodities)],
        "organizations": [*figures(network.organizations)],
        "buyers": [*figures(network.buyers)],
        "AI models": [*figures(network.models)],
        "parameters": [*figures(network.parameters)],
        "published series": [*figures(network.outcomes)],
        "disruptions": [*figures(network.disruptions)],
    }
    kinds["all"] = [f for some in kinds.values() for f in some]
    kinds["of them inputs of production"] = list(inputs)

    def on(basis: Basis, label: str) -> Column[str]:
        return Column(
            basis, label, "number", of=lambda kind: sum(f.basis == basis for f in kinds[kind])
        )

    columns: Columns[str] = (
        Column("kind", "Figures of", of=str),
        Column("figures", "All", "number", of=lambda kind: len(kinds[kind])),
        on("reported", "Reported"),
        on("derived", "Derived"),
        on("estimate", "Estimates"),
        Column("contradicted", "Contradicted", "number", priority=1,
               of=lambda kind: sum(bool(f.contradicted_by) for f in kinds[kind])),
    )  # fmt: skip
    return table("basis", columns, kinds, "What the figures rest on")


def _width(figure: Figure) -> float | None:
    return (figure.high - figure.low) / figure.value if figure.value else None


def estimates_table(estimates: Sequence[Figure]) -> Table:
    """The estimates among them, widest range first."""
    columns: Columns[Figure] = (
        *_FIGURE,
        Column("width", "Width", "share", priority=2, of=_width),
        Column("note", "Why", priority=3, least=30),
    )
    rows = sorted(estimates, key=lambda f: (-(_width(f) or 0.0), f.name))
    return table(
        "estimates", columns, rows, "Estimates that enter production, widest range first", "none"
    )


def influence_document(
    network: Network,
    top: int,
    passed: Callable[[Sequence[Figure]], Iterable[Figure]] = iter,
) -> Document:
    """How far the estimates with the widest ranges move the headline, one at a time.

    The headline is the number of accelerators of the baseline over the whole window; each
    estimate is put at both ends of its range. ``passed`` is given the estimates and hands them on
    one by one, to show how far it has come.
    """
    from supplychain.production.forward import Forward
    from supplychain.production.reading import read_plan

    of = read_plan(network)

    def units(changed: Network) -> float:
        program = Forward(read_plan(changed, of.kinds, quarters=of.quarters))
        return program.baseline.total(quarter_range(FIRST, LAST))

    estimates = widest_estimates(network, of, top)
    base = units(network)
    if base <= 0:
        raise AskError(f"no accelerator is made from {FIRST} to {LAST}, so nothing moves one")
    rows = [
        _Moved(f, low / base - 1, high / base - 1)
        for f, low, high in one_at_a_time(network, passed(estimates), units)
    ]
    rows.sort(key=lambda row: (-max(abs(row.at_low), abs(row.at_high)), row.figure.name))
    columns: Columns[_Moved] = (
        Column("figure", "Estimate", of=lambda row: row.figure.name),
        Column("value", "Value", "number", of=lambda row: row.figure.value),
        Column("low", "Low", "number", priority=1, of=lambda row: row.figure.low),
        Column("high", "High", "number", priority=1, of=lambda row: row.figure.high),
        Column("at_low", "At low", "change"),
        Column("at_high", "At high", "change"),
    )
    title = f"Accelerators of {FIRST} to {LAST} with one estimate at the ends of its range"
    moved = table("influence", columns, rows, title, "no estimates")
    return _single("supplychain/data-influence/1", network, moved)


@dataclass(frozen=True, slots=True)
class _Moved:
    """An estimate, and the change of the headline with it at either end of its range."""

    figure: Figure
    at_low: float
    at_high: float


def sources_document(network: Network) -> Document:
    """Every source: how many figures rest on it, and in which files."""
    counts: Counter[str] = Counter()
    files: dict[str, set[str]] = defaultdict(set)
    for figure in network.figures.values():
        for id_ in {*figure.sources, *(s for c in figure.contradicted_by for s in c.sources)}:
            counts[id_] += 1
            files[id_].add(figure.place.file.rpartition("/")[2].removesuffix(".yaml"))
    columns: Columns[Source] = (
        Column("source", "Source", of=lambda s: s.id),
        Column("publisher", "Publisher", priority=1),
        Column("published", "Date", of=lambda s: s.published or None),
        Column("figures", "Figures", "number", of=lambda s: counts[s.id]),
        Column("files", "In", priority=2, of=lambda s: ", ".join(sorted(files[s.id]))),
        Column("url", "Address", priority=3, least=30, breakable=True),
    )
    rows = sorted(network.sources.values(), key=lambda s: (-counts[s.id], s.id))
    listed = table("sources", columns, rows, "Sources by the figures that rest on them", "none")
    return _single("supplychain/data-sources/1", network, listed)


@dataclass(frozen=True, slots=True)
class _Stale:
    """A figure, the day of its newest source, how old that is, and its own day if past."""

    figure: str
    value: float
    newest: str | None
    days: int
    stale_after: str | None


def stale_document(network: Network, today: datetime.date, days: int) -> Document:
    """Figures past their own day, or whose newest dated source is older than some days."""
    rows = []
    for name, figure in network.figures.items():
        dates = [d for s in figure.sources if (d := _day(network.sources[s].published))]
        age = (today - max(dates)).days if dates else 0
        past = bool(figure.stale_after) and today > datetime.date.fromisoformat(figure.stale_after)
        if past or age > days:
            newest = str(max(dates)) if dates else None
            own = figure.stale_after if past else None
            rows.append(_Stale(name, figure.value, newest, age, own))
    rows.sort(key=lambda row: (row.stale_after is None, -row.days, row.figure))
    columns: Columns[_Stale] = (
        Column("figure", "Figure"),
        Column("value", "Value", "number"),
        Column("newest", "Newest source"),
        Column("days", "Days old", "number"),
        Column("stale_after", "Stale after"),
    )
    title = f"Figures past their day, or with no source of the {days} days before {today}"
    stale = table("stale", columns, rows, title, "none")
    return _single("supplychain/data-stale/1", network, stale)


def _day(published: str) -> datetime.date | None:
    """The last day a date can mean."""
    parts = [int(p) for p in published.split("-")] if published else []
    if not parts:
        return None
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    if len(parts) == 3:
        return datetime.date(*parts)
    following = datetime.date(year + month // 12, month % 12 + 1, 1)
    return following - datetime.timedelta(days=1)


def _single(schema: str, network: Network, only: Table) -> Document:
    return Document(schema, {"data": network.digest}, (), (only,), only)
