"""TTR and TTS: a published answer, cases by hand, and laws."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

from supplychain.firms.stress import stress_test
from tests import DATA

CASE = json.loads((DATA / "ttr_tts_chip9.json").read_text("utf-8"))
HBM_PER_UNIT = 8

Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def chip9() -> Tables:
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


def one_chain(stock: float = 0.0, finished: float = 0.0) -> Tables:
    """One site feeds one product, 2 units each; 10 products a period are asked for."""
    return (
        pd.DataFrame([{"site": "s", "material": "m", "stock": stock, "capacity": 100}]),
        pd.DataFrame(
            [{"product": "p", "margin": 3, "demand": 10, "stock": finished, "capacity": 50}]
        ),
        pd.DataFrame([{"supplier": "s", "customer": "p", "per_unit": 2}]),
    )


@pytest.mark.parametrize(
    ("stock", "finished", "lost", "survival"),
    [
        (0, 0, 120, 0),  # 4 periods x 10 x 3
        (20, 0, 90, 1),  # 20 parts make 10 products
        (20, 15, 45, 2.5),
        (1000, 0, 0, 50),
    ],
)
def test_stocks_bridge_the_outage(
    stock: float, finished: float, lost: float, survival: float
) -> None:
    found = stress_test(*one_chain(stock, finished), recovery={"s": 4})

    assert found.lost_margin.tolist() == pytest.approx([lost])
    assert found.survival.tolist() == pytest.approx([survival])
    [row] = found.to_frame().to_dict("records")
    assert row["exposed"] == (survival < 4)
    assert row["exposure"] == (1.0 if lost else 0.0)


def random_network(seed: int) -> Tables:
    rng = np.random.default_rng(seed)
    sites = [f"s{i}" for i in range(6)]
    products = ["p0", "p1"]
    links = [
        (s, c)
        for i, s in enumerate(sites)
        for c in [*sites[i + 1 :], *products]
        if rng.random() < 0.4
    ]
    materials = {s: f"m{rng.integers(3)}" for s in sites}
    per_unit = {(c, m): int(rng.integers(1, 4)) for _, c in links for m in materials.values()}
    return (
        pd.DataFrame(
            {
                "site": sites,
                "material": list(materials.values()),
                "stock": rng.integers(0, 60, 6),
                "capacity": rng.integers(20, 150, 6),
            }
        ),
        pd.DataFrame(
            {
                "product": products,
                "margin": [5.0, 2.0],
                "demand": rng.integers(5, 15, 2),
                "stock": rng.integers(0, 20, 2),
                "capacity": 40,
            }
        ),
        pd.DataFrame(
            [
                {"supplier": s, "customer": c, "per_unit": per_unit[c, materials[s]]}
                for s, c in links
            ],
            columns=["supplier", "customer", "per_unit"],
        ),
    )


def least_loss(tables: Tables, out: str, time: float) -> float:
    """The program as the paper states it, in whole amounts over the time, by another solver."""
    sites, products, links = tables
    makers = [*sites["site"], *products["product"]]
    columns = [("make", m) for m in makers] + [("lost", p) for p in products["product"]]
    columns += [("flow", i) for i in range(len(links))]
    place = {c: i for i, c in enumerate(columns)}
    material = dict(zip(sites["site"], sites["material"], strict=True))
    rows, right = [], []

    def at_most(limit: float, **terms: float) -> None:
        row = np.zeros(len(columns))
        for key, value in terms.items():
            kind, _, name = key.partition("_")
            row[place[kind, int(name) if kind == "flow" else name]] += value
        rows.append(row)
        right.append(limit)

    for _, site in sites.iterrows():
        sent = {f"flow_{i}": 1.0 for i in links.index[links["supplier"] == site["site"]]}
        at_most(site["stock"], **sent, **{f"make_{site['site']}": -1.0})
    for maker in makers:
        mine = links[links["customer"] == maker]
        for name, group in mine.groupby(mine["supplier"].map(material)):
            assert name
            got = {f"flow_{i}": -1.0 for i in group.index}
            at_most(0.0, **got, **{f"make_{maker}": float(group["per_unit"].iloc[0])})
    for _, p in products.iterrows():
        name = p["product"]
        at_most(p["stock"] - p["demand"] * time, **{f"make_{name}": -1.0, f"lost_{name}": -1.0})
    capacity = dict(zip(makers, [*sites["capacity"], *products["capacity"]], strict=True))
    bounds = [
        (0, (0 if n == out else capacity[n] * time) if kind == "make" else None)
        for kind, n in columns
    ]
    margin = dict(zip(products["product"], products["margin"], strict=True))
    cost = [margin[n] if kind == "lost" else 0.0 for kind, n in columns]
    answer = linprog(cost, np.array(rows), right, bounds=bounds)
    assert answer.status == 0
    return float(answer.fun)


@pytest.mark.parametrize("seed", range(6))
def test_losses_and_times_agree_with_the_program_as_printed(seed: int) -> None:
    tables = random_network(seed)
    found = stress_test(*tables, recovery=3)

    for site, lost, survival in zip(found.sites, found.lost_margin, found.survival, strict=True):
        assert lost == pytest.approx(least_loss(tables, site, 3), abs=1e-6)
        if survival == math.inf:
            assert least_loss(tables, site, 1000) == pytest.approx(0, abs=1e-4)
        else:
            assert least_loss(tables, site, survival * 0.999) == pytest.approx(0, abs=1e-6)
            assert least_loss(tables, site, survival * 1.01 + 0.01) > 1e-3


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_sites_does_not_matter(seed: int) -> None:
    sites, products, links = random_network(seed)
    turned = stress_test(sites[::-1], products, links, recovery=3)
    found = stress_test(sites, products, links, recovery=3)

    assert found.lost_margin.tolist() == pytest.approx(turned.lost_margin[::-1].tolist())
    assert found.survival.tolist() == pytest.approx(turned.survival[::-1].tolist())


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        (0, {"stock": -1}, "sites, row 1: stock is -1; a finite number, 0 or more, is needed"),
        (0, {"capacity": math.nan}, "sites, row 1: capacity is nan; a finite number, 0 or more"),
        (1, {"demand": "many"}, "products, row 1: demand is many; a finite number"),
        (1, {"product": "s"}, "'s' is there twice among sites and products"),
        (2, {"supplier": "x"}, "links, row 1: no site is called 'x'"),
        (2, {"customer": "x"}, "links, row 1: no site or product is called 'x'"),
    ],
)
def test_bad_tables_are_refused(table: int, change: dict[str, str | float], message: str) -> None:
    sites, products, links = (
        t.assign(**change) if i == table else t for i, t in enumerate(one_chain())
    )

    with pytest.raises(ValueError, match=re.escape(message)):
        stress_test(sites, products, links, recovery=1)


def test_what_else_is_refused() -> None:
    sites, products, links = one_chain()

    with pytest.raises(ValueError, match="sites: no column 'stock'; it has: site, material, capac"):
        stress_test(sites.drop(columns="stock"), products, links, recovery=1)
    with pytest.raises(ValueError, match="recovery: no time is given for site 's'"):
        stress_test(sites, products, links, recovery={})
    with pytest.raises(ValueError, match="recovery of site 's' is 0; a time above 0 is needed"):
        stress_test(sites, products, links, recovery=0)
    both = pd.concat([sites, sites.assign(site="t")])
    uneven = pd.concat([links, links.assign(supplier="t", per_unit=1)])
    with pytest.raises(ValueError, match="links: p uses different amounts of m by supplier"):
        stress_test(both, products, uneven, recovery=1)


def test_names_are_those_of_edge_tables() -> None:
    sites, products, links = chip9()
    spelled = links.assign(supplier=links["supplier"] + "\u00a0", customer=" " + links["customer"])

    found = stress_test(sites, products, spelled, recovery=3)

    assert found.to_frame().equals(stress_test(sites, products, links, recovery=3).to_frame())
    for column, name, message in (
        ("supplier", None, "links, row 2: supplier is empty; name it, or leave the row out"),
        ("customer", True, "links, row 2: customer is of type bool; a name is text or a whole"),
    ):
        wrong = links.astype(object)
        wrong[column] = [wrong[column].iloc[0], name, *wrong[column].iloc[2:]]
        with pytest.raises(ValueError, match=message):
            stress_test(sites, products, wrong, recovery=3)
    twice = sites.assign(site=[*sites["site"].iloc[:-1], sites["site"].iloc[0] + " "])
    with pytest.raises(ValueError, match="is there twice among sites and products"):
        stress_test(twice, products, links, recovery=3)


def test_sites_that_are_numbers_are_one_in_whatever_type_they_come() -> None:
    sites = pd.DataFrame({"site": [1, 2], "material": "x", "stock": 0, "capacity": [1, 1]})
    products = pd.DataFrame({"product": ["p"], "margin": 1, "demand": 1, "stock": 0, "capacity": 9})
    links = pd.DataFrame({"supplier": [1.0, 2.0], "customer": "p", "per_unit": 1})

    assert stress_test(sites, products, links, recovery=1).lost_margin.tolist() == [0, 0]
