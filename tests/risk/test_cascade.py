"""The cascade: worked cases, then agreement with brute force on random systems with cycles."""

from __future__ import annotations

from itertools import combinations, pairwise
from types import MappingProxyType

from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.model import Need, Network, Supply
from supplychain.model.quarters import Quarter
from supplychain.risk import chokepoints
from supplychain.risk.cascade import (
    Falls,
    Rows,
    System,
    cascade,
    cascades,
    system,
    unserved,
)
from tests.networks import commodity, figure, network, organization, product

AT = Quarter(2024, 1)


def test_rows_of_different_lengths_lie_end_to_end() -> None:
    rows = Rows.of([[3, 1], [], [2]])

    assert (len(rows), rows[0], rows[1], rows[2]) == (3, (3, 1), (), (2,))


def test_a_requirement_fails_with_its_last_member() -> None:
    # Supplies 0 and 1 serve requirement 0 of supply 2, which serves requirement 1 of supply 3.
    chain = system(4, members=[[0, 1], [2]], users=[[2], [3]])

    assert cascade(chain, [0]) == Falls((0,), (), ())
    assert cascade(chain, [0, 1]) == Falls((0, 1, 2, 3), (0, 1), (1, 2))
    assert cascade(chain, [2]) == Falls((2, 3), (1,), (2,))


def test_one_failing_requirement_is_enough() -> None:
    both = system(3, members=[[0], [1]], users=[[2], [2]])

    assert cascade(both, [1]).supplies == (1, 2)


def test_a_cycle_keeps_running_until_something_outside_it_stops_it() -> None:
    # 0 and 1 need each other; 1 needs 2 as well.
    cycle = system(3, members=[[0], [1], [2]], users=[[1], [0], [1]])

    assert unserved(cycle) == ()
    assert cascade(cycle, []).supplies == ()
    assert cascade(cycle, [2]).supplies == (2, 1, 0)


def test_a_requirement_without_members_leaves_its_users_unserved() -> None:
    assert unserved(system(3, members=[[], [0]], users=[[2, 1], [1]])) == (1, 2)


def test_weighed_members_hold_a_requirement_down_to_the_floor() -> None:
    weighed = system(3, members=[[0, 1]], users=[[2]], weights=[[74, 26]], floor=25)

    assert cascade(weighed, [0]).supplies == (0,)
    assert cascade(weighed, [1]).supplies == (1,)
    assert cascade(system(3, [[0, 1]], [[2]], weights=[[76, 24]], floor=25), [0]).supplies == (0, 2)


def test_each_removal_starts_from_everything_standing() -> None:
    chain = system(3, members=[[0], [1]], users=[[1], [2]])

    assert [f.supplies for f in cascades(chain, [[0], [2], [1], [0]])] == [
        (0, 1, 2),
        (2,),
        (1, 2),
        (0, 1, 2),
    ]


# Laws. Brute force: remove, then ask every supply again and again until nothing changes.


@st.composite
def systems(draw: st.DrawFn) -> System:
    """Random systems in which every requirement holds at first; cycles are likely."""
    size = draw(st.integers(1, 7))
    one = st.integers(0, size - 1)
    some = st.lists(one, min_size=1, max_size=3, unique=True)
    members = draw(st.lists(some, max_size=9))
    users = [draw(st.lists(one, max_size=3, unique=True)) for _ in members]
    if draw(st.booleans()):
        return system(size, members, users)
    floor = draw(st.integers(1, 4))
    weights = [[draw(st.integers(0, 5)) for _ in row] for row in members]
    for row in weights:
        row[0] += max(0, floor - sum(row))
    return system(size, members, users, weights, floor)


def brute_force(numbers: System, removed: set[int]) -> set[int]:
    """Everything down, by asking every supply from scratch in each round."""
    weight = {
        (requirement, supply): numbers.weights[k]
        for supply in range(numbers.size)
        for k, requirement in enumerate(numbers.feeds[supply], numbers.feeds.starts[supply])
    }
    down = set(removed)
    while True:
        failed = [
            r
            for r in range(len(numbers.members))
            if sum(weight[r, m] for m in numbers.members[r] if m not in down) < numbers.floor
        ]
        more = {u for r in failed for u in numbers.users[r]} - down
        if not more:
            return down
        down |= more


@settings(max_examples=500, deadline=None)
@given(systems())
def test_all_single_and_double_removals_agree_with_brute_force(numbers: System) -> None:
    removals = [{i} for i in range(numbers.size)]
    removals += [set(pair) for pair in combinations(range(numbers.size), 2)]

    for removed, falls in zip(removals, cascades(numbers, removals), strict=True):
        assert set(falls.supplies) == brute_force(numbers, removed)
        assert len(set(falls.supplies)) == len(falls.supplies)


@settings(max_examples=150, deadline=None)
@given(systems(), st.data())
def test_removing_more_never_loses_less(numbers: System, data: st.DataObject) -> None:
    one = st.integers(0, numbers.size - 1)
    few = data.draw(st.sets(one))
    more = few | data.draw(st.sets(one))

    assert set(cascade(numbers, few).supplies) <= set(cascade(numbers, more).supplies)


@settings(max_examples=100, deadline=None)
@given(systems())
def test_the_order_of_removals_and_their_parts_does_not_matter(numbers: System) -> None:
    removals = [[i, (i + 1) % numbers.size] for i in range(numbers.size)]
    straight = [set(f.supplies) for f in cascades(numbers, removals)]
    turned = [set(f.supplies) for f in cascades(numbers, [r[::-1] for r in removals[::-1]])]

    assert straight == turned[::-1]


# The same from the data: whole networks with dates, owners, substitutes and cycles.


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Up to five commodities of up to four makers, and two products of two designers."""
    names = [f"c{i}" for i in range(draw(st.integers(2, 5)))]
    makers = [f"o{i}" for i in range(draw(st.integers(2, 4)))]
    since = st.sampled_from([AT + -1, AT + -1, AT, AT + 1])
    seldom = st.sampled_from([False, False, False, True])

    def some_need() -> Need:
        inputs = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
        switch = st.sampled_from([None, None, figure(0), figure(8)])
        qualified = None
        if draw(seldom):
            qualified = MappingProxyType({o: draw(since) for o in makers if not draw(seldom)})
        return Need(
            MappingProxyType({i: draw(switch) for i in inputs}),
            "component",
            makers=qualified,
            essential=draw(st.sampled_from([None, None, figure(1.0), figure(0.5)])),
        )

    def needs(least: int = 0) -> tuple[Need, ...]:
        return tuple(some_need() for _ in range(draw(st.integers(least, 2))))

    def some_supply(maker: str, made: str) -> Supply:
        share = draw(st.sampled_from([None, 0.05, 0.5]))
        return Supply(
            maker,
            made,
            draw(st.sampled_from(["TW", "KR", "JP"])),
            share=MappingProxyType({} if share is None else {2024: figure(share / len(makers))}),
            start=draw(since) if draw(seldom) else None,
            surge=draw(st.sampled_from([None, figure(0.2)])),
            needs=needs() if draw(seldom) else (),
        )

    return network(
        *(commodity(c, *needs()) for c in names),
        product("p0", makers[0], *needs(1)),
        product("p1", "d", *needs(1)),
        organization("d"),
        *(
            organization(
                o,
                *(some_supply(o, c) for c in names if draw(st.booleans())),
                owner=makers[i] if i < len(makers) and draw(seldom) else "",
            )
            for i, o in enumerate(makers, 1)
        ),
    )


def down(net: Network, gone: set[str]) -> set[str]:
    """Ids of the supplies active in the quarter that are down, straight from the words."""
    active = [s for s in net.supplies if s.active(AT)]
    known = {s.commodity for s in net.supplies}
    fallen = {s.id for s in active if s.id in gone}

    def served(need: Need) -> bool:
        if need.essential is not None and need.essential.value < 1:
            return True
        for input_, switch in need.inputs.items():
            if switch is not None and switch.value > 0:
                continue
            if input_ not in known:
                return True
            for s in active:
                since = AT if need.makers is None else need.makers.get(s.organization)
                if s.commodity == input_ and since and since <= AT and s.id not in fallen:
                    return True
        return False

    while True:
        more = {s.id for s in active if not all(map(served, net.needs(s)))} - fallen
        if not more:
            return fallen
        fallen |= more


def takes_down(net: Network, kind: str, id_: str) -> set[str]:
    """Ids of the supplies that go with an entity."""
    return {
        s.id
        for s in net.supplies
        if (kind == "supply" and s.id == id_)
        or (kind == "country" and s.country == id_)
        or (kind == "organization" and id_ in net.owners(s.organization))
    }


@settings(max_examples=200, deadline=None)
@given(networks())
def test_single_points_of_random_networks_agree_with_brute_force(net: Network) -> None:
    found = chokepoints(net, at=AT)

    initial = down(net, set())
    up = {p for p in net.products if {s.id for s in net.makers(p)} - initial}
    assert set(found.products) == up
    expected = set()
    names = {("supply", s.id) for s in net.supplies}
    names |= {("country", s.country) for s in net.supplies}
    names |= {("organization", o) for o in net.organizations}
    for kind, id_ in names:
        gone = takes_down(net, kind, id_)
        if {s for s in gone if s not in initial}:
            after = down(net, gone)
            lost = {p for p in up if {s.id for s in net.makers(p)} <= after}
            expected |= {(kind, id_, p) for p in lost}

    assert {
        (row.kind, row.id, p) for row in found.rows for p in row.products if row.kind != "commodity"
    } == expected


@settings(max_examples=150, deadline=None)
@given(networks())
def test_every_chain_leads_from_the_entity_to_the_product_through_what_fell(net: Network) -> None:
    found = chokepoints(net, at=AT)
    supplies = {s.id: s for s in net.supplies}

    for row in (*found.rows, *found.near):
        for loss in row.losses:
            if row.kind != "commodity":
                assert loss.chain[0] in takes_down(net, row.kind, row.id)
            assert supplies[loss.chain[-1]].commodity == loss.product
            for before, after in pairwise(loss.chain):
                assert any(
                    supplies[before].commodity in n.inputs for n in net.needs(supplies[after])
                )
    assert all(loss.cover is not None for row in found.near for loss in row.losses)
    assert all(loss.cover < 0.25 for row in found.near for loss in row.losses if loss.cover)


@settings(max_examples=100, deadline=None)
@given(networks())
def test_nearly_single_points_are_never_exact_ones(net: Network) -> None:
    found = chokepoints(net, at=AT)
    exact = {(row.kind, row.id, p) for row in found.rows for p in row.products}

    assert not exact & {
        (row.kind, row.id, p) for row in found.near for p in row.products if row.kind != "commodity"
    }
