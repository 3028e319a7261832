"""Files and folders written whole or not at all.

What is written stands beside its target until it is done, and then takes its name. What is left
by a program that was killed is taken away at the next write into the same folder.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import signal
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from supplychain.interrupts import SIGNALS

if sys.platform != "win32":
    import fcntl

_OURS = re.compile(r"\.supplychain-(\d+)-[0-9a-f]{8}\.tmp")
"""Names of what is not done yet, with the number of the process that writes it."""


def why_not(path: Path) -> str | None:
    """Why nothing can be written there, as far as that is seen without trying."""
    try:
        if _descriptor(path) is not None:
            return None
        target = _target(path)
        _check_folder(target.parent)
        try:
            found = target.stat()
        except FileNotFoundError:
            found = None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        return _reason(error)
    # The superuser may write what is read-only; who made it so did not mean that.
    if found is not None and not (found.st_mode & 0o222 and os.access(target, os.W_OK)):
        return "it is read-only"
    if (found is None or stat.S_ISREG(found.st_mode)) and not os.access(target.parent, os.W_OK):
        return "its folder is read-only"
    return None


def why_no_folder(folder: Path) -> str | None:
    """Why no folder may be written there: only a new or an empty one will do."""
    try:
        with suppress(FileNotFoundError):
            folder.stat()  # says what exists() does not: too long, a NUL, no permission
        if folder.exists() and not folder.is_dir():
            return f"{folder} is a file; name a new folder"
        if folder.is_dir() and any(folder.iterdir()):
            return f"{folder} is not empty; name a new folder, or remove it first"
        parent = _target(folder.absolute()).parent
        if not parent.is_dir():
            return f"{folder.parent} is not a folder; make it first"
        _check_folder(parent)
        if not os.access(parent, os.W_OK):
            return f"{folder}: {folder.parent} is read-only"
    except (OSError, ValueError) as error:
        return f"{folder}: {_reason(error)}"
    return None


def is_stream(path: Path) -> bool:
    """Whether it is no file on a disk but something that takes text: a device, a pipe, a stream."""
    try:
        return _descriptor(path) is not None or not stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def write_file(path: Path, text: str) -> int:
    """Write the text as UTF-8, whole or not at all; gives back the number of bytes.

    A link is followed, and stays. A file that is there keeps its mode. Devices, pipes and streams
    such as ``/dev/stdout`` are written into; that their reader leaves early is no error.

    Raises:
        OSError: It cannot be written.
    """
    content = text.encode("utf-8", "backslashreplace")  # bytes of a name that are no text
    descriptor = _descriptor(path)
    if descriptor is not None or is_stream(path):
        opened = os.open(path, os.O_WRONLY) if descriptor is None else os.dup(descriptor)
        with suppress(BrokenPipeError), os.fdopen(opened, "wb") as stream:
            stream.write(content)
        return len(content)
    if (reason := why_not(path)) is not None:
        raise PermissionError(errno.EACCES, reason)
    target = _target(path)
    before = target.stat() if target.exists() else None
    with _beside(target.parent) as beside:
        # The mode of a new file is what the umask leaves; an old one's is kept.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        opened = os.open(beside, flags, 0o666 if before is None else 0o600)
        with os.fdopen(opened, "wb") as file:
            _lock(opened)
            file.write(content)
            file.flush()
            os.fsync(opened)
        if before is not None:
            _as_before(beside, before)
        beside.replace(target)
    return len(content)


def write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write texts into a folder, all of them or none.

    Args:
        folder: A folder that is empty or does not exist.
        files: Text by path within the folder.

    Raises:
        OSError: It cannot be written.
    """
    folder = _target(folder.absolute())
    with _beside(folder.parent) as beside:
        beside.mkdir()
        held = os.open(beside, os.O_RDONLY) if sys.platform != "win32" else -1
        try:
            _lock(held)
            for name, text in sorted(files.items()):
                file = beside / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8", newline="\n", errors="backslashreplace")
            if folder.exists():
                beside.chmod(stat.S_IMODE(folder.stat().st_mode))
                folder.rmdir()  # not every system renames onto an empty folder
            beside.rename(folder)
        finally:
            if held >= 0:
                os.close(held)


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A name in the folder for what is not done yet; whatever ends the writing takes it away."""
    _sweep(folder)
    beside = folder / f".supplychain-{os.getpid()}-{secrets.token_hex(4)}.tmp"
    with _undone_by(lambda: _remove(beside)):
        yield beside


@contextmanager
def _undone_by(undo: Callable[[], object]) -> Iterator[None]:
    """Call ``undo`` if a signal or an error ends what is done meanwhile."""
    before: dict[int, Any] = {}

    def ended(number: int, frame: FrameType | None) -> None:
        undo()
        handler = before[number]
        if callable(handler):
            handler(number, frame)
        else:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    try:
        for number in SIGNALS:
            if signal.getsignal(number) not in (signal.SIG_IGN, None):
                before[number] = signal.getsignal(number)
                signal.signal(number, ended)
    except ValueError:  # signals belong to the main thread
        pass
    try:
        yield
    except BaseException:
        undo()
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _target(path: Path) -> Path:
    """Where the path leads; a link that leads nowhere yet is followed too."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _descriptor(path: Path) -> int | None:
    """The open stream that the path names, such as 1 for ``/dev/stdout``."""
    for _ in range(40):  # as many links as systems follow
        if path.name.isdecimal():
            own = (f"/proc/{os.getpid()}/fd", "/dev/fd")
            return int(path.name) if os.path.realpath(path.parent) in own else None
        if not path.is_symlink():
            return None
        path = path.parent / os.readlink(path)  # noqa: PTH115 (surrogates stay)
    return None


def _check_folder(folder: Path) -> None:
    """Raise what hinders, if it is no folder; one that was removed while we stand in it is none."""
    found = os.stat(f"{folder}/.")  # noqa: PTH116 (pathlib drops the dot, which asks for a folder)
    if not found.st_nlink:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


def _as_before(path: Path, before: os.stat_result) -> None:
    """Give it the owner, if we may, and the mode of what it takes the place of."""
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(path, before.st_uid, before.st_gid)
    path.chmod(stat.S_IMODE(before.st_mode) & 0o777)


def _lock(opened: int) -> None:
    """Show others that somebody writes it; the lock goes with the process, however that ends."""
    if sys.platform != "win32":
        with suppress(OSError):
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sweep(folder: Path) -> None:
    """Take away what killed processes of the same user left there."""
    with suppress(OSError), os.scandir(folder) as entries:
        left = [entry for entry in entries if _OURS.fullmatch(entry.name)]
        for entry in left:
            with suppress(OSError):
                if _abandoned(Path(entry.path)):
                    _remove(Path(entry.path))


def _abandoned(path: Path) -> bool:
    """Whether nobody writes it: its process is gone, and it is not locked from another machine."""
    if sys.platform == "win32":
        return True  # what is open there cannot be removed
    named = _OURS.fullmatch(path.name)
    if named is None or path.lstat().st_uid != os.geteuid():
        return False
    try:
        os.kill(int(named[1]), 0)
    except ProcessLookupError:
        pass
    except (OSError, OverflowError):
        return False
    else:
        return False
    opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(opened)
    return True


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
