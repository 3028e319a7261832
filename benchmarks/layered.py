"""Random layered supply networks as edge tables, to measure and to test with.

Firms stand in layers, from raw materials to products. In each layer a few firms make each
commodity; a firm of a later layer needs some commodities of the layer before it, each from one
or more of its makers. A few needs reach forward instead, to a commodity of a later layer (chips
go into the tools that make chips), so that there are cycles.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

MAKERS = 8
"""Firms that make one commodity."""


def layered(
    firms: int,
    layers: int = 10,
    needs: float = 2.05,
    single: float = 0.25,
    forward: float = 0.01,
    seed: int = 0,
) -> pd.DataFrame:
    """An edge table of a random layered network; the same for the same arguments.

    At the defaults a firm has about 4.6 suppliers, and losing one takes down about two firms,
    itself included.

    Args:
        firms: How many, at least ``MAKERS`` to a layer; they are numbered from 0, layer by layer.
        layers: From raw materials to products.
        needs: Mean number of commodities that a firm needs, 1 or more (the first layer: none).
        single: Share of the needs with one supplier, 0 to 1; the others have two to four.
        forward: Share of the needs met from a later layer, 0 to 1.
        seed: Of the random numbers.

    Returns:
        Columns ``supplier``, ``customer``, ``commodity`` (integers) and ``share`` of the need,
        0 to 1.

    Raises:
        ValueError: There are too few firms for the layers, or fewer than two layers.

    Example:
        >>> layered(32, layers=2, seed=1).columns.to_list()
        ['supplier', 'customer', 'commodity', 'share']
    """
    width = firms // layers // MAKERS * MAKERS
    if layers < 2 or width < MAKERS:
        raise ValueError(f"{firms} firms are too few for {layers} layers of {MAKERS} or more")
    random = np.random.default_rng(seed)
    buyers = np.arange(width, firms)
    pools = width // MAKERS
    customer = np.repeat(buyers, 1 + random.poisson(needs - 1, len(buyers)))
    own = np.minimum(customer // width, layers - 1)
    ahead = (random.random(len(customer)) < forward) & (own < layers - 1)
    layer = np.where(ahead, random.integers(own + 1, np.maximum(layers, own + 2)), own - 1)
    commodity = layer * pools + random.integers(0, pools, len(customer))
    need = np.unique(customer * (layers * pools) + commodity)  # each commodity once a firm
    customer, commodity = np.divmod(need, layers * pools)

    sole = random.random(len(need)) < single
    makers = np.where(sole, 1, random.integers(2, 5, len(need)))
    row = np.repeat(np.arange(len(need)), makers)
    place = np.arange(len(row)) - np.repeat(np.cumsum(makers) - makers, makers)
    maker = (random.integers(0, MAKERS, len(need))[row] + place) % MAKERS
    weight = random.gamma(1.0, size=len(row))
    return pd.DataFrame(
        {
            "supplier": commodity[row] * MAKERS + maker,
            "customer": customer[row],
            "commodity": commodity[row],
            "share": weight / np.bincount(row, weights=weight)[row],
        }
    )
