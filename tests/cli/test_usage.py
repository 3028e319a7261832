"""What is the user's mistake ends in exit 2 and a message; what is ours, in a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from supplychain.cli import _group
from supplychain.model import Network
from tests import ROOT


def _broken(*args: Any, **named: Any) -> Any:
    return np.zeros(3) + np.zeros(4)  # ValueError: operands could not be broadcast together


@pytest.mark.parametrize(
    "args",
    [
        "simulate --cut hbm=20% --fast",
        "allocate",
        "compare baseline hbm-cut-20",
        "chokepoints --no-score",
        "chokepoints --order 2",
        "compute",
        "compute --chip h100",
        "compute --compare h100,b200",
        "backtest",
        "explain h100@2024Q3",
        "report --out {folder}/page.html",
        "graph --out {folder}/graph.html",
    ],
)
def test_a_bug_of_ours_is_no_wrong_usage(
    args: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("makers", "needs", "parameter"):
        monkeypatch.setattr(Network, name, _broken)

    done = CliRunner().invoke(_group, args.format(folder=tmp_path).split())

    assert isinstance(done.exception, ValueError)
    assert "could not be broadcast" in str(done.exception)
    assert done.exit_code == 1


def test_a_bug_of_ours_is_a_traceback() -> None:
    code = (
        "import numpy as np\n"
        "from supplychain.model import Network\n"
        "from supplychain.cli import main\n"
        "Network.needs = lambda *args: np.zeros(3) + np.zeros(4)\n"
        "main(['simulate', '--cut', 'hbm=20%', '--fast'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, cwd=ROOT, check=False, env=dict(os.environ),
    )  # fmt: skip

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Traceback (most recent call last):")
    assert done.stderr.splitlines()[-1].startswith("ValueError: operands could not be broadcast")
    assert "--help" not in done.stderr
