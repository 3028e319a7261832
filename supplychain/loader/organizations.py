"""Files of organizations: capacities with their bookings, supplies, product lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, cast

import yaml

from supplychain.loader.buyers import read_orders
from supplychain.loader.figures import NOTHING, Reader, Standing
from supplychain.loader.forms import PER_UNIT, RATE_VALUE, SHARE, SURGE, WEEKS
from supplychain.loader.index import known, words
from supplychain.loader.needs import read_needs
from supplychain.loader.parts import check_id, check_order, quarter, texts
from supplychain.loader.schema import STANDING
from supplychain.loader.shapes import Block, node_of
from supplychain.loader.text import place, width
from supplychain.loader.words import Amount
from supplychain.model import Capacity, Figure, Orders, Organization, Supply, units
from supplychain.model.finder import nearest
from supplychain.model.quarters import Quarter
from supplychain.model.units import Rate

ROUNDING = 1e-9
ONE = yaml.ScalarNode("", "1")


def read_organization(reader: Reader, block: Block, stem: str) -> Organization:
    """One organization with what it makes."""
    check_id(reader, block, stem)
    if "owner" in block.values:
        node = node_of(block.values["owner"])
        owner = block.word("owner")
        cure = f"or add organizations/{owner}.yaml"
        known(node, owner, reader.index.organizations, "organization", reader.page, cure)
    capacities = [c for c in block.items("capacities") if isinstance(c, Block)]
    supplies = [s for s in block.items("supplies") if isinstance(s, Block)]
    made = {c.id: c for c in (_capacity(reader, block, stem) for block in capacities)}
    _check_doubles(reader, capacities, supplies)
    return Organization(
        id=stem,
        name=block.word("name"),
        country=block.word("country"),
        aliases=texts(block.values.get("aliases")),
        owner=block.word("owner"),
        capacities=tuple(made.values()),
        supplies=tuple(_supply(reader, s, stem, made) for s in supplies),
        lines=_lines(reader, block),
        orders=_sold(reader, block, stem),
        note=block.word("note"),
        sources=reader.sources(block.values.get("source")),
        place=place(block.node, reader.page),
    )


def _check_doubles(reader: Reader, capacities: list[Block], supplies: list[Block]) -> None:
    ids: set[str] = set()
    for capacity in capacities:
        if (id_ := capacity.word("id")) in ids:
            reader.problem(capacity.values["id"], f"a second capacity '{id_}'", "rename one")
        ids.add(id_)
    made: set[tuple[str, str]] = set()
    for supply in supplies:
        commodity, country = supply.word("commodity"), supply.word("country")
        if (commodity, country) in made:
            reader.problem(
                supply.values["commodity"],
                f"a second supply of '{commodity}' in {country}",
                "put the two into one; 'capacity: {a: 1, b: 1}' draws on several capacities",
            )
        made.add((commodity, country))


def _by_year(
    reader: Reader, block: Block | None, amount: Amount, outer: Standing
) -> Mapping[int, Mapping[str, Figure]]:
    """Figures by year and key."""
    if block is None:
        return MappingProxyType({})
    standing = reader.standing(block, outer)
    years = {}
    for year in sorted(block.values.keys() - STANDING.keys()):
        figures = reader.table(block.block(year), amount, standing)
        years[int(year)] = MappingProxyType({key: figures[key] for key in sorted(figures)})
    return MappingProxyType(years)


def _lines(reader: Reader, block: Block) -> Mapping[int, Mapping[str, Figure]]:
    table = block.block("lines")
    lines = _by_year(reader, table, SHARE, NOTHING)
    _check_lines(reader, table, block.word("id"), lines)
    for year, figures in lines.items():
        total = sum(f.value for f in figures.values())
        if table is not None and not 0.99 - ROUNDING <= total <= 1.01 + ROUNDING:
            reader.at_key(
                table,
                str(year),
                f"the lines of {year} add up to {_pct(total)}",
                "shares of one designer's product lines add up to 100%",
            )
    return lines


def _check_lines(
    reader: Reader, table: Block | None, id_: str, lines: Mapping[int, Mapping[str, Figure]]
) -> None:
    """Warn of lines that no product of the designer is of: their units are nobody's."""
    made = reader.index.lines.get(id_, set())
    if table is None or "commodities" in reader.index.unread:
        return
    for year, figures in lines.items():
        for line in sorted(figures.keys() - made):
            made = made | {line}
            rows = table.block(str(year))
            assert rows is not None
            close = nearest(line, reader.index.lines.get(id_, ()))
            reader.page.warning(
                place(rows.keys[line], reader.page),
                f"no product of '{id_}' is of the line '{line}'",
                f"did you mean '{close}'?" if close else f"add 'line: {line}' to a product",
                width=len(line),
            )


def _sold(reader: Reader, block: Block, stem: str) -> tuple[Orders, ...]:
    """What buyers take of the designer's products: its own, and each of them once."""
    orders = read_orders(reader, block, "orders")
    seen: set[str] = set()
    for row in block.items("orders"):
        for node in words(row.values["products"]) if isinstance(row, Block) else ():
            for product in reader.index.groups.get(node.value, {node.value}):
                designer = reader.index.designers.get(product, stem)
                if designer != stem:
                    reader.problem(
                        node,
                        f"'{product}' is a product of '{designer}'",
                        f"name products of '{stem}', or move the order to its designer",
                    )
                if product in seen:
                    reader.problem(node, f"a second order for '{product}'", "put the two into one")
                seen.add(product)
    return orders


def _pct(share: float) -> str:
    return f"{100 * share:.4g}%"


def _capacity(reader: Reader, block: Block, organization: str) -> Capacity:
    standing = reader.standing(block)
    unit = block.word("unit")
    figures = reader.table(block.block("figures"), RATE_VALUE, standing, unit)
    bookings = block.block("bookings")
    booked = _by_year(reader, bookings, SHARE, standing)
    for year, shares in booked.items():
        assert bookings is not None
        rows = bookings.block(str(year))
        for id_ in shares:
            assert rows is not None
            cure = f"or add organizations/{id_}.yaml"
            orgs = reader.index.organizations
            known(rows.keys[id_], id_, orgs, "organization", reader.page, cure)
        if (total := sum(f.value for f in shares.values())) > 1 + ROUNDING:
            reader.at_key(
                bookings,
                str(year),
                f"the bookings of {year} add up to {_pct(total)}",
                "a line cannot be booked beyond 100%",
            )
    return Capacity(
        id=block.word("id"),
        organization=organization,
        unit=unit,
        figures=MappingProxyType({Quarter.parse(q): figures[q] for q in sorted(figures)}),
        at=cast(Literal["exit", "average"], block.word("at")),
        interpolate=cast(Literal["linear", "step"], block.word("interpolate") or "linear"),
        bookings=booked,
        booking_base=block.word("booking_base"),
        part_of=block.word("part_of"),
        per_base_unit=Rate.parse(unit).per_quarter,
        note=block.word("note"),
        place=place(block.node, reader.page),
    )


def _supply(
    reader: Reader, block: Block, organization: str, capacities: Mapping[str, Capacity]
) -> Supply:
    standing = reader.standing(block)
    commodity, index = block.word("commodity"), reader.index
    node = node_of(block.values["commodity"])
    cure = f"or add commodities/<stage>/{commodity}.yaml"
    if known(node, commodity, index.commodities, "commodity", reader.page, cure):
        _check_designer(reader, block, commodity)
    check_order(reader, block, "start", "end")
    share = reader.table(block.block("share"), SHARE, standing)
    draws = _draws(reader, block, organization, standing)
    supply = Supply(
        organization=organization,
        commodity=commodity,
        country=block.word("country"),
        draws=MappingProxyType(draws),
        share=MappingProxyType({int(y): share[y] for y in sorted(share)}),
        start=quarter(block, "start"),
        end=quarter(block, "end"),
        recovery_weeks=reader.optional(block, "recovery_weeks", WEEKS, standing),
        surge=reader.optional(block, "surge", SURGE, standing),
        surge_weeks=reader.optional(block, "surge_weeks", WEEKS, standing),
        needs=read_needs(reader, block.items("needs"), commodity, bool(draws)),
        basis=standing.basis,
        sources=standing.sources,
        note=standing.note,
        place=place(block.node, reader.page),
    )
    return supply if standing.firm else _founded(reader, supply, capacities)


def _founded(reader: Reader, supply: Supply, capacities: Mapping[str, Capacity]) -> Supply:
    """The supply with the sources of its figures and capacities; a bare one is noted."""
    figures = [
        supply.recovery_weeks,
        supply.surge,
        supply.surge_weeks,
        *supply.share.values(),
        *supply.draws.values(),
        *(f for id_ in supply.draws if id_ in capacities for f in capacities[id_].figures.values()),
    ]
    sources = tuple(sorted({s for figure in figures if figure for s in figure.sources}))
    if not sources and supply.draws.keys() <= capacities.keys():
        reader.page.problem(
            supply.place,
            "a supply without a source",
            "add 'source: [id]', or 'basis: estimate' with a note",
        )
    return replace(supply, sources=sources)


def _check_designer(reader: Reader, block: Block, commodity: str) -> None:
    if designer := reader.index.designers.get(commodity):
        reader.problem(
            block.values["commodity"],
            f"'{commodity}' is a product, and its designer '{designer}' supplies it already",
            "leave the supply out; who builds it for the designer is a partner of the product",
        )


def _draws(
    reader: Reader, block: Block, organization: str, standing: Standing
) -> dict[str, Figure | None]:
    """Capacities drawn on, with what one unit of output takes of each (``None``: one)."""
    value = block.values.get("capacity")
    if value is None:
        return {}
    nouns = reader.index.capacities[organization]
    unit = reader.index.units.get(block.word("commodity"), "")
    draws: dict[str, Figure | None] = {}
    if not isinstance(value, Block):
        value = Block(yaml.MappingNode("", []), {block.word("capacity"): ONE}, {})
    for id_, amount in value.values.items():
        node = value.keys.get(id_, node_of(block.values["capacity"]))
        cure = f"capacities of {organization}: {', '.join(sorted(nouns)) or 'none'}"
        if not known(node, id_, nouns, "capacity", reader.page, cure):
            draws[id_] = None
            continue
        one = isinstance(amount, yaml.ScalarNode) and units.number(amount.value) == 1
        draws[id_] = (
            None if one else reader.figure(amount, PER_UNIT, standing, f"{nouns[id_]}/{unit}")
        )
        if one and unit and nouns[id_] != unit:
            reader.page.problem(
                place(node, reader.page),
                f"the capacity counts {nouns[id_]}, but '{block.word('commodity')}' is in {unit}",
                f"make the two units equal, or say how many {nouns[id_]} one unit of output takes: "
                f"'capacity: {{{id_}: {{value: ..., source: [...]}}}}'",
                width=width(node),
            )
    return draws
