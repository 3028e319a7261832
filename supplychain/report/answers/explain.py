"""The answer of ``explain``: one node, its surroundings, and the source of each figure."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from supplychain.errors import AskError
from supplychain.model import (
    AIModel,
    Buyer,
    Commodity,
    Figure,
    Need,
    Network,
    Organization,
    Source,
    Supply,
)
from supplychain.model.finder import Kind, find_figure, meanings, unknown
from supplychain.model.names import figures
from supplychain.model.network import FIGURED
from supplychain.model.quarters import Quarter
from supplychain.production.result import Production
from supplychain.report.answers.trace import trace_parts
from supplychain.report.tables import Column, Columns, Document, Table, compact, table

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
    columns: Columns[Need] = (
        Column("input", "Input", of=lambda need: _inputs(network, need)),
        Column("role", "Role"),
        Column("per_unit", "Per unit", priority=1,
               of=lambda need: f"{need.per_unit.value:.4g}" if need.per_unit else "–"),
        Column("makers", "Qualified makers",
               of=lambda n: ", ".join(f"{m} from {q}" for m, q in (n.makers or {}).items())
               or "any maker"),
        Column("cycle_weeks", "Weeks", priority=2,
               of=lambda n: f"{weeks.value:g}" if (weeks := network.cycle_weeks(n)) else "–"),
        Column("note", "Note", priority=3),
    )  # fmt: skip
    return table(name, columns, needs, title, "needs nothing that is in the data")


def _inputs(network: Network, need: Need) -> str:
    return " or ".join(network.commodities[i].name for i in need.inputs)


def needs_by_use_table(network: Network, supplies: Iterable[Supply]) -> Table:
    """What the makers of several commodities need, and for which of them."""
    uses: dict[tuple[str, str], set[str]] = defaultdict(set)
    for supply in supplies:
        for need in network.needs(supply):
            uses[_inputs(network, need), need.role].add(supply.commodity)
    columns: Columns[tuple[str, str]] = (
        Column("input", "Input", of=lambda need: need[0]),
        Column("role", "Role", of=lambda need: need[1]),
        Column("use", "For", of=lambda need: ", ".join(sorted(uses[need]))),
    )
    empty = "needs nothing that is in the data"
    return table("needs", columns, uses, "Needs for what it makes", empty)


def makers_table(network: Network, supplies: Iterable[Supply], at: Quarter) -> Table:
    """Who makes it, where, and how much as of the quarter."""

    def capacity(supply: Supply) -> str:
        return " + ".join(
            f"{compact(network.capacity(supply, c).per_quarter(at))} a quarter ({c})"
            for c in supply.draws
        )

    def active(supply: Supply) -> str:
        if supply.start or supply.end:
            return f"{supply.start or '…'} to {supply.end or '…'}"
        return ""

    columns: Columns[Supply] = (
        Column("maker", "Maker", of=lambda s: network.organizations[s.organization].name),
        Column("country", "Plant"),
        Column("share", "Share", "share", of=lambda s: _value(s.share_in(at))),
        Column("capacity", f"Capacity in {at}", of=lambda s: capacity(s) or "–"),
        Column("active", "Active", priority=2, of=active),
        Column("recovery_weeks", "Weeks to recover", "number", priority=1,
               of=lambda s: _value(s.recovery_weeks)),
    )  # fmt: skip
    return table("makers", columns, supplies, "Made by", "nobody in the data makes it")


def _value(figure: Figure | None) -> float | None:
    return figure.value if figure else None


def users_table(network: Network, commodity: str) -> Table:
    """Which commodities, and which makers' own lines, need it."""
    rows = [
        {"user": user.name, "role": need.role, "maker": ""}
        for user in network.commodities.values()
        for need in user.needs
        if commodity in need.inputs
    ]
    rows += [
        {
            "user": network.commodities[s.commodity].name,
            "role": need.role,
            "maker": network.organizations[s.organization].name,
        }
        for s in network.supplies
        for need in s.needs
        if commodity in need.inputs
    ]
    columns: Columns[dict[str, str]] = (
        Column("user", "Used in"),
        Column("role", "As"),
        Column("maker", "Only by", priority=1),
    )
    return table("users", columns, rows, "Feeds", "nothing in the data needs it")


def _organization(network: Network, node: Organization, at: Quarter) -> list[Table | str]:
    made = [s for s in network.supplies if s.organization == node.id]
    columns: Columns[Supply] = (
        Column("commodity", "Makes", of=lambda s: network.commodities[s.commodity].name),
        Column("country", "Plant"),
        Column("share", "Share", "share", of=lambda s: _value(s.share_in(at))),
        Column("note", "Note", priority=1),
    )
    parts: list[Table | str] = [table("makes", columns, made, empty="makes nothing in the data")]
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
    rows = [
        {
            "kind": kind,
            "products": ", ".join(line.products),
            "quarter": str(quarter),
            "units": figure.value,
            "low": figure.low,
            "high": figure.high,
        }
        for kind, lines in (("orders", node.orders), ("contract", node.contracts))
        for line in lines
        for quarter, figure in line.figures.items()
    ]
    columns: Columns[dict[str, Any]] = (
        Column("kind", ""),
        Column("products", "Products"),
        Column("quarter", "Quarter"),
        Column("units", "Units", "units"),
        Column("low", "Low", "units", priority=1),
        Column("high", "High", "units", priority=1),
    )
    return [table("orders", columns, rows, "Asks for", "orders nothing")]


def figures_table(figures: Iterable[Figure]) -> Table:
    """Each figure with range, basis, sources and the place in the data."""
    columns: Columns[Figure] = (
        Column("figure", "Figure", of=lambda f: f.name),
        Column("value", "Value", of=lambda f: _number(f.value)),
        Column("range", "Range", priority=1, of=_range),
        Column("unit", "Unit", priority=4),
        Column("basis", "Basis", priority=2),
        Column("sources", "Sources", of=lambda f: ", ".join(f.sources) or "–"),
        Column("place", "In", priority=6, of=lambda f: str(f.place)),
        Column("note", "Note", priority=7),
        Column("contradicted_by", "Others say", priority=5, of=_others),
    )
    return table("figures", columns, figures, "Figures and their sources", "no figures")


def _range(f: Figure) -> str:
    return f"{_number(f.low)} to {_number(f.high)}" if f.low != f.high else ""


def _others(figure: Figure) -> str:
    said = (f"{_number(c.value)} ({', '.join(c.sources)})" for c in figure.contradicted_by)
    return "; ".join(said)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def sources_table(network: Network, ids: Iterable[str]) -> Table:
    """The bibliography entries behind the figures."""
    columns: Columns[Source] = (
        Column("source", "Source", of=lambda s: s.id),
        Column("publisher", "Publisher", priority=1),
        Column("published", "Date", priority=2, of=lambda s: s.published or "n. d."),
        Column("title", "Title", priority=3),
        Column("url", "Address", least=30, breakable=True),
    )
    rows = [network.sources[id_] for id_ in sorted(set(ids))]
    return table("sources", columns, rows, "Sources", "no sources")
