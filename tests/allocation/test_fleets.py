"""Fleets, the line between rich and poor, and measures of fairness."""

from __future__ import annotations

import json
from functools import lru_cache
from types import MappingProxyType

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import supplychain as sc
from supplychain.allocation import RULES, allocate, fleets
from supplychain.allocation.measures import (
    fairness,
    gini,
    grouped,
    hhi,
    jain,
    largest,
    lorenz,
)
from supplychain.allocation.paths import Floats
from supplychain.analyses.conditions import MEASURES, holding, parse_condition
from supplychain.analyses.owners import owner_tests
from supplychain.cli import _group
from supplychain.model import ALLOCATION_RULES, Network
from supplychain.model.quarters import Quarter, quarter_range
from supplychain.report.answers.allocate import best_rules, buyers_table, measures_table
from supplychain.report.answers.losers import rules_sentence, rules_table, under_each_rule
from supplychain.report.tables import show
from supplychain.simulation import Simulation, simulate
from tests.allocation.test_allocation import PLAIN, QUARTERS, buyer, market, units
from tests.networks import figure, network, organization, product


@lru_cache
def data() -> Network:
    return sc.load()


@lru_cache
def cut() -> Simulation:
    return simulate(data(), ["hbm=20%"], "2024Q1", "2024Q4")


# Fleets.


def test_a_fleet_is_what_was_owned_plus_deliveries_less_what_retires() -> None:
    # Launched two years before the data's first fleet, bought evenly over eight quarters.
    chip = product("h100", "nv", groups=("gpu",), launch=Quarter(2021, 1))
    one = buyer("a", 10, fleet={"h100": figure(800)})
    net = network(chip, organization("nv"), one)
    result = allocate(net, {"h100": np.full(4, 10.0)}, QUARTERS, terms=PLAIN)
    [[at_end]] = fleets(net, result, life=8).in_service

    # 2023Q3 is the third quarter after: three eighths have retired by its end.
    assert at_end == pytest.approx([500 + 10, 400 + 20, 300 + 30, 200 + 40])
    [[short]] = fleets(net, result, life=2).in_service
    assert short == pytest.approx([10, 20, 20, 20])


def test_fleets_in_other_quantities_and_the_line_of_the_rich() -> None:
    net = market(buyer("a", 15_000), buyer("b", 15_000, count=3))
    result = allocate(net, units(30_000), QUARTERS, "pro-rata", terms=PLAIN)
    held = fleets(net, result)

    assert held.total(net, "h100e")[0] == pytest.approx([15_000, 30_000, 45_000, 60_000])
    assert held.total(net, "site_mw").sum() == 0  # no figure of these chips
    assert held.known(net, "site_mw") == 0
    assert held.known(net, "h100e") == 1
    # One of a group of three has a third of its fleet.
    assert held.rich(net).tolist() == [[False, True, True, True], [False, False, False, True]]
    assert held.rich(net, 1e9).sum() == 0
    with pytest.raises(KeyError):
        held.total(net, "h100")
    with pytest.raises(ValueError, match=r"^a life of 0 quarters; it must be 1 or more$"):
        fleets(net, result, life=0)


def test_fleets_do_not_begin_with_the_window() -> None:
    """Deliveries of 2023 are in the fleets of a window that begins in 2024."""
    result = cut()
    market_ = result.markets[0]
    held = market_.fleets(market_.deliveries("contract-first"))
    row = [b.id for b in held.buyers].index("microsoft")

    assert held.quarters == quarter_range(Quarter(2024, 1), Quarter(2024, 4))
    started = sum(f.value for f in data().buyers["microsoft"].fleet.values())
    assert held.in_service[row, :, 0].sum() > started + 200_000


# Measures.


def test_gini_lorenz_and_jain_by_hand() -> None:
    values, alike = np.array([1.0, 3.0]), np.ones(2)

    assert gini(values, alike) == pytest.approx(0.25)
    assert jain(values, alike) == pytest.approx(16 / (2 * 10))
    across, up = lorenz(np.array([3.0, 1.0]), np.array([1.0, 3.0]))
    assert across.tolist() == pytest.approx([0, 0.75, 1])
    assert up.tolist() == pytest.approx([0, 0.5, 1])


def test_hhi_and_the_largest_count_the_members_of_a_group() -> None:
    units_, counts = np.array([50.0, 50.0]), np.array([1.0, 10.0])

    assert hhi(units_, counts) == pytest.approx(0.25 + 10 * 0.05**2)
    assert largest(units_, counts) == pytest.approx(0.5 + 4 * 0.05)
    assert largest(units_, counts, most=100) == 1


def test_nothing_to_share_is_even() -> None:
    none, counts = np.zeros(3), np.ones(3)

    assert (gini(none, counts), jain(none, counts), hhi(none, counts)) == (0, 1, 0)
    assert largest(none, counts) == 0


positive = st.floats(0, 1e6).map(lambda x: round(x, 2))


@given(arrays(float, 5, elements=positive), st.integers(1, 4))
@settings(max_examples=50, deadline=None)
def test_a_group_counts_as_its_members(values: Floats, times: int) -> None:
    """Splitting everybody into equal parts changes neither Gini nor Jain."""
    once, parts = np.ones(5), np.full(5, float(times))

    assert 0 <= gini(values, once) < 1
    assert gini(values, parts) == pytest.approx(gini(np.repeat(values, times), np.ones(5 * times)))
    assert jain(values, parts) == pytest.approx(jain(values, once))
    assert 1 / 5 - 1e-9 <= jain(values, once) <= 1 + 1e-9


def test_measures_of_an_allocation() -> None:
    net = market(
        buyer("a", [100, 0, 0, 0]),
        buyer("b", [100, 0, 0, 0], tier="poor", country="FR"),
        buyer("c", 0),
    )
    whole = allocate(net, units(50), QUARTERS, "priority", terms=PLAIN)
    result = whole.between(QUARTERS[0], QUARTERS[0])
    found = fairness(result)

    assert (found.delivered, found.asked, found.unmet) == (50, 200, 150)
    # Fill rates 50% and 0%; c ordered nothing and is left out.
    assert found.gini_fill == pytest.approx(0.5)
    assert found.jain_fill == pytest.approx(0.5)
    assert (found.smallest_fill, found.poor, found.five) == (0, 0, 1)
    assert found.backlog_weeks == pytest.approx(150 / 50 * 13)
    assert found.lead_weeks == 0
    assert grouped(result.buyers, "country", [result.units()])["FR"] == (0.0,)


# What the commands say.


def test_the_rules_have_the_names_that_the_data_may_use() -> None:
    assert tuple(RULES) == ALLOCATION_RULES


def test_rich_and_poor_under_each_rule_and_the_sentence_from_its_cells() -> None:
    result = cut()
    pairs = under_each_rule(result)
    table = rules_table(pairs)
    at = {c.key: i for i, c in enumerate(table.columns)}

    for row, (rule, (before, after)) in zip(table.rows, pairs.items(), strict=True):
        poor = [i for i, b in enumerate(before.buyers) if b.tier == "poor"]
        old, new = before.units()[poor].sum(), after.units()[poor].sum()
        assert row[at["rule"]] == rule
        assert row[at["poor_change"]] == pytest.approx(new / old - 1)
    sentence = rules_sentence(table, "contract-first")
    cells = {r[0]: show(r[at["poor_change"]], "change") for r in table.rows}
    worst = min(table.rows, key=lambda r: float(r[at["poor_change"]] or 0))
    assert f"the poor lose {cells['contract-first'][1:]}" in sentence
    assert f"worst under {worst[0]}, where they lose {cells[worst[0]][1:]}" in sentence
    # A rule may matter more than the shock: the spread between rules exceeds the cut's effect.
    changes = [float(r[at["poor_change"]] or 0) for r in table.rows]
    assert max(changes) - min(changes) > 0.2


def test_the_same_total_is_shared_out_under_every_rule() -> None:
    for before, after in under_each_rule(cut()).values():
        for one in (before, after):
            made = one.delivered.sum() + one.unsold[:, -1].sum()
            assert made > 0
            assert (one.backlog >= -1e-6).all()


def test_best_off_is_the_rule_with_most_units() -> None:
    market_ = cut().markets[1]
    results = {r: market_.in_window(market_.deliveries(r)) for r in ("contract-first", "max-min")}
    best = best_rules(results)
    for id_, rule in best.items():
        amounts = {r: one.by_buyer()[id_] for r, one in results.items()}
        if rule is not None:
            assert amounts[rule] == max(amounts.values())
    assert {row[-1] for row in buyers_table(results, None).rows} <= {*results, "alike"}
    assert [c.label for c in measures_table(market_, results).columns] == ["", *results]


def test_scaled_supply_is_shared_out_in_full() -> None:
    market_ = cut().markets[0].scaled(1_000_000)
    one = market_.in_window(market_.deliveries("pro-rata"))
    limited = [j for j, p in enumerate(one.products) if p not in market_.as_ordered]
    before = market_.deliveries("pro-rata").between(Quarter(2023, 1), Quarter(2023, 4))

    total = one.delivered[:, limited].sum() + one.unsold[:, -1].sum() - before.unsold[:, -1].sum()
    assert total == pytest.approx(1_000_000)
    with pytest.raises(ValueError, match=r"^a supply of 0; it must be above 0$"):
        market_.scaled(0)


def test_contract_first_fits_the_published_units_by_owner_best() -> None:
    epoch, omdia = owner_tests(data())

    assert min(RULES, key=epoch.error) == "contract-first"
    assert epoch.error("contract-first") < 0.01
    for year in (2023, 2024):
        shares = [r for r in epoch.rows if r.year == year]
        assert sum(r.published for r in shares) == pytest.approx(1)
        assert sum(r.by_rule["price"] for r in shares) == pytest.approx(1)
        repeated = epoch.repeated(year)
        assert repeated is not None
        assert epoch.error("contract-first", year) < repeated
    # Published units: 277,429 of Microsoft's in 2023 and 1,293,973 in all.
    assert next(r.published for r in epoch.rows if r.owner == "microsoft") == pytest.approx(
        277_429 / 1_293_973, rel=1e-5
    )
    assert omdia.repeated(2023) is None


def test_owners_need_published_units() -> None:
    with pytest.raises(ValueError, match="the data publishes no units by owner"):
        owner_tests(market())


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(_group, list(arguments), prog_name="supplychain")
    return result.exit_code, result.stdout, result.stderr


def test_allocate_in_json_holds_every_buyer_under_every_rule() -> None:
    code, out, _ = run("allocate", "--year", "2024", "--policy", "all", "-f", "json")
    answer = json.loads(out)

    assert code == 0
    assert answer["schema"] == "supplychain/allocate/1"
    assert answer["meta"]["policies"] == list(ALLOCATION_RULES)
    for rule in ALLOCATION_RULES:
        tiers, countries = answer["by_tier"][rule], answer["by_country"][rule]
        assert set(tiers) == {"rich", "poor"}
        assert tiers["rich"]["poor"] == 0
        assert sum(t["delivered"] for t in tiers.values()) == pytest.approx(
            sum(c["delivered"] for c in countries.values())
        )
    for row in answer["all_buyers"]:
        for rule in ALLOCATION_RULES:
            filled = row[f"{rule}_filled"]
            assert filled is None or -1e-9 <= filled <= 1 + 1e-9
    placed = sum(
        figure.value
        for one in data().buyers.values()
        for line in one.orders
        for quarter, figure in line.figures.items()
        if quarter.year == 2024
    )
    assert sum(row["asked"] for row in answer["all_buyers"]) == pytest.approx(placed)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--policy", "max_mim"],
            "no allocation rule is called 'max_mim'; did you mean 'max-min'?",
        ),
        (["--reserve", "120%"], "'120%' is outside what it can be: a share"),
        (["--aversion", "200%"], "'200%' is outside what it can be: a share"),
        (["--alpha", "-1"], "'-1' is not a number from 0 to 1000"),
        (["--supply", "0"], "'0' is not a number from 1e-06 to 1,000,000,000,000"),
        (["--supply", "many"], "'many' is not a number"),
        (["--buyer", "core-weaves"], "no buyer is called 'core-weaves'; did you mean 'coreweave'?"),
        (["--buyer", "adept"], "has no orders, so no rule gives it anything"),
        (["--year", "2024", "--from", "2024Q2"], "--year names the quarters already"),
        (["--year", "2030"], "2030Q1 is outside"),
    ],
)
def test_wrong_usage_of_allocate(arguments: list[str], message: str) -> None:
    code, out, err = run("allocate", *arguments)

    assert (code, out) == (2, "")
    assert message in err


def test_a_rule_that_a_scenario_asks_for_must_exist(tmp_path: object) -> None:
    code, _, err = run("simulate", "--policy", "contracts-first")

    assert code == 2
    assert "no allocation rule is called 'contracts-first'; did you mean 'contract-first'?" in err


def test_one_buyer_under_every_rule() -> None:
    code, out, _ = run(
        "allocate", "--buyer", "coreweave", "--from", "2024Q1", "--to", "2024Q4", "--cut", "hbm=20%"
    )

    assert code == 0
    assert "CoreWeave under each rule, best first" in out
    assert "CoreWeave is best off under" in out
    assert MappingProxyType(RULES).keys() <= set(out.split())


def test_conditions_on_the_poor_and_on_fairness() -> None:
    tests = [parse_condition(text) for text in ("poor-loss>5%", "poor-loss>90%", "gini>0.01")]
    held = holding(tests, cut(), MEASURES)

    assert [text.partition(":")[0] for text in held] == ["poor-loss>5%", "gini>0.01"]
