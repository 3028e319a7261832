"""Every rule of the loader has a broken file here, and the exact text of its message beside it.

``tests/data/broken/<case>.yaml`` is laid over the example data at the path in its first line;
``<case>.txt`` is what the loader then says.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from supplychain.loader import DataError, check, check_texts, load, load_texts

DATA = Path(__file__).parent / "data"
BROKEN = sorted((DATA / "broken").glob("*.yaml"))


def example() -> dict[str, str]:
    folder = DATA / "example"
    return {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in sorted(folder.rglob("*.yaml"))
    }


def broken(file: Path) -> dict[str, str]:
    text = file.read_text(encoding="utf-8")
    path = text.partition("\n")[0].removeprefix("# ")
    return {**example(), path: text}


@pytest.mark.parametrize("file", BROKEN, ids=[file.stem for file in BROKEN])
def test_the_message_of_each_rule(file: Path) -> None:
    with pytest.raises(DataError) as caught:
        load_texts(broken(file))

    assert f"{caught.value}\n" == file.with_suffix(".txt").read_text(encoding="utf-8")


def test_the_example_has_neither_problems_nor_warnings() -> None:
    report = check_texts(example())

    assert (report.problems, report.warnings) == ((), ())


def test_problems_of_all_files_come_together_in_order_of_file_and_line() -> None:
    files = example()
    files["organizations/nvidia.yaml"] += "owner: acme\nnotes: none\n"
    files["buyers/microsoft.yaml"] = files["buyers/microsoft.yaml"].replace("gpu", "tpu")

    with pytest.raises(DataError) as caught:
        load_texts(files)

    assert [str(p.place) for p in caught.value.problems] == [
        "buyers/microsoft.yaml:7:16",
        "organizations/nvidia.yaml:7:1",
    ]
    assert str(caught.value).endswith("\n\n2 problems in 2 of 10 files; nothing was computed.")


def test_paths_in_messages_open_from_where_the_reader_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in example().items():
        file = tmp_path / "data" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace("country: NL", "country: NLD"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    report = check(Path("data"))

    assert str(report.problems[0]) == (
        "data/organizations/asml.yaml:3:10: 'NLD' is not a country by ISO 3166-1 alpha-2; "
        "write it like TW\n"
        "   2 | name: ASML\n"
        "   3 | country: NLD\n"
        "     |          ^^^\n"
        "  help: did you mean NL?"
    )


def test_a_mistake_in_one_file_is_not_reported_again_where_the_file_is_referred_to() -> None:
    files = example()
    files["commodities/accelerators/h100.yaml"] = "id: [\n"
    files["organizations/tsmc.yaml"] = "id: tsmc\nsupplies: none\n"
    files["sources/news.yaml"] = "{"

    report = check_texts(files)

    assert {p.place.file for p in report.problems} == {
        "commodities/accelerators/h100.yaml",
        "organizations/tsmc.yaml",
        "sources/news.yaml",
    }


@pytest.mark.parametrize("folder", ["sources", "commodities", "organizations"])
def test_a_folder_without_files_is_a_problem(folder: str) -> None:
    files = {name: text for name, text in example().items() if not name.startswith(folder)}

    first = check_texts(files).problems
    [missing] = [p for p in first if p.place.file == folder]

    assert str(missing) == (
        f"{folder}: the folder is missing or has no .yaml file in it\n"
        f"  help: add at least one file to {folder}/"
    )


def test_scenarios_models_and_history_may_cite_too(tmp_path: Path) -> None:
    files = example()
    files["sources/more.yaml"] = files["sources/news.yaml"].replace("-202", "-199")
    files["models/gpt.yaml"] = "parameters: {value: 1, source: [maker-1993]}\n"
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    [warning] = check(tmp_path).warnings

    assert warning.cures == ("cite or take out: trade-press-1994",)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        load(tmp_path / "nowhere")

    assert str(caught.value) == (
        f"{tmp_path}/nowhere: no such file or folder\n"
        "  help: a data folder holds sources/, commodities/, organizations/ and buyers/\n"
        "\n"
        "1 problem; nothing was computed."
    )


def test_files_where_nothing_reads_them(tmp_path: Path) -> None:
    for name in ("organisations/a.yaml", "buyers/b.yml", "c.yaml", "README.md", "scenarios/d.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "buyers" / "e.yaml").symlink_to(tmp_path / "gone")

    strays = [p for p in check(tmp_path).problems if not p.message.startswith("the folder")]

    assert [str(p).replace(f"{tmp_path}/", "") for p in strays] == [
        "buyers/b.yml: only files in .yaml are read\n  help: rename it",
        "buyers/e.yaml: not a file that can be read",
        "c.yaml: a file outside the folders\n"
        "  help: move it into one of: buyers, commodities, organizations, sources",
        "organisations: unknown folder 'organisations'\n  help: did you mean 'organizations'?",
    ]


def test_what_nothing_uses_is_a_warning() -> None:
    files = example()
    files["commodities/memory/hbm4.yaml"] = "id: hbm4\nname: HBM4\nstage: memory\nunit: GB\n"
    files["sources/more.yaml"] = (
        files["sources/news.yaml"]
        .replace("2023:", "2022:", 1)
        .replace("trade-press-2024:", "trade-press-2025:")
    )
    files["organizations/tsmc.yaml"] = files["organizations/tsmc.yaml"].replace(
        "    capacity: n5\n", "    source: [trade-press-2024]\n"
    )

    report = check_texts(files)

    assert report.problems == ()
    assert [f"{w.place}: {w.message}" for w in report.warnings] == [
        "commodities/memory/hbm4.yaml:1:1: nobody makes 'hbm4'",
        "organizations/tsmc.yaml:5:5: no supply draws on the capacity 'n5'",
        "sources/more.yaml:1:1: nothing cites 2 sources of this file",
    ]
    assert report.warnings[2].cures == ("cite or take out: trade-press-2025, maker-2022",)
