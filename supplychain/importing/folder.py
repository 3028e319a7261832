"""A data folder from texts, all of it or nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path


def refusal(folder: Path) -> str | None:
    """Why nothing may be written there: only a new or an empty folder will do."""
    if folder.exists() and not folder.is_dir():
        return f"{folder} is a file; name a new folder"
    if folder.is_dir() and any(folder.iterdir()):
        return f"{folder} is not empty; name a new folder, or remove it first"
    if not folder.absolute().parent.is_dir():
        return f"{folder.parent} is not a folder; make it first"
    return None


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write the texts into a folder beside, then rename it, so that a failure leaves nothing.

    Args:
        folder: A folder that is empty or does not exist.
        files: Text by path within the folder.

    Raises:
        OSError: It cannot be written.
    """
    folder = folder.absolute()
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as beside:
        made = Path(beside, folder.name)
        made.mkdir()
        for name, text in sorted(files.items()):
            file = made / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        if folder.exists():
            folder.rmdir()  # not every system renames onto an empty folder
        made.rename(folder)
