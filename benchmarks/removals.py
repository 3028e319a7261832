"""Time the sweep over all organizations, as a ratio to asking for each on its own.

Run: python benchmarks/removals.py [QUARTER]

The sweep computes all cascades together, solves equal outcomes once and goes on from one
baseline. "On its own" is the same answer by ``simulate``: program, baseline, cascade and scenario
anew for each; it is timed on every twentieth organization. Processor time, so that other work on
the machine does not count, and wall time.
"""

from __future__ import annotations

import os
import platform
import sys
import time

import supplychain as sc
from supplychain.analyses.outages import recovery_weeks, removable
from supplychain.analyses.removals import exposures
from supplychain.model import Cut
from supplychain.model.quarters import Quarter

HORIZON = 8


def main() -> None:
    """Measure and print a Markdown table."""
    at = Quarter.parse(sys.argv[1]) if len(sys.argv) > 1 else Quarter(2024, 4)
    network = sc.load()
    begin, wall = time.process_time(), time.perf_counter()
    swept = exposures(network, at, horizon=HORIZON)
    sweep, sweep_wall = time.process_time() - begin, time.perf_counter() - wall

    weeks = {id_: known.value for id_, known in recovery_weeks(network).items()}
    sample = removable(network, at, at + (HORIZON - 1), ["organization"])[::20]
    begin = time.process_time()
    for entity in sample:
        longest = max(weeks[network.supplies[s].id] for s in entity.supplies)
        last = at + (max(1, round(longest / 13)) - 1)
        sc.simulate(network, [Cut(f"org:{entity.id}", 1.0, at, last)], at, at + (HORIZON - 1))
    single = (time.process_time() - begin) / len(sample)

    count = len(swept.rows)
    print(
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} CPUs\n"
    )
    print("| all organizations of the built-in data | |")
    print("|---|--:|")
    print(f"| removals | {count} |")
    print(f"| different programs solved | {swept.solved} |")
    print(f"| processor time a removal | {1000 * sweep / count:.0f} ms |")
    print(f"| wall time a removal, two solvers | {1000 * sweep_wall / count:.0f} ms |")
    print(f"| on its own by `simulate`, processor time | {1000 * single:.0f} ms |")
    print(f"| ratio | {single * count / sweep:.0f} |")


if __name__ == "__main__":
    main()
