"""``supplychain validate`` and ``supplychain schema``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supplychain.cli.schema import schema
from supplychain.cli.validate import validate
from tests.loader.test_load_messages import example


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example data, in the current folder."""
    for name, text in example().items():
        file = tmp_path / "data" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def run(*paths: str) -> Result:
    return CliRunner().invoke(validate, list(paths))


def test_good_data(folder: Path) -> None:
    result = run("data")

    assert result.exit_code == 0
    assert result.output == (
        "Checked 10 files: 4 commodities, 4 organizations, 1 buyer, 2 sources: "
        "0 errors, 0 warnings.\n"
    )


def test_problems_go_to_the_output_with_exit_code_1(folder: Path) -> None:
    (folder / "organizations/nvidia.yaml").write_text(
        "id: nvidia\nname: NVIDIA\ncountry: USA\n", encoding="utf-8"
    )

    result = run("data")

    assert result.exit_code == 1
    assert result.stdout == (
        "data/organizations/nvidia.yaml:3:10: 'USA' is not a country by ISO 3166-1 alpha-2; "
        "write it like TW\n"
        "   2 | name: NVIDIA\n"
        "   3 | country: USA\n"
        "     |          ^^^\n"
        "  help: did you mean US?\n"
        "\n"
        "Checked 10 files: 4 commodities, 4 organizations, 1 buyer, 2 sources: "
        "1 error, 0 warnings.\n"
    )


def test_a_single_file_is_checked_against_all_of_its_data(folder: Path) -> None:
    (folder / "organizations/nvidia.yaml").write_text("id: nvidia\n", encoding="utf-8")

    other = run("data/organizations/tsmc.yaml", "data/commodities")
    own = run("data/organizations/nvidia.yaml")

    assert other.exit_code == 0
    assert other.output.endswith("0 errors, 0 warnings. Other files have 2 errors.\n")
    assert own.exit_code == 1
    assert own.output.count("an organization lacks") == 2


def test_warnings_are_shown_and_stop_nothing(folder: Path) -> None:
    (folder / "commodities/memory/hbm4.yaml").write_text(
        "id: hbm4\nname: HBM4\nstage: memory\nunit: GB\n", encoding="utf-8"
    )

    result = run("data")

    assert result.exit_code == 0
    assert result.output.startswith(
        "data/commodities/memory/hbm4.yaml:1:1: warning: nobody makes 'hbm4'\n"
    )
    assert result.output.endswith(" 0 errors, 1 warning.\n")
    assert "hbm4" not in run("--no-warnings", "data").output


def test_warnings_are_errors_where_that_is_asked_for(folder: Path) -> None:
    hbm4 = folder / "commodities/memory/hbm4.yaml"
    hbm4.write_text("id: hbm4\nname: HBM4\nstage: memory\nunit: GB\n", encoding="utf-8")

    assert run("data").exit_code == 0
    assert run("--strict", "data").exit_code == 1
    assert run("--strict", "--no-warnings", "data").exit_code == 1
    hbm4.unlink()
    assert run("--strict", "data").exit_code == 0


def test_names_that_no_file_can_have(folder: Path) -> None:
    long, nul = run("x" * 300), run("a\0b")

    assert (long.exit_code, nul.exit_code) == (1, 2)
    assert long.output.startswith(f"{'x' * 300}: cannot be read: file name too long\n")
    assert "no file can have the name 'a\\x00b'" in nul.stderr


def test_a_file_that_is_no_folder(folder: Path) -> None:
    Path("notes.txt").touch()

    result = run("notes.txt")

    assert result.exit_code == 1
    assert result.output == (
        "notes.txt: not a folder\n"
        "  help: a data folder holds sources/, commodities/, organizations/ and buyers/\n"
        "\n"
        "Checked 0 files: 1 error, 0 warnings.\n"
    )


@pytest.mark.parametrize("name", ["README.md", "organizations/notes.txt", "organizations/.a.yaml"])
def test_a_file_that_is_not_read_is_not_said_to_be_right(folder: Path, name: str) -> None:
    (folder / name).touch()

    result = run(f"data/{name}")

    assert result.exit_code == 1
    assert result.output.startswith(f"data/{name}: not a file of the data\n")
    assert result.output.endswith(" 1 error, 0 warnings.\n")


@pytest.mark.parametrize("path", ["nowhere", "data/organizations/nowhere.yaml"])
def test_a_path_that_is_not_there(folder: Path, path: str) -> None:
    result = run(path)

    assert result.exit_code == 1
    assert result.output.startswith(f"{path}: no such file or folder\n")


@pytest.mark.parametrize("kind", ["commodity", "organization", "buyer", "sources"])
def test_the_schema_of_a_kind(kind: str) -> None:
    result = CliRunner().invoke(schema, [kind])

    assert result.exit_code == 0
    assert json.loads(result.output)["title"] == f"supplychain {kind}"
