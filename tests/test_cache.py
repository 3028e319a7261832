"""What was read is kept; nothing but what was read comes back."""

from __future__ import annotations

import pickle
import shutil
from pathlib import Path

import pytest

from supplychain.loader import cache, load
from supplychain.model import Network
from tests import DATA

EXAMPLE = DATA / "example"


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "supplychain"


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*")) if folder.is_dir() else []


def test_what_comes_back_equals_what_was_read(kept: Path) -> None:
    first = load(EXAMPLE)

    assert len(files(kept)) == 1
    assert load(EXAMPLE) == first


def test_it_is_the_cache_that_answers(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = load(EXAMPLE)
    monkeypatch.setattr("supplychain.loader.read._check", None)

    assert load(EXAMPLE) == first


def test_changed_data_is_read_anew(kept: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(EXAMPLE, data)
    before = load(data)
    path = next(iter(sorted((data / "commodities").rglob("*.yaml"))))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("name: ", "name: New ", 1), encoding="utf-8")

    assert load(data) != before
    assert len(files(kept)) == 2


def test_a_damaged_cache_is_as_good_as_none(kept: Path) -> None:
    first = load(EXAMPLE)
    [path] = files(kept)
    path.write_bytes(b"\x80\x05damaged")

    assert load(EXAMPLE) == first


def test_foreign_objects_are_refused(kept: Path) -> None:
    load(EXAMPLE)
    [path] = files(kept)
    path.write_bytes(pickle.dumps(Path("anything")))

    assert cache.recall(path.stem, Network) is None


def test_an_unwritable_cache_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")

    assert load(EXAMPLE).commodities


def test_only_the_newest_are_kept(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "KEPT", 2)
    network = load(EXAMPLE)
    for number in range(4):
        cache.keep(f"{number:064}", network)

    assert len(files(kept)) == 2
