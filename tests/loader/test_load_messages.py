"""Every rule of the loader has a broken file here, and the exact text of its message beside it.

``tests/data/broken/<case>.yaml`` is laid over the example data at the path in its first line;
``<case>.txt`` is what the loader then says. ``tests/data/doubtful`` holds what could be true, with
the warnings of each.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from supplychain.loader import DataError, check, check_texts, load, load_texts
from supplychain.loader.problems import render
from tests import DATA

BROKEN = sorted((DATA / "broken").glob("*.yaml"))
DOUBTFUL = sorted((DATA / "doubtful").glob("*.yaml"))


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


@pytest.mark.parametrize("file", DOUBTFUL, ids=[file.stem for file in DOUBTFUL])
def test_what_could_be_true_is_a_warning(file: Path) -> None:
    report = check_texts(broken(file))

    assert report.problems == ()
    assert report.network is not None
    assert f"{render(report.warnings)}\n" == file.with_suffix(".txt").read_text(encoding="utf-8")


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


MODEL = """\
id: gpt
name: GPT
developer: OpenAI
published: 2020
facts: {parameters: 175e9, source: [trade-press-2024]}
training: {chip: v100, figures: {chips: 10_000, mfu: 20%, source: [trade-press-2024]}}
"""
OUTCOME = """\
id: units
name: Units
kind: outcome
series:
  - measure: units
    of: h100
    unit: units
    source: [trade-press-2024]
    figures: {2023Q1: 5, 2024: 9}
"""
FIRE = """\
id: fire
name: A fire
kind: disruption
began: 2021-03-19
country: JP
cause: fire
hits: [org:tsmc, country:JP]
lost: much
figures: {full_weeks: 15, world_share: 2%, source: [trade-press-2024]}
curve: {0: 0%, 8: 90%, source: [trade-press-2024]}
"""
SCENARIO = """\
id: stop
name: A stop
shocks:
  - {cut: "org:tsmc", by: 100%, from: 2024Q1, recovery: {0: 0%, 13: 100%}}
  - {ban: h100, buyers: china, from: 2024Q1, to: 2024Q2}
"""


def past(**changed: str) -> dict[str, str]:
    """The example with a model, an outcome, a disruption and a scenario."""
    more = {
        "models/gpt.yaml": MODEL,
        "history/units.yaml": OUTCOME,
        "history/fire.yaml": FIRE,
        "scenarios/stop.yaml": SCENARIO,
    }
    return example() | more | {name.replace("__", "/") + ".yaml": t for name, t in changed.items()}


def test_models_history_and_scenarios_are_read() -> None:
    net = load_texts(past())

    assert net.models["gpt"].training["mfu"].value == 0.2
    [series] = net.outcomes["units"].series
    assert [f.value for f in (*series.figures.values(), *series.years.values())] == [5, 9]
    assert net.disruptions["fire"].curve[8].value == 0.9
    cut, ban = net.scenarios["stop"].shocks
    assert str(cut) == "org:tsmc −100% from 2024Q1, recovered after 13 weeks"
    assert str(ban) == "h100 not sold to china from 2024Q1 to 2024Q2"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("models__gpt", "parameters:", "parameter:", "'parameter' is not a fact of a model"),
        ("history__units", "of: h100", "of: h1000", "unknown commodity or organization 'h1000'"),
        ("history__units", "kind: outcome", "kind: disruption", "a disruption without 'began'"),
        ("history__fire", "org:tsmc", "org:tsms", "unknown target 'tsms'"),
        ("history__fire", "cause: fire", "cause: blaze", "'blaze' is not a cause"),
        ("scenarios__stop", "by: 100%", "by: 120%", "a cut is from 0% to 100%"),
        ("scenarios__stop", "by: 100%, ", "", "a cut without 'by'"),
        ("scenarios__stop", "cut:", "kut:", "unknown key 'kut'"),
        ("scenarios__stop", "ban: h100", "ban: h1000", "unknown product or group 'h1000'"),
        ("scenarios__stop", "to: 2024Q2", "to: 2023Q2", "'to' 2023Q2 comes before 'from' 2024Q1"),
        ("scenarios__stop", "ban: h100, ", "", "a shock is one of cut, qualify, launch"),
        ("scenarios__stop", "from: 2024Q1, to", "from: never, to", "only a qualification can be"),
    ],
)
def test_their_mistakes_have_a_place_and_a_cure(
    file: str, old: str, new: str, message: str
) -> None:
    text = past()[file.replace("__", "/") + ".yaml"]
    with pytest.raises(DataError) as caught:
        load_texts(past(**{file: text.replace(old, new)}))

    assert message in str(caught.value)
    assert str(caught.value).startswith(file.replace("__", "/") + ".yaml:")


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
    for name in ("organisations/a.yaml", "buyers/b.yml", "c.yaml", "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "buyers" / "e.yaml").symlink_to(tmp_path / "gone")

    strays = [p for p in check(tmp_path).problems if not p.message.startswith("the folder")]

    assert [str(p).replace(f"{tmp_path}/", "") for p in strays] == [
        "buyers/b.yml: only files in .yaml are read\n  help: rename it",
        "buyers/e.yaml: not a file that can be read",
        "c.yaml: a file outside the folders\n"
        "  help: move it into one of: buyers, commodities, history, models, organizations, "
        "parameters, scenarios, sources",
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
        "organizations/tsmc.yaml:5:5: 'nvidia' books 'n5', where none of its accelerators is made",
        "sources/more.yaml:1:1: nothing cites 2 sources of this file",
    ]
    assert report.warnings[3].cures == ("cite or take out: trade-press-2025, maker-2022",)
