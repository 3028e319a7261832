"""Laws of the forward model, on random networks and on the built-in data."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import supplychain as sc
from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.production.forward import Forward
from supplychain.production.reading import read_plan
from supplychain.production.recipes import Floats
from supplychain.production.result import Production
from tests.networks import figure, network
from tests.production.cases import networks, random_shocks

LAWS = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
SEEDS = st.integers(0, 10_000)


def walked(net: Network) -> Forward:
    """Production of a network; a drawn one in which nothing can be made is drawn anew."""
    plan = read_plan(net)
    if not plan.products:
        assume(False)
    return Forward(plan)


@cache
def data() -> Network:
    return sc.load()


@cache
def built_in() -> Forward:
    return Forward(read_plan(data()))


def runs(program: Forward, seed: int, count: int = 1) -> list[Production]:
    """The baseline and some random scenarios."""
    shocks = random_shocks(program, count, seed)
    return [program.baseline, *(program.scenario(shocks[:, :, i]) for i in range(count))]


def size(array: Floats) -> float:
    return 1e-9 * max(1.0, float(np.abs(array).max(initial=0.0)))


def check_conservation(program: Forward, of: Production) -> None:
    """What is made is used, held or, where it cannot be held, lost; no negatives."""
    plan, recipes = of.plan, program.model.recipes
    for name in ("planned", "start", "ship", "make", "stock", "use", "bank", "backlog", "lent"):
        assert getattr(of, name).min(initial=0.0) >= 0, name
    used = np.zeros_like(of.make)
    for row, (n, sender) in enumerate(of.pairs):
        if plan.links[n].kind == "memory":
            used[sender] += of.use[row]
    for m, s in enumerate(recipes.memory_makers.supplies):
        if any(x.kind != "memory" and s in x.senders for x in plan.links):
            continue  # the supply is dies of another product too
        made, taken = of.make[s].cumsum(), used[s].cumsum()
        if recipes.memory_makers.perishable[m]:
            assert (taken <= made + 1e3 * size(made)).all()
        else:
            assert taken + of.stock[s] == pytest.approx(made, abs=1e3 * size(made))
    for row, i in enumerate(plan.products.values()):
        made = of.make[i].cumsum()
        assert of.ship[row].cumsum() + of.stock[i] == pytest.approx(made, abs=1e3 * size(made))
        assert (made <= of.start[row].cumsum() + 1e3 * size(made)).all()
    for number, link in enumerate(plan.links):
        if link.consumer in plan.products.values() and link.kind in ("slot", "memory"):
            row = list(plan.products.values()).index(link.consumer)
            sent = sum(of.use[r] for r, (n, _) in enumerate(of.pairs) if n == number)
            need = link.per_unit * of.start[row]
            assert sent == pytest.approx(need, abs=1e4 * size(need))


def check_limits(program: Forward, of: Production) -> None:
    """Lines, accounts, order books and the band are not exceeded."""
    plan, rules = of.plan, of.plan.rules
    wholes = {(x.capacity.organization, x.capacity.id) for x in plan.lines if x.whole}
    for c, line in enumerate(plan.lines):
        if (line.capacity.organization, line.capacity.part_of) in wholes:
            continue  # converted as needed within the whole
        used = sum(draw * of.make[m] for m, draw in line.members.items())
        most = of.capacity[c]
        assert (used <= most + size(most)).all(), line.key
        assert (most <= np.array(line.per_quarter) + size(most)).all()
    for a, (holder, c) in enumerate(of.accounts):
        line, used = plan.lines[c], np.zeros(len(plan.quarters))
        names = {i: p for p, i in plan.products.items()}
        for row, (n, sender) in enumerate(of.pairs):
            link = plan.links[n]
            mine = link.kind == "slot" and plan.holders[names[link.consumer]] == holder
            if mine and sender in line.members and _line_of(program, n, sender) == c:
                used += line.members[sender] * of.use[row]
        own = program.model.recipes.booked[a] * of.capacity[c]
        assert (used <= own + of.lent[a] + size(own)).all(), holder
    for g, market in enumerate(plan.markets):
        rows = program.model.recipes.markets[g]
        for t, ordered in enumerate(market.orders):
            if np.isfinite(ordered):
                waiting = (1 - rules.cancel) * of.backlog[g, t - 1] if t else 0.0
                assert of.ship[rows, t].sum() <= ordered + waiting + 1e-6 * (1 + ordered)
    assert (of.start <= (1 + rules.band) * of.planned + size(of.planned)).all()


def _line_of(program: Forward, link: int, supply: int) -> int:
    slots = program.model.recipes.slots
    return next((s.line for s in slots if s.link == link and s.supply == supply), -1)


@LAWS
@given(networks(), SEEDS)
def test_nothing_is_created_and_no_limit_exceeded(net: Network, seed: int) -> None:
    program = walked(net)
    for of in runs(program, seed):
        check_conservation(program, of)
        check_limits(program, of)


def test_on_the_data_nothing_is_created_and_no_limit_exceeded() -> None:
    for of in runs(built_in(), 1, 12):
        check_conservation(built_in(), of)
        check_limits(built_in(), of)


def check_causality(program: Forward, shocks: Floats) -> None:
    """The baseline's bits before the first cut; a later quarter bears on no earlier one."""
    base = program.baseline.ship
    sold = program.scenarios(shocks)
    for i in range(shocks.shape[2]):
        hit = np.flatnonzero((shocks[:, :, i] < 1).any(axis=0))
        first = int(hit[0]) if hit.size else base.shape[1]
        assert (sold[:, :first, i] == base[:, :first]).all()
        if hit.size:
            alone = program.scenario(shocks[:, :, i])
            for name in ("start", "ship", "make", "stock", "use", "bank", "backlog"):
                whole, before = getattr(alone, name), getattr(program.baseline, name)
                assert (whole[:, :first] == before[:, :first]).all(), name
            # Matrix products of other widths differ in the last digit, which a rest that counts as
            # a millionth can make a millionth (``sharing.py``).
            most = max(1.0, float(base.max(initial=0.0)))
            assert alone.ship == pytest.approx(sold[:, :, i], abs=1e-6 * most)
            middle = (first + base.shape[1]) // 2
            shorter = shocks[:, :, i].copy()
            shorter[:, middle:] = 1.0
            ended = program.scenario(shorter).ship[:, :middle]
            assert ended == pytest.approx(alone.ship[:, :middle], abs=1e-6 * most)


@LAWS
@given(networks(), SEEDS)
def test_nothing_is_known_before_it_happens(net: Network, seed: int) -> None:
    program = walked(net)
    check_causality(program, random_shocks(program, 2, seed))


def test_a_product_cut_in_one_scenario_limits_no_other_of_the_batch() -> None:
    """What a cut product can finish later is limited; another scenario knows nothing of it."""
    program = built_in()
    names = [s.id for s in program.plan.supplies]
    shocks = np.ones((len(names), program.model.periods, 2))
    shocks[names.index("nvidia/h100@US"), 8:10, 0] = 0.2
    memory = [i for i, name in enumerate(names) if "/hbm3@" in name]
    shocks[memory, 6:8, 1] = 0.3

    both = program.scenarios(shocks)

    assert both[:, :, 1] == pytest.approx(program.scenario(shocks[:, :, 1]).ship, rel=1e-9)


def test_on_the_data_nothing_is_known_before_it_happens() -> None:
    check_causality(built_in(), random_shocks(built_in(), 10, 2))


@LAWS
@given(networks())
def test_no_shock_is_the_baseline_itself(net: Network) -> None:
    program = walked(net)

    assert program.scenario(np.ones_like(program.baseline.kept)) is program.baseline


def twice(net: Network) -> Network:
    """All lines and orders doubled; shelves follow the orders."""

    def doubled(organization: Any) -> Any:
        lines = tuple(
            dataclasses.replace(c, per_base_unit=2 * c.per_base_unit)
            for c in organization.capacities
        )
        orders = tuple(
            dataclasses.replace(o, figures={q: figure(2 * f.value) for q, f in o.figures.items()})
            for o in organization.orders
        )
        return dataclasses.replace(organization, capacities=lines, orders=orders)

    return network(*net.commodities.values(), *map(doubled, net.organizations.values()))


@LAWS
@given(networks(), SEEDS)
def test_everything_twice_gives_everything_twice(net: Network, seed: int) -> None:
    for once, other in zip(runs(walked(net), seed), runs(walked(twice(net)), seed), strict=True):
        most = max(1.0, float(once.ship.max(initial=0.0)))
        # Where alike makers tie, a rest that counts as a millionth is shared otherwise.
        assert other.ship == pytest.approx(2 * once.ship, abs=1e-4 * most)


def test_on_the_data_everything_twice_gives_everything_twice() -> None:
    other = walked(
        dataclasses.replace(data(), organizations=dict(twice(data()).organizations))
    ).baseline

    assert other.ship == pytest.approx(2 * built_in().baseline.ship, rel=1e-6, abs=1e-3)


@LAWS
@given(networks(), st.randoms(use_true_random=False))
def test_the_order_of_the_data_does_not_matter(net: Network, shuffle: Any) -> None:
    parts: list[Any] = [*net.commodities.values(), *net.organizations.values()]
    shuffle.shuffle(parts)

    assert (walked(network(*parts)).baseline.ship == walked(net).baseline.ship).all()


def test_the_order_of_scenarios_does_not_matter() -> None:
    shocks = random_shocks(built_in(), 6, 3)
    sold = built_in().scenarios(shocks)
    back = built_in().scenarios(shocks[:, :, ::-1])[:, :, ::-1]

    assert back == pytest.approx(sold, rel=1e-9, abs=1e-3)


def test_a_result_depends_on_the_next_two_quarters_of_the_data_only() -> None:
    whole = built_in()
    shorter = whole.plan.quarters[:-6]
    cut = Forward(read_plan(data(), quarters=shorter))
    same = len(shorter) - 2

    assert cut.plan.quarters == shorter
    assert cut.baseline.ship[:, : same - 1] == pytest.approx(
        _rows(whole, cut)[:, : same - 1], rel=1e-9, abs=1e-6
    )


def _rows(whole: Forward, cut: Forward) -> Floats:
    names = list(whole.plan.products)
    return whole.baseline.ship[[names.index(p) for p in cut.plan.products]]


def test_any_two_windows_give_the_same_numbers_bit_by_bit() -> None:
    cut = ["hbm=20%@2024Q2:2024Q4"]
    quarter = Quarter(2024, 3)
    found = []
    for first, last in (("2024Q3", "2024Q3"), ("2023Q1", "2026Q4"), ("2024Q1", "2025Q4")):
        result = sc.simulate(data(), cut, first, last)
        t = result.quarters.index(quarter)
        found.append(
            [float(x[t]) for p in (result.baseline, result.scenario) for x in p.units().values()]
        )

    assert found[0] == found[1] == found[2]


def test_noise_in_the_data_moves_nothing() -> None:
    # Capacities with 1e-12 of noise: what is left of a maker that is used up decides nothing.
    program = built_in()
    base = program.model.recipes.capacity
    rng = np.random.default_rng(4)
    noise = 1 + 1e-12 * rng.standard_normal((*base.shape, 4))
    shocks = random_shocks(program, 3, 5)
    kept = np.ones((*shocks.shape[:2], 4))
    for seed in range(3):
        kept[:, :, :] = shocks[:, :, seed : seed + 1]
        sold = program.scenarios(kept, base[:, :, None] * noise)
        exact = program.scenarios(kept, base[:, :, None] * np.ones_like(noise))
        assert np.abs(sold - exact).max() <= 1e-6 * np.maximum(exact, 1e4).max()
        assert (np.abs(sold - exact) <= 1e-5 * np.maximum(exact, 1e4)).all()


def test_cuts_of_whole_lines_seldom_help_and_never_much() -> None:
    # Cumulated totals: not a theorem, since a shortage frees what another product takes.
    program = built_in()
    shocks = random_shocks(program, 40, 6)
    base = program.sold.sum(axis=0).cumsum()
    after = program.scenarios(shocks).sum(axis=0).cumsum(axis=0)
    late = base > 1e5

    assert (after[late] / base[late, None]).max() <= 1.006
