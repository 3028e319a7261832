"""The JSON Schemas agree with the loader, since both come from the same declarations."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from supplychain.loader import check_texts, data_folder, json_schema
from supplychain.loader.countries import ALPHA_2, COUNTRIES, meant
from supplychain.loader.schema import FOLDERS, KINDS
from supplychain.loader.shapes import Either, ListOf, Record, Table
from supplychain.loader.words import Amount
from tests.loader.test_load import readme_files
from tests.loader.test_load_messages import BROKEN, broken, example

SHAPE_FAULTS = {
    "unknown-key",
    "a-comma-in-a-note",
    "missing-key",
    "list-for-text",
    "text-for-list",
    "text-for-block",
    "nothing",
    "not-a-number",
    "negative",
    "no-such-quarter",
    "country-of-three-letters",
    "not-an-address",
    "not-an-id",
    "not-a-rate",
    "not-a-choice",
    "range-of-one",
    "percent-sign-missing",
    "half-a-die",
    "part-of-a-stack",
    "peak-beyond-reason",
    "price-of-1901",
    "price-of-2999",
    "price-of-next-to-nothing",
    "mfu-of-all",
    "mfu-of-a-run-above-all",
    "buyers-beyond-reason",
    "read-in-2999",
    "control-character",
    "zero-width-title",
    "blank-letters-for-a-title",
    "right-to-left-override",
    "line-break-in-a-name",
    "long-name",
    "half-a-layer",
    "world-share-above-all",
    "output-lost-above-all",
    "disruption-of-2999",
    "cut-of-2999",
    "per-unit-beyond-reason",
    "per-unit-next-to-nothing",
    "capacity-beyond-reason",
    "capacity-next-to-nothing",
    "pue-of-a-thousand",
    "underscores-anywhere",
    "decimal-comma",
    "quote-in-an-address",
    "control-in-an-address",
    "address-of-a-script",
    "stands-twice-in-a-list",
}


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> list[str]:
    """What a JSON Schema validator finds, for the keywords that the schemas use."""
    found: list[str] = []
    if "$ref" in schema:
        found += faults(value, root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "anyOf" in schema and all(faults(value, s, root) for s in schema["anyOf"]):
        found.append(f"{value!r} fits no shape")
    kinds = schema.get("type", [])
    if kinds and not any(is_a(value, k) for k in ([kinds] if isinstance(kinds, str) else kinds)):
        return [*found, f"{value!r} is no {kinds}"]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{value!r} is not a choice")
    if isinstance(value, dict):
        found += of_object(value, schema, root)
    elif isinstance(value, list):
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", math.inf):
            found.append(f"{len(value)} items")
        found += [f for item in value for f in faults(item, schema.get("items", {}), root)]
        if schema.get("uniqueItems") and len({*map(str, value)}) < len(value):
            found.append("an item twice")
    elif isinstance(value, str):
        if not re.search(schema.get("pattern", ""), value):
            found.append(f"{value!r} is not like {schema['pattern']}")
        if len(value) > schema.get("maxLength", math.inf):
            found.append(f"{len(value)} characters")
    elif isinstance(value, int | float):
        above = value > schema.get("exclusiveMinimum", -math.inf)
        if not (above and schema.get("minimum", value) <= value <= schema.get("maximum", value)):
            found.append(f"{value} is out of bounds")
    return found


def is_a(value: Any, kind: str) -> bool:
    kinds: dict[str, Any] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "array": list,
        "object": dict,
    }
    return isinstance(value, kinds[kind])


def of_object(value: dict[str, Any], schema: dict[str, Any], root: Any) -> list[str]:
    found = [f"no {key}" for key in schema.get("required", []) if key not in value]
    if len(value) < schema.get("minProperties", 0):
        found.append("too few entries")
    for key, item in value.items():
        shapes = [s for p, s in schema.get("patternProperties", {}).items() if re.search(p, key)]
        shapes += [schema["properties"][key]] if key in schema.get("properties", {}) else []
        if not shapes and schema.get("additionalProperties") is False:
            found.append(f"unknown key {key}")
        found += [fault for shape in shapes for fault in faults(item, shape, root)]
    return found


class _Yaml12(yaml.SafeLoader):
    """Reads as editors do, by the core schema of YAML 1.2: no dates, no ``NO`` for false."""


_Yaml12.yaml_implicit_resolvers = {}
_Yaml12.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), None)
_Yaml12.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$"),
    None,
)
_Yaml12.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(null|~|)$"), None)


def as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): as_json(v) for k, v in value.items()}
    return [as_json(v) for v in value] if isinstance(value, list) else value


def schema_faults(path: str, text: str) -> list[str]:
    schema = json_schema(FOLDERS[path.split("/")[0]])
    return faults(as_json(yaml.load(text, Loader=_Yaml12)), schema, schema)


@pytest.mark.parametrize("files", [example(), readme_files()], ids=["example", "readme"])
def test_the_schemas_accept_what_the_loader_accepts(files: dict[str, str]) -> None:
    assert {path: schema_faults(path, text) for path, text in files.items()} == {
        path: [] for path in files
    }


@pytest.mark.parametrize("case", sorted(SHAPE_FAULTS))
def test_the_schemas_refuse_what_the_loader_refuses_for_its_shape(case: str) -> None:
    [file] = [file for file in BROKEN if file.stem == case]
    path = file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")

    assert schema_faults(path, broken(file)[path])
    assert check_texts(broken(file)).problems


def test_the_schemas_accept_the_built_in_data() -> None:
    root = data_folder()
    files = {f.relative_to(root).as_posix(): f for f in root.rglob("*.yaml")}

    assert [
        (path, fault)
        for path in [*(f for f in files if f.startswith("parameters/")), *[*files][::7]]
        for fault in schema_faults(path, files[path].read_text(encoding="utf-8"))
    ] == []


def test_no_two_numbers_of_one_name_have_other_limits() -> None:
    """A definition of the schema is known by the name, so a second would take its place."""
    amounts: dict[str, Amount] = {}

    def walk(shape: object) -> None:
        if isinstance(shape, Amount):
            assert amounts.setdefault(shape.what, shape) == shape
        parts: list[object] = []
        if isinstance(shape, Either):
            parts = [shape.word, shape.other]
        elif isinstance(shape, ListOf):
            parts = [shape.item]
        elif isinstance(shape, Record):
            parts = [key.shape for key in shape.keys.values()]
        elif isinstance(shape, Table):
            of = shape.value
            parts = [*of.values()] if isinstance(of, Mapping) else [of]
        for part in parts:
            walk(part)

    for kind in KINDS.values():
        walk(kind)

    assert len(amounts) > 40


@pytest.mark.parametrize("kind", FOLDERS.values())
def test_a_schema_is_json_and_every_reference_in_it_leads_somewhere(kind: str) -> None:
    schema = json_schema(kind)
    text = json.dumps(schema, allow_nan=False)

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert set(re.findall(r'"#/\$defs/([^"]+)"', text)) == set(schema["$defs"])
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in schema["$defs"])
    assert str(math.inf) not in text


def test_the_countries_are_those_of_the_standard() -> None:
    assert len(COUNTRIES) == len(ALPHA_2) == 249
    assert {"TW", "KR", "NL", "NO", "US"} <= set(COUNTRIES)
    assert [meant(code) for code in ("TWN", "tw", "UK", "XX")] == ["TW", "TW", "GB", None]


@pytest.mark.skipif(
    not Path("/usr/share/zoneinfo/iso3166.tab").exists(), reason="no time zone data here"
)
def test_the_countries_are_those_of_the_time_zone_data() -> None:
    lines = Path("/usr/share/zoneinfo/iso3166.tab").read_text(encoding="utf-8").splitlines()

    assert set(COUNTRIES) == {line[:2] for line in lines if not line.startswith("#")}
