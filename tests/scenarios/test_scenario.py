"""Cuts: how they are written, what they hit, and how they add up."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from supplychain.model import Cut, Network
from supplychain.model.quarters import Quarter, quarter_range
from supplychain.model.units import share
from supplychain.scenarios.targets import find_supplies, parse_cut, shares_kept
from tests.networks import commodity, network, organization, supply

Q1 = Quarter(2024, 1)
QUARTERS = quarter_range(Q1, Quarter(2024, 4))
WINDOW = (QUARTERS[0], QUARTERS[-1])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20%", 0.2),
        ("0.2", 0.2),
        ("0%", 0),
        ("100 %", 1),
        ("12.5%", 0.125),
        ("0", 0),
        ("+20%", 0.2),
        (" 20% ", 0.2),
        ("0.5%", 0.005),
        ("1/5", 0.2),
        ("1e-1", 0.1),
        ("1", 1),
    ],
)
def test_a_share_is_a_percentage_or_a_fraction(text: str, value: float) -> None:
    assert share(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("20", "'20' is ambiguous; write 20% or 0.2"),
        ("1.5", "'1.5' is ambiguous; write 1.5% or 0.015"),
        ("100", "'100' is ambiguous; write 100% or 1"),
        ("200", "'200' is outside what it can be: a share from 0% to 100%"),
        ("-0.2", "'-0.2' is negative; write 0.2"),
        (" -20%", "'-20%' is negative; write 20%"),
        ("120%", "'120%' is outside what it can be: a share from 0% to 100%"),
        ("6/5", "'6/5' is outside what it can be: a share from 0% to 100%"),
        ("\u0662\u0660%", "'\u0662\u0660%' is not a share from 0% to 100%; write for example 20%"),
        ("1" * 60, f"'{'1' * 40}…' is outside what it can be: a share from 0% to 100%"),
        ("1" * 400, f"'{'1' * 40}…' is not a share from 0% to 100%; write for example 20%"),
        ("much", "'much' is not a share from 0% to 100%; write for example 20%"),
        ("", "'' is not a share from 0% to 100%; write for example 20%"),
        ("%", "'%' is not a share from 0% to 100%; write for example 20%"),
        ("20,5%", "'20,5%' is not a share from 0% to 100%; write for example 20%"),
        ("20%%", "'20%%' is not a share from 0% to 100%; write for example 20%"),
        ("inf", "'inf' is not a share from 0% to 100%; write for example 20%"),
        ("nan", "'nan' is not a share from 0% to 100%; write for example 20%"),
    ],
)
def test_what_is_no_share_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        share(text)
    assert str(caught.value) == message


def test_the_forms_of_a_cut() -> None:
    last = Quarter(2024, 3)

    assert parse_cut("hbm=20%") == Cut("hbm", 0.2)
    assert parse_cut("org:x=0.5@2024Q1") == Cut("org:x", 0.5, Q1, Q1)
    assert parse_cut("hbm*=5%@2024Q1:2024Q3") == Cut("hbm*", 0.05, Q1, last)
    assert parse_cut("hbm=5%@2024Q1:") == Cut("hbm", 0.05, Q1, None)
    assert parse_cut("hbm=5%@2024Q1:2024Q1") == Cut("hbm", 0.05, Q1, Q1)
    assert parse_cut("supply:tsmc/cowos-s-wafer=1%") == Cut("supply:tsmc/cowos-s-wafer", 0.01)
    assert parse_cut(" hbm = 20% ") == Cut("hbm", 0.2)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hbm", "'hbm' is not a cut; write for example hbm=20%@2024Q1:2024Q4"),
        ("=20%", "'=20%' is not a cut; write for example hbm=20%@2024Q1:2024Q4"),
        ("hbm=", "'hbm=' is not a cut; write for example hbm=20%@2024Q1:2024Q4"),
        ("hbm 20%", "'hbm 20%' is not a cut; write for example hbm=20%@2024Q1:2024Q4"),
        ("hbm=20", "'20' is ambiguous; write 20% or 0.2"),
        ("hbm=20%@", "'' is not a quarter; write a year and Q1 to Q4, like 2024Q1"),
        ("hbm=20%@:2024Q1", "'' is not a quarter; write a year and Q1 to Q4, like 2024Q1"),
        ("hbm=20%@2024Q1:2024Q9",
         "'2024Q9' is not a quarter; write a year and Q1 to Q4, like 2024Q1"),
        ("hbm=20%@2024Q5", "'2024Q5' is not a quarter; write a year and Q1 to Q4, like 2024Q1"),
        ("hbm=20%@2024Q3:2024Q1", "'hbm=20%@2024Q3:2024Q1': 2024Q1 is before 2024Q3"),
    ],
)  # fmt: skip
def test_what_is_no_cut_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse_cut(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("cut", "text"),
    [
        (Cut("hbm", 0.2), "hbm −20%"),
        (Cut("hbm", 0.125, Q1, Q1), "hbm −12.5% in 2024Q1"),
        (Cut("hbm", 0.2, Q1, Quarter(2024, 3)), "hbm −20% from 2024Q1 to 2024Q3"),
        (Cut("hbm", 0.2, Q1), "hbm −20% from 2024Q1"),
        (
            Cut("fab", 1.0, Q1, None, ((0.0, 0.0), (26.0, 1.0))),
            "fab −100% from 2024Q1, recovered after 26 weeks",
        ),
    ],
)
def test_a_cut_in_words(cut: Cut, text: str) -> None:
    assert str(cut) == text


def small() -> Network:
    memory = dataclasses.replace(commodity("hbm3", stage="memory"), groups=("memories",))
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
        ("memories", ["child/hbm3@KR", "fab/hbm3@TW"]),
        ("fab", ["fab/hbm3@TW", "fab/wafer@TW"]),
        ("parent", ["child/hbm3@KR"]),
        ("child", ["child/hbm3@KR"]),
        ("commodity:twin", ["twin/twin@JP"]),
        ("country:KR", ["child/hbm3@KR"]),
        ("supply:fab/hbm3@TW", ["fab/hbm3@TW"]),
        ("supply:*/hbm3", ["child/hbm3@KR", "fab/hbm3@TW"]),
        ("fab/*", ["fab/hbm3@TW", "fab/wafer@TW"]),
        ("*@KR", ["child/hbm3@KR"]),
        ("hbm[0-9]", ["child/hbm3@KR", "fab/hbm3@TW"]),
        ("?afer", ["fab/wafer@TW"]),
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
        ("org:fabs", "no organization is called 'fabs'; did you mean 'fab'?"),
        ("supply:fab/wafers", "no commodity is called 'wafers'; did you mean 'wafer'?"),
        ("supply:fab",
         "nothing in the data has the name 'fab'; supplychain graph shows what it holds"),
        ("country:US",
         "no plant of the data stands in the United States (US), so nothing can be cut"),
        ("country:Tawian", "no country is called 'Tawian'; did you mean 'TW' (Taiwan)?"),
        ("Tawian",
         "nothing in the data has the name 'Tawian'; did you mean 'country:TW' (Taiwan)?"),
        ("memorie", "nothing in the data has the name 'memorie'; did you mean 'memories'?"),
        ("memory",
         "nothing in the data has the name 'memory'; supplychain graph shows what it holds"),
        ("", "nothing in the data has the name ''; supplychain graph shows what it holds"),
        ("firm:fab", "'firm:fab': a target begins with org:, country:, commodity:, group: or "
         "supply:, or is an id, a name or a group"),
        ("zzz*", "nothing in the data has the name 'zzz*'; supplychain graph shows what it holds"),
    ],
)  # fmt: skip
def test_a_target_that_hits_nothing_or_two_things(target: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        find_supplies(small(), target)
    assert str(caught.value) == message


def test_a_group_and_an_organization_of_one_name_are_told_apart() -> None:
    net = network(
        dataclasses.replace(commodity("hbm3"), groups=("fab",)),
        organization("fab", supply("fab", "hbm3")),
    )

    with pytest.raises(ValueError, match=r".") as caught:
        find_supplies(net, "fab")
    assert str(caught.value) == "'fab' can mean group:fab or org:fab: say which"


def kept(*cuts: Cut) -> list[float]:
    net = small()
    [row] = [
        row
        for supply_, row in zip(
            net.supplies,
            shares_kept(net, cuts, net.supplies, QUARTERS, QUARTERS[0]).tolist(),
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


def test_the_order_of_cuts_does_not_change_a_bit() -> None:
    net = small()
    cuts = [Cut("hbm3", 0.1), Cut("fab", 0.3), Cut("country:TW", 0.7), Cut("memories", 0.2, Q1)]
    results = {
        shares_kept(net, order, net.supplies, QUARTERS, QUARTERS[0]).tobytes()
        for order in itertools.permutations(cuts)
    }

    assert len(results) == 1
    assert kept(*cuts) == [pytest.approx(0.9 * 0.7 * 0.3 * 0.8)] * 4


def test_one_cut_twice_cuts_twice() -> None:
    assert kept(Cut("fab", 0.5), Cut("fab", 0.5)) == [0.25] * 4


def test_what_no_cut_hits_is_kept() -> None:
    net = small()
    shares = shares_kept(net, [Cut("hbm3", 1.0)], net.supplies, QUARTERS, QUARTERS[0])

    assert {s.id: row for s, row in zip(net.supplies, shares.tolist(), strict=True)} == {
        "child/hbm3@KR": [0.0] * 4,
        "fab/hbm3@TW": [0.0] * 4,
        "fab/wafer@TW": [1.0] * 4,
        "twin/twin@JP": [1.0] * 4,
    }
    assert shares_kept(net, [], net.supplies, QUARTERS, QUARTERS[0]).tolist() == [[1.0] * 4] * 4


def test_a_cut_without_an_end_goes_on() -> None:
    net = small()
    fab = find_supplies(net, "supply:fab/wafer")

    def row(cut: Cut) -> list[float]:
        [shares] = shares_kept(net, [cut], fab, QUARTERS, QUARTERS[1])
        return [float(share) for share in shares]

    assert row(Cut("fab", 0.5)) == [1.0, 0.5, 0.5, 0.5]
    assert row(Cut("fab", 0.5, Q1)) == [0.5, 0.5, 0.5, 0.5]
    assert row(Cut("fab", 0.5, Q1, QUARTERS[3])) == [0.5] * 4


def test_a_curve_that_bends_within_a_quarter() -> None:
    # Its first quarter is half at nothing and half on a line from 0 to 0.5; then it is level.
    curve = ((0.0, 0.0), (6.5, 0.0), (13.0, 0.5))

    assert kept(Cut("fab", 1.0, QUARTERS[1], None, curve)) == [1.0, 0.125, 0.5, 0.5]


def test_a_curve_without_quarters_begins_with_the_window() -> None:
    assert kept(Cut("fab", 1.0, recovery=((0.0, 0.0), (26.0, 1.0)))) == [0.25, 0.75, 1.0, 1.0]


def test_a_target_that_hits_nothing_stops_the_question() -> None:
    with pytest.raises(ValueError, match="nothing in the data has the name 'hbm33'"):
        kept(Cut("hbm33", 0.2))
