"""What the loader makes of good data; the README's example is good data."""

from __future__ import annotations

import contextlib
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplychain.loader import DataError, check, check_texts, load, load_texts
from supplychain.loader.rules import follow
from supplychain.model import Contradiction, Place
from supplychain.model.quarters import Quarter
from tests import DATA, ROOT
from tests.loader.test_load_messages import example

README = ROOT / "graph_data" / "README.md"
H100 = "commodities/accelerators/h100.yaml"
TSMC = "organizations/tsmc.yaml"


def changed(path: str, old: str, new: str) -> dict[str, str]:
    """The example with one text replaced."""
    files = example()
    assert old in files[path]
    return {**files, path: files[path].replace(old, new, 1)}


def test_a_figure_with_everything() -> None:
    network = load(DATA / "example")
    [logic, memory] = network.commodities["h100"].needs

    assert logic.per_unit is not None
    assert (logic.per_unit.value, logic.per_unit.low, logic.per_unit.high) == (
        1 / 45,
        1 / 55,
        1 / 25,
    )
    assert logic.per_unit.unit == "wafers/units"
    assert logic.per_unit.basis == "derived"
    assert logic.per_unit.place == Place(H100, 10, 23)
    assert logic.makers == {"tsmc": Quarter(2022, 3)}
    assert logic.sources == ("trade-press-2024",)  # of its figures: it names none itself

    assert memory.per_unit is not None
    assert (memory.per_unit.low, memory.per_unit.high) == (80, 80)
    assert memory.per_unit.sources == ("maker-2023",)  # of the need around it
    assert memory.makers is None


def test_a_plus_or_minus_range() -> None:
    [logic, _] = load_texts(example()).commodities["h100"].needs
    assert logic.cycle_weeks is not None

    assert logic.cycle_weeks.value == 26
    assert logic.cycle_weeks.low == pytest.approx(26 * 0.8)
    assert logic.cycle_weeks.high == pytest.approx(26 * 1.2)
    assert logic.cycle_weeks.unit == "weeks"


def test_a_range_of_shares_ends_at_all() -> None:
    files = changed(H100, "range: [85%, 95%]", "range: 20%")
    output_yield = load_texts(files).commodities["h100"].output_yield
    assert output_yield is not None

    assert output_yield.low == pytest.approx(0.72)
    assert output_yield.high == 1


def test_a_capacity_is_turned_into_units_per_quarter() -> None:
    [capacity] = load_texts(example()).organizations["tsmc"].capacities

    assert capacity.key == "tsmc.n5"
    assert capacity.per_base_unit == 3000
    # Exit rates: what a line begins with is the mean of nothing and its first exit.
    assert capacity.per_quarter(Quarter(2023, 4)) == 180_000
    assert capacity.per_quarter(Quarter(2024, 1)) == 3000 * (120 + 127.5) / 2
    assert capacity.figures[Quarter(2024, 4)].unit == "thousand wafers/month"
    assert capacity.bookings[2024]["nvidia"].value == 0.54


def test_a_supply_draws_one_for_one_unless_it_says_otherwise() -> None:
    files = changed(
        TSMC,
        "capacity: n5\n",
        "capacity: {n5: 1, power: {value: 1/4, unit: MW/wafers, source: [trade-press-2024]}}\n",
    )
    files[TSMC] = files[TSMC].replace(
        "supplies:",
        "  - id: power\n    unit: MW/quarter\n    at: average\n"
        "    figures: {2024Q1: 9, source: [trade-press-2024]}\nsupplies:",
    )
    [supply] = load_texts(files).organizations["tsmc"].supplies

    assert supply.draws["n5"] is None
    assert supply.draws["power"] is not None
    assert supply.draws["power"].value == 0.25
    assert supply.metered


def test_an_order_of_a_year_is_spread_over_its_quarters() -> None:
    [order] = load_texts(example()).buyers["microsoft"].orders

    assert {str(q): f.value for q, f in order.figures.items()} == {
        "2023Q1": 100_000,
        "2023Q2": 100_000,
        "2023Q3": 100_000,
        "2023Q4": 100_000,
        "2024Q1": 120_000,
    }
    assert order.figures[Quarter(2024, 1)].high == 150_000


def test_contradictions_are_kept() -> None:
    files = changed(
        TSMC,
        "range: [100, 140], source: [trade-press-2024]}",
        "range: [100, 140], source: trade-press-2024,"
        " contradicted_by: [{value: 101, source: [maker-2023], note: forecast}]}",
    )
    [capacity] = load_texts(files).organizations["tsmc"].capacities

    assert capacity.figures[Quarter(2023, 4)].contradicted_by == (
        Contradiction(101, ("maker-2023",), "forecast"),
    )


BLOCK = "{2023: 34_641, source: [trade-press-2024]}"


@pytest.mark.parametrize(
    ("block", "basis", "low", "sources", "note"),
    [
        ("{2023: 10, source: [maker-2023]}", "reported", 10, ("maker-2023",), ""),
        ("{2023: 10, basis: estimate, range: 50%, note: why}", "estimate", 5, (), "why"),
        # A figure that names its own source stands for itself ...
        (
            "{2023: {value: 10, source: [maker-2023]}, basis: estimate, range: 50%, note: why}",
            "reported",
            10,
            ("maker-2023",),
            "",
        ),
        # ... but takes the range if it is an estimate too.
        (
            "{2023: {value: 10, source: [maker-2023], basis: derived}, range: 50%, note: why}",
            "derived",
            5,
            ("maker-2023",),
            "",
        ),
        (
            "{2023: {value: 10, basis: estimate, range: 20%, note: own}, source: [maker-2023]}",
            "estimate",
            8,
            (),
            "own",
        ),
        # Any other takes what it does not say.
        (
            "{2023: {value: 10, range: [9, 11]}, basis: estimate, source: [maker-2023], note: why}",
            "estimate",
            9,
            ("maker-2023",),
            "why",
        ),
        (
            "{2023: {value: 10, note: own}, source: [maker-2023], note: why}",
            "reported",
            10,
            ("maker-2023",),
            "own",
        ),
    ],
)
def test_what_a_figure_takes_from_its_block(
    block: str, basis: str, low: float, sources: tuple[str, ...], note: str
) -> None:
    product = load_texts(changed(H100, BLOCK, block)).commodities["h100"].product
    assert product is not None
    price = product.price_usd[2023]

    assert (price.basis, price.low, price.sources, price.note) == (basis, low, sources, note)
    assert price.unit == "USD"


def test_blocks_in_blocks_hand_down_too() -> None:
    files = changed(H100, "  designer: nvidia\n", "  designer: nvidia\n  source: [maker-2023]\n")
    files[H100] = (
        files[H100].replace(BLOCK, "{2023: 34_641}").replace("1979, source: [maker-2023]}", "1979}")
    )
    product = load_texts(files).commodities["h100"].product
    assert product is not None

    assert product.price_usd[2023].sources == ("maker-2023",)
    assert product.facts["fp8_tflops"].unit == "TFLOP/s"


def test_an_alias_repeats_a_figure() -> None:
    files = changed(H100, "cycle_weeks: {", "cycle_weeks: &weeks {")
    files[H100] = files[H100].replace("per_unit: 80\n", "per_unit: 80\n    cycle_weeks: *weeks\n")
    [logic, memory] = load_texts(files).commodities["h100"].needs

    assert logic.cycle_weeks is not None
    assert memory.cycle_weeks is not None
    assert memory.cycle_weeks.name == "h100.hbm3.cycle_weeks"
    assert replace(memory.cycle_weeks, name=logic.cycle_weeks.name) == logic.cycle_weeks


def test_alternatives_with_the_weeks_of_a_switch() -> None:
    files = changed(
        H100,
        "input: hbm3\n",
        "any_of: {hbm3: 0, euv-scanner: {value: 60, range: [40, 80]}}\n",
    )
    [_, need] = load_texts(files).commodities["h100"].needs

    assert need.inputs["hbm3"] is None  # in use
    assert need.inputs["euv-scanner"] is not None
    assert need.inputs["euv-scanner"].value == 60


H200 = """
id: h200
name: NVIDIA H200
stage: accelerators
unit: units
groups: [gpu]
needs_as: h100
needs:
  - input: hbm3
    role: component
    per_unit: {value: 141, source: [maker-2023]}
  - input: euv-scanner
    role: service
    basis: estimate
    note: made up
product: {designer: nvidia, launch: 2024Q2}
"""


def test_needs_taken_over_stand_before_the_own_ones_which_replace_them() -> None:
    files = {**example(), "commodities/accelerators/h200.yaml": H200}
    needs = load_texts(files).commodities["h200"].needs

    assert [tuple(need.inputs) for need in needs] == [("n5-wafer",), ("hbm3",), ("euv-scanner",)]
    assert needs[1].per_unit is not None
    assert needs[1].per_unit.value == 141


def test_a_product_owes_a_quantity_for_needs_that_it_takes_over_too() -> None:
    files = {**example(), "commodities/accelerators/h200.yaml": H200.replace("h100", "hbm3")}
    files["commodities/memory/hbm3.yaml"] += (
        "needs: [{input: n5-wafer, role: component, basis: estimate, note: base die}]\n"
    )

    with pytest.raises(DataError) as caught:
        load_texts(files)

    assert str(caught.value) == (
        "commodities/accelerators/h200.yaml:2:1: the need of 'n5-wafer' taken over by 'needs_as' "
        "has no 'per_unit'\n"
        "   2 | id: h200\n"
        "     | ^^\n"
        "  help: list the need here with its quantity, or add it in "
        "commodities/memory/hbm3.yaml:5:9\n"
        "\n"
        "1 problem in 1 of 11 files; nothing was computed."
    )


def test_circles_of_owners_are_found_once() -> None:
    assert follow("abcde", {"a": "b", "b": "c", "c": "b", "d": "d"}) == [("b", "c"), ("d",)]
    assert follow("ab", {"a": "b"}) == []


def test_the_digest_tells_data_apart_and_the_order_of_files_does_not() -> None:
    files = example()

    assert load_texts(files).digest == load(DATA / "example").digest
    assert load_texts(dict(reversed(files.items()))).digest == load_texts(files).digest
    assert load_texts(changed(H100, "80", "81")).digest != load_texts(files).digest


def test_the_same_files_give_the_same_network() -> None:
    files = example()

    assert load_texts(files) == load_texts(dict(reversed(files.items())))


@given(
    st.sampled_from(sorted(example())),
    st.integers(0, 400),
    st.integers(1, 30),
    st.sampled_from(["", "x", "[]", "{}", "- ", "0", "~", "200%", "2024", ": ", "\n", "*a", "'"]),
)
def test_damaged_data_end_in_problems_and_nothing_else(
    path: str, start: int, length: int, put: str
) -> None:
    files = example()
    text = files[path]
    files[path] = text[:start] + put + text[start + length :]

    with contextlib.suppress(DataError):
        load_texts(files)


def test_the_built_in_data_are_found() -> None:
    assert len(check().files) > 0


STUB = "{value: 1, range: [1, 1], basis: estimate, note: why}"


def readme_files() -> dict[str, str]:
    """The examples of the data's README, with what they refer to made up around them."""
    blocks = re.findall(r"```yaml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    _, commodity, organization, buyer, source, parameters = [
        b.replace("{...}", STUB) for b in blocks
    ]
    files = {
        H100: commodity,
        TSMC: organization,
        "buyers/microsoft.yaml": buyer,
        "sources/press.yaml": source,
        "parameters/power.yaml": parameters,
    }
    text = "".join(blocks)
    cited = {id_ for ids in re.findall(r"source: \[([^\]]+)\]", text) for id_ in ids.split(", ")}
    rest = source.partition("\n")[2]
    files["sources/more.yaml"] = "".join(
        f"{id_}:\n{rest}" for id_ in sorted(cited - {"trendforce-2024"})
    )
    for id_ in ("nvidia", "broadcom", "amd", "some-parent", "microsoft"):
        files[f"organizations/{id_}.yaml"] = f"id: {id_}\nname: Org {id_}\ncountry: US\n"
    for id_ in ("n5-wafer", "cowos-s-wafer", "cowos-l-wafer", "emib-package", "soc-tester"):
        files[f"commodities/packaging/{id_}.yaml"] = (
            f"id: {id_}\nname: {id_.upper()}\nstage: packaging\nunit: wafers\n"
        )
    files["commodities/accelerators/a100.yaml"] = (
        "id: a100\nname: NVIDIA A100\nstage: accelerators\nunit: units\n"
        "needs: [{input: n5-wafer, role: service, source: [nvidia-2023]}]\n"
        "product: {designer: nvidia, launch: 2020Q2}\n"
    )
    return files


def test_the_example_of_the_readme_loads() -> None:
    report = check_texts(readme_files())

    assert "\n\n".join(str(p) for p in report.problems) == ""
    assert report.network is not None
    assert report.network.commodities["h100"].h100e() == 1
    roles = [need.role for need in report.network.commodities["h100"].needs]
    assert roles == ["service", "component", "component", "tool"]
