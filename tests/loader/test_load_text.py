"""Damaged and hostile files end in a clear message, quickly."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplychain.loader.problems import Page
from supplychain.loader.text import MAX_BYTES, compose, decode


def complaint(data: bytes | str) -> str:
    """What is said of a file with this content, without the excerpt."""
    page = Page("f.yaml", "data/f.yaml")
    text = decode(data.encode() if isinstance(data, str) else data, page)
    if text is not None:
        compose(text, page)
    [problem] = page.problems
    where = f"{problem.place.line}:{problem.place.column}: " if problem.place.line else ""
    return f"{where}{problem.message}"


BOMB = "a0: &a0 [x, x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 25)
)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            BOMB,
            "its aliases stand for too much: written out, the file has more than 100,000 entries",
        ),
        (
            "a: &a [*a]",
            "its aliases stand for too much: written out, the file has more than 100,000 entries",
        ),
        ("[" * 200_000, "nested more than 30 levels deep"),
        ("{a: " * 100_000, "nested more than 30 levels deep"),
        ("".join(f"{' ' * i}a:\n" for i in range(1000)), "nested more than 30 levels deep"),
        (b"x" * 10_000_000, "the file has 10.0 MB; at most 1 MB is read"),
        (b"\x89PNG\r\n\x1a\n", "not UTF-8 text: byte 0x89 in line 1, column 1"),
        (b"a: b\nc: \xff", "not UTF-8 text: byte 0xFF in line 2, column 4"),
        ("a: b".encode("utf-16"), "not UTF-8 text: byte 0xFF in line 1, column 1"),
        ("a: \x00", "not text: character U+0000 in line 1, column 4"),
        ("a: b\n\tc: d", "2:1: a tab"),
        ("", "the file is empty"),
        ("# only a comment", "the file is empty"),
        ("a: %b", "1:4: a text cannot begin with this character"),
        ("a: [b", "2:1: a list in [...] lacks a ',' or its closing ']'"),
        ("a: {b: c", "2:1: a block in {...} lacks a ',' or its closing '}'"),
        ("a: 'b\nc: d\n", "1:4: the quotes that open here are never closed"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_said_of_a_bad_file(data: bytes | str, said: str) -> None:
    begin = time.perf_counter()

    assert complaint(data) == said
    assert time.perf_counter() - begin < 2


def test_a_byte_order_mark_and_windows_line_ends_are_tolerated() -> None:
    page = Page("f.yaml", "f.yaml")
    node = compose(decode(b"\xef\xbb\xbfa: b\r\nc: d\r\n", page) or "", page)

    assert page.problems == []
    assert node is not None
    assert [(k.value, v.value) for k, v in node.value] == [("a", "b"), ("c", "d")]
    assert node.value[1][0].start_mark.line == 1


def test_the_largest_file_is_read() -> None:
    page = Page("f.yaml", "f.yaml")

    assert decode(b"#" * MAX_BYTES, page) is not None
    assert page.problems == []


@pytest.mark.parametrize(
    "text", ["a: NO", "a: 1:30", "a: 2024-01-01", "a: 1_000", "a: yes", "a: 0x1F"]
)
def test_no_text_is_taken_for_something_else(text: str) -> None:
    page = Page("f.yaml", "f.yaml")
    node = compose(text, page)

    assert node is not None
    assert node.value[0][1].value == text[3:]


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_tree_or_in_one_problem(data: bytes) -> None:
    page = Page("f.yaml", "f.yaml")
    text = decode(data, page)
    node = None if text is None else compose(text, page)

    assert (node is None) == (len(page.problems) == 1)


@given(st.text(alphabet="ab:- \n[]{}&*!'\"#|>%@,?\r\x85\u2028", max_size=60))
def test_any_yaml_like_text_ends_in_a_tree_or_in_one_problem(text: str) -> None:
    page = Page("f.yaml", "f.yaml")
    node = compose(text, page)

    assert (node is None) == (len(page.problems) == 1)
    for problem in page.problems:
        assert str(problem).startswith("f.yaml:")
