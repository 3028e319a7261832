"""Which files a data folder holds, and what in it is out of place."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from supplychain.loader.characters import printable
from supplychain.loader.problems import DataError, Problem
from supplychain.loader.schema import FOLDERS
from supplychain.loader.text import MAX_BYTES
from supplychain.model import Place
from supplychain.model.finder import nearest

_HERE = Path(__file__)
_PASSED_OVER = "__MACOSX"
_NOT_A_FILE = "not a file that can be read"


def data_folder() -> Path:
    """The data that comes with the program."""
    for parent in (_HERE.parents[1], _HERE.parents[2]):
        if (folder := parent / "graph_data").is_dir():
            return folder
    raise DataError([Problem(Place("", 0, 0), "the data of the program is missing")], 0)


@dataclass(frozen=True, slots=True)
class Files:
    """What a data folder holds.

    Attributes:
        shown: The folder as a reader would open it.
        texts: Bytes by path in the folder.
        strays: What is out of place, or cannot be read.
    """

    shown: str
    texts: dict[str, bytes]
    strays: list[Problem]


def gather(root: Path) -> Files:
    """Read the files of a data folder; what is hidden, or an archive's own, is passed over.

    Raises:
        DataError: There is no such folder, or it cannot be read.
    """
    shown = _shown(root)
    try:
        if not stat.S_ISDIR(root.stat().st_mode):
            raise NotADirectoryError
        entries = _entries(root)
    except (OSError, ValueError) as error:
        cure = "a data folder holds sources/, commodities/, organizations/ and buyers/"
        raise DataError([Problem(Place(shown, 0, 0), why(error), (cure,))], 0) from None
    found = Files(shown, {}, [])
    for entry in entries:
        if entry.name.endswith(".yaml") and not _is_folder(entry):
            cure = f"move it into one of: {', '.join(sorted(FOLDERS))}"
            _stray(found, entry.name, "a file outside the folders", cure)
        elif _is_folder(entry) and not entry.name.startswith("_"):
            _gather(found, root.resolve(), entry)
    return found


def why(error: OSError | ValueError) -> str:
    """Why something cannot be read, in a few words."""
    match error:
        case FileNotFoundError():
            return "no such file or folder"
        case NotADirectoryError():
            return "not a folder"
        case OSError(errno=0):
            return _NOT_A_FILE
        case OSError(strerror=str(said)):
            return f"cannot be read: {said[:1].lower()}{said[1:]}"
        case _:
            return "no file can have this name"


def read_file(path: str | Path) -> bytes:
    """The bytes of a file, of one that is too large only the beginning.

    Raises:
        OSError: It cannot be read, or is no regular file: a pipe or a device is not opened.
        ValueError: No file can have the name.
    """
    wait = getattr(os, "O_NONBLOCK", 0)  # a pipe must not be waited for
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | wait)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, _NOT_A_FILE)
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            return stream.read(MAX_BYTES + 1)
    finally:
        os.close(descriptor)


def _shown(root: Path) -> str:
    """The folder as a reader would open it: relative to where they are, if it is below."""
    try:
        absolute, here = root.resolve(), Path.cwd()
    except (OSError, ValueError, RuntimeError):  # where they are was removed, or cannot be
        return printable(root.as_posix())
    shown = absolute.relative_to(here) if absolute.is_relative_to(here) else root
    return printable(shown.as_posix())


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    """What stands in a folder, by name, without what is hidden or an archive's own."""
    with os.scandir(folder) as entries:
        seen = [e for e in entries if not e.name.startswith(".") and e.name != _PASSED_OVER]
    return sorted(seen, key=lambda entry: entry.name)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle, or to what may not be looked at
        return False


def _gather(found: Files, root: Path, folder: os.DirEntry[str]) -> None:
    """Read the files of one folder and of those in it; note what does not belong there."""
    if folder.name not in FOLDERS:
        close = nearest(folder.name, FOLDERS)
        cure = f"did you mean '{close}'?" if close else f"folders: {', '.join(sorted(FOLDERS))}"
        _stray(found, folder.name, f"unknown folder '{printable(folder.name)}'", cure)
        return
    for relative, entry in _walk(found, folder):
        name = entry.name
        if name.endswith(".yaml"):
            _take(found, root, relative, entry)
        elif name.endswith((".yml", ".YAML", ".json")):
            _stray(found, relative, "only files in .yaml are read", "rename it")


def _walk(found: Files, top: os.DirEntry[str]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Everything below a folder that is no folder, with its path; links are not followed."""
    waiting = [(top.name, top)]
    while waiting:
        path, folder = waiting.pop()
        if folder.is_symlink():
            cure = "put the files themselves here"
            _stray(found, path, "a link to a folder is not followed", cure)
            continue
        try:
            entries = _entries(folder.path)
        except OSError as error:
            _stray(found, path, why(error))
            continue
        for entry in entries:
            below = f"{path}/{entry.name}"
            if _is_folder(entry) and not entry.name.endswith(".yaml"):
                waiting.append((below, entry))
            else:
                yield below, entry


def _take(found: Files, root: Path, relative: str, entry: os.DirEntry[str]) -> None:
    """Read one file; note it if that cannot be, or if it is a link out of the data."""
    if not entry.name.isprintable():
        _stray(found, relative, "no id can have this name", "rename it")
        return
    try:
        if entry.is_symlink() and not Path(entry.path).resolve(strict=True).is_relative_to(root):
            cure = "put the file itself here"
            _stray(found, relative, "a link out of the data folder is not followed", cure)
            return
        if not entry.is_file():  # said without opening it
            raise OSError(0, _NOT_A_FILE)
        found.texts[relative] = read_file(entry.path)
    except (FileNotFoundError, RuntimeError):  # a link to nothing, or in a circle
        _stray(found, relative, _NOT_A_FILE)
    except OSError as error:
        _stray(found, relative, _NOT_A_FILE if error.errno == errno.ELOOP else why(error))


def _stray(found: Files, relative: str, message: str, *cures: str) -> None:
    shown = printable(relative)
    at = Place(shown, 0, 0)
    found.strays.append(Problem(at, message, cures, path=f"{found.shown}/{shown}"))
