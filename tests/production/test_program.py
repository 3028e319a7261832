"""The production program: a published case, cases by hand, and laws on random networks."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import supplychain as sc
from supplychain.model import Commodity, Network
from supplychain.model.quarters import Quarter, quarter_range
from supplychain.production.highs import Solver
from supplychain.production.plan import Calibration, Valuation, plan
from supplychain.production.program import Floats
from supplychain.production.result import Production
from supplychain.production.solve import Program
from tests import DATA
from tests.networks import (
    capacity,
    commodity,
    figure,
    need,
    network,
    ordered,
    organization,
    product,
    supply,
)

Q1, Q4 = Quarter(2024, 1), Quarter(2024, 4)
QUARTERS = quarter_range(Q1, Q4)
PLAIN = Calibration(valuation="units", discount=1.0, holding=0.0, warm_up=0, run_out=0)


def storing(made: Commodity, weeks: float) -> Commodity:
    return dataclasses.replace(made, stock_weeks=figure(weeks))


def solved(net: Network, calibration: Calibration = PLAIN, last: Quarter = Q4) -> Program:
    return Program(plan(net, Q1, last, calibration))


def kept(program: Program, made: str, share: float, periods: slice = slice(None)) -> Floats:
    out = np.ones((len(program.plan.supplies), len(program.plan.quarters)))
    rows = [i for i, s in enumerate(program.plan.supplies) if s.commodity == made]
    out[rows, periods] = share
    return out


# A published case: quarterly GPU propagation, checked against PyPSA and by hand.

CASE: dict[str, Any] = json.loads((DATA / "gpu_4q_hbm_cut.json").read_text(encoding="utf-8"))


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
    program = solved(case_network())
    result = program.scenario(kept(program, "hbm", 1 - cut / 100))
    expected = CASE["expected"][f"cut_{cut}"]

    assert result.units()["gpu"] == pytest.approx(expected["gpu"], rel=1e-6)
    assert result.total() == pytest.approx(expected["sum"]["gpu"], rel=1e-6)
    if "binding" in expected:
        assert [now[0] for now in result.binding()] == expected["binding"]


def test_its_shadow_prices() -> None:
    # The objective counts units; the case counts 25 thousand US$ each.
    baseline = solved(case_network()).baseline
    price = dict(zip([line.key for line in baseline.plan.lines], 25 * baseline.price, strict=True))
    published = CASE["expected"]["shadow_prices_cut_0"]

    assert price["hynix.dram"] == pytest.approx(
        [published["hbm_kUSD_per_stack_Q1"], 0, 0, 0], abs=1e-6
    )
    assert price["tsmc.line"] == pytest.approx(
        [0] + [published["cowos_kUSD_per_wafer_Q2_to_Q4"]] * 3
    )
    assert price["tsmc.fab"] == pytest.approx([published["logic"]] * 4)


# By hand.


def one_input(
    *, per_unit: float = 1.0, rate: float = 100.0, weeks: float = 0.0, **more: Any
) -> Network:
    """A product of one input, made on one line."""
    return network(
        storing(commodity("part"), weeks),
        product("gpu", "nvidia", need("part", per_unit=per_unit, **more)),
        organization("nvidia"),
        organization(
            "maker",
            supply("maker", "part", draws="line"),
            capacities=[capacity("maker", "line", rate)],
        ),
    )


def test_a_lag_of_a_quarter_and_a_half_splits_what_is_sent() -> None:
    # Sent each quarter: 100. Half arrives one quarter later, half two quarters later.
    units = solved(one_input(cycle_weeks=19.5)).baseline.units()["gpu"]

    assert units == pytest.approx([0, 50, 100, 100])


def test_yield_is_lost_at_the_consumer() -> None:
    net = one_input(per_unit=2.0)
    gpu = dataclasses.replace(net.commodities["gpu"], output_yield=figure(0.8))
    net = network(net.commodities["part"], gpu, *net.organizations.values())

    # 100 parts, 2 for each of the units begun, of which 80% are good.
    assert solved(net).baseline.units()["gpu"] == pytest.approx([40] * 4)


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

    assert solved(net).baseline.units()["gpu"] == pytest.approx([0, 0, 100, 0])


def two_designers(bookings: dict[str, float], memory: float = 1e6) -> Network:
    """Two designers share one line; only the first needs memory."""
    return network(
        storing(commodity("slot"), 0),
        storing(commodity("memory"), 0),
        product("a", "alpha", need("slot", per_unit=1.0), need("memory", per_unit=1.0)),
        product("b", "beta", need("slot", per_unit=1.0)),
        organization("alpha"),
        organization("beta"),
        organization("other"),
        organization(
            "maker",
            supply("maker", "slot", draws="line"),
            supply("maker", "memory", draws="dram"),
            capacities=[
                capacity("maker", "line", 100.0, bookings),
                capacity("maker", "dram", memory),
            ],
        ),
    )


def test_bookings_decide_who_gets_the_line() -> None:
    units = solved(two_designers({"alpha": 0.7, "beta": 0.3})).baseline.units()

    assert units["a"] == pytest.approx([70] * 4)
    assert units["b"] == pytest.approx([30] * 4)


def test_a_booking_of_somebody_outside_stays_reserved() -> None:
    units = solved(two_designers({"alpha": 0.5, "beta": 0.3, "other": 0.2})).baseline.units()

    assert units["a"] + units["b"] == pytest.approx([80] * 4)


def test_what_a_designer_cannot_use_is_lent_only_up_to_the_limit() -> None:
    # Alpha lacks memory for 60 of its 70 slots; beta may borrow 15% of its own 30.
    result = solved(two_designers({"alpha": 0.7, "beta": 0.3}, memory=10.0)).baseline

    assert result.units()["a"] == pytest.approx([10] * 4)
    assert result.units()["b"] == pytest.approx([34.5] * 4)
    assert result.utilization()["maker.line"] == pytest.approx([0.445] * 4)


def test_stock_is_built_up_only_to_the_ceiling() -> None:
    # Memory is plentiful until the last quarter; 6.5 weeks of stock are half a quarter.
    net = two_designers({"alpha": 1.0})
    maker = net.organizations["maker"]
    dram = capacity("maker", "dram", {Q1: 200.0, Q4: 0.0})
    maker = dataclasses.replace(maker, capacities=(maker.capacities[0], dram))
    parts = [storing(net.commodities["memory"], 6.5), net.commodities["slot"]]
    parts += [c for c in net.commodities.values() if c.product]
    others = [o for o in net.organizations.values() if o.id != "maker"]
    units = solved(network(*parts, maker, *others)).baseline.units()

    assert units["a"] == pytest.approx([100, 100, 100, 100])
    dram = capacity("maker", "dram", {Q1: 120.0, Q4: 0.0})
    maker = dataclasses.replace(maker, capacities=(maker.capacities[0], dram))
    units = solved(network(*parts, maker, *others)).baseline.units()
    # 20 a quarter are left over for three quarters: 60, which just fits the ceiling of 60.
    assert units["a"] == pytest.approx([100, 100, 100, 60])


def market(orders: dict[Quarter, float], rate: float = 100.0, weeks: float = 6.5) -> Network:
    """A product of one input that buyers take only as far as they ordered it."""
    net = one_input(rate=rate)
    gpu = storing(net.commodities["gpu"], weeks)
    seller = organization("nvidia", orders=[ordered(["gpu"], orders)])
    return network(net.commodities["part"], gpu, net.organizations["maker"], seller)


def test_no_more_is_sold_than_was_ordered_and_the_shelf_fills_up() -> None:
    early = dataclasses.replace(PLAIN, discount=0.97)
    result = solved(market(dict.fromkeys(QUARTERS, 80.0)), early).baseline

    assert result.units()["gpu"] == pytest.approx([80] * 4)
    # 20 a quarter are left over until half a quarter of orders is in stock.
    assert result.stock[result.plan.products["gpu"]] == pytest.approx([20, 40, 40, 40])
    assert result.make[result.plan.products["gpu"]] == pytest.approx([100, 100, 80, 80])


def test_unfilled_orders_wait_and_a_part_of_them_is_withdrawn() -> None:
    orders = dict(zip(QUARTERS, [180.0, 20.0, 20.0, 20.0], strict=True))
    result = solved(market(orders)).baseline

    # 80 wait, 68 stay, 100 can be shipped of 88, and the third and fourth quarter of 20 are less
    # than can be made.
    assert result.units()["gpu"] == pytest.approx([100, 88, 20, 20])
    assert result.backlog[0] == pytest.approx([80, 0, 0, 0])


def test_quarters_without_orders_in_the_data_sell_all_that_is_made() -> None:
    result = solved(market({QUARTERS[1]: 30.0, QUARTERS[2]: 30.0}, weeks=0)).baseline

    assert result.units()["gpu"] == pytest.approx([100, 30, 30, 100])


def test_the_price_of_an_order_is_what_one_more_would_bring() -> None:
    result = solved(market(dict.fromkeys(QUARTERS, 80.0), weeks=0)).baseline

    # Parts are plentiful: an order more is a unit more. Nothing else is scarce.
    assert result.order_price[0] == pytest.approx([1.0] * 4)
    assert [now[0] for now in result.binding()] == ["orders"] * 4


def test_a_cut_before_its_first_quarter_changes_nothing() -> None:
    program = solved(case_network())
    result = program.scenario(kept(program, "hbm", 0.5, slice(2, None)))

    assert result.variables[program._model.columns.period < 2] == pytest.approx(
        program.baseline.variables[program._model.columns.period < 2], abs=1e-9
    )


def test_a_scenario_that_kills_everything_gives_zeros() -> None:
    program = solved(case_network())
    result = program.scenario(np.zeros((len(program.plan.supplies), 4)))

    assert result.units()["gpu"].tolist() == [0, 0, 0, 0]


def test_the_order_of_scenarios_does_not_matter() -> None:
    program = solved(case_network())
    first = program.scenario(kept(program, "hbm", 0.8)).ship
    program.scenario(kept(program, "cowos", 0.1))

    assert (program.scenario(kept(program, "hbm", 0.8)).ship == first).all()


def test_one_optimum_is_left_whatever_path_the_solver_takes() -> None:
    program = Program(plan(sc.load(), Quarter(2023, 1), Quarter(2026, 4)))
    shares = kept(program, "hbm3", 0.5, slice(8, None))
    bounds = program._shocked(shares, 8, program.baseline)
    warm = program.scenario(shares).variables
    cold = Solver(program._model, program._free).optimum(bounds).variables

    assert warm == pytest.approx(cold, abs=1e-6)


def test_a_zero_cut_is_the_baseline_itself() -> None:
    program = solved(case_network())

    assert program.scenario(kept(program, "hbm", 1.0)) is program.baseline


def test_shares_kept_must_be_shares() -> None:
    program = solved(case_network())

    with pytest.raises(ValueError, match="each 0 to 1"):
        program.scenario(kept(program, "hbm", 1.2))
    with pytest.raises(ValueError, match="4 x 4"):
        program.scenario(np.ones((1, 4)))


# Laws.


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Two or three inputs by up to three makers, two designers, bookings, stock, lags, choices."""
    rate = st.floats(0, 200).map(lambda x: round(x, 1))
    inputs = [f"in{i}" for i in range(draw(st.integers(2, 3)))]
    parts: list[Any] = [
        storing(commodity(name), draw(st.sampled_from([0.0, 6.5, 13.0]))) for name in inputs
    ]
    for m in range(draw(st.integers(1, 3))):
        made = [inputs[m]] if m < len(inputs) else []
        made += draw(st.lists(st.sampled_from(inputs), max_size=2))
        lines = [
            capacity(
                f"maker{m}",
                f"line{name}",
                dict(zip(QUARTERS, [draw(rate) for _ in QUARTERS], strict=True)),
                {"d0": 0.5, "d1": 0.3} if name == inputs[0] and draw(st.booleans()) else None,
            )
            for name in dict.fromkeys(made)
        ]
        supplies = [supply(f"maker{m}", n, draws=f"line{n}") for n in dict.fromkeys(made)]
        parts.append(organization(f"maker{m}", *supplies, capacities=lines))
    made_anywhere = sorted({s.commodity for o in parts[len(inputs) :] for s in o.supplies})
    for d in range(2):
        designs = range(draw(st.integers(1, 2)))
        book = dict(zip(QUARTERS, [draw(rate) for _ in QUARTERS], strict=True))
        orders = [ordered([f"p{d}{p}" for p in designs], book)] if draw(st.booleans()) else []
        parts.append(organization(f"d{d}", orders=orders))
        for p in designs:
            first = draw(st.sampled_from(made_anywhere))
            rest = draw(st.lists(st.sampled_from(made_anywhere), max_size=2))
            needs = [
                need(
                    name,
                    per_unit=draw(st.sampled_from([0.1, 1.0, 3.0])),
                    cycle_weeks=draw(st.sampled_from([0.0, 6.5, 13.0])),
                )
                for name in dict.fromkeys([first, *rest])
            ]
            if len(made_anywhere) > 1 and draw(st.booleans()):
                needs.append(need(*made_anywhere[:2], per_unit=1.0))
            launch = draw(st.sampled_from(QUARTERS[:2]))
            parts.append(product(f"p{d}{p}", f"d{d}", *needs, launch=launch))
    return network(*parts)


LAWS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
VALUATIONS = st.sampled_from(["capacity", "units", "h100e"])


def calibrated(valuation: Valuation) -> Calibration:
    return Calibration(valuation=valuation, warm_up=1, run_out=1)


def tolerance(result: Production) -> float:
    return 1e-6 * max(1.0, abs(result.objective))


@LAWS
@given(networks(), VALUATIONS)
def test_nothing_is_created(net: Network, valuation: Valuation) -> None:
    result = solved(net, calibrated(valuation)).baseline
    made = result.make.cumsum(axis=1)
    gone = result.stock.copy()
    for row, (_, sender) in enumerate(result.columns.pairs):
        gone[sender] += result.use[row].cumsum()
    for row, i in enumerate(result.plan.products.values()):
        gone[i] += result.ship[row].cumsum()
    assert made == pytest.approx(gone, abs=1e-4)

    for i, link in enumerate(result.plan.links):
        sent = sum(
            (result.use[r].cumsum() for r, (j, _) in enumerate(result.columns.pairs) if j == i),
            start=np.zeros(len(result.plan.quarters)),
        )
        built = link.per_unit * result.make[link.consumer].cumsum()
        held = result.bank[i] + result.bank_spill[i].cumsum()
        assert (built + held <= sent + 1e-4).all(), "units times needs exceed what was sent"


@LAWS
@given(networks(), VALUATIONS)
def test_strong_duality(net: Network, valuation: Valuation) -> None:
    result = solved(net, calibrated(valuation)).baseline

    assert result.dual_objective == pytest.approx(result.objective, rel=1e-6, abs=1e-6)


@LAWS
@given(networks(), st.floats(0, 1), st.floats(0, 1), st.integers(1, 4))
def test_a_deeper_cut_never_raises_the_objective(
    net: Network, one: float, other: float, start: int
) -> None:
    program = solved(net, calibrated("capacity"))
    assume(program.plan.supplies)
    mild, deep = sorted((one, other), reverse=True)
    target = program.plan.supplies[0].commodity
    after = [
        program.scenario(kept(program, target, share, slice(start, None))) for share in (mild, deep)
    ]

    slack = tolerance(program.baseline)
    assert after[0].objective <= program.baseline.objective + slack
    if mild < 1:  # a cut of nothing has no first quarter to be fixed before
        assert after[1].objective <= after[0].objective + slack


@LAWS
@given(networks())
def test_doubling_every_capacity_doubles_the_objective(net: Network) -> None:
    organizations = [
        dataclasses.replace(
            o,
            capacities=tuple(dataclasses.replace(c, per_base_unit=2.0) for c in o.capacities),
        )
        for o in net.organizations.values()
    ]
    calibration = calibrated("units")
    twice = solved(network(*net.commodities.values(), *organizations), calibration).baseline
    once = solved(net, calibration).baseline

    assert twice.objective <= 2 * once.objective + tolerance(twice)


@LAWS
@given(networks(), st.randoms(use_true_random=False))
def test_the_order_of_the_data_does_not_matter(net: Network, shuffle: Any) -> None:
    parts: list[Any] = [*net.commodities.values(), *net.organizations.values()]
    shuffle.shuffle(parts)

    assert (
        solved(network(*parts), calibrated("capacity")).baseline.ship
        == solved(net, calibrated("capacity")).baseline.ship
    ).all()


@settings(LAWS, max_examples=25, suppress_health_check=list(HealthCheck))
@given(networks())
def test_shadow_prices_agree_with_finite_differences(net: Network) -> None:
    calibration = calibrated("units")
    program = solved(net, calibration)
    assume(program.plan.lines)
    base, step = program.baseline, 1e-3
    line = base.plan.lines[0]
    organization_ = net.organizations[line.capacity.organization]
    quarter = QUARTERS[1]
    t = base.plan.quarters.index(quarter)

    def objective(delta: float) -> float:
        rates = {q: line.capacity.figures[q].value for q in QUARTERS}
        rates[quarter] += delta
        figures = {q: figure(r) for q, r in rates.items()}
        changed = dataclasses.replace(line.capacity, figures=figures, bookings={})
        lines = [c if c.id != line.capacity.id else changed for c in organization_.capacities]
        others = [o for o in net.organizations.values() if o.id != organization_.id]
        moved = dataclasses.replace(organization_, capacities=tuple(lines))
        return solved(
            network(*net.commodities.values(), *others, moved), calibration
        ).baseline.objective

    # More capacity also lifts the ceiling on stock and the bookings: not part of this price.
    assume(not line.capacity.bookings and line.capacity.figures[quarter].value >= 1)
    assume(all(base.plan.stock_weeks[base.plan.supplies[m].commodity] == 0 for m in line.members))
    price = base.price[0, t] * calibration.discount**t
    # Prices are one-sided at a kink: more is worth at most the price, less costs at least it.
    assert (objective(step) - objective(0)) / step <= price + 1e-4
    assert (objective(0) - objective(-step)) / step >= price - 1e-4
