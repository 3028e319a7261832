"""Needs: what one unit of a commodity, or one maker of it, requires."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import cast

from supplychain.loader.figures import Reader, Standing
from supplychain.loader.forms import PER_UNIT, SHARE, WEEKS
from supplychain.loader.index import known
from supplychain.loader.shapes import Block, Value, node_of
from supplychain.loader.text import place
from supplychain.model import FLOW_ROLES, Figure, Need, Role
from supplychain.model.finder import nearest
from supplychain.model.quarters import Quarter


def read_needs(
    reader: Reader, values: list[Value], consumer: str, metered: bool
) -> tuple[Need, ...]:
    """The needs of a list.

    Args:
        reader: The page and its references.
        values: What stands in the list.
        consumer: The commodity that has the needs.
        metered: Whether a quantity is owed for what flows into it (a product, or something
            made from a capacity).
    """
    needs: list[Need] = []
    taken: set[tuple[frozenset[str], str]] = set()
    for block in values:
        if not isinstance(block, Block):
            continue
        need = _need(reader, block, consumer, metered)
        key = (frozenset(need.inputs), need.role)
        if key in taken and need.inputs:
            name = "input" if "input" in block.keys else "any_of"
            reader.at_key(block, name, f"a second need of {_names(need)}", "put the two into one")
        taken.add(key)
        needs.append(need)
    return tuple(needs)


def _names(need: Need) -> str:
    return " or ".join(f"'{id_}'" for id_ in need.inputs)


def _need(reader: Reader, block: Block, consumer: str, metered: bool) -> Need:
    standing = reader.standing(block)
    inputs = _inputs(reader, block, standing)
    role = cast(Role, block.word("role"))
    unit = _unit(reader, inputs, consumer)

    def weeks(key: str) -> Figure | None:
        return reader.optional(block, key, WEEKS, standing)

    need = Need(
        inputs=MappingProxyType(inputs),
        role=role,
        per_unit=reader.optional(block, "per_unit", PER_UNIT, standing, unit),
        makers=_makers(reader, block, inputs),
        cycle_weeks=weeks("cycle_weeks"),
        stock_weeks=weeks("stock_weeks"),
        essential=reader.optional(block, "essential", SHARE, standing),
        install_weeks=weeks("install_weeks"),
        wear=reader.optional(block, "wear", SHARE, standing),
        basis=standing.basis,
        sources=standing.sources,
        note=standing.note,
        place=place(block.node, reader.page),
    )
    _check_role(reader, block, role)
    if metered and role in FLOW_ROLES and need.per_unit is None:
        _check_quantity(reader, block, inputs, unit)
    return _founded(reader, block, need, standing)


def _inputs(reader: Reader, block: Block, standing: Standing) -> dict[str, Figure | None]:
    if ("input" in block.keys) == ("any_of" in block.keys):
        reader.page.problem(
            place(block.node, reader.page),
            "a need has either 'input' or 'any_of'",
            "'input: id' for one commodity, 'any_of: {id: 0, other: 26}' for alternatives",
        )
        return {}
    cure = "or add commodities/<stage>/{}.yaml"
    if "input" in block.keys:
        id_ = block.word("input")
        node = node_of(block.values["input"])
        known(node, id_, reader.index.commodities, "commodity", reader.page, cure.format(id_))
        return {id_: None}
    inputs: dict[str, Figure | None] = {}
    alternatives = block.block("any_of")
    assert alternatives is not None
    for id_, value in alternatives.values.items():
        node = alternatives.keys[id_]
        known(node, id_, reader.index.commodities, "commodity", reader.page, cure.format(id_))
        figure = reader.figure(value, WEEKS, standing)
        inputs[id_] = figure if figure.value > 0 else None
    if len(inputs) == 1:
        reader.at_key(block, "any_of", "only one alternative", "write 'input: id' instead")
    return inputs


def _unit(reader: Reader, inputs: Mapping[str, Figure | None], consumer: str) -> str:
    """Input unit over output unit, where both are known and the alternatives agree."""
    given = {reader.index.units.get(id_, "") for id_ in inputs}
    made = reader.index.units.get(consumer, "")
    return f"{given.pop()}/{made}" if len(given) == 1 and made and "" not in given else ""


def _makers(
    reader: Reader, block: Block, inputs: Mapping[str, Figure | None]
) -> Mapping[str, Quarter] | None:
    makers = block.block("makers")
    if makers is None:
        return None
    index = reader.index
    for id_, node in makers.keys.items():
        cure = f"or add organizations/{id_}.yaml"
        if not known(node, id_, index.organizations, "organization", reader.page, cure):
            continue
        supplied = any(id_ in index.makers.get(i, ()) for i in inputs)
        if not supplied and id_ not in index.unsure and inputs.keys() <= index.commodities:
            makers_of = sorted(set().union(*(index.makers.get(i, set()) for i in inputs)))
            names = " or ".join(f"'{i}'" for i in inputs)
            close = nearest(id_, makers_of)
            reader.at_key(
                makers,
                id_,
                f"'{id_}' does not make {names}",
                f"did you mean '{close}'?" if close else f"made by: {', '.join(makers_of) or '-'}",
                f"or add a supply of it to organizations/{id_}.yaml",
            )
    return MappingProxyType({id_: Quarter.parse(makers.word(id_)) for id_ in sorted(makers.values)})


def _check_role(reader: Reader, block: Block, role: Role) -> None:
    for key, roles in (("install_weeks", ("tool",)), ("wear", ("tool", "service"))):
        if key in block.keys and role not in roles:
            allowed = " or ".join(f"'{r}'" for r in roles)
            reader.at_key(
                block, key, f"'{key}' is for a need of role {allowed}, not '{role}'", "leave it out"
            )


def _check_quantity(
    reader: Reader, block: Block, inputs: Mapping[str, Figure | None], unit: str
) -> None:
    metered = [id_ for id_ in inputs if id_ in reader.index.metered]
    if metered:
        reader.page.problem(
            place(block.node, reader.page),
            f"a need of '{metered[0]}' without 'per_unit'",
            f"'{metered[0]}' is made from a capacity in absolute units: say how much one unit takes"
            + (f" ({unit})" if unit else ""),
        )


def _founded(reader: Reader, block: Block, need: Need, standing: Standing) -> Need:
    """The need with the sources of its figures, where it names none; a bare one is noted."""
    if standing.firm:
        return need
    inner = [
        need.per_unit,
        need.cycle_weeks,
        need.stock_weeks,
        need.essential,
        need.install_weeks,
        need.wear,
        *need.inputs.values(),
    ]
    sources = tuple(sorted({s for figure in inner if figure for s in figure.sources}))
    if not sources:
        reader.page.problem(
            place(block.node, reader.page),
            "a need without a source",
            "add 'source: [id]', or 'basis: estimate' with a note",
        )
    return replace(need, sources=sources)
