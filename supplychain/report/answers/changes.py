"""Chokepoints in two quarters: what became worse, what became safer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from supplychain.analyses.chokepoints import Points
from supplychain.analyses.exposure import Exposures
from supplychain.model import Network
from supplychain.report.tables import Column, Document, Table, show
from supplychain.risk import Chokepoint, Chokepoints

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

    def point(self, kind: str, id_: str) -> Chokepoint | None:
        """The exact or else the nearly single point of that name, unless trivial."""
        rows = (*self.found.rows, *self.found.near)
        return next((r for r in rows if (r.kind, r.id) == (kind, id_) and not r.trivial), None)

    def score(self, kind: str, id_: str) -> float:
        """0 to 100."""
        if self.exposed is None:
            point = self.point(kind, id_)
            return 100 * point.at_stake_beyond_own if point is not None else 0.0
        row = next((r for r in self.exposed.rows if (r.kind, r.id) == (kind, id_)), None)
        return row.score if row is not None else 0.0


def changes_document(network: Network, before: At, after: At, top: int | None) -> Document:
    """Two tables: worse and safer, the largest changes first."""
    names: dict[tuple[str, str], str] = {}
    for one in (before, after):
        for row in one.exposed.rows if one.exposed is not None else ():
            names[row.kind, row.id] = row.name
        for point in (*one.found.rows, *one.found.near):
            names[point.kind, point.id] = point.name
    measure = "Score" if after.exposed is not None else "At stake"
    first, last = before.found.at, after.found.at
    columns = (
        Column("name", "Name", least=16),
        Column("kind", "Kind", priority=5),
        Column("before", f"{measure} {first}", "number"),
        Column("after", f"{measure} {last}", "number"),
        Column("was", f"Single {first}", priority=1, least=11),
        Column("is", f"Single {last}", priority=1, least=11),
        Column("why", "Why", priority=2, least=24),
        Column("id", "Id", priority=9),
    )
    rows = []
    for (kind, id_), name in sorted(names.items()):
        was, now = before.point(kind, id_), after.point(kind, id_)
        scores = round(before.score(kind, id_), 1), round(after.score(kind, id_), 1)
        if abs(scores[1] - scores[0]) >= LEAST or _how(was) != _how(now):
            reason = (now or was) if scores[1] >= scores[0] else (was or now)
            why = "–" if reason is None else reason.why
            called = f"{id_} (plants)" if kind == "country" else name
            rows.append((called, kind, *scores, _how(was), _how(now), why, id_))
    rows.sort(key=lambda r: (-abs(r[3] - r[2]), r[1], r[7]))
    worse = [r for r in rows if r[3] - r[2] >= LEAST]
    safer = [r for r in rows if r[2] - r[3] >= LEAST]
    other = [r for r in rows if abs(r[3] - r[2]) < LEAST]
    parts = tuple(
        Table(key, _titled(title, chosen, top), columns, tuple(chosen[:top]), "none")
        for key, title, chosen in (
            ("worse", "Became worse", worse),
            ("safer", "Became safer", safer),
            ("other", "Single at one time only, at about the same score", other),
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
        flat=Table("flat", "", columns, tuple(rows)),
    )


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


def _titled(title: str, rows: Sequence[object], top: int | None) -> str:
    hidden = top is not None and len(rows) > top
    return f"{title} ({top} of {len(rows)}; --top sets how many)" if hidden else title
