"""What the production program knows: supplies, lines, links and values on a quarterly grid.

A :class:`Plan` is the network seen from production: only what is counted in absolute
units (metered supplies and the accelerators they end in), with figures already read off
for every quarter. It holds no variables; :mod:`supplychain.production.program` turns it
into a linear program.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from types import MappingProxyType
from typing import Literal, TypeAlias

from supplychain.model import FLOW_ROLES, Capacity, Commodity, Need, Network, Orders, Supply
from supplychain.production.mix import mix_shares
from supplychain.quarters import WEEKS_PER_QUARTER, Quarter, quarter_range

Valuation: TypeAlias = Literal["capacity", "units", "price", "h100e"]


CANCEL = 0.15
"""Share of the unfilled orders that is withdrawn each quarter; an assumption, see docs/model.md."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The few global constants of the program; ``docs/model.md`` gives range and effect of each.

    Attributes:
        valuation: What a unit is worth: the booked packaging capacity in it (``capacity``), one
            (``units``), its price (``price``) or its H100 equivalents (``h100e``).
        discount: Worth of a unit one quarter later.
        holding: Cost of holding a unit's worth of one input for a quarter, in unit values.
        build_ahead: Worth of a unit finished for stock, in unit values: booked lines are paid for,
            used or not.
        borrow_limit: Most a designer can borrow beyond a booking, as a share of the booking.
        borrow_price: Price of borrowed capacity, in values of that capacity.
        mix_width: Free deviation from the planned product mix, either side.
        mix_price: Price of a unit beyond that, in values of the unit.
        cancel: Share of the unfilled orders that is withdrawn each quarter.
        conversion: Quarters by which a line that is split by plan can be converted early or late;
            0: exactly as split.
        stock_weeks: What the chain can hold of a commodity that says nothing else.
        warm_up: Quarters before the window, started empty.
        run_out: Quarters after it, so that the end of the window is not the end of the world.
    """

    valuation: Valuation = "capacity"
    discount: float = 0.9
    holding: float = 0.02
    build_ahead: float = 0.02
    borrow_limit: float = 0.15
    borrow_price: float = 0.4
    mix_width: float = 0.15
    mix_price: float = 0.5
    cancel: float = CANCEL
    conversion: int = 2
    stock_weeks: float = 13.0
    warm_up: int = 4
    run_out: int = 4


@dataclass(frozen=True, slots=True)
class Link:
    """One need of one supply, as a flow.

    Attributes:
        consumer: Index of the consuming supply in the plan.
        need: The need, for its place and sources.
        per_unit: Good input per good unit of output (the consumer's yield is inside).
        lag: From the input sent to the output finished, in quarters.
        senders: Index of each qualified supply, with the periods in which it may send.
    """

    consumer: int
    need: Need
    per_unit: float
    lag: float
    senders: Mapping[int, tuple[int, ...]]

    @property
    def commodity(self) -> str:
        """The input, or the first of the alternatives."""
        return next(iter(self.need.inputs))


@dataclass(frozen=True, slots=True)
class Line:
    """One capacity on the grid.

    Attributes:
        per_quarter: Units by period.
        members: Index of each supply that runs on it, with its draw per unit.
        booked: Holder to share, by period.
        reserved: Share booked by holders without a product in the program, by period: they are
            taken to use it, and nobody can borrow it.
    """

    capacity: Capacity
    per_quarter: tuple[float, ...]
    members: Mapping[int, float]
    booked: tuple[Mapping[str, float], ...]
    reserved: tuple[float, ...]

    @property
    def key(self) -> str:
        """``organization.capacity``."""
        return self.capacity.key


@dataclass(frozen=True, slots=True)
class Market:
    """Accelerators of a designer, and what all buyers together take of them.

    Attributes:
        products: Those in the program; they substitute for each other.
        orders: Units by period; infinite where nothing is known.
        stock: Most that can be held of each finished product, by period: some weeks of the most
            that was ordered of it so far, by the planned mix.
    """

    designer: str
    book: Orders
    products: tuple[str, ...]
    orders: tuple[float, ...]
    stock: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """The network on the quarterly grid of the program.

    Attributes:
        quarters: Warm-up, window and run-out.
        window: First and last period of the window, both included.
        supplies: Sorted by commodity, organization, country.
        products: Index of the supply of each accelerator in the program.
        holders: Who books capacity for the product: its designer, else the partner who does.
        values: Worth of one unit of each product.
        capacity_worth: By line, the worth of one booked unit (for the price of borrowing).
        mix: Product to planned share of its designer's units, by period.
        markets: Sales that orders limit; a product in none of them sells as fast as it is made.
        left_out: Accelerators not in the program, each with the reason.
    """

    quarters: tuple[Quarter, ...]
    window: tuple[int, int]
    supplies: tuple[Supply, ...]
    links: tuple[Link, ...]
    lines: tuple[Line, ...]
    products: Mapping[str, int]
    holders: Mapping[str, str]
    values: Mapping[str, float]
    capacity_worth: tuple[float, ...]
    mix: Mapping[str, tuple[float, ...]]
    stock_weeks: Mapping[str, float]
    markets: tuple[Market, ...]
    left_out: Mapping[str, str]
    calibration: Calibration

    @property
    def reported(self) -> tuple[Quarter, ...]:
        """The quarters of the window."""
        return self.quarters[self.window[0] : self.window[1] + 1]

    def lines_of(self, supply: int) -> tuple[int, ...]:
        """Indices of the lines a supply runs on."""
        return tuple(i for i, line in enumerate(self.lines) if supply in line.members)


def plan(
    network: Network, first: Quarter, last: Quarter, calibration: Calibration | None = None
) -> Plan:
    """Read the network off on the grid from ``first - warm_up`` to ``last + run_out``.

    Raises:
        ValueError: ``last`` is before ``first``.
    """
    calibration = calibration or Calibration()
    if last < first:
        raise ValueError(f"the window ends ({last}) before it begins ({first})")
    quarters = quarter_range(first + -calibration.warm_up, last + calibration.run_out)
    booked = {c.key for c in _capacities(network) if c.bookings}
    chosen, left_out = _chosen_products(network, booked, quarters)
    supplies = _reachable(network, chosen)
    index = {s.id: i for i, s in enumerate(supplies)}
    links = tuple(
        link
        for i, supply in enumerate(supplies)
        for link in _links(network, i, supply, supplies, quarters)
    )
    lines = _lines(network, supplies, index, quarters, chosen, calibration.conversion)
    products = {c.id: index[_product_supply(network, c).id] for c in chosen}
    holders = dict(zip([c.id for c in chosen], _holders(network, chosen), strict=True))
    draws = {id_: _booked_draw(i, links, lines) for id_, i in products.items()}
    values = {c.id: _value(c, draws[c.id], calibration.valuation, last) for c in chosen}
    mix = mix_shares(network, chosen, quarters)
    users: dict[int, set[int]] = defaultdict(set)
    for link in links:
        for sender in link.senders:
            users[sender].add(link.consumer)
    return Plan(
        quarters=quarters,
        window=(calibration.warm_up, len(quarters) - 1 - calibration.run_out),
        supplies=supplies,
        links=links,
        lines=lines,
        products=MappingProxyType(products),
        holders=MappingProxyType(holders),
        values=MappingProxyType(values),
        capacity_worth=tuple(_worth(line, users, products, values, draws) for line in lines),
        mix=mix,
        stock_weeks=MappingProxyType(
            {
                s.commodity: network.commodities[s.commodity].stock_weeks.value  # type: ignore[union-attr]
                if network.commodities[s.commodity].stock_weeks is not None
                else calibration.stock_weeks
                for s in supplies
                if s.metered
            }
        ),
        markets=_markets(network, chosen, quarters, mix, calibration.stock_weeks),
        left_out=MappingProxyType(left_out),
        calibration=calibration,
    )


def _capacities(network: Network) -> list[Capacity]:
    return [c for o in network.organizations.values() for c in o.capacities]


def _metered_inputs(network: Network, need: Need) -> list[str]:
    if need.role not in FLOW_ROLES or need.per_unit is None:
        return []
    return [
        input_
        for input_, switch in need.inputs.items()
        if (switch is None or switch.value == 0) and any(s.metered for s in network.makers(input_))
    ]


def _chosen_products(
    network: Network, booked: set[str], quarters: tuple[Quarter, ...]
) -> tuple[list[Commodity], dict[str, str]]:
    """The accelerators whose output the data can bound, and why the others are left out."""
    chosen: list[Commodity] = []
    left_out: dict[str, str] = {}
    for commodity in network.products.values():
        assert commodity.product is not None
        inputs = [i for need in commodity.needs for i in _metered_inputs(network, need)]
        lines = {
            f"{s.organization}.{c}" for i in inputs for s in network.makers(i) for c in s.draws
        }
        if not any(commodity.product.sold(q) for q in quarters):
            left_out[commodity.id] = "not sold in these quarters"
        elif not inputs:
            left_out[commodity.id] = "no input with a known capacity"
        elif booked and not lines & booked:
            left_out[commodity.id] = "uses no booked capacity: its orders, not its inputs, limit it"
        else:
            chosen.append(commodity)
    return chosen, left_out


def _product_supply(network: Network, commodity: Commodity) -> Supply:
    return next(s for s in network.makers(commodity.id) if not s.metered)


def _reachable(network: Network, products: list[Commodity]) -> tuple[Supply, ...]:
    """The products' supplies and every metered supply upstream of them."""
    found = {s.id: s for c in products for s in [_product_supply(network, c)]}
    frontier = list(found.values())
    while frontier:
        supply = frontier.pop()
        for need in network.needs(supply):
            for input_ in _metered_inputs(network, need):
                for maker in network.makers(input_):
                    if maker.metered and maker.id not in found:
                        found[maker.id] = maker
                        frontier.append(maker)
    return tuple(sorted(found.values(), key=lambda s: (s.commodity, s.organization, s.country)))


def _links(
    network: Network,
    consumer: int,
    supply: Supply,
    supplies: tuple[Supply, ...],
    quarters: tuple[Quarter, ...],
) -> list[Link]:
    commodity = network.commodities[supply.commodity]
    output_yield = commodity.output_yield.value if commodity.output_yield else 1.0
    links = []
    for need in network.needs(supply):
        inputs = _metered_inputs(network, need)
        if not inputs or need.per_unit is None:
            continue
        weeks = network.cycle_weeks(need)
        lag = (weeks.value if weeks else 0.0) / WEEKS_PER_QUARTER
        senders = {}
        for i, sender in enumerate(supplies):
            if sender.commodity in inputs and sender.metered:
                senders[i] = _sending(need, sender, supply, lag, quarters)
        per_unit = need.per_unit.value / output_yield
        links.append(Link(consumer, need, per_unit, lag, MappingProxyType(senders)))
    return links


def _sending(
    need: Need, sender: Supply, consumer: Supply, lag: float, quarters: tuple[Quarter, ...]
) -> tuple[int, ...]:
    """Periods in which the sender is active and qualified and its goods arrive in time."""
    qualified_from = quarters[0]
    if need.makers is not None:
        if sender.organization not in need.makers:
            return ()
        qualified_from = need.makers[sender.organization]
    return tuple(
        t
        for t, quarter in enumerate(quarters)
        if sender.active(quarter)
        and quarter >= qualified_from
        and any(consumer.active(quarter + int(lag) + late) for late in (0, 1))
    )


def _lines(
    network: Network,
    supplies: tuple[Supply, ...],
    index: Mapping[str, int],
    quarters: tuple[Quarter, ...],
    chosen: list[Commodity],
    conversion: int,
) -> tuple[Line, ...]:
    members: dict[str, dict[int, float]] = {}
    for supply in supplies:
        for name, draw in supply.draws.items():
            key = f"{supply.organization}.{name}"
            members.setdefault(key, {})[index[supply.id]] = draw.value if draw else 1.0
    holders = set(_holders(network, chosen))
    lines = []
    for capacity in _capacities(network):
        if capacity.key not in members:
            continue
        booked = [{h: f.value for h, f in capacity.booked(q).items()} for q in quarters]
        outside = [sum(s for h, s in shares.items() if h not in holders) for shares in booked]
        lines.append(
            Line(
                capacity,
                tuple(capacity.per_quarter(q) for q in quarters),
                MappingProxyType(members[capacity.key]),
                tuple(map(MappingProxyType, booked)),
                tuple(outside),
            )
        )
    return (*_converted(lines, conversion), *_whole_lines(lines, conversion))


def _converted(lines: list[Line], quarters: int) -> list[Line]:
    """Parts of a split line, each up to the most it has by plan in the quarters around.

    Not before its own first output: a generation is not made before it exists.
    """
    out = []
    for line in lines:
        rates = line.per_quarter
        if line.capacity.part_of and quarters > 0:
            rates = tuple(
                max(rates[max(0, t - quarters) : t + quarters + 1]) if any(rates[: t + 1]) else 0.0
                for t in range(len(rates))
            )
        out.append(replace(line, per_quarter=rates))
    return out


def _whole_lines(parts: list[Line], conversion: int) -> list[Line]:
    """The lines that are split by plan, as wholes; needless where the split is exact."""
    by_name: dict[tuple[str, str], list[Line]] = {}
    for line in parts:
        if line.capacity.part_of and conversion > 0:
            key = (line.capacity.organization, line.capacity.part_of)
            by_name.setdefault(key, []).append(line)
    return [
        Line(
            replace(some[0].capacity, id=name, part_of="", figures=MappingProxyType({})),
            tuple(map(sum, zip(*(line.per_quarter for line in some), strict=True))),
            MappingProxyType({m: draw for line in some for m, draw in line.members.items()}),
            some[0].booked,
            some[0].reserved,
        )
        for (_, name), some in by_name.items()
    ]


def _markets(
    network: Network,
    products: list[Commodity],
    quarters: tuple[Quarter, ...],
    mix: Mapping[str, tuple[float, ...]],
    weeks: float,
) -> tuple[Market, ...]:
    """The designers' order books, with what of the finished goods can be held."""
    markets = []
    for designer in network.organizations.values():
        if not designer.orders:
            continue
        own = [c for c in products if c.product and c.product.designer == designer.id]
        for book in designer.orders:
            named = [c for c in own if {c.id, *c.groups} & set(book.products)]
            orders = [book.figures[q].value if q in book.figures else math.inf for q in quarters]
            if not named or not any(map(math.isfinite, orders)):
                continue
            stock = {}
            for c in named:
                held = (c.stock_weeks.value if c.stock_weeks else weeks) / WEEKS_PER_QUARTER
                of_it = (
                    x * share if math.isfinite(x) else 0.0
                    for x, share in zip(orders, mix[c.id], strict=True)
                )
                stock[c.id] = tuple(held * peak for peak in accumulate(of_it, max))
            markets.append(
                Market(
                    designer.id,
                    book,
                    tuple(c.id for c in named),
                    tuple(orders),
                    MappingProxyType(stock),
                )
            )
    return tuple(markets)


def _holders(network: Network, products: list[Commodity]) -> list[str]:
    """Who books for each product: its designer if it books anywhere, else a partner that does."""
    booking = {h for c in _capacities(network) for shares in c.bookings.values() for h in shares}
    holders = []
    for commodity in products:
        assert commodity.product is not None
        candidates = (commodity.product.designer, *commodity.product.partners)
        holders.append(next((o for o in candidates if o in booking), candidates[0]))
    return holders


def _booked_draw(consumer: int, links: tuple[Link, ...], lines: tuple[Line, ...]) -> float:
    """Booked capacity in one unit of the consumer's output."""
    total = 0.0
    for link in links:
        if link.consumer != consumer:
            continue
        draws = [
            line.members[sender]
            for line in lines
            if line.capacity.bookings
            for sender in link.senders
            if sender in line.members
        ]
        total += link.per_unit * max(draws, default=0.0)
    return total


def _value(commodity: Commodity, booked_draw: float, valuation: Valuation, last: Quarter) -> float:
    assert commodity.product is not None
    if valuation == "price":
        prices = commodity.product.price_usd
        if not prices:
            raise ValueError(f"{commodity.id}: no price is known; value by capacity or h100e")
        years = sorted(prices)
        return prices[max([y for y in years if y <= last.year], default=years[0])].value
    if valuation == "h100e":
        return commodity.h100e()
    return booked_draw if valuation == "capacity" and booked_draw > 0 else 1.0


def _worth(
    line: Line,
    users: Mapping[int, set[int]],
    products: Mapping[str, int],
    values: Mapping[str, float],
    draws: Mapping[str, float],
) -> float:
    """Mean worth of one unit of a booked line over the products that use it."""
    using = {consumer for member in line.members for consumer in users.get(member, ())}
    worths = [
        values[id_] / draws[id_] for id_, i in products.items() if i in using and draws[id_] > 0
    ]
    return sum(worths) / len(worths) if worths else 0.0


def planned_h100e(network: Network, at: Quarter) -> Mapping[str, float]:
    """H100 equivalents each accelerator would bring if all booked packaging were used as planned.

    A holder's booked capacity of the quarter, spread over its products by the planned mix; no
    other input is asked, so this is what is at stake, not a forecast. Zero for a product that is
    not sold in the quarter or uses no booked capacity.
    """
    booked = [c for c in _capacities(network) if c.bookings]
    chosen, _ = _chosen_products(network, {c.key for c in booked}, (at,))
    mix = mix_shares(network, chosen, (at,))
    draws: dict[str, dict[str, float]] = {}
    for commodity in chosen:
        inputs = {
            i: need.per_unit.value
            for need in commodity.needs
            if need.per_unit is not None
            for i in _metered_inputs(network, need)
        }
        draws[commodity.id] = {
            c.key: amount
            for i, amount in inputs.items()
            for s in network.makers(i)
            for c in booked
            if s.organization == c.organization and c.id in s.draws
        }
    planned = dict.fromkeys(network.products, 0.0)
    of_holder: dict[str, list[Commodity]] = {}
    for commodity, holder in zip(chosen, _holders(network, chosen), strict=True):
        of_holder.setdefault(holder, []).append(commodity)
    for capacity in booked:
        for holder, share in capacity.booked(at).items():
            own = of_holder.get(holder, [])
            per_unit = sum(mix[c.id][0] * draws[c.id].get(capacity.key, 0.0) for c in own)
            if per_unit > 0:
                units = share.value * capacity.per_quarter(at) / per_unit
                for c in own:
                    planned[c.id] += units * mix[c.id][0] * c.h100e()
    return MappingProxyType(planned)
