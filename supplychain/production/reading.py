"""Read a network off as a plan: which supplies, lines and links count, quarter by quarter."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from itertools import accumulate
from types import MappingProxyType

from supplychain.model import FLOW_ROLES, Capacity, Commodity, Need, Network, Supply
from supplychain.model.quarters import FIRST, LAST, WEEKS_PER_QUARTER, Quarter, quarter_range
from supplychain.production.mix import mix_shares
from supplychain.production.plan import Kind, Line, Link, Market, Plan, Rules

LOOK_AHEAD = 2
"""Quarters of the grid beyond the data, so that its last quarters look as far ahead as others."""


def read_plan(
    network: Network,
    kinds: Mapping[tuple[str, str], Kind] | None = None,
    rules: Rules | None = None,
    quarters: tuple[Quarter, ...] | None = None,
) -> Plan:
    """Read the network off on the quarters of its data.

    Args:
        network: The data.
        kinds: Of links, instead of those that the lags say: :attr:`Plan.kinds` of the data as it
            is, where figures are assumed otherwise.
        rules: Constants, instead of the data's or the usual ones.
        quarters: The grid, instead of that of the data: for other data over the same quarters.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> "h100" in read_plan(network).products
        True
    """
    rules = rules or rules_of(network)
    if quarters is None:
        quarters = _grid(network)
    booked = {c.key for c in capacities(network) if c.bookings}
    chosen, left_out = chosen_products(network, booked, quarters)
    supplies = _reachable(network, chosen)
    index = {s.id: i for i, s in enumerate(supplies)}
    products = {c.id: index[_product_supply(network, c).id] for c in chosen}
    holders = dict(zip([c.id for c in chosen], holders_of(network, chosen), strict=True))
    links = tuple(
        link
        for i, supply in enumerate(supplies)
        for link in _links(network, i, supply, supplies, quarters)
    )
    users = _users(network, links, supplies, holders, quarters)
    lines = _lines(network, supplies, index, quarters, users)
    holding = _holding(network, supplies, rules.stock_weeks)
    mix = mix_shares(network, chosen, quarters)
    return Plan(
        quarters=quarters,
        reported=len(quarters) - LOOK_AHEAD,
        supplies=supplies,
        links=_sorted(links, supplies, lines, holding, kinds or {}),
        lines=lines,
        products=MappingProxyType(products),
        holders=MappingProxyType(holders),
        mix=mix,
        stock_weeks=MappingProxyType(holding),
        markets=_markets(network, chosen, quarters, mix, rules.stock_weeks),
        left_out=MappingProxyType(left_out),
        idle=MappingProxyType(_idle(lines, users, holders)),
        rules=rules,
    )


def _grid(network: Network) -> tuple[Quarter, ...]:
    """The quarters for which capacities are known, from the first output on, and some beyond."""
    known = [q for c in capacities(network) for q in c.figures]
    first, last = min(known, default=FIRST), max(known, default=LAST)
    first = min(last, max(first, _first_output(network)))
    return quarter_range(first, last + LOOK_AHEAD)


def rules_of(network: Network) -> Rules:
    """The constants that the data sets, the usual ones for the rest.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> rules_of(network).band
        0.15
    """
    given = network.parameters.get("production")
    known = {} if given is None else {k: f.value for k, f in given.figures.items()}
    return Rules(**{f.name: known[f.name] for f in fields(Rules) if f.name in known})


def _first_output(network: Network) -> Quarter:
    """The first quarter in which some accelerator has all its inputs, else that of all data."""
    begun = []
    for commodity in network.products.values():
        begins = []
        for need in commodity.needs:
            inputs = metered_inputs(network, need)
            makers = [s for i in inputs for s in network.makers(i) if s.metered]
            if makers:
                begins.append(min(_begin(network, s) for s in makers))
        if begins:
            begun.append(max(begins))
    return min(begun, default=Quarter(1900, 1))


def _begin(network: Network, supply: Supply) -> Quarter:
    """The quarter after the first rates at the end of a quarter, the first of average rates."""
    first = [
        min(line.figures) + (line.at == "exit")
        for line in (network.capacity(supply, name) for name in supply.draws)
    ]
    return max([*first, *([supply.start] if supply.start else [])])


def _idle(
    lines: Iterable[Line],
    users: Collection[tuple[str, str, int]],
    holders: Mapping[str, str],
) -> dict[str, str]:
    """Bookings on lines where no product of the holder is ever made."""
    served = {(holder, line) for holder, line, _ in users}
    return {
        f"{line.key}.bookings.{year}.{holder}": (
            f"no accelerator of {holder} is made there: taken to be used for others"
        )
        for line in lines
        if not line.whole
        for year, shares in line.capacity.bookings.items()
        for holder in shares
        if holder in holders.values() and (holder, line.key) not in served
    }


def _holding(network: Network, supplies: tuple[Supply, ...], default: float) -> dict[str, float]:
    """What of each metered commodity can be held, in weeks."""
    weeks = {}
    for supply in supplies:
        if supply.metered:
            held = network.commodities[supply.commodity].stock_weeks
            weeks[supply.commodity] = default if held is None else held.value
    return weeks


def _sorted(
    links: tuple[Link, ...],
    supplies: tuple[Supply, ...],
    lines: tuple[Line, ...],
    holding: Mapping[str, float],
    kinds: Mapping[tuple[str, str], Kind],
) -> tuple[Link, ...]:
    """The links with their kinds.

    The slot of a product is its input that cannot be held, else the one that is booked, else the
    first.
    """
    booked = {s for line in lines if line.capacity.bookings for s in line.members}

    def rank(link: Link) -> tuple[bool, bool]:
        held = any(holding[supplies[s].commodity] > 0 for s in link.senders)
        return held, not booked & link.senders.keys()

    slots: dict[int, Link] = {}
    for link in links:
        best = slots.setdefault(link.consumer, link)
        if rank(link) < rank(best):
            slots[link.consumer] = link

    def kind(link: Link) -> Kind:
        consumer = supplies[link.consumer]
        if consumer.metered:
            return "upstream"
        if (consumer.id, link.inputs) in kinds:
            return kinds[consumer.id, link.inputs]
        slot = slots[link.consumer]
        if link is slot:
            return "slot"
        return "memory" if link.lag - slot.lag < 1 else "dies"

    return tuple(replace(link, kind=kind(link)) for link in links)


def capacities(network: Network) -> list[Capacity]:
    """All capacities of all organizations.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> list(capacities(network))[:1] != []
        True
    """
    return [c for o in network.organizations.values() for c in o.capacities]


def metered_inputs(network: Network, need: Need) -> list[str]:
    """The alternatives of a need that are counted in absolute units."""
    if need.role not in FLOW_ROLES or need.per_unit is None:
        return []
    return [
        input_
        for input_, switch in need.inputs.items()
        if (switch is None or switch.value == 0) and any(s.metered for s in network.makers(input_))
    ]


def chosen_products(
    network: Network, booked: set[str], quarters: tuple[Quarter, ...]
) -> tuple[list[Commodity], dict[str, str]]:
    """The accelerators whose output the data can bound, and why the others are left out."""
    chosen: list[Commodity] = []
    left_out: dict[str, str] = {}
    for commodity in network.products.values():
        assert commodity.product is not None
        inputs = [i for need in commodity.needs for i in metered_inputs(network, need)]
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
    for commodity, holder in zip(list(chosen), holders_of(network, chosen), strict=True):
        if booked and not _booked_for(network, commodity, holder):
            left_out[commodity.id] = f"{holder} books none of the capacity that it is made on"
            chosen.remove(commodity)
    return chosen, left_out


def _booked_for(network: Network, commodity: Commodity, holder: str) -> bool:
    """Whether the holder ever books a line that the commodity can use, or it needs no booking."""
    makers = {
        f"{s.organization}.{line}"
        for need in commodity.needs
        for input_ in metered_inputs(network, need)
        for s in network.makers(input_)
        if need.makers is None or s.organization in need.makers
        for line in s.draws
    }
    return any(
        capacity.key in makers and any(holder in shares for shares in capacity.bookings.values())
        for capacity in capacities(network)
    )


def _product_supply(network: Network, commodity: Commodity) -> Supply:
    return next(s for s in network.makers(commodity.id) if not s.metered)


def _reachable(network: Network, products: list[Commodity]) -> tuple[Supply, ...]:
    """The products' supplies and every metered supply upstream of them."""
    found = {s.id: s for c in products for s in [_product_supply(network, c)]}
    frontier = list(found.values())
    while frontier:
        supply = frontier.pop()
        for need in network.needs(supply):
            for input_ in metered_inputs(network, need):
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
        inputs = metered_inputs(network, need)
        if not inputs or need.per_unit is None:
            continue
        weeks = network.cycle_weeks(need)
        lag = (weeks.value if weeks else 0.0) / WEEKS_PER_QUARTER
        senders = {}
        for i, sender in enumerate(supplies):
            if sender.commodity in inputs and sender.metered:
                senders[i] = _sending(need, sender, quarters)
        per_unit = need.per_unit.value / output_yield
        links.append(Link(consumer, need, per_unit, lag, MappingProxyType(senders)))
    return links


def _sending(need: Need, sender: Supply, quarters: tuple[Quarter, ...]) -> tuple[int, ...]:
    """Periods in which the sender is active and qualified."""
    qualified_from = quarters[0]
    if need.makers is not None:
        if sender.organization not in need.makers:
            return ()
        qualified_from = need.makers[sender.organization]
    return tuple(
        t
        for t, quarter in enumerate(quarters)
        if sender.active(quarter) and quarter >= qualified_from
    )


def _users(
    network: Network,
    links: Iterable[Link],
    supplies: tuple[Supply, ...],
    holders: Mapping[str, str],
    quarters: Sequence[Quarter],
) -> frozenset[tuple[str, str, int]]:
    """Holder, line and calendar year for which a product of the holder can use the line.

    Read off the data alone, never off a window: what is booked for a year is booked for all of
    it, and a product sold in any quarter of the year is reason enough to book.
    """
    found = set()
    for link in links:
        consumer = supplies[link.consumer]
        product = network.commodities[consumer.commodity].product
        if product is None or consumer.commodity not in holders:
            continue
        for i in link.senders:
            sender = supplies[i]
            ready = (link.need.makers or {}).get(sender.organization)
            first = max(q for q in (product.launch, sender.start, ready) if q is not None)
            ends = [q.year for q in (product.end, sender.end) if q is not None]
            if link.need.makers is not None and ready is None:
                continue
            found |= {
                (holders[consumer.commodity], f"{sender.organization}.{line}", year)
                for year in {q.year for q in quarters}
                if first.year <= year <= min(ends, default=year)
                for line in sender.draws
            }
    return frozenset(found)


def _lines(
    network: Network,
    supplies: tuple[Supply, ...],
    index: Mapping[str, int],
    quarters: tuple[Quarter, ...],
    users: Collection[tuple[str, str, int]],
) -> tuple[Line, ...]:
    members: dict[str, dict[int, float]] = {}
    for supply in supplies:
        for name, draw in supply.draws.items():
            key = f"{supply.organization}.{name}"
            members.setdefault(key, {})[index[supply.id]] = draw.value if draw else 1.0
    lines = []
    for capacity in capacities(network):
        if capacity.key not in members:
            continue
        booked = [dict(capacity.booked(q)) for q in quarters]
        outside = [
            sum(s for h, s in shares.items() if (h, capacity.key, q.year) not in users)
            for q, shares in zip(quarters, booked, strict=True)
        ]
        lines.append(
            Line(
                capacity,
                tuple(capacity.per_quarter(q) for q in quarters),
                MappingProxyType(members[capacity.key]),
                tuple(map(MappingProxyType, booked)),
                tuple(outside),
            )
        )
    return (*lines, *_whole_lines(lines))


def _whole_lines(parts: list[Line]) -> list[Line]:
    """The lines that are split by plan, as wholes: between its parts a line can be converted."""
    by_name: dict[tuple[str, str], list[Line]] = {}
    for line in parts:
        if line.capacity.part_of:
            key = (line.capacity.organization, line.capacity.part_of)
            by_name.setdefault(key, []).append(line)
    return [
        Line(
            replace(some[0].capacity, id=name, part_of="", figures=MappingProxyType({})),
            tuple(map(sum, zip(*(line.per_quarter for line in some), strict=True))),
            MappingProxyType({m: draw for line in some for m, draw in line.members.items()}),
            some[0].booked,
            some[0].reserved,
            whole=True,
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


def holders_of(network: Network, products: list[Commodity]) -> list[str]:
    """Who books for each product: its designer if it books anywhere, else a partner that does."""
    booking = {h for c in capacities(network) for shares in c.bookings.values() for h in shares}
    holders = []
    for commodity in products:
        assert commodity.product is not None
        candidates = (commodity.product.designer, *commodity.product.partners)
        holders.append(next((o for o in candidates if o in booking), candidates[0]))
    return holders
