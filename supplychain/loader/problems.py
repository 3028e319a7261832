"""What is wrong with the data, where, and what to do: values, and their text.

These stand apart from the loader so that every module may raise and catch them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from supplychain.escapes import visible_lines
from supplychain.loader.characters import printable
from supplychain.model import Place
from supplychain.model.finder import nearest

_LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_TOKEN = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s,:{}\[\]]+|.")
_LONGEST = 160

MOST_SHOWN = 100
"""Problems written out in one answer; of the others only the number is said."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place.

    Attributes:
        place: File, line and column; line 0 where the file as a whole is meant.
        message: What is wrong, in the author's words.
        cures: What to do about it; each becomes a ``help:`` line.
        excerpt: The line before and the line itself, as written.
        caret: The column of the excerpt under which the caret stands.
        width: How many characters of the line are meant.
        path: The file's path as the reader of the message would open it.
    """

    place: Place
    message: str
    cures: tuple[str, ...] = ()
    excerpt: tuple[str, ...] = ()
    caret: int = 1
    width: int = 1
    path: str = ""

    def __str__(self) -> str:
        """The message in full: ``path:line:column: problem``, the lines with a caret, the cures.

        It may quote what somebody else wrote, and commands no terminal.
        """
        path = self.path or self.place.file
        line, column = self.place.line, self.place.column
        where = f"{path}:{line}:{column}" if line else path
        text = [f"{where}: {self.message}" if where else self.message]
        margin = max(4, len(str(line)))
        first = line - len(self.excerpt) + 1
        text += [f"{first + i:>{margin}} | {s}".rstrip() for i, s in enumerate(self.excerpt)]
        if self.excerpt:
            start, end = self.caret - 1, self.caret - 1 + self.width
            before, meant = self.excerpt[-1][:start], self.excerpt[-1][start:end]
            blanks = start + len(visible_lines(before)) - len(before)
            width = self.width + len(visible_lines(meant)) - len(meant)
            text.append(f"{'':>{margin}} | {' ' * blanks}{'^' * width}")
        text += [f"  help: {cure}" for cure in self.cures]
        return visible_lines("\n".join(text))


@dataclass(slots=True)
class Page:
    """One file while it is read: its text, and the problems found in it so far.

    Attributes:
        file: Path relative to the data folder.
        path: Path as the reader of a message would open it.
        problems: Each stops everything.
        warnings: What is probably not meant.
    """

    file: str
    path: str
    text: str = ""
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)
    _again: dict[str, list[int]] = field(default_factory=dict)

    def problem(self, place: Place, message: str, *cures: str, width: int = 0) -> None:
        """Note that something is wrong; a width of 0 underlines the word that stands there."""
        self.problems.append(self._at(place, message, cures, width))

    def problem_once(self, place: Place, message: str, *cures: str, width: int = 0) -> None:
        """Note a problem at its first place only; the cures name the lines of the others."""
        if message in self._again:
            self._again[message].append(place.line)
        else:
            self._again[message] = []
            self.problem(place, message, *cures, width=width)

    def nearest(self, word: str, known: Iterable[str]) -> str | None:
        """As :func:`nearest`, as long as anybody reads the answer."""
        return nearest(word, known) if len(self.problems) < MOST_SHOWN else None

    def found(self) -> list[Problem]:
        """The problems, each that was noted once with the lines where it comes again."""
        return [
            replace(p, cures=(*p.cures, _again(lines)))
            if (lines := self._again.get(p.message))
            else p
            for p in self.problems
        ]

    def warning(self, place: Place, message: str, *cures: str, width: int = 0) -> None:
        """Note something that is probably not meant; it stops nothing."""
        self.warnings.append(self._at(place, message, cures, width))

    def _at(self, place: Place, message: str, cures: tuple[str, ...], width: int) -> Problem:
        if not self._lines:
            self._lines = _LINE_BREAK.split(self.text)
        if not 0 < place.line <= len(self._lines):
            return Problem(place, message, cures, path=self.path)
        line, start = self._lines[place.line - 1], place.column - 1
        if not width:
            token = _TOKEN.match(line, start)
            width = len(token[0]) if token else 1
        cut = max(0, start - _LONGEST // 2) if len(line) > _LONGEST else 0
        # A tab is as wide as the terminal says, and the caret would miss its place.
        line = line[cut : cut + _LONGEST].replace("\t", "→")
        before = self._lines[place.line - 2].replace("\t", "→") if place.line > 1 else ""
        shown = (before, line) if before.strip() and len(before) <= _LONGEST else (line,)
        caret = start - cut + 1
        width = max(1, min(width, len(line) - caret + 1))
        return Problem(place, message, cures, shown, caret, width, self.path)


def _again(lines: Sequence[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:5])
    more = f" and {len(lines) - 5} more" if len(lines) > 5 else ""
    return f"the same in line{'s' if len(lines) > 1 else ''} {shown}{more}"


def short(text: str) -> str:
    """A text as a message quotes it: its beginning, if it is long or has line breaks."""
    text = " ".join(text[:1_000].split())
    return printable(text if len(text) <= 50 else f"{text[:50]}…")


class DataError(Exception):
    """The data is not as it should be; nothing was computed.

    Attributes:
        problems: All problems of all files, in order of file and line.
        files: How many files were read.
    """

    def __init__(self, problems: Sequence[Problem], files: int = 1) -> None:
        self.problems = tuple(problems)
        self.files = files
        super().__init__(self.problems, files)

    def __str__(self) -> str:
        return f"{render(self.problems)}\n\n{closing(self.problems, self.files)}"


def render(problems: Sequence[Problem], write: Callable[[Problem], str] = str) -> str:
    """The problems, an empty line between them; of very many the first, and how many more."""
    more = len(problems) - MOST_SHOWN
    last = [f"... and {more:,} more"] if more > 0 else []
    return "\n\n".join([write(problem) for problem in problems[:MOST_SHOWN]] + last)


def closing(problems: Sequence[Problem], files: int) -> str:
    """``2 problems in 1 of 64 files; nothing was computed.``, the last line of a message."""
    if not files:
        return f"{count(len(problems), 'problem')}; nothing was computed."
    faulty = len({p.place.file for p in problems})
    return (
        f"{count(len(problems), 'problem')} in {faulty} of {count(files, 'file')}; "
        "nothing was computed."
    )


def count(n: int, noun: str) -> str:
    """``1 file``, ``2 files``, ``3 commodities``."""
    if n == 1:
        return f"1 {noun}"
    return f"{n:,} {noun[:-1]}ies" if noun.endswith("y") else f"{n:,} {noun}s"
