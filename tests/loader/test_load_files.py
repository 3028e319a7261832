"""Which files of a folder are read: hidden ones, links, pipes, what may not be read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from supplychain.loader import DataError, check, load, load_scenario
from tests import DATA
from tests.loader.test_load_messages import example

TSMC = "organizations/tsmc.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example data."""
    for name, text in example().items():
        file = tmp_path / "data" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tmp_path / "data"


def said(folder: Path) -> list[str]:
    """All problems, with paths below the folder."""
    return [str(p).replace(f"{folder}/", "") for p in check(folder).problems]


@pytest.mark.parametrize(
    "name",
    [
        "organizations/._tsmc.yaml",
        "organizations/.DS_Store",
        "organizations/.#tsmc.yaml",
        "organizations/.svn/tsmc.yaml",
        "organizations/__MACOSX/._tsmc.yaml",
        "__MACOSX/organizations/._tsmc.yaml",
        ".git/config.yaml",
        ".hidden.yaml",
    ],
)
def test_what_is_hidden_is_passed_over(folder: Path, name: str) -> None:
    digest = check(folder).network
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X")

    assert said(folder) == []
    assert check(folder).network == digest


def test_links_that_leave_the_data_are_refused(folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.mkdir()
    (outside / "secret.yaml").write_text("id: secret\n", encoding="utf-8")
    (folder / "organizations" / "secret.yaml").symlink_to(outside / "secret.yaml")
    (folder / "organizations" / "more").symlink_to(outside)
    (folder / "organizations" / "circle.yaml").symlink_to("circle.yaml")

    assert said(folder) == [
        "organizations/circle.yaml: not a file that can be read",
        "organizations/more: a link to a folder is not followed\n"
        "  help: put the files themselves here",
        "organizations/secret.yaml: a link out of the data folder is not followed\n"
        "  help: put the file itself here",
    ]


def test_a_whole_folder_that_is_a_link_is_refused(folder: Path) -> None:
    (folder / "buyers").rename(folder.parent / "buyers")
    (folder / "buyers").symlink_to(folder.parent / "buyers")

    assert said(folder)[0].startswith("buyers: a link to a folder is not followed")


def test_links_inside_the_data_and_to_the_data_are_followed(folder: Path) -> None:
    (folder / "organizations" / "sub").mkdir()
    (folder / TSMC).rename(folder / "organizations" / "sub" / "kept.txt")
    (folder / TSMC).symlink_to("sub/kept.txt")
    (folder.parent / "link").symlink_to(folder)

    assert load(folder.parent / "link").digest == load(DATA / "example").digest


def test_pipes_devices_and_folders_are_no_files(folder: Path) -> None:
    os.mkfifo(folder / "organizations" / "pipe.yaml")
    (folder / "organizations" / "folder.yaml").mkdir()
    (folder / "organizations" / "zero.yaml").symlink_to("/dev/zero")

    assert said(folder) == [
        "organizations/folder.yaml: not a file that can be read",
        "organizations/pipe.yaml: not a file that can be read",
        "organizations/zero.yaml: a link out of the data folder is not followed\n"
        "  help: put the file itself here",
    ]


def test_a_scenario_that_is_a_pipe_a_device_or_a_folder_is_refused_at_once(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    network = load(DATA / "example")

    for path in (folder / "pipe.yaml", Path("/dev/zero"), folder):
        with pytest.raises(DataError) as caught:
            load_scenario(path, network)
        assert str(caught.value).startswith(f"{path}: not a file that can be read")


def test_what_may_not_be_read_is_an_error_with_its_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "organizations" / "sub").mkdir()
    opened, scanned = os.open, os.scandir

    def guarded_open(path: Any, *rest: Any) -> int:
        if str(path).endswith("tsmc.yaml"):
            raise PermissionError(13, "Permission denied", path)
        return opened(path, *rest)

    def guarded_scan(path: Any) -> Any:
        if str(path).endswith("sub"):
            raise PermissionError(13, "Permission denied", path)
        return scanned(path)

    monkeypatch.setattr(os, "open", guarded_open)
    monkeypatch.setattr(os, "scandir", guarded_scan)

    found = said(folder)

    assert "organizations/sub: cannot be read: permission denied" in found
    assert "organizations/tsmc.yaml: cannot be read: permission denied" in found


def test_a_folder_that_may_not_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Any) -> Any:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refused)

    assert said(folder.parent / "data")[0].startswith(
        f"{folder}: cannot be read: permission denied"
    )


def test_names_that_are_no_text_are_shown_as_they_are_written(folder: Path) -> None:
    (folder / "organizations" / "a\x1b[31m.yaml").touch()
    (folder / "organizations" / os.fsdecode(b"\xff.yaml")).touch()
    (folder / "organizations" / "right\u202eleft.yaml").touch()

    assert sorted(said(folder)) == [
        "organizations/\\udcff.yaml: no id can have this name\n  help: rename it",
        "organizations/a\\x1b[31m.yaml: no id can have this name\n  help: rename it",
        "organizations/right\\u202eleft.yaml: no id can have this name\n  help: rename it",
    ]


def test_a_file_that_is_too_large_is_not_read_to_its_end(folder: Path) -> None:
    with (folder / TSMC).open("wb") as stream:
        stream.truncate(10**11)  # takes no room on the disk

    assert said(folder)[0].startswith("organizations/tsmc.yaml: the file has 1.0 MB")
