"""Figures replaced by assumption."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from supplychain.errors import AskError
from supplychain.model import (
    Figure,
    Network,
)
from supplychain.model.finder import find_figure
from supplychain.model.names import PARTS
from supplychain.model.network import FIGURED

_T = TypeVar("_T")


def assumed(network: Network, values: Mapping[str, float]) -> Network:
    """The network with figures replaced, each by the name that ``explain`` shows.

    The value replaces the figure's range too; basis and note say that it is an assumption.

    Raises:
        AskError: No figure has the name, the value is not one that the figure can have, or
            bookings then add up to more than all.
    """
    network = replaced(network, values)
    for id_ in sorted({name.partition(".")[0] for name in values} & network.organizations.keys()):
        for capacity in network.organizations[id_].capacities:
            for year, booked in capacity.bookings.items():
                if (total := sum(f.value for f in booked.values())) > 1 + 1e-9:
                    raise AskError(
                        f"the bookings of {capacity.key} in {year} then add up to {total:.0%}; a "
                        "line cannot be booked beyond 100%, so lower another one with --assume too"
                    )
    return network


def replaced(network: Network, values: Mapping[str, float]) -> Network:
    """As :func:`assumed`, each figure by itself: bookings may then add up to more than all.

    Raises:
        AskError: No figure has the name, or the value is not one that the figure can have.
    """
    for name, value in sorted(values.items()):
        network = _with_figure(network, name, value)
    return network


FARTHEST = 1e6
"""So many times more or less than the data says is a slip of the keyboard, not an assumption."""

LARGEST = 1e12
"""The same where the data says none, in the figure's unit."""


def _possible(figure: Figure, value: float) -> None:
    """Refuse a value that the figure cannot have.

    Raises:
        AskError: It is outside its limits, or out of all proportion.
    """
    least, most = figure.limits
    if not (math.isfinite(value) and least <= value <= most):
        low = "above 0" if 0 < least < 1e-300 else f"at least {least:g}"
        high = f" and at most {most:g}" if most < math.inf else ""
        raise AskError(f"--assume {figure.name}: {value:g} cannot be; it is {low}{high}")
    known = abs(figure.value)
    far = value > FARTHEST * known or 0 < value < known / FARTHEST if known else value > LARGEST
    if far:
        raise AskError(
            f"--assume {figure.name}: {value:g} cannot be meant; the data has {figure.value:g}"
        )


def _with_figure(network: Network, name: str, value: float) -> Network:
    figure = find_figure(network, name)
    _possible(figure, value)
    new = dataclasses.replace(
        figure,
        value=value,
        low=value,
        high=value,
        basis="estimate",
        note=f"assumed instead of {figure.value:g}",
    )
    id_ = figure.name.partition(".")[0]
    for kind in FIGURED:
        part = getattr(network, kind).get(id_)
        if part is not None and (swapped := _swapped(part, figure, new)) is not part:
            return network.with_(**{kind: [swapped]})
    raise AssertionError(f"{figure.name} is in no part of the network")


def _swapped(value: _T, old: Figure, new: Figure) -> _T:
    """The value with one figure in it replaced, wherever it stands."""
    result: Any = value
    if value is old:
        result = new
    elif isinstance(value, Mapping):
        swapped = {key: _swapped(item, old, new) for key, item in value.items()}
        if any(swapped[key] is not value[key] for key in value):
            result = MappingProxyType(swapped)
    elif isinstance(value, tuple):
        items = tuple(_swapped(item, old, new) for item in value)
        if any(a is not b for a, b in zip(items, value, strict=True)):
            result = items
    elif type(value) in PARTS:
        fields = {name: getattr(value, name) for name in PARTS[type(value)]}
        inner = {name: _swapped(item, old, new) for name, item in fields.items()}
        if any(inner[name] is not fields[name] for name in fields):
            result = dataclasses.replace(value, **inner)  # type: ignore[type-var]
    return result  # type: ignore[no-any-return]
