"""How long an accelerator stays in a fleet."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from supplychain.allocation.paths import Floats
from supplychain.model import Commodity, Network
from supplychain.model.quarters import Quarter

OWNED_BEFORE = Quarter(2023, 1)
"""The fleets of the data were owned before this quarter."""

LIFE_QUARTERS = 24
"""An accelerator retires after six years, as the large clouds write servers off; an assumption.

The data may set it: ``allocation.life_quarters`` of its parameters.
"""


def life_of(network: Network) -> int:
    """Quarters that an accelerator is in service.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> life_of(network)
        24
    """
    return round(network.constant("allocation.life_quarters", LIFE_QUARTERS))


def surviving(
    commodity: Commodity, quarters: Sequence[Quarter], life: int = LIFE_QUARTERS
) -> Floats:
    """Share of the units owned at the start that is still in service at the end of each quarter.

    They were bought evenly from the chip's launch on, or over one life if that is shorter.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> quarters = [sc.Quarter(2023, 1), sc.Quarter(2035, 1)]
        >>> surviving(network.commodities["h100"], quarters).tolist()
        [1.0, 0.0]
    """
    assert commodity.product is not None
    launch = min(commodity.product.launch, OWNED_BEFORE + -1)
    bought = np.arange(max(launch - OWNED_BEFORE, -life), 0)
    now = np.array([q - OWNED_BEFORE for q in quarters])
    return np.asarray((now[:, None] - bought < life).mean(axis=1))


def in_service(delivered: Floats, life: int = LIFE_QUARTERS) -> Floats:
    """Deliveries of the last ``life`` quarters, summed; quarters on the last axis.

    Example:
        >>> import numpy as np
        >>> in_service(np.array([1.0, 1.0, 1.0, 1.0]), life=2).tolist()
        [1.0, 2.0, 2.0, 2.0]
    """
    total = np.asarray(delivered.cumsum(axis=-1))
    if life < total.shape[-1]:
        total[..., life:] -= total[..., :-life].copy()
    return total
