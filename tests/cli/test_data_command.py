"""The `data` commands on the built-in data."""

from __future__ import annotations

import csv
import datetime
import io
import re

import supplychain as sc
from supplychain.analyses.sensitivity import production_figures
from supplychain.production.reading import read_plan
from supplychain.report.answers.data import (
    coverage_document,
    influence_document,
    sources_document,
    stale_document,
)
from supplychain.report.tables import Table, render


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_production_up_to_the_present_rests_on_estimates_for_about_a_third() -> None:
    """What is said of later quarters, and of chips that do not exist yet, is judged anyway."""
    network = sc.load()
    now = network.as_of
    assert now is not None
    inputs = {f.name: f for f in production_figures(network, read_plan(network))}

    def ahead(name: str) -> bool:
        made = network.accelerators.get(name.partition(".")[0])
        periods = re.findall(r"(?<=\.)(20\d\d)(?:Q(\d))?(?=\.|$)", name)
        later = any((int(y), int(q or 1)) > (now.year, now.number) for y, q in periods)
        return later or (made is not None and made.launch > now)

    known = [f for name, f in inputs.items() if not ahead(name)]
    assert {"tsmc.cowos.2024Q4", "h100.hbm3.per_unit", "sk-hynix.hbm3.2024Q1"} <= inputs.keys()
    assert sum(f.basis == "estimate" for f in known) <= 0.35 * len(known)


def test_the_columns_of_coverage_add_up() -> None:
    network = sc.load()
    document = coverage_document(network, read_plan(network))

    for row in rows(render(document, "csv")):
        parts = [int(row[basis]) for basis in ("reported", "derived", "estimate")]
        assert sum(parts) == int(row["figures"])


def test_every_source_carries_something() -> None:
    found = rows(render(sources_document(sc.load()), "csv"))

    assert len(found) == len(sc.load().sources)
    assert int(found[0]["figures"]) >= int(found[-1]["figures"])


def test_age_counts_from_the_newest_source() -> None:
    network = sc.load()
    early, late = (
        len(rows(render(stale_document(network, datetime.date(year, 1, 1), 730), "csv")))
        for year in (2025, 2030)
    )

    assert 0 < early < late


def test_influence_puts_each_estimate_at_the_ends_of_its_range() -> None:
    document = influence_document(sc.load(), 2)
    [table] = [p for p in document.parts if isinstance(p, Table)]

    assert len(table.rows) == 2
    assert all(isinstance(row[4], float) and abs(row[4]) < 1 for row in table.rows)
