"""Edge tables from files: .csv and .parquet, as they stand or not at all."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from supplychain.firms.edges import COLUMNS, EdgeError, match_columns
from supplychain.importing.delimited import TableError, ragged, records, separator, shown

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

Columns: TypeAlias = Callable[[Sequence[object]], dict[str, int]]
"""Where the columns stand among those there are."""

MOST_ROWS = 200_000_000
"""Rows of a table; a file that says it has more is damaged or made to do harm."""

LONGEST_FIELD = 100_000
"""Characters of a row that is read without looking at its fields one by one."""

_COMMA, _QUOTE, _LINE, _RETURN = b',"\n\r'
_NO_ROWS = "no rows below the header; give at least one link"


def read_edges(
    path: Path,
    called: Mapping[str, str] = MappingProxyType({}),
    extra: Sequence[str] = (),
) -> pd.DataFrame:
    """The four columns of an edge table from a .csv or .parquet file.

    In a CSV file names and shares are text, whatever they look like: ``NA`` is Namibia.

    Args:
        path: The file.
        called: A column to what it is called in the file, where that is something else.
        extra: Columns that are read too where they are there.

    Raises:
        EdgeError: The file cannot be read, or holds no row; the message begins with its path and
            says where.
    """
    kind = path.suffix.lower()
    try:
        if kind not in (".csv", ".parquet"):
            raise EdgeError("an edge table is a .csv or a .parquet file")
        if path.exists() and not path.is_file():
            raise EdgeError("this is a folder or a device, not a file")
        data = path.read_bytes()
        columns = partial(match_columns, called=called, extra=extra)
        return _csv(data.rstrip(), columns) if kind == ".csv" else _parquet(data, columns)
    except OSError as error:
        raise EdgeError(f"{path}: {error.strerror or error}") from error
    except TableError as error:
        place = f"{path}:{error.line}" if error.line else f"{path}"
        raise EdgeError(f"{place}: {error.message}; {error.cure}") from error
    except EdgeError as error:
        raise EdgeError("\n".join(f"{path}: {line}" for line in str(error).splitlines())) from error


def _csv(data: bytes, columns: Columns = match_columns) -> pd.DataFrame:
    """The columns of a CSV file.

    Raises:
        EdgeError: Columns are missing, or there is no row.
        TableError: The file is no CSV, or its rows do not fit its header.
    """
    rows = records(data)
    line, header = next(rows, (1, []))
    if not header:
        raise EdgeError("the file is empty; an edge table has a header")
    try:
        at = columns(header)
    except EdgeError as error:
        if sign := separator(header, COLUMNS):
            cure = "save it with commas, and decimals with a point"
            raise TableError(line, f"its columns are separated by {sign}", cure) from error
        if all(f"'{c}'" in str(error) for c in COLUMNS) and len(header) >= len(COLUMNS):
            given = ", ".join(shown(field) for field in header[: len(COLUMNS)])
            message = f"no header: the first row is {given}"
            raise TableError(line, message, f"begin with {','.join(COLUMNS)}") from error
        raise
    width = len(header)
    table = _regular(data, width, at) if line == 1 else None
    if table is None:
        table = _row_by_row(rows, header, at)
    if (table["supplier"] == "").any():  # a row in which nothing stands is none
        table = table[(table != "").any(axis=1)]
    if table.empty:
        raise EdgeError(_NO_ROWS)
    return table


def _regular(data: bytes, width: int, at: Mapping[str, int]) -> pd.DataFrame | None:
    """The columns of a file in which every line is a row that fits the header; else nothing.

    Signs between quotes separate nothing. So all rows fit if between two line ends outside of
    quotes there are always as many commas outside of quotes.
    """
    import pandas as pd

    signs = np.frombuffer(data, dtype=np.uint8)
    if signs[-1] != _LINE:
        signs = np.append(signs, np.uint8(_LINE))
    comma, end = signs == _COMMA, signs == _LINE
    if b'"' in data:
        if not _well_quoted(signs):
            return None
        outside = (np.cumsum(signs == _QUOTE, dtype=np.uint8) & 1) == 0
        comma &= outside
        end &= outside
    if data.count(b"\r") != data.count(b"\r\n"):
        return None
    ends = np.flatnonzero(end)
    commas = np.searchsorted(np.flatnonzero(comma), ends)
    lengths = np.diff(ends, prepend=-1)
    if (np.diff(commas, prepend=0) != width - 1).any() or lengths.max() > LONGEST_FIELD:
        return None
    body = memoryview(data)[ends[0] + 1 :]
    if not body:
        return pd.DataFrame(columns=list(at), dtype=object)
    names = [str(i) for i in range(width)]
    table = pd.read_csv(
        io.BytesIO(body),
        header=None,
        names=names,
        usecols=[names[i] for i in at.values()],
        index_col=False,
        dtype=object,
        na_filter=False,
        skipinitialspace=True,
        encoding="utf-8",
    )
    return table[[names[i] for i in at.values()]].set_axis(list(at), axis=1)


def _well_quoted(signs: npt.NDArray[np.uint8]) -> bool:
    """Whether quotes stand around whole fields, and twice within them."""
    quotes = np.flatnonzero(signs == _QUOTE)
    if len(quotes) % 2:
        return False
    before, after = signs[quotes[0::2] - 1], signs[quotes[1::2] + 1]
    return bool(
        np.isin(before, [_COMMA, _LINE, _QUOTE]).all()
        and np.isin(after, [_COMMA, _LINE, _RETURN, _QUOTE]).all()
    )


def _row_by_row(
    rows: Iterator[tuple[int, list[str]]], header: Sequence[str], at: Mapping[str, int]
) -> pd.DataFrame:
    """The columns of any CSV file.

    Raises:
        TableError: A row does not fit the header.
    """
    import pandas as pd

    found = []
    first: tuple[int, str, str] | None = None
    others = 0
    for number, (line, fields) in enumerate(rows, 1):
        if (why := ragged(fields, header)) is None:
            found.append([fields[i] for i in at.values()])
        elif first is None:
            first = line, f"row {number} {why[0]}", why[1]
        else:
            others += 1
    if first is not None:
        line, message, cure = first
        more = f" (and {others:,} more row{'s' if others > 1 else ''})" if others else ""
        raise TableError(line, message, f"{cure}{more}")
    return pd.DataFrame(found, columns=list(at), dtype=object)


def _parquet(data: bytes, columns: Columns = match_columns) -> pd.DataFrame:
    """The columns of a Parquet file; those that pandas stores as an index are columns there.

    Raises:
        EdgeError: It is damaged, lacks columns or rows, or pyarrow is not installed.
    """
    if not data:
        raise EdgeError("the file is empty")
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        cure = "pip install pyarrow, or give a .csv"
        raise EdgeError(f"reading .parquet needs pyarrow: {cure}") from error
    try:
        file = parquet.ParquetFile(arrow.BufferReader(data), page_checksum_verification=True)
        found, many = file.schema_arrow.names, file.metadata.num_rows
    except Exception as error:  # whatever pyarrow raises where the bytes are not as they should be
        raise _damaged(error) from error
    at = columns(found)
    if not 0 < many <= MOST_ROWS:
        raise EdgeError(_NO_ROWS if not many else f"says it has {many:,} rows; it is damaged")
    try:
        table = file.read([found[i] for i in at.values()])
        table.validate(full=True)
        # Without what pandas noted of its index: columns are columns.
        table = table.replace_schema_metadata(None)
        frame: pd.DataFrame = table.to_pandas(integer_object_nulls=True)
    except Exception as error:
        raise _damaged(error) from error
    return frame[[found[i] for i in at.values()]].set_axis(list(at), axis=1)


def _damaged(error: Exception) -> EdgeError:
    lines = str(error).splitlines() or [type(error).__name__]
    return EdgeError(f"cannot be read as Parquet, the file is damaged: {shown(lines[0])}")
