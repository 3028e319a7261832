"""What a result rests on: assumptions, estimates, contradictions, and what ran."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

from supplychain import __version__
from supplychain.analyses.sensitivity import production_figures
from supplychain.model import Figure, Network
from supplychain.production.plan import Rules
from supplychain.report.page.parts import Grid, Section
from supplychain.report.tables import Cell, Column, Table
from supplychain.simulation import Simulation

CONSTANTS: Mapping[str, tuple[str, float, float, str]] = {
    "band": ("Most a product is started beyond its plan, on what is left or lent", 0, 0.3, "share"),
    "cancel": ("Unfilled orders withdrawn each quarter", 0.1, 0.2, "share"),
    "ahead": ("Part of the next quarter's memory that is made ahead", 0.5, 1, "share"),
    "stock_weeks": ("Weeks of output the chain can hold", 6.5, 13, "number"),
}
"""Constants of production in words, with the range that docs/model.md gives."""


def assumptions_table(result: Simulation) -> Table:
    """Figures replaced, the constants of production, and the rule of allocation."""
    rules: Rules = result.program.plan.rules
    rows: list[tuple[Cell, ...]] = [
        (name, "Replaced for this report, in the baseline too", f"{value:,g}", "", "asked for")
        for name, value in result.assume.items()
    ]
    for name, (meaning, low, high, form) in CONSTANTS.items():
        value, *ends = (
            f"{x:.3g}" if form == "number" else f"{100 * x:.3g}%"
            for x in (float(getattr(rules, name)), low, high)
        )
        rows.append((name, meaning, value, " to ".join(ends), "modeller's choice"))
    rows.append(
        (
            "policy",
            "Who gets the accelerators first",
            result.allocation.rule,
            "",
            "modeller's choice",
        )
    )
    columns = (
        Column("id", "Id"),
        Column("meaning", "Assumption"),
        Column("value", "Value"),
        Column("range", "Range tested"),
        Column("basis", "Basis"),
    )
    return Table("assumptions-table", "", columns, tuple(rows))


def basis_table(result: Simulation) -> Table:
    """How many of the figures that enter production are reported, derived, estimated."""
    found = production_figures(result.network, result.baseline.plan)
    total = max(len(found), 1)
    counts = {b: sum(f.basis == b for f in found) for b in ("reported", "derived", "estimate")}
    counts["contradicted by another source"] = sum(bool(f.contradicted_by) for f in found)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (basis, count, count / total) for basis, count in counts.items()
    )
    columns = (
        Column("basis", "Basis"),
        Column("count", "Figures", "number"),
        Column("share", "Share", "share"),
    )
    return Table("basis", "", columns, rows)


def assumptions_section(result: Simulation) -> Section:
    """Constants, what the figures rest on, and every figure that enters production."""
    network = result.network
    figures = sorted(production_figures(network, result.baseline.plan), key=lambda f: f.name)
    every = _figures_table("figures", figures)
    widest = sorted(figures, key=lambda f: (-_width(f), f.name))
    estimates = [f for f in widest if f.basis == "estimate"][:_ESTIMATES]
    table = _figures_table("estimates", estimates)
    return Section(
        "assumptions",
        "Assumptions",
        (
            Grid(assumptions_table(result), "What the model assumes, whatever the data says."),
            Grid(basis_table(result), "What the figures that enter production rest on."),
            Grid(
                table,
                f"The {len(estimates)} estimates with the widest ranges among them.",
                sources=_sources(estimates),
            ),
            Grid(every, "Every figure that enters production", folded=True),
        ),
    )


_ESTIMATES, _CITED = 6, 5
"""Rows shown, and sources cited of a figure that many contradict."""


def contradictions_section(result: Simulation, most: int = 8) -> Section:
    """Figures that another source contradicts, the widest disagreement first."""
    figures = production_figures(result.network, result.baseline.plan)
    found = [f for f in figures if f.contradicted_by]
    found.sort(key=lambda f: (-_disagreement(f), f.name))
    rows: list[tuple[Cell, ...]] = [
        (
            f.name,
            f"{f.value:,g} {f.unit}".strip(),
            ", ".join(f"{c.value:,g}" for c in f.contradicted_by),
            _disagreement(f),
        )
        for f in found
    ]
    columns = (
        Column("figure", "Figure"),
        Column("value", "Used"),
        Column("others", "Other sources say"),
        Column("apart", "Apart by", "share"),
    )
    sources = {
        row: (*f.sources, *(s for c in f.contradicted_by for s in c.sources))[:_CITED]
        for row, f in enumerate(found)
    }
    none = "No source contradicts a figure that enters production."
    shown = Table("contradictions-table", "", columns, tuple(rows[:most]), none)
    cited = {row: ids for row, ids in sources.items() if row < most}
    caption = (
        f"Figures that enter production and that another source contradicts, {len(found)} in all."
    )
    parts = [Grid(shown, caption, sources=cited)]
    if len(found) > most:
        rest = Table("contradictions-rest", "", columns, tuple(rows[most:]), none)
        others = {row - most: ids for row, ids in sources.items() if row >= most}
        parts.append(Grid(rest, "The other contradictions", sources=others, folded=True))
    return Section("contradictions", "Contradictions", tuple(parts))


def facts(network: Network, result: Simulation, dated: str) -> tuple[tuple[str, str], ...]:
    """What ran, on what: enough to get the same page again."""
    return (
        ("supplychain", f"{__version__} · program sha256 {program_digest()}"),
        ("Data", f"sha256 {network.digest or 'unknown'}"),
        ("Scenario", "; ".join(map(str, result.shocks)) or "none: the baseline"),
        ("Quarters", f"{result.quarters[0]} to {result.quarters[-1]}"),
        (
            "Python",
            f"{platform.python_version()} · "
            + " · ".join(f"{name} {version(name)}" for name in ("highspy", "numpy", "altair")),
        ),
        ("Made", f"{dated} · nothing is drawn at random, so there is no seed"),
    )


@cache
def program_digest() -> str:
    """SHA-256 of the program's source files, by name: the same for the same program.

    Unlike a commit it is there in an installed copy too, and tells a changed checkout apart.
    """
    package = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.suffix in (".py", ".html", ".css", ".js"):
            text = path.read_text(encoding="utf-8")
            digest.update(f"{path.relative_to(package).as_posix()}\0{text}\0".encode())
    return digest.hexdigest()


def _figures_table(name: str, figures: Sequence[Figure]) -> Table:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (f.name, f.value, f.low, f.high, f.unit or "–", f.basis) for f in figures
    )
    columns = (
        Column("figure", "Figure"),
        Column("value", "Value", "number"),
        Column("low", "Low", "number"),
        Column("high", "High", "number"),
        Column("unit", "Unit"),
        Column("basis", "Basis"),
    )
    return Table(name, "", columns, rows, "No figure of the data enters production.")


def _sources(figures: Sequence[Figure]) -> dict[int, tuple[str, ...]]:
    return {row: f.sources for row, f in enumerate(figures) if f.sources}


def _width(figure: Figure) -> float:
    return (figure.high - figure.low) / figure.value if figure.value > 0 else 0.0


def _disagreement(figure: Figure) -> float:
    values = [figure.value, *(c.value for c in figure.contradicted_by)]
    return (max(values) - min(values)) / figure.value if figure.value > 0 else 0.0
