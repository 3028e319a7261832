"""What the answer of ``simulate`` gives to programs beside its tables."""

from __future__ import annotations

from supplychain.production.quantities import series, shares_of_inputs
from supplychain.simulation import Simulation


def production_records(result: Simulation) -> dict[str, object]:
    """What is made of what, and what limits it, without and with the shocks."""
    network, before, after = result.network, result.baseline, result.scenario
    binding = zip(result.quarters, before.binding(), after.binding(), strict=True)
    return {
        "units": _by_quarter(result, before.units(), after.units()),
        "utilization": _by_quarter(result, before.utilization(), after.utilization()),
        "binding": {str(q): {"baseline": list(b), "scenario": list(s)} for q, b, s in binding},
        "series": {"baseline": series(network, before), "scenario": series(network, after)},
        "worth_of_one_more": _worth(result),
        "shares_of_inputs": {
            group: shares_of_inputs(after, set(network.groups.get(group, ())))
            for group in ("cowos", "hbm", "logic-wafer")
        },
        "time": _time(result),
        "as_ordered": _as_ordered(result),
    }


def _by_quarter(result: Simulation, before: object, after: object) -> dict[str, object]:
    """Name to its baseline and scenario values by quarter."""
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    return {
        name: {
            "quarters": [str(q) for q in result.quarters],
            "baseline": before[name].tolist(),
            "scenario": after[name].tolist(),
        }
        for name in sorted(before)
    }


def _worth(result: Simulation) -> dict[str, object]:
    """Accelerators that one more unit of each line would bring, by calendar year."""
    before, after = (w.per_unit() for w in result.worth)
    return {
        key: {
            "years": list(result.worth[0].years),
            "baseline": before[key].tolist(),
            "scenario": after[key].tolist() if key in after else None,
        }
        for key in sorted(before)
    }


def _as_ordered(result: Simulation) -> dict[str, object]:
    """Units of the products outside the program, which are delivered as ordered."""
    both = result.baseline_allocation, result.allocation
    return {
        product: {
            name: float(one.delivered[:, one.products.index(product)].sum())
            for name, one in zip(("baseline", "scenario"), both, strict=True)
        }
        for product in result.markets[0].as_ordered
    }


def _time(result: Simulation) -> dict[str, object]:
    """When the shocks are felt and what they cost while they last and after."""
    during, after = result.lost()
    return {
        "first_felt": str(q) if (q := result.first_felt()) else None,
        "deepest": str(result.deepest()[0]),
        "deepest_change": result.deepest()[1],
        "recovered_by": str(q) if (q := result.recovered_by()) else None,
        "shocks_end": str(q) if (q := result.shocked_until()) else None,
        "lost_while_shocked": during,
        "lost_after": after,
    }
