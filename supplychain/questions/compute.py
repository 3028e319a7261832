"""Questions about usable compute: of a chip, of several side by side, of fleets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from supplychain.compute.chips import (
    BYTES,
    Chip,
    Transformer,
    chip_of,
    known_chips,
    transformer_of,
)
from supplychain.compute.comparison import candidate, hourly, precisions_of
from supplychain.compute.fleets import Use, at_end, use
from supplychain.compute.serving import chips_needed, conditions_of, memory_needed
from supplychain.compute.sites import Sites, exchange_of, sites_needed, spread
from supplychain.errors import AskError
from supplychain.model import Network, Scenario
from supplychain.model.finder import find_id
from supplychain.model.quarters import FIRST, LAST, Quarter
from supplychain.report.answers.compute import comparison_document
from supplychain.report.answers.compute_cluster import cluster_document
from supplychain.report.answers.compute_fleets import fleets_document
from supplychain.report.tables import Document
from supplychain.scenarios.assumptions import assumed
from supplychain.scenarios.targets import parse_cut
from supplychain.simulation import simulate

SERVED, TRAINED, CLUSTER = "llama-2-70b", "gpt-4", 1000
"""The AI models served and trained, and the chips of a cluster, if nothing else is asked."""

PRICED = Quarter(2024, 4)
"""The quarter of prices and fleets, if no other is asked."""


@dataclass(frozen=True, slots=True)
class ComputeQuestion:
    """What is asked; ``None``: what is best, usual, or all.

    Attributes:
        at: Quarter of prices and fleets.
        fleet: A buyer; of ``fleet``, ``chip`` and ``compare`` one at most is given.
        chip: A cluster of this accelerator, of ``count`` of them.
        model: An AI model of the data.
        compare: Accelerators side by side; ``("all",)`` for all.
        trained: The run that fleets are counted in.
        precision: Of weights and arithmetic.
        kv_precision: Of the key and value cache.
        split: Chips over which a model is split.
        batch: Users at once.
        overrides: ``mfu``, ``mbu`` or ``price_usd`` given by hand.
        sites: Sites over which a cluster trains; ``site_power`` is that of each, MW.
        cuts: For fleets, as ``simulate`` takes them; likewise ``scenarios``.
        assume: Figures replaced, by the names that ``explain`` shows.
    """

    at: Quarter = PRICED
    fleet: str | None = None
    chip: str | None = None
    count: float | None = None
    model: str | None = None
    compare: tuple[str, ...] | None = None
    trained: str = TRAINED
    precision: str | None = None
    kv_precision: str = "bf16"
    split: int | None = None
    batch: int | None = None
    overrides: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    sites: int | None = None
    site_power: float | None = None
    cuts: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    assume: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        asked = [
            name for name, value in (
                ("--fleet", self.fleet), ("--chip", self.chip), ("--compare", self.compare),
            )
            if value is not None
        ]  # fmt: skip
        if len(asked) > 1:
            raise AskError(f"{' and '.join(asked)} ask different questions; give one of them")
        if self.count is not None and self.chip is None:
            raise AskError("--count says how many of --chip; give --chip too")
        if self.count is not None and not 1 <= self.count < float("inf"):
            raise AskError(f"--count {self.count:g}: a cluster has 1 chip or more")


def answer_compute(
    network: Network,
    question: ComputeQuestion,
    scenarios: Mapping[str, Scenario] | None = None,
    top: int = 15,
) -> Document:
    """Answer a question about compute.

    Args:
        network: The data.
        question: What is asked.
        scenarios: Scenarios that are not in the data, by the name in the question.
        top: Buyers shown of all fleets.

    Raises:
        AskError: A name is not in the data, or what is asked is not known.
    """
    network = assumed(network, question.assume)
    if question.chip is not None:
        return _cluster(network, question, question.chip)
    if question.compare is not None or (question.model is not None and question.fleet is None):
        return _comparison(network, question, question.compare or ("all",))
    return _fleets(network, question, scenarios or {}, top)


def _comparison(network: Network, asked: ComputeQuestion, compare: tuple[str, ...]) -> Document:
    """Accelerators side by side, serving one AI model."""
    model = transformer_of(network, asked.model or SERVED)
    conditions = conditions_of(network, BYTES[asked.kv_precision])
    every = [name.strip() for name in compare] == ["all"]
    ids = list(network.products) if every else [name for name in compare if name.strip()]
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
    document = comparison_document(
        network, model, candidates, costs, conditions, asked.batch, asked.at, said
    )
    return document if every else _with_sale(network, document, costs, asked.at)


def _with_sale(network: Network, document: Document, chips: Iterable[str], at: Quarter) -> Document:
    """The document, its head saying which accelerators are not sold in the quarter of prices."""
    products = {id_: network.commodities[id_].product for id_ in chips}
    said = [
        f"{id_} in {at}; it is sold {product.lifetime()}, costs are at prices of the nearest year"
        for id_, product in products.items()
        if product is not None and not product.sold(at)
    ]
    head = (*document.head, *(("Not sold", text) for text in said))
    return replace(document, head=head, meta={**document.meta, "not_sold": said})


def _cluster(network: Network, asked: ComputeQuestion, chip_id: str) -> Document:
    """A cluster of one accelerator: what it trains, serves and costs."""
    count = float(CLUSTER if asked.count is None else asked.count)
    chip = chip_of(network, chip_id, asked.at.year, asked.overrides)
    precision = asked.precision or ("bf16" if "bf16" in chip.peaks else min(chip.peaks))
    chip.peak(precision)
    models = [
        transformer_of(network, m) for m in ([asked.model] if asked.model else network.models)
    ]
    conditions = conditions_of(network, BYTES[asked.kv_precision])
    candidates, large, unknown = {}, [], []
    for model in models:
        needed = memory_needed(model, 1, precision, conditions)
        least = chips_needed(needed, chip.memory, conditions.usable)
        if not model.kv_values:
            unknown.append(model.id)
        elif least > count and not asked.model:
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
    sites = _sites(network, asked, chip, count, models, precision)
    cost = hourly(network, chip, asked.at)
    document = cluster_document(
        network, chip, count, models, precision, candidates, sites, cost, asked.at, said
    )
    return _with_sale(network, document, [chip.id], asked.at)


def _sites(
    network: Network,
    asked: ComputeQuestion,
    chip: Chip,
    count: float,
    models: Sequence[Transformer],
    precision: str,
) -> dict[str, Sites]:
    """How the run of each model spreads over sites; empty if one site is enough."""
    site_count, site_power = asked.sites, asked.site_power
    if site_power is not None:
        if chip.site_w is None:
            raise AskError(f"{chip.id}: its power is not published, so --site-power says nothing")
        needed = sites_needed(count, site_power, chip.site_w)
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
    network: Network, asked: ComputeQuestion, scenarios: Mapping[str, Scenario], top: int
) -> Document:
    """What the accelerators of one buyer, or of all, can do."""
    if not FIRST <= asked.at <= LAST:
        raise AskError(f"--at {asked.at}: fleets are known from {FIRST} to {LAST}")
    trained = transformer_of(network, asked.trained)
    model = transformer_of(network, asked.model or SERVED)
    if not trained.training_flop:
        raise AskError(f"--train {trained.id}: nothing is published of its training")
    buyer = find_id(network, asked.fleet, "buyer") if asked.fleet else None
    named = [
        scenarios.get(name) or network.scenarios[find_id(network, name, "scenario")]
        for name in asked.scenarios
    ]
    result = simulate(network, list(map(parse_cut, asked.cuts)), FIRST, asked.at, scenarios=named)
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
