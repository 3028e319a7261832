"""Who has most and least, where several may have it alike."""

from __future__ import annotations

from collections.abc import Mapping

TIE = 1e-9
"""Amounts that differ by less than this share of the larger are equal: the rest is rounding."""


def most(amounts: Mapping[str, float]) -> tuple[str, ...]:
    """The names with the largest amount, in their order.

    Example:
        >>> most({"a": 1.0, "b": 2.0, "c": 2.0 + 1e-12})
        ('b', 'c')
    """
    return _alike(amounts, max(amounts.values()))


def least(amounts: Mapping[str, float]) -> tuple[str, ...]:
    """The names with the smallest amount, in their order."""
    return _alike(amounts, min(amounts.values()))


def both(names: tuple[str, ...]) -> str:
    """``a``, or ``a, b and c alike``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]} alike"


def _alike(amounts: Mapping[str, float], goal: float) -> tuple[str, ...]:
    scale = max(map(abs, amounts.values()))
    return tuple(name for name, amount in amounts.items() if abs(amount - goal) <= TIE * scale)
