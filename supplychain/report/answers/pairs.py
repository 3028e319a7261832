"""Numbers before and after, and the columns that show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from supplychain.report.tables import Column
from supplychain.simulation import change


@dataclass(frozen=True, slots=True)
class Pair:
    """One thing in two runs.

    Attributes:
        id: What it is, whatever its name.
        name: As it is shown.
        before, after: In the baseline and in the scenario, or in the two that are compared.
    """

    id: str
    name: str
    before: float
    after: float

    @property
    def change(self) -> float | None:
        """Relative to before; ``None`` where there was nothing."""
        return change(self.before, self.after)


def pair_columns(
    key: str,
    label: str,
    keys: tuple[str, str] = ("baseline", "scenario"),
    labels: tuple[str, str] = ("Baseline", "Scenario"),
) -> tuple[Column[Any], ...]:
    """Name, before, after and change of a :class:`Pair`, or of what has more than one has."""
    return (
        Column(key, label, of=lambda row: row.name),
        Column(keys[0], labels[0], "units", of=lambda row: row.before),
        Column(keys[1], labels[1], "units", of=lambda row: row.after),
        Column("change", "Change", "change"),
    )
