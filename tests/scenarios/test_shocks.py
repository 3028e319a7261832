"""Shocks that change the data, and figures replaced by assumption."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from supplychain.model import (
    AddLine,
    Ban,
    Buyer,
    ChangeOrders,
    Launch,
    Network,
    Orders,
    Qualify,
    Shock,
)
from supplychain.model.quarters import Quarter
from supplychain.scenarios.assumptions import assumed
from supplychain.scenarios.changes import changed, first_quarter
from tests.networks import (
    FIRST,
    capacity,
    commodity,
    figure,
    need,
    network,
    organization,
    product,
    supply,
)

Q = Quarter(2024, 1)


def small() -> Network:
    orders = Orders(("gpu",), MappingProxyType({Q: figure(100), Q + 1: figure(100)}))
    return network(
        commodity("hbm", stage="memory"),
        product(
            "gpu",
            "nv",
            need("hbm", per_unit=8.0, makers={"a": Q, "b": Q + 4}),
            launch=Q + 2,
            end=Q + 8,
        ),
        organization("nv"),
        organization(
            "a",
            supply("a", "hbm", draws="line"),
            capacities=[capacity("a", "line", {FIRST: 10.0, Q + 4: 20.0})],
        ),
        organization("b", supply("b", "hbm")),
        Buyer("lab", "Lab", "poor", "lab", "US", orders=(orders,)),
    )


def makers(net: Network) -> dict[str, Quarter]:
    return dict(net.commodities["gpu"].needs[0].makers or {})


def test_a_qualification_moves_or_goes() -> None:
    early = changed(small(), [Qualify("b", "hbm", "gpu", Q + 1)])
    never = changed(small(), [Qualify("a", "hbm", "", None)])

    assert makers(early) == {"a": Q, "b": Q + 1}
    assert makers(never) == {"b": Q + 4}


def test_a_launch_moves() -> None:
    net = changed(small(), [Launch("gpu", Q + 5)])
    made = net.commodities["gpu"].product
    [sold] = net.makers("gpu")

    assert made is not None
    assert made.launch == Q + 5
    assert sold.start == Q + 5


def test_a_line_grows_from_its_quarter_on() -> None:
    [line] = changed(small(), [AddLine("a.line", 5.0, Q + 2)]).organizations["a"].capacities

    assert [line.per_quarter(Q + i) for i in (1, 2, 3, 4, 9)] == [10, 15, 15, 25, 25]


def test_orders_change_in_their_quarters() -> None:
    net = changed(small(), [ChangeOrders("all", (), 0.5, Q + 1, None)])
    [line] = net.buyers["lab"].orders

    assert [line.figures[q].value for q in (Q, Q + 1)] == [100, 150]


def test_a_ban_knows_class_country_and_buyer() -> None:
    net = small()
    gpu, lab = net.commodities["gpu"], net.buyers["lab"]

    assert Ban("gpu", "US", Q, Q).hits(gpu, lab, Q)
    assert Ban("gpu", "open", Q, None).hits(gpu, lab, Q + 9)
    assert not Ban("gpu", "lab", Q, Q).hits(gpu, lab, Q + 1)
    assert not Ban("gpu", "china", Q, None).hits(gpu, lab, Q)


def test_order_does_not_matter() -> None:
    shocks: list[Shock] = [
        Launch("gpu", Q + 3),
        AddLine("a.line", 5.0, Q),
        AddLine("a.line", 3.0, Q + 2),
    ]

    assert changed(small(), shocks) == changed(small(), shocks[::-1])


def test_the_first_quarter_is_the_earlier_of_both_dates() -> None:
    net = small()

    assert first_quarter([Launch("gpu", Q + 5)], net) == Q + 2
    assert first_quarter([Qualify("b", "hbm", "gpu", Q + 9)], net) == Q + 4
    assert first_quarter([Qualify("b", "hbm", "gpu", None)], net) == Q + 4
    assert first_quarter([AddLine("a.line", 1.0, Q)], net) == Q


@pytest.mark.parametrize(
    ("shock", "message"),
    [
        (Qualify("c", "hbm", "", Q), "no organization is called 'c'; there are: a, b, nv"),
        (Qualify("a", "hbm", "hbm", Q), "no need of hbm for hbm names its makers, so the "
         "qualification of a cannot be moved"),
        (Launch("hbm", Q), "hbm is not an accelerator, so it has no launch"),
        (Launch("gpu", Q + 9), "gpu ends in 2026Q1, before 2026Q2"),
        (AddLine("a.lin", 1.0, Q), "no capacity has the name 'a.lin'; did you mean 'a.line'?"),
        (ChangeOrders("labs", (), 0.1, Q, None),
         "no buyer is called 'labs'; did you mean 'lab'?"),
        (ChangeOrders("lab", (), -2, Q, None), "orders of lab cannot fall by more than 100%"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(shock: Shock, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        changed(small(), [shock])
    assert str(caught.value) == message


def test_a_figure_is_replaced_by_name() -> None:
    net = assumed(small(), {"a.line.2025Q1": 30.0, "gpu.hbm.per_unit": 4.0})
    need_ = net.commodities["gpu"].needs[0]

    assert net.organizations["a"].capacities[0].per_quarter(Q + 4) == 30
    assert need_.per_unit is not None
    assert need_.per_unit.value == 4
    assert need_.per_unit.note == "assumed instead of 8"
    assert small() != net


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("a.lin.2025Q1", 1.0, "no figure has the name 'a.lin.2025Q1'; "
         "did you mean 'a.line.2025Q1'?"),
        ("a.line.2025Q1", -1.0, "--assume a.line.2025Q1: -1 cannot be; it is at least 0"),
        ("a.line.2025Q1", 1e99,
         "--assume a.line.2025Q1: 1e+99 cannot be meant; the data has 20"),
        ("a.line.2025Q1", 1e-9, "--assume a.line.2025Q1: 1e-09 cannot be meant; the data has 20"),
        ("a.line.2025Q1", float("nan"),
         "--assume a.line.2025Q1: nan cannot be; it is at least 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_assumed_is_said(name: str, value: float, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        assumed(small(), {name: value})
    assert str(caught.value) == message
