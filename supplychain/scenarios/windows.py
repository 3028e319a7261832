"""Which quarters a question is about, and what the data knows of them.

A window that is not asked for reaches over every shock, and a year beyond it, as far as the data
goes. What lies outside the data or after the window asked for is refused: what nobody can see
would look like nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from supplychain.errors import AskError
from supplychain.model import Ban, ChangeOrders, Cut, Network, Shock
from supplychain.model.quarters import (
    FIRST,
    LAST,
    WEEKS_PER_QUARTER,
    Quarter,
)
from supplychain.scenarios.changes import first_quarter

RECOVERY = 4
"""Quarters shown after a shock's end if no end of the window is asked for."""


def known_quarters(network: Network) -> tuple[Quarter, Quarter]:
    """First and last quarter with a capacity figure.

    Raises:
        AskError: The data has none.
    """
    known = [q for o in network.organizations.values() for c in o.capacities for q in c.figures]
    if not known:
        raise AskError("the data holds no capacity in absolute units, so nothing can be simulated")
    return min(known), max(known)


def check_window(network: Network, first: Quarter, last: Quarter) -> None:
    """Refuse a window the data does not cover.

    Raises:
        AskError: It ends before it begins, or lies outside the quarters with capacity figures.
    """
    if last < first:
        raise AskError(f"the window ends in {last}, before it begins in {first}")
    begin, end = known_quarters(network)
    if first < begin or last > end:
        outside = first if not begin <= first <= end else end + 1
        raise AskError(f"the data has capacities from {begin} to {end}; {outside} is outside")


def check_at(network: Network, at: Quarter) -> None:
    """Refuse a quarter of which the data says nothing.

    Data without capacities in absolute units is not bound to quarters.

    Raises:
        AskError: The quarter lies outside those with capacity figures.
    """
    if any(c.figures for o in network.organizations.values() for c in o.capacities):
        begin, end = known_quarters(network)
        if not begin <= at <= end:
            raise AskError(f"the data has capacities from {begin} to {end}; {at} is outside")


def find_window(
    network: Network,
    shocks: Iterable[Shock],
    first: Quarter | None = None,
    last: Quarter | None = None,
) -> tuple[Quarter, Quarter]:
    """The window of a question.

    Args:
        network: The data.
        shocks: What happens.
        first: Its first quarter, if one is asked for; else the usual one, or the first shock's.
        last: Its last quarter, if one is asked for; else the usual one, or a year after the last
            shock's end, as far as the data goes.

    Raises:
        AskError: The window is not in the data; a shock lies outside the data, or begins after
            the end that is asked for.
    """
    begin, end = known_quarters(network)
    spans = [(shock, *span(network, shock)) for shock in shocks]
    for shock, start, until in spans:
        if start is not None and start > end:
            raise AskError(f"'{shock}' begins after the data, which ends in {end}")
        if until is not None and until < begin:
            raise AskError(f"'{shock}' ends before the data, which begins in {begin}")
        if start is not None and last is not None and start > last:
            raise AskError(
                f"'{shock}' begins after the window, which ends in {last}, so nothing of it "
                "would be seen; ask for a later end, or for none: it then reaches over every shock"
            )
    starts = [start for _, start, _ in spans if start is not None]
    ends = [until or start for _, start, until in spans if start is not None]
    if first is None:
        first = max(begin, min([FIRST, *starts]))
    if last is None:
        last = min(end, max([LAST, first, *(q + RECOVERY for q in ends if q is not None)]))
    check_window(network, first, last)
    return first, last


def span(network: Network, shock: Shock) -> tuple[Quarter | None, Quarter | None]:
    """When a shock begins and ends, recovery curves included.

    ``None``: with the window; an end of ``None``: never, or with the window.
    """
    if isinstance(shock, Cut):
        if shock.first is not None and shock.recovery:
            weeks = shock.recovery[-1][0]
            return shock.first, shock.first + max(math.ceil(weeks / WEEKS_PER_QUARTER) - 1, 0)
        return shock.first, shock.last
    if isinstance(shock, ChangeOrders | Ban):
        return shock.first, shock.last
    return first_quarter([shock], network), None


def beginning(network: Network, shocks: Iterable[Shock], first: Quarter) -> Quarter:
    """From when on production is worked out so that every shock before the window is in it."""
    begin, _ = known_quarters(network)
    starts = [start for shock in shocks if (start := span(network, shock)[0]) is not None]
    return max(begin, min([first, FIRST, *starts]))
