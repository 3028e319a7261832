"""Who makes how much of a commodity, as far as the data knows."""

from __future__ import annotations

from collections.abc import Sequence

from supplychain.model import Known, Network, Supply
from supplychain.model.quarters import Quarter


def shares_of(
    network: Network, supplies: Sequence[Supply], at: Quarter
) -> Known[tuple[float, ...]]:
    """World share of each of the active supplies of one commodity; estimated if any of them is.

    From capacities if all of them are known. Otherwise from market shares; makers without one
    split the remainder by capacity if all of those are known, else equally. A line shared by
    several commodities counts in full for each of them.

    Returns:
        Shares from 0 to 1 along ``supplies``; they add up to at most 1.
    """
    capacities = [_capacity(network, s, at) for s in supplies]
    by_capacity = _proportions(capacities)
    if by_capacity is not None:
        return Known(by_capacity, any(_capacity_estimated(network, s, at) for s in supplies))

    figures = [s.share_in(at) for s in supplies]
    known = sum(f.value for f in figures if f is not None)
    scale = 1 / max(known, 1.0)  # rounded shares may add up to slightly more than 100%
    missing = [i for i, f in enumerate(figures) if f is None]
    split = _proportions([capacities[i] for i in missing]) or (1 / max(len(missing), 1),) * len(
        missing
    )
    shares = [0.0 if f is None else f.value * scale for f in figures]
    for i, part in zip(missing, split, strict=True):
        shares[i] = max(0.0, 1 - known) * part
    estimated = bool(missing) or any(f.basis == "estimate" for f in figures if f)
    return Known(tuple(shares), estimated)


def _proportions(capacities: Sequence[float]) -> tuple[float, ...] | None:
    """Each as a share of the sum; ``None`` unless there are some and all are above zero."""
    if not capacities or min(capacities) <= 0:
        return None
    return tuple(c / sum(capacities) for c in capacities)


def _capacity(network: Network, supply: Supply, at: Quarter) -> float:
    """Output the supply's capacities allow in the quarter, in commodity units; 0 if not known."""
    return min(
        (
            network.capacity(supply, name).per_quarter(at) / (1.0 if draw is None else draw.value)
            for name, draw in supply.draws.items()
        ),
        default=0.0,
    )


def _capacity_estimated(network: Network, supply: Supply, at: Quarter) -> bool:
    """Whether the capacity figure that holds in the quarter is an estimate."""
    for name in supply.draws:
        figures = network.capacity(supply, name).figures
        if figures[max(q for q in figures if q <= at)].basis == "estimate":
            return True
    return False
