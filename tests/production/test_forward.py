"""Production by hand: a published case, lags, yields, bookings, orders, memory, dies, cuts."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.production.plan import Rules
from tests import DATA
from tests.networks import capacity, commodity, figure, need, network, organization, product, supply
from tests.production.cases import (
    Q1,
    Q4,
    QUARTERS,
    kept,
    market,
    one_input,
    storing,
    two_designers,
    walked,
    year,
)

CASE: dict[str, Any] = json.loads((DATA / "gpu_4q_hbm_cut.json").read_text(encoding="utf-8"))
"""A published case: quarterly GPU propagation, checked against PyPSA and by hand."""


def case_network() -> Network:
    rates = CASE["supply_per_quarter"]

    def by_quarter(name: str) -> dict[Quarter, float]:
        return dict(zip(QUARTERS, rates[name], strict=True))

    per = CASE["conversion"]
    return network(
        storing(commodity("logic", unit="wafers"), 0),
        storing(commodity("cowos", unit="wafers"), 0),
        storing(commodity("hbm", unit="stacks"), 1_000),
        product(
            "gpu",
            "nvidia",
            need("logic", per_unit=1 / per["packages_per_logic_wafer"]),
            need("cowos", per_unit=1 / per["packages_per_cowos_wafer"]),
            need("hbm", per_unit=per["hbm_stacks_per_package"]),
        ),
        organization("nvidia"),
        organization(
            "tsmc",
            supply("tsmc", "logic", draws="fab"),
            supply("tsmc", "cowos", draws="line"),
            capacities=[
                capacity("tsmc", "fab", by_quarter("logic_wafers")),
                capacity("tsmc", "line", by_quarter("cowos_wafers")),
            ],
        ),
        organization(
            "hynix",
            supply("hynix", "hbm", "KR", draws="dram"),
            capacities=[capacity("hynix", "dram", by_quarter("hbm_stacks"))],
        ),
    )


@pytest.mark.parametrize("cut", [0, 20, 50])
def test_the_published_four_quarter_case(cut: int) -> None:
    program = walked(case_network())
    result = year(program.scenario(kept(program, "hbm", 1 - cut / 100)))
    expected = CASE["expected"][f"cut_{cut}"]

    assert result.units()["gpu"] == pytest.approx(expected["gpu"], rel=1e-6)
    assert result.total() == pytest.approx(expected["sum"]["gpu"], rel=1e-6)
    if "binding" in expected:
        assert [now[0] for now in result.binding()] == expected["binding"]


# What comes out when.


def test_a_lag_of_a_quarter_and_a_half_splits_what_is_started() -> None:
    # A line that begins in 2024: 100 a quarter, half out one quarter later, half after two.
    net = one_input(rate={Q1: 100.0, Q4: 100.0}, cycle_weeks=19.5)

    assert year(walked(net).baseline).units()["gpu"] == pytest.approx([0, 50, 100, 100])


def test_yield_is_lost_at_the_consumer() -> None:
    net = one_input(per_unit=2.0)
    gpu = dataclasses.replace(net.commodities["gpu"], output_yield=figure(0.8))
    net = network(net.commodities["part"], gpu, *net.organizations.values())

    # 100 parts, 2 for each of the units begun, of which 80% are good.
    assert year(walked(net).baseline).units()["gpu"] == pytest.approx([40] * 4)


def test_nothing_is_shipped_before_launch_after_the_end_or_before_qualification() -> None:
    net = network(
        storing(commodity("part"), 0),
        product(
            "gpu",
            "nvidia",
            need("part", per_unit=1.0, makers={"maker": Quarter(2024, 3)}),
            launch=Quarter(2024, 2),
            end=Quarter(2024, 3),
        ),
        organization("nvidia"),
        organization(
            "maker",
            supply("maker", "part", draws="line"),
            capacities=[capacity("maker", "line", 100.0)],
        ),
    )

    assert year(walked(net).baseline).units()["gpu"] == pytest.approx([0, 0, 100, 0])


def succeeding(cycle_weeks: float) -> Network:
    """One product ends with 2024Q2, the next begins then."""
    needs = need("part", per_unit=1.0, cycle_weeks=cycle_weeks)
    return network(
        storing(commodity("part"), 0),
        product("old", "nvidia", needs, end=Quarter(2024, 2)),
        product("new", "nvidia", needs, launch=Quarter(2024, 3)),
        organization("nvidia"),
        organization(
            "maker",
            supply("maker", "part", draws="line"),
            capacities=[capacity("maker", "line", 100.0)],
        ),
    )


def test_each_part_of_a_start_follows_the_mix_of_the_quarter_it_comes_out_in() -> None:
    units = year(walked(succeeding(6.5)).baseline).units()

    assert units["old"] == pytest.approx([100, 100, 0, 0])
    assert units["new"] == pytest.approx([0, 0, 100, 100])


# Who gets what.


def test_bookings_decide_who_gets_the_line() -> None:
    units = year(walked(two_designers({"alpha": 0.7, "beta": 0.3})).baseline).units()

    assert units["a"] == pytest.approx([70] * 4)
    assert units["b"] == pytest.approx([30] * 4)


def test_a_booking_of_somebody_outside_stays_reserved() -> None:
    net = two_designers({"alpha": 0.5, "beta": 0.3, "other": 0.2})
    units = year(walked(net).baseline).units()

    assert units["a"] + units["b"] == pytest.approx([80] * 4)


def test_what_a_designer_cannot_use_is_lent_only_up_to_the_band() -> None:
    # Alpha lacks memory for 60 of its 70 slots; beta may start 15% more than its own 30.
    net = two_designers({"alpha": 0.7, "beta": 0.3}, memory=10.0)
    result = year(walked(net).baseline)

    assert result.units()["a"] == pytest.approx([10] * 4)
    assert result.units()["b"] == pytest.approx([34.5] * 4, rel=0.01)
    assert (result.units()["b"] <= 34.5 + 1e-9).all()
    assert year(walked(net, Rules(band=0.0)).baseline).units()["b"] == pytest.approx([30] * 4)


def test_a_constant_world_stays_constant() -> None:
    # Slots 100, booked 60 and 30; what nobody has booked goes to both within the band.
    net = two_designers({"alpha": 0.6, "beta": 0.3}, memory=100.0, weeks=13.0, both=True)
    program = walked(net)
    made = program.baseline.ship[:, : program.plan.reported]

    assert np.ptp(made, axis=1) == pytest.approx([0, 0], abs=1e-6)
    assert made.sum(axis=0) == pytest.approx([100] * made.shape[1])


def test_a_cut_of_memory_makes_nobody_gain() -> None:
    bookings = {"alpha": 0.6, "beta": 0.4}
    plenty = year(walked(two_designers(bookings, memory=140.0, both=True)).baseline).units()
    little = year(walked(two_designers(bookings, memory=70.0, both=True)).baseline).units()

    for product_, share in (("a", 0.6), ("b", 0.4)):
        assert plenty[product_] == pytest.approx([100 * share] * 4)
        assert little[product_] == pytest.approx([70 * share] * 4)


def test_single_sourced_needs_are_thought_of_before_those_with_a_choice() -> None:
    # Both makers make m for a, only one makes it for b: a turns to the other.
    either = need("m", per_unit=1.0)
    one = need("m", per_unit=1.0, makers={"small": Quarter(2022, 1)})
    slot = need("slot", per_unit=1.0)
    net = network(
        storing(commodity("slot"), 0),
        storing(commodity("m"), 0.0),
        product("a", "alpha", slot, either),
        product("b", "beta", slot, one),
        organization("alpha"),
        organization("beta"),
        organization(
            "line",
            supply("line", "slot", draws="line"),
            capacities=[capacity("line", "line", 100.0, {"alpha": 0.5, "beta": 0.5})],
        ),
        *(
            organization(id_, supply(id_, "m", draws="dram"), capacities=[
                capacity(id_, "dram", 50.0)])
            for id_ in ("large", "small")
        ),
    )  # fmt: skip
    units = year(walked(net).baseline).units()

    assert units["a"] == pytest.approx([50] * 4)
    assert units["b"] == pytest.approx([50] * 4)


# Stock, dies and orders.


def test_memory_is_made_a_quarter_ahead_as_far_as_it_can_be_held() -> None:
    # Memory ends with 2024Q3. Held for half a quarter, half of the last one can be packaged.
    rates = {Quarter(2022, 1): 200.0, Quarter(2024, 3): 200.0, Q4: 0.0}
    for weeks, last in ((0.0, 0.0), (6.5, 50.0), (13.0, 100.0), (52.0, 100.0)):
        net = two_designers({"alpha": 1.0}, memory=rates, weeks=weeks)
        units = year(walked(net).baseline).units()["a"]

        assert units == pytest.approx([100, 100, 100, last]), weeks


def test_memory_that_takes_a_little_longer_misses_part_of_the_quarter_it_is_made_in() -> None:
    # The first memory: a quarter of what is made (3.25 weeks of lead) waits for the next quarter.
    rates = {Q1: 100.0, Q4: 100.0}
    net = network(
        storing(commodity("slot"), 0),
        storing(commodity("memory"), 0),
        product("a", "alpha", need("slot", per_unit=1.0),
                need("memory", per_unit=1.0, cycle_weeks=3.25)),
        organization("alpha"),
        organization("maker", supply("maker", "slot", draws="line"),
                     supply("maker", "memory", draws="dram"),
                     capacities=[capacity("maker", "line", 100.0),
                                 capacity("maker", "dram", rates)]),
    )  # fmt: skip
    parts = [storing(net.commodities["memory"], 13.0), net.commodities["slot"]]
    net = network(*parts, net.commodities["a"], *net.organizations.values())

    assert year(walked(net).baseline).units()["a"] == pytest.approx([75, 100, 100, 100])


def dies(rate: float | dict[Quarter, float] = 1000.0, booked: float = 0.0) -> Network:
    """A product of a slot (100 a quarter) and a die that takes half a year longer."""
    return network(
        storing(commodity("slot"), 0),
        commodity("die"),
        product("a", "alpha", need("slot", per_unit=1.0),
                need("die", per_unit=1.0, cycle_weeks=26.0)),
        organization("alpha"),
        organization("fab", supply("fab", "die", draws="fab"),
                     capacities=[capacity("fab", "fab", rate,
                                          {"other": 1 - booked} if booked else None)]),
        organization("other"),
        organization("maker", supply("maker", "slot", draws="line"),
                     capacities=[capacity("maker", "line", 100.0, {"alpha": 1.0})]),
    )  # fmt: skip


def test_a_line_nobody_has_booked_is_full_of_others_who_lose_alike() -> None:
    # The fab could make ten times as much; half of it gone is half of the dies gone, two quarters
    # later, after the 15% that were ordered for more than the plan.
    program = walked(dies())
    result = year(program.scenario(kept(program, "die", 0.5, Q1)))

    assert year(program.baseline).units()["a"] == pytest.approx([100] * 4)
    assert result.units()["a"] == pytest.approx([100, 100, 72.5, 57.5])


def test_of_a_line_with_bookings_accelerators_have_what_others_have_not_booked() -> None:
    units = year(walked(dies(rate=200.0, booked=0.3)).baseline).units()["a"]

    assert units == pytest.approx([60] * 4)


def test_no_more_is_sold_than_was_ordered_and_the_rest_is_held() -> None:
    result = year(walked(market(dict.fromkeys(QUARTERS, 80.0))).baseline)
    first, last = result.window

    assert result.units()["gpu"] == pytest.approx([80] * 4)
    # What is started must be sold in this quarter or the next, or find place on a shelf of 40.
    gpu = result.plan.products["gpu"]
    assert result.stock[gpu, first : last + 1] == pytest.approx([20, 40, 60, 80])


def test_unfilled_orders_wait_and_a_part_of_them_is_withdrawn() -> None:
    orders = dict(zip(QUARTERS, [180.0, 20.0, 20.0, 20.0], strict=True))
    result = year(walked(market(orders)).baseline)
    first, last = result.window

    # 80 wait, 68 stay, 100 can be shipped of 88, and the third and fourth quarter of 20 are less
    # than can be made.
    assert result.units()["gpu"] == pytest.approx([100, 88, 20, 20])
    assert result.backlog[0, first : last + 1] == pytest.approx([80, 0, 0, 0])


# Cuts.


def test_a_cut_of_a_product_holds_what_it_finishes_to_its_share_and_the_rest_comes_later() -> None:
    program = walked(one_input(rate=100.0, cycle_weeks=6.5))
    shares = kept(program, "gpu", 0.5, Quarter(2024, 2))
    shares[:, program.plan.quarters.index(Quarter(2024, 3)) :] = 1.0
    units = year(program.scenario(shares)).units()["gpu"]

    # Started before: 50 of the 100 due in 2024Q2, 50 of them new ones. Half may come out.
    assert units[:2] == pytest.approx([100, 50])
    assert (units[2:] <= 115 + 1e-9).all()
    assert units[2] > 75


def test_a_common_shock_counts_once() -> None:
    program = walked(two_designers({"alpha": 0.7, "beta": 0.3}, memory=100.0, both=True))
    shares = np.full((len(program.plan.supplies), len(program.plan.quarters)), 0.8)

    assert year(program.scenario(shares)).total() == pytest.approx(0.8 * 400)


def test_a_cut_of_one_supply_of_a_line_takes_away_its_part_by_plan() -> None:
    # Two packages on one line, 70 and 30 of 100; without the first the second has its own 30, and
    # at most 15% more of what is free.
    net = network(
        *(storing(commodity(f"s{d}"), 0) for d in "ab"),
        *(product(d, f"{d}-co", need(f"s{d}", per_unit=1.0)) for d in "ab"),
        organization("a-co"),
        organization("b-co"),
        organization("maker", supply("maker", "sa", draws="line"),
                     supply("maker", "sb", draws="line"),
                     capacities=[capacity("maker", "line", 100.0, {"a-co": 0.7, "b-co": 0.3})]),
    )  # fmt: skip
    program = walked(net)
    units = year(program.scenario(kept(program, "sa", 0.0))).units()

    assert (units["b"] <= 30 * 1.15 + 1e-9).all()
    assert units["a"].sum() + units["b"].sum() <= 30 * 4 * 1.0 + 1e-6


# What has no answer, or an obvious one.


def test_a_scenario_that_ends_everything_gives_zeros() -> None:
    program = walked(case_network())
    result = program.scenario(np.zeros((len(program.plan.supplies), len(program.plan.quarters))))

    assert (result.ship == 0).all()
    assert np.isfinite(result.stock).all()


def test_shares_kept_must_be_shares() -> None:
    program = walked(one_input())

    with pytest.raises(ValueError, match="each 0 to 1"):
        program.scenario(kept(program, "part", 1.2))
    with pytest.raises(ValueError, match="must be 2 x"):
        program.scenario(np.ones((1, 4)))


def test_a_line_without_capacity_for_all_time_makes_nothing() -> None:
    result = year(walked(one_input(rate=0.0)).baseline)

    assert result.total() == 0
    assert (result.ship == 0).all()


def test_one_quarter_of_data_is_a_world_of_one_quarter() -> None:
    program = walked(one_input(rate={Q1: 100.0}))

    assert program.plan.quarters[: program.plan.reported] == (Q1,)
    assert program.baseline.units()["gpu"] == pytest.approx([100])
    with pytest.raises(ValueError, match="from 2024Q1 to 2024Q1; 2024Q2 is outside"):
        program.baseline.between(Q1, Quarter(2024, 2))


def test_data_without_capacities_is_refused() -> None:
    with pytest.raises(ValueError, match="no capacity in absolute units"):
        walked(network(commodity("part"), product("gpu", "nvidia"), organization("nvidia")))


def test_a_lag_beyond_the_data_delivers_nothing() -> None:
    program = walked(one_input(cycle_weeks=13.0 * 400))

    assert program.baseline.total() == 0


def test_a_line_that_no_product_uses_is_no_part_of_it() -> None:
    net = one_input()
    idle = organization("idle", supply("idle", "other", draws="line"),
                        capacities=[capacity("idle", "line", 5.0)])  # fmt: skip
    net = network(*net.commodities.values(), commodity("other"), *net.organizations.values(), idle)

    assert [line.key for line in walked(net).plan.lines] == ["maker.line"]


def test_a_booking_no_product_of_the_holder_can_use_is_said_and_reserved() -> None:
    # Alpha books on the second line, which makes nothing it is qualified for.
    net = two_designers({"alpha": 0.5, "beta": 0.5})
    second = organization(
        "second",
        supply("second", "slot", draws="line"),
        capacities=[capacity("second", "line", 50.0, {"alpha": 0.6})],
    )
    qualified = {"maker": Quarter(2022, 1)}
    a = product("a", "alpha", need("slot", per_unit=1.0, makers=qualified))
    b = product("b", "beta", need("slot", per_unit=1.0))
    kept_parts = [c for c in net.commodities.values() if not c.product]
    plan = walked(network(*kept_parts, a, b, *net.organizations.values(), second)).plan
    [line] = [x for x in plan.lines if x.key == "second.line"]

    assert list(plan.idle) == ["second.line.bookings.2022.alpha"]
    assert line.reserved[0] == pytest.approx(0.6)


def test_a_product_that_no_booking_serves_is_left_out_with_the_reason() -> None:
    program = walked(two_designers({"alpha": 0.5}))

    assert program.plan.left_out == {"b": "beta books none of the capacity that it is made on"}
    assert list(program.plan.products) == ["a"]
