"""Files of the right shape to the parts of a network, and the parts to the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from supplychain.loader.buyers import read_buyer
from supplychain.loader.figures import Reader
from supplychain.loader.organizations import read_organization
from supplychain.loader.parts import read_commodity, read_sources
from supplychain.loader.past import read_disruption, read_model, read_outcome, read_parameters
from supplychain.loader.scenarios import read_scenario
from supplychain.loader.shapes import Block
from supplychain.loader.text import place
from supplychain.model import (
    AIModel,
    Buyer,
    Commodity,
    Disruption,
    Network,
    Organization,
    Outcome,
    Parameters,
    Scenario,
    Source,
    assemble,
)

_Part = TypeVar(
    "_Part", Commodity, Organization, Buyer, Source, AIModel, Parameters, Outcome, Disruption
)


@dataclass(slots=True)
class Parts:
    """What the files describe, by id."""

    commodities: dict[str, Commodity] = field(default_factory=dict)
    organizations: dict[str, Organization] = field(default_factory=dict)
    buyers: dict[str, Buyer] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    models: dict[str, AIModel] = field(default_factory=dict)
    parameters: dict[str, Parameters] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    disruptions: dict[str, Disruption] = field(default_factory=dict)
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    needs_as: dict[str, str] = field(default_factory=dict)


def build(reader: Reader, block: Block, parts: Parts) -> None:
    """Add what one file describes to the parts; what is wrong with it is noted."""
    file = reader.page.file
    stem = file.rpartition("/")[2].removesuffix(".yaml")
    match file.split("/", 1)[0]:
        case "commodities":
            _once(reader, parts.commodities, read_commodity(reader, block, stem))
            if "needs_as" in block.values:
                parts.needs_as[stem] = block.word("needs_as")
        case "organizations":
            _once(reader, parts.organizations, read_organization(reader, block, stem))
        case "buyers":
            _once(reader, parts.buyers, read_buyer(reader, block, stem))
        case "models":
            _once(reader, parts.models, read_model(reader, block, stem))
        case "parameters":
            _once(reader, parts.parameters, read_parameters(reader, block, stem))
        case "history" if block.word("kind") == "outcome":
            _once(reader, parts.outcomes, read_outcome(reader, block, stem))
        case "history":
            _once(reader, parts.disruptions, read_disruption(reader, block, stem))
        case "scenarios":
            if stem in parts.scenarios:
                at = place(block.node, reader.page)
                reader.page.problem(at, f"a second '{stem}'", "an id stands for one thing")
            parts.scenarios[stem] = read_scenario(reader, block, stem)
        case _:
            for source in read_sources(reader, block):
                _once(reader, parts.sources, source)


def _once(reader: Reader, parts: dict[str, _Part], part: _Part) -> None:
    if (first := parts.get(part.id)) is not None:
        reader.page.problem(
            part.place,
            f"a second '{part.id}'",
            f"an id stands for one thing; the first is in {first.place.file}",
        )
    parts.setdefault(part.id, part)


def assembled(parts: Parts, commodities: Mapping[str, Commodity], digest: str) -> Network:
    """The network of the parts; the commodities with the needs that they take over."""
    return assemble(
        commodities.values(),
        parts.organizations.values(),
        parts.buyers.values(),
        parts.sources.values(),
        digest,
        parts.models.values(),
        parts.outcomes.values(),
        parts.disruptions.values(),
        parts.scenarios.values(),
        parts.parameters.values(),
    )
