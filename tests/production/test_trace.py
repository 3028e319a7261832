"""What a little more of a line is worth, and what held a product back, number by number."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
from click.testing import CliRunner

import supplychain as sc
from supplychain.cli import _group
from supplychain.model.quarters import FIRST, LAST, Quarter
from supplychain.production.forward import Forward
from supplychain.production.reading import read_plan
from supplychain.production.result import Production
from supplychain.production.trace import Limit, anchors, starts, trace
from supplychain.production.worth import worth_of_lines
from tests.networks import capacity
from tests.production.cases import Q1, Q4, QUARTERS, one_input, two_designers, walked, year


def test_one_more_unit_of_a_full_line_is_one_more_product() -> None:
    # A product takes two units of the line, so one unit is worth half a product.
    program = walked(one_input(per_unit=2.0))
    worth = worth_of_lines(program, year(program.baseline))

    assert worth.years == (2024,)
    assert worth.gained["maker.line"] == pytest.approx([0.5 * 4])
    assert worth.size["maker.line"] == pytest.approx([400])
    assert worth.per_unit()["maker.line"] == pytest.approx([0.5])
    assert worth.dearest() == ("maker.line", 2024)


def test_what_lies_idle_is_worth_nothing() -> None:
    # Alpha has no memory for more than 10 of its 70: of one more slot beta gets its 0.3.
    program = walked(two_designers({"alpha": 0.7, "beta": 0.3}, memory=10.0))
    worth = worth_of_lines(program, year(program.baseline)).per_unit()

    assert worth["maker.line"] == pytest.approx([0.3 * 1.15], rel=0.01)
    assert worth["maker.dram"] == pytest.approx([1.0], rel=0.01)


def test_worth_in_a_scenario_is_that_of_the_scenario() -> None:
    program = walked(two_designers({"alpha": 1.0}, memory=1000.0))
    shares = np.ones_like(program.baseline.kept)
    memory = [s.commodity == "memory" for s in program.plan.supplies]
    shares[memory] = 0.05
    worth = worth_of_lines(program, year(program.scenario(shares))).per_unit()

    # 50 of 1,000 are left: one more in the data is a twentieth more.
    assert worth["maker.dram"] == pytest.approx([0.05], rel=0.01)
    assert worth["maker.line"] == pytest.approx([0.0], abs=1e-9)


def test_a_lag_is_followed_to_the_quarters_of_the_start() -> None:
    # A quarter and a half: half of what comes out in 2024Q4 was started in Q3, half in Q2.
    program = walked(one_input(cycle_weeks=19.5))
    made = starts(program.baseline, "gpu", QUARTERS[3])
    limits = trace(program.baseline, "gpu", QUARTERS[3])

    assert [(str(s.quarter), s.part, s.planned) for s in made] == [
        ("2024Q2", 0.5, 100.0),
        ("2024Q3", 0.5, 100.0),
    ]
    assert {(str(x.quarter), x.kind, x.units) for x in limits} == {
        ("2024Q2", "booking", 100.0),
        ("2024Q3", "booking", 100.0),
    }
    assert sum(x.share for x in limits) == pytest.approx(1.0)


def test_what_was_short_is_named_with_its_maker_and_both_sides() -> None:
    program = walked(two_designers({"alpha": 0.7, "beta": 0.3}, memory=10.0))
    first, second = trace(program.baseline, "a", Q1)

    assert (first.kind, first.line) == ("memory", "memory")
    assert first.units == pytest.approx(60)
    assert [t.label for t in first.terms] == ["a", "made by maker"]
    assert [t.value for t in first.terms] == pytest.approx([10, 10])
    assert (second.kind, second.line, second.holder) == ("booking", "maker.line", "alpha")
    assert second.units == pytest.approx(10)
    assert [t.label for t in second.terms] == ["a", "left for others", "booked: 0.7 of 100"]
    assert (QUARTERS[0], QUARTERS[-1]) == (Q1, Q4)


def test_an_exit_rate_between_two_figures_names_both() -> None:
    line = dataclasses.replace(
        capacity("maker", "line", {Quarter(2023, 4): 10.0, Quarter(2024, 4): 50.0}),
        at="exit",
        interpolate="linear",
    )

    assert [f.value for _, f in anchors(line, Quarter(2024, 2))] == [10.0, 50.0]
    assert [f.value for _, f in anchors(line, Quarter(2025, 2))] == [50.0]
    assert anchors(line, Quarter(2023, 1)) == ()


@cache
def baseline() -> Production:
    return Forward(read_plan(sc.load())).baseline.between(FIRST, LAST)


def traced(product: str, quarter: str) -> tuple[Limit, ...]:
    return trace(baseline(), product, Quarter.parse(quarter))


@pytest.mark.parametrize(
    ("product", "quarter"),
    [("h100", "2023Q2"), ("h100", "2024Q3"), ("tpu-v5p", "2024Q2"), ("mi300x", "2024Q4")],
)
def test_on_the_data_the_limits_account_for_all_that_was_planned(
    product: str, quarter: str
) -> None:
    assert sum(x.share for x in traced(product, quarter)) == pytest.approx(1.0, abs=0.01)


def test_on_the_data_both_sides_of_each_binding_equation_are_equal() -> None:
    for limit in traced("h100", "2024Q3"):
        used = sum(t.value for t in limit.terms if t.side == "use")
        most = sum(t.value for t in limit.terms if t.side == "limit")

        assert used == pytest.approx(most, rel=1e-6), limit.kind


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

    assert "planned on the booking of NVIDIA on tsmc.cowos" in " ".join(text.split())
    assert "The equation that set most of it: tsmc.cowos, booking of nvidia, 2024Q2" in text
    assert "tsmc.yaml:" in text
    assert "planned on the booking" not in explain("h100")


def test_what_the_program_does_not_make_is_said() -> None:
    text = " ".join(explain("l40s@2024Q3").split())

    assert "Not traced: l40s is not in production: uses no booked capacity" in text


def test_a_quarter_outside_is_refused() -> None:
    shown = CliRunner().invoke(_group, ["explain", "h100@2031Q1"], prog_name="supplychain")

    assert shown.exit_code == 2
    assert "the data has capacities from 2018Q1 to 2028Q4; 2031Q1 is outside" in shown.stderr
