"""The answer of ``words``: terms and what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from supplychain.report.tables import Column, Columns, Document, table
from supplychain.report.words import Word

COLUMNS: Columns[Word] = (Column("term", "Term"), Column("means", "Means", least=30))


def words_document(words: Sequence[Word]) -> Document:
    """A table of the words, in the order given."""
    listed = table("words", COLUMNS, words)
    return Document("supplychain/words/1", MappingProxyType({}), (), (listed,), listed)
