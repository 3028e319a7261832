"""``supplychain firms``: the published cases from files, names of columns, the graph joined."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from supplychain.cli import _group
from tests.firms.test_stress import CASE as STRESS
from tests.firms.test_stress import chip9
from tests.firms.test_systemic import CASE as ESRI
from tests.firms.test_systemic import chip16

HEADER = "Lieferant,Kunde,Ware,Anteil"
NAMED = "supplier=Lieferant,customer=Kunde,commodity=Ware,share=Anteil"


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(_group, ["firms", *map(str, args)])


def answer(*args: str | Path) -> Any:
    done = run(*args, "--format", "json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def written(path: Path, *rows: str, header: str = "supplier,customer,commodity,share") -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def test_columns_may_be_called_anything(tmp_path: Path) -> None:
    file = written(tmp_path / "t.csv", "Mine,Hütte,Erz,1", "Hütte,Werk,Metall,1", header=HEADER)

    found = answer("removals", file, "--columns", NAMED)

    assert [(p["firm"], p["lost"]) for p in found["points"]] == [("Mine", 1), ("Hütte", 1)]
    assert found["schema"] == "supplychain/firms-removals/1"


def test_a_column_that_is_not_there_is_named_as_it_was_given(tmp_path: Path) -> None:
    file = written(tmp_path / "t.csv", "a,b,c,1")

    done = run("removals", file, "--columns", "supplier=Lieferant")

    assert done.exit_code == 1
    assert done.stderr == (
        f"{file}: no column 'Lieferant'; an edge table has supplier, customer, commodity, share, "
        "this one has: supplier, customer, commodity, share\n"
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("supplier", "'supplier' is not COLUMN=NAME, like supplier=Lieferant"),
        (
            "seller=x",
            "'seller' is no column; there are: supplier, customer, commodity, share, kind",
        ),
        ("supplier=x,supplier=y", "'supplier' is given twice"),
    ],
)
def test_names_of_columns_are_checked(tmp_path: Path, given: str, said: str) -> None:
    done = run("removals", written(tmp_path / "t.csv", "a,b,c,1"), "--columns", given)

    assert done.exit_code == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())


def test_the_published_index_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "chip16.csv"
    chip16().to_csv(file, index=False)

    found = answer("esri", file, "--top", "16")

    assert {row["firm"]: row["esri"] for row in found["firms"]} == pytest.approx(
        ESRI["expected_with_market_share_replaceability"], abs=1e-8
    )
    found = answer("esri", file, "--top", "16", "--irreplaceable")
    assert {row["firm"]: row["esri"] for row in found["firms"]} == pytest.approx(
        ESRI["expected_no_replaceability"], abs=1e-8
    )


@pytest.fixture
def plants(tmp_path: Path) -> Path:
    for name, table in zip(("sites", "products", "links"), chip9(), strict=True):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    return tmp_path


def test_the_published_stress_test_from_files(plants: Path) -> None:
    found = answer("stress", plants, "--recovery", str(STRESS["TTR_periods"]), "--top", "99")

    assert {row["site"]: row["lost_margin"] for row in found["sites"]} == pytest.approx(
        STRESS["expected_lost_margin"], abs=1e-6
    )
    assert {row["site"]: row["survival"] for row in found["sites"]} == pytest.approx(
        STRESS["expected_TTS_periods"], rel=1e-9
    )


def test_times_to_recover_may_stand_in_the_table(plants: Path) -> None:
    sites, _, _ = chip9()
    sites.assign(recovery=STRESS["TTR_periods"]).to_csv(plants / "sites.csv", index=False)

    assert answer("stress", plants)["meta"]["sites"] == len(sites)


def test_a_stress_test_without_times_is_refused(plants: Path) -> None:
    done = run("stress", plants)

    assert done.exit_code == 2
    assert "no column 'recovery'; give --recovery for all sites" in done.stderr


def test_a_stress_test_names_the_file_that_is_missing(plants: Path) -> None:
    (plants / "links.csv").unlink()

    done = run("stress", plants, "--recovery", "3")

    assert done.exit_code == 1
    assert done.stderr == f"{plants / 'links.csv'}: No such file or directory\n"


def test_a_number_that_is_none_is_refused_with_its_row(plants: Path) -> None:
    sites, _, _ = chip9()
    sites.astype(object).assign(stock="much").to_csv(plants / "sites.csv", index=False)

    done = run("stress", plants, "--recovery", "3")

    assert done.exit_code == 2
    assert "sites, row 1: stock is much; a finite number, 0 or more, is needed" in done.stderr


@pytest.mark.parametrize(
    ("kind", "condition", "code"),
    [("removals", "chokepoints>=1", 3), ("removals", "lost>5", 0), ("esri", "esri>10%", 3)],
)
def test_a_script_can_stop(tmp_path: Path, kind: str, condition: str, code: int) -> None:
    file = written(tmp_path / "t.csv", "mine,smelter,ore,1", "smelter,works,metal,1")

    assert run(kind, file, "--fail-on", condition).exit_code == code


def test_a_condition_on_exposed_sites(plants: Path) -> None:
    args = ("stress", plants, "--recovery", "1e6")

    assert run(*args, "--fail-on", "exposed>=1").exit_code == 3


def test_firms_are_joined_to_the_graph(tmp_path: Path) -> None:
    file = written(
        tmp_path / "t.csv",
        "TSMC,Mine,CoWoS-S,1",
        "SK hynix,Mine,HBM3E,60",
        "Micron Technology,Mine,HBM3E,40",
        "Hynix Ltd.,Other,chips,1",
        "Bakery,Other,bread,1",
    )

    found = answer("removals", file, "--attach", "--at", "2025Q2", "--top", "99")
    lost = {point["firm"]: point["products"] for point in found["points"] if point["products"]}

    assert {row["firm"]: row["id"] for row in found["attached"]}["TSMC"] == "tsmc"
    assert found["doubtful"] == [{"firm": "Hynix Ltd.", "candidates": "sk-hynix"}]
    assert lost["ASML"] == ["Mine"]  # whom the table does not name
    assert lost["TSMC"] == ["Mine"]
    assert lost["Bakery"] == ["Other"]
    assert "SK hynix" not in lost  # there is a second source


def test_the_quarter_is_of_the_graph(tmp_path: Path) -> None:
    done = run("removals", written(tmp_path / "t.csv", "a,b,c,1"), "--at", "2025Q2")

    assert done.exit_code == 2
    assert "--at is the quarter of the graph; give --attach too" in done.stderr


def test_csv_holds_rows_and_remarks_go_elsewhere(tmp_path: Path) -> None:
    done = run("removals", written(tmp_path / "t.csv", "mine,works,ore,1"), "--format", "csv")

    assert done.stdout.splitlines()[0].startswith("firm,lost,falls")
    assert len(done.stdout.splitlines()) == 2
