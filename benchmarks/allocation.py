"""Time the rules of allocation, as ratios to writing one array and sorting one list.

Run: python benchmarks/allocation.py [RUNS]

The kernel is one quarter of 500 buyers in 100,000 scenarios of supply: first how far along each
rule's path every scenario comes (its level, rank or price), then every allocation written out.
The unit is one write of that array of 400 MB. The whole allocation is the built-in data's, with
backlog, limits and substitutes, for one scenario and for 64 at once.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import supplychain as sc
from supplychain.allocation import RULES, Terms, asked, share_out
from supplychain.allocation.paths import Floats, along
from supplychain.allocation.rules import Asked
from supplychain.allocation.sharing import access, positions

BUYERS, SCENARIOS, MANY = 500, 100_000, 64


def best(action: Callable[[], object], runs: int) -> float:
    """Median processor seconds of the action, which neighbours on the machine do not change."""
    times = []
    for _ in range(runs):
        begin = time.process_time()
        action()
        times.append(time.process_time() - begin)
    return statistics.median(times)


def request() -> Asked:
    """Orders of 500 buyers with everything a rule can look at."""
    rng = np.random.default_rng(0)
    wanted = rng.lognormal(8, 2, BUYERS).round()
    return asked(
        wanted,
        cohorts=np.stack([wanted * share for share in (0.1, 0.2, 0.7)])[None],
        promised=(wanted * rng.choice([0, 0.5], BUYERS))[None],
        weight=rng.choice([0.9, 1.0], BUYERS),
        priority=rng.integers(1, 6, BUYERS).astype(float),
        price=rng.uniform(20_000, 50_000, BUYERS),
        budget=np.where(rng.random(BUYERS) < 0.2, wanted * 30_000, np.inf)[None],
        new_cloud=rng.random(BUYERS) < 0.3,
    )


def kernel_rows(runs: int) -> list[tuple[str, float, float]]:
    """By rule: seconds of path and level, and of writing, as a ratio to one write of the array."""
    orders = request()
    rng = np.random.default_rng(1)
    supply = rng.uniform(0.1, 1.1, (SCENARIOS, 1)) * orders.wanted.sum()
    who = access(np.ones((BUYERS, 1), dtype=bool))
    out = np.empty((SCENARIOS, BUYERS))
    value = rng.random()

    def write() -> None:
        out[...] = value

    rows = []
    for name, rule in RULES.items():

        def level(rule: Callable[[Asked, Terms], object] = rule) -> Floats:
            return positions(rule(orders, Terms()), supply, who)  # type: ignore[arg-type]

        path, at = rule(orders, Terms()), level()[:, 0]
        seconds = best(level, runs)
        # In turn, so that a drift of the machine's speed hits both alike.
        ratios = [
            best(lambda path=path, at=at: along(path.amounts, at, out), 1) / best(write, 1)
            for _ in range(runs)
        ]
        rows.append((name, seconds, statistics.median(ratios)))
    return rows


def two_passes(runs: int) -> float:
    """The least that arithmetic costs: a multiplication and an addition in the cache, in writes."""
    out, row = np.empty((SCENARIOS, BUYERS)), np.linspace(1.0, 2.0, BUYERS)
    level, rows = np.linspace(0.0, 1.0, SCENARIOS)[:, None], 65_536 // BUYERS

    def compute() -> None:
        for start in range(0, SCENARIOS, rows):
            block = out[start : start + rows]
            np.multiply(level[start : start + rows], row, out=block)
            block += row

    def write() -> None:
        out[...] = 1.5

    return statistics.median(best(compute, 1) / best(write, 1) for _ in range(runs))


def whole_rows(runs: int) -> list[tuple[str, float, float]]:
    """By rule: seconds of the whole allocation of one scenario, and of one among 64."""
    market = sc.simulate(sc.load()).markets[0]
    scale = np.linspace(0.5, 1, MANY)[:, None]
    many = {product: units * scale for product, units in market.units.items()}
    rows = []
    for name in RULES:
        one = best(lambda name=name: market.deliveries(name), runs)
        all_ = best(
            lambda name=name: share_out(market.lines, many, name),
            max(1, runs // 3),
        )
        rows.append((name, one, all_ / MANY))
    return rows


def rows(runs: int = 9) -> list[tuple[str, str, str, str, str]]:
    """What the table prints, by rule."""
    return [
        (
            name,
            f"{level * 1e3:.0f} ms",
            f"{ratio:.1f}",
            f"{one * 1e3:.0f} ms",
            f"{each * 1e3:.1f} ms",
        )
        for (name, level, ratio), (_, one, each) in zip(
            kernel_rows(runs), whole_rows(runs), strict=True
        )
    ]


def main() -> None:
    """Measure and print a Markdown table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    print(f"{BUYERS} buyers x {SCENARIOS:,} scenarios of supply; whole: the built-in data\n")
    print("| rule | level, rank or price | writing / one write | whole, one | whole, of 64 |")
    print("|---|--:|--:|--:|--:|")
    for row in rows(runs):
        print("| " + " | ".join(row) + " |")
    print(f"\nOne multiplication and one addition over the array: {two_passes(runs):.1f} writes")


if __name__ == "__main__":
    main()
