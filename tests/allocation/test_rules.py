"""Rules of rationing: a published case, cases by hand, and the laws every rule obeys."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from supplychain.allocation import RULES, Terms, asked, find_rule
from supplychain.allocation.paths import Floats, Mask
from supplychain.allocation.paths import Path as Way
from supplychain.allocation.rules import Asked
from supplychain.allocation.sharing import (
    access,
    amounts,
    clearing_prices,
    positions,
    spread,
)
from tests import DATA

CASE: dict[str, Any] = json.loads((DATA / "gpu_4q_hbm_cut.json").read_text(encoding="utf-8"))


def share(
    rule: str,
    supply: Any,
    request: Asked | Any,
    allowed: Any = None,
    terms: Terms | None = None,
) -> tuple[Floats, Floats, Way, Floats]:
    """Units by scenario and order, by product too, the path and the positions on it."""
    request = request if isinstance(request, Asked) else asked(np.asarray(request, float))
    supply = np.asarray(supply, float)
    supply = supply[:, None] if supply.ndim == 1 else supply
    orders = request.wanted.shape[1]
    who = access(np.ones((orders, supply.shape[1]), bool) if allowed is None else allowed)
    path = RULES[rule](request, terms or Terms())
    at = positions(path, supply, who)
    given_ = amounts(path, at, who)
    return given_, spread(given_, supply, who), path, at


def units(rule: str, supply: float, wanted: list[float], **more: Any) -> list[float]:
    terms = more.pop("terms", None)
    request = asked(np.array(wanted, float), **{k: np.asarray(v) for k, v in more.items()})
    return [round(x, 9) for x in share(rule, [supply], request, terms=terms)[0][0].tolist()]


# Cases by hand.


@pytest.mark.parametrize("cut", ["cut_0", "cut_20", "cut_50"])
def test_the_published_case_by_willingness_to_pay(cut: str) -> None:
    rich, poor = CASE["buyers"]["rich"], CASE["buyers"]["poor"]
    request = asked(
        np.array([rich["demand"], poor["demand"]], float),
        price=np.array([rich["wtp_kUSD"], poor["wtp_kUSD"]], float),
    )
    gpus = CASE["expected"][cut]["gpu"]
    given_, _, path, at = share("price", gpus, request)

    assert given_[:, 0].tolist() == pytest.approx(CASE["expected"][cut]["rich"])
    assert given_[:, 1].tolist() == pytest.approx(CASE["expected"][cut]["poor_wtp"])
    assert path.inverse_price is not None
    price = clearing_prices(path.inverse_price, at, access(np.ones((2, 1), bool)))
    # Who gets the last one sets the price: the poor's limit while they get any.
    last = [poor["wtp_kUSD"] if p > 0 else rich["wtp_kUSD"] for p in given_[:, 1]]
    assert price[:, 0].tolist() == pytest.approx(last)


@pytest.mark.parametrize("cut", ["cut_0", "cut_20"])
def test_the_published_case_pro_rata(cut: str) -> None:
    wanted = [CASE["buyers"]["rich"]["demand"], CASE["buyers"]["poor"]["demand"]]
    given_, *_ = share("pro-rata", CASE["expected"][cut]["gpu"], wanted)
    published = CASE["expected"]["pro_rata"][cut]

    assert given_.sum(axis=0) == pytest.approx([published["rich"], published["poor"]], rel=1e-6)


def test_contract_first_serves_commitments_then_the_rest_pro_rata() -> None:
    # 80 committed; the other 20 among the 20 and 100 still wanted.
    assert units("contract-first", 100, [100, 100], promised=[[80, 0]]) == pytest.approx(
        [80 + 20 / 6, 100 / 6]
    )


def test_a_reserve_lifts_new_clouds_to_their_share_and_no_further() -> None:
    new = [False, True]
    # Without it the new cloud has 1 of 10; a reserve of 40% gives 4 of 10 until its order is full.
    assert units("contract-first", 10, [90, 10], new_cloud=new, terms=Terms(reserve=0)) == [9, 1]
    assert units("contract-first", 10, [90, 10], new_cloud=new, terms=Terms(reserve=0.4)) == [6, 4]
    assert units("contract-first", 50, [90, 10], new_cloud=new, terms=Terms(reserve=0.4)) == [
        40,
        10,
    ]
    assert units("contract-first", 12, [90, 10], new_cloud=new, terms=Terms(reserve=1)) == [2, 10]
    assert units("contract-first", 10, [10, 90], new_cloud=new, terms=Terms(reserve=0.4)) == [1, 9]


def test_orders_first_serves_the_oldest_first() -> None:
    request = asked(np.array([60.0, 60.0]), cohorts=np.array([[[10.0, 0.0], [50.0, 60.0]]]))

    assert share("orders-first", [10 + 11], request)[0][0] == pytest.approx([15, 6])


def test_max_min_levels_units_by_buyer() -> None:
    assert units("max-min", 60, [10, 100, 100]) == [10, 25, 25]
    # The second stands for three buyers alike.
    assert units("max-min", 80, [50, 100], count=[1, 3]) == [20, 60]


def test_priority_serves_classes_and_splits_ties_equally() -> None:
    assert units("priority", 60, [10, 100, 40], priority=[2, 1, 1]) == [0, 30, 30]
    assert units("priority", 145, [10, 100, 40], priority=[2, 1, 1]) == [5, 100, 40]


def test_price_with_budgets_clears() -> None:
    # Limits 40 and 20; the second can spend 300. At 20: 10 + 300 / 20 = 25; at 15: 10 + 20.
    request = asked(
        np.array([10.0, 30.0]),
        price=np.array([40.0, 20.0]),
        budget=np.array([[np.inf, 300.0]]),
    )
    given_, _, path, at = share("price", [8, 20, 25, 30, 39, 41], request)
    who = access(np.ones((2, 1), bool))
    assert path.inverse_price is not None
    price = clearing_prices(path.inverse_price, at, who)[:, 0]

    assert given_.tolist() == [
        pytest.approx(row) for row in ([8, 0], [10, 10], [10, 15], [10, 20], [10, 29], [10, 30])
    ]
    assert price.tolist() == pytest.approx([40, 20, 20, 15, 300 / 29, 0])


def test_price_splits_ties_at_the_limit_equally() -> None:
    assert units("price", 60, [10, 100, 40], price=[1, 2, 2]) == [0, 30, 30]


def test_who_pays_nothing_comes_last() -> None:
    assert units("price", 60, [50, 50], price=[0, 1]) == [10, 50]


def test_alpha_fair_between_its_limits() -> None:
    wanted = [10.0, 40.0, 40.0]
    at = {a: units("alpha-fair", 45, wanted, terms=Terms(alpha=a)) for a in (0, 1, np.inf)}

    assert at[1] == pytest.approx(units("pro-rata", 45, wanted))
    assert at[np.inf] == pytest.approx(units("max-min", 45, wanted))
    assert at[0] == [0, 22.5, 22.5]
    # Weights 1 to 4 at alpha 2: amounts as 1 to 2.
    assert units("alpha-fair", 9, [10, 40, 40], terms=Terms(alpha=2)) == pytest.approx(
        [1.8, 3.6, 3.6]
    )


def test_a_small_alpha_nears_the_largest_weight_first() -> None:
    exact = units("alpha-fair", 60, [10, 41, 40], terms=Terms(alpha=0))

    assert units("alpha-fair", 60, [10, 41, 40], terms=Terms(alpha=1e-4)) == pytest.approx(exact)


@pytest.mark.parametrize("rule", ["pro-rata", "contract-first", "max-min", "alpha-fair"])
def test_zero_weights_come_last_and_split_equally(rule: str) -> None:
    given_ = units(rule, 60, [50, 40, 50], weight=[1, 0, 0])

    assert given_ == pytest.approx([50, 5, 5])


def test_substitutes_are_shared_out_jointly() -> None:
    # The second can only have the first product; so the first lives on the other.
    allowed = np.array([[True, True], [True, False]])
    given_, by_product, *_ = share("max-min", [[10, 10]], [20, 20], allowed)

    assert given_[0] == pytest.approx([10, 10])
    assert by_product[0] == pytest.approx(np.array([[0, 10], [10, 0]]))


def test_a_bottleneck_stops_only_those_bound_to_it() -> None:
    allowed = np.array([[True, False], [True, True]])
    given_, *_ = share("max-min", [[4, 100]], [50, 50], allowed)

    assert given_[0] == pytest.approx([4, 50])


def test_an_order_without_products_gets_nothing() -> None:
    allowed = np.array([[False, False], [True, False]])
    given_, by_product, *_ = share("pro-rata", [[4, 100]], [50, 50], allowed)

    assert given_[0].tolist() == [0, 4]
    assert by_product.sum() == 4


def test_too_many_overlapping_lists_are_refused() -> None:
    every_pair = [[p in pair for p in range(14)] for pair in itertools.combinations(range(14), 2)]
    with pytest.raises(
        ValueError, match=r"overlap in more than 4,096 ways; let orders name groups"
    ):
        access(np.array(every_pair))


# What is refused.


@pytest.mark.parametrize(("order", "shown"), [(-3.0, "-3"), (float("nan"), "nan")])
def test_orders_are_numbers_of_units(order: float, shown: str) -> None:
    with pytest.raises(ValueError, match=rf"^order 1 is {shown}; an order is a number of units"):
        asked(np.array([5.0, order]))


def test_an_unknown_rule_names_the_nearest() -> None:
    with pytest.raises(
        ValueError, match=r"^no allocation rule is called 'max_mim'; did you mean 'max-min'\?$"
    ):
        find_rule("max_mim")
    with pytest.raises(ValueError, match="there are: contract-first, orders-first, pro-rata"):
        find_rule("xyz")


def test_terms_out_of_bounds_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^a reserve of 120%; it is a share from 0% to 100%$"):
        Terms(reserve=1.2)
    with pytest.raises(ValueError, match=r"^an aversion of -10%; it is a share"):
        Terms(aversion=-0.1)
    with pytest.raises(ValueError, match=r"^alpha is -1; it is 0 or more$"):
        Terms(alpha=-1)


# Laws.

amount = st.integers(0, 1_000).map(float)
few = st.sampled_from([0.0, 1.0, 2.0, 5.0])


@st.composite
def markets(draw: st.DrawFn, scenarios: int = 1) -> tuple[Asked, Floats, Mask, Terms]:
    """Orders with ties, zeros, budgets, groups, barred products; supply by scenario."""
    orders, products = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    ages = draw(st.integers(1, 3))
    cohorts = draw(arrays(float, (1, ages, orders), elements=amount))
    wanted = cohorts.sum(axis=1)
    promised = np.minimum(draw(arrays(float, (1, orders), elements=amount)), wanted)
    budget = draw(arrays(float, (1, orders), elements=st.sampled_from([np.inf, 0.0, 50.0, 3000.0])))
    request = asked(
        wanted,
        cohorts=cohorts,
        promised=promised,
        weight=draw(arrays(float, orders, elements=st.sampled_from([0.0, 0.5, 1.0]))),
        count=draw(arrays(float, orders, elements=st.sampled_from([1.0, 3.0]))),
        priority=draw(arrays(float, orders, elements=st.sampled_from([1.0, 2.0]))),
        price=draw(arrays(float, orders, elements=few)),
        budget=budget,
        new_cloud=draw(arrays(bool, orders)),
    )
    supply = draw(arrays(float, (scenarios, products), elements=amount))
    allowed = draw(arrays(bool, (orders, products)))
    terms = Terms(
        reserve=draw(st.sampled_from([0.0, 0.3, 1.0])),
        alpha=draw(st.sampled_from([0.0, 0.3, 1.0, 2.0, np.inf])),
    )
    return request, supply, allowed, terms


def most(capacity: Floats, supply: Floats, allowed: Mask) -> float:
    """Maximum flow from products to orders, by the least cut: over every set of products."""
    cuts = []
    for chosen in itertools.product([False, True], repeat=len(supply)):
        inside = np.array(chosen)
        # Either a product is used up, or every order that may take it is full.
        full = (allowed & inside).any(axis=1)
        cuts.append(supply[~inside].sum() + capacity[full].sum())
    return float(min(cuts))


SLACK = 1e-6


@pytest.mark.parametrize("rule", sorted(RULES))
@given(markets())
@settings(max_examples=40, deadline=None)
def test_never_more_than_made_or_asked_and_nothing_is_kept_back(
    rule: str, market: tuple[Asked, Floats, Mask, Terms]
) -> None:
    request, supply, allowed, terms = market
    [given_], [by_product], *_ = share(rule, supply, request, allowed, terms)
    wanted, made = request.wanted[0], supply[0]
    if rule == "price":
        wanted = np.where(request.budget[0] > 0, wanted, 0.0)  # without money, no order

    assert (by_product >= 0).all()
    assert (by_product[~allowed] == 0).all()
    assert by_product.sum(axis=1) == pytest.approx(given_, abs=SLACK)
    assert (by_product.sum(axis=0) <= made + SLACK).all()
    assert (given_ <= wanted + SLACK).all()
    # What is left is left because every remaining order is full or barred from it: no
    # reassignment of products whatever would serve more.
    assert given_.sum() == pytest.approx(most(wanted, made, allowed), abs=SLACK)


@pytest.mark.parametrize("rule", sorted(RULES))
@given(markets())
@settings(max_examples=40, deadline=None)
def test_more_supply_gives_nobody_less(
    rule: str, market: tuple[Asked, Floats, Mask, Terms]
) -> None:
    request, supply, _, terms = market
    total = supply.sum(axis=1)
    given_, *_ = share(rule, np.concatenate([total, total * 1.3 + 5]), request, None, terms)

    assert (given_[1] >= given_[0] - SLACK).all()


@pytest.mark.parametrize("rule", sorted(RULES))
@given(markets(scenarios=3))
@settings(max_examples=25, deadline=None)
def test_one_scenario_and_many_are_the_same(
    rule: str, market: tuple[Asked, Floats, Mask, Terms]
) -> None:
    request, supply, allowed, terms = market
    given_, by_product, *_ = share(rule, supply, request, allowed, terms)

    for s in range(len(supply)):
        alone, alone_by_product, *_ = share(rule, supply[s : s + 1], request, allowed, terms)
        assert alone[0] == pytest.approx(given_[s], abs=1e-9)
        assert alone_by_product[0] == pytest.approx(by_product[s], abs=1e-9)


def cannot_be_raised(
    given_: Floats, level: Floats, wanted: Floats, supply: Floats, allowed: Mask
) -> None:
    """No order below its limit can have more unless one at its level or below it has less."""
    for i in np.flatnonzero(given_ < wanted - SLACK):
        held = np.where(level <= level[i] + 1e-9 * abs(level[i]), given_, 0.0)
        held[i] = wanted[i]
        before = held.sum() - wanted[i] + given_[i]
        assert most(held, supply, allowed) <= before + SLACK, f"order {i}"


LEVELS: dict[str, Any] = {
    "pro-rata": lambda r, a: r.wanted[0],
    "max-min": lambda r, a: r.count,
    # The derivative of the objective falls where units over w^(1/alpha) rise.
    "alpha-fair": lambda r, a: r.count * (r.wanted[0] / r.count) ** (1 / a),
}


@pytest.mark.parametrize("rule", sorted(LEVELS))
@given(markets(), st.sampled_from([0.3, 1.0, 2.0, np.inf]))
@settings(max_examples=60, deadline=None)
def test_who_has_less_by_the_rule_cannot_have_more(
    rule: str, market: tuple[Asked, Floats, Mask, Terms], alpha: float
) -> None:
    """Equal fill rates, the definition of max-min, and the optimality of alpha-fair."""
    request, supply, allowed, _ = market
    request = asked(request.wanted, count=request.count)
    [given_], *_ = share(rule, supply, request, allowed, Terms(alpha=alpha))
    speed = LEVELS[rule](request, alpha)
    level = np.divide(given_, speed, out=np.zeros_like(given_), where=speed > 0)

    cannot_be_raised(given_, level, request.wanted[0], supply[0], allowed)


@given(markets())
@settings(max_examples=60, deadline=None)
def test_priority_and_age_come_before_everything(
    market: tuple[Asked, Floats, Mask, Terms],
) -> None:
    request, supply, allowed, terms = market
    [given_], *_ = share("priority", supply, request, allowed, terms)
    # The first class gets as much as it could have alone.
    first = np.where(request.priority == 1, request.wanted[0], 0.0)
    assert given_[request.priority == 1].sum() == pytest.approx(
        most(first, supply[0], allowed), abs=SLACK
    )
    # So do the oldest orders, and what is promised.
    for rule, due in (
        ("orders-first", request.cohorts[0, 0]),
        ("contract-first", request.promised[0]),
    ):
        [given_], *_ = share(rule, supply, request, allowed, terms)
        assert np.minimum(given_, due).sum() == pytest.approx(
            most(due, supply[0], allowed), abs=SLACK
        )


@given(markets())
@settings(max_examples=60, deadline=None)
def test_price_clears(market: tuple[Asked, Floats, Mask, Terms]) -> None:
    """At the price, those above it have what they can pay, those below nothing, supply is taken."""
    request, supply, _, terms = market
    supply = supply.sum(axis=1, keepdims=True)
    given_, _, path, at = share("price", supply, request, None, terms)
    assert path.inverse_price is not None
    who = access(np.ones((len(request.price), 1), bool))
    price = float(clearing_prices(path.inverse_price, at, who)[0, 0])
    can = np.where(request.budget[0] > 0, request.wanted[0], 0.0)
    if price == 0:
        assert given_[0] == pytest.approx(can, abs=SLACK)
        return
    paid = np.minimum(can, request.budget[0] / price)
    assert given_.sum() == pytest.approx(min(supply.sum(), can.sum()), abs=SLACK)
    above, below = request.price > price * (1 + 1e-9), request.price < price * (1 - 1e-9)
    assert given_[0][above] == pytest.approx(paid[above], rel=1e-6, abs=SLACK)
    assert given_[0][below & (request.price > 0)] == pytest.approx(0, abs=SLACK)
    assert (given_[0] <= paid + 1e-6 * (1 + paid)).all()
