"""``chokepoints --edges``: the table as shown, and every kind of bad input with its message."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from supplychain.cli import _group

ROWS = """\
supplier,customer,commodity,share
zeiss,asml,optics,1
asml,tsmc,scanner,1
tsmc,nvidia,wafer,0.9
samsung,nvidia,wafer,0.1
nvidia,cloud,gpu,1
nvidia,NA,gpu,1
"""


def run(path: Path, *options: str) -> Result:
    return CliRunner().invoke(
        _group, ["chokepoints", "--edges", str(path), *options], env={"COLUMNS": "100"}
    )


@pytest.fixture
def links(tmp_path: Path) -> Path:
    path = tmp_path / "links.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_the_table_as_shown(links: Path) -> None:
    result = run(links)

    assert result.exit_code == 0
    assert (
        result.stdout
        == """\
Chokepoints  every firm of links.csv removed on its own, exactly
Network      7 firms · 6 links · 5 needs, 80% with one supplier
Products     2: firms that supply nobody

Single points of failure
 #  Firm    Lost  Falls  Serves alone  Lost nearly  Falls nearly  Why
 1  nvidia     2      3             2            2             3  NA needs gpu and only nvidia
                                                                  supplies it
 2  zeiss      0      3             1            2             6  asml needs optics and only zeiss
                                                                  supplies it
 3  asml       0      2             1            2             5  tsmc needs scanner and only asml
                                                                  supplies it
 4  tsmc       0      1             0            2             4  nvidia needs wafer and tsmc
                                                                  supplies 90% of it
 No room for: Products lost.

Lost: products lost with the firm, itself not counted. Falls: firms that fall with it, itself
included, where one supplier left is enough. Nearly: a need fails once those left hold less than 25%
of it.
"""
    )


def test_csv_holds_every_row_and_json_the_reasons(links: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(links, "--top", "1", "--format", "csv").stdout)))
    assert [row["firm"] for row in rows] == ["nvidia", "zeiss", "asml", "tsmc"]
    assert (rows[1]["falls"], rows[1]["lost_nearly"]) == ("3", "2")

    points = json.loads(run(links, "--top", "1", "--format", "json").stdout)["points"]
    assert [(p["firm"], p["products"]) for p in points] == [("nvidia", ["NA", "cloud"])]


def test_a_product_may_be_a_commodity_or_a_firm(links: Path) -> None:
    found = json.loads(run(links, "--product", "gpu", "--format", "json").stdout)
    assert {p["firm"]: p["lost"] for p in found["points"]}["nvidia"] == 1

    result = run(links, "--product", "nvida")
    assert result.exit_code == 2
    assert "no commodity and no firm is called 'nvida'; did you mean 'nvidia'?" in result.stderr


@pytest.mark.parametrize("option", [("--at", "2023Q2"), ("--by", "country"), ("--data", "x")])
def test_what_is_about_the_data_is_refused(links: Path, option: tuple[str, str]) -> None:
    result = run(links, *option)

    assert result.exit_code == 2
    assert f"{option[0]} is about the network of the data, not about --edges" in result.stderr


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("tsmc,nvidia,wafer,0.9", "tsmc,nvidia,wafer,-0.9",
         "row 3 (tsmc → nvidia, wafer): share is -0.9; a share is 0 or more"),
        ("tsmc,nvidia,wafer,0.9", "tsmc,nvidia,wafer,",
         "row 3 (tsmc → nvidia, wafer): share is missing; give it, or 0 for a maker who is "
         "qualified but unused"),
        ("tsmc,nvidia,wafer,0.9", "tsmc,nvidia,wafer,most",
         "row 3 (tsmc → nvidia, wafer): share 'most' is not a number, like 0.25"),
        ("tsmc,nvidia,wafer,0.9", "tsmc,nvidia,wafer,nan",
         "row 3 (tsmc → nvidia, wafer): share 'nan' is not a number, like 0.25"),
        ("tsmc,nvidia,wafer,0.9", "tsmc,nvidia,wafer,inf",
         "row 3 (tsmc → nvidia, wafer): share is inf; a share is finite"),
        ("tsmc,nvidia,wafer,0.9", "tsmc,,wafer,0.9",
         "row 3 (tsmc → , wafer): customer is empty; name it, or leave the row out"),
        ("commodity,share", "commodity,volume",
         "no column 'share'; an edge table has supplier, customer, commodity, share, this one has: "
         "supplier, customer, commodity, volume"),
    ],
)  # fmt: skip
def test_each_problem_is_named_with_its_row(links: Path, old: str, new: str, message: str) -> None:
    links.write_text(ROWS.replace(old, new), encoding="utf-8")

    result = run(links)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{links}: {message}\n"


def test_all_problems_are_named_together(links: Path) -> None:
    links.write_text(
        "supplier,customer,commodity,share\na,b,x,-1\nc,d,y,-2\n,f,z,1\n", encoding="utf-8"
    )

    assert run(links).stderr == (
        f"{links}: row 3 ( → f, z): supplier is empty; name it, or leave the row out\n"
        f"{links}: row 1 (a → b, x): share is -1; a share is 0 or more (and 1 more row)\n"
    )


def test_a_firm_that_buys_from_itself_is_remarked(links: Path) -> None:
    links.write_text(ROWS + "cloud,cloud,power,1\n", encoding="utf-8")

    result = run(links)

    assert result.exit_code == 0
    assert "1 firm buys from itself: such a need never fails before the firm does." in result.stdout


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gone.csv", None, "No such file or directory"),
        ("empty.csv", b"", "the file is empty; an edge table has a header"),
        ("header.csv", b"supplier,customer,commodity,share\n",
         "no rows below the header; give at least one link"),
        ("links.xlsx", b"x", "an edge table is a .csv or a .parquet file"),
        ("latin.csv", "supplier,customer,commodity,share\nZei\xdf,b,c,1\n".encode("latin-1"),
         ":2: not UTF-8 text: byte 0xDF; save it as CSV in UTF-8"),
        ("ragged.csv", b"supplier,customer,commodity,share\na,b,c,1\na,b,c,1,1,1\n",
         ":3: row 2 has 6 fields, the header has 4; put a text that contains a comma in double "
         "quotes, write decimals as 0.5"),
        ("broken.parquet", b"not parquet", "cannot be read as Parquet, the file is damaged: "),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    result = run(path)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{path}{'' if message[0] == ':' else ': '}{message}")
    assert len(result.stderr.splitlines()) == 1


def test_parquet_gives_what_csv_gives(links: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    parquet = links.with_suffix(".parquet")
    pd.read_csv(links, keep_default_na=False).to_parquet(parquet)

    assert run(parquet, "-f", "csv").stdout == run(links, "-f", "csv").stdout

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = run(parquet)
    assert result.exit_code == 1
    assert result.stderr == (
        f"{parquet}: reading .parquet needs pyarrow: pip install pyarrow, or give a .csv\n"
    )


def test_an_edge_table_loads_no_network(links: Path) -> None:
    code = "import sys; from supplychain.report.answers.firms import edges_document; "
    code += f"from pathlib import Path; edges_document(Path({str(links)!r}), [], 5); "
    code += "sys.exit('supplychain.loader' in sys.modules)"
    import subprocess

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
