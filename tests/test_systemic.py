"""ESRI: the published function on a network of 16 firms, then cases by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from supplychain.risk.systemic import systemic_risk

CASE = json.loads((Path(__file__).parent / "data" / "esri_chip16.json").read_text("utf-8"))


def chip16() -> pd.DataFrame:
    """The case as an edge table: a firm sells what its sector makes."""
    sector, essential = (
        CASE["firms"],
        {tuple(p) for p in CASE["essential_pairs_supplier_sector_to_buyer_sector"]},
    )
    return pd.DataFrame(
        [
            {
                "supplier": supplier,
                "customer": customer,
                "commodity": sector[supplier],
                "share": volume,
                "kind": "essential"
                if (sector[supplier], sector[customer]) in essential
                else "linear",
            }
            for supplier, customer, volume in CASE["edges"]
        ]
    )


@pytest.mark.parametrize(
    ("expected", "replaceable", "upstream"),
    [
        ("expected_no_replaceability", False, True),
        ("expected_with_market_share_replaceability", True, True),
        ("expected_downstream_only_with_replaceability", True, False),
    ],
)
def test_the_published_index(expected: str, replaceable: bool, upstream: bool) -> None:
    found = systemic_risk(chip16(), replaceable, upstream)

    assert dict(zip(found.firms, found.index, strict=True)) == pytest.approx(
        CASE[expected], abs=1e-8
    )
