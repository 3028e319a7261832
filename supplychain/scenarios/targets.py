"""Shocks: what is cut, by how much and when, and which supplies that hits.

A target is an id (``hbm3``, ``sk-hynix``), a group (``hbm``), ``org:sk-hynix`` (with what it
owns), ``country:TW`` (plants that stand there), ``commodity:cowos-s-wafer``,
``supply:tsmc/cowos-s-wafer``, or a glob over ids (``cowos-*``). Two cuts of one supply in the
same quarter multiply.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from supplychain.model import Network, Supply
from supplychain.model.quarters import Quarter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
from supplychain.model.scenarios import Cut


def parse_share(text: str) -> float:
    """Read ``20%`` or ``0.2`` as 0.2.

    Raises:
        ValueError: Not a share from 0% to 100%, or a bare number that could mean either.
    """
    match = re.fullmatch(r"([+-]?\d+(?:\.\d+)?)(\s*%)?", text.strip())
    if match is None:
        raise ValueError(f"'{text}' is not a share from 0% to 100%; write for example 20%")
    value = float(match[1])
    if value < 0:
        raise ValueError(
            f"'{text}' is negative; a cut is a reduction already, write {text.strip()[1:]}"
        )
    if match[2] is None and 1 < value <= 100:
        raise ValueError(f"'{text}' is ambiguous; write {value:g}% or {value / 100:g}")
    share = value / 100 if match[2] else value
    if share > 1:
        raise ValueError(f"'{text}' is more than everything; a cut is at most 100%")
    return share


def parse_cut(text: str) -> Cut:
    """Read ``TARGET=SHARE``, ``TARGET=SHARE@QUARTER`` or ``TARGET=SHARE@FIRST:LAST``.

    Raises:
        ValueError: The text has another form.
    """
    target, equals, rest = text.rpartition("=")
    if not equals or not target.strip() or not rest.strip():
        raise ValueError(f"'{text}' is not a cut; write for example hbm=20%@2024Q1:2024Q4")
    share, at, when = rest.partition("@")
    first = last = None
    if at:
        begin, colon, end = when.partition(":")
        first = Quarter.parse(begin)
        last = Quarter.parse(end) if colon and end else (None if colon else first)
        if last is not None and last < first:
            raise ValueError(f"'{text}': {last} is before {first}")
    return Cut(target.strip(), parse_share(share), first, last)


def find_supplies(network: Network, target: str) -> tuple[Supply, ...]:
    """The supplies a target names.

    Raises:
        ValueError: Nothing, or more than one kind of thing, has that name.
    """
    kind, colon, name = target.partition(":")
    if colon:
        finders = {
            "org": lambda: _of_organizations(network, [name]),
            "country": lambda: [s for s in network.supplies if s.country == name.upper()],
            "commodity": lambda: _of_commodities(network, [name]),
            "supply": lambda: [
                s for s in network.supplies if any(fnmatchcase(n, name) for n in _supply_names(s))
            ],
        }
        if kind not in finders:
            raise ValueError(
                f"'{target}': a target begins with org:, country:, commodity: or supply:, "
                "or is an id or a group"
            )
        found = tuple(finders[kind]())
    elif re.search(r"[*?\[]", target):
        found = tuple(_matching(network, target))
    else:
        found = tuple(_named(network, target))
    if not found:
        raise ValueError(_nothing(network, target, name if colon else target))
    return found


def _named(network: Network, name: str) -> Iterable[Supply]:
    meanings = []
    if name in network.groups:
        meanings.append(("a group", _of_commodities(network, network.groups[name])))
    if name in network.commodities and name not in network.groups:
        meanings.append((f"commodity:{name}", _of_commodities(network, [name])))
    if name in network.organizations:
        meanings.append((f"org:{name}", _of_organizations(network, [name])))
    if len(meanings) > 1:
        raise ValueError(
            f"'{name}' can mean " + " or ".join(m for m, _ in meanings) + ": say which"
        )
    return meanings[0][1] if meanings else []


def _matching(network: Network, pattern: str) -> list[Supply]:
    return [
        s
        for s in network.supplies
        if any(
            fnmatchcase(name, pattern)
            for name in (s.commodity, s.organization, s.id, f"{s.organization}/{s.commodity}")
        )
    ]


def _of_commodities(network: Network, ids: Iterable[str]) -> list[Supply]:
    wanted = set(ids)
    return [s for s in network.supplies if s.commodity in wanted]


def _of_organizations(network: Network, ids: Sequence[str]) -> list[Supply]:
    wanted = set(ids)
    return [s for s in network.supplies if wanted & set(network.owners(s.organization))]


def _supply_names(supply: Supply) -> tuple[str, str]:
    return supply.id, f"{supply.organization}/{supply.commodity}"


def _nothing(network: Network, target: str, name: str) -> str:
    known = [
        *network.groups,
        *network.commodities,
        *network.organizations,
        *(f"{s.organization}/{s.commodity}" for s in network.supplies),
        *{s.country for s in network.supplies},
    ]
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else "; supplychain graph shows what it holds"
    return f"nothing in the data has the name '{target}'{hint}"


def shares_kept(
    network: Network,
    cuts: Sequence[Cut],
    supplies: Sequence[Supply],
    quarters: Sequence[Quarter],
    begin: Quarter,
) -> NDArray[np.float64]:
    """Share of its own output that each supply keeps: the product of (1 - cut) over its cuts.

    Args:
        network: Where targets are looked up.
        cuts: In any order.
        supplies: Rows of the result.
        quarters: Columns of the result.
        begin: When a cut without a first quarter begins; one without a last goes on.

    Raises:
        ValueError: A target matches nothing.
    """
    import numpy as np

    kept = np.ones((len(supplies), len(quarters)))
    for cut in sorted(cuts, key=str):
        hit = {s.id for s in find_supplies(network, cut.target)}
        rows = [i for i, s in enumerate(supplies) if s.id in hit]
        kept[rows] *= 1 - np.array([cut.lost(q, begin) for q in quarters])
    return kept
