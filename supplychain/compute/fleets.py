"""Fleets: what the accelerators of a buyer can train and serve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from supplychain.allocation import Fleets
from supplychain.compute.chips import Chip, Transformer
from supplychain.compute.serving import Conditions, serve
from supplychain.compute.training import flop_per_quarter
from supplychain.model import Network


@dataclass(frozen=True, slots=True)
class Share:
    """What the accelerators of one kind add to a fleet.

    Attributes:
        power_mw: At the meter of the site; ``None`` where unknown.
        flop: Training FLOP of a quarter, 16-bit where the chip has it.
        tokens_s: Of the AI model served, if all of them did nothing else; ``None`` where a chip
            cannot serve it.
    """

    product: str
    units: float
    h100e: float
    power_mw: float | None
    flop: float
    tokens_s: float | None


@dataclass(frozen=True, slots=True)
class Use:
    """What a fleet can do.

    Attributes:
        shares: By product, most H100 equivalents first.
        skipped: Units of products whose memory, bandwidth or peaks are unknown.
    """

    shares: tuple[Share, ...]
    skipped: Mapping[str, float]

    @property
    def units(self) -> float:
        """Accelerators of which everything is known."""
        return sum(s.units for s in self.shares)

    @property
    def h100e(self) -> float:
        """H100 equivalents."""
        return sum(s.h100e for s in self.shares)

    @property
    def power_mw(self) -> float:
        """Of those whose power is known."""
        return sum(s.power_mw or 0.0 for s in self.shares)

    @property
    def flop(self) -> float:
        """Training FLOP of a quarter, each kind at its own use.

        Upper bound for one run: no run spreads over every kind a buyer has.
        """
        return sum(s.flop for s in self.shares)

    @property
    def largest_run(self) -> float:
        """Training FLOP of a quarter of the most capable kind alone."""
        return max((s.flop for s in self.shares), default=0.0)

    @property
    def tokens_s(self) -> float:
        """Tokens per second of those that can serve the model."""
        return sum(s.tokens_s or 0.0 for s in self.shares)


def use(
    network: Network,
    units: Mapping[str, float],
    chips: Mapping[str, Chip],
    model: Transformer,
    conditions: Conditions,
) -> Use:
    """What these accelerators can do.

    Args:
        network: For H100 equivalents and the calendar factor of training.
        units: By product.
        chips: By product; a product that is absent is skipped.
        model: Served, the weights in the fewest bits the chip has.
        conditions: How it is served.
    """
    calendar = network.parameter("training.calendar").value
    shares = []
    for product in units:
        if product in chips and units[product] > 0:
            chip, count = chips[product], units[product]
            trained, served = _first(chip, "bf16", "fp8"), _first(chip, "fp8", "int8", "bf16")
            point = serve(model, chip, served, conditions)
            enough = count >= point.step.chips
            shares.append(
                Share(
                    product,
                    count,
                    network.commodities[product].h100e() * count,
                    chip.site_w * count / 1e6 if chip.site_w is not None else None,
                    flop_per_quarter(chip, count, calendar, trained),
                    point.step.tokens_s_chip * count if enough else None,
                )
            )
    skipped = {p: u for p, u in units.items() if p not in chips and u > 0}
    return Use(tuple(sorted(shares, key=lambda s: (-s.h100e, s.product))), skipped)


def _first(chip: Chip, *precisions: str) -> str:
    """The first of these modes that the chip has, else any it has."""
    return next((p for p in precisions if p in chip.peaks), min(chip.peaks))


def at_end(fleets: Fleets) -> Mapping[str, Mapping[str, float]]:
    """Units by buyer and product in service at the end of the last quarter."""
    last = fleets.in_service[:, :, -1].tolist()
    return {
        buyer.id: {p: u for p, u in zip(fleets.products, row, strict=True) if u > 0}
        for buyer, row in zip(fleets.buyers, last, strict=True)
    }
