"""What one more unit of a line is worth, and which equation held a product back."""

from __future__ import annotations

import dataclasses
from functools import cache

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, assume, given, settings

import supplychain as sc
from supplychain.cli import _group
from supplychain.model import Network
from supplychain.model.quarters import FIRST, LAST, Quarter
from supplychain.production.plan import plan
from supplychain.production.result import Production
from supplychain.production.solve import Program
from supplychain.production.trace import Limit, anchors, trace
from supplychain.production.worth import worth_of_capacity
from tests.networks import capacity, figure, network
from tests.production.test_program import (
    LAWS,
    QUARTERS,
    calibrated,
    networks,
    one_input,
    solved,
    two_designers,
)


def rates(net: Network, organization: str, id_: str, quarter: Quarter, delta: float) -> Network:
    """The network with a little more or less of one capacity in one quarter."""
    maker = net.organizations[organization]
    [old] = [c for c in maker.capacities if c.id == id_]
    known = {q: old.rate(q) + (delta if q == quarter else 0.0) for q in QUARTERS}
    changed = dataclasses.replace(old, figures={q: figure(r) for q, r in known.items()})
    lines = tuple(changed if c.id == id_ else c for c in maker.capacities)
    others = [o for o in net.organizations.values() if o.id != organization]
    moved = dataclasses.replace(maker, capacities=lines)
    return network(*net.commodities.values(), *others, moved)


def test_one_more_unit_of_a_full_line_is_one_more_product() -> None:
    # A product takes two units of the line, so one unit is worth half a product.
    worth = worth_of_capacity(solved(one_input(per_unit=2.0)).baseline)

    assert worth["maker.line"] == pytest.approx([0.5] * 4)


def test_a_booking_that_lies_idle_halves_the_worth_of_a_line() -> None:
    # Alpha has no memory for more than 10 of its 70; of one more unit beta gets its 0.3 and may
    # borrow 15% of that.
    production = solved(two_designers({"alpha": 0.7, "beta": 0.3}, memory=10.0)).baseline

    assert worth_of_capacity(production)["maker.line"] == pytest.approx(
        [0.3 + 0.15 * 0.3 * (1 - 0.4)] * 4
    )


@settings(LAWS, max_examples=25, suppress_health_check=list(HealthCheck))
@given(networks())
def test_worth_agrees_with_finite_differences_bookings_included(net: Network) -> None:
    calibration = calibrated("units")
    base = solved(net, calibration).baseline
    assume(base.plan.lines)
    line, quarter, step = base.plan.lines[0], QUARTERS[1], 1e-3
    assume(line.per_quarter[base.plan.quarters.index(quarter)] >= 1)
    # Without a ceiling on stock, which capacity lifts too.
    assume(all(base.plan.stock_weeks[base.plan.supplies[m].commodity] == 0 for m in line.members))
    t = QUARTERS.index(quarter)
    shipped = base.ship[:, base.plan.window[0] + t].sum()
    assume(shipped > 0)

    def objective(delta: float) -> float:
        moved = rates(net, line.capacity.organization, line.capacity.id, quarter, delta)
        return solved(moved, calibration).baseline.objective

    at = base.plan.quarters.index(quarter)
    worth = worth_of_capacity(base)[line.key][t] * calibration.discount**at
    assert (objective(step) - objective(0)) / step <= worth + 1e-4
    assert (objective(0) - objective(-step)) / step >= worth - 1e-4


def test_the_trace_of_a_full_line_is_its_equation() -> None:
    production = solved(two_designers({"alpha": 0.7, "beta": 0.3})).baseline
    limits = trace(production, "a", QUARTERS[1])

    assert sum(x.share for x in limits) == pytest.approx(1.0)
    assert {x.line for x in limits} == {"maker.line"}
    assert all(x.per_unit == pytest.approx(1.0) for x in limits)


def test_what_is_not_scarce_is_not_traced() -> None:
    production = solved(two_designers({"alpha": 0.7, "beta": 0.3})).baseline

    assert "maker.dram" not in {x.line for x in trace(production, "a", QUARTERS[0])}


def test_a_lag_is_followed_to_the_quarters_of_sending() -> None:
    # A quarter and a half: half of what is built in 2024Q4 was sent in Q3, half in Q2.
    program = solved(one_input(cycle_weeks=19.5), last=Quarter(2025, 4))
    limits = trace(program.baseline, "gpu", QUARTERS[3])

    assert {(str(x.quarter), x.per_unit) for x in limits} == {("2024Q3", 0.5), ("2024Q2", 0.5)}
    assert sum(x.share for x in limits) == pytest.approx(1.0, abs=1e-6)


def test_an_exit_rate_between_two_figures_names_both() -> None:
    line = dataclasses.replace(
        capacity("maker", "line", {Quarter(2023, 4): 10.0, Quarter(2024, 4): 50.0}),
        at="exit",
        interpolate="linear",
    )

    assert [name for name, _ in anchors(line, Quarter(2024, 2))] == [
        "maker.line.2023Q4",
        "maker.line.2024Q4",
    ]
    assert [name for name, _ in anchors(line, Quarter(2025, 2))] == ["maker.line.2024Q4"]
    assert anchors(line, Quarter(2023, 1)) == ()


@cache
def baseline() -> Production:
    return Program(plan(sc.load(), FIRST, LAST)).baseline


def traced(product: str, quarter: str) -> tuple[Limit, ...]:
    return trace(baseline(), product, Quarter.parse(quarter))


@pytest.mark.parametrize(
    ("product", "quarter"),
    [("h100", "2023Q2"), ("h100", "2024Q3"), ("tpu-v5p", "2024Q2"), ("mi300x", "2024Q4")],
)
def test_on_the_data_the_limits_account_for_what_a_product_is_worth(
    product: str, quarter: str
) -> None:
    # By duality the scarce inputs of a product that is made are worth what it is worth, but for
    # the planned mix and the cost of holding.
    assert 0.9 <= sum(x.share for x in traced(product, quarter)) <= 1.1


def test_on_the_data_both_sides_of_each_binding_equation_are_equal() -> None:
    for limit in traced("h100", "2024Q3"):
        used = sum(t.value for t in limit.terms if t.side == "use")
        most = sum(t.value for t in limit.terms if t.side == "limit")

        assert used == pytest.approx(most, rel=1e-6)


def test_on_the_data_every_number_of_the_first_equation_has_its_line_and_source() -> None:
    for product, quarter in (("h100", "2024Q3"), ("tpu-v5p", "2024Q2")):
        figures = [f for t in traced(product, quarter)[0].terms for _, f in t.figures]

        assert len(figures) >= 3
        assert all(f.place.line > 0 and (f.sources or f.note) for f in figures)


def explain(*args: str) -> str:
    shown = CliRunner().invoke(_group, ["explain", *args], prog_name="supplychain")
    assert shown.exit_code == 0, shown.output
    return shown.stdout


def test_explain_traces_an_accelerator_in_a_quarter() -> None:
    text = explain("h100@2024Q3")

    assert "What held back one more: " in text
    assert "The equation that held it back most: tsmc.cowos, capacity, 2024Q2" in text
    assert "tsmc.yaml:" in text
    assert "What held back" not in explain("h100")


def test_what_the_program_does_not_make_is_said() -> None:
    text = " ".join(explain("l40s@2024Q3").split())

    assert "Not traced: l40s is not in the production program: uses no booked capacity" in text


def test_a_quarter_outside_is_refused() -> None:
    shown = CliRunner().invoke(_group, ["explain", "h100@2031Q1"], prog_name="supplychain")

    assert shown.exit_code == 2
    assert "2031Q1 is outside 2023Q1 to 2026Q4, the quarters it can trace" in shown.stderr
