"""What was read is kept as data; nothing else is believed, nothing hangs, nothing stays behind."""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import inspect
import os
import pickle
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

import supplychain as sc
from supplychain import cache
from supplychain.analyses.exposure import Exposure, Exposures
from supplychain.loader import load, read
from supplychain.loader.kept import (
    KeptNetwork,
    KeptScenario,
    keep_network,
    recall_network,
)
from supplychain.model import (
    AddLine,
    Ban,
    ChangeOrders,
    Cut,
    Launch,
    Qualify,
    Scenario,
    assemble,
)
from supplychain.model.quarters import Quarter
from tests import DATA, ROOT

EXAMPLE = DATA / "example"
Q = Quarter(2024, 1)
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes, owners and pipes are POSIX's")
AS_ROOT = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0,
    reason="only root can give a file to somebody else",
)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("SUPPLYCHAIN_CACHE", raising=False)
    return tmp_path / "cache" / "supplychain"


@pytest.fixture
def no_hanging() -> Iterator[None]:
    """Whoever waits for a pipe or reads without end fails instead of hanging."""

    def give_up(*_: object) -> None:
        raise AssertionError("it hangs")

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, give_up)
    signal.setitimer(signal.ITIMER_REAL, 20)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def in_a_process(code: str, kept: Path) -> subprocess.CompletedProcess[str]:
    """Run code with that cache folder."""
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "XDG_CACHE_HOME": str(kept.parent)},
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )


LOAD = f"from supplychain.loader import load; print(load({str(EXAMPLE)!r}).digest)"


# What comes back


def test_what_comes_back_equals_what_was_read(kept: Path) -> None:
    first = load(EXAMPLE)

    assert len(files(kept)) == 1
    assert load(EXAMPLE) == first


def test_it_is_the_cache_that_answers(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(EXAMPLE)
    monkeypatch.setattr(read, "_check", None)

    assert load(EXAMPLE) == first


def differences(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """Where two values differ in value, in type, or in the order of keys."""
    if type(one) is not type(other):
        yield f"{where}: {type(one)} and {type(other)}"
    elif dataclasses.is_dataclass(one):
        for f in dataclasses.fields(one):
            inner = f"{type(one).__name__}.{f.name}"
            yield from differences(getattr(one, f.name), getattr(other, f.name), inner)
    elif isinstance(one, Mapping):
        yield from differences(tuple(one.items()), tuple(other.items()), where)
    elif isinstance(one, tuple):
        if len(one) != len(other):
            yield f"{where}: {len(one)} and {len(other)}"
        for a, b in zip(one, other, strict=False):
            yield from differences(a, b, where)
    elif one != other:
        yield f"{where}: {one!r} and {other!r}"


def test_the_built_in_data_comes_back_in_every_type_and_order(kept: Path) -> None:
    first = load()
    second = load()

    assert first is not second
    assert list(differences(first, second)) == []


def test_every_kind_of_shock_comes_back(kept: Path) -> None:
    shocks = (
        Cut("hbm", 0.2, Q, None, ((0.0, 0.0), (8.0, 1.0))),
        Qualify("sk", "hbm", "", None),
        Launch("gpu", Q),
        AddLine("sk.line", 10.0, Q),
        ChangeOrders("all", ("gpu",), -0.5, Q, Q + 1),
        Ban("gpu", "china", Q, None),
    )
    scenario = Scenario("all", "All", shocks, "price", {"a.b": 1.5}, "made for a test")
    network = assemble([], [], scenarios=[scenario], digest="abc")
    keep_network("0" * 64, network)

    assert recall_network("0" * 64) == network


def test_the_kept_forms_hold_every_part() -> None:
    assert KeptScenario.__struct_fields__ == tuple(f.name for f in dataclasses.fields(Scenario))
    assert set(KeptNetwork.__struct_fields__) == set(inspect.signature(assemble).parameters)


def test_answers_come_back(kept: Path) -> None:
    row = Exposure(
        "country", "TW", "Taiwan", 26.0, True, 0.9, 1e6, 2.5e10, Q, None, 1.0, Q + 3, 0.5
    )
    exposed = Exposures(Q, Q + 7, 2e6, (row,), 3)
    key = cache.make_key("answer", "data", "question")
    cache.keep(key, exposed)

    assert cache.recall(key, Exposures) == exposed
    assert cache.recall(cache.make_key("answer", "data", "another"), Exposures) is None


def test_what_is_no_data_is_an_error_of_ours(kept: Path) -> None:
    with pytest.raises(TypeError, match=r"^a \w*Path cannot be kept$"):
        cache.keep("0" * 64, Path("anything"))


# What makes it invalid


def test_changed_data_is_read_anew(kept: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(EXAMPLE, data)
    before = load(data)
    path = next(iter(sorted((data / "commodities").rglob("*.yaml"))))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("name: ", "name: New ", 1), encoding="utf-8")

    assert load(data) != before
    assert len(files(kept)) == 2


def test_parts_of_a_key_are_told_apart() -> None:
    assert cache.make_key("ab", "c") != cache.make_key("a", "bc") != cache.make_key("abc")
    assert cache.make_key("a", b"b") == cache.make_key("a", "b")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of its own that the cache takes for this one."""
    home = tmp_path / "package"
    (home / "model" / "deep").mkdir(parents=True)
    for name in ("cache.py", "model/__init__.py", "model/deep/values.py"):
        (home / name).write_text("x = 1\n", encoding="utf-8")
    monkeypatch.setattr(cache, "__file__", str(home / "cache.py"))
    monkeypatch.setattr(cache, "_digest_code", cache._digest_code.__wrapped__)
    return home


@pytest.mark.parametrize(
    "change",
    [
        lambda home: (home / "cache.py").write_text("x = 2\n", encoding="utf-8"),
        lambda home: (home / "model/deep/values.py").write_text("x = 2\n", encoding="utf-8"),
        lambda home: (home / "model/deep/new.py").write_text("", encoding="utf-8"),
        lambda home: (home / "model/deep/values.py").unlink(),
        lambda home: (home / "model/deep/values.py").rename(home / "model/values.py"),
    ],
    ids=["changed", "changed deep inside", "added", "removed", "moved"],
)
def test_every_module_is_in_the_key_wherever_it_stands(
    package: Path, change: Callable[[Path], object]
) -> None:
    before = cache.make_key("question")
    assert cache.make_key("question") == before
    times = {p: p.stat() for p in package.rglob("*.py")}
    change(package)
    for path, found in times.items():
        if path.exists():
            os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))

    assert cache.make_key("question") != before


def test_what_is_installed_is_in_the_key(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    (site / "numpy-2.0.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(site)
    before = cache.make_key("question")
    (site / "numpy-2.0.0.dist-info").rename(site / "numpy-2.0.1.dist-info")

    assert cache.make_key("question") != before


def test_python_is_in_the_key(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache.make_key("question")
    monkeypatch.setattr(sys, "version", "4.0.0")

    assert cache.make_key("question") != before


def test_code_that_cannot_be_read_keeps_nothing(kept: Path, package: Path) -> None:
    shutil.rmtree(package)

    assert cache.make_key("question") is None
    assert load(EXAMPLE).commodities
    assert files(kept) == []


# What is not believed


def signed(path: Path, body: bytes) -> bytes:
    """A file whose digest is right."""
    return cache._HEAD + cache._sign(path.stem, body) + body


def body_of(good: bytes) -> bytes:
    return good[len(cache._HEAD) + cache._DIGEST :]


def falsified(path: Path, good: bytes) -> bytes:
    """Other content of the same length, rightly signed: only owner, mode and kind tell."""
    body = body_of(good)
    assert b"scanner" in body
    return signed(path, body.replace(b"scanner", b"POISONS"))


def write(path: Path, data: bytes, mode: int = 0o600) -> None:
    path.unlink()
    path.write_bytes(data)
    path.chmod(mode)


def edit(part: str, change: Callable[[Any], object]) -> Callable[[Path, bytes], None]:
    """Right in form and digest, but one part of the network is of other values."""

    def hostile(path: Path, good: bytes) -> None:
        parts = msgspec.msgpack.decode(body_of(good), type=list[msgspec.Raw])
        at = KeptNetwork.__struct_fields__.index(part)
        value = msgspec.msgpack.decode(parts[at])
        change(value)
        parts[at] = msgspec.Raw(msgspec.msgpack.encode(value))
        write(path, signed(path, msgspec.msgpack.encode(parts)))

    return hostile


def contents(make: Callable[[Path, bytes], bytes]) -> Callable[[Path, bytes], None]:
    return lambda path, good: write(path, make(path, good))


class Exploit:
    """Unpickled, it runs code: the dotted name leads from a module that was trusted to exec."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return exec, ("import supplychain; supplychain.poisoned = True",)


# Protocol 4 with STACK_GLOBAL: what the former cache let through.
DOTTED = (
    b"\x80\x04\x8c\x1asupplychain.model.quarters\x8c\x12re.enum.bltns.exec\x93"
    b"\x8c\x2fimport supplychain; supplychain.poisoned = True\x85R."
)


def link_to(target: Callable[[Path, bytes], Path]) -> Callable[[Path, bytes], None]:
    def hostile(path: Path, good: bytes) -> None:
        end = target(path, good)
        path.unlink()
        path.symlink_to(end)

    return hostile


def elsewhere(path: Path, good: bytes) -> Path:
    other = path.parents[2] / "elsewhere"
    other.write_bytes(falsified(path, good))
    other.chmod(0o600)
    return other


def pipe(path: Path, _: bytes) -> None:
    path.unlink()
    os.mkfifo(path)


def folder_instead(path: Path, _: bytes) -> None:
    path.unlink()
    path.mkdir()


def bound_socket(path: Path, _: bytes) -> None:
    path.unlink()
    here = Path.cwd()
    os.chdir(path.parent)  # addresses are short
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind("s")
        Path("s").rename(path.name)
    finally:
        os.chdir(here)


def sparse(size: int) -> Callable[[Path, bytes], None]:
    def hostile(path: Path, good: bytes) -> None:
        with path.open("r+b") as file:
            file.truncate(size)

    return hostile


def of_another(path: Path, good: bytes) -> None:
    """What is rightly kept under another key."""
    cache.keep("f" * 64, Exposures(Q, Q, 0.0, (), 0))
    shutil.move(path.with_name("f" * 64 + ".kept"), path)


def flip(at: float) -> Callable[[Path, bytes], bytes]:
    def flipped(_: Path, good: bytes) -> bytes:
        i = min(int(at * len(good)), len(good) - 1)
        return good[:i] + bytes([good[i] ^ 1]) + good[i + 1 :]

    return flipped


HOSTILE: dict[str, Callable[[Path, bytes], None]] = {
    # damaged
    "empty": contents(lambda p, good: b""),
    "head only": contents(lambda p, good: good[: len(cache._HEAD)]),
    "half a digest": contents(lambda p, good: good[: len(cache._HEAD) + 16]),
    "head and digest": contents(lambda p, good: good[: len(cache._HEAD) + cache._DIGEST]),
    "half": contents(lambda p, good: good[: len(good) // 2]),
    "a byte short": contents(lambda p, good: good[:-1]),
    "a byte long": contents(lambda p, good: good + b"\0"),
    "zeros": contents(lambda p, good: bytes(len(good))),
    "noise": contents(lambda p, good: os.urandom(len(good))),
    "text": contents(lambda p, good: b"[]\n"),
    **{f"bit at {at:.0%}": contents(flip(at)) for at in (0, 0.001, 0.01, 0.1, 0.5, 0.9, 1)},
    # falsified
    "other version": contents(lambda p, good: b"supplychain cache 0\n" + good[20:]),
    "changed, old digest": contents(
        lambda p, good: good.replace(b"scanner", b"POISONS"),
    ),
    "another's": of_another,
    "pickle": contents(lambda p, good: pickle.dumps(Exploit())),
    "signed pickle": contents(lambda p, good: signed(p, pickle.dumps(Exploit()))),
    "dotted pickle": contents(lambda p, good: DOTTED),
    "signed dotted pickle": contents(lambda p, good: signed(p, DOTTED)),
    # rightly signed, but no network
    "nothing": contents(lambda p, good: signed(p, b"")),
    "nil": contents(lambda p, good: signed(p, b"\xc0")),
    "a number": contents(lambda p, good: signed(p, b"\x01")),
    "a mapping": contents(lambda p, good: signed(p, b"\x80")),
    "an endless list": contents(lambda p, good: signed(p, b"\xdd\xff\xff\xff\xff\x01")),
    "endless commodities": contents(lambda p, good: signed(p, b"\x9a\xdd\xff\xff\xff\xff\x80")),
    "an endless text": contents(lambda p, good: signed(p, b"\xdb\xff\xff\xff\xffab")),
    "deep": contents(lambda p, good: signed(p, b"\x91" * 1_000_000)),
    "an extension": contents(lambda p, good: signed(p, b"\xc7\x08\x05" + bytes(8))),
    "something behind": contents(lambda p, good: signed(p, body_of(good) + b"\x01")),
    "no text": contents(
        lambda p, good: signed(p, body_of(good).replace(b"scanner", b"sca\xff\xffer"))
    ),
    "a part short": contents(lambda p, good: signed(p, b"\x99" + body_of(good)[1:-1])),
    "a name that is a number": edit("commodities", lambda v: v[0].update(name=1)),
    "a name that is missing": edit("commodities", lambda v: v[0].pop("name")),
    "a basis that does not exist": edit(
        "commodities", lambda v: [n.update(basis="rumour") for c in v for n in c["needs"]]
    ),
    "a line that is a text": edit("commodities", lambda v: v[0]["place"].update(line="1")),
    "a fifth quarter": edit(
        "commodities",
        lambda v: [c["product"]["launch"].update(number=5) for c in v if c["product"]],
    ),
    "a designer that does not exist": edit(
        "commodities", lambda v: [c["product"].update(designer="?") for c in v if c["product"]]
    ),
    "a shock that does not exist": edit(
        "scenarios", lambda v: v.append(["s", "S", [["System", {}]], "", {}, ""])
    ),
    "a shock of another kind": edit(
        "scenarios", lambda v: v.append(["s", "S", [["Cut", {"product": "gpu"}]], "", {}, ""])
    ),
}

HOSTILE_FILES: dict[str, Callable[[Path, bytes], None]] = {
    # not a file of the user's own
    "a link to a file": link_to(elsewhere),
    "a link to itself": link_to(lambda p, good: p),
    "a link to nowhere": link_to(lambda p, good: p.with_name("nowhere")),
    "a link to zeros": link_to(lambda p, good: Path("/dev/zero")),
    "a link to a terminal": link_to(lambda p, good: Path("/dev/tty")),
    "a pipe": pipe,
    "a folder": folder_instead,
    "a socket": bound_socket,
    "a terabyte": sparse(1 << 40),
    "just too large": sparse(cache.LARGEST + 1),
    "the largest": sparse(cache.LARGEST),
    "group may write": lambda p, good: write(p, falsified(p, good), 0o660),
    "all may write": lambda p, good: write(p, falsified(p, good), 0o602),
}


def foreign(path: Path, good: bytes) -> None:
    write(path, falsified(path, good))
    os.chown(path, 12345, -1)


def device(path: Path, _: bytes) -> None:
    path.unlink()
    os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))


FOREIGN: dict[str, Callable[[Path, bytes], None]] = {"another owner": foreign, "a device": device}


def check_hostile(kept: Path, hostile: Callable[[Path, bytes], None]) -> None:
    first = load(EXAMPLE)
    [path] = files(kept)
    hostile(path, path.read_bytes())

    assert recall_network(path.stem) is None
    assert load(EXAMPLE) == first
    assert not hasattr(sc, "poisoned")
    assert [p.name for p in files(kept)] == [path.name]
    if not path.is_dir():  # what could be replaced is a good file again
        assert recall_network(path.stem) == first


@pytest.mark.usefixtures("no_hanging")
@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_damaged_and_falsified_content_is_as_good_as_none(
    kept: Path, hostile: Callable[[Path, bytes], None]
) -> None:
    check_hostile(kept, hostile)


@POSIX
@pytest.mark.usefixtures("no_hanging")
@pytest.mark.parametrize("hostile", HOSTILE_FILES.values(), ids=HOSTILE_FILES.keys())
def test_what_is_no_file_of_the_users_alone_is_as_good_as_none(
    kept: Path, hostile: Callable[[Path, bytes], None]
) -> None:
    check_hostile(kept, hostile)


@POSIX
@AS_ROOT
@pytest.mark.usefixtures("no_hanging")
@pytest.mark.parametrize("hostile", FOREIGN.values(), ids=FOREIGN.keys())
def test_what_belongs_to_others_is_as_good_as_none(
    kept: Path, hostile: Callable[[Path, bytes], None]
) -> None:
    check_hostile(kept, hostile)


def test_only_owner_and_mode_protect_against_who_may_write(kept: Path) -> None:
    """The digest has no key: what the user may write is believed, and it still runs no code."""
    first = load(EXAMPLE)
    [path] = files(kept)
    write(path, falsified(path, path.read_bytes()))
    found = recall_network(path.stem)

    assert found is not None
    assert found != first


def test_the_former_cache_would_have_run_the_exploit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sc, "poisoned", False, raising=False)
    pickle.loads(DOTTED)

    assert sc.poisoned


def test_no_module_imports_what_can_run_code_when_it_reads() -> None:
    forbidden = {"pickle", "cPickle", "_pickle", "marshal", "shelve", "dbm", "dill", "joblib"}
    found = set()
    for path in sorted((ROOT / "supplychain").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {(path.name, a.name.partition(".")[0]) for a in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add((path.name, node.module.partition(".")[0]))

    assert {(file, module) for file, module in found if module in forbidden} == set()


def group_may_write(folder: Path) -> None:
    folder.chmod(0o770)


def all_may_write(folder: Path) -> None:
    folder.chmod(0o1777)


def is_a_link(folder: Path) -> None:
    shutil.move(folder, folder.with_name("moved"))
    folder.symlink_to(folder.with_name("moved"))


@POSIX
@pytest.mark.parametrize("spoil", [group_may_write, all_may_write, is_a_link])
def test_a_folder_that_others_may_change_is_neither_read_nor_written(
    kept: Path, spoil: Callable[[Path], None]
) -> None:
    first = load(EXAMPLE)
    [path] = files(kept)
    write(path, falsified(path, path.read_bytes()))
    before = path.read_bytes()
    spoil(kept)

    assert load(EXAMPLE) == first
    assert [p.read_bytes() for p in files(kept)] == [before]


@POSIX
@AS_ROOT
def test_a_folder_of_somebody_else_is_neither_read_nor_written(kept: Path) -> None:
    first = load(EXAMPLE)
    [path] = files(kept)
    write(path, falsified(path, path.read_bytes()))
    before = path.read_bytes()
    os.chown(kept, 12345, -1)

    assert load(EXAMPLE) == first
    assert [p.read_bytes() for p in files(kept)] == [before]


@pytest.mark.parametrize("place", ["/dev/null", "/proc/self", "/nowhere/\udcff"])
def test_a_place_that_cannot_be_written_does_no_harm(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", place)
    monkeypatch.setattr(Path, "mkdir", mkdir_fails)

    assert load(EXAMPLE).commodities


def mkdir_fails(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_a_file_where_the_folder_should_be_does_no_harm(kept: Path) -> None:
    kept.parent.mkdir()
    kept.write_text("mine", encoding="utf-8")

    assert load(EXAMPLE).commodities
    assert kept.read_text(encoding="utf-8") == "mine"


# What is left behind: nothing


@POSIX
def test_the_folder_and_its_files_are_the_users_alone(kept: Path) -> None:
    load(EXAMPLE)

    assert kept.stat().st_mode & 0o777 == 0o700
    assert [p.stat().st_mode & 0o777 for p in files(kept)] == [0o600]


def test_twenty_at_once_leave_one_good_file(kept: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(kept.parent)}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", LOAD],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(20)
    ]
    answers = [process.communicate(timeout=120) for process in running]

    assert {(out.split()[-1], err) for out, err in answers} == {(answers[0][0].split()[-1], b"")}
    [path] = files(kept)
    assert recall_network(path.stem) == load(EXAMPLE)


KILLED = """
import os, signal
from pathlib import Path
from supplychain import cache
def die(*_): os.kill(os.getpid(), signal.{name})
{where}
"""
BEFORE_RENAMING = "Path.replace = die\n"
WHILE_WRITING = """
real = os.fdopen
class Half:
    def __init__(self, file): self.file = file
    def __enter__(self): return self
    def __exit__(self, *_): pass
    def write(self, data):
        self.file.write(data[: len(data) // 2]); self.file.flush(); die()
def fdopen(fd, mode, *rest, **more):
    return Half(real(fd, mode)) if "w" in mode else real(fd, mode, *rest, **more)
cache.os.fdopen = fdopen
"""


@POSIX
@pytest.mark.parametrize("where", [BEFORE_RENAMING, WHILE_WRITING])
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGHUP"])
def test_what_a_killed_run_left_the_next_takes_away(kept: Path, name: str, where: str) -> None:
    killed = in_a_process(KILLED.format(name=name, where=where) + LOAD, kept)
    assert killed.returncode == -getattr(signal, name)
    [left] = files(kept)
    assert left.suffix == ".part"

    load(EXAMPLE)

    [path] = files(kept)
    assert path.suffix == ".kept"
    assert recall_network(path.stem) is not None


@POSIX
@pytest.mark.parametrize("where", [BEFORE_RENAMING, WHILE_WRITING])
def test_an_interrupted_run_leaves_nothing(kept: Path, where: str) -> None:
    stopped = in_a_process(KILLED.format(name="SIGINT", where=where) + LOAD, kept)

    assert "KeyboardInterrupt" in stopped.stderr
    assert files(kept) == []


@POSIX
def test_a_full_disk_leaves_nothing(kept: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
    full = in_a_process(limit + LOAD, kept)

    assert full.returncode == 0, full.stderr
    assert full.stderr == ""
    assert files(kept) == []


def test_what_is_being_written_is_left_alone_until_it_is_old(kept: Path) -> None:
    kept.mkdir(mode=0o700, parents=True)
    other = kept / f".{os.getpid()}.{'0' * 16}.part"
    other.write_bytes(b"half")
    cache.keep("0" * 64, Exposures(Q, Q, 0.0, (), 0))
    assert other in files(kept)

    long_ago = time.time() - cache.ABANDONED - 1
    os.utime(other, (long_ago, long_ago))
    cache.keep("0" * 64, Exposures(Q, Q, 0.0, (), 0))

    assert [p.name for p in files(kept)] == ["0" * 64 + ".kept"]


def test_what_former_versions_kept_is_taken_away_and_nothing_else(kept: Path) -> None:
    kept.mkdir(mode=0o700, parents=True)
    long_ago = time.time() - cache.ABANDONED - 1
    for name in ("a" * 64 + ".pickle", "tmpab12_xyz", "notes.txt", ".1.part"):
        (kept / name).write_bytes(b"")
        os.utime(kept / name, (long_ago, long_ago))
    cache.keep("0" * 64, Exposures(Q, Q, 0.0, (), 0))

    assert [p.name for p in files(kept)] == [".1.part", "0" * 64 + ".kept", "notes.txt"]


def keep_four(kept: Path) -> list[str]:
    """Names left of four values kept one after the other."""
    for number in range(4):
        cache.keep(f"{number:064}", Exposures(Q, Q, 0.0, (), number))
        for age, path in enumerate(reversed(files(kept))):
            os.utime(path, (1e9 - age, 1e9 - age))
    return [p.stem[-1] for p in files(kept)]


def test_only_the_newest_are_kept(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "KEPT", 2)

    assert keep_four(kept) == ["2", "3"]


def test_only_so_many_bytes_are_kept(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.keep("0" * 64, Exposures(Q, Q, 0.0, (), 0))
    size = files(kept)[0].stat().st_size
    monkeypatch.setattr(cache, "KEPT_BYTES", 3 * size)

    assert keep_four(kept) == ["1", "2", "3"]


def test_what_is_too_large_is_not_kept(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LARGEST", 100)

    assert load(EXAMPLE).commodities
    assert files(kept) == []


# Where it lies, and how to pass it by


def test_a_relative_place_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the XDG specification says; no folder appears where one stands."""
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.chdir(here)

    assert cache.find_folder() == home / ".cache" / "supplychain"
    load(EXAMPLE)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("value", ["off", "OFF", "0", "no", "false", "none"])
def test_the_environment_passes_it_by(
    kept: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("SUPPLYCHAIN_CACHE", value)

    assert load(EXAMPLE).commodities
    assert files(kept) == []


@pytest.mark.parametrize("value", ["", "on", "1"])
def test_the_environment_leaves_it_on(
    kept: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("SUPPLYCHAIN_CACHE", value)
    load(EXAMPLE)

    assert len(files(kept)) == 1


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_the_option_passes_it_by(kept: Path, monkeypatch: pytest.MonkeyPatch, before: bool) -> None:
    network = load(EXAMPLE)
    [path] = files(kept)
    write(path, falsified(path, path.read_bytes()))
    poisoned = path.read_bytes()
    node = next(iter(network.organizations))
    command = ["explain", node, "--data", str(EXAMPLE)]
    command = ["--no-cache", *command] if before else [*command, "--no-cache"]
    anew = CliRunner().invoke(cli(), command)
    with_cache = CliRunner().invoke(cli(), ["explain", node, "--data", str(EXAMPLE)])

    assert anew.exit_code == with_cache.exit_code == 0
    assert "POISONS" not in anew.output
    assert path.read_bytes() == poisoned
    assert recall_network(path.stem) != network  # once passed by, it is on again


def cli() -> Any:
    from supplychain.cli import _group

    return _group


def test_passing_by_ends() -> None:
    with contextlib.suppress(ZeroDivisionError), cache.pass_by():
        assert cache.find_folder() is None
        raise ZeroDivisionError

    assert cache.find_folder() is not None
