"""What makes a frozen value one that can be trusted, compared and sent elsewhere.

Mappings of values are read-only views (:class:`types.MappingProxyType`). Python cannot pickle
these by itself, so importing this module says how; networks and results can then be pickled,
copied, and sent to the workers of a process pool.
"""

from __future__ import annotations

import copyreg
import dataclasses
import sys
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


def equal(one: object, other: object) -> bool:
    """Whether two values hold the same, arrays entry by entry; the ``==`` of results.

    What is not known (NaN) equals what is not known, so that a copy equals what it was made of.
    """
    if one is other:
        return True
    if "numpy" in sys.modules and _is_array(one, other):
        return _same_array(one, other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if type(one) is not type(other):
        return one == other
    if isinstance(one, tuple | list):
        pairs = zip(one, other, strict=False)  # type: ignore[call-overload]
        return len(one) == len(other) and all(equal(a, b) for a, b in pairs)  # type: ignore[arg-type]
    if dataclasses.is_dataclass(one):
        names = [f.name for f in dataclasses.fields(one) if f.compare]
        return all(equal(getattr(one, name), getattr(other, name)) for name in names)
    return one == other or (one != one and other != other)


def _is_array(*values: object) -> bool:
    import numpy as np

    return any(isinstance(value, np.ndarray) for value in values)


def _same_array(one: Any, other: Any) -> bool:
    import numpy as np

    if type(one) is not type(other) or one.dtype != other.dtype:
        return False
    return np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")


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
