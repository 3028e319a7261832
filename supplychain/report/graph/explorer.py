"""The interactive graph that answers a question: what is drawn, from when, marked how."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from supplychain.model.quarters import LAST, Quarter
from supplychain.report.graph.states import States, marks, span
from supplychain.report.graph.view import By, drawable, view_of

if TYPE_CHECKING:
    from supplychain.model import Network
    from supplychain.simulation import Simulation

_PLURAL = {"organization": "organizations", "country": "countries"}


def explorer(
    network: Network,
    simulation: Simulation | None = None,
    at: Quarter | None = None,
    keep: Collection[str] | None = None,
    by: By | None = None,
    remarks: Sequence[str] = (),
) -> str:
    """The page.

    Args:
        network: Where everything comes from.
        simulation: Whose use of lines and losses are shown.
        at: The quarter shown first; by default the first in which the shocks are felt, else the
            one in which most accelerators are sold.
        keep: Ids of the commodities drawn; by default all.
        by: What a box is; by default the finest that can be drawn.
        remarks: What a reader must know besides.
    """
    from supplychain.report.graph.page import graph_page

    keep = network.commodities if keep is None else keep
    said = list(remarks) if by is not None else [*remarks, *drawn_together(network, keep)]
    by = by or drawable(network, keep)
    if simulation is not None and simulation.shocks:
        said.insert(0, f"Scenario: {'; '.join(map(str, simulation.shocks))}")
        at = at or simulation.first_felt()
    at = at or usual_quarter(network)
    view = view_of(network, by, keep)
    quarters = span(at, () if simulation is None else simulation.quarters)
    found = marks(network, by, quarters) if network.products else {}
    shown = {q: {i: why for i, why in m.items() if i in view.boxes} for q, m in found.items()}
    return graph_page(network, view, States(quarters, at, shown, simulation), remarks=said)


def drawn_together(network: Network, keep: Collection[str]) -> list[str]:
    """What to say where the commodities are too many to be drawn one by one; else nothing."""
    by = drawable(network, keep)
    if by == "commodity":
        return []
    return [f"{len(keep):,} commodities are too many to draw one by one: shown by {_PLURAL[by]}"]


def usual_quarter(network: Network) -> Quarter:
    """The quarter of a picture that nobody asked for another: the data's present."""
    from supplychain.risk import default_quarter

    return default_quarter(network, tuple(network.products)) if network.products else LAST
