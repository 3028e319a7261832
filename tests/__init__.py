"""Tests, in the folders of the package; small networks by hand are in :mod:`tests.networks`."""

import importlib.metadata
from pathlib import Path
from typing import Any

from click.testing import CliRunner

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data"


def runner() -> CliRunner:
    """Runs commands in this process, with standard error apart, as click does from 8.2 on."""
    apart: dict[str, Any] = {}
    if importlib.metadata.version("click").startswith("8.1"):
        apart["mix_stderr"] = False
    return CliRunner(**apart)
