"""Keep what was read and checked, so that the same data is not read twice.

Parsing and checking some hundreds of YAML files takes most of the time of a quick command. A
network that passed every check is kept in the user's cache folder under the SHA-256 of the data
and of the loader's own code: another byte in either, and it is read anew. Nothing is kept of
data with problems. A cache that cannot be read or written is as good as none.

The same folder keeps answers that take long, under the data's hash, the code and the question.
Only values of this package are read back: unpickling anything else is refused.
"""

from __future__ import annotations

import copyreg
import gc
import hashlib
import io
import logging
import os
import pickle
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

T = TypeVar("T")

_LOG = logging.getLogger(__name__)

KEPT = 24
"""Values kept; the oldest go first."""

_VALUES = frozenset(
    f"supplychain.{module}" for module in ("exposure", "model", "quarters", "scenario", "shocks")
)


def cache_folder() -> Path | None:
    """``$XDG_CACHE_HOME/supplychain`` or ``~/.cache/supplychain``; ``None`` if there is no home."""
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return Path(base or Path.home() / ".cache") / "supplychain"
    except RuntimeError:
        return None


def cache_key(files: Mapping[str, bytes], shown: str) -> str:
    """SHA-256 of the data files, the code that reads them and the Python version.

    ``shown``, the folder as a reader would open it, is in the key, since it is in every place.
    """
    package = Path(__file__).parent
    code = [*sorted(package.glob("*.py")), *sorted(package.parent.glob("*.py"))]
    digest = hashlib.sha256(f"{sys.version_info}\0{shown}\0".encode())
    for path in code:
        digest.update(path.read_bytes())
    for name in sorted(files):
        digest.update(f"{name}\0{len(files[name])}\0".encode())
        digest.update(files[name])
    return digest.hexdigest()


def answer_key(digest: str, question: str) -> str:
    """SHA-256 of the data's digest, all code of the package, the Python version and a question."""
    found = hashlib.sha256(f"{sys.version_info}\0{digest}\0{question}\0".encode())
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()


def recall(key: str, kind: type[T]) -> T | None:
    """The value of that kind kept under the key, or ``None``."""
    folder = cache_folder()
    if folder is None:
        return None
    running = gc.isenabled()
    gc.disable()  # a network has no cycles; collecting while it is built only costs
    try:
        kept = _Values(io.BytesIO((folder / f"{key}.pickle").read_bytes())).load()
    except Exception as error:  # whatever a damaged file may raise, the data is read anew
        _LOG.debug("nothing kept: %s", error)
        return None
    finally:
        if running:
            gc.enable()
    _LOG.debug("read %s", folder / f"{key}.pickle")
    return kept if isinstance(kept, kind) else None


def keep(key: str, value: object) -> None:
    """Keep the value under the key; silently not, where the folder cannot be written."""
    folder = cache_folder()
    if folder is None:
        return
    out = io.BytesIO()
    pickler = pickle.Pickler(out, protocol=5)
    pickler.dispatch_table = copyreg.dispatch_table.copy()
    pickler.dispatch_table[MappingProxyType] = _reduce
    try:
        pickler.dump(value)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(out.getvalue())
        Path(file.name).replace(folder / f"{key}.pickle")
        _LOG.debug("kept %s", folder / f"{key}.pickle")
        kept = sorted(folder.glob("*.pickle"), key=lambda p: p.stat().st_mtime)
        for old in kept[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        _LOG.debug("cannot keep: %s", error)


def proxy(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """A read-only view; a mapping proxy cannot be pickled by itself."""
    return MappingProxyType(mapping)


def _reduce(view: MappingProxyType[Any, Any]) -> tuple[Any, tuple[dict[Any, Any]]]:
    return proxy, (dict(view),)


class _Values(pickle.Unpickler):
    """Reads back frozen values of this package and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if module in _VALUES or (module, name) == (__name__, "proxy"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is not a value of the data")
