"""What makes a frozen value one that can be trusted, compared and sent elsewhere.

Mappings of values are read-only views (:class:`types.MappingProxyType`). Python cannot pickle
these by itself, so importing this module says how; networks and results can then be pickled,
copied, and sent to the workers of a process pool.
"""

from __future__ import annotations

import copyreg
import dataclasses
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def freeze(value: object, *names: str) -> None:
    """Make mappings of a value read-only, and those in them; for ``__post_init__``.

    Args:
        value: Of a frozen class, just being made.
        names: Its attributes that are mappings, or ``None``.
    """
    for name in names:
        object.__setattr__(value, name, _read_only(getattr(value, name)))


def same_values(self: object, other: object) -> bool:
    """The ``__eq__`` of results, whose arrays have no truth value: equal entry by entry.

    What is not known (NaN) equals what is not known, so that a copy equals what it was made of.
    A class with it has no hash, as a value with arrays can have none.
    """
    return _same(self, other) if type(self) is type(other) else NotImplemented


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    if hasattr(one, "dtype") or hasattr(other, "dtype"):
        return _same_array(one, other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    # What holds no arrays compares by itself, and much faster.
    by_field = dataclasses.is_dataclass(one) and type(one).__eq__ in (object.__eq__, same_values)
    if by_field and type(one) is type(other):
        names = [f.name for f in dataclasses.fields(one) if f.compare]
        return all(_same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other or (one != one and other != other))


def _same_array(one: Any, other: Any) -> bool:
    import numpy as np

    one, other = np.asarray(one), np.asarray(other)
    numbers = one.dtype.kind in "fc" and other.dtype.kind in "fc"
    return bool(np.array_equal(one, other, equal_nan=numbers))


def _read_only(value: Any) -> Any:
    # Thousands are frozen when a network is read: the common cases come first, and are quick.
    if value is None or type(value) is MappingProxyType or not isinstance(value, Mapping):
        return value
    return MappingProxyType(
        {key: _read_only(v) if type(v) is dict else v for key, v in value.items()}
    )


def _reduce(view: MappingProxyType[Any, Any]) -> tuple[Any, tuple[dict[Any, Any]]]:
    return thaw, (dict(view),)


def thaw(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """The read-only view of a mapping that was pickled."""
    return MappingProxyType(mapping)


copyreg.pickle(MappingProxyType, _reduce)
