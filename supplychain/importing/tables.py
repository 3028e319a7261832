"""CSV files to rows that know their line; every problem of every file reported together."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from supplychain.loader.problems import DataError, Problem
from supplychain.model import Place


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file.

    Attributes:
        line: The line on which it begins; a quoted field may run over several.
        values: Text by column, line breaks and runs of blanks made one blank.
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

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{data[error.start]:02X}"
        return problem(line, f"not UTF-8 text: {byte}", "save the file as CSV in UTF-8")
    rows: list[Row] = []
    header: list[str] = []
    try:
        for line, fields in _records(text):
            if not header:
                header = [field.strip() for field in fields]
                if absent := [c for c in columns if c not in header]:
                    noun = "column" if len(absent) == 1 else "columns"
                    found = f"columns found: {', '.join(header)}"
                    return problem(line, f"lacks the {noun} {', '.join(absent)}", found)
            elif len(fields) != len(header):
                message = f"a row of {len(fields)} fields; the header has {len(header)}"
                return problem(line, message, "put a text that contains a comma in double quotes")
            else:
                texts = (" ".join(field.split()) for field in fields)
                values = MappingProxyType(dict(zip(header, texts, strict=True)))
                rows.append(Row(name, line, values))
    except csv.Error as error:
        return problem(0, f"not CSV: {error}", "save the file as CSV in UTF-8")
    return tuple(rows) if rows else problem(0, "no rows", "fetch the file again")


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """Fields of each record with the line on which it begins; empty lines are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    for fields in reader:
        if any(field.strip() for field in fields):
            yield line, fields
        line = reader.line_num + 1
