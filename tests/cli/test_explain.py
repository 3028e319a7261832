"""``explain``: what a name finds, and what is shown of it."""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from types import MappingProxyType
from typing import Any

import pytest

import supplychain as sc
from supplychain.model import (
    AIModel,
    Buyer,
    Contradiction,
    Figure,
    Network,
    Orders,
    Source,
    assemble,
)
from supplychain.model.names import figures
from supplychain.model.quarters import LAST, Quarter
from supplychain.report.answers.explain import explain_document, find_nodes
from supplychain.report.tables import Table, render
from tests.networks import capacity, commodity, figure, need, organization, product, supply

Q1 = Quarter(2024, 1)
SOURCED = Figure(
    96.0, 80.0, 100.0, "GB", "derived", ("a-2024",), "eight stacks",
    (Contradiction(64.0, ("b-2023",)),),
)  # fmt: skip


def small() -> Network:
    memory = dataclasses.replace(
        commodity("hbm3", need("gas", role="material"), stage="memory"),
        aliases=("High Memory",),
        groups=("hbm",),
    )
    newer = dataclasses.replace(commodity("hbm4", stage="memory"), groups=("hbm",))
    per_unit = dataclasses.replace(need("hbm3", sources=("c-2022",)), per_unit=SOURCED)
    chip = product("chip", "maker", per_unit, launch=Q1)
    line = capacity("fab", "dram", {Q1: 1_000, Q1 + 4: 4_000})
    orders = (Orders(("chip",), MappingProxyType({Q1: figure(50, "units")})),)
    buyer = Buyer("maker", "Maker Cloud", "rich", "lab", "US", count=3, orders=orders)
    facts = MappingProxyType({"parameters": figure(7e9)})
    return assemble(
        [memory, newer, chip, commodity("gas", stage="materials")],
        [
            dataclasses.replace(organization("maker"), name="The Maker", note="designs"),
            organization(
                "fab",
                supply("fab", "hbm3", "KR", draws="dram", start=Q1),
                supply("fab", "hbm4", "KR", draws="dram"),
                capacities=[line],
                owner="parent",
            ),
            organization("parent", country="JP"),
            organization("alone", supply("alone", "gas", needs=(need("hbm4", role="tool"),))),
        ],
        [buyer],
        [
            Source(id_, f"Title {id_}", "Press", f"https://{id_}.org", "2024", "2026-01-01")
            for id_ in ("a-2024", "b-2023", "c-2022", "unused-1")
        ],
        models=[AIModel("lm-7b", "LM 7B", "maker", "2024", facts, chip="chip")],
    )


def told(name: str, at: Quarter = LAST) -> dict[str, Any]:
    net = small()
    content: dict[str, Any] = json.loads(
        render(explain_document(net, find_nodes(net, name), at), "json")
    )
    return content


def shown(name: str, at: Quarter = LAST) -> str:
    net = small()
    return render(explain_document(net, find_nodes(net, name), at), "table", width=200)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("hbm3", ["hbm3"]),
        ("HBM3", ["hbm3"]),
        ("high memory", ["hbm3"]),
        ("commodity:hbm3", ["hbm3"]),
        ("HBM", ["hbm3", "hbm4"]),
        ("the maker", ["maker"]),
        ("maker", ["maker", "maker"]),
        ("org:fab", ["fab"]),
        ("LM 7b", ["lm-7b"]),
    ],
)
def test_a_name_in_any_case_an_alias_an_id_or_a_group(name: str, found: list[str]) -> None:
    assert [node.id for node in find_nodes(small(), name)] == found


ALL = "there are: alone, chip, fab, gas, hbm, hbm3, hbm4, lm-7b, maker, parent"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hbm33", "nothing in the data has the name 'hbm33'; did you mean 'hbm3'?"),
        ("hb", "nothing in the data has the name 'hb'; did you mean 'hbm'?"),
        ("high memry",
         "nothing in the data has the name 'high memry'; did you mean 'hbm3' (High Memory)?"),
        ("zzz", "nothing in the data has the name 'zzz'; " + ALL),
        ("", "nothing in the data has the name ''; " + ALL),
    ],
)  # fmt: skip
def test_an_unknown_name_gets_the_nearest(name: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        find_nodes(small(), name)
    assert str(caught.value) == message


def test_an_accelerator() -> None:
    content = told("chip")

    assert shown("chip").splitlines()[0] == (
        "Accelerator  CHIP (chip) · accelerators · counted in units · by maker · 2024Q1 on"
    )
    assert content["needs"] == [
        {
            "input": "HBM3",
            "role": "component",
            "per_unit": "96",
            "makers": "any maker",
            "cycle_weeks": "–",
            "note": "",
        }
    ]
    assert [row["maker"] for row in content["makers"]] == ["The Maker"]


def test_every_figure_stands_with_range_basis_sources_and_what_others_say() -> None:
    [row, _] = told("chip")["figures"]

    assert row["figure"] == "chip.hbm3.per_unit"
    assert (row["value"], row["range"], row["unit"], row["basis"]) == (
        "96",
        "80 to 100",
        "GB",
        "derived",
    )
    assert (row["sources"], row["contradicted_by"]) == ("a-2024", "64 (b-2023)")


def test_the_sources_are_those_of_the_figures_the_needs_and_of_who_disagrees() -> None:
    assert [row["source"] for row in told("chip")["sources"]] == ["a-2024", "b-2023", "c-2022"]
    assert "https://b-2023.org" in shown("chip")


def test_a_commodity_shows_makers_as_of_the_quarter_and_users() -> None:
    [early], [late] = told("hbm3", Q1)["makers"], told("hbm3", Q1 + 4)["makers"]

    assert (early["maker"], early["country"]) == ("FAB", "KR")
    assert early["capacity"] == "1.00k a quarter (dram)"
    assert late["capacity"] == "4.00k a quarter (dram)"
    assert early["active"] == "2024Q1 to …"
    assert told("hbm3")["users"] == [{"user": "CHIP", "role": "component", "maker": ""}]
    assert told("hbm4")["users"] == [{"user": "GAS", "role": "tool", "maker": "ALONE"}]


def test_an_organization_shows_what_it_makes_owns_and_needs_for_what() -> None:
    content = told("fab")

    assert shown("fab").splitlines()[0] == (
        "Organization  FAB (fab) · headquarters US · owned by PARENT"
    )
    assert [row["commodity"] for row in content["makes"]] == ["HBM3", "HBM4"]
    assert content["needs"] == [{"input": "GAS", "role": "material", "use": "hbm3"}]
    assert "Owns FAB." in shown("parent")
    assert "makes nothing in the data" in shown("parent")
    assert told("alone")["needs"][0]["input"] == "HBM4"


def test_a_buyer_and_an_organization_of_one_name_are_both_told() -> None:
    content = told("maker")
    text = shown("maker")

    assert content["meta"]["nodes"] == ["maker", "maker"]
    assert content["organization:maker.makes"][0]["commodity"] == "CHIP"
    assert content["buyer:maker.orders"] == [
        {
            "kind": "orders",
            "products": "chip",
            "quarter": "2024Q1",
            "units": 50.0,
            "low": 50.0,
            "high": 50.0,
        }
    ]
    assert "Organization  The Maker (maker) · headquarters US · designs" in text
    assert "Buyer         Maker Cloud (maker) · lab · rich · US · 3 buyers" in text
    assert "Maker Cloud: Asks for" in text


def test_a_group_tells_each_of_its_commodities_and_shared_lines_once() -> None:
    content = told("hbm")
    names = [row["figure"] for row in content["figures"]]

    assert {"commodity:hbm3.makers", "commodity:hbm4.makers"} <= content.keys()
    assert names == ["fab.dram.2024Q1", "fab.dram.2025Q1"]


def test_an_ai_model_is_its_facts() -> None:
    [row, *_] = told("lm-7b")["figures"]

    assert "AI model  LM 7B (lm-7b) · maker · 2024 · trained on chip" in shown("lm-7b")
    assert (row["figure"], row["value"]) == ("lm-7b.parameters", "7,000,000,000")


def test_what_has_nothing_says_so() -> None:
    text = shown("gas")

    assert "needs nothing that is in the data" in text
    assert "no figures" in text
    assert "no sources" in text
    assert "nothing in the data needs it" in shown("chip")
    assert "nobody in the data makes it" not in text


@cache
def data() -> Network:
    return sc.load()


@pytest.mark.parametrize("name", ["h100", "sk-hynix", "microsoft", "tpu-v5p", "hbm"])
def test_the_answer_holds_every_figure_of_the_node_and_every_source_of_them(name: str) -> None:
    net = data()
    nodes = find_nodes(net, name)
    document = explain_document(net, nodes, Q1)
    told_figures = {row[0] for row in document.flat.rows}
    [sources] = [p for p in document.parts if isinstance(p, Table) and p.name == "sources"]
    cited = {row[0] for row in sources.rows}

    for node in nodes:
        if node.id in net.commodities:
            assert {f.name for f in figures(net.commodities[node.id])} <= told_figures
        if node.id in net.organizations:
            own = {f.name: f for f in figures(net.organizations[node.id])}
            assert own.keys() <= told_figures
            assert {s for f in own.values() for s in f.sources} <= cited
        if node.id in net.buyers:
            assert {f.name for f in figures(net.buyers[node.id])} <= told_figures
    assert cited <= net.sources.keys()
    for row in document.flat.rows:
        assert row[5] == "–" or set(str(row[5]).split(", ")) <= cited


def test_everything_in_the_data_can_be_explained() -> None:
    net = data()
    names = [*net.commodities, *net.organizations, *net.buyers, *net.models, *net.groups]

    for name in names:
        document = explain_document(net, find_nodes(net, name), Q1)
        tables = [part.name for part in document.parts if isinstance(part, Table)]
        assert len(tables) == len(set(tables)), name
        assert render(document, "json"), name
