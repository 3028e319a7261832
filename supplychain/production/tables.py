"""Who may start what, on what and of whose memory, in one quarter: incidence, no amounts.

Rows of packaging are lines and accounts (a holder's booking of a line). A start on a slot takes
of the row of every line that the slot draws on, and of its holder's account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from supplychain.production.recipes import Floats, Ints, Recipes, Slot


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What limits packaging, as a system ``takes @ starts <= share * capacity[line]``.

    Attributes:
        takes: Row x slot: what one start takes.
        share: Of the line's capacity, row x 1.
        line: Of each row.
        account: Of each row; -1 for the line itself.
        every, lines: Rows in the passes on the own booking, and on whole lines only; ``of_slot``
            and ``lines_of_slot`` are the rows among them that each slot uses, slot x number, the
            last one repeated.
    """

    takes: Floats
    share: Floats
    line: Ints
    account: Ints
    every: Ints
    lines: Ints
    of_slot: Ints
    lines_of_slot: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Volumes:
    """The largest volume of a designer's mix, as a least over sets of its lines (Hall 1935).

    Attributes:
        sets: Set x line: share of the line over what one unit of the mix needs of the set.
        starts: First set of each designer.
        designer: Of each product of the quarter, a position in ``starts``.
    """

    sets: Floats
    starts: Ints
    designer: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Needs and makers that may serve them in the quarter, as pairs.

    Attributes:
        needs: Positions in ``recipes.memory``.
        eater: Position among the products of the quarter, by need.
        per_unit: By need, need x 1.
        of_need: Need x pair, zeros and ones.
        of_maker: Maker x pair.
        ranks: Number of makers of a need to the pairs of such needs, pair x 1.
        eaters, first: Products with needs, and where each one's needs begin.
    """

    needs: Ints
    eater: Ints
    per_unit: Floats
    of_need: Floats
    of_maker: Floats
    ranks: Mapping[int, Floats]
    eaters: Ints
    first: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """One quarter.

    Attributes:
        products: Positions of what can be started.
        slots: The ways to do it, sorted by product; ``slot_product`` and ``slot_line`` say whose.
        of_product: Product x slot, zeros and ones.
        several: Whether any product has more than one.
        booked: Share of the line that the holder has booked, slot x 1.
        part: Share of a product's plan that is on the slot.
        rows, volumes, memory: See there.
        dies: Positions in ``recipes.dies`` of the banks drawn on, with ``die_eater``,
            ``die_per_unit``; ``die_eaters`` and ``die_first`` as in :class:`Pairs`.
        markets: Market x product: 1 where an order book known in the quarter takes the product.
    """

    products: Ints
    slots: tuple[Slot, ...]
    slot_product: Ints
    slot_line: Ints
    of_product: Floats
    several: bool
    booked: Floats
    part: Floats
    rows: Rows
    volumes: Volumes
    memory: Pairs
    dies: Ints
    die_eater: Ints
    die_per_unit: Floats
    die_eaters: Ints
    die_first: Ints
    markets: Floats


def read_tables(of: Recipes, t: int) -> Tables:
    """The tables of a period."""
    slots = tuple(s for s in of.slots if t in s.periods and of.mix[s.product, t] > 0)
    products = sorted({s.product for s in slots})
    local = {p: k for k, p in enumerate(products)}
    slot_product = np.array([local[s.product] for s in slots], dtype=np.int64)
    of_product = np.zeros((len(products), len(slots)))
    of_product[slot_product, np.arange(len(slots))] = 1.0
    index = {a: k for k, a in enumerate(of.accounts)}
    booked = np.array([of.booked[index[of.holders[s.product], s.line], t] for s in slots])
    planned = np.array([b * of.capacity[s.line, t] for b, s in zip(booked, slots, strict=True)])
    total = of_product @ planned if slots else np.zeros(0)
    dies = sorted((local[d.product], k) for k, d in enumerate(of.dies) if d.product in local)
    eaters, first = np.unique([e for e, _ in dies], return_index=True)
    return Tables(
        products=np.array(products, dtype=np.int64),
        slots=slots,
        slot_product=slot_product,
        slot_line=np.array([s.line for s in slots], dtype=np.int64),
        of_product=of_product,
        several=len(slots) > len(products),
        booked=booked.reshape(-1, 1),
        part=np.divide(
            planned, total[slot_product], out=np.zeros(len(slots)), where=total[slot_product] > 0
        ),
        rows=_rows(of, t, slots, index),
        volumes=_volumes(of, t, slots, products, index),
        memory=_pairs(of, t, local),
        dies=np.array([k for _, k in dies], dtype=np.int64),
        die_eater=np.array([e for e, _ in dies], dtype=np.int64),
        die_per_unit=np.array([of.dies[k].per_unit for _, k in dies]).reshape(-1, 1),
        die_eaters=eaters.astype(np.int64),
        die_first=first.astype(np.int64),
        markets=_known_markets(of, t, products),
    )


def _rows(
    of: Recipes, t: int, slots: tuple[Slot, ...], index: Mapping[tuple[str, int], int]
) -> Rows:
    takes: list[list[float]] = []
    share: list[float] = []
    line: list[int] = []
    account: list[int] = []
    for c in sorted({c for s in slots for c in s.draws}):
        takes.append([s.draws.get(c, 0.0) for s in slots])
        share.append(1 - of.reserved[c, t])
        line.append(c)
        account.append(-1)
    for (holder, c), k in index.items():
        row = [
            s.draws[c] if s.line == c and of.holders[s.product] == holder else 0.0 for s in slots
        ]
        if any(row):
            takes.append(row)
            share.append(of.booked[k, t])
            line.append(c)
            account.append(k)
    accounts = np.array(account, dtype=np.int64)
    matrix = np.array(takes, dtype=float).reshape(len(takes), len(slots))
    lines = np.flatnonzero(accounts < 0)
    return Rows(
        takes=matrix,
        share=np.array(share).reshape(-1, 1),
        line=np.array(line, dtype=np.int64),
        account=accounts,
        every=np.arange(len(takes)),
        lines=lines,
        of_slot=_used(matrix),
        lines_of_slot=_used(matrix[lines]),
    )


def _used(takes: Floats) -> Ints:
    """The rows that each slot uses, as many columns as any slot needs."""
    rows = [np.flatnonzero(column).tolist() for column in takes.T]
    most = max(map(len, rows), default=1)
    padded = [some + some[-1:] * (most - len(some)) for some in rows]
    return np.array(padded, dtype=np.int64).reshape(len(rows), most)


def _volumes(
    of: Recipes,
    t: int,
    slots: tuple[Slot, ...],
    products: list[int],
    index: Mapping[tuple[str, int], int],
) -> Volumes:
    """One row for every set of lines that can bind; several designers of a holder share alike."""
    own: dict[tuple[str, str], dict[int, list[Slot]]] = defaultdict(lambda: defaultdict(list))
    for s in slots:
        own[of.holders[s.product], of.designers[s.product]][s.product].append(s)
    sets: list[Floats] = []
    starts: list[int] = []
    designer: dict[int, int] = {}
    for (holder, _), made in sorted(own.items()):
        designer.update(dict.fromkeys(made, len(starts)))
        starts.append(len(sets))
        part = 1 / sum(h == holder for h, _ in own)
        lines = {p: frozenset(s.line for s in some) for p, some in made.items()}
        for chosen in joined(lines.values()):
            need = sum(
                of.mix[p, t] * made[p][0].draws[made[p][0].line] for p in made if lines[p] <= chosen
            )
            row = np.zeros(len(of.capacity))
            for c in chosen:
                row[c] = part * of.booked[index[holder, c], t] / need
            sets.append(row)
    return Volumes(
        np.array(sets).reshape(len(sets), len(of.capacity)),
        np.array(starts, dtype=np.int64),
        np.array([designer[p] for p in products], dtype=np.int64),
    )


def joined(sets: object) -> list[frozenset[int]]:
    """All unions of sets that hang together; a union of strangers never binds alone.

    Of two sets without a common line the fuller one binds before their union (the mediant lies
    between).

    Example:
        >>> sorted(map(sorted, joined([frozenset({1, 2}), frozenset({2, 3}), frozenset({4})])))
        [[1, 2], [1, 2, 3], [2, 3], [4]]
    """
    found = set(sets)  # type: ignore[call-overload]
    fresh = set(found)
    while fresh:
        fresh = {a | b for a in fresh for b in found if a & b} - found
        found |= fresh
    return sorted(found, key=sorted)


def _pairs(of: Recipes, t: int, local: Mapping[int, int]) -> Pairs:
    needs = [k for k, m in enumerate(of.memory) if m.product in local]
    place = {s: m for m, s in enumerate(of.memory_makers.supplies)}
    pairs = [
        (row, place[s])
        for row, k in enumerate(needs)
        for s, periods in of.memory[k].makers.items()
        if t in periods
    ]
    of_need = np.zeros((len(needs), len(pairs)))
    of_maker = np.zeros((len(place), len(pairs)))
    for column, (row, maker) in enumerate(pairs):
        of_need[row, column] = of_maker[maker, column] = 1.0
    makers = of_need.T @ of_need.sum(axis=1)
    eater = np.array([local[of.memory[k].product] for k in needs], dtype=np.int64)
    eaters, first = np.unique(eater, return_index=True)
    return Pairs(
        needs=np.array(needs, dtype=np.int64),
        eater=eater,
        per_unit=np.array([of.memory[k].per_unit for k in needs]).reshape(-1, 1),
        of_need=of_need,
        of_maker=of_maker,
        ranks={int(r): (makers == r)[:, None] * 1.0 for r in np.unique(makers)},
        eaters=eaters.astype(np.int64),
        first=first.astype(np.int64),
    )


def _known_markets(of: Recipes, t: int, products: list[int]) -> Floats:
    known = [
        [float(np.isfinite(m.orders[t]) and of.names[p] in m.products) for p in products]
        for m in of.plan.markets
    ]
    return np.array(known).reshape(len(of.plan.markets), len(products))
