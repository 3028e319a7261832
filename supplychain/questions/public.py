"""The questions that are asked by name in Python, one for each command that answers one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from supplychain.errors import AskError
from supplychain.model import Commodity, Cut, Network, Scenario
from supplychain.model.names import each_name
from supplychain.model.quarters import FIRST as FIRST_TRACED
from supplychain.model.quarters import LAST, Quarter
from supplychain.questions.answer import Answer, ask, run
from supplychain.questions.compute import ComputeQuestion, answer_compute
from supplychain.questions.question import Question
from supplychain.report.tables import Table
from supplychain.scenarios.assumptions import assumed
from supplychain.scenarios.targets import parse_cut

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from supplychain.report.page.parts import Report

Names = str | Scenario | Sequence[str | Scenario]
"""Scenarios, by id or as values."""


def allocate(
    network: Network,
    cuts: str | Cut | Sequence[str | Cut] = (),
    rules: str | Sequence[str] = (),
    first: Quarter | str | None = None,
    last: Quarter | str | None = None,
    scenarios: Names = (),
    assume: Mapping[str, float] | None = None,
    **terms: Any,
) -> Answer:
    """Who gets the accelerators under different rules, side by side.

    Args:
        network: The data.
        cuts: One or several, such as ``"hbm=20%"``.
        rules: Names of rules, or ``"all"``; some usual ones if not given.
        first: First quarter of the window; as the data, the scenarios or the command say.
        last: Its last.
        scenarios: Ids of scenarios of the data, or scenarios.
        assume: Figures replaced, by the names that ``explain`` shows.
        terms: Of :class:`~supplychain.Question`: ``supply`` (accelerators to share out), ``buyer``,
            ``reserve`` and ``aversion`` (shares), ``alpha``.

    Raises:
        AskError: As for :func:`supplychain.ask`.

    Example:
        >>> import supplychain as sc
        >>> answer = sc.allocate(sc.load(), rules="max-min", first="2024Q1", last="2024Q4")
        >>> str(answer.question)
        'allocate --from 2024Q1 --to 2024Q4 --policy max-min'
    """
    question, known = _question("allocate", cuts, first, last, scenarios, assume)
    question = replace(question, policies=_listed(rules), **terms)
    return ask(network, question, known)


def compare(
    network: Network,
    one: str | Scenario,
    other: str | Scenario,
    first: Quarter | str | None = None,
    last: Quarter | str | None = None,
    assume: Mapping[str, float] | None = None,
) -> Answer:
    """Two scenarios side by side, quarter by quarter; ``"baseline"`` is one of them too.

    Raises:
        AskError: As for :func:`supplychain.ask`.

    Example:
        >>> import supplychain as sc
        >>> answer = sc.compare(sc.load(), "baseline", "hbm-cut-20")
        >>> len(answer.simulations)
        2
    """
    pair, known = _scenarios((one, other))
    question = Question(
        "compare", pair, assume=tuple((assume or {}).items()), first=_quarter(first),
        last=_quarter(last),
    )  # fmt: skip
    return ask(network, question, known)


def compute(
    network: Network, question: ComputeQuestion | None = None, top: int = 15, **parts: Any
) -> Answer:
    """Usable training and serving compute: of a chip, of several side by side, of fleets.

    Args:
        network: The data.
        question: What is asked.
        top: Buyers shown of all fleets.
        parts: What differs from it, or from the usual question: the attributes of
            :class:`~supplychain.ComputeQuestion`, such as ``chip="h100", count=20_480``.

    Raises:
        AskError: A name is not in the data, or what is asked is not known.

    Example:
        >>> import supplychain as sc
        >>> answer = sc.compute(sc.load(), chip="h100", count=20_480)
        >>> "training" in answer.tables
        True
    """
    if "at" in parts:
        parts["at"] = _quarter(parts["at"])
    named, known = _scenarios(parts.pop("scenarios", ()))
    if "cuts" in parts:
        parts["cuts"] = tuple(each_name(parts["cuts"]))
    if parts.get("compare") is not None:
        parts["compare"] = _listed(parts["compare"])
    if named:
        parts["scenarios"] = named
    question = replace(question or ComputeQuestion(), **parts)
    return Answer(question, answer_compute(network, question, known, top))


def backtest(
    network: Network,
    first: Quarter | str | None = None,
    last: Quarter | str | None = None,
    assume: Mapping[str, float] | None = None,
    owners: bool = False,
) -> Answer:
    """The model against published units, quarter by quarter, beside two naive forecasts.

    Args:
        network: The data.
        first: The first quarter scored; 2023Q2 if not given.
        last: The last; 2024Q4 if not given.
        assume: Figures replaced, by the names that ``explain`` shows.
        owners: Allocation rules against published units by owner, of 2023 and 2024, instead.

    Raises:
        AskError: Nothing is published of these quarters, or the data does not cover them.

    Example:
        >>> import supplychain as sc
        >>> sorted(sc.backtest(sc.load()).tables)
        ['cells', 'errors', 'racks', 'shares']
    """
    from supplychain.analyses import backtest as usual
    from supplychain.analyses.owners import owner_tests
    from supplychain.report.answers.backtest import backtest_document
    from supplychain.report.answers.owners import owners_document

    if owners and (first, last) != (None, None):
        raise AskError("owners are of 2023 and 2024; leave out first and last")
    network = assumed(network, assume or {})
    if owners:
        return Answer("owners", owners_document(network, owner_tests(network)))
    begin, end = _quarter(first) or usual.FIRST, _quarter(last) or usual.LAST
    result = usual.backtest(network, begin, end)
    return Answer(f"{begin} to {end}", backtest_document(network, result))


def explain(network: Network, node: str) -> Answer:
    """Where a node stands, what it needs, who needs it, and the source of each figure.

    Args:
        network: The data.
        node: An id, a name or an alias, the name of a figure or where such names begin; of an
            accelerator also with a quarter, as in ``h100@2024Q3``, for what held it back then.

    Raises:
        AskError: Nothing has that name, or the data does not cover the quarter.

    Example:
        >>> import supplychain as sc
        >>> sc.explain(sc.load(), "tsmc.cowos.2024Q4").to_frame()["figure"].tolist()
        ['tsmc.cowos.2024Q4']
    """
    from supplychain.production.forward import Forward
    from supplychain.production.reading import read_plan
    from supplychain.report.answers import explain as told
    from supplychain.scenarios.windows import check_at, known_quarters

    if found := told.find_figures(network, node):
        return Answer(node, told.figures_document(network, node, found))
    name, at, when = node.rpartition("@") if "@" in node else (node, "", "")
    quarter = Quarter.parse(when) if at else LAST
    nodes = told.find_nodes(network, name)
    if at:
        check_at(network, quarter)
    baseline = None
    if at and any(isinstance(node, Commodity) and node.product for node in nodes):
        if quarter < FIRST_TRACED:
            raise AskError(f"{quarter} is before {FIRST_TRACED}, the first quarter it can trace")
        _, last = known_quarters(network)
        baseline = Forward(read_plan(network)).baseline.between(FIRST_TRACED, last)
    return Answer(node, told.explain_document(network, nodes, quarter, baseline))


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report: one page that needs nothing but itself.

    Attributes:
        html: The page.
        contents: What stands on it, as values.
    """

    html: str
    contents: Report

    def save(self, path: Path | str) -> None:
        """Write the page to a file."""
        Path(path).write_text(self.html, encoding="utf-8", newline="\n")

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the page, by the names that they have on it."""
        return {table.name: table.to_frame() for table in self._tables()}

    @property
    def sentences(self) -> tuple[str, ...]:
        """The findings."""
        return tuple(
            "".join(word if isinstance(word, str) else word.text for word in (*f.lead, *f.rest))
            for f in self.contents.findings
        )

    def to_frame(self) -> pd.DataFrame:
        """The first table of the page."""
        return next(iter(self._tables())).to_frame()

    def _tables(self) -> Iterable[Table]:
        for section in self.contents.sections:
            for part in section.parts:
                if isinstance(table := getattr(part, "table", None), Table):
                    yield table

    def __repr__(self) -> str:
        return f"<report, {len(self.html.encode()) / 1000:.0f} kB: {self.contents.title}>"


def report(
    network: Network,
    cuts: str | Cut | Sequence[str | Cut] = (),
    first: Quarter | str | None = None,
    last: Quarter | str | None = None,
    policy: str = "",
    scenarios: Names = (),
    assume: Mapping[str, float] | None = None,
    sensitivity: int = 2,
) -> ReportPage:
    """One page that answers: what is lost, when, why, who goes without, and on what it rests.

    Args:
        network: The data.
        cuts: One or several, such as ``"hbm=20%"``.
        first: First quarter of the window; as the data, the scenarios or the command say.
        last: Its last.
        policy: The allocation rule; if not given the scenarios', else contract-first.
        scenarios: Ids of scenarios of the data, or scenarios.
        assume: Figures replaced, by the names that ``explain`` shows.
        sensitivity: Lines moved to the ends of their range, those worth most first.

    Raises:
        AskError: As for :func:`supplychain.ask`.
    """
    from supplychain.report.page.contents import Asked, day_of, names_of, report_of
    from supplychain.report.page.html import report_page

    question, known = _question("simulate", cuts, first, last, scenarios, assume)
    question = replace(question, policies=(policy,) if policy else ())
    day = day_of(os.environ.get("SOURCE_DATE_EPOCH"))
    result = run(network, question, known)
    named = [known.get(id_) or network.scenarios[id_] for id_ in question.scenarios]
    title = names_of(named) if named and not question.cuts else ""
    command = f"supplychain report {question}".rstrip()
    contents = report_of(result, Asked(title, command, day, sensitivity))
    return ReportPage(report_page(contents), contents)


def _question(
    about: Any,
    cuts: str | Cut | Sequence[str | Cut],
    first: Quarter | str | None,
    last: Quarter | str | None,
    scenarios: Names,
    assume: Mapping[str, float] | None,
) -> tuple[Question, dict[str, Scenario]]:
    """The question, and the scenarios that are given as values, by the names in it."""
    named, known = _scenarios(scenarios)
    each = (cuts,) if isinstance(cuts, str | Cut) else cuts
    parsed = tuple(parse_cut(cut) if isinstance(cut, str) else cut for cut in each)
    question = Question(
        about, cuts=parsed, scenarios=named, assume=tuple((assume or {}).items()),
        first=_quarter(first), last=_quarter(last),
    )  # fmt: skip
    return question, known


def _scenarios(given: Names) -> tuple[tuple[str, ...], dict[str, Scenario]]:
    """Names for a question, and the scenarios that are given as values."""
    each = (given,) if isinstance(given, str | Scenario) else given
    known = {s.id: s for s in each if isinstance(s, Scenario)}
    return tuple(s.id if isinstance(s, Scenario) else s for s in each), known


def _listed(names: str | Sequence[str]) -> tuple[str, ...]:
    """Names, one text with commas between them too."""
    return tuple(names.split(",")) if isinstance(names, str) and names else tuple(names)


def _quarter(given: Quarter | str | None) -> Quarter | None:
    return Quarter.parse(given) if isinstance(given, str) else given
