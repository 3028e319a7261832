"""Tests, in the folders of the package; small networks by hand are in :mod:`tests.networks`."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data"
