"""Deliveries over quarters: backlog, commitments, limits, own chips, export rules."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import supplychain as sc
from supplychain.allocation import MOVE, RULES, Terms, allocate, exportable
from supplychain.allocation.market import find_buyer
from supplychain.allocation.paths import Floats
from supplychain.model import Buyer, Network, Orders
from supplychain.model.quarters import Quarter, quarter_range
from supplychain.production.plan import CANCEL
from supplychain.scenarios.assumptions import assumed
from tests.networks import figure, network, organization, product


@lru_cache
def builtin() -> Network:
    return sc.load()


QUARTERS = quarter_range(Quarter(2023, 3), Quarter(2024, 2))


def lines(units: float | list[float], products: str) -> tuple[Orders, ...]:
    amounts = units if isinstance(units, list) else [units] * 4
    per_quarter = {q: figure(u) for q, u in zip(QUARTERS, amounts, strict=True)}
    return (Orders((products,), MappingProxyType(per_quarter)),)


def buyer(
    id_: str,
    orders: float | list[float],
    *,
    contracts: float | list[float] = 0,
    products: str = "gpu",
    also: tuple[Orders, ...] = (),
    **more: Any,
) -> Buyer:
    return Buyer(
        id_,
        id_.upper(),
        more.pop("tier", "rich"),
        more.pop("kind", "lab"),
        more.pop("country", "US"),
        orders=lines(orders, products) + also,
        contracts=lines(contracts, products) if contracts else (),
        **more,
    )


def market(*buyers: Buyer) -> Network:
    return network(
        product("h100", "nv", groups=("gpu", "hopper")),
        product("h20", "nv", groups=("gpu", "china-variant")),
        product("tpu", "goo", groups=("tpu",), fp8_tflops=1979 / 4),
        product("mtia", "goo", groups=("mtia",)),
        organization("nv"),
        organization("goo"),
        *buyers,
    )


def units(h100: float = 0, h20: float = 0, tpu: float = 0) -> dict[str, Floats]:
    return {"h100": np.full(4, h100), "h20": np.full(4, h20), "tpu": np.full(4, tpu)}


PLAIN = Terms(reserve=0, aversion=0)


def test_contracts_come_first_and_what_is_short_of_them_stays_committed() -> None:
    net = market(buyer("a", [100, 0, 0, 0], contracts=[80, 0, 0, 0]), buyer("b", 100))
    result = allocate(net, units(50), QUARTERS, "contract-first", terms=PLAIN)

    assert result.delivered[:, 0, 0] == pytest.approx([50, 0])
    # Of the 80, 30 are still committed; 50 are open after the first quarter, 15% withdrawn.
    waiting = 50 * (1 - CANCEL) - 30, 100 + 100 * (1 - CANCEL)
    share = (50 - 30) / sum(waiting)
    assert result.delivered[:, 0, 1] == pytest.approx([30 + share * waiting[0], share * waiting[1]])


def test_unfilled_orders_wait_and_some_are_withdrawn() -> None:
    result = allocate(market(buyer("a", 100)), units(60), QUARTERS, "pro-rata")

    waiting = 40 * (1 - CANCEL)
    assert result.backlog[0, :2] == pytest.approx([40, 100 + waiting - 60])
    assert result.fill_rates()["a"] == pytest.approx(0.6)
    # In the second quarter the oldest go first: those 34 had waited a quarter.
    assert result.waited[0, :2] == pytest.approx([0, waiting])


def test_a_window_counts_what_was_open_before_it_as_asked() -> None:
    whole = allocate(market(buyer("a", [100, 0, 0, 0])), units(40), QUARTERS, "pro-rata")
    part = whole.between(QUARTERS[1], QUARTERS[2])

    assert part.asked() == pytest.approx([60 * (1 - CANCEL)])
    assert part.units() == pytest.approx([40 + (60 * (1 - CANCEL) - 40) * (1 - CANCEL)])


def test_what_nobody_asked_for_stays_in_stock_and_is_sold_later() -> None:
    result = allocate(market(buyer("a", [30, 30, 150, 0])), units(60), QUARTERS)

    assert result.unsold[0] == pytest.approx([30, 60, 0, 60 - 30 * (1 - CANCEL)])
    assert result.delivered[0, 0] == pytest.approx([30, 30, 120, 30 * (1 - CANCEL)])


def test_china_gets_h800_until_the_rule_and_what_is_made_for_it_after() -> None:
    net = market(buyer("a", 50), buyer("b", 50, export_class="china"))
    result = allocate(net, units(60, 20), QUARTERS, "pro-rata", terms=PLAIN)
    h100, h20 = result.delivered[1][[result.products.index(p) for p in ("h100", "h20")]]

    assert h100[0] > 0
    assert h100[1:].tolist() == [0, 0, 0]
    assert h20 == pytest.approx([20] * 4)
    assert result.delivered[0, result.products.index("h20")].sum() == 0


@pytest.mark.parametrize(
    ("chip", "quarter", "may"),
    [
        ("h100", Quarter(2022, 3), True),
        ("h100", Quarter(2023, 3), True),  # the H800
        ("h100", Quarter(2023, 4), False),
        ("mi300x", Quarter(2023, 1), False),  # as fast, with full links
        ("mi300x", Quarter(2024, 1), False),
        ("l40s", Quarter(2023, 3), True),  # slow links
        ("l40s", Quarter(2023, 4), False),
        ("h20", Quarter(2025, 1), True),
        ("h20", Quarter(2025, 2), False),
        ("h20", Quarter(2025, 3), True),
        ("h200", Quarter(2025, 4), False),
        ("h200", Quarter(2026, 1), True),
        ("b200", Quarter(2026, 1), False),
        ("ascend-910c", Quarter(2025, 1), True),
    ],
)
def test_export_rules_by_quarter(chip: str, quarter: Quarter, may: bool) -> None:
    data = builtin()
    china = buyer("c", 1, export_class="china")
    open_ = buyer("o", 1)
    commodity = data.commodities[chip]

    assert exportable(commodity, china, quarter) is may
    assert exportable(commodity, open_, quarter) is (chip != "h20")


def test_a_ban_of_a_scenario_is_obeyed() -> None:
    net = market(buyer("a", 50, export_class="china"))
    result = allocate(net, units(0, 20), QUARTERS, "pro-rata", lambda *_: True)

    assert result.delivered.sum() == 0


def own(id_: str, gpus: float, tpus: float) -> Buyer:
    return buyer(id_, gpus, organization="goo", also=lines(tpus, "tpu"))


@pytest.mark.parametrize("rule", sorted(RULES))
def test_own_chips_go_to_their_designer_first_and_to_promised_customers(rule: str) -> None:
    customer = buyer("b", 100, products="tpu", contracts=10)
    result = allocate(market(own("a", 0, 60), customer), units(tpu=50), QUARTERS, rule)
    tpu = result.products.index("tpu")

    assert result.delivered[:, tpu, 0] == pytest.approx([60 / 70 * 50, 10 / 70 * 50])


def test_a_shortage_moves_orders_to_own_chips() -> None:
    result = allocate(market(own("a", 100, 10)), units(h100=20, tpu=500), QUARTERS, "pro-rata")
    tpu = result.products.index("tpu")

    # Of the 80 that are short a tenth moves, four of its chips for each; then 15% go.
    moved = 80 * MOVE
    assert result.delivered[0, tpu, :2] == pytest.approx([10, 10 + 4 * moved])
    assert result.moved[0, 1] == pytest.approx(moved)
    assert result.backlog[0, 1] == pytest.approx(100 + 80 * (1 - MOVE) * (1 - CANCEL) - 20)
    assert result.orders[0, 1] == 110  # an order is what was ordered
    assert result.exchanged[0, 1] == pytest.approx(3 * moved)
    assert result.ordered()[0] == 440
    assert result.asked()[0] == pytest.approx(440 + result.exchanged.sum())


def test_what_only_orders_limit_is_delivered_as_ordered() -> None:
    mine = buyer("a", 70, products="mtia", organization="goo")
    result = allocate(market(mine), units(10), QUARTERS, as_ordered=["mtia"])

    assert result.delivered[0, result.products.index("mtia")] == pytest.approx([70] * 4)
    assert result.unsold[result.products.index("mtia")].tolist() == [0] * 4


def test_site_power_limits_deliveries() -> None:
    data = builtin()
    # 1.389 kW at 80% load and PUE 1.25 for an H100; room for 1,000 beside a fleet of 500.
    each = 1_389 * 0.8 * 1.25 / 1e6
    power = {QUARTERS[0]: figure(1_500 * each), QUARTERS[3]: figure(3_000 * each)}
    one = buyer("a", 2_000, site_power_mw=power, fleet={"h100": figure(500)}, products="h100")
    h100, nvidia = data.commodities["h100"], data.organizations["nvidia"]
    net = replace(network(h100, nvidia, one), parameters=data.parameters)
    result = allocate(net, {"h100": np.full(4, 5_000.0)}, QUARTERS)

    assert result.delivered[0, 0] == pytest.approx([1_000, 500, 500, 500])
    # A site loses less on the way to the chips: 1.25 / 1.1 as many fit.
    leaner = allocate(assumed(net, {"power.pue": 1.1}), {"h100": np.full(4, 5_000.0)}, QUARTERS)
    assert leaner.delivered[0, 0, 0] == pytest.approx(1_500 * 1.25 / 1.1 - 500)
    with pytest.raises(ValueError, match=r"no parameter 'power\.server_ratio'"):
        allocate(replace(net, parameters={}), {"h100": np.full(4, 5_000.0)}, QUARTERS)


def test_a_budget_limits_deliveries_at_list_price_and_sets_the_price_in_an_auction() -> None:
    data = builtin()
    budget = {q: figure(26_268 * 100.0) for q in QUARTERS}
    one = buyer("a", 1_000, budget_usd=budget, price_limit_usd=figure(90_000), products="h100")
    net = network(data.commodities["h100"], data.organizations["nvidia"], one)
    listed = allocate(net, {"h100": np.full(4, 5_000.0)}, QUARTERS)
    auction = allocate(net, {"h100": np.full(4, 200.0)}, QUARTERS, "price")

    # An H100 was 34,641 in 2023 and 26,268 in 2024.
    assert listed.delivered[0, 0] == pytest.approx([100 * 26_268 / 34_641] * 2 + [100] * 2)
    assert auction.delivered[0, 0] == pytest.approx([200] * 4)
    assert auction.price is not None
    assert auction.price[0] == pytest.approx([26_268 / 2] * 4)
    assert listed.price is None


def test_aversion_lowers_the_weight_of_builders_of_rival_chips_and_can_be_none() -> None:
    net = market(own("a", 100, 0), buyer("b", 100))
    even = allocate(net, units(100), QUARTERS, "pro-rata", terms=PLAIN)
    averse = allocate(net, units(100), QUARTERS, "pro-rata", terms=Terms(aversion=0.5))

    assert even.delivered[:, 0, 0] == pytest.approx([50, 50])
    assert averse.delivered[:, 0, 0] == pytest.approx([100 / 3, 200 / 3])


def test_priority_follows_the_data_and_otherwise_the_tier() -> None:
    net = market(buyer("a", 60), buyer("b", 60, tier="poor"), buyer("c", 60, priority=1))
    result = allocate(net, units(140), QUARTERS, "priority")
    assert result.delivered[:, 0, 0] == pytest.approx([60, 20, 60])


def test_bad_input_is_named() -> None:
    net = market(buyer("a", 60))
    with pytest.raises(ValueError, match=r"^h100: units shipped must be numbers of 0 or more$"):
        allocate(net, {"h100": np.array([1.0, np.nan, 0, 0])}, QUARTERS)
    with pytest.raises(ValueError, match="no allocation rule is called 'fair'"):
        allocate(net, units(), QUARTERS, "fair")
    with pytest.raises(ValueError, match=r"^no buyer is called 'aa'; there are: a$"):
        find_buyer(net, "aa")
    with pytest.raises(ValueError, match=r"^B has no orders, so no rule gives it anything$"):
        find_buyer(market(buyer("b", 0)), "b")


amounts = st.integers(0, 300).map(float)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Network, dict[str, Floats]]:
    quarterly = st.lists(amounts, min_size=4, max_size=4)
    buyers = [
        buyer("a", draw(quarterly), contracts=draw(quarterly), kind="neocloud"),
        buyer("b", draw(quarterly), export_class="china", tier="poor", count=5),
        buyer("c", draw(quarterly), organization="goo", also=lines(draw(quarterly), "tpu")),
        buyer("d", draw(quarterly), products="h100", price_limit_usd=figure(9), tier="poor"),
    ]
    return market(*buyers), {p: draw(arrays(float, 4, elements=amounts)) for p in units()}


@pytest.mark.parametrize("rule", sorted(RULES))
@given(histories())
@settings(max_examples=20, deadline=None)
def test_nothing_is_created_or_lost(rule: str, history: tuple[Network, dict[str, Floats]]) -> None:
    """Made = delivered + in stock; asked = delivered + waiting + withdrawn, every quarter."""
    net, made = history
    result = allocate(net, made, QUARTERS, rule)
    total = np.array([made[p] for p in result.products])
    in_stock = total.cumsum(axis=1) - result.delivered.sum(axis=0).cumsum(axis=1)
    assert result.unsold == pytest.approx(in_stock, abs=1e-6)
    given_ = result.delivered.sum(axis=1)
    assert result.backlog == pytest.approx(result.wanted - given_, abs=1e-6)
    assert (result.wanted[:, 0] == result.orders[:, 0]).all()
    # What moves away is not withdrawn.
    left = result.backlog[:, :-1] * (1 - CANCEL) + result.moved[:, 1:] * CANCEL
    new = result.orders + result.exchanged
    assert result.wanted[:, 1:] == pytest.approx(left + new[:, 1:], abs=1e-6)


@pytest.mark.parametrize("rule", sorted(RULES))
@given(histories())
@settings(max_examples=8, deadline=None)
def test_one_scenario_and_many_give_the_same(
    rule: str, history: tuple[Network, dict[str, Floats]]
) -> None:
    net, made = history
    many = allocate(
        net, {p: np.stack([u, u * 0.7, u * 0]) for p, u in made.items()}, QUARTERS, rule
    )
    for s, kept in enumerate((1.0, 0.7, 0.0)):
        one = allocate(net, {p: u * kept for p, u in made.items()}, QUARTERS, rule)
        assert many.delivered[s] == pytest.approx(one.delivered, abs=1e-7)
        assert many.backlog[s] == pytest.approx(one.backlog, abs=1e-7)
        assert many.unsold[s] == pytest.approx(one.unsold, abs=1e-7)
