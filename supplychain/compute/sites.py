"""Training over several sites: power limits the chips at each, links how often they agree.

    chips at a site  = power of the site / (power of a chip with its server x load x PUE)
    step             = 6 N_active batch tokens / (chips x peak x MFU)
    exchange         = 2 (s - 1) / s x N x bytes / link               a ring over s sites
    efficiency       = h step / (h step + exchange)                   h steps between exchanges

Nothing is hidden behind computing, so this is the cautious end; streaming the exchange
(Douillard et al. 2025) does better. Exchanging seldom follows DiLoCo (Douillard et al. 2023),
run across continents for INTELLECT-1 (Jaghouar et al. 2024) at 83 to 96% of a single site.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from supplychain.compute.chips import Transformer
from supplychain.errors import AskError
from supplychain.model import Network


@dataclass(frozen=True, slots=True)
class Exchange:
    """How sites agree on the weights.

    Attributes:
        batch_tokens: Tokens of one step, all sites together.
        steps: Between two exchanges.
        bytes_each: For each parameter.
        link_bit_s: Of each site to the others, bit/s.
    """

    batch_tokens: float
    steps: float
    bytes_each: float
    link_bit_s: float


def exchange_of(network: Network) -> Exchange:
    """As the data's parameters give it.

    Raises:
        AskError: A parameter is missing.
    """
    return Exchange(
        network.parameter("training.batch_tokens").value,
        network.parameter("training.inner_steps").value,
        network.parameter("training.exchange_bytes").value,
        network.parameter("training.site_link_gbit_s").value * 1e9,
    )


@dataclass(frozen=True, slots=True)
class Sites:
    """How a run spreads over sites.

    Attributes:
        count: Sites.
        step_s: One step of all chips, seconds of computing.
        exchange_s: One exchange between sites, seconds.
        efficiency: Share of the time that computing gets.
    """

    count: int
    step_s: float
    exchange_s: float
    efficiency: float


def chips_at_a_site(site_mw: float, site_w: float) -> int:
    """Chips that a site can power.

    Args:
        site_mw: Power of the site.
        site_w: What one chip takes of it, see :func:`supplychain.model.accelerators.site_w`.

    Example:
        >>> chips_at_a_site(250, 1389)
        179985
    """
    return math.floor(site_mw * 1e6 / site_w)


def sites_needed(count: float, site_mw: float, site_w: float) -> int:
    """Sites that power so many chips.

    Raises:
        AskError: A site does not power a single one.
    """
    each = chips_at_a_site(site_mw, site_w)
    if not each:
        raise AskError(f"a site of {site_mw:g} MW does not power a single chip")
    return math.ceil(count / each)


def exchange_seconds(parameters: float, bytes_each: float, sites: int, link_bit_s: float) -> float:
    """One all-reduce over the sites' links, by a ring."""
    return 2 * (sites - 1) / sites * parameters * bytes_each * 8 / link_bit_s


def efficiency(step_s: float, steps: float, exchange_s: float) -> float:
    """Share of the time spent computing, with an exchange after so many steps."""
    return steps * step_s / (steps * step_s + exchange_s)


def spread(model: Transformer, flop_s: float, sites: int, exchange: Exchange) -> Sites:
    """A run over so many sites.

    Args:
        model: Whose parameters are exchanged; they must be known.
        flop_s: What all chips together reach in a running step.
        sites: How many.
        exchange: How they agree.
    """
    step_s = 6 * model.active * exchange.batch_tokens / flop_s
    exchange_s = exchange_seconds(model.parameters, exchange.bytes_each, sites, exchange.link_bit_s)
    return Sites(sites, step_s, exchange_s, efficiency(step_s, exchange.steps, exchange_s))
