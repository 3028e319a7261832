"""Shocks: what is cut, by how much and when, and which supplies that hits.

A target is an id (``hbm3``, ``sk-hynix``), a group (``hbm``), ``org:sk-hynix`` (with what it
owns), ``country:TW`` (plants that stand there), ``commodity:cowos-s-wafer``,
``supply:tsmc/cowos-s-wafer``, or a glob over ids (``cowos-*``). Names and aliases do as well as ids
(``SK hynix``, ``country:Taiwan``). Two cuts of one supply in the same quarter multiply.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import TYPE_CHECKING

from supplychain.errors import AskError
from supplychain.model import Network, Supply
from supplychain.model.countries import place
from supplychain.model.finder import Kind, find, nearest
from supplychain.model.finder import target as as_target
from supplychain.model.quarters import Quarter
from supplychain.model.units import brief, share

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
from supplychain.model.scenarios import Cut


def parse_cut(text: str) -> Cut:
    """Read ``TARGET=SHARE``, ``TARGET=SHARE@QUARTER`` or ``TARGET=SHARE@FIRST:LAST``.

    Raises:
        AskError: The text has another form.
    """
    target, equals, rest = text.rpartition("=")
    if not equals or not target.strip() or not rest.strip():
        raise AskError(f"'{brief(text)}' is not a cut; write for example hbm=20%@2024Q1:2024Q4")
    by, at, when = rest.partition("@")
    first = last = None
    if at:
        begin, colon, end = when.partition(":")
        first = Quarter.parse(begin)
        last = Quarter.parse(end) if colon and end else (None if colon else first)
        if last is not None and last < first:
            raise AskError(f"'{brief(text)}': {last} is before {first}")
    return Cut(target.strip(), share(by), first, last)


def find_supplies(network: Network, target: str) -> tuple[Supply, ...]:
    """The supplies a target names.

    Raises:
        AskError: Nothing, or more than one kind of thing, has that name.
    """
    kind, _, name = canonical(network, target).partition(":")
    found = tuple(s for s in network.supplies if _hit(network, s, kind, name))
    if not found:
        raise AskError(_idle(network, kind, name))
    return found


KINDS: Mapping[str, tuple[Kind, ...]] = MappingProxyType(
    {
        "org": ("organization",),
        "country": ("country",),
        "commodity": ("commodity",),
        "group": ("group",),
    }
)
"""What may stand before the colon of a target, besides ``supply``, and the kind that it names."""

BARE: tuple[Kind, ...] = ("group", "commodity", "organization", "country")
"""What a target without a colon may name."""


def canonical(network: Network, target: str) -> str:
    """The target by ids: ``org:tsmc`` for ``TSMC``, ``country:TW`` for ``country:Taiwan``.

    Raises:
        AskError: Nothing, or more than one thing, has that name.
    """
    kind, colon, name = target.partition(":")
    if colon and kind == "supply":
        return f"supply:{_supply(network, name)}"
    if colon:
        if kind not in KINDS:
            raise AskError(
                f"'{brief(target)}': a target begins with org:, country:, commodity:, group: or "
                "supply:, or is an id, a name or a group"
            )
        return as_target(find(network, name, *KINDS[kind]))
    if re.search(r"[*?\[]", target):
        return f"glob:{target}"
    return as_target(find(network, target, *BARE))


def short(network: Network, target: str) -> str:
    """The target as briefly as its ids allow: ``tsmc`` for ``TSMC``, ``country:TW`` for ``Taiwan``.

    Raises:
        AskError: Nothing, or more than one thing, has that name.
    """
    full = canonical(network, target)
    kind, _, name = full.partition(":")
    return full if kind in ("country", "supply") or ":" in target else name


def by_id(network: Network, cut: Cut) -> Cut:
    """The cut with its target by ids.

    Raises:
        AskError: Nothing, or more than one thing, has that name.
    """
    return dataclasses.replace(cut, target=short(network, cut.target))


def _supply(network: Network, name: str) -> str:
    """``ORGANIZATION/COMMODITY@COUNTRY`` by ids; globs stay, and so does what has another form."""
    maker, slash, rest = name.partition("/")
    made, at, country = rest.partition("@")
    if not slash:
        return name

    def by_id(text: str, kind: Kind) -> str:
        return text if re.search(r"[*?\[]", text) else find(network, text, kind)[1]

    where = f"@{by_id(country, 'country')}" if at else ""
    return f"{by_id(maker, 'organization')}/{by_id(made, 'commodity')}{where}"


def _hit(network: Network, supply: Supply, kind: str, name: str) -> bool:
    match kind:
        case "supply":
            return any(fnmatchcase(own, name) for own in _supply_names(supply))
        case "glob":
            own = (supply.commodity, supply.organization, *_supply_names(supply))
            return any(fnmatchcase(text, name) for text in own)
        case "country":
            return supply.country == name
        case "group":
            return supply.commodity in network.groups[name]
        case "commodity":
            return supply.commodity == name
    return name in network.owners(supply.organization)


def _supply_names(supply: Supply) -> tuple[str, str]:
    return supply.id, f"{supply.organization}/{supply.commodity}"


def _idle(network: Network, kind: str, name: str) -> str:
    """Why a thing that the data has is behind no supply."""
    if kind == "country":
        return f"no plant of the data stands in {place(name)} ({name}), so nothing can be cut"
    if kind == "org":
        return f"{network.organizations[name].name} ({name}) makes nothing in the data"
    if kind in ("supply", "glob"):
        near = nearest(name, (text for s in network.supplies for text in _supply_names(s)))
        hint = f"did you mean '{near}'?" if near else "supplychain graph shows what it holds"
        return f"nothing in the data has the name '{brief(name)}'; {hint}"
    return f"nobody in the data makes {name}"


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
        AskError: A target matches nothing.
    """
    import numpy as np

    kept = np.ones((len(supplies), len(quarters)))
    for cut in sorted(cuts, key=str):
        hit = {s.id for s in find_supplies(network, cut.target)}
        rows = [i for i, s in enumerate(supplies) if s.id in hit]
        kept[rows] *= 1 - np.array([cut.lost(q, begin) for q in quarters])
    return kept
