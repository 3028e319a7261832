"""``supplychain compute``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from supplychain.cli.common import (
    answer,
    assume_option,
    find_scenario,
    load_network,
    output_options,
    read_quarter,
    usage_error,
)
from supplychain.cli.numbers import Number, Share
from supplychain.cli.numbers import count as whole
from supplychain.errors import AskError
from supplychain.model.quarters import FIRST, LAST, Quarter

if TYPE_CHECKING:
    from supplychain.compute.chips import Chip, Transformer
    from supplychain.compute.fleets import Use
    from supplychain.compute.sites import Sites
    from supplychain.model import Network
    from supplychain.report.tables import Document, Format

SERVED, TRAINED, CLUSTER = "llama-2-70b", "gpt-4", 1000


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every form of the question has; ``None``: what is best, or all."""

    at: Quarter
    precision: str | None
    kv_precision: str
    split: int | None
    batch: int | None
    overrides: Mapping[str, float]


@click.command()
@click.option("--fleet", metavar="BUYER", help="What this buyer's accelerators can do.")
@click.option("--chip", metavar="ID", help="A cluster of this accelerator.")
@click.option("--count", type=Number(1, 1e9), metavar="N", help="Chips of it; 1,000 if absent.")
@click.option("--model", "model", metavar="ID", help="An AI model of the data; all if absent.")
@click.option("--compare", metavar="A,B,C", help="Accelerators side by side, or 'all'.")
@click.option("--train", "trained", metavar="ID", default=TRAINED, show_default=True,
              help="The run that fleets are counted in.")  # fmt: skip
@click.option("--at", callback=read_quarter, metavar="Q", default="2024Q4", show_default=True,
              help="Quarter of prices and fleets.")  # fmt: skip
@click.option("--precision", type=click.Choice(["bf16", "fp8", "int8"]),
              help="Of weights and arithmetic; BF16 and 8 bits if absent.")  # fmt: skip
@click.option("--kv-precision", type=click.Choice(["bf16", "fp8", "int8"]), default="bf16",
              show_default=True, help="Of the key and value cache.")  # fmt: skip
@click.option("--batch", type=whole(), metavar="N",
              help="Users at once; as many as give the most tokens if absent.")  # fmt: skip
@click.option("--context", type=whole(1e9), metavar="N", help="Tokens of each user.")
@click.option("--tensor-parallel", "split", type=whole(), metavar="N",
              help="Chips over which the model is split; the best number if absent.")  # fmt: skip
@click.option("--speed", type=Number(1e-6, 1e6), metavar="TOKENS/S",
              help="Least speed that each user accepts.")  # fmt: skip
@click.option("--mfu", type=Share(above=True), metavar="SHARE", help="Of the peak, in training.")
@click.option(
    "--mbu", type=Share(above=True), metavar="SHARE", help="Of the bandwidth, in serving."
)
@click.option("--calendar", type=Share(above=True), metavar="SHARE",
              help="Use by the calendar over use in a running step.")  # fmt: skip
@click.option("--price", type=Number(1e-6, 1e9), metavar="US$",
              help="Of one accelerator, for --chip.")  # fmt: skip
@click.option("--sites", "site_count", type=whole(), metavar="N",
              help="Train over so many sites.")  # fmt: skip
@click.option("--site-power", type=Number(1e-6, 1e6), metavar="MW",
              help="Power of each site, which limits its chips.")  # fmt: skip
@click.option("--site-link", type=Number(1e-6, 1e9), metavar="GBIT/S",
              help="Of each site to the others.")  # fmt: skip
@click.option("--inner-steps", type=whole(), metavar="N",
              help="Steps between exchanges of sites; 1: after each.")  # fmt: skip
@click.option("--cut", "cuts", multiple=True, metavar="TARGET=SHARE[@Q[:Q]]",
              help="For fleets: a cut, as in simulate; repeatable.")  # fmt: skip
@click.option("--scenario", "names", multiple=True, metavar="ID|FILE",
              help="For fleets: a scenario of the data or a file; repeatable.")  # fmt: skip
@click.option("--top", type=whole(), default=15, show_default=True,
              help="Buyers to show; CSV has all.")  # fmt: skip
@assume_option
@output_options
def compute(
    fleet: str | None,
    chip: str | None,
    count: float | None,
    model: str | None,
    compare: str | None,
    trained: str,
    at: Quarter,
    precision: str | None,
    kv_precision: str,
    batch: int | None,
    context: int | None,
    split: int | None,
    speed: float | None,
    mfu: float | None,
    mbu: float | None,
    calendar: float | None,
    price: float | None,
    site_count: int | None,
    site_power: float | None,
    site_link: float | None,
    inner_steps: int | None,
    cuts: tuple[str, ...],
    names: tuple[str, ...],
    top: int,
    assume: dict[str, float],
    form: Format | None,
    out: Path | None,
    no_color: bool,
    quiet: bool,
    data: Path | None,
) -> None:
    """Usable training and serving compute: of a chip, of several side by side, of fleets.

    Without options: what every buyer's accelerators can train and serve.

    \b
    supplychain compute --chip h100 --count 20480
    supplychain compute --model llama-2-70b --compare h100,mi300x,tpu-v5e,gaudi3
    supplychain compute --fleet meta --at 2024Q4 --cut hbm=20%@2024Q1:2024Q4
    supplychain compute --chip b200 --count 100_000 --site-power 150 --site-link 400
    """
    from supplychain.scenarios.assumptions import assumed

    given = {
        "serving.context": context,
        "serving.reading_tokens_s": speed,
        "training.calendar": calendar,
        "training.site_link_gbit_s": site_link,
        "training.inner_steps": inner_steps,
    }
    own = {"mfu": mfu, "mbu": mbu, "price_usd": price}
    overrides = {key: value for key, value in own.items() if value is not None}
    asked = _Asked(at, precision, kv_precision, split, batch, overrides)
    network = load_network(data)
    try:
        _check(fleet, chip, count, compare)
        values = {key: float(value) for key, value in given.items() if value is not None}
        network = assumed(network, {**assume, **values})
        if chip is not None:
            many = CLUSTER if count is None else count
            document = _cluster(network, asked, chip, many, model, site_count, site_power)
        elif compare is not None or (model is not None and fleet is None):
            document = _comparison(network, asked, model or SERVED, compare or "all")
        else:
            shocks = (cuts, names)
            document = _fleets(network, asked, fleet, model or SERVED, trained, shocks, top)
    except AskError as error:
        raise usage_error(str(error)) from error
    answer(document, form, out, no_color, quiet)


def _check(fleet: str | None, chip: str | None, count: float | None, compare: str | None) -> None:
    asked = [
        name for name, value in (("--fleet", fleet), ("--chip", chip), ("--compare", compare))
        if value is not None
    ]  # fmt: skip
    if len(asked) > 1:
        raise AskError(f"{' and '.join(asked)} ask different questions; give one of them")
    if count is not None and chip is None:
        raise AskError("--count says how many of --chip; give --chip too")


def _comparison(network: Network, asked: _Asked, model_id: str, compare: str) -> Document:
    from supplychain.compute.chips import BYTES, chip_of, transformer_of
    from supplychain.compute.comparison import candidate, hourly, precisions_of
    from supplychain.compute.serving import conditions_of
    from supplychain.report.answers.compute import comparison_document

    model = transformer_of(network, model_id)
    conditions = conditions_of(network, BYTES[asked.kv_precision])
    every = compare.strip() == "all"
    ids = list(network.products) if every else [i for i in compare.split(",") if i.strip()]
    candidates, costs, left_out = [], {}, []
    for id_ in ids:
        try:
            chip = chip_of(network, id_, asked.at.year, asked.overrides)
            candidates += [
                candidate(model, chip, p, conditions, asked.split, asked.batch)
                for p in ((asked.precision,) if asked.precision else precisions_of(chip))
            ]
        except AskError as error:
            if not every:
                raise
            left_out.append(f"{id_}: {error}")
        else:
            costs[chip.id] = hourly(network, chip, asked.at)
    if not candidates:
        raise AskError(left_out[0] if left_out else "--compare names no accelerator")
    said = [f"Left out: {'; '.join(left_out)}."] if left_out else []
    return comparison_document(
        network, model, candidates, costs, conditions, asked.batch, asked.at, said
    )


def _cluster(
    network: Network,
    asked: _Asked,
    chip_id: str,
    count: float,
    model_id: str | None,
    site_count: int | None,
    site_power: float | None,
) -> Document:
    from supplychain.compute.chips import BYTES, chip_of, transformer_of
    from supplychain.compute.comparison import candidate, hourly
    from supplychain.compute.serving import chips_needed, conditions_of, memory_needed
    from supplychain.report.answers.compute_cluster import cluster_document

    chip = chip_of(network, chip_id, asked.at.year, asked.overrides)
    precision = asked.precision or ("bf16" if "bf16" in chip.peaks else min(chip.peaks))
    chip.peak(precision)
    models = [transformer_of(network, m) for m in ([model_id] if model_id else network.models)]
    conditions = conditions_of(network, BYTES[asked.kv_precision])
    candidates, large, unknown = {}, [], []
    for model in models:
        needed = memory_needed(model, 1, precision, conditions)
        least = chips_needed(needed, chip.memory, conditions.usable)
        if not model.kv_values:
            unknown.append(model.id)
        elif least > count and not model_id:
            large.append(f"{model.id} needs {least:,}")
        else:
            candidates[model.id] = candidate(
                model, chip, precision, conditions, asked.split, asked.batch, int(count)
            )
    said = []
    if large:
        said.append(f"Not served, for {count:,.0f} chips hold too little: {', '.join(large)}.")
    if unknown:
        said.append(f"Not served, for layers or heads are not published: {', '.join(unknown)}.")
    sites = _sites(network, chip, count, models, precision, site_count, site_power)
    cost = hourly(network, chip, asked.at)
    return cluster_document(
        network, chip, count, models, precision, candidates, sites, cost, asked.at, said
    )


def _sites(
    network: Network,
    chip: Chip,
    count: float,
    models: Sequence[Transformer],
    precision: str,
    site_count: int | None,
    site_power: float | None,
) -> dict[str, Sites]:
    """How the run of each model spreads over sites; empty if one site is enough."""
    from supplychain.compute.sites import exchange_of, sites_needed, spread

    if site_power is not None:
        if chip.power_w is None:
            raise AskError(f"{chip.id}: its power is not published, so --site-power says nothing")
        pue = network.parameter("power.pue").value
        needed = sites_needed(count, site_power, chip.power_w, pue)
        if site_count is not None and site_count < needed:
            raise AskError(
                f"{count:,.0f} {chip.id} need {needed:,} sites of {site_power:g} MW; give "
                f"--sites {needed} or more"
            )
        site_count = site_count or needed
    reached = count * chip.training_peak(precision)
    if site_count in (None, 1) or not reached:
        return {}
    exchange = exchange_of(network)
    known = [m for m in models if m.training_flop and m.parameters]
    return {m.id: spread(m, reached, site_count, exchange) for m in known}


def _fleets(
    network: Network,
    asked: _Asked,
    fleet: str | None,
    model_id: str,
    trained_id: str,
    shocks: tuple[Sequence[str], Sequence[str]],
    top: int,
) -> Document:
    from supplychain.compute.chips import BYTES, known_chips, transformer_of
    from supplychain.compute.fleets import at_end, use
    from supplychain.compute.serving import conditions_of
    from supplychain.model.finder import find_id
    from supplychain.report.answers.compute_fleets import fleets_document
    from supplychain.scenarios.targets import parse_cut
    from supplychain.simulation import simulate

    if not FIRST <= asked.at <= LAST:
        raise AskError(f"--at {asked.at}: fleets are known from {FIRST} to {LAST}")
    trained, model = transformer_of(network, trained_id), transformer_of(network, model_id)
    if not trained.training_flop:
        raise AskError(f"--train {trained.id}: nothing is published of its training")
    buyer = find_id(network, fleet, "buyer") if fleet else None
    cuts, names = shocks
    result = simulate(
        network,
        [parse_cut(cut) for cut in cuts],
        FIRST,
        asked.at,
        scenarios=[find_scenario(network, name) for name in names],
    )
    conditions = conditions_of(network, BYTES[asked.kv_precision])
    chips = known_chips(network, asked.at.year, asked.overrides)
    rule = result.allocation.rule
    before, after = (at_end(m.fleets(m.deliveries(rule))) for m in result.markets)

    def able(units: Mapping[str, float]) -> Use:
        return use(network, units, chips, model, conditions)

    chosen = [b for b in before if before[b] and buyer in (None, b)]
    uses = {b: (able(before[b]), able(after[b])) for b in chosen}
    if buyer is not None and not uses:
        raise AskError(f"{buyer} has no accelerators in the data at the end of {asked.at}")
    said = [str(s) for s in result.shocks]
    return fleets_document(network, uses, trained, model, conditions, asked.at, said, chips, top)
