"""The answer of ``explain``: one node, its surroundings, and the source of each figure."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from supplychain.errors import AskError
from supplychain.model import (
    AIModel,
    Buyer,
    Commodity,
    Figure,
    Need,
    Network,
    Organization,
    Supply,
)
from supplychain.model.finder import Kind, find_figure, meanings, unknown
from supplychain.model.names import figures
from supplychain.model.network import FIGURED
from supplychain.model.quarters import Quarter
from supplychain.production.result import Production
from supplychain.report.answers.trace import trace_parts
from supplychain.report.tables import Cell, Column, Document, Table, compact

Node = Commodity | Organization | Buyer | AIModel


NODES: tuple[Kind, ...] = ("group", "commodity", "organization", "buyer", "model")
"""What can be explained, besides figures."""


def find_nodes(network: Network, text: str) -> tuple[Node, ...]:
    """Whatever in the data has that id or name, else that alias.

    Raises:
        AskError: There is nothing; the message names the nearest.
    """
    kind, colon, name = text.partition(":")
    kinds = {"org": "organization"}.get(kind, kind)
    chosen: tuple[Kind, ...] = tuple(k for k in NODES if k == kinds) if colon else NODES
    found = meanings(network, name if chosen and colon else text, chosen or NODES)
    if not found:
        raise AskError(unknown(network, text, NODES))
    nodes: list[Node] = []
    for what, id_ in found:
        match what:
            case "group":
                nodes += [network.commodities[c] for c in network.groups[id_]]
            case "commodity":
                nodes.append(network.commodities[id_])
            case "organization":
                nodes.append(network.organizations[id_])
            case "buyer":
                nodes.append(network.buyers[id_])
            case "model":
                nodes.append(network.models[id_])
    return tuple(nodes)


def find_figures(network: Network, text: str) -> tuple[Figure, ...]:
    """The figure of that name, or all whose names go on from there; none where no name does."""
    node = text.partition(".")[0].casefold()
    if "." not in text or not any(node in getattr(network, kind) for kind in FIGURED):
        return ()
    below = tuple(f for name, f in network.figures.items() if name.startswith(f"{text}."))
    return below if below and text not in network.figures else (find_figure(network, text),)


def figures_document(network: Network, asked: str, found: Sequence[Figure]) -> Document:
    """Some figures with range, basis and sources."""
    flat = figures_table(found)
    return Document(
        schema="supplychain/explain-figure/1",
        meta={"data": network.digest, "asked": asked},
        head=(("Figure" if len(found) == 1 else "Figures", asked),),
        parts=(flat, sources_table(network, _behind(found))),
        flat=flat,
    )


def _behind(figures: Iterable[Figure]) -> set[str]:
    """The sources of figures, and those that contradict them."""
    return {
        s for f in figures for s in (*f.sources, *(x for c in f.contradicted_by for x in c.sources))
    }


def explain_document(
    network: Network,
    nodes: tuple[Node, ...],
    at: Quarter,
    baseline: Production | None = None,
) -> Document:
    """Facts, needs, makers, users and figures of each node, and the sources behind them.

    With the baseline production, what held back each accelerator in the quarter comes first.
    """
    parts: list[Table | str] = []
    told: dict[str, Figure] = {}  # makers of several nodes may share a line
    cited: set[str] = set()
    for node in nodes:
        own = _surroundings(network, node, at)
        if baseline is not None and isinstance(node, Commodity) and node.product is not None:
            own = [*trace_parts(network, baseline, node.id, at), *own]
        parts += own if len(nodes) == 1 else [_told_apart(node, part) for part in own]
        told |= {f.name: f for f in _figures(network, node)}
        cited |= _cited(node)
    flat = figures_table(told.values())
    cited |= _behind(told.values())
    parts += [flat, sources_table(network, cited)]
    head = tuple(
        (_kind(node), f"{node.name} ({node.id}) · {_facts(network, node)}") for node in nodes
    )
    return Document(
        schema="supplychain/explain/1",
        meta={"data": network.digest, "at": str(at), "nodes": [node.id for node in nodes]},
        head=head,
        parts=tuple(parts),
        flat=flat,
    )


def _surroundings(network: Network, node: Node, at: Quarter) -> list[Table | str]:
    if isinstance(node, Commodity):
        return _commodity(network, node, at)
    if isinstance(node, Organization):
        return _organization(network, node, at)
    return _buyer(node) if isinstance(node, Buyer) else []


def _told_apart(node: Node, part: Table | str) -> Table | str:
    """The part with the node in its name, where the answer holds several nodes."""
    if isinstance(part, str):
        return f"{node.name}: {part}"
    kind = _kind(node).lower().replace(" ", "-")
    title = f"{node.name}: {part.title or 'supplies'}"
    return dataclasses.replace(part, name=f"{kind}:{node.id}.{part.name}", title=title)


def _figures(network: Network, node: Node) -> Iterator[Figure]:
    yield from figures(node)
    if isinstance(node, Commodity):
        for supply in network.makers(node.id):
            yield from figures(tuple(network.capacity(supply, name) for name in supply.draws))
            yield from figures(supply)


def _cited(node: Node) -> set[str]:
    """Sources of the node that stand beside its figures."""
    if isinstance(node, Commodity):
        return {s for need in node.needs for s in need.sources}
    if isinstance(node, Organization):
        return {*node.sources, *(s for made in node.supplies for s in made.sources)}
    return set(node.sources) if isinstance(node, Buyer) else set()


def _kind(node: Node) -> str:
    if isinstance(node, Commodity):
        return "Accelerator" if node.product else "Commodity"
    if isinstance(node, AIModel):
        return "AI model"
    return "Organization" if isinstance(node, Organization) else "Buyer"


def _facts(network: Network, node: Node) -> str:
    if isinstance(node, Organization):
        owner = f" · owned by {network.organizations[node.owner].name}" if node.owner else ""
        return f"headquarters {node.country}{owner}" + _noted(node.note)
    if isinstance(node, AIModel):
        trained = f" · trained on {node.chip}" if node.chip else ""
        return f"{node.developer} · {node.published}{trained}" + _noted(node.note)
    if isinstance(node, Buyer):
        count = f" · {node.count} buyers" if node.count > 1 else ""
        return f"{node.kind} · {node.tier} · {node.country}{count}" + _noted(node.note)
    facts = f"{node.stage} · counted in {node.unit}"
    if node.product is not None:
        partners = f" with {', '.join(node.product.partners)}" if node.product.partners else ""
        until = f" to {node.product.end}" if node.product.end else " on"
        facts += f" · by {node.product.designer}{partners} · {node.product.launch}{until}"
    return facts + _noted(node.note)


def _noted(note: str) -> str:
    return f" · {note}" if note else ""


def _commodity(network: Network, node: Commodity, at: Quarter) -> list[Table | str]:
    return [
        needs_table("needs", "Needs", network, node.needs),
        makers_table(network, network.makers(node.id), at),
        users_table(network, node.id),
    ]


def needs_table(name: str, title: str, network: Network, needs: Iterable[Need]) -> Table:
    """What is needed, how much, from whom."""
    rows: list[tuple[Cell, ...]] = [
        (
            " or ".join(network.commodities[i].name for i in need.inputs),
            need.role,
            f"{need.per_unit.value:.4g}" if need.per_unit else "–",
            ", ".join(f"{m} from {q}" for m, q in need.makers.items())
            if need.makers
            else "any maker",
            f"{weeks.value:g}" if (weeks := network.cycle_weeks(need)) else "–",
            need.note,
        )
        for need in needs
    ]
    columns = (
        Column("input", "Input"),
        Column("role", "Role"),
        Column("per_unit", "Per unit", priority=1),
        Column("makers", "Qualified makers"),
        Column("cycle_weeks", "Weeks", priority=2),
        Column("note", "Note", priority=3),
    )
    return Table(name, title, columns, tuple(rows), "needs nothing that is in the data")


def needs_by_use_table(network: Network, supplies: Iterable[Supply]) -> Table:
    """What the makers of several commodities need, and for which of them."""
    uses: dict[tuple[str, str], set[str]] = defaultdict(set)
    for supply in supplies:
        for need in network.needs(supply):
            inputs = " or ".join(network.commodities[i].name for i in need.inputs)
            uses[inputs, need.role].add(supply.commodity)
    rows: list[tuple[Cell, ...]] = [
        (inputs, role, ", ".join(sorted(made))) for (inputs, role), made in uses.items()
    ]
    columns = (Column("input", "Input"), Column("role", "Role"), Column("use", "For"))
    empty = "needs nothing that is in the data"
    return Table("needs", "Needs for what it makes", columns, tuple(rows), empty)


def makers_table(network: Network, supplies: Iterable[Supply], at: Quarter) -> Table:
    """Who makes it, where, and how much as of the quarter."""
    rows: list[tuple[Cell, ...]] = []
    for supply in supplies:
        share = supply.share_in(at)
        amount = " + ".join(
            f"{compact(network.capacity(supply, c).per_quarter(at))} a quarter ({c})"
            for c in supply.draws
        )
        rows.append(
            (
                network.organizations[supply.organization].name,
                supply.country,
                share.value if share else None,
                amount or "–",
                f"{supply.start or '…'} to {supply.end or '…'}"
                if supply.start or supply.end
                else "",
                supply.recovery_weeks.value if supply.recovery_weeks else None,
            )
        )
    columns = (
        Column("maker", "Maker"),
        Column("country", "Plant"),
        Column("share", "Share", "share"),
        Column("capacity", f"Capacity in {at}"),
        Column("active", "Active", priority=2),
        Column("recovery_weeks", "Weeks to recover", "number", priority=1),
    )
    return Table("makers", "Made by", columns, tuple(rows), "nobody in the data makes it")


def users_table(network: Network, commodity: str) -> Table:
    """Which commodities, and which makers' own lines, need it."""
    rows: list[tuple[Cell, ...]] = [
        (user.name, need.role, "")
        for user in network.commodities.values()
        for need in user.needs
        if commodity in need.inputs
    ]
    rows += [
        (
            network.commodities[s.commodity].name,
            need.role,
            network.organizations[s.organization].name,
        )
        for s in network.supplies
        for need in s.needs
        if commodity in need.inputs
    ]
    columns = (
        Column("user", "Used in"),
        Column("role", "As"),
        Column("maker", "Only by", priority=1),
    )
    return Table("users", "Feeds", columns, tuple(rows), "nothing in the data needs it")


def _organization(network: Network, node: Organization, at: Quarter) -> list[Table | str]:
    made = [s for s in network.supplies if s.organization == node.id]
    rows: list[tuple[Cell, ...]] = []
    for supply in made:
        share = supply.share_in(at)
        rows.append(
            (
                network.commodities[supply.commodity].name,
                supply.country,
                share.value if share else None,
                supply.note,
            )
        )
    columns = (
        Column("commodity", "Makes"),
        Column("country", "Plant"),
        Column("share", "Share", "share"),
        Column("note", "Note", priority=1),
    )
    parts: list[Table | str] = [
        Table("makes", "", columns, tuple(rows), "makes nothing in the data")
    ]
    owned = [o.name for o in network.organizations.values() if o.owner == node.id]
    if owned:
        parts.append(f"Owns {', '.join(owned)}.")
    fed = sorted({s.commodity for s in made})
    if len(fed) == 1:
        unique = {(tuple(n.inputs), n.role): n for s in made for n in network.needs(s)}
        parts.append(needs_table("needs", "Needs for what it makes", network, unique.values()))
    else:
        parts.append(needs_by_use_table(network, made))
    parts += [users_table(network, commodity) for commodity in fed[:1] if len(fed) == 1]
    return parts


def _buyer(node: Buyer) -> list[Table | str]:
    rows: list[tuple[Cell, ...]] = [
        (kind, ", ".join(line.products), str(quarter), figure.value, figure.low, figure.high)
        for kind, lines in (("orders", node.orders), ("contract", node.contracts))
        for line in lines
        for quarter, figure in line.figures.items()
    ]
    columns = (
        Column("kind", ""),
        Column("products", "Products"),
        Column("quarter", "Quarter"),
        Column("units", "Units", "units"),
        Column("low", "Low", "units", priority=1),
        Column("high", "High", "units", priority=1),
    )
    return [Table("orders", "Asks for", columns, tuple(rows), "orders nothing")]


def figures_table(figures: Iterable[Figure]) -> Table:
    """Each figure with range, basis, sources and the place in the data."""
    rows: list[tuple[Cell, ...]] = [
        (
            f.name,
            _number(f.value),
            f"{_number(f.low)} to {_number(f.high)}" if f.low != f.high else "",
            f.unit,
            f.basis,
            ", ".join(f.sources) or "–",
            str(f.place),
            f.note,
            "; ".join(f"{_number(c.value)} ({', '.join(c.sources)})" for c in f.contradicted_by),
        )
        for f in figures
    ]
    columns = (
        Column("figure", "Figure"),
        Column("value", "Value"),
        Column("range", "Range", priority=1),
        Column("unit", "Unit", priority=4),
        Column("basis", "Basis", priority=2),
        Column("sources", "Sources"),
        Column("place", "In", priority=6),
        Column("note", "Note", priority=7),
        Column("contradicted_by", "Others say", priority=5),
    )
    return Table("figures", "Figures and their sources", columns, tuple(rows), "no figures")


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def sources_table(network: Network, ids: Iterable[str]) -> Table:
    """The bibliography entries behind the figures."""
    rows: list[tuple[Cell, ...]] = [
        (s.id, s.publisher, s.published or "n. d.", s.title, s.url)
        for s in (network.sources[i] for i in sorted(set(ids)))
    ]
    columns = (
        Column("source", "Source"),
        Column("publisher", "Publisher", priority=1),
        Column("published", "Date", priority=2),
        Column("title", "Title", priority=3),
        Column("url", "Address", least=30, breakable=True),
    )
    return Table("sources", "Sources", columns, tuple(rows), "no sources")
