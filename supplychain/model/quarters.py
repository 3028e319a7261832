"""Calendar quarters: ``2024Q1``, arithmetic on them, and inclusive ranges."""

from __future__ import annotations

import re
from dataclasses import dataclass

from supplychain.errors import AskError
from supplychain.model.units import brief

_FORM = re.compile(r"([0-9]{4})Q([1-4])")

WEEKS_PER_QUARTER = 13.0


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A calendar quarter; ordered by time, hashable, printed as ``2024Q1``.

    Example:
        >>> str(Quarter.parse("2024Q4") + 1), Quarter(2024, 3) - Quarter(2023, 1)
        ('2025Q1', 6)
    """

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.number <= 4 and 1900 <= self.year <= 2999):
            raise AskError(f"no such quarter: year {self.year}, quarter {self.number}")

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """Read ``2024Q1``.

        Raises:
            AskError: The text is not a year from 1900 on followed by Q1 to Q4.
        """
        match = _FORM.fullmatch(text)
        if match is None or not 1900 <= int(match[1]) <= 2999:
            raise AskError(
                f"'{brief(text)}' is not a quarter; write a year and Q1 to Q4, like 2024Q1"
            )
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    def __add__(self, quarters: int) -> Quarter:
        index = self.year * 4 + self.number - 1 + quarters
        return Quarter(index // 4, index % 4 + 1)

    def __sub__(self, other: Quarter) -> int:
        return (self.year - other.year) * 4 + self.number - other.number


def quarter_range(first: Quarter, last: Quarter) -> tuple[Quarter, ...]:
    """All quarters from first to last, both included; empty if last is before first."""
    return tuple(first + i for i in range(last - first + 1))


def lag_parts(lag: float) -> tuple[tuple[int, float], ...]:
    """A delay in quarters as whole ones with the share that takes each; a fraction is split in two.

    Example:
        >>> lag_parts(2.0), lag_parts(1.25)
        (((2, 1.0),), ((1, 0.75), (2, 0.25)))
    """
    whole = int(lag)
    late = lag - whole
    return tuple((q, part) for q, part in ((whole, 1 - late), (whole + 1, late)) if part > 0)


FIRST = Quarter(2023, 1)
LAST = Quarter(2026, 4)
"""The window of a question that names no quarters."""
