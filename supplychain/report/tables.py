"""Tables as values, and their four renderings: terminal, CSV, JSON, Markdown.

A :class:`Document` is what a command answers: a few facts, tables and sentences to read,
and one flat table for machines. A :class:`Column` knows its cell, so that :func:`table` makes a
table from objects; nobody finds a row by what it shows, or a cell by where it stands. Rendering
never computes; numbers stay numbers until here.

>>> from supplychain.model.quarters import Quarter
>>> columns = (Column("year", "Year"), Column("half", "Half", of=lambda q: (q.number + 1) // 2))
>>> table("quarters", columns, [Quarter(2024, 1), Quarter(2024, 3)]).rows
((2024, 1), (2024, 2))
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar, cast

from supplychain.escapes import json_text, markdown, spreadsheet_cell, visible, visible_lines

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

Cell: TypeAlias = str | float | int | bool | None
Kind: TypeAlias = Literal["text", "units", "number", "share", "change"]
Format: TypeAlias = Literal["table", "csv", "json", "md"]

Row = TypeVar("Row")
_Row = TypeVar("_Row", contravariant=True)

LEAST_WIDTH = 60

DUST = 1e-12
"""A number below this is what rounding left of a zero, and is shown as one."""


@dataclass(frozen=True, slots=True)
class Column(Generic[_Row]):
    """One column.

    Attributes:
        key: Name in CSV and JSON.
        label: Heading for people.
        kind: How its cells are written for people: ``units`` (1.24M), ``number``, ``share``
            (54%), ``change`` (−12.8%), ``text``.
        priority: Columns with the highest number are dropped first where the terminal is narrow.
        least: Characters a text column needs; others are dropped before it gets fewer.
        breakable: Whether its words may be cut anywhere, as addresses may.
        of: Its cell of a row; ``None``: the row's attribute (or, of a mapping, item) ``key``.
    """

    key: str
    label: str
    kind: Kind = "text"
    priority: int = 0
    least: int = 14
    breakable: bool = False
    of: Callable[[_Row], Cell] | None = None

    def cell(self, row: _Row) -> Cell:
        """What stands in this column of a row."""
        if self.of is not None:
            return self.of(row)
        cell = row[self.key] if isinstance(row, Mapping) else getattr(row, self.key)
        return cast(Cell, cell)


Columns: TypeAlias = Sequence[Column[Row]]
"""Columns of rows of one type."""

RANK: Column[Any] = Column("rank", "#", "number", priority=1)
"""The number of a row, from 1 on."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of raw values under columns; see :func:`table`.

    Attributes:
        name: Its name in JSON, and its id on a page.
        title: Heading for people.
        empty: What is said where there are no rows.
        ids: What each row is about, no two the same: rows are quoted, marked and cited by it.
    """

    name: str
    title: str
    columns: tuple[Column[Any], ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = "nothing"
    ids: tuple[Hashable, ...] = ()

    def column(self, key: str) -> Column[Any]:
        """The column of that key.

        Raises:
            KeyError: There is none.
        """
        return {c.key: c for c in self.columns}[key]

    def place(self, id_: Hashable) -> int:
        """Which row, from 0 on, is about this.

        Raises:
            KeyError: None is.
        """
        if id_ not in self.ids:
            raise KeyError(f"{self.name} has no row '{id_}'")
        return self.ids.index(id_)

    def cell(self, id_: Hashable, key: str) -> Cell:
        """What stands in the row about this, in the column of that key.

        Raises:
            KeyError: There is no such row or column.
        """
        return self.records()[self.place(id_)][key]

    def records(self) -> list[dict[str, Cell]]:
        """The rows as mappings by column key."""
        keys = [c.key for c in self.columns]
        return [dict(zip(keys, row, strict=True)) for row in self.rows]

    def to_frame(self) -> pd.DataFrame:
        """The rows with the names of the columns that JSON and CSV have."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=[column.key for column in self.columns])

    def picked(self, keys: Iterable[str]) -> Table:
        """The table with only these columns, in this order; keys it does not have are left out."""
        places = {c.key: i for i, c in enumerate(self.columns)}
        kept = [places[key] for key in keys if key in places]
        columns = tuple(self.columns[i] for i in kept)
        return replace(
            self, columns=columns, rows=tuple(tuple(r[i] for i in kept) for r in self.rows)
        )

    def cut(self, first: int, last: int | None, name: str = "") -> Table:
        """Only the rows from one place up to another, under another name if one is given."""
        rows, ids = self.rows[first:last], self.ids[first:last]
        return replace(self, name=name or self.name, rows=rows, ids=ids)


def table(
    name: str,
    columns: Columns[Row],
    rows: Iterable[Row],
    title: str = "",
    empty: str = "nothing",
    *,
    by: Callable[[Row], Hashable] | None = None,
    most: int | None = None,
    more: str = "; --top sets how many",
    numbered: bool = False,
) -> Table:
    """A table of objects: one row each, one cell for each column.

    Args:
        name: Its name in JSON, and its id on a page.
        columns: What is shown of an object.
        rows: The objects, in the order in which they are shown.
        title: Heading for people.
        empty: What is said where there are no rows.
        by: What a row is about, for who wants to quote, mark or cite it; else its number.
        most: Rows shown; all if ``None``.
        more: Where the others are; follows the numbers in the title if rows are left out.
        numbered: Whether a first column counts the rows.
    """
    rows = list(rows)
    if most is not None and len(rows) > most:
        title += f" ({most:,} of {len(rows):,}{more})"
    shown = rows[:most]
    ids = tuple(range(len(shown))) if by is None else tuple(map(by, shown))
    assert len(set(ids)) == len(ids), f"rows of {name} are about the same"
    cells = [tuple(c.cell(row) for c in columns) for row in shown]
    if numbered:
        columns = (RANK, *columns)
        cells = [(rank, *row) for rank, row in enumerate(cells, 1)]
    return Table(name, title, tuple(columns), tuple(cells), empty, ids)


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

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by the names that they have in JSON."""
        return {part.name: part.to_frame() for part in self.parts if isinstance(part, Table)}

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the tables say in words."""
        return tuple(part for part in self.parts if isinstance(part, str))


def render(
    document: Document,
    form: Format,
    width: int = 100,
    color: bool = False,
    terminal: bool = False,
) -> str:
    """The document as text that ends with a newline.

    Args:
        document: What to show.
        form: How.
        width: Characters of a line, for a table.
        color: Whether a table has colours.
        terminal: Whether people read it in a terminal: then CSV too has marks for all that a
            terminal would obey. The other forms never hold it.
    """
    if form == "csv":
        return visible_lines(_csv(document.flat)) if terminal else _csv(document.flat)
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
        whole = abs(value) >= 0.0995 or abs(value) < DUST
        return _minus(f"{value * 100:.{0 if whole else 1}f}%")
    if kind == "change":
        return _signed(value)
    if kind == "units":
        return compact(value)
    whole = abs(value) >= 99.5 or abs(value) < DUST or value == int(value)
    return _minus(f"{value:,.0f}" if whole else f"{value:,.2g}")


def _minus(number: str) -> str:
    """A written number with a real minus sign, and none on a zero."""
    return number.replace("-", "" if re.fullmatch(r"-[0.]+%?", number) else "−")


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
            return _minus(f"{scaled:.{digits}f}{suffix}")
    return _minus(f"{value:.0f}")


def _csv(table: Table) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([spreadsheet_cell(c.key) for c in table.columns])
    for row in table.rows:
        writer.writerow([_plain(cell) for cell in row])
    return out.getvalue()


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return spreadsheet_cell(cell)
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else cell


def _json(document: Document) -> str:
    content: dict[str, object] = {"schema": document.schema, "meta": dict(document.meta)}
    for part in document.parts:
        if isinstance(part, Table):
            content[part.name] = part.records()
    content["sentences"] = [part for part in document.parts if isinstance(part, str)]
    content.update(document.records)
    return json_text(json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)) + "\n"


def _markdown(document: Document) -> str:
    out = [f"- **{markdown(label)}**: {markdown(text)}" for label, text in document.head]
    for part in document.parts:
        out.append("")
        if isinstance(part, str):
            out.append(markdown(part))
            continue
        if part.title:
            out += [f"### {markdown(part.title)}", ""]
        if not part.rows:
            out.append(markdown(part.empty))
            continue
        out.append("| " + " | ".join(markdown(c.label) for c in part.columns) + " |")
        out.append("|" + "|".join("---" if c.kind == "text" else "--:" for c in part.columns) + "|")
        for row in part.rows:
            cells = [show(v, c.kind) for v, c in zip(row, part.columns, strict=True)]
            out.append("| " + " | ".join(map(markdown, cells)) + " |")
    return "\n".join(out) + "\n"


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
    _print_head(console, document.head, width)
    for part in document.parts:
        console.print()
        if isinstance(part, str):
            console.print(Text(visible(part)))
        else:
            _print_table(console, part, width)
    lines = [line.rstrip() for line in out.getvalue().strip("\n").splitlines()]
    return "\n".join(lines) + "\n"


def _print_head(console: Console, head: tuple[tuple[str, str], ...], width: int) -> None:
    """Label and fact side by side; a fact that takes several lines stays in its column."""
    from rich.text import Text

    longest = max((Text(visible(label)).cell_len for label, _ in head), default=0)
    indent = min(longest + 2, width // 2)
    for label, fact in head:
        names = Text(visible(label), "bold").wrap(console, indent - 2, overflow="fold")
        facts = Text(visible(fact)).wrap(console, width - indent, overflow="fold")
        for name, line in zip_longest(names, facts, fillvalue=Text()):
            console.print(Text.assemble(name, " " * (indent - name.cell_len), line))


def _print_table(console: Console, table: Table, width: int) -> None:
    from rich.table import Table as RichTable
    from rich.text import Text

    if table.title:
        console.print(Text(visible(table.title), style="bold"))
    if not table.rows:
        console.print(Text(visible(f"  {table.empty}")))
        return
    shown = [
        [visible(show(v, c.kind)) for v, c in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]
    widths = _widths(table, shown, width)
    grid = RichTable(box=None, padding=(0, 1, 0, 1), pad_edge=True, header_style="bold")
    for i, cells in widths.items():
        column = table.columns[i]
        grid.add_column(
            Text(visible(column.label)),
            justify="left" if column.kind == "text" else "right",
            overflow="fold",
            width=cells,
        )
    for row in shown:
        grid.add_row(*(Text(row[i]) for i in widths))
    console.print(grid)
    dropped = [c.label for i, c in enumerate(table.columns) if i not in widths and c.label]
    if dropped:
        console.print(Text(visible(f" No room for: {', '.join(dropped)}."), "dim"))


def _widths(table: Table, shown: list[list[str]], width: int) -> dict[int, int]:
    """Width of each column that fits, by its index; the least important are dropped first.

    No column is narrower than its longest word or number. What room is left goes, a character at
    a time, to the column whose longest cell breaks into most lines.
    """
    from rich.cells import cell_len

    wanted, needed = [], []
    for i, column in enumerate(table.columns):
        texts = [column.label, *(row[i] for row in shown)]
        wanted.append(max(cell_len(line) for text in texts for line in [*text.splitlines(), ""]))
        if column.kind == "text":
            unbroken = [column.label] if column.breakable else texts
            word = max(cell_len(w) for text in unbroken for w in [*text.split(), ""])
            needed.append(max(word, min(column.least, wanted[i])))
        else:
            needed.append(wanted[i])
    kept = list(range(len(table.columns)))
    while len(kept) > 1 and sum(needed[i] + 2 for i in kept) > width:
        kept.remove(max(kept, key=lambda i: (table.columns[i].priority, i)))
    widths = {i: max(1, min(needed[i], width - 2)) for i in kept}
    for _ in range(width - sum(cells + 2 for cells in widths.values())):
        tightest = max(kept, key=lambda i: wanted[i] / widths[i])
        if wanted[tightest] <= widths[tightest]:
            break
        widths[tightest] += 1
    return widths
