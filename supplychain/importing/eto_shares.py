"""Who provides what: shares of organizations, and apart from them those of countries."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace

from supplychain.importing.tables import Row, faulty
from supplychain.loader.countries import ALPHA_2
from supplychain.loader.problems import Problem
from supplychain.loader.rules import MOST_SHARED

_SHARE = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+) ?%?")
_YEAR = re.compile(r"(?:19|2[0-9])[0-9][0-9]")


@dataclass(frozen=True, slots=True)
class Share:
    """An organization's share of the world's sales of a good.

    Attributes:
        percent: ``None``: it makes the good, and how much is not known.
        year: ``None`` where the share is not known and no year is given.
        source: Text that names the source; empty: none is named.
        given: What the row says, where the shares added up to more than rounding explains and
            were scaled to 100%.
    """

    good: str
    maker: str
    percent: float | None
    year: int | None
    source: str
    given: float | None = None


@dataclass(frozen=True, slots=True)
class CountryShare:
    """A country's share of a good, or of a whole stage of the data set.

    Attributes:
        good: Id of the good, or empty for a stage.
        code: Id in the data set: ``N20``, ``S2``.
        country: ISO 3166-1 alpha-2; ``None`` for ``Europe`` and the like.
        stated: The country as the data set has it.
    """

    good: str
    code: str
    name: str
    country: str | None
    stated: str
    percent: float | None
    year: int | None
    source: str


def read_shares(
    rows: Sequence[Row],
    goods: Mapping[str, str],
    makers: Mapping[str, str],
    countries: Mapping[str, str],
    steps: Mapping[str, str],
    remarks: list[str],
) -> tuple[tuple[Share, ...], tuple[CountryShare, ...]]:
    """Shares of organizations and of countries; rows that cannot be used are remarked on.

    Args:
        rows: Of ``provision.csv``.
        goods: Id by code of the data set.
        makers: Id of the organization by code of the data set.
        countries: Name of the country by code of the data set.
        steps: Name by code of the stages.
        remarks: Added to.
    """
    whole = 1.0 if in_fractions(rows) else 100.0
    if whole == 1.0:
        remarks.append(
            "provision.csv: no share is above 1 and those of goods add up to 1; read as fractions, "
            "1 being 100%"
        )
    shares: dict[tuple[str, str, int | None], Share] = {}
    apart: list[CountryShare] = []
    for row in rows:
        code, provider = row["provided_id"], row["provider_id"]
        if code not in goods and code not in steps:
            remarks.append(f"{row.at}: nothing has the id '{code}'; left out")
            continue
        percent, year = _percent(row, whole, remarks)
        if provider in countries:
            stated, good = countries[provider], goods.get(code, "")
            name = row["provided_name"]
            country = ALPHA_2.get(stated)
            share = CountryShare(good, code, name, country, stated, percent, year, row["source"])
            apart.append(share)
        elif code in steps:
            who = row["provider_name"]
            remarks.append(f"{row.at}: '{who}' has a share of a whole stage; left out")
        else:
            key = goods[code], makers[provider], year
            if key in shares:
                who, what = row["provider_name"], row["provided_name"]
                remarks.append(f"{row.at}: a second share of '{who}' in '{what}'; left out")
            else:
                shares[key] = Share(*key[:2], percent, year, row["source"])
    return tuple(shares.values()), tuple(apart)


def scale(shares: Sequence[Share], remarks: list[str]) -> tuple[Share, ...]:
    """The shares, those of a good and year scaled to 100% where rounding cannot explain the sum."""
    totals: dict[tuple[str, int | None], float] = defaultdict(float)
    for share in shares:
        totals[share.good, share.year] += share.percent or 0.0
    beyond = {key: total for key, total in totals.items() if total > 100 * MOST_SHARED + 1e-9}
    for (good, year), total in sorted(beyond.items(), key=str):
        remarks.append(
            f"provision.csv: the shares of '{good}' in {year} add up to {total:.4g}%; "
            "scaled to 100%"
        )
    return tuple(
        replace(share, percent=100 * share.percent / beyond[key], given=share.percent)
        if share.percent is not None and (key := (share.good, share.year)) in beyond
        else share
        for share in shares
    )


def in_fractions(rows: Sequence[Row]) -> bool:
    """Whether the shares are fractions of 1: none is above 1, and none has a percent sign."""
    texts = [row["share_provided"] for row in rows]
    values = [value for text in texts if (value := _number(text)) is not None]
    return any(values) and max(values) <= 1 and not any("%" in text for text in texts)


def unclear_shares(rows: Sequence[Row], countries: Container[str], shown: str) -> list[Problem]:
    """Shares that may be fractions as well as percentages; a percent sign would settle it.

    Args:
        rows: Of ``provision.csv``.
        countries: Codes of the providers that are countries: two views of the same sales.
        shown: The folder as a reader would open it, for messages.
    """
    groups: dict[tuple[bool, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if _number(row["share_provided"]):
            key = row["provider_id"] in countries, row["provided_id"], row["year"]
            groups[key].append(row)
    like_one = [group for group in groups.values() if _like_one(group)]
    cure = "write all as percentages, with the sign: 90%"
    if in_fractions(rows):
        if like_one:
            return []
        first = next(row for row in rows if _number(row["share_provided"]))
        message = "fractions or percentages? No share is above 1, and those of no good add up to 1"
        return [faulty(first, shown, message, cure)]
    return [
        faulty(
            group[0],
            shown,
            f"fractions or percentages? The shares of '{group[0]['provided_name']}' add up to 1, "
            "those of others do not",
            cure,
        )
        for group in like_one
    ]


def _like_one(group: Sequence[Row]) -> bool:
    """Whether shares of one good and year look like fractions of 1."""
    bare = [_number(text) or 0 for row in group if "%" not in (text := row["share_provided"])]
    signs = len(bare) < len(group)
    return bool(bare) and max(bare) <= 1 and (signs or 0.9 <= sum(bare) <= 1.1)


def _number(text: str) -> float | None:
    match = _SHARE.fullmatch(text)
    return float(match[1]) if match else None


def _percent(row: Row, whole: float, remarks: list[str]) -> tuple[float | None, int | None]:
    """Share and year; a share that is no percentage of a year counts as not known.

    Args:
        row: Of ``provision.csv``.
        whole: The share that stands for all of it, 1 or 100.
        remarks: Added to.
    """
    text = row["share_provided"]
    year = int(row["year"]) if _YEAR.fullmatch(row["year"]) else None
    if not text:
        return None, year
    value = _number(text)
    percent = None if value is None else round(value * 100 / whole, 12)
    if percent is None or percent > 100:
        remarks.append(f"{row.at}: '{text}' is no share from 0 to 100%; taken as unknown")
        return None, year
    if year is None:
        remarks.append(f"{row.at}: a share without a year; taken as unknown")
        return None, None
    return percent, year
