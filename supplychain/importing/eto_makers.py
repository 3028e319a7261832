"""The providers of the data set: organizations, and apart from them countries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from supplychain.importing.names import Taken
from supplychain.importing.tables import Row
from supplychain.loader.countries import ALPHA_2


@dataclass(frozen=True, slots=True)
class Maker:
    """An organization.

    Attributes:
        country: Of its headquarters, ISO 3166-1 alpha-2; ``None`` where none is given.
        stated: The country as the data set has it.
        several: Whether it stands for firms that the data set does not tell apart.
    """

    id: str
    code: str
    name: str
    aliases: tuple[str, ...]
    country: str | None
    stated: str
    several: bool


def read_makers(
    providers: Sequence[Row], provision: Sequence[Row], reserved: set[str], remarks: list[str]
) -> tuple[tuple[Maker, ...], Mapping[str, str]]:
    """Organizations; and countries by their code, as the data set names them.

    Args:
        providers: Rows of ``providers.csv``; further rows of one organization give its aliases.
        provision: Rows of ``provision.csv``, which may name providers that are not listed.
        reserved: Ids that organizations may not have, because commodities have them.
        remarks: Added to.
    """
    listed: dict[str, list[Row]] = {}
    countries: dict[str, str] = {}
    for row in providers:
        code, name = row["provider_id"], row["provider_name"]
        if row["provider_type"] == "country":
            countries[code] = name
            continue
        if row["provider_type"] != "organization":
            kind = row["provider_type"]
            remarks.append(f"{row.at}: '{name}' is of type '{kind}'; taken as an organization")
        if code in listed:
            remarks.append(f"{row.at}: a further row of {code} '{name}'; taken as an alias")
        listed.setdefault(code, []).append(row)
    unlisted: dict[str, str] = {}
    called: set[tuple[str, str]] = set()
    for row in provision:
        code, name = row["provider_id"], row["provider_name"]
        if code not in listed and code not in countries and code not in unlisted:
            remarks.append(f"{row.at}: '{name}' ({code}) has no row in providers.csv")
            (countries if name in ALPHA_2 else unlisted)[code] = name
            continue
        used = listed[code][0]["provider_name"] if code in listed else countries.get(code)
        if used not in (None, name) and (code, name) not in called:
            called.add((code, name))
            remarks.append(f"{row.at}: {code} is called '{name}'; '{used}' is used")
    return _makers(listed, unlisted, reserved, remarks), MappingProxyType(countries)


def _makers(
    listed: Mapping[str, list[Row]],
    unlisted: Mapping[str, str],
    reserved: set[str],
    remarks: list[str],
) -> tuple[Maker, ...]:
    """One organization for each code, whether it has one row, several or none."""
    taken = Taken(reserved)
    given = {code: rows[0]["provider_name"] for code, rows in listed.items()} | dict(unlisted)
    ids = {code: taken.id(name, code) for code, name in given.items()}
    names = {
        code: taken.name(ids[code], name, f"{name} ({code})") or code
        for code, name in given.items()
    }
    makers = []
    for code, name in names.items():
        rows = listed.get(code, [])
        if name != given[code]:
            remarks.append(f"providers.csv: {code}, a second '{given[code]}', is called '{name}'")
        stated = next((row["country"] for row in rows if row["country"]), "")
        country = ALPHA_2.get(stated)
        if country is None:
            reason = f"'{stated}' is not one country" if stated else "no country is given"
            remarks.append(f"providers.csv: {name} ({code}): {reason}")
        wishes = {w: None for row in rows for w in (row["alias"], row["provider_name"]) if w}
        wishes.pop(name, None)
        several = any(text.casefold().startswith("various") for text in (name, stated))
        aliases = tuple(a for wish in wishes if (a := taken.name(ids[code], wish)))
        makers.append(Maker(ids[code], code, name, aliases, country, stated, several))
    return tuple(makers)
