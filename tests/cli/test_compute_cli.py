"""``supplychain compute`` as its users call it: answers, messages, forms."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from click.testing import CliRunner, Result

from supplychain.cli import _group

COMPARE = ("--model", "llama-2-70b", "--compare", "h100,mi300x,tpu-v5e,gaudi3")


def run(*args: str, columns: int = 100) -> Result:
    return CliRunner().invoke(
        _group, ["compute", *args], env={"COLUMNS": str(columns)}, prog_name="supplychain"
    )


def answer(*args: str) -> Any:
    result = run(*args, "-f", "json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def message(*args: str) -> str:
    result = run(*args)
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    return result.stderr.partition("Error: ")[2].partition("\n  help: ")[0].strip()


def test_the_comparison_an_engineer_would_accept() -> None:
    found = answer(*COMPARE)
    assert [(row["chip"], row["precision"]) for row in found["one_user"]] == [
        ("h100", "BF16"), ("h100", "FP8"), ("mi300x", "BF16"), ("mi300x", "FP8"),
        ("tpu-v5e", "BF16"), ("tpu-v5e", "INT8"), ("gaudi3", "BF16"), ("gaudi3", "FP8"),
    ]  # fmt: skip
    assert {row["binds"] for row in found["one_user"]} == {"bandwidth"}
    h100 = found["one_user"][0]
    assert (h100["chips"], round(h100["tokens_s_user"], 1)) == (2, 29.0)
    basic, good = (found["stacks"][0][f"tokens_s_{key}"] for key in ("basic", "good"))
    assert good / basic == pytest.approx(4, abs=0.01)  # 60% against 15%
    crossover = {row["chip"]: round(row["crossover"]) for row in found["many_users"][::2]}
    assert crossover == {"h100": 295, "mi300x": 247, "tpu-v5e": 241, "gaudi3": 454}


def test_every_assumption_has_a_source_or_a_reason() -> None:
    found = answer(*COMPARE)
    rows = {row["figure"]: row for row in found["assumptions"]}
    assert rows["serving.mbu_basic_library"]["sources"] == "latent-space-podcast-2023"
    assert rows["h100.mbu"]["value"] == "0.6"
    for row in rows.values():
        assert row["sources"] or (row["basis"] == "estimate" and row["note"]), row


def test_sentences_repeat_their_tables() -> None:
    found = answer(*COMPARE)
    one, crossing, least = found["sentences"]
    h100 = found["one_user"][0]
    assert f"On 2 h100 in BF16 that gives {h100['tokens_s_user']:.3g} tokens/s at 60%" in one
    assert "a basic library at 15% is 4 times slower" in one
    many = found["many_users"]
    assert f"from {many[0]['crossover']:,.0f} users in BF16" in crossing
    assert f"from {many[0]['crossover_cached']:,.0f} users" in crossing
    cheapest = min(many, key=lambda row: row["usd_per_million"])
    assert f"US$ {cheapest['usd_per_million']:.2g}, bound by {cheapest['binds']}" in least
    assert least.startswith(f"Owned, {cheapest['chip']} in {cheapest['precision']}")


def test_csv_is_the_table_of_many_users() -> None:
    result = run(*COMPARE, "-f", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 8
    assert float(rows[0]["crossover"]) == pytest.approx(295.22, abs=0.01)
    assert rows[1]["crossover_cached"] == "never"


def test_all_chips_are_compared_where_none_is_named() -> None:
    found = answer("--model", "llama-2-7b", "--precision", "fp8")
    chips = {row["chip"] for row in found["many_users"]}
    assert {"h100", "b200", "mi300x"} <= chips
    assert "a100" not in chips
    assert any("a100: a100 has no FP8 mode" in s for s in found["sentences"])


def test_a_given_batch_and_split() -> None:
    found = answer(*COMPARE[:2], "--compare", "h100", "--precision", "bf16", "--batch", "64",
                   "--tensor-parallel", "4", "--context", "1024")  # fmt: skip
    [row] = found["many_users"]
    assert (row["chips"], row["batch"]) == (4, 64)
    assert message(*COMPARE[:2], "--compare", "h100", "--precision", "bf16", "--batch", "2000",
                   "--tensor-parallel", "4").endswith("it needs 21 h100; give so many chips, "
                   "fewer bits or a shorter --context")  # fmt: skip


def test_options_replace_what_the_data_says() -> None:
    slow = answer(*COMPARE[:2], "--compare", "h100", "--mbu", "15%")
    assert slow["one_user"][0]["tokens_s_user"] == pytest.approx(7.25, abs=0.05)
    rows = {row["figure"]: row for row in slow["assumptions"]}
    assert rows["h100.mbu"]["note"] == "given on the command line"
    cheap = answer("--chip", "h100", "--price", "6000", "--mfu", "50%", "--precision", "fp8")
    rows = {row["figure"]: row["value"] for row in cheap["assumptions"]}
    assert (rows["h100.price_usd"], rows["h100.mfu"]) == ("6,000", "0.5")
    assert not {"h100.price_usd.2024", "training.mfu_8_bit"} & rows.keys()
    assert {row["mfu"] for row in cheap["training"]} == {0.5}
    long = answer(*COMPARE[:2], "--compare", "h100", "--context", "32768")
    assert long["many_users"][0]["crossover_cached"] == "never"
    assumed = answer("--chip", "h100", "--model", "gpt-4", "--assume", "training.calendar=1")
    run_ = answer("--chip", "h100", "--model", "gpt-4", "--calendar", "100%")
    assert assumed["training"] == run_["training"]


def test_a_cluster() -> None:
    found = answer("--chip", "h100", "--count", "20480", "--model", "gpt-4")
    [gpt_4] = found["training"]
    # 2.1e25 / (20,480 x 989e12 x 41% x 70%) seconds
    assert gpt_4["days"] == pytest.approx(2.1e25 / (20480 * 989e12 * 0.41 * 0.7) / 86400)
    assert [row["part"] for row in found["bill"]][-2:] == ["together", "published, 2023"]
    shown = run("--chip", "h100", "--count", "20480", "--model", "gpt-4").stdout
    assert "28.4 MW at the site, servers and network at 80% load and PUE 1.25" in shown
    assert "249,193 MWh a year" in shown
    assert "US$ 20.7M" in shown
    assert "Not served, for layers or heads are not published: gpt-4." in shown


def test_a_small_cluster_says_what_it_cannot_hold() -> None:
    found = answer("--chip", "h100", "--count", "3")
    said = " ".join(found["sentences"])
    assert "Not served, for 3 chips hold too little: bloom-176b needs 6, deepseek-v3 needs" in said
    rows = {row["name"]: row for row in found["training"]}
    assert rows["gpt-4"]["days"] is None
    assert rows["gpt-4"]["least_chips"] == 400  # 1.8e12 x 16 bytes over 72 GB
    assert rows["llama-2-7b"]["days"] > 0


def test_several_sites() -> None:
    found = answer("--chip", "b200", "--count", "100_000".replace("_", ""), "--site-power", "150",
                   "--site-link", "400", "--model", "llama-3-1-405b")  # fmt: skip
    alone = answer("--chip", "b200", "--count", "100000", "--model", "llama-3-1-405b")
    said = next(s for s in found["sentences"] if s.startswith("Over 2 sites"))
    assert "over 400 Gbit/s" in said
    share = alone["training"][0]["days"] / found["training"][0]["days"]
    assert f"llama-3-1-405b {share:.0%}" in said
    assert {"training.site_link_gbit_s", "training.inner_steps"} <= {
        row["figure"] for row in found["assumptions"]
    }


def test_the_fleet_of_a_buyer() -> None:
    found = answer("--fleet", "Meta", "--at", "2023Q4")
    [meta] = found["buyers"]
    assert meta["units"] == pytest.approx(sum(row["units"] for row in found["products"]))
    assert meta["runs"] == pytest.approx(sum(row["runs"] for row in found["products"]))
    h100 = next(row for row in found["products"] if row["product"] == "h100")
    each = 989e12 * 0.41 * 0.7 * 365.25 / 4 * 86400 / 2.1e25
    assert h100["runs"] == pytest.approx(h100["units"] * each)


def test_all_buyers_under_a_cut() -> None:
    found = answer("--at", "2024Q2", "--cut", "hbm=50%@2023Q3:2024Q2")
    tiers = {row["tier"]: row for row in found["tiers"]}
    assert tiers["all"]["runs"] == pytest.approx(tiers["rich"]["runs"] + tiers["poor"]["runs"])
    assert tiers["all"]["runs_scenario"] < tiers["all"]["runs"]
    total = tiers["all"]["runs"]
    assert any(f"could train {total:,.0f} runs like GPT-4" in s for s in found["sentences"])


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--chip", "h100", "--count", "0"),
         "Invalid value for '--count': '0' is not a number from 1 to 1,000,000,000"),
        (("--chip", "h100", "--count", "nan"),
         "Invalid value for '--count': 'nan' is not a number; write it like 14_500, 54%, "
         "1/28.5 or 1e6"),
        (("--chip", "h10"), "no accelerator is called 'h10'; did you mean 'h100'?"),
        (("--model", "lama-2-70b"),
         "no AI model is called 'lama-2-70b'; did you mean 'llama-2-70b'?"),
        (("--fleet", "metta"), "no buyer is called 'metta'; did you mean 'meta'?"),
        (("--chip", "h100", "--mfu", "1.4"),
         "Invalid value for '--mfu': '1.4' is ambiguous; write 1.4% or 0.014"),
        (("--chip", "h100", "--mbu", "60"),
         "Invalid value for '--mbu': '60' is ambiguous; write 60% or 0.6"),
        (("--chip", "tpu-v5e", "--precision", "fp8"),
         "tpu-v5e has no FP8 mode, it has BF16 and INT8; give --precision int8"),
        (("--chip", "h100", "--count", "1", "--model", "llama-2-70b"),
         "llama-2-70b in BF16 with one user of 2,048 tokens takes 139 GB, and 1 chip holds 72 GB "
         "(90% of 80 GB each): it needs 2 h100; give so many chips, fewer bits or a shorter "
         "--context"),
        (("--fleet", "meta", "--chip", "h100"),
         "--fleet and --chip ask different questions; give one of them"),
        (("--count", "5"), "--count says how many of --chip; give --chip too"),
        (("--compare", ","), "--compare names no accelerator"),
        (("--compare", "h100", "--model", "gpt-4"),
         "gpt-4: layers or heads are not published, so its cache is unknown"),
        (("--chip", "h100", "--site-power", "0.001"),
         "a site of 0.001 MW does not power a single chip"),
        (("--chip", "h100", "--count", "1000", "--site-power", "1", "--sites", "1"),
         "1,000 h100 need 2 sites of 1 MW; give --sites 2 or more"),
        (("--fleet", "meta", "--at", "2031Q1"),
         "--at 2031Q1: fleets are known from 2023Q1 to 2026Q4"),
        (("--train", "mistral-7b"), "--train mistral-7b: nothing is published of its training"),
        (("--chip", "h100", "--assume", "power.puh=1.3"),
         "no figure has the name 'power.puh'; did you mean 'power.pue'?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_messages(args: tuple[str, ...], said: str) -> None:
    assert message(*args) == said


@pytest.mark.parametrize("columns", [60, 100])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    for args in (COMPARE, ("--chip", "h100", "--count", "20480"), ("--fleet", "meta")):
        lines = run(*args, columns=columns).stdout.splitlines()
        assert max(map(len, lines)) <= columns


def test_what_binds_and_the_sources_stay_in_a_narrow_terminal() -> None:
    for args in (COMPARE, ("--chip", "h100", "--count", "20480")):
        shown = run(*args, columns=60).stdout
        assert "Per user  Per chip  Bound by" in shown
        assert re.search(r"^ Assumption +Value +Source$", shown, re.MULTILINE)
