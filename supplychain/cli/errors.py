"""How errors are said: one line for each mistake, or with all that led to them."""

from __future__ import annotations

import os
import sys
import traceback
from types import TracebackType
from typing import IO, Any

import click

from supplychain.escapes import visible_lines

DEBUG = "SUPPLYCHAIN_DEBUG"
"""Environment variable: anything but nothing or 0 shows where an error comes from."""


class Refused(click.ClickException):
    """What was given cannot be used; its own text says where and why. Exit code 1."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))

    def show(self, file: IO[Any] | None = None) -> None:
        """Its text is whole already."""
        say(self.format_message())


def debugging() -> bool:
    """Whether :data:`DEBUG` is set."""
    return os.environ.get(DEBUG, "") not in ("", "0")


def show(error: click.ClickException) -> None:
    """One line for each mistake, then the command that helps; first the traceback, if asked for."""
    if debugging():
        say("".join(traceback.format_exception(error)).rstrip())
    if isinstance(error, Refused):
        error.show()
        return
    for line in error.format_message().splitlines():
        say(f"Error: {line}")
    if isinstance(error, click.UsageError):
        path = error.ctx.command_path if error.ctx is not None else "supplychain"
        say(f"  help: {path} --help")


def say(text: str) -> None:
    """Lines for people, on standard error; nothing in them commands a terminal."""
    click.echo(visible_lines(text), err=True)


def say_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A mistake of the program itself: its traceback, which commands no terminal either."""
    say("".join(traceback.format_exception(kind, error, trace)).rstrip())


def follow() -> None:
    """Say on standard error what the program reads and keeps, if :data:`DEBUG` is set."""
    if not debugging():
        return
    import logging

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    handler.emit = lambda record: say(handler.format(record))  # type: ignore[method-assign]
    log = logging.getLogger("supplychain")
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
