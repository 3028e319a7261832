"""Serving against published answers, by hand, and as laws."""

from __future__ import annotations

import dataclasses
import functools
import math
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplychain.compute.chips import Chip, Transformer, chip_of, transformer_of
from supplychain.compute.serving import (
    Conditions,
    alone,
    cache_bytes,
    chips_needed,
    conditions_of,
    crossover_batch,
    crossover_with_cache,
    decode_step,
    mbu,
    memory_needed,
    room,
    serve,
    split_of,
)
from supplychain.loader import load
from supplychain.model import Network

GIB = 2**30


@functools.cache
def data() -> Network:
    return load()


def chip(id_: str, year: int = 2024, **overrides: float) -> Chip:
    return chip_of(data(), id_, year, overrides)


def model(id_: str) -> Transformer:
    return transformer_of(data(), id_)


PLAIN = Conditions(context=1024, kv_bytes=2, mfu=1.0, usable=1.0, speed=1.0)

TINY = Transformer("tiny", "Tiny", 1e9, 1e9, kv_values=1000, hops=2e4, training_flop=None,
                   sequence=None)  # fmt: skip
ROUND = Chip(
    "round", "Round", MappingProxyType({"bf16": 1e12, "fp8": 2e12}), memory=4e9, bandwidth=1e12,
    link=1e9, power_w=1000, site_w=1000, price_usd=1000, mfu=0.5, mfu_8_bit=0.2, mbu=0.5,
    taken=(),
)  # fmt: skip


def test_a_step_by_hand() -> None:
    conditions = Conditions(context=100, kv_bytes=2, mfu=0.25, usable=0.75, speed=1)
    step = decode_step(TINY, ROUND, 2, 10, "bf16", conditions)
    # 2 GB of weights and 10 x 100 x 1,000 x 2 bytes of cache over 2 x 10^12 x 0.5 bytes/s
    assert step.bandwidth_s == pytest.approx((2e9 + 2e6) / 1e12)
    # 2 x 10^9 x 10 operations over 2 x 10^12 x 0.25
    assert step.compute_s == pytest.approx(2e10 / 5e11)
    # a ring of two sends 2 x 1/2 of 20,000 x 10 numbers of 2 bytes over 10^9 bytes/s
    assert step.link_s == pytest.approx(4e5 / 1e9)
    assert step.seconds == pytest.approx(0.04 + 4e-4)
    assert step.binds == "compute"
    assert step.tokens_s == pytest.approx(10 / step.seconds)
    assert step.tokens_s_chip == pytest.approx(5 / step.seconds)


def test_memory_by_hand() -> None:
    conditions = Conditions(context=100, kv_bytes=2, mfu=0.25, usable=0.75, speed=1)
    assert cache_bytes(TINY, conditions) == 200_000
    assert memory_needed(TINY, 10, "bf16", conditions) == 2e9 + 2e6
    assert chips_needed(2e9 + 2e6, 4e9, 0.75) == 1
    assert room(TINY, ROUND, 1, "bf16", conditions) == 5000  # (3 GB - 2 GB) / 200,000
    assert [split_of(n) for n in (1, 2, 3, 4, 5, 9)] == [1, 2, 4, 4, 8, 16]


def test_a_batch_reads_more_experts_until_it_reads_all() -> None:
    mixture = dataclasses.replace(TINY, active=0.25e9)
    assert mixture.bytes_read("bf16", 1) == pytest.approx(0.5e9)
    assert mixture.bytes_read("bf16", 2) == pytest.approx(2e9 * (1 - 0.75**2))
    assert mixture.bytes_read("bf16", 1000) == pytest.approx(2e9)
    assert TINY.bytes_read("bf16", 1) == TINY.bytes_read("bf16", 99) == 2e9


# Published answers, in groups by what they are about.


def test_group_1_half_of_the_bandwidth() -> None:
    """Databricks: 7B in FP16, 14 ms a token, on a device of 2 TB/s."""
    assert mbu(14e9, 0.014, 2e12) == pytest.approx(0.5)


@pytest.mark.parametrize(("batch", "published"), [(1, 0.312), (16, 5), (32, 10), (64, 20)])
def test_group_2_the_cache_of_llama_2_70b(batch: int, published: float) -> None:
    """Databricks: sequences of 1,024 tokens, GiB; 0.3125 is printed as 0.312."""
    cache = batch * cache_bytes(model("llama-2-70b"), PLAIN) / GIB
    assert cache == pytest.approx(published, abs=0.0006)


def test_group_3_30_ms_on_two_h100() -> None:
    """Latent Space: about 30%; 2.1 TB/s is a spoken rounding of 70 GB in 30 ms, 2.33 TB/s."""
    two = 2 * chip("h100").bandwidth
    assert mbu(2.1e12, 1, two) == pytest.approx(0.313, abs=0.0005)
    assert mbu(70e9, 0.030, two) == pytest.approx(0.348, abs=0.0005)


@pytest.mark.parametrize(
    ("name", "precision", "chips", "tokens_s", "gb_s", "published"),
    [
        ("llama-2-7b", "bf16", 1, 104.9, 1397.31, 0.685),
        ("llama-2-7b", "int8", 1, 155.58, 1069.2, 0.524),
        ("llama-2-70b", "int8", 1, 19.13, 1322.58, 0.649),
        ("llama-2-70b", "bf16", 2, 21.32, 1481.87, 0.727),
        ("llama-2-70b", "bf16", 8, 62.5, 1135.29, 0.557),
    ],
)
def test_group_4_gpt_fast_on_a100(
    name: str, precision: str, chips: int, tokens_s: float, gb_s: float, published: float
) -> None:
    """gpt-fast, batch 1, achieved bandwidth of each chip and its share of 2,039 GB/s.

    Read from our weights the bandwidth is 5% apart: the 7B model is a round name for 6.7 billion,
    and split over chips each holds a copy of the embeddings.
    """
    a100 = chip("a100")
    assert mbu(gb_s * 1e9, 1, a100.bandwidth) == pytest.approx(published, abs=0.0006)
    read = model(name).bytes_read(precision, 1) / chips
    assert read * tokens_s == pytest.approx(gb_s * 1e9, rel=0.055)


def test_group_5_measured_utilization_is_in_the_data() -> None:
    """60% on two H100, 55% on four A100, 15% of a basic library, 60 to 80% of good stacks."""
    assert chip("h100").mbu == 0.60
    assert chip("a100").mbu == 0.55
    assert data().parameter("serving.mbu_basic_library").value == 0.15
    good = data().parameter("serving.mbu")
    assert (good.value, good.high) == (0.60, 0.80)


def test_group_6_crossover_batch() -> None:
    """Data sheet: 989 / 3.35 = 295, in BF16 and FP8; the spoken 256 is a power of two."""
    h100 = chip("h100")
    assert crossover_batch(h100.peak("bf16"), h100.bandwidth, 2) == pytest.approx(295, abs=0.5)
    assert crossover_batch(h100.peak("fp8"), h100.bandwidth, 1) == pytest.approx(295, abs=0.5)
    assert crossover_batch(h100.peak("bf16"), h100.bandwidth, 2) / 256 == pytest.approx(
        1.15, abs=0.01
    )


@pytest.mark.parametrize(
    ("inputs", "outputs", "batch", "published"),
    [
        (128, 128, 1750, 4433),
        (128, 2048, 512, 6026),
        (2048, 128, 231, 498),
        (2048, 2048, 240, 2641),
    ],
)
def test_intels_measurements_of_gaudi_3(
    inputs: int, outputs: int, batch: int, published: float
) -> None:
    """Llama-2-70B in FP8 on two Gaudi 3: no figure here was fitted to these.

    Two of the four come out within 5%; long outputs come out up to 40% too high, since batches
    are kept full here and the cache is read at the bandwidth of weights.
    """
    gaudi = chip("gaudi3")
    llama = model("llama-2-70b")
    conditions = dataclasses.replace(
        conditions_of(data(), kv_bytes=1), context=inputs + outputs / 2
    )
    reading = 2 * llama.active * inputs * batch / (2 * gaudi.peak("fp8") * conditions.mfu)
    step = decode_step(llama, gaudi, 2, batch, "fp8", conditions)
    found = batch * outputs / (reading + outputs * step.seconds)
    assert 0.95 < found / published < 1.40


# The comparison an engineer would check first.


@pytest.mark.parametrize("id_", ["h100", "mi300x", "tpu-v5e", "gaudi3", "a100", "b200"])
def test_one_user_is_bound_by_bandwidth(id_: str) -> None:
    """Decoding at batch 1 reads all weights for a token: 2 operations for 2 bytes."""
    one = alone(model("llama-2-70b"), chip(id_), "bf16", conditions_of(data()))
    assert one.binds == "bandwidth"
    assert one.bandwidth_s > 50 * one.compute_s
    read = model("llama-2-70b").weight_bytes("bf16")
    device = chip(id_)
    expected = one.chips * device.bandwidth * device.mbu / read
    assert one.tokens_s_user == pytest.approx(expected, rel=0.01)


def test_the_fewest_chips_that_hold_70_billion() -> None:
    conditions = conditions_of(data())
    chips = {
        (id_, p): alone(model("llama-2-70b"), chip(id_), p, conditions).chips
        for id_, p in [("h100", "bf16"), ("h100", "fp8"), ("mi300x", "bf16"), ("tpu-v5e", "int8"),
                       ("tpu-v5e", "bf16"), ("gaudi3", "bf16")]
    }  # fmt: skip
    assert list(chips.values()) == [2, 1, 1, 8, 16, 2]


def test_a_long_cache_keeps_decoding_bound_by_bandwidth() -> None:
    """Where reading a user's cache takes longer than computing its token, no batch is enough."""
    conditions = dataclasses.replace(conditions_of(data()), context=32_768)
    assert crossover_with_cache(model("llama-2-70b"), chip("h100"), "bf16", conditions) is None
    short = dataclasses.replace(conditions, context=1e-9, mfu=0.6)
    found = crossover_with_cache(model("llama-2-70b"), chip("h100"), "bf16", short)
    assert found == pytest.approx(295 * 0.6 / 0.6, abs=0.5)  # both at 60% of their peak


# Laws.

SIZES = st.integers(1, 64)


@given(chips=st.sampled_from([1, 2, 4, 8]), batch=st.integers(1, 5000), more=st.integers(1, 500))
def test_a_larger_batch_takes_longer_and_gives_more(chips: int, batch: int, more: int) -> None:
    conditions = dataclasses.replace(PLAIN, mfu=0.4)
    small = decode_step(TINY, ROUND, chips, batch, "fp8", conditions)
    large = decode_step(TINY, ROUND, chips, batch + more, "fp8", conditions)
    assert large.seconds >= small.seconds
    assert large.tokens_s >= small.tokens_s * (1 - 1e-12)


@given(
    memory=st.floats(2.5e9, 1e11),
    speed=st.floats(0.5, 400),
    context=st.floats(1, 1e5),
    precision=st.sampled_from(["bf16", "fp8"]),
)
def test_the_best_batch_fits_and_is_fast_enough_and_no_larger_one_is(
    memory: float, speed: float, context: float, precision: str
) -> None:
    device = dataclasses.replace(ROUND, memory=memory)
    conditions = Conditions(context, 2, 0.4, 0.9, speed)
    point = serve(TINY, device, precision, conditions)
    step = point.step
    assert 1 <= step.batch <= point.room
    held = memory_needed(TINY, step.batch, precision, conditions)
    assert held <= step.chips * memory * 0.9 * (1 + 1e-12)
    assert step.batch == 1 or step.tokens_s_user >= speed
    if step.batch < point.room:
        wider = decode_step(TINY, device, step.chips, step.batch + 1, precision, conditions)
        assert wider.tokens_s_user < speed
    if point.binds == "memory size":
        assert step.batch == point.room


@given(share=st.floats(0.01, 1.0))
def test_speed_of_one_user_is_proportional_to_mbu(share: float) -> None:
    whole = dataclasses.replace(ROUND, mbu=1.0, link=None)
    part = dataclasses.replace(ROUND, mbu=share, link=None)
    conditions = dataclasses.replace(PLAIN, mfu=1.0)
    quick = decode_step(TINY, whole, 1, 1, "bf16", conditions)
    slow = decode_step(TINY, part, 1, 1, "bf16", conditions)
    assert slow.bandwidth_s * share == pytest.approx(quick.bandwidth_s)


def test_every_chip_serves_every_model_that_is_described() -> None:
    """All of the data, in every mode of each chip: fits, has a limit, and gives tokens."""
    conditions = conditions_of(data())
    models = [transformer_of(data(), m) for m in data().models]
    described = [m for m in models if m.kv_values]
    assert len(described) >= 12
    for id_ in data().products:
        device = chip(id_)
        for precision in device.peaks:
            for m in described:
                point = serve(m, device, precision, conditions)
                assert point.step.tokens_s_chip > 0
                assert math.isfinite(point.step.seconds)
                assert point.binds in ("bandwidth", "compute", "memory size", "link")


# Messages.


def test_a_model_that_does_not_fit_says_how_many_it_needs() -> None:
    with pytest.raises(ValueError, match=r"^llama-2-70b in BF16 with one user of 2,048") as error:
        alone(model("llama-2-70b"), chip("h100"), "bf16", conditions_of(data()), chips=1)
    assert str(error.value) == (
        "llama-2-70b in BF16 with one user of 2,048 tokens takes 139 GB, and 1 chip holds 72 GB "
        "(90% of 80 GB each): it needs 2 h100; give so many chips, fewer bits or a shorter "
        "--context"
    )


def test_a_mode_that_a_chip_lacks_names_the_nearest() -> None:
    with pytest.raises(ValueError, match="no FP8") as error:
        chip("tpu-v5e").peak("fp8")
    assert str(error.value) == (
        "tpu-v5e has no FP8 mode, it has BF16 and INT8; give --precision int8"
    )
    with pytest.raises(ValueError, match=r"give --precision bf16$"):
        chip("maia-100").peak("int8")


def test_unknown_names() -> None:
    with pytest.raises(ValueError, match=r"^no accelerator is called 'h10'; did you mean 'h100'"):
        chip("h10")
    with pytest.raises(ValueError, match=r"^no AI model is called 'lama'; "):
        model("lama")
    with pytest.raises(ValueError, match="layers or heads are not published"):
        serve(model("gpt-4"), chip("h100"), "bf16", conditions_of(data()))
