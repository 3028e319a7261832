"""Which buyers may have which product: export rules, and the ranges sellers made for them."""

from __future__ import annotations

from supplychain.model import Buyer, Commodity
from supplychain.quarters import Quarter

H800_BARRED = Quarter(2023, 4)
"""US rules of 17 October 2023 (in force 23 October) end sales of A800 and H800 to China."""


def exportable(commodity: Commodity, buyer: Buyer, quarter: Quarter) -> bool:
    """Whether US export rules and the seller's ranges let the buyer have the product.

    Buyers of class ``china`` get A100/A800 and H100/H800 until the rules of October 2023 and
    the products made for them (group ``china-variant``) at any time; nobody else takes those.
    """
    made_for_china = "china-variant" in commodity.groups
    if buyer.export_class != "china":
        return not made_for_china
    return made_for_china or (
        quarter < H800_BARRED and bool({"ampere", "hopper"} & set(commodity.groups))
    )
