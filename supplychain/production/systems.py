"""From accelerators sold to accelerators installed: boards, servers and racks.

A sale is booked at the finished accelerator. Its board follows some weeks later, and the part that
goes into whole racks waits for these too:

    installed[t] = (1 - racked) * sold[t - board] + racked * sold[t - board - rack]

Lags are the ``cycle_weeks`` of the needs that lead from the accelerator through its board to the
rack; fractions of a quarter are split between two. No assembler's capacity is known well enough to
limit it, so this comes after the production program and not into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from supplychain.model import Commodity, Figure, Network
from supplychain.model.quarters import WEEKS_PER_QUARTER, Quarter, lag_parts
from supplychain.production.recipes import Floats
from supplychain.production.result import Production


def installed(network: Network, production: Production) -> Mapping[str, Floats]:
    """Accelerators installed, by product and quarter of the window."""
    first, last = production.window
    return {
        product: (boards + racked)[first : last + 1]
        for product, boards, racked in _stages(network, production)
    }


def racks(network: Network, production: Production) -> Floats:
    """Whole racks finished by quarter of the window; 0 where no product says how many it holds."""
    first, last = production.window
    total = np.zeros(last + 1 - first)
    for product, _, racked in _stages(network, production):
        facts = network.products[product].product.facts  # type: ignore[union-attr]
        if "per_rack" in facts:
            total += racked[first : last + 1] / facts["per_rack"].value
    return total


def _stages(network: Network, production: Production) -> Iterator[tuple[str, Floats, Floats]]:
    """Product, installed outside of whole racks, installed in them; on the plan's grid."""
    plan = production.plan
    for row, product in enumerate(plan.products):
        shares = network.products[product].product.rack_share  # type: ignore[union-attr]
        racked = np.array([_share(shares, q) for q in plan.quarters]) * production.ship[row]
        board = _next(network, product)
        rack = _next(network, board[0].id) if board else None
        to_board = board[1] if board else 0.0
        to_rack = to_board + (rack[1] if rack else 0.0)
        yield product, later(production.ship[row] - racked, to_board), later(racked, to_rack)


def _share(shares: Mapping[int, Figure], quarter: Quarter) -> float:
    """The year's share, that of the latest year before, or none."""
    known = [y for y in shares if y <= quarter.year]
    return shares[max(known)].value if known else 0.0


def _next(network: Network, id_: str) -> tuple[Commodity, float] | None:
    """The system that it goes into, with the quarters that this takes."""
    for commodity in network.commodities.values():
        for need in commodity.needs:
            if commodity.stage == "systems" and id_ in need.inputs:
                weeks = network.cycle_weeks(need)
                return commodity, weeks.value / WEEKS_PER_QUARTER if weeks else 0.0
    return None


def later(flow: Floats, lag: float) -> Floats:
    """The flow some quarters later; a fraction is split between two quarters."""
    count = len(flow)
    delayed: Floats = np.zeros(count)
    for quarters, part in lag_parts(lag):
        delayed += part * np.concatenate([np.zeros(quarters), flow])[:count]
    return delayed
