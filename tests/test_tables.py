"""Tables: what people read, what machines read."""

from __future__ import annotations

import csv
import io
import json

import pytest

from supplychain.report.tables import (
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
    ],
)
def test_a_cell_for_people(value: Cell, kind: Kind, text: str) -> None:
    assert show(value, kind) == text


def document(*rows: tuple[Cell, ...]) -> Document:
    columns = (
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


def test_json_has_schema_meta_rows_and_sentences() -> None:
    content = json.loads(render(document(("x", 1.5, None)), "json"))

    assert content == {
        "schema": "supplychain/test/1",
        "meta": {"k": 1},
        "rows": [{"name": "x", "units": 1.5, "note": None}],
        "sentences": ["So."],
    }


def test_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        render(document(("x", float("nan"), None)), "json")


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


def test_narrow_terminals_lose_the_least_important_column_first() -> None:
    rows = (("n" * 40, 1, "kept if there is room"),)

    assert "A rather long heading" in render(document(*rows), "table", width=100)
    assert "A rather long heading" not in render(document(*rows), "table", width=60)


def test_markup_is_shown_and_nothing_is_coloured_unless_asked() -> None:
    plain = render(document(("[red]x[/red]", 1, "")), "table")

    assert "[red]x[/red]" in plain
    assert "[bold]" in plain
    assert "\x1b" not in plain
    assert "\x1b" in render(document(("x", 1, "")), "table", color=True)


@pytest.mark.parametrize("form", ["table", "md"])
def test_no_rows_are_said_in_words(form: Format) -> None:
    assert "no rows at all" in render(document(), form)
