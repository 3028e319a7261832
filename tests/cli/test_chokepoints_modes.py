"""``chokepoints`` as a command: scores, its other forms, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supplychain.cli import _group
from tests import DATA

EXAMPLE = DATA / "example"


@pytest.fixture(autouse=True, scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache of its own, so that what is computed here is computed here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def run(*args: str, data: Path | None = EXAMPLE, columns: int = 100) -> Result:
    return CliRunner().invoke(
        _group,
        ["chokepoints", *args, *(("--data", str(data)) if data else ())],
        prog_name="supplychain",
        env={"COLUMNS": str(columns), "FORCE_COLOR": None},
    )


def test_scores_are_computed_once_and_then_read_back() -> None:
    first = run("--at", "2024Q1", "--by", "supply")
    second = run("--at", "2024Q1", "--by", "supply")

    assert first.stderr == "Computing what each loss in 2024Q1 would cost, once for this data.\n"
    assert second.stderr == ""
    assert first.stdout == second.stdout
    # Another assumption is another question.
    assumed = run("--at", "2024Q1", "--by", "supply", "--assume", "tsmc.n5.2024Q4=300")
    assert assumed.stderr == first.stderr


def test_the_dearest_loss_comes_first_with_its_cost() -> None:
    lines = run("--at", "2024Q1", "--by", "organization").stdout.splitlines()
    [row] = [line for line in lines if line.startswith(" 1 ")]

    assert lines[1].startswith(
        "Score        share of the H100 equivalents of 2024Q1 to 2024Q4 lost"
    )
    assert row.split()[:4] == ["1", "SK", "hynix", "100"]


def test_the_score_stays_where_the_terminal_is_narrow() -> None:
    def heading(columns: int) -> list[str]:
        lines = run("--at", "2024Q1", "--by", "organization", columns=columns).stdout.splitlines()
        return next(line for line in lines if line.endswith("Why")).split()

    assert {"Name", "Score", "Why"} <= set(heading(60))
    assert "Through" not in heading(60)
    assert {"Score", "felt", "Worst"} <= set(heading(100))
    assert {"Through", "by", "for", "last"} <= set(heading(220))


def test_what_acts_through_tools_is_said_to_grow_slowly() -> None:
    shown = run("--by", "organization", "--by", "country", "-f", "json", data=None)
    rows = {row["name"]: row for row in json.loads(shown.stdout)["single"]}

    assert rows["ASML"]["first_felt"] == "2027Q2, slowly"
    assert rows["ASML"]["worst"].endswith("in 2028Q2")
    assert rows["TSMC"]["first_felt"] == "2026Q4"
    # A country is lost in many ways at once.
    assert rows["JP (plants)"]["first_felt"] == "2026Q4"


def test_csv_and_json_hold_costs() -> None:
    rows = list(csv.DictReader(io.StringIO(run("--at", "2024Q1", "-f", "csv").stdout)))
    content = json.loads(run("--at", "2024Q1", "-f", "json").stdout)
    [tsmc] = [r for r in rows if r["id"] == "tsmc"]

    assert float(tsmc["score"]) == pytest.approx(100.0, abs=0.1)
    assert (tsmc["first_felt"], tsmc["recovery_weeks"]) == ("2024Q3", "40.0")
    assert tsmc["recovery_estimated"] == "true"
    assert content["meta"]["horizon"] == ["2024Q1", "2024Q4"]
    assert [r["id"] for r in content["rows"]] == [r["id"] for r in rows]


def test_sentences_can_be_quoted() -> None:
    shown = run("--at", "2024Q1", "--by", "organization", "--explain", "--top", "1", "-f", "md")

    assert (
        "If SK hynix stopped at the start of 2024Q1 for up to 26 weeks (its estimated time to "
        "recover), 100% of the AI computing power due by the end of 2024Q4 would not have shipped: "
        "19.2M H100 equivalents, US$666bn of accelerators. Nothing would be missing before "
        "2024Q3; the worst quarter would be 2024Q3, with 100% gone; output would not be back to "
        "normal by the end of 2024Q4. NVIDIA H100 needs HBM3 and only SK hynix makes it."
    ) in shown.stdout


def test_sentences_name_countries() -> None:
    shown = run("--at", "2024Q1", "--by", "country", "--explain", "--top", "1", "-f", "md").stdout

    assert "If all plants in Taiwan stopped at the start of 2024Q1 for up to 40 weeks" in shown
    assert "(their estimated time to recover)" in shown
    assert "only TSMC is qualified to make it, in Taiwan." in shown


def test_structure_alone_is_had_without_scores() -> None:
    shown = run("--at", "2024Q1", "--no-score")

    assert "Score" not in shown.stdout
    assert shown.stderr == ""


def test_a_quarter_without_capacities_has_no_score_and_says_so() -> None:
    shown = run()

    assert shown.exit_code == 0
    assert "No score: few capacities are known after 2024Q4; --horizon N scores" in shown.stdout
    assert "as of 2025Q4 · 1 product" in shown.stdout


def test_what_is_no_accelerator_has_no_score() -> None:
    shown = run("--product", "hbm3", "--at", "2024Q1")

    assert "No score: hbm3 is no accelerator, and a score counts these." in shown.stdout
    assert "hbm3 itself" not in shown.stderr
    assert shown.exit_code == 0


NOT_SOLD = "h100 is not sold in 2026Q1, so nothing can be said about losing it; h100 is sold from"


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("-f", "csv"),
        ("-f", "json"),
        ("--fail-on", "chokepoints>=1"),
        ("--by", "organization", "--order", "2"),
        ("--matrix",),
        ("--concentration", "owner"),
        ("--rate", "tsmc=1%"),
        ("--explain",),
    ],
)
def test_a_product_that_is_not_sold_is_no_answer_in_any_form(args: tuple[str, ...]) -> None:
    shown = run("--product", "h100", "--at", "2026Q1", *args)

    assert shown.exit_code == 2
    assert NOT_SOLD in " ".join(shown.stderr.split())
    assert shown.stdout == ""


@pytest.mark.parametrize("quarters", [("2024Q1", "2026Q1"), ("2026Q1", "2024Q1")])
@pytest.mark.parametrize("form", ["table", "csv", "json", "md"])
def test_nothing_became_safer_because_it_is_not_sold(quarters: tuple[str, str], form: str) -> None:
    shown = run("--product", "h100", "--compare", *quarters, "-f", form)

    assert shown.exit_code == 2
    assert NOT_SOLD in " ".join(shown.stderr.split())
    assert shown.stdout == ""


def test_a_product_on_sale_in_one_of_two_quarters_only_is_named_first() -> None:
    shown = run("--compare", "2023Q2", "2026Q1", "--no-score", data=None)

    assert shown.exit_code == 0
    said = [line for line in shown.stdout.splitlines() if line.startswith("Not sold in ")]
    assert [line[:19] for line in said] == ["Not sold in 2023Q2,", "Not sold in 2026Q1,"]
    assert shown.stdout.index("Not sold in") < shown.stdout.index("Became worse")


def test_a_quarter_before_every_launch_says_when_they_are_sold() -> None:
    shown = run("--at", "2020Q1")

    assert shown.exit_code == 2
    assert "h100 is not sold in 2020Q1" in shown.stderr
    assert "h100 is sold from 2022Q3 to 2025Q4" in shown.stderr


def test_a_quarter_after_all_data_is_refused() -> None:
    shown = run("--product", "hbm", "--at", "2031Q1", data=None)

    assert shown.exit_code == 2
    assert "2031Q1 lies after the data, which says nothing after 20" in shown.stderr


def test_data_without_accelerators_is_no_finding(tmp_path: Path) -> None:
    import shutil

    shutil.copytree(EXAMPLE, tmp_path / "data")
    for folder in ("buyers", "scenarios", "history", "outcomes"):
        shutil.rmtree(tmp_path / "data" / folder, ignore_errors=True)
    for path in (tmp_path / "data").rglob("*.yaml"):
        if "\nproduct:" in path.read_text(encoding="utf-8"):
            path.unlink()
    shown = run("--no-score", data=tmp_path / "data")

    assert shown.exit_code == 2
    assert "the data holds no accelerator" in shown.stderr


def test_a_condition_on_a_score_that_is_not_known_is_not_green() -> None:
    shown = run("--fail-on", "score>30%")

    assert shown.exit_code == 2
    assert "--fail-on score>30%: No score: few capacities are known after" in shown.stderr


def test_a_product_nobody_makes_says_why(tmp_path: Path) -> None:
    import shutil

    shutil.copytree(EXAMPLE, tmp_path / "data")
    hynix = tmp_path / "data" / "organizations" / "sk-hynix.yaml"
    hynix.write_text(
        hynix.read_text(encoding="utf-8")
        .replace("    country: KR", "    country: KR\n    end: 2023Q1")
        .replace("    country: CN", "    country: CN\n    end: 2023Q1"),
        encoding="utf-8",
    )
    shown = run("--at", "2024Q1", data=tmp_path / "data")

    assert shown.exit_code == 2
    assert "no asked product is made in 2024Q1, so none can be lost" in shown.stderr
    assert "h100 needs hbm3 and nobody in the data makes it in 2024Q1" in shown.stderr


def test_cut_sets_country_by_stage_and_concentration() -> None:
    pairs = run("--at", "2024Q1", "--by", "organization", "--order", "2")
    matrix = run("--at", "2024Q1", "--matrix", "-f", "csv")
    shares = run("--at", "2024Q1", "--concentration", "owner", "-f", "json")

    assert "Sets of up to 2 that lose a product only together\n  none" in pairs.stdout
    assert "KR,memory,0,1.0" in matrix.stdout.replace("0.0,", "0,")
    assert json.loads(shares.stdout)["concentration"][0]["hhi"] == 10000


def test_two_quarters_side_by_side() -> None:
    shown = run("--compare", "2024Q2", "2024Q3", "--by", "organization")

    assert shown.exit_code == 0
    assert "2024Q2 against 2024Q3" in shown.stdout
    # Both are counted over as many quarters as the later has.
    assert "of 2024Q2 to 2024Q3 and of 2024Q3 to 2024Q4" in " ".join(shown.stdout.split())


def test_rates_give_the_probability_of_losing_a_product() -> None:
    rates = ("--rate", "tsmc=1%", "--rate", "sk-hynix=2%")
    shown = run("--at", "2024Q1", "--product", "h100", *rates, "-f", "json")
    content = json.loads(shown.stdout)

    assert content["meta"]["probability"] == pytest.approx(1 - 0.99 * 0.98)
    rows = {row["id"]: row for row in content["importance"]}
    assert rows["tsmc"]["birnbaum"] == pytest.approx(0.98)
    assert rows["tsmc"]["reduction_worth"] == pytest.approx((1 - 0.99 * 0.98) / 0.02)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--order", "4"), "Invalid value for '--order': '4' is not a whole number from 1 to 3"),
        (("--matrix", "--order", "2"), "--order and --matrix are different answers"),
        (("--compare", "2024Q1", "2024Q1"), "--compare 2024Q1 2024Q1: name two different quarters"),
        (("--compare", "2024Q1", "24Q2"), "'24Q2' is not a quarter"),
        (("--explain", "--no-score"), "--explain tells what losses cost; leave out --no-score"),
        (("--explain", "--matrix"), "--explain is about single points; leave out --matrix"),
        (("--explain",), "--explain: No score: few capacities are known after 2024Q4"),
        (("--rate", "tsmc"), "'tsmc' is not ID=SHARE, like tsmc=1%"),
        (("--rate", "tsmc=5"), "'5' is ambiguous; write 5% or 0.05"),
        (("--rate", "tsmcs=1%"), "no organization is called 'tsmcs'; did you mean 'tsmc'?"),
        (("--rate", "asml=0%"), "no cut set has a probability above zero"),
        (("--order", "2", "--by", "commodity"), "cut sets are of organizations, supplies or"),
        (("--product", "h10"), "no commodity or group is called 'h10'; did you mean 'h100'?"),
        (("--assume", "tsmc.n5.2024Q9=1"), "no figure has the name 'tsmc.n5.2024Q9'"),
        (
            ("--fail-on", "chokepoint>1"),
            "nothing is called 'chokepoint'; did you mean 'chokepoints'?",
        ),
        (("--fail-on", "score>30"), "'score>30' is ambiguous; write 30% or 0.3"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_shown(args: tuple[str, ...], message: str) -> None:
    shown = run(*args)

    assert shown.exit_code == 2
    assert message in " ".join(shown.stderr.split())
    assert shown.stdout == ""


def test_a_condition_that_holds_ends_with_3() -> None:
    shown = run(
        "--at", "2024Q1", "--by", "organization",
        "--fail-on", "chokepoints>=3", "--fail-on", "near>=5", "--fail-on", "score>60%",
    )  # fmt: skip

    assert shown.exit_code == 3
    assert shown.stderr.splitlines()[-2:] == [
        "FAIL  chokepoints>=3: single points of failure is 3",
        "FAIL  score>60%: share of the H100 equivalents that the costliest loses is 100.0%",
    ]
    assert "Single points of failure" in shown.stdout
