"""What the loss of each organization, country or supply would cost, by the whole pipeline.

Each is taken away on its own from the beginning of a quarter on, every supply of it for its time
to recover. What that leaves of all others follows from the cascade with time, what that costs in
accelerators from the production program. The score is the share of the baseline's H100
equivalents lost over the horizon.

Time to recover and time to survive after Simchi-Levi et al. (2015), "Identifying risks and
mitigating disruptions in the automotive supply chain", Interfaces 45(5).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from supplychain.analyses.exposure import Exposure, Exposures, counted_until, quarters_counted
from supplychain.analyses.outages import kept_while_down, recovery_weeks, removable
from supplychain.errors import AskError
from supplychain.model import Known, Network
from supplychain.model.accelerators import per_accelerator
from supplychain.model.quarters import WEEKS_PER_QUARTER, Quarter
from supplychain.production.availability import (
    DESIGN_ROLES,
    Floats,
    availability,
    launch_delays,
    upstream,
    web,
)
from supplychain.production.forward import Forward
from supplychain.production.plan import Rules
from supplychain.production.reading import read_plan
from supplychain.risk.scope import asked_products
from supplychain.risk.structure import Entity, Kind
from supplychain.simulation import FELT, RECOVERED, delayed, restructured

ORGANIZATIONS: tuple[Kind, ...] = ("organization",)

BATCH = 64
"""Removals whose cascades are computed at a time: bounds the memory."""


def exposures(
    network: Network,
    at: Quarter | str,
    products: str | Sequence[str] | None = None,
    by: Kind | Collection[Kind] = ORGANIZATIONS,
    horizon: int | None = None,
    recovery: float | None = None,
    removed: Sequence[Entity] | None = None,
    rules: Rules | None = None,
) -> Exposures:
    """What each loss costs.

    Args:
        network: The data.
        at: The quarter with which each loss begins.
        products: Accelerator or accelerators whose output counts; all if not given.
        by: Kind or kinds of what is taken away, each on its own.
        horizon: Quarters over which losses are counted; eight if not given, but not beyond the
            last for which capacities are known.
        recovery: Weeks to recover, instead of each supply's own.
        removed: Instead of ``by``, what is taken away; positions in ``network.supplies``.
        rules: Constants of production, if not the data's.

    Raises:
        AskError: The horizon is outside the data, a product is no accelerator of the data, or
            none of them is made in it.
    """
    at = Quarter.parse(at) if isinstance(at, str) else at
    last = _last(network, at, horizon)
    wanted = asked_products(network, products)
    if other := [id_ for id_ in wanted if id_ not in network.products]:
        raise AskError(f"{other[0]} is no accelerator, and a loss is counted in these")
    program = Forward(read_plan(network, rules=rules))
    window = program.plan.window(at, last)
    asked = [p for p in program.plan.products if p in wanted]
    quarters = program.plan.quarters[window[0] : window[1] + 1]
    worth = _worth(network, program, quarters, asked)
    before = _counted(program.sold[:, window[0] : window[1] + 1], worth)
    if before[0].sum() <= 0:
        raise AskError(f"none of the asked accelerators is made from {at} to {last}")
    if removed is None:
        removed = removable(network, at, last, (by,) if isinstance(by, str) else by)
    rows, runs = _rows(_Sweep(network, program, window, recovery), removed, before, worth)
    return Exposures(at, last, float(before[0].sum()), tuple(rows), runs)


def _last(network: Network, at: Quarter, horizon: int | None) -> Quarter:
    """The last quarter in which losses are counted.

    Raises:
        AskError: There is none.
    """
    horizon = quarters_counted(network, at, horizon)
    if horizon < 1:
        raise AskError(
            f"a horizon of {horizon} quarters is none; losses are counted until "
            f"{counted_until(network)} unless a horizon is given"
        )
    return at + (horizon - 1)


_Effect = tuple[bytes, tuple[tuple[str, int], ...]]
"""What production sees of a loss: shares kept, as bytes, and launches that slip."""


class _Sweep:
    """What is the same for all removals: the cascade in numbers and who can be reached."""

    def __init__(
        self, network: Network, program: Forward, window: tuple[int, int], recovery: float | None
    ) -> None:
        self.network, self.program, self.window = network, program, window
        # Nothing happens before the loss, and what happens after the horizon is not counted.
        self.grid = program.plan.quarters[window[0] : window[1] + 1]
        self.at = at = self.grid[0]
        rows = {s.id: i for i, s in enumerate(network.supplies)}
        self.metered = np.array([rows[s.id] for s in program.plan.supplies])
        self.web = web(network, self.grid, only_unmetered=True)
        targets = np.zeros(len(rows), dtype=bool)
        targets[self.metered] = True
        self.reach = upstream(self.web, targets)
        launching = [
            c is not None and at < c.launch <= self.grid[-1]
            for c in (network.commodities[s.commodity].product for s in network.supplies)
        ]
        design = web(network, self.grid, flow=DESIGN_ROLES, slow=())
        self.designing = upstream(design, np.array(launching, dtype=bool))
        known = recovery_weeks(network)
        asked = None if recovery is None else Known(recovery)
        own = [asked or known[s.id] for s in network.supplies]
        self.weeks = np.array([k.value for k in own])
        self.estimated = np.array([k.estimated for k in own])

    def matters(self, entity: Entity) -> bool:
        """Whether an accelerator depends on any of its supplies in the time of the grid."""
        own = list(entity.supplies)
        return bool((self.reach[own] | self.designing[own]).any())

    def weeks_of(self, entity: Entity) -> Known[float]:
        """Its longest time to recover; estimated if one of them is."""
        own = np.array(entity.supplies)
        mattering = own[self.reach[own] | self.designing[own]]
        own = mattering if mattering.size else own
        return Known(float(self.weeks[own].max()), bool(self.estimated[own].any()))

    def effects(self, entities: Sequence[Entity]) -> list[_Effect]:
        """What each loss does to production; equal for losses that come to the same."""
        found: list[_Effect] = []
        for own in self._batches(entities, self.weeks):
            kept = availability(self.web, own).left[:, self.metered].round(9)
            late: list[Mapping[str, int]] = [{}] * len(own)
            hit = np.flatnonzero((own[:, self.designing] < 1).any(axis=(1, 2))).tolist()
            if hit:
                delays = launch_delays(self.network, self.grid, own[hit])
                for i, slips in zip(hit, delays, strict=True):
                    late[i] = slips
            found += [
                (k.tobytes(), tuple(sorted(slips.items())))
                for k, slips in zip(kept, late, strict=True)
            ]
        return found

    def after(
        self, effects: Sequence[_Effect], worth: Mapping[str, Floats]
    ) -> Mapping[_Effect, tuple[Floats, Floats]]:
        """What is shipped under each, counted as :func:`_counted` does; all cuts in one batch."""
        first, last = self.window
        cuts = [e for e in effects if not e[1]]
        found = {}
        if cuts:
            kept = np.stack([self._kept(e) for e in cuts], axis=2)
            sold = self.program.scenarios(kept, until=last + 1)[:, first : last + 1]
            found = {e: _counted(sold[:, :, i], worth) for i, e in enumerate(cuts)}
        for effect in effects:
            if effect[1]:
                late = delayed(self.network, dict(effect[1]))
                moved = restructured(self.network, self.program, self._kept(effect), late)
                shipped = np.zeros((len(self.program.plan.products), last + 1 - first))
                names = list(moved.plan.products)
                for row, product in enumerate(self.program.plan.products):
                    if product in names:
                        shipped[row] = moved.ship[names.index(product), first : last + 1]
                found[effect] = _counted(shipped, worth)
        return found

    def _kept(self, effect: _Effect) -> Floats:
        """Share kept on all of the grid, from what the loss leaves over the horizon."""
        kept = np.ones((len(self.metered), len(self.program.plan.quarters)))
        own = np.frombuffer(effect[0]).reshape(len(self.metered), len(self.grid))
        kept[:, self.window[0] : self.window[1] + 1] = own
        return kept

    def survived(
        self, entities: Sequence[Entity], effects: Sequence[_Effect]
    ) -> list[float | None]:
        """Weeks until a lasting loss lowers a metered line or an accelerator."""
        undisturbed = np.ones((len(self.metered), len(self.grid))).tobytes()
        touched = [e for e, f in zip(entities, effects, strict=True) if f[0] != undisturbed]
        weeks: list[float] = []
        for own in self._batches(touched, np.full(len(self.weeks), np.inf)):
            kept = availability(self.web, own).left[:, self.metered].min(axis=1)
            hit = kept < 1 - FELT
            first = hit.argmax(axis=1)
            share = np.take_along_axis(kept, first[:, None], axis=1)[:, 0]
            weeks += np.where(hit.any(axis=1), WEEKS_PER_QUARTER * (first + share), np.inf).tolist()
        known = iter(weeks)
        return [None if f[0] == undisturbed or (w := next(known)) == np.inf else w for f in effects]

    def _batches(self, entities: Sequence[Entity], weeks: Floats) -> Iterable[Floats]:
        """Shares of their own output that supplies keep, some removals at a time."""
        down = kept_while_down(self.grid, self.at, weeks)
        for begin in range(0, len(entities), BATCH):
            batch = entities[begin : begin + BATCH]
            own = np.ones((len(batch), *down.shape))
            for i, entity in enumerate(batch):
                rows = list(entity.supplies)
                own[i, rows] = down[rows]
            yield own


def _rows(
    sweep: _Sweep,
    removed: Sequence[Entity],
    before: tuple[Floats, Floats],
    worth: Mapping[str, Floats],
) -> tuple[list[Exposure], int]:
    """What each loss costs, the dearest first, and how many different effects were run."""
    mattering = [e for e in removed if sweep.matters(e)]
    effects = sweep.effects(mattering)
    after = sweep.after(list(dict.fromkeys(effects)), worth)
    survived = sweep.survived(mattering, effects)
    found = {
        e.key: (after[effect], weeks)
        for e, effect, weeks in zip(mattering, effects, survived, strict=True)
    }
    rows = [_row(e, sweep, before, *found.get(e.key, (before, None))) for e in removed]
    rows.sort(key=lambda r: (-round(r.lost, 9), r.kind, r.id))
    return rows, len(after)


def _worth(
    network: Network, program: Forward, quarters: Sequence[Quarter], asked: Collection[str]
) -> Mapping[str, Floats]:
    """Quantity to what one unit of each product counts, product x quarter."""
    worth = {q: np.zeros((len(program.plan.products), len(quarters))) for q in COUNTED}
    for row, product in enumerate(program.plan.products):
        if product in asked:
            each = [per_accelerator(network, network.commodities[product], q) for q in quarters]
            for quantity, rates in worth.items():
                rates[row] = [e.get(quantity, 0.0) for e in each]
    return worth


COUNTED = ("h100e", "revenue_usd")


def _counted(sold: Floats, worth: Mapping[str, Floats]) -> tuple[Floats, Floats]:
    """H100 equivalents and US$ shipped of the asked products, by quarter of the horizon."""
    h100e, usd = ((sold * worth[quantity]).sum(axis=0) for quantity in COUNTED)
    return h100e, usd


def _row(
    entity: Entity,
    sweep: _Sweep,
    before: tuple[Floats, Floats],
    after: tuple[Floats, Floats],
    survives: float | None,
) -> Exposure:
    quarters = sweep.grid
    gone = before[0] - after[0]
    share = np.divide(gone, before[0], out=np.zeros_like(gone), where=before[0] > 0)
    felt = np.flatnonzero(share > FELT)
    below = np.flatnonzero(share > RECOVERED)
    back = int(below[-1]) + 1 if below.size else len(quarters)
    worst = int(share.argmax())
    weeks = sweep.weeks_of(entity)
    return Exposure(
        kind=entity.kind,
        id=entity.id,
        name=entity.name,
        weeks=weeks.value,
        estimated=weeks.estimated,
        lost=float(gone.sum() / before[0].sum()),
        h100e=float(gone.sum()),
        revenue_usd=float((before[1] - after[1]).sum()),
        first_felt=quarters[int(felt[0])] if felt.size else None,
        worst=quarters[worst] if felt.size else None,
        worst_loss=float(share[worst]) if felt.size else 0.0,
        recovered_by=quarters[back] if back < len(quarters) else None,
        survives=survives,
    )
