"""Files of parameters, prices of inputs and measured utilization: read, checked, replaced."""

from __future__ import annotations

import pytest

from supplychain.loader import DataError, load, load_texts
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
