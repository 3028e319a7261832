"""Ids and names that stand for one thing each, made from names that may not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_LONGEST = 60


def slug(name: str) -> str:
    """Lower-case words joined by hyphens; empty if the name has no Latin letter or digit.

    Example:
        >>> slug("ArF dry (DUV) lithography tools"), slug("Süss MicroTec")
        ('arf-dry-duv-lithography-tools', 'suss-microtec')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return words if len(words) <= _LONGEST else words[:_LONGEST].rpartition("-")[0]


class Taken:
    """Ids and names given out so far; a second thing of the same name gets one of its own.

    Args:
        reserved: Ids that are taken already, by things of another kind, whose names do not count.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._reserved = frozenset(reserved)
        self._ids: set[str] = set()
        self._names: dict[str, str] = {}

    def id(self, name: str, code: str) -> str:
        """The slug of the name, with the code where that is taken: ``canon``, ``canon-p12``."""
        made = slug(name) or slug(code)
        taken = self._ids | self._reserved
        if made in taken:
            made = f"{made}-{slug(code)}"
        base, number = made, 2
        while made in taken:
            made, number = f"{base}-{number}", number + 1
        self._ids.add(made)
        return made

    def name(self, id_: str, *wishes: str) -> str:
        """The first of the names that no other id has; empty if each is taken.

        An id counts as a name of its own thing, as the loader counts it.
        """
        for wish in wishes:
            key = wish.casefold()
            owner = self._names.get(key, key if key in self._ids else id_)
            if wish and owner == id_:
                self._names[key] = id_
                return wish
        return ""
