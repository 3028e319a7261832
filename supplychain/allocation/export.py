"""Which buyers may have which product: export rules, and the ranges sellers made for them."""

from __future__ import annotations

from supplychain.model import Buyer, Commodity
from supplychain.model.quarters import Quarter

LINKS_LIMITED = Quarter(2022, 4)
"""US rules of 7 October 2022: no chip of 4,800 TPP with links of 600 GB/s or more to China."""

COMPUTE_LIMITED = Quarter(2023, 4)
"""US rules of 17 October 2023: none of 4,800 TPP at all, which ends sales of A800 and H800."""

H20_STOPPED, H20_LICENSED = Quarter(2025, 2), Quarter(2025, 3)
"""From 9 April 2025 the chips made for China need a licence; the first came in July and August."""

H200_LICENSED = Quarter(2026, 1)
"""From January 2026 licences below 21,000 TPP and 6.5 TB/s, which lets the H200 in."""

LIMIT_TPP, LICENCE_TPP, LICENCE_TB_S, LIMIT_LINK_GB_S = 4_800.0, 21_000.0, 6.5, 600.0


def exportable(commodity: Commodity, buyer: Buyer, quarter: Quarter) -> bool:
    """Whether export rules and the seller's ranges let the buyer have the product.

    Buyers of class ``china`` get A100/A800 and H100/H800 until the rules of October 2023 and the
    products made for them (group ``china-variant``) while these need no licence or get one; no
    other buyer takes those. What China makes itself (``china-chip``) is under none of these rules.
    Class ``tier-2`` needs licences from 2023 on, which were given: its sales went on.
    """
    groups = set(commodity.groups)
    if "china-variant" in groups:
        return buyer.export_class == "china" and not H20_STOPPED <= quarter < H20_LICENSED
    if buyer.export_class != "china" or "china-chip" in groups or quarter < LINKS_LIMITED:
        return True
    tpp, bandwidth, link = performance(commodity)
    if quarter < COMPUTE_LIMITED:
        # The data treats A800 and H800, with slower links, as the A100 and H100.
        return bool({"ampere", "hopper"} & groups) or tpp < LIMIT_TPP or link < LIMIT_LINK_GB_S
    licensed = quarter >= H200_LICENSED and tpp < LICENCE_TPP and bandwidth < LICENCE_TB_S
    return tpp < LIMIT_TPP or licensed


def performance(commodity: Commodity) -> tuple[float, float, float]:
    """Total processing performance, memory TB/s and link GB/s; infinite where it is not known.

    TPP is peak operations per second times the bits they are on: an H20 has 296 x 8 = 2,368.
    """
    facts = commodity.product.facts if commodity.product else {}
    bits = {"bf16_tflops": 16, "fp8_tflops": 8, "int8_tops": 8}
    known = [facts[k].value * b for k, b in bits.items() if k in facts]
    bandwidth, link = (
        facts[k].value if k in facts else float("inf") for k in ("bandwidth_tb_s", "link_gb_s")
    )
    return max(known, default=float("inf")), bandwidth, link
