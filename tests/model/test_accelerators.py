"""What one accelerator counts, and that allocation, compute and reports count it alike."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

import supplychain as sc
from supplychain.allocation.orders import order_lines
from supplychain.compute.chips import chip_of
from supplychain.compute.sites import sites_needed
from supplychain.model import Commodity, Network, Parameters
from supplychain.model.accelerators import per_accelerator, server_w, site_w
from supplychain.model.quarters import Quarter
from supplychain.scenarios.assumptions import assumed
from tests.networks import figure, network, organization, product

AT = Quarter(2024, 4)


def power(**values: float) -> dict[str, Parameters]:
    figures = {key: figure(value) for key, value in values.items()}
    return {"power": Parameters("power", "Power", MappingProxyType(figures))}


def chip(**facts: float) -> Commodity:
    made = product("chip", "nv")
    assert made.product is not None
    known = MappingProxyType({**made.product.facts, **{k: figure(v) for k, v in facts.items()}})
    return replace(made, product=replace(made.product, facts=known))


def holding(made: Commodity, **values: float) -> Network:
    return replace(network(made, organization("nv")), parameters=power(**values))


def test_power_at_the_site_worked_by_hand() -> None:
    # A chip of 1,000 W takes 1.5 kW with its server, on average 60% of that, and 1/5 more is lost.
    known = {"server_ratio": 1.5, "load": 0.6, "pue": 1.2}
    made = chip(tdp_w=1_000)

    assert server_w(holding(made, **known), made) == pytest.approx(1_500)
    assert site_w(holding(made, **known), made) == pytest.approx(1_080)
    # A published server counts instead of the ratio.
    published = chip(tdp_w=1_000, server_w=1_400)
    assert site_w(holding(published, **known), published) == pytest.approx(1_400 * 0.6 * 1.2)


def test_what_is_not_known_is_left_out() -> None:
    made = chip(tdp_w=1_000)

    assert server_w(holding(made, load=0.6, pue=1.2), made) is None
    assert site_w(holding(made, server_ratio=1.5, pue=1.2), made) is None
    assert server_w(holding(chip(), server_ratio=1.5), chip()) is None
    assert "site_mw" not in per_accelerator(network(made, organization("nv")), made)


@pytest.mark.parametrize("assume", [{}, {"power.pue": 1.1}, {"power.load": 0.5}])
def test_a_b200_takes_one_power_everywhere_and_assumptions_move_it(
    assume: dict[str, float],
) -> None:
    data = assumed(sc.load(), assume)
    share = assume.get("power.load", 0.8) * assume.get("power.pue", 1.25)
    b200 = data.commodities["b200"]

    assert site_w(data, b200) == pytest.approx(1_667 * share, abs=1)
    allocated = order_lines(data, ["b200"], [AT]).site_mw
    assert np.asarray(allocated) == pytest.approx(1_667e-6 * share, rel=1e-3)
    computed = chip_of(data, "b200", 2024, {})
    assert computed.site_w == site_w(data, b200)
    assert computed.power_w is not None
    assert computed.site_w == pytest.approx(computed.power_w * share)
    assert computed.site_w is not None
    assert sites_needed(1_000_000, 100, computed.site_w) == -(
        -1_000_000 // int(1e8 // computed.site_w)
    )
