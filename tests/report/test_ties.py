"""Equal amounts are said to be equal; what rounding left is zero."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from supplychain.allocation import Allocation
from supplychain.cli import _group
from supplychain.model import Buyer
from supplychain.model.quarters import Quarter
from supplychain.report.answers.allocate import best_rules, best_sentences, one_buyer_sentences
from supplychain.report.answers.losers import rules_sentence
from supplychain.report.tables import Column, show, table
from supplychain.report.ties import both, least, most


def run(*args: str) -> str:
    shown = CliRunner().invoke(_group, [*args], env={"COLUMNS": "200"})
    assert shown.exit_code == 0, shown.output
    return shown.stdout


@pytest.mark.parametrize("off", [0.0, 1e-12, -1e-12, 9e-10])
def test_what_differs_by_rounding_is_alike(off: float) -> None:
    amounts = {"a": 3.0, "b": 3.0 * (1 + off), "c": 1.0, "d": 1.0 + off}

    assert most(amounts) == ("a", "b")
    assert least(amounts) == ("c", "d")


def test_what_differs_by_more_is_not() -> None:
    assert most({"a": 1.0, "b": 1 + 1e-8}) == ("b",)
    assert most({"a": 0.0, "b": 0.0}) == least({"a": 0.0, "b": 0.0}) == ("a", "b")
    assert least({"a": -1e12, "b": -1e12 + 1}) == ("a", "b")


def test_how_it_is_said() -> None:
    assert [both(("a",)), both(("a", "b")), both(("a", "b", "c"))] == [
        "a",
        "a and b alike",
        "a, b and c alike",
    ]


def results(**units: float) -> dict[str, Allocation]:
    """One buyer that gets so many under each rule."""
    flat = np.array([[100.0]])
    return {
        rule: Allocation(
            rule=rule,
            buyers=(Buyer("lab", "Lab", "poor", "lab", "US"),),
            products=("gpu",),
            quarters=(Quarter(2024, 1),),
            orders=flat,
            exchanged=0 * flat,
            known=np.array([[True]]),
            wanted=flat,
            delivered=np.array([[[amount]]]),
            backlog=flat - amount,
            waited=flat,
            moved=flat,
            unsold=flat,
            price=None,
        )
        for rule, amount in units.items()
    }


@pytest.mark.parametrize(
    ("units", "said"),
    [
        ({"a": 9.0, "b": 9.0 + 1e-13, "c": 3.0},
         "Lab is best off under a and b alike (9) and worst off under c (3)."),
        ({"a": 9.0, "b": 3.0, "c": 3.0},
         "Lab is best off under a (9) and worst off under b and c alike (3)."),
        ({"a": 9.0, "b": 9.0 + 1e-13}, "Lab gets the same under every rule, within 0.5%."),
        ({"a": 0.0, "b": 4e-15}, "Lab gets no accelerator under any rule."),
        ({"a": 0.0, "b": 0.4}, "Lab gets no accelerator under any rule."),
    ],
)  # fmt: skip
def test_a_buyer_is_best_off_under_all_rules_that_tie(units: dict[str, float], said: str) -> None:
    assert one_buyer_sentences(results(**units), "lab") == [said]


def test_the_same_is_counted_for_all_buyers() -> None:
    tied = results(a=9.0, b=9.0 + 1e-13, c=3.0)

    assert best_rules(tied) == {"lab": "a, b"}
    assert best_sentences(tied) == ["Best off: 1 buyer under a and b alike."]


def test_rules_that_are_alike_for_the_poor() -> None:
    keys = ("rule", "rich_change", "poor_change")
    columns: list[Column[dict[str, Any]]] = [Column(key, key) for key in keys]
    cells = (("a", -0.1, -0.5), ("b", -0.1, -0.5 - 1e-13), ("c", -0.1, -0.2), ("d", -0.1, -0.2))
    rows = [dict(zip(keys, row, strict=True)) for row in cells]

    assert rules_sentence(table("t", columns, rows, by=lambda row: row["rule"]), "a") == (
        "Under a the rich lose 10.0% and the poor lose 50.0%; the poor fare worst under a and b "
        "alike, where they lose 50.0%, and best under c and d alike, where they lose 20.0%."
    )


@pytest.mark.parametrize("kind", ["number", "share", "units", "change"])
@pytest.mark.parametrize("dust", [4.6e-15, -5.7e-16, 1e-300])
def test_dust_is_shown_as_zero(kind: str, dust: float) -> None:
    assert show(dust, kind) == show(0.0, kind)  # type: ignore[arg-type]


def test_no_open_order_is_what_rounding_left() -> None:
    args = ("allocate", "--buyer", "meta", "--year", "2024")
    rows = json.loads(run(*args, "-f", "json"))["buyer"]
    flat = csv.DictReader(io.StringIO(run(*args, "-f", "csv")))

    assert "e−" not in run(*args)
    open_ = [row[key] or 0.0 for row in rows for key in ("backlog", "backlog_weeks")]
    assert not [amount for amount in open_ if 0 < amount < 1e-6]
    assert not [row for row in flat if 0 < float(row["backlog"]) < 1e-6]
