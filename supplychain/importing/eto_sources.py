"""Texts in which the data set names its sources, as entries of a bibliography."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from supplychain.importing.names import Taken

ADDRESS = "https://github.com/georgetown-cset/eto-chip-explorer"
PUBLISHER = "CSET, Emerging Technology Observatory"
DATA_SET = "eto-semiconductors"
"""Id of the data set itself in the bibliography."""

_LINK = re.compile(r"\[([^\]]*)\]\((https?://[^)\s]+)[^)]*\)")
_URL = re.compile(r"https?://[^\s/.]+\.[^\s()\],]+")


@dataclass(frozen=True, slots=True)
class SourceText:
    """One source.

    Attributes:
        title: The text with its links taken out.
        urls: The addresses that it links to; that of the data set if there is none.
    """

    id: str
    title: str
    urls: tuple[str, ...]


def read_sources(texts: Iterable[str]) -> Mapping[str, SourceText]:
    """Sources by their text; an empty text stands for the data set itself.

    Example:
        >>> text = "[CSET](https://cset.georgetown.edu/publication/x/) (citing SEMI)"
        >>> read_sources([text])[text].id
        'eto-cset-citing-semi'
    """
    taken = Taken([DATA_SET])
    title = "Advanced Semiconductor Supply Chain Dataset"
    sources = {"": SourceText(DATA_SET, title, (ADDRESS,))}
    for text in sorted(set(texts) - {""}):
        plain = plain_text(text)
        id_ = taken.id(f"eto {plain.partition('. ')[0]}", str(len(sources)))
        urls = tuple(dict.fromkeys(_URL.findall(text)))
        sources[text] = SourceText(id_, plain, urls or (ADDRESS,))
    return MappingProxyType(sources)


def plain_text(text: str) -> str:
    """The text with each link ``[name](address)`` made its name."""
    return _LINK.sub(r"\1", text)
