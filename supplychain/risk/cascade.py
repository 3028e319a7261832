"""What falls when something is removed: an AND/OR system over plain integers.

A supply stands while all its requirements hold (AND). A requirement holds while
the members left to it weigh at least the system's floor (OR, where every member
weighs 1 and the floor is 1).

Everything stands until something is removed, so what remains is the *greatest*
fixed point: chips go into the tools that make chips, and such a cycle keeps
running until something outside it stops it.

Weights are integers, so that the order of falls can never change a result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSequence, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import NamedTuple, TypeAlias

Ints: TypeAlias = Sequence[int]
"""A tuple or list; in large systems an array, which serves as one here."""

MutableInts: TypeAlias = MutableSequence[int]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of integers of different lengths, end to end in one sequence.

    Example:
        >>> Rows.of([[3, 1], [], [2]])[0], len(Rows.of([[3, 1], [], [2]]))
        ((3, 1), 3)
    """

    starts: Ints
    flat: Ints

    @classmethod
    def of(cls, rows: Iterable[Sequence[int]]) -> Rows:
        """Lay the rows end to end."""
        rows = list(rows)
        lengths = accumulate((len(row) for row in rows), initial=0)
        return cls(tuple(lengths), tuple(chain.from_iterable(rows)))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> Ints:
        return self.flat[self.starts[row] : self.starts[row + 1]]


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """Supplies and requirements, numbered from 0; in tuples if small, in arrays if large.

    Attributes:
        members: Requirement to the supplies that can serve it.
        users: Requirement to the supplies that need it.
        feeds: Supply to the requirements it is a member of.
        weights: What the supply counts for in the requirement, along ``feeds.flat``.
        total: Requirement to the weight of all its members.
        floor: A requirement fails when the weight left is below this.
    """

    members: Rows
    users: Rows
    feeds: Rows
    weights: Ints
    total: Ints
    floor: int

    @property
    def size(self) -> int:
        """The number of supplies."""
        return len(self.feeds)

    def wires(self) -> Wires:
        """As :func:`spread` walks it."""
        feeds, users = self.feeds, self.users
        return Wires(feeds.starts, feeds.flat, self.weights, users.starts, users.flat, self.floor)

    def standing(self) -> State:
        """Nothing down yet."""
        none = [0] * len(self.total)
        return State(list(self.total), bytearray(self.size), [0] * self.size, none, none.copy())


@dataclass(frozen=True, slots=True)
class Falls:
    """What a removal takes down.

    Attributes:
        supplies: Those removed, then the others in the order they fall, round by round.
        requirements: Those that fail, in that order.
        last: The members whose fall made them fail, along ``requirements``.
    """

    supplies: tuple[int, ...]
    requirements: tuple[int, ...]
    last: tuple[int, ...]


def system(
    size: int,
    members: Sequence[Sequence[int]],
    users: Sequence[Sequence[int]],
    weights: Sequence[Sequence[int]] | None = None,
    floor: int = 1,
) -> System:
    """Put a system together.

    Args:
        size: The number of supplies.
        members: By requirement, the supplies that can serve it, each once.
        users: By requirement, the supplies that need it.
        weights: Along ``members``, 0 or more; 1 each if not given.
        floor: The least weight with which a requirement holds.

    Example:
        >>> system(2, [[0]], [[1]]).size
        2
    """
    if weights is None:
        weights = [[1] * len(row) for row in members]
    feeds: list[list[int]] = [[] for _ in range(size)]
    along: list[list[int]] = [[] for _ in range(size)]
    for requirement, (row, heavy) in enumerate(zip(members, weights, strict=True)):
        for supply, weight in zip(row, heavy, strict=True):
            feeds[supply].append(requirement)
            along[supply].append(weight)
    return System(
        members=Rows.of(members),
        users=Rows.of(users),
        feeds=Rows.of(feeds),
        weights=tuple(chain.from_iterable(along)),
        total=tuple(sum(row) for row in weights),
        floor=floor,
    )


class Wires(NamedTuple):
    """A system as :func:`spread` walks it: lists for plain Python, arrays where it is compiled."""

    starts: Ints
    flat: Ints
    weights: Ints
    user_starts: Ints
    users: Ints
    floor: int


class State(NamedTuple):
    """What stands and what fell, changed in place.

    Attributes:
        left: Requirement to the weight left to it.
        down: Supply to 1 if it fell.
        trail: Supplies in the order they fell, as far as they did.
        failed: Requirements in the order they failed, likewise.
        last: The members whose fall made them fail, along ``failed``.
    """

    left: MutableInts
    down: MutableInts
    trail: MutableInts
    failed: MutableInts
    last: MutableInts


def spread(wires: Wires, state: State, begin: int, end: int, failures: int) -> tuple[int, int]:
    """Let supplies that just fell take down whatever cannot stand without them.

    Plain loops over integers and nothing else, so that it can be compiled as it stands.

    Args:
        wires: The system.
        state: Consistent but for the supplies of ``trail[begin:end]``, which are marked as down
            while their requirements do not know it yet.
        begin: Where those supplies begin in the trail.
        end: Where the trail ends.
        failures: How many requirements have failed.

    Returns:
        Where the trail ends now, and how many requirements have failed now.
    """
    starts, flat, weights, user_starts, users, floor = wires
    left, down, trail, failed, last = state
    while begin < end:
        supply = trail[begin]
        begin += 1
        for k in range(starts[supply], starts[supply + 1]):
            requirement = flat[k]
            before = left[requirement]
            after = before - weights[k]
            left[requirement] = after
            if after < floor <= before:
                failed[failures] = requirement
                last[failures] = supply
                failures += 1
                for j in range(user_starts[requirement], user_starts[requirement + 1]):
                    user = users[j]
                    if not down[user]:
                        down[user] = 1
                        trail[end] = user
                        end += 1
    return end, failures


def restore(wires: Wires, state: State, begin: int, end: int) -> None:
    """Put back what fell in ``trail[begin:end]``."""
    starts, flat, weights, _, _, _ = wires
    left, down, trail, _, _ = state
    for i in range(begin, end):
        supply = trail[i]
        down[supply] = 0
        for k in range(starts[supply], starts[supply + 1]):
            left[flat[k]] += weights[k]


def cascades(system: System, removals: Iterable[Iterable[int]]) -> Iterator[Falls]:
    """What falls with each removal, each on its own, from everything standing.

    A removal costs time in proportion to what falls, not to the size of the system: the
    counters are kept between removals and what one has touched is put back after it. So all
    single removals together cost about one pass where failures stay local.

    Args:
        system: One in which every requirement holds at first; see :func:`unserved`.
        removals: Supplies to take away together.
    """
    wires, state = system.wires(), system.standing()
    for removal in removals:
        fallen = list(dict.fromkeys(removal))
        for i, supply in enumerate(fallen):
            state.down[supply] = 1
            state.trail[i] = supply
        end, failures = spread(wires, state, 0, len(fallen), 0)
        yield Falls(
            tuple(state.trail[:end]), tuple(state.failed[:failures]), tuple(state.last[:failures])
        )
        restore(wires, state, 0, end)


def cascade(system: System, removal: Iterable[int]) -> Falls:
    """What falls with one removal.

    Example:
        >>> chain = system(3, [[0], [1]], [[1], [2]])
        >>> cascade(chain, [0]).supplies
        (0, 1, 2)
    """
    return next(cascades(system, [removal]))


def unserved(system: System) -> tuple[int, ...]:
    """Supplies with a requirement that does not hold even with nothing removed, sorted."""
    failing = (r for r, total in enumerate(system.total) if total < system.floor)
    return tuple(sorted({user for r in failing for user in system.users[r]}))
