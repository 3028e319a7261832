"""The production program a second time, written in linopy from the equations of docs/model.md.

It shares with the program only the figures read off for each quarter (the plan). Rows, signs,
bounds and objective are written anew, on labelled arrays and without scaling.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray

from supplychain.model.quarters import WEEKS_PER_QUARTER
from supplychain.production.plan import Plan


def peer_model(plan: Plan) -> linopy.Model:
    """The first objective of the program: most value.

    Dimensions: supply ``s``, need ``n``, flow ``u`` (a need and one of its senders), product
    ``p``, account ``a`` (a holder on a booked line), line ``c``, period ``t``.
    """
    linopy.options["semantics"] = "v1"
    model = linopy.Model()
    supplies, links, lines, products = plan.supplies, plan.links, plan.lines, list(plan.products)
    flows = [(n, m) for n, link in enumerate(links) for m in link.senders]
    of_product = [plan.products[p] for p in products]
    accounts = sorted(
        {
            (plan.holders[p], c)
            for c, line in enumerate(lines)
            for p in products
            for n, m in flows
            if line.capacity.bookings
            and m in line.members
            and links[n].consumer == plan.products[p]
        }
    )
    periods = len(plan.quarters)
    sizes = {
        "s": len(supplies),
        "n": len(links),
        "u": len(flows),
        "p": len(products),
        "r": len(products),
        "a": len(accounts),
        "c": len(lines),
        "k": len(plan.markets),
        "t": periods,
    }

    def data(values: Any, dims: str) -> xarray.DataArray:
        shape = [sizes[d] for d in dims]
        return xarray.DataArray(
            np.array(values, dtype=float).reshape(shape),
            coords=[pd.RangeIndex(sizes[d], name=d) for d in dims],
        )

    def variable(name: str, dim: str, upper: Any = None) -> Any:
        top = np.full((sizes[dim], periods), np.inf) if upper is None else upper
        return model.add_variables(lower=0, upper=data(top, dim + "t"), name=name)

    # What does not exist in a period is zero.
    weeks = [plan.stock_weeks.get(s.commodity, 0.0) if s.metered else 0.0 for s in supplies]
    on = np.array([[s.active(q) for q in plan.quarters] for s in supplies])
    open_ = np.array([np.isin(range(periods), links[n].senders[m]) for n, m in flows])
    banked = [plan.stock_weeks[link.commodity] > 0 for link in links]
    rates = np.array([line.per_quarter for line in lines])
    share = np.array([[b.get(h, 0.0) for b in lines[c].booked] for h, c in accounts])
    share = share.reshape(len(accounts), periods)
    of_line = rates[[c for _, c in accounts]].reshape(len(accounts), periods)
    lent = plan.calibration.borrow_limit * share * of_line
    make = variable("make", "s", np.where(on, np.inf, 0.0))
    shelf = _if(np.array(weeks) > 0, periods)
    for market in plan.markets:
        for p, most in market.stock.items():
            shelf[plan.products[p]] = most
    stock = variable("stock", "s", shelf)
    use = variable("use", "u", np.where(open_, np.inf, 0.0))
    bank = variable("bank", "n", _if(np.array(banked), periods))
    waste = variable("waste", "n")
    ship = variable("ship", "p")
    over, under = variable("over", "r"), variable("under", "r")

    # Capacity, less what is booked by others.
    draw = np.zeros((len(lines), len(supplies)))
    for c, line in enumerate(lines):
        draw[c, list(line.members)] = list(line.members.values())
    reserved = np.array([line.reserved for line in lines])
    model.add_constraints((data(draw, "cs") * make).sum("s") <= data(rates * (1 - reserved), "ct"))

    # What arrives at a need is banked, built in or thrown away.
    consumes = np.zeros((len(links), len(supplies)))
    for n, link in enumerate(links):
        consumes[n, link.consumer] = link.per_unit
    inflow = 0
    for later in sorted({int(x.lag) + more for x in links for more in (0, 1)}):
        part = np.zeros((len(links), len(flows)))
        for u, (n, _) in enumerate(flows):
            whole = int(links[n].lag)
            late = links[n].lag - whole
            part[n, u] = {whole: 1 - late, whole + 1: late}.get(later, 0.0)
        if part.any():
            inflow = inflow + (data(part, "nu") * _earlier(use, later)).sum("u")
    model.add_constraints(
        bank - _earlier(bank, 1) + waste + (data(consumes, "ns") * make).sum("s") - inflow == 0
    )

    # What is made is stocked, sent to a need or shipped.
    sends = np.zeros((len(supplies), len(flows)))
    for u, (_, m) in enumerate(flows):
        sends[m, u] = 1.0
    sells = np.zeros((len(supplies), len(products)))
    sells[of_product, range(len(products))] = 1.0
    model.add_constraints(
        stock
        - _earlier(stock, 1)
        - make
        + (data(sends, "su") * use).sum("u")
        + (data(sells, "sp") * ship).sum("p")
        == 0
    )

    # Stock and banks of a commodity: some weeks of its highest capacity so far.
    for commodity, held in plan.stock_weeks.items():
        if held == 0:
            continue
        makers = [i for i, s in enumerate(supplies) if s.commodity == commodity]
        uses = [n for n, link in enumerate(links) if link.commodity == commodity]
        peak = sum(
            np.maximum.accumulate(
                np.min([rates[c] / draw[c, i] for c in range(len(lines)) if draw[c, i] > 0], axis=0)
            )
            for i in makers
        )
        together = stock.sel(s=makers).sum("s")
        if uses:
            together = together + bank.sel(n=uses).sum("n")
        model.add_constraints(together <= data(held / WEEKS_PER_QUARTER * peak, "t"))

    # Bookings: what a holder's products take of a line is booked, borrowed, or unbooked by all.
    fade = plan.calibration.discount ** np.arange(periods)
    value = 0
    if accounts:
        borrow, pool = variable("borrow", "a", lent), variable("pool", "a")
        takes = np.zeros((len(accounts), len(flows)))
        for a, (holder, c) in enumerate(accounts):
            own = {plan.products[p] for p in products if plan.holders[p] == holder}
            for u, (n, m) in enumerate(flows):
                if links[n].consumer in own:
                    takes[a, u] = lines[c].members.get(m, 0.0)
        on_line = data(draw[[c for _, c in accounts]], "as")
        held_before = (on_line * _earlier(stock, 1)).sum("s")
        model.add_constraints(
            (data(takes, "au") * use).sum("u") - borrow - pool - data(share, "at") * held_before
            <= data(share * of_line, "at")
        )
        for c in sorted({c for _, c in accounts}):
            mine = [a for a, (_, k) in enumerate(accounts) if k == c]
            free = np.array([max(0.0, 1 - sum(b.values())) for b in lines[c].booked])
            before = (data(draw[c], "s") * _earlier(stock, 1)).sum("s")
            model.add_constraints(
                pool.sel(a=mine).sum("a") - data(free, "t") * before <= data(free * rates[c], "t")
            )
        price = [plan.calibration.borrow_price * plan.capacity_worth[c] for _, c in accounts]
        value = value - (data(np.outer(price, fade), "at") * borrow).sum()

    # Buyers take what they ordered, and what they ordered before and did not withdraw.
    if plan.markets:
        backlog = variable("backlog", "k")
        sold = np.zeros((len(plan.markets), len(products)))
        for k, market in enumerate(plan.markets):
            sold[k, [products.index(p) for p in market.products]] = 1.0
        orders = np.array([market.orders for market in plan.markets])
        stays = np.zeros(orders.shape)
        stays[:, 1:] = np.where(np.isfinite(orders[:, :-1]), 1 - plan.calibration.cancel, 0.0)
        waiting = data(stays, "kt") * _earlier(backlog, 1)
        limit = np.where(np.isfinite(orders), orders, 1e15)  # no row there
        model.add_constraints(
            (data(sold, "kp") * ship).sum("p") + backlog - waiting <= data(limit, "kt")
        )

    # The planned mix of a designer's products, at a price.
    worth = np.array([plan.values[p] for p in products])
    mix = np.array([plan.mix[p] for p in products])
    width = plan.calibration.mix_width
    own_make = np.zeros((len(products), len(supplies)))
    siblings = np.zeros((len(products), len(supplies)))
    for r, i in enumerate(of_product):
        own_make[r, i] = 1.0
        for j in of_product:
            siblings[r, j] = supplies[i].organization == supplies[j].organization
    own, of_all = ((data(matrix, "rs") * make).sum("s") for matrix in (own_make, siblings))
    idle = data(np.where((mix < 1) & on[of_product], 0.0, 1e15), "rt")  # no row there
    model.add_constraints(own - data(mix * (1 + width), "rt") * of_all - over <= idle)
    model.add_constraints(data(mix * (1 - width), "rt") * of_all - own - under <= idle)
    fine = data(plan.calibration.mix_price * np.outer(worth, fade), "rt")
    value = value - (fine * (over + under)).sum()

    # A unit counts when it is shipped, and a little when it is finished.
    early = plan.calibration.build_ahead
    finished = np.zeros((len(supplies), periods))
    finished[of_product] = early * np.outer(worth, fade)
    value = value + (data((1 - early) * np.outer(worth, fade), "pt") * ship).sum()
    value = value + (data(finished, "st") * make).sum()

    # Holding costs a little, by the cheapest product the thing could go into.
    into: dict[int, list[float]] = defaultdict(list)
    values = dict(zip(of_product, worth, strict=True))
    each = [values.get(link.consumer, 0.0) / link.per_unit for link in links]
    for n, m in flows:
        into[m].append(each[n])
    least = [values.get(i, min(into.get(i, [0.0]))) for i in range(len(supplies))]
    holding = plan.calibration.holding * fade
    value = value - (data(np.outer(each, holding), "nt") * (bank + waste)).sum()
    value = value - (data(np.outer(least, holding), "st") * stock).sum()
    model.add_objective(value, sense="max")
    return model


def _if(wanted: Any, periods: int) -> Any:
    return np.repeat(np.where(wanted, np.inf, 0.0)[:, None], periods, axis=1)


def _earlier(variable: Any, periods: int) -> Any:
    """The variable some periods before; nothing before the first period."""
    return variable.to_linexpr().shift(t=periods).fillna(0) if periods else variable


def peer_objective(plan: Plan) -> float:
    """The value of the plan's best production, by the peer.

    Raises:
        RuntimeError: The solver did not reach an optimum.
    """
    model = peer_model(plan)
    status, condition = model.solve(
        "highs",
        io_api="direct",
        log_to_console=False,
        output_flag=False,
        primal_feasibility_tolerance=1e-9,
        dual_feasibility_tolerance=1e-9,
    )
    if status != "ok":
        raise RuntimeError(f"the peer stopped: {status}, {condition}")
    value = model.objective.value
    assert value is not None  # the status was ok
    return float(value)
