"""Files of history (published outcomes, past disruptions), of AI models and of parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from types import MappingProxyType

import yaml

from supplychain.loader.countries import COUNTRIES
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
from supplychain.loader.shapes import Block, Value
from supplychain.loader.text import place
from supplychain.loader.words import Amount
from supplychain.model import AIModel, Disruption, Figure, Outcome, Parameters, Series
from supplychain.model.quarters import Quarter


def read_model(reader: Reader, block: Block, stem: str) -> AIModel:
    """One AI model."""
    check_id(reader, block, stem)
    check_past(reader, block.values["published"], "published")
    run = block.block("training")
    facts = _named(reader, block.block("facts"), MODEL_FACTS)
    _check_part(reader, facts, "active_parameters", "parameters")
    _check_part(reader, facts, "kv_heads", "heads")
    return AIModel(
        id=stem,
        name=block.word("name"),
        developer=block.word("developer"),
        published=block.word("published"),
        facts=facts,
        chip=run.word("chip") if run else "",
        training=_named(reader, run.block("figures") if run else None, RUN_FACTS),
        aliases=texts(block.values.get("aliases")),
        note=block.word("note"),
        place=place(block.node, reader.page),
    )


def _check_part(reader: Reader, facts: Mapping[str, Figure], part: str, whole: str) -> None:
    if part in facts and whole in facts and facts[part].value > facts[whole].value:
        reader.page.problem(
            facts[part].place,
            f"more {part} ({facts[part].value:g}) than {whole} ({facts[whole].value:g})",
            f"{part} are some or all of the {whole}",
        )


def check_past(reader: Reader, value: Value, what: str) -> None:
    """Note a day of the past that lies after the last day on which any source was read."""
    assert isinstance(value, yaml.ScalarNode)
    day, newest = value.value.strip(), reader.index.newest
    if newest and day > newest[: len(day)]:
        reader.problem(
            value,
            f"{what} {day}, but the newest source was read on {newest}",
            "what no source can know yet is no past; correct the date, or add the source",
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
    for node in [*words(block.values["of"]), *words(block.values.get("also"))]:
        if not index.unread & {"commodities", "organizations"}:
            known(node, node.value, index.things(), "commodity or organization", reader.page)
    for node in words(block.values.get("buyer")):
        if node.value not in BUYER_KINDS:
            known(node, node.value, index.buyers, "buyer", reader.page)
    table = block.block("figures")
    figures = reader.table(table, PUBLISHED, reader.standing(block), block.word("unit"))
    for period in figures:
        if table is not None and index.newest and _begin(period) > index.newest:
            reader.at_key(
                table,
                period,
                f"published figures of {period}, but the newest source was read on {index.newest}",
                "what was published lies in the past; correct the period, or add the source",
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


def _begin(period: str) -> str:
    """The first day of a year or a quarter."""
    month = 3 * int(period[-1]) - 2 if "Q" in period else 1
    return f"{period[:4]}-{month:02d}-01"


def read_disruption(reader: Reader, block: Block, stem: str) -> Disruption:
    """A past disruption."""
    check_id(reader, block, stem)
    for key in ("began", "cause", "lost"):
        if key not in block.keys:
            reader.at_key(block, "kind", f"a disruption without '{key}'", f"add '{key}: ...'")
        elif key == "began":
            check_past(reader, block.values[key], key)
    _check_hits(reader, block)
    standing = reader.standing(block)
    table = block.block("curve")
    curve = reader.table(table, PUBLISHED, standing)
    if table is not None:
        weeks = sorted_weeks(reader, table, curve)
        _check_relapse(reader, table, weeks, curve)
    figures = _named(reader, block.block("figures"), LOSS_FACTS, standing)
    _check_restart(reader, figures)
    return Disruption(
        id=stem,
        name=block.word("name"),
        began=block.word("began"),
        country=block.word("country"),
        cause=block.word("cause"),
        hits=texts(block.values.get("hits")),
        lost=block.word("lost"),
        figures=figures,
        curve=MappingProxyType({float(w): curve[w] for w in sorted(curve, key=float)}),
        sources=standing.sources,
        note=block.word("note"),
        place=place(block.node, reader.page),
    )


def sorted_weeks(reader: Reader, table: Block, weeks: Iterable[str]) -> list[str]:
    """The weeks of a curve in order; one that stands twice, as 8 and 8.0, is noted."""
    ordered = sorted(weeks, key=float)
    for one, other in pairwise(ordered):
        if float(one) == float(other):
            again = max(one, other, key=lambda w: table.keys[w].start_mark.index)
            reader.at_key(
                table, again, f"week {float(one):g} stands in the curve twice", "keep one"
            )
    return ordered


def _check_relapse(
    reader: Reader, table: Block, weeks: list[str], curve: Mapping[str, Figure]
) -> None:
    """Warn of a curve that falls again after it had risen."""
    risen = False
    for one, other in pairwise(weeks):
        before, after = curve[one].value, curve[other].value
        if risen and after < before:
            reader.page.warning(
                place(table.keys[other], reader.page),
                f"the recovery goes backwards, from {before:.4g} to {after:.4g} in week {other}",
                "correct it, if no second blow is meant",
                width=len(other),
            )
        risen |= after > before


def _check_restart(reader: Reader, figures: Mapping[str, Figure]) -> None:
    if not {"restart_weeks", "full_weeks"} <= figures.keys():
        return
    restart, full = figures["restart_weeks"], figures["full_weeks"]
    if full.value < restart.value:
        reader.page.problem(
            full.place,
            f"full again after {full.value:g} weeks, but started again after {restart.value:g}",
            "both count from the day it began",
        )


def _check_hits(reader: Reader, block: Block) -> None:
    """Note targets that name nothing in the data; countries and globs are taken as they are."""
    index = reader.index
    if index.unread & {"commodities", "organizations"}:
        return
    for node in words(block.values.get("hits")):
        kind, colon, name = node.value.rpartition(":")
        if kind == "country":
            known(node, name, COUNTRIES, "country", reader.page)
        if "*" in name or kind in ("country", "supply"):
            continue
        ids = {"org": index.organizations, "commodity": index.commodities}.get(kind)
        known(node, name if colon else node.value, ids or index.things(), "target", reader.page)
