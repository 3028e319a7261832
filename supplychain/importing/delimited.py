"""CSV from anywhere as rows, read strictly: what is not plainly rows and fields is refused.

A row is never padded, cut or shifted; no field is taken for an index, a comment or a missing
value. Text is UTF-8, fields are separated by commas, and a field that holds a comma, a quote or a
line break stands in double quotes (RFC 4180).
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

LONGEST = 1_000_000
"""Characters of a line; a longer one is no row of a table."""

_SAVE = "save it as CSV in UTF-8"
_NO_TEXT = (
    (b"PK\x03\x04", "a spreadsheet or another zip archive"),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF"),
    (b"SQLite format 3", "a database"),
)
_WIDE = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]")
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars", ":": "colons", " ": "blanks"}


class TableError(ValueError):
    """A file is not a table.

    Attributes:
        line: Where, counted from 1; 0 if the file as a whole is meant.
        message: What is wrong.
        cure: What to do about it.
    """

    def __init__(self, line: int, message: str, cure: str) -> None:
        self.line, self.message, self.cure = line, message, cure
        super().__init__(line, message, cure)


def check_text(data: bytes) -> None:
    """Check that a file is text in UTF-8, with or without a byte-order mark.

    Raises:
        TableError: It is something else; the message names what, or the first line that is wrong.
    """
    for start, what in _NO_TEXT:
        if data.startswith(start):
            raise TableError(0, f"this is {what}, not CSV", _SAVE)
    encoding = next((name for mark, name in _WIDE if data.startswith(mark)), "")
    nul = data.find(b"\0")
    if not encoding and nul >= 0 and data[:2000].count(b"\0") * 3 > len(data[:2000]):
        encoding = "UTF-16"
    if encoding:
        raise TableError(0, f"the text is in {encoding}", _SAVE)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = f"byte 0x{data[error.start]:02X}"
        raise TableError(line_of(data, error.start), f"not UTF-8 text: {byte}", _SAVE) from error
    if nul >= 0:
        raise TableError(line_of(data, nul), "not text: character U+0000", _SAVE)


def line_of(data: bytes, position: int) -> int:
    """The line on which a byte stands, counted from 1; lines end as in any system."""
    before = data[:position]
    return before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n") + 1


def records(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Fields of each record, with the line on which it begins.

    Lines and rows in which nothing stands are passed over. Blanks before a field are dropped.

    Raises:
        TableError: It is not text, a quote is left open, or a line has no end.
    """
    check_text(data)
    reader = csv.reader(_lines(data), strict=True, skipinitialspace=True)
    line = 1
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                yield line, fields
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableError(line, *_in_words(str(error))) from error


def _lines(data: bytes) -> Iterator[str]:
    with io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="") as file:
        number = 0
        while line := file.readline(LONGEST + 1):
            number += 1
            if len(line) > LONGEST:
                message = f"a line of more than {LONGEST:,} characters"
                raise TableError(number, message, "end each row with a line break")
            yield line


def _in_words(error: str) -> tuple[str, str]:
    """What the csv module says, with its cure."""
    close = "close it, or write a quote within quotes twice"
    if error == "unexpected end of data":
        return "a quote is opened here and never closed", close
    if error.startswith("field larger"):
        most = f"a field of more than {csv.field_size_limit():,} characters"
        return most, f"if a quote was left open, {close}"
    if "expected after" in error:
        return "text after a closing quote", "write a quote within quotes twice"
    return f"not CSV: {error}", _SAVE


def ragged(fields: Sequence[str], header: Sequence[str]) -> tuple[str, str] | None:
    """Why a row does not fit its header, and the cure; nothing if it does."""
    if len(fields) == len(header):
        return None
    noun = "field" if len(fields) == 1 else "fields"
    message = f"has {len(fields):,} {noun}, the header has {len(header):,}"
    if len(fields) < len(header):
        return message, "a field that is empty keeps its comma"
    if not any(field.strip() for field in fields[len(header) :]):
        return message, "take the commas at its end out"
    return message, "put a text that contains a comma in double quotes, write decimals as 0.5"


def separator(header: Sequence[str], wanted: Collection[str]) -> str:
    """What separates the columns of a header that was read as CSV and is not; empty if unknown.

    Args:
        header: Its fields.
        wanted: Names of columns, in small letters, of which some must come out.
    """
    if len(header) == 1 and header[0].lower().startswith("sep="):
        return f"what its first line '{header[0][:8]}' says"
    text = ",".join(header)
    for sign, words in _SEPARATORS.items():
        parts = {part.strip(' "\t').casefold() for part in text.split(sign)}
        if len(parts & set(wanted)) * 2 > len(wanted):
            return words
    return ""


def tidy(text: str) -> str:
    """A text in composed form (NFC), without what nobody sees, runs of blanks as one.

    Raises:
        ValueError: It has control characters; the message follows on what is meant.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", _UNSEEN.sub("", text))
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = " ".join(text.split())
    if not text.isprintable():
        for sign in text:
            if unicodedata.category(sign) in ("Cc", "Cs"):
                raise ValueError(f"has the character U+{ord(sign):04X}; take it out")
    return text


def shown(value: object) -> str:
    """A value as a message quotes it: short, in one line, unseen characters as escapes."""
    text = str(value)
    text = text if len(text) <= 50 else f"{text[:50]}…"
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if _seen(c) else c.encode("unicode_escape").decode("ascii") for c in text)


def _seen(sign: str) -> bool:
    return sign.isprintable() and not unicodedata.combining(sign) and not _UNSEEN.match(sign)
