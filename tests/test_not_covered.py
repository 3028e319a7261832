"""What the data does not cover is refused, or said first: never 0.0%, none or 100%."""

from __future__ import annotations

import json
from functools import cache

import pytest
from click.testing import CliRunner, Result

import supplychain as sc
from supplychain.allocation.measures import unknown_orders
from supplychain.cli import _group
from supplychain.model import AddLine, Network, Scenario
from supplychain.model.quarters import Quarter
from supplychain.scenarios.windows import find_window
from tests import DATA

SMALL = DATA / "small"


@cache
def small() -> Network:
    """Capacities from 2022Q1 to 2026Q4, orders until 2024Q4."""
    return sc.load(SMALL)


def run(*args: str) -> Result:
    return CliRunner().invoke(
        _group, [*args, "--data", str(SMALL)], prog_name="supplychain", env={"COLUMNS": "200"}
    )


BEYOND = "country:TW=100%@2028Q3"
LATE = "org:tsmc=100%@2026Q1"


@pytest.mark.parametrize(
    "command",
    [
        ("simulate", "--cut", BEYOND),
        ("simulate", "--cut", BEYOND, "-f", "csv"),
        ("simulate", "--cut", BEYOND, "--fail-on", "loss>10%"),
        ("report", "--cut", BEYOND),
        ("allocate", "--cut", BEYOND),
    ],
)
def test_a_shock_after_the_data_is_refused_with_what_is_known(command: tuple[str, ...]) -> None:
    shown = run(*command)

    assert shown.exit_code == 2
    message = "'country:TW −100% in 2028Q3' begins after the data, which ends in 2026Q4"
    assert message in " ".join(shown.stderr.split())
    assert shown.stdout == ""


@pytest.mark.parametrize("command", ["simulate", "report", "allocate"])
def test_a_shock_after_the_window_is_refused_with_the_cure(command: str) -> None:
    shown = run(command, "--cut", LATE, "--from", "2024Q1", "--to", "2024Q2")

    assert shown.exit_code == 2
    assert "begins after the window, which ends in 2024Q2" in " ".join(shown.stderr.split())


def test_the_library_refuses_as_the_command_does() -> None:
    with pytest.raises(sc.AskError, match="begins after the data, which ends in 2026Q4"):
        sc.simulate(small(), [BEYOND])
    with pytest.raises(sc.AskError, match="begins after the window"):
        sc.simulate(small(), [LATE], "2024Q1", "2024Q2")
    with pytest.raises(sc.AskError, match="begins after the window"):
        sc.ask(small(), f"--cut {LATE} --from 2024Q1 --to 2024Q2")


def test_scenarios_are_refused_too() -> None:
    late = Scenario("late", "Late", (AddLine("tsmc.cowos-s", 1.0, Quarter(2026, 1)),))

    with pytest.raises(sc.AskError, match="begins after the window"):
        sc.simulate(small(), first="2024Q1", last="2024Q2", scenarios=[late])
    with pytest.raises(sc.AskError, match="begins after the window"):
        sc.ask(small(), "compare baseline late --to 2024Q2", {"late": late})


@pytest.mark.parametrize(
    ("cuts", "asked", "window"),
    [
        ([], (None, None), ("2023Q1", "2026Q4")),
        (["hbm=20%"], (None, None), ("2023Q1", "2026Q4")),
        (["hbm=20%@2024Q1:2024Q4"], ("2024Q1", None), ("2024Q1", "2026Q4")),
        (["hbm=20%@2022Q2"], (None, None), ("2022Q2", "2026Q4")),
        (["hbm=20%@2024Q1"], (None, "2024Q2"), ("2023Q1", "2024Q2")),
    ],
)
def test_the_window_reaches_over_the_shocks(
    cuts: list[str], asked: tuple[str | None, str | None], window: tuple[str, str]
) -> None:
    result = sc.simulate(small(), cuts, *asked)

    assert (str(result.quarters[0]), str(result.quarters[-1])) == window


def test_without_an_end_a_year_after_the_last_shock_is_seen_as_far_as_the_data_goes() -> None:
    data = sc.load()  # capacities until 2028Q4
    ends = {
        "hbm=20%@2026Q1": "2027Q1",
        "hbm=20%@2024Q1": "2026Q4",
        "country:TW=100%@2027Q1:2027Q2": "2028Q2",
        "country:TW=100%@2028Q1:2028Q2": "2028Q4",
    }
    for text, end in ends.items():
        cuts = sc.Question.parse(f"--cut {text}").cuts
        assert str(find_window(data, cuts)[1]) == end


def test_what_is_felt_only_after_the_window_is_said() -> None:
    cut = "n5-wafer=100%@2024Q1"
    later = sc.simulate(sc.load(), [cut]).first_felt()
    answer = sc.ask(sc.load(), f"--cut {cut} --to 2024Q1 --fast")

    assert answer.simulations[0].first_felt() is None
    assert later == answer.simulations[0].felt_later() == Quarter(2024, 2)
    assert answer.sentences[-1] == (
        "It is not felt by 2024Q1, the end of the window: the first quarter that ships 0.1% more "
        f"or less than the baseline is {later}."
    )


def test_orders_that_are_not_known_leave_fill_rates_out_and_are_said_first() -> None:
    result = sc.simulate(small(), first="2025Q1", last="2025Q4").allocation

    assert set(result.fill_rates().values()) == {None}
    assert set(result.orders_known().values()) == {None}
    assert unknown_orders(result).startswith(
        "Orders of 2025Q1 to 2025Q4 are known for 0 of 2 buyers: fill rates are left out"
    )


@pytest.mark.parametrize("form", ["table", "json", "md"])
@pytest.mark.parametrize("command", ["simulate", "allocate", "compare"])
def test_unknown_orders_stand_at_the_head_of_every_answer(command: str, form: str) -> None:
    names = ("baseline", "hbm-half") if command == "compare" else ()
    shown = run(command, *names, "--from", "2025Q1", "--to", "2025Q4", "-f", form)

    assert shown.exit_code == 0
    doubt = "Orders of 2025Q1 to 2025Q4 are known for 0 of 2 buyers"
    if form == "json":
        assert json.loads(shown.stdout)["meta"]["doubts"][0].startswith(doubt)
    else:
        assert doubt in shown.stdout.partition("Accelerators")[0] + shown.stdout[:400]
    assert "100%" not in shown.stdout


def test_fill_rates_of_a_window_that_is_known_in_part_are_of_that_part() -> None:
    known = sc.simulate(small(), first="2024Q1", last="2024Q4").allocation
    longer = sc.simulate(small(), first="2024Q1", last="2025Q4").allocation

    for id_, rate in known.fill_rates().items():
        assert longer.fill_rates()[id_] == pytest.approx(rate, abs=1e-9)


@pytest.mark.parametrize("condition", ["unfilled>1%", "gini>0.5", "buyers-at-zero>=1"])
def test_a_condition_on_orders_that_are_not_known_is_not_green(condition: str) -> None:
    window = ("--from", "2025Q1", "--to", "2025Q4", "--fast")
    shown = run("simulate", *window, "--fail-on", condition)

    assert shown.exit_code == 2
    assert "is not known" in shown.stderr


def test_orders_do_not_move_with_the_scenario() -> None:
    result = sc.simulate(sc.load(), ["hbm=20%"])
    before, after = result.baseline_allocation, result.allocation

    assert (before.ordered() == after.ordered()).all()
    changed = sc.simulate(small(), scenarios=[small().scenarios["hbm-half"]])
    assert (changed.baseline_allocation.ordered() == changed.allocation.ordered()).all()


@pytest.mark.parametrize("node", ["h100@2031Q1", "tsmc@2031Q1", "hbm3@2010Q1"])
def test_explain_knows_no_quarter_outside_the_data(node: str) -> None:
    shown = run("explain", node)

    assert shown.exit_code == 2
    assert "the data has capacities from 2022Q1 to 2026Q4" in shown.stderr


def test_backtest_outside_the_data_is_refused_as_a_library_too() -> None:
    from supplychain.analyses.backtest import backtest

    with pytest.raises(sc.AskError, match="2031Q1 is outside"):
        backtest(small(), Quarter(2031, 1), Quarter(2031, 2))


def test_the_graph_of_a_quarter_outside_the_data_is_refused(tmp_path: object) -> None:
    shown = run("graph", "--at", "2031Q1", "--out", f"{tmp_path}/g.html")

    assert shown.exit_code == 2
    assert "2031Q1 is outside" in shown.stderr


def test_compute_says_first_that_a_chip_is_not_sold_yet() -> None:
    shown = CliRunner().invoke(
        _group, ["compute", "--chip", "rubin", "--at", "2023Q1"], prog_name="supplychain"
    )

    assert "Not sold" in shown.stdout.partition("Training runs")[0]
