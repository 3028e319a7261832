"""CSV files to rows that know their line; every problem of every file reported together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from supplychain.importing.delimited import (
    TableError,
    ragged,
    records,
    separator,
    shown,
    tidy,
)
from supplychain.loader.problems import DataError, Problem
from supplychain.model import Place


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file.

    Attributes:
        line: The line on which it begins; a quoted field may run over several.
        values: Text by column, without what nobody sees, runs of blanks made one.
    """

    file: str
    line: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    @property
    def at(self) -> str:
        """``provision.csv:12``, as a remark begins."""
        return f"{self.file}:{self.line}"


Tables = Mapping[str, tuple[Row, ...]]
"""Rows by file name."""


def read_tables(
    files: Mapping[str, bytes], columns: Mapping[str, Sequence[str]], shown: str
) -> Tables:
    """The rows of all files.

    Args:
        files: Content by file name.
        columns: The files that must be there, each with the columns it must have.
        shown: The folder as a reader would open it, for messages.

    Raises:
        DataError: A file or column is missing, or a file is not CSV in UTF-8.
    """
    problems: list[Problem] = []
    if missing := [name for name in columns if name not in files]:
        verb = "is" if len(missing) == 1 else "are"
        cure = f"the folder needs {', '.join(columns)}"
        message = f"{', '.join(missing)} {verb} missing"
        problems.append(Problem(Place("", 0, 0), message, (cure,), path=shown))
    tables: dict[str, tuple[Row, ...]] = {}
    for name in columns:
        if name in files:
            found = _read(name, files[name], columns[name], f"{shown}/{name}")
            if isinstance(found, Problem):
                problems.append(found)
            else:
                tables[name] = found
    if problems:
        raise DataError(problems, len(files))
    return MappingProxyType(tables)


def faulty(row: Row, shown: str, message: str, *cures: str) -> Problem:
    """A problem of one row."""
    return Problem(Place(row.file, row.line, 1), message, cures, path=f"{shown}/{row.file}")


def _read(name: str, data: bytes, columns: Sequence[str], path: str) -> tuple[Row, ...] | Problem:
    """The rows of one file, or what is wrong with it."""

    def problem(line: int, message: str, *cures: str) -> Problem:
        return Problem(Place(name, line, 1 if line else 0), message, cures, path=path)

    rows: list[Row] = []
    header: list[str] = []
    line = 0
    try:
        for line, fields in records(data):
            if not header:
                header = [tidy(field) for field in fields]
                if wrong := _header(header, columns):
                    return problem(line, *wrong)
            elif (why := ragged(fields, header)) is not None:
                message = f"a row of {len(fields)} fields; the header has {len(header)}"
                return problem(line, message, why[1])
            else:
                texts = map(tidy, fields)
                values = MappingProxyType(dict(zip(header, texts, strict=True)))
                rows.append(Row(name, line, values))
    except TableError as error:
        return problem(error.line, error.message, error.cure)
    except ValueError as error:  # control characters
        return problem(line, f"a field {error}")
    return tuple(rows) if rows else problem(0, "no rows", "fetch the file again")


def _header(header: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """What is wrong with a header, and the cure; nothing if all is well."""
    if absent := [c for c in columns if c not in header]:
        if sign := separator(header, columns):
            return f"its columns are separated by {sign}", "save it with commas"
        noun = "column" if len(absent) == 1 else "columns"
        found = ", ".join(shown(field) for field in header[:20])
        return f"lacks the {noun} {', '.join(absent)}", f"columns found: {found}"
    if twice := [c for c in columns if header.count(c) > 1]:
        return f"two columns are called {twice[0]}", "keep one of them"
    return ()
