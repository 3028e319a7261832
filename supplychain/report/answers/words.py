"""The answer of ``words``: terms and what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from supplychain.report.tables import Column, Document, Table
from supplychain.report.words import Word

COLUMNS = (Column("term", "Term"), Column("means", "Means", least=30))


def words_document(words: Sequence[Word]) -> Document:
    """A table of the words, in the order given."""
    table = Table("words", "", COLUMNS, tuple((w.term, w.means) for w in words))
    return Document("supplychain/words/1", MappingProxyType({}), (), (table,), table)
