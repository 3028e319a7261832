"""The importer of the ETO data set: an invented set with every flaw, and the public one if there.

The public set is not part of this project (CC BY-NC); a copy beside the project's folder is tested
too where there is one.
"""

from __future__ import annotations

import csv
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.cli.import_ import import_
from supplychain.cli.writing import write_folder
from supplychain.importing.eto import COLUMNS, Description, describe
from supplychain.importing.eto_files import folder_files
from supplychain.importing.names import Taken, slug
from supplychain.importing.tables import read_tables
from supplychain.importing.unnamed import NOWHERE, unnamed_makers
from supplychain.loader import DataError, check, load, load_texts
from supplychain.model import Figure, Network
from supplychain.model.quarters import Quarter
from supplychain.risk import chokepoints
from tests import ROOT

SMALL = ROOT / "tests" / "data" / "eto_small"
PUBLIC = ROOT.parent / "shared" / "eto"
COUNTS = {SMALL: (12, 9), PUBLIC: (126, 373)}
"""Commodities and named organizations of each set."""
SINGLE_POINTS = {SMALL: {"alpha-works", "clay-p16"}, PUBLIC: {"asml", "pva-tepla"}}
"""Some whose loss alone stops the finished output, because nobody else makes a tool or material."""
SETS = [SMALL, *([PUBLIC] if PUBLIC.is_dir() else [])]
NAMES = tuple(COLUMNS)
AT = Quarter(2025, 4)

ALL_SETS = pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in NAMES}


def described(folder: Path) -> tuple[Description, tuple[str, ...]]:
    return describe(read_tables(contents(folder), COLUMNS, "eto"), "eto")


def texts(folder: Path) -> dict[str, str]:
    return dict(folder_files(described(folder)[0], "2026-01-02"))


def network(folder: Path) -> Network:
    return load_texts({n: t for n, t in texts(folder).items() if n.endswith(".yaml")})


def run(*arguments: object) -> Result:
    return CliRunner().invoke(import_, ["eto", *map(str, arguments)])


def failure(**changed: bytes) -> str:
    """What reading the small set says with the files changed; names without ``.csv``."""
    files = contents(SMALL) | {f"{name}.csv": data for name, data in changed.items()}
    with pytest.raises(DataError) as caught:
        describe(read_tables(files, COLUMNS, "eto"), "eto")
    return str(caught.value)


def lines_of(name: str) -> list[bytes]:
    return (SMALL / name).read_bytes().splitlines(keepends=True)


def share(net: Network, organization: str, commodity: str, year: int) -> Figure:
    [supply] = [s for s in net.makers(commodity) if s.organization == organization]
    return supply.share[year]


@pytest.fixture(scope="module")
def small() -> Network:
    return network(SMALL)


def needs_of(net: Network, commodity: str) -> dict[str, str]:
    return {id_: n.role for n in net.commodities[commodity].needs for id_ in n.inputs}


def test_what_goes_into_a_process_is_a_need_of_it(small: Network) -> None:
    assert needs_of(small, "casting") == {
        "casting-tools": "tool",
        "clay": "material",
        "clay-n8": "material",
        "sketching": "component",
    }
    assert needs_of(small, "sketching") == {"widget-design": "design"}
    assert needs_of(small, "finished-widget") == {"boxing": "component"}


def test_each_type_is_a_need_of_its_category(small: Network) -> None:
    needs = small.commodities["casting-tools"].needs

    assert [tuple(need.inputs) for need in needs] == [("cold-casters-adv",), ("hot-casters",)]
    assert {need.note for need in needs} == {"one of its kinds; all kinds are taken as needed"}


def test_stages_follow_the_type_and_for_processes_the_stage(small: Network) -> None:
    stages = {id_: c.stage for id_, c in small.commodities.items()}

    assert stages == {
        "boxing": "packaging",
        "casting": "fabrication",
        "casting-tools": "equipment",
        "clay": "materials",
        "clay-n8": "materials",
        "cold-casters-adv": "equipment",
        "finished-widget": "packaging",
        "glazing-tools": "equipment",
        "hot-casters": "equipment",
        "polishing": "fabrication",  # its stage S9 is not known
        "sketching": "design",
        "widget-design": "design",
    }


def test_shares_keep_their_year_and_source(small: Network) -> None:
    [supply] = [s for s in small.makers("clay-n8") if s.organization == "alpha-works-p11"]

    assert {year: figure.value for year, figure in supply.share.items()} == {
        2024: 0.7,
        2025: 0.725,
    }
    assert supply.sources == ("eto-widget-board-and-clay-union-as-told",)
    source = small.sources["eto-widget-board-and-clay-union-as-told"]
    assert source.title == "Widget Board and Clay Union, as told"
    assert source.url == "https://widgets.example/yearbook"
    assert source.note == "also https://clay.example/2024"
    assert source.accessed == "2026-01-02"


def test_a_source_without_an_address_has_that_of_the_data_set(small: Network) -> None:
    assert small.sources["eto-widget-board-yearbook-2025"].url == (
        "https://github.com/georgetown-cset/eto-chip-explorer"
    )
    assert share(small, "unlisted", "clay-n8", 2025).sources == ("eto-semiconductors",)


def test_a_blank_share_is_a_supply_of_unknown_size(small: Network) -> None:
    [supply] = small.makers("clay")

    assert supply.id == "clay-p16/clay@NO"
    assert not supply.share
    assert supply.note.startswith("known, size unknown; the country is that of the headquarters")


def test_shares_beyond_rounding_are_scaled_and_say_so(small: Network) -> None:
    # 60 + 40 + 4 = 104, so each is divided by 1.04.
    figures = [share(small, o, "cold-casters-adv", 2025) for o in ("beta", "gamma")]

    assert [f.value for f in figures] == pytest.approx([60 / 104, 40 / 104])
    assert [f.high for f in figures] == [0.6, 0.4]
    assert figures[0].basis == "derived"
    assert figures[0].note == "given as 60%; the shares of the year scaled to add up to 100%"


def test_shares_of_countries_stand_apart(small: Network) -> None:
    table = list(csv.DictReader(texts(SMALL)["country-shares.csv"].splitlines()))

    assert [r["share_percent"] for r in table if r["commodity"] == "cold-casters-adv"] == [
        "32",
        "70",
    ]
    assert {r["code"] for r in table} == {"N5", "N6", "N7", "N9", "S1", "S2", "S3"}
    assert "Shares of countries in 2025: US 70%, EUR 32%." in (
        small.commodities["cold-casters-adv"].note
    )
    assert not any(s.share for s in small.supplies if s.organization.startswith("unnamed-"))


def test_goods_without_a_named_maker_have_one_in_each_country_that_has_rows() -> None:
    made, _ = described(SMALL)

    found = {id_: (u.countries, u.reason) for id_, u in unnamed_makers(made).items()}
    assert found == {
        "widget-design": (("JP", "US"), "countries in the data set's rows of it"),
        "sketching": (("US",), "countries in the data set's rows of the stage Sketch"),
        "casting": (("JP", "US"), "countries in the data set's rows of the stage Cast"),
        "boxing": (("JP", "US"), "countries in the data set's rows of the stage Box"),
        "casting-tools": (("NL", "US"), "countries of the makers of its inputs"),
        "polishing": (("JP", "US"), "countries of the makers of its inputs"),
        "finished-widget": (("JP", "US"), "countries of the makers of its inputs"),
    }


def test_various_companies_are_never_the_only_maker(small: Network) -> None:
    assert [s.organization for s in small.makers("cold-casters-adv")] == [
        "beta",
        "gamma",
        "various-companies",
    ]
    assert small.makers("glazing-tools") == ()


def test_a_country_that_is_not_given_is_said_to_be_unknown(small: Network) -> None:
    for id_ in ("gamma", "various-companies", "unlisted"):
        assert small.organizations[id_].country == NOWHERE
    assert small.organizations["gamma"].note == "P14; no country is given; AQ stands for that"


def test_names_that_two_things_share_and_rows_that_one_thing_shares(small: Network) -> None:
    assert small.commodities["clay-n8"].name == "Clay (N8)"
    assert small.organizations["alpha-works-p11"].name == "Alpha Works (P11)"
    assert small.organizations["clay-p16"].name == "Clay"
    assert small.organizations["beta"].aliases == ("Beta Casting Co.",)


def test_the_remarks() -> None:
    _, remarks = described(SMALL)

    assert "\n".join(remarks) == (
        "inputs.csv:14: the stage of N11 is 'S9'; taken as fabrication\n"
        "providers.csv:8: a further row of P12 'Beta'; taken as an alias\n"
        "providers.csv:11: 'Delta' is of type 'person'; taken as an organization\n"
        "provision.csv:3: 'NLD' (P97) has no row in providers.csv\n"
        "provision.csv:14: P12 is called 'Betta'; 'Beta' is used\n"
        "provision.csv:16: 'Unlisted' (P99) has no row in providers.csv\n"
        "providers.csv: P11, a second 'Alpha Works', is called 'Alpha Works (P11)'\n"
        "providers.csv: Various companies (P13): 'Various countries' is not one country\n"
        "providers.csv: Gamma (P14): no country is given\n"
        "providers.csv: Unlisted (P99): no country is given\n"
        "provision.csv:13: a second share of 'Alpha Works' in 'Clay'; left out\n"
        "provision.csv:14: 'a lot' is no share from 0 to 100%; taken as unknown\n"
        "provision.csv:15: a share without a year; taken as unknown\n"
        "provision.csv:26: 'Beta' has a share of a whole stage; left out\n"
        "provision.csv:27: nothing has the id 'N77'; left out\n"
        "sequence.csv:14: 'Glazing tools' leads nowhere; left out\n"
        "sequence.csv:15: inputs.csv has no N55; left out\n"
        "sequence.csv:16: N7 leads to itself; left out\n"
        "provision.csv: no maker of 'glazing-tools' is named\n"
        "provision.csv: the shares of 'cold-casters-adv' in 2025 add up to 104%; scaled to 100%"
    )


def test_the_only_maker_of_one_kind_of_tool_stops_the_output(small: Network) -> None:
    result = chokepoints(small, ["finished-widget"], AT, by="organization")

    assert {row.id for row in result.rows} == {"alpha-works", "clay-p16", "unnamed-makers-us"}
    assert result.assumed == ("glazing-tools",)


@ALL_SETS
def test_every_set_gives_a_folder_without_errors(folder: Path, tmp_path: Path) -> None:
    result = run(folder, "--out", tmp_path / "out", "--quiet")

    assert (result.exit_code, result.output) == (0, "")
    report = check(tmp_path / "out")
    assert report.problems == ()
    net = load(tmp_path / "out")
    named = [id_ for id_ in net.organizations if not id_.startswith("unnamed-makers-")]
    assert (len(net.commodities), len(named)) == COUNTS[folder]
    [final] = [c.id for c in net.commodities.values() if c.name.startswith("Finished")]
    points = {row.id for row in chokepoints(net, products=[final], at=AT).rows}
    assert points >= SINGLE_POINTS[folder]
    assert "various-companies" not in points
    assert "CC BY-NC 4.0" in (tmp_path / "out" / "LICENSE").read_text(encoding="utf-8")
    assert f"--product {final}" in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


@ALL_SETS
def test_no_share_is_lost_or_made(folder: Path) -> None:
    made, _ = described(folder)
    net = network(folder)

    expected = {(s.maker, s.good, s.year): s.percent for s in made.shares if s.percent is not None}
    found = {
        (s.organization, s.commodity, year): 100 * figure.value
        for s in net.supplies
        for year, figure in s.share.items()
    }
    assert found == pytest.approx(expected)


@ALL_SETS
def test_every_organization_of_the_rows_is_there_once(folder: Path) -> None:
    # Several rows of one organization differ in their alias alone.
    with (folder / "providers.csv").open(encoding="utf-8", newline="") as file:
        listed = {
            row["provider_id"] for row in csv.DictReader(file) if row["provider_type"] != "country"
        }
    made, _ = described(folder)

    codes = [maker.code for maker in made.makers]
    assert len(codes) == len(set(codes))
    assert listed <= set(codes)


@ALL_SETS
def test_the_same_rows_give_the_same_bytes(folder: Path) -> None:
    assert texts(folder) == texts(folder)


def test_a_byte_order_mark_and_windows_line_ends_are_read_over() -> None:
    files = {
        name: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")
        for name, data in contents(SMALL).items()
    }

    made, _ = describe(read_tables(files, COLUMNS, "eto"), "eto")

    assert folder_files(made, "2026-01-02") == texts(SMALL)


def test_all_missing_files_are_named_together() -> None:
    with pytest.raises(DataError) as caught:
        read_tables({"inputs.csv": b""}, COLUMNS, "eto")

    assert str(caught.value) == (
        "eto: stages.csv, providers.csv, provision.csv, sequence.csv are missing\n"
        "  help: the folder needs inputs.csv, stages.csv, providers.csv, provision.csv, "
        "sequence.csv\n\n"
        "eto/inputs.csv: no rows\n"
        "  help: fetch the file again\n\n"
        "2 problems in 2 of 1 file; nothing was computed."
    )


def test_missing_columns_of_all_files_are_named() -> None:
    stages, sequence = lines_of("stages.csv"), lines_of("sequence.csv")
    stages[0] = stages[0].replace(b"stage_name", b"name")
    sequence[0] = sequence[0].replace(b"goes_into_id", b"a").replace(b"is_type_of_id", b"b")

    assert failure(stages=b"".join(stages), sequence=b"".join(sequence)) == (
        "eto/stages.csv:1:1: lacks the column stage_name\n"
        "  help: columns found: stage_id, name, description, "
        "market_share_chart_global_market_size_info, market_share_chart_caption, "
        "market_share_chart_source\n\n"
        "eto/sequence.csv:1:1: lacks the columns goes_into_id, is_type_of_id\n"
        "  help: columns found: input_name, input_id, goes_into_name, a, is_type_of_name, b\n\n"
        "2 problems in 2 of 5 files; nothing was computed."
    )


def test_a_file_in_another_encoding() -> None:
    data = (SMALL / "providers.csv").read_bytes().replace(b"Gamma", b"G\xe4mma")

    assert failure(providers=data) == (
        "eto/providers.csv:10:1: not UTF-8 text: byte 0xE4\n"
        "  help: save it as CSV in UTF-8\n\n"
        "1 problem in 1 of 5 files; nothing was computed."
    )


def test_rows_that_are_no_csv() -> None:
    stages = lines_of("stages.csv")

    assert failure(stages=b"".join([*stages, b"S4,More,\n"])) == (
        "eto/stages.csv:5:1: a row of 3 fields; the header has 6\n"
        "  help: a field that is empty keeps its comma\n\n"
        "1 problem in 1 of 5 files; nothing was computed."
    )
    assert "eto/stages.csv:5:1: a quote is opened here and never closed" in failure(
        stages=b"".join([*stages, b'S4,"More,,,,\n'])
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b",", b";", "stages.csv:1:1: its columns are separated by semicolons\n"
         "  help: save it with commas"),
        (b"name,description", b"stage_id,description",
         "stages.csv:1:1: two columns are called stage_id\n  help: keep one of them"),
        (b"Cast", b"C\0st", "stages.csv:3:1: not text: character U+0000"),
        (b"Cast", b"C\x1b[2Jst", "stages.csv:3:1: a field has the character U+001B; take it out"),
        (b"Cast", b'"Cast', "stages.csv:3:1: a quote is opened here and never closed"),
        (b"Cast", b"Cast" * 100_000, "stages.csv:3:1: a field of more than 131,072 characters"),
    ],
)  # fmt: skip
def test_tables_are_read_strictly(old: bytes, new: bytes, message: str) -> None:
    stages = (SMALL / "stages.csv").read_bytes()
    if b"stage_id," in new:
        stages = stages.replace(b"stage_name,description", b"stage_id,stage_name")
    else:
        stages = stages.replace(old, new)

    assert message in failure(stages=stages)


def test_text_in_utf_16_is_named() -> None:
    utf16 = (SMALL / "stages.csv").read_bytes().decode().encode("utf-16")

    assert "stages.csv: the text is in UTF-16\n  help: save it as CSV in UTF-8" in failure(
        stages=utf16
    )


def test_what_nobody_sees_tells_no_ids_apart() -> None:
    files = contents(SMALL)
    files["provision.csv"] = files["provision.csv"].replace(b",N8,", ",\u200bN8\u00a0,".encode())

    assert describe(read_tables(files, COLUMNS, "eto"), "eto") == described(SMALL)


FRACTIONS = ROOT / "tests" / "data" / "eto_fractions"
"""A set whose shares are written as fractions, as one public state of the data set is."""


def test_shares_that_are_fractions_are_read_as_such_and_said(tmp_path: Path) -> None:
    result = run(FRACTIONS, "--out", tmp_path / "out")

    assert result.exit_code == 0
    assert (
        "provision.csv: no share is above 1 and those of goods add up to 1; read as fractions, "
        "1 being 100%\n"
    ) in result.stderr
    net = load(tmp_path / "out")
    assert [share(net, o, "scanner", 2024).value for o in ("big", "small")] == [0.9, 0.1]
    assert share(net, "maker", "finished-chip", 2024).value == 1


def test_a_maker_of_unknown_size_beside_fractions_holds_nothing_of_theirs() -> None:
    files = contents(FRACTIONS)
    files["provision.csv"] += b"Third,P4,Scanner,N1,,2024,X\n"

    made, _ = describe(read_tables(files, COLUMNS, "eto"), "eto")

    assert [s.percent for s in made.shares if s.good == "scanner"] == [90, 10, None]


def of_shares(big: str, small: str, maker: str) -> dict[str, bytes]:
    files = contents(FRACTIONS)
    for old, new in ((b"N1,0.9,", big), (b"N1,0.1,", small), (b"N99,1.0,", maker)):
        code = old.partition(b",")[0]
        files["provision.csv"] = files["provision.csv"].replace(
            old, code + b"," + new.encode() + b","
        )
    return files


@pytest.mark.parametrize(
    ("big", "small", "maker", "line", "message"),
    [
        ("0.9", "0.1", "100", 2, "The shares of 'Scanner' add up to 1, those of others do not"),
        ("90", "10", "1", 4, "The shares of 'Finished chip' add up to 1, those of others do not"),
        ("90%", "0.1", "100%", 2, "The shares of 'Scanner' add up to 1, those of others do not"),
        ("0.2", "0.1", "0.5", 2, "No share is above 1, and those of no good add up to 1"),
    ],
)
def test_shares_that_may_be_either_are_refused(
    big: str, small: str, maker: str, line: int, message: str
) -> None:
    with pytest.raises(DataError) as caught:
        describe(read_tables(of_shares(big, small, maker), COLUMNS, "eto"), "eto")

    assert str(caught.value) == (
        f"eto/provision.csv:{line}:1: fractions or percentages? {message}\n"
        "  help: write all as percentages, with the sign: 90%\n\n"
        "1 problem in 1 of 5 files; nothing was computed."
    )


@pytest.mark.parametrize(
    ("big", "small", "maker", "percent"),
    [
        ("90", "10", "1%", [90, 10, 1]),
        ("0.9%", "0.1%", "1.0%", [0.9, 0.1, 1]),
        ("0.07", "0.93", "0.5", [7, 93, 50]),
        ("99.5", "0.5", "100", [99.5, 0.5, 100]),
    ],
)
def test_shares_that_can_only_be_one_are_read(
    big: str, small: str, maker: str, percent: list[float]
) -> None:
    made, _ = describe(read_tables(of_shares(big, small, maker), COLUMNS, "eto"), "eto")

    assert [s.percent for s in made.shares] == percent


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(NAMES),
    st.lists(st.tuples(st.integers(0, 3000), st.sampled_from([b"", b",", b'"', b"\n", b"\xff",
             b"\0", b"\x1b", b"P1", b"9", b"%", b"\xe2\x80\x8b"])), max_size=4),
)  # fmt: skip
def test_any_change_of_the_files_is_read_or_refused(
    name: str, changes: list[tuple[int, bytes]]
) -> None:
    files = contents(SMALL)
    for at, new in changes:
        data = files[name]
        at %= len(data)
        files[name] = data[:at] + new + data[at + 1 :]
    with suppress(DataError):
        made, _ = describe(read_tables(files, COLUMNS, "eto"), "eto")
        load_texts({n: t for n, t in folder_files(made, "2026-01-02").items() if n[-4:] == "yaml"})


def test_inputs_that_cannot_be_told_apart_or_placed() -> None:
    more = b"N1,Twice,process,,S2,,,,,\n,No id,process,,S2,,,,,\nN50,Odd,thing,,,,,,,\n"

    assert failure(inputs=b"".join([*lines_of("inputs.csv"), more])) == (
        "eto/inputs.csv:16:1: no input_id\n"
        "  help: fill it in\n\n"
        "eto/inputs.csv:15:1: a second row of N1\n"
        "  help: keep one; the first is in line 4\n\n"
        "eto/inputs.csv:17:1: unknown type 'thing'\n"
        "  help: types: tool_resource, material_resource, design_resource, process, "
        "ultimate_output\n\n"
        "3 problems in 1 of 5 files; nothing was computed."
    )


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(SMALL, "--out", out, "--accessed", "2026-01-02")

    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr.endswith(
        f"Wrote {out}: 12 commodities, 9 organizations, 3 placeholders for makers without a name, "
        "3 sources.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    written = {
        path.relative_to(out).as_posix(): path.read_text(encoding="utf-8")
        for path in out.rglob("*")
        if path.is_file()
    }
    assert written == texts(SMALL)


def test_an_empty_folder_may_be_filled_and_any_other_is_left_alone(tmp_path: Path) -> None:
    empty, full, file = tmp_path / "empty", tmp_path / "full", tmp_path / "file"
    empty.mkdir()
    full.mkdir()
    (full / "mine.txt").write_text("mine", encoding="utf-8")
    file.write_text("mine", encoding="utf-8")

    assert run(SMALL, "--out", empty).exit_code == 0
    for out, reason in (
        (full, f"{full} is not empty; name a new folder, or remove it first"),
        (file, f"{file} is a file; name a new folder"),
        (tmp_path / "no" / "out", f"{tmp_path / 'no'} is not a folder; make it first"),
    ):
        result = run(SMALL, "--out", out)
        assert result.exit_code == 2
        assert result.stderr.endswith(f"Error: --out {reason}\n")
    assert [path.name for path in full.iterdir()] == ["mine.txt"]


def test_bad_input_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "eto"
    shutil.copytree(SMALL, folder)
    (folder / "stages.csv").unlink()

    result = run(folder, "--out", tmp_path / "out")

    assert result.exit_code == 1
    assert result.stderr.startswith(f"{folder}: stages.csv is missing\n")
    assert [path.name for path in tmp_path.iterdir()] == ["eto"]


def test_a_failure_while_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="File exists"):
        write_folder(tmp_path / "out", {"a": "a file", "a/b": "cannot be in it"})

    assert list(tmp_path.iterdir()) == []


def test_wrong_usage(tmp_path: Path) -> None:
    nowhere = run(tmp_path / "none", "--out", tmp_path / "out")
    no_day = run(SMALL, "--out", tmp_path / "out", "--accessed", "soon")

    assert nowhere.exit_code == no_day.exit_code == 2
    assert nowhere.stderr.endswith(f"Error: {tmp_path / 'none'} is not a folder\n")
    assert "'soon' is not a day; write it like 2026-11-22" in no_day.stderr


@given(st.lists(st.text(max_size=8), max_size=12))
def test_ids_and_names_are_given_once(wishes: list[str]) -> None:
    taken = Taken(["reserved"])
    ids = [taken.id(wish, f"P{i}") for i, wish in enumerate(wishes)]
    names = [
        taken.name(id_, wish, f"{wish} (P{i})")
        for i, (id_, wish) in enumerate(zip(ids, wishes, strict=True))
    ]

    assert len({*ids, "reserved"}) == len(ids) + 1
    given_out = [name.casefold() for name in names if name]
    assert len(given_out) == len(set(given_out))
    assert all(slug(id_) == id_ for id_ in ids)
