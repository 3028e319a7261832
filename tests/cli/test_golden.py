"""What the main commands print, letter by letter, on a small network with invented numbers.

After an intended change: ``make golden``, then read the difference before it is committed.
"""

from __future__ import annotations

import os

import pytest
from rich.cells import cell_len

from supplychain.cli import _group
from tests import DATA, runner

SMALL = str(DATA / "small")
WINDOW = ("--from", "2023Q1", "--to", "2024Q4")

COMMANDS = {
    "help": ["--help"],
    "simulate": ["simulate", "--data", SMALL, "--cut", "hbm=20%@2024Q1:2024Q4", *WINDOW],
    "baseline": ["simulate", "--data", SMALL, *WINDOW],
    "compare": ["compare", "baseline", "hbm-half", "--data", SMALL, *WINDOW],
    "chokepoints": ["chokepoints", "--data", SMALL, "--at", "2023Q2", "--quiet"],
    "explain": ["explain", "HBM3 memory stacks", "--data", SMALL],
    "coverage": ["data", "coverage", "--data", SMALL],
    "validate": ["validate", SMALL],
    "wrong": ["simulate", "--hbm-cut", "20", "--cut", "x", "--fail-on", "lost"],
}
EXIT = {"wrong": 2}


def printed(name: str, width: int) -> tuple[int, str]:
    """Exit code and all output, standard error after standard output."""
    surroundings = {"COLUMNS": str(width), "FORCE_COLOR": None, "NO_COLOR": None}
    shown = runner().invoke(_group, COMMANDS[name], prog_name="supplychain", env=surroundings)
    return shown.exit_code, shown.stdout + shown.stderr


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("name", COMMANDS)
def test_the_terminal_shows_what_it_showed(name: str, width: int) -> None:
    golden = DATA / "golden" / f"{name}-{width}.txt"
    code, text = printed(name, width)
    if os.environ.get("GOLDEN") == "write":
        golden.write_text(text, encoding="utf-8", newline="\n")

    assert code == EXIT.get(name, 0)
    assert text == golden.read_text(encoding="utf-8"), "if that was intended: make golden"


@pytest.mark.parametrize("width", [60, 80, 140, 200])
@pytest.mark.parametrize("name", [n for n in COMMANDS if n not in ("help", "validate", "wrong")])
def test_nothing_is_wider_than_the_terminal(name: str, width: int) -> None:
    code, text = printed(name, width)

    assert code == 0
    assert max(map(cell_len, text.splitlines())) <= width
    assert "\x1b" not in text
