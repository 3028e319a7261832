"""The answers of ``data``: what the data holds, what it rests on, how old that is."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from supplychain.analyses.sensitivity import one_at_a_time, production_figures, widest_estimates
from supplychain.errors import AskError
from supplychain.model import STAGES, Figure, Network
from supplychain.model.names import figures
from supplychain.model.quarters import FIRST, LAST, quarter_range
from supplychain.production.plan import Plan
from supplychain.report.tables import Cell, Column, Document, Table

ETO = "cset-eto"
"""Sources of the CSET/ETO data set begin with this."""


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
    rows: list[tuple[Cell, ...]] = [
        ("commodities", len(network.commodities)),
        *((f"of them {stage}", stages[stage]) for stage in STAGES),
        ("organizations", len(network.organizations)),
        ("supplies", len(network.supplies)),
        ("buyers", len(network.buyers)),
        ("AI models", len(network.models)),
        ("parameters", sum(len(p.figures) for p in network.parameters.values())),
        ("published series", sum(len(o.series) for o in network.outcomes.values())),
        ("past disruptions", len(network.disruptions)),
        ("scenarios", len(network.scenarios)),
        ("sources", len(network.sources)),
    ]
    columns = (Column("kind", "What"), Column("count", "How many", "number"))
    return Table("counts", "What the data holds", columns, tuple(rows))


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
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            kind,
            len(some),
            *(sum(f.basis == basis for f in some) for basis in ("reported", "derived", "estimate")),
            sum(bool(f.contradicted_by) for f in some),
        )
        for kind, some in kinds.items()
    )
    columns = (
        Column("kind", "Figures of"),
        Column("figures", "All", "number"),
        Column("reported", "Reported", "number"),
        Column("derived", "Derived", "number"),
        Column("estimate", "Estimates", "number"),
        Column("contradicted", "Contradicted", "number", priority=1),
    )
    return Table("basis", "What the figures rest on", columns, rows)


def estimates_table(estimates: Sequence[Figure]) -> Table:
    """The estimates among them, widest range first."""
    rows = [
        (f.name, f.value, f.low, f.high, (f.high - f.low) / f.value if f.value else None, f.note)
        for f in estimates
    ]
    rows.sort(key=lambda row: (-(row[4] or 0.0), row[0]))
    columns = (
        Column("figure", "Figure"),
        Column("value", "Value", "number"),
        Column("low", "Low", "number", priority=1),
        Column("high", "High", "number", priority=1),
        Column("width", "Width", "share", priority=2),
        Column("note", "Why", priority=3, least=30),
    )
    title = "Estimates that enter production, widest range first"
    return Table("estimates", title, columns, tuple(rows), "none")


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
    rows: list[tuple[Cell, ...]] = [
        (f.name, f.value, f.low, f.high, low / base - 1, high / base - 1)
        for f, low, high in one_at_a_time(network, passed(estimates), units)
    ]
    rows.sort(key=lambda row: (-max(abs(float(x or 0)) for x in row[4:]), str(row[0])))
    columns = (
        Column("figure", "Estimate"),
        Column("value", "Value", "number"),
        Column("low", "Low", "number", priority=1),
        Column("high", "High", "number", priority=1),
        Column("at_low", "At low", "change"),
        Column("at_high", "At high", "change"),
    )
    title = f"Accelerators of {FIRST} to {LAST} with one estimate at the ends of its range"
    table = Table("influence", title, columns, tuple(rows), "no estimates")
    return _single("supplychain/data-influence/1", network, table)


def sources_document(network: Network) -> Document:
    """Every source: how many figures rest on it, and in which files."""
    counts: Counter[str] = Counter()
    files: dict[str, set[str]] = defaultdict(set)
    for figure in network.figures.values():
        for id_ in {*figure.sources, *(s for c in figure.contradicted_by for s in c.sources)}:
            counts[id_] += 1
            files[id_].add(figure.place.file.rpartition("/")[2].removesuffix(".yaml"))
    rows: list[tuple[Cell, ...]] = [
        (
            s.id,
            s.publisher,
            s.published or None,
            counts[s.id],
            ", ".join(sorted(files[s.id])),
            s.url,
        )
        for s in sorted(network.sources.values(), key=lambda s: (-counts[s.id], s.id))
    ]
    columns = (
        Column("source", "Source"),
        Column("publisher", "Publisher", priority=1),
        Column("published", "Date"),
        Column("figures", "Figures", "number"),
        Column("files", "In", priority=2),
        Column("url", "Address", priority=3, least=30, breakable=True),
    )
    table = Table(
        "sources", "Sources by the figures that rest on them", columns, tuple(rows), "none"
    )
    return _single("supplychain/data-sources/1", network, table)


def stale_document(network: Network, today: datetime.date, days: int) -> Document:
    """Figures past their own day, or whose newest dated source is older than some days."""
    rows: list[tuple[Cell, ...]] = []
    for name, figure in network.figures.items():
        dates = [d for s in figure.sources if (d := _day(network.sources[s].published))]
        age = (today - max(dates)).days if dates else 0
        past = bool(figure.stale_after) and today > datetime.date.fromisoformat(figure.stale_after)
        if past or age > days:
            newest = str(max(dates)) if dates else None
            rows.append((name, figure.value, newest, age, figure.stale_after if past else None))
    rows.sort(key=lambda row: (row[4] is None, -int(row[3] or 0), str(row[0])))
    columns = (
        Column("figure", "Figure"),
        Column("value", "Value", "number"),
        Column("newest", "Newest source"),
        Column("days", "Days old", "number"),
        Column("stale_after", "Stale after"),
    )
    title = f"Figures past their day, or with no source of the {days} days before {today}"
    table = Table("stale", title, columns, tuple(rows), "none")
    return _single("supplychain/data-stale/1", network, table)


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


def _single(schema: str, network: Network, table: Table) -> Document:
    return Document(schema, {"data": network.digest}, (), (table,), table)
