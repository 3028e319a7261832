"""The networkx graph of a network, its exports, and the layered figure."""

from __future__ import annotations

import dataclasses
import io
import json
import re
from itertools import pairwise
from types import MappingProxyType
from xml.etree import ElementTree

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplychain.escapes import visible_lines
from supplychain.model import Buyer, Network, Orders
from supplychain.model.quarters import Quarter
from supplychain.report.colours import STAGE_COLOURS
from supplychain.report.graph.export import export, to_networkx
from supplychain.report.graph.layout import layered, wrapped
from supplychain.report.graph.svg import svg
from tests.networks import (
    commodity,
    figure,
    need,
    network,
    organization,
    product,
    supply,
)

EVIL = "evil</script><img src=x onerror=alert(2)>\"'\\ & ]]>\nline\x01 ⟂ 東京"


def small() -> Network:
    """Two memory makers, one of them with a need of its own; one accelerator; one buyer."""
    own = need("bonder", role="tool")
    half = MappingProxyType({2024: figure(0.5)})
    return network(
        commodity("bonder", stage="equipment"),
        commodity("hbm", stage="memory"),
        commodity("cowos-l"),
        commodity("cowos-s"),
        product(
            "h100",
            "tsmc",
            need("hbm", per_unit=5, makers=MappingProxyType({"sk": Quarter(2022, 1)})),
            need("cowos-l", "cowos-s", role="service"),
            groups=("gpu",),
        ),
        organization("sk", supply("sk", "hbm", "KR", share=half), supply("sk", "hbm", "CN")),
        organization("mu", supply("mu", "hbm", "US", needs=(own,)), owner="sk"),
        organization("tsmc"),
        Buyer(
            "tsmc",
            "TSMC",
            "rich",
            "lab",
            "TW",
            orders=(Orders(("gpu",), MappingProxyType({Quarter(2023, 2): figure(10)})),),
        ),
    )


def named(name: str) -> Network:
    """A network whose names are the given text."""
    plain = small()
    return dataclasses.replace(
        plain,
        commodities={
            id_: dataclasses.replace(c, name=name) for id_, c in plain.commodities.items()
        },
        organizations={
            id_: dataclasses.replace(o, name=name) for id_, o in plain.organizations.items()
        },
    )


def test_an_organization_and_a_buyer_of_one_id_are_two_nodes() -> None:
    nodes = to_networkx(small()).nodes

    assert nodes["org:tsmc"]["kind"] == "organization"
    assert nodes["buyer:tsmc"] == {
        "kind": "buyer",
        "name": "TSMC",
        "country": "TW",
        "buyer_kind": "lab",
        "tier": "rich",
        "count": 1,
    }
    assert nodes["commodity:h100"] == {
        "kind": "commodity",
        "name": "H100",
        "stage": "accelerators",
        "unit": "units",
        "groups": "gpu",
        "designer": "tsmc",
        "launch": "2022Q1",
    }


def test_needs_run_from_input_to_consumer() -> None:
    edges = to_networkx(small()).edges

    assert edges["commodity:hbm", "commodity:h100"] == {
        "kind": "needs",
        "role": "component",
        "alternatives": False,
        "per_unit": 5.0,
        "makers": "sk",
    }
    assert edges["commodity:cowos-l", "commodity:h100"] == {
        "kind": "needs",
        "role": "service",
        "alternatives": True,
    }
    assert edges["commodity:bonder", "commodity:hbm"]["only_for"] == "mu"


def test_plants_in_two_countries_are_one_edge() -> None:
    edges = to_networkx(small()).edges

    assert edges["org:sk", "commodity:hbm"] == {
        "kind": "makes",
        "country": "CN, KR",
        "metered": False,
        "share": 0.5,
        "share_year": 2024,
    }
    assert "share" not in edges["org:mu", "commodity:hbm"]


def test_a_buyer_takes_what_it_orders_while_it_is_sold() -> None:
    plain = small()
    assert to_networkx(plain).edges["commodity:h100", "buyer:tsmc"] == {
        "kind": "takes",
        "first_order": "2023Q2",
        "committed": False,
    }

    late = product("h200", "tsmc", launch=Quarter(2024, 1), groups=("gpu",))
    later = network(
        late,
        *plain.commodities.values(),
        *plain.organizations.values(),
        *plain.buyers.values(),
    )
    assert set(to_networkx(later).predecessors("buyer:tsmc")) == {"commodity:h100"}


@pytest.mark.parametrize("name", ["HBM", EVIL])
def test_exports_read_back(name: str) -> None:
    made = to_networkx(named(name))

    graphml = networkx.parse_graphml(export(made, ".graphml"))
    gexf = networkx.read_gexf(io.BytesIO(export(made, ".gexf").encode()))
    node_link = networkx.node_link_graph(json.loads(export(made, ".json")), edges="edges")

    assert set(graphml.nodes) == set(gexf.nodes) == set(made.nodes)
    assert set(graphml.edges) == set(gexf.edges) == set(made.edges)
    assert list(node_link.nodes(data=True)) == list(made.nodes(data=True))
    assert list(node_link.edges(data=True)) == list(made.edges(data=True))
    assert dict(graphml.edges) == dict(made.edges)
    # XML has no control characters and reads a line break inside an attribute as a space.
    expected = name.replace("\x01", "\ufffd")
    assert graphml.nodes["commodity:hbm"]["name"] == expected
    assert gexf.nodes["commodity:hbm"]["label"].replace("\n", " ") == expected.replace("\n", " ")


@pytest.mark.parametrize("suffix", [".graphml", ".gexf", ".json", ".dot"])
def test_the_same_network_gives_the_same_text_without_a_date(suffix: str) -> None:
    text = export(to_networkx(small()), suffix)

    assert text == export(to_networkx(small()), suffix)
    assert "lastmodified" not in text
    assert text.endswith("\n")


def test_an_export_leaves_the_graph_as_it_was() -> None:
    made = to_networkx(small())
    for suffix in (".graphml", ".gexf", ".json", ".dot"):
        export(made, suffix)

    assert networkx.utils.graphs_equal(made, to_networkx(small()))


def test_an_unknown_ending_lists_the_known_ones() -> None:
    expected = "no graph format ends in '.png'; there are .graphml, .gexf, .json, .dot"
    with pytest.raises(ValueError, match=re.escape(expected)):
        export(to_networkx(small()), ".png")


STRANGE = "a\r\nb\rc\x85d\u2028e\u2029f<&\">'\x00\x1b\u202e\ud800\ufffe\t]]>\x0b\x0c-->😀\\N{}|\\"
"""What XML, DOT and Python's own idea of lines stumble over."""


def strange() -> networkx.DiGraph[str]:
    made: networkx.DiGraph[str] = networkx.DiGraph()
    made.add_node(f"commodity:{STRANGE}", kind="commodity", name=STRANGE)
    made.add_node("org:y", kind="organization", name="y")
    made.add_edge("org:y", f"commodity:{STRANGE}", kind="makes", country=STRANGE)
    return made


@pytest.mark.parametrize("name", ["graphml", "gexf"])
def test_strange_names_survive_xml_but_for_what_it_forbids(name: str) -> None:
    kept = re.sub("[\x00\x1b\ud800\ufffe\x0b\x0c]", "\ufffd", STRANGE)
    text = export(strange(), f".{name}")
    read = getattr(networkx, f"read_{name}")(io.BytesIO(text.encode()))
    node = f"commodity:{kept}"

    ElementTree.fromstring(text)
    assert set(read) == {node, "org:y"}
    assert read.nodes[node]["name"] == read.nodes[node].get("label", kept) == kept
    assert read.edges["org:y", node]["country"] == kept


def test_strange_names_survive_json() -> None:
    text = export(strange(), ".json")
    data = json.loads(text)

    assert networkx.utils.graphs_equal(networkx.node_link_graph(data, edges="edges"), strange())
    assert text == visible_lines(text)


def test_strange_names_do_not_end_a_dot_file() -> None:
    text = export(strange(), ".dot")
    quoted = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    [label] = {q for q in quoted if q.startswith("a")}

    assert text.encode().endswith(b"}\n")
    assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe]", text)
    assert label.startswith(r"a\nb\nc") and label.endswith(r"😀\\N{}|\\")  # noqa: PT018


def test_dot_text_is_quoted() -> None:
    lines = export(to_networkx(named('a "b" \\N\nc')), ".dot").splitlines()

    assert lines[0] == 'digraph "supply chain" {'
    assert '  "commodity:bonder" [label="a \\"b\\" \\\\N\\nc", shape="box", kind="commodity", ' in (
        lines[2].removesuffix('name="a \\"b\\" \\\\N\\nc", stage="equipment", unit="units"];')
    )
    assert '  "org:mu" -> "commodity:hbm" [kind="makes", country="US", metered="false"];' in lines


DOT_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=30))
def test_no_name_breaks_out_of_its_dot_string(name: str) -> None:
    text = export(to_networkx(named(name)), ".dot")

    # Once the strings are taken out, only the grammar is left.
    assert re.fullmatch(r"[\w\s\[\]{}=,;>-]*", DOT_STRING.sub("", text))


# The layered figure


def figure_of(source: Network) -> ElementTree.Element:
    return ElementTree.fromstring(svg(source, {"hbm": "two makers"}))


SVG = "{http://www.w3.org/2000/svg}"


def test_stages_stand_from_left_to_right() -> None:
    source = small()
    layout = layered(
        {id_: c.stage for id_, c in source.commodities.items()},
        {id_: c.name for id_, c in source.commodities.items()},
        [("bonder", "hbm"), ("hbm", "h100"), ("cowos-l", "h100"), ("cowos-s", "h100")],
    )

    assert [band.stage for band in layout.bands] == [
        "equipment",
        "memory",
        "packaging",
        "accelerators",
    ]
    assert layout.boxes["bonder"].x < layout.boxes["hbm"].x < layout.boxes["h100"].x
    assert layout.boxes["cowos-l"].x == layout.boxes["cowos-s"].x
    assert layout.boxes["cowos-l"].y < layout.boxes["cowos-s"].y


def test_sweeps_undo_a_crossing() -> None:
    # a feeds z and b feeds y: in order of id the two links cross.
    stages = {"a": "materials", "b": "materials", "y": "memory", "z": "memory"}
    boxes = layered(stages, stages, [("a", "z"), ("b", "y")]).boxes

    assert (boxes["a"].y < boxes["b"].y) == (boxes["z"].y < boxes["y"].y)


def test_an_input_of_the_same_stage_stands_no_further_right() -> None:
    ids = [f"tool-{n:02}" for n in range(60)]
    links = [("tool-03", "tool-00"), ("tool-00", "tool-01")]
    boxes = layered(dict.fromkeys(ids, "equipment"), dict(zip(ids, ids, strict=True)), links).boxes

    assert boxes["tool-03"].x <= boxes["tool-00"].x <= boxes["tool-01"].x
    assert boxes["tool-03"].x < boxes["tool-01"].x


def test_a_loop_inside_a_stage_is_placed_too() -> None:
    stages = {"a": "systems", "b": "systems"}

    assert set(layered(stages, stages, [("a", "b"), ("b", "a")]).boxes) == {"a", "b"}


def test_an_empty_network_has_an_empty_figure() -> None:
    layout = layered({}, {}, [])

    assert (dict(layout.boxes), layout.bands) == ({}, ())
    assert ElementTree.fromstring(svg(network())).findall(f"{SVG}g") == []


@given(st.data())
def test_boxes_never_overlap_and_stay_in_the_picture(data: st.DataObject) -> None:
    stages = data.draw(
        st.dictionaries(
            st.integers(0, 99).map(str),
            st.sampled_from(list(STAGE_COLOURS)),
            min_size=1,
            max_size=40,
        )
    )
    ids = st.sampled_from(sorted(stages))
    links = data.draw(st.sets(st.tuples(ids, ids), max_size=40))
    names = {id_: data.draw(st.sampled_from(["Tin", "EUV mask blank", "x" * 60])) for id_ in stages}
    layout = layered(stages, names, links)
    boxes = sorted(layout.boxes.values(), key=lambda b: (b.column, b.y))

    for above, below in pairwise(boxes):
        if above.column == below.column:
            assert above.y + above.height / 2 < below.y - below.height / 2
    for box in boxes:
        assert 0 < box.y - box.height / 2 < box.y + box.height / 2 < layout.height
    assert layout == layered(dict(reversed(stages.items())), names, links)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("HBM", ("HBM",)),
        ("Tool spare parts and field service", ("Tool spare parts", "and field", "service")),
        ("x" * 20, ("x" * 16, "x" * 4)),
        ("高帯域幅メモリの東京", ("高帯域幅メモリの", "東京")),
        (
            "one two three four five six seven eight nine ten",
            ("one two three", "four five six", "seven eight nin…"),
        ),
        ("CoWoS-L wafer (chips on redistribution layers)", ("CoWoS-L wafer",)),
        ("HBM3 (stacks)", ("HBM3 (stacks)",)),
        ("Thermocompression bonder", ("Thermocompression", "bonder")),
        ("Low-thermal-expansion glass", ("Low-thermal-", "expansion glass")),
        ("", ("",)),
    ],
)
def test_labels_wrap_to_the_box(name: str, lines: tuple[str, ...]) -> None:
    assert wrapped(name) == lines


def test_the_figure_says_what_it_shows() -> None:
    root = figure_of(small())
    [marked] = [g for g in root.iter(f"{SVG}g") if g.get("class") == "node chokepoint"]

    assert (
        root.get("aria-label") == "Dependency graph, materials on the left to systems on the right"
    )
    assert marked.findtext(f"{SVG}title") == "HBM (memory): two makers"
    assert marked.findtext(f"{SVG}text") == "◆ HBM"
    assert len(list(root.iter(f"{SVG}path"))) == 4


def test_names_in_the_figure_are_text() -> None:
    root = figure_of(named(EVIL))

    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        *("svg", "style", "rect", "text", "path", "g", "title")
    }
    assert "<img" in "".join(root.itertext())


def test_white_letters_have_contrast() -> None:
    def light(channel: int) -> float:
        c = channel / 255
        return c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4

    for colour in STAGE_COLOURS.values():
        red, green, blue = (light(int(colour[i : i + 2], 16)) for i in (1, 3, 5))
        # WCAG 2.1, contrast ratio of white to the colour.
        assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 5
