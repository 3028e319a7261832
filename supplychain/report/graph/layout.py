"""Where each commodity stands in the picture: stages from left to right.

A stage is one column, or several where its commodities would not fit below one another; the
column height is chosen so that the whole picture fills its page. What is made from
other things of its own stage stands to the right of them. Inside a column the order comes from
barycentre sweeps (Sugiyama, Tagawa and Toda 1981), the best by number of crossings is kept.

Lengths are in the picture's own unit, in which the letters of a label are 13 high.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right, insort
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from supplychain.model import STAGES

Link: TypeAlias = tuple[str, str]
"""Input and consumer, by id."""
Columns: TypeAlias = list[list[str]]

FONT = 13
LINE = 15
BOX_WIDTH = 122
MARGIN = 16
HEADER = 34
ASPECT = 1.6
"""Width over height of a landscape page and of most screens."""

_BOX_PADDING = 6
_SMALL_GAP, _LARGE_GAP = 6, 30
_COLUMN_GAP, _STAGE_GAP = 12, 36
_LINE_CHARACTERS, _LINES = 16, 3
_LONGEST_WORD = 18
_SWEEPS = 40


@dataclass(frozen=True, slots=True)
class Box:
    """A commodity in the picture; x and y are its centre."""

    id: str
    lines: tuple[str, ...]
    column: int
    x: float
    y: float

    @property
    def height(self) -> int:
        """Of the box around the lines of the label."""
        return _height(self.lines)


@dataclass(frozen=True, slots=True)
class Band:
    """The strip behind the columns of a stage."""

    stage: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole picture; boxes by id, bands from left to right."""

    boxes: Mapping[str, Box]
    bands: tuple[Band, ...]
    width: float
    height: float


def layered(
    stages: Mapping[str, str],
    names: Mapping[str, str],
    links: Collection[Link],
    aspect: float = ASPECT,
    fill: bool = False,
    order: Sequence[str] = STAGES,
) -> Layout:
    """Place every commodity.

    Args:
        stages: Stage of each commodity, by id.
        names: Name of each commodity, by id; becomes its label.
        links: Inputs and consumers, both among the commodities; the direction may run
            upstream or stay inside a stage.
        aspect: Width over height that the picture should come near to.
        fill: Spread the boxes out so that a picture that is wider than that is as high.
        order: The stages from left to right.
    """
    labels = {id_: wrapped(names[id_]) for id_ in sorted(stages)}
    heights = {id_: _height(lines) for id_, lines in labels.items()}
    orders = {
        stage: _stage_order([i for i in labels if stages[i] == stage], stages, sorted(links), order)
        for stage in order
        if stage in stages.values()
    }
    parts = _parts(orders, heights, aspect)
    columns = _ordered([column for part in parts.values() for column in part], heights, links)
    return _placed(parts, columns, labels, aspect if fill else None)


def wrapped(name: str) -> tuple[str, ...]:
    """The name in at most three lines that fit a box.

    What stands in brackets at the end is left out if the name takes more than two lines with it;
    what is still too long ends in ``…``.
    """
    lines = _lines(name)
    if len(lines) > 2 and name.endswith(")") and " (" in name:
        lines = _lines(name[: name.rindex(" (")])
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], _cut(lines[_LINES - 1], _LINE_CHARACTERS - 1) + "…"]
    return tuple(lines)


def _lines(name: str) -> list[str]:
    lines = [""]
    for word in name.split():
        for number, piece in enumerate(_pieces(word)):
            longer = f"{lines[-1]}{'' if number else ' '}{piece}".strip()
            if _width(longer) <= _LINE_CHARACTERS:
                lines[-1] = longer
            else:
                lines.append(piece)
    return [line for line in lines if line] or [""]


def _pieces(word: str) -> list[str]:
    """The word cut after hyphens; a part that is much too long for a line, anywhere."""
    if _width(word) <= _LINE_CHARACTERS:
        return [word]
    pieces = []
    for part in re.findall(r"[^-]+-*|-+", word):
        while _width(part) > _LONGEST_WORD:
            pieces.append(_cut(part, _LINE_CHARACTERS))
            part = part[len(pieces[-1]) :]
        pieces.append(part)
    return pieces


def _cut(text: str, width: int) -> str:
    while _width(text) > width:
        text = text[:-1]
    return text


def _width(text: str) -> int:
    """Width in letters; Chinese, Japanese and Korean characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _height(lines: Sequence[str]) -> int:
    return LINE * len(lines) + _BOX_PADDING


def _stage_order(
    ids: Sequence[str], stages: Mapping[str, str], links: Sequence[Link], order: Sequence[str]
) -> list[str]:
    """The commodities of a stage: inputs before consumers, then by how far down they are used."""
    inside = set(ids)
    inputs: dict[str, list[str]] = {id_: [] for id_ in ids}
    used: dict[str, list[int]] = {id_: [] for id_ in ids}
    for source, target in links:
        if source in inside and target in inside:
            inputs[target].append(source)
        elif source in inside:
            used[source].append(order.index(stages[target]))
    depths = depths_of(inputs)
    return sorted(ids, key=lambda i: (depths[i], sum(used[i]) / max(1, len(used[i])), i))


def depths_of(inputs: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Length of the longest chain of inputs; the link that closes a loop does not count."""
    depths: dict[str, int] = {}
    for start in inputs:
        path = [start]
        while path:
            waiting = [i for i in inputs[path[-1]] if i not in depths and i not in path]
            if waiting:
                path.append(waiting[0])
                continue
            done = path.pop()
            known = [depths[i] for i in inputs[done] if i in depths]
            depths[done] = 1 + max(known, default=-1)
    return depths


def _parts(
    orders: Mapping[str, Sequence[str]], heights: Mapping[str, int], aspect: float
) -> dict[str, Columns]:
    """Each stage in columns, as high as lets the picture fill its page."""
    tallest = max((_stack(order, heights) for order in orders.values()), default=0)
    candidates = [
        {stage: _split(order, heights, limit) for stage, order in orders.items()}
        for limit in range(LINE + _BOX_PADDING, tallest + 40, 40)
    ]
    return min(candidates, key=lambda parts: _size(parts, heights, aspect), default={})


def _size(parts: Mapping[str, Columns], heights: Mapping[str, int], aspect: float) -> float:
    """Height of the smallest page of the right shape that holds the picture."""
    width = sum(_part_width(part) + _STAGE_GAP for part in parts.values())
    return max([width / aspect, *(_stack(c, heights) for part in parts.values() for c in part)])


def _part_width(part: Columns) -> int:
    return len(part) * (BOX_WIDTH + _COLUMN_GAP) - _COLUMN_GAP


def _stack(ids: Iterable[str], heights: Mapping[str, int]) -> int:
    return sum(heights[id_] + _SMALL_GAP for id_ in ids)


def _split(order: Sequence[str], heights: Mapping[str, int], limit: int) -> Columns:
    """The order cut into columns of about equal height, none much above the limit."""
    total = _stack(order, heights)
    count = min(len(order), -(-total // limit))
    columns: Columns = [[] for _ in range(count)]
    above = 0.0
    for id_ in order:
        own = heights[id_] + _SMALL_GAP
        columns[int(count * (above + own / 2) / total)].append(id_)
        above += own
    return [column for column in columns if column]


def _ordered(columns: Columns, heights: Mapping[str, int], links: Collection[Link]) -> Columns:
    """Each column in the order with the fewest crossings that the sweeps find."""
    column_of = {id_: number for number, column in enumerate(columns) for id_ in column}
    neighbours: dict[str, set[str]] = {id_: set() for id_ in column_of}
    for source, target in links:
        neighbours[source].add(target)
        neighbours[target].add(source)
    best, fewest = columns, _crossings(columns, heights, links)
    for sweep in range(_SWEEPS):
        downstream = sweep % 2 == 0
        columns = _swept(columns, heights, neighbours, column_of, downstream)
        crossings = _crossings(columns, heights, links)
        if crossings < fewest:
            best, fewest = columns, crossings
    return best


def _swept(
    columns: Columns,
    heights: Mapping[str, int],
    neighbours: Mapping[str, Collection[str]],
    column_of: Mapping[str, int],
    downstream: bool,
) -> Columns:
    """Each column sorted by the mean position of its neighbours on the side swept from."""
    swept = [list(column) for column in columns]
    y = {id_: at for column in swept for id_, at in _rows(column, heights).items()}
    for number in range(len(swept)) if downstream else reversed(range(len(swept))):
        means = {}
        for id_ in swept[number]:
            side = [
                y[n]
                for n in sorted(neighbours[id_])
                if (column_of[n] < number if downstream else column_of[n] > number)
            ]
            means[id_] = sum(side) / len(side) if side else y[id_]
        swept[number].sort(key=lambda i: (means[i], i))
        y |= _rows(swept[number], heights)
    return swept


def _crossings(columns: Columns, heights: Mapping[str, int], links: Collection[Link]) -> int:
    """How often links cross when drawn straight from column to column."""
    at = {
        id_: (number, y)
        for number, column in enumerate(columns)
        for id_, y in _rows(column, heights).items()
    }
    ends = [sorted((at[source], at[target])) for source, target in sorted(links)]
    crossings = 0
    for gap in range(len(columns) - 1):
        passing = sorted(
            (_height_at(gap, start, end), _height_at(gap + 1, start, end))
            for start, end in ends
            if start[0] <= gap < end[0]
        )
        seen: list[float] = []
        for _, right in passing:
            crossings += len(seen) - bisect_right(seen, right)
            insort(seen, right)
    return crossings


def _height_at(column: int, start: tuple[int, float], end: tuple[int, float]) -> float:
    if column in (start[0], end[0]):
        return start[1] if column == start[0] else end[1]
    return start[1] + (end[1] - start[1]) * (column - start[0]) / (end[0] - start[0])


def _rows(column: Sequence[str], heights: Mapping[str, int], room: float = 0) -> dict[str, float]:
    """Centre of each box; the column is centred on zero and spread out where it has room."""
    spare = (room - _stack(column, heights)) / max(1, len(column))
    gap = _SMALL_GAP + min(max(0.0, spare), _LARGE_GAP)
    top = -sum(heights[id_] + gap for id_ in column) / 2
    rows = {}
    for id_ in column:
        rows[id_] = top + (heights[id_] + gap) / 2
        top += heights[id_] + gap
    return rows


def _placed(
    parts: Mapping[str, Columns],
    columns: Columns,
    labels: Mapping[str, tuple[str, ...]],
    aspect: float | None,
) -> Layout:
    """Coordinates of boxes and bands; the top left corner of the picture is (0, 0)."""
    heights = {id_: _height(lines) for id_, lines in labels.items()}
    room: float = max((_stack(column, heights) for column in columns), default=0)
    if aspect is not None:
        wide = sum(_part_width(part) + _STAGE_GAP for part in parts.values())
        room = max(room, wide / aspect - HEADER - 2 * MARGIN)
    middle = MARGIN + HEADER + room / 2
    boxes: dict[str, Box] = {}
    bands: list[Band] = []
    left, number = float(MARGIN), 0
    for stage, part in parts.items():
        bands.append(Band(stage, left, left + _part_width(part)))
        for place in range(len(part)):
            x = left + place * (BOX_WIDTH + _COLUMN_GAP) + BOX_WIDTH / 2
            for id_, y in _rows(columns[number], heights, room).items():
                boxes[id_] = Box(id_, labels[id_], number, x, round(middle + y, 1))
            number += 1
        left = bands[-1].right + _STAGE_GAP
    width = (bands[-1].right if bands else left) + MARGIN
    return Layout(
        boxes={id_: boxes[id_] for id_ in labels},
        bands=tuple(bands),
        width=width,
        height=room + HEADER + 2 * MARGIN,
    )
