"""Every single removal: worked cases, then agreement with brute force on random AND/OR graphs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from itertools import combinations
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import supplychain as sc
from benchmarks.layered import layered
from supplychain.firms import sweep
from supplychain.firms.as_edges import edge_table
from supplychain.firms.edges import COLUMNS, Edges, edges
from supplychain.firms.singles import single_points
from supplychain.model.quarters import Quarter
from supplychain.risk import chokepoints
from supplychain.risk.cascade import cascade, cascades

Row = tuple[str, str, str, float]


def table(*rows: Row) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))


def test_what_falls_with_each_firm_of_a_small_network() -> None:
    found = single_points(
        table(
            ("zeiss", "asml", "optics", 1),
            ("asml", "tsmc", "scanner", 1),
            ("tsmc", "nvidia", "wafer", 0.9),
            ("samsung", "nvidia", "wafer", 0.1),
            ("hynix", "nvidia", "hbm", 0.7),
            ("micron", "nvidia", "hbm", 0.3),
            ("nvidia", "cloud", "gpu", 1),
        )
    )

    rows = found.to_frame().set_index("firm")
    assert rows["falls"].to_dict() == {
        "asml": 2, "cloud": 1, "hynix": 1, "micron": 1, "nvidia": 2, "samsung": 1, "tsmc": 1,
        "zeiss": 3,
    }  # fmt: skip
    # Without TSMC a tenth of the wafers is left, less than a quarter: nvidia and cloud fall too.
    assert rows["falls_nearly"].to_dict() == {
        "asml": 4, "cloud": 1, "hynix": 1, "micron": 1, "nvidia": 2, "samsung": 1, "tsmc": 3,
        "zeiss": 5,
    }  # fmt: skip
    assert rows["lost"].to_dict() == dict.fromkeys(rows.index, 0) | {"nvidia": 1}
    names = list(found.edges.firms)
    assert found.falls(names.index("zeiss")) == ("zeiss", "asml", "tsmc")
    assert found.lost(names.index("nvidia")) == ("cloud",)
    assert found.lost(names.index("tsmc"), nearly=True) == ("cloud",)
    assert found.first_need(names.index("zeiss")) == ("asml", "optics")
    assert [names[i] for i in found.ranked()] == ["nvidia", "zeiss", "asml", "tsmc"]


def test_a_commodity_is_lost_with_the_last_who_supplies_it() -> None:
    rows = [("a", "c", "ore", 1.0), ("b", "d", "ore", 1.0), ("root", "a", "power", 1.0)]
    rows += [("root", "b", "power", 1.0)]

    found = single_points(table(*rows), products=["ore"])

    lost = dict(zip(found.edges.firms, found.exact.lost, strict=True))
    assert lost == {"a": 0, "b": 0, "c": 0, "d": 0, "root": 1}


def test_rows_of_one_link_are_added_up_and_order_does_not_matter() -> None:
    rows = [("a", "c", "ore", 1.0), ("b", "c", "ore", 2.0), ("a", "c", "ore", 1.0)]

    first, turned = edges(table(*rows)), edges(table(*rows[::-1]))

    assert first.share.tolist() == turned.share.tolist() == [0.5, 0.5]
    assert first.volume.tolist() == [2.0, 2.0]


def test_makers_without_a_share_hold_equal_ones() -> None:
    found = edges(table(("a", "c", "ore", 0), ("b", "c", "ore", 0), ("a", "d", "ore", 0)))

    assert found.share.tolist() == [0.5, 0.5, 1.0]


def test_a_firm_that_supplies_itself_meets_that_need_while_it_stands() -> None:
    found = single_points(table(("a", "a", "power", 0.1), ("b", "a", "power", 0.9)))

    assert found.edges.own == 1
    assert found.exact.falls.tolist() == [1, 1]
    assert found.near.falls.tolist() == [1, 2]


def test_numbers_are_names_too() -> None:
    rows = pd.DataFrame({"supplier": [2], "customer": [10], "commodity": [7], "share": [1.0]})

    assert single_points(rows).edges.firms.tolist() == [2, 10]


def test_an_empty_table_has_no_chokepoints() -> None:
    found = single_points(table())

    assert len(found.to_frame()) == len(found.ranked()) == 0


@pytest.mark.parametrize("length", [1, 2, 3000])
def test_along_a_chain_each_removal_takes_all_that_follows(length: int) -> None:
    rows = [(f"{i:05}", f"{i + 1:05}", "part", 1.0) for i in range(length)]

    found = single_points(table(*rows))

    assert found.exact.falls.tolist() == list(range(length + 1, 0, -1))
    assert found.exact.lost.tolist() == [1] * (length + 1)
    assert len(found.exact.beyond) == 1  # stored once: all contain the last one's removal
    assert found.lost(0) == (f"{length:05}",)


def test_a_ring_of_sole_suppliers_falls_as_one() -> None:
    rows = [(str(i), str((i + 1) % 5), "part", 1.0) for i in range(5)]

    assert single_points(table(*rows, ("4", "out", "part", 1.0))).exact.falls.tolist() == [
        6
    ] * 5 + [1]


# Laws, on random AND/OR graphs with cycles. Brute force: remove, then ask every firm again and
# again, from the rows of the table, until nothing changes.


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    firms = draw(st.integers(1, 9))
    one = st.integers(0, firms - 1).map(str)
    share = st.sampled_from([0.0, 0.1, 0.2, 0.5, 1.0, 3.0])
    row = st.tuples(one, one, st.sampled_from("xyz"), share)
    return table(*draw(st.lists(row, min_size=1, max_size=22)))


def down(rows: pd.DataFrame, removed: set[str], cover: float | None) -> set[str]:
    needs: dict[tuple[str, str], dict[str, float]] = {}
    for supplier, customer, commodity, share in rows.itertuples(index=False):
        held = needs.setdefault((customer, commodity), {})
        held[supplier] = held.get(supplier, 0.0) + share
    fallen = set(removed)
    while True:
        more = set()
        for (customer, _), held in needs.items():
            if not sum(held.values()):
                held = dict.fromkeys(held, 1.0)
            left = [s for s in held if s not in fallen]
            kept = sum(held[s] for s in left) / sum(held.values())
            if (not left) if cover is None else kept < cover - 1e-9:
                more.add(customer)
        if more <= fallen:
            return fallen
        fallen |= more


def names(of: Edges, firms: Iterator[int] | tuple[int, ...]) -> set[str]:
    return {str(of.firms[i]) for i in firms}


@settings(max_examples=500, deadline=None)
@given(tables())
def test_singles_and_pairs_agree_with_brute_force(rows: pd.DataFrame) -> None:
    found = single_points(rows)
    of, size = found.edges, len(found.edges.firms)
    ends = set(map(str, of.firms)) - set(rows["supplier"])

    for firm in range(size):
        expected = down(rows, {str(of.firms[firm])}, None)
        assert set(found.falls(firm)) == expected
        assert found.exact.falls[firm] == len(expected)
        assert set(found.lost(firm)) == ends & expected
        assert found.exact.lost[firm] == len(ends & expected)
        nearly = down(rows, {str(of.firms[firm])}, found.cover)
        assert found.near.falls[firm] == len(nearly)
        assert set(found.lost(firm, nearly=True)) == ends & nearly
    pairs = list(combinations(range(size), 2))
    for pair, falls in zip(pairs, cascades(found.system, pairs), strict=True):
        assert names(of, falls.supplies) == down(rows, names(of, pair), None)


@settings(max_examples=100, deadline=None)
@given(tables(), st.randoms())
def test_the_order_of_rows_does_not_matter(rows: pd.DataFrame, random: object) -> None:
    shuffled = rows.sample(frac=1, random_state=np.random.default_rng(len(rows)))

    assert single_points(rows).to_frame().equals(single_points(shuffled).to_frame())


@pytest.fixture
def plain() -> Iterator[ModuleType]:
    """The sweep as it is where numba is not installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "numba", None)
        importlib.reload(sweep)
    yield sweep
    importlib.reload(sweep)


def test_the_answer_is_the_same_without_numba(plain: ModuleType) -> None:
    of = edges(layered(4000, seed=5))
    goals = list(of.ends[:, None])
    assert not plain.COMPILED
    uncompiled = plain.removals(of.system(goals), len(of.customer))

    pytest.importorskip("numba")
    compiled = importlib.reload(sweep)
    assert compiled.COMPILED
    again = compiled.removals(of.system(goals), len(of.customer))
    for field in ("falls", "lost", "within", "beyond_starts", "beyond"):
        assert np.array_equal(getattr(uncompiled, field), getattr(again, field)), field


def test_a_large_network_agrees_with_one_removal_at_a_time() -> None:
    found = single_points(layered(3000, seed=7))

    few = range(0, len(found.edges.firms), 37)
    assert [found.exact.falls[i] for i in few] == [
        len(cascade(found.system, [i]).supplies) for i in few
    ]
    assert 1.5 < found.exact.falls.mean() < 2.5
    single = np.diff(found.edges.starts) == 1
    assert 0.22 < single.mean() < 0.28


def test_the_generator_repeats_itself_and_has_cycles() -> None:
    first, again, other = layered(800, seed=1), layered(800, seed=1), layered(800, seed=2)

    assert first.equals(again)
    assert not first.equals(other)
    assert (first["supplier"] > first["customer"]).any()
    assert first.groupby(["customer", "commodity"])["share"].sum().to_numpy() == pytest.approx(1)
    with pytest.raises(ValueError, match="20 firms are too few for 10 layers of 8 or more"):
        layered(20)


def test_the_built_in_network_as_a_table_has_the_same_single_points() -> None:
    network = sc.load()
    at = Quarter(2025, 1)
    exact = {row.id: set(row.products) for row in chokepoints(network, at=at, by="supply").rows}
    rows = edge_table(network, at)
    firms = set(rows["supplier"]) | set(rows["customer"])
    made = {s.id: p for p in network.products for s in network.makers(p) if s.id in firms}
    assert len(set(made.values())) == len(made) > 10  # each product is made by one supply

    found = single_points(rows, products=sorted(made))

    assert {made[p] for row in exact.values() for p in made if made[p] in row} == set(made.values())
    for firm, id_ in enumerate(found.edges.firms):
        assert {made[p] for p in found.lost(firm)} == exact.get(id_, set()), id_
