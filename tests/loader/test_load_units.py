"""Numbers and rates: what each form means; what is written is what is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplychain.model.units import PERIODS, SCALES, Rate, number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("14_500", 14500.0),
        ("54%", 0.54),
        ("2.5 %", 0.025),
        ("1/28.5", 1 / 28.5),
        ("1e6", 1e6),
        (".5", 0.5),
        ("-3", -3.0),
        ("0.5", 0.5),
        ("1_400_000.25", 1_400_000.25),
    ],
)
def test_forms_of_a_number(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "1,5", "1__0", "_1", "1/2/3", "1%/2", "inf", "nan", "0x10", "1 000", "١", "1e"),
        *("007", "0140000", "1_4_0_0_0_0", "10_00", "1000_000", "0_100", "1_00", "00.5"),
    ],
)
def test_what_is_not_a_number(text: str) -> None:
    with pytest.raises(ValueError, match="is not a number; write it like 14_500, 54%, 1/28"):
        number(text)


def test_numbers_without_a_finite_value() -> None:
    with pytest.raises(ValueError, match="'1/0' divides by zero"):
        number("1/0")
    with pytest.raises(ValueError, match="'1e999' is too large"):
        number("1e999")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_is_read_as_it_is_written(value: float) -> None:
    assert number(repr(value)) == value


@given(st.integers(-(10**15), 10**15))
def test_every_whole_number_is_read_with_and_without_underscores(value: int) -> None:
    assert number(f"{value:_}") == number(str(value)) == value


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_fraction_is_its_quotient(above: int, below: int) -> None:
    assert number(f"{above}/{below}") == above / below


@pytest.mark.parametrize(
    ("text", "per_quarter"),
    [
        ("wafers/month", 3.0),
        ("wafers/week", 13.0),
        ("tools/year", 0.25),
        ("million GB/quarter", 1e6),
        ("thousand wafers/month", 3000.0),
        ("k wafers/month", 3000.0),
        ("square metres/year", 0.25),
    ],
)
def test_rates_become_quarterly(text: str, per_quarter: float) -> None:
    assert Rate.parse(text).per_quarter == per_quarter


@given(
    st.sampled_from(sorted(SCALES)),
    st.sampled_from(["wafers", "GB", "square metres", "kilotonnes", "k2"]),
    st.sampled_from(sorted(PERIODS)),
)
def test_a_rate_is_read_as_it_is_written(scale: str, noun: str, period: str) -> None:
    rate = Rate.parse(f"{scale} {noun}/{period}".strip())

    assert rate == Rate(noun, period, SCALES[scale])


@pytest.mark.parametrize(
    "text",
    ["wafers", "wafers/", "/month", "wafers/day", "wafers per month", "1000/month", "a/b/year"],
)
def test_what_is_not_a_rate(text: str) -> None:
    with pytest.raises(ValueError, match="is not a rate; write a noun over week, month, quarter"):
        Rate.parse(text)
