"""Quarters: how they are written, arithmetic on them, and ranges."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplychain.model.quarters import FIRST, LAST, Quarter, quarter_range

quarters = st.builds(Quarter, st.integers(1900, 2999), st.integers(1, 4))
near = st.builds(Quarter, st.integers(2000, 2100), st.integers(1, 4))


@pytest.mark.parametrize(
    ("text", "quarter"),
    [
        ("2024Q1", Quarter(2024, 1)),
        ("2026Q4", Quarter(2026, 4)),
        ("1900Q1", Quarter(1900, 1)),
        ("2999Q4", Quarter(2999, 4)),
    ],
)
def test_a_quarter_is_read_and_written_alike(text: str, quarter: Quarter) -> None:
    assert Quarter.parse(text) == quarter
    assert str(quarter) == text


@given(quarters)
def test_what_is_written_reads_as_itself(quarter: Quarter) -> None:
    assert Quarter.parse(str(quarter)) == quarter


@pytest.mark.parametrize(
    "text",
    ["", "2024", "2024Q0", "2024Q5", "2024q1", "24Q1", "2024-Q1", "Q1 2024", " 2024Q1", "2024Q1\n",
     "2024Q12", "12024Q1", "1899Q4", "3000Q1", "0000Q1"],
)  # fmt: skip
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        Quarter.parse(text)
    assert str(caught.value) == f"'{text}' is not a quarter; write a year and Q1 to Q4, like 2024Q1"


@pytest.mark.parametrize(
    ("year", "number"), [(2024, 0), (2024, 5), (2024, -1), (1899, 4), (3000, 1)]
)
def test_no_such_quarter_can_be_made(year: int, number: int) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        Quarter(year, number)
    assert str(caught.value) == f"no such quarter: year {year}, quarter {number}"


@pytest.mark.parametrize(
    ("quarter", "step", "result"),
    [
        ("2024Q1", 0, "2024Q1"),
        ("2024Q1", 3, "2024Q4"),
        ("2024Q4", 1, "2025Q1"),
        ("2024Q1", -1, "2023Q4"),
        ("2024Q2", 10, "2026Q4"),
        ("2024Q2", -10, "2021Q4"),
    ],
)
def test_steps_cross_years(quarter: str, step: int, result: str) -> None:
    assert str(Quarter.parse(quarter) + step) == result
    assert Quarter.parse(result) - Quarter.parse(quarter) == step


@pytest.mark.parametrize(
    ("quarter", "step", "message"),
    [
        (Quarter(2999, 4), 1, "no such quarter: year 3000, quarter 1"),
        (Quarter(1900, 1), -1, "no such quarter: year 1899, quarter 4"),
    ],
)
def test_no_step_leaves_the_calendar(quarter: Quarter, step: int, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        _ = quarter + step
    assert str(caught.value) == message


@given(near, st.integers(-390, 390), st.integers(-3, 3))
def test_steps_add_up(quarter: Quarter, step: int, further: int) -> None:
    assert (quarter + step) - quarter == step
    assert (quarter + step) + further == quarter + (step + further)


@given(near, near)
def test_order_is_that_of_time(one: Quarter, other: Quarter) -> None:
    assert (one < other) == (one - other < 0) == (str(one) < str(other))
    assert (one == other) == (one - other == 0) == (hash(one) == hash(other))


def test_a_quarter_never_changes() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Quarter(2024, 1).year = 2025  # type: ignore[misc]


def test_a_range_includes_both_ends() -> None:
    assert [str(q) for q in quarter_range(Quarter(2023, 4), Quarter(2024, 2))] == [
        "2023Q4",
        "2024Q1",
        "2024Q2",
    ]
    assert quarter_range(Quarter(2024, 1), Quarter(2024, 1)) == (Quarter(2024, 1),)


def test_a_range_that_ends_before_it_begins_is_empty() -> None:
    assert quarter_range(Quarter(2024, 2), Quarter(2024, 1)) == ()
    assert quarter_range(Quarter(2024, 2), Quarter(2020, 1)) == ()


def test_the_default_window_is_whole_years() -> None:
    assert (str(FIRST), str(LAST)) == ("2023Q1", "2026Q4")
    assert len(quarter_range(FIRST, LAST)) == 16
