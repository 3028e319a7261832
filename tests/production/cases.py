"""Small networks for the tests of production, worked by hand, and random ones."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from hypothesis import strategies as st

from supplychain.model import Commodity, Network
from supplychain.model.quarters import Quarter, quarter_range
from supplychain.production.forward import Forward
from supplychain.production.plan import Rules
from supplychain.production.reading import read_plan
from supplychain.production.recipes import Floats
from supplychain.production.result import Production
from tests.networks import (
    capacity,
    commodity,
    figure,
    need,
    network,
    ordered,
    organization,
    product,
    supply,
)

Q1, Q4 = Quarter(2024, 1), Quarter(2024, 4)
QUARTERS = quarter_range(Q1, Q4)


def storing(made: Commodity, weeks: float) -> Commodity:
    return dataclasses.replace(made, stock_weeks=figure(weeks))


def walked(net: Network, rules: Rules | None = None) -> Forward:
    return Forward(read_plan(net, rules=rules))


def year(production: Production) -> Production:
    """Its window is 2024."""
    return production.between(Q1, Q4)


def kept(program: Forward, made: str, share: float, since: Quarter | None = None) -> Floats:
    """Shares kept if all makers of a commodity (or a supply, by id) keep a share from a quarter."""
    out = np.ones((len(program.plan.supplies), len(program.plan.quarters)))
    rows = [i for i, s in enumerate(program.plan.supplies) if made in (s.commodity, s.id)]
    begin = 0 if since is None else program.plan.quarters.index(since)
    out[rows, begin:] = share
    return out


def one_input(
    *,
    per_unit: float = 1.0,
    rate: float | dict[Quarter, float] = 100.0,
    weeks: float = 0.0,
    **more: Any,
) -> Network:
    """A product of one input, made on one line."""
    return network(
        storing(commodity("part"), weeks),
        product("gpu", "nvidia", need("part", per_unit=per_unit, **more)),
        organization("nvidia"),
        organization(
            "maker",
            supply("maker", "part", draws="line"),
            capacities=[capacity("maker", "line", rate)],
        ),
    )


def two_designers(
    bookings: dict[str, float],
    memory: float | dict[Quarter, float] = 1e6,
    weeks: float = 0.0,
    both: bool = False,
) -> Network:
    """Two designers share one line of 100; only the first needs memory, or both."""
    needs = [need("slot", per_unit=1.0)]
    more = [need("memory", per_unit=1.0)]
    return network(
        storing(commodity("slot"), 0),
        storing(commodity("memory"), weeks),
        product("a", "alpha", *needs, *more),
        product("b", "beta", *needs, *(more if both else [])),
        organization("alpha"),
        organization("beta"),
        organization("other"),
        organization(
            "maker",
            supply("maker", "slot", draws="line"),
            supply("maker", "memory", draws="dram"),
            capacities=[
                capacity("maker", "line", 100.0, bookings),
                capacity("maker", "dram", memory),
            ],
        ),
    )


def market(orders: dict[Quarter, float], rate: float = 100.0, weeks: float = 6.5) -> Network:
    """A product of one input that buyers take only as far as they ordered it."""
    net = one_input(rate=rate)
    gpu = storing(net.commodities["gpu"], weeks)
    seller = organization("nvidia", orders=[ordered(["gpu"], orders)])
    return network(net.commodities["part"], gpu, net.organizations["maker"], seller)


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Two or three inputs by up to three makers, two designers, bookings, stock, lags, choices."""
    rate = st.floats(0, 200).map(lambda x: round(x, 1))
    inputs = [f"in{i}" for i in range(draw(st.integers(2, 3)))]
    parts: list[Any] = [
        storing(commodity(name), draw(st.sampled_from([0.0, 6.5, 13.0]))) for name in inputs
    ]
    for m in range(draw(st.integers(1, 3))):
        made = [inputs[m]] if m < len(inputs) else []
        made += draw(st.lists(st.sampled_from(inputs), max_size=2))
        lines = [
            capacity(
                f"maker{m}",
                f"line{name}",
                dict(zip(QUARTERS, [draw(rate) for _ in QUARTERS], strict=True)),
                {"d0": 0.5, "d1": 0.3} if name == inputs[0] and draw(st.booleans()) else None,
            )
            for name in dict.fromkeys(made)
        ]
        supplies = [supply(f"maker{m}", n, draws=f"line{n}") for n in dict.fromkeys(made)]
        parts.append(organization(f"maker{m}", *supplies, capacities=lines))
    made_anywhere = sorted({s.commodity for o in parts[len(inputs) :] for s in o.supplies})
    for d in range(2):
        designs = range(draw(st.integers(1, 2)))
        book = dict(zip(QUARTERS, [draw(rate) for _ in QUARTERS], strict=True))
        orders = [ordered([f"p{d}{p}" for p in designs], book)] if draw(st.booleans()) else []
        parts.append(organization(f"d{d}", orders=orders))
        for p in designs:
            first = draw(st.sampled_from(made_anywhere))
            rest = draw(st.lists(st.sampled_from(made_anywhere), max_size=2))
            needs = [
                need(
                    name,
                    per_unit=draw(st.sampled_from([0.1, 1.0, 3.0])),
                    cycle_weeks=draw(st.sampled_from([0.0, 6.5, 13.0, 26.0])),
                )
                for name in dict.fromkeys([first, *rest])
            ]
            if len(made_anywhere) > 1 and draw(st.booleans()):
                needs.append(need(*made_anywhere[:2], per_unit=1.0))
            launch = draw(st.sampled_from(QUARTERS[:2]))
            parts.append(product(f"p{d}{p}", f"d{d}", *needs, launch=launch))
    return network(*parts)


def random_shocks(program: Forward, count: int, seed: int) -> Floats:
    """Cuts of 1 to 15 supplies each, at random depths and times: supply x period x scenario."""
    rng = np.random.default_rng(seed)
    supplies, periods = len(program.plan.supplies), len(program.plan.quarters)
    shares = np.ones((supplies, periods, count))
    for i in range(count):
        hit = rng.choice(supplies, min(supplies, int(rng.integers(1, 16))), replace=False)
        for s in hit.tolist():
            begin = int(rng.integers(0, periods))
            end = int(rng.integers(begin, periods)) + 1
            shares[s, begin:end, i] = 1 - rng.random()
    return shares
