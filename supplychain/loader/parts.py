"""Files that have the right shape to the parts of a network: commodities and sources."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from supplychain.loader.figures import NOTHING, Reader, Standing
from supplychain.loader.forms import (
    FACTS,
    PRICE,
    SHARE,
    USED,
    WEEKS,
    YIELD,
)
from supplychain.loader.index import known, words
from supplychain.loader.needs import read_needs
from supplychain.loader.schema import STANDING
from supplychain.loader.shapes import Block, Value, node_of
from supplychain.loader.text import place
from supplychain.loader.words import Amount
from supplychain.model import Commodity, Figure, Product, Source
from supplychain.model.quarters import Quarter


def texts(value: Value | None) -> tuple[str, ...]:
    """The words of a word or a list."""
    return tuple(node.value.strip() for node in words(value))


def quarter(block: Block, key: str) -> Quarter | None:
    """The quarter under a key, or ``None`` where it is absent."""
    text = block.word(key)
    return Quarter.parse(text) if text else None


def check_order(reader: Reader, block: Block, first: str, last: str) -> None:
    """Note it if the last quarter comes before the first."""
    start, end = quarter(block, first), quarter(block, last)
    if start and end and end < start:
        reader.problem(
            block.values[last],
            f"'{last}' {end} comes before '{first}' {start}",
            "an end is the last quarter of output; leave it out where none is known",
        )


def check_id(reader: Reader, block: Block, stem: str) -> None:
    """Note it if the id is not the file's name."""
    if (id_ := block.word("id")) != stem:
        folder = reader.page.path.rpartition("/")[0]
        reader.problem(
            block.values["id"],
            f"the id '{id_}' is not the file's name '{stem}'",
            f"write 'id: {stem}', or rename the file to {folder}/{id_}.yaml",
        )


def read_commodity(reader: Reader, block: Block, stem: str) -> Commodity:
    """One commodity; its needs are still without those it takes over from another."""
    check_id(reader, block, stem)
    stage, index = block.word("stage"), reader.index
    folders = reader.page.file.split("/")[1:-1]
    if folders != [stage]:
        stands = f"folder '{'/'.join(folders)}'" if folders else "no folder of a stage"
        reader.problem(
            block.values["stage"],
            f"the stage is '{stage}', but the file stands in {stands}",
            f"move it to commodities/{stage}/{stem}.yaml, or correct the stage",
        )
    if "needs_as" in block.values:
        node = node_of(block.values["needs_as"])
        known(node, block.word("needs_as"), index.commodities, "commodity", reader.page)
    metered = stem in index.metered or "product" in block.keys
    product = block.block("product")
    if product is not None and not (block.items("needs") or "needs_as" in block.keys):
        reader.at_key(block, "product", "a product without needs", "add 'needs: [...]'")
    return Commodity(
        id=stem,
        name=block.word("name"),
        stage=stage,
        unit=block.word("unit"),
        aliases=texts(block.values.get("aliases")),
        groups=texts(block.values.get("groups")),
        needs=read_needs(reader, block.items("needs"), stem, metered),
        output_yield=reader.optional(block, "yield", YIELD, NOTHING),
        stock_weeks=reader.optional(block, "stock_weeks", WEEKS, NOTHING),
        cycle_weeks=reader.optional(block, "cycle_weeks", WEEKS, NOTHING),
        product=_product(reader, product) if product else None,
        note=block.word("note"),
        place=place(block.node, reader.page),
        price_usd=_by_year(reader, block, "price_usd", PRICE, NOTHING),
    )


def _by_year(
    reader: Reader, block: Block, key: str, amount: Amount, outer: Standing
) -> Mapping[int, Figure]:
    figures = reader.table(block.block(key), amount, outer)
    return MappingProxyType({int(y): figures[y] for y in sorted(figures)})


def _product(reader: Reader, block: Block) -> Product:
    standing = reader.standing(block)
    check_order(reader, block, "launch", "end")
    _check_prices(reader, block)
    organizations = reader.index.organizations
    for node in [*words(block.values["designer"]), *words(block.values.get("partners"))]:
        cure = f"or add organizations/{node.value}.yaml"
        known(node, node.value, organizations, "organization", reader.page, cure)
    facts: dict[str, Figure] = {}
    if (table := block.block("facts")) is not None:
        inner = reader.standing(table, standing)
        facts = {
            key: reader.figure(value, FACTS[key], inner)
            for key, value in table.values.items()
            if key not in STANDING
        }
    return Product(
        designer=block.word("designer"),
        partners=texts(block.values.get("partners")),
        launch=Quarter.parse(block.word("launch")),
        end=quarter(block, "end"),
        line=block.word("line") or "main",
        facts=MappingProxyType(facts),
        price_usd=_by_year(reader, block, "price_usd", PRICE, standing),
        rack_share=_by_year(reader, block, "rack_share", SHARE, standing),
        half_weeks=reader.optional(block, "half_weeks", WEEKS, standing),
        utilization=MappingProxyType(reader.table(block.block("utilization"), USED, standing)),
    )


def _check_prices(reader: Reader, block: Block) -> None:
    """Warn of prices of years before the product was sold."""
    prices, launch = block.block("price_usd"), Quarter.parse(block.word("launch")).year
    for year in prices.values.keys() - STANDING.keys() if prices is not None else ():
        if prices is not None and int(year) < launch:
            reader.page.warning(
                place(prices.keys[year], reader.page),
                f"a price of {year}, but it is sold from {block.word('launch')}",
                "correct the year, if it is not what was asked for orders in advance",
                width=len(year),
            )


def read_sources(reader: Reader, block: Block) -> list[Source]:
    """The entries of one file of the bibliography."""
    for entry in block.values.values():
        if isinstance(entry, Block) and "published" in entry.values:
            published, accessed = entry.word("published"), entry.word("accessed")
            if published > accessed[: len(published)]:
                reader.problem(
                    entry.values["accessed"],
                    f"read on {accessed}, before it was published: {published}",
                    "correct one of the two dates",
                )
    return [
        Source(
            id=id_,
            title=entry.word("title"),
            publisher=entry.word("publisher"),
            url=entry.word("url"),
            published=entry.word("published"),
            accessed=entry.word("accessed"),
            note=entry.word("note"),
            place=place(block.keys[id_], reader.page),
        )
        for id_, entry in block.values.items()
        if isinstance(entry, Block)
    ]
