"""The public names: as many questions as there are commands, with the same numbers."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import supplychain as sc
from supplychain.cli import COMMANDS
from tests import DATA

SMALL = DATA / "small"
NETWORK = sc.load(SMALL)

LOADED, SHELL = {"data", "validate", "words"}, {"schema", "completion", "import"}
"""What ``load`` answers with the values themselves, and what only a shell needs."""

FIRMS = {"single_points", "systemic_risk", "stress_test"}

WINDOW: Any = {"first": "2023Q1", "last": "2024Q4"}
ASKED: dict[str, tuple[Callable[[], Any], str]] = {
    "simulate": (
        lambda: sc.simulate(NETWORK, cuts="hbm=50%@2024Q1:2024Q4", **WINDOW),
        "simulate --cut hbm=50%@2024Q1:2024Q4 --from 2023Q1 --to 2024Q4 --fast",
    ),
    "ask": (
        lambda: sc.ask(NETWORK, "--hbm-cut 20% --from 2023Q1 --to 2024Q4"),
        "simulate --hbm-cut 20% --from 2023Q1 --to 2024Q4",
    ),
    "chokepoints": (
        lambda: sc.chokepoints(NETWORK, at="2023Q2"),
        "chokepoints --at 2023Q2 --no-score",
    ),
    "chokepoints with scores": (
        lambda: sc.chokepoints(NETWORK, at="2023Q2", scores=True, horizon=4),
        "chokepoints --at 2023Q2 --horizon 4",
    ),
    "allocate": (
        lambda: sc.allocate(NETWORK, rules="max-min", buyer="", **WINDOW),
        "allocate --policy max-min --from 2023Q1 --to 2024Q4",
    ),
    "compute": (
        lambda: sc.compute(sc.load(), chip="h100", count=1024),
        "compute --chip h100 --count 1024",
    ),
    "compute fleets": (
        lambda: sc.compute(sc.load(), at="2024Q2", cuts="hbm=50%@2024Q1:2024Q2"),
        "compute --at 2024Q2 --cut hbm=50%@2024Q1:2024Q2",
    ),
    "explain": (lambda: sc.explain(NETWORK, "h100@2024Q1"), "explain h100@2024Q1"),
    "compare": (
        lambda: sc.compare(NETWORK, "baseline", next(iter(NETWORK.scenarios)), **WINDOW),
        f"compare baseline {next(iter(NETWORK.scenarios))} --from 2023Q1 --to 2024Q4",
    ),
}


def command(*words: str) -> dict[str, Any]:
    data = () if words[0] == "compute" else ("--data", str(SMALL))  # which knows no bandwidths
    shown = subprocess.run(
        [sys.executable, "-m", "supplychain", *words, *data, "--format", "json"],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    return dict(json.loads(shown.stdout))


def test_every_command_has_its_public_name() -> None:
    assert set(COMMANDS) - LOADED - SHELL - {"firms"} <= set(sc.__all__)
    assert set(sc.__all__) >= FIRMS


@pytest.mark.parametrize("name", sc.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(sc, name)

    assert value.__doc__
    assert value.__name__ == name


def test_a_room_does_not_hide_the_question_of_its_name() -> None:
    importlib.import_module("supplychain.compute.chips")
    importlib.import_module("supplychain.report.tables")

    assert sc.compute.__module__ == sc.report.__module__ == "supplychain.questions.public"


@pytest.mark.parametrize("name", ASKED)
def test_the_numbers_are_those_of_the_command(name: str) -> None:
    ask, words = ASKED[name]
    result, printed = ask(), command(*words.split())
    tables = result.tables

    assert list(result.sentences) == printed["sentences"]
    for table, frame in tables.items():
        if table in ("use", "limits") and table not in printed:
            continue  # of the report
        rows = json.loads(frame.to_json(orient="records", double_precision=15))
        assert len(rows) >= len(printed[table])  # chokepoints and fleets print the first rows
        for mine, theirs in zip(rows, printed[table], strict=False):
            assert list(mine) == list(theirs)
            assert all(_same(mine[key], theirs[key]) for key in mine), table
    assert isinstance(result.to_frame(), pd.DataFrame)


def _same(mine: Any, theirs: Any) -> bool:
    return bool(theirs == (pytest.approx(mine) if isinstance(mine, float) else mine))


def test_the_backtest_of_the_data() -> None:
    assert set(sc.backtest(sc.load()).tables) == {"errors", "cells", "shares", "racks"}


def test_a_simulation_says_what_binds() -> None:
    result = sc.simulate(NETWORK, cuts="hbm=50%@2024Q1:2024Q4", **WINDOW)

    assert {"totals", "quarters", "products", "buyers", "use", "limits"} <= set(result.tables)


def test_a_report_is_a_page_with_its_tables(tmp_path: Path) -> None:
    page = sc.report(NETWORK, cuts="hbm=50%@2024Q1:2024Q4", sensitivity=0, **WINDOW)
    page.save(tmp_path / "r.html")

    assert (tmp_path / "r.html").read_text(encoding="utf-8") == page.html
    assert page.html.startswith("<!doctype html>")
    assert page.sentences
    assert set(page.tables) >= {"totals"}


def test_a_scenario_may_be_a_value() -> None:
    shocks = (sc.Cut("hbm", 0.5, sc.Quarter(2024, 1), sc.Quarter(2024, 4)),)
    mine = sc.Scenario("mine", "Mine", shocks)

    answer = sc.compare(NETWORK, "baseline", mine, **WINDOW)

    assert str(answer.question) == "compare baseline mine --from 2023Q1 --to 2024Q4"


def test_the_names_cost_nothing_before_they_are_used() -> None:
    code = "import sys, supplychain; print(sorted({'numpy', 'pandas', 'click'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "[]"
