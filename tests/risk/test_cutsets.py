"""Minimal cut sets: worked cases, then agreement with brute force."""

from __future__ import annotations

import json
from itertools import combinations
from itertools import product as states

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.risk.cascade import System, cascade, system
from supplychain.risk.cutsets import cut_sets, importance, minimal_cuts, probability
from tests import DATA
from tests.networks import commodity, need, network, organization, product, supply
from tests.risk.test_cascade import systems

AT = Quarter(2024, 1)
CASES = json.loads((DATA / "cutsets.json").read_text(encoding="utf-8"))


def failure_tree(tree: dict[str, list[str]]) -> tuple[System, list[str]]:
    """The system that falls as the tree does, and the names of its supplies.

    A gate AND fails with all its inputs: one requirement, served by any of them. A gate OR
    fails with one of them: a requirement for each.
    """
    names = sorted({*tree, *(n for gate in tree.values() for n in gate[1:])})
    members, users = [], []
    for name, (gate, *inputs) in sorted(tree.items()):
        for served_by in [inputs] if gate == "AND" else [[i] for i in inputs]:
            members.append([names.index(i) for i in served_by])
            users.append([names.index(name)])
    return system(len(names), members, users), names


def test_the_cut_sets_of_a_failure_tree() -> None:
    numbers, names = failure_tree(CASES["a"]["tree"])
    basic = [n for n in names if n.startswith("D")]
    groups = [[names.index(n)] for n in basic]

    found = minimal_cuts(numbers, groups, [names.index("TOP")], order=4)

    assert [[basic[g] for g in cut] for cut in found] == CASES["a"]["expected"]


def test_structural_birnbaum_importance() -> None:
    # Lost if x1 and x2 are out, or x3 is; every state equally likely.
    rows = importance([["x1", "x2"], ["x3"]], dict.fromkeys(("x1", "x2", "x3"), 0.5))

    assert {r.id: r.birnbaum for r in rows} == CASES["c"]["birnbaum_structural"]
    assert rows[0].id == "x3"


def test_importance_by_hand() -> None:
    # P = 0.1 + 0.9 · 0.2 · 0.3 = 0.154
    first, *_, last = importance([["a"], ["b", "c"]], {"a": 0.1, "b": 0.2, "c": 0.3})

    assert first.id == "a"
    assert first.birnbaum == pytest.approx(1 - 0.06)
    assert first.fussell_vesely == pytest.approx(0.1 / 0.154)
    assert first.achievement_worth == pytest.approx(1 / 0.154)
    assert last.id == "c"
    assert last.birnbaum == pytest.approx(0.28 - 0.1)
    assert last.fussell_vesely == pytest.approx(0.06 / 0.154)


def test_shared_entities_are_counted_once() -> None:
    cuts = [["a", "b"], ["a", "c"]]
    rates = dict.fromkeys("abc", 0.5)

    assert probability(cuts, rates) == 0.375  # 1 − Π(1 − P(cut)) would be 0.4375
    with pytest.raises(KeyError, match="c"):
        probability(cuts, {"a": 0.5, "b": 0.5})
    with pytest.raises(ValueError, match="no cut set has a probability above zero"):
        importance(cuts, dict.fromkeys("abc", 0.0))


def two_memory_makers() -> Network:
    return network(
        product("h100", "nvidia", need("hbm3"), need("cowos")),
        commodity("hbm3"),
        commodity("cowos"),
        organization("nvidia"),
        organization("samsung", supply("samsung", "hbm3", "KR")),
        organization("sk-hynix", supply("sk-hynix", "hbm3", "KR")),
        organization("tsmc", supply("tsmc", "cowos")),
    )


def test_cut_sets_of_a_product() -> None:
    assert cut_sets(two_memory_makers(), "h100", AT).sets == (
        ("nvidia",),
        ("tsmc",),
        ("samsung", "sk-hynix"),
    )
    assert cut_sets(two_memory_makers(), "h100", AT, "country").sets == (("KR",), ("TW",), ("US",))
    assert cut_sets(two_memory_makers(), "h100", AT, order=1).sets == (("nvidia",), ("tsmc",))


def test_questions_without_an_answer_are_refused() -> None:
    with pytest.raises(ValueError, match="no supply of h100 is up in 2021Q4"):
        cut_sets(two_memory_makers(), "h100", Quarter(2021, 4))
    with pytest.raises(ValueError, match="cut sets are of organizations, supplies or countries"):
        cut_sets(two_memory_makers(), "h100", AT, "commodity")


# Laws


@st.composite
def questions(draw: st.DrawFn) -> tuple[System, list[list[int]], list[int]]:
    """A system whose requirements one member holds, groups of supplies, and targets."""
    drawn = draw(systems())
    count = len(drawn.members)
    numbers = system(
        drawn.size, [drawn.members[r] for r in range(count)], [drawn.users[r] for r in range(count)]
    )
    some = st.lists(st.integers(0, drawn.size - 1), min_size=1, max_size=3, unique=True)
    return numbers, draw(st.lists(some, max_size=6)), draw(some)


@settings(max_examples=500, deadline=None)
@given(questions())
def test_cut_sets_agree_with_brute_force(
    question: tuple[System, list[list[int]], list[int]],
) -> None:
    numbers, groups, targets = question
    expected: list[tuple[int, ...]] = []
    for size in range(4):
        for cut in combinations(range(len(groups)), size):
            falls = cascade(numbers, [s for g in cut for s in groups[g]])
            if set(targets) <= set(falls.supplies) and not any(
                set(c) <= set(cut) for c in expected
            ):
                expected.append(cut)

    assert minimal_cuts(numbers, groups, targets, order=3) == tuple(expected)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sets(st.sampled_from("abcde"), min_size=1), max_size=5),
    st.lists(st.floats(0, 1), min_size=5, max_size=5),
)
def test_probability_agrees_with_the_sum_over_all_states(
    cuts: list[set[str]], values: list[float]
) -> None:
    rates = dict(zip("abcde", values, strict=True))
    expected = 0.0
    for state in states([False, True], repeat=5):
        out = {id_ for id_, is_out in zip("abcde", state, strict=True) if is_out}
        if any(cut <= out for cut in cuts):
            weight = 1.0
            for id_, rate in rates.items():
                weight *= rate if id_ in out else 1 - rate
            expected += weight

    assert probability(cuts, rates) == pytest.approx(expected, abs=1e-12)
