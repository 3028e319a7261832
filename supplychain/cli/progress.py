"""What goes on, said on standard error while it lasts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds after which somebody who waits wants to know what for."""


@contextmanager
def working(doing: str, quiet: bool = False) -> Iterator[Progress | None]:
    """Show that something is being done, once it takes more than a second.

    Only in a terminal that can redraw a line; nothing is left behind. Gives back the bars, for
    :func:`counted`; ``None`` where there are none.
    """
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    from threading import Timer

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    # Without colours, so that the bar looks alike wherever colours are off.
    console = Console(stderr=True, color_system=None, legacy_windows=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bars = Progress(*columns, TimeElapsedColumn(), console=console, transient=True)
    bars.add_task(doing, total=None)
    timer = Timer(PATIENCE, bars.start)
    timer.daemon = True
    timer.start()
    try:
        yield bars
    finally:
        timer.cancel()
        timer.join()
        bars.stop()


def counted(bars: Progress | None, doing: str) -> Callable[[Sequence[T]], Iterator[T]]:
    """A pass over items that shows how far it has come."""

    def passed(items: Sequence[T]) -> Iterator[T]:
        for number, item in enumerate(items):
            if bars is not None:
                bars.update(bars.task_ids[0], description=doing, total=len(items), completed=number)
            yield item

    return passed
