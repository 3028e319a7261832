"""The AI accelerator supply chain, made calculable.

>>> import supplychain as sc
>>> network = sc.load()
>>> points = sc.chokepoints(network, products=["h100"], at="2023Q2")
>>> result = sc.simulate(network, cuts=["hbm=20%"])

Every result has ``to_frame()`` (pandas). The names are imported when they are first used.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False
"""As in ``typing``, which would be most of the time before signals are caught."""

if TYPE_CHECKING:
    from typing import Any

    from supplychain.loader import DataError as DataError
    from supplychain.loader import load as load
    from supplychain.model import Network as Network
    from supplychain.quarters import Quarter as Quarter
    from supplychain.removals import exposures as exposures
    from supplychain.risk import chokepoints as chokepoints
    from supplychain.simulation import simulate as simulate

__version__ = "0.1.0"

_HOMES = {
    "DataError": "supplychain.loader",
    "Network": "supplychain.model",
    "Quarter": "supplychain.quarters",
    "chokepoints": "supplychain.risk",
    "exposures": "supplychain.removals",
    "load": "supplychain.loader",
    "simulate": "supplychain.simulation",
}

__all__ = ["DataError", "Network", "Quarter", "chokepoints", "exposures", "load", "simulate"]


def __getattr__(name: str) -> Any:
    """Import a public name from its home on first use."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'supplychain' has no attribute '{name}'")


def __dir__() -> list[str]:
    """The public names."""
    return sorted([*__all__, "__version__"])
