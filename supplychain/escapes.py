r"""Text from outside, made harmless for what reads it; one function for each reader.

Names and notes come from data that anybody may have written. What a reader would obey instead
of showing is written as a visible mark: ``\x1b`` for the escape character of a terminal,
``\u202e`` for a mark that turns the reading direction. Nothing is dropped, so that a strange
name is seen to be one.
"""

from __future__ import annotations

import re

_CONTROLS = r"\x00-\x1f\x7f-\x9f\ud800-\udfff"
_UNSEEN = (
    r"\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    r"\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
"""Unicode's format characters, and its line and paragraph separators."""

_COMMAND = re.compile(f"[{_CONTROLS}{_UNSEEN}]")
_COMMAND_IN_LINES = re.compile(
    f"[{_CONTROLS}{_UNSEEN}]".replace(r"\x00-\x1f", r"\x00-\x08\x0b-\x1f")
)
_CONTROL = re.compile(f"[{_CONTROLS}]|[\u2028\u2029]")
_FORMULA = re.compile(f"[\\s{_UNSEEN}]*[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b]")
_MARKS = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}

_WEB = re.compile(r"https?://[^\s\"'<>()\[\]{}\\^`|@/?#]+(?:[/?#][^\s\"'<>\[\]{}\\^`|]*)?", re.I)
_INLINE = re.compile(r"[\\`*\[|~]|(?<![^\W_])_|_(?![^\W_])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_BARE_LINK = re.compile(r"\b(?:https?|ftp|mailto|xmpp)(?=:)|\bwww(?=\.)", re.I)
_BLOCK = re.compile(r"(?:>|#{1,6}(?!\S)|[-+](?!\S)|[-=]{2,}|\d+(?=[.)](?!\S)))")

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def visible(text: str) -> str:
    r"""One line for a terminal: what it would obey or hide is a mark, ``\x1b`` or ``\u202e``.

    That is every control and format character of Unicode, line breaks and tabs too, and bytes
    of a file name that are no text.
    """
    return _COMMAND.sub(_mark, text)


def visible_lines(text: str) -> str:
    """As :func:`visible`, for text of our own that has lines and tabs."""
    return _COMMAND_IN_LINES.sub(_mark, text)


def json_text(text: str) -> str:
    r"""JSON in which no string commands a terminal; the values are the same.

    Only strings can hold such characters, and there ``\u202e`` means the character itself.
    """
    return _COMMAND_IN_LINES.sub(_json_mark, text)


def spreadsheet_cell(text: str) -> str:
    r"""Text for a cell of CSV, TSV or a workbook: no formula, no line break, no control character.

    What a spreadsheet would run, after blanks and unseen characters too, gets a leading apostrophe.
    Control characters become marks such as ``\n``; directions and zero widths stay, for a table may
    be joined by name. Numbers are not text: give them as numbers.
    """
    plain = _CONTROL.sub(_mark, text)
    return f"'{plain}" if _FORMULA.match(text) else plain


def markdown(text: str) -> str:
    """Text of one line that Markdown shows as it is: no markup, link, picture, HTML or table cell.

    A web address alone stays one.
    """
    if is_web(text):
        # A backslash would become part of the address.
        return _ENTITY.sub("&amp;", text.replace("*", "%2A"))
    plain = _ENTITY.sub("&amp;", visible(text.strip()))
    plain = _INLINE.sub(r"\\\g<0>", plain).replace("<", "&lt;")
    plain = _BARE_LINK.sub(r"\g<0>\\", plain)
    begun = _BLOCK.match(plain)
    if begun is None:
        return plain
    escaped = f"{begun[0]}\\" if begun[0].isdigit() else f"\\{begun[0]}"
    return escaped + plain[begun.end() :]


def is_web(address: str) -> bool:
    """Whether it is an address on the web that a page may link to: ``http`` or ``https``, plain."""
    return _WEB.fullmatch(address) is not None and _COMMAND.search(address) is None


def xml_text(text: str) -> str:
    """The text with the replacement character for each that XML 1.0 does not allow."""
    return _NOT_XML.sub("\ufffd", text)


def _mark(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] in _MARKS:
        return _MARKS[match[0]]
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )


def _json_mark(match: re.Match[str]) -> str:
    pairs = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{pairs[i : i + 4]}" for i in range(0, len(pairs), 4))
