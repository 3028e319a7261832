"""The answer of ``backtest``: the model beside what was published."""

from __future__ import annotations

from collections import defaultdict

from supplychain.analyses.backtest import INPUTS, Backtest
from supplychain.model import Network
from supplychain.report.tables import Cell, Column, Document, Table, show

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
    rows: list[tuple[Cell, ...]] = []
    for designer in (None, *designers):
        inside = [r.inside for r in result.rows if designer in (None, r.published.designer)]
        name = network.organizations[designer].name if designer else "All, summed by quarter"
        errors = [result.error(designer, of, common=True) for of, _ in FORECASTS]
        rows.append((name, result.error(designer), *errors, f"{sum(inside)} of {len(inside)}"))
    columns = (
        Column("designer", "Mean error"),
        Column("model_all", "Model, all cells", "share"),
        *(Column(of, label, "share") for of, label in FORECASTS),
        Column("inside", "In 5-95% range"),
    )
    title = "Mean error by quarter; the three side by side only where all of them exist"
    return Table("errors", title, columns, tuple(rows))


def cells_table(network: Network, result: Backtest) -> Table:
    """Every designer and quarter."""
    rows = tuple(
        (
            network.organizations[row.published.designer].name,
            str(row.published.quarter),
            row.published.value,
            row.published.low,
            row.published.high,
            row.model,
            row.error,
            row.inside,
            row.last,
            row.trend,
        )
        for row in result.rows
    )
    columns = (
        Column("designer", "Designer"),
        Column("quarter", "Quarter"),
        Column("published", "Published", "units"),
        Column("low", "5%", "units", priority=1),
        Column("high", "95%", "units", priority=1),
        Column("model", "Model", "units"),
        Column("error", "Error", "change"),
        Column("inside", "In range"),
        Column("last", "Repeat", "units", priority=2),
        Column("trend", "Trend", "units", priority=2),
    )
    return Table("cells", "By designer and quarter", columns, rows)


def shares_table(network: Network, result: Backtest) -> Table:
    """Shares of the world's capacity, with the published ones where the data has them."""
    published = published_shares(network)
    designers = sorted({row.published.designer for row in result.rows})
    together: dict[tuple[str, int], float] = defaultdict(float)
    rows: list[tuple[Cell, ...]] = []
    for share in result.shares:
        if share.designer in designers:
            together[share.input, share.year] += share.model
            name = network.organizations[share.designer].name
            known = published.get((share.input, share.designer, share.year))
            rows.append((share.input, name, share.year, share.model, known))
    rows += [
        (input_, "together", year, total, published.get((input_, "", year)))
        for (input_, year), total in together.items()
    ]
    rows.sort(key=lambda r: (str(r[0]), r[2], r[1] == "together", str(r[1])))
    columns = (
        Column("input", "Input"),
        Column("designer", "Designer"),
        Column("year", "Year"),
        Column("model", "Model", "share"),
        Column("published", "Published", "share"),
    )
    title = "Share of the world's use"
    return Table("shares", title, columns, tuple((a, b, str(c), d, e) for a, b, c, d, e in rows))


def racks_table(result: Backtest) -> Table:
    """Whole racks by quarter; outside of what is scored, and no racks are an input."""
    rows: list[tuple[Cell, ...]] = [
        (str(quarter), model, figure.value, figure.low, figure.high)
        for quarter, model, figure in result.racks
    ]
    columns = (
        Column("quarter", "Quarter"),
        Column("model", "Model", "units"),
        Column("published", "Published", "units"),
        Column("low", "Low", "units"),
        Column("high", "High", "units"),
    )
    return Table(
        "racks", "Whole racks of accelerators finished", columns, tuple(rows), "none are published"
    )


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
