"""Files of edge tables: each is read as it stands, or refused with its place and the cure."""

from __future__ import annotations

import csv
import datetime
import io
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from supplychain.cli import _group
from supplychain.firms import edge_files
from supplychain.firms.edges import COLUMNS, EdgeError
from supplychain.firms.singles import single_points
from supplychain.importing.delimited import TableError, records

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


# Rows that do not fit the header. The reader must never shift, pad or cut one.

CUT = "put a text that contains a comma in double quotes, write decimals as 0.5"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("zeiss,asml,optics,1,100\nasml,tsmc,scanner,1,200\ntsmc,nvidia,wafer,1,300\n",
         f"2: row 1 has 5 fields, the header has 4; {CUT} (and 2 more rows)"),
        ("a,b,c,1,2,3\nd,e,f,1,2,3\n",
         f"2: row 1 has 6 fields, the header has 4; {CUT} (and 1 more row)"),
        (CHAIN + "a,b,c,1,2\n", f"5: row 4 has 5 fields, the header has 4; {CUT}"),
        ("zeiss,asml,optics,0,5\n", f"2: row 1 has 5 fields, the header has 4; {CUT}"),
        (CHAIN + "a,b,c,1,\n",
         "5: row 4 has 5 fields, the header has 4; take the commas at its end out"),
        ("a,b,c,1,,\n", "2: row 1 has 6 fields, the header has 4; take the commas at its end out"),
        ("a,b,c\n", "2: row 1 has 3 fields, the header has 4; a field that is empty keeps its "
         "comma"),
        (CHAIN + "a\n", "5: row 4 has 1 field, the header has 4; a field that is empty keeps its "
         "comma"),
        ('"a\nb",c,d,1\n\na,b\n', "5: row 2 has 2 fields, the header has 4; a field that is empty "
         "keeps its comma"),
    ],
)  # fmt: skip
def test_rows_that_do_not_fit_the_header(path: Path, rows: str, message: str) -> None:
    assert refused(path, HEAD + rows) == message
    assert refused(path, (HEAD + rows).replace("\n", "\r\n")) == message


@given(st.lists(st.integers(1, 7), min_size=1, max_size=6), st.sampled_from(["\n", "\r\n", "\r"]))
def test_only_rows_as_long_as_the_header_are_read(widths: list[int], end: str) -> None:
    rows = [",".join("abc1xyz"[:width]) for width in widths]
    text = end.join([HEAD.strip(), *rows]).encode()

    if set(widths) == {4}:
        assert edge_files._csv(text).to_numpy().tolist() == [["a", "b", "c", "1"]] * len(rows)
    else:
        with pytest.raises(TableError, match="the header has 4"):
            edge_files._csv(text)


def test_further_columns_and_empty_rows_say_nothing(path: Path) -> None:
    further = (
        "note,supplier,share,customer,note,commodity\n,a,1,b,,x\n\n,,,,,\n   \n,b,2,c,,x\n,,,,,"
    )

    assert accepted(path, further)["meta"]["links"] == 2


# Both ways to read a file give the same, on every text.

FIELDS = st.text(st.sampled_from('ab1" ,\n\r\t;é\u200b'), max_size=4)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(FIELDS, min_size=3, max_size=5), max_size=5), st.booleans(), st.booleans())
@example([["a", '"b"', "x"]], False, False)
def test_the_fast_reader_reads_what_the_other_reads(
    rows: list[list[str]], quoted: bool, raw: bool
) -> None:
    header = ["commodity", "supplier", "share", "customer"]
    out = io.StringIO()
    writer = csv.writer(
        out, lineterminator="\n", quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    )
    writer.writerow(header)
    if not raw:
        writer.writerows(rows)
    text = out.getvalue() + ("\n".join(",".join(row) for row in rows) if raw else "")
    wanted = dict(zip(COLUMNS, [1, 3, 0, 2], strict=True))

    fast = edge_files._regular(text.encode(), 4, wanted)
    if fast is not None:
        read = records(text.encode())
        _, fields = next(read)
        slow = edge_files._row_by_row(read, fields, wanted)
        assert [r for r in fast.to_numpy().tolist() if any(c.strip() for c in r)] == [
            r for r in slow.to_numpy().tolist() if any(c.strip() for c in r)
        ]


# Files that are no CSV in UTF-8.


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("supplier;customer;commodity;share\nzeiss;asml;optics;0,5\n",
         "1: its columns are separated by semicolons; save it with commas, and decimals with a "
         "point"),
        ("Supplier\tCustomer\tCommodity\tShare\na\tb\tc\t1\n",
         "1: its columns are separated by tabs; save it with commas, and decimals with a point"),
        ("supplier|customer|commodity|share|note\na|b|c|1|\n",
         "1: its columns are separated by bars; save it with commas, and decimals with a point"),
        ("supplier:customer:commodity:share\na:b:c:1\n",
         "1: its columns are separated by colons; save it with commas, and decimals with a point"),
        ("supplier  customer  commodity  share\na b c 1\n",
         "1: its columns are separated by blanks; save it with commas, and decimals with a point"),
        ("sep=;\nsupplier;customer;commodity;share\na;b;c;1\n",
         "1: its columns are separated by what its first line 'sep=;' says; save it with commas, "
         "and decimals with a point"),
        ("a,b,c,1\n", "1: no header: the first row is a, b, c, 1; begin with "
         "supplier,customer,commodity,share"),
        ("supplier,customer,commodity\na,b,c\n",
         "no column 'share'; an edge table has supplier, customer, commodity, share, this one has: "
         "supplier, customer, commodity"),
        ("supplier,buyer,commodity\na,b,c\n",
         "no columns 'customer', 'share'; an edge table has supplier, customer, commodity, share, "
         "this one has: supplier, buyer, commodity"),
        (HEAD.replace("share", "share,Share ") + "a,b,c,1,2\n",
         "2 columns are called 'share'; keep one of them"),
        ("", "the file is empty; an edge table has a header"),
        ("\n \n\r\n", "the file is empty; an edge table has a header"),
        (HEAD, "no rows below the header; give at least one link"),
        (HEAD.strip(), "no rows below the header; give at least one link"),
        (HEAD + "\n,,,\n , , ,\n", "no rows below the header; give at least one link"),
        ((HEAD + "Zeiß,asml,optics,1\n").encode("latin-1"),
         "2: not UTF-8 text: byte 0xDF; save it as CSV in UTF-8"),
        ((HEAD + CHAIN).encode("utf-16"), "the text is in UTF-16; save it as CSV in UTF-8"),
        ((HEAD + CHAIN).encode("utf-16-le"), "the text is in UTF-16; save it as CSV in UTF-8"),
        ((HEAD + CHAIN).encode("utf-32"), "the text is in UTF-32; save it as CSV in UTF-8"),
        (HEAD + CHAIN + "a\0,b,c,1\n", "5: not text: character U+0000; save it as CSV in UTF-8"),
        (HEAD + "a,b,c,1\n\x1b[2Ja,b,d,1\n",
         "row 2 (\\x1b[2Ja → b, d): supplier has the character U+001B; take it out"),
        (b"PK\x03\x04 and so on", "this is a spreadsheet or another zip archive, not CSV; save it "
         "as CSV in UTF-8"),
        (b"\x1f\x8b\x08", "this is compressed (gzip), not CSV; save it as CSV in UTF-8"),
        (b"PAR1", "this is a Parquet file, not CSV; save it as CSV in UTF-8"),
        (HEAD + 'a,b,c,1\n"d,e,f,1\ng,h,i,1\n',
         "3: a quote is opened here and never closed; close it, or write a quote within quotes "
         "twice"),
        (HEAD + 'a,"b" c,d,1\n',
         "2: text after a closing quote; write a quote within quotes twice"),
        (HEAD + 'a,"' + "x\n" * 70_000, "2: a field of more than 131,072 characters; if a quote "
         "was left open, close it, or write a quote within quotes twice"),
        (HEAD + "a," * 600_000, "2: a line of more than 1,000,000 characters; end each row with a "
         "line break"),
        (HEAD + "a," * 60_000 + "\n",
         "2: row 1 has 60,001 fields, the header has 4; " + CUT),
        (HEAD + "a" * 1001 + ",b,c,1\n", f"row 1 ({'a' * 50}… → b, c): supplier has more than "
         "1,000 characters; shorten it"),
    ],
)  # fmt: skip
def test_files_that_are_no_edge_table(path: Path, content: str | bytes, message: str) -> None:
    assert refused(path, content) == message


def test_the_line_counts_in_files_of_every_system(path: Path) -> None:
    for end in (b"\n", b"\r\n", b"\r"):
        text = HEAD.strip().encode() + end + b"a,b,c,1" + end + b"\xff,b,c,1" + end
        assert refused(path, text) == "3: not UTF-8 text: byte 0xFF; save it as CSV in UTF-8"


def test_a_byte_order_mark_capitals_and_blanks_in_the_header_say_nothing(path: Path) -> None:
    plain = accepted(path, HEAD + CHAIN)

    for header in ("\ufeff" + HEAD, "Supplier, CUSTOMER ,\u00a0Commodity,share\n"):
        for end in ("\n", "\r\n", "\r"):
            assert accepted(path, (header + CHAIN).replace("\n", end)) == plain
    assert accepted(path, '"supplier", "customer", "commodity", "share"\n' + CHAIN) == plain


def test_a_folder_and_a_device_are_no_files(tmp_path: Path) -> None:
    folder, device = tmp_path / "links.csv", tmp_path / "zero.csv"
    folder.mkdir()
    device.symlink_to("/dev/zero")

    for path in (folder, device):
        assert run(path).stderr == f"{path}: this is a folder or a device, not a file\n"


# Parquet.


def test_parquet_types_that_are_no_names_and_no_shares(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    for value, message in (
        (datetime.date(2024, 1, 1), "supplier is of type date"),
        (pd.Timestamp("2024-01-01"), "supplier is of type Timestamp"),
        ([1, 2], "supplier is of type ndarray"),
        ({"a": 1}, "supplier is of type dict"),
        (b"x", "supplier is of type bytes"),
        (True, "supplier is of type bool"),
        (None, "supplier is empty"),
    ):
        table((value, "b", "x", 1)).to_parquet(path)
        result = run(path)
        assert (result.exit_code, result.stdout) == (1, "")
        assert f": {message}; " in result.stderr


def parquet_of_links() -> bytes:
    out = io.BytesIO()
    rows = pd.read_csv(io.StringIO(HEAD + CHAIN)).set_index("supplier")
    rows.to_parquet(out)
    return out.getvalue()


PARQUET = parquet_of_links()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.integers(0, len(PARQUET) - 1), st.integers(1, 255)), min_size=1, max_size=4
    )
)
def test_damaged_parquet_is_read_or_refused(flips: list[tuple[int, int]]) -> None:
    data = bytearray(PARQUET)
    for at, bits in flips:
        data[at] ^= bits
    with suppress(EdgeError):
        single_points(edge_files._parquet(bytes(data)))


def test_parquet_of_more_rows_than_any_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(PARQUET)
    monkeypatch.setattr(edge_files, "MOST_ROWS", 2)
    assert run(path).stderr == f"{path}: says it has 3 rows; it is damaged\n"
    table().astype({"supplier": str}).to_parquet(path)
    assert run(path).stderr == f"{path}: no rows below the header; give at least one link\n"
    path.write_bytes(PARQUET[: len(PARQUET) // 2])
    assert run(path).stderr.startswith(f"{path}: cannot be read as Parquet, the file is damaged: ")


# Anything at all.

FIRMS = st.sampled_from(["a", "b ", "B", "é", "e\u0301", "2", "2.0", "NA", "=1", "\x9b"])
GOODS = st.sampled_from(["x", "y", ""])
SHARES = st.sampled_from(["1", "0", "1e100", "5e-324", "30%", "1_0", "1/3", "nan", "1e999"])
SIGNS = st.sampled_from('supplier,customer,commodity,share\n\r";\t 019.%e-\0\ufeff')
ROWS = st.lists(st.tuples(FIRMS, FIRMS, GOODS, SHARES), max_size=8)
FILES = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(SIGNS, max_size=99).map(lambda text: (HEAD + text).encode()),
    ROWS.map(lambda rows: (HEAD + "\n".join(map(",".join, rows))).encode()),
)
UNTIMED = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)


@settings(max_examples=250, deadline=None, suppress_health_check=UNTIMED)
@given(FILES, st.sampled_from(["json", "csv", "md", "table"]))
def test_any_file_is_answered_or_refused(path: Path, data: bytes, form: str) -> None:
    path.write_bytes(data)

    result = run(path, "-f", form)

    assert isinstance(result.exception, SystemExit | None), data
    if result.exit_code:
        assert (result.exit_code, result.stdout) == (1, "")
        assert all(line.startswith(f"{path}:") for line in result.stderr.splitlines())
    else:
        assert not any(word in result.stdout.split() for word in ("nan", "inf", "nan%"))
        if form == "json":
            json.loads(result.stdout, parse_constant=pytest.fail)
