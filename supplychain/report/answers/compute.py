"""The answer of ``compute --compare``: one AI model on several chips."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from supplychain.compute.chips import Chip, Transformer
from supplychain.compute.comparison import Candidate, Hourly, training
from supplychain.compute.cost import per_million
from supplychain.compute.serving import Conditions
from supplychain.model import Figure, Network
from supplychain.model.quarters import Quarter
from supplychain.report.answers.compute_tables import (
    assumptions_table,
    chip_figures,
    many_users_table,
    one_user_table,
    stacks_table,
    training_table,
)
from supplychain.report.tables import Document, Table, compact, show

SERVING = ("mbu_basic_library", "mfu", "usable_memory", "context", "reading_tokens_s")
TRAINING = ("calendar", "state_bytes")
POWER = ("load", "pue", "price_usd_kwh")
COST = ("life_years", "system_ratio", "overhead")
CLUSTER = 1000
"""Chips that the training of a model is compared on."""


def comparison_document(
    network: Network,
    model: Transformer,
    candidates: Sequence[Candidate],
    costs: Mapping[str, Hourly],
    conditions: Conditions,
    batch: int | None,
    at: Quarter,
    left_out: Sequence[str] = (),
) -> Document:
    """One AI model on several chips: one user, many users, training, and what binds.

    Args:
        network: The data.
        model: The AI model.
        candidates: Chips, each in one precision or more.
        costs: Of an hour, by chip.
        conditions: How the model is served.
        batch: Users that were asked for; ``None``: as many as is best.
        at: Quarter of the prices.
        left_out: What was left out, in sentences.
    """
    title = "Many users: tokens/s, the most for each chip"
    if batch is not None:
        title = f"{batch:,} user{'s' if batch > 1 else ''}: tokens/s"
    many = many_users_table([(c.chip.id, c) for c in candidates], costs, title, "chip")
    parts: list[Table | str] = [
        one_user_table(candidates),
        stacks_table(candidates, model, conditions, network),
        many,
    ]
    first = {c.chip.id: c for c in reversed(candidates)}  # a chip's first precision: 16 bits
    chips = {id_: c.chip for id_, c in reversed(first.items())}
    if model.training_flop:
        parts.append(_training_table(network, model, chips, first, costs))
    parts += [*_sentences(network, candidates, costs, conditions), *left_out]
    figures = chip_figures(chips.values(), [c.precision for c in first.values()])
    figures += parameters(network, serving=SERVING, training=TRAINING, power=POWER, cost=COST)
    figures += [rent for id_ in chips if (rent := costs[id_].rented)]
    parts.append(assumptions_table(figures))
    return Document(
        schema="supplychain/compute-compare/1",
        meta={"data": network.digest, "model": model.id, "at": str(at), "chips": list(chips)},
        head=(("Model", _described(model)), ("Served", served(conditions)), ("Prices", str(at))),
        parts=tuple(parts),
        flat=many,
    )


def _described(model: Transformer) -> str:
    active = f", {compact(model.active)} for each token" if model.active < model.parameters else ""
    cache = model.kv_values * 2 / 1e6
    return (
        f"{model.name} · {compact(model.parameters)} parameters{active} · "
        f"{model.weight_bytes('bf16') / 1e9:,.0f} GB in BF16, "
        f"{model.weight_bytes('fp8') / 1e9:,.0f} GB in 8 bits · "
        f"16-bit cache of {cache:.2g} MB a token"
    )


def served(conditions: Conditions) -> str:
    """How a model is served, in words."""
    return (
        f"{conditions.context:,.0f} tokens of context for each user, "
        f"{conditions.kv_bytes * 8:.0f}-bit cache, at least "
        f"{conditions.speed:.3g} tokens/s for each user"
    )


def parameters(network: Network, **topics: Sequence[str]) -> list[Figure]:
    """Parameters of some topics."""
    return [network.parameter(f"{topic}.{key}") for topic, keys in topics.items() for key in keys]


def _training_table(
    network: Network,
    model: Transformer,
    chips: Mapping[str, Chip],
    first: Mapping[str, Candidate],
    costs: Mapping[str, Hourly],
) -> Table:
    """The published training of the model, on as many chips of each kind."""
    rows = [
        dataclasses.replace(
            training(network, model, chip, first[id_].precision, CLUSTER, costs[id_]), name=id_
        )
        for id_, chip in chips.items()
    ]
    title = f"Training {model.name}, {model.training_flop:.2g} FLOP, on {CLUSTER:,} chips"
    return training_table(rows, title)


def _sentences(
    network: Network,
    candidates: Sequence[Candidate],
    costs: Mapping[str, Hourly],
    conditions: Conditions,
) -> list[str]:
    """What the tables say, computed from them."""
    first = candidates[0]
    bound = [c for c in candidates if c.one.binds == "bandwidth"]
    everywhere = "every one of them" if len(bound) == len(candidates) else f"{len(bound)} of them"
    basic = network.parameter("serving.mbu_basic_library").value
    where = f"{first.one.chips} {first.chip.id} in {first.precision.upper()}"
    crossed = (
        f"from {first.crossover_cached:,.0f} users"
        if first.crossover_cached is not None
        else "at no number of users"
    )
    said = [
        f"One user alone is bound by bandwidth on {everywhere}: each token waits until all weights "
        f"are read. On {where} that gives {first.one.tokens_s_user:.3g} tokens/s at "
        f"{show(first.chip.mbu, 'share')} of the bandwidth; a basic library at "
        f"{show(basic, 'share')} is {first.chip.mbu / basic:.2g} times slower.",
        f"Without a cache {first.chip.id} would be bound by compute from {first.crossover:,.0f} "
        f"users in {first.precision.upper()}; with {conditions.context:,.0f} tokens of cache each, "
        f"{crossed}, and the memory of {first.many.step.chips} holds {first.many.room:,}.",
    ]
    priced = [
        (per_million(cost.total, c.many.step.tokens_s_chip), i, c)
        for i, c in enumerate(candidates)
        if (cost := costs[c.chip.id].owned)
    ]
    if len(priced) > 1:
        least, _, best = min(priced)
        said.append(
            f"Owned, {best.chip.id} in {best.precision.upper()} gives a million tokens for least: "
            f"US$ {least:.2g}, bound by {best.many.binds}."
        )
    return said
