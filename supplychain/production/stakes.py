"""What each accelerator would bring if all booked packaging were used as planned."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from supplychain.model import Commodity, Network
from supplychain.model.quarters import Quarter
from supplychain.production.mix import mix_shares
from supplychain.production.reading import (
    capacities,
    chosen_products,
    holders_of,
    metered_inputs,
)


def planned_h100e(network: Network, at: Quarter) -> Mapping[str, float]:
    """H100 equivalents each accelerator would bring if all booked packaging were used as planned.

    A holder's booked capacity of the quarter, spread over its products by the planned mix; no
    other input is asked, so this is what is at stake, not a forecast. Zero for a product that is
    not sold in the quarter or uses no booked capacity.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> planned_h100e(network, sc.Quarter(2024, 4))["h100"] > 0
        True
    """
    booked = [c for c in capacities(network) if c.bookings]
    chosen, _ = chosen_products(network, {c.key for c in booked}, (at,))
    mix = mix_shares(network, chosen, (at,))
    draws: dict[str, dict[str, float]] = {}
    for commodity in chosen:
        inputs = {
            i: need.per_unit.value
            for need in commodity.needs
            if need.per_unit is not None
            for i in metered_inputs(network, need)
        }
        draws[commodity.id] = {
            c.key: amount
            for i, amount in inputs.items()
            for s in network.makers(i)
            for c in booked
            if s.organization == c.organization and c.id in s.draws
        }
    planned = dict.fromkeys(network.products, 0.0)
    of_holder: dict[str, list[Commodity]] = {}
    for commodity, holder in zip(chosen, holders_of(network, chosen), strict=True):
        of_holder.setdefault(holder, []).append(commodity)
    for capacity in booked:
        for holder, share in capacity.booked(at).items():
            own = of_holder.get(holder, [])
            per_unit = sum(mix[c.id][0] * draws[c.id].get(capacity.key, 0.0) for c in own)
            if per_unit > 0:
                units = share * capacity.per_quarter(at) / per_unit
                for c in own:
                    planned[c.id] += units * mix[c.id][0] * c.h100e()
    return MappingProxyType(planned)
