"""Every figure of the data by name: ``tsmc.cowos.2024Q4``, ``h100.n5-wafer.per_unit``.

The names are what ``explain`` shows next to each source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from supplychain.model import (
    AIModel,
    Buyer,
    Capacity,
    Commodity,
    Disruption,
    Figure,
    Need,
    Network,
    Organization,
    Outcome,
    Parameters,
)

NEED_FIGURES = (
    "per_unit",
    "cycle_weeks",
    "stock_weeks",
    "essential",
    "install_weeks",
    "wear",
)
SUPPLY_FIGURES = ("recovery_weeks", "surge", "surge_weeks")


def each_name(names: str | Iterable[str]) -> tuple[str, ...]:
    """The names; a single one may be given as it is.

    Example:
        >>> each_name("h100"), each_name(["h100", "b200"])
        (('h100',), ('h100', 'b200'))
    """
    return (names,) if isinstance(names, str) else tuple(names)


def figures(network: Network) -> Iterator[tuple[str, Figure]]:
    """All figures of the network, in order of kind and id."""
    for commodity in network.commodities.values():
        yield from commodity_figures(commodity)
    for organization in network.organizations.values():
        yield from organization_figures(organization)
    for buyer in network.buyers.values():
        yield from buyer_figures(buyer)
    for model in network.models.values():
        yield from model_figures(model)
    for parameters in network.parameters.values():
        yield from parameter_figures(parameters)
    for outcome in network.outcomes.values():
        yield from outcome_figures(outcome)
    for disruption in network.disruptions.values():
        yield from disruption_figures(disruption)


def commodity_figures(commodity: Commodity) -> Iterator[tuple[str, Figure]]:
    """Figures of a commodity, its needs and its product facts."""
    name = commodity.id
    own = {
        "yield": commodity.output_yield,
        "stock_weeks": commodity.stock_weeks,
        "cycle_weeks": commodity.cycle_weeks,
    }
    yield from _given(name, own)
    yield from _given(f"{name}.price_usd", commodity.price_usd)
    yield from _needs(name, commodity.needs)
    if commodity.product is not None:
        yield from _given(name, commodity.product.facts)
        yield from _given(name, {"half_weeks": commodity.product.half_weeks})
        yield from _given(f"{name}.rack_share", commodity.product.rack_share)
        yield from _given(name, commodity.product.utilization)
        yield from _given(f"{name}.price_usd", commodity.product.price_usd)


def organization_figures(organization: Organization) -> Iterator[tuple[str, Figure]]:
    """Figures of an organization, its capacities and its supplies."""
    name = organization.id
    for year, shares in organization.lines.items():
        yield from _given(f"{name}.lines.{year}", shares)
    for line in organization.orders:
        yield from _given(f"{name}.orders.{'+'.join(line.products)}", line.figures)
    for capacity in organization.capacities:
        yield from capacity_figures(capacity)
    for supply in organization.supplies:
        made = f"{name}.{supply.commodity}"
        yield from _given(f"{made}.draws", supply.draws)
        yield from _given(f"{made}.share", supply.share)
        yield from _given(made, {key: getattr(supply, key) for key in SUPPLY_FIGURES})
        yield from _needs(made, supply.needs)


def capacity_figures(capacity: Capacity) -> Iterator[tuple[str, Figure]]:
    """Rates by quarter and bookings by year."""
    yield from _given(capacity.key, capacity.figures)
    for year, shares in capacity.bookings.items():
        yield from _given(f"{capacity.key}.bookings.{year}", shares)


def buyer_figures(buyer: Buyer) -> Iterator[tuple[str, Figure]]:
    """Orders, contracts, fleet, power, price limit and budget."""
    for kind, lines in (("orders", buyer.orders), ("contracts", buyer.contracts)):
        for line in lines:
            yield from _given(f"{buyer.id}.{kind}.{'+'.join(line.products)}", line.figures)
    yield from _given(f"{buyer.id}.fleet", buyer.fleet)
    yield from _given(f"{buyer.id}.site_power_mw", buyer.site_power_mw)
    yield from _given(buyer.id, {"price_limit_usd": buyer.price_limit_usd})
    yield from _given(f"{buyer.id}.budget_usd", buyer.budget_usd)


def model_figures(model: AIModel) -> Iterator[tuple[str, Figure]]:
    """Facts and the training run of an AI model."""
    yield from _given(model.id, model.facts)
    yield from _given(f"{model.id}.training", model.training)


def parameter_figures(parameters: Parameters) -> Iterator[tuple[str, Figure]]:
    """Parameters of one topic."""
    yield from _given(parameters.id, parameters.figures)


def outcome_figures(outcome: Outcome) -> Iterator[tuple[str, Figure]]:
    """Published series."""
    for series in outcome.series:
        name = ".".join(filter(None, (outcome.id, series.measure, series.of, series.buyer)))
        yield from _given(name, series.figures)
        yield from _given(name, series.years)


def disruption_figures(disruption: Disruption) -> Iterator[tuple[str, Figure]]:
    """What was published of a disruption."""
    yield from _given(disruption.id, disruption.figures)
    yield from _given(f"{disruption.id}.curve", disruption.curve)


def _needs(name: str, needs: tuple[Need, ...]) -> Iterator[tuple[str, Figure]]:
    for need in needs:
        inputs = f"{name}.{'|'.join(need.inputs)}"
        yield from _given(inputs, {key: getattr(need, key) for key in NEED_FIGURES})
        for input_, switch in need.inputs.items():
            yield from _given(f"{name}.{input_}", {"switch_weeks": switch})


def _given(
    name: str, values: Mapping[Any, Figure | None] | Mapping[Any, Figure]
) -> Iterator[tuple[str, Figure]]:
    for key, value in values.items():
        if value is not None:
            yield f"{name}.{key}", value
