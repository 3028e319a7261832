"""Past disruptions on their own dates: nothing was lost where nothing was, and Wuxi 2013."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest

import supplychain as sc
from supplychain.analyses.controls import output, past_cuts
from supplychain.model import Cut, Network
from supplychain.model.quarters import Quarter, quarter_range
from supplychain.scenarios.targets import shares_kept
from tests import ROOT

TABLE = (ROOT / "docs" / "controls.md").read_text(encoding="utf-8")
YEAR = quarter_range(Quarter(2013, 1), Quarter(2014, 3))


@cache
def data() -> Network:
    return sc.load()


@cache
def wuxi() -> Network:
    return sc.load(ROOT / "history" / "wuxi-2013")


def wuxi_cuts() -> tuple[Cut, ...]:
    """The published curve, of the plant alone: the built-in data does not tell the plants apart."""
    fire = data().disruptions["wuxi-fire-2013"]
    return past_cuts(replace(fire, hits=("supply:sk-hynix/dram@CN",)))


def written(event: str, published: str) -> float:
    """What the document says the model says, as a share."""
    [row] = [
        line for line in TABLE.splitlines() if line.startswith(f"| {event}") and published in line
    ]
    return float(row.split("|")[4].strip().rstrip("%").replace("−", "-")) / 100


@pytest.mark.parametrize(
    ("id_", "weeks", "first", "last"),
    [
        ("helene-2024", 2.5, "2023Q1", "2026Q4"),
        ("neon-ukraine-2022", 104.0, "2022Q1", "2023Q4"),
    ],
)
def test_where_nothing_was_lost_the_model_loses_nothing(
    id_: str, weeks: float, first: str, last: str
) -> None:
    disruption = data().disruptions[id_]
    cuts = past_cuts(disruption, weeks)
    result = sc.simulate(data(), cuts, first, last)
    before, after = result.h100e()
    own = shares_kept(data(), cuts, data().supplies, result.quarters, result.quarters[0])

    assert own.min() < 0.9  # it does hit something
    assert abs(1 - after / before) < 0.001
    assert result.first_felt() is None
    assert written(disruption.name, "none") == pytest.approx(1 - after / before, abs=5e-4)


def test_the_fire_of_wuxi_costs_the_world_what_was_published() -> None:
    level = dict(zip(YEAR, output(wuxi(), "dram", wuxi_cuts(), YEAR).tolist(), strict=True))
    third, fourth, after = (
        level[Quarter(2013, 3)],
        level[Quarter(2013, 4)],
        level[Quarter(2014, 1)],
    )

    assert level[Quarter(2013, 2)] == 1
    # A tenth of one month's supply: 3.3% of the quarter; 10 to 12% of world supply is Wuxi's.
    assert 0.9 * 0.10 / 3 <= 1 - third <= 0.12 / 3
    # Digitimes: 5.7% less capacity in the fourth quarter.
    assert 0.049 <= 1 - fourth <= 0.059
    # Back at 130,000 wafers in the course of January.
    assert after > 0.99
    assert level[Quarter(2014, 2)] == 1
    for published, value in (
        ("10% of a month", 1 - third),
        ("5.7%", 1 - fourth),
        ("back", 1 - after),
    ):
        assert written("SK hynix Wuxi", published) == pytest.approx(value, abs=5e-4)


def test_what_korea_lent_eases_the_fourth_quarter_and_restores_the_firm_as_published() -> None:
    quarters = output(wuxi(), "dram-module", wuxi_cuts(), YEAR)
    plants = shares_kept(wuxi(), wuxi_cuts(), wuxi().supplies, YEAR, YEAR[0])
    [china] = [i for i, s in enumerate(wuxi().supplies) if s.id == "sk-hynix/dram@CN"]
    share = {s.id: s.share[2013] for s in wuxi().supplies if s.share}
    spare = next(s.surge for s in wuxi().supplies if s.surge)
    korea = share["sk-hynix/dram@KR"]
    lent = korea.value * (1 + spare.value)
    fourth = share["sk-hynix/dram@CN"].value * plants[china, 3] + lent
    first = share["sk-hynix/dram@CN"].value * plants[china, 4] + korea.value  # given back to NAND

    # 15% of world supply lends a tenth: 1.5 points more than without.
    assert quarters[3] == pytest.approx(output(wuxi(), "dram", wuxi_cuts(), YEAR)[3] + 0.015)
    # SK hynix's DRAM sales rose by 20.8% from the fourth quarter to the first.
    assert 0.11 <= first / fourth - 1 <= 0.25
    assert written("SK hynix Wuxi", "+20.8%") == pytest.approx(first / fourth - 1, abs=5e-4)


def test_a_disruption_begins_on_its_day() -> None:
    fire = data().disruptions["wuxi-fire-2013"]
    [cut] = past_cuts(fire, weeks=2)
    begin = YEAR[0]

    assert cut.first == Quarter(2013, 3)
    # 4 September is day 65 of the quarter: 9.3 weeks before, two weeks of stop, then normal.
    assert cut.lost(Quarter(2013, 3), begin) == pytest.approx(2 / 13, abs=2e-3)
    assert cut.lost(Quarter(2013, 2), begin) == 0
    assert cut.lost(Quarter(2013, 4), begin) == 0
    on_the_first = past_cuts(replace(fire, began="2013-07-01"), weeks=13)[0]
    assert on_the_first.lost(Quarter(2013, 3), begin) == pytest.approx(1, abs=2e-3)


def test_without_a_curve_a_time_is_asked_for() -> None:
    with pytest.raises(ValueError, match="helene-2024 has no curve: say for how many weeks"):
        past_cuts(data().disruptions["helene-2024"])


def test_the_networks_of_history_are_sound() -> None:
    assert re.search(r"history/wuxi-2013", TABLE)
    assert {s.country for s in wuxi().supplies} == {"CN", "KR", "TW"}
