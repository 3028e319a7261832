"""A supplier table joined to the built-in graph: its firms and goods found by name and alias.

What is joined is sure: an id, a name or an alias of one organization. What only looks like one,
or could be several, is doubtful: it is listed and not joined.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from supplychain.firms.as_edges import edge_table
from supplychain.firms.edges import COLUMNS, edges
from supplychain.model import Network
from supplychain.model.finder import key, nearest
from supplychain.model.quarters import Quarter
from supplychain.risk.structure import standing, structure

if TYPE_CHECKING:
    import pandas as pd

PLANTS = "its owner"
"""What every plant of the built-in graph needs of the organization that runs it."""

COMPARED = 2_000
"""Firms up to this number are compared with names that are nearly theirs."""

_LEGAL = re.compile(
    r"[\s,.]+(co|corp|corporation|inc|incorporated|ltd|limited|llc|plc|ag|se|sa|nv|bv|gmbh|kk|oyj?|"
    r"ab|spa|company|group|holdings?)\.?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Attached:
    """Firms and goods of a table in the built-in graph.

    Attributes:
        table: The table joined with the graph, as an edge table.
        ends: Firms of the table that supply nobody in it: what the network is there for.
        firms: Firm to the organization it is.
        goods: Good to the ids of the commodities it is.
        doubtful: Firm to the organizations it may be; none of them is joined.
        followed: Firms whose plants stand in for them, so that what these need counts too.
    """

    table: pd.DataFrame
    ends: tuple[str, ...]
    firms: Mapping[str, str]
    goods: Mapping[str, tuple[str, ...]]
    doubtful: Mapping[str, tuple[str, ...]]
    followed: frozenset[str]


def attach(network: Network, table: pd.DataFrame, at: Quarter, weeks: float = 0.0) -> Attached:
    """Join a supplier table to the graph.

    A firm that is an organization takes all its plants down with it. Where the good that it
    sells is known too, the plants that make it serve the customer, any one of them, and so
    everything that they need counts.

    Args:
        network: The data.
        table: As for :func:`supplychain.firms.edges.edges`.
        at: The quarter of the graph.
        weeks: Substitutes of the graph that take longer to switch to do not help.

    Raises:
        EdgeError: The table has problems.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> import pandas as pd
        >>> rows = [("TSMC", "Me", "CoWoS-S", 1)]
        >>> table = pd.DataFrame(rows, columns=["supplier", "customer", "commodity", "share"])
        >>> attach(network, table, sc.Quarter(2024, 4)).firms
        {'TSMC': 'tsmc'}
    """
    import pandas as pd

    given = edges(table)
    labels = [str(label) for label in given.labels]
    firms, doubtful = match_firms(network, labels)
    goods = _match_goods(network, map(str, given.commodities))
    up, _ = standing(structure(network, at, weeks))
    plants: dict[tuple[str, str], list[str]] = {}
    for supply in up.supplies:
        plants.setdefault((supply.organization, supply.commodity), []).append(supply.id)
    rows: list[tuple[str, str, str, float]] = []
    followed = set()
    for link, need in enumerate(given.need.tolist()):
        seller, good = labels[given.supplier[link]], str(given.commodities[given.commodity[need]])
        buyer, share = labels[given.customer[need]], float(given.share[link])
        makers = [
            s for c in goods.get(good, ()) for s in plants.get((firms.get(seller, ""), c), ())
        ]
        if makers:
            followed.add(seller)
        rows += [(s, buyer, good, share / len(makers or [s])) for s in makers or [seller]]
    names = {organization: firm for firm, organization in firms.items()}
    for supply in up.supplies:
        id_ = supply.organization
        owner = names.get(id_) or _apart(network.organizations[id_].name, id_, labels)
        rows.append((owner, supply.id, PLANTS, 1.0))
    joined = pd.concat(
        [pd.DataFrame(rows, columns=list(COLUMNS)), edge_table(network, at, weeks)],
        ignore_index=True,
    )
    ends = tuple(labels[i] for i in given.ends.tolist())
    return Attached(joined, ends, firms, goods, doubtful, frozenset(followed))


def match_firms(
    network: Network, names: Sequence[str]
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Firms that are organizations of the data, and those that may be one, with which.

    Example:
        >>> import supplychain as sc
        >>> match_firms(sc.load(), ["TSMC", "Hynix Ltd.", "Bakery"])
        ({'TSMC': 'tsmc'}, {'Hynix Ltd.': ('sk-hynix',)})
    """
    known = _index((o.id, o.name, *o.aliases) for o in network.organizations.values())
    spelled = {name: o.id for o in network.organizations.values() for name in (o.id, o.name)}
    sure, doubtful = {}, {}
    for name in names:
        found = known.get(key(name), ())
        if len(found) == 1:
            sure[name] = found[0]
            continue
        bare = name
        while (shorter := _LEGAL.sub("", bare)) != bare:
            bare = shorter
        may_be = found or known.get(key(bare), ())
        if not may_be and len(names) <= COMPARED and (near := nearest(bare, spelled)):
            may_be = (spelled[near],)
        if may_be:
            doubtful[name] = may_be
    return sure, doubtful


def _match_goods(network: Network, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Goods that are commodities, or groups of them."""
    known = _index((c.id, c.name, *c.aliases) for c in network.commodities.values())
    groups = {key(name): ids for name, ids in network.groups.items()}
    found = {name: known.get(key(name)) or groups.get(key(name), ()) for name in names}
    return {name: tuple(ids) for name, ids in found.items() if ids}


def _index(things: Iterable[tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Each name as people write it to the ids it can mean; ids go before names and aliases."""
    ranked: dict[str, tuple[int, tuple[str, ...]]] = {}
    for id_, *names in things:
        for rank, name in enumerate((id_, *names)):
            rank = min(rank, 2)
            best, ids = ranked.get(key(name), (3, ()))
            if rank < best:
                ranked[key(name)] = (rank, (id_,))
            elif rank == best and id_ not in ids:
                ranked[key(name)] = (rank, (*ids, id_))
    return {name: ids for name, (_, ids) in ranked.items()}


def _apart(name: str, id_: str, taken: Sequence[str]) -> str:
    return f"{name} ({id_})" if name in taken else name
