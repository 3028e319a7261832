"""What one accelerator counts in a fleet, and how long it stays in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from supplychain.allocation.paths import Floats
from supplychain.model import Commodity
from supplychain.model.quarters import Quarter

OWNED_BEFORE = Quarter(2023, 1)
"""The fleets of the data were owned before this quarter."""

LIFE_QUARTERS = 24
"""An accelerator retires after six years, as the large clouds write servers off; an assumption."""

SITE_W_PER_TDP_W = 1.98
"""Site power per watt of a chip's thermal design power: servers and network 1,389 W per H100 of
700 W, at 80% of that in use, times a PUE of 1.25. Published sites lie at 1.5 to 2.6."""

QUANTITIES: Mapping[str, str] = MappingProxyType(
    {
        "units": "",
        "h100e": "H100e",
        "site_mw": "MW",
        "bf16_pflops": "PFLOP/s",
        "memory_gb": "GB",
        "bandwidth_tb_s": "TB/s",
    }
)
"""What a fleet can be counted in."""


def per_chip(commodity: Commodity) -> Mapping[str, float]:
    """What one accelerator counts in each of :data:`QUANTITIES`; absent where no figure is known.

    ``site_mw`` is the power of the whole site, see :data:`SITE_W_PER_TDP_W`.
    """
    facts = commodity.product.facts if commodity.product else {}
    known = {"units": 1.0, "h100e": commodity.h100e()}
    for quantity, fact, scale in (
        ("site_mw", "tdp_w", SITE_W_PER_TDP_W / 1e6),
        ("bf16_pflops", "bf16_tflops", 1e-3),
        ("memory_gb", "memory_gb", 1.0),
        ("bandwidth_tb_s", "bandwidth_tb_s", 1.0),
    ):
        if fact in facts:
            known[quantity] = facts[fact].value * scale
    return known


def surviving(
    commodity: Commodity, quarters: Sequence[Quarter], life: int = LIFE_QUARTERS
) -> Floats:
    """Share of the units owned at the start that is still in service at the end of each quarter.

    They were bought evenly from the chip's launch on, or over one life if that is shorter.
    """
    assert commodity.product is not None
    launch = min(commodity.product.launch, OWNED_BEFORE + -1)
    bought = np.arange(max(launch - OWNED_BEFORE, -life), 0)
    now = np.array([q - OWNED_BEFORE for q in quarters])
    return np.asarray((now[:, None] - bought < life).mean(axis=1))


def in_service(delivered: Floats, life: int = LIFE_QUARTERS) -> Floats:
    """Deliveries of the last ``life`` quarters, summed; quarters on the last axis."""
    total = np.asarray(delivered.cumsum(axis=-1))
    if life < total.shape[-1]:
        total[..., life:] -= total[..., :-life].copy()
    return total
