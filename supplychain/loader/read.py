"""A folder of YAML, or texts in memory, to a checked network; all problems reported together."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TypeVar

from supplychain.cache import make_key
from supplychain.loader.buyers import read_buyer
from supplychain.loader.figures import Reader
from supplychain.loader.files import data_folder, gather
from supplychain.loader.index import Index
from supplychain.loader.kept import keep_network, recall_network
from supplychain.loader.organizations import read_organization
from supplychain.loader.parts import read_commodity, read_sources
from supplychain.loader.past import read_disruption, read_model, read_outcome, read_parameters
from supplychain.loader.problems import DataError, Page, Problem
from supplychain.loader.rules import (
    check_ids,
    check_launches,
    check_names,
    check_own_needs,
    check_owners,
    check_shares,
    take_over_needs,
    warn_bookings,
    warn_unused,
)
from supplychain.loader.scenarios import read_scenario
from supplychain.loader.schema import shape_of
from supplychain.loader.shapes import Block
from supplychain.loader.text import MAX_BYTES, compose, decode
from supplychain.model import (
    AIModel,
    Buyer,
    Commodity,
    Disruption,
    Network,
    Organization,
    Outcome,
    Parameters,
    Place,
    Scenario,
    Source,
    assemble,
)

_Part = TypeVar(
    "_Part", Commodity, Organization, Buyer, Source, AIModel, Parameters, Outcome, Disruption
)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in the data.

    Attributes:
        files: Files read, relative to the data folder.
        counts: How many of each kind of thing.
        problems: In order of file and line; any one of them stops everything.
        warnings: What is probably not meant.
        network: ``None`` if there are problems.
    """

    files: tuple[str, ...]
    counts: Mapping[str, int]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    network: Network | None


@dataclass(slots=True)
class _Parts:
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


def load(path: str | PathLike[str] | None = None) -> Network:
    """The network of a data folder; of the built-in data if none is given.

    Data that was read and checked before is taken from the cache (:mod:`supplychain.cache`).

    Raises:
        DataError: Something is wrong with the data; it lists every problem.
    """
    found = gather(data_folder() if path is None else Path(path))
    if found.strays:
        return _network(_check(found.texts, found.shown + "/", found.strays))
    # The folder as a reader would open it is in every place, so it is in the key.
    texts = (part for name in sorted(found.texts) for part in (name, found.texts[name]))
    key = make_key("network", found.shown, *texts)
    network = recall_network(key)
    if network is None:
        network = _network(_check(found.texts, found.shown + "/", []))
        keep_network(key, network)
    return network


def load_texts(files: Mapping[str, str]) -> Network:
    """The network of texts by their path in a data folder, e.g. ``organizations/tsmc.yaml``.

    Raises:
        DataError: Something is wrong with the data; it lists every problem.
    """
    return _network(check_texts(files))


def check_texts(files: Mapping[str, str]) -> Report:
    """What is found in texts by their path in a data folder."""
    return _check({name: text.encode() for name, text in files.items()}, "", [])


def check(path: str | PathLike[str] | None = None) -> Report:
    """What is found in a data folder; in the built-in data if none is given."""
    try:
        found = gather(data_folder() if path is None else Path(path))
    except DataError as error:
        return Report((), {}, error.problems, (), None)
    return _check(found.texts, found.shown + "/", found.strays)


def load_scenario(path: str | PathLike[str], network: Network) -> Scenario:
    """A scenario from a file of its own, checked against the network like those of the data.

    Raises:
        DataError: The file cannot be read, or something in it is wrong; it lists every problem.
    """
    path = Path(path)
    try:
        with path.open("rb") as stream:  # what is too large is not read to its end
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        message = error.strerror or "cannot be read"
        raise DataError([Problem(Place(str(path), 0, 0), message.lower())], 1) from error
    page = Page(f"scenarios/{path.name}", path.as_posix())
    block = _read_shape(data, page)
    scenario = None
    if block is not None and not page.problems:
        scenario = read_scenario(Reader(page, Index.of(network)), block, path.stem)
    if scenario is None or page.problems:
        raise DataError(page.found(), 1)
    return scenario


def _network(report: Report) -> Network:
    if report.network is None:
        raise DataError(report.problems, len(report.files))
    return report.network


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause the cyclic garbage collector: the trees have no cycles, and it costs a third."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


@_no_collection()
def _check(files: Mapping[str, bytes], prefix: str, strays: list[Problem]) -> Report:
    """Read the files and check them; problems of places that no file has come in ``strays``."""
    pages = {file: Page(file, prefix + file) for file in sorted(files)}
    index = Index()
    blocks: dict[str, Block] = {}
    for file, page in pages.items():
        block = _read_shape(files[file], page)
        folder, stem = file.split("/", 1)[0], file.rpartition("/")[2].removesuffix(".yaml")
        index.add(folder, stem, block, bool(page.problems))
        if block is not None and not page.problems:
            blocks[file] = block
    parts = _Parts()
    for file, block in blocks.items():
        _build(Reader(pages[file], index), block, parts)
    commodities = _check_rules(parts, index, pages)
    problems = [*strays, *_missing(files, prefix), *(p for g in pages.values() for p in g.found())]
    network = None
    if not problems:
        organizations, sources = parts.organizations.values(), parts.sources.values()
        warn_unused(commodities.values(), organizations, sources, index, pages)
        warn_bookings(commodities.values(), organizations, pages)
        network = assemble(
            commodities.values(),
            parts.organizations.values(),
            parts.buyers.values(),
            parts.sources.values(),
            _digest(files),
            parts.models.values(),
            parts.outcomes.values(),
            parts.disruptions.values(),
            parts.scenarios.values(),
            parts.parameters.values(),
        )
    return Report(
        tuple(pages),
        {
            "commodity": len(index.commodities),
            "organization": len(index.organizations),
            "buyer": sum(f.startswith("buyers/") for f in files),
            "source": len(index.sources),
            **_extra(files),
        },
        tuple(sorted(problems, key=_order)),
        tuple(sorted((w for g in pages.values() for w in g.warnings), key=_order)),
        network,
    )


def _extra(files: Mapping[str, bytes]) -> dict[str, int]:
    """How many files of the kinds that a data set need not have, if it has any."""
    kinds = {
        "AI model": "models/",
        "parameter file": "parameters/",
        "history file": "history/",
        "scenario": "scenarios/",
    }
    counts = {kind: sum(f.startswith(folder) for f in files) for kind, folder in kinds.items()}
    return {kind: count for kind, count in counts.items() if count}


def _order(problem: Problem) -> tuple[str, int, int]:
    return problem.place.file, problem.place.line, problem.place.column


def _read_shape(data: bytes, page: Page) -> Block | None:
    shape = shape_of(page.file)
    text = decode(data, page)
    node = compose(text, page) if text is not None else None
    if node is None or shape is None:
        return None
    block = shape.read(node, page)
    return block if isinstance(block, Block) else None


def _build(reader: Reader, block: Block, parts: _Parts) -> None:
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


def _check_rules(parts: _Parts, index: Index, pages: dict[str, Page]) -> dict[str, Commodity]:
    organizations = parts.organizations
    commodities = take_over_needs(parts.commodities, parts.needs_as, pages, index)
    check_own_needs(commodities, organizations.values(), pages)
    check_launches(commodities, organizations.values(), pages)
    check_owners(organizations, pages)
    check_shares(organizations.values(), pages)
    check_ids(commodities, organizations.values(), pages)
    check_names(commodities, pages)
    check_names(organizations, pages)
    check_names(parts.buyers, pages)
    return commodities


def _missing(files: Mapping[str, bytes], prefix: str) -> list[Problem]:
    """Folders without which there is nothing to compute."""
    return [
        Problem(
            Place(folder, 0, 0),
            "the folder is missing or has no .yaml file in it",
            (f"add at least one file to {folder}/",),
            path=f"{prefix}{folder}",
        )
        for folder in ("sources", "commodities", "organizations")
        if not any(file.startswith(folder + "/") for file in files)
    ]


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file}\0{len(files[file])}\0".encode())
        digest.update(files[file])
    return digest.hexdigest()
