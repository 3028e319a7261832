"""Standard streams that are closed or full: one line, not a traceback, at exit neither."""

from __future__ import annotations

import errno
import os
import sys
from typing import Any, TextIO, cast

import click


class OutputError(click.ClickException):
    """Standard output cannot be written.

    Attributes:
        unread: Whether only its reader has left (head, less), which is no error.
    """

    def __init__(self, error: OSError) -> None:
        closed = error.errno == errno.EBADF
        why = "it is closed" if closed else error.strerror or error
        super().__init__(f"cannot write to standard output: {why}")
        self.unread = isinstance(error, BrokenPipeError)


class _Stream:
    """A standard stream whose failure to write is told from all others.

    Everything else is the stream's own.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            return self._failed(error)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            self._failed(error)

    def _failed(self, error: OSError) -> int:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Output(_Stream):
    """Standard output: what failed once fails again, for a library may have passed it over."""

    _error: OSError | None = None

    def write(self, text: str) -> int:
        return super().write(text) if self._error is None else self._failed(self._error)

    def flush(self) -> None:
        if self._error is not None:
            self._failed(self._error)
        super().flush()

    def _failed(self, error: OSError) -> int:
        if self._error is None:
            self._error = error
            silence(self._stream)
        raise OutputError(error) from error


class _Errors(_Stream):
    """Standard error: where nobody can read it, the answer is still given."""

    def _failed(self, error: OSError) -> int:
        silence(self._stream)
        return 0


def guard() -> None:
    """Make standard streams that are missing, and tell the failures of standard output.

    A stream that was closed gets its number back, or the next file that is opened would take it.
    """
    for number, flags in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, flags)  # standard output: nothing can be written
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
    output = sys.stdout or os.fdopen(1, "w", encoding="utf-8", closefd=False)
    errors = sys.stderr or os.fdopen(2, "w", encoding="utf-8", closefd=False)
    sys.stdout = cast(TextIO, _Output(output))
    sys.stderr = cast(TextIO, _Errors(errors))


def silence(stream: TextIO) -> None:
    """Nothing more is written to it: what is left in its buffer goes nowhere, at exit too."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except OSError as error:
        if error.errno != errno.EBADF:
            raise
