"""A report as values: sections of tables, pictures and sentences.

What findings and cards say in numbers are :class:`Quote` objects: cells of tables on the same
page, shown as they stand there and marked with the cell's id (``data-ref``).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

from supplychain.model import Source
from supplychain.report.tables import Cell, Table, show

RING = "●"
"""The mark of a cell that also gets a ring."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A cell of a table of the page, quoted in a sentence or on a card.

    Attributes:
        row: What the row is about.
        key: Key of the column.

    Raises:
        KeyError: The table has no such cell.
    """

    table: Table
    row: Hashable
    key: str

    def __post_init__(self) -> None:
        self.table.cell(self.row, self.key)

    @property
    def id(self) -> str:
        """The id of the cell on the page."""
        return f"{self.table.name}-{self.table.place(self.row)}-{self.key}"

    @property
    def value(self) -> Cell:
        """What stands in the cell."""
        return self.table.cell(self.row, self.key)

    @property
    def text(self) -> str:
        """The cell as the table shows it."""
        return show(self.value, self.table.column(self.key).kind)


Words: TypeAlias = tuple[str | Quote, ...]
"""A sentence in pieces."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know.

    Attributes:
        lead: The number, in bold.
        rest: What it means.
        see: Name of the table or picture that shows it.
    """

    lead: Words
    rest: Words
    see: str


@dataclass(frozen=True, slots=True)
class Card:
    """One number in large type."""

    label: str
    value: Quote
    note: Words


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as the page shows it.

    Attributes:
        caption: What the numbers are.
        heat: Columns whose shares are also shown as colour.
        marks: (row id, column key) to a sign put after the number, for cells that get a ring.
        mark_words: What the signs mean to a reader who cannot see them, by sign.
        sources: Row id to ids of the sources it rests on.
        links: Row id to the address of what its first cell names.
        folded: Whether the reader has to open it; it is not printed.
    """

    table: Table
    caption: str
    heat: tuple[str, ...] = ()
    marks: Mapping[tuple[Any, str], str] = field(default_factory=lambda: MappingProxyType({}))
    mark_words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    sources: Mapping[Any, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    links: Mapping[Any, str] = field(default_factory=lambda: MappingProxyType({}))
    folded: bool = False

    @property
    def name(self) -> str:
        """Name of the table, its id on the page."""
        return self.table.name


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure: an ``<svg>`` element with text in it.

    Attributes:
        graph: Whether it is the dependency graph, which can be searched and traced.
        half: Whether two of them stand side by side where there is room.
    """

    name: str
    svg: str
    caption: str
    graph: bool = False
    half: bool = False


Part: TypeAlias = Grid | Picture | str


@dataclass(frozen=True, slots=True)
class Section:
    """One heading and what stands under it.

    Attributes:
        wide: Whether it is printed on landscape pages of its own.
    """

    id: str
    title: str
    parts: tuple[Part, ...]
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """Everything on the page, in reading order.

    Attributes:
        subtitle: Scenario, window, data, date.
        warning: What a reader must know before any number; empty: nothing.
        sections: Those that show results; tables of sources and how to reproduce follow.
        sources: The bibliography.
        reproduce: The command, and labelled facts on what ran.
        search: Node of the graph to further words it is found by.
    """

    title: str
    subtitle: str
    warning: str
    findings: tuple[Finding, ...]
    cards: tuple[Card, ...]
    sections: tuple[Section, ...]
    sources: Mapping[str, Source]
    command: str
    facts: tuple[tuple[str, str], ...]
    search: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
