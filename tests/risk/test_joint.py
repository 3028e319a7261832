"""Joint losses, country by stage, concentration over the years."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.risk import chokepoints
from supplychain.risk.concentration import history
from supplychain.risk.joint import JointCut, joint_cuts
from supplychain.risk.matrix import Need, country_by_stage
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


def memory() -> Network:
    """Two chips; the small one has its memory of the first maker alone."""
    return network(
        product("big", "nv", need("dram"), need("slot")),
        product("small", "nv", need("sram"), need("slot")),
        commodity("dram", stage="memory"),
        commodity("sram", stage="memory"),
        commodity("slot"),
        commodity("gas", stage="materials"),
        organization("nv"),
        organization("one", supply("one", "dram", "KR"), supply("one", "sram", "KR")),
        organization("two", supply("two", "dram", "KR")),
        organization("osat-a", supply("osat-a", "slot", "TW")),
        organization("osat-b", supply("osat-b", "slot", "MY")),
        organization("idle", supply("idle", "gas", "US")),
    )


WEIGHTS = {"big": 3.0, "small": 1.0}


def test_sets_are_ranked_by_what_falls_only_with_all_of_them() -> None:
    found = joint_cuts(memory(), None, AT, "organization", 2, WEIGHTS)

    assert found.rows == (
        JointCut(("osat-a", "osat-b"), ("OSAT-A", "OSAT-B"), ("big", "small"), 1.0, 0.0),
        # The first maker alone loses the small chip already; together they lose more.
        JointCut(("one", "two"), ("ONE", "TWO"), ("big",), 1.0, 0.25),
    )
    assert [row.super_additive for row in found.rows] == [True, True]
    assert found.singles == {"big": ("nv",), "small": ("nv", "one")}


def test_what_each_loses_alone_is_counted_for_both() -> None:
    # Either loses "both"; only together they lose "either".
    net = network(
        product("either", "nv", need("x")),
        product("both", "nv", need("y"), need("z")),
        commodity("x"),
        commodity("y"),
        commodity("z"),
        organization("nv"),
        organization("m", supply("m", "x"), supply("m", "y")),
        organization("n", supply("n", "x"), supply("n", "z")),
    )
    [row] = joint_cuts(net, None, AT, weights={"either": 1.0, "both": 3.0}).rows

    assert (row.ids, row.products) == (("m", "n"), ("either",))
    assert (row.at_stake, row.apart) == (1.0, 1.5)
    assert not row.super_additive


def test_the_designer_is_in_no_set() -> None:
    net = network(
        product("chip", "nv", need("part")),
        commodity("part"),
        organization("nv", supply("nv", "part", "US")),
        organization("other", supply("other", "part", "TW")),
    )

    assert joint_cuts(net, None, AT, order=3).rows == ()


@pytest.mark.parametrize("order", [0, 4])
def test_other_orders_are_refused(order: int) -> None:
    with pytest.raises(ValueError, match=f"an order of {order} is not 1 to 3"):
        joint_cuts(memory(), None, AT, order=order)


def test_commodities_have_no_cut_sets() -> None:
    with pytest.raises(ValueError, match="cut sets are of organizations, supplies or countries"):
        joint_cuts(memory(), None, AT, "commodity")


def test_each_country_counts_in_the_stage_it_is_needed_in() -> None:
    assert country_by_stage(memory(), None, AT, WEIGHTS) == {("KR", "memory"): Need(1.0, 1.0)}
    assert country_by_stage(memory(), ["gas"], AT) == {("US", "materials"): Need(1.0, 1.0)}


def test_nearly_needed_is_counted_apart() -> None:
    net = network(
        product("chip", "nv", need("part")),
        commodity("part"),
        organization("nv"),
        *(
            organization(o, supply(o, "part", c, share=MappingProxyType({2024: figure(s)})))
            for o, c, s in (("most", "JP", 0.9), ("rest", "TW", 0.1))
        ),
    )

    assert country_by_stage(net, None, AT) == {("JP", "packaging"): Need(0.0, 1.0)}


def test_concentration_over_the_years_with_a_figure() -> None:
    def shared(name: str, *shares: tuple[int, float]) -> object:
        held = MappingProxyType({year: figure(share) for year, share in shares})
        return organization(name, supply(name, "part", share=held))

    net = network(
        commodity("part"),
        shared("a", (2022, 1.0), (2024, 0.5)),  # type: ignore[arg-type]
        shared("b", (2022, 0.0), (2024, 0.5), (2026, 0.5)),  # type: ignore[arg-type]
    )
    past = history(net, "part", Quarter(2025, 1))

    assert [(str(c.at), c.hhi) for c in past] == [("2022Q4", 10_000), ("2024Q4", 5_000)]
    assert [str(c.at) for c in history(net, "part", Quarter(2024, 2))] == ["2022Q4", "2024Q2"]


def test_capacities_are_figures_of_their_years_too() -> None:
    lines = (
        ("a", {Quarter(2023, 1): 10.0, Quarter(2024, 1): 10.0}),
        ("b", {Quarter(2023, 1): 30.0}),
    )
    net = network(
        commodity("part"),
        *(
            organization(o, supply(o, "part", draws="line"), capacities=[capacity(o, "line", r)])
            for o, r in lines
        ),
    )

    assert [c.hhi for c in history(net, "part", Quarter(2026, 1))] == [6250, 6250]


def test_a_house_that_belongs_to_the_designer_is_its_own() -> None:
    net = network(
        product("chip", "nv", need("layout", role="design"), need("part")),
        commodity("layout", stage="design"),
        commodity("part"),
        organization("nv"),
        organization("house", supply("house", "layout", "IL"), owner="nv"),
        organization("free", supply("free", "part", "TW")),
    )
    rows = {r.id: r.trivial for r in chokepoints(net, at=AT, by=["organization", "country"]).rows}

    assert rows == {"nv": True, "house": True, "free": False, "US": True, "IL": True, "TW": False}
