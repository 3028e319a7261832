"""What stands beside imported data: where it is from, on what terms, and how it was changed."""

from __future__ import annotations

from collections.abc import Mapping

from supplychain.importing.eto import Description
from supplychain.importing.eto_sources import ADDRESS
from supplychain.importing.unnamed import NOWHERE, Unnamed

LICENCE = f"""\
The figures and texts in this folder are from the Advanced Semiconductor Supply Chain Dataset,
Emerging Technology Observatory, Center for Security and Emerging Technology (CSET), Georgetown
University: {ADDRESS}

Licensed under Creative Commons Attribution-NonCommercial 4.0 International (CC BY-NC 4.0):
https://creativecommons.org/licenses/by-nc/4.0/legalcode

Whoever passes this folder on names that source, keeps this licence, says what was changed, and
does so for no commercial purpose. What was changed is listed in README.md.
"""


def readme(made: Description, unnamed: Mapping[str, Unnamed]) -> str:
    """``README.md`` of the folder."""
    countries = {country for makers in unnamed.values() for country in makers.countries}
    final = next((good.id for good in made.goods if good.final), made.goods[-1].id)
    year = max((share.year for share in made.shares if share.year), default=2025)
    return f"""\
# Advanced semiconductor supply chain

From the
[Advanced Semiconductor Supply Chain Dataset]({ADDRESS})
of the Emerging Technology Observatory, Center for Security and Emerging Technology (CSET),
Georgetown University.
Licence: [CC BY-NC 4.0](https://creativecommons.org/licenses/by-nc/4.0/), not for commercial use,
with attribution; see LICENSE. `supplychain import eto` put it into this form:

* {len(made.goods)} inputs, processes and outputs are commodities; what `goes_into` something is
  needed by it, and each type of a category is needed by the category.
* {len(made.makers)} organizations are in `organizations/`. Their shares are percentages of world
  sales by year; a blank share is a supply without one, "known, size unknown". Where the
  data set writes all of them as fractions of 1, they were multiplied by 100.
* Shares that added up to more than 102% were scaled to 100%; the figures say so.
* Supplies stand in the country of the maker's headquarters: where the plants are is not known.
  `{NOWHERE}` (Antarctica) stands for a country that is not given.
* Shares of countries are in `country-shares.csv` and in notes. They are another view of the same
  sales, are never added to those of organizations, and enter no calculation.
* {len(unnamed)} processes and categories have no named maker. `organizations/unnamed/` holds
  {len(countries)} placeholders, one a country, each for all makers there; a note says why there.
  What has no maker at all counts as available.

There are no quantities and no capacities, so nothing of it can be simulated:

    supplychain chokepoints --data . --product {final} --at {year}Q4
"""
