"""Tables: what people read, what machines read."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from supplychain.report.tables import (
    LEAST_WIDTH,
    Cell,
    Column,
    Document,
    Format,
    Kind,
    Table,
    compact,
    render,
    show,
)

KINDS: tuple[Kind, ...] = ("units", "number", "share", "change")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (970, "970"),
        (999.6, "1.00k"),
        (36_500, "36.5k"),
        (1_240_000, "1.24M"),
        (12_400_000, "12.4M"),
        (124_000_000, "124M"),
        (6.58e9, "6.58bn"),
        (-36_500, "−36.5k"),
        (999.4, "999"),
        (9_994, "9.99k"),
        (9_995, "10.0k"),
        (99_949, "99.9k"),
        (99_950, "100k"),
        (999_499, "999k"),
        (999_500, "1.00M"),
        (999_500_000, "1.00bn"),
        (0.4, "0"),
        (-0.4, "0"),
        (-970, "−970"),
    ],
)
def test_three_digits_at_most(value: float, text: str) -> None:
    assert compact(value) == text


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "units", "–"),
        (True, "text", "yes"),
        (0.544, "share", "54%"),
        (0.015, "share", "1.5%"),
        (0.0, "share", "0%"),
        (-0.128, "change", "−12.8%"),
        (0.0601, "change", "+6.0%"),
        (0.0001, "change", "0.0%"),
        (1234.5, "number", "1,234"),
        (2.5, "number", "2.5"),
        (-3.0, "number", "−3"),
        (False, "units", "no"),
        ("as it is", "share", "as it is"),
        ("a-b", "number", "a-b"),
        (1_240_000, "units", "1.24M"),
        (-970, "units", "−970"),
        (0.0994, "share", "9.9%"),
        (0.0996, "share", "10%"),
        (1.0, "share", "100%"),
        (-0.2, "share", "−20%"),
        (-0.015, "share", "−1.5%"),
        (-0.0, "share", "0%"),
        (0, "change", "0.0%"),
        (-0.0004, "change", "0.0%"),
        (-0.0006, "change", "−0.1%"),
        (-1.0, "change", "−100.0%"),
        (99.4, "number", "99"),
        (99.6, "number", "100"),
        (-99.6, "number", "−100"),
        (-0.0, "number", "0"),
        (0.025, "number", "0.025"),
        (-1234567, "number", "−1,234,567"),
    ],
)
def test_a_cell_for_people(value: Cell, kind: Kind, text: str) -> None:
    assert show(value, kind) == text


@pytest.mark.parametrize("kind", ["text", "units", "number", "share", "change"])
def test_what_is_unknown_is_a_dash_in_every_column(kind: Kind) -> None:
    assert show(None, kind) == "–"


@given(st.floats(-1e12, 1e12), st.sampled_from(KINDS))
def test_numbers_have_a_real_minus_sign_and_zero_has_none(value: float, kind: Kind) -> None:
    text = show(value, kind)

    assert "-" not in text
    if abs(value) >= 1e-3:
        # Too small for a digit is zero; all else keeps its sign.
        digits = any(c in "123456789" for c in text)
        assert text.startswith("−") == (value < 0 and digits)


def document(*rows: tuple[Cell, ...]) -> Document:
    columns: tuple[Column[Any], ...] = (
        Column("name", "Name"),
        Column("units", "Units", "units"),
        Column("note", "A rather long heading", priority=1),
    )
    table = Table("rows", "The rows", columns, rows, "no rows at all")
    return Document("supplychain/test/1", {"k": 1}, (("Head", "[bold]"),), (table, "So."), table)


def test_csv_is_raw_and_safe_to_open_in_a_spreadsheet() -> None:
    text = render(document(("=1+1", 0.5, None), ("a,b", 2, True)), "csv")

    assert list(csv.reader(io.StringIO(text))) == [
        ["name", "units", "note"],
        ["'=1+1", "0.5", ""],
        ["a,b", "2", "true"],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_no_text_is_a_formula(text: str) -> None:
    [_, row] = csv.reader(io.StringIO(render(document((text, -1.5, text)), "csv"), newline=""))

    shown = text.replace("\t", r"\t")
    assert row == [f"'{shown}", "-1.5", f"'{shown}"]


def test_csv_keeps_commas_and_quotes_and_has_one_line_a_row() -> None:
    text = render(document(('a "b", c', False, "one\ntwo")), "csv")

    assert list(csv.reader(io.StringIO(text, newline="")))[1] == [
        'a "b", c',
        "false",
        r"one\ntwo",
    ]
    assert text.count("\n") == 2


def test_a_carriage_return_begins_neither_a_row_nor_a_formula() -> None:
    text = render(document(("\r=1", 1, "one\r\ntwo\rthree")), "csv")

    assert list(csv.reader(io.StringIO(text, newline="")))[1:] == [
        [r"'\r=1", "1", r"one\r\ntwo\rthree"]
    ]


def test_csv_without_rows_still_has_its_heading() -> None:
    assert render(document(), "csv") == "name,units,note\n"


def test_csv_does_not_round() -> None:
    assert "x,1234567.891,0.1\n" in render(document(("x", 1234567.891, 0.1)), "csv")


def test_json_has_schema_meta_rows_and_sentences() -> None:
    content = json.loads(render(document(("x", 1.5, None)), "json"))

    assert content == {
        "schema": "supplychain/test/1",
        "meta": {"k": 1},
        "rows": [{"name": "x", "units": 1.5, "note": None}],
        "sentences": ["So."],
    }


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_json_has_no_nan(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        render(document(("x", value, None)), "json")
    with pytest.raises(ValueError, match="not JSON compliant"):
        render(dataclasses.replace(document(), meta={"k": value}), "json")


def test_json_has_further_records_and_readable_characters() -> None:
    whole = dataclasses.replace(document(("Müller −", 1, True)), records={"more": [1, None]})
    text = render(whole, "json")
    content = json.loads(text)

    assert content["more"] == [1, None]
    assert content["rows"][0]["note"] is True
    assert "Müller −" in text
    assert text.endswith("}\n")


def test_a_whole_answer_in_markdown() -> None:
    assert render(document(("x", 36_500, None)), "md").splitlines() == [
        "- **Head**: \\[bold]",
        "",
        "### The rows",
        "",
        "| Name | Units | A rather long heading |",
        "|---|--:|---|",
        "| x | 36.5k | – |",
        "",
        "So.",
    ]


def test_a_line_break_does_not_break_a_markdown_row() -> None:
    assert r"| one\\ntwo | 1 | x |" in render(document(("one\ntwo", 1, "x")), "md")


def test_markdown_keeps_markup_and_pipes_as_text() -> None:
    text = render(document(("a|<b>", 1, "x")), "md")

    assert "| a\\|&lt;b> | 1 | x |" in text
    assert "|---|--:|---|" in text


@pytest.mark.parametrize("width", [60, 100, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    rows = [("word " * 20, 10.0**n, "note " * 9) for n in range(5)]
    text = render(document(*rows), "table", width=width)

    assert max(map(len, text.splitlines())) <= width
    assert "word" in text


@pytest.mark.parametrize("width", [60, 100, 200])
@pytest.mark.parametrize("breakable", [True, False])
@pytest.mark.parametrize("cell", ["x" * 250, "字" * 120, "u" * 40 + " " + "v" * 45, "a\nb"])
def test_no_text_makes_a_line_too_wide(width: int, breakable: bool, cell: str) -> None:
    columns: tuple[Column[Any], ...] = (
        Column("a", "A", breakable=breakable),
        Column("b", "B" * 30, "units", priority=1),
    )
    table = Table("t", "T " * 150, columns, ((cell, 1),))
    whole = Document("s/1", {}, (("Head", cell),), (table, "long " * 80, cell), table)

    lines = render(whole, "table", width=width).splitlines()
    assert max(map(cell_len, lines)) <= width


def test_a_terminal_is_never_taken_for_narrower_than_the_least() -> None:
    rows = (("word " * 20, 1, "note"),)

    assert render(document(*rows), "table", width=5) == render(
        document(*rows), "table", width=LEAST_WIDTH
    )


@pytest.mark.parametrize("width", [60, 100, 200])
def test_words_and_numbers_are_never_cut(width: int) -> None:
    name = "organization-with-a-rather-long-name"
    text = render(document((f"{name} and more", 124_000_000, "note " * 30)), "table", width=width)

    assert name in text
    assert "124M" in text


@pytest.mark.parametrize("width", [60, 70, 80, 100, 140])
def test_no_word_of_a_wrapped_column_loses_a_letter(width: int) -> None:
    why = "one-rather-long-input-name needs another-input-name and only some-maker makes it"
    columns: tuple[Column[Any], ...] = (
        Column("n", "Name", least=16),
        Column("s", "At stake", "share"),
        Column("w", "Why", least=28),
    )
    rows = tuple((f"Corporation of Number {i}", 1.0, why) for i in range(3))
    table = Table("t", "", columns, rows)
    text = render(Document("s/1", {}, (), (table,), table), "table", width=width)

    assert {*why.split(), "Corporation", "Number"} <= set(text.split())
    assert max(map(cell_len, text.splitlines())) <= width


def test_a_long_fact_stays_beside_its_label() -> None:
    head = (("Scenario", "one " * 30), ("D", "two"))
    table = Table("t", "", (Column("a", "A"),), ())
    lines = render(Document("s/1", {}, head, (), table), "table", width=60).splitlines()

    assert lines[0].startswith("Scenario  one one")
    assert lines[1].startswith("          one one")
    assert lines[-1] == "D         two"


def test_the_longest_texts_get_the_room_that_is_left() -> None:
    columns: tuple[Column[Any], ...] = (Column("a", "A"), Column("b", "B"))
    table = Table("t", "", columns, (("short " * 3, "long " * 40),))
    shown = render(Document("s/1", {}, (), (table,), table), "table", width=100)

    # Were the room halved, the long cell would take five lines instead of three.
    [_, *lines] = shown.splitlines()
    assert len(lines) == 3


def dropping(priorities: tuple[int, ...]) -> Document:
    columns: tuple[Column[Any], ...] = tuple(
        Column(f"c{i}", f"Heading{i}" + "x" * 10, "units", priority=p)
        for i, p in enumerate(priorities)
    )
    table = Table("t", "", columns, (tuple(range(len(priorities))),))
    return Document("s/1", {}, (), (table,), table)


@pytest.mark.parametrize(
    ("priorities", "left"),
    [
        ((0, 2, 1, 0), [0, 2, 3]),
        ((3, 2, 1, 0), [1, 2, 3]),
        ((0, 0, 0, 0), [0, 1, 2]),
        ((0, 2, 1, 2, 0), [0, 2, 4]),
    ],
)
def test_the_highest_priority_number_goes_first(
    priorities: tuple[int, ...], left: list[int]
) -> None:
    # Each column takes 20 characters, so three fit 60.
    text, _, dropped = render(dropping(priorities), "table", width=60).partition("No room for: ")

    assert [i for i in range(len(priorities)) if f"Heading{i}" in text] == left
    assert [i for i in range(len(priorities)) if f"Heading{i}" in dropped] == [
        i for i in range(len(priorities)) if i not in left
    ]
    assert all(f"Heading{i}" in render(dropping(priorities), "table") for i in range(4))


def test_machines_get_every_column_whatever_the_width() -> None:
    whole = dropping((0, 1, 2, 3, 4))
    keys = ["c0", "c1", "c2", "c3", "c4"]

    assert render(whole, "csv", width=60).splitlines()[0].split(",") == keys
    assert list(json.loads(render(whole, "json", width=60))["t"][0]) == keys


def test_narrow_terminals_lose_the_least_important_column_first() -> None:
    rows = (("n" * 40, 1, "kept if there is room"),)

    assert "A rather long heading" in render(document(*rows), "table", width=100)
    narrow = render(document(*rows), "table", width=60)
    assert "A rather long heading" not in narrow.partition("No room for")[0]
    assert "No room for: A rather long heading." in " ".join(narrow.split())


def test_markup_is_shown_and_nothing_is_coloured_unless_asked() -> None:
    plain = render(document(("[red]x[/red]", 1, "")), "table")

    assert "[red]x[/red]" in plain
    assert "[bold]" in plain
    assert "\x1b" not in plain
    assert "\x1b" in render(document(("x", 1, "")), "table", color=True)


@pytest.mark.parametrize("color", [False, True])
def test_control_characters_of_the_data_do_not_reach_the_terminal(color: bool) -> None:
    bad = "\x1b]0;title\x07\x1b[2Jx\x9b31m"
    table = Table("t", bad, (Column("a", bad),), ((bad,),))
    empty = Table("e", "", (Column("a", "A"),), (), bad)
    whole = Document("s/1", {}, ((bad, bad),), (table, empty, bad), table)
    text = render(whole, "table", color=color)

    styles = re.compile(r"\x1b\[[0-9;]*m")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", styles.sub("", text))
    assert bool(styles.search(text)) == color
    assert "[2Jx" in text


@pytest.mark.parametrize("form", ["table", "md"])
def test_no_rows_are_said_in_words(form: Format) -> None:
    assert "no rows at all" in render(document(), form)
