"""Serving: memory bandwidth utilization, batch, tensor parallelism, what binds.

One step gives every user of the batch one token:

    bandwidth = (weights read + batch x context x KV bytes) / (chips x bandwidth x MBU)
    compute   = 2 N_active batch / (chips x peak x MFU)
    link      = 2 (c - 1) / c x 2 layers x hidden x batch x 2 bytes / link        one way
    step      = max(bandwidth, compute) + link

The key and value cache of a token is 2 x layers x key-and-value heads x head dimension numbers
(grouped heads count once). MBU is what is read over time and peak (Databricks 2023), the batch at
which the two first terms meet without a cache is peak x bytes / (2 x bandwidth).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from supplychain.compute.chips import BYTES, Chip, Transformer
from supplychain.errors import AskError
from supplychain.model import Network

Limit = Literal["bandwidth", "compute", "memory size", "link"]
DOMAIN = 8
"""Chips tried for tensor parallelism, a server of eight; a model that needs as many or more is
tried on twice as many too, where a link between servers may be slower than the chip's figure."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a model is served.

    Attributes:
        context: Tokens in the cache of each user.
        kv_bytes: Bytes of a number in the cache.
        mfu: Share of the peak that arithmetic reaches.
        usable: Share of the memory for weights and cache.
        speed: Least tokens per second that a user accepts.
    """

    context: float
    kv_bytes: float
    mfu: float
    usable: float
    speed: float


def conditions_of(network: Network, kv_bytes: float = BYTES["bf16"]) -> Conditions:
    """The conditions that the data's parameters give.

    Raises:
        AskError: A parameter is missing.
    """
    return Conditions(
        context=network.parameter("serving.context").value,
        kv_bytes=kv_bytes,
        mfu=network.parameter("serving.mfu").value,
        usable=network.parameter("serving.usable_memory").value,
        speed=network.parameter("serving.reading_tokens_s").value,
    )


@dataclass(frozen=True, slots=True)
class Step:
    """One decoding step; times in seconds.

    Attributes:
        link_s: ``None`` where the chip's link is unknown; it then counts as none.
    """

    chips: int
    batch: int
    bandwidth_s: float
    compute_s: float
    link_s: float | None

    @property
    def seconds(self) -> float:
        """Time of the step, which is the time between two tokens of a user."""
        return max(self.bandwidth_s, self.compute_s) + (self.link_s or 0.0)

    @property
    def tokens_s(self) -> float:
        """Tokens per second of all users."""
        return self.batch / self.seconds

    @property
    def tokens_s_user(self) -> float:
        """Tokens per second of one user."""
        return 1 / self.seconds

    @property
    def tokens_s_chip(self) -> float:
        """Tokens per second of one chip."""
        return self.tokens_s / self.chips

    @property
    def binds(self) -> Limit:
        """Which time is longest."""
        if (self.link_s or 0.0) > max(self.bandwidth_s, self.compute_s):
            return "link"
        return "compute" if self.compute_s > self.bandwidth_s else "bandwidth"


@dataclass(frozen=True, slots=True)
class Point:
    """The batch with the most tokens for each chip.

    Attributes:
        room: Largest batch that fits in memory.
        binds: What a larger batch would run into: memory size, the time of compute, or the users'
            speed, which then is named by the longest time of the step.
    """

    step: Step
    room: int
    binds: Limit


def mbu(bytes_read: float, seconds: float, bandwidth: float) -> float:
    """Memory bandwidth utilization: bytes read for a token over its time and the peak.

    Example:
        >>> mbu(14e9, 0.014, 2e12)
        0.5
    """
    return bytes_read / seconds / bandwidth


def crossover_batch(peak: float, bandwidth: float, bytes_per_weight: float) -> float:
    """Batch from which decoding is bound by compute, without cache and at full use of both.

    Example:
        >>> round(crossover_batch(989e12, 3.35e12, 2))
        295
    """
    return peak * bytes_per_weight / (2 * bandwidth)


def crossover_with_cache(
    model: Transformer, chip: Chip, precision: str, conditions: Conditions
) -> float | None:
    """The same with the cache of each user and at the use that software reaches.

    ``None`` where the cache of a user takes longer to read than its token to compute: then
    decoding is bound by bandwidth at every batch.

    Raises:
        AskError: The chip has no such mode.
    """
    reached = chip.bandwidth * chip.mbu
    weights_s = model.bytes_read(precision, math.inf) / reached
    compute_s = 2 * model.active / (chip.peak(precision) * conditions.mfu)
    cache_s = cache_bytes(model, conditions) / reached
    return weights_s / (compute_s - cache_s) if compute_s > cache_s else None


def cache_bytes(model: Transformer, conditions: Conditions) -> float:
    """Key and value cache of one user."""
    return model.kv_values * conditions.kv_bytes * conditions.context


def memory_needed(
    model: Transformer, batch: float, precision: str, conditions: Conditions
) -> float:
    """Weights, and the cache of so many users, bytes."""
    return model.weight_bytes(precision) + batch * cache_bytes(model, conditions)


def chips_needed(needed: float, memory: float, usable: float) -> int:
    """Chips whose memory holds so many bytes."""
    return math.ceil(needed / (memory * usable))


def split_of(chips: int) -> int:
    """The smallest power of two of at least so many: tensor parallelism halves heads."""
    return 1 << (chips - 1).bit_length()


def room(model: Transformer, chip: Chip, chips: int, precision: str, conditions: Conditions) -> int:
    """Largest batch whose cache fits beside the weights; 0 where not even one user's does."""
    free = chips * chip.memory * conditions.usable - model.weight_bytes(precision)
    return max(0, math.floor(free / cache_bytes(model, conditions)))


def decode_step(
    model: Transformer, chip: Chip, chips: int, batch: int, precision: str, conditions: Conditions
) -> Step:
    """One step of a batch of users over so many chips.

    Raises:
        AskError: The chip has no such mode.
    """
    read = model.bytes_read(precision, batch) + batch * cache_bytes(model, conditions)
    summed = 2 * (chips - 1) / chips * model.hops * batch * BYTES["bf16"]
    return Step(
        chips,
        batch,
        read / (chips * chip.bandwidth * chip.mbu),
        2 * model.active * batch / (chips * chip.peak(precision) * conditions.mfu),
        summed / chip.link if chip.link else None if chips > 1 else 0.0,
    )


def alone(
    model: Transformer,
    chip: Chip,
    precision: str,
    conditions: Conditions,
    chips: int | None = None,
    batch: int = 1,
) -> Step:
    """One step of a given batch, over the fewest chips that hold it unless they are given.

    Raises:
        AskError: It does not fit in so many chips; the message says how many it needs. Or the
            model's cache is unknown, or the chip has no such mode.
    """
    least = _least(model, chip, precision, conditions, chips, batch)
    return decode_step(model, chip, chips or split_of(least), batch, precision, conditions)


def serve(
    model: Transformer,
    chip: Chip,
    precision: str,
    conditions: Conditions,
    chips: int | None = None,
    most: int | None = None,
) -> Point:
    """Batch and split with the most tokens for each chip, at a speed that users accept.

    Tried are powers of two from the smallest that holds the model with one user, twice that and
    on to :data:`DOMAIN`; the smaller split wins a tie. Where one user alone is slower than
    accepted, the batch is one.

    Args:
        model: The AI model.
        chip: The accelerator.
        precision: Of weights and arithmetic.
        conditions: Cache, use and speed.
        chips: The split, if it is given.
        most: Chips there are; ``None``: no limit.

    Raises:
        AskError: As :func:`alone`.
    """
    needed = _least(model, chip, precision, conditions, chips or most, 1)
    splits = [chips or min(split_of(needed), most or split_of(needed))]
    while not chips and splits[-1] * 2 <= min(max(DOMAIN, 2 * split_of(needed)), most or math.inf):
        splits.append(splits[-1] * 2)
    points = [_best_batch(model, chip, c, precision, conditions) for c in splits]
    return max(points, key=lambda p: (p.step.tokens_s_chip, -p.step.chips))


def _best_batch(
    model: Transformer, chip: Chip, chips: int, precision: str, conditions: Conditions
) -> Point:
    largest = room(model, chip, chips, precision, conditions)
    low, high = 1, largest
    while low < high:  # the time of a step grows with the batch
        batch = (low + high + 1) // 2
        step = decode_step(model, chip, chips, batch, precision, conditions)
        low, high = (batch, high) if step.tokens_s_user >= conditions.speed else (low, batch - 1)
    best = decode_step(model, chip, chips, low, precision, conditions)
    full = low == largest and best.binds == "bandwidth"
    return Point(best, largest, "memory size" if full else best.binds)


def _least(
    model: Transformer,
    chip: Chip,
    precision: str,
    conditions: Conditions,
    chips: int | None,
    batch: int,
) -> int:
    """Chips that hold the model with so many users; an error if fewer are given."""
    chip.peak(precision)
    if not (model.kv_values and model.parameters):
        raise AskError(f"{model.id}: layers or heads are not published, so its cache is unknown")
    needed = memory_needed(model, batch, precision, conditions)
    least = chips_needed(needed, chip.memory, conditions.usable)
    if chips is None or chips >= least:
        return least
    users = "one user" if batch == 1 else f"{batch:,} users"
    few = "1 chip holds" if chips == 1 else f"{chips:,} chips hold"
    each = chip.memory * conditions.usable / 1e9
    raise AskError(
        f"{model.id} in {precision.upper()} with {users} of {conditions.context:,.0f} tokens takes "
        f"{needed / 1e9:,.0f} GB, and {few} {chips * each:,.0f} GB ({conditions.usable:.0%} of "
        f"{chip.memory / 1e9:g} GB each): it needs {least:,} {chip.id}; give so many chips, fewer "
        "bits or a shorter --context"
    )
