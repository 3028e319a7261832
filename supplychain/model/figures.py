"""Figures: a value with unit, range, basis and sources, and where it stands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

_T = TypeVar("_T")

Basis: TypeAlias = Literal["reported", "derived", "estimate"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the data: file (relative to the data folder), line, column."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Place("", 0, 0)
"""The place of what no file holds, such as a value made in a test."""


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the bibliography.

    Attributes:
        published: ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; empty where the page has no date.
        accessed: The day the page was read, ``YYYY-MM-DD``.
    """

    id: str
    title: str
    publisher: str
    url: str
    published: str
    accessed: str
    note: str = ""
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Another source's value for the same figure, in the figure's own unit."""

    value: float
    sources: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with unit, range, basis and sources.

    Attributes:
        unit: Of the place, e.g. ``wafers/month``, ``weeks``; empty for pure numbers and shares.
        low: Lower end of the range; equals ``value`` where a reported figure gives none.
        sources: Ids of the bibliography; empty only for an ``estimate``, which has a note.
        stale_after: The day after which it should be looked at again, ``YYYY-MM-DD``; empty: none.
        limits: Smallest and largest value that a figure of its kind can have.
        name: Where it belongs, such as ``tsmc.cowos.2024Q4``, for ``explain`` and ``--assume``; set
            by :func:`supplychain.model.names.named`, one for each figure of a network.
    """

    value: float
    low: float
    high: float
    unit: str = ""
    basis: Basis = "reported"
    sources: tuple[str, ...] = ()
    note: str = ""
    contradicted_by: tuple[Contradiction, ...] = ()
    place: Place = NOWHERE
    stale_after: str = ""
    limits: tuple[float, float] = (0.0, math.inf)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Known(Generic[_T]):
    """What some figures come to, and whether an estimate is among them."""

    value: _T
    estimated: bool = False


def year_known(figures: Mapping[int, _T], year: int) -> int:
    """The latest year up to this one that has a figure, else the first that has one.

    Example:
        >>> year_known({2023: 1, 2025: 2}, 2024), year_known({2023: 1, 2025: 2}, 2019)
        (2023, 2023)
    """
    return max((y for y in figures if y <= year), default=min(figures))


def in_year(figures: Mapping[int, _T], year: int) -> _T | None:
    """What holds in a year: of the latest year up to it, else of the first; ``None``: no years."""
    return figures[year_known(figures, year)] if figures else None
