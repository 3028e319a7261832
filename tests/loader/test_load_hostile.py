"""Data made to be slow or to fail: it ends in an answer or in messages, never a traceback."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supplychain.loader import DataError, check, check_texts, data_folder, load_texts
from supplychain.loader.problems import MOST_SHOWN
from supplychain.model import Network
from tests.loader.test_load_messages import example
from tests.mutations import HOSTILE, mutated, read_alone
from tests.partial import complete

LONG = 2_000


def memory(number: int, more: str) -> dict[str, str]:
    text = f"id: m{number}\nname: M{number}\nstage: memory\nunit: GB\n{more}"
    return {f"commodities/memory/m{number}.yaml": text}


def owned(number: int, owner: int | None) -> dict[str, str]:
    text = f"id: o{number}\nname: O{number}\ncountry: US\n"
    return {f"organizations/o{number}.yaml": text + (f"owner: o{owner}\n" if owner else "")}


def test_needs_are_taken_over_along_a_long_chain() -> None:
    files = example() | memory(0, "needs: [{input: hbm3, role: tool, source: [maker-2023]}]\n")
    for n in range(1, LONG):
        files |= memory(n, f"needs_as: m{n - 1}\n")

    assert [*load_texts(files).commodities[f"m{LONG - 1}"].needs[0].inputs] == ["hbm3"]


def test_a_long_chain_of_owners() -> None:
    files = example()
    for n in range(1, LONG):
        files |= owned(n, n + 1 if n < LONG - 1 else None)

    assert len(load_texts(files).owners("o1")) == LONG - 1


def test_long_circles_are_found_once_and_shown_by_their_ends() -> None:
    files = example()
    for n in range(LONG):
        files |= owned(n + 1, (n + 1) % LONG + 1) | memory(n, f"needs_as: m{(n + 1) % LONG}\n")

    needs, owners = (p.message for p in check_texts(files).problems)

    assert needs == (
        "a circle of 'needs_as': m0 -> m1 -> m2 -> m3 -> m4 -> ... 1,992 more ... -> "
        "m1997 -> m1998 -> m1999 -> m0"
    )
    assert owners.startswith("a circle of owners: o1 -> o2 -> o3 -> o4 -> o5 -> ... 1,992 more")


@pytest.mark.parametrize("length", [1_200, 12_000, 300_000])
def test_an_alias_of_a_long_text_many_times_is_refused(length: int) -> None:
    files = example()
    files["organizations/asml.yaml"] += f"note: &a {'x' * length}\naliases: [{'*a, ' * 60_000}]\n"

    [problem] = check_texts(files).problems

    assert problem.message.startswith("its aliases stand for too much")


def test_very_many_problems_are_counted_and_the_first_hundred_are_written_out() -> None:
    needs = "".join(f"- {{input: i{n}, role: a}}\n" for n in range(30_000))

    with pytest.raises(DataError) as caught:
        load_texts(example() | memory(0, f"needs:\n{needs}"))

    text = str(caught.value)
    assert text.count("is not a role") == MOST_SHOWN
    assert text.endswith(
        "\n\n... and 29,900 more\n\n30,000 problems in 1 of 11 files; nothing was computed."
    )


def test_a_supply_doubled_with_its_share_is_told_and_does_not_stop_the_telling() -> None:
    files = example()
    supply = "  - commodity: euv-scanner\n    country: NL\n    share: {2024: 100%, source: [x]}\n"
    supply = supply.replace("[x]", "[trade-press-2024]")
    files["organizations/asml.yaml"] += supply

    assert [p.message for p in check_texts(files).problems] == [
        "a second supply of 'euv-scanner' in NL",
        "the shares of 'euv-scanner' in 2024 add up to 200%",
    ]


def test_a_second_scenario_of_one_name() -> None:
    text = "id: stop\nname: A stop\nshocks: [{cut: hbm3, by: 10%, from: 2024Q1}]\n"
    files = {**example(), "scenarios/stop.yaml": text, "scenarios/more/stop.yaml": text}

    assert [p.message for p in check_texts(files).problems] == ["a second 'stop'"]


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(sorted(complete())), st.integers(0, 10**6), st.sampled_from(HOSTILE))
def test_a_hostile_value_anywhere_ends_in_problems_and_nothing_else(
    file: str, pick: int, value: str
) -> None:
    files = complete()
    files[file] = mutated(files[file], pick, value)

    report = check_texts(files)

    assert (report.network is None) == bool(report.problems)
    for problem in (*report.problems, *report.warnings):
        assert problem.message.isprintable()


@cache
def built_in() -> tuple[dict[str, str], Network]:
    root, network = data_folder(), check().network
    assert network is not None
    files = {f.relative_to(root).as_posix(): f.read_text("utf-8") for f in root.rglob("*.yaml")}
    return files, network


@settings(deadline=None, max_examples=150)
@given(st.data(), st.integers(0, 10**6), st.sampled_from(HOSTILE))
def test_a_hostile_value_in_the_built_in_data(data: st.DataObject, pick: int, value: str) -> None:
    files, network = built_in()
    file = data.draw(st.sampled_from(sorted(files)))

    page = read_alone(file, mutated(files[file], pick, value), network)

    assert all(p.message.isprintable() for p in (*page.problems, *page.warnings))
