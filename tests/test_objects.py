"""Networks and results travel: pickled, copied, compared, sent to workers, shown in a line."""

from __future__ import annotations

import copy
import dataclasses
import importlib
import multiprocessing
import pickle
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import supplychain as sc
from supplychain.allocation.fleets import Fleets
from supplychain.analyses.exposure import Exposure, Exposures
from supplychain.analyses.owners import owner_tests
from supplychain.analyses.removals import exposures
from supplychain.firms.edges import edges
from supplychain.firms.singles import single_points
from supplychain.firms.stress import StressTest
from supplychain.firms.systemic import SystemicRisk
from supplychain.loader import check, load_scenario
from supplychain.model import Capacity, Cut, Need, Network, Scenario
from supplychain.model.names import each_name
from supplychain.model.quarters import Quarter
from supplychain.model.values import same_values
from supplychain.risk import asked_products, default_quarter
from supplychain.risk.joint import joint_cuts
from supplychain.risk.matrix import country_by_stage
from tests import DATA, ROOT
from tests.networks import figure

Q = Quarter(2024, 1)
EXAMPLE = DATA / "example"
TABLE = pd.DataFrame(
    {
        "customer": ["a", "b", "b"],
        "commodity": ["x", "y", "y"],
        "supplier": ["b", "c", "d"],
        "share": [1.0, 0.5, 0.5],
    }
)


@cache
def built_in() -> Network:
    return sc.load()


@cache
def simulation() -> Any:
    return sc.simulate(built_in(), "hbm=20%", "2024Q1", "2024Q4")


@cache
def exposed() -> Exposures:
    row = Exposure("country", "TW", "Taiwan", 26.0, True, 0.9, 1e6, 2e10, Q, None, 1.0, Q, None)
    return Exposures(Q, Q + 7, 2e6, (row,), 3)


@cache
def fleets() -> Fleets:
    return Fleets((), ("h100",), (Q, Q + 1), np.array([[[1.0, np.nan]]]))


OBJECTS: dict[str, Callable[[], Any]] = {
    "network": built_in,
    "commodity": lambda: built_in().commodities["h100"],
    "organization": lambda: built_in().organizations["tsmc"],
    "supply": lambda: built_in().supplies[0],
    "simulation": simulation,
    "production": lambda: simulation().scenario,
    "plan": lambda: simulation().baseline.plan,
    "allocation": lambda: simulation().allocation,
    "market": lambda: simulation().markets[1],
    "chokepoints": lambda: sc.chokepoints(built_in(), "h100", "2024Q4"),
    "joint cuts": lambda: joint_cuts(built_in(), "h100", Quarter(2024, 4), "country"),
    "exposures": exposed,
    "fleets": fleets,
    "edges": lambda: edges(TABLE),
    "single points": lambda: single_points(TABLE),
    "stress test": lambda: StressTest(("a",), *(np.array([x]) for x in (1.0, 2.0, np.inf))),
    "systemic risk": lambda: SystemicRisk(np.array(["a"], dtype=object), np.array([0.5])),
}

WAYS: dict[str, Callable[[Any], Any]] = {
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "newest pickle": lambda value: pickle.loads(pickle.dumps(value, pickle.HIGHEST_PROTOCOL)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
@pytest.mark.parametrize("make", OBJECTS.values(), ids=OBJECTS.keys())
def test_a_copy_is_equal_and_not_the_same(
    make: Callable[[], Any], way: Callable[[Any], Any]
) -> None:
    value = make()
    copied = way(value)

    assert copied is not value
    assert type(copied) is type(value)
    assert copied == value
    assert (copied != value) is False


@pytest.mark.parametrize("make", OBJECTS.values(), ids=OBJECTS.keys())
def test_others_are_not_equal(make: Callable[[], Any]) -> None:
    value = make()
    first = dataclasses.fields(value)[0].name

    assert value != "something else"
    assert value != dataclasses.replace(value, **{first: None})


def test_one_entry_of_an_array_makes_a_difference() -> None:
    more = np.array([[[1.0, 2.0]]])
    result = simulation()
    ship = result.scenario.ship.copy()
    ship[0, -1] += 1
    other = dataclasses.replace(result.scenario, ship=ship)

    assert fleets() == dataclasses.replace(fleets(), in_service=fleets().in_service.copy())
    assert fleets() != dataclasses.replace(fleets(), in_service=more)
    assert fleets() != dataclasses.replace(fleets(), in_service=more[..., :1])
    assert result != dataclasses.replace(result, scenario=other)


def test_equal_questions_have_equal_results() -> None:
    assert sc.simulate(built_in(), ["hbm=20%"], "2024Q1", "2024Q4") == simulation()
    assert sc.simulate(built_in(), ["hbm=21%"], "2024Q1", "2024Q4") != simulation()


@pytest.mark.parametrize(
    "name", ["simulation", "production", "allocation", "market", "fleets", "edges"]
)
def test_values_with_arrays_have_no_hash(name: str) -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(OBJECTS[name]())


def dataclasses_of_the_package() -> Iterator[type]:
    for module in pkgutil.walk_packages(sc.__path__, "supplychain."):
        if module.name.rpartition(".")[2] not in ("__main__", "notebook"):
            for kind in vars(importlib.import_module(module.name)).values():
                if dataclasses.is_dataclass(kind) and isinstance(kind, type):
                    yield kind


def test_what_holds_arrays_does_not_compare_them_as_tuples() -> None:
    """The ``==`` that a dataclass makes asks an array for its truth, which is an error."""
    arrays = ("NDArray", "ndarray", "Floats", "Ints", "Integers", "csr_array", "Mask")
    wrong = [
        f"{kind.__module__}.{kind.__name__}"
        for kind in dataclasses_of_the_package()
        if any(name in str(f.type) for f in dataclasses.fields(kind) for name in arrays)
        and vars(kind).get("__eq__", same_values) is not same_values
    ]

    assert sorted(set(wrong)) == []


def test_networks_and_questions_go_to_workers() -> None:
    network = built_in()
    products = ["h100", "b200"]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(sc.chokepoints, [network] * 2, products, ["2024Q4"] * 2))

    assert found == [sc.chokepoints(network, p, "2024Q4") for p in products]


def test_a_copy_is_as_frozen_as_what_it_was_made_of() -> None:
    copied = pickle.loads(pickle.dumps(built_in()))

    assert type(copied.commodities) is MappingProxyType
    with pytest.raises(dataclasses.FrozenInstanceError):
        copied.digest = ""


# Frozen by itself


def test_values_keep_what_they_were_given() -> None:
    inputs: dict[str, Any] = {"hbm": None}
    booked = {2024: {"nvidia": figure(0.5)}}
    need = Need(inputs, "component")
    line = Capacity("line", "sk", "GB/quarter", {Q: figure(1)}, "exit", "step", booked)
    inputs["hbm2"] = None
    booked[2024]["amd"] = figure(0.5)

    assert dict(need.inputs) == {"hbm": None}
    assert {year: dict(shares) for year, shares in line.bookings.items()} == {
        2024: {"nvidia": figure(0.5)}
    }
    for mapping in (need.inputs, line.figures, line.bookings, line.bookings[2024]):
        assert type(mapping) is MappingProxyType


def mappings(value: Any) -> Iterator[Any]:
    """Every mapping in a value."""
    if dataclasses.is_dataclass(value):
        for f in dataclasses.fields(value):
            yield from mappings(getattr(value, f.name))
    elif isinstance(value, Mapping):
        yield value
        for inner in value.values():
            yield from mappings(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from mappings(inner)


def test_no_mapping_of_the_data_can_be_changed_however_it_was_made() -> None:
    made = load_anew(), sc.load(), copy.deepcopy(built_in())

    assert {type(m) for network in made for m in mappings(network)} == {MappingProxyType}


def load_anew() -> Network:
    from supplychain.cache import pass_by

    with pass_by():
        return sc.load()


# Short


SHORT = {
    "network": r"<Network [0-9a-f]{8}: \d+ commodities, \d+ organizations, \d+ supplies>",
    "simulation": r"<Simulation 2024Q1 to 2024Q4: hbm −20%>",
    "production": r"<Production 2024Q1 to 2024Q4: [\d,]+ accelerators>",
    "plan": r"<Plan \d{4}Q\d to \d{4}Q\d: \d+ products, \d+ supplies, \d+ lines>",
    "allocation": r"<Allocation 2024Q1 to 2024Q4, contract-first: \d+ products to \d+ buyers>",
    "market": r"<Market 2024Q1 to 2024Q4: \d+ products for \d+ buyers>",
    "chokepoints": r"<Points in 2024Q4: \d+ single points, \d+ nearly so, of 1 products>",
    "joint cuts": r"<JointCuts in 2024Q4, by country: \d+ sets of up to 2>",
    "exposures": r"<Exposures 2024Q1 to 2025Q4: 1 losses, the costliest TW>",
    "fleets": r"<Fleets 2024Q1 to 2024Q2: 1 products of 0 buyers>",
    "edges": r"<Edges: 4 firms, 3 links>",
    "single points": r"<SinglePoints of 1 products among 4 firms>",
    "stress test": r"<StressTest: 1 sites>",
    "systemic risk": r"<SystemicRisk: 1 firms>",
}


@pytest.mark.parametrize(("name", "text"), SHORT.items(), ids=SHORT.keys())
def test_what_is_large_shows_itself_in_a_line(name: str, text: str) -> None:
    assert re.fullmatch(text, repr(OBJECTS[name]()))


def test_a_network_without_a_digest_and_many_shocks_are_short_too() -> None:
    network = dataclasses.replace(built_in(), digest="")
    cuts = [f"hbm={share}%" for share in (10, 20, 30, 40, 50)]
    result = sc.simulate(built_in(), cuts, "2024Q1", "2024Q1")

    assert repr(network).startswith("<Network: ")
    assert repr(result) == "<Simulation 2024Q1 to 2024Q1: hbm −10%; hbm −20%; hbm −30% and 2 more>"
    assert repr(sc.simulate(built_in(), (), "2024Q1", "2024Q1")).endswith(": the baseline>")


# A folder in any form, one name without brackets


@pytest.mark.parametrize("form", [str, Path, lambda p: type("Of", (), {"__fspath__": p.__str__})()])
def test_a_folder_is_named_as_text_or_path(form: Callable[[Path], Any]) -> None:
    assert sc.load(form(EXAMPLE)) == sc.load(EXAMPLE)
    assert check(form(EXAMPLE)) == check(EXAMPLE)


def test_a_folder_is_named_relative_to_where_one_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(EXAMPLE.parent)

    assert sc.load("example").digest == sc.load(EXAMPLE).digest


def test_a_scenario_file_is_named_as_text_or_path() -> None:
    file = next(iter(sorted((ROOT / "graph_data" / "scenarios").glob("*.yaml"))))

    assert load_scenario(str(file), built_in()) == load_scenario(file, built_in())


def test_a_name_alone_is_one_name() -> None:
    assert each_name("h100") == ("h100",)
    assert each_name(["h100", "b200"]) == ("h100", "b200")
    assert each_name([]) == ()


@pytest.mark.parametrize(
    "ask",
    [
        lambda n, p, k: sc.chokepoints(n, p, "2024Q4", k),
        lambda n, p, k: joint_cuts(n, p, Quarter(2024, 4), "country"),
        lambda n, p, k: country_by_stage(n, p, Quarter(2024, 4)),
        lambda n, p, k: asked_products(n, p),
        lambda n, p, k: default_quarter(n, p),
    ],
    ids=["chokepoints", "joint_cuts", "country_by_stage", "asked_products", "default_quarter"],
)
def test_one_product_or_kind_needs_no_brackets(ask: Callable[..., Any]) -> None:
    assert ask(built_in(), "h100", "country") == ask(built_in(), ["h100"], ["country"])


def test_one_cut_scenario_and_rule_need_no_brackets() -> None:
    network = built_in()
    cut = Cut("hbm", 0.2)
    scenario = Scenario("s", "S", (cut,))
    window: dict[str, Any] = {"first": "2024Q1", "last": "2024Q4"}

    assert sc.simulate(network, cut, **window) == simulation()
    assert sc.simulate(network, scenarios=scenario, **window) == simulation()
    assert owner_tests(network, "pro-rata") == owner_tests(network, ["pro-rata"])
    assert single_points(TABLE, "x") == single_points(TABLE, ["x"])


def test_what_is_lost_of_one_product_and_of_one_kind() -> None:
    network = built_in()
    one = exposures(network, "2026Q4", "h200", "country", 1)

    assert one == exposures(network, "2026Q4", ["h200"], ["country"], 1)
    with pytest.raises(sc.AskError, match="group is called 'h2000'; did you mean 'h200'"):
        exposures(network, "2026Q4", "h2000")
    with pytest.raises(sc.AskError, match="hbm3 is no accelerator, and a loss is counted in these"):
        exposures(network, "2026Q4", ["h200", "hbm3"])
