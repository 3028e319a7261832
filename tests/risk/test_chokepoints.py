"""Single points of failure: worked cases by hand."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from supplychain.model import Commodity, Need, Network, Organization
from supplychain.model.quarters import Quarter
from supplychain.risk import Chokepoint, Chokepoints, chokepoints
from tests.networks import commodity, figure, need, network, organization, product, supply

AT = Quarter(2024, 1)


def chips(*more: Commodity | Organization, makers: dict[str, Quarter] | None = None) -> Network:
    """Nvidia's h100 needs HBM3, made by SK hynix and Samsung in Korea; ``makers`` are qualified."""
    qualified = None if makers is None else MappingProxyType(makers)
    return network(
        product("h100", "nvidia", need("hbm3", makers=qualified)),
        commodity("hbm3", stage="memory"),
        organization("nvidia"),
        organization("sk-hynix", supply("sk-hynix", "hbm3", "KR")),
        organization("samsung", supply("samsung", "hbm3", "KR")),
        *more,
    )


def listed(found: Chokepoints, kind: str) -> list[str]:
    """Ids of the exact points of a kind that are more than somebody's own product."""
    return sorted(row.id for row in found.rows if row.kind == kind and not row.trivial)


def row(found: Chokepoints, id_: str, kind: str = "organization") -> Chokepoint:
    [one] = [r for r in found.rows if (r.kind, r.id) == (kind, id_)]
    return one


def test_of_two_makers_neither_is_single_but_their_country_is() -> None:
    found = chokepoints(chips(), at=AT)

    assert listed(found, "organization") == []
    assert listed(found, "supply") == []
    assert listed(found, "commodity") == []
    assert listed(found, "country") == ["KR"]
    assert row(found, "KR", "country").why == (
        "h100 needs hbm3 and all who make it in 2024Q1 are in KR: samsung, sk-hynix"
    )


def test_qualification_dates_change_the_answer() -> None:
    net = chips(makers={"sk-hynix": Quarter(2022, 3), "samsung": Quarter(2024, 3)})

    before = chokepoints(net, at=Quarter(2023, 2))
    after = chokepoints(net, at=Quarter(2024, 3))

    assert listed(before, "organization") == ["sk-hynix"]
    assert listed(before, "supply") == ["sk-hynix/hbm3@KR"]
    assert listed(before, "commodity") == ["hbm3"]
    assert row(before, "sk-hynix").why == (
        "h100 needs hbm3 and only sk-hynix is qualified to make it in 2023Q2"
    )
    assert row(before, "sk-hynix").chain == ("sk-hynix/hbm3@KR", "nvidia/h100@US")
    assert listed(after, "organization") == []


def test_a_makers_own_need_makes_its_supplier_single() -> None:
    # Both makers of HBM4 need a base die; Samsung makes its own, the other needs TSMC's.
    net = network(
        product("rubin", "nvidia", need("hbm4")),
        commodity("hbm4", stage="memory"),
        commodity("base-die", stage="fabrication"),
        organization("nvidia"),
        organization(
            "sk-hynix",
            supply("sk-hynix", "hbm4", "KR", needs=(need("base-die", makers={"tsmc": AT}),)),
        ),
        organization(
            "micron",
            supply("micron", "hbm4", "US", needs=(need("base-die", makers={"tsmc": AT}),)),
        ),
        organization("tsmc", supply("tsmc", "base-die")),
        organization("samsung", supply("samsung", "base-die", "KR")),
    )
    found = chokepoints(net, at=AT)

    assert listed(found, "organization") == ["tsmc"]
    assert row(found, "tsmc").chain == ("tsmc/base-die@TW", "sk-hynix/hbm4@KR", "nvidia/rubin@US")
    assert row(found, "tsmc").why == (
        "sk-hynix's hbm4 needs base-die and only tsmc is qualified to make it in 2024Q1"
    )
    assert chokepoints(net, at=AT + -1).not_made == {
        "rubin": "sk-hynix's hbm4 needs base-die and nobody in the data is qualified to make it in "
        "2023Q4, which rubin depends on through hbm4"
    }


def test_an_owner_takes_down_what_it_owns_through_a_chain() -> None:
    net = network(
        product("h100", "nvidia", need("euv")),
        commodity("euv", stage="equipment"),
        commodity("light", stage="equipment"),
        organization("nvidia"),
        organization("holding"),
        organization("asml", supply("asml", "euv", "NL", needs=(need("light"),)), owner="holding"),
        organization("cymer", supply("cymer", "light", "US"), owner="asml"),
    )
    found = chokepoints(net, at=AT)

    assert listed(found, "organization") == ["asml", "cymer", "holding"]
    assert row(found, "cymer").chain == ("cymer/light@US", "asml/euv@NL", "nvidia/h100@US")
    assert row(found, "holding").chain == ("asml/euv@NL", "nvidia/h100@US")


def test_the_plant_counts_not_the_headquarters() -> None:
    net = network(
        product("h100", "nvidia", need("film")),
        commodity("film", stage="materials"),
        organization("nvidia"),
        organization("resin", supply("resin", "film", "JP"), country="DE"),
    )
    found = chokepoints(net, at=AT, by="country")

    assert listed(found, "country") == ["JP"]
    assert row(found, "JP", "country").why == (
        "h100 needs film and only resin makes it in 2024Q1, in JP"
    )


def test_the_designers_country_is_trivial_unless_something_else_stands_there() -> None:
    net = chips(
        product("b200", "nvidia", need("hbm3"), need("cuda"), need("tool")),
        commodity("cuda", stage="design"),
        commodity("tool", stage="equipment"),
        organization("nvidia-software", supply("nvidia-software", "cuda", "US"), owner="nvidia"),
        organization("lam", supply("lam", "tool", "US")),
    )
    losses = {x.product: x for x in row(chokepoints(net, at=AT), "US", "country").losses}

    assert losses["h100"].trivial
    assert losses["h100"].why == "nvidia itself makes h100, in US"
    assert not losses["b200"].trivial
    assert losses["b200"].why == "b200 needs tool and only lam makes it in 2024Q1, in US"
    assert losses["b200"].chain == ("lam/tool@US", "nvidia/b200@US")


def test_designer_owner_and_partner_are_trivial_for_their_own_products_only() -> None:
    net = network(
        product("h100", "nvidia", need("link")),
        product("tpu", "google", need("link"), need("design")),
        commodity("link", stage="silicon"),
        commodity("design", stage="design"),
        organization("nvidia", supply("nvidia", "link", "US")),
        organization("google", supply("google", "design", "US"), owner="alphabet"),
        organization("alphabet"),
    )
    found = chokepoints(net, at=AT)

    assert row(found, "google").trivial
    assert row(found, "alphabet").trivial
    assert row(found, "google").why == "google itself makes tpu"
    assert row(found, "google/design@US", "supply").trivial
    assert row(found, "google/tpu@US", "supply").trivial
    nvidia = row(found, "nvidia")
    assert {loss.product: loss.trivial for loss in nvidia.losses} == {"h100": True, "tpu": False}
    assert (nvidia.at_stake, nvidia.at_stake_beyond_own) == (1.0, 0.5)
    assert not nvidia.trivial


def test_a_partly_essential_need_stops_nobody() -> None:
    net = network(
        product("h100", "nvidia", need("gas", essential=0.9), need("film", essential=1.0)),
        commodity("gas", stage="materials"),
        commodity("film", stage="materials"),
        organization("nvidia"),
        organization("air", supply("air", "gas", "UA")),
        organization("resin", supply("resin", "film", "JP")),
    )

    assert listed(chokepoints(net, at=AT), "organization") == ["resin"]


def test_a_substitute_helps_once_the_weeks_of_switching_have_passed() -> None:
    either = Need(
        inputs=MappingProxyType({"cowos": None, "foveros": figure(0), "emib": figure(60)}),
        role="component",
    )
    net = network(
        product("h100", "nvidia", either),
        commodity("cowos"),
        commodity("foveros"),
        commodity("emib"),
        organization("nvidia"),
        organization("tsmc", supply("tsmc", "cowos")),
        organization("intel", supply("intel", "emib", "MY")),
    )
    # Nobody makes foveros at all: it is taken as available, and nothing is single.
    assert chokepoints(net, at=AT).assumed == ("foveros",)
    assert listed(chokepoints(net, at=AT), "organization") == []

    two = chips(
        commodity("cowos"),
        commodity("emib"),
        product(
            "b200", "nvidia", Need(MappingProxyType({"cowos": None, "emib": figure(60)}), "tool")
        ),
        organization("tsmc", supply("tsmc", "cowos")),
        organization("intel", supply("intel", "emib", "MY")),
    )
    assert listed(chokepoints(two, ["b200"], AT), "organization") == ["tsmc"]
    assert listed(chokepoints(two, ["b200"], AT, weeks=59), "organization") == ["tsmc"]
    assert listed(chokepoints(two, ["b200"], AT, weeks=60), "organization") == []


def test_chips_that_go_into_the_tools_that_make_chips_keep_running() -> None:
    net = network(
        product("h100", "nvidia", need("wafer")),
        commodity("wafer", need("scanner"), stage="fabrication"),
        commodity("scanner", need("wafer"), need("optics"), stage="equipment"),
        commodity("optics", stage="equipment"),
        organization("nvidia"),
        organization("tsmc", supply("tsmc", "wafer")),
        organization("asml", supply("asml", "scanner", "NL")),
        organization("zeiss", supply("zeiss", "optics", "DE")),
    )
    found = chokepoints(net, at=AT)

    assert found.not_made == {}
    assert listed(found, "organization") == ["asml", "tsmc", "zeiss"]
    assert row(found, "zeiss").chain == (
        "zeiss/optics@DE",
        "asml/scanner@NL",
        "tsmc/wafer@TW",
        "nvidia/h100@US",
    )


def test_the_reason_follows_the_maker_that_falls_last() -> None:
    # Without Korea SK hynix stops at once, Micron for want of a bonder: that explains the loss.
    net = network(
        product("h100", "nvidia", need("hbm3")),
        commodity("hbm3", need("bonder"), stage="memory"),
        commodity("bonder", stage="equipment"),
        organization("nvidia"),
        organization("sk-hynix", supply("sk-hynix", "hbm3", "KR")),
        organization("micron", supply("micron", "hbm3", "TW")),
        organization("hanmi", supply("hanmi", "bonder", "KR")),
        organization("semes", supply("semes", "bonder", "KR")),
    )
    korea = row(chokepoints(net, at=AT), "KR", "country")

    assert korea.why == ("hbm3 needs bonder and all who make it in 2024Q1 are in KR: hanmi, semes")
    assert korea.chain == ("semes/bonder@KR", "micron/hbm3@TW", "nvidia/h100@US")


def test_what_belongs_to_one_owner_is_called_its_own() -> None:
    net = network(
        product("h100", "nvidia", need("hbm3")),
        commodity("hbm3", stage="memory"),
        organization("nvidia"),
        organization("sk-hynix", supply("sk-hynix", "hbm3", "KR"), owner="sk"),
        organization("solidigm", supply("solidigm", "hbm3", "CN"), owner="sk"),
        organization("sk"),
    )

    assert row(chokepoints(net, at=AT), "sk").why == (
        "h100 needs hbm3 and all who make it in 2024Q1 are sk's: sk-hynix, solidigm"
    )


def test_a_product_outside_its_life_is_not_sold_rather_than_lost() -> None:
    net = chips(
        product("a100", "nvidia", need("hbm3"), end=Quarter(2023, 4)),
        product("rubin", "nvidia", launch=Quarter(2026, 3)),
    )
    found = chokepoints(net, at=AT)

    assert found.not_sold == {
        "a100": "a100 is sold from 2022Q1 to 2023Q4",
        "rubin": "rubin is sold from 2026Q3",
    }
    assert found.products == {"h100": 1.0}


def test_a_commodity_that_nobody_in_the_data_makes_is_taken_as_available_and_named() -> None:
    net = chips(product("b200", "nvidia", need("unobtainium")), commodity("unobtainium"))
    found = chokepoints(net, at=AT)

    assert found.assumed == ("unobtainium",)
    assert "b200" in found.products


def test_a_product_without_a_maker_of_a_need_is_reported_as_not_made() -> None:
    net = chips(makers={"samsung": Quarter(2024, 3)})
    found = chokepoints(net, ["h100", "hbm3"], AT)

    assert found.not_made == {
        "h100": "h100 needs hbm3 and nobody in the data is qualified to make it in 2024Q1"
    }
    assert found.products == {"hbm3": 1.0}


def test_any_commodity_may_be_asked_for() -> None:
    found = chokepoints(chips(), ["hbm3"], AT)

    assert listed(found, "country") == ["KR"]
    assert row(found, "KR", "country").why == (
        "every maker of hbm3 in 2024Q1 falls: samsung, sk-hynix"
    )


def test_a_maker_that_leaves_next_to_nothing_is_listed_as_nearly_single() -> None:
    share = {"ajinomoto": 0.95, "sekisui": 0.05}
    net = network(
        product("h100", "nvidia", need("substrate")),
        commodity("substrate", need("film"), stage="packaging"),
        commodity("film", stage="materials"),
        organization("nvidia"),
        organization("ibiden", supply("ibiden", "substrate", "JP")),
        organization("unimicron", supply("unimicron", "substrate", "TW")),
        *(
            organization(o, supply(o, "film", "JP", share={2023: figure(s)}, surge=figure(1.0)))
            for o, s in share.items()
        ),
    )
    found = chokepoints(net, at=AT, by="organization")

    assert listed(found, "organization") == []
    [ajinomoto] = [r for r in found.near if not r.trivial]
    assert ajinomoto.id == "ajinomoto"
    assert ajinomoto.cover == pytest.approx(0.10)
    assert ajinomoto.why == (
        "substrate needs film and the others who make it in 2024Q1 cover 10% of it without "
        "ajinomoto"
    )
    assert ajinomoto.chain == ("ajinomoto/film@JP", "unimicron/substrate@TW", "nvidia/h100@US")
    assert ajinomoto.makes == "film"
    assert ajinomoto.share == pytest.approx(0.95)
    assert ajinomoto.hhi == pytest.approx(9_050)


def test_unknown_shares_split_the_remainder_and_are_marked() -> None:
    net = network(
        product("h100", "nvidia", need("film")),
        commodity("film", stage="materials"),
        organization("nvidia"),
        organization("big", supply("big", "film", "JP", share={2023: figure(0.8)})),
        organization("b", supply("b", "film", "DE")),
        organization("c", supply("c", "film", "KR")),
    )
    [big] = [r for r in chokepoints(net, at=AT, by="organization").near if not r.trivial]

    assert big.cover == pytest.approx(0.2)
    assert big.losses[0].estimated
    assert big.share_estimated


def test_cover_is_that_of_the_qualified_makers_alone() -> None:
    # Micron has half of the world's HBM3 but is not qualified: Samsung could cover 1/5.
    net = network(
        product("h100", "nvidia", need("hbm3", makers={"sk-hynix": AT, "samsung": AT})),
        commodity("hbm3", stage="memory"),
        organization("nvidia"),
        *(
            organization(o, supply(o, "hbm3", "KR", share={2024: figure(s)}))
            for o, s in (("sk-hynix", 0.4), ("samsung", 0.1), ("micron", 0.5))
        ),
    )
    found = chokepoints(net, at=AT, by="organization")

    [near] = [r for r in found.near if not r.trivial]
    assert near.id == "sk-hynix"
    assert near.cover == pytest.approx(0.2)


def test_weights_decide_what_is_at_stake() -> None:
    net = chips(
        product("b200", "nvidia", need("film")),
        commodity("film", stage="materials"),
        organization("resin", supply("resin", "film", "JP")),
    )

    found = chokepoints(net, at=AT, weights={"h100": 1.0, "b200": 3.0})
    assert row(found, "resin").at_stake == 0.75
    assert row(found, "KR", "country").at_stake == 0.25
    assert row(chokepoints(net, at=AT), "resin").at_stake == 0.5
    with pytest.raises(ValueError, match="no weight is given for h100"):
        chokepoints(net, at=AT, weights={"b200": 3.0})


def test_what_loses_most_comes_first_and_trivial_losses_last() -> None:
    net = chips(
        product("b200", "nvidia", need("film"), need("hbm3")),
        commodity("film", stage="materials"),
        organization("resin", supply("resin", "film", "JP")),
    )
    found = chokepoints(net, at=AT)

    assert [(r.kind, r.id) for r in found.rows[:4]] == [
        ("country", "KR"),
        ("organization", "resin"),
        ("supply", "resin/film@JP"),
        ("country", "JP"),
    ]
    assert [r.trivial for r in found.rows] == sorted(r.trivial for r in found.rows)


def test_an_unknown_product_is_named_with_the_nearest() -> None:
    with pytest.raises(
        ValueError, match=r"^no commodity or group is called 'h1000'; did you mean 'h100'\?$"
    ):
        chokepoints(chips(), ["h1000"])


def test_without_a_quarter_the_last_one_with_most_products_is_taken() -> None:
    net = chips(
        product("a100", "nvidia", launch=Quarter(2022, 1), end=Quarter(2023, 4)),
        product("b200", "nvidia", launch=Quarter(2023, 2), end=Quarter(2025, 4)),
    )

    assert chokepoints(net).at == Quarter(2023, 4)
    assert chokepoints(net, ["b200"]).at == Quarter(2025, 4)
    with pytest.raises(ValueError, match="the data has no accelerator to take it from"):
        chokepoints(network(commodity("film")), ["film"])


def test_the_order_of_needs_and_supplies_does_not_matter() -> None:
    net = chips(
        product("b200", "nvidia", need("film"), need("hbm3"), need("gas")),
        commodity("film", stage="materials"),
        commodity("gas", stage="materials"),
        organization("resin", supply("resin", "film", "JP"), supply("resin", "gas", "JP")),
    )
    turned = Network(
        commodities=MappingProxyType(
            {
                c.id: Commodity(
                    c.id, c.name, c.stage, c.unit, needs=c.needs[::-1], product=c.product
                )
                for c in reversed(list(net.commodities.values()))
            }
        ),
        organizations=MappingProxyType(dict(reversed(list(net.organizations.items())))),
        buyers=net.buyers,
        sources=net.sources,
        groups=net.groups,
        supplies=net.supplies[::-1],
    )

    assert chokepoints(turned, at=AT) == chokepoints(net, at=AT)


def test_the_network_is_left_as_it_was() -> None:
    net, same = chips(), chips()
    chokepoints(net, at=AT)

    assert net == same


def test_the_frame_has_a_row_for_each_chokepoint() -> None:
    found = chokepoints(chips(makers={"sk-hynix": AT}), at=AT)
    frame = found.to_frame()

    assert len(frame) == len(found.rows) + len(found.near)
    first = frame.iloc[0]
    assert (first["kind"], first["id"], first["products"]) == ("organization", "sk-hynix", "h100")
    assert first["chain"] == "sk-hynix/hbm3@KR > nvidia/h100@US"
    assert frame["cover"].isna().all()


def test_a_frame_without_rows_has_its_columns() -> None:
    frame = chokepoints(chips(), at=AT, by="commodity").to_frame()

    assert len(frame) == 0
    assert list(frame.columns)[:3] == ["kind", "id", "name"]
