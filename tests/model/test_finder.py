"""What people call things is found, and what is not there gets a hint only if one is near."""

from __future__ import annotations

import dataclasses
from functools import cache

import pytest
from click.testing import CliRunner

import supplychain as sc
from supplychain.cli import _group
from supplychain.errors import AskError
from supplychain.model import Network
from supplychain.model.countries import NAMES, place
from supplychain.model.finder import Kind, find, key, meanings, members, nearest, unknown
from supplychain.scenarios.targets import find_supplies, short
from tests.networks import commodity, network, organization, supply


@cache
def data() -> Network:
    return sc.load()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("TSMC", "tsmc"),
        ("tsmc", "tsmc"),
        ("SK hynix", "sk-hynix"),
        ("sk_hynix", "sk-hynix"),
        ("H100", "h100"),
        ("HBM", "hbm"),
        ("country:TW", "country:TW"),
        ("country:tw", "country:TW"),
        ("country:Taiwan", "country:TW"),
        ("Taiwan", "country:TW"),
        ("UK", "country:GB"),
        ("country:Great Britain", "country:GB"),
        ("Holland", "country:NL"),
        ("The Netherlands", "country:NL"),
        ("South Korea", "country:KR"),
        ("USA", "country:US"),
        ("org:SK hynix", "org:sk-hynix"),
        ("commodity:HBM3", "commodity:hbm3"),
        ("supply:TSMC/CoWoS-S@Taiwan", "supply:tsmc/cowos-s-wafer@TW"),
        ("supply:tsmc/*", "supply:tsmc/*"),
    ],
)
def test_what_a_target_is_called(written: str, meant: str) -> None:
    assert short(data(), written) == meant
    assert find_supplies(data(), written) == find_supplies(data(), meant)


def test_a_cut_by_name_is_the_cut_by_id() -> None:
    window = ("2024Q1", "2024Q2")
    by_id, by_name = (
        sc.simulate(data(), [cut], *window) for cut in ("tsmc=20%", "Taiwan Semiconductor=20%")
    )

    assert by_name.shocks == by_id.shocks
    assert by_name.scenario.total() == by_id.scenario.total()


def test_ids_go_before_names_and_names_before_aliases() -> None:
    net = network(
        dataclasses.replace(commodity("die"), aliases=("fab", "odd")),
        dataclasses.replace(commodity("gas"), name="Odd"),
        organization("fab", supply("fab", "gas")),
    )
    kinds: tuple[Kind, ...] = ("commodity", "organization")

    assert meanings(net, "FAB", kinds) == (("organization", "fab"),)
    assert meanings(net, "odd", kinds) == (("commodity", "gas"),)


def test_a_name_of_two_things_lists_both() -> None:
    with pytest.raises(AskError) as caught:
        find(data(), "ConnectX", "commodity", "organization")
    assert str(caught.value) == "'ConnectX' can mean commodity:nic-dpu or org:mellanox: say which"


def test_every_id_and_name_of_the_data_leads_back() -> None:
    """A name stands for one thing of a kind; what is an id already means that."""
    net = data()
    for kind, parts in (
        ("commodity", net.commodities),
        ("organization", net.organizations),
        ("buyer", net.buyers),
        ("model", net.models),
    ):
        for id_, part in parts.items():
            assert meanings(net, id_.upper(), [kind]) == ((kind, id_),)  # type: ignore[list-item]
            assert (kind, id_) in meanings(net, part.name, [kind])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("TMSC", "did you mean 'tsmc'?"),
        ("nvidea", "did you mean 'nvidia'?"),
        ("Samsng", "did you mean 'samsung'?"),
        ("Tawian", "did you mean 'country:TW' (Taiwan)?"),
        ("Unitd States", "did you mean 'country:US' (United States)?"),
        ("nothing", "supplychain graph shows what it holds"),
        ("hello", "supplychain graph shows what it holds"),
        ("foo", "supplychain graph shows what it holds"),
        ("banana", "supplychain graph shows what it holds"),
        ("", "supplychain graph shows what it holds"),
    ],
)
def test_the_hint_is_near_or_none(written: str, hint: str) -> None:
    said = unknown(data(), written, ("group", "commodity", "organization", "country"))

    assert said == f"nothing in the data has the name '{written}'; {hint}"


def test_members_of_a_group_by_any_case() -> None:
    assert members(data(), "HBM") == data().groups["hbm"]
    assert members(data(), "HBM3") == ("hbm3",)


def test_key_and_nearest() -> None:
    assert key("  SK  Hynix ") == key("sk-hynix")
    assert nearest("max_mim", ["max-min", "pro-rata"]) == "max-min"
    assert nearest("x", []) is None


def test_every_country_of_the_data_has_a_name() -> None:
    codes = {s.country for s in data().supplies} | {b.country for b in data().buyers.values()}

    assert codes <= NAMES.keys()
    assert (place("NL"), place("TW"), place("XX")) == ("the Netherlands", "Taiwan", "XX")


def test_no_name_means_two_countries() -> None:
    names = [n for code, names in NAMES.items() for n in {key(code), *map(key, names)}]

    assert sorted(n for n in set(names) if names.count(n) > 1) == []


def test_the_table_of_countries_is_the_one_that_cldr_gives() -> None:
    pytest.importorskip("babel")
    from docs.countries import TARGET, table

    assert TARGET.read_text(encoding="utf-8") == table()


@pytest.mark.parametrize(
    "args",
    [
        ("simulate", "--cut", "TSMC=20%", "--fast", "--from", "2024Q1", "--to", "2024Q1"),
        ("simulate", "--cut", "SK hynix=50%", "--fast", "--from", "2024Q1", "--to", "2024Q1"),
        ("simulate", "--cut", "country:Taiwan=100%@2024Q1", "--fast", "--from", "2024Q1",
         "--to", "2024Q1"),
        ("simulate", "--cut", "UK=10%", "--fast", "--from", "2024Q1", "--to", "2024Q1"),
        ("simulate", "--policy", "Pro Rata", "--fast", "--from", "2024Q1", "--to", "2024Q1"),
        ("allocate", "--buyer", "other gpu clouds", "--from", "2024Q1", "--to", "2024Q1"),
        ("explain", "SK hynix"),
        ("explain", "Llama 2 70B"),
        ("chokepoints", "--product", "H100", "--at", "2023Q2", "--no-score"),
        ("chokepoints", "--product", "H100", "--at", "2023Q2", "--rate", "SK hynix=1%"),
        ("chokepoints", "--product", "H100", "--at", "2023Q2", "--by", "country", "--rate",
         "Taiwan=1%"),
        ("compute", "--chip", "H100", "--model", "Llama 2 70B"),
        ("compute", "--compare", "H100, MI300X"),
        ("compute", "--fleet", "Meta"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_commands_take_names(args: tuple[str, ...]) -> None:
    done = CliRunner().invoke(_group, args)

    assert (done.exit_code, done.stderr) == (0, "")


def test_focus_takes_names(tmp_path_factory: pytest.TempPathFactory) -> None:
    out = tmp_path_factory.mktemp("focus") / "near.svg"
    done = CliRunner().invoke(
        _group, ["graph", "--focus", "SK Hynix", "--depth", "1", "--quiet", "--out", str(out)]
    )

    assert (done.exit_code, done.stderr) == (0, "")
