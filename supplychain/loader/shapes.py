"""What may stand in a place of the data: shapes, each of which reads a node and describes itself.

One declaration serves both ways: :meth:`read` checks a YAML node and notes every problem, and
:meth:`schema` gives the JSON Schema of the same thing, so that the two cannot drift apart.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from supplychain.loader.problems import Page, short
from supplychain.loader.text import place, width
from supplychain.loader.words import Amount, Json, Text, misplaced, tagged
from supplychain.model.finder import nearest


@dataclass(slots=True)
class Block:
    """A mapping that was read: its entries, with the nodes of their keys."""

    node: yaml.MappingNode
    values: dict[str, Value] = field(default_factory=dict)
    keys: dict[str, yaml.ScalarNode] = field(default_factory=dict)

    def word(self, key: str) -> str:
        """The text of an entry; empty if it is absent."""
        value = self.values.get(key)
        return value.value.strip() if isinstance(value, yaml.ScalarNode) else ""

    def block(self, key: str) -> Block | None:
        """The entry, if it is there and a mapping."""
        value = self.values.get(key)
        return value if isinstance(value, Block) else None

    def items(self, key: str) -> list[Value]:
        """The items of an entry that is a list; empty if it is absent."""
        value = self.values.get(key)
        return value.values if isinstance(value, Items) else []


@dataclass(slots=True)
class Items:
    """A list that was read."""

    node: yaml.SequenceNode
    values: list[Value] = field(default_factory=list)


Value: TypeAlias = yaml.ScalarNode | Block | Items


def node_of(value: Value) -> yaml.Node:
    """The YAML node that a value was read from."""
    return value if isinstance(value, yaml.ScalarNode) else value.node


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one kind of thing."""

    item: Shape
    shortest: int = 0
    longest: int | None = None

    def read(self, node: yaml.Node, page: Page) -> Value | None:
        """The items that are as they should be."""
        if not isinstance(node, yaml.SequenceNode):
            misplaced(node, page, "a list", "[a, b]")
            return None
        if tagged(node, page):
            return None
        if len(node.value) < self.shortest or len(node.value) > (self.longest or math.inf):
            n = len(node.value)
            wanted = f"exactly {self.shortest}" if self.longest else f"at least {self.shortest}"
            page.problem(place(node, page), f"a list of {n}; {wanted} are expected here")
        read = [self.item.read(item, page) for item in node.value]
        return Items(node, [item for item in read if item is not None])

    def schema(self, definitions: Json) -> Json:
        """Its JSON Schema."""
        made: Json = {"type": "array", "items": self.item.schema(definitions)}
        if self.shortest:
            made["minItems"] = self.shortest
        if self.longest:
            made["maxItems"] = self.longest
        return made


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a record: what stands under it, and what it means."""

    shape: Shape
    about: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping with known keys."""

    name: str
    keys: Mapping[str, Key]

    def read(self, node: yaml.Node, page: Page) -> Value | None:
        """The entries that are as they should be."""
        block = _mapping(node, page, self.name, f"{{{next(iter(self.keys))}: ...}}")
        if block is None:
            return None
        for key, child in _entries(block, page):
            if key in self.keys:
                if (value := self.keys[key].shape.read(child, page)) is not None:
                    block.values[key] = value
            else:
                self._unknown(block.keys[key], child, page)
        missing = [k for k, spec in self.keys.items() if spec.required and k not in block.keys]
        for key in missing:
            about = self.keys[key].about
            page.problem(
                place(node, page),
                f"{self.name} lacks '{key}'",
                f"add '{key}: ...'{f' ({about})' if about else ''}",
            )
        return block

    def _unknown(self, key: yaml.ScalarNode, child: yaml.Node, page: Page) -> None:
        close = nearest(key.value, self.keys)
        if isinstance(child, yaml.ScalarNode) and not child.value and not close:
            cure = "a text with a comma inside {...} or [...] is put in quotes"
        else:
            known = f"keys of {self.name}: {', '.join(self.keys)}"
            cure = f"did you mean '{close}'?" if close else known
        page.problem(place(key, page), f"unknown key '{short(key.value)}'", cure, width=width(key))

    def schema(self, definitions: Json) -> Json:
        """A reference to its JSON Schema, which is added to the definitions."""
        name = re.sub(r"[^a-z0-9]+", "-", self.name.lower().removeprefix("a ")).strip("-")
        if name not in definitions:
            definitions[name] = {}  # stops a record that contains itself
            definitions[name] = self.body(definitions)
        return {"$ref": f"#/$defs/{name}"}

    def body(self, definitions: Json) -> Json:
        """Its JSON Schema itself."""
        properties: Json = {}
        for key, spec in self.keys.items():
            made = spec.shape.schema(definitions)
            properties[key] = made | ({"description": spec.about} if spec.about else {})
        made = {"type": "object", "properties": properties, "additionalProperties": False}
        required = [k for k, spec in self.keys.items() if spec.required]
        return made | ({"required": required} if required else {})


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping from keys of one kind to values of one kind, with a few known keys beside.

    Attributes:
        beside: Keys that say something of the whole table, such as ``source``.
    """

    name: str
    key: Text
    value: Shape
    beside: Mapping[str, Key] = field(default_factory=dict)
    shortest: int = 1

    def read(self, node: yaml.Node, page: Page) -> Value | None:
        """The entries that are as they should be."""
        block = _mapping(node, page, self.name, f"{{{self.key.example}: ...}}")
        if block is None:
            return None
        for key, child in _entries(block, page):
            if key in self.beside:
                shape = self.beside[key].shape
            elif (fault := self.key.fault(key)) is not None:
                close = nearest(key, self.beside)
                message, cures = fault
                cures = [f"did you mean '{close}'?"] if close else cures
                at = block.keys[key]
                page.problem(place(at, page), message, *cures, width=width(at))
                continue
            else:
                shape = self.value
            if (value := shape.read(child, page)) is not None:
                block.values[key] = value
        if len(self.rows(block.keys)) < self.shortest:
            page.problem(place(node, page), f"{self.name} is empty", "fill it or leave it out")
        return block

    def rows(self, entries: Mapping[str, Any]) -> list[str]:
        """The keys that are rows of the table, in the order of the file."""
        return [key for key in entries if key not in self.beside]

    def schema(self, definitions: Json) -> Json:
        """Its JSON Schema."""
        value = self.value.schema(definitions)
        made: Json = {"type": "object", "minProperties": self.shortest}
        if self.beside:
            made["properties"] = {
                k: spec.shape.schema(definitions) | {"description": spec.about}
                for k, spec in self.beside.items()
            }
        if self.key.choices:
            rows = dict.fromkeys(self.key.choices, value)
            made["properties"] = rows | made.get("properties", {})
        else:
            others = f"(?!(?:{'|'.join(self.beside)})$)" if self.beside else ""
            made["patternProperties"] = {f"^{others}(?:{self.key.pattern})$": value}
        return made | {"additionalProperties": False}


@dataclass(frozen=True, slots=True)
class Either:
    """One shape where a single word stands, another where a block or a list does."""

    word: Text | Amount
    other: Record | Table | ListOf

    def read(self, node: yaml.Node, page: Page) -> Value | None:
        """What the shape that fits the node reads."""
        if isinstance(node, yaml.ScalarNode):
            return self.word.read(node, page)
        return self.other.read(node, page)

    def schema(self, definitions: Json) -> Json:
        """Its JSON Schema."""
        return {"anyOf": [self.word.schema(definitions), self.other.schema(definitions)]}


Shape: TypeAlias = Text | Amount | ListOf | Record | Table | Either


def _entries(block: Block, page: Page) -> list[tuple[str, yaml.Node]]:
    """Keys and values of the block; keys that are doubled or no words are noted."""
    entries = []
    for key, child in block.node.value:
        if not isinstance(key, yaml.ScalarNode) or not key.value:
            page.problem(place(key, page), "a key is expected here", "write 'key: value'")
        elif (name := key.value) in block.keys:
            line = block.keys[name].start_mark.line + 1
            page.problem(
                place(key, page),
                f"'{short(name)}' stands here twice",
                f"keep one; the other is in line {line}",
                width=width(key),
            )
        elif not tagged(key, page):
            block.keys[name] = key
            entries.append((name, child))
    return entries


def _mapping(node: yaml.Node, page: Page, what: str, example: str) -> Block | None:
    if not isinstance(node, yaml.MappingNode):
        misplaced(node, page, what, example)
        return None
    return None if tagged(node, page) else Block(node)
