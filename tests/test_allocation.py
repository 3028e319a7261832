"""Allocation: a published case, cases by hand, and laws of both rules."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from supplychain.allocation import CANCEL, RULES, allocate, contract_first, pro_rata
from supplychain.allocation.rules import Floats, Mask
from supplychain.model import Buyer, Network, Orders
from supplychain.quarters import Quarter, quarter_range
from tests.networks import figure, network, organization, product

QUARTERS = quarter_range(Quarter(2023, 3), Quarter(2024, 2))
CASE: dict[str, Any] = json.loads(
    (Path(__file__).parent / "data" / "gpu_4q_hbm_cut.json").read_text(encoding="utf-8")
)


def buyer(
    id_: str, orders: float, *, contracts: float = 0, products: str = "gpu", **more: Any
) -> Buyer:
    """A buyer that orders the same in every quarter."""

    def lines(units: float) -> tuple[Orders, ...]:
        per_quarter = MappingProxyType({q: figure(units) for q in QUARTERS})
        return (Orders((products,), per_quarter),) if units else ()

    return Buyer(
        id_,
        id_.upper(),
        "rich",
        "lab",
        "US",
        orders=lines(orders),
        contracts=lines(contracts),
        **more,
    )


def market(*buyers: Buyer) -> Network:
    return network(
        product("h100", "nv", groups=("gpu", "hopper")),
        product("h20", "nv", groups=("gpu", "china-variant")),
        organization("nv"),
        *buyers,
    )


def units(h100: float, h20: float = 0) -> dict[str, Floats]:
    return {"h100": np.full(4, h100), "h20": np.full(4, h20)}


@pytest.mark.parametrize("cut", ["cut_0", "cut_20"])
def test_the_published_case_pro_rata(cut: str) -> None:
    wanted = np.array([CASE["buyers"]["rich"]["demand"], CASE["buyers"]["poor"]["demand"]], float)
    given_ = sum(
        pro_rata(np.array([gpus]), wanted, np.zeros(2), np.ones((2, 1), bool))[:, 0]
        for gpus in CASE["expected"][cut]["gpu"]
    )
    published = CASE["expected"]["pro_rata"][cut]

    assert given_ == pytest.approx([published["rich"], published["poor"]], rel=1e-6)


def test_contracts_come_first() -> None:
    net = market(buyer("a", 100, contracts=80), buyer("b", 100))
    result = allocate(net, units(100), QUARTERS, "contract-first")

    # 80 committed; the other 20 among the 20 and 100 still wanted.
    assert result.delivered[:, 0, 0] == pytest.approx([80 + 20 / 6, 100 / 6])


def test_unfilled_orders_wait_and_some_are_withdrawn() -> None:
    result = allocate(market(buyer("a", 100)), units(60), QUARTERS, "pro-rata")

    waiting = 40 * (1 - CANCEL)
    assert result.backlog[0, :2] == pytest.approx([40, 100 + waiting - 60])
    assert result.fill_rates()["a"] == pytest.approx(0.6)


def test_what_nobody_asked_for_stays_unsold() -> None:
    result = allocate(market(buyer("a", 30)), units(60), QUARTERS)

    assert result.unsold[0] == pytest.approx([30] * 4)


def test_china_gets_h800_until_the_rule_and_what_is_made_for_it_after() -> None:
    net = market(buyer("a", 50), buyer("b", 50, export_class="china"))
    result = allocate(net, units(60, 20), QUARTERS, "pro-rata")
    h100, h20 = result.delivered[1]

    assert h100[0] > 0
    assert h100[1:].tolist() == [0, 0, 0]
    assert h20 == pytest.approx([20] * 4)
    assert result.delivered[0, 1].sum() == 0


def test_a_ban_of_a_scenario_is_obeyed() -> None:
    net = market(buyer("a", 50, export_class="china"))
    result = allocate(net, units(0, 20), QUARTERS, "pro-rata", lambda *_: True)

    assert result.delivered.sum() == 0


amounts = st.floats(0, 1_000).map(lambda x: round(x, 3))


@st.composite
def quarters(draw: st.DrawFn) -> tuple[Floats, Floats, Floats, Mask]:
    orders, products = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    available = draw(arrays(float, products, elements=amounts))
    wanted = draw(arrays(float, orders, elements=amounts))
    committed = draw(arrays(float, orders, elements=amounts))
    allowed = draw(arrays(bool, (orders, products)))
    return available, wanted, committed, allowed


@pytest.mark.parametrize("rule", sorted(RULES))
@given(quarter=quarters())
def test_never_more_than_made_or_ordered_and_nothing_is_kept_back(
    rule: str, quarter: tuple[Floats, Floats, Floats, Mask]
) -> None:
    available, wanted, committed, allowed = quarter
    given_ = RULES[rule](available, wanted, committed, allowed)

    assert (given_ >= 0).all()
    assert (given_[~allowed] == 0).all()
    assert (given_.sum(axis=0) <= available + 1e-6).all()
    assert (given_.sum(axis=1) <= wanted + 1e-6).all()
    left = available - given_.sum(axis=0) > 1e-6
    unserved = wanted - given_.sum(axis=1) > 1e-6
    assert not (allowed & left & unserved[:, None]).any()


@given(arrays(float, 4, elements=amounts), amounts)
def test_pro_rata_fills_all_alike(wanted: Floats, available: float) -> None:
    given_ = pro_rata(np.array([available]), wanted, wanted, np.ones((4, 1), bool))[:, 0]
    rates = given_[wanted > 1e-3] / wanted[wanted > 1e-3]

    assert rates == pytest.approx(np.full(len(rates), rates[:1].sum()), abs=1e-6)


@given(quarters())
def test_commitments_do_not_wait_for_others(
    quarter: tuple[Floats, Floats, Floats, Mask],
) -> None:
    available, wanted, committed, _ = quarter
    everything = np.ones((len(wanted), len(available)), bool)
    given_ = contract_first(available, wanted, committed, everything).sum(axis=1)
    promised = np.minimum(committed, wanted)
    if promised.sum() <= available.sum():
        assert (given_ >= promised - 1e-6).all()
