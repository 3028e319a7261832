"""Values of the command line and of scenario files, hypothesis's and the worst we know of.

In CI each property is tried for a few seconds; the longer run is

    FUZZ=1000 python -m pytest -q tests/fuzz

It tries 6,400 values and files in five minutes on a busy machine of two processors. It has found
rates and shares of 1e-308 that came out infinite, and messages that repeated 5,000 digits.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from supplychain import loader
from supplychain.cli import _group
from supplychain.errors import AskError
from supplychain.loader import DataError
from supplychain.model import Network, Scenario, units
from supplychain.model.quarters import Quarter
from supplychain.scenarios.targets import parse_cut
from supplychain.simulation import simulate

MANY = int(os.environ.get("FUZZ", "15"))

FUZZED = settings(
    max_examples=MANY,
    deadline=None,
    derandomize="FUZZ" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

WORST = (
    "nan", "-nan", "inf", "-inf", "Infinity", "1e308", "-1e308", "1e309", "1e-308", "1e-320",
    "1" + "0" * 300, "9" * 60, "9" * 5000, "-1", "-0", "0", "0.0", "1e-9", "", " ", "%", "20",
    "20%", "20 %", "1/5", "1/0", "0/0", "-1/5", "101%", "1e400%", "1,5", "1.000,5", "1_000", "_1",
    "٢٠", "２０", "½", "∞", "0x10", "1e", "true", "None", "\x00", "\x1b[31m", "2024Q1", "a" * 300,
    "🙂", "‮20%", "--help", "=", "@", "..", "*", "[", "[a", "x:y", ":", "/", "|",
)  # fmt: skip
"""What people and programs write where a number should stand, and what is worse."""

numbers = st.one_of(
    st.sampled_from(WORST),
    st.floats().map(str),
    st.integers().map(str),
    st.integers(0, 200).map(lambda n: f"{n}%"),
    st.floats(0, 1).map(str),
    st.integers(1, 5000).map(str),
)
texts = st.one_of(st.sampled_from(WORST), st.text(max_size=12))

COMPUTE = (
    "--count", "--batch", "--context", "--tensor-parallel", "--speed", "--mfu", "--mbu",
    "--calendar", "--price", "--sites", "--site-power", "--site-link", "--inner-steps", "--top",
)  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "load", cache(loader.load))
        yield


def run(*args: str) -> Result:
    return CliRunner().invoke(_group, args, prog_name="supplychain")


def sound(done: Result, form: str = "json") -> None:
    """It answered with numbers, or refused with a message, and nothing else."""
    assert done.exception is None or isinstance(done.exception, SystemExit | click.ClickException)
    assert done.exit_code in (0, 1, 2)
    if done.exit_code:
        assert done.stdout == ""
        assert re.match("Error: .", done.stderr)
        assert max(map(len, done.stderr.splitlines())) < 1000
    elif form == "json":
        json.loads(done.stdout, parse_constant=lambda text: pytest.fail(f"{text} in JSON"))
    else:
        assert not re.search(r"\b(nan|inf)\b", done.stdout)


@FUZZED
@given(st.dictionaries(st.sampled_from(COMPUTE), numbers, min_size=1, max_size=3))
def test_numbers_of_a_cluster(values: dict[str, str]) -> None:
    options = [f"{option}={value}" for option, value in values.items()]

    sound(run("compute", "--chip", "h100", *options, "-f", "json"))


@pytest.mark.parametrize("option", COMPUTE)
@pytest.mark.parametrize("value", ["nan", "inf", "1e308", "1e-308", "9" * 60, "", "-1"])
def test_the_worst_numbers_of_a_cluster(option: str, value: str) -> None:
    done = run("compute", "--chip", "h100", "--count", "1000", f"{option}={value}", "-f", "json")

    sound(done)
    assert done.exit_code == 2 or (value, option) == ("1e-308", "--price")


@FUZZED
@given(st.sampled_from(["--weeks", "--top", "--order", "--at", "--product"]), numbers)
def test_numbers_of_chokepoints(option: str, value: str) -> None:
    at = () if option == "--at" else ("--at", "2024Q1")

    sound(run("chokepoints", "--no-score", *at, f"{option}={value}", "-f", "json"))


@FUZZED
@given(numbers)
def test_rates(value: str) -> None:
    args = ("--product", "h100", "--at", "2023Q2", "--rate", f"tsmc={value}", "-f", "json")

    sound(run("chokepoints", *args))


@FUZZED
@given(texts)
def test_names(value: str) -> None:
    if value.startswith("--"):
        value = value.removeprefix("--")
    sound(run("explain", "-f", "json", "--", value))


OF_SIMULATE = ("--hbm-cut", "--cowos-cut", "--cut", "--assume", "--from", "--to", "--policy")


@settings(FUZZED, max_examples=max(MANY // 5, 5))
@given(
    st.sampled_from(OF_SIMULATE),
    st.sampled_from(["", "hbm=", "h100.yield=", "tsmc.cowos.2024Q1=", "hbm=20%@", "TSMC="]),
    numbers,
)
def test_values_of_simulate(option: str, before: str, value: str) -> None:
    window = ("--from", "2024Q1", "--to", "2024Q1")

    sound(run("simulate", "--fast", *window, f"{option}={before}{value}", "-f", "json"))


@settings(FUZZED, max_examples=max(MANY // 5, 5))
@given(
    st.sampled_from(["--supply", "--reserve", "--aversion", "--alpha", "--year", "--buyer"]),
    numbers,
)
def test_values_of_allocate(option: str, value: str) -> None:
    window = () if option == "--year" else ("--from", "2024Q1", "--to", "2024Q1")

    sound(run("allocate", "--policy", "pro-rata", *window, f"{option}={value}", "-f", "json"))


def attempt(read: Callable[[str], Any], text: str) -> tuple[Any, str]:
    """What was read, or the message."""
    try:
        return read(text), ""
    except AskError as error:
        return None, str(error)


@FUZZED
@given(st.one_of(numbers, texts))
def test_what_is_read_is_finite_or_refused(text: str) -> None:
    for read in (units.number, units.share):
        value, said = attempt(read, text)
        assert len(said) < 200
        assert value is None or abs(value) < float("inf")
    for parse in (Quarter.parse, parse_cut, lambda t: parse_cut(f"hbm={t}")):
        value, said = attempt(parse, text)
        assert str(value) if said == "" else value is None


KEYS = ("cut", "by", "from", "to", "recovery", "qualify", "input", "in", "launch", "add_line",
        "rate", "orders", "products", "ban", "buyers")  # fmt: skip
values_of_yaml = st.one_of(
    numbers, texts, st.sampled_from(["hbm", "tsmc", "h100", "2024Q1", "20%", "all", "china"])
)


@FUZZED
@given(
    st.lists(
        st.dictionaries(st.sampled_from(KEYS), values_of_yaml, min_size=1, max_size=4), max_size=2
    ),
    st.dictionaries(st.sampled_from(["h100.yield", "tsmc.cowos.2024Q1", "x"]), numbers, max_size=2),
)
def test_scenario_files(
    tmp_path_factory: pytest.TempPathFactory, shocks: list[dict[str, str]], assumed: dict[str, str]
) -> None:
    """JSON is YAML, so every text can stand in it."""
    file = tmp_path_factory.mktemp("fuzz") / "odd.yaml"
    content = {"id": "odd", "name": "Odd", "shocks": shocks, "assume": assumed}
    file.write_text(json.dumps(content, ensure_ascii=True), encoding="utf-8")
    network = loader.load()
    try:
        scenario = loader.load_scenario(file, network)
    except DataError:
        return
    assert "nan" not in str(scenario.shocks)
    assert all(abs(value) < float("inf") for value in scenario.assume.values())
    sound_or_refused(network, scenario)


def sound_or_refused(network: Network, scenario: Scenario) -> None:
    """What was read can be asked for."""
    try:
        result = simulate(network, (), "2024Q1", "2024Q1", scenarios=[scenario])
    except AskError as error:
        assume(bool(str(error)))
        return
    assert result.scenario.total() >= 0
