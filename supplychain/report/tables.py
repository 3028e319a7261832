"""Tables as values, and their four renderings: terminal, CSV, JSON, Markdown.

A :class:`Document` is what a command answers: a few facts, tables and sentences to read,
and one flat table for machines. Rendering never computes; numbers stay numbers until here.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

Cell: TypeAlias = str | float | int | bool | None
Kind: TypeAlias = Literal["text", "units", "number", "share", "change"]
Format: TypeAlias = Literal["table", "csv", "json", "md"]

LEAST_WIDTH = 60


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        key: Name in CSV and JSON.
        label: Heading for people.
        kind: How its cells are written for people: ``units`` (1.24M), ``number``, ``share``
            (54%), ``change`` (−12.8%), ``text``.
        priority: Columns with the highest number are dropped first where the terminal is narrow.
        least: Characters a text column needs; others are dropped before it gets fewer.
        breakable: Whether its words may be cut anywhere, as addresses may.
    """

    key: str
    label: str
    kind: Kind = "text"
    priority: int = 0
    least: int = 14
    breakable: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of raw values under columns."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = "nothing"


@dataclass(frozen=True, slots=True)
class Document:
    """The answer of a command.

    Attributes:
        schema: Name and version of the JSON form, e.g. ``supplychain/simulate/1``.
        meta: What the answer rests on (data digest, quarters, cuts, rule).
        head: Labelled facts shown first.
        parts: Tables and sentences in reading order.
        flat: The one table that CSV holds.
        records: Further machine-readable content of the JSON, by name.
    """

    schema: str
    meta: Mapping[str, object]
    head: tuple[tuple[str, str], ...]
    parts: tuple[Table | str, ...]
    flat: Table
    records: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


def render(document: Document, form: Format, width: int = 100, color: bool = False) -> str:
    """The document as text that ends with a newline."""
    if form == "csv":
        return _csv(document.flat)
    if form == "json":
        return _json(document)
    if form == "md":
        return _markdown(document)
    return _terminal(document, max(width, LEAST_WIDTH), color)


def show(value: Cell, kind: Kind) -> str:
    """One cell for people: rounded, with a real minus sign; an unknown is a dash."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if kind == "share":
        return (
            f"{value * 100:.0f}%" if abs(value) >= 0.0995 or value == 0 else f"{value * 100:.1f}%"
        )
    if kind == "change":
        return _signed(value)
    if kind == "units":
        return compact(value)
    text = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.2g}"
    return text.replace("-", "−")


def _signed(share: float) -> str:
    if abs(share) < 0.0005:
        return "0.0%"
    return f"{'+' if share > 0 else '−'}{abs(share) * 100:.1f}%"


def compact(value: float) -> str:
    """1,240,000 as 1.24M, 36,500 as 36.5k, 970 as 970: three digits at most."""
    for limit, suffix in ((1e9, "bn"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit * 0.9995:
            scaled = value / limit
            digits = 2 if abs(scaled) < 9.995 else 1 if abs(scaled) < 99.95 else 0
            return f"{scaled:.{digits}f}{suffix}".replace("-", "−")
    return f"{value:.0f}".replace("-", "−")


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([c.key for c in table.columns])
    for row in table.rows:
        writer.writerow([_safe(cell) for cell in row])
    return out.getvalue()


def _safe(cell: Cell) -> Cell:
    """Text that a spreadsheet would run as a formula gets a leading apostrophe."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{cell}"
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else cell


def _json(document: Document) -> str:
    content: dict[str, object] = {"schema": document.schema, "meta": dict(document.meta)}
    for part in document.parts:
        if isinstance(part, Table):
            keys = [c.key for c in part.columns]
            content[part.name] = [dict(zip(keys, row, strict=True)) for row in part.rows]
    content["sentences"] = [part for part in document.parts if isinstance(part, str)]
    content.update(document.records)
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _markdown(document: Document) -> str:
    out = [f"- **{label}**: {text}" for label, text in document.head]
    for part in document.parts:
        out.append("")
        if isinstance(part, str):
            out.append(part)
            continue
        if part.title:
            out += [f"### {part.title}", ""]
        if not part.rows:
            out.append(part.empty)
            continue
        out.append("| " + " | ".join(_pipe_safe(c.label) for c in part.columns) + " |")
        out.append("|" + "|".join("---" if c.kind == "text" else "--:" for c in part.columns) + "|")
        for row in part.rows:
            cells = [show(v, c.kind) for v, c in zip(row, part.columns, strict=True)]
            out.append("| " + " | ".join(map(_pipe_safe, cells)) + " |")
    return "\n".join(out) + "\n"


def _pipe_safe(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _terminal(document: Document, width: int, color: bool) -> str:
    from rich.console import Console
    from rich.text import Text

    out = io.StringIO()
    console = Console(
        file=out,
        width=width,
        force_terminal=color,
        no_color=not color,
        color_system="standard" if color else None,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    if document.head:
        label_width = max(len(label) for label, _ in document.head) + 2
        for label, text in document.head:
            line = Text(label.ljust(label_width), style="bold")
            console.print(line.append(text, style="not bold"), soft_wrap=False)
    for part in document.parts:
        console.print()
        if isinstance(part, str):
            console.print(Text(part))
        else:
            _print_table(console, part, width)
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    return "\n".join(lines) + "\n"


def _print_table(console: object, table: Table, width: int) -> None:
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    assert isinstance(console, Console)
    if table.title:
        console.print(Text(table.title, style="bold"))
    if not table.rows:
        console.print(Text(f"  {table.empty}"))
        return
    shown = [[show(v, c.kind) for v, c in zip(r, table.columns, strict=True)] for r in table.rows]
    kept = _fitting(table, shown, width)
    grid = RichTable(box=None, padding=(0, 1, 0, 1), pad_edge=True, header_style="bold")
    for i in kept:
        column = table.columns[i]
        numeric = column.kind != "text"
        words = [w for row in shown for w in [*row[i].split(), column.label]]
        longest = min(width - 2, max(map(len, words)))
        grid.add_column(
            Text(column.label),
            justify="right" if numeric else "left",
            no_wrap=numeric,
            overflow="fold",
            min_width=None
            if numeric
            else min(longest, column.least if column.breakable else width),
        )
    for row in shown:
        grid.add_row(*(Text(row[i]) for i in kept))
    console.print(grid)


def _fitting(table: Table, shown: list[list[str]], width: int) -> list[int]:
    """Columns that fit the width, least important dropped first; words are never cut."""
    needed = []
    for i, column in enumerate(table.columns):
        cells = [row[i] for row in shown]
        if column.kind == "text":
            # Text may wrap, but not below its longest word.
            words = 0 if column.breakable else max(len(w) for c in cells for w in [*c.split(), ""])
            cells = [c[: max(column.least, words)] for c in cells]
        needed.append(max(len(column.label), *map(len, cells)))
    kept = list(range(len(table.columns)))
    while len(kept) > 1 and sum(needed[i] + 2 for i in kept) > width:
        kept.remove(max(kept, key=lambda i: (table.columns[i].priority, i)))
    return kept
