"""Characters that nobody sees, or that change how others are shown: kept out of names and texts."""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = (
    r"\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    r"\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\uf8ff\ufeff\uffa0\ufff0-\uffff"
)
"""Controls, marks of direction, zero-width and blank letters, private and no characters."""

LINE = rf"[^\n{_UNSEEN}]+"
"""The form of a text on one line, as a regular expression."""

TEXT = rf"[^{_UNSEEN}]+"
"""The form of a text of one or more lines."""

_NOT_TEXT = re.compile(f"[{_UNSEEN}]")
_JOINERS = re.compile("(?<![^\\x00-\\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\\x00-\\u024f])")
_FAR = re.compile("[\U00010000-\U0010ffff]")
_HIDDEN = ("Cc", "Cf", "Co", "Cn", "Cs")


def unseen(text: str) -> str | None:
    """Says which character of the text nobody sees, or that there is nothing to see in it.

    A zero-width joiner is a letter's business between letters of scripts that have one.
    """
    found = _NOT_TEXT.search(text) or _JOINERS.search(text)
    if found is None:
        far = (m for m in _FAR.finditer(text) if unicodedata.category(m[0]) in _HIDDEN)
        found = next(far, None)
    if found is None:
        blank = not any(unicodedata.category(c)[0] in "LNPS" for c in text)
        return "nothing in this text can be seen" if blank else None
    at = found.start()
    name = unicodedata.name(text[at], "").lower()
    code = f"U+{ord(text[at]):04X}{f' ({name})' if name else ''}"
    return f"a character that nobody sees: {code} at position {at + 1:,}"


def line_break(text: str) -> str | None:
    """As :func:`unseen`, for a text of one line."""
    at = text.find("\n")
    return f"a line break at position {at + 1:,}; this is one line" if at >= 0 else unseen(text)


def printable(text: str) -> str:
    """A text with what a terminal would not show as itself written as ``\\x1b``."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )
