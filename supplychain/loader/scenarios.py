"""Files of scenarios: shocks, an allocation rule, assumptions."""

from __future__ import annotations

from types import MappingProxyType

from supplychain.loader import forms
from supplychain.loader.figures import Reader
from supplychain.loader.index import known, words
from supplychain.loader.parts import check_id, texts
from supplychain.loader.shapes import Block
from supplychain.loader.text import place
from supplychain.model import (
    AddLine,
    Ban,
    ChangeOrders,
    Cut,
    Launch,
    Qualify,
    Scenario,
    Shock,
    units,
)
from supplychain.model.quarters import Quarter

KINDS = {
    "cut": ("by",),
    "qualify": ("input",),
    "launch": (),
    "add_line": ("rate",),
    "orders": ("by",),
    "ban": ("buyers",),
}
"""Kinds of shocks, each with what it needs besides 'from'."""


def read_scenario(reader: Reader, block: Block, stem: str) -> Scenario:
    """One scenario; every reference in it is checked."""
    check_id(reader, block, stem)
    shocks = [_shock(reader, s) for s in block.items("shocks") if isinstance(s, Block)]
    assume = block.block("assume")
    values = {}
    if assume is not None:
        values = {name: units.number(assume.word(name)) for name in sorted(assume.values)}
    return Scenario(
        id=stem,
        name=block.word("name"),
        shocks=tuple(s for s in shocks if s is not None),
        policy=block.word("policy"),
        assume=MappingProxyType(values),
        note=block.word("note"),
    )


def _shock(reader: Reader, block: Block) -> Shock | None:
    kinds = [kind for kind in KINDS if kind in block.keys]
    if len(kinds) != 1:
        reader.page.problem(
            place(block.node, reader.page),
            "a shock is one of " + ", ".join(KINDS),
            f"this one has {', '.join(kinds) or 'none of them'}",
        )
        return None
    [kind] = kinds
    missing = [key for key in KINDS[kind] if key not in block.values]
    if missing or kind not in block.values or "from" not in block.values:
        for key in missing:
            reader.at_key(block, kind, f"a {kind} without '{key}'", f"add '{key}: ...'")
        return None
    start, end = block.word("from"), block.word("to")
    if start == "never" and kind != "qualify":
        reader.problem(
            block.values["from"], "only a qualification can be 'never'", "write a quarter"
        )
        return None
    first = None if start == "never" else Quarter.parse(start)
    last = Quarter.parse(end) if end else None
    if first and last and last < first:
        reader.problem(block.values["to"], f"'to' {last} comes before 'from' {first}")
        return None
    return _READERS[kind](reader, block, first, last)


def _cut(reader: Reader, block: Block, first: Quarter | None, last: Quarter | None) -> Shock | None:
    share = units.share(block.word("by"), -1, forms.MOST)
    if not 0 <= share <= 1:
        reader.problem(block.values["by"], "a cut is from 0% to 100%", "write for example 20%")
        return None
    kind, colon, name = block.word("cut").rpartition(":")
    index = reader.index
    if kind not in ("country", "supply") and "*" not in name:
        things = {*index.commodities, *index.organizations, *index.groups}
        _names(reader, block, "cut", name if colon else block.word("cut"), things, "target")
    recovery = block.block("recovery")
    curve: tuple[tuple[float, float], ...] = ()
    if recovery is not None:
        if last is not None:
            reader.problem(
                block.values["to"],
                "a cut with a recovery has no 'to'",
                "its curve says when it ends",
            )
        weeks = sorted(recovery.values, key=float)
        curve = tuple((float(w), units.number(recovery.word(w))) for w in weeks)
    return Cut(block.word("cut"), share, first, last, curve)


def _qualify(
    reader: Reader, block: Block, first: Quarter | None, last: Quarter | None
) -> Shock | None:
    index = reader.index
    goods = {*index.commodities, *index.groups}
    _names(reader, block, "qualify", block.word("qualify"), index.organizations, "organization")
    _names(reader, block, "input", block.word("input"), goods, "commodity or group")
    if used := block.word("in"):
        _names(reader, block, "in", used, goods, "commodity or group")
    return Qualify(block.word("qualify"), block.word("input"), used, first)


def _launch(
    reader: Reader, block: Block, first: Quarter | None, last: Quarter | None
) -> Shock | None:
    products = {*reader.index.designers, *reader.index.groups}
    _names(reader, block, "launch", block.word("launch"), products, "product or group")
    return Launch(block.word("launch"), first) if first else None


def _add_line(
    reader: Reader, block: Block, first: Quarter | None, last: Quarter | None
) -> Shock | None:
    known_lines = {f"{o}.{c}" for o, lines in reader.index.capacities.items() for c in lines}
    _names(reader, block, "add_line", block.word("add_line"), known_lines, "capacity")
    rate = units.number(block.word("rate"))
    return AddLine(block.word("add_line"), rate, first) if first else None


def _orders(
    reader: Reader, block: Block, first: Quarter | None, last: Quarter | None
) -> Shock | None:
    buyers = {"all", *reader.index.buyers}
    _names(reader, block, "orders", block.word("orders"), buyers, "buyer")
    share = units.share(block.word("by"), -1, forms.MOST)
    products = texts(block.values.get("products"))
    return ChangeOrders(block.word("orders"), products, share, first, last) if first else None


def _ban(reader: Reader, block: Block, first: Quarter | None, last: Quarter | None) -> Shock | None:
    products = {*reader.index.designers, *reader.index.groups}
    _names(reader, block, "ban", block.word("ban"), products, "product or group")
    return Ban(block.word("ban"), block.word("buyers"), first, last) if first else None


def _names(reader: Reader, block: Block, key: str, name: str, ids: object, what: str) -> None:
    for node in words(block.values.get(key)):
        if not reader.index.unread:
            known(node, name, ids, what, reader.page)  # type: ignore[arg-type]


_READERS = {
    "cut": _cut,
    "qualify": _qualify,
    "launch": _launch,
    "add_line": _add_line,
    "orders": _orders,
    "ban": _ban,
}
