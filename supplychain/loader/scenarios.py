"""Files of scenarios: shocks, an allocation rule, assumptions."""

from __future__ import annotations

from itertools import pairwise
from types import MappingProxyType

from supplychain.errors import AskError
from supplychain.loader import forms
from supplychain.loader.countries import COUNTRIES
from supplychain.loader.figures import FAR, Reader
from supplychain.loader.forms import EXPORT_CLASSES
from supplychain.loader.index import known, words
from supplychain.loader.parts import check_id, texts
from supplychain.loader.past import sorted_weeks
from supplychain.loader.problems import short
from supplychain.loader.shapes import Block
from supplychain.loader.text import place
from supplychain.model import (
    AddLine,
    Ban,
    ChangeOrders,
    Cut,
    Figure,
    Launch,
    Network,
    Qualify,
    Scenario,
    Shock,
    units,
)
from supplychain.model.finder import nearest
from supplychain.model.names import figures
from supplychain.model.network import FIGURED
from supplychain.model.quarters import Quarter
from supplychain.scenarios.targets import find_supplies


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


def check_scenario(reader: Reader, block: Block, scenario: Scenario, network: Network) -> None:
    """Note cuts that hit nothing, and assumptions about nothing or beyond what can be."""
    for item in block.items("shocks"):
        if isinstance(item, Block) and "cut" in item.values:
            try:
                find_supplies(network, item.word("cut"))
            except AskError:
                reader.problem(
                    item.values["cut"],
                    f"no supply in the data is meant by '{short(item.word('cut'))}'",
                    "a target is an id or a group, a glob over them, org:ID, country:XX, "
                    "commodity:ID or supply:ORGANIZATION/COMMODITY",
                )
    assume = block.block("assume")
    if assume is None:
        return
    for name, value in scenario.assume.items():
        figure = _changeable(network, name.partition(".")[0]).get(name)
        if figure is None:
            _check_name(reader, assume, network, name)
            continue
        low, high = figure.limits
        if not low <= value <= high:
            reader.problem(
                assume.values[name],
                f"'{assume.word(name)}' cannot be; {name} is from {low:g} to {high:g}",
                f"it is {figure.value:g} in the data",
            )


def _changeable(network: Network, id_: str) -> dict[str, Figure]:
    """The figures that an assumption may replace of everything with that id, by name."""
    parts = (getattr(network, kind).get(id_) for kind in FIGURED)
    return {f.name: f for part in parts if part is not None for f in figures(part)}


def _check_name(reader: Reader, assume: Block, network: Network, name: str) -> None:
    """Note that no figure has the name, with the nearest one."""
    names = _changeable(network, name.partition(".")[0])
    ids = [*network.commodities, *network.organizations, *network.buyers, *network.parameters]
    close = nearest(name, names) if names else nearest(name.partition(".")[0], ids)
    cure = f"did you mean '{close}{'' if names else '...'}'?" if close else ""
    cures = [cure] if cure else ["supplychain explain shows the names of figures"]
    reader.at_key(assume, name, f"no figure has the name '{short(name)}'", *cures)


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
    needed, read = KINDS[kind]
    missing = [key for key in needed if key not in block.values]
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
    if first and reader.index.newest and first.year > int(reader.index.newest[:4]) + FAR:
        reader.warning(
            block.values["from"],
            f"a shock of {first}, more than {FAR} years after any source was read",
            "correct the year, if that is not meant",
        )
    return read(reader, block, first, last)


def _cut(reader: Reader, block: Block, first: Quarter | None, last: Quarter | None) -> Shock | None:
    share = units.share(block.word("by"), -1, forms.MOST)
    if not 0 <= share <= 1:
        reader.problem(block.values["by"], "a cut is from 0% to 100%", "write for example 20%")
        return None
    kind, colon, name = block.word("cut").rpartition(":")
    index = reader.index
    if kind not in ("country", "supply") and "*" not in name:
        name = name if colon else block.word("cut")
        _names(reader, block, "cut", name, index.things(), "target")
    recovery = block.block("recovery")
    curve: tuple[tuple[float, float], ...] = ()
    if recovery is not None:
        if last is not None:
            reader.problem(
                block.values["to"],
                "a cut with a recovery has no 'to'",
                "its curve says when it ends",
            )
        weeks = sorted_weeks(reader, recovery, recovery.values)
        _check_rising(reader, recovery, weeks)
        curve = tuple((float(w), units.number(recovery.word(w))) for w in weeks)
    return Cut(block.word("cut"), share, first, last, curve)


def _check_rising(reader: Reader, recovery: Block, weeks: list[str]) -> None:
    twice = {b for a, b in pairwise(weeks) if float(a) == float(b)}
    levels = [units.number(recovery.word(week)) for week in weeks]
    for week, before, after in zip(weeks[1:], levels, levels[1:], strict=False):
        if after < before and week not in twice:
            reader.at_key(
                recovery,
                week,
                f"the recovery goes backwards, from {before:.4g} to {after:.4g} in week {week}",
                "a second blow is a cut of its own",
            )


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
    products = reader.index.products()
    _names(reader, block, "launch", block.word("launch"), products, "product or group")
    return Launch(block.word("launch"), first) if first else None


def _add_line(
    reader: Reader, block: Block, first: Quarter | None, last: Quarter | None
) -> Shock | None:
    id_ = block.word("add_line").partition(".")[0]
    lines = {f"{id_}.{line}" for line in reader.index.capacities.get(id_, ())}
    _names(reader, block, "add_line", block.word("add_line"), lines, "capacity")
    rate = units.number(block.word("rate"))
    return AddLine(block.word("add_line"), rate, first) if first else None


def _orders(
    reader: Reader, block: Block, first: Quarter | None, last: Quarter | None
) -> Shock | None:
    if block.word("orders") != "all":
        _names(reader, block, "orders", block.word("orders"), reader.index.buyers, "buyer")
    share = units.share(block.word("by"), -1, forms.MOST)
    for node in words(block.values.get("products")):
        if not reader.index.unread:
            known(node, node.value, reader.index.products(), "product or group", reader.page)
    products = texts(block.values.get("products"))
    return ChangeOrders(block.word("orders"), products, share, first, last) if first else None


def _ban(reader: Reader, block: Block, first: Quarter | None, last: Quarter | None) -> Shock | None:
    products = reader.index.products()
    _names(reader, block, "ban", block.word("ban"), products, "product or group")
    if (to := block.word("buyers")) not in (*EXPORT_CLASSES, *COUNTRIES):
        what = "buyer, country or export class"
        _names(reader, block, "buyers", to, reader.index.buyers, what)
    return Ban(block.word("ban"), block.word("buyers"), first, last) if first else None


def _names(reader: Reader, block: Block, key: str, name: str, ids: object, what: str) -> None:
    for node in words(block.values.get(key)):
        if not reader.index.unread:
            known(node, name, ids, what, reader.page)  # type: ignore[arg-type]


KINDS = {
    "cut": (("by",), _cut),
    "qualify": (("input",), _qualify),
    "launch": ((), _launch),
    "add_line": (("rate",), _add_line),
    "orders": (("by",), _orders),
    "ban": (("buyers",), _ban),
}
"""Kinds of shocks: what each needs besides 'from', and what reads it."""
