"""Which files a data folder holds, and what in it is out of place."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from supplychain.loader.problems import DataError, Problem
from supplychain.loader.schema import FOLDERS
from supplychain.loader.text import MAX_BYTES
from supplychain.model import Place
from supplychain.model.finder import nearest

_HERE = Path(__file__)


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
        strays: What is out of place.
    """

    shown: str
    texts: dict[str, bytes]
    strays: list[Problem]


def gather(root: Path) -> Files:
    """Read the files of a data folder.

    Raises:
        DataError: There is no such folder.
    """
    shown = _shown(root)
    if not root.is_dir():
        message = "not a folder" if root.exists() else "no such file or folder"
        cure = "a data folder holds sources/, commodities/, organizations/ and buyers/"
        raise DataError([Problem(Place(shown, 0, 0), message, (cure,))], 0)
    files: dict[str, bytes] = {}
    strays: list[Problem] = []
    for folder in sorted(root.iterdir()):
        if folder.suffix == ".yaml":
            cure = f"move it into one of: {', '.join(sorted(FOLDERS))}"
            strays.append(_stray(folder.name, shown, "a file outside the folders", cure))
        elif folder.is_dir() and not folder.name.startswith((".", "_")):
            _gather(root, folder, shown, files, strays)
    return Files(shown, files, strays)


def _shown(root: Path) -> str:
    """The folder as a reader would open it: relative to where they are, if it is below."""
    try:
        absolute, here = root.resolve(), Path.cwd()
    except FileNotFoundError:  # where they are was removed
        return root.as_posix()
    shown = absolute.relative_to(here) if absolute.is_relative_to(here) else root
    return shown.as_posix()


def _gather(
    root: Path, folder: Path, shown: str, files: dict[str, bytes], strays: list[Problem]
) -> None:
    """Read the files of one folder; note what does not belong there."""
    if folder.name not in FOLDERS:
        close = nearest(folder.name, FOLDERS)
        cure = f"did you mean '{close}'?" if close else f"folders: {', '.join(sorted(FOLDERS))}"
        strays.append(_stray(folder.name, shown, f"unknown folder '{folder.name}'", cure))
        return
    for directory, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            file = Path(directory, name)
            relative = file.relative_to(root).as_posix()
            if name.endswith(".yaml") and not file.is_file():
                strays.append(_stray(relative, shown, "not a file that can be read"))
            elif name.endswith(".yaml"):
                with file.open("rb") as stream:  # what is too large is not read to its end
                    files[relative] = stream.read(MAX_BYTES + 1)
            elif name.endswith((".yml", ".YAML", ".json")):
                strays.append(_stray(relative, shown, "only files in .yaml are read", "rename it"))


def _stray(relative: str, shown: str, message: str, *cures: str) -> Problem:
    return Problem(Place(relative, 0, 0), message, cures, path=f"{shown}/{relative}")
