"""The Advanced Semiconductor Supply Chain Dataset of CSET's ETO, from rows to a description.

How its rows are read:

* ``goes_into``: the target needs the input. ``is_type_of``: the parent needs each of its types,
  because a fab that lacks one kind of etcher lacks etching.
* A share is a percentage of world sales; if no share is above 1 and those of goods add up to 1, a
  fraction of them. A blank one is a known maker of unknown size.
* Rows of organizations and rows of countries each add up to about 100%. They are two views of
  the same sales and are never added together: those of countries are kept apart.
* Makers have the country of their headquarters; where their plants stand is not in the data.

Ref: the data set and its documentation, https://eto.tech/dataset-docs/chipexplorer
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from supplychain.importing.eto_makers import Maker, read_makers
from supplychain.importing.eto_shares import (
    CountryShare,
    Share,
    read_shares,
    scale,
    unclear_shares,
)
from supplychain.importing.eto_sources import SourceText, plain_text, read_sources
from supplychain.importing.names import Taken
from supplychain.importing.tables import Row, Tables, faulty
from supplychain.loader.problems import DataError, Problem
from supplychain.model import Role

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "inputs.csv": (
            "input_id",
            "input_name",
            "type",
            "stage_id",
            "description",
            "market_share_chart_global_market_size_info",
            "market_share_chart_source",
        ),
        "stages.csv": ("stage_id", "stage_name"),
        "providers.csv": ("provider_name", "alias", "provider_id", "provider_type", "country"),
        "provision.csv": (
            "provider_name",
            "provider_id",
            "provided_name",
            "provided_id",
            "share_provided",
            "year",
            "source",
        ),
        "sequence.csv": (
            "input_name",
            "input_id",
            "goes_into_name",
            "goes_into_id",
            "is_type_of_name",
            "is_type_of_id",
        ),
    }
)
"""The files of the data set, each with the columns that are read."""

STEPS: Mapping[str, str] = MappingProxyType(
    {"S1": "design", "S2": "fabrication", "S3": "packaging"}
)
"""Stage of the data set to stage of a data folder."""

KINDS: Mapping[str, tuple[str, Role, str]] = MappingProxyType(
    {
        "tool_resource": ("equipment", "tool", "tools"),
        "material_resource": ("materials", "material", "units"),
        "design_resource": ("design", "design", "designs"),
        "process": ("", "component", "units"),  # its stage is in the row
        "ultimate_output": ("packaging", "component", "units"),
    }
)
"""Type of input to stage, role in what needs it, and unit."""


@dataclass(frozen=True, slots=True)
class Good:
    """An input, process or output of the data set.

    Attributes:
        code: Its id in the data set, such as ``N20``.
        step: For a process its stage in the data set, such as ``S2``; else empty.
        about: Its description.
        market: Size of its world market and its source, in words; empty if none is given.
        final: Whether it is the output of the whole chain.
    """

    id: str
    code: str
    name: str
    stage: str
    role: Role
    unit: str
    step: str
    about: str
    market: str
    final: bool


@dataclass(frozen=True, slots=True)
class Link:
    """One good needs another.

    Attributes:
        kind_of: Whether the input is a type of the consumer, which then needs all its types.
    """

    consumer: str
    input: str
    kind_of: bool


@dataclass(frozen=True, slots=True)
class Description:
    """What the data set says, with ids in place of its codes.

    Attributes:
        steps: Name by stage of the data set.
        shares: Of organizations only.
        country_shares: Of countries only, of goods and of whole stages.
        sources: By the text that stands in the rows.
    """

    goods: tuple[Good, ...]
    makers: tuple[Maker, ...]
    links: tuple[Link, ...]
    shares: tuple[Share, ...]
    country_shares: tuple[CountryShare, ...]
    steps: Mapping[str, str]
    sources: Mapping[str, SourceText]


def describe(tables: Tables, shown: str) -> tuple[Description, tuple[str, ...]]:
    """The description, and a remark on everything that the rows leave open.

    Args:
        tables: Rows by file name.
        shown: The folder as a reader would open it, for messages.

    Raises:
        DataError: A row has no id, an input is there twice or of a type that is not known, or
            shares may be fractions as well as percentages.
    """
    problems = [
        *_without_id(tables["inputs.csv"], "input_id", shown),
        *_doubles(tables["inputs.csv"], shown),
        *_without_id(tables["providers.csv"], "provider_id", shown),
        *_strange_types(tables["inputs.csv"], shown),
        *unclear_shares(tables["provision.csv"], _countries(tables["providers.csv"]), shown),
    ]
    if problems:
        raise DataError(problems, len(tables))
    remarks: list[str] = []
    steps = {row["stage_id"]: row["stage_name"] for row in tables["stages.csv"]}
    goods = _goods(tables["inputs.csv"], remarks)
    ids = {good.code: good.id for good in goods}
    makers, countries = read_makers(
        tables["providers.csv"], tables["provision.csv"], set(ids.values()), remarks
    )
    codes = {maker.code: maker.id for maker in makers}
    shares, country_shares = read_shares(
        tables["provision.csv"], ids, codes, countries, steps, remarks
    )
    made = Description(
        goods=goods,
        makers=makers,
        links=_links(tables["sequence.csv"], ids, remarks),
        shares=scale(_told_apart(shares, makers, remarks), remarks),
        country_shares=country_shares,
        steps=MappingProxyType(steps),
        sources=read_sources(row["source"] for row in tables["provision.csv"]),
    )
    return made, tuple(remarks)


def _told_apart(
    shares: tuple[Share, ...], makers: tuple[Maker, ...], remarks: list[str]
) -> tuple[Share, ...]:
    """The shares without those of "various companies" where these are all: they are no one firm.

    Left in, they would look like the only maker, whose loss loses everything.
    """
    several = {maker.id for maker in makers if maker.several}
    by_firms = {share.good for share in shares if share.maker not in several}
    unnamed = sorted({share.good for share in shares} - by_firms)
    remarks.extend(f"provision.csv: no maker of '{good}' is named" for good in unnamed)
    return tuple(share for share in shares if share.good in by_firms)


def _without_id(rows: tuple[Row, ...], key: str, shown: str) -> list[Problem]:
    """Rows that nothing can refer to."""
    return [faulty(row, shown, f"no {key}", "fill it in") for row in rows if not row[key]]


def _countries(rows: tuple[Row, ...]) -> set[str]:
    return {row["provider_id"] for row in rows if row["provider_type"] == "country"}


def _doubles(rows: tuple[Row, ...], shown: str) -> list[Problem]:
    problems = []
    first: dict[str, int] = {}
    for row in rows:
        if (code := row["input_id"]) and code in first:
            cure = f"keep one; the first is in line {first[code]}"
            problems.append(faulty(row, shown, f"a second row of {code}", cure))
        first.setdefault(code, row.line)
    return problems


def _strange_types(rows: tuple[Row, ...], shown: str) -> list[Problem]:
    cure = f"types: {', '.join(KINDS)}"
    return [
        faulty(row, shown, f"unknown type '{row['type']}'", cure)
        for row in rows
        if row["type"] not in KINDS
    ]


def _goods(rows: tuple[Row, ...], remarks: list[str]) -> tuple[Good, ...]:
    taken = Taken()
    ids = {row["input_id"]: taken.id(row["input_name"], row["input_id"]) for row in rows}
    goods = []
    for row in rows:
        code, kind = row["input_id"], row["type"]
        stage, role, unit = KINDS[kind]
        step = row["stage_id"] if kind == "process" else ""
        if kind == "process" and step not in STEPS:
            remarks.append(f"{row.at}: the stage of {code} is '{step}'; taken as fabrication")
        name = row["input_name"]
        market = row["market_share_chart_global_market_size_info"]
        market_source = plain_text(row["market_share_chart_source"]).rstrip(".")
        goods.append(
            Good(
                id=ids[code],
                code=code,
                name=taken.name(ids[code], name, f"{name} ({code})") or code,
                stage=stage or STEPS.get(step, "fabrication"),
                role=role,
                unit=unit,
                step=step,
                about=row["description"],
                market=f"{market}; {market_source}" if market and market_source else market,
                final=kind == "ultimate_output",
            )
        )
    return tuple(goods)


def _links(rows: tuple[Row, ...], ids: Mapping[str, str], remarks: list[str]) -> tuple[Link, ...]:
    """The needs, each pair once; a flow counts before a type."""
    links: dict[tuple[str, str], Link] = {}
    for row in rows:
        targets = [(row["goes_into_id"], False), (row["is_type_of_id"], True)]
        targets = [(code, kind_of) for code, kind_of in targets if code]
        if not targets:
            remarks.append(f"{row.at}: '{row['input_name']}' leads nowhere; left out")
        for code, kind_of in targets:
            if strange := [c for c in (row["input_id"], code) if c not in ids]:
                remarks.append(f"{row.at}: inputs.csv has no {strange[0]}; left out")
            elif code == row["input_id"]:
                remarks.append(f"{row.at}: {code} leads to itself; left out")
            else:
                pair = ids[code], ids[row["input_id"]]
                if pair not in links or not kind_of:
                    links[pair] = Link(*pair, kind_of)
    return tuple(links[pair] for pair in sorted(links))
