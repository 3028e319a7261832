"""Countries by name, for sentences; the data and the tables go by their codes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "AT": "Austria", "AU": "Australia", "BE": "Belgium", "BR": "Brazil", "CA": "Canada",
        "CH": "Switzerland", "CN": "China", "DE": "Germany", "DZ": "Algeria", "ES": "Spain",
        "FI": "Finland", "FR": "France", "GB": "the United Kingdom", "ID": "Indonesia",
        "IE": "Ireland", "IL": "Israel", "IN": "India", "IT": "Italy", "JP": "Japan",
        "KR": "South Korea", "LU": "Luxembourg", "MN": "Mongolia", "MX": "Mexico",
        "MY": "Malaysia", "NL": "the Netherlands", "NO": "Norway", "PE": "Peru",
        "PH": "the Philippines", "QA": "Qatar", "RU": "Russia", "SE": "Sweden",
        "SG": "Singapore", "TH": "Thailand", "TW": "Taiwan", "UA": "Ukraine",
        "US": "the United States", "VN": "Vietnam", "ZA": "South Africa",
    }
)  # fmt: skip
"""Those of the built-in data and a few more."""


def place(code: str) -> str:
    """The country's name, or its code where no name is known."""
    return NAMES.get(code, code)
