"""How production behaves under 91 scenarios: who gains, what swings, what a deeper cut does.

Run: python benchmarks/behaviour.py       prints the tables of docs/model.md, section 3

Eleven targets at seven depths, and fourteen single events. Artefacts are counted, not judged: a
designer may gain what others leave, and a quarter after a stop may catch up. What would be wrong
is much of it, or any of it in buyers' turn and in cumulated totals.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import supplychain as sc
from supplychain.model import Network
from supplychain.model.quarters import FIRST, LAST
from supplychain.production.forward import Forward
from supplychain.production.reading import read_plan
from supplychain.scenarios.targets import parse_cut
from supplychain.simulation import disturbed

DEPTHS = (5, 10, 15, 20, 30, 40, 50)
TARGETS: Mapping[str, str] = {
    "HBM": "hbm={}%@2023Q1:",
    "HBM, 2024": "hbm={}%@2024Q1:2024Q4",
    "HBM3": "hbm3={}%@2023Q1:",
    "HBM3E 12-high": "hbm3e-12hi={}%@2025Q1:",
    "SK hynix, 2024": "org:sk-hynix={}%@2024Q1:2024Q4",
    "Korea, 2025": "country:KR={}%@2025Q1:2025Q4",
    "CoWoS": "cowos={}%@2023Q1:",
    "CoWoS, 2024": "cowos={}%@2024Q1:2024Q4",
    "CoWoS-L, 2025": "cowos-l-wafer={}%@2025Q1:2025Q4",
    "Taiwan, 2024Q1 and Q2": "country:TW={}%@2024Q1:2024Q2",
    "logic wafers": "logic-wafer={}%@2023Q1:",
}
EVENTS: Mapping[str, tuple[str, ...]] = {
    "HBM stops, 2024Q3": ("hbm=100%@2024Q3",),
    "CoWoS stops, 2024Q2": ("cowos=100%@2024Q2",),
    "Taiwan stops, 2025Q1": ("country:TW=100%@2025Q1",),
    "Korea stops, 2025Q1": ("country:KR=100%@2025Q1",),
    "logic stops, 2024Q2": ("logic-wafer=100%@2024Q2",),
    "SK hynix gone from 2025Q1": ("org:sk-hynix=100%@2025Q1:",),
    "Samsung gone from 2025Q1": ("org:samsung=100%@2025Q1:",),
    "Micron gone from 2025Q1": ("org:micron=100%@2025Q1:",),
    "scanners stop from 2024Q1": (
        "commodity:euv-scanner=100%@2024Q1:", "commodity:duv-scanner=100%@2024Q1:",
    ),
    "ASML service stops from 2024Q1": ("commodity:asml-field-service=100%@2024Q1:",),
    "ABF film stops, 2025Q1 and Q2": ("commodity:abf-film=100%@2025Q1:2025Q2",),
    "Namics stops, 2025Q3": ("org:namics=100%@2025Q3",),
    "Amkor gone from 2024Q1": ("org:amkor=100%@2024Q1:",),
    "HBM2E stops, 2023Q1 to Q3": ("hbm2e=100%@2023Q1:2023Q3",),
}  # fmt: skip
FLOOR = 1_000
"""No percentage where the baseline has fewer units."""


@dataclass(frozen=True)
class World:
    """One scenario: units by product and quarter of the window."""

    name: str
    depth: float
    units: np.ndarray


def worlds(network: Network, program: Forward) -> tuple[np.ndarray, list[World]]:
    """The baseline and the 91 scenarios."""
    first, last = program.plan.window(FIRST, LAST)

    def run(cuts: tuple[str, ...]) -> np.ndarray:
        parsed = [parse_cut(c) for c in cuts]
        return disturbed(network, program, parsed, FIRST).ship[:, first : last + 1]

    found = [
        World(name, depth, run((text.format(depth),)))
        for name, text in TARGETS.items()
        for depth in DEPTHS
    ]
    found += [World(name, 100.0, run(cuts)) for name, cuts in EVENTS.items()]
    return program.baseline.ship[:, first : last + 1], found


def change(after: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Relative change, 0 where the baseline is too small to speak of."""
    return np.where(before >= FLOOR, after / np.maximum(before, 1.0) - 1, 0.0)


def by_designer(program: Forward, units: np.ndarray) -> np.ndarray:
    """Designer x quarter."""
    owners = [program.plan.supplies[i].organization for i in program.plan.products.values()]
    return np.array([units[[o == d for o in owners]].sum(axis=0) for d in sorted(set(owners))])


def artefacts(program: Forward, base: np.ndarray, found: list[World]) -> list[tuple[str, str]]:
    """The counts, each with its largest case."""
    before = by_designer(program, base)
    total = base.sum(axis=0)
    windows = [change(by_designer(program, w.units).sum(1), before.sum(1)) for w in found]
    quarters = [change(by_designer(program, w.units), before) for w in found]
    products = [change(w.units.sum(1), base.sum(1)) for w in found]
    totals = [change(w.units.sum(0), total) for w in found]
    cumulated = [change(w.units.sum(0).cumsum(), total.cumsum()) for w in found]
    steps = [np.diff(t) for t in totals]
    flips = [int(np.sum(np.diff(np.sign(s[np.abs(s) > 0.01])) != 0)) for s in steps]
    deeper = [
        (a, b) for a, b in zip(range(len(found)), range(1, len(found)), strict=False)
        if found[a].name == found[b].name
    ]  # fmt: skip
    extra = [cumulated[b] - cumulated[a] for a, b in deeper]
    gain = [by_designer(program, w.units) - before > 500 for w in found]
    lost = [
        int((q < -(1.5 * w.depth / 100 + 0.02)).sum()) for w, q in zip(found, quarters, strict=True)
    ]
    return [
        ("a designer gains over the window (over 0.5%): cases / largest",
         f"{sum(int((w > 0.005).sum()) for w in windows)} / {max(w.max() for w in windows):+.1%}"),
        ("designer-quarters that gain over 2% (and 500 units)",
         f"{sum(int(((q > 0.02) & g).sum()) for q, g in zip(quarters, gain, strict=True))}"),
        ("products that gain over 5% over the window",
         f"{sum(int((p > 0.05).sum()) for p in products)}"),
        ("designer-quarters that lose over 1.5 times the cut and 2 points",
         f"{sum(lost)}"),
        ("deeper cut, more: total of a quarter (over 1%) / cumulated total (over 0.2%)",
         f"{sum(int((totals[b] - totals[a] > 0.01).sum()) for a, b in deeper)} / "
         f"{sum(int(e.max() > 0.002) for e in extra)}"),
        ("cumulated total above the baseline, largest", f"{max(c.max() for c in cumulated):+.2%}"),
        ("sign changes of the quarterly step of the total (over 1 point)", f"{sum(flips)}"),
    ]  # fmt: skip


def buyers(network: Network) -> str:
    """Rich buyers who get accelerators earlier although there are fewer of them."""
    richer, more = 0, 0
    cuts = [TARGETS[t].format(d) for t in ("HBM", "CoWoS", "HBM, 2024", "Korea, 2025")
            for d in (10, 20, 30, 50)]  # fmt: skip
    for cut in cuts:
        result = sc.simulate(network, [cut])
        before, after = (a.delivered.sum(axis=1) for a in
                         (result.baseline_allocation, result.allocation))  # fmt: skip
        more += int((after.sum(1) > before.sum(1) * 1.001 + 1).sum())
        richer += int((after.cumsum(1) > before.cumsum(1) * 1.01 + 500).any(axis=1).sum())
    return f"{richer} / {more}"


def main() -> None:
    """Print two Markdown tables."""
    network = sc.load()
    program = Forward(read_plan(network))
    base, found = worlds(network, program)
    print(f"{len(found)} scenarios, {FIRST} to {LAST}\n\n| artefact | |\n|---|--:|")
    for name, value in artefacts(program, base, found):
        print(f"| {name} | {value} |")
    print(
        "| buyers ahead at some time although all is cut / with more units (16 scenarios) | "
        f"{buyers(network)} |"
    )
    print("\n| scenario | total | worst quarter | best designer | worst designer |")
    print("|---|--:|--:|--:|--:|")
    owners = sorted({program.plan.supplies[i].organization for i in program.plan.products.values()})
    quarters = program.plan.quarters[program.plan.window(FIRST, LAST)[0] :]
    for w in found:
        if w.depth not in (20, 50, 100):
            continue
        total = change(w.units.sum(0), base.sum(0))
        designers = change(by_designer(program, w.units).sum(1), by_designer(program, base).sum(1))
        worst, best, least = int(total.argmin()), int(designers.argmax()), int(designers.argmin())
        print(
            f"| {w.name} −{w.depth:g}% | {w.units.sum() / base.sum() - 1:+.1%} | "
            f"{total[worst]:+.0%} {quarters[worst]} | {owners[best]} {designers[best]:+.1%} | "
            f"{owners[least]} {designers[least]:+.0%} |"
        )


if __name__ == "__main__":
    main()
