"""Files of history (published outcomes, past disruptions), of AI models and of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from supplychain.loader.figures import NOTHING, Reader, Standing
from supplychain.loader.forms import (
    BUYER_KINDS,
    LOSS_FACTS,
    MODEL_FACTS,
    PARAMETERS,
    PUBLISHED,
    RUN_FACTS,
)
from supplychain.loader.index import known, words
from supplychain.loader.parts import check_id, texts
from supplychain.loader.schema import STANDING
from supplychain.loader.shapes import Block
from supplychain.loader.text import place
from supplychain.loader.words import Amount
from supplychain.model import AIModel, Disruption, Figure, Outcome, Parameters, Series
from supplychain.quarters import Quarter


def read_model(reader: Reader, block: Block, stem: str) -> AIModel:
    """One AI model."""
    check_id(reader, block, stem)
    run = block.block("training")
    return AIModel(
        id=stem,
        name=block.word("name"),
        developer=block.word("developer"),
        published=block.word("published"),
        facts=_named(reader, block.block("facts"), MODEL_FACTS),
        chip=run.word("chip") if run else "",
        training=_named(reader, run.block("figures") if run else None, RUN_FACTS),
        aliases=texts(block.values.get("aliases")),
        note=block.word("note"),
        place=place(block.node, reader.page),
    )


def read_parameters(reader: Reader, block: Block, stem: str) -> Parameters:
    """The parameters of one topic."""
    check_id(reader, block, stem)
    figures: dict[str, Figure] = {}
    if (table := block.block("figures")) is not None:
        standing = reader.standing(table)
        for key in sorted(table.values.keys() - STANDING.keys()):
            figure = _parameter(reader, table, stem, key, standing)
            if figure is not None:
                figures[key] = figure
    return Parameters(
        id=stem,
        name=block.word("name"),
        figures=MappingProxyType(figures),
        note=block.word("note"),
        place=place(block.node, reader.page),
    )


def _parameter(
    reader: Reader, table: Block, topic: str, key: str, standing: Standing
) -> Figure | None:
    """One parameter, within its own limits; ``None`` where it belongs to another topic."""
    amount = PARAMETERS.get(topic, {}).get(key)
    if amount is None:
        home = next(t for t, keys in PARAMETERS.items() if key in keys)
        cure = f"move it to parameters/{home}.yaml"
        reader.at_key(table, key, f"'{key}' is no parameter of {topic}", cure)
        return None
    return reader.figure(table.values[key], amount, standing)


def _named(
    reader: Reader,
    table: Block | None,
    amounts: Mapping[str, Amount],
    outer: Standing = NOTHING,
) -> Mapping[str, Figure]:
    """Figures by known names, each with the unit and the limits of its name."""
    if table is None:
        return MappingProxyType({})
    standing = reader.standing(table, outer)
    return MappingProxyType(
        {
            key: reader.figure(table.values[key], amounts[key], standing)
            for key in sorted(table.values.keys() - STANDING.keys())
        }
    )


def read_outcome(reader: Reader, block: Block, stem: str) -> Outcome:
    """Published series that belong together."""
    check_id(reader, block, stem)
    if not block.items("series"):
        reader.at_key(block, "kind", "an outcome without series", "add 'series: [...]'")
    return Outcome(
        id=stem,
        name=block.word("name"),
        series=tuple(_series(reader, s) for s in block.items("series") if isinstance(s, Block)),
        note=block.word("note"),
        place=place(block.node, reader.page),
    )


def _series(reader: Reader, block: Block) -> Series:
    index = reader.index
    things = {*index.commodities, *index.organizations, *index.groups}
    for node in [*words(block.values["of"]), *words(block.values.get("also"))]:
        if not index.unread & {"commodities", "organizations"}:
            known(node, node.value, things, "commodity or organization", reader.page)
    for node in words(block.values.get("buyer")):
        known(node, node.value, index.buyers | set(BUYER_KINDS), "buyer", reader.page)
    figures = reader.table(
        block.block("figures"), PUBLISHED, reader.standing(block), block.word("unit")
    )
    return Series(
        measure=block.word("measure"),
        of=block.word("of"),
        also=texts(block.values.get("also")),
        buyer=block.word("buyer"),
        unit=block.word("unit"),
        figures=MappingProxyType(
            {Quarter.parse(q): figures[q] for q in sorted(figures) if "Q" in q}
        ),
        years=MappingProxyType({int(y): figures[y] for y in sorted(figures) if "Q" not in y}),
        note=block.word("note"),
        place=place(block.node, reader.page),
    )


def read_disruption(reader: Reader, block: Block, stem: str) -> Disruption:
    """A past disruption."""
    check_id(reader, block, stem)
    for key in ("began", "cause", "lost"):
        if key not in block.keys:
            reader.at_key(block, "kind", f"a disruption without '{key}'", f"add '{key}: ...'")
    _check_hits(reader, block)
    standing = reader.standing(block)
    curve = reader.table(block.block("curve"), PUBLISHED, standing)
    return Disruption(
        id=stem,
        name=block.word("name"),
        began=block.word("began"),
        country=block.word("country"),
        cause=block.word("cause"),
        hits=texts(block.values.get("hits")),
        lost=block.word("lost"),
        figures=_named(reader, block.block("figures"), LOSS_FACTS, standing),
        curve=MappingProxyType({float(w): curve[w] for w in sorted(curve, key=float)}),
        sources=standing.sources,
        note=block.word("note"),
        place=place(block.node, reader.page),
    )


def _check_hits(reader: Reader, block: Block) -> None:
    """Note targets that name nothing in the data; countries and globs are taken as they are."""
    index = reader.index
    if index.unread & {"commodities", "organizations"}:
        return
    for node in words(block.values.get("hits")):
        kind, colon, name = node.value.rpartition(":")
        if "*" in name or kind in ("country", "supply"):
            continue
        ids = {"org": index.organizations, "commodity": index.commodities}.get(kind)
        everything = {*index.commodities, *index.organizations, *index.groups}
        known(node, name if colon else node.value, ids or everything, "target", reader.page)
