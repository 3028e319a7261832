"""Chips and AI models as arithmetic needs them: plain numbers in SI units."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from supplychain.errors import AskError
from supplychain.model import Commodity, Figure, Network, Product
from supplychain.model.accelerators import server_figures, server_w, site_w
from supplychain.model.figures import in_year
from supplychain.model.finder import find_id

BYTES: Mapping[str, float] = MappingProxyType({"bf16": 2.0, "fp8": 1.0, "int8": 1.0})
"""Bytes of one number in each precision."""

_PEAKS = {"bf16": "bf16_tflops", "fp8": "fp8_tflops", "int8": "int8_tops"}


@dataclass(frozen=True, slots=True)
class Chip:
    """An accelerator.

    Attributes:
        peaks: Dense operations per second, by precision; absent where it has no such mode.
        memory: Bytes.
        bandwidth: Of the memory, bytes/s.
        link: To other chips, one way, bytes/s; ``None`` where unknown.
        power_w: With its share of server and network, at rated load; ``None`` where unknown.
        site_w: At the meter of its site: the same at average load, times PUE.
        price_usd: Of the accelerator alone; ``None`` where unknown.
        mfu: Share of the 16-bit peak that training reaches in a running step; 0: does not train.
        mfu_8_bit: The same of the 8-bit peak.
        mbu: Share of the bandwidth that serving reaches.
        taken: Figures of the data behind these.
    """

    id: str
    name: str
    peaks: Mapping[str, float]
    memory: float
    bandwidth: float
    link: float | None
    power_w: float | None
    site_w: float | None
    price_usd: float | None
    mfu: float
    mfu_8_bit: float
    mbu: float
    taken: tuple[Figure, ...]

    def peak(self, precision: str) -> float:
        """Dense operations per second.

        Raises:
            AskError: The chip has no such mode; the message lists those it has.
        """
        if precision not in self.peaks:
            narrow = [p for p in self.peaks if BYTES[p] == BYTES[precision]]
            raise AskError(
                f"{self.id} has no {precision.upper()} mode, it has "
                f"{' and '.join(p.upper() for p in self.peaks)}; give --precision "
                f"{(narrow or list(self.peaks))[0]}"
            )
        return self.peaks[precision]

    @property
    def processing_performance(self) -> float:
        """TPP of the export rules: bits of an operation x dense operations in 10^12 a second.

        The highest over all precisions. Ref: 15 CFR 774, supplement 1, ECCN 3A090 (2023).
        """
        return max(8 * BYTES[p] * peak / 1e12 for p, peak in self.peaks.items())

    def training_peak(self, precision: str) -> float:
        """Operations per second that training reaches in a running step.

        Raises:
            AskError: The chip has no such mode.
        """
        eight_bit = self.mfu_8_bit if self.mfu else 0.0
        return self.peak(precision) * (self.mfu if precision == "bf16" else eight_bit)


@dataclass(frozen=True, slots=True)
class Transformer:
    """An AI model.

    Attributes:
        parameters: Of all weights, which must be in memory; 0 where unknown.
        active: Of the weights that one token uses; less than all in a mixture of experts.
        kv_values: Numbers that the key and value cache keeps for one token, 0 where unknown:
            2 x layers x key-and-value heads x head dimension.
        hops: Numbers that tensor parallelism sums over the chips for one token, 0 where unknown:
            2 x layers x hidden.
        training_flop: Of the published run; ``None`` where unknown.
        sequence: Tokens of context it is made for; ``None`` where unknown.
    """

    id: str
    name: str
    parameters: float
    active: float
    kv_values: float
    hops: float
    training_flop: float | None
    sequence: float | None

    def weight_bytes(self, precision: str) -> float:
        """Of all weights."""
        return self.parameters * BYTES[precision]

    def bytes_read(self, precision: str, batch: float) -> float:
        """Weights that one step over a batch of tokens reads, bytes.

        A dense model reads all of them. In a mixture of experts a token uses the share r =
        active / parameters, and tokens choose apart from one another, so a batch of b reads
        1 - (1 - r)^b of them.
        """
        unused: float = (1 - self.active / self.parameters) ** batch
        return self.weight_bytes(precision) * (1 - unused)


def chip_of(network: Network, id_: str, year: int, overrides: Mapping[str, float]) -> Chip:
    """The chip with this id, at the prices of a year.

    Args:
        network: The data.
        id_: Of a product, its name or an alias.
        year: Of the price: the latest year known up to it, else the first known.
        overrides: ``mfu``, ``mbu`` or ``price_usd`` given by hand.

    Raises:
        AskError: There is no such product, or memory, bandwidth or peaks are unknown.
    """
    commodity, product = find_accelerator(network, id_)
    facts = product.facts
    missing = [key for key in ("memory_gb", "bandwidth_tb_s") if key not in facts]
    peaks = {p: facts[key].value * 1e12 for p, key in _PEAKS.items() if key in facts}
    if missing or not peaks:
        lacking = ", ".join([*missing, *([] if peaks else ["bf16_tflops"])])
        raise AskError(f"{commodity.id}: the data lacks {lacking}; add it to the product's facts")
    used = _used(network, commodity.id, product, year, overrides)
    link, price = facts.get("link_gb_s"), used.get("price_usd")
    return Chip(
        id=commodity.id,
        name=commodity.name,
        peaks=MappingProxyType(peaks),
        memory=facts["memory_gb"].value * 1e9,
        bandwidth=facts["bandwidth_tb_s"].value * 1e12,
        link=link.value * 1e9 / 2 if link else None,
        power_w=server_w(network, commodity),
        site_w=site_w(network, commodity),
        price_usd=price.value if price else None,
        mfu=used["mfu"].value,
        mfu_8_bit=used["mfu_8_bit"].value,
        mbu=used["mbu"].value,
        taken=tuple(used.values()),
    )


def known_chips(network: Network, year: int, overrides: Mapping[str, float]) -> dict[str, Chip]:
    """All chips of which memory, bandwidth and a peak are known, by id."""
    chips = {}
    for id_ in network.products:
        with contextlib.suppress(AskError):
            chips[id_] = chip_of(network, id_, year, overrides)
    return chips


_Used = dict[str, Figure]
"""What a figure is used for, and the figure."""


def _used(
    network: Network, id_: str, product: Product, year: int, overrides: Mapping[str, float]
) -> _Used:
    """The figures behind a chip's use, power and price."""
    used: _Used = {}
    for key, default in (("mfu", "training.mfu"), ("mbu", "serving.mbu")):
        used[key] = product.utilization.get(key) or network.parameter(default)
    used["mfu_8_bit"] = network.parameter("training.mfu_8_bit")
    # A chip's own power is a fact of it, not shown among what is assumed.
    behind = server_figures(network, network.commodities[id_])
    used |= {key: figure for key, figure in behind.items() if key != "tdp_w"}
    if (price := in_year(product.price_usd, year)) is not None:
        used["price_usd"] = price
    used |= {key: given(value, f"{id_}.{key}") for key, value in overrides.items()}
    if "mfu" in overrides:
        used["mfu_8_bit"] = used["mfu"]
    return used


def given(value: float, name: str) -> Figure:
    """A figure given by hand instead of the data's of that name."""
    note = "given on the command line"
    return Figure(value, value, value, basis="estimate", note=note, name=name)


def find_accelerator(network: Network, text: str) -> tuple[Commodity, Product]:
    """The accelerator with this id, name or alias.

    Raises:
        AskError: There is none of that name; the message names the nearest.
    """
    id_ = find_id(network, text, "accelerator")
    return network.commodities[id_], network.accelerators[id_]


def transformer_of(network: Network, id_: str) -> Transformer:
    """The AI model with this id, name or alias.

    Raises:
        AskError: There is none of that name.
    """
    model = network.models[find_id(network, id_, "model")]
    facts = {key: figure.value for key, figure in model.facts.items()}
    layers, hidden = facts.get("layers", 0.0), facts.get("hidden", 0.0)
    parameters = facts.get("parameters", 0.0)
    return Transformer(
        id=model.id,
        name=model.name,
        parameters=parameters,
        active=facts.get("active_parameters", parameters),
        kv_values=2 * layers * facts.get("kv_heads", 0.0) * facts.get("head_dim", 0.0),
        hops=2 * layers * hidden,
        training_flop=facts.get("training_flop"),
        sequence=facts.get("sequence"),
    )
