"""Every single removal of a large system, exactly, in about one pass.

If losing supply *u* at once takes down *v*, then all that falls with *v* falls with *u*. So every
removal but the innermost starts from the state that another one left behind, and only what falls
*beyond* it is walked: along a chain, one supply a removal. The removals form a forest; it is
gone through depth first, and what a branch took down is put back before the next one.

Where numba is installed the loops are compiled, else they run as they stand: the same code on
the same integers, so the answer is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from supplychain.model.values import same_values
from supplychain.risk import cascade
from supplychain.risk.cascade import State, System, Wires

if TYPE_CHECKING:
    import numpy.typing as npt

    from supplychain.risk.cascade import Ints, MutableInts

    Integers: TypeAlias = npt.NDArray[np.int64]

try:
    import numba
except ImportError:
    COMPILED = False

    def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
        return function
else:
    COMPILED = True
    _compiled = numba.njit(cache=True)

spread = _compiled(cascade.spread)
restore = _compiled(cascade.restore)


@dataclass(frozen=True, eq=False)
class Removals:
    """What every single removal takes down.

    Attributes:
        falls: Supply to the number of supplies that fall with it, itself included.
        lost: Supply to the number of goals lost with it.
        within: Supply to one whose removal is contained in its own, -1 if to none: the goals
            lost with it are its ``beyond`` and all those lost with that one.
        beyond_starts: Where a supply's part of ``beyond`` begins; one longer than the others.
        beyond: Requirements of the system that are goals.
    """

    falls: Integers
    lost: Integers
    within: Integers
    beyond_starts: Integers
    beyond: Integers

    __eq__ = same_values

    def goals(self, supply: int) -> Integers:
        """The goals lost with a supply, sorted."""
        parts = []
        while supply >= 0:
            parts.append(self.beyond[self.beyond_starts[supply] : self.beyond_starts[supply + 1]])
            supply = int(self.within[supply])
        return np.sort(np.concatenate(parts))


def removals(system: System, first_goal: int | None = None) -> Removals:
    """All single removals, each on its own, from everything standing.

    Args:
        system: One in which every requirement holds at first.
        first_goal: The requirements from this one on are goals (products, as a rule): nobody
            needs them, but their loss is what is asked about; none if not given.

    Returns:
        Counts and lost goals. Time and memory are in proportion to what falls beyond what each
        removal contains: one supply a removal along a chain; at worst, where many supplies each
        feed the same two long chains, to the square of the number of supplies.
    """
    size, first_goal = system.size, len(system.total) if first_goal is None else first_goal
    supply, requirement = _decisive(system)
    within = np.full(size, -1, dtype=np.int64)
    order = _forest(within, *_at_once(system, supply, requirement))
    wires, state = _ready(system)
    falls, failures, lost = (_ints(np.zeros(size, np.int64)) for _ in range(3))
    owner, goal = _walk(
        wires, state, _ints(order), _ints(within), first_goal, (falls, failures, lost)
    )
    falls, lost = np.array(falls, dtype=np.int64), np.array(lost, dtype=np.int64)

    # What is not in the forest takes nothing down but itself, and the goals that it alone serves.
    alone = falls == 0
    falls[alone] = 1
    own = alone[supply] & (requirement >= first_goal)
    lost += np.bincount(supply[own], minlength=size)
    owner = np.concatenate([np.array(owner, dtype=np.int64), supply[own]])
    goal = np.concatenate([np.array(goal, dtype=np.int64), requirement[own]])
    starts = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=size))])
    return Removals(falls, lost, within, starts, goal[np.argsort(owner, kind="stable")])


def _decisive(system: System) -> tuple[Integers, Integers]:
    """Supplies, and the requirements that fail without them alone; sorted by supply."""
    starts, flat = np.asarray(system.feeds.starts), np.asarray(system.feeds.flat)
    total, weights = np.asarray(system.total), np.asarray(system.weights)
    alone = np.flatnonzero(total[flat] - weights < system.floor)
    supply = np.searchsorted(starts, alone, side="right") - 1
    return supply, flat[alone]


def _at_once(
    system: System, supply: Integers, requirement: Integers
) -> tuple[Integers, Integers, Integers]:
    """Supplies and the users that fall with them at once, as rows: nodes, starts and users."""
    user_starts, users = np.asarray(system.users.starts), np.asarray(system.users.flat)
    first, many = user_starts[requirement], np.diff(user_starts)[requirement]
    nodes, at = np.unique(supply, return_index=True)
    ends = np.concatenate([[0], np.cumsum(many)])
    place = np.arange(ends[-1]) - np.repeat(ends[:-1] - first, many)
    starts = np.zeros(system.size + 1, dtype=np.int64)
    starts[nodes + 1] = np.diff(ends[np.append(at, len(supply))])
    return nodes, np.cumsum(starts), users[place]


def _forest(within: Integers, nodes: Integers, starts: Integers, users: Integers) -> Integers:
    """Write into ``within`` whose removal each contains; return the order to walk them in."""
    chosen = _ints(within)
    _choose(_ints(nodes), _ints(starts), _ints(users), chosen, _ints(np.zeros_like(within)))
    within[:] = chosen
    inner = np.flatnonzero(within >= 0)
    outer, counts = np.unique(within[inner], return_counts=True)
    child_starts = np.zeros(len(within) + 1, dtype=np.int64)
    child_starts[outer + 1] = counts
    children = inner[np.argsort(within[inner], kind="stable")]
    tops = np.union1d(nodes[within[nodes] < 0], outer[within[outer] < 0])
    return np.array(
        _preorder(_ints(tops), _ints(np.cumsum(child_starts)), _ints(children)), dtype=np.int64
    )


def _ready(system: System) -> tuple[Wires, State]:
    """The system and its state in the form that the loops take."""
    starts, flat, weights, user_starts, users, floor = system.wires()
    arrays = map(_ints, (starts, flat, weights, user_starts, users))
    wires = Wires._make((*arrays, floor))
    empty = np.zeros(len(system.total), dtype=np.int64)
    supplies = np.zeros(system.size, dtype=np.int64)
    parts = np.array(system.total, dtype=np.int64), supplies, supplies.copy(), empty, empty.copy()
    return wires, State(*map(_ints, parts))


def _ints(array: Any) -> Any:
    """Integers as the loops like them: an array if they are compiled, else a list."""
    array = np.asarray(array, dtype=np.int64)
    return array if COMPILED else array.tolist()


@_compiled
def _choose(
    nodes: Ints, starts: Ints, users: Ints, within: MutableInts, height: MutableInts
) -> None:
    """Choose for each supply the user that falls at once and has the longest chain behind it.

    Depth first, so that a cycle is cut where it was entered: a user still open is not chosen.
    """
    for top in nodes:
        stack = [top]
        while len(stack):
            node = stack[-1]
            if height[node] == 0:
                height[node] = -1
                for k in range(starts[node], starts[node + 1]):
                    if height[users[k]] == 0:
                        stack.append(users[k])  # noqa: PERF401 - compiled as it stands
                continue
            stack.pop()
            if height[node] == -1:
                highest = 0
                for k in range(starts[node], starts[node + 1]):
                    if height[users[k]] > highest:
                        highest = height[users[k]]
                        within[node] = users[k]
                height[node] = highest + 1


@_compiled
def _preorder(tops: Ints, child_starts: Ints, children: Ints) -> list[int]:
    """Every removal after the one it contains, branch by branch."""
    order = []
    for top in tops:
        stack = [top]
        while len(stack):
            node = stack.pop()
            order.append(node)
            for k in range(child_starts[node], child_starts[node + 1]):
                stack.append(children[k])  # noqa: PERF401 - compiled as it stands
    return order


@_compiled
def _walk(
    wires: Wires,
    state: State,
    order: Ints,
    within: Ints,
    first_goal: int,
    counts: tuple[MutableInts, MutableInts, MutableInts],
) -> tuple[list[int], list[int]]:
    """Go through the forest; write counts; return the goals lost, and with which removal."""
    falls, failures, lost = counts
    owners, goals = [], []
    end = 0
    for node in order:
        outer = within[node]
        kept = falls[outer] if outer >= 0 else 0
        failed = failures[outer] if outer >= 0 else 0
        restore(wires, state, kept, end)
        end = kept
        if not state.down[node]:
            state.down[node] = 1
            state.trail[end] = node
            end += 1
        end, count = spread(wires, state, kept, end, failed)
        falls[node], failures[node] = end, count
        new = lost[outer] if outer >= 0 else 0
        for i in range(failed, count):
            if state.failed[i] >= first_goal:
                owners.append(node)
                goals.append(state.failed[i])
                new += 1
        lost[node] = new
    return owners, goals
