"""Figures: a value with its range, basis and sources, or what the block around it says of them.

A figure that names its own source, or is an estimate with its own note, stands for itself. Any
other takes what it does not say from the block it stands in: source, basis, note and the
plus-or-minus range.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import cast

import yaml

from supplychain.loader.index import Index, known, words
from supplychain.loader.problems import Page
from supplychain.loader.schema import STANDING
from supplychain.loader.shapes import Block, Items, Value, node_of
from supplychain.loader.text import place, width
from supplychain.loader.words import Amount
from supplychain.model import Basis, Contradiction, Figure, units


@dataclass(frozen=True, slots=True)
class Standing:
    """What figures in a block stand on unless they say otherwise.

    Attributes:
        spread: Plus or minus this share of the value; ``None`` where no range is given.
    """

    sources: tuple[str, ...] = ()
    basis: Basis = "reported"
    note: str = ""
    spread: float | None = None

    @property
    def firm(self) -> bool:
        """Whether there is a source, or an estimate with the reason for it."""
        return bool(self.sources) or (self.basis == "estimate" and bool(self.note))


NOTHING = Standing()
FAR = 10
"""Years after the newest source was read beyond which a date is doubted."""
_DATED = re.compile(r"[0-9]{4}(?:Q[1-4])?")


@dataclass(slots=True)
class Reader:
    """One page, and what its references may point to."""

    page: Page
    index: Index

    def problem(self, value: Value, message: str, *cures: str) -> None:
        """Note a problem where the value stands."""
        node = node_of(value)
        self.page.problem(place(node, self.page), message, *cures, width=width(node))

    def warning(self, value: Value, message: str, *cures: str) -> None:
        """Note something that could be true but is probably not meant, where the value stands."""
        node = node_of(value)
        self.page.warning(place(node, self.page), message, *cures, width=width(node))

    def at_key(self, block: Block, key: str, message: str, *cures: str) -> None:
        """Note a problem where the key of an entry stands."""
        node = block.keys[key]
        self.page.problem(place(node, self.page), message, *cures, width=width(node))

    def sources(self, value: Value | None) -> tuple[str, ...]:
        """The ids of the bibliography; one that is not in it is noted."""
        ids = []
        for node in words(value):
            if "sources" not in self.index.unread:
                known(
                    node,
                    node.value,
                    self.index.sources,
                    "source",
                    self.page,
                    f"or add '{node.value}:' with title, publisher, url and accessed to a file "
                    "in sources/",
                )
            ids.append(node.value)
        self.index.cited.update(ids)
        return tuple(ids)

    def standing(self, block: Block, outer: Standing = NOTHING) -> Standing:
        """What the figures in the block stand on."""
        basis = cast(Basis, block.word("basis"))
        own = "source" in block.values or (basis == "estimate" and "note" in block.values)
        spread = block.values.get("range")
        if isinstance(spread, yaml.ScalarNode) and not _percent(spread.value):
            self.problem(
                spread,
                f"'{spread.value}' is ambiguous as a range",
                "write a percentage for plus or minus, like 20%, or [low, high]",
            )
        basis = basis or ("reported" if own else outer.basis)
        inherited = None if own and basis == "reported" else outer.spread
        return Standing(
            self.sources(block.values.get("source")) if own else outer.sources,
            basis,
            block.word("note") or ("" if own else outer.note),
            units.number(spread.value) if isinstance(spread, yaml.ScalarNode) else inherited,
        )

    def figure(self, value: Value, amount: Amount, outer: Standing, unit: str = "") -> Figure:
        """One figure; what it lacks in range or source is noted."""
        unit = unit or amount.unit
        if isinstance(value, Block):
            standing, number = self.standing(value, outer), value.values["value"]
            self._unit(value, unit)
        else:
            standing, number = outer, value
        assert isinstance(number, yaml.ScalarNode)
        middle = units.number(number.value)
        low, high = self._range(value, number, middle, standing, amount)
        if not standing.firm:
            self._unfounded(value, standing)
        return Figure(
            middle,
            low,
            high,
            unit,
            standing.basis,
            standing.sources,
            standing.note,
            self._contradictions(value),
            place(number, self.page),
            value.word("stale_after") if isinstance(value, Block) else "",
            amount.limits,
        )

    def _unit(self, block: Block, unit: str) -> None:
        written = block.word("unit")
        if written and unit and written != unit:
            self.problem(
                block.values["unit"],
                f"the unit is '{written}', but the place asks for '{unit}'",
                f"convert the figure to {unit} and leave the unit out",
            )

    def _unfounded(self, value: Value, standing: Standing) -> None:
        if standing.basis == "estimate":
            self.problem(
                value,
                "an estimate without a reason",
                "add 'note: ...' saying how it was judged, or a source",
            )
        else:
            self.problem(
                value,
                "a figure without a source",
                "add 'source: [id]' here or to the block around it",
                "or, if it is a judgement, 'basis: estimate' with a range and a note",
            )

    def _range(
        self,
        value: Value,
        number: yaml.ScalarNode,
        middle: float,
        standing: Standing,
        amount: Amount,
    ) -> tuple[float, float]:
        given = value.values.get("range") if isinstance(value, Block) else None
        if isinstance(given, Items):
            low, high = (units.number(node.value) for node in words(given))
            if not low <= middle <= high:
                self.problem(
                    number,
                    f"{number.value} is outside its range",
                    "a range is [low, high] with low ≤ value ≤ high",
                )
            return low, high
        if standing.spread is not None:
            ends = middle * (1 - standing.spread), middle * (1 + standing.spread)
            return float(max(amount.low, ends[0])), float(min(amount.high, ends[1]))
        if standing.basis != "reported" and not _settled(middle, amount):
            article = "an estimate" if standing.basis == "estimate" else "a derived figure"
            self.problem(
                number,
                f"{article} without a range",
                "add 'range: [low, high]', or 'range: 20%' for plus or minus 20%",
            )
        return middle, middle

    def _contradictions(self, value: Value) -> tuple[Contradiction, ...]:
        if not isinstance(value, Block) or "contradicted_by" not in value.values:
            return ()
        return tuple(
            Contradiction(
                units.number(item.word("value")),
                self.sources(item.values["source"]),
                item.word("note"),
            )
            for item in value.items("contradicted_by")
            if isinstance(item, Block)
        )

    def optional(
        self, block: Block, key: str, amount: Amount, outer: Standing, unit: str = ""
    ) -> Figure | None:
        """The figure under a key, or ``None`` where it is absent."""
        value = block.values.get(key)
        return None if value is None else self.figure(value, amount, outer, unit)

    def table(
        self, block: Block | None, amount: Amount, outer: Standing, unit: str = ""
    ) -> Mapping[str, Figure]:
        """The figures of a table by their keys, with the standing of the table."""
        if block is None:
            return MappingProxyType({})
        standing = self.standing(block, outer)
        self._check_years(block)
        return {
            key: self.figure(value, amount, standing, unit)
            for key, value in block.values.items()
            if key not in STANDING
        }

    def _check_years(self, block: Block) -> None:
        """Warn of figures that lie far beyond all that the sources can know."""
        if not self.index.newest:
            return
        last = int(self.index.newest[:4]) + FAR
        for key in block.values:
            if key not in STANDING and _DATED.fullmatch(key) and int(key[:4]) > last:
                self.page.warning(
                    place(block.keys[key], self.page),
                    f"a figure of {key}, more than {FAR} years after any source was read",
                    "correct the year, if that is not meant",
                    width=len(key),
                )


def _percent(text: str) -> bool:
    return text.rstrip().endswith("%")


def _settled(value: float, amount: Amount) -> bool:
    """Whether it is none or all of something, which has no range to speak of."""
    return value == 0 or (amount.share and value == amount.high)
