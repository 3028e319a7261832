"""The flow of a quarter, from makers through accelerators to buyers, as figure and table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from supplychain.allocation.flows import NOBODY, Flow, flows
from supplychain.model import Network
from supplychain.model.quarters import Quarter
from supplychain.report.charts.sankey import Band, bands, sankey
from supplychain.report.page.parts import Grid, Part, Picture
from supplychain.report.tables import Column, Columns, compact, table
from supplychain.simulation import Simulation


def flow_parts(result: Simulation, quarter: Quarter) -> list[Part]:
    """Wafers and memory into accelerators into buyers, in one quarter of the scenario."""
    network = result.network
    found = flows(network, result.scenario, result.allocation, quarter)
    names = {
        **{id_: c.name for id_, c in network.commodities.items()},
        **{id_: b.name for id_, b in network.buyers.items()},
        **{f.node: _maker(network, f.node) for f in found if f.column != "buyers"},
        NOBODY: "nobody (not sold)" if _known(result, quarter) else "orders not known",
    }
    kept = _kept(result, found)
    drawn = bands(found, names, kept)
    label = f"Flow of accelerators in {quarter}: wafers and memory, accelerators, buyers"
    picture = sankey(drawn, _amounts(network, found, names), label)
    if not picture:
        return []
    columns: Columns[Band] = (
        Column("source", "From"),
        Column("target", "To"),
        Column("kind", "What", of=lambda band: band.column),
        Column("units", "Accelerators", "units"),
    )
    run = "in the scenario" if result.shocks else "in the baseline"
    return [
        Picture(
            "flow",
            picture,
            f"What went into the accelerators shipped in {quarter} {run}, and who got them. Widths "
            "are accelerators; of one that needs both wafers and memory half is drawn for each.",
        ),
        Grid(table("flows", columns, drawn), f"The flow of {quarter}", folded=True),
    ]


def _known(result: Simulation, quarter: Quarter) -> bool:
    """Whether orders of the quarter are known, so that what is left over is not sold."""
    return quarter not in result.allocation.unknown()


def _maker(network: Network, node: str) -> str:
    organization, _, commodity = node.partition(" ")
    made = network.commodities[commodity].name.partition(" (")[0].replace(" memory stacks", "")
    return f"{network.organizations[organization].name} · {made}"


def _kept(result: Simulation, found: Sequence[Flow]) -> dict[str, list[str]]:
    """What has a bar of its own, in an order that no quarter or scenario changes."""
    network = result.network
    nodes = {
        column: sorted({f.node for f in found if f.column == column})
        for column in ("wafers", "memory")
    }
    units = {p: before for p, (before, _) in result.totals().items()}
    orders = {
        b.id: float(o)
        for b, o in zip(
            result.baseline_allocation.buyers,
            result.baseline_allocation.orders.sum(axis=1).tolist(),
            strict=True,
        )
    }
    shipped = {f.product for f in found}
    products = sorted((p for p in units if p in shipped), key=lambda p: (-units[p], p))[:10]
    buyers = sorted(orders, key=lambda b: (-orders[b], b))[:11]

    def designer(product: str) -> tuple[float, str, str]:
        owner = network.commodities[product].product.designer  # type: ignore[union-attr]
        own = [p for p in units if network.commodities[p].product.designer == owner]  # type: ignore[union-attr]
        return (-sum(units[p] for p in own), owner, product)

    return {
        **nodes,
        "accelerators": sorted(products, key=designer),
        "buyers": [*buyers, NOBODY],
    }


def _amounts(network: Network, found: Sequence[Flow], names: Mapping[str, str]) -> dict[str, str]:
    """Amount of each input in its own unit."""
    sums: dict[str, float] = {}
    units: dict[str, str] = {}
    for flow in found:
        if flow.column != "buyers":
            name = names[flow.node]
            sums[name] = sums.get(name, 0.0) + flow.amount
            units[name] = network.commodities[flow.node.partition(" ")[2]].unit
    return {name: f"{compact(amount)} {units[name]}" for name, amount in sums.items()}
