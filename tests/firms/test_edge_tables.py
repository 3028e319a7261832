"""Edge tables from outside: names, numbers, shares and columns as people mean them."""

from __future__ import annotations

import csv
import datetime
import io
import json
import unicodedata
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.layered import layered
from supplychain.cli import _group
from supplychain.firms.edge_files import read_edges
from supplychain.firms.edges import COLUMNS, EdgeError, edges
from supplychain.firms.singles import single_points
from supplychain.firms.systemic import systemic_risk
from supplychain.report.answers import firms
from supplychain.report.answers.firms import MOST_NAMED, single_points_document
from supplychain.risk.cascade import cascade

HEAD = "supplier,customer,commodity,share\n"
CHAIN = "zeiss,asml,optics,1\nasml,tsmc,scanner,1\ntsmc,nvidia,wafer,1\n"


def run(path: Path, *options: str) -> Result:
    return CliRunner().invoke(
        _group, ["chokepoints", "--edges", str(path), *options], env={"COLUMNS": "100"}
    )


def answer(path: Path, *options: str) -> dict[str, Any]:
    result = run(path, "-f", "json", *options)
    assert result.exit_code == 0, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def lost(path: Path) -> dict[str, int]:
    return {p["firm"]: p["lost"] for p in answer(path)["points"]}


def refused(path: Path, content: str | bytes) -> str:
    """What is said of a file of that content, without its name."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    result = run(path)
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert result.stderr.startswith(f"{path}:")
    return result.stderr.removeprefix(f"{path}:").strip()


def accepted(path: Path, content: str | bytes) -> dict[str, Any]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return answer(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "links.csv"


def table(*rows: tuple[object, object, object, object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))


# Names.


def test_what_looks_the_same_is_the_same_firm_and_is_said(path: Path) -> None:
    assert accepted(path, HEAD + "Acme,X,part,1\nAcme ,X,part,1\nX,Y,box,1\n") | {"points": 0} == {
        "schema": "supplychain/chokepoints-edges/2",
        "meta": {
            "file": "links.csv", "firms": 3, "links": 2, "needs": 2, "cover": 0.25, "products": 1,
            "needs_with_unused_second_source": 0,
        },
        "points": 0,
        "sentences": [
            "Lost: products lost with the firm, itself not counted. Falls: firms that fall with "
            "it, itself included, where one supplier left is enough. Nearly: a need fails once "
            "those left hold less than 25% of it.",
            "2 spellings of firms were read as 1, since they differ only in blanks and characters "
            "that nobody sees: 'Acme', 'Acme ' as 'Acme'.",
        ],
    }  # fmt: skip
    assert lost(path) == {"Acme": 1, "X": 1}
    assert run(path, "-f", "csv").stderr.splitlines() == [
        "2 spellings of firms were read as 1, since they differ only in blanks and characters that "
        "nobody sees: 'Acme', 'Acme ' as 'Acme'."
    ]
    assert run(path, "-f", "csv", "--quiet").stderr == ""


SAME = [
    " Acme Corp", "Acme Corp\t", "Acme  Corp", "Acme\u00a0Corp", "Acme Corp\u3000",
    "Acme\u2009Corp", "Acme\nCorp", "Ac\u200bme Corp", "\ufeffAcme Corp", "Acme Corp\u200e",
    "Ac\u00adme Corp", "Acme\u2060 Corp", "Acme Corp\ufe0f", "\u202eAcme Corp\u202c",
    "Acme\u2028Corp", "Acme\x1cCorp", "Acme\u034f Corp",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SAME, ids=ascii)
@pytest.mark.parametrize("column", [0, 1, 2])
def test_what_nobody_sees_tells_nothing_apart(spelling: str, column: int) -> None:
    rows = [["Acme Corp"] * 3 + [1] for _ in range(2)]
    rows[1][column] = spelling

    found = edges(pd.DataFrame(rows, columns=list(COLUMNS)))

    assert (found.firms.tolist(), found.commodities.tolist()) == (["Acme Corp"], ["Acme Corp"])
    assert found.volume.tolist() == [2]
    assert len(found.remarks) == 1


def test_composed_and_decomposed_letters_are_one() -> None:
    name = "Süss"
    rows = [(unicodedata.normalize(form, name), "b", "x", 1) for form in ("NFC", "NFD")]

    found = edges(table(*rows))

    assert found.firms.tolist() == ["Süss", "b"]
    assert found.remarks == (
        "2 spellings of firms were read as 1, since they differ only in blanks and characters that "
        "nobody sees: 'Su\\u0308ss', 'Süss' as 'Süss'.",
    )


@pytest.mark.parametrize("nothing", ["", " ", "\u00a0", "\u200b", "\t \u3000", "\ufeff", None])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_name_of_nothing_but_blanks_is_empty(nothing: str | None, column: int) -> None:
    rows: list[list[object]] = [["a", "b", "x", 1], ["a", "b", "x", 1], ["c", "d", "y", 1]]
    rows[2][column] = rows[1][column] = nothing

    with pytest.raises(EdgeError) as caught:
        edges(pd.DataFrame(rows, columns=list(COLUMNS)))

    message = f"{COLUMNS[column]} is empty; name it, or leave the row out (and 1 more row)"
    assert str(caught.value).startswith("row 2 (")
    assert str(caught.value).endswith(message)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Acme", "ACME"), ("Straße", "STRASSE"), ("Ａcme", "Acme"), ("SK-Hynix", "SK‑Hynix"),
     ("2", "2.0"), ("7", "007"), ("L'Air", "L’Air")],
)  # fmt: skip
def test_names_that_differ_visibly_stay_apart_and_are_said(one: str, other: str) -> None:
    found = edges(table((one, "b", "x", 1), (other, "b", "x", 1)))

    first, second = sorted((one, other))
    assert len(found.firms) == 3
    assert found.remarks == (
        f"2 firms count apart and may be 1, spelled in several ways: '{first}', '{second}'. "
        "Spell them alike if they are one.",
    )


def test_remarks_name_three_and_count_the_others() -> None:
    rows = [(name, "buyer", "x", 1) for i in range(9) for name in (f"f{i}", f"F{i}", f"f{i} ")]

    joined, apart = edges(table(*rows)).remarks

    assert joined.startswith("18 spellings of firms were read as 9, ")
    assert joined.endswith(
        "'f0', 'f0 ' as 'f0'; 'f1', 'f1 ' as 'f1'; 'f2', 'f2 ' as 'f2'; and 6 more."
    )
    assert apart.startswith("18 firms count apart and may be 9, ")
    assert "'F2', 'f2'; and 6 more." in apart


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=4), st.text(max_size=4)), min_size=1, max_size=6))
def test_spelling_names_otherwise_changes_nothing(pairs: list[tuple[str, str]]) -> None:
    rows = table(*((s, c, "x", 1) for s, c in pairs))
    other = table(
        *((f" \u200b{s}\u00a0", unicodedata.normalize("NFD", c), "x", 1) for s, c in pairs)
    )

    def outcome(rows: pd.DataFrame) -> object:
        try:
            found = single_points(rows)
        except EdgeError as error:
            return len(str(error).splitlines())
        return found.to_frame().to_dict()

    assert outcome(rows) == outcome(other)


# Numbers as names.

NUMBERS: dict[str, Any] = {
    "int64": np.array([1, 2], dtype=np.int64),
    "int8": np.array([1, 2], dtype=np.int8),
    "uint64": np.array([1, 2], dtype=np.uint64),
    "float64": np.array([1.0, 2.0]),
    "float32": np.array([1.0, 2.0], dtype=np.float32),
    "Int64": pd.array([1, 2], dtype="Int64"),
    "Float64": pd.array([1.0, 2.0], dtype="Float64"),
    "text": ["1", "2"],
    "objects": np.array([1, 2.0], dtype=object),
    "decimals": [Decimal("1"), Decimal("2.00")],
    "categories": pd.Categorical([1, 2], categories=[9, 2, 1]),
    "categories of text": pd.Categorical(["1", "2"]),
}


@pytest.mark.parametrize("supplier", NUMBERS)
@pytest.mark.parametrize("customer", NUMBERS)
def test_a_number_is_one_firm_in_whatever_type_it_comes(
    tmp_path: Path, supplier: str, customer: str
) -> None:
    rows = pd.DataFrame({
        "supplier": pd.Series(NUMBERS[supplier]),
        "customer": pd.Series(NUMBERS[customer])[::-1].reset_index(drop=True),
        "commodity": ["x", "y"],
        "share": 1.0,
    })  # fmt: skip

    found = edges(rows)
    assert [str(firm) for firm in found.firms] == ["1", "2"]

    if supplier != "objects" != customer:  # which Parquet has no type for
        rows.to_parquet(tmp_path / "t.parquet")
        again = edges(read_edges(tmp_path / "t.parquet"))
        assert [str(firm) for firm in again.firms] == ["1", "2"]


def test_a_chain_of_numbers_holds_together(tmp_path: Path) -> None:
    path = tmp_path / "ids.parquet"
    rows = table((1, 2.0, "x", 1.0), (2, 3.0, "y", 1.0))
    rows.to_parquet(path)
    assert rows.dtypes.astype(str).tolist()[:2] == ["int64", "float64"]

    points = answer(path)["points"]
    assert [(p["firm"], p["falls"], p["why"]) for p in points] == [
        ("1", 3, "2 needs x and only 1 supplies it"),
        ("2", 2, "3 needs y and only 2 supplies it"),
    ]
    assert [(p["firm"], p["products"]) for p in answer(path, "--product", "2")["points"]] == [
        ("1", ["2"]),
        ("2", []),
    ]
    assert "did you mean" not in run(path, "--product", "9").stderr


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (1.5, "is no whole number; a name is text or a whole number"),
        (float("inf"), "is no whole number; a name is text or a whole number"),
        (2.0**53, "is a number that has lost its last digits; write it as text"),
        (True, "is of type bool; a name is text or a whole number"),
        (b"acme", "is of type bytes; a name is text or a whole number"),
        (datetime.date(2024, 1, 1), "is of type date; a name is text or a whole number"),
        (pd.Timestamp("2024-01-01"), "is of type Timestamp; a name is text or a whole number"),
        (["a"], "is of type list; a name is text or a whole number"),
        ({"a": 1}, "is of type dict; a name is text or a whole number"),
        (1j, "is of type complex; a name is text or a whole number"),
        (float("nan"), "is empty; name it, or leave the row out"),
        (pd.NA, "is empty; name it, or leave the row out"),
        (pd.NaT, "is empty; name it, or leave the row out"),
        ("a\x07", "has the character U+0007; take it out"),
        ("a\ud800", "has the character U+D800; take it out"),
    ],
    ids=lambda value: ascii(value)[:20],
)
@pytest.mark.parametrize("column", ["supplier", "customer", "commodity"])
def test_what_is_no_name(name: object, message: str, column: str) -> None:
    for others in ("a", 1):  # a column of many types, and one of its own
        rows = table((others, others, others, 1)).astype(object)
        rows.loc[1] = rows.loc[0]
        rows[column] = pd.Series([others, name], dtype=object)
        with pytest.raises(EdgeError, match=r"^row 2 \(.*\): ") as caught:
            edges(rows)
        assert str(caught.value).endswith(f"{column} {message}")
    types = object if isinstance(name, str) else None
    alone = pd.DataFrame({c: [name] if c == column else [1] for c in COLUMNS}, dtype=types)
    with pytest.raises(EdgeError, match=r"^row 1 \(.*\): ") as caught:
        edges(alone)
    assert str(caught.value).endswith(f"{column} {message}")


# Shares.


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("1,5", "share '1,5' has a comma; write decimals with a point, like 0.25"),
        ("1,000", "share '1,000' groups its digits; write it like 1234.5"),
        ("1.000,5", "share '1.000,5' groups its digits; write it like 1234.5"),
        ("1'000.5", "share '1'000.5' groups its digits; write it like 1234.5"),
        ("1 000", "share '1 000' groups its digits; write it like 1234.5"),
        ("50%", "share '50%' has a percent sign and others have none; write all alike"),
        ("", "share is missing; give it, or 0 for a maker who is qualified but unused"),
        (" \u00a0", "share is missing; give it, or 0 for a maker who is qualified but unused"),
        ("nan", "share 'nan' is not a number, like 0.25"),
        ("NA", "share 'NA' is not a number, like 0.25"),
        ("inf", "share is inf; a share is finite"),
        ("-Infinity", "share is -Infinity; a share is 0 or more"),
        ("1e400", "share is 1e400; a share is finite"),
        ("1e200", "share is 1e200; 1e+100 is the most"),
        ("-0.5", "share is -0.5; a share is 0 or more"),
        ("1__0", "share '1__0' is not a number, like 0.25"),
        ("0x10", "share '0x10' is not a number, like 0.25"),
        ("١", "share '١' is not a number, like 0.25"),
        ("{share}", "share '{share}' is not a number, like 0.25"),
    ],
)
def test_what_is_no_share(path: Path, cell: str, message: str) -> None:
    got = refused(path, HEAD + f'a,b,x,1\na,b,y,"{cell}"\n')

    assert got.splitlines()[0] == f"row 2 (a → b, y): {message}"


@pytest.mark.parametrize(
    ("cells", "shares"),
    [
        (("54%", "46 %"), [0.54, 0.46]),
        (("54%", "0"), [1, 0]),
        (("1_000", "3_000"), [0.25, 0.75]),
        (("1/4", "3/4"), [0.25, 0.75]),
        ((" 1e3 ", "+3000."), [0.25, 0.75]),
    ],
)
def test_shares_are_written_as_numbers_are_everywhere(
    path: Path, cells: tuple[str, str], shares: list[float]
) -> None:
    path.write_text(HEAD + f"a,c,x,{cells[0]}\nb,c,x,{cells[1]}\n", encoding="utf-8")

    assert edges(read_edges(path)).share.tolist() == pytest.approx(shares)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (None, "share is missing; give it, or 0 for a maker who is qualified but unused"),
        (float("nan"), "share is missing; give it, or 0 for a maker who is qualified but unused"),
        (pd.NA, "share is missing; give it, or 0 for a maker who is qualified but unused"),
        (float("inf"), "share is inf; a share is finite"),
        (10**400, "share is 1"),
        (-1, "share is -1; a share is 0 or more"),
        (True, "share is of type bool; a share is a number, like 0.25"),
        (datetime.date(2024, 1, 1), "share is of type date; a share is a number, like 0.25"),
        ([1], "share is of type list; a share is a number, like 0.25"),
        (b"1", "share is of type bytes; a share is a number, like 0.25"),
        (1j, "share is of type complex; a share is a number, like 0.25"),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_what_is_no_share_in_a_table(cell: object, message: str) -> None:
    rows = table(("a", "b", "x", 1), ("a", "b", "y", 1)).astype(object)
    rows["share"] = pd.Series([1, cell], dtype=object)
    alone = pd.DataFrame({"supplier": ["a"], "customer": "b", "commodity": "x", "share": [cell]})

    for number, given_rows in ((2, rows), (1, alone)):
        with pytest.raises(EdgeError) as caught:
            edges(given_rows)
        assert f"row {number} (a → b, " in str(caught.value)
        assert message in str(caught.value)


def test_the_largest_shares_add_up_to_numbers() -> None:
    found = edges(table(("a", "c", "x", 1e100), ("b", "c", "x", 1e100), ("a", "d", "x", 5e-324)))

    assert found.share.tolist() == [0.5, 0.5, 1]


def test_a_second_source_of_share_0_counts_and_is_counted(path: Path) -> None:
    found = accepted(path, HEAD + "A,X,part,100\nB,X,part,0\nX,Y,box,1\n")

    assert lost(path) == {"X": 1, "A": 0}
    assert found["meta"]["needs_with_unused_second_source"] == 1
    assert found["sentences"][1:] == [
        "1 need has no second source but those with share 0: such a supplier is qualified and "
        "counts. Leave its row out if it is not."
    ]
    matrix = "A,X,p,1\nB,X,p,0\nC,X,p,0\nA,Y,p,0\nB,Y,p,0\nA,Z,p,1\nB,Z,p,1\nA,V,p,0\n"
    assert accepted(path, HEAD + matrix)["sentences"][1:] == [
        "1 need has no second source but those with share 0: such a supplier is qualified and "
        "counts. Leave its row out if it is not.",
        "1 need has several suppliers, all with share 0: they hold equal shares.",
    ]


# Columns of tables and of Parquet files.


def test_columns_in_the_index_are_columns(tmp_path: Path) -> None:
    rows = pd.read_csv(io.StringIO(HEAD + CHAIN))
    plain = single_points(rows).to_frame()

    for names in (["supplier"], ["customer", "supplier"], list(COLUMNS)):
        held = rows.set_index(names)
        assert single_points(held).to_frame().equals(plain)
        if len(names) < 4:
            held.to_parquet(tmp_path / "t.parquet")
            assert single_points(read_edges(tmp_path / "t.parquet")).to_frame().equals(plain)


def test_columns_in_capitals_doubled_and_missing() -> None:
    rows = table(("a", "b", "x", 1))

    assert edges(rows.rename(columns={"share": " Share\u00a0"})).share.tolist() == [1]
    with pytest.raises(EdgeError, match=r"^2 columns are called 'share'; keep one of them$"):
        edges(rows.assign(SHARE=1))
    with pytest.raises(EdgeError, match=r"^2 columns are called 'supplier'; keep one of them$"):
        edges(rows.set_index("supplier", drop=False))
    with pytest.raises(EdgeError, match=r"^no column 'share'; .* this one has: .*, 7$"):
        edges(rows.rename(columns={"share": 7}))
    wide = pd.DataFrame(columns=[f"c{i}" for i in range(100)])
    with pytest.raises(EdgeError, match=r"this one has: c0, .*, c11 and 88 more$"):
        edges(wide)


def test_kinds_are_compared_by_need_whatever_its_names_look_like() -> None:
    rows = table(("a", "c", "x", 1), ("b", "c ", "x", 1)).assign(kind=["essential", "linear"])

    with pytest.raises(EdgeError, match="rows of one need differ in kind: c needs x"):
        systemic_risk(rows)


# Products, and the reason.


def test_every_form_for_machines_holds_every_product_and_the_reason(path: Path) -> None:
    found = accepted(path, HEAD + "".join(f"A,P{i},part,1\n" for i in range(1, 6)))

    names = ["P1", "P2", "P3", "P4", "P5"]
    why = "P1 needs part and only A supplies it"
    assert [(p["products"], p["why"]) for p in found["points"]] == [(names, why)]
    [row] = csv.DictReader(io.StringIO(run(path, "-f", "csv").stdout))
    assert (row["products"], row["why"], row["lost"]) == ("P1; P2; P3; P4; P5", why, "5")
    assert "P1, P2, P3 and 2 more" in run(path, "-f", "md").stdout


def test_the_products_named_are_those_counted(path: Path) -> None:
    path.write_text(HEAD + CHAIN + "asml,intel,scanner,1\n", encoding="utf-8")

    for point in answer(path, "--product", "asml", "--product", "tsmc", "--product", "asml",
                        "--product", "wafer")["points"]:  # fmt: skip
        assert point["lost"] == len(point["products"])
        assert point["firm"] not in point["products"]
    assert answer(path, "--product", "asml", "--product", "asml")["meta"]["products"] == 1


def test_a_commodity_of_the_name_of_a_firm_is_meant_and_said(path: Path) -> None:
    path.write_text(HEAD + "a,gpu,part,1\na,b,gpu,1\ngpu,c,box,1\n", encoding="utf-8")

    found = answer(path, "--product", "gpu")

    assert {p["firm"]: p["lost"] for p in found["points"]} == {"a": 1, "gpu": 0}
    assert "'gpu' is a commodity and a firm; the commodity is meant." in found["sentences"]


def test_a_product_is_found_however_its_blanks_are_and_other_capitals_are_proposed(
    path: Path,
) -> None:
    path.write_text(HEAD + "SK hynix,b,x,1\n", encoding="utf-8")

    assert answer(path, "--product", " SK\u00a0 hynix")["meta"]["products"] == 1
    result = run(path, "--product", "sk HYNIX")
    assert result.exit_code == 2
    assert "is called 'sk HYNIX'; did you mean 'SK hynix'?" in result.stderr
    assert "is called '\\x1b'" in run(path, "--product", "\x1b").stderr


def test_too_many_products_are_counted_in_csv(monkeypatch: pytest.MonkeyPatch) -> None:
    found = single_points(table(*(("A", f"P{i}", "part", 1) for i in range(5))))
    assert MOST_NAMED >= 1_000_000
    monkeypatch.setattr(firms, "MOST_NAMED", 4)

    [row] = single_points_document(found, "t", False, None).flat.rows
    assert "P0, P1, P2 and 2 more" in row


def test_the_reason_is_the_first_need_to_fail() -> None:
    found = single_points(layered(800, seed=3))
    needs = len(found.edges.customer)

    for firm in range(0, len(found.edges.firms), 7):
        failed = [r for r in cascade(found.system, [firm]).requirements if r < needs]
        first = found.first_need(firm)
        assert first == (found._names(failed[0]) if failed else None)
        links = np.flatnonzero(found.edges.supplier == firm)
        largest = max(found.edges.share[links], default=0)
        assert found.largest_share(firm)[0] == largest


def test_a_share_just_below_all_is_not_called_all(path: Path) -> None:
    [point] = accepted(path, HEAD + "a,c,x,999\nb,c,x,1\n")["points"]

    assert point["why"] == "c needs x and a supplies more than 99% of it"
