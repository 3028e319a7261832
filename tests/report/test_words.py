"""The glossary: one list, shown by the command, the pages and docs/words.md."""

from __future__ import annotations

import os

from click.testing import CliRunner

from supplychain.cli import _group
from supplychain.report.words import WORDS, find_word, words_page
from tests import ROOT


def test_the_page_is_made_from_the_list() -> None:
    page = ROOT / "docs" / "words.md"
    if os.environ.get("GOLDEN") == "write":
        page.write_text(words_page(), encoding="utf-8")

    assert page.read_text(encoding="utf-8") == words_page(), "make golden writes it anew"


def test_each_word_is_one_sentence_and_stands_once() -> None:
    spellings = [s for w in WORDS.values() for s in (w.term, *w.also)]

    assert list(WORDS) == sorted(WORDS)
    assert len(spellings) == len(set(spellings))
    for word in WORDS.values():
        assert word.means[0].isupper(), word.term
        assert word.means.endswith("."), word.term
        assert ". " not in word.means, word.term


def test_a_word_is_found_in_any_case_and_by_other_spellings() -> None:
    assert find_word(" H100  Equivalents ") == WORDS["h100e"]
    assert find_word("Fill Rate") == WORDS["fill rate"]
    assert find_word("flux") is None


def test_the_command_explains_and_refuses() -> None:
    runner = CliRunner()
    shown = runner.invoke(_group, ["words", "gini", "TTR"])
    refused = runner.invoke(_group, ["words", "flux"])

    assert shown.exit_code == 0
    assert "0 when all get the same part" in " ".join(shown.output.split())
    assert "Weeks until a stopped supply is back" in " ".join(shown.output.split())
    assert refused.exit_code == 2
    assert "no word 'flux' is explained; supplychain words lists all" in refused.output
