"""What the loss of each organization, country or supply would cost, by the whole pipeline.

Each is taken away on its own from the beginning of a quarter on, every supply of it for its time
to recover. What that leaves of all others follows from the cascade with time, what that costs in
accelerators from the production program. The score is the share of the baseline's H100
equivalents lost over the horizon.

Time to recover and time to survive after Simchi-Levi et al. (2015), "Identifying risks and
mitigating disruptions in the automotive supply chain", Interfaces 45(5).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from supplychain.model import Network
from supplychain.outages import kept_while_down, recovery_weeks, removable
from supplychain.production.availability import (
    DESIGN_ROLES,
    WEEKS_PER_QUARTER,
    Floats,
    availability,
    launch_delays,
    upstream,
    web,
)
from supplychain.production.plan import Calibration, plan
from supplychain.production.result import Production
from supplychain.production.solve import Program
from supplychain.quantities import per_unit
from supplychain.quarters import Quarter
from supplychain.risk.structure import Entity, Kind
from supplychain.simulation import FELT, RECOVERED, check_window, delayed, restructured

if TYPE_CHECKING:
    import pandas as pd

HORIZON = 8
"""Quarters over which losses are counted."""

BATCH = 64
"""Removals whose cascades are computed at a time: bounds the memory."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """The cost of one loss.

    Attributes:
        weeks: The longest time to recover among its supplies that accelerators depend on.
        estimated: Whether one of these times is an estimate or a default.
        lost: Share of the baseline's H100 equivalents lost over the horizon; below 0 where what
            it frees serves others better.
        h100e, revenue_usd: The same in H100 equivalents and in US$ (of products with a price).
        first_felt: First quarter that loses more than 0.1%; ``None``: never.
        worst: The quarter that loses most; ``worst_loss`` is its loss, 0 to 1.
        recovered_by: First quarter from which output stays within 1% of the baseline; ``None``
            where it never falls below, or not before the horizon ends.
        survives: Weeks a lasting loss leaves every metered line and accelerator whole, from the
            stocks held against it; ``None``: longer than the horizon.
    """

    kind: Kind
    id: str
    name: str
    weeks: float
    estimated: bool
    lost: float
    h100e: float
    revenue_usd: float
    first_felt: Quarter | None
    worst: Quarter | None
    worst_loss: float
    recovered_by: Quarter | None
    survives: float | None

    @property
    def score(self) -> float:
        """Share of the baseline's H100 equivalents lost, 0 to 100."""
        return 100 * min(max(self.lost, 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Exposures:
    """All losses asked for, the costliest first.

    Attributes:
        first, last: The horizon; losses begin with its beginning.
        h100e: The baseline's over the horizon.
        rows: One a removal.
        solved: How many different programs had to be solved for them.
    """

    first: Quarter
    last: Quarter
    h100e: float
    rows: tuple[Exposure, ...]
    solved: int

    def of(self, kind: Kind, id_: str) -> Exposure | None:
        """The row of one entity."""
        return next((r for r in self.rows if r.kind == kind and r.id == id_), None)

    def to_frame(self) -> pd.DataFrame:
        """One row a removal."""
        import pandas as pd

        fields = [f for f in Exposure.__slots__ if f not in ("first_felt", "worst", "recovered_by")]
        frame = pd.DataFrame(
            [{f: getattr(r, f) for f in fields} for r in self.rows], columns=fields
        )
        frame.insert(0, "score", [r.score for r in self.rows])
        for name in ("first_felt", "worst", "recovered_by"):
            quarters = [getattr(r, name) for r in self.rows]
            frame[name] = [None if q is None else str(q) for q in quarters]
        return frame


def exposures(
    network: Network,
    at: Quarter | str,
    products: Sequence[str] | None = None,
    by: Collection[Kind] = ("organization",),
    horizon: int = HORIZON,
    recovery: float | None = None,
    removed: Sequence[Entity] | None = None,
    calibration: Calibration | None = None,
) -> Exposures:
    """What each loss costs.

    Args:
        network: The data.
        at: The quarter with which each loss begins.
        products: Accelerators whose output counts; all if not given.
        by: What is taken away, each on its own.
        horizon: Quarters over which losses are counted.
        recovery: Weeks to recover, instead of each supply's own.
        removed: Instead of ``by``, what is taken away; positions in ``network.supplies``.
        calibration: Constants of the program, if not the default ones.

    Raises:
        ValueError: The horizon is outside the data, or none of the products is made in it.
    """
    at = Quarter.parse(at) if isinstance(at, str) else at
    if horizon < 1:
        raise ValueError(f"a horizon of {horizon} quarters is none")
    last = at + (horizon - 1)
    check_window(network, at, last)
    program = Program(plan(network, at, last, calibration))
    asked = [p for p in program.plan.products if products is None or p in products]
    if removed is None:
        removed = removable(network, at, last, by)
    sweep = _Sweep(network, program, at, recovery)
    reached = [(i, e) for i, e in enumerate(removed) if sweep.matters(e)]
    effects = sweep.effects([e for _, e in reached])
    before = _by_quarter(network, program.baseline, asked)
    if before[0].sum() <= 0:
        raise ValueError(f"none of the asked accelerators is made from {at} to {last}")
    results = {key: sweep.solved(key) for key in dict.fromkeys(effects)}
    after = {k: _by_quarter(network, result, asked) for k, result in results.items()}
    survived = dict(zip((i for i, _ in reached), sweep.survived([e for _, e in reached], effects)))
    keys = dict(zip((i for i, _ in reached), effects))
    rows = [
        _row(entity, sweep, before, after[keys[i]] if i in keys else before, survived.get(i))
        for i, entity in enumerate(removed)
    ]
    rows.sort(key=lambda r: (-round(r.lost, 9), r.kind, r.id))
    return Exposures(at, last, float(before[0].sum()), tuple(rows), len(results))


_Effect = tuple[bytes, tuple[tuple[str, int], ...]]
"""What the program sees of a loss: shares kept, as bytes, and launches that slip."""


class _Sweep:
    """What is the same for all removals: the cascade in numbers and who can be reached."""

    def __init__(
        self, network: Network, program: Program, at: Quarter, recovery: float | None
    ) -> None:
        self.network, self.program, self.at = network, program, at
        self.grid = program.plan.quarters
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
        own = [known[s.id] if recovery is None else (recovery, False) for s in network.supplies]
        self.weeks = np.array([weeks for weeks, _ in own])
        self.estimated = np.array([guess for _, guess in own])

    def matters(self, entity: Entity) -> bool:
        """Whether an accelerator depends on any of its supplies in the time of the grid."""
        own = list(entity.supplies)
        return bool((self.reach[own] | self.designing[own]).any())

    def weeks_of(self, entity: Entity) -> tuple[float, bool]:
        """Its longest time to recover, and whether one of them is an estimate."""
        own = np.array(entity.supplies)
        mattering = own[self.reach[own] | self.designing[own]]
        own = mattering if mattering.size else own
        return float(self.weeks[own].max()), bool(self.estimated[own].any())

    def effects(self, entities: Sequence[Entity]) -> list[_Effect]:
        """What each loss does to the program; equal for losses that come to the same."""
        found: list[_Effect] = []
        for own in self._batches(entities, self.weeks):
            kept = availability(self.web, own).left[:, self.metered].round(9)
            late: Sequence[Mapping[str, int]] = [{}] * len(own)
            if (own[:, self.designing] < 1).any():
                late = launch_delays(self.network, self.grid, own)
            found += [
                (k.tobytes(), tuple(sorted(slips.items())))
                for k, slips in zip(kept, late, strict=True)
            ]
        return found

    def solved(self, effect: _Effect) -> Production:
        """Production under it."""
        kept = np.frombuffer(effect[0]).reshape(len(self.metered), len(self.grid))
        late = delayed(self.network, dict(effect[1]))
        if late:
            return restructured(self.network, self.program, kept, late)
        return self.program.scenario(kept)

    def survived(
        self, entities: Sequence[Entity], effects: Sequence[_Effect]
    ) -> list[float | None]:
        """Weeks until a lasting loss lowers a metered line or an accelerator."""
        undisturbed = np.ones((len(self.metered), len(self.grid))).tobytes()
        touched = [e for e, f in zip(entities, effects, strict=True) if f[0] != undisturbed]
        weeks: list[float] = []
        start = self.grid.index(self.at)
        for own in self._batches(touched, np.full(len(self.weeks), np.inf)):
            kept = availability(self.web, own).left[:, self.metered, start:].min(axis=1)
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


def _by_quarter(
    network: Network, production: Production, asked: Sequence[str]
) -> tuple[Floats, Floats]:
    """H100 equivalents and US$ shipped of the asked products, by quarter of the window."""
    units = production.units()
    quarters = production.plan.reported
    worth: dict[str, Floats] = defaultdict(lambda: np.zeros(len(quarters)))
    for product in asked:
        if product in units:
            each = [per_unit(network.commodities[product], q) for q in quarters]
            for quantity in ("h100e", "revenue_usd"):
                worth[quantity] += units[product] * [e.get(quantity, 0.0) for e in each]
    return worth["h100e"], worth["revenue_usd"]


def _row(
    entity: Entity,
    sweep: _Sweep,
    before: tuple[Floats, Floats],
    after: tuple[Floats, Floats],
    survives: float | None,
) -> Exposure:
    quarters = sweep.program.plan.reported
    gone = before[0] - after[0]
    share = np.divide(gone, before[0], out=np.zeros_like(gone), where=before[0] > 0)
    felt = np.flatnonzero(share > FELT)
    below = np.flatnonzero(share > RECOVERED)
    back = int(below[-1]) + 1 if below.size else len(quarters)
    worst = int(share.argmax())
    weeks, estimated = sweep.weeks_of(entity)
    return Exposure(
        kind=entity.kind,
        id=entity.id,
        name=entity.name,
        weeks=weeks,
        estimated=estimated,
        lost=float(gone.sum() / before[0].sum()),
        h100e=float(gone.sum()),
        revenue_usd=float((before[1] - after[1]).sum()),
        first_felt=quarters[int(felt[0])] if felt.size else None,
        worst=quarters[worst] if felt.size else None,
        worst_loss=float(share[worst]) if felt.size else 0.0,
        recovered_by=quarters[back] if back < len(quarters) else None,
        survives=survives,
    )
