"""Past disruptions put to the model on their own dates, to compare with what was published.

A disruption in the data (:class:`supplychain.model.Disruption`) says what it hit, when it began
and how output came back. Here it becomes cuts of those supplies: nothing before its day, then
its published curve, or a full stop for its published weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from supplychain.errors import AskError
from supplychain.model import Cut, Disruption, Network
from supplychain.model.quarters import Quarter
from supplychain.model.shares import shares_of
from supplychain.production.availability import Floats, availability, web
from supplychain.scenarios.targets import shares_kept

STEP = 0.01
"""Weeks in which output falls on the day itself; a curve has no two values at one time."""


def past_cuts(disruption: Disruption, weeks: float | None = None) -> tuple[Cut, ...]:
    """The disruption as cuts that begin on its day, from the beginning of that quarter on.

    Args:
        disruption: One with a date of a whole day.
        weeks: For how long everything it hit stands still, instead of its curve.

    Raises:
        AskError: It has neither a curve nor is a time given, or its date is no day.

    Example:
        >>> from types import SimpleNamespace
        >>> fire = SimpleNamespace(id="fire", began="2013-09-04", hits=("org:sk-hynix",), curve={})
        >>> [cut] = past_cuts(fire, weeks=4)
        >>> round(cut.lost(Quarter(2013, 3), Quarter(2013, 3)), 2)
        0.29
    """
    day = date.fromisoformat(disruption.began)
    first = Quarter(day.year, (day.month + 2) // 3)
    since = (day - date(day.year, 3 * first.number - 2, 1)).days / 7
    if weeks is not None:
        curve = [(0.0, 0.0), (weeks, 0.0), (weeks + STEP, 1.0)]
    elif disruption.curve:
        curve = [(week, figure.value) for week, figure in disruption.curve.items()]
    else:
        raise AskError(f"{disruption.id} has no curve: say for how many weeks all stood still")
    points = ((0.0, 1.0), (since, 1.0), *((since + STEP + week, level) for week, level in curve))
    # A day on the first of a quarter leaves nothing before it.
    recovery = tuple(p for i, p in enumerate(points) if i != 0 or since > 0)
    return tuple(Cut(target, 1.0, first, None, recovery) for target in disruption.hits)


def output(
    network: Network, commodity: str, cuts: Sequence[Cut], quarters: tuple[Quarter, ...]
) -> Floats:
    """Output of a commodity by quarter, as a share of normal, its makers weighed by their shares.

    By the cascade with time alone: for networks without capacities in absolute units.
    """
    own = shares_kept(network, cuts, network.supplies, quarters, quarters[0])
    left = availability(web(network, quarters), own[None]).left[0]
    rows = {s.id: i for i, s in enumerate(network.supplies)}
    total = np.zeros(len(quarters))
    for t, quarter in enumerate(quarters):
        makers = [s for s in network.makers(commodity) if s.active(quarter)]
        shares = shares_of(network, makers, quarter).value
        held = np.array(shares) / sum(shares)
        total[t] = sum(h * left[rows[s.id], t] for h, s in zip(held, makers, strict=True))
    return total
