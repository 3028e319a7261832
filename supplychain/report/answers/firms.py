"""The answer of ``chokepoints --edges``: an edge table read, every firm removed, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from supplychain.firms.edges import NAMES, EdgeError
from supplychain.firms.singles import SinglePoints, single_points
from supplychain.report.tables import Column, Columns, Document, Table, table

if TYPE_CHECKING:
    import pandas as pd

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
"""Products named in a cell; the others are counted."""


def edges_document(path: Path, products: Sequence[str], top: int | None) -> Document:
    """Read the file, remove every firm on its own, and rank them.

    Raises:
        EdgeError: The file cannot be read or has problems; one problem a line.
        ValueError: A product is not in the table.
    """
    table = read_edges(path)
    try:
        found = single_points(table, products or None)
    except EdgeError as error:
        raise EdgeError(_with_path(path, str(error))) from error
    return single_points_document(found, path.name, bool(products), top)


def read_edges(path: Path) -> pd.DataFrame:
    """An edge table from a .csv or .parquet file; names are text, whatever they look like.

    Raises:
        EdgeError: The file cannot be read, or holds no row; the message says why.
    """
    import pandas as pd

    try:
        if path.suffix.lower() == ".parquet":
            table = pd.read_parquet(path)
        elif path.suffix.lower() == ".csv":
            # "NA" is Namibia and "nan" may be a firm: only an empty share is missing.
            text = dict.fromkeys(NAMES, str)
            table = pd.read_csv(path, dtype=text, keep_default_na=False, na_values={"share": [""]})
        else:
            raise EdgeError(f"{path}: an edge table is a .csv or a .parquet file")
    except ImportError as error:
        message = f"{path}: reading .parquet needs pyarrow: pip install pyarrow, or give a .csv"
        raise EdgeError(message) from error
    except OSError as error:
        raise EdgeError(f"{path}: {error.strerror or error}") from error
    except pd.errors.EmptyDataError as error:
        raise EdgeError(f"{path}: the file is empty; an edge table has a header") from error
    except EdgeError:
        raise
    except ValueError as error:  # malformed CSV, other encodings, broken Parquet
        raise EdgeError(f"{path}: cannot be read: {str(error).splitlines()[0]}") from error
    if table.empty and {*NAMES, "share"} <= set(table.columns):
        raise EdgeError(f"{path}: no rows below the header; give at least one link")
    return table


def single_points_document(
    found: SinglePoints, name: str, asked: bool, top: int | None
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
    frame = found.to_frame().iloc[ranked]
    frame = frame.astype({"firm": str}).assign(at=ranked)
    rows = list(frame.itertuples(index=False))
    columns: Columns[Any] = (
        *COLUMNS,
        Column("products", "Products lost", priority=7, least=20,
               of=lambda row: _named(found.lost(row.at))),
        Column("why", "Why", priority=3, least=28, of=lambda row: _why(found, row.at)),
    )  # fmt: skip
    none = "none: no firm takes down another"
    title = "Single points of failure"
    parts: list[Table | str] = [
        table("points", columns, rows, title, none, most=top, numbered=True),
        f"Lost: products lost with the firm, itself not counted. Falls: firms that fall with it, "
        f"itself included, where one supplier left is enough. Nearly: a need fails once those "
        f"left hold less than {found.cover:.0%} of it.",
    ]
    if of.own:
        many = "1 firm buys" if of.own == 1 else f"{of.own:,} times a firm buys"
        parts.append(f"{many} from itself: such a need never fails before the firm does.")
    return Document(
        schema="supplychain/chokepoints-edges/1",
        meta={"file": name, "firms": len(of.firms), "links": len(of.supplier), "needs": needs,
              "cover": found.cover, "products": len(found.products)},
        head=head,
        parts=tuple(parts),
        flat=table("flat", COLUMNS, rows),
    )  # fmt: skip


def _named(lost: Sequence[str]) -> str:
    """The products lost, the first few by name."""
    more = f" and {len(lost) - NAMED:,} more" if len(lost) > NAMED else ""
    return ", ".join(lost[:NAMED]) + more


def _why(found: SinglePoints, firm: int) -> str:
    """The first need that fails, in words; which one is nearly failing, if none does."""
    name = str(found.edges.firms[firm])
    first = found.first_need(firm)
    if first is not None:
        return f"{first[0]} needs {first[1]} and only {name} supplies it"
    share, customer, commodity = found.largest_share(firm)
    if share < 1 - found.cover:
        return "nothing else falls with it"
    return f"{customer} needs {commodity} and {name} supplies {share:.0%} of it"


def _with_path(path: Path, problems: str) -> str:
    return "\n".join(f"{path}: {line}" for line in problems.splitlines())
