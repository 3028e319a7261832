"""Shares of supply and their concentration: worked by hand."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplychain.model import Figure, Network, Organization, Supply
from supplychain.model.quarters import Quarter
from supplychain.model.shares import shares_of
from supplychain.risk.concentration import (
    Concentration,
    Holder,
    concentration,
    concentrations,
)
from tests.networks import capacity, commodity, figure, network, organization, supply

AT = Quarter(2024, 1)


def reported(value: float) -> Figure:
    return Figure(value, value, value, sources=("a",))


def of_shares(**shares: float) -> Network:
    """A film of makers with the given shares of 2023, all in Japan."""
    return network(
        commodity("film"),
        *(
            organization(o, supply(o, "film", "JP", share=MappingProxyType({2023: reported(s)})))
            for o, s in shares.items()
        ),
    )


def known(net: Network, by: Holder = "organization", at: Quarter = AT) -> Concentration:
    found = concentration(net, "film", at, by)
    assert found is not None
    return found


def test_index_effective_number_and_top_share() -> None:
    # 60² + 30² + 10² = 4,600; 10,000 / 4,600 = 2.17 makers.
    found = known(of_shares(a=0.6, b=0.3, c=0.1))

    assert found.hhi == pytest.approx(4_600)
    assert found.effective == pytest.approx(10_000 / 4_600)
    assert (found.top, found.top_share) == ("a", 0.6)
    assert found.level == "high"
    assert not found.estimated


@pytest.mark.parametrize(
    ("shares", "level"),
    [
        ([0.05] * 20, "low"),  # 500
        ([0.2, 0.2, 0.2, 0.2, 0.2], "high"),  # 2,000
        ([0.25, 0.25, 0.1, 0.1, 0.1, 0.1, 0.1], "moderate"),  # 1,750
    ],
)
def test_levels_of_the_merger_guidelines(shares: list[float], level: str) -> None:
    assert known(of_shares(**{f"o{i}": s for i, s in enumerate(shares)})).level == level


def test_makers_that_the_data_does_not_name_count_as_many_small_ones() -> None:
    found = known(of_shares(a=0.4))

    assert found.shares == {"a": 0.4}
    assert found.hhi == pytest.approx(1_600)


def test_shares_by_owner_and_country() -> None:
    net = network(
        commodity("film"),
        organization("group"),
        *(
            organization(o, supply(o, "film", c, share={2023: reported(s)}), owner=w)
            for o, c, s, w in (
                ("a", "JP", 0.4, "group"),
                ("b", "JP", 0.3, ""),
                ("c", "DE", 0.3, "group"),
            )
        ),
    )

    assert known(net, "owner").shares == {"b": 0.3, "group": 0.7}
    assert known(net, "country").shares == {"DE": 0.3, "JP": 0.7}
    assert known(net, "country").alarm
    assert not known(net, "owner").alarm


def test_one_region_alarms_above_65_percent() -> None:
    def made(share: float) -> Network:
        return network(
            commodity("film"),
            organization("a", supply("a", "film", "JP", share={2023: reported(share)})),
            organization("b", supply("b", "film", "US", share={2023: reported(1 - share)})),
        )

    assert not known(made(0.65), "country").alarm
    assert known(made(0.66), "country").alarm


def test_capacities_decide_where_all_are_known() -> None:
    net = network(
        commodity("film"),
        organization(
            "a",
            supply("a", "film", "JP", "line", share={2023: reported(0.9)}),
            capacities=[capacity("a", "line", {Quarter(2022, 1): 100, AT: 300})],
        ),
        organization(
            "b",
            supply("b", "film", "US", "line"),
            capacities=[capacity("b", "line", 100)],
        ),
    )

    assert known(net).shares == {"a": 0.75, "b": 0.25}
    assert known(net, at=AT + -1).shares == {"a": 0.5, "b": 0.5}


def test_units_of_capacity_per_unit_of_output_count() -> None:
    def maker(o: str, draw: float) -> Organization:
        made = Supply(o, "film", "JP", draws=MappingProxyType({"line": figure(draw)}))
        return organization(o, made, capacities=[capacity(o, "line", 100)])

    net = network(commodity("film"), maker("a", 1.0), maker("b", 3.0))

    assert known(net).shares == {"a": 0.75, "b": 0.25}


def test_makers_without_a_share_split_the_remainder() -> None:
    net = network(
        commodity("film"),
        organization("a", supply("a", "film", "JP", share={2023: reported(0.7)})),
        organization("b", supply("b", "film", "JP")),
        organization("c", supply("c", "film", "US")),
    )

    assert known(net).shares == pytest.approx({"a": 0.7, "b": 0.15, "c": 0.15})
    assert known(net).estimated


def test_metered_makers_split_the_remainder_by_capacity() -> None:
    net = network(
        commodity("film"),
        organization("a", supply("a", "film", "JP", share={2023: reported(0.6)})),
        *(
            organization(o, supply(o, "film", "US", "line"), capacities=[capacity(o, "line", c)])
            for o, c in (("b", 10), ("c", 30))
        ),
    )

    assert known(net).shares == pytest.approx({"a": 0.6, "b": 0.1, "c": 0.3})


def test_rounded_shares_above_one_are_scaled() -> None:
    assert sum(known(of_shares(a=0.51, b=0.51)).shares.values()) == pytest.approx(1)


def test_a_sole_maker_without_any_figure_has_it_all() -> None:
    found = known(network(commodity("film"), organization("a", supply("a", "film"))))

    assert (found.shares, found.hhi, found.estimated) == ({"a": 1.0}, 10_000, True)


def test_a_line_that_is_not_active_has_no_share() -> None:
    net = network(commodity("film"), organization("a", supply("a", "film", start=AT + 1)))

    assert concentration(net, "film", AT) is None
    assert concentrations(net, AT) == ()
    assert [c.commodity for c in concentrations(net, AT + 1)] == ["film"]


@given(st.lists(st.none() | st.floats(0, 1, allow_nan=False), min_size=1, max_size=6))
def test_shares_add_up_to_at_most_one(shares: list[float | None]) -> None:
    supplies = [
        supply(f"o{i}", "film", share={} if s is None else {2023: figure(s)})
        for i, s in enumerate(shares)
    ]
    net = network(commodity("film"), *(organization(s.organization, s) for s in supplies))
    values = shares_of(net, supplies, AT).value

    assert all(0 <= v <= 1 for v in values)
    assert sum(values) <= 1 + 1e-12
