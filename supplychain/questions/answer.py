"""From a question to its answer: what commands, notebooks and servers call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from supplychain.allocation import Terms, rule_name
from supplychain.allocation.market import find_buyer
from supplychain.analyses.sensitivity import variants
from supplychain.model import ALLOCATION_RULES, Figure, Network, Scenario
from supplychain.model.finder import find_id
from supplychain.questions.compute import ComputeQuestion
from supplychain.questions.question import Question
from supplychain.report.answers.allocate import allocation_document
from supplychain.report.answers.compare import comparison_document
from supplychain.report.answers.simulate import sensitivity_table, simulation_document
from supplychain.report.tables import Document
from supplychain.scenarios.windows import find_window
from supplychain.simulation import Simulation, simulate

if TYPE_CHECKING:
    import pandas as pd

COMPARED = ("contract-first", "pro-rata", "max-min")
"""Rules that ``allocate`` compares if none is named."""

BASELINE = "baseline"
"""The scenario in which nothing happens."""

Estimates = Sequence[Figure]
Passed = Callable[[Estimates], Iterable[Figure]]
"""Hands on estimates one by one, to show how far the work has come."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered.

    Attributes:
        question: What was asked; of ``explain`` the node, of ``backtest`` the quarters.
        document: Head, tables and sentences in reading order, as the command prints them.
        simulations: What they were computed from; two for ``compare``, none where none was.
    """

    question: Question | ComputeQuestion | str
    document: Document
    simulations: tuple[Simulation, ...] = ()

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables, by the names that they have in the JSON of the command."""
        return self.document.tables

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the tables say in words."""
        return self.document.sentences

    @property
    def doubts(self) -> tuple[str, ...]:
        """What is not known and bears on the answer; to be read first."""
        found = self.document.meta.get("doubts", ())
        return tuple(map(str, found)) if isinstance(found, list | tuple) else ()

    def to_frame(self) -> pd.DataFrame:
        """The one flat table, as in CSV."""
        return self.document.flat.to_frame()

    def _repr_html_(self) -> str:
        return str(self.to_frame().to_html(max_rows=20))


def ask(
    network: Network,
    question: Question | str,
    scenarios: Mapping[str, Scenario] | None = None,
    passed: Passed = iter,
) -> Answer:
    """Answer a question.

    Args:
        network: The data.
        question: A question, or its text.
        scenarios: Scenarios that are not in the data (of a file), by the name in the question.
        passed: Is given the estimates that are moved, and hands them on one by one.

    Raises:
        AskError: The question is malformed, a name is not in the data, or the data does not cover
            what is asked.

    Example:
        >>> import supplychain as sc
        >>> answer = sc.ask(sc.load(), "--hbm-cut 20% --from 2024Q1 --to 2024Q4 --fast")
        >>> sorted(answer.tables)[:2], answer.doubts
        (['buyers', 'countries'], ())
    """
    question = Question.parse(question) if isinstance(question, str) else question
    find = _Finder(network, scenarios or {})
    if question.about == "compare":
        return _compare(network, question, find)
    if question.about == "allocate":
        return _allocate(network, question, find)
    return _simulate(network, question, find, passed)


@dataclass(frozen=True, slots=True)
class _Finder:
    """Scenarios by the names of a question; no name is taken for a file."""

    network: Network
    given: Mapping[str, Scenario]

    def all(self, names: Iterable[str]) -> list[Scenario]:
        return [self.one(name) for name in names]

    def one(self, name: str) -> Scenario:
        if name in self.given:
            return self.given[name]
        return self.network.scenarios[find_id(self.network, name, "scenario")]


def run(
    network: Network, question: Question, scenarios: Mapping[str, Scenario] | None = None
) -> Simulation:
    """The simulation that a question is about.

    Raises:
        AskError: As for :func:`ask`.
    """
    return simulate(
        network,
        question.cuts,
        question.first,
        question.last,
        question.policies[0] if question.about == "simulate" and question.policies else "",
        scenarios=_Finder(network, scenarios or {}).all(question.scenarios),
        assume=dict(question.assume),
    )


def _simulate(network: Network, question: Question, find: _Finder, passed: Passed) -> Answer:
    result = run(network, question, find.given)
    others = variants(result) if result.shocks and not question.fast else ()
    moved = None
    if question.sensitivity:
        moved = sensitivity_table(result, question.sensitivity, passed)
    return Answer(question, simulation_document(result, others, moved), (result,))


def _compare(network: Network, question: Question, find: _Finder) -> Answer:
    one, other = question.pair
    named = [[] if name == BASELINE else [find.one(name)] for name in (one, other)]
    shocks = [shock for scenarios in named for s in scenarios for shock in s.shocks]
    window = find_window(network, shocks, question.first, question.last)
    first, second = (
        simulate(network, (), *window, scenarios=scenarios, assume=dict(question.assume))
        for scenarios in named
    )
    return Answer(question, comparison_document((one, other), first, second), (first, second))


def _allocate(network: Network, question: Question, find: _Finder) -> Answer:
    default = ("all",) if question.buyer else COMPARED
    asked = question.policies or default
    rules = list(ALLOCATION_RULES) if asked == ("all",) else [rule_name(r) for r in asked]
    given = {"reserve": question.reserve, "aversion": question.aversion, "alpha": question.alpha}
    terms = Terms(**{key: value for key, value in given.items() if value is not None})
    buyer = find_buyer(network, question.buyer) if question.buyer else None
    result = run(network, replace(question, policies=()), find.given)
    market = result.markets[1]
    if question.supply is not None:
        market = market.scaled(question.supply)
    results = {rule: market.in_window(market.deliveries(rule, terms)) for rule in rules}
    what = "; ".join(map(str, result.shocks)) or BASELINE
    return Answer(question, allocation_document(market, results, what, buyer), (result,))
