"""Where goods are made of which the data set names no maker.

Processes and mere headings (``Assembly tools``) have no rows of organizations. Were they left
without makers, a question about what can fail would end at them. So each gets one maker without
a name in every country where it may stand, which is never said to be one firm:

* the countries that have rows of it; else
* for a process, the countries that have rows of its stage; else
* the countries of the makers of what it needs.

Where even that says nothing it is left without makers, which counts as available.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from supplychain.importing.eto import Description, Good

NOWHERE = "AQ"
"""Antarctica stands for a country that is not known: one has to be given, and no firm is there."""


@dataclass(frozen=True, slots=True)
class Unnamed:
    """The countries in which the makers of a good may stand.

    Attributes:
        reason: Why these.
        sources: Texts of the rows that say so; empty if they follow from other goods.
    """

    countries: tuple[str, ...]
    reason: str
    sources: tuple[str, ...] = ()


def unnamed_makers(description: Description) -> Mapping[str, Unnamed]:
    """By id of the goods of which no maker is named."""
    named: dict[str, set[str]] = {}
    homes = {maker.id: maker.country or NOWHERE for maker in description.makers}
    for share in description.shares:
        named.setdefault(share.good, set()).add(homes[share.maker])
    found: dict[str, Unnamed] = {}
    waiting = []
    for good in description.goods:
        if good.id not in named:
            if (direct := _by_rows(good, description)) is not None:
                found[good.id] = direct
            else:
                waiting.append(good)
    places = {**named, **{id_: set(u.countries) for id_, u in found.items()}}
    for good in waiting:
        upstream = _upstream(good.id, description, places)
        countries = tuple(sorted(upstream - {NOWHERE} or upstream))
        if countries:
            found[good.id] = Unnamed(countries, "countries of the makers of its inputs")
    return MappingProxyType(found)


def _by_rows(good: Good, description: Description) -> Unnamed | None:
    rows = [(good.code, "countries in the data set's rows of it")]
    if good.step:
        name = description.steps.get(good.step, good.step)
        rows.append((good.step, f"countries in the data set's rows of the stage {name}"))
    for code, reason in rows:
        own = [s for s in description.country_shares if s.code == code]
        if countries := sorted({s.country for s in own if s.country}):
            sources = tuple(sorted({s.source for s in own}))
            return Unnamed(tuple(countries), reason, sources)
    return None


def _upstream(good: str, description: Description, places: Mapping[str, set[str]]) -> set[str]:
    """Countries of the nearest goods upstream that have any."""
    found: set[str] = set()
    seen, ahead = {good}, [good]
    while ahead:
        consumer = ahead.pop()
        for link in description.links:
            if link.consumer == consumer and link.input not in seen:
                seen.add(link.input)
                if link.input in places:
                    found |= places[link.input]
                else:
                    ahead.append(link.input)
    return found
