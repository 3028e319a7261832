"""TTR and TTS: a published answer, cases by hand, and laws."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pandas as pd
import pytest

from supplychain.risk.stress import stress_test

CASE = json.loads((Path(__file__).parent / "data" / "ttr_tts_chip9.json").read_text("utf-8"))
HBM_PER_UNIT = 8


def chip9() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Sites, products and links of the case."""
    sites = pd.DataFrame([{"site": s} | facts for s, facts in CASE["nodes"].items()])
    products = pd.DataFrame(
        [
            {"product": p, "demand": facts["demand_per_period"]} | facts
            for p, facts in CASE["products"].items()
        ]
    )
    links = pd.DataFrame(
        [
            {
                "supplier": s,
                "customer": c,
                "per_unit": HBM_PER_UNIT if s.startswith("HBM") else 1,
            }
            for s, c in CASE["edges"]
        ]
    )
    return sites, products, links


def test_the_published_losses_and_times() -> None:
    found = stress_test(*chip9(), recovery=CASE["TTR_periods"])

    assert dict(zip(found.sites, found.lost_margin, strict=True)) == pytest.approx(
        CASE["expected_lost_margin"], abs=1e-6
    )
    assert dict(zip(found.sites, found.survival, strict=True)) == pytest.approx(
        CASE["expected_TTS_periods"], rel=1e-9
    )


def test_what_nobody_uses_is_survived_for_ever() -> None:
    sites, products, links = chip9()
    spare = pd.DataFrame([{"site": "SPARE", "material": "x", "stock": 0, "capacity": 1}])

    found = stress_test(pd.concat([sites, spare]), products, links, recovery=3)

    assert (found.lost_margin[-1], found.survival[-1]) == (0.0, math.inf)
