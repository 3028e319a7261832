"""Numbers and rates as they are written in the data and on the command line.

A number is ``14_500``, ``3.35``, ``1e6``, ``54%`` or ``1/28.5``. A rate is a noun over a
period, with a scale if need be: ``wafers/month``, ``million GB/quarter``. Everything is
computed per quarter, a month being a third and a week a thirteenth of one.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from supplychain.errors import AskError

_DECIMAL = r"[+-]?(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
NUMBER = rf"{_DECIMAL}(?: ?%|/{_DECIMAL})?"
"""The form of a number, as a regular expression."""

_NUMBER = re.compile(NUMBER)

TINY = 1e-9
"""A share below it is none, or a slip of the keyboard."""

LONG = 40
"""Characters of a text that a message repeats."""

SCALES = {"": 1.0, "k": 1e3, "thousand": 1e3, "million": 1e6, "billion": 1e9}
"""Words before the noun of a rate, with what they multiply it by."""

PERIODS = {"week": 13.0, "month": 3.0, "quarter": 1.0, "year": 0.25}
"""Periods of a rate, with how many of them make a quarter."""

NOUN = r"[A-Za-z][A-Za-z0-9²³-]*(?: [A-Za-z0-9²³-]+)*"
"""The form of a unit that is no rate: ``wafers``, ``GB``, ``square metres``."""

RATE = rf"(?:(?:k|thousand|million|billion) )?{NOUN}/(?:week|month|quarter|year)"
"""The form of a rate, as a regular expression."""

_RATE = re.compile(
    rf"(?:(?P<scale>k|thousand|million|billion) )?(?P<noun>{NOUN})/(?P<period>[a-z]+)"
)


@lru_cache(maxsize=16_384)
def number(text: str) -> float:
    """Read a number; a percentage is a share of 1.

    Raises:
        AskError: It is not a finite number in one of the forms.

    Example:
        >>> number("14_500"), number("54%"), number("1/28.5") == 1 / 28.5
        (14500.0, 0.54, True)
    """
    if _NUMBER.fullmatch(text) is None:
        raise AskError(f"'{brief(text)}' is not a number; write it like 14_500, 54%, 1/28.5 or 1e6")
    if "/" in text:
        above, below = (float(part) for part in text.split("/"))
        if below == 0:
            raise AskError(f"'{brief(text)}' divides by zero")
        value = above / below
    elif text.endswith("%"):
        value = float(text[:-1]) / 100
    else:
        value = float(text)
    if not math.isfinite(value):
        raise AskError(f"'{brief(text)}' is too large")
    return value


def share(text: str, least: float = 0.0, most: float = 1.0) -> float:
    """Read a share: ``20%``, ``0.2`` and ``1/5`` are the same; ``20`` could mean two things.

    Args:
        text: As somebody wrote it.
        least: The smallest share allowed, as a number.
        most: The largest one.

    Raises:
        AskError: It is no share, could mean two, or lies outside.

    Example:
        >>> share("20%"), share("0.2"), share("1/5")
        (0.2, 0.2, 0.2)
    """
    text = text.strip()
    within = f"from {100 * least:g}% to {100 * most:g}%"
    try:
        value = number(text)
    except AskError as error:
        message = f"'{brief(text)}' is not a share {within}; write for example 20%"
        raise AskError(message) from error
    if not text.endswith("%") and "/" not in text and 1 < abs(value) <= 100:
        raise AskError(f"'{text}' is ambiguous; write {value:g}% or {value / 100:g}")
    if 0 < abs(value) < TINY:
        raise AskError(f"'{brief(text)}' is as good as none; write 0%")
    if value < 0 <= least:
        raise AskError(f"'{brief(text)}' is negative; write {brief(text[1:])}")
    if not least <= value <= most:
        raise AskError(f"'{brief(text)}' is outside what it can be: a share {within}")
    return value


def brief(text: str) -> str:
    """The text, or its beginning where it is too long for a message."""
    return text if len(text) <= LONG else f"{text[:LONG]}…"


@dataclass(frozen=True, slots=True)
class Rate:
    """A unit of capacity.

    Attributes:
        noun: What is counted, the unit of the commodities made: ``wafers``.
        period: week, month, quarter or year.
        scale: 1e6 for ``million``.
    """

    noun: str
    period: str
    scale: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read ``wafers/month`` or ``million GB/quarter``.

        Raises:
            AskError: It is not a noun over week, month, quarter or year.
        """
        match = _RATE.fullmatch(text)
        if match is None or match["period"] not in PERIODS:
            raise AskError(
                f"'{text}' is not a rate; write a noun over week, month, quarter or year, "
                "like wafers/month or million GB/quarter"
            )
        return cls(match["noun"], match["period"], SCALES[match["scale"] or ""])

    @property
    def per_quarter(self) -> float:
        """How many of the noun one of this rate gives in a quarter.

        Example:
            >>> Rate.parse("wafers/month").per_quarter, Rate.parse("million GB/year").per_quarter
            (3.0, 250000.0)
        """
        return self.scale * PERIODS[self.period]
