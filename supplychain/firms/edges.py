"""Supply networks as edge tables: one row says that a supplier serves a need of a customer.

A firm needs every commodity that it buys (AND); any one of the suppliers it buys the commodity
from serves that need (OR). A firm that buys from itself meets that need as long as it stands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from supplychain.errors import AskError
from supplychain.firms.edge_names import Names, as_texts, read_names, remarks
from supplychain.firms.edge_shares import read_shares
from supplychain.importing.delimited import shown, tidy
from supplychain.model.finder import nearest
from supplychain.model.values import same_values
from supplychain.risk.cascade import Ints, Rows, System

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Integers: TypeAlias = npt.NDArray[np.int64]
    Floats: TypeAlias = npt.NDArray[np.float64]

NAMES = ("supplier", "customer", "commodity")
COLUMNS = (*NAMES, "share")

_COMPARED = 20_000
"""Names up to this number are searched for one that is nearly the name asked for."""

_WHOLE = 10**12
"""The weight of a whole need: so fine that a need may have a million suppliers."""


class EdgeError(ValueError):
    """Everything that is wrong with an edge table, one problem a line."""


@dataclass(frozen=True, eq=False)
class Edges:
    """An edge table in numbers, each supplier once a need.

    Attributes:
        firms: Names, sorted; suppliers and customers refer to them by position.
        commodities: Names, sorted.
        supplier: By link; links are sorted by customer, commodity and supplier.
        share: By link, what the supplier holds of the need, 0 to 1.
        volume: By link, the share as it stood in the table, rows of one link added up.
        starts: Need to its first link; one longer than there are needs.
        customer: Need to the firm that has it.
        commodity: Need to what is needed.
        row: Link to its first row in the table.
        own: How many links run from a firm to itself.
        link: Row of the table to its link.
        remarks: What was read otherwise than it is written, or looks as if it should have been.
    """

    firms: npt.NDArray[Any]
    commodities: npt.NDArray[Any]
    supplier: Integers
    share: Floats
    volume: Floats
    starts: Integers
    customer: Integers
    commodity: Integers
    row: Integers
    own: int
    link: Integers
    remarks: tuple[str, ...] = ()

    __eq__ = same_values

    def __repr__(self) -> str:
        return f"<Edges: {len(self.firms)} firms, {len(self.share)} links>"

    @cached_property
    def need(self) -> Integers:
        """By link, the need that it serves."""
        return np.repeat(np.arange(len(self.customer)), np.diff(self.starts))

    @cached_property
    def ends(self) -> Integers:
        """The firms that supply nobody: what the network is there for."""
        return np.flatnonzero(np.bincount(self.supplier, minlength=len(self.firms)) == 0)

    @cached_property
    def labels(self) -> npt.NDArray[Any]:
        """The names of the firms as texts, numbers too."""
        return as_texts(self.firms)

    def makers(self, name: object) -> tuple[Integers, bool]:
        """The suppliers of a commodity, or the firm of that name; and whether it is the firm.

        Raises:
            AskError: Neither is in the table; the message names the nearest.
        """
        text = " ".join(str(name).split())
        with suppress(ValueError):
            text = tidy(text)
        commodities = as_texts(self.commodities)
        found = np.flatnonzero(commodities == text)
        if len(found):
            return np.unique(self.supplier[self.commodity[self.need] == found[0]]), False
        firm = np.flatnonzero(self.labels == text)
        if len(firm):
            return firm, True
        names = [*commodities, *self.labels]
        near = next((n for n in names if n.casefold() == text.casefold()), None)
        if near is None and len(names) <= _COMPARED:
            near = nearest(text, names)
        hint = f"; did you mean '{shown(near)}'?" if near else ""
        raise AskError(f"no commodity and no firm is called '{shown(name)}'{hint}")

    @property
    def unused(self) -> int:
        """Needs with several suppliers of which all but one have share 0."""
        used = np.bincount(self.need[self.volume > 0], minlength=len(self.customer))
        return int(((used == 1) & (np.diff(self.starts) > 1)).sum())

    @property
    def unknown(self) -> int:
        """Needs with several suppliers that all have share 0."""
        used = np.bincount(self.need[self.volume > 0], minlength=len(self.customer))
        return int(((used == 0) & (np.diff(self.starts) > 1)).sum())

    def system(self, goals: Sequence[Integers], cover: float | None = None) -> System:
        """The needs, and after them the goals, as an AND/OR system.

        Args:
            goals: Firms, all of which must fall for the goal to be lost.
            cover: A need fails when those left hold less than this share of it, above 0, up to
                1; if not given, when nobody is left.
        """
        needs, lengths = len(self.customer), [len(g) for g in goals]
        member = np.concatenate([self.supplier, *goals])
        of = np.concatenate([self.need, np.repeat(needs + np.arange(len(goals)), lengths)])
        whole, floor = (1, 1) if cover is None else (_WHOLE, max(1, int(_WHOLE * cover)))
        weight = np.full(len(member), whole)
        if cover is not None:
            weight[: len(self.share)] = np.rint(self.share * _WHOLE)
        by_firm = np.argsort(member, kind="stable")
        starts = np.concatenate([self.starts, self.starts[-1] + np.cumsum(lengths, dtype=int)])
        total = np.add.reduceat(weight, starts[:-1]) if len(weight) else starts[:0]
        return System(
            members=_rows(starts, member),
            users=_rows(np.minimum(np.arange(len(starts)), needs), self.customer),
            feeds=_rows(_starts(member, len(self.firms)), of[by_firm]),
            weights=cast("Ints", weight[by_firm]),
            total=cast("Ints", total),
            floor=floor,
        )


def edges(table: pd.DataFrame) -> Edges:
    """Check an edge table and number it.

    Args:
        table: Columns ``supplier``, ``customer`` and ``commodity`` (names or whole numbers) and
            ``share``, 0 or more in any unit: what the customer buys of the commodity from the
            supplier. They may stand in the index, and their names be in capitals. Further columns
            are ignored, rows of the same link added up. Names are told apart as
            :mod:`supplychain.firms.edge_names` says. A supplier with share 0 is qualified all the
            same; if all of a need's are 0, they hold equal shares.

    Raises:
        EdgeError: A column is missing or there twice, a name is empty or of a type that is none,
            or a share is negative or no number.

    Example:
        >>> import pandas as pd
        >>> names = ["supplier", "customer", "commodity", "share"]
        >>> table = pd.DataFrame([("mine", "works", "ore", 1)], columns=names)
        >>> edges(table)
        <Edges: 2 firms, 1 links>
    """
    columns = _columns(table)
    (sellers, buyers, goods_of), volume = _read(columns)
    firms, (supplier, customer) = _union([sellers, buyers])
    commodities, (goods,) = _union([goods_of])

    # By need, then by supplier; what is equal in both is one link.
    key = customer.astype(np.int64) * max(len(commodities), 1) + goods
    order = np.lexsort((supplier, key))
    key, supplier, volume = key[order], supplier[order].astype(np.int64), volume[order]
    first = _changes(key) | _changes(supplier)
    link = np.flatnonzero(first)
    link_of = np.empty(len(order), dtype=np.int64)
    link_of[order] = np.cumsum(first) - 1
    volume = np.add.reduceat(volume, link) if len(link) else volume
    supplier, key = supplier[link], key[link]
    starts = np.append(np.flatnonzero(_changes(key)), len(link))
    customer, commodity = np.divmod(key[starts[:-1]], max(len(commodities), 1))
    return Edges(
        firms=firms,
        commodities=commodities,
        supplier=supplier,
        share=_shares(volume, starts),
        volume=volume,
        starts=starts,
        customer=customer,
        commodity=commodity,
        row=order[link],
        own=int((supplier == np.repeat(customer, np.diff(starts))).sum()),
        link=link_of,
        remarks=(
            *remarks("firms", [sellers, buyers], firms),
            *remarks("commodities", [goods_of], commodities),
        ),
    )


def _read(columns: Mapping[str, pd.Series[Any]]) -> tuple[list[Names], npt.NDArray[np.float64]]:
    """Names of each column of ``NAMES``, and the shares.

    Raises:
        EdgeError: Any of them is wrong; all are told of.
    """
    given = [read_names(columns[name], name) for name in NAMES]
    volume, wrong = read_shares(columns["share"])
    wrong = [p for names in given for p in names.problems] + wrong
    if wrong:
        raise EdgeError("\n".join(_problem(columns, *problem) for problem in wrong))
    return given, volume


def _rows(starts: Integers, flat: Integers) -> Rows:
    return Rows(cast("Ints", starts), cast("Ints", flat))


def _changes(values: Integers) -> npt.NDArray[np.bool_]:
    """Where a value differs from the one before; the first does."""
    return np.append(True, values[1:] != values[:-1])[: len(values)]


def _starts(rows: Integers, size: int) -> Integers:
    """Where each row begins when the entries are sorted by row."""
    return np.append(0, np.cumsum(np.bincount(rows, minlength=size)))


def _shares(volume: Floats, starts: Integers) -> Floats:
    """Volumes as shares of their need, equal ones where all are zero."""
    if not len(volume):
        return volume
    lengths = np.diff(starts)
    total = np.repeat(np.add.reduceat(volume, starts[:-1]), lengths)
    equal = 1 / np.repeat(lengths, lengths)
    return np.where(total > 0, volume / np.where(total > 0, total, 1), equal)


def _union(columns: Sequence[Names]) -> tuple[npt.NDArray[Any], list[Integers]]:
    """Names that several columns share, sorted, and by column the rows' positions among them."""
    import pandas as pd

    numbers = all(c.names.dtype != object for c in columns)
    parts = [c.names if numbers else as_texts(c.names) for c in columns]
    position, names = pd.factorize(np.concatenate(parts), sort=True)
    ends = np.cumsum([len(part) for part in parts])[:-1]
    return names, [
        at[column.codes] if len(at) else column.codes
        for column, at in zip(columns, np.split(position, ends), strict=True)
    ]


def match_columns(
    found: Sequence[object],
    called: Mapping[str, str] = MappingProxyType({}),
    extra: Sequence[str] = (),
) -> dict[str, int]:
    """Where the columns of an edge table stand; capitals and blanks in their names say nothing.

    Args:
        found: The names of all columns there are.
        called: A column to what it is called in this table, where that is something else.
        extra: Columns that may stand there besides.

    Raises:
        EdgeError: One is missing or there twice.

    Example:
        >>> there = ["Share", "Lieferant", "customer", "commodity"]
        >>> match_columns(there, {"supplier": "Lieferant"})
        {'supplier': 1, 'customer': 2, 'commodity': 3, 'share': 0}
    """
    plain = [_plain(name) for name in found]
    many = Counter(plain)
    names = {c: called.get(c, c) for c in (*COLUMNS, *extra)}
    wanted = [c for c in names if c in COLUMNS or c in called or many[_plain(names[c])]]
    twice = [c for c in wanted if many[_plain(names[c])] > 1]
    if twice:
        raise EdgeError(
            "\n".join(
                f"{many[_plain(names[c])]} columns are called '{shown(names[c])}'; keep one of them"
                for c in twice
            )
        )
    if missing := [f"'{shown(names[c])}'" for c in wanted if not many[_plain(names[c])]]:
        noun = "column" if len(missing) == 1 else "columns"
        there = ", ".join(shown(name) for name in found[:12]) or "none"
        more = f" and {len(found) - 12:,} more" if len(found) > 12 else ""
        raise EdgeError(
            f"no {noun} {', '.join(missing)}; an edge table has {', '.join(COLUMNS)}, "
            f"this one has: {there}{more}"
        )
    return {c: plain.index(_plain(names[c])) for c in wanted}


def _plain(name: object) -> str:
    return " ".join(str(name).split()).strip("\ufeff").casefold()


def _columns(table: pd.DataFrame) -> dict[str, pd.Series]:
    """The columns by name, wherever and however they are called.

    Raises:
        EdgeError: One is missing or there twice.
    """
    import pandas as pd

    levels = [i for i, name in enumerate(table.index.names) if name is not None]
    at = match_columns([*table.columns, *(table.index.names[i] for i in levels)])
    width = len(table.columns)
    return {
        name: table.iloc[:, i]
        if i < width
        else pd.Series(table.index.get_level_values(levels[i - width]))
        for name, i in at.items()
    }


def _problem(columns: Mapping[str, pd.Series], bad: npt.NDArray[np.bool_], message: str) -> str:
    """One line about the rows that are bad, with the first of them."""
    rows = np.flatnonzero(bad)
    first = {name: shown(_cell(column.iloc[rows[0]])) for name, column in columns.items()}
    link = f"{first['supplier']} → {first['customer']}, {first['commodity']}"
    others = len(rows) - 1
    more = f" (and {others:,} more row{'s' if others > 1 else ''})" if others else ""
    return f"row {rows[0] + 1} ({link}): {message.replace('{share}', first['share'])}{more}"


def _cell(value: object) -> object:
    """A cell to show: nothing where nothing stands, a whole number as one."""
    import pandas as pd

    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, float):
        return "" if value != value else int(value) if value.is_integer() else value
    return value
