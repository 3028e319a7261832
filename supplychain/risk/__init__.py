"""Single points of failure, exactly, and how concentrated supply is."""

from supplychain.risk.points import chokepoints
from supplychain.risk.result import Chokepoint, Chokepoints, Loss
from supplychain.risk.scope import asked_products, default_quarter
from supplychain.risk.structure import Kind

__all__ = [
    "Chokepoint",
    "Chokepoints",
    "Kind",
    "Loss",
    "asked_products",
    "chokepoints",
    "default_quarter",
]
