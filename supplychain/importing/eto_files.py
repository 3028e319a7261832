"""A description of the ETO data set as the files of a data folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import yaml

from supplychain.importing.eto import Description, Good, Link
from supplychain.importing.eto_makers import Maker
from supplychain.importing.eto_readme import LICENCE, readme
from supplychain.importing.eto_shares import CountryShare, Share
from supplychain.importing.eto_sources import DATA_SET, PUBLISHER, SourceText
from supplychain.importing.unnamed import NOWHERE, Unnamed, unnamed_makers

Json: TypeAlias = dict[str, Any]

HEAD = """\
# From the Advanced Semiconductor Supply Chain Dataset of CSET's Emerging Technology Observatory,
# CC BY-NC 4.0, changed in form; see README.md.
"""
PLACE_NOTE = "the country is that of the headquarters; where the plant stands is not known"
NOWHERE_NOTE = f"no country is given; {NOWHERE} stands for that"
KIND_NOTE = "one of its kinds; all kinds are taken as needed"


def folder_files(made: Description, accessed: str) -> Mapping[str, str]:
    """Text by path in a data folder.

    Args:
        made: The data set.
        accessed: The day on which it was fetched, ``YYYY-MM-DD``.
    """
    unnamed = unnamed_makers(made)
    files = {
        "README.md": readme(made, unnamed),
        "LICENSE": LICENCE,
        "country-shares.csv": _country_table(made),
        "sources/eto.yaml": _text(_bibliography(made.sources, accessed), flow=False),
    }
    links: dict[str, list[Link]] = {}
    for link in made.links:
        links.setdefault(link.consumer, []).append(link)
    apart: dict[str, list[CountryShare]] = {}
    for row in made.country_shares:
        apart.setdefault(row.good, []).append(row)
    roles = {good.id: good.role for good in made.goods}
    for good in made.goods:
        needs = [_need(link, roles[link.input]) for link in links.get(good.id, [])]
        note = _about(good, apart.get(good.id, []))
        entry = _commodity(good, needs, note)
        files[f"commodities/{good.stage}/{good.id}.yaml"] = _text(entry)
    shares: dict[str, dict[str, list[Share]]] = {}
    for share in made.shares:
        shares.setdefault(share.maker, {}).setdefault(share.good, []).append(share)
    for maker in made.makers:
        supplies = shares.get(maker.id, {})
        made_by = [_supply(maker, supplies[id_], made.sources) for id_ in sorted(supplies)]
        files[f"organizations/{maker.id}.yaml"] = _text(_organization(maker, made_by))
    for country, entry in _unnamed(unnamed, made.sources).items():
        id_ = f"unnamed-makers-{country.lower()}"
        files[f"organizations/unnamed/{id_}.yaml"] = _text({"id": id_, **entry})
    return files


def _text(entry: Json, flow: bool = True) -> str:
    """YAML: the entry itself in lines, and in ``{...}`` what in it has no parts, if ``flow``."""
    parts = [
        yaml.dump(
            {key: value},
            Dumper=_Dumper,
            sort_keys=False,
            allow_unicode=True,
            width=96,
            default_flow_style=None if flow and isinstance(value, dict | list) else False,
        )
        for key, value in entry.items()
    ]
    return HEAD + "".join(parts)


class _Dumper(yaml.SafeDumper):
    """Writes every value out, so that no text depends on which objects happen to be shared."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _bibliography(sources: Mapping[str, SourceText], accessed: str) -> Json:
    return {source.id: _source(source, accessed) for source in sources.values()}


def _source(source: SourceText, accessed: str) -> Json:
    own = source.id == DATA_SET
    entry = {
        "title": source.title,
        "publisher": PUBLISHER if own else f"as cited by {PUBLISHER}",
        "url": source.urls[0],
        "accessed": accessed,
    }
    if own:
        return entry | {"note": "CC BY-NC 4.0"}
    if source.urls[1:]:
        return entry | {"note": f"also {', '.join(source.urls[1:])}"}
    return entry


def _commodity(good: Good, needs: list[Json], note: str) -> Json:
    entry: Json = {"id": good.id, "name": good.name, "stage": good.stage, "unit": good.unit}
    if note:
        entry["note"] = note
    return entry | ({"needs": needs} if needs else {})


def _need(link: Link, role: str) -> Json:
    need = {"input": link.input, "role": role, "source": DATA_SET}
    return need | ({"note": KIND_NOTE} if link.kind_of else {})


def _about(good: Good, apart: list[CountryShare]) -> str:
    """Description, size of the market, and the shares of countries, which count nowhere else."""
    market = f"World market: {good.market}." if good.market else ""
    known: dict[int, list[str]] = {}
    for row in sorted(apart, key=lambda row: (-(row.percent or 0), row.stated)):
        if row.percent is not None and row.year is not None:
            known.setdefault(row.year, []).append(f"{row.country or row.stated} {row.percent:.4g}%")
    listed = (f"Shares of countries in {year}: {', '.join(known[year])}." for year in sorted(known))
    unknown = sorted(row.country or row.stated for row in apart if row.percent is None)
    of_unknown = f"Countries with a share of unknown size: {', '.join(unknown)}."
    parts = (f"{good.code}.", good.about, market, *listed, of_unknown if unknown else "")
    return " ".join(part for part in parts if part)


def _organization(maker: Maker, supplies: list[Json]) -> Json:
    entry: Json = {"id": maker.id, "name": maker.name}
    if maker.aliases:
        entry["aliases"] = list(maker.aliases)
    entry |= {"country": maker.country or NOWHERE, "source": DATA_SET}
    stated = f" ({maker.stated})" if maker.stated else ""
    entry["note"] = f"{maker.code}" if maker.country else f"{maker.code}; {NOWHERE_NOTE}{stated}"
    return entry | ({"supplies": supplies} if supplies else {})


def _supply(maker: Maker, shares: list[Share], sources: Mapping[str, SourceText]) -> Json:
    entry: Json = {"commodity": shares[0].good, "country": maker.country or NOWHERE}
    figures = {
        share.year: _figure(share, sources[share.source].id)
        for share in sorted(shares, key=lambda share: share.year or 0)
        if share.percent is not None
    }
    if figures:
        entry["share"] = figures
    note = PLACE_NOTE if maker.country else NOWHERE_NOTE
    entry["note"] = note if figures else f"known, size unknown; {note}"
    entry["source"] = _words(sources, (share.source for share in shares))
    return entry


def _words(sources: Mapping[str, SourceText], texts: Iterable[str]) -> str | list[str]:
    """Ids of the bibliography, as a place for sources takes them."""
    ids = sorted({sources[text].id for text in texts})
    return ids[0] if len(ids) == 1 else ids


def _figure(share: Share, source: str) -> Json:
    if share.given is None:
        return {"value": f"{share.percent:.10g}%", "source": source}
    return {
        "value": f"{share.percent:.10g}%",
        "range": [f"{share.percent:.10g}%", f"{share.given:.10g}%"],
        "basis": "derived",
        "source": source,
        "note": f"given as {share.given:.10g}%; the shares of the year scaled to add up to 100%",
    }


def _unnamed(unnamed: Mapping[str, Unnamed], sources: Mapping[str, SourceText]) -> dict[str, Json]:
    """Organizations without a name, by country."""
    supplies: dict[str, list[Json]] = {}
    for id_, makers in sorted(unnamed.items()):
        for country in makers.countries:
            note = f"no maker is named; {makers.reason}"
            cited = _words(sources, makers.sources or [""])
            supply = {"commodity": id_, "country": country, "note": note, "source": cited}
            supplies.setdefault(country, []).append(supply)
    return {
        country: {
            "name": f"Makers not named ({country})",
            "country": country,
            "note": "stands for all makers there that the data set does not name; not one firm",
            "supplies": supplies[country],
        }
        for country in sorted(supplies)
    }


def _country_table(made: Description) -> str:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(
        ["commodity", "code", "name", "country", "as_given", "share_percent", "year", "source"]
    )
    for row in sorted(made.country_shares, key=lambda row: (row.name, row.year or 0, row.stated)):
        percent = "" if row.percent is None else f"{row.percent:.10g}"
        source = made.sources[row.source].id
        table.writerow(
            [row.good, row.code, row.name, row.country, row.stated, percent, row.year, source]
        )
    return out.getvalue()
