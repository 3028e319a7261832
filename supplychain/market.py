"""From production to deliveries and fleets, under any rule, without and with the shocks.

Fleets and open orders do not begin with the window that is asked about: the quarters since the
data's first fleet are delivered before it, from the baseline of a longer plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from supplychain.allocation import Allocation, Fleets, Terms, allocate, fleets
from supplychain.allocation.chips import OWNED_BEFORE
from supplychain.allocation.orders import Barred
from supplychain.allocation.paths import Floats
from supplychain.model import Network
from supplychain.production.plan import plan
from supplychain.production.result import Production
from supplychain.production.solve import Program
from supplychain.quarters import Quarter, quarter_range


@dataclass(frozen=True, slots=True, eq=False)
class Market:
    """What is there to be shared out, and among whom.

    Attributes:
        network: The buyers' orders and limits.
        units: Units by product, over the quarters.
        quarters: From the data's first fleet or the window's first quarter, what is earlier.
        window: First and last quarter asked about.
        as_ordered: Products outside the production program, which orders alone limit.
        barred: Sales that the scenario forbids.
    """

    network: Network
    units: Mapping[str, Floats]
    quarters: tuple[Quarter, ...]
    window: tuple[Quarter, Quarter]
    as_ordered: tuple[str, ...]
    barred: Barred | None = None

    def deliveries(self, rule: str, terms: Terms | None = None) -> Allocation:
        """Deliveries over all quarters, those before the window too.

        Raises:
            ValueError: No such rule.
        """
        return allocate(
            self.network, self.units, self.quarters, rule, self.barred, self.as_ordered, terms
        )

    def in_window(self, allocation: Allocation) -> Allocation:
        """What of it lies in the window."""
        return allocation.between(*self.window)

    def fleets(self, allocation: Allocation) -> Fleets:
        """Fleets in the window, after deliveries over all quarters."""
        return fleets(self.network, allocation).between(*self.window)


def earlier_units(network: Network, production: Production) -> Mapping[str, Floats]:
    """Units by product from the data's first fleet to the quarter before the window.

    From the baseline of a plan that begins there; nothing where the window begins no later.
    """
    first, last = production.plan.reported[0], production.plan.reported[-1]
    if first <= OWNED_BEFORE:
        return {}
    whole = Program(plan(network, OWNED_BEFORE, last, production.plan.calibration)).baseline
    return {p: u[: first - OWNED_BEFORE] for p, u in whole.units().items()}


def market(
    network: Network,
    production: Production,
    earlier: Mapping[str, Floats],
    barred: Barred | None = None,
) -> Market:
    """The market of a production result.

    Args:
        network: With the scenario's orders.
        production: Of the window.
        earlier: Units before it, see :func:`earlier_units`.
        barred: Sales that the scenario forbids.
    """
    window = production.plan.reported
    start = OWNED_BEFORE if earlier else window[0]
    quarters = quarter_range(start, window[-1])
    before = np.zeros(window[0] - start)
    units = {
        product: np.concatenate([earlier.get(product, before), made])
        for product, made in production.units().items()
    }
    left_out = tuple(sorted(production.plan.left_out))
    return Market(network, units, quarters, (window[0], window[-1]), left_out, barred)
