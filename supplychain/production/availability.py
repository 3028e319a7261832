"""What is left of every supply's output, quarter by quarter, when something upstream is hit.

    offered[n,t] = sum over makers m of w[m]·a[m,t]·(1 + surge + refill)
    arr[n,t]     = offered[n, t - lag]                    fractional lags split over two quarters
    met[n,t]     = min(1, arr[n,t] + stock[n,t-1])
    a[s,t]       = min(own[s,t], growth[s,t], min over flow needs of 1 - e·(1 - met[n,t]))
    stock[n,t]   = min(start, stock[n,t-1] + arr[n,t] - a[s,t])            in quarters of use

A minimum, not a product: one shock common to all stages counts once. Partly essential needs
(e below 1) reduce linearly, as in the generalized Leontief functions of Diem et al. (2022),
"Quantifying firm-level economic systemic risk from nation-wide supply networks". The fixed
point inside a quarter is taken from above, so cycles keep running.

Tools act slowly: planned growth stops after the time a tool takes to install, and what was
missed is caught up when tools come again. Tools and services wear: without them a share of
capacity is lost every quarter, and repaired when they are back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from supplychain.model import FLOW_ROLES, Need, Network, Role, Supply
from supplychain.model.quarters import WEEKS_PER_QUARTER, Quarter
from supplychain.model.shares import shares_of

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

REFILL = 0.25
"""Spare output for refilling stocks and catching up growth, as a share of normal output.

Like :data:`REPAIR` the usual value of a parameter ``production``, where the data has none.
"""
REPAIR = 0.05
"""Share of capacity repaired per quarter once parts and service are back."""
SETTLED = 1e-12

SLOW_ROLES: frozenset[Role] = frozenset({"tool", "service"})
DESIGN_ROLES: frozenset[Role] = frozenset({"design", "software"})


@dataclass(frozen=True, slots=True, eq=False)
class Web:
    """Who needs what of whom, in numbers; supplies in the order of ``network.supplies``.

    Makers of a need form an *offer*; needs with the same inputs and qualified makers share one.

    Attributes:
        makers, offers: Along edges sorted by offer: the maker's supply, the offer's number.
        weights: Edge x quarter: the maker's share among those qualified; 0 for nobody at all.
        known: Offer x quarter: whether anybody is qualified (else the offer counts as normal).
        surge, surge_quarters: Of the maker of each edge.
        consumer, offer: Of each need.
        flow, tool, wearing: Masks of needs by what they act on.
        lag, start, essential, install, wear: Of each need; quarters and shares.
        planned: Supply x quarter: capacity by plan; 0 for what has none in absolute units.
        refill, repair: As :data:`REFILL` and :data:`REPAIR`.
    """

    quarters: tuple[Quarter, ...]
    makers: Ints
    offers: Ints
    weights: Floats
    known: NDArray[np.bool_]
    surge: Floats
    surge_quarters: Floats
    consumer: Ints
    offer: Ints
    flow: NDArray[np.bool_]
    tool: NDArray[np.bool_]
    wearing: NDArray[np.bool_]
    lag: Floats
    start: Floats
    essential: Floats
    install: Ints
    wear: Floats
    planned: Floats
    refill: float
    repair: float


@dataclass(frozen=True, slots=True, eq=False)
class Availability:
    """Scenario x supply x quarter.

    Attributes:
        left: Share of normal output that is left.
        growth: What tools, services and wear leave of planned capacity.
    """

    left: Floats
    growth: Floats


def web(
    network: Network,
    quarters: tuple[Quarter, ...],
    flow: Collection[Role] = FLOW_ROLES,
    slow: Collection[Role] = SLOW_ROLES,
    only_unmetered: bool = False,
) -> Web:
    """The network in numbers.

    Args:
        network: The data.
        quarters: The grid; before it everything is normal.
        flow: Roles whose loss reduces output once stock is used up.
        slow: Roles that act on growth and wear.
        only_unmetered: Leave out needs with a maker of known capacity, which the production
            program charges itself.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> made = web(network, (sc.Quarter(2024, 1),))
        >>> made.refill, made.repair
        (0.25, 0.05)
    """
    positions = {s.id: i for i, s in enumerate(network.supplies)}
    metered = {s.commodity for s in network.supplies if s.metered}
    offers: dict[tuple[object, ...], int] = {}
    chosen: list[Need] = []
    needs: list[tuple[int, int, Need]] = []
    for supply in network.supplies:
        for need in network.needs(supply):
            if need.role not in flow and not (need.role in slow and _acts(supply, need)):
                continue
            inputs = tuple(i for i, w in need.inputs.items() if w is None or w.value == 0)
            if only_unmetered and metered & set(inputs):
                continue
            makers = None if need.makers is None else tuple(need.makers.items())
            key = (inputs, makers)
            if key not in offers:
                offers[key] = len(offers)
                chosen.append(need)
            needs.append((positions[supply.id], offers[key], need))
    edges = _edges(network, chosen, quarters, positions)
    return _assembled(network, quarters, edges, needs, flow, slow)


def _acts(supply: Supply, need: Need) -> bool:
    """Whether a slow need can change anything: by wear, or a tool on a capacity that may grow."""
    return need.wear is not None or (need.role == "tool" and supply.metered)


Edge: TypeAlias = tuple[int, int, list[float]]


def _edges(
    network: Network,
    chosen: list[Need],
    quarters: tuple[Quarter, ...],
    positions: Mapping[str, int],
) -> list[Edge]:
    """Offer, maker and the maker's weight by quarter."""
    shares: dict[tuple[str, Quarter], dict[str, float]] = {}
    edges: list[Edge] = []
    for offer, need in enumerate(chosen):
        inputs = [i for i, w in need.inputs.items() if w is None or w.value == 0]
        weights: dict[str, list[float]] = {}
        for t, quarter in enumerate(quarters):
            now: dict[str, float] = {}
            for input_ in inputs:
                if (input_, quarter) not in shares:
                    active = [s for s in network.makers(input_) if s.active(quarter)]
                    held = shares_of(network, active, quarter).value if active else ()
                    shares[input_, quarter] = {
                        s.id: share for s, share in zip(active, held, strict=True)
                    }
                for id_, share in shares[input_, quarter].items():
                    since = None if need.makers is None else need.makers.get(id_.split("/")[0])
                    if need.makers is None or (since is not None and since <= quarter):
                        now[id_] = share / len(inputs)
            total = sum(now.values())
            for id_, share in now.items():
                row = weights.setdefault(id_, [0.0] * len(quarters))
                row[t] = share / total if total > 0 else 1 / len(now)
        edges += [(offer, positions[id_], row) for id_, row in sorted(weights.items())]
    return edges


def _assembled(
    network: Network,
    quarters: tuple[Quarter, ...],
    edges: list[Edge],
    needs: list[tuple[int, int, Need]],
    flow: Collection[Role],
    slow: Collection[Role],
) -> Web:
    def value(need: Need, name: str, default: float) -> float:
        figure = getattr(need, name)
        return default if figure is None else float(figure.value)

    def column(name: str, default: float, scale: float = 1.0) -> Floats:
        return np.array([value(n, name, default) / scale for _, _, n in needs], dtype=float)

    supplies = network.supplies
    roles = [n.role for _, _, n in needs]
    weights = np.array([row for *_, row in edges], dtype=float).reshape(-1, len(quarters))
    surge = [supplies[m].surge for _, m, _ in edges]
    surge_weeks = [supplies[m].surge_weeks for _, m, _ in edges]
    wear = column("wear", 0.0)
    weeks = [network.cycle_weeks(n) for _, _, n in needs]
    lags = [0.0 if f is None else f.value / WEEKS_PER_QUARTER for f in weeks]
    return Web(
        quarters=quarters,
        makers=np.array([m for _, m, _ in edges], dtype=np.int64),
        offers=np.array([o for o, _, _ in edges], dtype=np.int64),
        weights=weights,
        known=_known(edges, weights, offers=1 + max((o for _, o, _ in needs), default=-1)),
        surge=np.array([0.0 if f is None else f.value for f in surge]),
        surge_quarters=np.array(
            [0.0 if f is None else f.value / WEEKS_PER_QUARTER for f in surge_weeks]
        ),
        consumer=np.array([c for c, _, _ in needs], dtype=np.int64),
        offer=np.array([o for _, o, _ in needs], dtype=np.int64),
        flow=np.array([r in flow for r in roles], dtype=bool),
        tool=np.array([r == "tool" and r in slow for r in roles], dtype=bool),
        wearing=np.array([r in slow for r in roles], dtype=bool) & (wear > 0),
        lag=np.array(lags, dtype=float),
        start=column("stock_weeks", 0.0, WEEKS_PER_QUARTER),
        essential=column("essential", 1.0),
        install=np.rint(column("install_weeks", 0.0, WEEKS_PER_QUARTER)).astype(np.int64),
        wear=wear,
        planned=_planned(network, quarters),
        refill=network.constant("production.refill", REFILL),
        repair=network.constant("production.repair", REPAIR),
    )


def _known(edges: list[Edge], weights: Floats, offers: int) -> NDArray[np.bool_]:
    """Whether any maker of an offer is known in a quarter: offer x quarter."""
    known = np.zeros((offers, weights.shape[1]), dtype=bool)
    for (offer, _, _), row in zip(edges, weights, strict=True):
        known[offer] |= row > 0
    return known


def _planned(network: Network, quarters: tuple[Quarter, ...]) -> Floats:
    """What each supply's lines can put out; of a line split by plan the whole counts.

    Converting one part into another needs no new tools, growing the whole does.
    """
    planned = np.zeros((len(network.supplies), len(quarters)))
    for i, supply in enumerate(network.supplies):
        lines = []
        for name, draw in supply.draws.items():
            own = network.capacity(supply, name)
            parts = [
                c
                for c in network.organizations[supply.organization].capacities
                if c is own or (own.part_of and c.part_of == own.part_of)
            ]
            rate = draw.value if draw else 1.0
            lines.append([sum(c.per_quarter(q) for c in parts) / rate for q in quarters])
        if lines:
            planned[i] = np.min(lines, axis=0)
    return planned


def availability(of: Web, own: Floats) -> Availability:
    """The cascade.

    Args:
        of: The network in numbers.
        own: Share of its own output each supply keeps, scenario x supply x quarter; 1 where
            nothing hits it.

    Returns:
        Exactly 1 wherever nothing upstream is hit.
    """
    # Inside, arrays are period x entity x scenario: what is read together lies together.
    kept = np.ascontiguousarray(own.transpose(2, 1, 0))
    periods, supplies, scenarios = kept.shape
    left, growth = np.ones_like(kept), np.ones_like(kept)
    offered = np.ones((periods, len(of.consumer), scenarios))
    met = np.ones_like(offered)
    stock = np.repeat(of.start[:, None], scenarios, axis=1)
    capacity = _Capacity(of, scenarios, supplies)
    short_since = np.full((of.known.shape[0], scenarios), np.inf)
    for t in range(periods):
        now = kept[t]
        for _ in range(supplies + 1):
            offered[t] = _offered(of, now, t, stock, short_since)
            arrived = _arrived(of, offered, t)
            met[t] = np.minimum(1.0, arrived + stock)
            growth[t] = capacity.grown(met, t)
            limit = np.minimum(kept[t], growth[t])
            flow = met[t, of.flow]
            _least(limit, of.consumer[of.flow], 1 - of.essential[of.flow, None] * (1 - flow))
            limit = np.minimum(np.maximum(limit, 0.0), now)
            settled = np.abs(limit - now).max(initial=0.0) <= SETTLED
            now = limit
            if settled:
                break
        left[t] = now
        capacity.keep(met, t)
        stock = np.clip(stock + arrived - now[of.consumer], 0.0, of.start[:, None])
        short = _sums(of, of.weights[:, t, None] * (now[of.makers] < 1 - SETTLED)) > 0
        short_since = np.where(short & np.isinf(short_since), t, short_since)
    return Availability(left.transpose(2, 1, 0), growth.transpose(2, 1, 0))


def _least(into: Floats, rows: Ints, values: Floats) -> None:
    """Lower each row to the least of its values; ``rows`` are sorted."""
    first = _runs(rows)
    if first.size:
        at = rows[first]
        into[at] = np.minimum(into[at], np.minimum.reduceat(values, first, axis=0))


def _sums(of: Web, values: Floats) -> Floats:
    """Sum over the edges of each offer."""
    out = np.zeros((of.known.shape[0], values.shape[1]))
    first = _runs(of.offers)
    if first.size:
        out[of.offers[first]] = np.add.reduceat(values, first, axis=0)
    return out


def _runs(sorted_: Ints) -> Ints:
    """Where each run of equal numbers begins."""
    return np.flatnonzero(np.diff(sorted_, prepend=-1))


def _offered(of: Web, now: Floats, t: int, stock: Floats, short_since: Floats) -> Floats:
    """What the makers of each need offer, as a share of normal."""
    weights = of.weights[:, t, None]
    makers = now[of.makers]
    whole = weights * (makers >= 1 - SETTLED)
    called = t - short_since[of.offers] >= of.surge_quarters[:, None]
    base = _sums(of, weights * makers)
    base[~of.known[:, t]] = 1.0
    base[np.abs(base - 1) <= SETTLED] = 1.0  # shares add up to 1 but for the last digit
    base += _sums(of, whole * (of.surge[:, None] * called))
    spare = of.refill * _sums(of, whole)
    low = stock < of.start[:, None] - SETTLED
    total: Floats = base[of.offer] + spare[of.offer] * low
    return total


def _arrived(of: Web, offered: Floats, t: int) -> Floats:
    """What arrives in the quarter of what was offered before; normal before the grid."""
    whole = of.lag.astype(np.int64)
    late = (of.lag - whole)[:, None]
    needs = np.arange(len(of.lag))

    def at(periods: Ints) -> Floats:
        values: Floats = offered[np.maximum(periods, 0), needs]
        values[periods < 0] = 1.0
        return values

    return (1 - late) * at(t - whole) + late * at(t - whole - 1)


class _Capacity:
    """Capacity in place and its health, carried from quarter to quarter."""

    def __init__(self, of: Web, scenarios: int, supplies: int) -> None:
        self.of = of
        self.health = np.ones((supplies, scenarios))
        self.missed = np.zeros((supplies, scenarios))
        self.largest = np.zeros((supplies, 1))

    def grown(self, met: Floats, t: int) -> Floats:
        """Share of the planned capacity that is there and in order in the quarter."""
        health, missed, _ = self._now(met, t)
        planned = self.of.planned[:, t, None]
        share = np.divide(missed, planned, out=np.zeros_like(missed), where=planned > 0)
        grown: Floats = (1 - np.clip(share, 0.0, 1.0)) * health
        return grown

    def keep(self, met: Floats, t: int) -> None:
        """Take over what the quarter has settled on."""
        self.health, self.missed, self.largest = self._now(met, t)

    def _now(self, met: Floats, t: int) -> tuple[Floats, Floats, Floats]:
        of = self.of
        tools = np.ones_like(self.missed)
        needs = np.flatnonzero(of.tool)
        when = t - of.install[needs]
        values = met[np.maximum(when, 0), needs]
        values[when < 0] = 1.0
        _least(tools, of.consumer[needs], 1 - of.essential[needs, None] * (1 - values))
        planned = of.planned[:, t, None]
        growth = np.maximum(planned - of.planned[:, t - 1, None], 0.0) if t > 0 else 0 * planned
        largest = np.maximum(self.largest, growth)
        missed = self.missed + growth * (1 - tools)
        caught_up = np.maximum(missed - of.refill * largest, 0.0)
        missed = np.where(tools >= 1 - SETTLED, caught_up, missed)
        lost = np.ones_like(self.health)
        worn = np.flatnonzero(of.wearing)
        first = _runs(of.consumer[worn])
        if first.size:
            short = of.essential[worn, None] * (1 - met[t, worn])
            left = 1 - of.wear[worn, None] * short
            lost[of.consumer[worn][first]] = np.multiply.reduceat(left, first, axis=0)
        repair = np.where(lost >= 1 - SETTLED, of.repair, 0.0)
        return np.minimum(1.0, self.health * lost + repair), missed, largest


def left_over(network: Network, quarters: tuple[Quarter, ...], own: Floats) -> Floats:
    """Share of normal output left of each supply, for the production program; one scenario.

    Through needs with a maker of known capacity nothing is passed on: production charges those.

    Args:
        network: The data.
        quarters: The grid.
        own: Supply x quarter: share of its own output each supply keeps.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> import numpy as np
        >>> quarters = (sc.Quarter(2024, 1), sc.Quarter(2024, 2))
        >>> whole = np.ones((len(network.supplies), 2))
        >>> float(left_over(network, quarters, whole).min())
        1.0
    """
    hit = {s.commodity for s, kept in zip(network.supplies, own, strict=True) if kept.min() < 1}
    metered = {s.commodity for s in network.supplies if s.metered}
    if not any(
        hit & need.inputs.keys() and not metered & need.inputs.keys()
        for supply in network.supplies
        for need in network.needs(supply)
    ):
        return own  # nobody is reached through what is hit
    left: Floats = availability(web(network, quarters, only_unmetered=True), own[None]).left[0]
    return left


def slips(network: Network, quarters: tuple[Quarter, ...], own: Floats) -> Mapping[str, int]:
    """Quarters by which launches slip because their design or its software is down.

    A launch planned after the outage begins slips by the length of the outage, in whole
    quarters of lost work.

    Args:
        network: The data.
        quarters: The grid.
        own: Supply x quarter: share kept, one scenario.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> import numpy as np
        >>> whole = np.ones((len(network.supplies), 1))
        >>> slips(network, (sc.Quarter(2024, 1),), whole)
        {}
    """
    hit = {s.commodity for s, kept in zip(network.supplies, own, strict=True) if kept.min() < 1}
    if not any(
        need.role in DESIGN_ROLES and hit & need.inputs.keys()
        for supply in network.supplies
        for need in network.needs(supply)
    ):
        return {}
    return launch_delays(network, quarters, own[None])[0]


def launch_delays(
    network: Network, quarters: tuple[Quarter, ...], own: Floats
) -> tuple[Mapping[str, int], ...]:
    """:func:`slips` of many scenarios at once: ``own`` is scenario x supply x quarter."""
    design = web(network, quarters, flow=DESIGN_ROLES, slow=())
    left = availability(design, own).left
    slipped: tuple[dict[str, int], ...] = tuple({} for _ in own)
    for i, supply in enumerate(network.supplies):
        product = network.commodities[supply.commodity].product
        if product is None:
            continue
        # The product's own supply is cut by other means; only its design counts here.
        before = [t for t, q in enumerate(quarters) if q < product.launch]
        lost = (own[:, i, before] - left[:, i, before]).sum(axis=1)
        for scenario in np.flatnonzero(np.rint(lost) > 0).tolist():
            slipped[scenario][supply.commodity] = round(float(lost[scenario]))
    return slipped


def upstream(of: Web, supplies: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Those supplies and everything that any of their needs can be traced to, as a mask."""
    reached = supplies.copy()
    while True:
        needed = np.zeros(of.known.shape[0], dtype=bool)
        needed[of.offer[reached[of.consumer]]] = True
        wider = reached.copy()
        wider[of.makers[needed[of.offers]]] = True
        if (wider == reached).all():
            return reached
        reached = wider
