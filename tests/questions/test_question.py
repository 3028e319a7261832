"""A question is its text: every one can be written, and read again as the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.errors import AskError
from supplychain.model import Cut
from supplychain.model.quarters import Quarter
from supplychain.questions.question import Question, number_text, share_text

names = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=12).filter(
    lambda text: text == text.strip() and not text.startswith("-")
)
quarters = st.builds(Quarter, st.integers(2000, 2040), st.integers(1, 4))
shares = st.integers(0, 100).map(lambda n: n / 100) | st.floats(1e-3, 1)
amounts = st.floats(0, 1e15, allow_subnormal=False)


@st.composite
def cuts(draw: st.DrawFn) -> Cut:
    target = draw(names | st.sampled_from(["hbm", "cowos", "logic-wafer", "country:TW"]))
    share, first = draw(shares), draw(st.none() | quarters)
    if first is None:
        return Cut(target, share)
    later = draw(st.none() | st.integers(0, 9))
    return Cut(target, share, first, None if later is None else first + later)


rules = names.filter(lambda name: "," not in name)
many = {
    "cuts": st.lists(cuts(), max_size=4).map(tuple),
    "scenarios": st.lists(names, max_size=2).map(tuple),
}
always = {
    "assume": st.dictionaries(names, amounts, max_size=2).map(lambda d: tuple(d.items())),
    "first": st.none() | quarters,
    "last": st.none() | quarters,
}
questions = st.one_of(
    st.builds(
        Question,
        st.just("simulate"),
        policies=st.lists(rules, max_size=1).map(tuple),
        sensitivity=st.none() | st.integers(1, 99),
        fast=st.booleans(),
        **many,
        **always,
    ),
    st.builds(
        Question,
        st.just("allocate"),
        policies=st.lists(rules, max_size=3).map(tuple),
        supply=st.none() | amounts,
        buyer=st.just("") | names,
        reserve=st.none() | shares,
        aversion=st.none() | shares,
        alpha=st.none() | amounts,
        **many,
        **always,
    ),
    st.builds(Question, st.just("compare"), st.tuples(names, names), **always),
)


@given(questions)
@settings(max_examples=200, deadline=None)
def test_question_to_text_to_question_and_to_text_is_the_identity(question: Question) -> None:
    text = str(question)

    assert Question.parse(text) == question
    assert str(Question.parse(text)) == text
    assert Question.parse(question.command) == question


@given(st.text(max_size=60) | st.lists(st.sampled_from(
    ["--cut", "--from", "--to", "=", "'", "%", "hbm=20%", "2024Q1", "nan", "1e999", "--year", "\\"]
), max_size=6).map(" ".join))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_whatever_is_asked_is_a_question_or_an_askerror(text: str) -> None:
    try:
        question = Question.parse(text)
    except AskError:
        return
    assert Question.parse(str(question)) == question


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("--cut hbm=20% --frm 2024Q1", "'--frm' is no option of a question; there are: --cut,"),
        ("--cut", "--cut needs a value"),
        ("--cut hbm", "--cut: 'hbm' is not a cut; write for example hbm=20%@2024Q1:2024Q4"),
        ("--from 2024", "--from: '2024' is not a quarter; write a year and Q1 to Q4, like 2024Q1"),
        ("--from 2024Q1 --from 2024Q2", "--from: it is given twice"),
        ("--assume power.pue=nan", "--assume: 'nan' is not a number"),
        ("--supply 3", "--supply is no option of simulate"),
        ("compare baseline", "compare names two scenarios, and only compare does"),
        ("--policy pro-rata,price", "simulate shares out by one rule; allocate compares several"),
        ("--sensitivity 0", "--sensitivity: '0' is not a number of estimates, 1 or more"),
        ("--scenario ''", "'' is not a name"),
        ("--scenario 'a", "no closing quotation"),
        ("--scenario a\x1b[2J", "the character U+001B is in no question"),
        ("x" * 9_000, "a question of 9,000 characters; at most 8,192 are read"),
    ],
)
def test_what_is_malformed_is_said(text: str, message: str) -> None:
    with pytest.raises(AskError) as error:
        Question.parse(text)

    assert message in str(error.value)


def test_the_text_is_what_people_type() -> None:
    typed = "--hbm-cut 20% --cut org:tsmc=50%@2024Q1:2024Q4 --from 2024Q1"

    assert str(Question.parse(typed)) == typed
    assert Question.parse("--cut hbm=20%") == Question.parse("--hbm-cut=0.2")
    assert Question.parse("allocate --year 2025").last == Quarter(2025, 4)
    assert Question().command == "supplychain simulate"


def test_a_recovery_curve_belongs_into_a_scenario() -> None:
    with pytest.raises(AskError, match="write it as a scenario"):
        Question(cuts=(Cut("hbm", 1.0, Quarter(2024, 1), None, ((0.0, 0.0), (13.0, 1.0))),))


def test_numbers_are_written_short_where_that_is_exact() -> None:
    assert (share_text(0.2), share_text(0.125)) == ("20%", "12.5%")
    assert (number_text(3e6), number_text(0.1)) == ("3000000", "0.1")
