"""The name of every figure: what ``explain`` shows, ``--assume`` takes and sensitivity moves.

A name is the way to the figure from the id of what it belongs to, ``tsmc.cowos.2024Q4`` or
``h100.hbm3.per_unit``. :data:`PARTS` is all there is to know of it; :func:`named` sets it, once,
when a network is put together.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from supplychain.model.buyers import Buyer
from supplychain.model.commodities import Commodity, Need, Product
from supplychain.model.figures import Figure
from supplychain.model.organizations import Capacity, Orders, Organization, Supply
from supplychain.model.records import AIModel, Disruption, Outcome, Parameters, Series

_T = TypeVar("_T")

PARTS: Mapping[type, Mapping[str, str]] = MappingProxyType(
    {
        Commodity: {
            "output_yield": "yield",
            "stock_weeks": "stock_weeks",
            "cycle_weeks": "cycle_weeks",
            "price_usd": "price_usd",
            "needs": "",
            "product": "",
        },
        Need: {
            "per_unit": "per_unit",
            "cycle_weeks": "cycle_weeks",
            "stock_weeks": "stock_weeks",
            "essential": "essential",
            "install_weeks": "install_weeks",
            "wear": "wear",
            "inputs": "switch_weeks",
        },
        Product: {
            "facts": "",
            "half_weeks": "half_weeks",
            "rack_share": "rack_share",
            "utilization": "",
            "price_usd": "price_usd",
        },
        Organization: {"lines": "lines", "orders": "orders", "capacities": "", "supplies": ""},
        Capacity: {"figures": "", "bookings": "bookings"},
        Supply: {
            "draws": "draws",
            "share": "share",
            "recovery_weeks": "recovery_weeks",
            "surge": "surge",
            "surge_weeks": "surge_weeks",
            "needs": "",
        },
        Orders: {"figures": ""},
        Buyer: {
            "orders": "orders",
            "contracts": "contracts",
            "fleet": "fleet",
            "site_power_mw": "site_power_mw",
            "price_limit_usd": "price_limit_usd",
            "budget_usd": "budget_usd",
        },
        AIModel: {"facts": "", "training": "training"},
        Parameters: {"figures": ""},
        Outcome: {"series": ""},
        Series: {"figures": "", "years": ""},
        Disruption: {"figures": "", "curve": "curve"},
    }
)
"""By kind of part: its fields that hold figures, in the order in which they are told, with the
word of each in a name; empty where what it holds follows directly."""


def each_name(names: str | Iterable[str]) -> tuple[str, ...]:
    """The names; a single one may be given as it is.

    Example:
        >>> each_name("h100"), each_name(["h100", "b200"])
        (('h100',), ('h100', 'b200'))
    """
    return (names,) if isinstance(names, str) else tuple(names)


def figures(value: object) -> Iterator[Figure]:
    """All figures in a part of a network, or in a collection of parts."""
    if isinstance(value, Figure):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from figures(inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from figures(inner)
    else:
        for field in PARTS.get(type(value), ()):
            yield from figures(getattr(value, field))


def named(part: _T, name: str) -> _T:
    """The part with the name of every figure in it set.

    Args:
        part: A commodity, organization, buyer ... or anything in one.
        name: Of the part, where its figures' names begin.

    Example:
        >>> from supplychain.model import Parameters
        >>> pue = Figure(1.2, 1.1, 1.3)
        >>> named(Parameters("power", "Power", {"pue": pue}), "power").figures["pue"].name
        'power.pue'
    """
    result: Any = part
    if isinstance(part, Figure):
        if part.name != name:
            result = dataclasses.replace(part, name=name)
    elif isinstance(part, Mapping):
        inner = {key: named(value, f"{name}.{key}") for key, value in part.items()}
        if any(inner[key] is not part[key] for key in inner):
            result = MappingProxyType(inner)
    elif isinstance(part, tuple):
        items = tuple(
            named(v, f"{name}.{word}") for v, word in zip(part, _words(part), strict=True)
        )
        if any(a is not b for a, b in zip(items, part, strict=True)):
            result = items
    elif type(part) in PARTS:
        fields = {
            field: named(getattr(part, field), f"{name}.{word}" if word else name)
            for field, word in PARTS[type(part)].items()
        }
        if any(value is not getattr(part, field) for field, value in fields.items()):
            result = dataclasses.replace(part, **fields)  # type: ignore[type-var]
    return result  # type: ignore[no-any-return]


def _words(parts: tuple[Any, ...]) -> Iterator[str]:
    """What each is called among its like; the second of one name is ``name#2``."""
    seen: Counter[str] = Counter()
    for part in parts:
        word = _word(part)
        seen[word] += 1
        yield word if seen[word] == 1 else f"{word}#{seen[word]}"


def _word(part: object) -> str:
    match part:
        case Need():
            return "|".join(part.inputs)
        case Orders():
            return "+".join(part.products)
        case Supply():
            return f"{part.commodity}@{part.country}"
        case Series():
            return ".".join(filter(None, (part.measure, part.of, part.buyer)))
        case Capacity():
            return part.id
    raise TypeError(f"a {type(part).__name__} has no name among its like")
