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

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of integers of different lengths, end to end in one sequence.

    Example:
        >>> Rows.of([[3, 1], [], [2]])[0], len(Rows.of([[3, 1], [], [2]]))
        ((3, 1), 3)
    """

    starts: tuple[int, ...]
    flat: tuple[int, ...]

    @classmethod
    def of(cls, rows: Iterable[Sequence[int]]) -> Rows:
        """Lay the rows end to end."""
        rows = list(rows)
        lengths = accumulate((len(row) for row in rows), initial=0)
        return cls(tuple(lengths), tuple(chain.from_iterable(rows)))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> tuple[int, ...]:
        return self.flat[self.starts[row] : self.starts[row + 1]]


@dataclass(frozen=True, slots=True)
class System:
    """Supplies and requirements, numbered from 0.

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
    weights: tuple[int, ...]
    total: tuple[int, ...]
    floor: int

    @property
    def size(self) -> int:
        """The number of supplies."""
        return len(self.feeds)


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


def cascades(system: System, removals: Iterable[Iterable[int]]) -> Iterator[Falls]:
    """What falls with each removal, each on its own, from everything standing.

    A removal costs time in proportion to what falls, not to the size of the system: the
    counters are kept between removals and what one has touched is put back after it. So all
    single removals together cost about one pass where failures stay local.

    Args:
        system: One in which every requirement holds at first; see :func:`unserved`.
        removals: Supplies to take away together.
    """
    starts, flat, weights, floor = (
        system.feeds.starts,
        system.feeds.flat,
        system.weights,
        system.floor,
    )
    left = list(system.total)
    down = bytearray(system.size)
    for removal in removals:
        fallen = list(dict.fromkeys(removal))
        failed: list[int] = []
        last: list[int] = []
        for supply in fallen:
            down[supply] = 1
        for supply in fallen:  # grows while it is walked: first in, first out
            for k in range(starts[supply], starts[supply + 1]):
                requirement = flat[k]
                before = left[requirement]
                left[requirement] = before - weights[k]
                if left[requirement] < floor <= before:
                    failed.append(requirement)
                    last.append(supply)
                    for user in system.users[requirement]:
                        if not down[user]:
                            down[user] = 1
                            fallen.append(user)
        yield Falls(tuple(fallen), tuple(failed), tuple(last))
        for supply in fallen:
            down[supply] = 0
            for k in range(starts[supply], starts[supply + 1]):
                left[flat[k]] += weights[k]


def cascade(system: System, removal: Iterable[int]) -> Falls:
    """What falls with one removal."""
    return next(cascades(system, [removal]))


def unserved(system: System) -> tuple[int, ...]:
    """Supplies with a requirement that does not hold even with nothing removed, sorted."""
    failing = (r for r, total in enumerate(system.total) if total < system.floor)
    return tuple(sorted({user for r in failing for user in system.users[r]}))
