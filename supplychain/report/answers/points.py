"""One document for each form of a question about chokepoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supplychain.analyses import chokepoints as ask
from supplychain.analyses.chokepoints import PointsQuestion, Say
from supplychain.analyses.conditions import (
    CHOKEPOINT_MEASURES,
    Condition,
    Points,
    holding,
    parse_condition,
)
from supplychain.errors import AskError
from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.report.answers.changes import At, changes_document
from supplychain.report.answers.chokepoints import chokepoints_document, explanations
from supplychain.report.answers.concentration import concentration_document
from supplychain.report.answers.joint import joint_document, rates_document
from supplychain.report.answers.matrix import matrix_document
from supplychain.report.tables import Document
from supplychain.risk.concentration import Holder


def points_answer(
    network: Network,
    question: PointsQuestion,
    top: int | None,
    scores: bool,
    explain: bool = False,
    conditions: Sequence[str] = (),
    say: Say | None = None,
) -> tuple[Document, list[str]]:
    """Single points as tables or sentences, and the conditions that hold.

    Raises:
        AskError: Nothing is sold in the quarter; a condition is malformed; sentences, or a
            condition on the score, are asked and no cost is known.
    """
    tests = [parse_condition(text, CHOKEPOINT_MEASURES) for text in conditions]
    found = ask.find_points(network, question)
    exposed, why_not = ask.find_costs(network, question, say=say) if scores else (None, "")
    held = _holding(tests, (found, exposed), why_not)
    weighted = ask.weights_of(network, question) is not None
    if explain:
        if exposed is None:
            raise AskError(f"--explain: {why_not.rstrip('.')}")
        return explanations(network, found, top, weighted, exposed), held
    remarks = [why_not] if why_not else []
    return chokepoints_document(network, found, top, weighted, exposed, remarks), held


def joint_answer(
    network: Network,
    question: PointsQuestion,
    order: int,
    top: int | None,
    scores: bool,
    say: Say | None = None,
) -> Document:
    """Cut sets, scored where asked.

    Raises:
        AskError: Nothing is sold in the quarter, or sets of commodities are asked.
    """
    found = ask.find_joint(network, question, order)
    exposed = None
    if scores:
        removed = ask.unions(network, question, [row.ids for row in found.rows])
        exposed, _ = ask.find_costs(network, question, removed, say)
    return joint_document(network, found, top, exposed)


def rates_answer(
    network: Network, question: PointsQuestion, order: int, rates: Mapping[str, float]
) -> Document:
    """Probability of losing one product.

    Raises:
        AskError: Not exactly one product, a rate of something unknown, the product is not sold, or
            no cut set has a probability above zero.
    """
    found = ask.find_cut_sets(network, question, order)
    return rates_document(network, found, ask.rates_by_id(network, question, rates))


def matrix_answer(network: Network, question: PointsQuestion) -> Document:
    """Country by stage.

    Raises:
        AskError: Nothing is sold in the quarter.
    """
    needed = ask.find_matrix(network, question)
    weighted = ask.weights_of(network, question) is not None
    return matrix_document(network, needed, question.products, question.at, weighted)


def concentration_answer(
    network: Network, question: PointsQuestion, by: Holder, top: int | None
) -> Document:
    """Shares and indices of every input.

    Raises:
        AskError: Nothing is sold in the quarter.
    """
    ask.check_sold(network, question)
    return concentration_document(network, question.products, question.at, by, top)


def changes_answer(
    network: Network,
    question: PointsQuestion,
    quarters: tuple[Quarter, Quarter],
    top: int | None,
    scores: bool,
    say: Say | None = None,
) -> Document:
    """What became worse and what safer between two quarters.

    Raises:
        AskError: The quarters are the same, or nothing is sold in one of them.
    """
    before, after = ask.find_change(network, question, quarters, scores, say)
    return changes_document(network, At.of(before), At.of(after), top)


def _holding(tests: Sequence[Condition], points: Points, why_not: str) -> list[str]:
    """The conditions that hold; one on a score that is not known cannot be told.

    Raises:
        AskError: Such a condition is asked.
    """
    if points[1] is None and (unknown := [t.text for t in tests if t.measure == "score"]):
        why = why_not.rstrip(".") or "scores are left out with --no-score"
        raise AskError(f"--fail-on {unknown[0]}: {why}")
    return holding(tests, points, CHOKEPOINT_MEASURES)
