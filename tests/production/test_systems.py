"""From accelerators sold to accelerators installed: lags and racks by hand."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplychain.model.quarters import Quarter
from supplychain.production.forward import Forward
from supplychain.production.reading import read_plan
from supplychain.production.systems import installed, later, racks
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


def test_a_flow_comes_later_and_a_fraction_is_split() -> None:
    flow = np.array([100.0, 0, 40, 0])

    assert later(flow, 0.0).tolist() == [100, 0, 40, 0]
    assert later(flow, 1.0).tolist() == [0, 100, 0, 40]
    assert later(flow, 1.25).tolist() == [0, 75, 25, 30]
    assert later(flow, 9.0).tolist() == [0, 0, 0, 0]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20), st.floats(0, 5))
def test_no_more_has_arrived_than_was_sent(flow: list[float], lag: float) -> None:
    sent = np.array(flow).cumsum()

    assert (later(np.array(flow), lag).cumsum() <= sent + 1e-6 * sent[-1] + 1e-9).all()


def test_the_part_that_goes_into_racks_waits_for_board_and_rack() -> None:
    gpu = product("gpu", "nvidia", need("part", per_unit=1.0))
    assert gpu.product is not None
    made = dataclasses.replace(
        gpu.product,
        facts=MappingProxyType({**gpu.product.facts, "per_rack": figure(10.0)}),
        rack_share=MappingProxyType({2024: figure(0.5)}),
    )
    board = dataclasses.replace(
        commodity("board", need("gpu", cycle_weeks=0.0)), stage="systems", unit="boards"
    )
    rack = dataclasses.replace(
        commodity("rack", need("board", cycle_weeks=6.5)), stage="systems", unit="racks"
    )
    net = network(
        commodity("part"),
        dataclasses.replace(gpu, product=made),
        board,
        rack,
        organization("nvidia"),
        organization(
            "maker",
            supply("maker", "part", draws="line"),
            capacities=[
                capacity("maker", "line", {Quarter(2024, 1): 100.0, Quarter(2024, 4): 100.0})
            ],
        ),
    )
    baseline = Forward(read_plan(net)).baseline.between(Quarter(2024, 1), Quarter(2024, 3))

    # 50 of 100 are installed at once; half of the other 50 in the quarter, half in the next.
    assert installed(net, baseline)["gpu"] == pytest.approx([75, 100, 100])
    assert racks(net, baseline) == pytest.approx([2.5, 5, 5])
