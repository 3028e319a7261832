"""Files of buyers: orders, contracts, fleet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import cast

from supplychain.loader.figures import NOTHING, Reader
from supplychain.loader.forms import DOLLARS, MEGAWATTS, PRICE, UNITS
from supplychain.loader.index import known, names_of, words
from supplychain.loader.parts import check_id, texts
from supplychain.loader.schema import STANDING
from supplychain.loader.shapes import Block, node_of
from supplychain.loader.text import place
from supplychain.model import Buyer, Figure, Orders, Place, Tier, units
from supplychain.model.quarters import Quarter

ROUNDING = 1e-9


def read_buyer(reader: Reader, block: Block, stem: str) -> Buyer:
    """One buyer, or a group of buyers alike."""
    check_id(reader, block, stem)
    index = reader.index
    if organization := block.word("organization"):
        node = node_of(block.values["organization"])
        cure = f"or add organizations/{organization}.yaml"
        if known(node, organization, index.organizations, "organization", reader.page, cure):
            _check_same(reader, block, organization, stem)
    table = block.block("fleet")
    for id_ in sorted(table.values.keys() - STANDING.keys()) if table else ():
        assert table is not None
        if "commodities" not in index.unread:
            known(table.keys[id_], id_, index.designers, "product", reader.page)
    fleet = reader.table(table, UNITS, NOTHING)
    orders, contracts = (
        read_orders(reader, block, "orders"),
        read_orders(reader, block, "contracts"),
    )
    _check_contracts(reader, orders, contracts)
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
        orders=orders,
        contracts=contracts,
        fleet=MappingProxyType({id_: fleet[id_] for id_ in sorted(fleet)}),
        site_power_mw=MappingProxyType({Quarter.parse(q): power[q] for q in sorted(power)}),
        price_limit_usd=reader.optional(block, "price_limit_usd", PRICE, NOTHING),
        budget_usd=_budget(reader, block.block("budget_usd")),
        priority=int(units.number(block.word("priority"))) if block.word("priority") else None,
        note=block.word("note"),
        sources=reader.sources(block.values.get("source")),
        place=place(block.node, reader.page),
    )


def _check_same(reader: Reader, block: Block, organization: str, stem: str) -> None:
    """A buyer that is an organization is one, and goes by its name."""
    value = block.values["organization"]
    if (units.number(block.word("count") or "1")) > 1:
        reader.problem(
            value,
            f"{block.word('count')} buyers alike cannot all be the organization '{organization}'",
            "leave 'organization' out, or write it in a buyer of its own",
        )
    theirs, own = reader.index.names.get(organization, set()), names_of(block, stem)
    if theirs and not any(a in b or b in a for a in own for b in theirs):
        reader.warning(
            value,
            f"'{block.word('name')}' shares no name with the organization '{organization}'",
            "if they are the same, give the buyer an alias that says so",
        )


def _check_contracts(
    reader: Reader, orders: tuple[Orders, ...], contracts: tuple[Orders, ...]
) -> None:
    """A contract is a part of the order, so never more than it, line by line and in all."""
    groups = reader.index.groups

    def chips(line: Orders) -> set[str]:
        return set().union(*(groups.get(p, {p}) for p in line.products))

    ordered: dict[Quarter, list[tuple[set[str], float]]] = {}
    for order in orders:
        members = chips(order)
        for quarter, figure in order.figures.items():
            ordered.setdefault(quarter, []).append((members, figure.value))
    promised: dict[Quarter, float] = {}
    noted: set[Place] = set()
    for contract in contracts:
        members = chips(contract)
        for quarter, figure in contract.figures.items():
            lines = ordered.get(quarter, [])
            most = sum(value for others, value in lines if members & others)
            promised[quarter] = promised.get(quarter, 0.0) + figure.value
            whole = sum(value for _, value in lines)
            over = figure.value > most * (1 + ROUNDING)
            if (over or promised[quarter] > whole * (1 + ROUNDING)) and figure.place not in noted:
                noted.add(figure.place)
                said = figure.value if over else promised[quarter]
                reader.page.problem(
                    figure.place,
                    f"contracts of {quarter} come to {_units(said)}, but "
                    f"{_units(most if over else whole)} of these products are ordered",
                    "a contract is the committed part of an order: raise that, or lower this",
                )


def _units(value: float) -> str:
    text = f"{value:,.2f}".removesuffix("0").removesuffix("0").removesuffix(".")
    return "1 unit" if text == "1" else f"{text if value else 'no'} units"


def read_orders(reader: Reader, buyer: Block, key: str) -> tuple[Orders, ...]:
    """Orders or contracts of a buyer, or of all buyers of a designer."""
    index = reader.index
    products = index.products()
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
