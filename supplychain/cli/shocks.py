"""Options that say what happens: cuts and scenarios."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from supplychain.cli import completion
from supplychain.cli.common import assume_option, find_scenario, usage_error, window_options
from supplychain.errors import AskError
from supplychain.model.quarters import FIRST, LAST

if TYPE_CHECKING:
    from supplychain.model import Cut, Network, Scenario
    from supplychain.model.quarters import Quarter
    from supplychain.questions.question import Question

F = TypeVar("F", bound=Callable[..., Any])

SHORTCUTS = (
    ("--hbm-cut", "hbm", "Cut of all HBM, such as 20%."),
    ("--cowos-cut", "cowos", "Cut of all CoWoS packaging."),
    ("--wafer-cut", "logic-wafer", "Cut of all logic wafers."),
)
"""Option, target, help."""


def cut_options(command: F, shortcuts: bool = True) -> F:
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
    for option, _, words in reversed(SHORTCUTS if shortcuts else ()):
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


def simulation_options(policy: str, shortcuts: bool = True, many: bool = False) -> Callable[[F], F]:
    """Cuts, scenarios, assumptions, window and rule, as one ``question``.

    Args:
        policy: Help of ``--policy``.
        shortcuts: Whether there are ``--hbm-cut`` and its like.
        many: Whether several rules may be named; the question is then one of ``allocate``.
    """

    def options(command: F) -> F:
        @wraps(command)
        def with_question(
            cuts: tuple[str, ...], names: tuple[str, ...], assume: dict[str, float],
            first: Quarter | None, last: Quarter | None, policy: str | None,
            hbm_cut: str | None = None, cowos_cut: str | None = None, wafer_cut: str | None = None,
            **rest: Any,
        ) -> Any:  # fmt: skip
            parsed, problems = parse_cuts(hbm_cut, cowos_cut, wafer_cut, cuts)
            problems += wrong_conditions(rest.get("conditions", ()))
            if problems:
                raise usage_error("\n".join(problems))
            rules = policy.split(",") if policy and many else [policy] if policy else []
            question = asked(
                about="allocate" if many else "simulate",
                cuts=tuple(parsed), scenarios=names, assume=tuple(assume.items()),
                first=first, last=last, policies=tuple(rule.strip() for rule in rules),
            )  # fmt: skip
            return command(question=question, **rest)

        wrapped: Any = with_question
        wrapped = click.option("--policy", metavar="A,B,C" if many else "RULE", help=policy)(
            wrapped
        )
        wrapped = window_options(str(FIRST), f"{LAST}, later where a shock needs it")(wrapped)
        wrapped = assume_option(wrapped)
        done: F = cut_options(wrapped, shortcuts)
        return done

    return options


def asked(**parts: Any) -> Question:
    """A question of these parts, or exit 2 with what is wrong with them."""
    from supplychain.questions.question import Question

    try:
        return Question(**parts)
    except AskError as error:
        raise usage_error(str(error)) from error


def found_scenarios(network: Network, question: Question) -> dict[str, Scenario]:
    """Each scenario of the question by the name in it: of the data, or of a file.

    Raises:
        AskError: One is in neither.
    """
    names = (*question.scenarios, *(name for name in question.pair if name != "baseline"))
    return {name: find_scenario(network, name) for name in names}


def wrong_conditions(conditions: tuple[str, ...]) -> list[str]:
    """A line for each condition on a simulation that is malformed."""
    from supplychain.analyses.conditions import parse_condition

    problems = []
    for text in conditions:
        try:
            parse_condition(text)
        except AskError as error:
            problems.append(f"--fail-on: {error}")
    return problems
