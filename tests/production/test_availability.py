"""The cascade with time: worked by hand, then laws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.model import Network
from supplychain.model.quarters import Quarter, quarter_range
from supplychain.production.availability import Floats, availability, slips, web
from tests.networks import (
    capacity,
    commodity,
    figure,
    need,
    network,
    organization,
    product,
    supply,
)

QUARTERS = quarter_range(Quarter(2024, 1), Quarter(2025, 4))


def chain(**more: Any) -> Network:
    """gas -> wafer, one maker each; ``more`` describes the need."""
    return network(
        commodity("gas"),
        commodity("wafer", need("gas", **{"role": "material", **more})),
        organization("linde", supply("linde", "gas", "DE")),
        organization("tsmc", supply("tsmc", "wafer", "TW")),
    )


def own(net: Network, **kept: dict[int, float]) -> Floats:
    """Everything kept but what is said: organization to period to share."""
    out = np.ones((1, len(net.supplies), len(QUARTERS)))
    for i, s in enumerate(net.supplies):
        for t, share in kept.get(s.organization, {}).items():
            out[0, i, t] = share
    return out


def left(net: Network, organization_: str, **kept: dict[int, float]) -> list[float]:
    result = availability(web(net, QUARTERS), own(net, **kept)).left[0]
    [row] = [i for i, s in enumerate(net.supplies) if s.organization == organization_]
    return [round(x, 9) for x in result[row].tolist()]


ALWAYS = dict.fromkeys(range(8), 0.8)


def test_without_stock_the_cut_is_felt_at_once_and_in_full() -> None:
    assert left(chain(), "tsmc", linde={2: 0.8}) == [1, 1, 0.8, 1, 1, 1, 1, 1]


def test_stock_bridges_until_it_is_used_up() -> None:
    # A tenth of a quarter's use in stock: 0.8 + 0.1, then 0.8; refilled at a quarter a quarter.
    net = chain(stock_weeks=1.3)

    assert left(net, "tsmc", linde={2: 0.8, 3: 0.8}) == [1, 1, 0.9, 0.8, 1, 1, 1, 1]


def test_a_quarter_of_stock_saves_a_quarter_of_stop() -> None:
    assert left(chain(stock_weeks=13), "tsmc", linde={2: 0.0}) == [1] * 8


def test_half_a_quarter_of_lag_splits_the_loss() -> None:
    assert left(chain(cycle_weeks=6.5), "tsmc", linde={2: 0.0}) == [1, 1, 0.5, 0.5, 1, 1, 1, 1]


def test_a_shock_common_to_all_stages_counts_once() -> None:
    net = network(
        commodity("gas"),
        commodity("wafer", need("gas", role="material")),
        commodity("package", need("wafer")),
        organization("linde", supply("linde", "gas", "TW")),
        organization("tsmc", supply("tsmc", "wafer", "TW")),
        organization("ase", supply("ase", "package", "TW")),
    )

    assert left(net, "ase", linde=ALWAYS, tsmc=ALWAYS, ase=ALWAYS) == [0.8] * 8


def test_output_that_can_do_without_goes_on() -> None:
    assert left(chain(essential=0.25), "tsmc", linde={2: 0.0})[2] == 0.75


def two_makers(**more: Any) -> Network:
    return network(
        commodity("gas"),
        commodity("wafer", need("gas", role="material")),
        organization("linde", supply("linde", "gas", share={2024: figure(0.75)})),
        organization("air", supply("air", "gas", share={2024: figure(0.25)}, **more)),
        organization("tsmc", supply("tsmc", "wafer")),
    )


def test_makers_count_by_their_shares() -> None:
    assert left(two_makers(), "tsmc", linde={2: 0.0})[2] == 0.25


def test_others_surge_after_their_time() -> None:
    net = two_makers(surge=figure(1.0), surge_weeks=figure(13))
    stop = dict.fromkeys(range(2, 8), 0.0)

    # The quarter of the loss itself is not yet noticed as one, then 13 weeks pass.
    assert left(net, "tsmc", linde=stop) == [1, 1, 0.25, 0.5, 0.5, 0.5, 0.5, 0.5]


def test_a_maker_counts_from_its_qualification() -> None:
    net = network(
        commodity("hbm"),
        commodity("gpu", need("hbm", makers={"a": QUARTERS[0], "b": QUARTERS[4]})),
        organization("a", supply("a", "hbm", share={2024: figure(0.5)})),
        organization("b", supply("b", "hbm", share={2024: figure(0.5)})),
        organization("nv", supply("nv", "gpu")),
    )

    assert left(net, "nv", a=dict.fromkeys(range(8), 0.0)) == [0] * 4 + [0.5] * 4


def test_what_nobody_in_the_data_makes_is_there() -> None:
    net = network(
        commodity("gas"),
        commodity("wafer", need("gas", role="material")),
        organization("tsmc", supply("tsmc", "wafer")),
    )

    assert left(net, "tsmc") == [1] * 8


def test_a_cycle_keeps_running_and_a_stop_with_stock_does_not_echo() -> None:
    net = network(
        commodity("chip", need("scanner", stock_weeks=13)),
        commodity("scanner", need("chip")),
        organization("tsmc", supply("tsmc", "chip")),
        organization("asml", supply("asml", "scanner")),
    )

    assert left(net, "tsmc") == [1] * 8
    assert left(net, "asml", tsmc={2: 0.0}) == [1, 1, 0, 1, 1, 1, 1, 1]


def growing(**more: Any) -> Network:
    """A fab that grows by 100 a quarter, by 26 weeks after its tools."""
    plan = {q: 100.0 * (1 + t) for t, q in enumerate(QUARTERS)}
    return network(
        commodity("scanner", stage="equipment"),
        commodity("wafer", need("scanner", role="tool", install_weeks=26, **more)),
        organization("asml", supply("asml", "scanner", "NL")),
        organization(
            "tsmc",
            supply("tsmc", "wafer", "TW", draws="fab"),
            capacities=[capacity("tsmc", "fab", plan)],
        ),
    )


def test_tools_stop_growth_after_their_installation_and_output_never() -> None:
    stop = dict.fromkeys(range(1, 8), 0.0)

    # 100, 200, 300 are there; from the fourth quarter on nothing is added to 300.
    assert left(growing(), "tsmc", asml=stop) == pytest.approx(
        [1, 1, 1, 300 / 400, 300 / 500, 300 / 600, 300 / 700, 300 / 800]
    )


def test_missed_growth_is_caught_up_and_never_beyond_the_plan() -> None:
    result = left(growing(), "tsmc", asml={1: 0.0})

    # 100 missed in the fourth quarter, then 25 caught up a quarter.
    assert result == pytest.approx([1, 1, 1, 300 / 400, 425 / 500, 550 / 600, 675 / 700, 1])


def test_without_service_tools_wear_and_are_repaired() -> None:
    net = chain(role="service", wear=0.1)

    assert left(net, "tsmc", linde={2: 0.0, 3: 0.0}) == pytest.approx(
        [1, 1, 0.9, 0.81, 0.86, 0.91, 0.96, 1]
    )


def test_a_design_outage_delays_what_is_launched_after_it() -> None:
    net = network(
        commodity("eda", stage="design"),
        commodity("design", need("eda", role="software"), stage="design"),
        product("old", "nv", need("design", role="design"), launch=QUARTERS[0]),
        product("new", "nv", need("design", role="design"), launch=QUARTERS[5]),
        organization("synopsys", supply("synopsys", "eda", "US")),
        organization("nv", supply("nv", "design", "US")),
    )

    assert slips(net, QUARTERS, own(net, synopsys={2: 0.0, 3: 0.0})[0]) == {"new": 2}


def test_scenarios_at_once_equal_scenarios_one_by_one() -> None:
    net = two_makers(surge=figure(0.5), surge_weeks=figure(13))
    one, other = own(net, linde={2: 0.3}), own(net, air={1: 0.0}, tsmc={5: 0.5})
    of = web(net, QUARTERS)
    both = availability(of, np.concatenate([one, other])).left

    assert (both[0] == availability(of, one).left[0]).all()
    assert (both[1] == availability(of, other).left[0]).all()


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=8, max_size=8),
    st.sampled_from([0.0, 3.0, 13.0]),
    st.sampled_from([0.0, 6.5, 13.0]),
)
def test_never_more_than_its_own_and_all_of_it_where_nothing_is_hit(
    shares: list[float], stock: float, lag: float
) -> None:
    net = chain(stock_weeks=stock, cycle_weeks=lag)
    cut = own(net, linde=dict(enumerate(shares)))
    result = availability(web(net, QUARTERS), cut).left

    assert ((result >= 0) & (result <= cut)).all()
    gas = [s.organization for s in net.supplies].index("linde")
    assert (result[0, gas] == cut[0, gas]).all()
