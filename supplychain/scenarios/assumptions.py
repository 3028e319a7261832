"""Figures replaced by assumption."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from supplychain.model import (
    Figure,
    Network,
)
from supplychain.model.names import (
    buyer_figures,
    commodity_figures,
    figures,
    organization_figures,
    parameter_figures,
)
from supplychain.scenarios.changes import _rebuilt, _unknown

_T = TypeVar("_T")


def assumed(network: Network, values: Mapping[str, float]) -> Network:
    """The network with figures replaced, each by the name that ``explain`` shows.

    The value replaces the figure's range too; basis and note say that it is an assumption.

    Raises:
        ValueError: No figure has the name, the value is not one that the figure can have, or
            bookings then add up to more than all.
    """
    network = replaced(network, values)
    for id_ in sorted({name.partition(".")[0] for name in values} & network.organizations.keys()):
        for capacity in network.organizations[id_].capacities:
            for year, booked in capacity.bookings.items():
                if (total := sum(f.value for f in booked.values())) > 1 + 1e-9:
                    raise ValueError(
                        f"the bookings of {capacity.key} in {year} then add up to {total:.0%}; a "
                        "line cannot be booked beyond 100%, so lower another one with --assume too"
                    )
    return network


def replaced(network: Network, values: Mapping[str, float]) -> Network:
    """As :func:`assumed`, each figure by itself: bookings may then add up to more than all.

    Raises:
        ValueError: No figure has the name, or the value is not one that the figure can have.
    """
    for name, value in sorted(values.items()):
        network = _with_figure(network, name, value)
    return network


LARGEST = 1e12
"""No figure of the chain is larger, in its own unit; a larger one is a slip of the keyboard."""


def _possible(name: str, figure: Figure, value: float) -> None:
    """Refuse a value that the figure cannot have.

    Raises:
        ValueError: It is outside its limits.
    """
    least, most = figure.limits[0], min(figure.limits[1], LARGEST)
    if math.isfinite(value) and least <= value <= most:
        return
    low = "above 0" if 0 < least < 1e-300 else f"at least {least:g}"
    high = "" if most == LARGEST and not value > LARGEST else f" and at most {most:g}"
    raise ValueError(f"--assume {name}: {value:g} cannot be; it is {low}{high}")


def _with_figure(network: Network, name: str, value: float) -> Network:
    id_ = name.partition(".")[0]
    parts: tuple[tuple[Mapping[str, Any], Callable[[Any], Any], str], ...] = (
        (network.commodities, commodity_figures, "commodities"),
        (network.organizations, organization_figures, "organizations"),
        (network.buyers, buyer_figures, "buyers"),
        (network.parameters, parameter_figures, "parameters"),
    )
    for members, walk, kind in parts:
        if id_ in members:
            found = dict(walk(members[id_])).get(name)
            if found is not None:
                _possible(name, found, value)
                new = dataclasses.replace(
                    found, value=value, low=value, high=value, basis="estimate",
                    note=f"assumed instead of {found.value:g}",
                )  # fmt: skip
                swapped = _swapped(members[id_], found, new)
                rest = [m for m in members.values() if m.id != id_]
                return _rebuilt(network, **{kind: [*rest, swapped]})
    raise ValueError(_unknown("figure", name, [n for n, _ in figures(network)]))


def _swapped(value: _T, old: Figure, new: Figure) -> _T:
    """The value with one figure in it replaced, wherever it stands."""
    result: Any = value
    if value is old:
        result = new
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        inner = {key: _swapped(item, old, new) for key, item in fields.items()}
        if any(inner[key] is not fields[key] for key in fields):
            result = dataclasses.replace(value, **inner)
    elif isinstance(value, Mapping):
        swapped = {key: _swapped(item, old, new) for key, item in value.items()}
        if any(swapped[key] is not value[key] for key in value):
            result = MappingProxyType(swapped)
    elif isinstance(value, tuple):
        items = tuple(_swapped(item, old, new) for item in value)
        if any(a is not b for a, b in zip(items, value, strict=True)):
            result = items
    return result  # type: ignore[no-any-return]
