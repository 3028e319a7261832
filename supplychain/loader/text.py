"""YAML text to a tree of nodes that know their line and column.

libyaml's composer does the work; nothing is constructed from the text, and no word is
guessed to be a number, a date or a truth value: what a place asks for decides how it is read
(``NO`` is Norway). What a hostile or damaged file could do is refused here: size, depth,
aliases, tags, bytes that are no text.
"""

from __future__ import annotations

import math
import re

import yaml
from yaml._yaml import CParser

from supplychain.loader.problems import Page
from supplychain.model import Place

MAX_BYTES = 1_000_000
MAX_DEPTH = 30
MAX_NODES = 100_000
_LONG = 1_000
"""Characters of a repeated text that count as much as an entry more."""

_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_PLAIN_WORDS = {
    "mapping values are not allowed in this context": (
        "a second ':' where one key and one value stand",
        "put a text that contains ': ' in quotes; begin each key on a line of its own, "
        "as far to the right as the keys around it",
    ),
    "did not find expected key": (
        "a key is expected here; the line before is not finished, or the indentation is off",
        "compare the indentation with the lines above; put texts with quotes or ': ' in quotes",
    ),
    "could not find expected ':'": (
        "a key without its ':'",
        "write 'key: value', with a space after the colon",
    ),
    "did not find expected ',' or ']'": (
        "a list in [...] lacks a ',' or its closing ']'",
        "separate the items by ', ' and close the list with ']'",
    ),
    "did not find expected ',' or '}'": (
        "a block in {...} lacks a ',' or its closing '}'",
        "separate the entries by ', ' and close the block with '}'",
    ),
    "found unexpected end of stream": (
        "the quotes that open here are never closed",
        "close them; a quote inside a quoted text is written twice",
    ),
    "found character that cannot start any token": (
        "a text cannot begin with this character",
        "put the text in quotes",
    ),
    "did not find expected '-' indicator": (
        "a list item is expected here",
        "begin it with '- ', as far to the right as the items above",
    ),
    "did not find expected <document start>": (
        "something stands before the first key or after the end of the data",
        "a file is one block of 'key: value' lines",
    ),
    "but found another document": (
        "a second document begins here",
        "one file describes one thing: leave out '---' and what follows",
    ),
}


class _TooDeepError(Exception):
    """The nesting exceeds what any sensible file has."""


class _Composer(CParser):
    """libyaml's composer; gives every untagged node the empty tag and counts the depth."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.depth = 0

    def resolve(self, kind: object, value: object, implicit: object) -> str:
        return ""

    def descend_resolver(self, parent: object, index: object) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _TooDeepError

    def ascend_resolver(self) -> None:
        self.depth -= 1


def decode(data: bytes, page: Page) -> str | None:
    """The bytes as text, without a byte-order mark; ``None`` if a problem was noted."""
    if len(data) > MAX_BYTES:
        page.problem(
            Place(page.file, 0, 0),
            f"the file has {len(data) / 1e6:.1f} MB; at most {MAX_BYTES / 1e6:.0f} MB is read",
            "one thing a file; split what has grown too large",
        )
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        page.problem(
            Place(page.file, 0, 0),
            f"not UTF-8 text: byte 0x{data[error.start]:02X} in line {line}, column {column}",
            "save the file as UTF-8",
        )
        return None


def compose(text: str, page: Page) -> yaml.Node | None:
    """The tree of one file; ``None`` if a problem was noted."""
    page.text = text
    if bad := _refused_character(text):
        line = text.count("\n", 0, bad.start()) + 1
        place = Place(page.file, line, bad.start() - text.rfind("\n", 0, bad.start()))
        if bad[0] == "\t":
            page.problem(place, "a tab", "indent and separate with spaces", width=1)
        else:
            page.problem(
                Place(page.file, 0, 0),
                f"not text: character U+{ord(bad[0]):04X} in line {line}, column {place.column}",
                "the data is YAML in UTF-8; this looks like something else",
            )
        return None
    try:
        composer = _Composer(text)
        node: yaml.Node | None = composer.get_single_node()
    except _TooDeepError:
        page.problem(Place(page.file, 0, 0), f"nested more than {MAX_DEPTH} levels deep")
        return None
    except yaml.YAMLError as error:
        if "nesting depth" in str(error):  # newer readers stop by themselves
            page.problem(Place(page.file, 0, 0), f"nested more than {MAX_DEPTH} levels deep")
        else:
            _syntax(error, page)
        return None
    if node is None:
        page.problem(Place(page.file, 0, 0), "the file is empty")
        return None
    if "*" in text and not _bounded(node, page):
        return None
    return node


def place(node: yaml.Node, page: Page) -> Place:
    """Where the node begins."""
    mark = node.start_mark
    return Place(page.file, mark.line + 1, mark.column + 1)


def width(node: yaml.Node) -> int:
    """How many characters to underline: all of a scalar on one line; else 0, the first word."""
    start, end = node.start_mark, node.end_mark
    if isinstance(node, yaml.ScalarNode) and start.line == end.line:
        return int(end.column - start.column)
    return 0


def _refused_character(text: str) -> re.Match[str] | None:
    first = _NOT_TEXT.search(text)
    tab = text.find("\t")
    if tab >= 0 and (first is None or tab < first.start()):
        return re.compile("\t").search(text, tab)
    return first


def _bounded(root: yaml.Node, page: Page) -> bool:
    """Whether the tree stays small when every alias is written out; if not, that is noted."""
    sizes: dict[int, float] = {}
    open_: set[int] = set()

    def size(node: yaml.Node) -> float:
        if isinstance(node, yaml.ScalarNode):
            return 1 + len(node.value) // _LONG
        if id(node) in open_:
            return math.inf  # it contains itself
        if id(node) not in sizes:
            open_.add(id(node))
            pairs = isinstance(node, yaml.MappingNode)
            children = [n for pair in node.value for n in pair] if pairs else node.value
            sizes[id(node)] = 1 + sum(size(child) for child in children)
            open_.discard(id(node))
        return sizes[id(node)]

    if size(root) <= MAX_NODES:
        return True
    page.problem(
        Place(page.file, 0, 0),
        "its aliases stand for too much: written out, the file has more than "
        f"{MAX_NODES:,} entries",
        "write the values out instead of '*name'",
    )
    return False


def _syntax(error: yaml.YAMLError, page: Page) -> None:
    mark = getattr(error, "problem_mark", None)
    if "quoted" in str(getattr(error, "context", "")):
        mark = getattr(error, "context_mark", None) or mark
    said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    if said.startswith("found undefined alias"):
        cures = [
            "an alias '*name' needs '&name' before it; put a text that begins with '*' in quotes"
        ]
        said = "an alias of nothing"
    elif said in _PLAIN_WORDS:
        said, cure = _PLAIN_WORDS[said]
        cures = [cure]
    else:
        said, cures = f"not YAML: {said}", []
    at = Place(page.file, mark.line + 1, mark.column + 1) if mark else Place(page.file, 0, 0)
    page.problem(at, said, *cures, width=1)
