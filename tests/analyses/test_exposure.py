"""What losses cost: worked by hand, against the simulation of the same cut, and laws."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import supplychain as sc
from supplychain.analyses.exposure import Exposure, Exposures
from supplychain.analyses.outages import DEFAULT_WEEKS, kept_while_down, recovery_weeks, removable
from supplychain.analyses.removals import exposures
from supplychain.errors import AskError
from supplychain.model import Cut, Known, Network
from supplychain.model.quarters import Quarter, quarter_range
from supplychain.production.availability import launch_delays, slips, upstream, web
from supplychain.risk.structure import Entity, EntityId
from supplychain.simulation import delayed
from tests.networks import (
    capacity,
    commodity,
    figure,
    need,
    network,
    organization,
    product,
    supply,
)

AT = Quarter(2024, 1)
RATES = {Quarter(2022, 1): 100.0, Quarter(2025, 4): 100.0}


def slots() -> Network:
    """A chip of a packaging slot; slots of resin (half a quarter in stock) and of an oven."""
    return network(
        product("chip", "fabless", need("slot", per_unit=1, cycle_weeks=0.0)),
        commodity(
            "slot",
            need("resin", role="material", stock_weeks=6.5),
            need("oven", role="tool", install_weeks=13.0),
        ),
        commodity("resin", stage="materials"),
        commodity("oven", stage="equipment"),
        commodity("rack", need("chip"), stage="systems"),
        organization("fabless", country="US"),
        organization(
            "osat",
            supply("osat", "slot", "TW", "line", recovery_weeks=figure(13)),
            capacities=[capacity("osat", "line", RATES, {"fabless": 1.0})],
        ),
        organization("resin-co", supply("resin-co", "resin", "JP"), owner="holding"),
        organization("holding"),
        organization("oven-co", supply("oven-co", "oven", "DE")),
        organization("rack-co", supply("rack-co", "rack", "US")),
    )


def found(**more: object) -> dict[str, Exposure]:
    result = exposures(slots(), AT, horizon=4, **more)  # type: ignore[arg-type]
    return {row.id: row for row in result.rows}


def test_the_cost_of_a_quarter_without_the_only_packager() -> None:
    row = found()["osat"]

    # One of four quarters is lost, and nothing can be made up for: the line is full.
    assert row.lost == pytest.approx(0.25)
    assert row.score == pytest.approx(25)
    assert row.h100e == pytest.approx(100)
    assert (row.weeks, row.estimated) == (13, True)
    assert row.first_felt == row.worst == AT
    assert row.worst_loss == pytest.approx(1)
    assert row.recovered_by == Quarter(2024, 2)
    assert row.survives == 0


def test_stocks_say_how_long_a_loss_is_survived() -> None:
    rows = found()

    # 26 weeks by default: half of the first quarter is bridged, the second is lost.
    assert DEFAULT_WEEKS["material"] == 26
    assert rows["resin-co"].survives == pytest.approx(6.5)
    assert rows["resin-co"].lost == pytest.approx((0.5 + 1) / 4)
    assert rows["resin-co"].worst == Quarter(2024, 2)
    assert rows["holding"].lost == rows["resin-co"].lost
    assert (rows["resin-co"].weeks, rows["resin-co"].estimated) == (26, True)


def test_what_accelerators_do_not_depend_on_costs_nothing() -> None:
    rows = found()

    # Nothing grows here, so a lost tool is not missed; racks stand downstream.
    for id_ in ("oven-co", "rack-co"):
        assert (rows[id_].score, rows[id_].first_felt, rows[id_].worst) == (0, None, None)
        assert (rows[id_].survives, rows[id_].recovered_by, rows[id_].worst_loss) == (None, None, 0)


def test_a_given_time_to_recover_is_everybodys() -> None:
    rows = found(recovery=26.0)

    assert rows["osat"].lost == pytest.approx(0.5)
    assert (rows["osat"].weeks, rows["osat"].estimated) == (26, False)
    assert found(recovery=0.0)["osat"].first_felt is None


def test_a_country_does_not_take_along_what_its_designers_have_made_abroad() -> None:
    countries = found(by=["country"])

    assert countries["TW"].lost == pytest.approx(0.25)
    assert countries["JP"].lost == pytest.approx(0.375)
    assert countries["US"].first_felt is None
    assert found(by=["commodity"])["slot"].lost == pytest.approx(0.25)
    assert found(by=["supply"])["resin-co/resin@JP"].lost == pytest.approx(0.375)


def test_equal_losses_are_solved_once() -> None:
    result = exposures(slots(), AT, by=["organization", "supply"], horizon=4)

    # Untouched, slots cut, resin out, and the designer's own.
    assert result.solved == 4
    assert len(result.rows) == len({(r.kind, r.id) for r in result.rows}) == 11
    assert [r.lost for r in result.rows] == sorted((r.lost for r in result.rows), reverse=True)
    assert result.of(EntityId("supply", "osat/slot@TW")) is not None
    assert result.of(EntityId("supply", "nobody")) is None


def test_questions_without_an_answer_are_refused() -> None:
    with pytest.raises(ValueError, match="a horizon of 0 quarters is none"):
        exposures(slots(), AT, horizon=0)
    with pytest.raises(ValueError, match="made from 2022Q1 to 2025Q4; 2026Q1 is outside"):
        exposures(slots(), Quarter(2025, 4), horizon=2)
    with pytest.raises(AskError, match="slot is no accelerator, and a loss is counted in these"):
        exposures(slots(), AT, products=["slot"], horizon=2)
    with pytest.raises(ValueError, match="none of the asked accelerators is made from 2024Q1"):
        exposures(slots(), AT, products=[], horizon=2)


def test_a_stop_fills_quarters_from_the_first() -> None:
    grid = quarter_range(AT + -1, AT + 2)

    assert kept_while_down(grid, AT, np.array([0.0, 3.25, 19.5, np.inf])).tolist() == [
        [1, 1, 1, 1],
        [1, 0.75, 1, 1],
        [1, 0, 0.5, 1],
        [1, 0, 0, 0],
    ]


def test_defaults_go_by_what_a_thing_is_needed_as() -> None:
    known = recovery_weeks(slots())

    assert known["osat/slot@TW"] == Known(13, estimated=True)
    assert known["resin-co/resin@JP"] == Known(26, estimated=True)
    assert known["oven-co/oven@DE"] == Known(52, estimated=True)
    assert known["fabless/chip@US"] == Known(
        DEFAULT_WEEKS["component"], estimated=True
    )  # racks need it
    assert known["rack-co/rack@US"] == Known(DEFAULT_WEEKS["design"], estimated=True)  # nobody does


def test_what_is_over_or_to_come_is_not_removable() -> None:
    net = network(
        commodity("good"),
        organization("old", supply("old", "good", end=AT + -1)),
        organization("new", supply("new", "good", start=AT + 3)),
    )

    assert [e.id for e in removable(net, AT, AT + 2, ["organization"])] == []
    assert [e.id for e in removable(net, AT, AT + 3, ["organization"])] == ["new"]


# The built-in data.


@cache
def data() -> Network:
    return sc.load()


def built_in(*ids: str) -> Exposures:
    at = Quarter(2024, 4)
    everything = removable(data(), at, at + 7, ["organization", "country"])
    removed = [e for e in everything if e.id in ids]
    return exposures(data(), at, removed=removed)


@cache
def known() -> Exposures:
    return built_in(
        "tsmc", "asml", "sk-hynix", "zeiss-smt", "ajinomoto", "nittobo", "meta", "coreweave", "NL"
    )


def test_a_loss_costs_what_the_simulation_of_the_same_cut_says() -> None:
    at = Quarter(2024, 4)
    cut = Cut("org:ajinomoto", 1.0, at, at + 2)
    result = sc.simulate(data(), [cut], at, at + 7)
    before, after = result.h100e()
    row = known().of(EntityId("organization", "ajinomoto"))

    assert row is not None
    assert row.weeks == 39  # three quarters
    assert row.lost == pytest.approx(1 - after / before, abs=1e-6)
    assert known().h100e == pytest.approx(before)


def test_tsmc_is_felt_at_once_and_asml_late() -> None:
    rows = {r.id: r for r in known().rows}
    first, last = known().first, known().last

    assert rows["tsmc"].first_felt == first
    assert rows["tsmc"].score > 90
    assert rows["tsmc"].survives == 0
    assert rows["asml"].worst is not None
    assert rows["asml"].worst - first >= 5  # most is missing more than a year later
    assert 20 < rows["asml"].score < rows["tsmc"].score / 2
    assert rows["zeiss-smt"].first_felt is not None
    assert rows["zeiss-smt"].first_felt - first >= 3
    assert rows["sk-hynix"].score > 25
    assert rows["ajinomoto"].survives == pytest.approx(23, abs=3)
    assert rows["nittobo"].first_felt == Quarter(2025, 2)
    assert rows["tsmc"].recovered_by is None
    assert last == Quarter(2026, 3)


def test_a_loss_is_the_same_alone_as_among_others() -> None:
    [alone] = built_in("ajinomoto").rows
    [among] = [r for r in known().rows if r.id == "ajinomoto"]

    # Batches of other widths add up in another order.
    assert alone.lost == pytest.approx(among.lost, rel=1e-9)
    assert (alone.worst, alone.first_felt, alone.recovered_by, alone.survives) == (
        among.worst,
        among.first_felt,
        among.recovered_by,
        among.survives,
    )


def test_one_designers_loss_is_all_of_its_product_and_little_of_the_rest() -> None:
    at = Quarter(2024, 4)
    [own] = [e for e in removable(data(), at, at + 7, ["supply"]) if e.id == "google/tpu-v6e@US"]
    [all_] = exposures(data(), at, None, removed=[own]).rows
    [only] = exposures(data(), at, ["tpu-v6e"], removed=[own]).rows

    assert only.lost > 10 * abs(all_.lost)


def test_a_frame_has_a_row_for_each() -> None:
    frame = known().to_frame()

    assert len(frame) == len(known().rows)
    assert frame["score"].tolist() == [r.score for r in known().rows]
    assert frame.loc[frame["id"] == "tsmc", "first_felt"].item() == "2024Q4"


def test_joint_removals_are_entities_of_their_own() -> None:
    at = Quarter(2024, 4)
    single = {e.id: e for e in removable(data(), at, at + 7, ["organization"])}
    both = Entity(
        "organization",
        "samsung+micron",
        "both",
        tuple(sorted({*single["samsung"].supplies, *single["micron"].supplies})),
    )
    rows = {r.id: r for r in exposures(data(), at, removed=[both, single["micron"]]).rows}

    assert rows["samsung+micron"].lost > rows["micron"].lost + 0.05


# What the sweep rests on.


def designed(end: Quarter | None = None) -> Network:
    """A chip that launches a quarter after the loss, of a design house."""
    return network(
        product(
            "chip",
            "fabless",
            need("slot", per_unit=1, cycle_weeks=0.0),
            need("layout", role="design"),
            launch=AT + 1,
            end=end,
        ),
        commodity("slot"),
        commodity("layout", stage="design"),
        organization("fabless"),
        organization("house", supply("house", "layout", "IL")),
        organization(
            "osat",
            supply("osat", "slot", "TW", "line"),
            capacities=[capacity("osat", "line", RATES, {"fabless": 1.0})],
        ),
    )


def test_a_lost_design_delays_the_launch_by_what_is_missed() -> None:
    result = exposures(designed(), AT, horizon=4, recovery=13.0)
    [row] = [r for r in result.rows if r.id == "house"]

    # Three quarters of sales were to come; a slot cannot wait, so one of them is lost.
    assert row.lost == pytest.approx(1 / 3)
    assert row.first_felt == row.worst == AT + 1
    assert row.survives is None  # no line stands still


def test_a_launch_is_never_moved_beyond_the_last_quarter_of_sales() -> None:
    [moved] = delayed(designed(end=AT + 3), {"chip": 9})
    [free] = delayed(designed(), {"chip": 9})

    assert (moved.start, free.start) == (AT + 3, AT + 10)


def test_many_outages_delay_launches_as_each_alone() -> None:
    net = designed()
    grid = quarter_range(AT + -2, AT + 3)
    own = np.ones((3, len(net.supplies), len(grid)))
    [house] = [i for i, s in enumerate(net.supplies) if s.organization == "house"]
    own[1, house, 2:] = 0.0
    own[2, house, 2:3] = 0.2

    together = launch_delays(net, grid, own)

    assert together == ({}, {"chip": 1}, {"chip": 1})
    assert together == tuple(slips(net, grid, one) for one in own)


def test_upstream_follows_needs_against_the_flow() -> None:
    net = slots()
    of = web(net, quarter_range(AT, AT + 3))
    start = np.array([s.commodity == "slot" for s in net.supplies])
    reached = {net.supplies[i].commodity for i in np.flatnonzero(upstream(of, start))}

    assert reached == {"slot", "resin", "oven"}
