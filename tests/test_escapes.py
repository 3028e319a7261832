"""Text from outside, made harmless: terminals, spreadsheets, Markdown, JSON, links."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from supplychain import escapes
from supplychain.cli import errors
from supplychain.escapes import is_web, markdown, spreadsheet_cell, visible, visible_lines
from supplychain.loader.problems import Page
from supplychain.model import Place
from supplychain.report.tables import Column, Document, Format, Table, render

HOSTILE = {
    "\x1b]0;title\x07": r"\x1b]0;title\x07",
    "\x1b[2J\x1b[31m": r"\x1b[2J\x1b[31m",
    "\x9b31mred": r"\x9b31mred",
    "\x00": r"\x00",
    "\x7f": r"\x7f",
    "over\rwritten": r"over\rwritten",
    "two\nlines\tand": r"two\nlines\tand",
    "\u202egnp.exe": r"\u202egnp.exe",
    "\u2066\u2069\u200e\u200f\u061c": r"\u2066\u2069\u200e\u200f\u061c",
    "zero\u200bwidth\u2060\ufeff": r"zero\u200bwidth\u2060\ufeff",
    "a\u2028b\u2029c\x85": r"a\u2028b\u2029c\x85",
    "\U000e0041tag": r"\U000e0041tag",
    "\udcff": r"\udcff",
}
COMMANDS = re.compile(r"[^\n\x20-\x7e\xa0-\xac\xae-\u05ff\u2010-\u2027]")


@pytest.mark.parametrize(("text", "shown"), HOSTILE.items(), ids=map(ascii, HOSTILE))
def test_what_a_terminal_would_obey_is_a_mark(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible_lines(f"{text}\n\t").endswith("\n\t")


@pytest.mark.parametrize(
    "text",
    ["SK hynix", "Müller − 12 % · 1×", "台積電", "삼성전자", "ASML\u00a0NV", "e\u0301", "👍"],
)
def test_names_stay_as_they_are(text: str) -> None:
    assert visible(text) == visible_lines(text) == spreadsheet_cell(text) == markdown(text) == text


def test_every_control_format_and_separator_character_is_marked() -> None:
    kinds = ("Cc", "Cf", "Cs", "Zl", "Zp")
    passed = [i for i in range(0x110000) if unicodedata.category(chr(i)) in kinds
              and visible(chr(i)) == chr(i)]  # fmt: skip
    marked = [i for i in range(0x110000) if visible(chr(i)) != chr(i)]

    assert passed == []
    # What this Python's Unicode does not know yet, and room that Unicode keeps for tags.
    assert {unicodedata.category(chr(i)) for i in marked} <= {*kinds, "Cn", "Mn", "Lo"}
    assert not [i for i in marked if i < 0x3000 and unicodedata.category(chr(i)) not in kinds]


def document(text: str) -> Document:
    """One that has the text wherever a document has text."""
    columns: tuple[Column[Any], ...] = (Column("name", text), Column(text, "Other"))
    table = Table("rows", text, columns, ((text, 1.0), (text, None)))
    empty = Table("none", "", columns, (), text)
    return Document("s/1", {"k": text}, ((text, text),), (table, empty, text), table)


@pytest.mark.parametrize("form", ["table", "json", "md"])
@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_form_commands_the_terminal(text: str, form: Format) -> None:
    for terminal in (False, True):
        shown = render(document(text), form, terminal=terminal)
        assert not COMMANDS.search(shown)
        assert shown.encode().decode() == shown


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_csv_commands_no_terminal_and_keeps_the_spelling_elsewhere(text: str) -> None:
    assert not COMMANDS.search(render(document(text), "csv", terminal=True))
    [_, row, _] = csv.reader(io.StringIO(render(document(text), "csv"), newline=""))

    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", row[0])
    unseen = "".join(c for c in text if unicodedata.category(c) == "Cf")
    assert "".join(c for c in row[0] if unicodedata.category(c) == "Cf") == unseen


@given(st.text())
def test_json_means_the_same(text: str) -> None:
    shown = render(document(text), "json", terminal=True)

    assert json.loads(shown)["rows"][0]["name"] == text
    assert not escapes._COMMAND_IN_LINES.search(shown)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_mark_means_one_character(text: str) -> None:
    plain = text.replace("\\", "/")

    assert visible(plain).encode("latin-1", "backslashreplace").decode("unicode_escape") == plain


@pytest.mark.parametrize("form", ["\x1bc", "\u202e", "\x9b"])
def test_messages_command_no_terminal(form: str) -> None:
    page = Page("organizations/x.yaml", "x.yaml", f"name: a{form}b\nid: x{form}y\n")
    page.problem(Place("organizations/x.yaml", 2, 5), f"no id: x{form}y", f"rename {form}it")
    [problem] = page.problems
    lines = str(problem).splitlines()

    assert form not in str(problem)
    assert lines[2].index("x") == lines[3].index("^")
    assert lines[3].count("^") == len(visible(f"x{form}y"))


def test_what_was_typed_commands_no_terminal() -> None:
    from supplychain.cli import _group

    for args in (["explain", "\x1b[2Jx"], ["\x1b[2Jx"], ["explain", "h100", "--at\x9b=1"]):
        shown = CliRunner().invoke(_group, args)
        assert shown.exit_code == 2
        assert r"\x" in shown.stderr
        assert not COMMANDS.search(shown.stderr.replace("\n", ""))


def test_a_mistake_of_the_program_commands_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    error = RuntimeError("\x1b[2J")
    errors.say_bug(RuntimeError, error, None)

    assert capsys.readouterr().err == "RuntimeError: \\x1b[2J\n"


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠x", "﹦1"]


@pytest.mark.parametrize("before", ["", " ", "\u00a0", "\ufeff", "\u200b", "\u2060 ", "\t", "\r\n"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula(before: str, formula: str) -> None:
    cell = spreadsheet_cell(before + formula)

    assert cell.startswith("'")
    assert cell.endswith(formula)
    assert spreadsheet_cell(f"x{formula}") == f"x{formula}"


@pytest.mark.parametrize("text", ["a\n=1", "a\r=1", "a\x0b=1", "a\x85=1", "a\u2028=1"])
def test_a_line_break_begins_no_formula(text: str) -> None:
    """Readers that know no quotes take the second line for a row."""
    assert spreadsheet_cell(text).splitlines() == [f"a{visible(text[1])}=1"]


def test_numbers_stay_numbers() -> None:
    table = Table("t", "", (Column("a", "A", "number"),), ((-4.7,), (-3,), (1e-9,)))

    assert render(Document("s/1", {}, (), (table,), table), "csv") == "a\n-4.7\n-3\n1e-09\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<iframe src=x>", "&lt;iframe src=x>"),
        ("[a](javascript:1)", r"\[a](javascript:1)"),
        ("![x](http://x)", r"!\[x](http\://x)"),
        ("[x]: http://x", r"\[x]: http\://x"),
        ("a|b", r"a\|b"),
        ("`code`", r"\`code\`"),
        ("a_b", "a_b"),
        ("_a_ *b* ~~c~~", r"\_a\_ \*b\* \~\~c\~\~"),
        ("\\|", r"\\\|"),
        ("# x", r"\# x"),
        ("- x", r"\- x"),
        ("-12.8% of", "-12.8% of"),
        ("1. x", r"1\. x"),
        ("> x", r"\> x"),
        ("---", r"\---"),
        ("    code", "code"),
        ("&lt;b>", "&amp;lt;b>"),
        ("AT&T", "AT&T"),
        ("www.x.org", r"www\.x.org"),
        ("at HTTPS://x", r"at HTTPS\://x"),
        ("https://x.org/a_b?c=*&lt;", "https://x.org/a_b?c=%2A&amp;lt;"),
        ("https://x.org/\"><script>", "https\\://x.org/\">&lt;script>"),
    ],
)  # fmt: skip
def test_markdown_shows_names_as_they_are(text: str, shown: str) -> None:
    assert markdown(text) == shown


@pytest.mark.parametrize(
    ("address", "web"),
    [
        ("https://example.org", True),
        ("HTTP://example.org:8080/a_(b)?q=1#x", True),
        ("https://example.org/größe", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)//http://x", False),
        ("data:text/html,x", False),
        ("ftp://example.org", False),
        ("//example.org", False),
        ("https://", False),
        (" https://example.org", False),
        ("https://example.org/\nx", False),
        ("https://example.org/'onclick=", False),
        ('https://example.org/"x', False),
        ("https://example.org/<x>", False),
        ("https://good.org@evil.org/", False),
        ("https://good.org\\@evil.org/", False),
        ("https://example.org/\u202egro", False),
        ("https://example.org/\x1b[2J", False),
        ("https://exa\u200bmple.org/", False),
    ],
)
def test_only_plain_web_addresses_are_links(address: str, web: bool) -> None:
    assert is_web(address) == web
