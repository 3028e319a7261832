"""Rules of rationing: pure functions on the arrays of one quarter.

Within an order its products substitute for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Rule: TypeAlias = Callable[[Floats, Floats, Floats, Mask], Floats]
"""(available by product, wanted by order, of which committed, allowed order x product) -> given."""


def pro_rata(available: Floats, wanted: Floats, committed: Floats, allowed: Mask) -> Floats:
    """Every order gets the same share of what it asks for, as far as its products go round.

    An order is spread over its products in proportion to what is left of them; what a product
    cannot give is asked of the others. Commitments play no part.

    Returns:
        Units given, order x product; never more than wanted or available.
    """
    left, need = available.astype(float), wanted.astype(float)
    given = np.zeros(allowed.shape)
    # Each round uses up a product or fills every order that still finds one.
    for _ in range(allowed.shape[1] + 1):
        open_to = np.where(allowed, left, 0.0)
        reach = open_to.sum(axis=1)
        asked = np.divide(
            need[:, None] * open_to,
            reach[:, None],
            out=np.zeros_like(given),
            where=reach[:, None] > 0,
        )
        total = asked.sum(axis=0)
        if not (total > 0).any():
            break
        fill = np.divide(np.minimum(left, total), total, out=np.zeros_like(total), where=total > 0)
        now = asked * fill
        given += now
        need = np.maximum(need - now.sum(axis=1), 0.0)
        left = np.where(fill < 1, 0.0, np.maximum(left - total, 0.0))
    return given


def contract_first(available: Floats, wanted: Floats, committed: Floats, allowed: Mask) -> Floats:
    """Commitments pro rata first, then everything else that is wanted pro rata.

    How sellers say they do it: named end customers with commitments come before spot orders.
    """
    promised = np.minimum(committed, wanted)
    first = pro_rata(available, promised, committed, allowed)
    left = np.maximum(available - first.sum(axis=0), 0.0)
    rest = np.maximum(wanted - first.sum(axis=1), 0.0)
    return first + pro_rata(left, rest, committed, allowed)


RULES: Mapping[str, Rule] = MappingProxyType(
    {"contract-first": contract_first, "pro-rata": pro_rata}
)
