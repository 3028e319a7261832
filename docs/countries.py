"""Write ``supplychain/model/countries.py``: English names of countries, from CLDR.

Run ``python docs/countries.py`` after an update of Babel, which brings CLDR along.
"""

from __future__ import annotations

from pathlib import Path

from babel import Locale, __version__

from supplychain.loader.countries import COUNTRIES

TARGET = Path(__file__).parent.parent / "supplychain" / "model" / "countries.py"

ALSO = {
    "AE": ("UAE",),
    "CD": ("DR Congo", "Democratic Republic of the Congo"),
    "CG": ("Republic of the Congo",),
    "CN": ("Mainland China", "People's Republic of China", "PRC"),
    "CZ": ("Czech Republic",),
    "GB": ("UK", "Great Britain", "Britain", "England"),
    "GR": ("EL",),
    "HK": ("Hong Kong",),
    "KP": ("DPRK",),
    "KR": ("Korea", "Republic of Korea"),
    "MK": ("Macedonia",),
    "MM": ("Burma",),
    "NL": ("Holland", "The Netherlands"),
    "RU": ("Russian Federation",),
    "TR": ("Turkey",),
    "TW": ("Republic of China", "Chinese Taipei"),
    "US": ("USA", "United States of America", "America"),
    "VN": ("Viet Nam",),
}
"""Names in use that CLDR does not have in English."""

HEAD = '''"""English names of countries by ISO 3166-1 alpha-2 code, the usual name first.

Written by ``docs/countries.py`` from the Unicode Common Locale Data Repository (CLDR), as Babel
{version} brings it (Unicode License V3), and from a few more names that are in use.
"""

from __future__ import annotations

_TABLE = """\
'''

TAIL = '''"""

NAMES: dict[str, tuple[str, ...]] = {
    code: tuple(names.split("|"))
    for code, names in (line.split(" ", 1) for line in _TABLE.splitlines())
}

_ARTICLE = ("AE", "BS", "GB", "GM", "NL", "PH", "US")


def place(code: str) -> str:
    """The country's name as it stands in a sentence, or its code where no name is known."""
    name = NAMES[code][0] if code in NAMES else code
    return f"the {name}" if code in _ARTICLE else name
'''


def table() -> str:
    """The text of the module."""
    territories = Locale.parse("en").territories
    lines = []
    for code in COUNTRIES:
        usual = territories[code].replace("’", "'")
        plain = usual.replace(" & ", " and ")
        short = territories.get(f"{code}-alt-short", "")
        bare = plain.partition(" (")[0].removesuffix(" SAR China")
        names = dict.fromkeys(filter(None, (usual, plain, bare, short, *ALSO.get(code, ()))))
        lines.append(f"{code} {'|'.join(names)}\n")
    version = ".".join(__version__.split(".")[:2])
    return HEAD.format(version=version) + "".join(lines) + TAIL


if __name__ == "__main__":
    TARGET.write_text(table(), encoding="utf-8", newline="\n")
