"""ESRI: the published function on a network of 16 firms, then cases by hand."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from supplychain.firms.edges import EdgeError
from supplychain.firms.systemic import systemic_risk
from tests import DATA

CASE = json.loads((DATA / "esri_chip16.json").read_text("utf-8"))


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


def table(*rows: tuple[str, str, str, float, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["supplier", "customer", "commodity", "share", "kind"])


def risk(rows: pd.DataFrame, **options: bool) -> dict[str, float]:
    found = systemic_risk(rows, **options)
    return dict(zip(found.firms, found.index, strict=True))


def test_an_essential_need_stops_all_and_a_linear_one_its_part() -> None:
    # c buys 1 of ore from a, 3 of power from b, and sells 4; without kinds of 4, 1 and 3 of 8.
    rows = [("a", "c", "ore", 1, "essential"), ("b", "c", "power", 3, "linear")]
    rows += [("c", "d", "metal", 4, "essential")]

    found = risk(table(*rows), upstream=False)

    assert found["a"] == pytest.approx((1 + 4) / 8)
    assert found["b"] == pytest.approx((3 + 4 * 3 / 4) / 8)
    assert found["c"] == pytest.approx(4 / 8)
    assert found["d"] == 0


def test_lost_demand_runs_upstream_in_proportion_to_sales() -> None:
    rows = table(("a", "b", "x", 3, "none"), ("a", "c", "x", 1, "none"), ("b", "d", "y", 6, "none"))

    # Without d, b sells nothing and a loses three quarters; nothing runs downstream.
    assert risk(rows)["d"] == pytest.approx((6 + 0.75 * 4) / 10)
    assert risk(rows)["c"] == pytest.approx(0.25 * 4 / 10)
    assert risk(rows, upstream=False)["d"] == 0


def test_a_supplier_is_replaced_as_far_as_its_market_allows() -> None:
    # a and b hold 1 and 3 of the market: σ[a] = 1 / (1·0 + 3·1).
    rows = table(("a", "c", "x", 1, "essential"), ("b", "d", "x", 3, "essential"))
    rows = pd.concat([rows, table(("c", "e", "y", 1, "none"), ("d", "e", "z", 1, "none"))])

    assert risk(rows, upstream=False)["a"] == pytest.approx((1 + 1 / 3) / 6)
    assert risk(rows, upstream=False, replaceable=False)["a"] == pytest.approx((1 + 1) / 6)


def test_all_needs_are_essential_where_the_table_has_no_kinds() -> None:
    rows = chip16()

    assert risk(rows.drop(columns="kind")) == risk(rows.assign(kind="essential"))


def test_a_table_without_links_or_sales_has_no_risk() -> None:
    assert risk(table()) == {}
    assert risk(table(("a", "b", "x", 0, "essential"))) == {"a": 0.0, "b": 0.0}


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("vital", "row 1: kind 'vital' is none of essential, linear, none"),
        ("linear", "rows of one need differ in kind: c needs x"),
    ],
)
def test_bad_kinds_are_refused(kind: str, message: str) -> None:
    rows = table(("a", "c", "x", 1, kind), ("b", "c", "x", 1, "essential"))

    with pytest.raises(EdgeError, match=message):
        systemic_risk(rows)


def naive(rows: pd.DataFrame, removed: str, replaceable: bool) -> float:
    """Firm by firm and need by need, as the formulas stand."""
    firms = sorted({*rows["supplier"], *rows["customer"]})
    links: list[tuple[str, str, str, float, str]] = list(rows.itertuples(index=False, name=None))
    sales = {f: sum(w for s, _, _, w, _ in links if s == f) for f in firms}

    def settle(step: Callable[[dict[str, float], str], float]) -> dict[str, float]:
        h = {f: float(f != removed) for f in firms}
        while True:
            new = {f: 0.0 if f == removed else max(0.0, step(h, f)) for f in firms}
            if max(abs(new[f] - h[f]) for f in firms) < 1e-13:
                return new
            h = new

    def down(h: dict[str, float], firm: str) -> float:
        gone: dict[tuple[str, str], float] = {}
        bought = sum(w for _, c, _, w, _ in links if c == firm)
        for supplier, customer, good, weight, kind in links:
            if customer != firm or kind == "none":
                continue
            need = sum(w for _, c, k, w, _ in links if (c, k) == (firm, good))
            market = sum(w * h[s] for s, _, k, w, _ in links if k == good)
            own = sum(w for s, _, k, w, _ in links if (s, k) == (supplier, good))
            sigma = min(1.0, own / (market or 1.0)) if replaceable else 1.0
            part = weight / (need if kind == "essential" else bought)
            at = (kind, good if kind == "essential" else "")
            gone[at] = gone.get(at, 0.0) + sigma * part * (1 - h[supplier])
        return 1.0 - max(gone.values(), default=0.0)

    def up(h: dict[str, float], firm: str) -> float:
        lost = sum(w * (1 - h[c]) for s, c, _, w, _ in links if s == firm)
        return 1 - lost / sales[firm] if sales[firm] else 1.0

    d, u = settle(down), settle(up)
    return sum(sales[f] * (1 - min(d[f], u[f])) for f in firms) / sum(sales.values())


@pytest.mark.parametrize("replaceable", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_random_networks_agree_with_the_formulas_one_by_one(seed: int, replaceable: bool) -> None:
    rng = np.random.default_rng(seed)
    kinds = rng.choice(["essential", "linear", "none"], (7, 3), p=[0.4, 0.4, 0.2])
    links = {(rng.integers(7), rng.integers(7), rng.integers(3)) for _ in range(20)}
    rows = table(
        *(
            (str(s), str(c), f"g{k}", float(rng.integers(1, 9)), str(kinds[c, k]))
            for s, c, k in sorted(links)
        )
    )

    for firm, index in risk(rows, replaceable=replaceable).items():
        assert index == pytest.approx(naive(rows, firm, replaceable), abs=1e-8)
