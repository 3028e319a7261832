"""One question, one answer: what the library says is what the command says, to 1e-9."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from click.testing import CliRunner

import supplychain as sc
from supplychain.analyses import chokepoints as points
from supplychain.analyses.backtest import backtest
from supplychain.cli import _group
from supplychain.model import Network
from supplychain.questions.compute import ComputeQuestion, answer_compute
from supplychain.report.tables import Document, render
from supplychain.risk.cutsets import probability
from tests import DATA

EXAMPLE, SMALL = DATA / "example", DATA / "small"
AT = "2024Q1"


@cache
def example() -> Network:
    return sc.load(EXAMPLE)


@cache
def small() -> Network:
    return sc.load(SMALL)


@cache
def builtin() -> Network:
    return sc.load()


def said(*args: str) -> Any:
    shown = CliRunner().invoke(_group, [*args, "-f", "json", "-q"], prog_name="supplychain")
    assert shown.exit_code == 0, shown.stderr
    return json.loads(shown.stdout)


def alike(one: Any, other: Any, where: str = "") -> None:
    """Two answers, number by number."""
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            alike(one[key], other[key], f"{where}.{key}")
    elif isinstance(one, list):
        assert len(one) == len(other), where
        for i, (a, b) in enumerate(zip(one, other, strict=True)):
            alike(a, b, f"{where}[{i}]")
    elif isinstance(one, float) and isinstance(other, float | int):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-9), where
    else:
        assert one == other, where


def as_json(document: Document) -> Any:
    return json.loads(render(document, "json"))


def test_chokepoints_and_their_scores() -> None:
    command = said("chokepoints", "--data", str(EXAMPLE), "--at", AT)
    found = sc.chokepoints(example(), at=AT, scores=True)

    assert command["meta"]["at"] == str(found.at)
    assert found.exposed is not None
    exact = {(r["kind"], r["id"]): r for r in command["rows"] if r["single"] == "exactly"}
    assert exact.keys() == {(r.kind, r.id) for r in found.rows}
    for row in found.rows:
        cost = found.exposed.of(row.key)
        cells = exact[row.kind, row.id]
        assert cells["at_stake"] == pytest.approx(row.at_stake_beyond_own, abs=1e-9)
        alike(cells["score"], None if cost is None else cost.score)


def test_chokepoints_of_the_data_as_asked_without_a_word() -> None:
    command = said("chokepoints", "--no-score", "--at", "2024Q4")
    found = {
        (r.kind, r.id): r.at_stake_beyond_own for r in sc.chokepoints(builtin(), at="2024Q4").rows
    }

    stakes = {
        (r["kind"], r["id"]): r["at_stake"] for r in command["rows"] if r["single"] == "exactly"
    }
    alike({f"{k}": v for k, v in stakes.items()}, {f"{k}": v for k, v in found.items()})
    assert found["organization", "cymer"] == pytest.approx(0.988, abs=0.001)


def test_exposures_are_the_scores() -> None:
    command = said("chokepoints", "--data", str(EXAMPLE), "--at", AT)
    exposed = sc.exposures(example(), AT, by=points.KINDS)

    scores = {(r["kind"], r["id"]): r["score"] for r in command["rows"]}
    for row in exposed.rows:
        if (row.kind, row.id) in scores:
            assert scores[row.kind, row.id] == pytest.approx(row.score, abs=1e-9)
    assert command["meta"]["baseline_h100e"] == pytest.approx(exposed.h100e, rel=1e-9)


def test_pairs_matrix_changes_and_rates() -> None:
    network, question = points.ask_points(example(), at=AT)
    where = ("--data", str(EXAMPLE))

    pairs = said("chokepoints", *where, "--at", AT, "--order", "2", "--no-score")
    joint = points.find_joint(network, question, 2)
    alike(pairs["sets"], [{"ids": [*r.ids], "products": [*r.products]} for r in joint.rows])

    matrix = said("chokepoints", *where, "--at", AT, "--matrix")
    needed = points.find_matrix(network, question)
    flat = CliRunner().invoke(
        _group,
        ["chokepoints", *where, "--at", AT, "--matrix", "-f", "csv"],
        prog_name="supplychain",
    )
    lines = [line.split(",") for line in flat.stdout.splitlines()[1:]]
    assert {(c, s): (float(e), float(n)) for c, s, e, n in lines} == {
        key: pytest.approx((need.exact, need.near), abs=1e-9) for key, need in needed.items()
    }
    assert matrix["meta"]["at"] == AT

    q = sc.Quarter.parse
    changes = said("chokepoints", *where, "--compare", AT, "2024Q3", "--no-score")
    before, after = points.find_change(network, question, (q(AT), q("2024Q3")))
    assert changes["meta"]["before"] == str(before.at)
    assert changes["meta"]["after"] == str(after.at)

    rates = {"tsmc": 0.01, "sk-hynix": 0.02}
    options = [w for id_, rate in rates.items() for w in ("--rate", f"{id_}={rate:.0%}")]
    command = said("chokepoints", *where, "--at", AT, "--product", "h100", *options)
    cuts = points.find_cut_sets(*points.ask_points(example(), ["h100"], AT), 3).sets
    exact = probability([cut for cut in cuts if all(id_ in rates for id_ in cut)], rates)
    assert command["meta"]["probability"] == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize(
    "text",
    [
        "simulate --cut hbm=20%@2024Q1:2024Q4 --from 2023Q1 --to 2024Q4",
        "compare baseline hbm-half",
        "allocate --policy all --from 2023Q1 --to 2024Q4",
        "allocate --year 2024 --cut hbm=50%@2024Q1:2024Q2",
    ],
)
def test_what_the_command_says_is_what_ask_says(text: str) -> None:
    command = said(*text.split(), "--data", str(SMALL))
    answer = sc.ask(small(), text)

    alike(command, as_json(answer.document))
    assert sc.Question.parse(str(answer.question)) == answer.question


def test_simulate_allocate_and_fill_rates_are_numbers_of_one_simulation() -> None:
    options = ("--from", "2023Q1", "--to", "2024Q4")
    command = said("simulate", "--data", str(SMALL), "--hbm-cut", "20%", "--fast", *options)
    shared = said("allocate", "--data", str(SMALL), "--policy", "contract-first", *options)
    result = sc.simulate(small(), ["hbm=20%"], "2023Q1", "2024Q4")

    [total] = [r for r in command["totals"] if r["measure"] == "Accelerators shipped"]
    assert total["baseline"] == pytest.approx(result.baseline.total(), rel=1e-9)
    assert total["scenario"] == pytest.approx(result.scenario.total(), rel=1e-9)
    assert shared["meta"]["supply"] == pytest.approx(result.baseline.total(), rel=1e-9)
    filled = result.baseline_allocation.fill_rates()
    names = {small().buyers[id_].name: rate for id_, rate in filled.items()}
    for row in shared["all_buyers"]:
        assert row["contract-first_filled"] == pytest.approx(names[row["buyer"]], abs=1e-9)


def test_a_year_is_one_number_whatever_the_window() -> None:
    wide = sc.simulate(small(), first="2023Q1", last="2024Q4").baseline.total_by_quarter()
    narrow = sc.simulate(small(), first="2024Q1", last="2024Q4").baseline.total_by_quarter()

    assert narrow == pytest.approx(wide[4:], rel=1e-9)


@pytest.mark.parametrize(
    ("args", "question"),
    [
        (("--chip", "h100", "--count", "20480"), ComputeQuestion(chip="h100", count=20480)),
        (("--compare", "h100,mi300x"), ComputeQuestion(compare=("h100", "mi300x"))),
        (("--fleet", "meta"), ComputeQuestion(fleet="meta")),
    ],
)
def test_compute(args: tuple[str, ...], question: ComputeQuestion) -> None:
    alike(said("compute", *args), as_json(answer_compute(builtin(), question)))


def test_backtest() -> None:
    command = said("backtest")
    result = backtest(builtin())

    model = sum(row.model for row in result.rows)
    assert sum(row["model"] for row in command["cells"]) == pytest.approx(model, rel=1e-9)
