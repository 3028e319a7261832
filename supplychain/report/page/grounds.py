"""What a result rests on: assumptions, estimates, contradictions, and what ran."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from supplychain import __version__
from supplychain.analyses.sensitivity import production_figures
from supplychain.model import Figure, Network
from supplychain.production.plan import Rules
from supplychain.report.page.parts import Grid, Section
from supplychain.report.tables import Column, Columns, Table, table
from supplychain.simulation import Simulation

CONSTANTS: Mapping[str, tuple[str, float, float, str]] = {
    "band": ("Most a product is started beyond its plan, on what is left or lent", 0, 0.3, "share"),
    "cancel": ("Unfilled orders withdrawn each quarter", 0.1, 0.2, "share"),
    "ahead": ("Part of the next quarter's memory that is made ahead", 0.5, 1, "share"),
    "stock_weeks": ("Weeks of output the chain can hold", 6.5, 13, "number"),
}
"""Constants of production in words, with the range that docs/model.md gives."""


@dataclass(frozen=True, slots=True)
class _Assumption:
    """What the model assumes, with the range that was tested."""

    id: str
    meaning: str
    value: str
    range: str = ""
    basis: str = "modeller's choice"


def assumptions_table(result: Simulation) -> Table:
    """Figures replaced, the constants of production, and the rule of allocation."""
    rules: Rules = result.program.plan.rules
    replaced = "Replaced for this report, in the baseline too"
    rows = [
        _Assumption(name, replaced, f"{value:,g}", basis="asked for")
        for name, value in result.assume.items()
    ]
    for name, (meaning, low, high, form) in CONSTANTS.items():
        value, *ends = (
            f"{x:.3g}" if form == "number" else f"{100 * x:.3g}%"
            for x in (float(getattr(rules, name)), low, high)
        )
        rows.append(_Assumption(name, meaning, value, " to ".join(ends)))
    rows.append(_Assumption("policy", "Who gets the accelerators first", result.allocation.rule))
    columns: Columns[_Assumption] = (
        Column("id", "Id"),
        Column("meaning", "Assumption"),
        Column("value", "Value"),
        Column("range", "Range tested"),
        Column("basis", "Basis"),
    )
    return table("assumptions-table", columns, rows)


def basis_table(result: Simulation) -> Table:
    """How many of the figures that enter production are reported, derived, estimated."""
    found = production_figures(result.network, result.baseline.plan)
    total = max(len(found), 1)
    counts = {b: sum(f.basis == b for f in found) for b in ("reported", "derived", "estimate")}
    counts["contradicted by another source"] = sum(bool(f.contradicted_by) for f in found)
    columns: Columns[str] = (
        Column("basis", "Basis", of=str),
        Column("count", "Figures", "number", of=counts.__getitem__),
        Column("share", "Share", "share", of=lambda basis: counts[basis] / total),
    )
    return table("basis", columns, counts, by=str)


def assumptions_section(result: Simulation) -> Section:
    """Constants, what the figures rest on, and every figure that enters production."""
    network = result.network
    figures = sorted(production_figures(network, result.baseline.plan), key=lambda f: f.name)
    every = _figures_table("figures", figures)
    widest = sorted(figures, key=lambda f: (-_width(f), f.name))
    estimates = [f for f in widest if f.basis == "estimate"][:_ESTIMATES]
    return Section(
        "assumptions",
        "Assumptions",
        (
            Grid(assumptions_table(result), "What the model assumes, whatever the data says."),
            Grid(basis_table(result), "What the figures that enter production rest on."),
            Grid(
                _figures_table("estimates", estimates),
                f"The {len(estimates)} estimates with the widest ranges among them.",
                sources={f.name: f.sources for f in estimates if f.sources},
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
    columns: Columns[Figure] = (
        Column("figure", "Figure", of=lambda f: f.name),
        Column("value", "Used", of=lambda f: f"{f.value:,g} {f.unit}".strip()),
        Column("others", "Other sources say",
               of=lambda f: ", ".join(f"{c.value:,g}" for c in f.contradicted_by)),
        Column("apart", "Apart by", "share", of=_disagreement),
    )  # fmt: skip

    def grid(name: str, caption: str, shown: Sequence[Figure], folded: bool = False) -> Grid:
        none = "No source contradicts a figure that enters production."
        sources = {
            f.name: (*f.sources, *(s for c in f.contradicted_by for s in c.sources))[:_CITED]
            for f in shown
        }
        listed = table(name, columns, shown, empty=none, by=lambda f: f.name)
        return Grid(listed, caption, sources=sources, folded=folded)

    caption = (
        f"Figures that enter production and that another source contradicts, {len(found)} in all."
    )
    parts = [grid("contradictions-table", caption, found[:most])]
    if rest := found[most:]:
        parts.append(grid("contradictions-rest", "The other contradictions", rest, folded=True))
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
            + " · ".join(f"{name} {version(name)}" for name in ("numpy", "altair")),
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
    columns: Columns[Figure] = (
        Column("figure", "Figure", of=lambda f: f.name),
        Column("value", "Value", "number"),
        Column("low", "Low", "number"),
        Column("high", "High", "number"),
        Column("unit", "Unit", of=lambda f: f.unit or "–"),
        Column("basis", "Basis"),
    )
    none = "No figure of the data enters production."
    return table(name, columns, figures, empty=none, by=lambda f: f.name)


def _width(figure: Figure) -> float:
    return (figure.high - figure.low) / figure.value if figure.value > 0 else 0.0


def _disagreement(figure: Figure) -> float:
    values = [figure.value, *(c.value for c in figure.contradicted_by)]
    return (max(values) - min(values)) / figure.value if figure.value > 0 else 0.0
