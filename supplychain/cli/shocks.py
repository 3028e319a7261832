"""Options that say what happens: cuts and scenarios."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from supplychain.cli import completion
from supplychain.errors import AskError

if TYPE_CHECKING:
    from supplychain.model import Cut

F = TypeVar("F", bound=Callable[..., Any])

SHORTCUTS = (
    ("--hbm-cut", "hbm", "Cut of all HBM, such as 20%."),
    ("--cowos-cut", "cowos", "Cut of all CoWoS packaging."),
    ("--wafer-cut", "logic-wafer", "Cut of all logic wafers."),
)
"""Option, target, help."""


def cut_options(command: F) -> F:
    """``--hbm-cut``, ``--cowos-cut``, ``--wafer-cut``, ``--cut`` and ``--scenario``."""
    command = click.option(
        "--scenario",
        "names",
        multiple=True,
        metavar="ID|FILE",
        shell_complete=completion.scenarios,
        help="A scenario of the data, by its id, or a .yaml file; repeatable, they add up.",
    )(command)
    command = click.option(
        "--cut",
        "cuts",
        multiple=True,
        metavar="TARGET=SHARE[@Q[:Q]]",
        help="Cut of a commodity, group, org:ID, country:CC, supply:ORG/COMMODITY or glob; "
        "repeatable.",
    )(command)
    for option, _, words in reversed(SHORTCUTS):
        command = click.option(option, metavar="SHARE", help=words)(command)
    return command


def parse_cuts(
    hbm_cut: str | None, cowos_cut: str | None, wafer_cut: str | None, cuts: tuple[str, ...]
) -> tuple[list[Cut], list[str]]:
    """All cuts asked for, and a line for each that is malformed."""
    from supplychain.model import Cut
    from supplychain.model.units import share as read_share
    from supplychain.scenarios.targets import parse_cut

    parsed, problems = [], []
    for (option, target, _), share in zip(SHORTCUTS, (hbm_cut, cowos_cut, wafer_cut), strict=True):
        if share is not None:
            try:
                parsed.append(Cut(target, read_share(share)))
            except AskError as error:
                problems.append(f"{option}: {error}")
    for text in cuts:
        try:
            parsed.append(parse_cut(text))
        except AskError as error:
            problems.append(f"--cut: {error}")
    return parsed, problems
