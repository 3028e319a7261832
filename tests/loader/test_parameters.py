"""Files of parameters, prices of inputs and measured utilization: read, checked, replaced."""

from __future__ import annotations

from dataclasses import fields

import pytest

from supplychain.allocation import rich_fleet
from supplychain.allocation.chips import life_of
from supplychain.allocation.deliveries import move_of
from supplychain.allocation.export import USUAL, ExportRules, export_rules, exportable
from supplychain.analyses.outages import DEFAULT_WEEKS, recovery_weeks
from supplychain.loader import DataError, load, load_texts
from supplychain.model.quarters import Quarter
from supplychain.production.availability import web
from supplychain.scenarios.assumptions import assumed
from tests.loader.test_load import readme_files

POWER = "parameters/power.yaml"
GOOD = """\
id: power
name: Power
figures:
  pue: {value: 1.25, range: [1.1, 1.4], basis: estimate, note: why}
"""


def problems(path: str, text: str) -> str:
    with pytest.raises(DataError) as error:
        load_texts({**readme_files(), path: text})
    return str(error.value)


def test_a_parameter_is_found_by_topic_and_name() -> None:
    network = load_texts({**readme_files(), POWER: GOOD})
    assert network.parameter("power.pue").value == 1.25
    product = network.products["h100"].product
    assert product is not None
    assert product.utilization["mfu"].value == 0.41
    with pytest.raises(ValueError, match=r"no parameter 'power.load'; add 'load' to parameters"):
        network.parameter("power.load")


def test_a_parameter_of_another_topic_is_named_with_its_file() -> None:
    said = problems(POWER, GOOD.replace("pue:", "system_ratio:"))
    assert "'system_ratio' is no parameter of power" in said
    assert "move it to parameters/cost.yaml" in said


def test_an_unknown_parameter_names_the_nearest() -> None:
    assert "did you mean pue?" in problems(POWER, GOOD.replace("pue:", "peu:"))


def test_a_parameter_keeps_within_its_own_limits() -> None:
    said = problems(POWER, GOOD.replace("value: 1.25, range: [1.1, 1.4]", "value: 0.9"))
    assert "'0.9' is not a ratio from 1 to 5; write it like 1.25" in said
    said = problems(
        "parameters/serving.yaml",
        """\
id: serving
name: Serving
figures: {mbu: {value: 1.5, range: 10%, basis: estimate, note: why}}
""",
    )
    assert "'1.5' is not a share of a peak, above 0% up to 95%" in said
    with pytest.raises(
        ValueError, match=r"serving\.mbu: 1\.5 cannot be; it is at least 0.001 and at most 0.95"
    ):
        assumed(load(), {"serving.mbu": 1.5})


def test_utilization_above_one_is_an_error() -> None:
    path = "commodities/accelerators/h100.yaml"
    text = readme_files()[path].replace("mfu: 41%", "mfu: 1.4")
    assert "'1.4' is not a share of a peak, from 0% to 95%" in problems(path, text)


def test_an_input_has_a_price_by_year() -> None:
    files = readme_files()
    path = "commodities/fabrication/n5-wafer.yaml"
    assert load().commodities["n5-wafer"].price_usd[2024].value == 18_000
    said = problems(path, files.get(path, "") + "price_usd: {2024: -3}\n")
    assert "'-3' is not a price in US$" in said


def test_a_parameter_can_be_assumed() -> None:
    network = assumed(load(), {"power.pue": 1.1})
    assert network.parameter("power.pue").value == 1.1
    assert network.parameter("power.pue").note == "assumed instead of 1.25"
    assert network.parameter("power.load") == load().parameter("power.load")


CONSTANTS = {
    "production.refill": 0.25,
    "production.repair": 0.05,
    "allocation.life_quarters": 24,
    "allocation.move": 0.10,
    "allocation.rich_h100e": 20_000,
    **{f"recovery.{role}": weeks for role, weeks in DEFAULT_WEEKS.items()},
    **{f"export.{field.name}": getattr(USUAL, field.name) for field in fields(ExportRules)},
}


def test_the_constants_of_the_data_are_the_usual_ones() -> None:
    network = load()

    assert {name: network.parameter(name).value for name in CONSTANTS} == CONSTANTS


def test_data_without_constants_keeps_the_usual_ones() -> None:
    network = load_texts(readme_files())

    assert export_rules(network) == USUAL
    assert (life_of(network), move_of(network), rich_fleet(network)) == (24, 0.10, 20_000)


def test_the_constants_can_be_assumed() -> None:
    network = assumed(
        load(),
        {
            "allocation.life_quarters": 16,
            "allocation.move": 0.2,
            "allocation.rich_h100e": 5_000,
            "production.refill": 0.5,
            "production.repair": 0.1,
            "recovery.design": 80,
            "export.h200_licensed": 26.5,
        },
    )
    made = web(network, (Quarter(2024, 1),))

    assert (life_of(network), move_of(network), rich_fleet(network)) == (16, 0.2, 5_000)
    assert (made.refill, made.repair) == (0.5, 0.1)
    assert 80 in {weeks.value for weeks in recovery_weeks(network).values()}
    h200, china = network.commodities["h200"], network.buyers["alibaba"]
    may = [exportable(h200, china, Quarter(2026, n), export_rules(network)) for n in (1, 2, 3)]
    assert may == [False, False, True]


def test_a_date_is_in_the_quarter_in_which_it_lies() -> None:
    assert USUAL.since(22.77, Quarter(2022, 4))
    assert not USUAL.since(22.77, Quarter(2022, 3))
    assert USUAL.since(26.0, Quarter(2026, 1))
