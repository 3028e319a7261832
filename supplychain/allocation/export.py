"""Which buyers may have which product: export rules, and the ranges sellers made for them."""

from __future__ import annotations

from dataclasses import dataclass, fields

from supplychain.model import Buyer, Commodity, Network
from supplychain.model.quarters import Quarter


@dataclass(frozen=True, slots=True)
class ExportRules:
    """The rules by date; the data may set each by the name of the attribute, in ``export``.

    A date is given in years after 2000 (22.77 is October 2022); a rule counts from the beginning
    of its quarter.

    Attributes:
        links_limited: US rules of 7 October 2022: no chip of ``limit_tpp`` with links of
            ``limit_link_gb_s`` or more to China.
        compute_limited: US rules of 17 October 2023: none of ``limit_tpp`` at all, which ends
            sales of A800 and H800.
        variants_stopped: From 9 April 2025 the chips made for China need a licence ...
        variants_licensed: ... the first came in July and August.
        h200_licensed: From January 2026 licences below ``licence_tpp`` and ``licence_tb_s``, which
            lets the H200 in.
    """

    links_limited: float = 22.77
    compute_limited: float = 23.79
    variants_stopped: float = 25.27
    variants_licensed: float = 25.54
    h200_licensed: float = 26.04
    limit_tpp: float = 4_800.0
    limit_link_gb_s: float = 600.0
    licence_tpp: float = 21_000.0
    licence_tb_s: float = 6.5

    def since(self, date: float, quarter: Quarter) -> bool:
        """Whether the date lies in the quarter or before it."""
        return quarter >= Quarter(2000 + int(date), 1 + int(date % 1 * 4))


USUAL = ExportRules()


def export_rules(network: Network) -> ExportRules:
    """The rules that the data sets, the usual ones for the rest.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> export_rules(network).limit_tpp
        4800.0
    """
    names = [field.name for field in fields(ExportRules)]
    return ExportRules(**{n: network.constant(f"export.{n}", getattr(USUAL, n)) for n in names})


def exportable(
    commodity: Commodity, buyer: Buyer, quarter: Quarter, rules: ExportRules = USUAL
) -> bool:
    """Whether export rules and the seller's ranges let the buyer have the product.

    Buyers of class ``china`` get A100/A800 and H100/H800 until the rules of October 2023 and the
    products made for them (group ``china-variant``) while these need no licence or get one; no
    other buyer takes those. What China makes itself (``china-chip``) is under none of these rules.
    Class ``tier-2`` needs licences from 2023 on, which were given: its sales went on.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> buyer = network.buyers["alibaba"]
        >>> exportable(network.commodities["h200"], buyer, sc.Quarter(2025, 4))
        False
    """
    groups, since = set(commodity.groups), rules.since
    if "china-variant" in groups:
        stopped = since(rules.variants_stopped, quarter)
        return buyer.export_class == "china" and (
            not stopped or since(rules.variants_licensed, quarter)
        )
    free = buyer.export_class != "china" or "china-chip" in groups
    if free or not since(rules.links_limited, quarter):
        return True
    tpp, bandwidth, link = performance(commodity)
    if not since(rules.compute_limited, quarter):
        # The data treats A800 and H800, with slower links, as the A100 and H100.
        own = bool({"ampere", "hopper"} & groups)
        return own or tpp < rules.limit_tpp or link < rules.limit_link_gb_s
    licensed = tpp < rules.licence_tpp and bandwidth < rules.licence_tb_s
    return tpp < rules.limit_tpp or (licensed and since(rules.h200_licensed, quarter))


def performance(commodity: Commodity) -> tuple[float, float, float]:
    """Total processing performance, memory TB/s and link GB/s; infinite where it is not known.

    TPP is peak operations per second times the bits they are on: an H20 has 296 x 8 = 2,368.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> performance(network.commodities["h20"])[0]
        2368.0
    """
    facts = commodity.product.facts if commodity.product else {}
    bits = {"bf16_tflops": 16, "fp8_tflops": 8, "int8_tops": 8}
    known = [facts[k].value * b for k, b in bits.items() if k in facts]
    bandwidth, link = (
        facts[k].value if k in facts else float("inf") for k in ("bandwidth_tb_s", "link_gb_s")
    )
    return max(known, default=float("inf")), bandwidth, link
