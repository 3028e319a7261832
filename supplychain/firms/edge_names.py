"""Names of an edge table as people mean them: what looks the same is the same.

A name is text or a whole number. Text is taken in Unicode's composed form (NFC), without
characters that nobody sees and with runs of blanks as one; ``2`` and ``2.0`` are one name where
they come as numbers. What differs visibly, in case if in nothing else, stays apart.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from supplychain.importing.delimited import shown, tidy

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Mask: TypeAlias = npt.NDArray[np.bool_]

LONGEST = 1_000
"""Characters of a name."""

NAMED = 3
"""Examples that a remark gives."""

_EXACT = 2**53
"""From here on, floating-point numbers leave whole numbers out."""

_NAME = "a name is text or a whole number"
_ALIKE = str.maketrans("‐‑‒–—―−’‘`´", "-------''''")
_WRITTEN_NUMBER = re.compile(r"^(?:0[0-9]+|[0-9]+\.)[0-9.]*$", re.MULTILINE)
_NUMBER = re.compile(r"0*([0-9]+)(?:\.0*)?")


@dataclass(frozen=True, eq=False)
class Names:
    """A column of names, numbered.

    Attributes:
        codes: Row to its entry, -1 if it has none.
        entries: What stands in the table, each once.
        names: By entry, the name it stands for: texts, or whole numbers if all are numbers.
        altered: Whether an entry is not spelled as its name.
        problems: Rows that have no name, and why.
    """

    codes: npt.NDArray[np.int64]
    entries: Sequence[object] | npt.NDArray[np.int64]
    names: npt.NDArray[Any]
    altered: bool = False
    problems: tuple[tuple[Mask, str], ...] = ()


def read_names(column: pd.Series, label: str) -> Names:
    """Number the names of a column, of whatever type, and note what is no name."""
    import pandas as pd

    if pd.api.types.is_integer_dtype(column.dtype) and not column.hasnans:
        codes, numbers = pd.factorize(column.to_numpy())
        if numbers.dtype.kind == "i":
            return Names(codes, numbers, numbers.astype(np.int64))
    codes, entries = _distinct(column)
    if (codes >= 0).all() and _plain(entries):
        return Names(codes, entries, np.array(entries, dtype=object))
    texts, wrong = [], defaultdict(list)
    for code, entry in enumerate(entries):
        text, why = "", "is empty; name it, or leave the row out"
        try:
            text = text_of(entry)
        except ValueError as error:
            why = str(error)
        texts.append(text)
        if not text:
            wrong[f"{label} {why}"].append(code)
    if (codes < 0).any():
        wrong[f"{label} is empty; name it, or leave the row out"].append(-1)
    names: npt.NDArray[Any] = np.array(texts, dtype=object)
    if column.dtype.kind == "f" and not wrong:
        names = names.astype(np.int64)
    problems = tuple((np.isin(codes, where), message) for message, where in wrong.items())
    return Names(codes, entries, names, True, problems)


def _plain(entries: Sequence[object]) -> bool:
    """Whether all entries are texts of plain characters that say what they seem to; fast."""
    try:
        text = "\n".join(entries)  # type: ignore[arg-type]
    except TypeError:
        return False
    return (
        text.isascii()
        and text.replace("\n", "").isprintable()
        and text.count("\n") == len(entries) - 1
        and not any(blank in f"\n{text}\n" for blank in ("\n\n", "\n ", " \n", "  "))
        and max(map(len, entries), default=0) <= LONGEST  # type: ignore[arg-type]
    )


def _distinct(column: pd.Series) -> tuple[npt.NDArray[np.int64], Sequence[object]]:
    """Row to entry, -1 where there is none, and the entries that stand in a row."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        used, codes = np.unique(column.cat.codes.to_numpy(), return_inverse=True)
        gaps = int(used[:1].sum() < 0)  # -1, where there is no entry, sorts first
        return codes - gaps, [_comparable(c) for c in column.cat.categories[used[gaps:]]]
    cells = column.to_numpy(dtype=object)
    if pd.api.types.infer_dtype(cells, skipna=False) != "string":
        cells = np.array([_comparable(cell) for cell in cells], dtype=object)
    codes, found = pd.factorize(cells)
    return np.asarray(codes, dtype=np.int64), list(found)


def _comparable(cell: object) -> object:
    """The cell; what is neither text nor number as its type, which is like no other cell."""
    import pandas as pd

    if cell is None or cell is pd.NA or cell is pd.NaT or isinstance(cell, str):
        return cell
    number = isinstance(cell, Integral | Real | Decimal) and not isinstance(cell, bool | np.bool_)
    return cell if number else _Odd(type(cell).__name__)


@dataclass(frozen=True)
class _Odd:
    """Something of a type that is never a name."""

    kind: str


def as_texts(names: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Names as an array of texts, whole numbers too."""
    return np.array([str(name) for name in names], dtype=object)


def text_of(entry: object) -> str:
    """The text that stands for a name; empty if the name is.

    Raises:
        ValueError: It is no name; the message follows on what is meant: ``is a list; …``.

    Example:
        >>> text_of("Acme\\u00a0 Corp "), text_of(2.0), text_of(7)
        ('Acme Corp', '2', '7')
    """
    if isinstance(entry, str):
        text = tidy(entry)
        if len(text) > LONGEST:
            raise ValueError(f"has more than {LONGEST:,} characters; shorten it")
        return text
    if isinstance(entry, Integral):
        return str(int(entry))
    if not isinstance(entry, Real | Decimal):
        kind = entry.kind if isinstance(entry, _Odd) else type(entry).__name__
        raise ValueError(f"is of type {kind}; {_NAME}")
    number = entry if isinstance(entry, Decimal) else float(entry)
    if math.isnan(number):
        return ""
    if math.isinf(number) or number != int(number):
        raise ValueError(f"is no whole number; {_NAME}")
    if isinstance(number, float) and abs(number) >= _EXACT:
        raise ValueError("is a number that has lost its last digits; write it as text")
    return str(int(number))


def remarks(kind: str, columns: Sequence[Names], names: npt.NDArray[Any]) -> tuple[str, ...]:
    """What was joined, and what looks like one name and was not.

    Args:
        kind: What the names are of, in the plural: ``firms``.
        columns: All columns that name them.
        names: The names in all columns, each once.
    """
    found = []
    if joined := sorted(_joined(columns).items()):
        spelled = "; ".join(
            f"{_listed(sorted(spellings))} as '{shown(name)}'" for name, spellings in joined[:NAMED]
        )
        many = sum(len(spellings) for _, spellings in joined)
        found.append(
            f"{many:,} spellings of {kind} were read as {len(joined):,}, since they differ only in "
            f"blanks and characters that nobody sees: {spelled}{_more(len(joined))}."
        )
    if apart := _apart(names):
        named = "; ".join(map(_listed, apart[:NAMED]))
        found.append(
            f"{sum(map(len, apart)):,} {kind} count apart and may be {len(apart):,}, spelled in "
            f"several ways: {named}{_more(len(apart))}. Spell them alike if they are one."
        )
    return tuple(found)


def _listed(texts: Sequence[str]) -> str:
    return ", ".join(f"'{shown(text)}'" for text in texts)


def _more(many: int) -> str:
    return f"; and {many - NAMED:,} more" if many > NAMED else ""


def _joined(columns: Sequence[Names]) -> dict[str, set[str]]:
    """The spellings of each name that has several."""
    if not any(column.altered for column in columns):
        return {}
    pairs = [
        (entry, name)
        for column in columns
        for entry, name in zip(column.entries, column.names, strict=True)
        if isinstance(entry, str)
    ]
    odd = {name: set[str]() for entry, name in pairs if entry != name}
    for entry, name in pairs if odd else ():
        if name in odd:
            odd[name].add(entry)
    return {name: entries for name, entries in odd.items() if len(entries) > 1}


def _apart(names: npt.NDArray[Any]) -> list[list[str]]:
    """Names that differ in case, in the width or form of a sign, or as numbers are written."""
    if names.dtype != object:
        return []
    lines = "\n".join(names)
    plain = lines.isascii() and not _WRITTEN_NUMBER.search(lines)
    if plain and len(set(lines.lower().split("\n"))) == len(names):
        return []
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[_key(name)].append(name)
    return sorted(sorted(names) for names in groups.values() if len(names) > 1)


def _key(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_ALIKE)
    number = _NUMBER.fullmatch(text) if text[:1].isdigit() else None
    return number[1] if number else text.casefold()
