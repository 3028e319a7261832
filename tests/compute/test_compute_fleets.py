"""What fleets can do: sums over kinds of chip, and what is left out."""

from __future__ import annotations

import pytest

from supplychain.compute.chips import known_chips
from supplychain.compute.fleets import use
from supplychain.compute.serving import conditions_of, serve
from supplychain.compute.training import flop_per_quarter
from tests.compute.test_compute_serving import chip, data, model

CHIPS = known_chips(data(), 2024, {})


def test_a_fleet_is_the_sum_of_its_kinds() -> None:
    llama, conditions = model("llama-2-70b"), conditions_of(data())
    found = use(data(), {"a100": 1000, "h100": 2000, "mtia-v2": 500}, CHIPS, llama, conditions)

    assert [s.product for s in found.shares] == ["h100", "a100", "mtia-v2"]  # by H100 equivalents
    calendar = data().parameter("training.calendar").value
    h100 = flop_per_quarter(chip("h100"), 2000, calendar, "bf16")
    a100 = flop_per_quarter(chip("a100"), 1000, calendar, "bf16")
    assert found.flop == pytest.approx(h100 + a100)  # the MTIA does not train
    assert found.largest_run == h100
    assert found.h100e == pytest.approx(2000 + 1000 * 624 / 1979 + 500 * 354 / 1979)
    fp8 = serve(llama, chip("h100"), "fp8", conditions).step.tokens_s_chip * 2000
    int8 = serve(llama, chip("a100"), "int8", conditions).step.tokens_s_chip * 1000
    mtia = serve(llama, chip("mtia-v2"), "int8", conditions).step.tokens_s_chip * 500
    assert found.tokens_s == pytest.approx(fp8 + int8 + mtia)
    assert found.power_mw == pytest.approx((2000 * 1389 + 1000 * 720 + 500 * 162) / 1e6)


def test_what_is_too_few_or_unknown() -> None:
    llama, conditions = model("llama-3-1-405b"), conditions_of(data())
    some = {"h100": 4, "a100": 0, "tpu-v3": 7}
    found = use(data(), some, CHIPS, llama, conditions)

    [h100] = found.shares
    assert h100.tokens_s is None  # eight hold 405 GB and its cache, four do not
    assert found.tokens_s == 0
    assert dict(found.skipped) == {"tpu-v3": 7}


def test_nobody_can_do_nothing() -> None:
    found = use(data(), {}, CHIPS, model("llama-2-70b"), conditions_of(data()))
    assert (found.units, found.flop, found.largest_run, found.tokens_s) == (0, 0, 0, 0)
