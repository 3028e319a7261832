"""What a scenario changes besides cutting output, and figures replaced by assumption.

A cut takes output away from supplies and is applied inside the production program
(:mod:`supplychain.scenarios.targets`). The shocks here change the data itself: who is qualified,
when a product launches, what a line can put out, what is ordered, what may be sold. Each function
gives back a new network; the order of shocks does not matter.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from supplychain.model import (
    Buyer,
    Capacity,
    Commodity,
    Figure,
    Need,
    Network,
    Orders,
    Organization,
    Parameters,
    assemble,
)
from supplychain.model.quarters import Quarter
from supplychain.model.scenarios import (
    AddLine,
    Ban,
    ChangeOrders,
    Cut,
    Launch,
    Qualify,
    Shock,
)


def first_quarter(shocks: Iterable[Shock], network: Network) -> Quarter | None:
    """When production can first differ from the baseline; ``None``: only cuts, or nothing at all.

    A launch or qualification moved either way counts from the earlier of its two dates.
    """
    starts: list[Quarter] = []
    for shock in shocks:
        if isinstance(shock, AddLine):
            starts.append(shock.start)
        elif isinstance(shock, ChangeOrders):
            starts.append(shock.first)
        elif isinstance(shock, Launch):
            starts += [
                min(shock.start, c.product.launch) for c in _products(network, shock.product)
            ]
        elif isinstance(shock, Qualify):
            starts += _qualification_dates(network, shock)
    return min(starts, default=None)


def changed(network: Network, shocks: Sequence[Shock]) -> Network:
    """The network with every shock applied that changes data.

    Raises:
        ValueError: A shock names something that is not in the data.
    """
    for shock in sorted((s for s in shocks if not isinstance(s, Cut | Ban)), key=str):
        network = _APPLY[type(shock)](network, shock)
    return network


def _qualify(network: Network, shock: Qualify) -> Network:
    found = False

    def moved(need: Need) -> Need:
        nonlocal found
        if need.makers is None or not _inputs(network, shock.input) & need.inputs.keys():
            return need
        found = True
        makers = {m: q for m, q in need.makers.items() if m != shock.maker}
        if shock.start is not None:
            makers[shock.maker] = shock.start
        return dataclasses.replace(need, makers=MappingProxyType(dict(sorted(makers.items()))))

    if shock.maker not in network.organizations:
        raise ValueError(_unknown("organization", shock.maker, network.organizations))
    users = _members(network, shock.used_in) if shock.used_in else set(network.commodities)
    commodities = [
        dataclasses.replace(c, needs=tuple(map(moved, c.needs))) if c.id in users else c
        for c in network.commodities.values()
    ]
    if not found:
        raise ValueError(
            f"no need of {shock.used_in or 'anything'} for {shock.input} names its makers, "
            f"so the qualification of {shock.maker} cannot be moved"
        )
    return _rebuilt(network, commodities=commodities)


def _qualification_dates(network: Network, shock: Qualify) -> list[Quarter]:
    users = _members(network, shock.used_in) if shock.used_in else set(network.commodities)
    old = [
        need.makers[shock.maker]
        for c in network.commodities.values()
        if c.id in users
        for need in c.needs
        if need.makers
        and shock.maker in need.makers
        and _inputs(network, shock.input) & need.inputs.keys()
    ]
    return old + ([shock.start] if shock.start else [])


def _launch(network: Network, shock: Launch) -> Network:
    chosen = {c.id for c in _products(network, shock.product)}

    def moved(commodity: Commodity) -> Commodity:
        product = commodity.product
        if commodity.id not in chosen or product is None:
            return commodity
        if product.end is not None and product.end < shock.start:
            raise ValueError(f"{commodity.id} ends in {product.end}, before {shock.start}")
        return dataclasses.replace(
            commodity, product=dataclasses.replace(product, launch=shock.start)
        )

    return _rebuilt(network, commodities=[moved(c) for c in network.commodities.values()])


def _add_line(network: Network, shock: AddLine) -> Network:
    def more(capacity: Capacity) -> Capacity:
        quarters = sorted({*capacity.figures, shock.start, shock.start + -1})
        before = capacity.figures[min(capacity.figures)]
        rates = {
            q: max(0.0, capacity.rate(q) + (shock.rate if q >= shock.start else 0.0))
            for q in quarters
        }
        note = f"{shock} by assumption"
        return dataclasses.replace(
            capacity,
            figures=MappingProxyType(
                {
                    q: capacity.figures[q]
                    if q in capacity.figures and q < shock.start
                    else Figure(r, r, r, before.unit, "estimate", (), note, (), before.place)
                    for q, r in rates.items()
                }
            ),
        )

    name, _, id_ = shock.capacity.partition(".")
    organization = network.organizations.get(name)
    if organization is None or id_ not in [c.id for c in organization.capacities]:
        known = [c.key for o in network.organizations.values() for c in o.capacities]
        raise ValueError(_unknown("capacity", shock.capacity, known))
    lines = [more(c) if c.id == id_ else c for c in organization.capacities]
    grown = dataclasses.replace(organization, capacities=tuple(lines))
    others = [o for o in network.organizations.values() if o.id != name]
    return _rebuilt(network, organizations=[*others, grown])


def _change_orders(network: Network, shock: ChangeOrders) -> Network:
    if shock.buyer != "all" and shock.buyer not in network.buyers:
        raise ValueError(_unknown("buyer", shock.buyer, ["all", *network.buyers]))
    if shock.share < -1:
        raise ValueError(f"orders of {shock.buyer} cannot fall by more than 100%")

    def hit(quarter: Quarter) -> bool:
        return shock.first <= quarter and (shock.last is None or quarter <= shock.last)

    def scaled(figure: Figure) -> Figure:
        factor = 1 + shock.share
        return dataclasses.replace(
            figure, value=figure.value * factor, low=figure.low * factor, high=figure.high * factor
        )

    def moved(lines: Sequence[Orders]) -> tuple[Orders, ...]:
        return tuple(
            dataclasses.replace(
                line,
                figures=MappingProxyType(
                    {q: scaled(f) if hit(q) else f for q, f in line.figures.items()}
                ),
            )
            if not shock.products or set(shock.products) & set(line.products)
            else line
            for line in lines
        )

    everybody = shock.buyer == "all"
    return _rebuilt(
        network,
        buyers=[
            dataclasses.replace(b, orders=moved(b.orders))
            if everybody or b.id == shock.buyer
            else b
            for b in network.buyers.values()
        ],
        # What all buyers of a designer take moves with them.
        organizations=[
            dataclasses.replace(o, orders=moved(o.orders)) if everybody and o.orders else o
            for o in network.organizations.values()
        ],
    )


_APPLY: Mapping[type, Callable[[Network, Any], Network]] = MappingProxyType(
    {Qualify: _qualify, Launch: _launch, AddLine: _add_line, ChangeOrders: _change_orders}
)


def _rebuilt(
    network: Network,
    commodities: Iterable[Commodity] | None = None,
    organizations: Iterable[Organization] | None = None,
    buyers: Iterable[Buyer] | None = None,
    parameters: Iterable[Parameters] | None = None,
) -> Network:
    """The network with some of its parts replaced."""
    return assemble(
        network.commodities.values() if commodities is None else commodities,
        network.organizations.values() if organizations is None else organizations,
        network.buyers.values() if buyers is None else buyers,
        network.sources.values(),
        network.digest,
        network.models.values(),
        network.outcomes.values(),
        network.disruptions.values(),
        network.scenarios.values(),
        network.parameters.values() if parameters is None else parameters,
    )


def _members(network: Network, name: str) -> set[str]:
    members = set(network.groups.get(name, ())) or ({name} & network.commodities.keys())
    if not members:
        raise ValueError(
            _unknown("commodity or group", name, [*network.groups, *network.commodities])
        )
    return members


def _inputs(network: Network, name: str) -> set[str]:
    return _members(network, name)


def _products(network: Network, name: str) -> list[Any]:
    chosen = [network.commodities[id_] for id_ in sorted(_members(network, name))]
    if any(c.product is None for c in chosen):
        raise ValueError(f"{name} is not an accelerator, so it has no launch")
    return chosen


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"no {kind} has the name '{name}'" + (f"; did you mean '{near[0]}'?" if near else "")
