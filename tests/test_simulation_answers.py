"""What ``simulate`` says beside its tables: time, worth, other assumptions, conditions, files."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import supplychain as sc
from supplychain import loader
from supplychain.analyses.conditions import MEASURES, holding, parse_condition
from supplychain.analyses.sensitivity import CALIBRATIONS, variants
from supplychain.cli import _group
from supplychain.model import Network
from supplychain.model.accelerators import per_accelerator
from supplychain.model.quarters import Quarter
from supplychain.production.quantities import series, totals
from supplychain.report.answers.sentences import sentences
from supplychain.report.answers.simulate import sensitivity_table, simulation_document
from supplychain.report.tables import Table
from supplychain.simulation import Simulation

YEAR = ("2024Q1", "2024Q4")


@pytest.fixture(autouse=True, scope="module")
def read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "load", cache(loader.load))
        yield


@cache
def data() -> Network:
    return sc.load()


@cache
def hbm() -> Simulation:
    return sc.simulate(data(), ["hbm=20%@2024Q1:2024Q4"])


def run(*args: str) -> Result:
    return CliRunner().invoke(
        _group, ["simulate", *args], prog_name="supplychain", env={"COLUMNS": "100"}
    )


# Time.


def test_lost_units_are_split_at_the_end_of_the_shock() -> None:
    result = hbm()
    during, after = result.lost()

    assert str(result.shocked_until()) == "2024Q4"
    assert during + after == pytest.approx(result.baseline.total() - result.scenario.total())
    frame = result.to_frame()
    year = frame[frame.quarter.str.startswith("2024") | (frame.quarter < "2024Q1")]
    assert during == pytest.approx((year.baseline - year.scenario).sum())


def test_recovered_is_the_first_quarter_that_stays_within_one_percent() -> None:
    result = hbm()
    back = result.recovered_by()
    changes = dict(zip(result.quarters, result.change_by_quarter(), strict=True))

    assert back is not None
    assert all(c >= -0.01 for q, c in changes.items() if q >= back)
    assert changes[back + -1] < -0.01


def test_a_lasting_cut_has_no_after() -> None:
    result = sc.simulate(data(), ["hbm=20%"], *YEAR)

    assert result.shocked_until() is None
    assert result.lost()[1] == 0
    assert result.recovered_by() is None


def test_the_baseline_is_not_felt() -> None:
    result = sc.simulate(data(), [], *YEAR)

    assert (result.first_felt(), result.recovered_by(), result.lost()) == (None, None, (0, 0))


def test_time_in_words_is_that_of_the_result() -> None:
    result = hbm()
    [text] = [s for s in sentences(result) if s.startswith("First felt")]

    assert text.startswith(f"First felt in {result.first_felt()}; deepest in {result.deepest()[0]}")
    assert "until the shock ends in 2024Q4" in text
    assert text.endswith(f"Back within 1% of the baseline from {result.recovered_by()}.")


def test_why_a_tool_is_felt_late() -> None:
    result = sc.simulate(data(), scenarios=[data().scenarios["asml-stops-shipping"]])
    change = result.change_by_quarter()
    began = result.quarters.index(Quarter(2024, 1))

    assert all(abs(x) < 0.01 for x in change[: began + 2])
    assert min(change[began + 8 :]) < min(change[began + 2 : began + 4]) < -0.02
    [text] = [s for s in sentences(result) if "needed as" in s]
    assert text == (
        "DUV lithography scanner (ArF immersion) and EUV lithography scanner are needed as a tool: "
        "lines that have it run on; what stops is their growth, and they wear without spares."
    )


# Worth.


def test_the_dearest_line_is_said_with_its_worth() -> None:
    [text] = [s for s in sentences(hbm()) if "is worth" in s]
    year, key = int(text.split()[1]), text.split()[6]
    worth, after = hbm().worth
    row = worth.years.index(year)

    assert (key, year) == worth.dearest()
    assert key == "tsmc.cowos"
    said = [float(x) for x in re.findall(r"([0-9.]+) (?:accelerators|in the scenario)", text)]
    assert said == pytest.approx([worth.per_unit()[key][row], after.per_unit()[key][row]], rel=0.05)


def test_more_wafers_bring_what_a_hundredth_more_says() -> None:
    # A percent more CoWoS at TSMC at every exit that bears on 2024.
    base = sc.simulate(data(), [], *YEAR)
    exits = data().organizations["tsmc"].capacities
    [cowos] = [c for c in exits if c.id == "cowos"]
    more = {f"tsmc.cowos.{q}": 1.01 * f.value for q, f in cowos.figures.items()}
    after = sc.simulate(data(), [], *YEAR, assume=more).baseline

    gained = base.worth[0].gained["tsmc.cowos"][0]
    assert gained > 10_000
    assert after.total() - base.baseline.total() == pytest.approx(gained, rel=0.3)


# Quantities.


def test_an_h100_counts_one_h100_equivalent_80_gb_and_its_price_of_the_year() -> None:
    h100 = data().commodities["h100"]

    known = per_accelerator(data(), h100, Quarter(2024, 2))
    assert {key: known[key] for key in ("units", "h100e", "memory_gb", "revenue_usd")} == {
        "units": 1.0,
        "h100e": 1.0,
        "memory_gb": 80.0,
        "revenue_usd": 26_268.0,
    }
    assert known["site_mw"] == pytest.approx(1389 * 0.8 * 1.25 / 1e6)
    assert per_accelerator(data(), h100, Quarter(2019, 1))["revenue_usd"] == 36_742.0
    assert "revenue_usd" not in per_accelerator(data(), h100)


def test_totals_say_for_what_share_of_units_they_are_known() -> None:
    counted = totals(data(), hbm().baseline)

    assert counted["units"][0] == pytest.approx(hbm().baseline.total())
    assert counted["h100e"][0] == pytest.approx(hbm().h100e()[0])
    assert counted["units"][1] == counted["h100e"][1] == 1.0
    assert 0.5 < counted["revenue_usd"][1] < 1


def test_made_is_shipped_and_the_change_of_stock() -> None:
    rows = series(data(), hbm().baseline)
    of = [r for r in rows if r["product"] == "h100"]
    for before, now in pairwise(of):
        made, shipped = now["made"], now["shipped"]
        assert isinstance(made, float)
        assert isinstance(shipped, float)
        assert made + before["stock"] == pytest.approx(shipped + now["stock"], abs=1.0)  # type: ignore[operator]


# Other assumptions.


def test_the_hbm_cut_is_shown_under_other_assumptions() -> None:
    result = sc.simulate(data(), ["hbm=20%"], *YEAR)
    found = {v.assumption: v for v in variants(result)}

    assert list(found) == ["as above", *(words for words, _ in CALIBRATIONS)]
    for variant in found.values():
        change = variant.change("nvidia")
        assert change is not None
        assert -0.20 < change < -0.05


def test_a_sign_that_depends_on_the_assumption_is_said() -> None:
    result = sc.simulate(data(), ["hbm=20%"], *YEAR)
    own, *others = variants(result)
    # One of the assumptions is made to give the opposite.
    other = dataclasses.replace(others[0], baseline=own.scenario, scenario=own.baseline)
    text = sentences(result, (own, other))[-1]

    assert text.startswith("Whether a designer gains or loses depends on what is assumed: ")
    assert "NVIDIA" in text


def test_sensitivity_puts_estimates_at_both_ends_of_their_range() -> None:
    result = sc.simulate(data(), ["hbm=20%"], *YEAR)
    table = sensitivity_table(result, 2)

    assert len(table.rows) == 2
    for figure, value, low, high, *_ in table.rows:
        assert isinstance(figure, str)
        assert isinstance(low, float)
        assert isinstance(high, float)
        assert low <= value <= high  # type: ignore[operator]
        again = sc.simulate(data(), ["hbm=20%"], *YEAR, assume={figure: low})
        change = again.scenario.total() / again.baseline.total() - 1
        assert table.rows[[r[0] for r in table.rows].index(figure)][4] == pytest.approx(change)


def test_overlapping_cuts_are_said_to_multiply() -> None:
    result = sc.simulate(data(), ["hbm=20%@2024Q1:2024Q2", "org:micron=50%@2024Q2"], *YEAR)
    [text] = [s for s in sentences(result) if "multiply" in s]

    assert text.startswith("'hbm −20% from 2024Q1 to 2024Q2' and 'org:micron −50% in 2024Q2' both")
    assert text.endswith(" in 1 quarter: there they multiply.")
    apart = sc.simulate(data(), ["hbm=20%@2024Q1", "org:micron=50%@2024Q2"], *YEAR)
    assert not [s for s in sentences(apart) if "multiply" in s]


def test_the_document_holds_the_table_of_assumptions_and_machines_get_all() -> None:
    result = hbm()
    document = simulation_document(result, variants(result))
    names = [p.name for p in document.parts if isinstance(p, Table)]

    assert names == [
        *("totals", "products", "quarters", "buyers"),
        *("countries", "fleets", "rules", "assumptions"),
    ]
    assert {"series", "worth_of_one_more", "shares_of_inputs", "time"} <= document.records.keys()
    assert json.dumps(document.records["time"])


# Conditions.


def test_a_condition_that_holds_ends_in_exit_code_3_after_the_answer() -> None:
    shown = run("--hbm-cut", "20%", "--fast", "--fail-on", "loss>5%", "--fail-on", "loss>90%")

    assert shown.exit_code == 3
    assert "Accelerators shipped" in shown.stdout
    assert shown.stderr.startswith("FAIL  loss>5%: share of the baseline's accelerators lost is ")
    assert "90%" not in shown.stderr


def test_a_condition_that_does_not_hold_is_no_failure() -> None:
    shown = run("--hbm-cut", "20%", "--fast", "--fail-on", "buyers-at-zero>=40")

    assert (shown.exit_code, shown.stderr) == (0, "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("loss", "'loss' is not a condition; write for example loss>10%"),
        ("loss>10", "'loss>10' is ambiguous; write 10% or 0.1"),
        ("lost>10%", "'lost>10%': nothing is called 'lost'; did you mean 'loss'?"),
        ("zzz>1%", "'zzz>1%': nothing is called 'zzz'; there are: " + ", ".join(MEASURES)),
    ],
)
def test_what_is_no_condition_is_refused_before_anything_is_computed(
    text: str, message: str
) -> None:
    shown = run("--fail-on", text)

    assert shown.exit_code == 2
    assert f"--fail-on: {message}" in shown.stderr
    assert shown.stdout == ""


def test_each_measure_is_a_number_and_each_sign_a_comparison() -> None:
    result = hbm()

    for name in MEASURES:
        assert holding([parse_condition(f"{name}>=0")], result, MEASURES)
        assert not holding([parse_condition(f"{name}<0")], result, MEASURES)
    assert holding([parse_condition("loss<100%"), parse_condition("loss<=100%")], result, MEASURES)


# Files.

SCENARIO = """\
id: half
name: Half of Micron
shocks:
  - {cut: org:micron, by: 50%, from: 2024Q1, to: 2024Q4}
"""


def test_a_scenario_can_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "half.yaml"
    file.write_text(SCENARIO, encoding="utf-8")
    shown = run("--scenario", str(file), "--fast")

    assert shown.exit_code == 0
    assert "org:micron −50% from 2024Q1 to 2024Q4" in shown.stdout


def test_problems_of_a_scenario_file_have_their_place_and_cure(tmp_path: Path) -> None:
    file = tmp_path / "half.yaml"
    file.write_text(SCENARIO.replace("micron", "micrn"), encoding="utf-8")
    shown = run("--scenario", str(file))

    assert shown.exit_code == 1
    assert f"{file}:4:11: unknown target 'micrn'" in shown.stderr
    assert "help: did you mean 'micron'?" in shown.stderr
    assert shown.stdout == ""


def test_a_scenario_file_that_is_not_there(tmp_path: Path) -> None:
    shown = run("--scenario", str(tmp_path / "none.yaml"))

    assert shown.exit_code == 1
    assert "none.yaml: no such file or folder" in shown.stderr
