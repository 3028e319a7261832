"""Files of buyers: orders, contracts, fleet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import cast

from supplychain import units
from supplychain.loader.figures import NOTHING, Reader
from supplychain.loader.forms import DOLLARS, MEGAWATTS, PRICE, UNITS
from supplychain.loader.index import known, words
from supplychain.loader.parts import check_id, texts
from supplychain.loader.schema import STANDING
from supplychain.loader.shapes import Block, node_of
from supplychain.loader.text import place
from supplychain.model import Buyer, Figure, Orders, Tier
from supplychain.quarters import Quarter


def read_buyer(reader: Reader, block: Block, stem: str) -> Buyer:
    """One buyer, or a group of buyers alike."""
    check_id(reader, block, stem)
    index = reader.index
    if organization := block.word("organization"):
        node = node_of(block.values["organization"])
        cure = f"or add organizations/{organization}.yaml"
        known(node, organization, index.organizations, "organization", reader.page, cure)
    table = block.block("fleet")
    for id_ in sorted(table.values.keys() - STANDING.keys()) if table else ():
        assert table is not None
        if "commodities" not in index.unread:
            known(table.keys[id_], id_, index.designers, "product", reader.page)
    fleet = reader.table(table, UNITS, NOTHING)
    power = reader.table(block.block("site_power_mw"), MEGAWATTS, NOTHING)
    return Buyer(
        id=stem,
        name=block.word("name"),
        tier=cast(Tier, block.word("tier")),
        kind=block.word("kind"),
        country=block.word("country"),
        count=int(units.number(block.word("count") or "1")),
        aliases=texts(block.values.get("aliases")),
        export_class=block.word("export_class") or "open",
        organization=organization,
        orders=read_orders(reader, block, "orders"),
        contracts=read_orders(reader, block, "contracts"),
        fleet=MappingProxyType({id_: fleet[id_] for id_ in sorted(fleet)}),
        site_power_mw=MappingProxyType({Quarter.parse(q): power[q] for q in sorted(power)}),
        price_limit_usd=reader.optional(block, "price_limit_usd", PRICE, NOTHING),
        budget_usd=_budget(reader, block.block("budget_usd")),
        priority=int(units.number(block.word("priority"))) if block.word("priority") else None,
        note=block.word("note"),
        sources=reader.sources(block.values.get("source")),
        place=place(block.node, reader.page),
    )


def read_orders(reader: Reader, buyer: Block, key: str) -> tuple[Orders, ...]:
    """Orders or contracts of a buyer, or of all buyers of a designer."""
    index = reader.index
    products = {*index.designers, *_product_groups(reader)}
    made = []
    for block in buyer.items(key):
        if not isinstance(block, Block):
            continue
        for node in words(block.values["products"]):
            if "commodities" not in index.unread:
                known(node, node.value, products, "product or group of products", reader.page)
        table = block.block("figures")
        assert table is not None
        figures = reader.table(table, UNITS, reader.standing(block))
        made.append(
            Orders(
                products=texts(block.values["products"]),
                figures=_by_quarter(reader, table, figures),
                place=place(block.node, reader.page),
            )
        )
    return tuple(made)


def _budget(reader: Reader, table: Block | None) -> Mapping[Quarter, Figure]:
    if table is None:
        return MappingProxyType({})
    return _by_quarter(reader, table, reader.table(table, DOLLARS, NOTHING))


def _product_groups(reader: Reader) -> list[str]:
    designers = reader.index.designers.keys()
    return [name for name, ids in reader.index.groups.items() if ids & designers]


def _by_quarter(
    reader: Reader, table: Block, figures: Mapping[str, Figure]
) -> Mapping[Quarter, Figure]:
    """Figures by quarter; that of a whole year is spread evenly over its four."""
    spread: dict[Quarter, Figure] = {}
    for period in sorted(figures):
        quarters = [period] if "Q" in period else [f"{period}Q{n}" for n in range(1, 5)]
        part = figures[period] if "Q" in period else _quarter_of(figures[period])
        for text in quarters:
            if (quarter := Quarter.parse(text)) in spread:
                year = str(quarter.year)
                reader.at_key(
                    table,
                    period,
                    f"{period} is already part of {year}",
                    "give either the whole year or its quarters",
                )
            spread[quarter] = part
    return MappingProxyType({quarter: spread[quarter] for quarter in sorted(spread)})


def _quarter_of(year: Figure) -> Figure:
    return replace(
        year,
        value=year.value / 4,
        low=year.low / 4,
        high=year.high / 4,
        contradicted_by=tuple(replace(c, value=c.value / 4) for c in year.contradicted_by),
    )
