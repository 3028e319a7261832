"""Numbers and shares on the command line: one form everywhere, within bounds, never NaN."""

from __future__ import annotations

from typing import Any

import click

from supplychain.errors import AskError
from supplychain.model import units


class Number(click.ParamType):  # type: ignore[type-arg]
    """A number as the data writes it (``14_500``, ``1/28.5``, ``1e6``), within bounds.

    Attributes:
        least: Smallest value.
        most: Largest value, which nobody in earnest goes beyond.
        whole: Whether it counts what cannot be split.
    """

    name = "number"

    def __init__(self, least: float, most: float, *, whole: bool = False):
        self.least, self.most, self.whole = least, most, whole

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
        if not self.least <= number <= self.most or (self.whole and number != int(number)):
            kind = "a whole number" if self.whole else "a number"
            within = f"from {self.least:g} to {_plain(self.most)}"
            self.fail(f"'{units.brief(text)}' is not {kind} {within}", param, ctx)
        return int(number) if self.whole else number


def _plain(number: float) -> str:
    return f"{number:,.0f}" if number >= 10_000 else f"{number:g}"


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
