"""Supply networks as edge tables: one row says that a supplier serves a need of a customer.

A firm needs every commodity that it buys (AND); any one of the suppliers it buys the commodity
from serves that need (OR). A firm that buys from itself meets that need as long as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from supplychain.errors import AskError
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

    def makers(self, name: object) -> Integers:
        """The suppliers of a commodity, or the firm of that name.

        Raises:
            AskError: Neither is in the table; the message names the nearest.
        """
        found = np.flatnonzero(self.commodities == name)
        if len(found):
            return np.unique(self.supplier[self.commodity[self.need] == found[0]])
        firm = np.flatnonzero(self.firms == name)
        if len(firm):
            return firm
        names = [str(n) for n in (*self.commodities, *self.firms)]
        near = nearest(str(name), names)
        hint = f"; did you mean '{near}'?" if near else ""
        raise AskError(f"no commodity and no firm is called '{name}'{hint}")

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
        table: Columns ``supplier``, ``customer`` and ``commodity`` (names or numbers) and
            ``share``, 0 or more in any unit: what the customer buys of the commodity from the
            supplier. Further columns are ignored, rows of the same link added up. A supplier
            with share 0 is qualified all the same; if all of a need's are 0, they hold equal
            shares.

    Raises:
        EdgeError: A column is missing, a name is empty, or a share is negative or no number.
    """
    import pandas as pd

    _check(table)
    given = [table[name] for name in NAMES]
    parts = [c if pd.api.types.is_integer_dtype(c) else c.astype(str) for c in given]
    if parts[0].dtype != parts[1].dtype:
        parts[:2] = [p.astype(str) for p in parts[:2]]
    codes, firms = pd.factorize(pd.concat(parts[:2], ignore_index=True), sort=True)
    goods, commodities = pd.factorize(parts[2], sort=True)
    supplier, customer = codes[: len(table)], codes[len(table) :]
    volume = pd.to_numeric(table["share"]).to_numpy(dtype=np.float64)

    # By need, then by supplier; what is equal in both is one link.
    key = customer.astype(np.int64) * max(len(commodities), 1) + goods
    order = np.lexsort((supplier, key))
    key, supplier, volume = key[order], supplier[order].astype(np.int64), volume[order]
    new_need = _changes(key)
    link = np.flatnonzero(new_need | _changes(supplier))
    volume = np.add.reduceat(volume, link) if len(link) else volume
    supplier, key, new_need = supplier[link], key[link], new_need[link]
    starts = np.append(np.flatnonzero(new_need), len(link))
    customer, commodity = np.divmod(key[starts[:-1]], max(len(commodities), 1))
    return Edges(
        firms=np.asarray(firms),
        commodities=np.asarray(commodities),
        supplier=supplier,
        share=_shares(volume, starts),
        volume=volume,
        starts=starts,
        customer=customer,
        commodity=commodity,
        row=order[link],
        own=int((supplier == np.repeat(customer, np.diff(starts))).sum()),
    )


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


def _check(table: pd.DataFrame) -> None:
    """Collect every kind of problem, each with its first row.

    Raises:
        EdgeError: There is one.
    """
    import pandas as pd

    missing = [c for c in COLUMNS if c not in table.columns]
    if missing:
        found = ", ".join(map(str, table.columns)) or "none"
        raise EdgeError(
            "\n".join(
                f"no column '{c}'; an edge table has {', '.join(COLUMNS)}, this one has: {found}"
                for c in missing
            )
        )
    problems = []
    for name in NAMES:
        empty = (table[name].isna() | (table[name] == "")).to_numpy(dtype=bool)
        problems += _problem(table, empty, f"{name} is empty; name it, or leave the row out")
    share = table["share"]
    number = pd.to_numeric(share, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    unknown = (share.isna() | (share == "")).to_numpy(dtype=bool)
    problems += _problem(
        table, unknown, "share is missing; give it, or 0 for a maker who is qualified but unused"
    )
    problems += _problem(
        table, np.isnan(number) & ~unknown, "share '{share}' is not a number, like 0.25"
    )
    problems += _problem(table, number < 0, "share is {share}; a share is 0 or more")
    problems += _problem(table, np.isinf(number), "share is {share}; a share is finite")
    if problems:
        raise EdgeError("\n".join(problems))


def _problem(table: pd.DataFrame, bad: npt.NDArray[np.bool_], message: str) -> list[str]:
    """One line about the rows that are bad, with the first of them; nothing if there are none."""
    rows = np.flatnonzero(bad)
    if not len(rows):
        return []
    first = table.iloc[rows[0]]
    link = f"{first['supplier']} → {first['customer']}, {first['commodity']}"
    others = len(rows) - 1
    more = f" (and {others:,} more row{'s' if others > 1 else ''})" if others else ""
    return [f"row {rows[0] + 1} ({link}): {message.format(share=first['share'])}{more}"]
