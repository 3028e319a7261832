"""What each choice of the production program is worth against published units, one at a time.

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
from supplychain.production.plan import Calibration
from supplychain.scenarios.assumptions import assumed

OTHER: Mapping[str, Calibration] = {
    "HBM exactly as split by generation": Calibration(conversion=0),
    "HBM freely convertible": Calibration(conversion=99),
    "stock held 6.5 weeks": Calibration(stock_weeks=6.5),
    "no borrowing of bookings": Calibration(borrow_limit=0.0),
    "borrowing up to 30%": Calibration(borrow_limit=0.3),
    "mix band ±25%": Calibration(mix_width=0.25),
    "price of leaving the mix 0.1": Calibration(mix_price=0.1),
    "discount 0.97": Calibration(discount=0.97),
    "discount 0.85": Calibration(discount=0.85),
    "holding 0.2%": Calibration(holding=0.002),
    "value = units": Calibration(valuation="units"),
    "value = H100 equivalents": Calibration(valuation="h100e"),
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
    total, nvidia = result.error(), result.error("nvidia")
    return f"| {name} | {total:.1%} | {nvidia:.1%} | {inside} of {cells} |"


def main() -> None:
    """Print a Markdown table."""
    network = sc.load()
    print("| choice | sum | NVIDIA | cells |")
    print("|---|--:|--:|--:|")
    print(row("**as it is**", backtest(network)))
    for name, calibration in OTHER.items():
        print(row(name, backtest(network, calibration=calibration)))
    print(row("CoWoS exit rates read as averages", backtest(averaged(network))))
    for name, values in FIGURES.items():
        print(row(name, backtest(assumed(network, values))))


if __name__ == "__main__":
    main()
