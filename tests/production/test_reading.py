"""What is read off the data by quarter: rates, bookings, who reserves, the mix, constants."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import pytest

import supplychain as sc
from supplychain.loader import check, data_folder
from supplychain.model import Capacity, Network
from supplychain.model.quarters import Quarter, quarter_range
from supplychain.production.mix import mix_shares
from supplychain.production.plan import Rules
from supplychain.production.reading import read_plan, rules_of
from supplychain.scenarios.assumptions import assumed
from tests.networks import capacity, commodity, figure, need, network, organization, product, supply


def booked(shares: dict[int, dict[str, float]]) -> Capacity:
    line = capacity("maker", "line", 100.0)
    years = {y: MappingProxyType({h: figure(s) for h, s in of.items()}) for y, of in shares.items()}
    return dataclasses.replace(line, bookings=MappingProxyType(years))


def test_a_line_at_exit_rates_begins_with_half_of_its_first_exit() -> None:
    rates = {Quarter(2023, 4): 2_000.0, Quarter(2024, 4): 2_400.0}
    line = dataclasses.replace(capacity("maker", "line", rates), at="exit", interpolate="linear")

    assert line.per_quarter(Quarter(2023, 3)) == 0
    assert line.per_quarter(Quarter(2023, 4)) == 1_000
    assert line.per_quarter(Quarter(2024, 1)) == 2_050


def test_bookings_are_lines_through_the_middles_of_years() -> None:
    line = booked({2024: {"amd": 0.11, "nvidia": 0.5}, 2025: {"amd": 0.07, "nvidia": 0.6}})

    # The middle of 2024 lies between its second and third quarter, an eighth of a year from each.
    assert line.booked(Quarter(2024, 2)) == pytest.approx({"amd": 0.11, "nvidia": 0.5})
    assert line.booked(Quarter(2024, 3))["amd"] == pytest.approx(0.11 - 0.04 / 8)
    assert line.booked(Quarter(2024, 4))["amd"] == pytest.approx(0.11 - 0.04 * 3 / 8)
    assert line.booked(Quarter(2025, 1))["amd"] == pytest.approx(0.11 - 0.04 * 5 / 8)
    assert line.booked(Quarter(2025, 3)) == pytest.approx({"amd": 0.07, "nvidia": 0.6})
    assert line.booked(Quarter(2022, 1)) == line.booked(Quarter(2024, 1))
    assert line.booked(Quarter(2030, 1)) == line.booked(Quarter(2025, 4))


def test_a_holder_without_a_booking_in_a_year_has_none_in_its_middle() -> None:
    line = booked({2024: {"amd": 0.2}, 2025: {"google": 0.4}})

    assert line.booked(Quarter(2025, 3)) == pytest.approx({"google": 0.4})
    assert sum(line.booked(Quarter(2024, 4)).values()) < 0.4
    assert line.booked_years(Quarter(2024, 4)) == pytest.approx({2024: 5 / 8, 2025: 3 / 8})
    assert capacity("maker", "line", 1.0).booked(Quarter(2024, 1)) == {}


def test_what_is_reserved_goes_by_the_calendar_year_whatever_is_asked_about() -> None:
    # Beta's only product comes in 2026: what it books before is used for others.
    net = network(
        commodity("slot"),
        product("a", "alpha", need("slot", per_unit=1.0)),
        product("b", "beta", need("slot", per_unit=1.0), launch=Quarter(2026, 2)),
        organization("alpha"),
        organization("beta"),
        organization(
            "maker",
            supply("maker", "slot", draws="line"),
            capacities=[capacity("maker", "line", 100.0, {"alpha": 0.6, "beta": 0.4})],
        ),
    )
    whole = read_plan(net)
    short = read_plan(net, quarters=quarter_range(Quarter(2024, 1), Quarter(2026, 4)))
    of = dict(zip(whole.quarters, whole.lines[0].reserved, strict=True))

    assert of[Quarter(2025, 4)] == pytest.approx(0.4)
    assert of[Quarter(2026, 1)] == 0.0
    assert all(r == of[q] for q, r in zip(short.quarters, short.lines[0].reserved, strict=True))


def succession(*spans: tuple[str, Quarter, Quarter | None, str]) -> dict[str, tuple[float, ...]]:
    """Shares in 2024 and 2025 of a designer's products: id, launch, end, line."""
    products = [
        product(id_, "maker", launch=launch, end=end, line=line) for id_, launch, end, line in spans
    ]
    quarters = quarter_range(Quarter(2024, 1), Quarter(2025, 4))
    return dict(mix_shares(network(*products, organization("maker")), products, quarters))


def test_a_successor_goes_on_along_its_curve_when_its_predecessor_has_ended() -> None:
    first, later = Quarter(2022, 1), Quarter(2024, 3)
    shares = succession(
        ("old", first, Quarter(2024, 2), "training"),
        ("new", later, None, "training"),
        ("other", first, None, "inference"),
    )
    taken = shares["new"]

    # Two lines of equal weight; at launch the new one has taken 14% of its line.
    assert taken[:2] == (0.0, 0.0)
    assert taken[2] == pytest.approx(0.137 / 1.137, abs=2e-3)
    assert list(taken[2:]) == sorted(taken[2:])
    assert taken[-1] == pytest.approx(0.5, abs=5e-3)
    assert [a + b + c for a, b, c in zip(*shares.values(), strict=True)] == pytest.approx([1] * 8)


def test_the_first_product_of_a_line_takes_all_of_it_at_launch() -> None:
    first = Quarter(2022, 1)
    shares = succession(
        ("new", Quarter(2024, 3), None, "training"), ("other", first, None, "inference")
    )

    assert shares["new"][2:] == pytest.approx([0.5] * 6)


def data() -> Network:
    return sc.load()


def test_the_kind_of_an_input_stays_whatever_its_lag_is_assumed_to_be() -> None:
    kinds = read_plan(data()).kinds
    longer = assumed(data(), {"hbm3.cycle_weeks": 30.0})

    assert kinds["nvidia/h100@US", "hbm3"] == "memory"
    assert kinds["nvidia/h100@US", "n5-wafer"] == "dies"
    assert kinds["nvidia/h100@US", "cowos-s-wafer"] == "slot"
    assert read_plan(longer).kinds["nvidia/h100@US", "hbm3"] == "dies"
    assert read_plan(longer, kinds).kinds == kinds
    result = sc.simulate(data(), assume={"hbm3.cycle_weeks": 30.0})
    assert result.program.plan.kinds == kinds


def test_constants_are_figures_of_the_data() -> None:
    assert rules_of(data()) == Rules()
    assert rules_of(assumed(data(), {"production.band": 0.3})).band == 0.3
    assert rules_of(network(organization("nobody"))) == Rules()


def test_no_booking_of_the_data_stands_where_nothing_of_the_holder_is_made() -> None:
    """``test_what_nothing_uses_is_a_warning`` has the warning."""
    said = [str(w) for w in check(data_folder()).warnings]

    assert [w for w in said if "where none of its accelerators is made" in w] == []
    assert dict(read_plan(data()).idle) == {}


def test_a_product_whose_designer_books_nothing_is_left_out() -> None:
    assert read_plan(data()).left_out["maia-100"] == (
        "microsoft books none of the capacity that it is made on"
    )


def test_ahead_of_the_data_nothing_can_be_asked() -> None:
    plan = read_plan(data())

    assert plan.window(Quarter(2023, 1), Quarter(2026, 4)) == (4, 19)
    with pytest.raises(ValueError, match="ends in 2023Q1, before it begins in 2024Q1"):
        plan.window(Quarter(2024, 1), Quarter(2023, 1))
    with pytest.raises(ValueError, match="from 2022Q1 to 2028Q4; 2029Q1 is outside"):
        plan.window(Quarter(2024, 1), Quarter(2029, 1))
