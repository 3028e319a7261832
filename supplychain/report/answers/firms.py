"""The answer of ``chokepoints --edges``: an edge table read, every firm removed, as a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from supplychain.firms.edge_files import read_edges
from supplychain.firms.edges import EdgeError
from supplychain.firms.singles import SinglePoints, single_points
from supplychain.report.tables import Column, Columns, Document, table

COLUMNS: Columns[Any] = (
    Column("firm", "Firm", least=12),
    Column("lost", "Lost", "number"),
    Column("falls", "Falls", "number", priority=2),
    Column("alone", "Serves alone", "number", priority=5),
    Column("lost_nearly", "Lost nearly", "number", priority=4),
    Column("falls_nearly", "Falls nearly", "number", priority=6),
)
"""Of rows of :meth:`SinglePoints.to_frame`."""
NAMED = 3
"""Products named in a cell for people; the others are counted."""

MOST_NAMED = 5_000_000
"""Products named in all cells of a CSV file together; beyond it each cell is one for people."""


def edges_document(
    path: Path, products: Sequence[str], top: int | None, every: bool = True
) -> Document:
    """Read the file, remove every firm on its own, and rank them.

    Args:
        path: A .csv or .parquet file.
        products: Commodities or firms; all firms that supply nobody, if none is given.
        top: Rows shown; all if not given.
        every: Whether the flat table holds every row, not only those shown.

    Raises:
        EdgeError: The file cannot be read or has problems; one problem a line.
        AskError: A product is not in the table.
    """
    table = read_edges(path)
    try:
        found = single_points(table, products or None)
    except EdgeError as error:
        raise EdgeError(_with_path(path, str(error))) from error
    return single_points_document(found, path.name, bool(products), top, every)


def single_points_document(
    found: SinglePoints, name: str, asked: bool, top: int | None, every: bool = True
) -> Document:
    """Every firm ranked: what is lost with it, and the first need that fails."""
    of = found.edges
    needs = len(of.customer)
    single = int((np.diff(of.starts) == 1).sum())
    goal = ", ".join(found.products) if asked else "firms that supply nobody"
    head = (
        ("Chokepoints", f"every firm of {name} removed on its own, exactly"),
        (
            "Network",
            f"{len(of.firms):,} firms · {len(of.supplier):,} links · {needs:,} needs, "
            f"{single / needs:.0%} with one supplier",
        ),
        ("Products", f"{len(found.products):,}: {goal}"),
    )
    ranked = found.ranked()
    firms = ranked if every else ranked[:top]
    frame = found.to_frame().iloc[firms].astype({"firm": str})
    frame["products"] = [found.beside(firm) for firm in firms.tolist()]
    frame["why"] = [_why(found, firm) for firm in firms.tolist()]
    whole: list[Any] = list(frame.itertuples(index=False))
    shown = whole[:top]
    title = "Single points of failure"
    if len(ranked) > len(shown):
        title += f" ({len(shown):,} of {len(ranked):,}; --top sets how many)"
    none = "none: no firm takes down another"
    points = table("points", _columns(_few), shown, title, none, numbered=True)
    names = sum(len(row.products) for row in whole)
    return Document(
        schema="supplychain/chokepoints-edges/2",
        meta={"file": name, "firms": len(of.firms), "links": len(of.supplier), "needs": needs,
              "cover": found.cover, "products": len(found.products),
              "needs_with_unused_second_source": of.unused},
        head=head,
        parts=(points, *_sentences(found)),
        flat=table("flat", _columns("; ".join if names <= MOST_NAMED else _few), whole),
        records={"points": [
            {**record, "products": list(row.products)}
            for record, row in zip(points.records(), shown, strict=True)
        ]},
    )  # fmt: skip


def _columns(named: Callable[[Sequence[str]], str]) -> Columns[Any]:
    """Of firms with their numbers, the products lost with them as they are named, and why."""
    return (
        *COLUMNS,
        Column("products", "Products lost", priority=7, least=20,
               of=lambda row: named(row.products)),
        Column("why", "Why", priority=3, least=28),
    )  # fmt: skip


def _few(products: Sequence[str]) -> str:
    """Products as a cell for people names them."""
    more = f" and {len(products) - NAMED:,} more" if len(products) > NAMED else ""
    return ", ".join(products[:NAMED]) + more


def _sentences(found: SinglePoints) -> list[str]:
    """What the columns mean, and what the table leaves open."""
    of = found.edges
    said = [
        f"Lost: products lost with the firm, itself not counted. Falls: firms that fall with it, "
        f"itself included, where one supplier left is enough. Nearly: a need fails once those "
        f"left hold less than {found.cover:.0%} of it."
    ]
    if of.unused:
        many = "1 need has" if of.unused == 1 else f"{of.unused:,} needs have"
        said.append(
            f"{many} no second source but those with share 0: such a supplier is qualified and "
            "counts. Leave its row out if it is not."
        )
    if of.unknown:
        many = "1 need has" if of.unknown == 1 else f"{of.unknown:,} needs have"
        said.append(f"{many} several suppliers, all with share 0: they hold equal shares.")
    if of.own:
        many = "1 firm buys" if of.own == 1 else f"{of.own:,} times a firm buys"
        said.append(f"{many} from itself: such a need never fails before the firm does.")
    firms = set(of.labels) if found.asked_goods else set()
    said += [
        f"'{p}' is a commodity and a firm; the commodity is meant."
        for p in found.asked_goods
        if p in firms
    ]
    return [*said, *of.remarks]


def _why(found: SinglePoints, firm: int) -> str:
    """The first need that fails, in words; which one is nearly failing, if none does."""
    name = str(found.edges.firms[firm])
    first = found.first_need(firm)
    if first is not None:
        return f"{first[0]} needs {first[1]} and only {name} supplies it"
    share, customer, commodity = found.largest_share(firm)
    if share < 1 - found.cover:
        return "nothing else falls with it"
    much = f"{share:.0%}" if share == 1 or share < 0.995 else "more than 99%"
    return f"{customer} needs {commodity} and {name} supplies {much} of it"


def _with_path(path: Path, problems: str) -> str:
    return "\n".join(f"{path}: {line}" for line in problems.splitlines())
