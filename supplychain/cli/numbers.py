"""Numbers and shares on the command line: one form everywhere, within bounds, never NaN."""

from __future__ import annotations

from typing import Any

import click

from supplychain.errors import AskError
from supplychain.model import units


class Number(click.ParamType):  # type: ignore[type-arg]
    """A number as the data writes it (``14_500``, ``1/28.5``, ``1e6``), within bounds.

    Attributes:
        least: Smallest value; excluded if ``above``.
        most: Largest value, which nobody in earnest goes beyond.
        whole: Whether it counts what cannot be split.
    """

    name = "number"

    def __init__(self, least: float, most: float, *, above: bool = False, whole: bool = False):
        self.least, self.most, self.above, self.whole = least, most, above, whole

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | float:
        """Read it, or say why not, with the cure."""
        if isinstance(value, int | float):
            return value
        text = str(value).strip()
        if text.endswith("%"):
            self.fail(f"'{units.brief(text)}': a percent sign is for shares", param, ctx)
        try:
            number = units.number(text)
        except AskError as error:
            self.fail(str(error), param, ctx)
        low = number < self.least or (self.above and number == self.least)
        if low or number > self.most or (self.whole and number != int(number)):
            self.fail(f"'{units.brief(text)}' is not {self._wanted()}", param, ctx)
        return int(number) if self.whole else number

    def _wanted(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        low = f"above {self.least:g}" if self.above else f"from {self.least:g}"
        high = f"{self.most:,.0f}" if self.most >= 1000 else f"{self.most:g}"
        return f"{kind} {low} {'up ' if self.above else ''}to {high}"


class Share(click.ParamType):  # type: ignore[type-arg]
    """A share: ``20%``, ``0.2`` or ``1/5``; above 0% where nothing makes no sense."""

    name = "share"

    def __init__(self, *, above: bool = False):
        self.above = above

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Read it, or say why not, with the cure."""
        if isinstance(value, int | float):
            return value
        try:
            share = units.share(str(value))
        except AskError as error:
            self.fail(str(error), param, ctx)
        if self.above and share == 0:
            self.fail(f"'{value}' is none; it is a share above 0%", param, ctx)
        return share


def count(most: float = 1_000_000) -> Number:
    """A whole number of 1 or more."""
    return Number(1, most, whole=True)
