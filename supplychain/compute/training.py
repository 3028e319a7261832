"""Training: model FLOPs utilization, days, energy, runs of a fleet.

    MFU   = 6 N tokens/s / (chips x peak)
    days  = FLOP / (chips x peak x MFU x calendar x 86,400)

The six is two operations for each parameter and token forward and four backward (Kaplan et al.
2020). MFU is that of a running step (Chowdhery et al. 2022); restarts, checks and failures are
the *calendar* factor: use by the calendar over use in a step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from supplychain.compute.chips import Chip
from supplychain.errors import AskError

SECONDS_A_DAY = 86_400.0
DAYS_A_QUARTER = 365.25 / 4
HOURS_A_YEAR = 8760.0


@dataclass(frozen=True, slots=True)
class Run:
    """One training run on one cluster.

    Attributes:
        energy_mwh: ``None`` where the chip's power is unknown.
        runs_per_quarter: How many such runs the cluster could do in a quarter.
    """

    chips: float
    days: float
    chip_hours: float
    energy_mwh: float | None
    runs_per_quarter: float


def training_flop(parameters: float, tokens: float) -> float:
    """FLOP of training a dense model of N parameters on so many tokens: 6 N tokens.

    Example:
        >>> f"{training_flop(175e9, 300e9):.3g}"
        '3.15e+23'
    """
    return 6 * parameters * tokens


def mfu(parameters: float, tokens_s: float, chips: float, peak: float) -> float:
    """Model FLOPs utilization, a share of the peak (FLOP/s per chip)."""
    return 6 * parameters * tokens_s / (chips * peak)


def mfu_of_run(flop: float, chip_hours: float, peak: float) -> float:
    """Use of the peak by the calendar: computing done over what the chip-hours could have done."""
    return flop / (chip_hours * 3600 * peak)


def flop_per_quarter(chip: Chip, count: float, calendar: float, precision: str) -> float:
    """Training FLOP that so many chips do in a quarter.

    Raises:
        AskError: The chip has no such mode.
    """
    reached = chip.training_peak(precision) * calendar
    return count * reached * DAYS_A_QUARTER * SECONDS_A_DAY


def energy_mwh(power_w: float, chips: float, hours: float, load: float, pue: float) -> float:
    """Energy at the meter: chips with servers at rated power x average load x PUE.

    Example:
        >>> round(energy_mwh(1389, 20_480, 8760, 0.8, 1.25))
        249193
    """
    return power_w * chips * hours * load * pue / 1e6


def train(
    flop: float,
    chip: Chip,
    count: float,
    calendar: float,
    precision: str = "bf16",
    efficiency: float = 1.0,
    load: float = 1.0,
    pue: float = 1.0,
) -> Run:
    """One run of so many FLOP.

    Args:
        flop: Of the run.
        chip: The accelerator.
        count: Chips.
        calendar: Use by the calendar over use in a running step, 0 to 1.
        precision: Of the arithmetic.
        efficiency: Of several sites, 0 to 1; see :mod:`supplychain.compute.sites`.
        load: Average over rated power.
        pue: Power usage effectiveness of the site, at least 1.

    Raises:
        AskError: No chips, the chip does not train, or it has no such mode.
    """
    if not count > 0:
        raise AskError(f"{count:g} chips train nothing; give --count with 1 or more")
    reached = count * chip.training_peak(precision) * calendar * efficiency
    if not reached > 0:
        raise AskError(f"{chip.id} does not train: its MFU in the data is 0; give --mfu")
    days = flop / (reached * SECONDS_A_DAY)
    hours = days * 24
    energy = None
    if chip.power_w is not None:
        energy = energy_mwh(chip.power_w, count, hours, load, pue)
    return Run(count, days, count * hours, energy, DAYS_A_QUARTER / days)


def least_chips(parameters: float, state_bytes: float, memory: float, usable: float) -> int:
    """Chips that hold weights, gradients and optimizer of a model while it is trained.

    Args:
        parameters: Of all weights.
        state_bytes: Bytes for each.
        memory: Of one chip, bytes.
        usable: Share of it that is free for them.
    """
    return math.ceil(parameters * state_bytes / (memory * usable))
