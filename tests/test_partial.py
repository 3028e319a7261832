"""Every command on valid data that lacks something: an answer or a clear message."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from supplychain.cli import _group
from supplychain.loader import load_texts
from supplychain.simulation import simulate
from tests.partial import LACKING

NOT_A_NUMBER = re.compile(r"(?<![\w-])(?:nan|inf)(?![\w-])", re.IGNORECASE)

WINDOW = ("--from", "2024Q1", "--to", "2024Q1")
COMMANDS = (
    ("chokepoints", "--no-score"),
    ("chokepoints", "--horizon", "2", "--at", "2024Q1"),
    ("chokepoints", "--order", "2", "--no-score"),
    ("chokepoints", "--matrix"),
    ("chokepoints", "--concentration", "owner"),
    ("chokepoints", "--compare", "2023Q2", "2024Q2", "--no-score"),
    ("simulate", "--hbm-cut", "20%", "--fast", *WINDOW),
    ("simulate", "--fast", *WINDOW),
    ("allocate", "--policy", "all", *WINDOW),
    ("allocate", "--buyer", "microsoft", *WINDOW),
    ("allocate", "--supply", "1000", *WINDOW),
    ("compare", "baseline", "hbm-half", *WINDOW),
    ("compute", "--chip", "h100"),
    ("compute", "--compare", "all"),
    ("compute", "--fleet", "microsoft"),
    ("backtest", *WINDOW),
    ("explain", "h100"),
    ("explain", "h100@2024Q1"),
    ("explain", "microsoft"),
    ("data", "coverage"),
    ("data", "sources"),
    ("data", "stale", "--today", "2026-12-01"),
    ("data", "influence", "--top", "1"),
    ("graph", "--out", "graph.json"),
    ("graph", "--out", "graph.html"),
)
WITH_REPORT = ("buyers", "orders", "parameters", "products", "makers", "more than one quarter")


@pytest.mark.parametrize("lacking", LACKING)
def test_every_command_ends_in_an_answer_or_a_message(
    lacking: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file, text in LACKING[lacking]().items():
        (tmp_path / "data" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "data" / file).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    report = ("report", "--out", "report.html", *WINDOW)
    commands = [*COMMANDS, *([report] if lacking in WITH_REPORT else [])]

    checked = CliRunner().invoke(_group, ["validate", "data"], prog_name="supplychain")

    assert checked.exit_code == 0, checked.output
    for command in commands:
        done = CliRunner().invoke(_group, [*command, "--data", "data"], prog_name="supplychain")
        if not isinstance(done.exception, SystemExit | None):
            raise AssertionError(" ".join(command)) from done.exception
        assert done.exit_code in (0, 2), (command, done.output)
        assert done.exit_code == 0 or done.stderr.startswith("Error: "), (command, done.stderr)
        assert not NOT_A_NUMBER.search(done.output), (command, done.output)


def test_data_without_buyers_still_makes_accelerators() -> None:
    network = load_texts(LACKING["buyers"]())

    result = simulate(network, ["cowos-s-wafer=50%"], "2024Q1", "2024Q1")

    before, after = (sum(pair) for pair in zip(*result.totals().values(), strict=True))
    assert 0 < after < before
    assert result.allocation.units().sum() == 0
    # What nobody orders stays with the sellers.
    assert result.allocation.unsold.sum() > 0


def test_data_without_accelerators_is_refused_where_they_are_asked_for() -> None:
    with pytest.raises(ValueError, match="holds no accelerator, so nothing can be simulated"):
        simulate(load_texts(LACKING["products"]()), [], "2024Q1", "2024Q1")
