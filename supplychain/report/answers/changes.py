"""Chokepoints in two quarters: what became worse, what became safer."""

from __future__ import annotations

from dataclasses import dataclass

from supplychain.analyses.chokepoints import Points
from supplychain.analyses.exposure import Exposures
from supplychain.model import Network
from supplychain.report.answers.exposed import called
from supplychain.report.tables import Column, Columns, Document, show, table
from supplychain.risk import Chokepoint, Chokepoints
from supplychain.risk.structure import EntityId

LEAST = 1.0
"""Points of a score, or of at stake, from which a change is shown."""


@dataclass(frozen=True, slots=True)
class At:
    """One quarter's answer; without costs what is at stake is compared."""

    found: Chokepoints
    exposed: Exposures | None

    @classmethod
    def of(cls, points: Points) -> At:
        """An answered question."""
        return cls(points.found, points.exposed)

    def point(self, key: EntityId) -> Chokepoint | None:
        """The exact or else the nearly single point, unless trivial."""
        rows = (*self.found.rows, *self.found.near)
        return next((r for r in rows if r.key == key and not r.trivial), None)

    def score(self, key: EntityId) -> float:
        """0 to 100."""
        if self.exposed is None:
            point = self.point(key)
            return 100 * point.at_stake_beyond_own if point is not None else 0.0
        row = self.exposed.of(key)
        return row.score if row is not None else 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """One entity in two quarters."""

    key: EntityId
    name: str
    was: Chokepoint | None
    now: Chokepoint | None
    before: float
    after: float

    @property
    def rise(self) -> float:
        """Points by which it became worse."""
        return self.after - self.before

    @property
    def why(self) -> str:
        """Why it is a chokepoint at the worse time, or at the other."""
        reason = (self.now or self.was) if self.rise >= 0 else (self.was or self.now)
        return "–" if reason is None else reason.why


def changes_document(network: Network, before: At, after: At, top: int | None) -> Document:
    """Two tables: worse and safer, the largest changes first."""
    measure = "Score" if after.exposed is not None else "At stake"
    first, last = before.found.at, after.found.at
    columns: Columns[Change] = (
        Column("name", "Name", least=16, of=lambda row: called(row.key, row.name)),
        Column("kind", "Kind", priority=5, of=lambda row: row.key.kind),
        Column("before", f"{measure} {first}", "number"),
        Column("after", f"{measure} {last}", "number"),
        Column("was", f"Single {first}", priority=1, least=11, of=lambda row: _how(row.was)),
        Column("is", f"Single {last}", priority=1, least=11, of=lambda row: _how(row.now)),
        Column("why", "Why", priority=2, least=24),
        Column("id", "Id", priority=9, of=lambda row: row.key.id),
    )
    rows = _changed(before, after)
    parts = tuple(
        table(name, columns, chosen, title, "none", most=top)
        for name, title, chosen in (
            ("worse", "Became worse", [r for r in rows if r.rise >= LEAST]),
            ("safer", "Became safer", [r for r in rows if -r.rise >= LEAST]),
            (
                "other",
                "Single at one time only, at about the same score",
                [r for r in rows if abs(r.rise) < LEAST],
            ),
        )
    )
    return Document(
        schema="supplychain/chokepoint-changes/1",
        meta={
            "data": network.digest,
            "before": str(first),
            "after": str(last),
            "not_sold": {str(x.found.at): dict(x.found.not_sold) for x in (before, after)},
        },
        head=(
            ("Chokepoints", f"{first} against {last}"),
            (measure, _meaning(before, after)),
            ("Data", network.digest[:8]),
        ),
        parts=(*_not_sold(before, after), *parts),
        flat=table("flat", columns, rows),
    )


def _changed(before: At, after: At) -> list[Change]:
    """What is single at one time only or changed by enough, the largest changes first."""
    names: dict[EntityId, str] = {}
    for one in (before, after):
        names |= {row.key: row.name for row in (one.exposed.rows if one.exposed else ())}
        names |= {row.key: row.name for row in (*one.found.rows, *one.found.near)}
    every = [
        Change(key, name, before.point(key), after.point(key),
               round(before.score(key), 1), round(after.score(key), 1))
        for key, name in names.items()
    ]  # fmt: skip
    rows = [r for r in every if abs(r.rise) >= LEAST or _how(r.was) != _how(r.now)]
    return sorted(rows, key=lambda r: (-abs(r.rise), r.key))


def _not_sold(before: At, after: At) -> list[str]:
    """Which asked products are on sale in one of the quarters only: these are other products."""
    return [
        f"Not sold in {one.found.at}, so in no number of it: {', '.join(one.found.not_sold)}."
        for one in (before, after)
        if one.found.not_sold
    ]


def _how(point: Chokepoint | None) -> str:
    if point is None:
        return "–"
    return "exactly" if point.cover is None else f"nearly ({show(point.cover, 'share')})"


def _meaning(before: At, after: At) -> str:
    if before.exposed is None or after.exposed is None:
        return "share of the H100 equivalents of booked packaging that hangs on it, 0 to 100"
    spans = " and of ".join(
        f"{x.exposed.first} to {x.exposed.last}" for x in (before, after) if x.exposed
    )
    return f"share of the H100 equivalents of {spans} lost with it, 0 to 100"
