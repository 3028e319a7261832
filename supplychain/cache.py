"""What was read or computed before, kept as data so that it is not done twice.

Parsing and checking some hundreds of YAML files takes most of the time of a quick command, and
scores of chokepoints take seconds. Both are kept in the user's cache folder, each under a key
made of all that it depends on: the data, the question, every module of this package, Python and
what is installed. A cache that cannot be read, written or believed is as good as none.

A file holds MessagePack, which can name no code; it is read back into the types of this package,
and what does not fit them is not taken. Believed are only files and a folder that belong to the
user and that nobody else can write. The digest at a file's head finds damage and files under
another's name. It has no key, so it stops nobody who may write the file; owner and mode do.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import msgspec

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

KEPT = 24
"""Values kept; the oldest go first."""

KEPT_BYTES = 256 << 20
"""Bytes of all values kept; the oldest go first."""

LARGEST = 64 << 20
"""Bytes of the largest file that is written or read."""

ABANDONED = 600.0
"""Seconds after which a file that was never finished is nobody's any more."""

_HEAD = b"supplychain cache 1\n"
_DIGEST = hashlib.sha256().digest_size
_ENDING = ".kept"
_UNFINISHED = re.compile(r"\.(\d+)\.[0-9a-f]{16}\.part")
# Named so by the versions before 0.2, which kept pickled values and never took these away.
_FORMER = re.compile(r"[0-9a-f]{64}\.pickle|tmp[0-9a-z_]{8}")

_bypassed: ContextVar[bool] = ContextVar("bypassed", default=False)


def find_folder() -> Path | None:
    """Where values are kept: ``~/.cache/supplychain`` and what other systems have instead.

    ``$XDG_CACHE_HOME`` moves it; a relative one is invalid by its specification and passed over.

    Returns:
        ``None`` if nothing is to be kept: ``SUPPLYCHAIN_CACHE`` is ``off``, the cache is passed
        by, or there is no home.
    """
    if _bypassed.get() or os.environ.get("SUPPLYCHAIN_CACHE", "on").lower() not in _ON:
        return None
    import platformdirs

    folder = Path(platformdirs.user_cache_dir("supplychain", appauthor=False))
    if folder.is_absolute():
        return folder
    try:
        return Path.home() / ".cache" / "supplychain"
    except RuntimeError:
        return None


_ON = ("", "on", "1", "true", "yes")


@contextmanager
def pass_by() -> Iterator[None]:
    """Neither read nor keep anything meanwhile."""
    token = _bypassed.set(True)
    try:
        yield
    finally:
        _bypassed.reset(token)


def make_key(*parts: str | bytes) -> str | None:
    """SHA-256 of the parts and of all that can make the same question give another answer.

    Returns:
        ``None`` if the code cannot be read (it is in an archive); nothing is kept then.
    """
    code = _digest_code()
    if code is None:
        return None
    digest = hashlib.sha256(code)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()


@cache
def _digest_code() -> bytes | None:
    """Digest of Python, the names of what is installed, and every module of this package.

    Once a process: it goes on with the modules it began with. Names of distributions hold their
    versions; to ask each for its version takes longer than to read a network.
    """
    digest = hashlib.sha256(f"{sys.version}\0{sys.platform}\0".encode())
    for folder in sys.path:
        with suppress(OSError):
            for name in sorted(os.listdir(folder or ".")):  # noqa: PTH208 (names, a hundred times)
                if name.endswith((".dist-info", ".egg-info")):
                    digest.update(f"{name}\0".encode("utf-8", "surrogatepass"))
    package = str(Path(__file__).parent)
    try:
        modules = [
            (f"{folder.removeprefix(package)}/{name}", Path(folder, name).read_bytes())
            for folder, _, names in os.walk(package)
            for name in names
            if name.endswith(".py")
        ]
    except OSError:
        return None
    if not modules:
        return None
    for name, text in sorted(modules):
        digest.update(f"{name}\0{len(text)}\0".encode())
        digest.update(text)
    return digest.digest()


def recall(key: str | None, kind: type[T]) -> T | None:
    """The value of that kind kept under the key, or ``None``.

    Args:
        key: As :func:`make_key` makes it.
        kind: A frozen dataclass or msgspec structure; every value in it must be of its type.
    """
    folder = find_folder()
    if folder is None or key is None:
        return None
    data = _read(folder / (key + _ENDING))
    if data is None or data[: len(_HEAD)] != _HEAD:
        return None
    begin = len(_HEAD) + _DIGEST
    body = memoryview(data)[begin:]
    if data[len(_HEAD) : begin] != _sign(key, body):
        return None
    running = gc.isenabled()
    gc.disable()  # a network has no cycles; collecting while it is built only costs
    try:
        value = msgspec.msgpack.decode(body, type=kind)
        _LOG.debug("read %s", folder / (key + _ENDING))
        return value
    except (msgspec.MsgspecError, ValueError, RecursionError, MemoryError):
        return None
    finally:
        if running:
            gc.enable()


def keep(key: str | None, value: object) -> None:
    """Keep the value under the key; silently not, where that cannot be or is not wanted."""
    folder = find_folder()
    if folder is None or key is None:
        return
    body = msgspec.msgpack.encode(value, enc_hook=_plain)
    data = b"".join((_HEAD, _sign(key, body), body))
    if len(data) > LARGEST:
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(folder.lstat(), stat.S_ISDIR):
            _LOG.debug("nothing kept: others can write %s", folder)
            return
        _remove_abandoned(folder)
        _write(folder / (key + _ENDING), data)
        _remove_oldest(folder)
        _LOG.debug("kept %s", folder / (key + _ENDING))
    except OSError as error:
        _LOG.debug("nothing kept: %s", error)


def _plain(value: object) -> object:
    if isinstance(value, MappingProxyType):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} cannot be kept")


def _sign(key: str, body: bytes | memoryview) -> bytes:
    digest = hashlib.sha256(_HEAD + key.encode())
    digest.update(body)
    return digest.digest()


def _is_ours(found: os.stat_result, of_kind: Callable[[int], bool]) -> bool:
    """Whether it is of that kind, the user's own, and nobody else can write it."""
    if not of_kind(found.st_mode):
        return False
    if not hasattr(os, "geteuid"):
        return True  # Windows: the folder lies in the user's profile, which others cannot write
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read(path: Path) -> bytes | None:
    """What the file holds, if it can be believed; a link, pipe or device is not waited for."""
    flags = os.O_RDONLY
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        if not _is_ours(path.parent.lstat(), stat.S_ISDIR):
            return None
        with os.fdopen(os.open(path, flags), "rb", buffering=0) as file:
            found = os.fstat(file.fileno())
            if not _is_ours(found, stat.S_ISREG) or found.st_size > LARGEST:
                return None
            return file.read(found.st_size)
    except OSError:
        return None


def _write(path: Path, data: bytes) -> None:
    """Write beside, then rename; what is not finished does not stay.

    Raises:
        OSError: It cannot be written.
    """
    unfinished = path.with_name(f".{os.getpid()}.{os.urandom(8).hex()}.part")
    try:
        with os.fdopen(os.open(unfinished, _CREATE, 0o600), "wb") as file:
            file.write(data)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def _remove_abandoned(folder: Path) -> None:
    """Take away what killed runs left, and what former versions kept."""
    for path in folder.iterdir():
        unfinished = _UNFINISHED.fullmatch(path.name)
        if not unfinished and not _FORMER.fullmatch(path.name):
            continue
        with suppress(OSError):
            old = time.time() - path.lstat().st_mtime > ABANDONED
            if old or (unfinished and not _runs(int(unfinished[1]))):
                path.unlink()


def _runs(process: int) -> bool:
    """Whether there may be such a process; on Windows, where asking ends it, always."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _remove_oldest(folder: Path) -> None:
    """Take away the oldest values beyond the number and the bytes that are kept."""
    found = []
    for path in folder.glob("*" + _ENDING):
        with suppress(OSError):
            file = path.lstat()
            found.append((file.st_mtime_ns, file.st_size, path))
    found.sort(reverse=True)
    total = 0
    for count, (_, size, path) in enumerate(found, 1):
        total += size
        if count > KEPT or total > KEPT_BYTES:
            with suppress(OSError):
                path.unlink()
