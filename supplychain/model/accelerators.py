"""What one accelerator counts: H100 equivalents, memory, power at the meter of its site, revenue.

    server_w  =  published with the chip's share of server and network, else TDP x server_ratio
    site_w    =  server_w x load x PUE

``server_ratio``, ``load`` and PUE are parameters (``power.…``), so an assumption about one of
them moves allocation, compute and reports alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from supplychain.model.commodities import Commodity
from supplychain.model.figures import Figure
from supplychain.model.network import Network
from supplychain.model.quarters import Quarter

QUANTITIES: Mapping[str, str] = MappingProxyType(
    {
        "units": "",
        "h100e": "H100e",
        "site_mw": "MW",
        "bf16_pflops": "PFLOP/s",
        "memory_gb": "GB",
        "bandwidth_tb_s": "TB/s",
        "revenue_usd": "US$",
    }
)
"""Each quantity and what it is counted in."""

_FACTS = (
    ("bf16_pflops", "bf16_tflops", 1e-3),
    ("memory_gb", "memory_gb", 1.0),
    ("bandwidth_tb_s", "bandwidth_tb_s", 1.0),
)


def per_accelerator(
    network: Network, commodity: Commodity, quarter: Quarter | None = None
) -> Mapping[str, float]:
    """What one accelerator counts in each of :data:`QUANTITIES`; absent where no figure is known.

    Args:
        network: For the parameters of power.
        commodity: An accelerator.
        quarter: Of the price, which is that of the latest year up to the quarter's, else of the
            first known; without a quarter there is no revenue.

    Raises:
        ValueError: No peak of the accelerator is known.
    """
    facts = commodity.product.facts if commodity.product else {}
    known = {"units": 1.0, "h100e": commodity.h100e()}
    if (watts := site_w(network, commodity)) is not None:
        known["site_mw"] = watts / 1e6
    for quantity, fact, scale in _FACTS:
        if fact in facts:
            known[quantity] = facts[fact].value * scale
    if quarter is not None and commodity.product is not None:
        price = commodity.product.price_in(quarter)
        if price is not None:
            known["revenue_usd"] = price.value
    return known


def site_w(network: Network, commodity: Commodity) -> float | None:
    """Watts that one accelerator takes at the meter of its site, on average.

    Its share of server and network at average load, times the site's PUE; ``None`` where its
    power is not published or the data has no parameters of power.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> round(site_w(network, network.commodities["b200"]))  # 1,667 x 80% x 1.25
        1667
    """
    power = _power(network)
    server = server_w(network, commodity)
    if server is None or not {"load", "pue"} <= power.keys():
        return None
    return server * power["load"].value * power["pue"].value


def server_w(network: Network, commodity: Commodity) -> float | None:
    """Watts of one accelerator with its share of server and network, at rated load.

    ``None`` where neither is published, or only the chip's and the data has no
    ``power.server_ratio``.
    """
    parts = server_figures(network, commodity)
    watts = 1.0
    for figure in parts.values():
        watts *= figure.value
    return watts if parts else None


def server_figures(network: Network, commodity: Commodity) -> Mapping[str, Figure]:
    """The figures whose product is :func:`server_w`, by key; empty where it is not known."""
    facts = commodity.product.facts if commodity.product else {}
    if "server_w" in facts:
        return {"server_w": facts["server_w"]}
    ratio = _power(network).get("server_ratio")
    if "tdp_w" in facts and ratio is not None:
        return {"tdp_w": facts["tdp_w"], "server_ratio": ratio}
    return {}


def _power(network: Network) -> Mapping[str, Figure]:
    topic = network.parameters.get("power")
    return topic.figures if topic is not None else {}
