"""The words that may stand in a place of the data: texts of a form, and numbers within limits."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from supplychain.loader.problems import Page, short
from supplychain.loader.text import place, width
from supplychain.model import units
from supplychain.model.finder import nearest

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Text:
    """A word or a text.

    Attributes:
        what: With its article: ``an id``.
        pattern: Regular expression that all of it matches; empty: any text but the empty one.
        choices: The only values allowed, if any.
        objection: Says what is wrong with a text that the pattern allows, or ``None``.
        remedy: Says what was probably meant, or ``None``.
        longest: How many characters it may have; 0: any number.
    """

    what: str
    example: str
    pattern: str = ""
    choices: tuple[str, ...] = ()
    objection: Callable[[str], str | None] | None = None
    remedy: Callable[[str], str | None] | None = None
    longest: int = 0

    def read(self, node: yaml.Node, page: Page) -> yaml.ScalarNode | None:
        """The node, if it is such a text; else ``None``, and the problem is noted."""
        if not isinstance(node, yaml.ScalarNode):
            misplaced(node, page, self.what, self.example)
            return None
        if tagged(node, page) or empty(node, page, self.what, self.example):
            return None
        if (fault := self.fault(node.value.strip())) is not None:
            message, cures = fault
            page.problem(place(node, page), message, *cures, width=width(node))
            return None
        return node

    def fault(self, text: str) -> tuple[str, list[str]] | None:
        """What is wrong with the text, and the cures; ``None`` if nothing is."""
        if self.longest and len(text) > self.longest:
            return f"{self.what} of {len(text):,} characters; at most {self.longest:,} are read", []
        if self.choices:
            if text in self.choices:
                return None
            cures = [f"one of: {', '.join(self.choices)}"] if len(self.choices) < 20 else []
            meant = (self.remedy(text) if self.remedy else None) or nearest(text, self.choices)
        else:
            wrong = self.objection(text) if self.objection else None
            if wrong is None and (not self.pattern or re.fullmatch(self.pattern, text)):
                return None
            if wrong is not None:
                return wrong, []
            cures = []
            meant = self.remedy(text) if self.remedy else None
        if meant and meant != text:
            cures.insert(0, f"did you mean {meant}?")
        return f"'{short(text)}' is not {self.what}; write it like {self.example}", cures

    def schema(self, definitions: Json) -> Json:
        """Its JSON Schema."""
        made: Json = {"description": f"{self.what}, like {self.example}"}
        if self.choices:
            return made | {"enum": list(self.choices)}
        if self.pattern and re.fullmatch(self.pattern, "2024"):
            made["type"] = ["string", "integer"]  # a year without quotes
        else:
            made["type"] = "string"
        if self.longest:
            made["maxLength"] = self.longest
        return made | ({"pattern": f"^(?:{self.pattern})$"} if self.pattern else {"minLength": 1})


@dataclass(frozen=True, slots=True)
class Amount:
    """A number within limits.

    Attributes:
        unit: Of every figure of this kind; empty for shares and what the place tells.
        low: Smallest value; excluded if ``above``.
        least: Smallest value besides 0, where 0 stands for none; 0: any.
        share: Whether it is a share, which may carry a percent sign and has to above 1.
        part: Whether a percentage, where one is written, is of a whole, so at most 100%.
        whole: Whether it is a count of things that cannot be split.
    """

    what: str
    example: str
    unit: str = ""
    low: float = 0.0
    high: float = math.inf
    above: bool = False
    least: float = 0.0
    share: bool = False
    part: bool = False
    whole: bool = False

    @property
    def limits(self) -> tuple[float, float]:
        """Smallest and largest value, both allowed."""
        low = (self.least or math.nextafter(self.low, math.inf)) if self.above else self.low
        return float(low), float(self.high)

    def read(self, node: yaml.Node, page: Page) -> yaml.ScalarNode | None:
        """The node, if it is such a number; else ``None``, and the problem is noted."""
        if not isinstance(node, yaml.ScalarNode):
            misplaced(node, page, self.what, self.example)
            return None
        if tagged(node, page) or empty(node, page, self.what, self.example):
            return None
        if (fault := self.fault(node.value.strip())) is not None:
            message, cures = fault
            page.problem(place(node, page), message, *cures, width=width(node))
            return None
        return node

    def fault(self, text: str) -> tuple[str, list[str]] | None:
        """What is wrong with the number, and the cures; ``None`` if nothing is."""
        not_it = f"'{short(text)}' is not {self.what}; write it like {self.example}"
        try:
            value = units.number(text)
        except ValueError:
            meant = _number_meant(text)
            return not_it, [f"did you mean {meant}?"] if meant else []
        if text.endswith("%") and not self.share:
            return not_it, ["a percent sign is for shares"]
        if self.share and value > self.high and not text.endswith("%") and value <= 100:
            return not_it, [f"did you mean {text}%?"]
        too_low = value < self.low or (self.above and value == self.low)
        if self.part and text.endswith("%") and value > 1:
            return not_it, ["a percentage is of the whole here, so at most 100%"]
        if value > self.high:
            return not_it, [] if self.share else [f"at most {_limit(self.high)}"]
        if too_low or 0 < value < self.least:
            least = max(self.least, 0.0 if self.above else self.low)
            return not_it, [f"at least {_limit(least)}"] if 0 < value < least else []
        return (not_it, []) if self.whole and value != int(value) else None

    def schema(self, definitions: Json) -> Json:
        """Its JSON Schema: a number, or one of the forms that YAML takes for a text."""
        bound = "exclusiveMinimum" if self.above and not self.least else "minimum"
        limits: Json = {bound: self.least or self.low}
        if self.high < math.inf:
            limits["maximum"] = self.high
        kind = "integer" if self.whole else "number"
        return {
            "description": f"{self.what}, like {self.example}",
            "anyOf": [
                *([{"enum": [0]}] if self.least and not self.above else []),
                {"type": kind, **limits},
                {"type": "string", "pattern": f"^(?:{self._written()})$"},
            ],
        }

    def _written(self) -> str:
        """The forms that YAML takes for a text; limits can only be told of percentages."""
        if self.whole:
            return units.WHOLE
        number = rf"{units.DECIMAL}(?:/{units.DECIMAL})?"
        if not self.share:
            return number
        if self.part or self.high <= 1:
            return f"{_percent(100 if self.part else round(100 * self.high))}|{number}"
        return units.NUMBER


def _percent(most: int) -> str:
    """The form of percentages up to a whole number of them, as a regular expression."""
    below = "|".join(map(str, range(most))) if most < 100 else "0|[1-9][0-9]?"
    return rf"(?:{most}(?:\.0*)?|(?:{below})(?:\.[0-9]*)?|\.[0-9]+) ?%"


def _number_meant(text: str) -> str | None:
    """The number that was probably meant: ``14_500`` for ``14,500``, ``1.5`` for ``1,5``."""
    digits = text.replace(",", "_").replace(" ", "_")
    if digits != text:
        pointed = text.replace(",", ".")
        return next((t for t in (digits, pointed) if re.fullmatch(units.NUMBER, t)), None)
    plain = text.replace("_", "")
    return f"{int(plain):_}" if re.fullmatch(r"[0-9]{1,15}", plain) and len(text) < 40 else None


def _limit(value: float) -> str:
    """A limit as the data writes it."""
    return f"{value:_.0f}" if value == int(value) and value < 1e9 else f"{value:g}"


def tagged(node: yaml.Node, page: Page) -> bool:
    """Whether the node has a tag (``!!int``), which is noted."""
    if node.tag:
        page.problem(place(node, page), "tags are not allowed", "leave out what begins with '!'")
    return bool(node.tag)


def empty(node: yaml.ScalarNode, page: Page, what: str, example: str) -> bool:
    """Whether nothing stands there, or a word for nothing, which is noted."""
    if node.value.strip() and (node.style or node.value not in ("~", "null", "Null")):
        return False
    page.problem(
        place(node, page),
        f"{what} is expected here, but there is nothing",
        f"write it like {example}, or leave the key out",
    )
    return True


def misplaced(node: yaml.Node, page: Page, what: str, example: str) -> None:
    """Note that something else stands there than what is expected."""
    if isinstance(node, yaml.ScalarNode):
        found = f"'{short(node.value)}'" if node.value.strip() else "nothing"
    else:
        found = "a block" if isinstance(node, yaml.MappingNode) else "a list"
    page.problem(
        place(node, page),
        f"{what} is expected here, like {example}; found {found}",
        width=width(node),
    )
