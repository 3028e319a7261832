"""What each choice of production is worth against published units, one at a time.

Run: python benchmarks/choices.py        prints the table of docs/model.md, section 5
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import supplychain as sc
from supplychain.analyses.backtest import Backtest, backtest
from supplychain.model import Network
from supplychain.production.plan import Rules
from supplychain.scenarios.assumptions import assumed

OTHER: Mapping[str, Rules] = {
    "nothing is started beyond the plan": Rules(band=0.0),
    "up to 10% beyond the plan": Rules(band=0.1),
    "up to 30% beyond the plan": Rules(band=0.3),
    "half of the next quarter's memory made ahead": Rules(ahead=0.5),
    "no memory made ahead": Rules(ahead=0.0),
    "10% of unfilled orders withdrawn": Rules(cancel=0.1),
    "20% of unfilled orders withdrawn": Rules(cancel=0.2),
}
FIGURES: Mapping[str, Mapping[str, float]] = {
    "NVIDIA's booking of 2024 at 54% (share of all makers)": {
        "tsmc.cowos.bookings.2024.nvidia": 0.54
    },
    "CoWoS at the end of 2022 at 7,500": {"tsmc.cowos.2022Q4": 7_500},
    "CoWoS at the end of 2024 at 32,000": {"tsmc.cowos.2024Q4": 32_000},
    "CoWoS at the end of 2024 at 40,000": {"tsmc.cowos.2024Q4": 40_000},
    "HBM lag 10 weeks": {f"{g}.cycle_weeks": 10 for g in ("hbm2e", "hbm3", "hbm3e-8hi")},
    "CoWoS lag 9 weeks": {
        f"{g}.cycle_weeks": 9 for g in ("cowos-s-wafer", "cowos-l-wafer", "cowos-r-wafer")
    },
    "Blackwell succeeds as slowly as others": {"b200.half_weeks": 20.8},
}


def averaged(network: Network) -> Network:
    """The rates of the CoWoS lines read as averages of their quarters, not as exits."""
    organizations = [
        replace(
            o,
            capacities=tuple(
                replace(c, at="average") if c.id.startswith("cowos") else c for c in o.capacities
            ),
        )
        for o in network.organizations.values()
    ]
    return network.with_(organizations=organizations)


def row(name: str, result: Backtest) -> str:
    """A line of the table."""
    inside, cells = result.cells_inside()
    total, nvidia = result.error() or 0.0, result.error("nvidia") or 0.0
    return f"| {name} | {total:.1%} | {nvidia:.1%} | {inside} of {cells} |"


def main() -> None:
    """Print a Markdown table."""
    network = sc.load()
    print("| choice | sum | NVIDIA | cells |")
    print("|---|--:|--:|--:|")
    print(row("**as it is**", backtest(network)))
    for name, rules in OTHER.items():
        print(row(name, backtest(network, rules=rules)))
    print(row("CoWoS exit rates read as averages", backtest(averaged(network))))
    for name, values in FIGURES.items():
        print(row(name, backtest(assumed(network, values))))


if __name__ == "__main__":
    main()
