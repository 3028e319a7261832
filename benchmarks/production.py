"""Time production: read, walked once, scenario after scenario, and a thousand at a time.

Run: python benchmarks/production.py [RUNS]

Everything works on the built-in data, in turn, again and again, so that a drift of the machine's
speed hits all alike; the table gives medians and ratios to ``import pandas`` in a fresh process,
timed in the same run.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import supplychain as sc
from supplychain.analyses.removals import exposures
from supplychain.model.quarters import FIRST, LAST, Quarter
from supplychain.production.forward import Forward
from supplychain.production.reading import read_plan
from supplychain.production.worth import worth_of_lines

MANY = 1_000
DRAWS = 10_000


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def kept(program: Forward, target: str, first: Quarter, share: float) -> np.ndarray:
    """Share of its output that each supply keeps, if all of a commodity are hit from a quarter."""
    out = np.ones((len(program.plan.supplies), len(program.plan.quarters)))
    rows = [i for i, s in enumerate(program.plan.supplies) if s.commodity.startswith(target)]
    out[rows, program.plan.quarters.index(first) :] = share
    return out


def drawn(program: Forward, count: int) -> float:
    """Accelerators in worlds of capacities drawn within 10%, a thousand at a time."""
    base = program.model.recipes.capacity
    rng = np.random.default_rng(1)
    total = 0.0
    for _ in range(count // MANY):
        capacity = base[:, :, None] * rng.normal(1.0, 0.1, (len(base), 1, MANY)).clip(0.5, 1.5)
        shares = np.ones((len(program.plan.supplies), base.shape[1], MANY))
        total += float(program.scenarios(shares, capacity).sum())
    return total


def command(*words: str) -> Callable[[], object]:
    """A fresh process."""
    return lambda: subprocess.run([sys.executable, *words], check=True, capture_output=True)


def main() -> None:
    """Measure and print a Markdown table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    network = sc.load()
    plan = read_plan(network)
    program = Forward(plan)
    window = program.baseline.between(FIRST, LAST)
    hbm = kept(program, "hbm", FIRST, 0.8)
    late = kept(program, "cowos", Quarter(2024, 1), 0.8)
    rng = np.random.default_rng(2)
    many = np.repeat(hbm[:, :, None], MANY, axis=2) * rng.uniform(0.8, 1, (len(hbm), 1, MANY))
    work: dict[str, Callable[[], object]] = {
        "`import pandas`, a fresh process": command("-c", "import pandas"),
        "`simulate --hbm-cut 20%`, a fresh process": command(
            "-m", "supplychain", "simulate", "--hbm-cut", "20%"
        ),
        "plan": lambda: read_plan(network),
        "plan in numbers": lambda: Forward(plan),
        "baseline": lambda: Forward(plan).baseline,
        "scenario from the first quarter of the window": lambda: program.scenario(hbm),
        "scenario from 2024Q1": lambda: program.scenario(late),
        f"{MANY:,} scenarios": lambda: program.scenarios(many),
        "worth of all lines and years": lambda: worth_of_lines(program, window),
        "losses of all organizations": lambda: exposures(network, Quarter(2024, 4)),
    }
    times: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(runs):
        for name, call in work.items():
            times[name].append(seconds(call))
    draws = seconds(lambda: drawn(program, DRAWS))
    median = {name: statistics.median(values) for name, values in times.items()}
    median[f"{DRAWS:,} draws of all capacities, once"] = draws
    unit = median["`import pandas`, a fresh process"]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Medians of {runs} runs in turn; peak memory {memory:.0f} MB\n")
    print("| work | seconds | x `import pandas` |")
    print("|---|--:|--:|")
    for name, value in median.items():
        print(f"| {name} | {value:.3f} | {value / unit:.2f} |")


if __name__ == "__main__":
    main()
