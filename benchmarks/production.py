"""Time the production program: cold, scenario after scenario, and beside the same in linopy.

Run: python benchmarks/production.py [RUNS]      (needs the test extra, for linopy)

Everything works on the built-in data, in turn, again and again, so that a drift of the machine's
speed hits all alike; the table gives medians and ratios to the cold solve. The peer is the second
formulation that the tests compare with (tests/peer.py): the first objective alone, built and solved
end to end, where the program here also settles ties with three more.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import supplychain as sc
from supplychain.model.quarters import FIRST, LAST, Quarter
from supplychain.production.plan import plan
from supplychain.production.program import build
from supplychain.production.solve import Program

SHOCKS = {
    "HBM −20% in all quarters": ("hbm", FIRST, LAST, 0.8),
    "HBM −20% in 2024": ("hbm", Quarter(2024, 1), Quarter(2024, 4), 0.8),
    "CoWoS −20% in 2024": ("cowos", Quarter(2024, 1), Quarter(2024, 4), 0.8),
    "Micron makes no HBM from 2025": ("micron", Quarter(2025, 1), LAST, 0.0),
}


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def kept(program: Program, target: str, first: Quarter, last: Quarter, share: float) -> np.ndarray:
    """Share of its output that each supply keeps, if those of a group or organization are hit."""
    out = np.ones((len(program.plan.supplies), len(program.plan.quarters)))
    rows = [
        i
        for i, s in enumerate(program.plan.supplies)
        if target == s.organization or s.commodity.startswith(target)
    ]
    columns = [t for t, q in enumerate(program.plan.quarters) if first <= q <= last]
    out[np.ix_(rows, columns)] = share
    return out


def main() -> None:
    """Measure and print a Markdown table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    # The peer's solver prints a banner of its own: away from the table, to standard error.
    printed = os.dup(1)
    os.dup2(2, 1)
    network = sc.load()
    program = Program(plan(network, FIRST, LAST))
    assert program.baseline.objective > 0
    work: dict[str, Callable[[], object]] = {
        "cold: plan, program, baseline": lambda: Program(plan(network, FIRST, LAST)).baseline,
        "of it the plan and the program": lambda: build(plan(network, FIRST, LAST)),
    }
    for name, (target, first, last, share) in SHOCKS.items():
        shares = kept(program, target, first, last, share)
        work[f"scenario: {name}"] = lambda shares=shares: program.scenario(shares)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    from tests.peer import peer_objective  # noqa: PLC0415

    work["the same in linopy, first objective only"] = lambda: peer_objective(program.plan)
    difference = peer_objective(program.plan) / program.baseline.objective - 1
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(runs):
        for name, call in work.items():
            times[name].append(seconds(call))
    median = {name: statistics.median(values) for name, values in times.items()}
    cold = median["cold: plan, program, baseline"]
    sys.stdout.flush()
    os.dup2(printed, 1)
    print(f"Medians of {runs} runs in turn; peak memory without the peer {memory:.0f} MB;")
    print(f"objectives differ by {abs(difference):.0e}\n")
    print("| work | seconds | x cold |")
    print("|---|--:|--:|")
    for name, value in median.items():
        print(f"| {name} | {value:.3f} | {value / cold:.2f} |")


if __name__ == "__main__":
    main()
