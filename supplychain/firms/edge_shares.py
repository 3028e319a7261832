"""The shares of an edge table as numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from supplychain.model.units import number

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Floats: TypeAlias = npt.NDArray[np.float64]
    Mask: TypeAlias = npt.NDArray[np.bool_]

MOST = 1e100
"""Larger than any amount, and small enough to be added up."""

_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[ '’.,\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?")


def read_shares(column: pd.Series) -> tuple[Floats, list[tuple[Mask, str]]]:
    """The numbers, and the rows that have none, each with a message in which ``{share}`` stands.

    Args:
        column: Numbers, or texts of numbers in the forms of :func:`supplychain.units.number`.
    """
    import pandas as pd

    problems: list[tuple[Mask, str]] = []
    if pd.api.types.is_numeric_dtype(column.dtype) and column.dtype.kind in "iuf":
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        values, problems = _read(column.to_numpy(dtype=object))
    missing = np.isnan(values)
    for mask, _ in problems:
        missing &= ~mask
    problems += [
        (missing, "share is missing; give it, or 0 for a maker who is qualified but unused"),
        (values < 0, "share is {share}; a share is 0 or more"),
        (np.isinf(values), "share is {share}; a share is finite"),
        (
            (values > MOST) & np.isfinite(values),
            f"share is {{share}}; {MOST:.0e} is the most",
        ),
    ]
    return values, [(mask, message) for mask, message in problems if mask.any()]


def _read(cells: npt.NDArray[np.object_]) -> tuple[Floats, list[tuple[Mask, str]]]:
    """Cells of any type as numbers; NaN where nothing stands or something is wrong."""
    try:
        text = "".join(cells)
        if text.isascii() and "_" not in text and "n" not in text.lower():
            return cells.astype(np.float64), []
    except (TypeError, ValueError):
        pass
    values = np.full(len(cells), np.nan)
    wrong: dict[str, list[int]] = {}
    percent: list[int] = []
    known: dict[str, float | str] = {}
    for row, cell in enumerate(cells):
        value = known.get(cell) if isinstance(cell, str) else None
        if value is None:
            value = _value(cell)
        if isinstance(cell, str):
            known[cell] = value
            if cell.rstrip().endswith("%"):
                percent.append(row)
        if isinstance(value, str):
            wrong.setdefault(value, []).append(row)
        else:
            values[row] = value
    plain = ~np.isnan(values) & (values != 0)
    plain[percent] = False
    if percent and plain.any():
        message = "share '{share}' has a percent sign and others have none; write all alike"
        wrong.setdefault(message, []).extend(percent)
    return values, [(_mask(len(cells), rows), message) for message, rows in wrong.items()]


def _mask(size: int, rows: Sequence[int]) -> Mask:
    mask = np.zeros(size, dtype=bool)
    mask[rows] = True
    return mask


def _value(cell: object) -> float | str:
    """One share, NaN where nothing stands; or why it is none, with ``{share}`` for the cell."""
    import pandas as pd

    if isinstance(cell, str):
        return _number(cell.strip())
    if isinstance(cell, Real | Decimal) and not isinstance(cell, bool | np.bool_):
        try:
            return float(cell)
        except OverflowError:
            return np.inf
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return np.nan
    return f"share is of type {type(cell).__name__}; a share is a number, like 0.25"


def _number(text: str) -> float | str:
    if not text:
        return np.nan
    if text.lower().lstrip("+-") in ("inf", "infinity"):
        return -np.inf if text.startswith("-") else np.inf
    try:
        return number(text)
    except ValueError:
        pass
    if _GROUPED.fullmatch(text):
        return "share '{share}' groups its digits; write it like 1234.5"
    if "," in text:
        return "share '{share}' has a comma; write decimals with a point, like 0.25"
    return "share '{share}' is not a number, like 0.25"
