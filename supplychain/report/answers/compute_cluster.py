"""The answer of ``compute --chip``: a cluster of one accelerator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supplychain.compute.chips import Chip, Transformer
from supplychain.compute.comparison import Candidate, Hourly, training
from supplychain.compute.cost import Bill, bill_of_materials, margin, ownership_of
from supplychain.compute.sites import Sites
from supplychain.compute.training import HOURS_A_YEAR, energy_mwh
from supplychain.errors import AskError
from supplychain.model import Figure, Network
from supplychain.model.quarters import Quarter
from supplychain.report.answers.compute import COST, POWER, SERVING, TRAINING, parameters
from supplychain.report.answers.compute_tables import (
    assumptions_table,
    bill_table,
    chip_figures,
    many_users_table,
    revenue_table,
    training_table,
)
from supplychain.report.tables import Document, Table, compact, show

SITES = ("batch_tokens", "inner_steps", "exchange_bytes", "site_link_gbit_s")
MARGINS = ("api_gross_margin", "software_gross_margin")


def cluster_document(
    network: Network,
    chip: Chip,
    count: float,
    models: Sequence[Transformer],
    precision: str,
    candidates: Mapping[str, Candidate],
    sites: Mapping[str, Sites],
    cost: Hourly,
    at: Quarter,
    left_out: Sequence[str] = (),
) -> Document:
    """A cluster of one chip: power, cost, training of each model, serving of each, its bill.

    Args:
        network: The data.
        chip: The accelerator.
        count: Chips.
        models: AI models; those whose training is published are trained.
        precision: Of the arithmetic.
        candidates: Serving, by model.
        sites: How the run of a model spreads over sites; empty: one site.
        cost: Of an hour of one chip.
        at: Quarter of the prices.
        left_out: What was left out, in sentences.
    """
    trained = _training(network, chip, count, models, precision, sites, cost)
    figures = chip_figures([chip], [precision])
    figures += parameters(network, training=TRAINING, power=POWER, cost=COST)
    parts: list[Table | str] = [trained]
    if sites:
        parts.append(_sites_sentence(network, sites))
        figures += parameters(network, training=SITES)
    if candidates:
        title = "Serving: tokens/s, the most for each chip"
        parts.append(many_users_table(candidates.items(), {chip.id: cost}, title, "model"))
        figures += parameters(network, serving=SERVING[1:])
    parts += [*left_out, *_bill_parts(network, chip, at, figures)]
    if cost.owned is not None:
        parts.append(revenue_table(network, cost.owned))
        figures += parameters(network, cost=MARGINS)
    if cost.rented is not None:
        figures.append(cost.rented)
    return Document(
        schema="supplychain/compute-cluster/1",
        meta={"data": network.digest, "chip": chip.id, "count": count, "at": str(at)},
        head=_head(network, chip, count, precision, cost),
        parts=(*parts, assumptions_table(figures)),
        flat=trained,
    )


def _training(
    network: Network,
    chip: Chip,
    count: float,
    models: Sequence[Transformer],
    precision: str,
    sites: Mapping[str, Sites],
    cost: Hourly,
) -> Table:
    """The published runs of the models on the cluster, over its sites where it has several."""
    runs = [
        training(network, m, chip, precision, count, cost,
                 sites[m.id].efficiency if m.id in sites else 1.0)
        for m in models
        if m.training_flop
    ]  # fmt: skip
    return training_table(runs, f"Training runs on {count:,.0f} {chip.id}")


def _head(
    network: Network, chip: Chip, count: float, precision: str, cost: Hourly
) -> tuple[tuple[str, str], ...]:
    """What the cluster is, draws and costs."""
    head = [
        (
            "Cluster",
            f"{count:,.0f} {chip.name} · {_three(chip.peak(precision) * count / 1e18)} EFLOP/s in "
            f"{precision.upper()} · {_three(chip.memory * count / 1e12)} TB · "
            f"{_three(chip.bandwidth * count / 1e15)} PB/s · "
            f"total processing performance {chip.processing_performance:,.0f} each",
        )
    ]
    if chip.power_w is not None and chip.site_w is not None:
        owned = ownership_of(network)
        year = energy_mwh(chip.power_w, count, HOURS_A_YEAR, owned.load, owned.pue)
        head.append(
            (
                "Power",
                f"{_three(chip.site_w * count / 1e6)} MW at the site, servers and network at "
                f"{show(owned.load, 'share')} load and PUE {owned.pue:g} · "
                f"{year:,.0f} MWh a year · US$ {compact(year * 1000 * owned.usd_kwh)} at "
                f"{owned.usd_kwh:g} a kWh",
            )
        )
    rent = f"rented for {cost.rented.value:.2f}" if cost.rented else "no rent is published"
    if (hour := cost.owned) is None:
        lacking = "--price adds it" if chip.price_usd is None else "its power is not published"
        head.append(("Hour", f"no cost of owning: {lacking} · {rent}"))
    else:
        head.append(
            (
                "Hour",
                f"US$ {hour.total:.2f} for each chip: {hour.capital:.2f} capital, "
                f"{hour.power:.2f} power, {hour.overhead:.2f} site, staff and repairs · {rent}",
            )
        )
    return tuple(head)


def _three(value: float) -> str:
    """With three digits, or all whole ones."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _sites_sentence(network: Network, sites: Mapping[str, Sites]) -> str:
    """How the runs spread over sites."""
    count = next(iter(sites.values())).count
    speeds = "; ".join(
        f"{model} {show(s.efficiency, 'share')} (a step of {s.step_s:,.2g} s, an exchange of "
        f"{s.exchange_s:,.2g} s)"
        for model, s in sites.items()
    )
    tokens, steps, link = (
        network.parameter(f"training.{key}").value
        for key in ("batch_tokens", "inner_steps", "site_link_gbit_s")
    )
    return (
        f"Over {count:,} sites, of the speed of a single one: {speeds}. A step is "
        f"{compact(tokens)} tokens, an exchange comes after {steps:,.0f} steps over {link:,.0f} "
        "Gbit/s and nothing is computed meanwhile. INTELLECT-1 measured 83 to 96%."
    )


def _bill_parts(
    network: Network, chip: Chip, at: Quarter, figures: list[Figure]
) -> list[Table | str]:
    """The bill of materials beside what was published; its prices join the figures."""
    commodity = network.commodities[chip.id]
    try:
        bill = bill_of_materials(network, commodity, at.year)
    except AskError as error:
        return [f"No bill of materials: {error}."]
    published = published_cost(network, chip.id)
    figures += [line.price for line in bill.lines]
    if commodity.output_yield is not None:
        figures.append(commodity.output_yield)
    figures += parameters(network, cost=("assembly_and_test_usd",))
    units = {line.input: network.commodities[line.input].unit for line in bill.lines}
    said = " ".join(_bill_sentences(bill, chip, published))
    return [bill_table(bill, units, published), *([said] if said else [])]


def published_cost(network: Network, product: str) -> tuple[int, Figure] | None:
    """What analysts say one costs to make, and in which year; ``None`` where none does."""
    found = [
        (year, figure)
        for outcome in network.outcomes.values()
        for series in outcome.series
        if series.measure == "cost_usd" and series.of == product
        for year, figure in sorted(series.years.items())
    ]
    return found[0] if found else None


def _bill_sentences(bill: Bill, chip: Chip, published: tuple[int, Figure] | None) -> list[str]:
    said = []
    if chip.price_usd is not None:
        share = show(margin(bill.total, chip.price_usd), "share")
        said.append(f"At a price of US$ {chip.price_usd:,.0f} the gross margin is {share}.")
    if published is not None:
        year, figure = published
        apart = show(bill.total / figure.value - 1, "change")
        said.append(f"For {year} US$ {figure.value:,.0f} are published; this is {apart}.")
    if bill.unpriced:
        said.append(f"Without a price, and so not in the bill: {', '.join(bill.unpriced)}.")
    return said
