"""What the wheel holds, and choices that are written down twice for the sake of a fast start."""

from __future__ import annotations

import configparser

from supplychain.cli import schema
from supplychain.loader.schema import KINDS
from supplychain.production.plan import Rules
from supplychain.report.page.grounds import CONSTANTS
from tests import ROOT


def test_every_package_is_in_the_wheel() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    listed = setup["options"]["packages"].split()
    found = [p.parent.relative_to(ROOT) for p in (ROOT / "supplychain").rglob("__init__.py")]

    assert sorted([*(".".join(p.parts) for p in found), "supplychain.graph_data"]) == sorted(listed)


def test_every_kind_of_file_has_a_schema() -> None:
    assert set(schema.KINDS) == KINDS.keys()


def test_constants_lie_in_the_ranges_that_are_shown_with_them() -> None:
    rules = Rules()

    for name, (_, low, high, _) in CONSTANTS.items():
        assert low <= getattr(rules, name) <= high, name
