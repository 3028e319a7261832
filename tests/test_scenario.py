"""Cuts: how they are written, what they hit, and how they add up."""

from __future__ import annotations

import pytest

from supplychain.model import Network
from supplychain.quarters import Quarter, quarter_range
from supplychain.scenario import Cut, find_supplies, parse_cut, parse_share, shares_kept
from tests.networks import commodity, network, organization, supply

Q1 = Quarter(2024, 1)
QUARTERS = quarter_range(Q1, Quarter(2024, 4))
WINDOW = (QUARTERS[0], QUARTERS[-1])


@pytest.mark.parametrize(
    ("text", "share"), [("20%", 0.2), ("0.2", 0.2), ("0%", 0), ("100 %", 1), ("12.5%", 0.125)]
)
def test_a_share_is_a_percentage_or_a_fraction(text: str, share: float) -> None:
    assert parse_share(text) == share


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("20", "'20' is ambiguous; write 20% or 0.2"),
        ("-20%", "'-20%' is negative; a cut is a reduction already, write 20%"),
        ("120%", "'120%' is more than everything; a cut is at most 100%"),
        ("much", "'much' is not a share from 0% to 100%; write for example 20%"),
        ("nan", "'nan' is not a share from 0% to 100%; write for example 20%"),
    ],
)
def test_what_is_no_share_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse_share(text)
    assert str(caught.value) == message


def test_the_forms_of_a_cut() -> None:
    last = Quarter(2024, 3)

    assert parse_cut("hbm=20%") == Cut("hbm", 0.2)
    assert parse_cut("org:x=0.5@2024Q1") == Cut("org:x", 0.5, Q1, Q1)
    assert parse_cut("hbm*=5%@2024Q1:2024Q3") == Cut("hbm*", 0.05, Q1, last)
    assert parse_cut("hbm=5%@2024Q1:") == Cut("hbm", 0.05, Q1, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hbm", "'hbm' is not a cut; write for example hbm=20%@2024Q1:2024Q4"),
        ("=20%", "'=20%' is not a cut; write for example hbm=20%@2024Q1:2024Q4"),
        ("hbm=20%@2024Q5", "'2024Q5' is not a quarter; write a year and Q1 to Q4, like 2024Q1"),
        ("hbm=20%@2024Q3:2024Q1", "'hbm=20%@2024Q3:2024Q1': 2024Q1 is before 2024Q3"),
    ],
)
def test_what_is_no_cut_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse_cut(text)
    assert str(caught.value) == message


def small() -> Network:
    memory = commodity("hbm3", stage="memory")
    return network(
        memory,
        commodity("wafer"),
        commodity("twin"),
        organization("parent"),
        organization("child", supply("child", "hbm3", "KR"), owner="parent"),
        organization("fab", supply("fab", "wafer", "TW"), supply("fab", "hbm3", "TW")),
        organization("twin", supply("twin", "twin", "JP")),
    )


@pytest.mark.parametrize(
    ("target", "hit"),
    [
        ("hbm3", ["child/hbm3@KR", "fab/hbm3@TW"]),
        ("commodity:hbm3", ["child/hbm3@KR", "fab/hbm3@TW"]),
        ("fab", ["fab/hbm3@TW", "fab/wafer@TW"]),
        ("org:parent", ["child/hbm3@KR"]),
        ("country:tw", ["fab/hbm3@TW", "fab/wafer@TW"]),
        ("supply:fab/wafer", ["fab/wafer@TW"]),
        ("w*", ["fab/wafer@TW"]),
        ("org:twin", ["twin/twin@JP"]),
    ],
)
def test_what_a_target_hits(target: str, hit: list[str]) -> None:
    assert sorted(s.id for s in find_supplies(small(), target)) == hit


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("twin", "'twin' can mean commodity:twin or org:twin: say which"),
        ("hbm33", "nothing in the data has the name 'hbm33'; did you mean 'hbm3'?"),
        ("firm:fab", "'firm:fab': a target begins with org:, country:, commodity: or supply:, "
         "or is an id or a group"),
        ("zzz*", "nothing in the data has the name 'zzz*'; supplychain graph shows what it holds"),
    ],
)  # fmt: skip
def test_a_target_that_hits_nothing_or_two_things(target: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        find_supplies(small(), target)
    assert str(caught.value) == message


def kept(*cuts: Cut) -> list[float]:
    net = small()
    [row] = [
        row
        for supply_, row in zip(
            net.supplies,
            shares_kept(net, cuts, net.supplies, QUARTERS, WINDOW).tolist(),
            strict=True,
        )
        if supply_.id == "fab/hbm3@TW"
    ]
    return [round(share, 9) for share in row]


def test_cuts_of_one_supply_multiply_in_any_order() -> None:
    one, other = Cut("hbm3", 0.2), Cut("fab", 0.5, QUARTERS[1], QUARTERS[2])

    assert kept(one, other) == kept(other, one) == [0.8, 0.4, 0.4, 0.8]


def test_a_recovery_curve_is_averaged_over_each_quarter() -> None:
    # Down for a quarter, then in a straight line back to normal over two.
    curve = ((0.0, 0.0), (13.0, 0.0), (39.0, 1.0))

    assert kept(Cut("fab", 1.0, Q1, None, curve)) == [0.0, 0.25, 0.75, 1.0]
    assert kept(Cut("fab", 0.5, Q1, None, curve)) == [0.5, 0.625, 0.875, 1.0]
