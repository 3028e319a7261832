"""An AI model on a chip: served to one user and to many, trained on a cluster, at what cost."""

from __future__ import annotations

from dataclasses import dataclass

from supplychain.compute.chips import BYTES, Chip, Transformer
from supplychain.compute.cost import Hour, hour, market_rent, ownership_of
from supplychain.compute.serving import (
    Conditions,
    Point,
    Step,
    alone,
    crossover_batch,
    crossover_with_cache,
    room,
    serve,
)
from supplychain.compute.training import Run, least_chips, train
from supplychain.errors import AskError
from supplychain.model import Figure, Network
from supplychain.model.quarters import Quarter


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model served by a chip in one precision.

    Attributes:
        one: A step of one user, over the fewest chips that hold the model.
        many: The batch with the most tokens for each chip, or the batch that was asked for.
        crossover: Batch from which decoding is bound by compute, without cache, at full use.
        crossover_cached: The same with cache, at the use that software reaches; ``None``: never.
        prompt_tokens_s: Tokens of prompts that one chip reads in a second.
    """

    chip: Chip
    precision: str
    one: Step
    many: Point
    crossover: float
    crossover_cached: float | None
    prompt_tokens_s: float


def candidate(
    model: Transformer,
    chip: Chip,
    precision: str,
    conditions: Conditions,
    chips: int | None = None,
    batch: int | None = None,
    most: int | None = None,
) -> Candidate:
    """The model served by one chip in one precision.

    Args:
        model: The AI model.
        chip: The accelerator.
        precision: Of weights and arithmetic.
        conditions: How it is served.
        chips: Over which the model is split; ``None``: the split that is best.
        batch: Users; ``None``: as many as is best.
        most: Chips there are; ``None``: no limit.

    Raises:
        AskError: The model does not fit, its cache is unknown, or the chip has no such mode.
    """
    if batch is None:
        many = serve(model, chip, precision, conditions, chips, most)
    else:
        step = alone(model, chip, precision, conditions, chips, batch)
        many = Point(step, room(model, chip, step.chips, precision, conditions), step.binds)
    peak = chip.peak(precision)
    return Candidate(
        chip,
        precision,
        alone(model, chip, precision, conditions, chips),
        many,
        crossover_batch(peak, chip.bandwidth, BYTES[precision]),
        crossover_with_cache(model, chip, precision, conditions),
        peak * conditions.mfu / (2 * model.active),
    )


def precisions_of(chip: Chip) -> tuple[str, ...]:
    """The 16-bit mode and one of 8 bits, as far as the chip has them."""
    eight = [p for p in ("fp8", "int8") if p in chip.peaks][:1]
    return tuple(p for p in ("bf16", *eight) if p in chip.peaks)


@dataclass(frozen=True, slots=True)
class Hourly:
    """What an hour of a chip costs.

    Attributes:
        owned: ``None`` where its price or power is unknown.
        rented: The rent; ``None`` where none is known.
    """

    owned: Hour | None
    rented: Figure | None


def hourly(network: Network, chip: Chip, at: Quarter) -> Hourly:
    """What an hour of the chip costs, owned and rented, in a quarter."""
    owned = None
    if chip.price_usd is not None and chip.power_w is not None:
        owned = hour(chip.price_usd, chip.power_w, ownership_of(network))
    return Hourly(owned, market_rent(network, chip.id, at))


@dataclass(frozen=True, slots=True)
class Training:
    """The published run of a model, done on a cluster.

    Attributes:
        name: Of the row it makes: the model or the chip.
        mfu: Share of the peak in a running step.
        least: Chips that hold the state of the model.
        run: ``None`` where the cluster is smaller than that, or the chip does not train.
        owned_usd: ``None`` without a run or where the cost of an hour is unknown; likewise rented.
    """

    name: str
    precision: str
    mfu: float
    least: int
    run: Run | None
    owned_usd: float | None
    rented_usd: float | None


def training(
    network: Network,
    model: Transformer,
    chip: Chip,
    precision: str,
    count: float,
    cost: Hourly,
    efficiency: float = 1.0,
) -> Training:
    """The published run of a model, done on so many chips.

    Args:
        network: For the parameters of training and power.
        model: Whose computing is published.
        chip: The accelerator.
        precision: Of the arithmetic.
        count: Chips.
        cost: Of an hour of one.
        efficiency: Of several sites.

    Raises:
        AskError: The model's computing is not published, or the chip has no such mode.
    """
    if model.training_flop is None:
        raise AskError(f"{model.id}: nothing is published of its training")
    owned = ownership_of(network)
    calendar = network.parameter("training.calendar").value
    state = network.parameter("training.state_bytes").value
    usable = network.parameter("serving.usable_memory").value
    least = least_chips(model.parameters, state, chip.memory, usable)
    used = chip.training_peak(precision) / chip.peak(precision)
    if count < least or not used:
        return Training(model.id, precision, used, least, None, None, None)
    flop = model.training_flop
    run = train(flop, chip, count, calendar, precision, efficiency, owned.load, owned.pue)
    return Training(
        model.id,
        precision,
        used,
        least,
        run,
        run.chip_hours * cost.owned.total if cost.owned else None,
        run.chip_hours * cost.rented.value if cost.rented else None,
    )
