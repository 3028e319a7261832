"""The production program against a second, independent formulation in linopy."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

import supplychain as sc
from supplychain.model import Network
from supplychain.model.quarters import FIRST, LAST
from supplychain.production.plan import plan
from supplychain.production.solve import Program
from tests.production.peer import peer_objective
from tests.production.test_program import (
    Q1,
    Q4,
    QUARTERS,
    calibrated,
    networks,
    solved,
    two_designers,
)


@seed(2)
@settings(
    max_examples=10,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(networks())
def test_the_objective_is_the_peers_on_random_networks(net: Network) -> None:
    program = Program(plan(net, Q1, Q4, calibrated("capacity")))

    assert program.baseline.objective == pytest.approx(
        peer_objective(program.plan), rel=1e-9, abs=1e-9
    )


def test_the_objective_is_the_peers_where_bookings_are_lent() -> None:
    program = solved(two_designers({"alpha": 0.7, "beta": 0.3}, memory=10.0))

    # 4 quarters of 10 + 34.5 units, less 0.4 for each of the 4.5 that are borrowed.
    assert peer_objective(program.plan) == pytest.approx(4 * (44.5 - 0.4 * 4.5), rel=1e-9)
    assert program.baseline.objective == pytest.approx(4 * (44.5 - 0.4 * 4.5), rel=1e-9)
    assert len(QUARTERS) == 4


def test_the_objective_is_the_peers_on_the_data() -> None:
    program = Program(plan(sc.load(), FIRST, LAST))

    assert program.baseline.objective == pytest.approx(peer_objective(program.plan), rel=1e-9)
