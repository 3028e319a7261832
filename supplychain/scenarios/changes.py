"""What a scenario changes besides cutting output, and figures replaced by assumption.

A cut takes output away from supplies and is applied inside the production program
(:mod:`supplychain.scenarios.targets`). The shocks here change the data itself: who is qualified,
when a product launches, what a line can put out, what is ordered, what may be sold. Each function
gives back a new network; the order of shocks does not matter.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from supplychain.errors import AskError
from supplychain.model import (
    Capacity,
    Figure,
    Need,
    Network,
    Orders,
    Product,
)
from supplychain.model.finder import find, members, nearest
from supplychain.model.quarters import Quarter
from supplychain.model.scenarios import (
    AddLine,
    ChangeOrders,
    Launch,
    Qualify,
    Shock,
)


def first_quarter(shocks: Iterable[Shock], network: Network) -> Quarter | None:
    """When production can first differ from the baseline; ``None``: only cuts, or nothing at all.

    A launch or qualification moved either way counts from the earlier of its two dates.
    """
    starts = [q for shock in shocks if type(shock) in ACTS for q in _starts(network, shock)]
    return min(starts, default=None)


def _starts(network: Network, shock: Shock) -> list[Quarter]:
    return list(ACTS[type(shock)].starts(network, shock))


def changed(network: Network, shocks: Sequence[Shock]) -> Network:
    """The network with every shock applied that changes data.

    Raises:
        AskError: A shock names something that is not in the data.
    """
    for shock in sorted((s for s in shocks if type(s) in ACTS), key=str):
        network = ACTS[type(shock)].apply(network, shock)
    return network


def structural(shocks: Iterable[Shock]) -> list[Shock]:
    """Shocks that change the data production rests on.

    Of orders only what all buyers order does; who of them gets it is the allocation's.
    """
    return [
        s
        for s in shocks
        if type(s) in ACTS and not (isinstance(s, ChangeOrders) and s.buyer != "all")
    ]


def _qualify(network: Network, shock: Qualify) -> Network:
    found = False

    def moved(need: Need) -> Need:
        nonlocal found
        if need.makers is None or not need.inputs.keys() & members(network, shock.input):
            return need
        found = True
        makers = {m: q for m, q in need.makers.items() if m != shock.maker}
        if shock.start is not None:
            makers[shock.maker] = shock.start
        return dataclasses.replace(need, makers=MappingProxyType(dict(sorted(makers.items()))))

    find(network, shock.maker, "organization")
    users = members(network, shock.used_in) if shock.used_in else network.commodities
    commodities = [
        dataclasses.replace(c, needs=tuple(map(moved, c.needs))) if c.id in users else c
        for c in network.commodities.values()
    ]
    if not found:
        raise AskError(
            f"no need of {shock.used_in or 'anything'} for {shock.input} names its makers, "
            f"so the qualification of {shock.maker} cannot be moved"
        )
    return network.with_(commodities=commodities)


def _qualification_dates(network: Network, shock: Qualify) -> list[Quarter]:
    users = members(network, shock.used_in) if shock.used_in else network.commodities
    old = [
        need.makers[shock.maker]
        for c in network.commodities.values()
        if c.id in users
        for need in c.needs
        if need.makers
        and shock.maker in need.makers
        and need.inputs.keys() & members(network, shock.input)
    ]
    return old + ([shock.start] if shock.start else [])


def _launch(network: Network, shock: Launch) -> Network:
    moved = []
    for id_, product in _products(network, shock.product).items():
        if product.end is not None and product.end < shock.start:
            raise AskError(f"{id_} ends in {product.end}, before {shock.start}")
        launched = dataclasses.replace(product, launch=shock.start)
        moved.append(dataclasses.replace(network.commodities[id_], product=launched))
    return network.with_(commodities=moved)


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
                    else _supposed(before, r, note)
                    for q, r in rates.items()
                }
            ),
        )

    name, _, id_ = shock.capacity.partition(".")
    organization = network.organizations.get(name)
    if organization is None or id_ not in [c.id for c in organization.capacities]:
        known = [c.key for o in network.organizations.values() for c in o.capacities]
        near = nearest(shock.capacity, known)
        hint = f"did you mean '{near}'?" if near else f"supplychain explain {name} shows them"
        raise AskError(f"no capacity has the name '{shock.capacity}'; {hint}")
    lines = [more(c) if c.id == id_ else c for c in organization.capacities]
    grown = dataclasses.replace(organization, capacities=tuple(lines))
    return network.with_(organizations=[grown])


def _supposed(like: Figure, value: float, note: str) -> Figure:
    """A figure by assumption, of the kind of another and at its place."""
    return Figure(
        value=value,
        low=value,
        high=value,
        unit=like.unit,
        basis="estimate",
        note=note,
        place=like.place,
        limits=like.limits,
    )


def _change_orders(network: Network, shock: ChangeOrders) -> Network:
    if shock.buyer != "all":
        find(network, shock.buyer, "buyer")
    if shock.share < -1:
        raise AskError(f"orders of {shock.buyer} cannot fall by more than 100%")

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
    return network.with_(
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


def _launch_dates(network: Network, shock: Launch) -> list[Quarter]:
    products = _products(network, shock.product).values()
    return [min(shock.start, product.launch) for product in products]


@dataclasses.dataclass(frozen=True, slots=True)
class Act:
    """What a kind of shock does.

    Attributes:
        apply: The data with it.
        starts: Quarters from which on production can differ.
    """

    apply: Callable[[Network, Any], Network]
    starts: Callable[[Network, Any], Iterable[Quarter]]


ACTS: Mapping[type, Act] = MappingProxyType(
    {
        Qualify: Act(_qualify, _qualification_dates),
        Launch: Act(_launch, _launch_dates),
        AddLine: Act(_add_line, lambda network, shock: [shock.start]),
        ChangeOrders: Act(_change_orders, lambda network, shock: [shock.first]),
    }
)
"""The shocks that change the data; cuts act on output, bans on sales."""


def _products(network: Network, name: str) -> dict[str, Product]:
    chosen = sorted(members(network, name))
    if any(id_ not in network.accelerators for id_ in chosen):
        raise AskError(f"{name} is not an accelerator, so it has no launch")
    return {id_: network.accelerators[id_] for id_ in chosen}
