"""The answer of ``backtest``: the model beside what was published."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from supplychain.analyses.backtest import INPUTS, Backtest, Comparison, Share
from supplychain.model import Network
from supplychain.report.tables import Column, Columns, Document, Table, show, table

FORECASTS = (
    ("model", "This model"),
    ("last", "Last quarter repeats"),
    ("trend", "Last trend goes on"),
)


def backtest_document(network: Network, result: Backtest) -> Document:
    """Errors by designer, cells, shares of inputs against published ones, and a sentence."""
    flat = cells_table(network, result)
    inside, cells = result.cells_inside()
    quarters = [row.published.quarter for row in result.rows]
    return Document(
        schema="supplychain/backtest/1",
        meta={
            "data": network.digest,
            "quarters": [str(min(quarters)), str(max(quarters))],
            "inside": inside,
            "cells": cells,
        },
        head=(
            ("Back-test", f"{min(quarters)} to {max(quarters)} · units by designer and quarter"),
            ("Data", f"{network.digest[:8]}"),
        ),
        parts=(
            errors_table(network, result),
            flat,
            shares_table(network, result),
            racks_table(result),
            *sentences(result),
        ),
        flat=flat,
    )


def errors_table(network: Network, result: Backtest) -> Table:
    """Mean absolute error by quarter of the model and, on the same cells, of naive forecasts."""
    designers = sorted({row.published.designer for row in result.rows})

    def inside(designer: str | None) -> str:
        found = [r.inside for r in result.rows if designer in (None, r.published.designer)]
        return f"{sum(found)} of {len(found)}"

    def error(of: str, label: str) -> Column[str | None]:
        return Column(of, label, "share", of=lambda d: result.error(d, of, common=True))

    columns: Columns[str | None] = (
        Column("designer", "Mean error",
               of=lambda d: network.organizations[d].name if d else "All, summed by quarter"),
        Column("model_all", "Model, all cells", "share", of=lambda d: result.error(d)),
        *(error(of, label) for of, label in FORECASTS),
        Column("inside", "In 5-95% range", of=inside),
    )  # fmt: skip
    title = "Mean error by quarter; the three side by side only where all of them exist"
    return table("errors", columns, [None, *designers], title)


def cells_table(network: Network, result: Backtest) -> Table:
    """Every designer and quarter."""
    names = network.organizations
    columns: Columns[Comparison] = (
        Column("designer", "Designer", of=lambda row: names[row.published.designer].name),
        Column("quarter", "Quarter", of=lambda row: str(row.published.quarter)),
        Column("published", "Published", "units", of=lambda row: row.published.value),
        Column("low", "5%", "units", priority=1, of=lambda row: row.published.low),
        Column("high", "95%", "units", priority=1, of=lambda row: row.published.high),
        Column("model", "Model", "units"),
        Column("error", "Error", "change"),
        Column("inside", "In range"),
        Column("last", "Repeat", "units", priority=2),
        Column("trend", "Trend", "units", priority=2),
    )
    return table("cells", columns, result.rows, "By designer and quarter")


def shares_table(network: Network, result: Backtest) -> Table:
    """Shares of the world's capacity, with the published ones where the data has them."""
    published = published_shares(network)
    designers = sorted({row.published.designer for row in result.rows})
    rows = [share for share in result.shares if share.designer in designers]
    together: dict[tuple[str, int], float] = defaultdict(float)
    for share in rows:
        together[share.input, share.year] += share.model
    rows += [Share(input_, "", year, total) for (input_, year), total in together.items()]

    def name(share: Share) -> str:
        return network.organizations[share.designer].name if share.designer else "together"

    rows.sort(key=lambda s: (s.input, s.year, s.designer == "", name(s)))
    columns: Columns[Share] = (
        Column("input", "Input"),
        Column("designer", "Designer", of=name),
        Column("year", "Year", of=lambda s: str(s.year)),
        Column("model", "Model", "share"),
        Column("published", "Published", "share",
               of=lambda s: published.get((s.input, s.designer, s.year))),
    )  # fmt: skip
    return table("shares", columns, rows, "Share of the world's use")


def racks_table(result: Backtest) -> Table:
    """Whole racks by quarter; outside of what is scored, and no racks are an input."""
    rows = [
        {
            "quarter": str(quarter),
            "model": model,
            "published": figure.value,
            "low": figure.low,
            "high": figure.high,
        }
        for quarter, model, figure in result.racks
    ]
    columns: Columns[dict[str, Any]] = (
        Column("quarter", "Quarter"),
        Column("model", "Model", "units"),
        Column("published", "Published", "units"),
        Column("low", "Low", "units"),
        Column("high", "High", "units"),
    )
    title = "Whole racks of accelerators finished"
    return table("racks", columns, rows, title, "none are published")


def published_shares(network: Network) -> dict[tuple[str, str, int], float]:
    """Published shares of an input used, by input, designer (empty: the four) and year.

    They are told by their note, which begins with ``of HBM used`` or the like.
    """
    found: dict[tuple[str, str, int], float] = {}
    for outcome in network.outcomes.values():
        for series in outcome.series:
            name = next((n for n in INPUTS if series.note.startswith(f"of {n} used")), "")
            if series.measure == "share" and name:
                designer = series.of if series.of in network.organizations else ""
                for year, figure in series.years.items():
                    found.setdefault((name, designer, year), figure.value)
    return found


def sentences(result: Backtest) -> list[str]:
    """How good, against what, and what kind of forecast this is."""
    inside, cells = result.cells_inside()
    error = show(result.error(), "share")
    return [
        f"{inside} of {cells} cells lie in the published 5 to 95% range; summed over designers the "
        f"model is off by {error} a quarter on average.",
        "It is told no published units, but many of its inputs (wafers, bookings, memory) were "
        "published after the quarter: a nowcast, not a forecast. The naive forecasts are told the "
        "published units of the quarters before.",
    ]
