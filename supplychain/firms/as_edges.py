"""The network of the data as an edge table, so that what takes tables takes it too."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from supplychain.firms.edges import COLUMNS
from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.risk.near import makers_shares, members_shares
from supplychain.risk.structure import standing, structure

if TYPE_CHECKING:
    import pandas as pd


def edge_table(network: Network, at: Quarter | str, weeks: float = 0.0) -> pd.DataFrame:
    """What is up in the quarter, one row for each qualified supply of each need.

    Suppliers and customers are ids of supplies, commodities the ids of the inputs; a second need
    of the same input by the same customer is marked ``(2)``, since both must hold. Shares are
    those of the makers qualified for the need; they add up to 1.

    Args:
        network: The data.
        at: The quarter that decides activity and qualification.
        weeks: Time since a loss: substitutes that take longer to switch to do not help.

    Example:
        >>> import supplychain as sc
        >>> network = sc.load()
        >>> list(edge_table(network, "2024Q4").columns)
        ['supplier', 'customer', 'commodity', 'share']
    """
    import pandas as pd

    of, _ = standing(structure(network, Quarter.parse(at) if isinstance(at, str) else at, weeks))
    shares, _ = makers_shares(network, of)
    ids = [s.id for s in of.supplies]
    seen: Counter[tuple[int, str]] = Counter()
    rows = []
    for need in of.requirements:
        parts = members_shares(of, need.members, shares)
        for user in need.users:
            inputs = " or ".join(need.inputs)
            seen[user, inputs] += 1
            again = seen[user, inputs]
            name = inputs if again == 1 else f"{inputs} ({again})"
            rows += [(ids[m], ids[user], name, p) for m, p in zip(need.members, parts, strict=True)]
    return pd.DataFrame(rows, columns=list(COLUMNS))
