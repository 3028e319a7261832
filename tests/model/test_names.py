"""Every figure has one name, and the name leads back to it alone."""

from __future__ import annotations

import dataclasses
import random
import re
import types
import typing
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

import supplychain as sc
from supplychain.errors import AskError
from supplychain.model import Figure, Network
from supplychain.model.finder import find_figure
from supplychain.model.names import PARTS, figures, named
from supplychain.model.network import FIGURED
from supplychain.model.quarters import Quarter
from supplychain.report.answers.explain import find_figures
from supplychain.report.answers.simulate import sensitivity_table
from supplychain.scenarios.assumptions import assumed
from tests import ROOT
from tests.networks import capacity, commodity, figure, need, network, organization, product, supply

Q = Quarter(2023, 1)


@cache
def data() -> Network:
    return sc.load()


def every(net: Network) -> list[Figure]:
    return [f for kind in FIGURED for f in figures(getattr(net, kind))]


def test_no_two_figures_of_the_data_have_one_name() -> None:
    names = Counter(f.name for f in every(data()))

    assert len(names) > 4000
    assert "" not in names
    assert [name for name, count in names.items() if count > 1] == []
    assert list(data().figures) == list(names)


def _holds_figures(kind: Any) -> bool:
    """Whether the type of a field has a figure, or a part that has figures, in it."""
    if kind is Figure or kind in PARTS:
        return True
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is not None:
        return any(_holds_figures(inner) for inner in typing.get_args(kind))
    return False


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_no_field_that_holds_figures_is_left_out(part: type) -> None:
    hints = typing.get_type_hints(part)

    assert {name for name, kind in hints.items() if _holds_figures(kind)} == set(PARTS[part])


def test_two_plants_of_one_commodity_have_two_names() -> None:
    weeks = figure(26.0, "weeks")
    net = network(
        commodity("wafer"),
        organization(
            "fab",
            supply("fab", "wafer", "TW", recovery_weeks=weeks),
            supply("fab", "wafer", "US", recovery_weeks=weeks),
        ),
    )

    assert list(net.figures) == ["fab.wafer@TW.recovery_weeks", "fab.wafer@US.recovery_weeks"]
    moved = assumed(net, {"fab.wafer@US.recovery_weeks": 52.0})
    assert [s.recovery_weeks and s.recovery_weeks.value for s in moved.supplies] == [26.0, 52.0]
    with pytest.raises(AskError) as caught:
        assumed(net, {"fab.wafer.recovery_weeks": 52.0})
    assert str(caught.value) == (
        "'fab.wafer.recovery_weeks' can mean fab.wafer@TW.recovery_weeks or "
        "fab.wafer@US.recovery_weeks: say which"
    )


def test_a_single_plant_may_be_left_out_of_a_name_and_case_does_not_matter() -> None:
    net = network(
        commodity("wafer"),
        organization("fab", supply("fab", "wafer", "TW", recovery_weeks=figure(26.0))),
    )

    for name in ("fab.wafer.recovery_weeks", "Fab.Wafer@tw.recovery_weeks"):
        assert find_figure(net, name).name == "fab.wafer@TW.recovery_weeks"


def test_the_second_of_one_name_is_numbered() -> None:
    once = (need("gas", per_unit=1.0), need("gas", per_unit=2.0, role="material"))

    assert [f.name for f in figures(named(once, "chip"))] == [
        "chip.gas.per_unit",
        "chip.gas#2.per_unit",
    ]


def _sample() -> list[str]:
    """Of each kind of part and each last word of a name a few, chosen once and for all."""
    by_kind: dict[tuple[str, str], list[str]] = {}
    for kind in FIGURED:
        for f in figures(getattr(data(), kind)):
            words = f.name.split(".")
            last = words[-1] if not words[-1][:1].isdigit() else f"{words[-2]} by period"
            by_kind.setdefault((kind, last), []).append(f.name)
    chosen = random.Random(7)
    return sorted(name for names in by_kind.values() for name in chosen.sample(names, 1))


def test_an_assumption_reaches_exactly_its_figure() -> None:
    names = _sample()
    kinds = {kind for name in names for kind in FIGURED if name.split(".")[0] in _ids(kind)}
    assert kinds == set(FIGURED)
    for name in names:
        old = data().figures[name]
        # Somewhere else within its limits: half of the way to the lower one, or a little above it.
        least, most = old.limits
        value = (old.value + least) / 2 if old.value != least else min(most / 2, least + 1)
        moved = assumed(data(), {name: value}).figures

        assert moved.keys() == data().figures.keys()
        assert {n for n in moved if moved[n] != data().figures[n]} == {name}, name
        assert (moved[name].value, moved[name].low, moved[name].high) == (value, value, value)
        assert moved[name].note == f"assumed instead of {old.value:g}"


def _ids(kind: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = getattr(data(), kind)
    return found


def test_explain_finds_every_figure_of_the_data() -> None:
    for name, known in data().figures.items():
        assert find_figures(data(), name) == (known,)


def test_the_names_of_the_documentation_are_names_of_figures() -> None:
    text = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    table = text.partition("## What a figure is called")[2].partition("## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| a") or line.startswith("| o")]
    names = [n.replace("\\|", "|") for row in rows for n in re.findall("`([^`]+)`", row)]

    assert len(names) >= 12
    assert [name for name in names if name not in data().figures] == []


def test_the_sensitivity_of_a_need_of_a_maker_s_own() -> None:
    """Its figure is the maker's, so it was not found under the commodity's name."""
    guess = dataclasses.replace(figure(2.0), low=1.0, high=4.0)
    base = dataclasses.replace(need("base"), per_unit=guess)
    net = network(
        product("chip", "nv", need("hbm", per_unit=1.0)),
        commodity("hbm", stage="memory"),
        commodity("base", stage="fabrication"),
        organization("nv"),
        organization(
            "sk",
            supply("sk", "hbm", "KR", "line", needs=(base,)),
            capacities=[capacity("sk", "line", {Q: 100.0, Q + 1: 100.0})],
        ),
        organization(
            "fab",
            supply("fab", "base", "TW", "line"),
            capacities=[capacity("fab", "line", {Q: 100.0, Q + 1: 100.0})],
        ),
    )
    result = sc.simulate(net, ["sk=50%"], Q, Q + 1)

    table = sensitivity_table(result, 40)

    rows = {row[0]: row for row in table.rows}
    assert "sk.hbm@KR.base.per_unit" in rows
    assert rows["sk.hbm@KR.base.per_unit"][1:4] == (2.0, 1.0, 4.0)
    assert rows["sk.hbm@KR.base.per_unit"][4] == pytest.approx(-0.5)  # half of its own line
