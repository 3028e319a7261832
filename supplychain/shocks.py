"""What a scenario changes besides cutting output, and figures replaced by assumption.

A cut takes output away from supplies and is applied inside the production program
(:mod:`supplychain.scenario`). The shocks here change the data itself: who is qualified, when a
product launches, what a line can put out, what is ordered, what may be sold. Each function
gives back a new network; the order of shocks does not matter.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from supplychain.figures import (
    buyer_figures,
    commodity_figures,
    figures,
    organization_figures,
    parameter_figures,
)
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
from supplychain.quarters import Quarter
from supplychain.scenario import Cut

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Qualify:
    """A maker counts for a need from another quarter on; ``start`` None: never.

    Attributes:
        input: Commodity or group the maker makes.
        used_in: Commodity or group that needs it; empty: every need that names its makers.
    """

    maker: str
    input: str
    used_in: str
    start: Quarter | None

    def __str__(self) -> str:
        where = f" in {self.used_in}" if self.used_in else ""
        when = f"qualified from {self.start}" if self.start else "never qualified"
        return f"{self.maker} {when} for {self.input}{where}"


@dataclass(frozen=True, slots=True)
class Launch:
    """A product (or group) ships from another quarter on."""

    product: str
    start: Quarter

    def __str__(self) -> str:
        return f"{self.product} ships from {self.start}"


@dataclass(frozen=True, slots=True)
class AddLine:
    """A capacity (``organization.capacity``) changes by a rate, in its own unit, for good."""

    capacity: str
    rate: float
    start: Quarter

    def __str__(self) -> str:
        sign = "+" if self.rate >= 0 else "−"
        return f"{self.capacity} {sign}{abs(self.rate):g} from {self.start}"


@dataclass(frozen=True, slots=True)
class ChangeOrders:
    """Orders of a buyer (or ``all``) change by a share in some quarters."""

    buyer: str
    products: tuple[str, ...]
    share: float
    first: Quarter
    last: Quarter | None

    def __str__(self) -> str:
        sign = "+" if self.share >= 0 else "−"
        until = f" to {self.last}" if self.last else " on"
        return f"orders of {self.buyer} {sign}{abs(self.share) * 100:g}% from {self.first}{until}"


@dataclass(frozen=True, slots=True)
class Ban:
    """A product or group may not be sold to an export class, country or buyer in some quarters."""

    product: str
    buyers: str
    first: Quarter
    last: Quarter | None

    def __str__(self) -> str:
        until = f" to {self.last}" if self.last else " on"
        return f"{self.product} not sold to {self.buyers} from {self.first}{until}"

    def hits(self, commodity: Commodity, buyer: Buyer, quarter: Quarter) -> bool:
        """Whether the ban keeps the buyer from the product in the quarter."""
        return (
            self.product in (commodity.id, *commodity.groups)
            and self.buyers in (buyer.id, buyer.country, buyer.export_class)
            and self.first <= quarter
            and (self.last is None or quarter <= self.last)
        )


Shock: TypeAlias = Cut | Qualify | Launch | AddLine | ChangeOrders | Ban


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named list of shocks, an allocation rule and assumptions.

    Attributes:
        policy: Allocation rule; empty: as asked elsewhere.
        assume: Figures replaced, by the names that ``explain`` shows.
    """

    id: str
    name: str
    shocks: tuple[Shock, ...] = ()
    policy: str = ""
    assume: Mapping[str, float] = dataclasses.field(default_factory=lambda: MappingProxyType({}))
    note: str = ""


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


def assumed(network: Network, values: Mapping[str, float]) -> Network:
    """The network with figures replaced, each by the name that ``explain`` shows.

    The value replaces the figure's range too; basis and note say that it is an assumption.

    Raises:
        ValueError: No figure has the name, the value is not one that the figure can have, or
            bookings then add up to more than all.
    """
    network = replaced(network, values)
    for id_ in sorted({name.partition(".")[0] for name in values} & network.organizations.keys()):
        for capacity in network.organizations[id_].capacities:
            for year, booked in capacity.bookings.items():
                if (total := sum(f.value for f in booked.values())) > 1 + 1e-9:
                    raise ValueError(
                        f"the bookings of {capacity.key} in {year} then add up to {total:.0%}; a "
                        "line cannot be booked beyond 100%, so lower another one with --assume too"
                    )
    return network


def replaced(network: Network, values: Mapping[str, float]) -> Network:
    """As :func:`assumed`, each figure by itself: bookings may then add up to more than all.

    Raises:
        ValueError: No figure has the name, or the value is not one that the figure can have.
    """
    for name, value in sorted(values.items()):
        network = _with_figure(network, name, value)
    return network


LARGEST = 1e12
"""No figure of the chain is larger, in its own unit; a larger one is a slip of the keyboard."""


def _possible(name: str, figure: Figure, value: float) -> None:
    """Refuse a value that the figure cannot have.

    Raises:
        ValueError: It is outside its limits.
    """
    least, most = figure.limits[0], min(figure.limits[1], LARGEST)
    if math.isfinite(value) and least <= value <= most:
        return
    low = "above 0" if 0 < least < 1e-300 else f"at least {least:g}"
    high = "" if most == LARGEST and not value > LARGEST else f" and at most {most:g}"
    raise ValueError(f"--assume {name}: {value:g} cannot be; it is {low}{high}")


def changeable(network: Network, id_: str) -> dict[str, Figure]:
    """The figures of everything with that id which an assumption may replace, by name."""
    return {
        name: figure
        for members, walk, _ in reversed(_parts(network))
        if id_ in members
        for name, figure in walk(members[id_])
    }


def _parts(
    network: Network,
) -> tuple[tuple[Mapping[str, Any], Callable[[Any], Any], str], ...]:
    return (
        (network.commodities, commodity_figures, "commodities"),
        (network.organizations, organization_figures, "organizations"),
        (network.buyers, buyer_figures, "buyers"),
        (network.parameters, parameter_figures, "parameters"),
    )


def _with_figure(network: Network, name: str, value: float) -> Network:
    id_ = name.partition(".")[0]
    parts = _parts(network)
    for members, walk, kind in parts:
        if id_ in members:
            found = dict(walk(members[id_])).get(name)
            if found is not None:
                _possible(name, found, value)
                new = dataclasses.replace(
                    found, value=value, low=value, high=value, basis="estimate",
                    note=f"assumed instead of {found.value:g}",
                )  # fmt: skip
                swapped = _swapped(members[id_], found, new)
                rest = [m for m in members.values() if m.id != id_]
                return _rebuilt(network, **{kind: [*rest, swapped]})
    raise ValueError(_unknown("figure", name, [n for n, _ in figures(network)]))


def _swapped(value: _T, old: Figure, new: Figure) -> _T:
    """The value with one figure in it replaced, wherever it stands."""
    result: Any = value
    if value is old:
        result = new
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        inner = {key: _swapped(item, old, new) for key, item in fields.items()}
        if any(inner[key] is not fields[key] for key in fields):
            result = dataclasses.replace(value, **inner)
    elif isinstance(value, Mapping):
        swapped = {key: _swapped(item, old, new) for key, item in value.items()}
        if any(swapped[key] is not value[key] for key in value):
            result = MappingProxyType(swapped)
    elif isinstance(value, tuple):
        items = tuple(_swapped(item, old, new) for item in value)
        if any(a is not b for a, b in zip(items, value, strict=True)):
            result = items
    return result  # type: ignore[no-any-return]


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
