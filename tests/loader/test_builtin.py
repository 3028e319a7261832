"""The built-in data through the whole program: published facts, identities, sanity."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

import supplychain as sc
from supplychain.analyses.backtest import Backtest, backtest
from supplychain.analyses.chokepoints import Points
from supplychain.model import STAGES, Cut, Network
from supplychain.model.quarters import Quarter
from supplychain.report.answers.simulate import simulation_document
from supplychain.report.tables import Table, render
from supplychain.risk import Chokepoint, Chokepoints
from supplychain.scenarios.changes import first_quarter
from supplychain.simulation import Simulation


@cache
def data() -> Network:
    return sc.load()


@cache
def hbm_cut() -> Simulation:
    return sc.simulate(data(), cuts=["hbm=20%"])


@cache
def history() -> Backtest:
    return backtest(data())


def named(points: Chokepoints | Points, kind: str) -> dict[str, Chokepoint]:
    return {row.id: row for row in points.rows if row.kind == kind and not row.trivial}


def test_the_chain_is_there_from_materials_to_buyers() -> None:
    net = data()

    assert {c.stage for c in net.commodities.values()} == set(STAGES)
    assert len(net.commodities) >= 150
    assert len(net.organizations) >= 180
    assert len(net.products) >= 30
    assert len(net.buyers) >= 40
    assert {b.tier for b in net.buyers.values()} == {"rich", "poor"}
    assert len(net.models) >= 9
    assert len(net.disruptions) >= 20
    assert len(net.scenarios) >= 12
    assert {
        "a100", "h100", "h200", "h20", "b200", "b300", "mi300x", "mi325x", "tpu-v4", "tpu-v5e",
        "tpu-v5p", "tpu-v6e", "tpu-v7", "trainium1", "trainium2",
    } <= net.products.keys()  # fmt: skip


SCENARIOS = sorted(
    p.stem for p in (Path(sc.__file__).parents[1] / "graph_data/scenarios").iterdir()
)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_runs_and_changes_nothing_before_it_begins(name: str) -> None:
    scenario = data().scenarios[name]
    result = sc.simulate(data(), scenarios=[scenario])
    starts = [c.first for c in result.cuts if c.first]
    other = first_quarter([s for s in scenario.shocks if not isinstance(s, Cut)], data())
    began = min([*starts, *([other] if other else [])], default=Quarter(2023, 1))
    before = [
        change
        for quarter, change in zip(result.quarters, result.change_by_quarter(), strict=True)
        if quarter < began
    ]

    assert before == pytest.approx([0.0] * len(before), abs=1e-6)
    made = result.scenario.units()
    planned = [j for j, p in enumerate(result.allocation.products) if p in made]
    delivered = result.allocation.delivered[:, planned].sum()
    assert delivered <= result.scenario.total() * (1 + 1e-9)
    assert render(simulation_document(result), "table", width=100)


def test_every_figure_has_a_source_or_is_an_estimate_with_a_reason() -> None:
    unfounded = [
        name
        for name, f in data().figures.items()
        if not f.sources and not (f.basis == "estimate" and f.note)
    ]

    assert unfounded == []
    assert all(f.low <= f.value <= f.high for f in data().figures.values())


def test_what_stands_behind_an_h100_in_2023() -> None:
    points = sc.chokepoints(data(), products=["h100"], at="2023Q2")
    firms, countries = named(points, "organization"), named(points, "country")

    assert {"tsmc", "asml", "sk-hynix", "zeiss-smt", "lasertec"} <= firms.keys()
    assert firms["sk-hynix"].why == (
        "h100 needs hbm3 and only sk-hynix is qualified to make it in 2023Q2"
    )
    assert "TW" in countries
    assert "cowos-s-wafer" in countries["TW"].why
    near = {row.id: row for row in points.near}
    assert near["ajinomoto"].makes == "abf-film"
    assert "nittobo" in near
    assert not data().buyers.keys() & (firms.keys() - {"google", "amazon", "microsoft", "meta"})


def test_sk_hynix_is_not_alone_in_2026() -> None:
    points = sc.chokepoints(data(), products=["b300"], at="2026Q1")

    assert "tsmc" in named(points, "organization")
    assert "sk-hynix" not in named(points, "organization")


def test_no_cut_is_the_baseline_to_the_bit() -> None:
    result = sc.simulate(data(), cuts=["hbm=0%"])

    assert result.scenario is result.baseline
    assert render(simulation_document(result), "json")


def test_a_cut_of_hbm_costs_less_than_itself_and_nothing_before_it() -> None:
    result = sc.simulate(data(), cuts=["hbm=20%@2025Q1:"])
    before, after = (p.total_by_quarter() for p in (result.baseline, result.scenario))

    assert after[:8] == pytest.approx(before[:8], rel=1e-9)
    assert 0.02 < 1 - after[8:].sum() / before[8:].sum() < 0.2
    assert result.first_felt() == Quarter(2025, 3)  # until then other things are scarcer


def test_asml_is_felt_late() -> None:
    [scenario] = [data().scenarios["asml-stops-shipping"]]
    result = sc.simulate(data(), scenarios=[scenario])
    before, after = (p.total_by_quarter() for p in (result.baseline, result.scenario))
    lost = 1 - after / before

    # Stopped from 2024Q1: next to nothing in two quarters, much in two years.
    assert abs(lost[4:6]).max() < 0.01
    assert lost[12:].mean() > 0.15


def test_the_answer_holds_together() -> None:
    document = simulation_document(hbm_cut())
    content = json.loads(render(document, "json"))
    flat = document.flat
    shipped = [row for row in flat.rows if row[2] == "shipped"]
    [totals] = [p for p in document.parts if isinstance(p, Table) and p.name == "totals"]

    assert totals.rows[0][1] == pytest.approx(sum(float(row[5] or 0) for row in shipped))
    assert totals.rows[0][2] == pytest.approx(sum(float(row[6] or 0) for row in shipped))
    assert content["units"]["h100"]["quarters"][0] == "2023Q1"
    assert len(content["units"]["h100"]["scenario"]) == 16
    assert set(content["binding"]["2024Q1"]) == {"baseline", "scenario"}
    assert {row["buyer"] for row in content["all_buyers"]} >= {"Microsoft", "CoreWeave"}
    made = sum(sum(series["scenario"]) for series in content["units"].values())
    got = sum(row["scenario"] for row in content["all_buyers"])
    as_ordered = sum(units["scenario"] for units in content["as_ordered"].values())
    assert got <= made + as_ordered + 1e-3


def test_a_window_outside_the_data_is_refused() -> None:
    with pytest.raises(ValueError, match=r"from 20\d\dQ\d to 20\d\dQ\d; 2010Q1 is outside"):
        sc.simulate(data(), first="2010Q1")
    with pytest.raises(ValueError, match="the window ends in 2023Q1, before it begins in 2024Q1"):
        sc.simulate(data(), first="2024Q1", last="2023Q1")


def test_history_is_reproduced_better_than_by_repeating_it() -> None:
    result = history()
    inside, cells = result.cells_inside()

    assert cells == 22
    assert inside >= 20
    assert result.error() < 0.08  # type: ignore[operator]
    assert result.error("nvidia") < 0.10  # type: ignore[operator]
    assert result.error() < result.error(of="last")  # type: ignore[operator]
    assert result.error("nvidia") < result.error("nvidia", of="trend")  # type: ignore[operator]


@pytest.mark.parametrize(
    ("input_", "published"), [("CoWoS", 0.90), ("HBM", 0.90), ("3 to 5 nm wafers", 0.12)]
)
def test_four_designers_use_the_published_shares_of_2025(input_: str, published: float) -> None:
    four = {"nvidia", "google", "amd", "amazon"}
    share = sum(
        s.model
        for s in history().shares
        if s.input == input_ and s.year == 2025 and s.designer in four
    )

    assert share == pytest.approx(published, abs=0.10)


def test_logic_does_not_bind_while_packaging_does() -> None:
    binds = hbm_cut().baseline.binding()

    assert all("cowos" in now[0] or "hbm" in now[0] for now in binds)

    # Nor is it free: half of it gone costs nearly half, two quarters of dies later.
    result = sc.simulate(data(), cuts=["logic-wafer=50%@2024Q1:2024Q4"], last="2024Q4")
    change = dict(zip(result.quarters, result.change_by_quarter(), strict=True))
    assert abs(change[Quarter(2024, 1)]) < 0.01
    assert -0.5 < change[Quarter(2024, 4)] < -0.3


def test_packaging_costs_nearly_what_is_cut_of_it() -> None:
    result = sc.simulate(data(), cuts=["cowos=20%@2024Q1:2024Q4"], first="2024Q1", last="2024Q4")
    before, after = result.baseline.total(), result.scenario.total()

    assert 0.13 < 1 - after / before < 0.20


def test_results_are_frames_too() -> None:
    frame = hbm_cut().to_frame()

    assert list(frame.columns) == ["product", "designer", "quarter", "baseline", "scenario"]
    assert frame["baseline"].sum() == pytest.approx(hbm_cut().baseline.total())
    assert len(hbm_cut().allocation.to_frame())
    assert len(sc.chokepoints(data(), products=["h100"], at="2023Q2").to_frame())
    assert len(history().to_frame()) == 22
