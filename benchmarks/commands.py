"""Time the commands as whole processes, as ratios to an empty Python and to importing pandas.

Run: python benchmarks/commands.py [RUNS]

All are run in turn, again and again, so that a drift of the machine's speed hits them alike; the
table gives medians. "First time" starts with an empty cache. "Ten times the data" is the built-in
data with nine renamed copies of every commodity, organization and buyer beside it.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from growth import copies

PYTHON = [sys.executable]
CUT = ["simulate", "--hbm-cut", "20%"]


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """Wall time of one run of the command, which must succeed."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print a Markdown table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as scratch:
        warm = {**os.environ, "XDG_CACHE_HOME": f"{scratch}/cache"}
        cold = {**os.environ, "XDG_CACHE_HOME": "/dev/null"}
        large = Path(scratch) / "tenfold"
        copies(large, 10)
        program = [*PYTHON, "-m", "supplychain"]
        commands = {
            "python -c pass": ([*PYTHON, "-c", "pass"], warm),
            "python -c 'import pandas'": ([*PYTHON, "-c", "import pandas"], warm),
            "supplychain --help": ([*program, "--help"], warm),
            "supplychain chokepoints": ([*program, "chokepoints"], warm),
            "supplychain chokepoints, first time": ([*program, "chokepoints"], cold),
            "supplychain chokepoints --no-score, first time": (
                [*program, "chokepoints", "--no-score"],
                cold,
            ),
            "supplychain simulate --hbm-cut 20%": ([*program, *CUT], warm),
            "supplychain simulate --hbm-cut 20%, first time": ([*program, *CUT], cold),
            "supplychain compute --compare all": ([*program, "compute", "--compare", "all"], warm),
            "chokepoints --no-score, ten times the data": (
                [*program, "chokepoints", "--no-score", "--data", str(large)],
                warm,
            ),
            "chokepoints --no-score, ten times the data, first time": (
                [*program, "chokepoints", "--no-score", "--data", str(large)],
                cold,
            ),
        }
        for command, environment in commands.values():
            seconds(command, environment)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, (command, environment) in commands.items():
                times[name].append(seconds(command, environment))
    median = {name: statistics.median(values) for name, values in times.items()}
    empty, pandas = median["python -c pass"], median["python -c 'import pandas'"]
    print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} CPUs,")
    print(f"medians of {runs} runs in turn\n")
    print("| command | seconds | x empty Python | x import pandas |")
    print("|---|--:|--:|--:|")
    for name, value in median.items():
        print(f"| `{name}` | {value:.2f} | {value / empty:.1f} | {value / pandas:.2f} |")


if __name__ == "__main__":
    main()
