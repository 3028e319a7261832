"""Who gets the accelerators: orders, contracts, backlog, and the rule that rations them."""

from supplychain.allocation.deliveries import CANCEL, Allocation, allocate
from supplychain.allocation.export import H800_BARRED, exportable
from supplychain.allocation.rules import RULES, contract_first, pro_rata

__all__ = [
    "CANCEL",
    "H800_BARRED",
    "RULES",
    "Allocation",
    "allocate",
    "contract_first",
    "exportable",
    "pro_rata",
]
